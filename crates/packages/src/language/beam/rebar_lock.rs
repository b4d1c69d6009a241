//! `rebar.lock` (Rebar3 documentation, "Dependencies", section "Lock Files"; versions 1.1.0 and 1.2.0, and the lists
//! without version before them).
//!
//! A list of tuples `{<<"application">>, {pkg, <<"package">>, <<"version">>}, depth}`, in younger files within a tuple with
//! the format's version. Depth 0 is what the project asks for. Who needs what else is not in the file. Tuples of `git`
//! and other repositories name no version and are left out. Below `_build` and `_checkouts` the file belongs to a
//! dependency, and nobody heeds it.

use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Presence, Relation, Unreadable};

use super::ERLANG;
use crate::language::{is_the_projects, lies_below};
use crate::listing::Listing;
use crate::syntax::terms::{self, Term};
use crate::syntax::text;

/// Names what to install, exactly: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "rebar-lock", version: 1, files: &[Key::Name("rebar.lock").when(is_wanted)], analyze };

fn is_wanted(path: &ImagePath) -> bool {
    is_the_projects(path) && !lies_below(path, "_build") && !lies_below(path, "_checkouts")
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let terms = terms::parse(&text, &ERLANG)?;
    let locked = match terms.first() {
        Some(Term::Group(versioned)) => match versioned.as_slice() {
            [Term::Text(_), Term::Group(locked), ..] => locked,
            _ => versioned,
        },
        _ => return Err(Unreadable::corrupt("not a list of Erlang")),
    };
    let mut listing = Listing::new(PackageKind::Hex);
    for entry in locked {
        let [_, source, depth @ ..] = entry.items() else { continue };
        let [kind, name, version, ..] = source.items() else { continue };
        if kind.is_word("pkg")
            && let Some(package) = listing.add(name.text(), version.text(), Presence::Declared)
            && let Some(Term::Word(depth)) = depth.first()
        {
            package.relation = if *depth == "0" { Relation::Direct } else { Relation::Transitive };
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
        testing::check(&ANALYZER, "srv/rebar.lock", lock, expected);
    }

    const LOCK: &str = r#"{"1.2.0",
[{<<"bson">>,
  {git,"https://example.test/bson",
       {ref,"14308ab"}},
  1},
 {<<"certifi">>,{pkg,<<"certifi">>,<<"2.9.0">>},1},
 {<<"alias">>,{pkg,<<"stdout_formatter">>,<<"0.2.3">>,<<"00">>},0}]}.
[
{pkg_hash,[
 {<<"certifi">>, <<"00">>}]}
].
"#;

    #[test]
    fn packages_are_listed_with_their_depth() {
        check(LOCK, "certifi 2.9.0 (declared) transitive\nstdout_formatter 0.2.3 (declared) direct");
        check(
            r#"{"1.1.0",
[{<<"part">>,{git_subdir,"https://example.test/whole",{ref,"00"},"apps/part"},0},
 {<<"poolboy">>,{pkg,<<"basho_poolboy">>,<<"0.8.3">>},1}]}."#,
            "basho_poolboy 0.8.3 (declared) transitive",
        );
        check(r#"[{<<"a">>,{pkg,<<"a">>,<<"1.0">>},0}]."#, "a 1.0 (declared) direct");
    }

    #[test]
    fn empty_and_broken_locks() {
        check("[].", "");
        check("", "gap: corrupt");
        check("<<<<<<< HEAD", "gap: corrupt");
    }

    #[test]
    fn locks_of_dependencies_are_not_wanted() {
        assert!(wants(&ANALYZER, "srv/rebar.lock"));
        assert!(!wants(&ANALYZER, "srv/_build/default/lib/a/rebar.lock"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "rebar.lock", &[LOCK.as_bytes()]);
    }
}
