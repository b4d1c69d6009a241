//! OCaml: what opam has installed, and what projects ask it for.

mod opam_file;
mod opam_switch;

use model::Analyzer;

use crate::syntax::terms::{Dialect, Term};

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[opam_file::ANALYZER, opam_switch::ANALYZER];

/// opam's own language (The opam manual, "Common file format"). Texts in three quotes are as those in one.
const OPAM: Dialect =
    Dialect { comment: "#", blocks: &[], quotes: &["\"\"\"", "\""], raw: &[], word: "-+", marks: ":=<>!|" };

/// What follows `name:` at the top of a file.
fn field<'a, 'b>(terms: &'b [Term<'a>], name: &str) -> Option<&'b Term<'a>> {
    terms.windows(3).find_map(|window| match window {
        [field, Term::Mark(':'), value] if field.is_word(name) => Some(value),
        _ => None,
    })
}

/// `name.1.0`: names have no dots.
fn split(identifier: &str) -> Option<(&str, &str)> {
    identifier.split_once('.').filter(|(name, version)| !name.is_empty() && !version.is_empty())
}
