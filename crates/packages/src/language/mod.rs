//! Packages of programming languages, installed or named by a lockfile.

use model::Analyzer;

/// The formats, in alphabetical order.
pub static ANALYZERS: &[Analyzer] = &[];
