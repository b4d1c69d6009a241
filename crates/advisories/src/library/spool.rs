//! Advisories on their way to their shards. Feeds come in any order and a shard needs all of its advisories at once, so
//! they wait in one file for each shard: memory is that of the largest shard, not of the world.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::advisory::Advisory;
use crate::ecosystems;

/// Bytes of one advisory in a file.
const MAX_ADVISORY: usize = 64 << 20;

/// A folder of waiting advisories, which is gone when this is.
pub(super) struct Spool {
    root: PathBuf,
    queues: Mutex<BTreeMap<String, Queue>>,
}

struct Queue {
    path: PathBuf,
    file: BufWriter<File>,
}

/// Advisories that one thread has sorted, not yet in files.
#[derive(Default)]
pub(super) struct Batch {
    queues: HashMap<String, Vec<u8>>,
    /// Shards by ecosystem, looked up once.
    shards: HashMap<String, Option<String>>,
}

impl Spool {
    /// In a new folder below `folder`.
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        let root = folder.join(format!(".building-{}", std::process::id()));
        // What a process of that number left behind when it was ended.
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root)?;
        Ok(Self { root, queues: Mutex::default() })
    }

    /// Puts a batch into the files.
    #[expect(clippy::iter_over_hash_type, reason = "each queue has a file of its own")]
    pub(super) fn append(&self, batch: &mut Batch) -> io::Result<()> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        for (shard, bytes) in batch.queues.drain() {
            if !queues.contains_key(&shard) {
                let path = self.root.join(queues.len().to_string());
                let file = BufWriter::new(File::create(&path)?);
                queues.insert(shard.clone(), Queue { path, file });
            }
            if let Some(queue) = queues.get_mut(&shard) {
                queue.file.write_all(&bytes)?;
            }
        }
        Ok(())
    }

    /// The shards that something waits for, and the files.
    pub(super) fn close(&self) -> io::Result<Vec<(String, PathBuf)>> {
        let queues = std::mem::take(&mut *self.queues.lock().unwrap_or_else(PoisonError::into_inner));
        let close = |(shard, mut queue): (String, Queue)| {
            queue.file.flush()?;
            Ok((shard, queue.path))
        };
        queues.into_iter().map(close).collect()
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

impl Batch {
    /// Bytes that wait.
    pub(super) fn len(&self) -> usize {
        self.queues.values().map(Vec::len).sum()
    }

    /// Sorts an advisory's entries into shards. Ecosystems that nobody knows are returned.
    pub(super) fn add(&mut self, mut advisory: Advisory) -> Result<Vec<String>, postcard::Error> {
        let mut unknown = Vec::new();
        let mut parts: BTreeMap<String, Advisory> = BTreeMap::new();
        for affected in std::mem::take(&mut advisory.affected) {
            let known = self.shards.entry(affected.ecosystem.clone());
            let shard = known.or_insert_with(|| ecosystems::shard(&affected.ecosystem));
            let Some(shard) = shard else {
                unknown.push(affected.ecosystem);
                continue;
            };
            let part = parts.entry(shard.clone()).or_insert_with(|| advisory.clone());
            part.affected.push(affected);
        }
        for (shard, part) in parts {
            let queue = self.queues.entry(shard).or_default();
            let bytes = postcard::to_stdvec(&part)?;
            queue.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
            queue.extend_from_slice(&bytes);
        }
        Ok(unknown)
    }
}

/// Reads a file of waiting advisories.
pub(super) fn read(path: &Path, mut take: impl FnMut(Advisory)) -> io::Result<()> {
    let mut file = BufReader::with_capacity(1 << 18, File::open(path)?);
    let mut bytes = Vec::new();
    loop {
        let mut length = [0; 4];
        match file.read_exact(&mut length) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            other => other?,
        }
        let length = u32::from_le_bytes(length) as usize;
        if length > MAX_ADVISORY {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a waiting advisory is too long"));
        }
        bytes.resize(length, 0);
        file.read_exact(&mut bytes)?;
        take(postcard::from_bytes(&bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?);
    }
}
