//! The fact cache: immutable files named by what they were made from, shared by any number of processes.
//!
//! A file appears by renaming, whole or not at all; readers take no lock. Advisory locks only keep two processes from
//! doing the same work at once; where they do not work, the work is done twice and the result is the same. Facts are
//! stored under a digest that we computed over the bytes that they came from, never under one that an image claims.

use std::collections::hash_map::RandomState;
use std::fs::{self, File, TryLockError};
use std::hash::BuildHasher;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use image::BlobIdentity;
use model::{Analyzer, Budget, Digest, What};

use crate::collect::LayerFacts;
use crate::unfold::Archives;

/// Raised when the stored form changes. Older files are then never asked for again.
const FORMAT: u32 = 8;

/// A folder of facts.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    root: PathBuf,
    /// What the facts depend on besides the layer: the analyzers' names and versions, and limits.
    readers: blake3::Hash,
    /// Bytes of a file of facts: no honest one takes more on disk than in memory.
    most: u64,
}

/// Held while a layer is being analyzed. Given back by the system when the process dies.
pub(crate) struct Claim {
    lock: Option<(File, PathBuf)>,
}

impl Cache {
    pub(crate) fn new(root: &Path, analyzers: &[&'static Analyzer], archives: Archives, budget: &Budget) -> Self {
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
            // Which archives are opened, and how far what is in them may grow.
            (archives, budget.ratio),
        );
        hasher.update(format!("{FORMAT} {limits:?}").as_bytes());
        Self { root: root.to_owned(), readers: hasher.finalize(), most: budget.learned_bytes as u64 }
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
        let path = self.path("facts", &self.facts_name(digest));
        fs::metadata(&path).ok().filter(|file| file.is_file() && file.len() <= self.most)?;
        let bytes = fs::read(path).ok()?;
        let (checksum, body) = bytes.split_at_checked(blake3::OUT_LEN)?;
        let checksum: [u8; blake3::OUT_LEN] = checksum.try_into().ok()?;
        // A file that the disk damaged is as good as none.
        (blake3::hash(body) == checksum).then_some(())?;
        let facts: LayerFacts = postcard::from_bytes(body).ok()?;
        (facts.digest == Some(*digest)).then_some(facts)
    }

    /// Waits until nobody else is analyzing the same stored bytes, or the time is up.
    pub(crate) fn claim(&self, identity: &BlobIdentity, deadline: Option<Instant>) -> Claim {
        let name = blake3::hash(&[*self.readers.as_bytes(), *name_of(identity).as_bytes()].concat());
        let path = self.path("claims", &name);
        let lock = || {
            create_folder(path.parent()?).ok()?;
            let file = File::options().create(true).truncate(false).write(true).open(&path).ok()?;
            lock(&file, deadline).ok()?;
            Some((file, path.clone()))
        };
        Claim { lock: lock() }
    }

    /// Keeps facts for the next scan. A cache that cannot be written to is one that does not help; it harms nobody.
    pub(crate) fn keep(&self, identity: Option<&BlobIdentity>, facts: &LayerFacts) {
        let Some(digest) = facts.digest else { return };
        // Files of configuration are kept whole until they are judged, with whatever secrets stand in them.
        if facts.facts.iter().any(|fact| matches!(fact.what, What::Configuration(_))) {
            return;
        }
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
        // Machines that share the folder share process numbers too.
        let unique = RandomState::new().hash_one(std::process::id());
        let fresh = path.with_extension(format!("{unique:016x}.new"));
        let written = (|| {
            let mut file = File::create_new(&fresh)?;
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

fn lock(file: &File, deadline: Option<Instant>) -> io::Result<()> {
    const PAUSE: Duration = Duration::from_millis(20);
    let Some(deadline) = deadline else { return file.lock() };
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => thread::sleep(PAUSE),
            outcome => return outcome.map_err(io::Error::from),
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

#[cfg(test)]
mod tests {
    use super::*;
    use model::{AnalyzerId, Configuration, Fact, Facts, Gap, GapKind, Place};

    static ONE: Analyzer = Analyzer { name: "one", version: 1, files: &[], analyze: |_, _: &mut Facts| Ok(()) };
    static NEWER: Analyzer = Analyzer { version: 2, ..ONE };

    fn layer(bytes: &[u8]) -> LayerFacts {
        LayerFacts { digest: Some(Digest::sha256(bytes)), files: 7, ..LayerFacts::default() }
    }

    fn file(size: u64) -> BlobIdentity {
        BlobIdentity::File { node: (1, 2), size, modified: 3, changed: 4, part: (0, size) }
    }

    fn cache(root: &Path) -> Cache {
        Cache::new(root, &[&ONE], Archives::default(), &Budget::default())
    }

    #[test]
    fn what_was_kept_is_found_by_digest_and_by_file() {
        let root = tempfile::tempdir().unwrap();
        let (facts, cache) = (layer(b"a"), cache(root.path()));
        cache.keep(Some(&file(1)), &facts);
        let digest = Digest::sha256(b"a");
        assert_eq!(cache.facts(&digest), Some(facts));
        assert_eq!(cache.facts(&Digest::sha256(b"b")), None);
        assert_eq!(cache.digest(&file(1)), Some(digest));
        assert_eq!(cache.digest(&file(2)), None);
        assert_eq!(cache.digest(&BlobIdentity::Content(digest)), Some(digest));
    }

    #[test]
    fn other_readers_and_other_limits_ask_for_other_facts() {
        let root = tempfile::tempdir().unwrap();
        cache(root.path()).keep(None, &layer(b"a"));
        let digest = Digest::sha256(b"a");
        assert_eq!(Cache::new(root.path(), &[&NEWER], Archives::default(), &Budget::default()).facts(&digest), None);
        let limited = Budget { nesting: 1, ..Budget::default() };
        assert_eq!(Cache::new(root.path(), &[&ONE], Archives::default(), &limited).facts(&digest), None);
        for archives in [Archives::None, Archives::All] {
            assert_eq!(Cache::new(root.path(), &[&ONE], archives, &Budget::default()).facts(&digest), None);
        }
        assert!(cache(root.path()).facts(&digest).is_some());
    }

    #[test]
    fn a_layer_that_was_not_read_as_a_whole_is_not_kept() {
        let root = tempfile::tempdir().unwrap();
        cache(root.path()).keep(Some(&file(1)), &LayerFacts { digest: None, ..layer(b"a") });
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }

    #[test]
    fn files_of_configuration_are_not_kept() {
        let root = tempfile::tempdir().unwrap();
        let configuration = Configuration { language: "compose".into(), content: b"PASSWORD: x".to_vec() };
        let what = What::Configuration(configuration);
        let facts = vec![Fact { what, place: Place::default(), by: AnalyzerId::new("one") }];
        cache(root.path()).keep(Some(&file(1)), &LayerFacts { facts, ..layer(b"a") });
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }

    #[test]
    fn damaged_and_exchanged_files_are_as_good_as_none() {
        let root = tempfile::tempdir().unwrap();
        let cache = cache(root.path());
        cache.keep(None, &layer(b"a"));
        cache.keep(None, &layer(b"b"));
        let path = |bytes| cache.path("facts", &cache.facts_name(&Digest::sha256(bytes)));
        fs::copy(path(b"a"), path(b"b")).unwrap();
        assert_eq!(cache.facts(&Digest::sha256(b"b")), None);
        let whole = fs::read(path(b"a")).unwrap();
        for index in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[index] ^= 1;
            fs::write(path(b"a"), &damaged).unwrap();
            assert_eq!(cache.facts(&Digest::sha256(b"a")), None, "byte {index}");
            fs::write(path(b"a"), &whole[..index]).unwrap();
            assert_eq!(cache.facts(&Digest::sha256(b"a")), None, "cut at {index}");
        }
    }

    #[test]
    fn what_is_too_large_for_memory_is_not_read() {
        let root = tempfile::tempdir().unwrap();
        let limited =
            Cache::new(root.path(), &[&ONE], Archives::default(), &Budget { learned_bytes: 500, ..Budget::default() });
        let digest = Digest::sha256(b"a");
        limited.keep(None, &layer(b"a"));
        assert!(limited.facts(&digest).is_some());
        let by = AnalyzerId::new("one");
        let gap = Gap { place: Place::default(), by, kind: GapKind::LimitHit, detail: "x".repeat(500) };
        limited.keep(None, &LayerFacts { gaps: vec![gap], ..layer(b"a") });
        assert_eq!(limited.facts(&digest), None);
    }

    #[test]
    fn a_folder_that_cannot_be_written_to_harms_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("file");
        fs::write(&root, "").unwrap();
        let cache = cache(&root);
        cache.keep(Some(&file(1)), &layer(b"a"));
        drop(cache.claim(&file(1), None));
        assert_eq!(cache.facts(&Digest::sha256(b"a")), None);
    }

    #[test]
    fn a_claim_is_waited_for_until_the_time_is_up() {
        let root = tempfile::tempdir().unwrap();
        let cache = cache(root.path());
        let claim = cache.claim(&file(1), None);
        assert!(claim.lock.is_some());
        assert!(cache.claim(&file(1), Some(Instant::now())).lock.is_none());
        assert!(cache.claim(&file(2), Some(Instant::now())).lock.is_some());
        drop(claim);
        assert!(cache.claim(&file(1), Some(Instant::now())).lock.is_some());
    }
}
