//! Placeholder.
use model::Analyzer;
/// The formats, in alphabetical order.
pub static ANALYZERS: &[Analyzer] = &[];
