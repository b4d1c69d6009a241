//! The report: all that a scan learned about one artifact, before it is written in any format.

use serde::{Deserialize, Serialize};

use crate::{Assessed, Compliance, Digest, Finding, Image, ImagePath, Inventory, LayerIndex, VexRemark};

/// All that a scan learned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The artifact.
    pub image: Image,
    /// What each layer is, in the image's order.
    pub layers: Vec<LayerSummary>,
    /// What is inside, and what could not be seen.
    pub inventory: Inventory,
    /// What is wrong, sorted: worst first.
    pub findings: Vec<Finding>,
    /// What the judgement was based on, one entry per ecosystem that was asked, sorted.
    pub knowledge: Vec<Knowledge>,
    /// What others say about the vulnerabilities, in the order in which it was read, and what became of it.
    pub remarks: Vec<VexRemark>,
    /// Which rules about settings were asked how often, sorted.
    pub assessed: Vec<Assessed>,
    /// What became of the frameworks that were asked for, in that order.
    pub compliance: Vec<Compliance>,
}

/// What one layer holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerSummary {
    /// Which part of the image it belongs to.
    pub class: LayerClass,
    /// Digest of the stored bytes, computed by us; none when they could not be read to the end.
    pub digest: Option<Digest>,
    /// Bytes after decompression.
    pub bytes: u64,
    /// Regular files.
    pub files: u64,
    /// Bytes of files that lower layers already had or that later layers remove or replace.
    pub wasted_bytes: u64,
    /// The largest files of this layer that a later layer removes or replaces, largest first; at most twenty.
    pub removed_later: Vec<Removed>,
    /// How many such files there are.
    pub removed_later_count: u64,
}

/// A file that is paid for and not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// The file.
    pub path: ImagePath,
    /// Its size.
    pub bytes: u64,
    /// The layer that removed or replaced it.
    pub by: LayerIndex,
    /// Whether it was replaced by a newer version, and not deleted.
    pub replaced: bool,
}

/// Who is responsible for a layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LayerClass {
    /// The image that was built upon.
    Base,
    /// Runtimes, libraries and tools put between the base and the application.
    Middle,
    /// The application.
    #[default]
    App,
}

/// The advisory data of one ecosystem that a judgement was based on.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Knowledge {
    /// The ecosystem, in the words of the OSV schema: `Debian:12`, `npm`.
    pub ecosystem: String,
    /// Advisories about it that were there to match against.
    pub advisories: u64,
    /// When the newest of them was last changed (RFC 3339).
    pub newest: Option<String>,
    /// Packages of the image that were looked up in it.
    pub packages: u64,
    /// There was nothing but the set of exploited vulnerabilities that the program brings along.
    pub starter: bool,
    /// When the data was last compared with its source (RFC 3339), where that is known.
    pub checked: Option<String>,
}
