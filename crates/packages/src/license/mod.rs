//! Licences by their texts: files that have the text of one, and heads of source files. Looked at only where licences are
//! asked for, since comparing texts takes longer than all other reading.

mod header;
mod matcher;
#[cfg(test)]
mod testing;
mod text;

use model::Analyzer;

/// What packages are under that do not tell: the texts in their folders.
pub const OF_PACKAGES: &[Analyzer] = &[text::OF_PACKAGE];

/// What files are under, whether they belong to a package or not.
pub const FULL: &[Analyzer] = &[header::ANALYZER, text::ANYWHERE];
