//! PHP: Composer's and PEAR's packages, and WordPress with what is plugged into it.

mod composer;
mod pear;
mod wordpress;

use model::Analyzer;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] =
    &[composer::INSTALLED, composer::LOCK, pear::ANALYZER, wordpress::CORE, wordpress::PLUGIN, wordpress::THEME];
