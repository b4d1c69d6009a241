//! What is known of a kind of secret.

use std::borrow::Cow;
use std::sync::LazyLock;

use model::Severity;

use super::alphabet::Alphabet;
use super::own::own;
use super::shape::{Part, Shape};

/// A kind of secret. The table in this folder's `mod.rs` says what each field is for.
#[derive(Clone, Debug)]
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
    pub verify: Option<&'static Request>,
}

/// How the provider is asked whether it accepts a secret of a kind. `request.rs` says what each field is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub post: bool,
    pub url: &'static str,
    pub headers: &'static [(&'static str, &'static str)],
    pub basic: &'static str,
    pub body: &'static str,
    pub signed: bool,
    pub live: &'static [(u16, &'static str)],
    pub revoked: &'static [(u16, &'static str)],
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

/// Every kind, those included that the user brought, sorted by id.
pub fn all() -> &'static [Kind] {
    static ALL: LazyLock<Vec<Kind>> = LazyLock::new(|| {
        let mut all: Vec<Kind> = KINDS.iter().chain(own()).cloned().collect();
        all.sort_by_key(|kind| kind.id);
        all
    });
    if own().is_empty() { &KINDS } else { &ALL }
}

/// The kind of that id.
pub fn by_id(id: &str) -> Option<&'static Kind> {
    all().binary_search_by_key(&id, |kind| kind.id).ok().map(|index| &all()[index])
}
