//! Haskell: what Cabal has frozen, and what Stack has locked.

mod cabal_freeze;
mod stack;

use model::Analyzer;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[cabal_freeze::ANALYZER, stack::ANALYZER];
