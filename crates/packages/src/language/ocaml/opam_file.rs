//! `opam` files (The opam manual, "Package definitions"): of installed packages, in a switch's
//! `.opam-switch/packages/NAME.VERSION/opam`, and of projects, `*.opam`, `*.opam.locked` and `opam.locked`.
//!
//! An installed package is named by its folder; the file adds licences and dependencies. Of a project's file the
//! dependencies are listed that ask for exactly one version, `"name" {= "1.0"}`, which is all of them when the file is
//! locked; what is asked for with `with-test`, `with-doc`, `with-dev-setup` or `dev` is for development only. The project
//! itself is left out, and so are opam's copies of its repositories: they describe what could be installed.

use model::{Analyzer, Facts, File, ImagePath, Key, Package, PackageKind, Presence, Relation, Requirement, Unreadable};

use super::{OPAM, field, split};
use crate::language::is_the_projects;
use crate::listing::{Listing, is_word};
use crate::syntax::terms::{self, Term};
use crate::syntax::text;

/// What is installed, or asked for exactly: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "opam",
    version: 1,
    files: &[
        Key::Name("opam").when(|path| folder(path).is_some()),
        Key::Name("opam.locked").when(is_the_projects),
        Key::Extension("opam").when(is_the_projects),
        Key::Extension("locked").when(|path| path.name().ends_with(b".opam.locked") && is_the_projects(path)),
    ],
    analyze,
};

/// The name of an installed package's folder.
fn folder(path: &ImagePath) -> Option<&[u8]> {
    let parent = path.parent();
    let (above, folder) = parent.split_at_checked(memchr::memrchr(b'/', parent)? + 1)?;
    above.ends_with(b".opam-switch/packages/").then_some(folder)
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let terms = terms::parse(&text, &OPAM)?;
    let depends = field(&terms, "depends");
    match folder(file.path).map(String::from_utf8_lossy) {
        Some(folder) => {
            let (name, version) = split(&folder)
                .filter(|(name, version)| is_word(name) && is_word(version))
                .ok_or_else(|| Unreadable::corrupt("the folder's name does not name a package"))?;
            let licenses = field(&terms, "license").map_or_else(Vec::new, licenses);
            facts.package(Package {
                licenses,
                requires: depends.map_or_else(Vec::new, requires),
                ..Package::new(PackageKind::Opam, name, version)
            });
        }
        None if terms.iter().any(|term| matches!(term, Term::Mark(':'))) || terms.is_empty() => {
            // A locked file lists everything that is needed in the end.
            let relation = if file.path.name().ends_with(b"locked") { Relation::Unknown } else { Relation::Direct };
            let mut listing = Listing::new(PackageKind::Opam);
            declared(depends.map_or(&[][..], Term::items), relation, &mut listing);
            listing.tell(facts);
        }
        None => return Err(Unreadable::corrupt("not a file of opam")),
    }
    Ok(())
}

fn licenses(value: &Term<'_>) -> Vec<String> {
    const MOST: usize = 100;
    let texts = std::iter::once(value).chain(value.items()).filter(|term| matches!(term, Term::Text(_)));
    texts.map(|text| text.text().trim().to_owned()).filter(|text| !text.is_empty()).take(MOST).collect()
}

/// Names of packages, each perhaps followed by a condition in braces. Alternatives in brackets are not looked into:
/// which of them was taken the file does not tell.
fn requires(depends: &Term<'_>) -> Vec<Requirement> {
    let is_for_running = |condition: Option<&Term<'_>>| !condition.is_some_and(is_for_development);
    let items = depends.items();
    let mut requires: Vec<_> = (0..items.len())
        .filter_map(|at| match &items[at] {
            Term::Text(name) if is_word(name) && is_for_running(items.get(at + 1)) => {
                Some(Requirement { name: name.clone().into_owned(), version: None })
            }
            _ => None,
        })
        .collect();
    requires.sort_unstable();
    requires.dedup();
    requires
}

fn is_for_development(condition: &Term<'_>) -> bool {
    let words = ["with-test", "with-doc", "with-dev-setup", "dev", "build-test", "test", "doc"];
    condition.items().iter().any(|term| words.iter().any(|word| term.is_word(word)))
}

fn declared(items: &[Term<'_>], relation: Relation, listing: &mut Listing) {
    for pair in items.windows(2) {
        let [Term::Text(name), Term::Group(condition)] = pair else { continue };
        let exact = condition.windows(2).enumerate().find_map(|(at, window)| match window {
            // Not `!=`, `<=` or `>=`.
            [Term::Mark('='), Term::Text(version)]
                if at == 0 || !matches!(condition[at - 1], Term::Mark('!' | '<' | '>')) =>
            {
                Some(version)
            }
            _ => None,
        });
        let Some(version) = exact.filter(|_| !condition.contains(&Term::Mark('|'))) else { continue };
        let development = is_for_development(&pair[1]);
        let presence = if development { Presence::DeclaredForDevelopment } else { Presence::Declared };
        if let Some(package) = listing.add(name, version, presence) {
            package.relation = relation;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    const INSTALLED: &str = "root/.opam/default/.opam-switch/packages/fmt.0.9.0/opam";

    const FILE: &str = r#"
opam-version: "2.0"
version: "1.5.0"
description: """
depends: [ "no" {= "1"} ] """
license: ["ISC" "MIT"]
# depends: ["comment"]
depends: [
  "dune" {= "3.10.0" & build}
  "astring"
  "ocaml" {>= "4.08.0" & != "5.0"}
  "odoc" {= "2.1" & with-doc}
  "own" {= version}
  "either" {= "1.0" | = "2.0"}
  ("a" {= "1"} | "b" {= "2"})
]
build: [["dune" "build"]]
"#;

    #[test]
    fn installed_packages_are_named_by_their_folder() {
        testing::check(&ANALYZER, INSTALLED, FILE, "fmt 0.9.0 [ISC; MIT] -> astring, dune, either, ocaml, own");
        testing::check(&ANALYZER, INSTALLED, "license: \"ISC\"", "fmt 0.9.0 [ISC]");
        testing::check(&ANALYZER, ".opam-switch/packages/fmt/opam", FILE, "gap: corrupt");
    }

    #[test]
    fn projects_name_exact_versions() {
        testing::check(&ANALYZER, "srv/app.opam", FILE, "dune 3.10.0 (declared) direct\nodoc 2.1 (development) direct");
        testing::check(&ANALYZER, "srv/app.opam.locked", FILE, "dune 3.10.0 (declared)\nodoc 2.1 (development)");
        testing::check(&ANALYZER, "srv/app.opam", "", "");
        testing::check(&ANALYZER, "srv/app.opam", "PK", "gap: corrupt");
    }

    #[test]
    fn repositories_are_not_wanted() {
        for (path, expected) in [
            (INSTALLED, true),
            ("srv/_opam/.opam-switch/packages/fmt.0.9.0/opam", true),
            ("srv/app.opam", true),
            ("srv/app.opam.locked", true),
            ("srv/opam.locked", true),
            ("srv/flake.locked", false),
            ("root/.opam/repo/default/packages/fmt/fmt.0.9.0/opam", false),
            ("root/.opam/default/.opam-switch/sources/fmt.0.9.0/fmt.opam", false),
            ("usr/bin/opam", false),
        ] {
            assert_eq!(wants(&ANALYZER, path), expected, "{path}");
        }
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, INSTALLED, &[FILE.as_bytes()]);
        survives(&ANALYZER, "a.opam", &[FILE.as_bytes()]);
    }
}
