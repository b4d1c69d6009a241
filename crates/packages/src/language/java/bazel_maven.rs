//! `maven_install.json`, the lockfile of Bazel's rules for Maven (rules_jvm_external, "Pinning artifacts"; lock file
//! versions 1 and 2). The fixtures of its tests were written from those descriptions.
//!
//! Version 2 lists `artifacts` by `group:name`, with a version each, and `dependencies` between them. Version 1 is a
//! `dependency_tree` of coordinates. What the workspace itself asks for is not told. `MODULE.bazel` and `WORKSPACE` are
//! programs and are not read.

use std::collections::BTreeMap;

use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Presence, Requirement, Unreadable};

use super::is_version;
use crate::listing::Listing;
use crate::syntax::json::{self, Entries, Items, Text};

/// Names what to build with, exactly: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "bazel-maven-lock", version: 1, files: &[Key::Extension("json").when(is_lock)], analyze };

/// Each set of artifacts has a lockfile of its own: `maven_install.json`, `tools_maven_install.json`.
fn is_lock(path: &ImagePath) -> bool {
    path.name().ends_with(b"maven_install.json")
}

json::object! {
    struct Lock<'a> {
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
    let versions: BTreeMap<String, &str> =
        lock.artifacts.0.iter().map(|(key, artifact)| (module(key.get()), artifact.version.get())).collect();
    for (name, version) in &versions {
        if is_version(version) {
            listing.add(name, version, Presence::Declared);
        }
    }
    for (key, needs) in &lock.dependencies.0 {
        let name = module(key.get());
        let Some(version) = versions.get(&name).filter(|version| is_version(version)) else { continue };
        let Some(package) = listing.add(&name, version, Presence::Declared) else { continue };
        package.requires.extend(needs.0.iter().filter_map(|needed| {
            let name = module(needed.get());
            let version = Some((*versions.get(&name)?).to_owned());
            Some(Requirement { name, version })
        }));
    }
    for node in &lock.tree.dependencies.0 {
        let Some((name, version)) = coordinates(node.coordinates.get()) else { continue };
        let Some(package) = listing.add(&name, version, Presence::Declared) else { continue };
        let needs = node.needs.0.iter().filter_map(|needed| coordinates(needed.get()));
        package.requires.extend(needs.map(|(name, version)| Requirement { name, version: Some(version.to_owned()) }));
    }
    listing.tell(facts);
    Ok(())
}

/// `group:name`, of a key that may also have a packaging and a classifier.
fn module(key: &str) -> String {
    key.splitn(3, ':').take(2).collect::<Vec<_>>().join(":")
}

/// `group:name[:packaging[:classifier]]:version`; sources and documentation are not packages.
fn coordinates(text: &str) -> Option<(String, &str)> {
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

    const VERSION_1: &str = r#"{"dependency_tree": {"version": "0.1.0", "dependencies": [
        {"coord": "a:b:1.0", "dependencies": ["c:d:2.0"], "directDependencies": ["c:d:2.0"]},
        {"coord": "a:b:jar:sources:1.0"}, {"coord": "c:d:aar:2.0"}, {"coord": "x"}]}}"#;

    #[test]
    fn both_versions_are_read() {
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
        assert!(wants(&ANALYZER, "tools_maven_install.json"));
        assert!(!wants(&ANALYZER, "install.json"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "maven_install.json", &[VERSION_2.as_bytes(), VERSION_1.as_bytes()]);
    }
}
