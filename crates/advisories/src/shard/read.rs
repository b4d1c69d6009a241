//! Reads a shard: entries in place, everything else for the few advisories that match.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use model::Severity;

use super::layout::{Blocks, Bytes, Container, List, Section};
use super::wire::Wire;
use super::{About, KEPT_TEXTS, MAX_TEXT_BLOCK, MAX_WORD, MAX_WORDS, PER_BLOCK, ShardError};
use crate::advisory::{Advisory, Event, Rating, Status};

/// An open shard. Copies share the file.
#[derive(Clone)]
pub struct Shard(Arc<Open>);

struct Open {
    container: Container,
    about: About,
    unpacked: Mutex<Unpacked>,
}

/// A block of texts.
type Place = (Blocks, usize);

/// Blocks of texts that were unpacked lately: neighbours are asked for together, and an advisory about many packages lies
/// with the first of them.
#[derive(Default)]
struct Unpacked {
    /// The oldest first.
    blocks: VecDeque<(Place, Arc<[u8]>)>,
    /// Bytes of all of them.
    bytes: usize,
}

impl Unpacked {
    fn find(&self, place: Place) -> Option<Arc<[u8]>> {
        // The newest first: neighbours come one after the other.
        self.blocks.iter().rev().find(|(known, _)| *known == place).map(|(_, texts)| Arc::clone(texts))
    }

    fn keep(&mut self, place: Place, texts: Arc<[u8]>) {
        self.bytes += texts.len();
        self.blocks.push_back((place, texts));
        while self.bytes > KEPT_TEXTS
            && let Some((_, oldest)) = self.blocks.pop_front()
        {
            self.bytes -= oldest.len();
        }
    }
}

/// What a thread unpacks blocks with.
struct Unpacker {
    decompressor: zstd::bulk::Decompressor<'static>,
    /// As large as the largest block may be.
    room: Vec<u8>,
}

thread_local! {
    static UNPACKER: RefCell<Option<Unpacker>> = const { RefCell::new(None) };
}

fn unpack(packed: &[u8]) -> io::Result<Arc<[u8]>> {
    UNPACKER.with_borrow_mut(|unpacker| {
        let Unpacker { decompressor, room } = match unpacker {
            Some(unpacker) => unpacker,
            none => none.insert(Unpacker {
                decompressor: zstd::bulk::Decompressor::new()?,
                room: Vec::with_capacity(MAX_TEXT_BLOCK),
            }),
        };
        room.clear();
        decompressor.decompress_to_buffer(packed, room)?;
        Ok(room.as_slice().into())
    })
}

impl fmt::Debug for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Shard").field(&self.0.about).finish()
    }
}

impl Shard {
    /// Maps a file.
    pub fn open(path: &Path) -> Result<Self, ShardError> {
        let name = path.display().to_string();
        let error = |error: io::Error| ShardError { shard: name.clone(), detail: error.to_string() };
        Self::new(name.clone(), Bytes::map(path).map_err(error)?)
    }

    /// Reads a shard that is in memory. `name` is for errors.
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Result<Self, ShardError> {
        Self::new(name.into(), Bytes::Owned(bytes))
    }

    fn new(name: String, bytes: Bytes) -> Result<Self, ShardError> {
        let container = Container::open(name, bytes)?;
        let about = serde_json::from_slice(container.section(Section::About))
            .map_err(|error| container.broken(format!("what it is about cannot be read: {error}")))?;
        for list in [Section::Names, Section::Words] {
            if !container.list(list)?.is_sound() {
                return Err(container.broken(format!("the items of {list:?} lie over each other")));
            }
        }
        Ok(Self(Arc::new(Open { container, about, unpacked: Mutex::default() })))
    }

    /// What it is about.
    pub fn about(&self) -> &About {
        &self.0.about
    }

    /// Bytes of the file.
    pub fn size(&self) -> u64 {
        self.0.container.bytes().len() as u64
    }

    /// The file.
    pub fn bytes(&self) -> &[u8] {
        self.0.container.bytes()
    }

    /// The file's BLAKE3 digest, in hexadecimal.
    pub fn digest(&self) -> String {
        blake3::hash(self.0.container.bytes()).to_hex().to_string()
    }

    /// A digest of all that each advisory says, by its id and publisher: it changes when anything in it does.
    pub fn contents(&self) -> Result<BTreeMap<(String, String), u64>, ShardError> {
        let mut sayings: Vec<blake3::Hash> = Vec::new();
        let mut keys = Vec::new();
        for record in 0..self.records() {
            let advisory = self.advisory(record)?;
            sayings.push(blake3::hash(format!("{advisory:?}").as_bytes()));
            keys.push((advisory.id, advisory.publisher));
        }
        for name in self.names() {
            for entry in self.entries(name)? {
                if let Some(said) = sayings.get_mut(entry.record as usize) {
                    let Entry { ecosystem, status, .. } = entry;
                    let events: Vec<Vec<_>> = entry.timelines().map(Iterator::collect).collect();
                    let lists = (entry.versions().collect::<Vec<_>>(), entry.modules().collect::<Vec<_>>());
                    let ratings = entry.ratings();
                    let text = format!("{said} {name:?} {ecosystem:?} {status:?} {events:?} {lists:?} {ratings:?}");
                    *said = blake3::hash(text.as_bytes());
                }
            }
        }
        let digest = |said: blake3::Hash| said.as_bytes().first_chunk().copied().map(u64::from_le_bytes);
        Ok(keys.into_iter().zip(sayings.into_iter().filter_map(digest)).collect())
    }

    /// The names of its packages, in the ecosystem's normal form, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let names = self.list(Section::Names);
        (0..names.len()).filter_map(move |index| names.text(index))
    }

    /// How many records there are; they are numbered from zero.
    pub fn records(&self) -> u32 {
        let blocks = self.0.container.count(Blocks::Records);
        let last = blocks.checked_sub(1).and_then(|last| Some(self.block(Blocks::Records, last).ok()?.len()));
        let count = blocks.saturating_sub(1) * PER_BLOCK + last.unwrap_or_default();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Every entry about the package of that name, in the order of their records.
    pub fn entries(&self, name: &str) -> Result<Vec<Entry<'_>>, ShardError> {
        let Some(run) = self.run(name)? else { return Ok(Vec::new()) };
        let mut wire = Wire::new(run);
        let words = self.list(Section::Words);
        let mut entries = Vec::new();
        let mut record = 0u32;
        while !wire.is_empty() {
            let entry = Entry::read(&mut wire, words, &mut record);
            entries.push(entry.ok_or_else(|| self.broken(format!("an entry about {name} breaks off")))?);
        }
        Ok(entries)
    }

    /// The bytes that are filed under a name.
    pub(crate) fn run(&self, name: &str) -> Result<Option<&[u8]>, ShardError> {
        let Some(index) = self.list(Section::Names).find(name.as_bytes()) else { return Ok(None) };
        let run = self.block(Blocks::Entries, index / PER_BLOCK)?.get(index % PER_BLOCK);
        run.map(Some).ok_or_else(|| self.broken("a name has nothing filed under it"))
    }

    /// An error about this shard.
    pub fn broken(&self, detail: impl Into<String>) -> ShardError {
        self.0.container.broken(detail)
    }

    /// A record without its texts and without what is affected.
    pub fn head(&self, record: u32) -> Result<Advisory, ShardError> {
        self.read_head(record).map(|(advisory, _, _)| advisory)
    }

    /// A record without what is affected.
    pub fn advisory(&self, record: u32) -> Result<Advisory, ShardError> {
        self.read_texts(record, true)
    }

    /// A record without its details and what is affected: what a report says of it.
    pub fn brief(&self, record: u32) -> Result<Advisory, ShardError> {
        self.read_texts(record, false)
    }

    fn read_texts(&self, record: u32, details: bool) -> Result<Advisory, ShardError> {
        let (mut advisory, block, offset) = self.read_head(record)?;
        let brief = self.texts(Blocks::Briefs, block)?;
        let read = |advisory: &mut Advisory| {
            let mut wire = Wire::new(brief.get(offset..)?);
            wire.text()?.clone_into(&mut advisory.summary);
            advisory.references = wire.texts()?;
            Some((wire.index()? as usize, wire.index()? as usize))
        };
        let cut_off = |advisory: &Advisory| self.broken(format!("the texts of {} break off", advisory.id));
        let (block, offset) = read(&mut advisory).ok_or_else(|| cut_off(&advisory))?;
        if details {
            let texts = self.texts(Blocks::Details, block)?;
            let text = texts.get(offset..).and_then(|texts| Wire::new(texts).text());
            text.ok_or_else(|| cut_off(&advisory))?.clone_into(&mut advisory.details);
        }
        Ok(advisory)
    }

    fn read_head(&self, record: u32) -> Result<(Advisory, usize, usize), ShardError> {
        let index = record as usize;
        let head = self.block(Blocks::Records, index / PER_BLOCK)?.get(index % PER_BLOCK);
        let words = self.list(Section::Words);
        let read = |head: &[u8]| {
            let mut wire = Wire::new(head);
            let mut advisory = Advisory { id: wire.text()?.to_owned(), ..Advisory::default() };
            word(words, wire.number()?)?.clone_into(&mut advisory.publisher);
            advisory.aliases = wire.texts()?;
            advisory.upstream = wire.texts()?;
            advisory.published = Some(wire.text()?.to_owned()).filter(|time| !time.is_empty());
            wire.text()?.clone_into(&mut advisory.modified);
            advisory.disputed = wire.byte()? != 0;
            advisory.ratings = ratings(&mut wire, words)?;
            let weaknesses = few(wire.number()?)?;
            advisory.weaknesses =
                (0..weaknesses).map(|_| word(words, wire.number()?).map(str::to_owned)).collect::<Option<_>>()?;
            Some((advisory, wire.index()? as usize, wire.index()? as usize))
        };
        head.and_then(read).ok_or_else(|| self.broken(format!("record {record} breaks off")))
    }

    /// A block of texts, unpacked. Two threads may unpack the same one at once; neither waits for the other.
    fn texts(&self, blocks: Blocks, block: usize) -> Result<Arc<[u8]>, ShardError> {
        let unpacked = || self.0.unpacked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(texts) = unpacked().find((blocks, block)) {
            return Ok(texts);
        }
        let texts = unpack(self.0.container.block(blocks, block)?)
            .map_err(|error| self.broken(format!("block {block} of {blocks:?} cannot be unpacked: {error}")))?;
        unpacked().keep((blocks, block), Arc::clone(&texts));
        Ok(texts)
    }

    /// Reads the names, by which everything is found.
    pub(crate) fn verify_names(&self) -> Result<(), ShardError> {
        let mut names = self.names();
        let sorted = names.by_ref().try_fold("", |last, name| (last < name || last.is_empty()).then_some(name));
        if sorted.is_none() || self.names().count() != self.list(Section::Names).len() {
            return Err(self.broken("its names are not sorted"));
        }
        Ok(())
    }

    /// Reads all of it.
    pub fn verify(&self) -> Result<(), ShardError> {
        let container = &self.0.container;
        self.verify_names()?;
        let records = self.records();
        for name in self.names() {
            if self.entries(name)?.iter().any(|entry| entry.record >= records) {
                return Err(container.broken(format!("an entry about {name} belongs to no record")));
            }
        }
        (0..records).try_for_each(|record| self.advisory(record).map(drop))
    }

    fn list(&self, section: Section) -> List<'_> {
        // It was read when the shard was opened.
        self.0.container.list(section).unwrap_or(List::EMPTY)
    }

    fn block(&self, blocks: Blocks, index: usize) -> Result<List<'_>, ShardError> {
        let block = self.0.container.block(blocks, index)?;
        List::new(block).ok_or_else(|| self.broken(format!("block {index} of {blocks:?} is no list")))
    }
}

/// A text that repeats. One number stands for all of it, so those that nobody would write could take all memory.
fn word(words: List<'_>, index: u64) -> Option<&str> {
    let word = words.get(usize::try_from(index).ok()?).filter(|word| word.len() <= MAX_WORD)?;
    std::str::from_utf8(word).ok()
}

/// How many of them are copied.
fn few(count: u64) -> Option<u64> {
    Some(count).filter(|count| *count <= MAX_WORDS as u64)
}

fn ratings(wire: &mut Wire<'_>, words: List<'_>) -> Option<Vec<Rating>> {
    let count = few(wire.number()?)?;
    (0..count)
        .map(|_| match wire.number()? {
            rank @ 0..=5 => Some(Rating::Word(Severity::WORST_FIRST[usize::try_from(rank).ok()?])),
            vector => Some(Rating::Vector(word(words, vector.checked_sub(6)?)?.to_owned())),
        })
        .collect()
}

/// What one advisory says about one package in one ecosystem. Its form was checked when it was read.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The advisory's number in the shard.
    pub record: u32,
    /// The ecosystem with its release: `Debian:11`.
    pub ecosystem: &'a str,
    /// What the publisher says about the affected versions.
    pub status: Status,
    words: List<'a>,
    modules: Wire<'a>,
    ratings: Wire<'a>,
    timelines: Wire<'a>,
    versions: Wire<'a>,
}

impl<'a> Entry<'a> {
    /// Reads an entry, and walks through all of it once, so that nothing can break off later.
    fn read(run: &mut Wire<'a>, words: List<'a>, record: &mut u32) -> Option<Self> {
        *record = record.checked_add(run.index()?)?;
        let mut wire = Wire::new(run.bytes()?);
        let ecosystem = word(words, wire.number()?)?;
        let status = status(wire.byte()?)?;
        let [modules, ratings, timelines, versions] = [wire.bytes()?, wire.bytes()?, wire.bytes()?, wire.bytes()?];
        let entry = Self {
            record: *record,
            ecosystem,
            status,
            words,
            modules: Wire::new(modules),
            ratings: Wire::new(ratings),
            timelines: Wire::new(timelines),
            versions: Wire::new(versions),
        };
        let mut timelines = entry.timelines;
        while !timelines.is_empty() {
            let mut timeline = Wire::new(timelines.bytes()?);
            while !timeline.is_empty() {
                event(&mut timeline)?;
            }
        }
        let mut versions = entry.versions;
        while !versions.is_empty() {
            versions.text()?;
        }
        let mut modules = entry.modules;
        while !modules.is_empty() {
            word(words, modules.number()?)?;
        }
        if !entry.ratings.is_empty() {
            self::ratings(&mut { entry.ratings }, words)?;
        }
        Some(entry)
    }

    /// Its timelines.
    pub fn timelines(&self) -> impl Iterator<Item = Timeline<'a>> + use<'a> {
        let mut wire = self.timelines;
        std::iter::from_fn(move || wire.bytes().map(|bytes| Timeline(Wire::new(bytes))))
    }

    /// Versions that are listed one by one and that no timeline contains.
    pub fn versions(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let mut wire = self.versions;
        std::iter::from_fn(move || wire.text())
    }

    /// RPM module streams that it is about, `name:stream`.
    pub fn modules(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let (mut wire, words) = (self.modules, self.words);
        std::iter::from_fn(move || word(words, wire.number()?))
    }

    /// How bad it is for this package.
    pub fn ratings(&self) -> Vec<Rating> {
        ratings(&mut { self.ratings }, self.words).unwrap_or_default()
    }
}

fn status(byte: u8) -> Option<Status> {
    Status::ALL.get(usize::from(byte)).copied()
}

/// The events of one range, in no order that means anything.
#[derive(Clone, Debug)]
pub struct Timeline<'a>(Wire<'a>);

impl<'a> Iterator for Timeline<'a> {
    type Item = Event<&'a str>;

    fn next(&mut self) -> Option<Self::Item> {
        event(&mut self.0)
    }
}

fn event<'a>(wire: &mut Wire<'a>) -> Option<Event<&'a str>> {
    Some(match wire.byte()? {
        0 => Event::Introduced("0"),
        1 => Event::Introduced(wire.text()?),
        2 => Event::Fixed(wire.text()?),
        3 => Event::LastAffected(wire.text()?),
        4 => Event::Limit(wire.text()?),
        _ => return None,
    })
}
