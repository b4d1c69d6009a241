//! Rust: what lockfiles name, and what programs were built from.

mod cargo_lock;
mod crate_archive;
mod rust_binary;

use model::Analyzer;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[cargo_lock::ANALYZER, crate_archive::ANALYZER, rust_binary::ANALYZER];
