//! `project.assets.json` below `obj`, what a restore of NuGet wrote down for the build (NuGet/NuGet.Client,
//! `LockFileFormat`; versions 2 to 4). The fixtures of its tests were written after such files.
//!
//! `libraries` lists packages and the projects that are referred to; `targets` says what each needs on each framework, by
//! its name or, in version 4, by the alias that the project gave it; `projectFileDependencyGroups` what the project itself
//! asks for. Packages that are only downloaded, such as the frameworks' own, and projects are left out. Which packages
//! are only for the build is not told apart.

use std::collections::BTreeSet;

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Relation, Unreadable};

use super::Resolved;
use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::json::{self, Entries, Items, Text};

/// Names what was restored, exactly: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "nuget-assets",
    version: 1,
    files: &[Key::Name("project.assets.json").when(is_the_projects)],
    analyze,
};

json::object! {
    struct Assets<'a> {
        "targets" => targets: Entries<'a, Entries<'a, Library<'a>>>,
        "libraries" => libraries: Entries<'a, Library<'a>>,
        "projectFileDependencyGroups" => asked: Entries<'a, Items<Text<'a>>>,
    }
}

json::object! {
    struct Library<'a> {
        "type" => kind: Text<'a>,
        "dependencies" => dependencies: Entries<'a, Text<'a>>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let assets: Assets<'_> = json::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Nuget);
    // `Serilog >= 2.10.0`
    let asked: BTreeSet<String> = assets
        .asked
        .0
        .iter()
        .flat_map(|(_, asked)| &asked.0)
        .filter_map(|asked| asked.get().split_whitespace().next().map(str::to_lowercase))
        .collect();
    let mut add = |key: &str, library: &Library<'_>, resolved: &Resolved<'_>| {
        let Some((name, version)) = key.split_once('/').filter(|_| library.kind.get() == "package") else { return };
        if let Some(package) = listing.add(name, version, Presence::Declared) {
            let direct = asked.contains(&name.to_lowercase());
            package.relation = if direct { Relation::Direct } else { Relation::Transitive };
            package.requires.extend(resolved.requirements(&library.dependencies));
        }
    };
    for (key, library) in &assets.libraries.0 {
        add(key.get(), library, &Resolved::default());
    }
    for (_, target) in &assets.targets.0 {
        let mut resolved = Resolved::default();
        for (name, version) in target.0.iter().filter_map(|(key, _)| key.get().split_once('/')) {
            resolved.add(name, version);
        }
        for (key, library) in &target.0 {
            add(key.get(), library, &resolved);
        }
    }
    listing.tell(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(text: &str, expected: &str) {
        testing::check(&ANALYZER, "src/obj/project.assets.json", text, expected);
    }

    const ASSETS: &str = r#"{"version": 3, "targets": {"net8.0": {
            "A/1.0.0": {"type": "package", "dependencies": {"B": "1.9.0"}, "compile": {"lib/A.dll": {}}},
            "B/2.0.0": {"type": "package"}, "Own/1.0.0": {"type": "project", "dependencies": {"A": "1.0.0"}}}},
        "libraries": {"A/1.0.0": {"sha512": "x", "type": "package", "path": "a/1.0.0"},
            "B/2.0.0": {"type": "package"}, "Own/1.0.0": {"type": "project", "path": "../Own/Own.csproj"}},
        "projectFileDependencyGroups": {"net8.0": ["a >= 1.0.0", "Own >= 1.0.0"]}}"#;

    #[test]
    fn packages_have_edges_and_the_project_asks_for_some() {
        check(ASSETS, "A 1.0.0 (declared) direct -> B 2.0.0\nB 2.0.0 (declared) transitive");
    }

    #[test]
    fn each_target_resolves_on_its_own() {
        check(
            r#"{"version": 4, "targets": {
                "modern": {"A/1.0.0": {"type": "package", "dependencies": {"B": "[1.0.0, )"}}, "B/2.0.0": {"type": "package"}},
                "modern/linux-x64": {"A/1.0.0": {"type": "package", "dependencies": {"B": "1.0.0"}},
                    "B/2.0.0": {"type": "package", "runtimeTargets": {"runtimes/linux/native/b.so": {"rid": "linux"}}}},
                ".NETFramework,Version=v4.8": {"A/1.0.0": {"type": "package", "dependencies": {"B": "1.0.0"}},
                    "B/1.0.0": {"type": "package"}, "None/0.0.0": {"type": "unresolved"}}},
              "libraries": {"A/1.0.0": {"type": "package", "files": ["a.nuspec"]}, "B/1.0.0": {"type": "package"},
                "B/2.0.0": {"type": "package"}},
              "projectFileDependencyGroups": {"modern": ["A >= 1.0.0"], ".NETFramework,Version=v4.8": ["A >= 1.0.0", "B"]},
              "project": {"frameworks": {"modern": {"downloadDependencies": [
                {"name": "Microsoft.NETCore.App.Ref", "version": "[8.0.8, 8.0.8]"}]}}}}"#,
            "A 1.0.0 (declared) direct -> B 1.0.0, B 2.0.0
             B 1.0.0 (declared) direct
             B 2.0.0 (declared) direct",
        );
    }

    #[test]
    fn broken_files_are_gaps() {
        check("", "gap: corrupt");
        check("[]", "");
        assert!(wants(&ANALYZER, "src/obj/project.assets.json"));
        assert!(!wants(&ANALYZER, "src/obj/other.assets.json"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "project.assets.json", &[ASSETS.as_bytes()]);
    }
}
