//! `maven_install.json` and other `*_install.json`, the lockfiles of Bazel's rules for Maven (rules_jvm_external, "Pinning
//! artifacts" and its readers `v1_lock_file.bzl` and `v3_lock_file.bzl`; versions 1 to 3). The fixtures of its tests were
//! written after lockfiles of that project.
//!
//! Versions 2 and 3 list `artifacts` by `group:name[:packaging]`, with a version each, and `dependencies` between them, by
//! `group:name[:packaging[:classifier]]`. Version 1 is a `dependency_tree` of coordinates. From version 3 on, the hashes of
//! what went in (`__INPUT_ARTIFACTS_HASH`) are kept by name, so what the workspace itself asks for is direct; before, it
//! is not told. An artifact without a file, such as a list of versions, is listed like the others.

use std::collections::{BTreeMap, BTreeSet};

use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Presence, Relation, Requirement, Unreadable};

use serde::de::IgnoredAny;

use super::is_version;
use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::json::{self, Entries, Items, Text};

/// Names what to build with, exactly: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "bazel-maven-lock", version: 2, files: &[Key::Extension("json").when(is_lock)], analyze };

/// Each set of artifacts has a lockfile of its own, which is named after it: the one of `maven` is `maven_install.json`.
fn is_lock(path: &ImagePath) -> bool {
    path.name().ends_with(b"_install.json") && is_the_projects(path)
}

json::object! {
    struct Lock<'a> {
        "__INPUT_ARTIFACTS_HASH" => asked: Entries<'a, IgnoredAny>,
        "artifacts" => artifacts: Entries<'a, Artifact<'a>>,
        "dependencies" => dependencies: Entries<'a, Items<Text<'a>>>,
        "dependency_tree" => tree: Tree<'a>,
    }
}

json::object! {
    struct Artifact<'a> {
        "version" => version: Text<'a>,
    }
}

json::object! {
    /// Version 1.
    struct Tree<'a> {
        "dependencies" => dependencies: Items<Node<'a>>,
    }
}

json::object! {
    struct Node<'a> {
        "coord" => coordinates: Text<'a>,
        "directDependencies" => needs: Items<Text<'a>>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let lock: Lock<'_> = json::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Maven);
    // By whole keys, and by `group:name` for want of the packaging or the classifier that is asked for.
    let mut versions: BTreeMap<&str, &str> = BTreeMap::new();
    for (key, artifact) in &lock.artifacts.0 {
        versions.insert(key.get(), artifact.version.get());
        versions.entry(module(key.get())).or_insert(artifact.version.get());
    }
    let find = |key| versions.get(key).or_else(|| versions.get(module(key))).filter(|version| is_version(version));
    let asked: BTreeSet<&str> = lock.asked.0.iter().map(|(key, _)| module(key.get())).collect();
    for (key, _) in &lock.artifacts.0 {
        let (key, name) = (key.get(), module(key.get()));
        let Some(version) = find(key).filter(|_| name.contains(':')) else { continue };
        let Some(package) = listing.add(name, version, Presence::Declared) else { continue };
        if !asked.is_empty() {
            package.relation = if asked.contains(name) { Relation::Direct } else { Relation::Transitive };
        }
    }
    for (key, needs) in &lock.dependencies.0 {
        let name = module(key.get());
        let Some(version) = find(key.get()).filter(|_| name.contains(':')) else { continue };
        let Some(package) = listing.add(name, version, Presence::Declared) else { continue };
        package.requires.extend(needs.0.iter().filter_map(|needed| {
            let version = Some((*find(needed.get())?).to_owned());
            Some(Requirement { name: module(needed.get()).to_owned(), version })
        }));
    }
    for node in &lock.tree.dependencies.0 {
        let Some((name, version)) = coordinates(node.coordinates.get()) else { continue };
        let Some(package) = listing.add(name, version, Presence::Declared) else { continue };
        let needs = node.needs.0.iter().filter_map(|needed| coordinates(needed.get()));
        package.requires.extend(
            needs.map(|(name, version)| Requirement { name: name.to_owned(), version: Some(version.to_owned()) }),
        );
    }
    listing.tell(facts);
    Ok(())
}

/// `group:name`, of a key that may also have a packaging and a classifier.
fn module(key: &str) -> &str {
    key.match_indices(':').nth(1).map_or(key, |(at, _)| &key[..at])
}

/// `group:name[:packaging[:classifier]]:version`; sources and documentation are not packages.
fn coordinates(text: &str) -> Option<(&str, &str)> {
    let parts: Vec<_> = text.split(':').collect();
    let version = *parts.last().filter(|version| (3..=5).contains(&parts.len()) && is_version(version))?;
    let is_code = !parts[2..].iter().any(|part| ["sources", "javadoc"].contains(part));
    is_code.then(|| (module(text), version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(text: &str, expected: &str) {
        testing::check(&ANALYZER, "src/maven_install.json", text, expected);
    }

    const VERSION_2: &str = r#"{"version": "2", "artifacts": {
            "com.google.guava:guava": {"shasums": {"jar": "00"}, "version": "31.1-jre"},
            "com.google.guava:failureaccess": {"version": "1.0.1"},
            "io.netty:netty:jar:linux-x86_64": {"version": "4.1.0"}},
        "dependencies": {"com.google.guava:guava": ["com.google.guava:failureaccess", "gone:gone"],
            "io.netty:netty:jar:linux-x86_64": ["com.google.guava:guava"]}}"#;

    /// A list of versions has no file, one module may come in two packagings, and `repositories` is no artifact.
    const VERSION_3: &str = r#"{"__AUTOGENERATED_FILE_DO_NOT_MODIFY_THIS_FILE_MANUALLY": "THERE_IS_NO_DATA_ONLY_ZUUL",
        "__INPUT_ARTIFACTS_HASH": {"org.example:app": 1393237427, "org.example:bom": 7, "repositories": -1949687017},
        "__RESOLVED_ARTIFACTS_HASH": {"org.example:app": -1782538676, "org.example:app:jar:test-fixtures": 2070536049},
        "conflict_resolution": {"a:jar:1.0": "a:jar:1.1"},
        "artifacts": {
            "org.example:app": {"shasums": {"jar": "00", "sources": "00", "test-fixtures": null}, "version": "1.0"},
            "org.example:bom": {"shasums": {"jar": null}, "version": "2.0"},
            "a:both": {"shasums": {"jar": "00"}, "version": "1.0"},
            "a:both:aar": {"shasums": {"aar": "00"}, "version": "1.1"},
            "a:view:aar": {"shasums": {"aar": "00"}, "version": "3.0"}},
        "dependencies": {"org.example:app": ["a:both:aar"], "org.example:app:jar:test-fixtures": ["a:view"]},
        "packages": {"org.example:app": ["org.example"]}, "repositories": {"https://packages.example.test/": ["a:both"]},
        "services": {}, "skipped": ["org.example:bom"], "version": "3"}"#;

    const VERSION_1: &str = r#"{"dependency_tree": {"version": "0.1.0", "dependencies": [
        {"coord": "a:b:1.0", "dependencies": ["c:d:2.0"], "directDependencies": ["c:d:2.0"]},
        {"coord": "a:b:jar:sources:1.0"}, {"coord": "c:d:aar:2.0"}, {"coord": "x"}]}}"#;

    #[test]
    fn version_3_says_what_was_asked_for() {
        check(
            VERSION_3,
            "a:both 1.0 (declared) transitive
             a:both 1.1 (declared) transitive
             a:view 3.0 (declared) transitive
             org.example:app 1.0 (declared) direct -> a:both 1.1, a:view 3.0
             org.example:bom 2.0 (declared) direct",
        );
        check(
            &VERSION_3.replace(
                r#"{"org.example:app": 1393237427, "org.example:bom": 7, "repositories": -1949687017}"#,
                "-13",
            ),
            "a:both 1.0 (declared)
             a:both 1.1 (declared)
             a:view 3.0 (declared)
             org.example:app 1.0 (declared) -> a:both 1.1, a:view 3.0
             org.example:bom 2.0 (declared)",
        );
    }

    #[test]
    fn versions_1_and_2_are_read() {
        check(
            VERSION_2,
            "com.google.guava:failureaccess 1.0.1 (declared)
             com.google.guava:guava 31.1-jre (declared) -> com.google.guava:failureaccess 1.0.1
             io.netty:netty 4.1.0 (declared) -> com.google.guava:guava 31.1-jre",
        );
        check(VERSION_1, "a:b 1.0 (declared) -> c:d 2.0\nc:d 2.0 (declared)");
    }

    #[test]
    fn broken_files_are_gaps_and_others_not_wanted() {
        check("[", "gap: corrupt");
        check("{}", "");
        check(r#"{"artifacts": {"zlib": {"version": "1.0"}}, "dependencies": {"zlib": []}}"#, "");
        assert!(wants(&ANALYZER, "maven_install.json"));
        assert!(wants(&ANALYZER, "regression_testing_install.json"));
        assert!(!wants(&ANALYZER, "install.json"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "maven_install.json", &[VERSION_1, VERSION_2, VERSION_3].map(str::as_bytes));
    }
}
