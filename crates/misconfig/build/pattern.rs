//! Regular expressions as the build sees them: checked, and packed as text.

use serde::{Deserialize, Serialize};

/// A regular expression that can be compiled.
#[derive(Debug, Serialize, Deserialize)]
pub struct Pattern<'a> {
    text: &'a str,
}

impl<'a> Pattern<'a> {
    /// Takes one that can be compiled.
    pub fn new(text: &'a str) -> Result<Self, String> {
        regex_syntax::parse(text).map_err(|error| error.to_string())?;
        Ok(Self { text })
    }
}
