//! JavaScript: what is in `node_modules`, and what lockfiles name.

mod node_module;
mod npm_lock;

use model::Analyzer;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[node_module::ANALYZER, npm_lock::ANALYZER];
