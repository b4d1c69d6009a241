//! Nim: what Nimble installed, and what its lockfiles name.

mod installed;
mod nimble_lock;

use model::Analyzer;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[installed::ANALYZER, nimble_lock::ANALYZER];
