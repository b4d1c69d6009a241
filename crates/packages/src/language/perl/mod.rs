//! Perl: distributions that are installed from its archive, and what Carton has locked.

mod cpan_meta;
mod cpanfile_snapshot;
mod perllocal;

use model::Analyzer;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[cpan_meta::ANALYZER, cpanfile_snapshot::ANALYZER, perllocal::ANALYZER];
