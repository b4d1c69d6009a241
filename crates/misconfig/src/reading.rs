//! What a reader of one format makes of a file: resources, and what it could not read.

use std::collections::BTreeSet;

use crate::Resource;
use crate::yaml::Wrong;

/// The resources of a file, and what could not be seen of it.
#[derive(Debug, Default)]
pub struct Reading {
    /// What was read.
    pub resources: Vec<Resource>,
    /// What was not.
    pub gaps: Vec<Wrong>,
    /// Values that the file declares secret, wherever they come up.
    pub secrets: BTreeSet<String>,
}

impl Reading {
    /// The file's text; a gap where it is none.
    pub fn text<'a>(&mut self, content: &'a [u8]) -> Option<&'a str> {
        match std::str::from_utf8(content) {
            Ok(text) => Some(text),
            Err(error) => {
                let what = format!("not UTF-8 at byte {}", error.valid_up_to());
                self.gaps.push(Wrong { what, limit: false });
                None
            }
        }
    }

    /// Notes what could not be read.
    pub fn gap(&mut self, wrong: Option<Wrong>) {
        self.gaps.extend(wrong);
    }
}
