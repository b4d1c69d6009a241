//! Metadata: all of a scan that judging needs and nothing of what files hold, so that a build can hand it to somebody who
//! judges it elsewhere, today and again tomorrow. One JSON document, described by `schema/metadata-1.0.json`.
//!
//! What stays out: contents of files, texts of secrets (a keyed hash stands for each), values of variables. Settings are judged
//! where the files are, and what became of that is carried as it is in a report; the rest is facts.
//!
//! Metadata comes from strangers. What is wrong in it is told with its place: by line and column where it is no such document,
//! by the field where a number points at nothing.

mod document;
mod kept;
mod restored;

use std::io::{self, Write};

use model::{Image, Inventory, LayerSummary, Misconfiguration};

use crate::json::print;

/// The version of the document, as in `schema/metadata-1.0.json`. The first number rises when a field goes away or changes its
/// meaning, the second when one is added.
pub const VERSION: &str = "1.0";

/// Layers of the image with the most that anybody builds; runtimes take 127.
const MOST_LAYERS: usize = 1024;

/// What a build looked for. Where it did not, nothing can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sought {
    /// Packages, by which vulnerabilities are found.
    Packages,
    /// Secrets.
    Secrets,
    /// Settings.
    Settings,
    /// Texts of licences.
    Licenses,
}

impl Sought {
    /// The word for it, as in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Packages => "packages",
            Self::Secrets => "secrets",
            Self::Settings => "settings",
            Self::Licenses => "licenses",
        }
    }
}

/// What was seen of one artifact: one platform of an image.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    /// What was looked for, sorted.
    pub sought: Vec<Sought>,
    /// The image. Of variables there are names alone.
    pub image: Image,
    /// Its layers.
    pub layers: Vec<LayerSummary>,
    /// What is inside, and what could not be seen. Files of configuration are there and empty.
    pub inventory: Inventory,
    /// What rules said of the settings.
    pub settings: Vec<Misconfiguration>,
}

/// Metadata that was read.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// When the build looked (RFC 3339).
    pub generated_at: String,
    /// One entry for each platform.
    pub artifacts: Vec<Observed>,
}

/// Writes what was seen.
pub fn write(artifacts: &[Observed], version: &str, generated_at: &str, out: &mut dyn Write) -> io::Result<()> {
    print::print(&kept::document(artifacts, version, generated_at), out)
}

impl Metadata {
    /// Reads the document.
    pub fn read(json: &[u8]) -> io::Result<Self> {
        restored::read(json).map_err(|why| io::Error::new(io::ErrorKind::InvalidData, why))
    }
}

#[cfg(test)]
mod tests;
