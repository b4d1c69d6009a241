//! `packages.config` (NuGet documentation, "packages.config reference"): the list that projects had before
//! `PackageReference`, every package with its exact version, `developmentDependency` for tools of the build.
//!
//! It does not tell who asks for what: packages that others need are listed like those that the project wants.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Unreadable};

use super::exact_version;
use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::xml;

/// Names what to restore, exactly: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "nuget-config",
    version: 1,
    files: &[Key::Name("packages.config").when(is_the_projects), Key::Name("Packages.config").when(is_the_projects)],
    analyze,
};

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let root = xml::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Nuget);
    for package in root.all("package") {
        let presence = if package.attribute("developmentDependency").eq_ignore_ascii_case("true") {
            Presence::DeclaredForDevelopment
        } else {
            Presence::Declared
        };
        if let Some(version) = exact_version(package.attribute("version")) {
            listing.add(package.attribute("id"), version, presence);
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
        testing::check(&ANALYZER, "src/packages.config", text, expected);
    }

    const CONFIG: &str = r#"<?xml version="1.0" encoding="utf-8"?>
        <packages>
          <package id="jQuery" version="3.1.1" targetFramework="net46" />
          <package id="NLog" version="4.3.10" allowedVersions="[4,5)" />
          <package id="Lint" version="1.0.0-beta" developmentDependency="True" />
          <package id="none" />
        </packages>"#;

    #[test]
    fn packages_are_listed() {
        check(CONFIG, "Lint 1.0.0-beta (development)\nNLog 4.3.10 (declared)\njQuery 3.1.1 (declared)");
        check(
            &format!("\u{feff}{CONFIG}").replace('\n', "\r\n").replace("jQuery", "x"),
            "Lint 1.0.0-beta (development)\nNLog 4.3.10 (declared)\nx 3.1.1 (declared)",
        );
    }

    #[test]
    fn broken_files_are_gaps() {
        check("<packages><package", "gap: corrupt");
        check("<packages/>", "");
        assert!(wants(&ANALYZER, "src/packages.config"));
        assert!(!wants(&ANALYZER, "src/web.config"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "packages.config", &[CONFIG.as_bytes()]);
    }
}
