//! Dart and Flutter: what Pub has locked.

mod pubspec_lock;

use model::Analyzer;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[pubspec_lock::ANALYZER];
