//! `Cartfile.resolved` (Carthage documentation, "Artifacts", Cartfile.resolved).
//!
//! A line per dependency: `github "owner/name" "1.0"`, `git "address" "1.0"`, `binary "address" "1.0"`. A repository is
//! named as Swift's package manager would. Binaries have no name but their address, and pins of revisions no version: both
//! are left out. The file does not tell who asks for what. Below `Carthage` it belongs to a checkout.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Unreadable};

use super::{name_of_repository, version_of_tag};
use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::terms::{self, Dialect, Term};
use crate::syntax::text;

/// Names what to fetch, exactly: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "cartfile-resolved",
    version: 1,
    files: &[Key::Name("Cartfile.resolved").when(is_the_projects)],
    analyze,
};

const CARTFILE: Dialect = Dialect { comment: "#", blocks: &[], quotes: &["\""], raw: &[], word: "", marks: "" };

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let mut listing = Listing::new(PackageKind::Swift);
    for line in text.lines() {
        let terms = terms::parse(line, &CARTFILE)?;
        let [Term::Word(origin), Term::Text(address), Term::Text(tag), ..] = terms.as_slice() else { continue };
        let name = match *origin {
            // Of an installation of GitHub's own, the whole address.
            "github" if !address.contains("://") => Some(format!("github.com/{address}")),
            "github" | "git" => name_of_repository(address),
            _ => None,
        };
        if let (Some(name), Some(version)) = (name, version_of_tag(tag)) {
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

    const RESOLVED: &str = r#"binary "https://example.test/a.json" "1.0"
git "https://example.test/b/tool.git" "v2.0.1"
github "Alamofire/Alamofire" "5.4.3"
github "https://git.example.test/c/d" "1.0"
github "e/f" "0123456789abcdef0123456789abcdef01234567"
"#;

    #[test]
    fn repositories_with_versions_are_listed() {
        let check = |resolved: &str, expected: &str| {
            testing::check(&ANALYZER, "srv/Cartfile.resolved", resolved, expected);
        };
        check(
            RESOLVED,
            "example.test/b/tool 2.0.1 (declared)
             git.example.test/c/d 1.0 (declared)
             github.com/Alamofire/Alamofire 5.4.3 (declared)",
        );
        check("", "");
        check("github \"a", "");
        check("a\0b", "gap: corrupt");
    }

    #[test]
    fn files_of_checkouts_are_not_wanted() {
        assert!(wants(&ANALYZER, "srv/Cartfile.resolved"));
        assert!(!wants(&ANALYZER, "srv/Carthage/Checkouts/a/Cartfile.resolved"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "Cartfile.resolved", &[RESOLVED.as_bytes()]);
    }
}
