//! The list of a folder's shards, with their digests.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::shard::About;

/// The file's name.
pub const MANIFEST: &str = "shards.json";
/// Raised when a program of today cannot use a folder of tomorrow.
const FORMAT: u32 = 1;
/// Bytes of a manifest: ten times what all ecosystems' shards would need.
pub(super) const MAX_BYTES: usize = 4 << 20;
/// Shards in one.
const MAX_SHARDS: usize = 10_000;

/// The list of a folder's shards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format's version.
    pub format: u32,
    /// The shards, by name.
    pub shards: Vec<Listed>,
}

/// A shard in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its file's name.
    pub file: String,
    /// The file's size.
    pub bytes: u64,
    /// The file's BLAKE3 digest, in hexadecimal.
    pub blake3: String,
    /// What it is about.
    #[serde(flatten)]
    pub about: About,
}

/// A manifest that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the list of shards cannot be used: {0}")]
pub struct Unusable(String);

impl Manifest {
    /// A list of these shards.
    pub fn new(mut shards: Vec<Listed>) -> Self {
        shards.sort_by(|a, b| a.about.shard.cmp(&b.about.shard));
        Self { format: FORMAT, shards }
    }

    /// Reads one, and refuses file names that lead elsewhere.
    pub fn parse(json: &[u8]) -> Result<Self, Unusable> {
        if json.len() > MAX_BYTES {
            return Err(Unusable(format!("it has more than {MAX_BYTES} bytes")));
        }
        let manifest: Self = serde_json::from_slice(json).map_err(|error| Unusable(error.to_string()))?;
        if manifest.format != FORMAT {
            return Err(Unusable(format!("it has format {} and this program reads {FORMAT}", manifest.format)));
        }
        if manifest.shards.len() > MAX_SHARDS {
            return Err(Unusable("it lists more shards than there are ecosystems".into()));
        }
        if !manifest.shards.is_sorted_by(|a, b| a.about.shard < b.about.shard) {
            return Err(Unusable("its shards are not in the order of their names".into()));
        }
        match manifest.shards.iter().find(|listed| listed.file != super::file_name(&listed.about.shard)) {
            Some(odd) => Err(Unusable(format!("{} is not the file of {}", odd.file.escape_debug(), odd.about.shard))),
            None => Ok(manifest),
        }
    }

    /// The text of the file.
    pub fn to_json(&self) -> Vec<u8> {
        // Texts and numbers can always be written.
        let mut json = serde_json::to_vec_pretty(self).unwrap_or_default();
        json.push(b'\n');
        json
    }

    /// The shard of that name.
    pub fn shard(&self, name: &str) -> Option<&Listed> {
        self.shards.iter().find(|listed| listed.about.shard == name)
    }

    /// Reads a folder's list; none where there is none.
    pub fn read(folder: &Path) -> io::Result<Option<Self>> {
        let read = || {
            let mut json = Vec::new();
            File::open(folder.join(MANIFEST))?.take(MAX_BYTES as u64 + 1).read_to_end(&mut json)?;
            Ok::<_, io::Error>(json)
        };
        match read() {
            Ok(json) => Self::parse(&json).map(Some).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_other_names_are_refused() {
        let about = About { shard: "Debian:12".into(), ..About::default() };
        let listed = Listed { file: "Debian+12.shard".into(), bytes: 7, blake3: "00".into(), about };
        let manifest = Manifest::new(vec![listed.clone()]);
        assert_eq!(Manifest::parse(&manifest.to_json()).unwrap(), manifest);
        let elsewhere = Manifest::new(vec![Listed { file: "../../etc/passwd".into(), ..listed }]);
        assert!(Manifest::parse(&elsewhere.to_json()).unwrap_err().to_string().contains("is not the file of"));
        let tomorrow = Manifest { format: 2, shards: Vec::new() };
        assert!(Manifest::parse(&tomorrow.to_json()).is_err());
        assert!(Manifest::parse(b"<html>").is_err());
    }
}
