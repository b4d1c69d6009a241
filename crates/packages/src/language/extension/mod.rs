//! Extensions of editors and browsers, which bring code along and run it with their user's rights.

mod chrome;
mod vscode;

use model::Analyzer;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[chrome::ANALYZER, vscode::EXTENSION, vscode::LIST];
