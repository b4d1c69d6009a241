//! Conda: packages of any language, installed into prefixes, and what environments ask for.

mod environment;
mod installed;
mod lock;

use model::Analyzer;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[installed::ANALYZER, environment::ANALYZER, lock::ANALYZER];
