//! Ruby: what RubyGems has installed, and what Bundler has locked.

mod bundler_lock;
mod gem_archive;
mod gemspec;

use model::Analyzer;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[bundler_lock::ANALYZER, gem_archive::ANALYZER, gemspec::ANALYZER];
