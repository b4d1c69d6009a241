//! JavaScript: what is in `node_modules`, and what lockfiles name.

mod folders;
mod graph;
mod node_module;
mod npm_lock;
mod yarn_lock;

use model::Analyzer;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[node_module::ANALYZER, npm_lock::ANALYZER, yarn_lock::ANALYZER];
