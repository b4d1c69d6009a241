//! JavaScript: what is in `node_modules`, and what lockfiles name.

mod bun_lock;
mod deno_config;
mod deno_lock;
mod folders;
mod graph;
mod node_module;
mod npm_lock;
mod pnpm_lock;
mod yarn_lock;

use model::Analyzer;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[
    bun_lock::ANALYZER,
    deno_config::ANALYZER,
    deno_lock::ANALYZER,
    node_module::ANALYZER,
    npm_lock::ANALYZER,
    pnpm_lock::ANALYZER,
    yarn_lock::ANALYZER,
];
