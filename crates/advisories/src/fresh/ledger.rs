//! `fetched.json`: what is known of each local copy besides its bytes. Losing it costs some downloads and nothing else.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::claim;
use super::draft;
use super::remote::Tag;

/// Raised when the meaning of a field changes. Ledgers of other formats count as lost.
const FORMAT: u32 = 1;

/// Its name in the folder of the copies.
pub(super) const NAME: &str = "fetched.json";

/// Held while it is rewritten. It stays, so that nobody can hold a lock on a name that is gone.
pub(super) const LOCK: &str = "fetched.lock";

/// No honest ledger comes near.
const LARGEST: u64 = 16 << 20;

/// What is known of all copies in a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    format: u32,
    /// By path, its parts separated by `/`.
    pub files: BTreeMap<String, Record>,
}

/// What is known of one copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The name of the source that it came from.
    pub source: String,
    /// What that source calls it. It means nothing to others.
    #[serde(default)]
    pub tag: Tag,
    /// How many bytes it has.
    pub length: u64,
    /// Its BLAKE3 hash in hexadecimal digits.
    pub blake3: String,
    /// When it became what it is, in seconds since 1970.
    pub fetched: u64,
    /// When a source last said that it is up to date, in seconds since 1970.
    pub checked: u64,
}

impl Ledger {
    /// The ledger of a folder; an empty one where there is none, or a damaged one.
    pub fn read(folder: &Path) -> Self {
        let read = || {
            let mut bytes = Vec::new();
            let file =
                File::open(folder.join(NAME)).ok().filter(|file| file.metadata().is_ok_and(|it| it.is_file()))?;
            file.take(LARGEST).read_to_end(&mut bytes).ok()?;
            serde_json::from_slice(&bytes).ok().filter(|ledger: &Self| ledger.format == FORMAT)
        };
        read().unwrap_or_default()
    }

    /// Changes what is known of one copy, whatever others change meanwhile.
    pub(super) fn note(folder: &Path, path: &str, record: Record, patience: Duration) -> io::Result<()> {
        // Where there are no locks, the last one wins, and somebody asks for a file once more than needed.
        let _lock = claim::lock(&folder.join(LOCK), patience);
        let mut ledger = Self { format: FORMAT, ..Self::read(folder) };
        ledger.files.insert(path.to_owned(), record);
        let place = folder.join(NAME);
        let fresh = draft::name(&place);
        let written = serde_json::to_vec_pretty(&ledger)
            .map_err(io::Error::from)
            .and_then(|bytes| File::create_new(&fresh)?.write_all(&bytes))
            .and_then(|()| fs::rename(&fresh, &place));
        if written.is_err() {
            let _ = fs::remove_file(&fresh);
        }
        written
    }
}

/// A time as the ledger writes it.
pub(super) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
