//! Advisories in a directory laid out as OSV.dev exports them: `ECOSYSTEM/all.zip` with one JSON file per record, and
//! beside it loose `ECOSYSTEM/ID.json` files, such as people write by hand.
//!
//! Records are small and many, so an archive is read in stretches of neighbouring entries, each by whichever thread is
//! free. Nothing is trusted: sizes that an archive claims are limits for reading, never promises.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use flate2::{Crc, Decompress, FlushDecompress, Status};
use zip::{CompressionMethod, ZipArchive};

use super::osv::{self, Glance};
use crate::advisory::Advisory;
use crate::store::{Shelf, Store, StoreError, Wanted};

/// Bytes of one record. The largest of OSV.dev, about every build of a kernel, stay below 10 MiB.
const MAX_RECORD: u64 = 32 << 20;
/// Bytes of all records of one archive.
const MAX_TOTAL: u64 = 16 << 30;
/// Compressed bytes that a thread reads at once.
const STRETCH: u64 = 1 << 20;
/// Loose files of one ecosystem.
const MAX_LOOSE: usize = 1_000_000;

/// A directory of advisories.
#[derive(Clone, Debug)]
pub struct Bucket {
    root: PathBuf,
    threads: usize,
    limits: Limits,
}

#[derive(Clone, Copy, Debug)]
struct Limits {
    record: u64,
    total: u64,
}

impl Bucket {
    /// The directory at `root`. Reads use as many threads as the machine has processors.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let io = |source| StoreError::Io { path: root.display().to_string(), source };
        if !fs::metadata(root).map_err(io)?.is_dir() {
            return Err(io(io::ErrorKind::NotADirectory.into()));
        }
        let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Self { root: root.into(), threads, limits: Limits { record: MAX_RECORD, total: MAX_TOTAL } })
    }

    /// Uses this many threads, at least one.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }
}

impl Store for Bucket {
    fn advisories(&self, wanted: &Wanted<'_>) -> Result<Shelf, StoreError> {
        let folder = self.root.join(wanted.ecosystem.family);
        let mut pile = Pile::default();
        let archive = folder.join("all.zip");
        if archive.is_file() {
            pile.add(read_archive(&archive, wanted, self.threads, self.limits)?);
        }
        pile.add(read_loose(&folder, wanted, self.limits)?);
        Ok(pile.into_shelf())
    }
}

/// What has been read so far. Piles of several threads are put together in any order.
#[derive(Default)]
struct Pile {
    /// By id, the copy that was changed last. Withdrawn ones stay until the end, as the newest copy may be such a one.
    advisories: BTreeMap<String, Advisory>,
    total: u64,
    newest: Option<String>,
    unreadable: u64,
    /// The first by name.
    example: Option<String>,
}

impl Pile {
    fn add(&mut self, other: Self) {
        for (_, advisory) in other.advisories {
            self.keep(advisory);
        }
        self.total += other.total;
        self.newest = self.newest.take().max(other.newest);
        self.unreadable += other.unreadable;
        self.complain(other.example);
    }

    fn keep(&mut self, advisory: Advisory) {
        let age = |advisory: &Advisory| advisory.modified.trim_end_matches('Z').to_owned();
        match self.advisories.get(&advisory.id) {
            Some(known) if age(known) > age(&advisory) => {}
            _ => {
                self.advisories.insert(advisory.id.clone(), advisory);
            }
        }
    }

    /// Reads one record, if it matters.
    fn read(&mut self, json: &[u8], wanted: &Wanted<'_>) -> Result<(), serde_json::Error> {
        let glance = Glance::at(json)?;
        let (mut in_ecosystem, mut concerned) = (false, false);
        for package in glance.packages() {
            in_ecosystem |= wanted.ecosystem.contains(&package.ecosystem);
            concerned = concerned || wanted.name(&package.ecosystem, &package.name).is_some();
        }
        if in_ecosystem && glance.withdrawn.is_none() {
            self.total += 1;
            if self.newest.as_deref().is_none_or(|newest| *newest < *glance.modified) {
                self.newest = Some(glance.modified.into_owned());
            }
        }
        if concerned && let Some(advisory) = osv::parse(json, |ecosystem, name| wanted.name(ecosystem, name))? {
            self.keep(advisory);
        }
        Ok(())
    }

    fn refuse(&mut self, name: &str, detail: impl std::fmt::Display) {
        self.unreadable += 1;
        self.complain(Some(format!("{name}: {detail}")));
    }

    fn complain(&mut self, example: Option<String>) {
        self.example = match (self.example.take(), example) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }

    fn into_shelf(self) -> Shelf {
        Shelf {
            advisories: self.advisories.into_values().filter(|advisory| !advisory.withdrawn).collect(),
            total: self.total,
            newest: self.newest,
            unreadable: self.unreadable,
            example: self.example,
        }
    }
}

/// A record in an archive.
struct Entry {
    /// From its local header to whatever comes next.
    span: Range<u64>,
    packed: u64,
    size: u64,
    crc: u32,
    method: CompressionMethod,
    encrypted: bool,
    name: String,
}

fn read_archive(path: &Path, wanted: &Wanted<'_>, threads: usize, limits: Limits) -> Result<Pile, StoreError> {
    let io = |source| StoreError::Io { path: path.display().to_string(), source };
    let entries = directory(File::open(path).map_err(io)?)
        .map_err(|detail| StoreError::Archive { path: path.display().to_string(), detail: detail.to_string() })?;
    let stretches = stretches(&entries);
    let (next, unpacked) = (AtomicUsize::new(0), AtomicU64::new(0));
    let work = || -> io::Result<Vec<(usize, Pile)>> {
        let mut piles = Vec::new();
        let mut file = File::open(path)?;
        let mut reader = Reader { limits, unpacked: &unpacked, inflate: Decompress::new(false), record: Vec::new() };
        let mut packed = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(stretch) = stretches.get(index) else { return Ok(piles) };
            piles.push((index, reader.stretch(&mut file, &entries[stretch.clone()], &mut packed, wanted)?));
        }
    };
    let mut piles = match threads.min(stretches.len()) {
        0 | 1 => work().map_err(io)?,
        threads => thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let broken = |_| Err(io::Error::other("a reading thread broke down"));
            let parts: io::Result<Vec<_>> =
                workers.into_iter().map(|worker| worker.join().unwrap_or_else(broken)).collect();
            parts.map_err(io)
        })?
        .into_iter()
        .flatten()
        .collect(),
    };
    // Which thread read what must not show.
    piles.sort_by_key(|(index, _)| *index);
    let mut whole = Pile::default();
    for (_, pile) in piles {
        whole.add(pile);
    }
    Ok(whole)
}

/// The records of an archive in the order of their bytes.
fn directory(file: File) -> zip::result::ZipResult<Vec<Entry>> {
    let archive = ZipArchive::new(BufReader::with_capacity(1 << 16, file))?;
    let end = archive.central_directory_start();
    let listing = archive.metadata();
    let mut entries = Vec::with_capacity(listing.len());
    for index in 0..listing.len() {
        let entry = listing.entry(index)?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        entries.push(Entry {
            span: entry.header_start()..end,
            packed: entry.compressed_size(),
            size: entry.size(),
            crc: entry.crc32(),
            method: entry.compression(),
            encrypted: entry.encrypted(),
            name,
        });
    }
    entries.sort_by(|a, b| (a.span.start, &a.name).cmp(&(b.span.start, &b.name)));
    for index in 1..entries.len() {
        entries[index - 1].span.end = entries[index].span.start;
    }
    entries.retain(|entry| is_record(Path::new(&entry.name)));
    Ok(entries)
}

fn is_record(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}

/// Cuts the list so that each part is about [`STRETCH`] bytes of the file.
fn stretches(entries: &[Entry]) -> Vec<Range<usize>> {
    let mut stretches = Vec::new();
    let mut first = 0;
    for (index, entry) in entries.iter().enumerate() {
        if entry.span.end.saturating_sub(entries[first].span.start) >= STRETCH {
            stretches.push(first..index + 1);
            first = index + 1;
        }
    }
    if first < entries.len() {
        stretches.push(first..entries.len());
    }
    stretches
}

/// One thread's tools and memory.
struct Reader<'a> {
    limits: Limits,
    /// Bytes that all threads have unpacked.
    unpacked: &'a AtomicU64,
    inflate: Decompress,
    record: Vec<u8>,
}

impl Reader<'_> {
    fn stretch(
        &mut self,
        file: &mut File,
        entries: &[Entry],
        packed: &mut Vec<u8>,
        wanted: &Wanted<'_>,
    ) -> io::Result<Pile> {
        let mut pile = Pile::default();
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Ok(pile) };
        let start = first.span.start;
        // Between the entries may lie others, and the last one may be as long as the file.
        let most = STRETCH + self.limits.record + 1024;
        file.seek(SeekFrom::Start(start))?;
        packed.clear();
        file.take(last.span.end.saturating_sub(start).min(most)).read_to_end(packed)?;
        // An entry may claim to begin behind the directory, which ends the last one.
        let place = |at: u64| usize::try_from(at.saturating_sub(start)).unwrap_or(usize::MAX);
        for entry in entries {
            let (from, to) = (place(entry.span.start), place(entry.span.end).min(packed.len()));
            let outcome = match packed.get(from..to).ok_or("it lies beyond the end of the file") {
                Ok(bytes) => self.unpack(entry, bytes),
                Err(detail) => Err(detail),
            };
            match outcome {
                Ok(()) => {
                    if let Err(error) = pile.read(&self.record, wanted) {
                        pile.refuse(&entry.name, error);
                    }
                }
                Err(detail) => pile.refuse(&entry.name, detail),
            }
        }
        Ok(pile)
    }

    /// Unpacks one entry into `record` (PKWARE APPNOTE 6.3.10, section 4.3.7).
    fn unpack(&mut self, entry: &Entry, bytes: &[u8]) -> Result<(), &'static str> {
        const HEADER: usize = 30;
        let header = bytes.get(..HEADER).ok_or("its header is cut off")?;
        if !header.starts_with(b"PK\x03\x04") {
            return Err("there is no entry where the directory says");
        }
        let length = |at: usize| usize::from(u16::from_le_bytes([header[at], header[at + 1]]));
        let data = HEADER + length(26) + length(28);
        let packed = usize::try_from(entry.packed).ok().and_then(|size| bytes.get(data..data.checked_add(size)?));
        let packed = packed.ok_or("its data is cut off")?;
        if entry.encrypted {
            return Err("it is encrypted");
        }
        if entry.size > self.limits.record {
            return Err("it is larger than any honest record");
        }
        if self.unpacked.load(Ordering::Relaxed) > self.limits.total {
            return Err("the archive unpacks to more than any honest one");
        }
        let size = usize::try_from(entry.size).map_err(|_| "it is too large")?;
        self.record.clear();
        match entry.method {
            CompressionMethod::Stored => self.record.extend_from_slice(packed),
            CompressionMethod::Deflated => {
                // One byte more than promised, to see whether there is more.
                self.record.reserve(size + 1);
                self.inflate.reset(false);
                let status = self.inflate.decompress_vec(packed, &mut self.record, FlushDecompress::Finish);
                self.unpacked.fetch_add(self.record.len() as u64, Ordering::Relaxed);
                if !matches!(status, Ok(Status::StreamEnd)) {
                    return Err("its data does not unpack to the size that the directory says");
                }
            }
            _ => return Err("it is packed in a way that advisories never are"),
        }
        if self.record.len() != size {
            return Err("its data does not unpack to the size that the directory says");
        }
        let mut crc = Crc::new();
        crc.update(&self.record);
        if crc.sum() != entry.crc {
            return Err("its checksum is wrong");
        }
        Ok(())
    }
}

fn read_loose(folder: &Path, wanted: &Wanted<'_>, limits: Limits) -> Result<Pile, StoreError> {
    let mut pile = Pile::default();
    let io = |source| StoreError::Io { path: folder.display().to_string(), source };
    let listing = match fs::read_dir(folder) {
        Ok(listing) => listing,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(pile),
        Err(error) => return Err(io(error)),
    };
    let paths: io::Result<Vec<_>> = listing.take(MAX_LOOSE).map(|file| Ok(file?.path())).collect();
    let mut paths = paths.map_err(io)?;
    paths.retain(|path| is_record(path));
    paths.sort();
    let mut record = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        record.clear();
        let read = File::open(&path).and_then(|file| file.take(limits.record + 1).read_to_end(&mut record));
        match read {
            Ok(size) if size as u64 > limits.record => pile.refuse(&name, "it is larger than any honest record"),
            Ok(_) => {
                if let Err(error) = pile.read(&record, wanted) {
                    pile.refuse(&name, error);
                }
            }
            Err(error) => pile.refuse(&name, error),
        }
    }
    Ok(pile)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::DeflateEncoder;
    use model::PackageKind;

    use crate::ecosystems;

    /// An entry of an archive, with what the archive says about it.
    struct Made {
        name: String,
        data: Vec<u8>,
        size: u32,
        crc: u32,
        method: u16,
    }

    fn deflated(name: &str, json: &str) -> Made {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(json.as_bytes()).unwrap();
        Made { data: encoder.finish().unwrap(), method: 8, ..stored(name, json) }
    }

    fn stored(name: &str, json: &str) -> Made {
        let mut crc = Crc::new();
        crc.update(json.as_bytes());
        let size = u32::try_from(json.len()).unwrap();
        Made { name: name.into(), data: json.into(), size, crc: crc.sum(), method: 0 }
    }

    /// Writes an archive byte by byte, so that it can lie (PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16).
    fn archive(entries: &[Made]) -> Vec<u8> {
        let (mut file, mut listing) = (Vec::new(), Vec::new());
        for entry in entries {
            let offset = u32::try_from(file.len()).unwrap();
            let mut common = Vec::new();
            for field in [20, 0, entry.method, 0, 0x21] {
                common.extend(u16::to_le_bytes(field));
            }
            for field in [entry.crc, u32::try_from(entry.data.len()).unwrap(), entry.size] {
                common.extend(field.to_le_bytes());
            }
            common.extend(u16::try_from(entry.name.len()).unwrap().to_le_bytes());
            common.extend([0; 2]);
            file.extend(b"PK\x03\x04");
            file.extend(&common);
            file.extend(entry.name.bytes());
            file.extend(&entry.data);
            listing.extend(b"PK\x01\x02\x14\x00");
            listing.extend(&common);
            listing.extend([0; 10]);
            listing.extend(offset.to_le_bytes());
            listing.extend(entry.name.bytes());
        }
        let start = u32::try_from(file.len()).unwrap();
        let count = u16::try_from(entries.len()).unwrap();
        file.extend(&listing);
        file.extend(b"PK\x05\x06\0\0\0\0");
        file.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
        file.extend(u32::try_from(listing.len()).unwrap().to_le_bytes());
        file.extend(start.to_le_bytes());
        file.extend([0; 2]);
        file
    }

    fn record(id: &str, name: &str, modified: &str) -> String {
        let affected = format!(r#"[{{"package":{{"ecosystem":"npm","name":"{name}"}}}}]"#);
        format!(r#"{{"id":"{id}","modified":"{modified}","summary":"{id} of {modified}","affected":{affected}}}"#)
    }

    fn bucket(archive: &[u8], loose: &[(&str, &str)]) -> (tempfile::TempDir, Bucket) {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("npm");
        fs::create_dir(&folder).unwrap();
        if !archive.is_empty() {
            fs::write(folder.join("all.zip"), archive).unwrap();
        }
        for (name, json) in loose {
            fs::write(folder.join(name), json).unwrap();
        }
        let bucket = Bucket::open(root.path()).unwrap();
        (root, bucket)
    }

    fn ask(bucket: &Bucket, names: &[&str]) -> Result<Shelf, StoreError> {
        let ecosystem = ecosystems::language(PackageKind::Npm).unwrap();
        let names: HashSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
        bucket.advisories(&Wanted { ecosystem: &ecosystem, names: &names })
    }

    fn summaries(shelf: &Shelf) -> Vec<&str> {
        shelf.advisories.iter().map(|advisory| &*advisory.summary).collect()
    }

    #[test]
    fn only_what_is_asked_for_is_given_and_all_is_counted() {
        let archive = archive(&[
            deflated("A-1.json", &record("A-1", "left-pad", "2024-01-01T00:00:00Z")),
            stored("A-2.json", &record("A-2", "right-pad", "2024-03-01T00:00:00Z")),
            deflated("A-3.json", &record("A-3", "left-pad", "2024-02-01T00:00:00Z")),
            deflated("README", "not a record"),
            deflated("B-1.json", &record("B-1", "left-pad", "2025-01-01T00:00:00Z").replace("npm", "PyPI")),
        ]);
        let (_root, bucket) = bucket(&archive, &[("A-4.json", &record("A-4", "left-pad", "2024-01-01T00:00:00Z"))]);
        for threads in [1, 2, 7] {
            let shelf = ask(&bucket.clone().threads(threads), &["left-pad"]).unwrap();
            let ids: Vec<_> = shelf.advisories.iter().map(|advisory| &*advisory.id).collect();
            assert_eq!(ids, ["A-1", "A-3", "A-4"]);
            assert_eq!((shelf.total, shelf.newest.as_deref()), (4, Some("2024-03-01T00:00:00Z")));
            assert_eq!(shelf.unreadable, 0, "{:?}", shelf.example);
        }
    }

    #[test]
    fn the_newest_copy_counts_even_if_it_is_withdrawn() {
        let archive = archive(&[
            deflated("A-1.json", &record("A-1", "a", "2024-01-01T00:00:00Z")),
            deflated("A-2.json", &record("A-2", "a", "2024-01-01T00:00:00Z")),
            deflated("A-3.json", &record("A-3", "a", "2024-01-01T00:00:00.5Z")),
        ]);
        let withdrawn =
            record("A-1", "a", "2024-02-01T00:00:00Z").replacen('{', r#"{"withdrawn":"2024-02-01T00:00:00Z","#, 1);
        let (_root, bucket) = bucket(
            &archive,
            &[
                ("one.json", &withdrawn),
                ("two.json", &record("A-2", "a", "2023-01-01T00:00:00Z")),
                ("three.json", &record("A-3", "a", "2024-01-01T00:00:00Z")),
            ],
        );
        let shelf = ask(&bucket, &["a"]).unwrap();
        assert_eq!(summaries(&shelf), ["A-2 of 2024-01-01T00:00:00Z", "A-3 of 2024-01-01T00:00:00.5Z"]);
    }

    #[test]
    fn entries_that_lie_are_refused_and_the_rest_is_read() {
        let honest = |id: &str| deflated(&format!("{id}.json"), &record(id, "a", "2024-01-01T00:00:00Z"));
        let zeros = deflated("bomb.json", &"0".repeat(40 << 20));
        let archive = archive(&[
            honest("A-1"),
            Made { size: 10, ..honest("smaller") },
            Made { size: 100_000, ..honest("larger") },
            Made { crc: 7, ..honest("checksum") },
            Made { method: 12, ..honest("bzip2") },
            Made { size: u32::MAX - 1, ..honest("huge") },
            Made { size: 100, ..deflated("hidden.json", &"0".repeat(40 << 20)) },
            zeros,
            honest("A-2"),
        ]);
        let (_root, bucket) = bucket(&archive, &[("broken.json", "{"), ("latin.json", "\u{e9}")]);
        let shelf = ask(&bucket, &["a"]).unwrap();
        assert_eq!(summaries(&shelf), ["A-1 of 2024-01-01T00:00:00Z", "A-2 of 2024-01-01T00:00:00Z"]);
        assert_eq!(shelf.unreadable, 9);
        assert_eq!(shelf.example.as_deref(), Some("bomb.json: it is larger than any honest record"));
    }

    #[test]
    fn an_entry_that_claims_to_lie_behind_the_directory_is_refused() {
        let mut only = archive(&[stored("A-1.json", &record("A-1", "a", "1"))]);
        let entry = only.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
        // Its offset, one more than where the directory begins.
        let behind = u32::try_from(entry + 1).unwrap();
        only[entry + 42..entry + 46].copy_from_slice(&behind.to_le_bytes());
        let (_root, bucket) = bucket(&only, &[]);
        let shelf = ask(&bucket, &["a"]).unwrap();
        assert_eq!((shelf.total, shelf.unreadable), (0, 1));
    }

    #[test]
    fn an_archive_may_not_unpack_to_more_than_the_budget() {
        let entries: Vec<_> = (0..10).map(|n| deflated(&format!("{n}.json"), &" ".repeat(1000))).collect();
        let (_root, mut bucket) = bucket(&archive(&entries), &[]);
        bucket.limits.total = 2500;
        let shelf = ask(&bucket.threads(1), &["a"]).unwrap();
        assert_eq!(shelf.unreadable, 10);
        assert_eq!(shelf.example.as_deref().map(|text| text.starts_with("0.json: EOF")), Some(true));
    }

    #[test]
    fn every_cut_and_every_flipped_byte_of_an_archive_is_survived() {
        let archive = archive(&[
            deflated("A-1.json", &record("A-1", "a", "2024-01-01T00:00:00Z")),
            stored("A-2.json", &record("A-2", "a", "2024-01-01T00:00:00Z")),
        ]);
        let (root, bucket) = bucket(&archive, &[]);
        let path = root.path().join("npm/all.zip");
        for at in 0..archive.len() {
            fs::write(&path, &archive[..at]).unwrap();
            let _ = ask(&bucket, &["a"]);
            let mut flipped = archive.clone();
            flipped[at] ^= 0xff;
            fs::write(&path, &flipped).unwrap();
            if let Ok(shelf) = ask(&bucket, &["a"]) {
                // A checksum stands for every byte of a record.
                assert!(shelf.advisories.iter().all(|advisory| advisory.summary.contains("of 2024-01-01")));
            }
        }
    }

    #[test]
    fn what_is_not_there_is_no_error_and_what_is_no_archive_is() {
        let (_root, bucket) = bucket(&[], &[]);
        assert_eq!(ask(&bucket, &["a"]).unwrap(), Shelf::default());
        let empty = tempfile::tempdir().unwrap();
        assert_eq!(ask(&Bucket::open(empty.path()).unwrap(), &["a"]).unwrap(), Shelf::default());
        assert!(matches!(Bucket::open(&empty.path().join("none")), Err(StoreError::Io { .. })));
        let (_root, bucket) = self::bucket(b"<html>404</html>", &[]);
        let error = ask(&bucket, &["a"]).unwrap_err().to_string();
        assert!(error.contains("is not a zip archive of advisories") && error.ends_with("fetch it again"), "{error}");
    }
}
