//! Extensions of editors and browsers, which bring code along and run it with their user's rights.

mod chrome;
mod vscode;
mod vsix;

use model::Analyzer;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[chrome::ANALYZER, vsix::ANALYZER, vscode::EXTENSION, vscode::LIST];
