//! `MODULE.bazel.lock`, what Bazel resolved a project's modules to (Bazel documentation, "Bazel Lockfile"). The fixtures of
//! its tests were written after that description.
//!
//! Since Bazel 7.2, `registryFileHashes` has the files of registries that were asked. For a module that was chosen it has the
//! file `source.json`, for one that was merely considered only its `MODULE.bazel`; so no edges are told. Before,
//! `moduleDepGraph` has the modules with what each needs, and the project itself as `<root>`. Modules that are not from a registry
//! (overrides) have no version. Packages of other managers, which extensions resolve, are in lockfiles of their own.

use std::collections::HashSet;

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Relation, Requirement, Unreadable};
use serde::de::IgnoredAny;

use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::json::{self, Entries, Text};

/// Names what to build with, exactly: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "bazel-lock",
    version: 1,
    files: &[Key::Name("MODULE.bazel.lock").when(is_the_projects)],
    analyze,
};

json::object! {
    struct Lock<'a> {
        "registryFileHashes" => asked: Entries<'a, IgnoredAny>,
        "moduleDepGraph" => graph: Entries<'a, Module<'a>>,
    }
}

json::object! {
    struct Module<'a> {
        "name" => name: Text<'a>,
        "version" => version: Text<'a>,
        "deps" => needs: Entries<'a, Text<'a>>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let lock: Lock<'_> = json::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Bazel);
    for (name, version) in lock.asked.0.iter().filter_map(|(address, _)| chosen(address.get())) {
        listing.add(name, version, Presence::Declared);
    }
    let root = lock.graph.0.iter().find(|(key, _)| key.get() == "<root>");
    let asked: HashSet<&str> = root.iter().flat_map(|(_, root)| &root.needs.0).map(|(_, key)| key.get()).collect();
    for (key, module) in lock.graph.0.iter().filter(|(key, _)| key.get() != "<root>") {
        let Some(package) = listing.add(module.name.get(), module.version.get(), Presence::Declared) else { continue };
        package.relation = if asked.contains(key.get()) { Relation::Direct } else { Relation::Transitive };
        let needs = module.needs.0.iter().filter_map(|(_, key)| key.get().split_once('@'));
        package.requires.extend(
            needs.map(|(name, version)| Requirement { name: name.to_owned(), version: Some(version.to_owned()) }),
        );
    }
    listing.tell(facts);
    Ok(())
}

/// Name and version in `https://registry/modules/NAME/VERSION/source.json`.
fn chosen(address: &str) -> Option<(&str, &str)> {
    let mut parts = address.strip_suffix("/source.json")?.rsplit('/');
    let (version, name) = (parts.next()?, parts.next()?);
    (parts.next() == Some("modules")).then_some((name, version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    const LOCK: &str = r#"{"lockFileVersion": 13, "registryFileHashes": {
        "https://registry.example.test/bazel_registry.json": "00",
        "https://registry.example.test/modules/abseil-cpp/20230802.0/MODULE.bazel": "00",
        "https://registry.example.test/modules/abseil-cpp/20240116.1/MODULE.bazel": "00",
        "https://registry.example.test/modules/abseil-cpp/20240116.1/source.json": "00",
        "https://registry.example.test/modules/rules_go/0.46.0/source.json": "00",
        "https://registry.example.test/modules/gone/1.0/MODULE.bazel": null},
        "selectedYankedVersions": {}, "moduleExtensions": {}}"#;

    const OLDER: &str = r#"{"lockFileVersion": 3, "moduleDepGraph": {
        "<root>": {"name": "app", "version": "", "deps": {"io_rules_go": "rules_go@0.46.0", "bazel_tools": "bazel_tools@_"}},
        "rules_go@0.46.0": {"name": "rules_go", "version": "0.46.0", "repoName": "rules_go",
            "deps": {"platforms": "platforms@0.0.7", "bazel_tools": "bazel_tools@_"}},
        "platforms@0.0.7": {"name": "platforms", "version": "0.0.7", "deps": {}},
        "bazel_tools@_": {"name": "bazel_tools", "version": "", "deps": {}}}}"#;

    fn check(text: &str, expected: &str) {
        testing::check(&ANALYZER, "src/MODULE.bazel.lock", text, expected);
    }

    #[test]
    fn modules_that_were_chosen_are_listed() {
        check(LOCK, "abseil-cpp 20240116.1 (declared)\nrules_go 0.46.0 (declared)");
        check(
            OLDER,
            "platforms 0.0.7 (declared) transitive
             rules_go 0.46.0 (declared) direct -> platforms 0.0.7",
        );
    }

    #[test]
    fn broken_files_are_gaps_and_others_not_wanted() {
        check("{", "gap: corrupt");
        check("{}", "");
        assert!(wants(&ANALYZER, "MODULE.bazel.lock"));
        assert!(!wants(&ANALYZER, "node_modules/a/MODULE.bazel.lock"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "MODULE.bazel.lock", &[LOCK.as_bytes(), OLDER.as_bytes()]);
    }
}
