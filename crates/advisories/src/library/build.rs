//! Makes a folder of shards of feeds.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use jiff::Timestamp;

use super::manifest::{Listed, MANIFEST, Manifest};
use super::signature::SIGNATURE;
use super::spool::{self, Batch, Spool};
use super::{EXTENSION, SIGNALS, file_name, tables};
use crate::advisory::Advisory;
use crate::feeds::archive::{self, Limits, Visitor};
use crate::feeds::{self, Feed, Reason, Refusal, Sink, bucket, osv};
use crate::shard::{About, Builder, Shard, ShardError, Tally};
use crate::signal::{self, Signal};
use crate::store::StoreError;

/// Bytes that a thread gathers before it writes them.
const BATCH: usize = 4 << 20;
/// A feed with more files is told as one source.
const MOST_FILES_TOLD: usize = 64;

/// What to make shards of, and how.
pub struct Recipe {
    /// Where advisories come from.
    pub inputs: Vec<Input>,
    /// Ecosystems to make shards of, by the first part of their names; all of them where none is named.
    pub ecosystems: Vec<String>,
    /// How many threads work.
    pub threads: usize,
    /// zstd's level for texts, from 1 (fast) to 22 (small).
    pub level: i32,
    /// Whether shards that are there and not made anew stay.
    pub keep: bool,
    /// The time, which the list is to carry; none is for lists that nobody compares.
    pub made: Option<Timestamp>,
}

/// Where advisories come from.
#[derive(Clone, Debug)]
pub enum Input {
    /// A folder as OSV.dev exports it, with one folder for each ecosystem.
    Bucket(PathBuf),
    /// A file or a folder of one of the other feeds, by the feed's name.
    Feed(&'static str, PathBuf),
}

/// What was made.
#[derive(Clone, Debug)]
pub struct Built {
    /// The list of the shards.
    pub manifest: Manifest,
    /// What became of the records of each source, in the order in which they were read.
    pub sources: Vec<SourceTally>,
    /// What became of them in each shard: a record is read once for each shard that it has a part in.
    pub shards: BTreeMap<String, Tally>,
    /// Records by different ids.
    pub distinct: u64,
}

/// What became of the records of one source.
#[derive(Clone, Debug)]
pub struct SourceTally {
    /// The source: `Debian/all.zip`, `kev known_exploited_vulnerabilities.json`.
    pub source: String,
    /// Records that were read, and those that were sorted into shards or refused before.
    pub tally: Tally,
    /// The source as a whole could not be read, and why.
    pub broken: Option<String>,
}

/// Why shards cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A file or folder cannot be read or written.
    #[error("cannot make shards in {path}: {source}")]
    Io {
        /// Which.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// Nothing is there to make them of.
    #[error("{path} has no advisories: no ECOSYSTEM/all.zip, and no folder with the name of a feed")]
    Nothing {
        /// Where.
        path: String,
    },
    /// A shard that was just made cannot be read: a fault of ours.
    #[error(transparent)]
    Shard(#[from] ShardError),
}

/// Makes shards in the folder `out`, which is made if need be. `progress` is told what is being read or written.
pub fn build(recipe: &Recipe, out: &Path, progress: &(dyn Fn(&str) + Sync)) -> Result<Built, BuildError> {
    let io = |path: &Path| {
        let path = path.display().to_string();
        move |source| BuildError::Io { path, source }
    };
    fs::create_dir_all(out).map_err(io(out))?;
    let spool = Spool::new(out).map_err(io(out))?;
    let state = State { spool, seen: Mutex::default(), signals: Mutex::default(), hasher: RandomState::new() };
    let mut sources = Vec::new();
    for input in &recipe.inputs {
        match input {
            Input::Bucket(root) => {
                for ecosystem in ecosystems_of(root, &recipe.ecosystems).map_err(io(root))? {
                    progress(&ecosystem);
                    sources.push(read_bucket(root, &ecosystem, recipe.threads, &state).map_err(io(out))?);
                }
            }
            Input::Feed(name, path) => {
                let Some(feed) = feeds::feed(name) else { continue };
                progress(name);
                sources.extend(read_feed(feed, path, &state).map_err(io(path))?);
            }
        }
    }
    if sources.is_empty() {
        let path = recipe.inputs.first().map(|(Input::Bucket(path) | Input::Feed(_, path))| path.display().to_string());
        return Err(BuildError::Nothing { path: path.unwrap_or_default() });
    }
    let (mut listed, shards) = write_shards(recipe, out, &state.spool, progress)?;
    let signals = state.signals.into_inner().unwrap_or_else(PoisonError::into_inner);
    if !signals.is_empty() {
        let bytes = signal::write(SIGNALS, signals);
        listed.push(put(out, SIGNALS, bytes)?);
    }
    // A list that cannot be read is made anew; the shards say themselves what they are.
    let old = Manifest::read(out).ok().flatten().filter(|_| recipe.keep);
    let tables = tables::put(out, old.as_ref()).map_err(io(out))?;
    let manifest = Manifest { tables, ..Manifest::new(with_old(out, listed, old)) };
    let manifest = match recipe.made {
        Some(time) => manifest.made_at(time),
        None => manifest,
    };
    // It belongs to the list that is replaced.
    if let Err(error) = fs::remove_file(out.join(SIGNATURE))
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(io(out)(error));
    }
    write_file(&out.join(MANIFEST), &manifest.to_json()).map_err(io(out))?;
    if !recipe.keep {
        clear(out, &manifest).map_err(io(out))?;
    }
    let distinct = state.seen.into_inner().unwrap_or_else(PoisonError::into_inner).len() as u64;
    Ok(Built { manifest, sources, shards, distinct })
}

/// What all threads share.
struct State {
    spool: Spool,
    /// Hashes of the ids that were met.
    seen: Mutex<HashSet<u64>>,
    signals: Mutex<Vec<Signal>>,
    hasher: RandomState,
}

/// The folders of a bucket that hold advisories.
fn ecosystems_of(root: &Path, wanted: &[String]) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for file in fs::read_dir(root)? {
        let file = file?;
        let Ok(name) = file.file_name().into_string() else { continue };
        let asked = wanted.is_empty() || wanted.iter().any(|wanted| wanted.split(':').next() == Some(&name));
        if asked && feeds::feed(&name).is_none() && bucket::holds_records(&file.path()) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn read_bucket(root: &Path, ecosystem: &str, threads: usize, state: &State) -> io::Result<SourceTally> {
    let folder = root.join(ecosystem);
    let mut tally = Tally::default();
    let mut broken = None;
    let gatherer = || Gatherer::new(state, Some(ecosystem));
    let archive = folder.join("all.zip");
    let limits = Limits::default();
    if archive.is_file() {
        match archive::read(&archive, threads, limits, gatherer) {
            Ok(gatherers) => {
                for gatherer in gatherers {
                    tally.add(gatherer.finish()?);
                }
            }
            Err(StoreError::Io { source, .. }) => return Err(source),
            Err(error) => broken = Some(error.to_string()),
        }
    }
    let mut loose = gatherer();
    match bucket::read_loose(&folder, limits, &mut loose) {
        Ok(()) => tally.add(loose.finish()?),
        Err(StoreError::Io { source, .. }) => return Err(source),
        Err(error) => broken = Some(error.to_string()),
    }
    Ok(SourceTally { source: ecosystem.to_owned(), tally, broken })
}

/// Reads a file of a feed, or all of its files in a folder.
fn read_feed(feed: &Feed, path: &Path, state: &State) -> io::Result<Vec<SourceTally>> {
    let mut sources = Vec::new();
    for file in feeds::input::files(feed, path)? {
        let mut gatherer = Gatherer::new(state, None);
        let source = format!("{} {}", feed.name, file.name);
        let broken = match file.open() {
            Ok(bytes) => (feed.read)(&feeds::File { path: &file.name, bytes: &bytes }, &mut gatherer)
                .err()
                .map(|broken| broken.to_string()),
            Err(error) => Some(error.to_string()),
        };
        sources.push(SourceTally { source, tally: gatherer.finish()?, broken });
    }
    Ok(if sources.len() > MOST_FILES_TOLD { vec![as_one(feed, sources)] } else { sources })
}

/// A feed of very many files, told as one source.
fn as_one(feed: &Feed, sources: Vec<SourceTally>) -> SourceTally {
    let mut one = SourceTally {
        source: format!("{} ({} files)", feed.name, sources.len()),
        tally: Tally::default(),
        broken: None,
    };
    let mut broken = 0u64;
    for source in sources {
        one.tally.add(source.tally);
        if let Some(why) = source.broken {
            broken += 1;
            one.broken.get_or_insert_with(|| format!("{}: {why}", source.source));
        }
    }
    one.broken = one.broken.map(|first| if broken > 1 { format!("{first}, and {} more", broken - 1) } else { first });
    one
}

/// Takes records of one source, on one thread.
struct Gatherer<'a> {
    state: &'a State,
    /// The ecosystem whose entries count here: others have archives of their own.
    family: Option<&'a str>,
    batch: Batch,
    signals: Vec<Signal>,
    seen: Vec<u64>,
    tally: Tally,
    failed: io::Result<()>,
}

impl<'a> Gatherer<'a> {
    fn new(state: &'a State, family: Option<&'a str>) -> Self {
        Self {
            state,
            family,
            batch: Batch::default(),
            signals: Vec::new(),
            seen: Vec::new(),
            tally: Tally::default(),
            failed: Ok(()),
        }
    }

    fn take(&mut self, advisory: Advisory) {
        let id = advisory.id.clone();
        match self.batch.add(advisory) {
            Ok(unknown) => {
                for ecosystem in unknown {
                    self.refuse(Refusal { record: id.clone(), reason: Reason::UnknownEcosystem, detail: ecosystem });
                }
            }
            Err(error) => {
                self.refuse(Refusal { record: id, reason: Reason::Broken, detail: error.to_string() });
            }
        }
        if self.batch.len() > BATCH && self.failed.is_ok() {
            self.failed = self.state.spool.append(&mut self.batch);
        }
    }

    fn finish(mut self) -> io::Result<Tally> {
        self.failed?;
        self.state.spool.append(&mut self.batch)?;
        self.state.signals.lock().unwrap_or_else(PoisonError::into_inner).append(&mut self.signals);
        self.state.seen.lock().unwrap_or_else(PoisonError::into_inner).extend(self.seen);
        Ok(self.tally)
    }

    fn meet(&mut self, id: &str) {
        self.tally.read += 1;
        self.seen.push(self.state.hasher.hash_one(id));
    }
}

impl Sink for Gatherer<'_> {
    fn advisory(&mut self, advisory: Advisory) {
        self.meet(&advisory.id);
        self.tally.kept += 1;
        self.take(advisory);
    }

    fn signal(&mut self, signal: Signal) {
        self.tally.read += 1;
        self.tally.kept += 1;
        self.signals.push(signal);
    }

    fn refuse(&mut self, refusal: Refusal) {
        self.tally.refuse(&refusal);
    }
}

impl Visitor for Gatherer<'_> {
    fn record(&mut self, name: &str, json: &[u8]) {
        let family = self.family;
        let of_family = |ecosystem: &str| family.is_none_or(|family| ecosystem.split(':').next() == Some(family));
        let (mut packages, mut here) = (0, 0);
        let parsed = osv::parse(json, |ecosystem, name| {
            packages += 1;
            here += u64::from(of_family(ecosystem));
            of_family(ecosystem).then(|| name.to_owned())
        });
        let reason = match parsed {
            Err(error) => {
                self.tally.read += 1;
                return self.refuse(Refusal {
                    record: name.to_owned(),
                    reason: Reason::Broken,
                    detail: error.to_string(),
                });
            }
            Ok(None) => {
                self.meet(name.trim_end_matches(".json"));
                Reason::MereUpdate
            }
            Ok(Some(advisory)) => {
                self.meet(&advisory.id);
                if here > 0 {
                    self.tally.kept += 1;
                    return self.take(advisory);
                }
                match packages {
                    _ if advisory.withdrawn => Reason::Withdrawn,
                    0 => Reason::NoPackage,
                    _ => Reason::Elsewhere,
                }
            }
        };
        self.refuse(Refusal { record: name.to_owned(), reason, detail: String::new() });
    }

    fn unreadable(&mut self, name: &str, detail: &str) {
        self.tally.read += 1;
        let refusal = Refusal { record: name.to_owned(), reason: Reason::Broken, detail: detail.to_owned() };
        self.refuse(refusal);
    }
}

/// Makes every shard that advisories wait for, the largest first.
fn write_shards(
    recipe: &Recipe,
    out: &Path,
    spool: &Spool,
    progress: &(dyn Fn(&str) + Sync),
) -> Result<(Vec<Listed>, BTreeMap<String, Tally>), BuildError> {
    let io = |source| BuildError::Io { path: out.display().to_string(), source };
    let mut queues = spool.close().map_err(io)?;
    let size = |path: &Path| fs::metadata(path).map(|file| file.len()).unwrap_or_default();
    queues.sort_by_cached_key(|(_, path)| std::cmp::Reverse(size(path)));
    let next = AtomicUsize::new(0);
    let done = Mutex::new((Vec::new(), BTreeMap::new()));
    let work = || -> Result<(), BuildError> {
        while let Some((shard, path)) = queues.get(next.fetch_add(1, Ordering::Relaxed)) {
            progress(shard);
            let mut builder = Builder::new(shard, recipe.level);
            spool::read(path, |advisory| builder.add(advisory)).map_err(io)?;
            let (bytes, tally) = builder.finish();
            let listed = if tally.kept > 0 { Some(put(out, shard, bytes)?) } else { None };
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.0.extend(listed);
            done.1.insert(shard.clone(), tally);
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..recipe.threads.max(1)).map(|_| scope.spawn(work)).collect();
        let broken = |_| Err(io(io::Error::other("a thread broke down")));
        workers.into_iter().try_for_each(|worker| worker.join().unwrap_or_else(broken))
    })?;
    Ok(done.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// The list with those shards of the folder that were not made anew.
fn with_old(out: &Path, mut listed: Vec<Listed>, old: Option<Manifest>) -> Vec<Listed> {
    for shard in old.into_iter().flat_map(|old| old.shards) {
        if out.join(&shard.file).is_file() && !listed.iter().any(|new| new.about.shard == shard.about.shard) {
            listed.push(shard);
        }
    }
    listed
}

/// Removes shards that nothing lists.
fn clear(out: &Path, manifest: &Manifest) -> io::Result<()> {
    for file in fs::read_dir(out)? {
        let file = file?;
        let is_shard = file.path().extension().is_some_and(|extension| extension == EXTENSION);
        if is_shard && !manifest.shards.iter().any(|listed| *listed.file == *file.file_name()) {
            fs::remove_file(file.path())?;
        }
    }
    Ok(())
}

/// Writes a shard into the folder.
fn put(out: &Path, shard: &str, bytes: Vec<u8>) -> Result<Listed, BuildError> {
    let file = file_name(shard);
    let io = |source| BuildError::Io { path: out.display().to_string(), source };
    write_file(&out.join(&file), &bytes).map_err(io)?;
    let made = Shard::from_bytes(shard, bytes)?;
    let about = About { shard: shard.to_owned(), ..made.about().clone() };
    Ok(Listed { file, bytes: made.size(), blake3: made.digest(), about })
}

/// A file appears whole or not at all.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension(format!("new-{}", std::process::id()));
    let written = fs::write(&new, bytes).and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}
