//! What is known of a kind of secret.

use std::borrow::Cow;

use model::Severity;

use super::alphabet::Alphabet;
use super::shape::{Part, Shape};

/// A kind of secret. The table in this folder's `mod.rs` says what each field is for.
#[derive(Debug)]
#[expect(missing_docs, reason = "the format of the rules documents them")]
pub struct Kind {
    pub id: &'static str,
    pub provider: &'static str,
    pub about: &'static str,
    pub name: &'static str,
    pub opens: &'static str,
    pub severity: Severity,
    pub shapes: &'static [Shape],
    pub needs: Needs,
    pub words: &'static [&'static str],
    pub named: &'static [&'static str],
    pub rotate: &'static str,
    pub revocable: bool,
    pub days: u16,
    pub pair: &'static [&'static str],
}

/// What must be near a text of a kind's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    /// Nothing: the shape is enough.
    Nothing,
    /// A word of the provider.
    Word,
    /// A word of the provider, and the name of a setting that speaks of a key.
    Key,
    /// It has no shape: an assignment or a structure is judged.
    Judged,
}

include!(concat!(env!("OUT_DIR"), "/kinds.rs"));

/// The kind of that id.
pub fn by_id(id: &str) -> Option<&'static Kind> {
    KINDS.binary_search_by_key(&id, |kind| kind.id).ok().map(|index| &KINDS[index])
}
