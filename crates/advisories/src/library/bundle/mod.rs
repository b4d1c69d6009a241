//! Bundles: a folder's data as one file that can be carried to where no network is, and deltas, which bring a folder that
//! has the data of one day to that of another.
//!
//! A bundle is a tar archive (`tar`), compressed with zstd, with a seal at its end (`seal`); `tar --zstd -xf` unpacks it.
//! In it lie, in this order:
//! - `bundle.json`, the [`Head`]: the format's version and the list of what follows, with sizes and BLAKE3 digests;
//! - `shards.json`, the folder's list as it is, and `shards.json.sig`, if it is signed;
//! - the tables of facts that the list names, in its order; in a delta, those that changed;
//! - the shards, or some of them, in the list's order. In a delta, one that changed is a zstd frame that has the old shard
//!   as its prefix (`zstd --patch-from`), under the name of the shard and `.zst`.
//!
//! Nothing in it is taken at its word: the list says which files there may be, how long they are and what is in them, and
//! the signature says whose list it is. So each file is checked while it is read, and whoever fills a disk has to sign for
//! it where a key is pinned. What is read becomes visible last, by renaming (`staging`).
//!
//! The same files may lie one by one in a place that has files, such as a registry; `pull` takes those from there that a folder
//! lacks, with the same checks.
//!
//! To carry one more table, see `tables`. To carry one more kind of file, list it in `shards.json`, so that the signature
//! covers it, and raise [`FORMAT`].

mod delta;
mod export;
mod import;
mod pull;
mod seal;
mod staging;
mod tar;
#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::manifest::{MANIFEST, MAX_BYTES, Older};
use super::signature::Untrusted;

pub use delta::delta;
pub use export::{Exported, Files, export};
pub use import::{Imported, import, import_of_any_age};
pub use pull::pull;

/// The first file of a bundle.
const HEAD: &str = "bundle.json";
/// Raised when a program of today cannot use a bundle of tomorrow. The first one had no tables.
const FORMAT: u32 = 2;
/// The oldest that is understood.
const OLDEST_FORMAT: u32 = 1;
/// Ends the names of shards that are given by what changed.
const PATCHED: &str = ".zst";
/// The window of the outer compression, as a power of two: what reading a bundle may take of memory.
const WINDOW: u32 = 23;
/// Bytes of all shards in a bundle: a hundred times what all ecosystems take.
const MAX_DATA: u64 = 8 << 30;
/// Bytes of one shard. Deltas need two of them in memory.
const MAX_SHARD: u64 = 1 << 30;

/// What is in a bundle.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    format: u32,
    /// A delta starts from other data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<Base>,
    members: Vec<Member>,
}

/// The data that a delta starts from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Base {
    /// The BLAKE3 digest of its list of shards.
    blake3: String,
    /// When the newest of its advisories was changed, for people.
    newest: Option<String>,
}

/// A file in a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Member {
    file: String,
    bytes: u64,
    blake3: String,
    /// The BLAKE3 digest of the shard that this one is made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
}

impl Member {
    fn of(file: &str, content: &[u8]) -> Self {
        Self { file: file.to_owned(), bytes: content.len() as u64, blake3: digest(content), from: None }
    }
}

impl Head {
    fn parse(json: &[u8]) -> Result<Self, BundleError> {
        let refused = |detail| BundleError::Refused(format!("its head cannot be used: {detail}"));
        let head: Self = serde_json::from_slice(json).map_err(|error| refused(error.to_string()))?;
        match head.format {
            OLDEST_FORMAT..=FORMAT => Ok(head),
            other => Err(refused(format!("it has format {other} and this program reads {OLDEST_FORMAT} to {FORMAT}"))),
        }
    }

    fn to_json(&self) -> Vec<u8> {
        // Texts and numbers can always be written.
        let mut json = serde_json::to_vec_pretty(self).unwrap_or_default();
        json.push(b'\n');
        json
    }
}

/// Why a bundle cannot be made or used.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A file or folder cannot be read or written.
    #[error("cannot use {path}: {source}")]
    Io {
        /// Which.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// The bundle is damaged, or none.
    #[error("the bundle is refused: {0}")]
    Refused(String),
    /// The place that it is at does not give it.
    #[error("it cannot be fetched: {0}")]
    Unreachable(String),
    /// The wrong people made it.
    #[error("the bundle is refused: {0}")]
    Untrusted(#[from] Untrusted),
    /// What is in use is newer.
    #[error("the bundle is refused: {0}")]
    Older(#[from] Older),
    /// A delta for other data.
    #[error("the delta starts from {needed}, and {found}")]
    WrongBase {
        /// The data that it needs.
        needed: String,
        /// What there is.
        found: String,
    },
    /// The data in a folder is not what its list says.
    #[error("the data in {folder} cannot be passed on: {detail}")]
    Unfit {
        /// Which.
        folder: String,
        /// Why.
        detail: String,
    },
    /// Somebody else is changing the folder.
    #[error("another import into {0} is at work")]
    Busy(String),
}

impl BundleError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.display().to_string();
        |source| Self::Io { path, source }
    }
}

fn digest(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}
