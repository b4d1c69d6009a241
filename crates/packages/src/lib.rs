//! Files to packages: one file per format, one row per format in the tables of [`os`] and [`language`].
//!
//! Invariant: reads nothing but the bytes it is lent. What needs a file's neighbours is joined at the inventory.

pub mod language;
pub mod os;

use model::Analyzer;

/// Every analyzer of this crate.
pub fn analyzers() -> impl Iterator<Item = &'static Analyzer> {
    os::ANALYZERS.iter().chain(os::rpm::ANALYZERS).chain(language::ANALYZERS)
}
