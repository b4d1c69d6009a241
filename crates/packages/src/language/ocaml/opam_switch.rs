//! What opam has installed: `.opam-switch/switch-state` (The opam manual, "File hierarchies", switch state).
//!
//! `installed` lists every package as `name.version`, and `roots` those that were asked for. What they need is in the
//! packages' own files beside it.

use std::collections::HashSet;

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Relation, Unreadable};

use super::{OPAM, field, split};
use crate::listing::Listing;
use crate::syntax::terms::{self, Term};
use crate::syntax::text;

/// What a switch has installed: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "opam-switch", version: 1, files: &[Key::Ends(".opam-switch/switch-state").any()], analyze };

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let terms = terms::parse(&text, &OPAM)?;
    let installed = field(&terms, "installed").ok_or_else(|| Unreadable::corrupt("not a switch's state"))?;
    let roots: HashSet<&str> = field(&terms, "roots").map_or(&[][..], Term::items).iter().map(Term::text).collect();
    let mut listing = Listing::new(PackageKind::Opam);
    // A list of one may stand without its brackets.
    for identifier in std::iter::once(installed).chain(installed.items()).map(Term::text) {
        let Some((name, version)) = split(identifier) else { continue };
        if let Some(package) = listing.add(name, version, Presence::Installed) {
            package.relation = if roots.contains(identifier) { Relation::Direct } else { Relation::Transitive };
        }
    }
    listing.tell(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    const PATH: &str = "root/.opam/4.14.0/.opam-switch/switch-state";

    const STATE: &str = r#"opam-version: "2.0"
compiler: ["base-bigarray.base" "ocaml.4.14.0"]
roots: [
  "fmt.0.9.0"
  "ppx_expect.v0.14.1"
]
pinned: "ocaml-variants.4.12.0+msvc64+msys2"
installed: ["base-bigarray.base" "fmt.0.9.0" "ocaml.4.14.0" "ocaml-variants.4.12.0+msvc64+msys2" "ppx_expect.v0.14.1" "broken"]
"#;

    #[test]
    fn roots_were_asked_for() {
        testing::check(
            &ANALYZER,
            PATH,
            STATE,
            "base-bigarray base transitive
             fmt 0.9.0 direct
             ocaml 4.14.0 transitive
             ocaml-variants 4.12.0+msvc64+msys2 transitive
             ppx_expect v0.14.1 direct",
        );
        testing::check(&ANALYZER, PATH, "installed: []", "");
        testing::check(&ANALYZER, PATH, "", "gap: corrupt");
    }

    #[test]
    fn only_switches_are_wanted() {
        assert!(wants(&ANALYZER, PATH));
        assert!(!wants(&ANALYZER, "root/switch-state"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[STATE.as_bytes()]);
    }
}
