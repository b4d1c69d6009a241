//! Java and its relatives: archives of classes.

mod jar;

use model::Analyzer;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[jar::ANALYZER];
