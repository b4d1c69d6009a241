//! Models of machine learning that say in their files what they are.

mod gguf;

use model::Analyzer;

/// The formats, in alphabetical order.
pub static ANALYZERS: &[Analyzer] = &[gguf::ANALYZER];
