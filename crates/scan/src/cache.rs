//! The fact cache: immutable files named by what they were made from, shared by any number of processes.
//!
//! A file appears by renaming, whole or not at all; readers take no lock. Advisory locks only keep two processes from
//! doing the same work at once; where they do not work, the work is done twice and the result is the same. Facts are
//! stored under a digest that we computed over the bytes that they came from, never under one that an image claims.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use image::BlobIdentity;
use model::{Analyzer, Budget, Digest};

use crate::collect::LayerFacts;

/// Raised when the stored form changes. Older files are then never asked for again.
const FORMAT: u32 = 2;

/// A folder of facts.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    root: PathBuf,
    /// What the facts depend on besides the layer: the analyzers' names and versions, and limits.
    readers: blake3::Hash,
}

/// Held while a layer is being analyzed. Given back by the system when the process dies.
pub(crate) struct Claim {
    lock: Option<(File, PathBuf)>,
}

impl Cache {
    pub(crate) fn new(root: &Path, analyzers: &[&'static Analyzer], budget: &Budget) -> Self {
        let mut hasher = blake3::Hasher::new();
        for analyzer in analyzers {
            hasher.update(format!("{} {}\n", analyzer.name, analyzer.version).as_bytes());
        }
        let limits = (
            budget.path_bytes,
            budget.file_bytes,
            budget.nesting,
            budget.nested_bytes,
            budget.facts,
            budget.learned_bytes,
        );
        hasher.update(format!("{FORMAT} {limits:?}").as_bytes());
        Self { root: root.to_owned(), readers: hasher.finalize() }
    }

    /// The digest of stored bytes that were read before.
    pub(crate) fn digest(&self, identity: &BlobIdentity) -> Option<Digest> {
        match identity {
            BlobIdentity::Content(digest) => Some(*digest),
            BlobIdentity::File { .. } => fs::read_to_string(self.path("seen", &name_of(identity))).ok()?.parse().ok(),
        }
    }

    /// What the layer with this digest says, if that is known.
    pub(crate) fn facts(&self, digest: &Digest) -> Option<LayerFacts> {
        let bytes = fs::read(self.path("facts", &self.facts_name(digest))).ok()?;
        let (checksum, body) = bytes.split_at_checked(blake3::OUT_LEN)?;
        let checksum: [u8; blake3::OUT_LEN] = checksum.try_into().ok()?;
        // A file that the disk damaged is as good as none.
        (blake3::hash(body) == checksum).then_some(())?;
        let facts: LayerFacts = postcard::from_bytes(body).ok()?;
        (facts.digest == Some(*digest)).then_some(facts)
    }

    /// Waits until nobody else is analyzing the same stored bytes.
    pub(crate) fn claim(&self, identity: &BlobIdentity) -> Claim {
        let name = blake3::hash(&[*self.readers.as_bytes(), *name_of(identity).as_bytes()].concat());
        let path = self.path("claims", &name);
        let lock = || {
            create_folder(path.parent()?).ok()?;
            let file = File::options().create(true).truncate(false).write(true).open(&path).ok()?;
            file.lock().ok()?;
            Some((file, path.clone()))
        };
        Claim { lock: lock() }
    }

    /// Keeps facts for the next scan. A cache that cannot be written to is one that does not help; it harms nobody.
    pub(crate) fn keep(&self, identity: Option<&BlobIdentity>, facts: &LayerFacts) {
        let Some(digest) = facts.digest else { return };
        let stored = postcard::to_stdvec(facts).map_err(io::Error::other).and_then(|body| {
            let checksum = blake3::hash(&body);
            self.put("facts", &self.facts_name(&digest), &[checksum.as_bytes(), &body])?;
            match identity {
                Some(identity @ BlobIdentity::File { .. }) => {
                    self.put("seen", &name_of(identity), &[digest.to_string().as_bytes()])
                }
                _ => Ok(()),
            }
        });
        if let Err(error) = stored {
            tracing::debug!(%error, cache = %self.root.display(), "facts were not cached");
        }
    }

    fn put(&self, kind: &str, name: &blake3::Hash, parts: &[&[u8]]) -> io::Result<()> {
        let path = self.path(kind, name);
        let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
        create_folder(folder)?;
        let unique = format!(".{}-{:?}.new", std::process::id(), std::thread::current().id());
        let fresh = path.with_extension(unique);
        let written = (|| {
            let mut file = File::create(&fresh)?;
            parts.iter().try_for_each(|part| file.write_all(part))?;
            fs::rename(&fresh, &path)
        })();
        if written.is_err() {
            let _ = fs::remove_file(&fresh);
        }
        written
    }

    fn facts_name(&self, digest: &Digest) -> blake3::Hash {
        blake3::hash(&[&self.readers.as_bytes()[..], digest.to_string().as_bytes()].concat())
    }

    /// Two levels, since some filesystems are slow with folders of a million files.
    fn path(&self, kind: &str, name: &blake3::Hash) -> PathBuf {
        let hex = name.to_hex();
        self.root.join(kind).join(&hex[..2]).join(&hex[2..])
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some((file, path)) = self.lock.take() {
            // Whoever waits for the file that is removed here gets its lock next, and then finds the result.
            let _ = fs::remove_file(path);
            let _ = file.unlock();
        }
    }
}

/// Facts name files of private images.
fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn name_of(identity: &BlobIdentity) -> blake3::Hash {
    blake3::hash(format!("{identity:?}").as_bytes())
}
