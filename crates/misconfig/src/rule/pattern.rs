//! Regular expressions of rules: packed as text, compiled when one is first asked.

use std::sync::OnceLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

/// A regular expression. The build has checked it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Pattern<'a> {
    text: &'a str,
    #[serde(skip)]
    compiled: OnceLock<Option<Regex>>,
}

impl<'a> Pattern<'a> {
    /// Takes one that can be compiled.
    pub fn new(text: &'a str) -> Result<Self, String> {
        let compiled = Regex::new(text).map_err(|error| error.to_string())?;
        Ok(Self { text, compiled: OnceLock::from(Some(compiled)) })
    }

    /// How it is written.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// Whether a part of the text looks like that.
    pub fn matches(&self, text: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| Regex::new(self.text).ok());
        compiled.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}
