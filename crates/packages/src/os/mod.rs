//! What distributions say of themselves and of the packages that they installed.

pub mod rpm;
mod source_rpm;

use model::Analyzer;

/// The formats, in alphabetical order; RPM's databases have a table of their own.
pub static ANALYZERS: &[Analyzer] = &[];
