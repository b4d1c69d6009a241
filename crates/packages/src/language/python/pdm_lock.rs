//! `pdm.lock`, all versions (PDM documentation, "Lock file"; PDM's `[[package]]` tables).
//!
//! `groups` (`sections` in the oldest files) says who gets a package: everybody where `default` is among them. The file
//! does not say whether another group is an extra or for development, so only `dev`, PDM's own name for the latter, counts
//! as that. A package is listed once more for the extras of it that are wanted; both entries are one. Packages with a
//! `path` are code of the project and left out.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Unreadable};

use super::lock::{self, Value};
use super::normalize::normalize;
use super::requirement::wheel_version;
use crate::language::is_the_projects;
use crate::listing::Listing;

/// Names what to install, exactly: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "pdm-lock", version: 1, files: &[Key::Name("pdm.lock").when(is_the_projects)], analyze };

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let document = lock::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Pypi);
    for package in lock::list(&document, "package") {
        let path = lock::text(package, "path");
        if !path.is_empty() && wheel_version(path).is_none() {
            continue;
        }
        let name = normalize(lock::text(package, "name"));
        if let Some(listed) = listing.add(&name, lock::text(package, "version"), presence(package)) {
            let needed = lock::texts(package, "dependencies").filter_map(lock::requirement);
            // With an extra, a package needs itself without.
            listed.requires.extend(needed.filter(|needed| needed.name != name));
        }
    }
    listing.tell(facts);
    Ok(())
}

fn presence(package: &Value) -> Presence {
    let groups: Vec<_> = lock::texts(package, "groups").chain(lock::texts(package, "sections")).collect();
    if groups.is_empty() || groups.contains(&"default") {
        Presence::Declared
    } else if groups == ["dev"] {
        Presence::DeclaredForDevelopment
    } else {
        Presence::DeclaredOptional
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(lock: &str, expected: &str) {
        testing::check(&ANALYZER, "srv/pdm.lock", lock, expected);
    }

    const LOCK: &str = r#"
        [metadata]
        groups = ["default", "dev", "security"]
        lock_version = "4.5.0"

        [[package]]
        name = "requests"
        version = "2.27.1"
        groups = ["default"]
        dependencies = ["idna<4,>=2.5; python_version >= \"3\"", "not-there>=1"]

        [[package]]
        name = "requests"
        version = "2.27.1"
        extras = ["security"]
        groups = ["security"]
        dependencies = ["cryptography>=1.3.4", "requests==2.27.1"]

        [[package]]
        name = "idna"
        version = "2.7"
        groups = ["default", "dev"]

        [[package]]
        name = "cryptography"
        version = "40.0"
        groups = ["security"]

        [[package]]
        name = "pytest"
        version = "8.0"
        groups = ["dev"]
        dependencies = ["idna==2.7"]

        [[package]]
        name = "member"
        version = "0.1.0"
        path = "./member"
        "#;

    #[test]
    fn groups_say_who_gets_a_package() {
        check(
            LOCK,
            "cryptography 40.0 (optional)
             idna 2.7 (declared)
             pytest 8.0 (development) -> idna 2.7
             requests 2.27.1 (declared) -> cryptography, idna",
        );
    }

    #[test]
    fn old_files_have_sections_or_nothing() {
        check(
            "[[package]]\nname = 'a'\nsections = ['dev']\nversion = '1'\n[[package]]\nname = 'b'\nversion = '2'",
            "a 1 (development)\nb 2 (declared)",
        );
    }

    #[test]
    fn broken_files_are_gaps() {
        check("[[package]", "gap: corrupt");
    }

    #[test]
    fn the_name_tells() {
        assert!(wants(&ANALYZER, "srv/pdm.lock"));
        assert!(!wants(&ANALYZER, "usr/lib/python3/site-packages/x/pdm.lock"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "pdm.lock", &[LOCK.as_bytes()]);
    }
}
