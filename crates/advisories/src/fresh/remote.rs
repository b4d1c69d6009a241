//! Where files come from, as far as whoever keeps copies of them cares: a server, a registry, a folder.

use std::io::Read;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A place that has files under paths.
pub trait Remote: Send + Sync {
    /// The file at `path`, its parts separated by `/`; `known` tags the copy that we have.
    fn get(&self, path: &str, known: Option<&Tag>) -> Result<Answer, Trouble>;
}

/// A place with the name that people know it by. Names are shown and stored: no credential may be in one.
pub struct Source {
    /// The name.
    pub name: String,
    /// The place.
    pub remote: Box<dyn Remote>,
}

/// What a remote says.
pub enum Answer {
    /// The copy that we have is the one that it has.
    Same,
    /// Another one.
    New {
        /// Its bytes. An error among them is a trouble of the remote's.
        body: Box<dyn Read + Send>,
        /// What to ask with the next time.
        tag: Tag,
        /// How many bytes it says there are.
        length: Option<u64>,
    },
    /// It has none under that path.
    Missing,
}

/// What tells one version of a remote file from another, in the remote's own words (RFC 9110, section 8.8).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// `ETag`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// `Last-Modified`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
}

impl Tag {
    /// Whether it tells nothing.
    pub fn is_empty(&self) -> bool {
        self.etag.is_none() && self.modified.is_none()
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The remote is not reached, has too much to do or breaks off: it is about the remote, and may pass.
    #[error("{why}")]
    Passing {
        /// What went wrong.
        why: String,
        /// For how long it asks to be left alone.
        after: Option<Duration>,
    },
    /// The remote refuses: it is about this file, and will be the same the next time.
    #[error("{why}")]
    Lasting {
        /// What went wrong.
        why: String,
    },
}

impl Trouble {
    /// One that may pass.
    pub fn passing(why: impl Into<String>) -> Self {
        Self::Passing { why: why.into(), after: None }
    }

    /// One that will not.
    pub fn lasting(why: impl Into<String>) -> Self {
        Self::Lasting { why: why.into() }
    }
}
