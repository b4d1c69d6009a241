//! Prolog: what SWI-Prolog has installed.

mod pack;

use model::Analyzer;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[pack::ANALYZER];
