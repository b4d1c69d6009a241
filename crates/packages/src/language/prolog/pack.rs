//! Packs of SWI-Prolog: `pack/NAME/pack.pl` (SWI-Prolog manual, "Creating and sharing packs").
//!
//! Facts of Prolog, of which `name(hdt).`, `version('0.5.2').` and `requires(other).` are read. What a pack requires may
//! have a range, which is left out of the edge.

use model::{Analyzer, Facts, File, ImagePath, Key, Package, PackageKind, Requirement, Unreadable};

use crate::listing::is_word;
use crate::syntax::terms::{self, Dialect, Term};
use crate::syntax::text;

/// A pack in the place where SWI-Prolog looks for it: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "swipl-pack", version: 1, files: &[Key::Name("pack.pl").when(is_installed)], analyze };

fn is_installed(path: &ImagePath) -> bool {
    path.parent().rsplit(|&byte| byte == b'/').nth(1) == Some(b"pack")
}

const PROLOG: Dialect =
    Dialect { comment: "%", blocks: &[("/*", "*/")], quotes: &["'", "\""], raw: &[], word: "", marks: "" };

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let terms = terms::parse(&text, &PROLOG)?;
    let mut package = Package::new(PackageKind::SwiplPack, "", "");
    for pair in terms.windows(2) {
        let [Term::Word(fact), Term::Group(arguments)] = pair else { continue };
        let value = arguments.first().map_or("", Term::text);
        match *fact {
            "name" => value.clone_into(&mut package.name),
            "version" => value.clone_into(&mut package.version),
            "requires" if is_word(value) => {
                package.requires.push(Requirement { name: value.to_owned(), version: None });
            }
            _ => {}
        }
    }
    if !is_word(&package.name) || !is_word(&package.version) {
        return Err(Unreadable::corrupt("a pack of Prolog without a usable name or version"));
    }
    package.requires.sort_unstable();
    package.requires.dedup();
    facts.package(package);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    const PATH: &str = "usr/lib/swi-prolog/pack/hdt/pack.pl";

    const PACK: &str =
        "% version('0').\n/* version('1'). */\nname(hdt).\nversion( '0.5.2' ).\ntitle('It''s version(''3'')').
requires(rdf).\nrequires(semweb >= '1.0').\n";

    #[test]
    fn facts_are_read() {
        testing::check(&ANALYZER, PATH, PACK, "hdt 0.5.2 -> rdf, semweb");
        testing::check(&ANALYZER, PATH, "name(hdt).", "gap: corrupt");
        testing::check(&ANALYZER, PATH, "", "gap: corrupt");
    }

    #[test]
    fn only_packs_are_wanted() {
        assert!(wants(&ANALYZER, PATH));
        assert!(!wants(&ANALYZER, "usr/bin/pack.pl"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[PACK.as_bytes()]);
    }
}
