//! `Package.resolved` and `.package.resolved`, versions 1 to 3 (Swift Package Manager documentation, "Resolving and
//! updating dependencies"; Swift's `PinsStore` writes them).
//!
//! Pins with the address of a repository and its state. A package is named by that address, without scheme and ending, as
//! advisories do; one from a registry by its identity. Pins of branches and revisions name no version, and folders are the
//! project's own: both are left out. The file does not tell who asks for what. Checkouts below `.build` and `SourcePackages`
//! bring their own files, which nobody heeds.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Unreadable};

use super::{name_of_repository, version_of_tag};
use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::json::{self, Items, Text};

/// Names what to fetch, exactly: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "package-resolved",
    version: 1,
    files: &[Key::Name("Package.resolved").when(is_the_projects), Key::Name(".package.resolved").when(is_the_projects)],
    analyze,
};

json::object! {
    struct Resolved<'a> {
        "pins" => pins: Items<Pin<'a>>,
        // Version 1.
        "object" => object: Object<'a>,
    }
}

json::object! {
    struct Object<'a> {
        "pins" => pins: Items<Pin<'a>>,
    }
}

json::object! {
    struct Pin<'a> {
        "identity" => identity: Text<'a>,
        "kind" => kind: Text<'a>,
        "location" => location: Text<'a>,
        // Version 1.
        "repositoryURL" => address: Text<'a>,
        "state" => state: State<'a>,
    }
}

json::object! {
    struct State<'a> {
        "version" => version: Text<'a>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let resolved: Resolved<'_> = json::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Swift);
    for pin in resolved.pins.0.into_iter().chain(resolved.object.pins.0) {
        let Some(version) = version_of_tag(pin.state.version.get()) else { continue };
        let address = if pin.location.get().is_empty() { pin.address.get() } else { pin.location.get() };
        let name = match pin.kind.get() {
            "registry" => Some(pin.identity.get().to_owned()),
            "localSourceControl" | "fileSystem" => None,
            _ => name_of_repository(address),
        };
        if let Some(name) = name {
            listing.add(&name, version, Presence::Declared);
        }
    }
    listing.tell(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(resolved: &str, expected: &str) {
        testing::check(&ANALYZER, "srv/Package.resolved", resolved, expected);
    }

    const VERSION_1: &str = r#"{"object": {"pins": [
        {"package": "NIO", "repositoryURL": "git@github.com:apple/swift-nio.git", "state": {"branch": null, "revision": "01", "version": "2.0.0"}},
        {"package": "Tip", "repositoryURL": "https://github.com/a/tip", "state": {"branch": "main", "revision": "02", "version": null}}
    ]}, "version": 1}"#;

    const VERSION_3: &str = r#"{"originHash": "00", "pins": [
        {"identity": "swift-nio", "kind": "remoteSourceControl", "location": "https://github.com/apple/swift-nio.git", "state": {"revision": "01", "version": "2.65.0"}},
        {"identity": "mona.linkedlist", "kind": "registry", "location": "", "state": {"version": "1.2.0"}},
        {"identity": "own", "kind": "localSourceControl", "location": "/srv/own", "state": {"revision": "02", "version": "1.0.0"}},
        {"identity": "tip", "kind": "remoteSourceControl", "location": "https://github.com/a/tip", "state": {"branch": "main", "revision": "03"}}
    ], "version": 3}"#;

    #[test]
    fn pins_with_versions_are_listed() {
        check(VERSION_1, "github.com/apple/swift-nio 2.0.0 (declared)");
        let expected = "github.com/apple/swift-nio 2.65.0 (declared)\nmona.linkedlist 1.2.0 (declared)";
        check(VERSION_3, expected);
        check(&VERSION_3.replace("\"version\": 3", "\"version\": 2"), expected);
    }

    #[test]
    fn empty_and_broken_files() {
        check(r#"{"pins": [], "version": 2}"#, "");
        check("", "gap: corrupt");
        check("<<<<<<< HEAD", "gap: corrupt");
    }

    #[test]
    fn files_of_checkouts_are_not_wanted() {
        assert!(wants(&ANALYZER, "App.xcodeproj/project.xcworkspace/xcshareddata/swiftpm/Package.resolved"));
        assert!(wants(&ANALYZER, "srv/.package.resolved"));
        assert!(!wants(&ANALYZER, "srv/.build/checkouts/swift-nio/Package.resolved"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "Package.resolved", &[VERSION_1.as_bytes(), VERSION_3.as_bytes()]);
    }
}
