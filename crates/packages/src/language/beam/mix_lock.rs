//! `mix.lock` (Mix documentation, "Mix.Tasks.Deps"; there is no specification of the tuples, which Hex writes as its module
//! `Hex.Utils` tells).
//!
//! A map from applications to tuples: `{:hex, :package, "version", "checksum", [managers], [dependencies], …}`. Versions
//! and edges come from there; an alias is listed under its package's name. Tuples of `:git` and `:path` name no version
//! and are left out. What the project itself asks for, and which of it for tests only, is code in `mix.exs`, which is not
//! seen. Below `deps` the file belongs to a dependency, and nobody heeds it.

use std::collections::HashMap;

use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Presence, Requirement, Unreadable};

use crate::language::{is_the_projects, lies_below};
use crate::listing::Listing;
use crate::syntax::terms::{self, Dialect, Term};
use crate::syntax::text;

/// Names what to install, exactly: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "mix-lock", version: 1, files: &[Key::Name("mix.lock").when(is_wanted)], analyze };

fn is_wanted(path: &ImagePath) -> bool {
    is_the_projects(path) && !lies_below(path, "deps")
}

const ELIXIR: Dialect = Dialect { comment: "#", blocks: &[], quotes: &["\""], raw: &[], word: "", marks: "" };

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let terms = terms::parse(&text, &ELIXIR)?;
    let Some(Term::Group(entries)) = terms.first() else {
        return Err(Unreadable::corrupt("not a map of Elixir"));
    };
    let locked = || {
        entries.iter().zip(entries.iter().skip(1)).filter_map(|(application, tuple)| match tuple.items() {
            [kind, package, version, rest @ ..] if kind.is_word("hex") => {
                Some((application.text(), package.text(), version.text(), rest))
            }
            _ => None,
        })
    };
    let packages: HashMap<&str, &str> = locked().map(|(application, package, ..)| (application, package)).collect();
    let mut listing = Listing::new(PackageKind::Hex);
    for (_, package, version, rest) in locked() {
        let Some(listed) = listing.add(package, version, Presence::Declared) else { continue };
        // Checksum, managers, dependencies. Locks of old Hex end before.
        for dependency in rest.get(2).map_or(&[][..], Term::items) {
            let application = dependency.items().first().map_or("", Term::text);
            if let Some(package) = packages.get(application) {
                listed.requires.push(Requirement { name: (*package).to_owned(), version: None });
            }
        }
    }
    listing.tell(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(lock: &str, expected: &str) {
        testing::check(&ANALYZER, "srv/mix.lock", lock, expected);
    }

    const LOCK: &str = r#"%{
  "cowboy": {:hex, :cowboy, "2.9.0", "00", [:make, :rebar3], [{:cowlib, "2.11.0", [hex: :cowlib, repo: "hexpm", optional: false]}, {:other, "~> 1.0", [hex: :ranch, optional: true]}], "hexpm", "11"},
  "cowlib": {:hex, :cowlib, "2.11.0", "00", [:make, :rebar3], [], "hexpm", "11"},
  "other": {:hex, :ranch, "1.8.0", "00", [:make], [{:missing, "1.0", []}], "hexpm", "11"},
  "enacl": {:git, "https://example.test/enacl.git", "2f50", [ref: "2f50"]},
  "own": {:path, "../own", []},
}"#;

    #[test]
    fn tuples_of_hex_are_listed() {
        check(
            LOCK,
            "cowboy 2.9.0 (declared) -> cowlib, ranch
             cowlib 2.11.0 (declared)
             ranch 1.8.0 (declared)",
        );
        // As Hex wrote before 2017.
        check(
            r#"%{"a": {:hex, :a, "1.0.0"}, b: {:hex, :b, "2.0.0", "00", [:mix], []}}"#,
            "a 1.0.0 (declared)\nb 2.0.0 (declared)",
        );
    }

    #[test]
    fn empty_and_broken_locks() {
        check("%{\n}\n", "");
        check("", "gap: corrupt");
        check("<<<<<<< HEAD", "gap: corrupt");
        check(&"{".repeat(1000), "gap: limit-hit");
    }

    #[test]
    fn locks_of_dependencies_are_not_wanted() {
        assert!(wants(&ANALYZER, "srv/mix.lock"));
        assert!(!wants(&ANALYZER, "srv/deps/plug/mix.lock"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "mix.lock", &[LOCK.as_bytes()]);
    }
}
