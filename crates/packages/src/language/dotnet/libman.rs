//! `libman.json`: scripts and styles for the browser that Visual Studio's Library Manager fetches from content networks
//! (Microsoft's documentation, "Use LibMan with ASP.NET Core"; the schema `libman.json` of SchemaStore).
//!
//! Each library is `name@version`, from a provider that it or the file names. What comes from `cdnjs`, `jsdelivr` and `unpkg` has
//! the names of npm, with few exceptions at the first, so a package is of medium confidence. The provider `filesystem` names folders and addresses,
//! which have no version; neither has `latest`. The fixture of its tests was written from the schema.

use model::{Analyzer, Confidence, Facts, File, Key, PackageKind, Presence, Relation, Unreadable};

use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::json::{self, Items, Text};

/// Names what to fetch, exactly: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "libman", version: 1, files: &[Key::Name("libman.json").when(is_the_projects)], analyze };

json::object! {
    struct Manifest<'a> {
        "defaultProvider" => provider: Text<'a>,
        "libraries" => libraries: Items<Library<'a>>,
    }
}

json::object! {
    struct Library<'a> {
        "library" => library: Text<'a>,
        "provider" => provider: Text<'a>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let manifest: Manifest<'_> = json::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Npm);
    for library in &manifest.libraries.0 {
        let provider = [library.provider.get(), manifest.provider.get()].into_iter().find(|name| !name.is_empty());
        let Some((name, version)) = library.library.get().rsplit_once('@') else { continue };
        if provider != Some("filesystem")
            && version.starts_with(|first: char| first.is_ascii_digit())
            && let Some(package) = listing.add(name, version, Presence::Declared)
        {
            package.confidence = Confidence::Medium;
            package.relation = Relation::Direct;
        }
    }
    listing.tell(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    const MANIFEST: &str = r#"{"version": "1.0", "defaultProvider": "cdnjs", "libraries": [
        {"library": "jquery@3.3.1", "files": ["jquery.min.js"], "destination": "wwwroot/lib/jquery"},
        {"provider": "unpkg", "library": "@popperjs/core@2.11.8", "destination": "wwwroot/lib/popper"},
        {"provider": "filesystem", "library": "C:/lib@1.0/calendar", "destination": "wwwroot/lib/calendar"},
        {"library": "moment@latest"}, {"library": "bare"}]}"#;

    fn check(text: &str, expected: &str) {
        testing::check(&ANALYZER, "src/libman.json", text, expected);
    }

    #[test]
    fn libraries_of_networks_are_packages() {
        check(MANIFEST, "@popperjs/core 2.11.8 (declared) direct\njquery 3.3.1 (declared) direct");
        check(&MANIFEST.replace("\"cdnjs\"", "\"filesystem\""), "@popperjs/core 2.11.8 (declared) direct");
    }

    #[test]
    fn broken_files_are_gaps_and_others_not_wanted() {
        check("{", "gap: corrupt");
        check("{}", "");
        assert!(wants(&ANALYZER, "libman.json"));
        assert!(!wants(&ANALYZER, "node_modules/a/libman.json"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "libman.json", &[MANIFEST.as_bytes()]);
    }
}
