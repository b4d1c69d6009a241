//! Python: what is installed in an environment, and what projects ask for.

mod installed;
mod normalize;
mod requirements;

use model::Analyzer;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[installed::ANALYZER, requirements::ANALYZER];
