//! A door for the fuzz targets, which see only what is public: to the parsers of what other programs answer and keep.

use super::{Environment, credentials};

pub use super::registry::fuzzing::{answers, mirrors};

/// Reads the files of credentials that `environment` names.
pub fn credentials(environment: &Environment, registry: &str, repository: &str) {
    credentials::find(environment, registry, repository);
}
