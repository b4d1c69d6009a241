//! A shard: the advisories of one ecosystem and release family (`Debian:12`, `npm`) in one immutable file that is mapped
//! into memory and not parsed.
//!
//! Four parts are apart by who needs them. **Entries** are what matching touches: for each package name, found by binary
//! search, a run of ranges. **Records** are what a match is reported with: ids, dates, ratings. **Briefs** are what people
//! read of it in a report: summary and links, in small compressed blocks. **Details** are the long texts, in larger ones,
//! for those who ask. Records are filed by package, so what is reported about one package lies together.
//!
//! `layout` is the container, `wire` how numbers and texts are written, [`Builder`] makes a shard, [`Shard`] reads one.
//! A shard is made anew whenever anything in it changes; nothing is ever written into one. Why it is a format of our own
//! is told in ARCHITECTURE.md.

mod build;
mod layout;
mod read;
mod wire;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(crate) use build::write_runs;
pub use build::{Builder, Refused, Tally};
pub use read::{Entry, Shard, Timeline};

/// Names, and records, of one block.
const PER_BLOCK: usize = 64;
/// Bytes after which a block of briefs is closed, whatever comes next. Half of it is unpacked in vain for a brief that
/// stands alone; smaller blocks compress worse.
const BRIEF_BLOCK: usize = 8 << 10;
/// Bytes after which a block of details is closed, whatever comes next.
const DETAIL_BLOCK: usize = 32 << 10;
/// Bytes that a block of texts unpacks to: one that is nearly full and one record with all that a feed keeps.
const MAX_TEXT_BLOCK: usize = 1 << 20;
/// Bytes of unpacked texts that an open shard keeps: those of most shards as a whole.
const KEPT_TEXTS: usize = 4 << 20;
/// Bytes of a text that repeats, such as a vector or an ecosystem's name.
const MAX_WORD: usize = 2048;
/// Ratings, and weaknesses, of one record or one entry.
const MAX_WORDS: usize = 256;

/// What a shard is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Its name: `Debian:12`.
    pub shard: String,
    /// Advisories in it.
    pub advisories: u64,
    /// Packages that they speak of.
    pub packages: u64,
    /// When the newest of them was last changed (RFC 3339).
    pub newest: Option<String>,
    /// Advisories by publisher.
    pub publishers: BTreeMap<String, u64>,
}

/// A shard that cannot be used, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the advisories in {shard} cannot be read: {detail}")]
pub struct ShardError {
    /// Which file.
    pub shard: String,
    /// What is wrong.
    pub detail: String,
}

/// For fuzz targets: checksums keep damage away from all that is behind them.
#[cfg(fuzzing)]
pub(crate) fn seal(bytes: &mut [u8]) {
    let _ = layout::seal(bytes);
}

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) mod testing {
    use super::{Shard, build};
    use crate::advisory::Advisory;

    /// A shard of these advisories as they are, whatever they say.
    pub fn shard(advisories: &[Advisory]) -> Shard {
        Shard::from_bytes("test", build::write("test", 1, advisories)).unwrap()
    }
}
