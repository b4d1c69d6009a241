//! Julia: what its package manager has resolved.

mod manifest;

use model::Analyzer;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[manifest::ANALYZER];
