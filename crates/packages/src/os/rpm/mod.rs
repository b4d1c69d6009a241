//! RPM's databases: three containers for the same headers.

use model::Analyzer;

/// The formats, in alphabetical order.
pub static ANALYZERS: &[Analyzer] = &[];
