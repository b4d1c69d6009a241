//! R: packages in libraries, and what renv has locked. Packages of Bioconductor are told apart from those of CRAN.

mod description;
mod renv_lock;

use model::Analyzer;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[description::ANALYZER, renv_lock::ANALYZER];
