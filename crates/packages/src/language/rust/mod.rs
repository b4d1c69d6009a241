//! Rust: what lockfiles name.

mod cargo_lock;

use model::Analyzer;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[cargo_lock::ANALYZER];
