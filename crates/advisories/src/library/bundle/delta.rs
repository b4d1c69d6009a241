//! What changed between two folders of data: writing it, and making new shards of it.

use std::io::{self, BufRead, Read, Write};
use std::path::Path;

use super::export::{Content, Data, Exported, patch, write};
use super::{Base, BundleError, Member, digest};
use crate::shard::Shard;

/// How hard to compress: a delta is made once and fetched by many.
const LEVEL: i32 = 19;

/// Writes what has to be known of the data in `new` where that in `old` is. Shards that are gone are known by the list.
pub fn delta(old: &Path, new: &Path, out: &mut dyn Write) -> Result<Exported, BundleError> {
    let (old, new) = (Data::read(old)?, Data::read(new)?);
    let mut members = Vec::new();
    for listed in &new.manifest.shards {
        let before = old.manifest.shard(&listed.about.shard);
        if before.is_some_and(|before| before.blake3 == listed.blake3) {
            continue;
        }
        let missing = || new.unfit(format!("there is no {}", listed.file));
        let shard = new.shard(listed)?.ok_or_else(missing)?;
        let before = before.map(|before| old.shard(before)).transpose()?.flatten();
        members.push(match before {
            Some(before) => {
                let packed = diff(before.bytes(), shard.bytes());
                let packed = packed.map_err(|source| BundleError::Io { path: listed.file.clone(), source })?;
                (patch(listed, &before, &packed), Content::Bytes(packed))
            }
            None => (Member { file: listed.file.clone(), ..Member::of("", shard.bytes()) }, Content::Shard(shard)),
        });
    }
    let base = Base { blake3: digest(&old.list), newest: old.manifest.newest().map(str::to_owned) };
    write(&new, Some(base), new.tables(&old.manifest.tables)?, members, out)
}

/// The window that reaches from the end of the new bytes to the beginning of the old ones, as a power of two.
fn window(old: u64, new: u64) -> u32 {
    // zstd's least and greatest.
    (u64::BITS - (old + new).leading_zeros()).clamp(10, 31)
}

/// What turns `old` into `new`.
fn diff(old: &[u8], new: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = zstd::Encoder::with_ref_prefix(Vec::new(), LEVEL, old)?;
    encoder.window_log(window(old.len() as u64, new.len() as u64))?;
    encoder.long_distance_matching(true)?;
    encoder.set_pledged_src_size(Some(new.len() as u64))?;
    encoder.write_all(new)?;
    encoder.finish()
}

/// The bytes that a patch makes of a shard, of which there shall be `bytes`: that bounds what unpacking may take.
pub(super) fn apply<'a>(old: &'a Shard, patch: impl BufRead + 'a, bytes: u64) -> io::Result<impl Read + 'a> {
    let mut decoder = zstd::Decoder::with_ref_prefix(patch, old.bytes())?;
    decoder.window_log_max(window(old.size(), bytes))?;
    Ok(decoder.single_frame())
}
