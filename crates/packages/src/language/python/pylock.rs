//! `pylock.toml` and `pylock.*.toml` (PEP 751; PyPA specifications, "`pylock.toml` Specification").
//!
//! `[[packages]]` lists each package, with a version where there is one, and what it needs. A marker that asks for an
//! extra makes a package optional, one that asks for a dependency group that is not among `default-groups` makes it one
//! for development. Packages from a folder (`directory`) are code of the project and left out. The project's own
//! requirements are not in the file.

use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Presence, Requirement, Unreadable};

use super::lock::{self, Value};
use super::normalize::normalize;
use crate::language::is_the_projects;
use crate::listing::Listing;

/// Names what to install, exactly: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "pylock", version: 1, files: &[Key::Extension("toml").when(is_pylock)], analyze };

/// `pylock.toml`, or with one word without dots in the middle.
fn is_pylock(path: &ImagePath) -> bool {
    let name = path.name();
    let middle = name.strip_prefix(b"pylock.").and_then(|rest| rest.strip_suffix(b".toml"));
    (name == b"pylock.toml" || middle.is_some_and(|middle| !middle.is_empty() && !middle.contains(&b'.')))
        && is_the_projects(path)
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let document = lock::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Pypi);
    let default: Vec<_> = lock::texts(&document, "default-groups").take(100).collect();
    for package in lock::list(&document, "packages") {
        if package.get("directory").is_some() {
            continue;
        }
        let name = normalize(lock::text(package, "name"));
        let presence = presence(lock::text(package, "marker"), &default);
        if let Some(listed) = listing.add(&name, lock::text(package, "version"), presence) {
            listed.requires.extend(lock::list(package, "dependencies").iter().map(requirement));
        }
    }
    listing.tell(facts);
    Ok(())
}

fn presence(marker: &str, default: &[&str]) -> Presence {
    let names = |group: &str| marker.split(['"', '\'']).skip(1).step_by(2).any(|quoted| quoted == group);
    if marker.contains("dependency_groups") && !default.iter().any(|group| names(group)) {
        Presence::DeclaredForDevelopment
    } else if marker.contains(" in extras") {
        Presence::DeclaredOptional
    } else {
        Presence::Declared
    }
}

fn requirement(needed: &Value) -> Requirement {
    let version = Some(lock::text(needed, "version")).filter(|version| !version.is_empty());
    Requirement { name: normalize(lock::text(needed, "name")), version: version.map(str::to_owned) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(lock: &str, expected: &str) {
        testing::check(&ANALYZER, "srv/pylock.toml", lock, expected);
    }

    const LOCK: &str = r#"
        lock-version = "1.0"
        extras = ["plot"]
        dependency-groups = ["default", "dev"]
        default-groups = ["default"]
        created-by = "a tool"

        [[packages]]
        name = "attrs"
        version = "25.1.0"
        marker = "'default' in dependency_groups or 'dev' in dependency_groups"

        [[packages]]
        name = "cattrs"
        version = "24.1.2"
        index = "https://example.test/simple"
        sdist = { url = "https://example.test/cattrs-24.1.2.tar.gz", upload-time = 2024-09-22T14:58:36Z, size = 1, hashes = {} }
        dependencies = [{ name = "attrs", version = "25.1.0" }, { name = "absent" }]

        [[packages]]
        name = "numpy"
        version = "2.2.3"
        marker = "'plot' in extras"

        [[packages]]
        name = "pytest"
        version = "8.0.0"
        marker = "'dev' in dependency_groups"
        dependencies = [{ name = "attrs" }]

        [[packages]]
        name = "app"
        version = "0.1.0"
        directory = { path = ".", editable = true }

        [[packages]]
        name = "unversioned"
        vcs = { type = "git", url = "https://example.test/r.git", commit-id = "0123" }
        "#;

    #[test]
    fn packages_and_markers_are_read() {
        check(
            LOCK,
            "attrs 25.1.0 (declared)
             cattrs 24.1.2 (declared) -> attrs 25.1.0
             numpy 2.2.3 (optional)
             pytest 8.0.0 (development) -> attrs",
        );
    }

    #[test]
    fn broken_files_are_gaps() {
        check("[[packages]", "gap: corrupt");
    }

    #[test]
    fn the_name_tells() {
        for (path, expected) in [
            ("srv/pylock.toml", true),
            ("srv/pylock.dev.toml", true),
            ("srv/pylock.a.b.toml", false),
            ("srv/pylock..toml", false),
            ("srv/my.pylock.toml", false),
        ] {
            assert_eq!(wants(&ANALYZER, path), expected, "{path}");
        }
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "pylock.toml", &[LOCK.as_bytes()]);
    }
}
