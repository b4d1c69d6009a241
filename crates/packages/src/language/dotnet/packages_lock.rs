//! `packages.lock.json` (NuGet documentation, "Locking dependencies"; versions 1 and 2).
//!
//! For each framework, and for each platform of it, every package with the version that it resolved to. `Direct` ones
//! are asked for by the project, `Transitive` and `CentralTransitive` ones by others; `Project` ones are other projects
//! of the same solution and left out. Several frameworks may resolve one package differently. The fixtures were written
//! by hand from that page.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Relation, Unreadable};

use super::Resolved;
use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::json::{self, Entries, Text};

/// Names what to restore, exactly: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "nuget-lock",
    version: 1,
    files: &[Key::Name("packages.lock.json").when(is_the_projects)],
    analyze,
};

json::object! {
    struct Lock<'a> {
        "dependencies" => frameworks: Entries<'a, Entries<'a, Locked<'a>>>,
    }
}

json::object! {
    struct Locked<'a> {
        "type" => kind: Text<'a>,
        "resolved" => version: Text<'a>,
        "dependencies" => dependencies: Entries<'a, Text<'a>>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let lock: Lock<'_> = json::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Nuget);
    let mut resolved = Resolved::default();
    for (framework, packages) in &lock.frameworks.0 {
        // A platform lists only what differs from its framework, which stands in front of it.
        if !framework.get().contains('/') {
            resolved = Resolved::default();
        }
        for (name, package) in &packages.0 {
            resolved.add(name.get(), package.version.get());
        }
        for (name, locked) in &packages.0 {
            let relation = match locked.kind.get() {
                "Direct" => Relation::Direct,
                "Project" => continue,
                _ => Relation::Transitive,
            };
            let Some(package) = listing.add(name.get(), locked.version.get(), Presence::Declared) else { continue };
            if package.relation != Relation::Direct {
                package.relation = relation;
            }
            package.requires.extend(resolved.requirements(&locked.dependencies));
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
        testing::check(&ANALYZER, "src/packages.lock.json", text, expected);
    }

    const LOCK: &str = r#"{"version": 2, "dependencies": {
        "net8.0": {
            "A": {"type": "Direct", "requested": "[1.0.0, )", "resolved": "1.0.0", "dependencies": {"b": "2.0.0", "Own": "1.0.0"}},
            "B": {"type": "Transitive", "resolved": "2.1.0"},
            "C": {"type": "CentralTransitive", "requested": "[3.0.0, )", "resolved": "3.0.0"},
            "own": {"type": "Project", "dependencies": {"A": "[1.0.0, )"}}
        },
        "net8.0/linux-x64": {"C": {"type": "CentralTransitive", "resolved": "3.0.0", "dependencies": {"B": "2.0.0"}}},
        "net48": {"B": {"type": "Direct", "resolved": "2.5.0"}}
    }}"#;

    #[test]
    fn every_framework_counts() {
        check(
            LOCK,
            "A 1.0.0 (declared) direct -> B 2.1.0
             B 2.1.0 (declared) transitive
             B 2.5.0 (declared) direct
             C 3.0.0 (declared) transitive -> B 2.1.0",
        );
    }

    #[test]
    fn direct_anywhere_is_direct() {
        check(
            r#"{"dependencies": {"a": {"A": {"type": "Direct", "resolved": "1"}}, "b": {"A": {"type": "Transitive", "resolved": "1"}}}}"#,
            "A 1 (declared) direct",
        );
    }

    #[test]
    fn broken_files_are_gaps_and_those_of_packages_not_wanted() {
        check("<<<<<<<", "gap: corrupt");
        check(r#"{"version": 1}"#, "");
        assert!(wants(&ANALYZER, "src/packages.lock.json"));
        assert!(!wants(&ANALYZER, "root/.nuget/packages/a/1.0.0/packages.lock.json"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "packages.lock.json", &[LOCK.as_bytes()]);
    }
}
