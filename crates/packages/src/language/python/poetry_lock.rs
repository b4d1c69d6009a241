//! `poetry.lock`, all versions (Poetry documentation, "Basic usage", "Installing with poetry.lock"; Poetry's `[[package]]`
//! tables, for which there is no published schema).
//!
//! Who gets a package is told by `category` in files of Poetry up to 1.4, by `groups` since 2.0, and in between not at all;
//! `optional` marks what only an extra brings. `[package.dependencies]` says what each one needs. Folders (`source` of
//! type `directory`) are code of the project and left out. The project itself is not in the file, so the file does not
//! tell whom it asks for by name.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Requirement, Unreadable};

use super::lock::{self, Value};
use super::normalize::normalize;
use crate::language::is_the_projects;
use crate::listing::Listing;

/// Names what to install, exactly: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "poetry-lock", version: 1, files: &[Key::Name("poetry.lock").when(is_the_projects)], analyze };

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let document = lock::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Pypi);
    for package in lock::list(&document, "package") {
        if package.get("source").is_some_and(|source| lock::text(source, "type") == "directory") {
            continue;
        }
        let name = normalize(lock::text(package, "name"));
        if let Some(listed) = listing.add(&name, lock::text(package, "version"), presence(package)) {
            let needed = lock::entries(package, "dependencies");
            listed.requires.extend(needed.map(|(name, _)| Requirement { name: normalize(name), version: None }));
        }
    }
    listing.tell(facts);
    Ok(())
}

fn presence(package: &Value) -> Presence {
    let mut groups = lock::texts(package, "groups").peekable();
    let category = lock::text(package, "category");
    if groups.peek().is_some() && !groups.any(|group| group == "main") || category == "dev" {
        Presence::DeclaredForDevelopment
    } else if package.get("optional").and_then(Value::as_bool) == Some(true) {
        Presence::DeclaredOptional
    } else {
        Presence::Declared
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(lock: &str, expected: &str) {
        testing::check(&ANALYZER, "srv/poetry.lock", lock, expected);
    }

    const OLD: &str = r#"
        [[package]]
        name = "Added_Value"
        version = "0.14.2"
        category = "dev"
        optional = false

        [package.dependencies]
        docutils = "*"
        Six = {version = ">=1", optional = true}
        odd = [{version = ">=1"}, {version = ">=2", markers = "os_name == 'nt'"}]

        [[package]]
        name = "six"
        version = "1.16.0"
        category = "main"
        optional = true

        [[package]]
        name = "odd"
        version = "2"

        [metadata]
        content-hash = "00"
        "#;

    const NEW: &str = r#"
        [[package]]
        name = "both"
        version = "1.0"
        optional = false
        groups = ["main", "dev"]
        markers = {main = "extra == 'x'", dev = "sys_platform == 'win32'"}
        files = [{file = "both-1.0.tar.gz", hash = "sha256:00"}]

        [[package]]
        name = "pytest"
        version = "8.0"
        groups = ["test"]

        [[package]]
        name = "member"
        version = "0.1.0"
        groups = ["main"]
        [package.source]
        type = "directory"
        url = "../member"

        [[package]]
        name = "forked"
        version = "2.0.dev0"
        groups = ["main"]
        [package.source]
        type = "git"
        url = "https://example.test/forked.git"
        resolved_reference = "0123"
        "#;

    #[test]
    fn categories_and_groups_say_who_gets_a_package() {
        check(OLD, "added-value 0.14.2 (development) -> odd, six\nodd 2 (declared)\nsix 1.16.0 (optional)");
        check(NEW, "both 1.0 (declared)\nforked 2.0.dev0 (declared)\npytest 8.0 (development)");
    }

    #[test]
    fn broken_files_are_gaps() {
        check("[[package]", "gap: corrupt");
        check("package = 1", "");
        check("[[package]]\nname = 1\n[[package]]\nname = \"a\"\nversion = \"1\"", "a 1 (declared)");
    }

    #[test]
    fn the_name_tells() {
        assert!(wants(&ANALYZER, "srv/poetry.lock"));
        assert!(!wants(&ANALYZER, "usr/lib/python3/site-packages/x/poetry.lock"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "poetry.lock", &[OLD.as_bytes(), NEW.as_bytes()]);
    }
}
