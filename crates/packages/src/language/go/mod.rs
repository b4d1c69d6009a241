//! Go modules: what programs were built from, and what projects ask for.

mod go_binary;
mod go_mod;
mod vendor_list;

use model::Analyzer;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[go_binary::ANALYZER, go_mod::ANALYZER, vendor_list::ANALYZER];
