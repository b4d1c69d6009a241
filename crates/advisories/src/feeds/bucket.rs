//! Advisories in a directory laid out as OSV.dev exports them: `ECOSYSTEM/all.zip` with one JSON file per record, and
//! beside it loose `ECOSYSTEM/ID.json` files, such as people write by hand.
//!
//! As a [`Store`] it is for trying things out: what is asked for becomes a shard in memory, each time anew.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;

use super::archive::{self, Limits, Visitor, is_record};
use super::osv::{self, Glance, Named};
use crate::advisory::Advisory;
use crate::aliases;
use crate::ecosystems::Ecosystem;
use crate::shard::{Builder, Shard};
use crate::store::{Store, StoreError, Supply, Wanted};

/// The level at which texts are compressed that are unpacked at once.
const FAST: i32 = 1;
/// Loose files of one ecosystem.
const MAX_LOOSE: usize = 1_000_000;

/// A directory of advisories.
#[derive(Clone, Debug)]
pub struct Bucket {
    root: PathBuf,
    threads: usize,
    limits: Limits,
}

impl Bucket {
    /// The directory at `root`. Reads use as many threads as the machine has processors.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let io = |source| StoreError::Io { path: root.display().to_string(), source };
        if !fs::metadata(root).map_err(io)?.is_dir() {
            return Err(io(io::ErrorKind::NotADirectory.into()));
        }
        let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Self { root: root.into(), threads, limits: Limits::default() })
    }

    /// Uses this many threads, at least one.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }
}

impl Store for Bucket {
    fn supply(&self, wanted: &Wanted<'_>) -> Result<Supply, StoreError> {
        let folder = self.root.join(wanted.ecosystem.family);
        let mut pile = Pile::new(*wanted);
        let archive = folder.join("all.zip");
        if archive.is_file() {
            for part in archive::read(&archive, self.threads, self.limits, || Pile::new(*wanted))? {
                pile.add(part);
            }
        }
        read_loose(&folder, self.limits, &mut pile)?;
        pile.into_supply()
    }

    fn naming(&self, ecosystem: &Ecosystem, ids: &[String]) -> Result<Vec<Shard>, StoreError> {
        let folder = self.root.join(ecosystem.family);
        let pick = || Pick { family: ecosystem.family, ids, advisories: Vec::new() };
        let archive = folder.join("all.zip");
        let mut picked = Vec::new();
        if archive.is_file() {
            picked.extend(archive::read(&archive, self.threads, self.limits, pick)?);
        }
        let mut loose = pick();
        read_loose(&folder, self.limits, &mut loose)?;
        picked.push(loose);
        let mut builder = Builder::new(ecosystem.family, FAST);
        for advisory in picked.into_iter().flat_map(|pick| pick.advisories) {
            builder.add(advisory);
        }
        Ok(vec![Shard::from_bytes(ecosystem.family, builder.finish().0)?])
    }
}

/// The records that name any of some ids.
struct Pick<'a> {
    family: &'a str,
    ids: &'a [String],
    advisories: Vec<Advisory>,
}

impl Visitor for Pick<'_> {
    /// What cannot be read names nothing; whoever is asked about a package's advisories says that there is such a record.
    fn record(&mut self, _: &str, json: &[u8]) {
        let names = |named: &Named<'_>| named.ids().any(|id| self.ids.iter().any(|asked| aliases::is(id, asked)));
        if !Named::at(json).is_ok_and(|named| names(&named)) {
            return;
        }
        let name = |ecosystem: &str, name: &str| {
            let known = Ecosystem::named(ecosystem).filter(|known| known.family == self.family)?;
            Some(known.normalize(name).into_owned())
        };
        self.advisories.extend(osv::parse(json, name).ok().flatten());
    }

    fn unreadable(&mut self, _: &str, _: &str) {}
}

/// What has been read so far.
struct Pile<'a> {
    wanted: Wanted<'a>,
    advisories: Vec<Advisory>,
    total: u64,
    newest: Option<String>,
    unreadable: u64,
    /// The first by name.
    example: Option<String>,
}

impl<'a> Pile<'a> {
    fn new(wanted: Wanted<'a>) -> Self {
        Self { wanted, advisories: Vec::new(), total: 0, newest: None, unreadable: 0, example: None }
    }

    fn add(&mut self, other: Self) {
        self.advisories.extend(other.advisories);
        self.total += other.total;
        self.newest = self.newest.take().max(other.newest);
        self.unreadable += other.unreadable;
        self.complain(other.example);
    }

    /// Reads one record, if it matters.
    fn read(&mut self, json: &[u8]) -> Result<(), serde_json::Error> {
        let wanted = self.wanted;
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
        if concerned {
            self.advisories.extend(osv::parse(json, |ecosystem, name| wanted.name(ecosystem, name))?);
        }
        Ok(())
    }

    fn complain(&mut self, example: Option<String>) {
        self.example = match (self.example.take(), example) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }

    fn into_supply(self) -> Result<Supply, StoreError> {
        let label = &self.wanted.ecosystem.label;
        let mut builder = Builder::new(label, FAST);
        for advisory in self.advisories {
            builder.add(advisory);
        }
        let shards = vec![Shard::from_bytes(label, builder.finish().0)?];
        let Self { total, newest, unreadable, example, .. } = self;
        Ok(Supply { shards, total, newest, unreadable, example, ..Supply::default() })
    }
}

impl Visitor for Pile<'_> {
    fn record(&mut self, name: &str, json: &[u8]) {
        if let Err(error) = self.read(json) {
            self.unreadable(name, &error.to_string());
        }
    }

    fn unreadable(&mut self, name: &str, detail: &str) {
        self.unreadable += 1;
        self.complain(Some(format!("{name}: {detail}")));
    }
}

/// Whether a folder holds records.
pub(crate) fn holds_records(folder: &Path) -> bool {
    folder.join("all.zip").is_file()
        || fs::read_dir(folder).is_ok_and(|listing| listing.flatten().any(|file| is_record(&file.path())))
}

/// Shows the loose records of a folder to a visitor.
pub(crate) fn read_loose(folder: &Path, limits: Limits, visitor: &mut impl Visitor) -> Result<(), StoreError> {
    let io = |source| StoreError::Io { path: folder.display().to_string(), source };
    let listing = match fs::read_dir(folder) {
        Ok(listing) => listing,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
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
            Ok(size) if size as u64 > limits.record => visitor.unreadable(&name, "it is larger than any honest record"),
            Ok(_) => visitor.record(&name, &record),
            Err(error) => visitor.unreadable(&name, &error.to_string()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::io::Write;

    use flate2::write::DeflateEncoder;
    use flate2::{Compression, Crc};
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
        let affected = format!(r#"[{{"package":{{"ecosystem":"npm","name":"{name}"}},"versions":["1.0.0"]}}]"#);
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

    fn ask(bucket: &Bucket, names: &[&str]) -> Result<Supply, StoreError> {
        let ecosystem = ecosystems::language(PackageKind::Npm).unwrap();
        let names: HashSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
        bucket.supply(&Wanted { ecosystem: &ecosystem, names: &names })
    }

    fn summaries(supply: &Supply) -> Vec<String> {
        let all = supply.shards.iter().flat_map(|shard| (0..shard.records()).map(|record| shard.advisory(record)));
        all.map(|advisory| advisory.unwrap().summary).collect()
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
            let supply = ask(&bucket.clone().threads(threads), &["left-pad"]).unwrap();
            let ids = summaries(&supply).iter().map(|text| text[..3].to_owned()).collect::<Vec<_>>();
            assert_eq!(ids, ["A-1", "A-3", "A-4"]);
            assert_eq!((supply.total, supply.newest.as_deref()), (4, Some("2024-03-01T00:00:00Z")));
            assert_eq!(supply.unreadable, 0, "{:?}", supply.example);
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
        let supply = ask(&bucket, &["a"]).unwrap();
        assert_eq!(summaries(&supply), ["A-2 of 2024-01-01T00:00:00Z", "A-3 of 2024-01-01T00:00:00.5Z"]);
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
        let supply = ask(&bucket, &["a"]).unwrap();
        assert_eq!(summaries(&supply), ["A-1 of 2024-01-01T00:00:00Z", "A-2 of 2024-01-01T00:00:00Z"]);
        assert_eq!(supply.unreadable, 9);
        assert_eq!(supply.example.as_deref(), Some("bomb.json: it is larger than any honest record"));
    }

    #[test]
    fn an_entry_that_claims_to_lie_behind_the_directory_is_refused() {
        let mut only = archive(&[stored("A-1.json", &record("A-1", "a", "1"))]);
        let entry = only.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
        // Its offset, one more than where the directory begins.
        let behind = u32::try_from(entry + 1).unwrap();
        only[entry + 42..entry + 46].copy_from_slice(&behind.to_le_bytes());
        let (_root, bucket) = bucket(&only, &[]);
        let supply = ask(&bucket, &["a"]).unwrap();
        assert_eq!((supply.total, supply.unreadable), (0, 1));
    }

    #[test]
    fn an_archive_may_not_unpack_to_more_than_the_budget() {
        let entries: Vec<_> = (0..10).map(|n| deflated(&format!("{n}.json"), &" ".repeat(1000))).collect();
        let (_root, mut bucket) = bucket(&archive(&entries), &[]);
        bucket.limits.total = 2500;
        let supply = ask(&bucket.threads(1), &["a"]).unwrap();
        assert_eq!(supply.unreadable, 10);
        assert_eq!(supply.example.as_deref().map(|text| text.starts_with("0.json: EOF")), Some(true));
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
            if let Ok(supply) = ask(&bucket, &["a"]) {
                // A checksum stands for every byte of a record.
                assert!(summaries(&supply).iter().all(|summary| summary.contains("of 2024-01-01")));
            }
        }
    }

    #[test]
    fn what_is_not_there_is_no_error_and_what_is_no_archive_is() {
        let (_root, bucket) = bucket(&[], &[]);
        assert_eq!(ask(&bucket, &["a"]).unwrap().total, 0);
        let empty = tempfile::tempdir().unwrap();
        assert_eq!(ask(&Bucket::open(empty.path()).unwrap(), &["a"]).unwrap().total, 0);
        assert!(matches!(Bucket::open(&empty.path().join("none")), Err(StoreError::Io { .. })));
        let (_root, bucket) = self::bucket(b"<html>404</html>", &[]);
        let error = ask(&bucket, &["a"]).unwrap_err().to_string();
        assert!(error.contains("is not a zip archive of advisories") && error.ends_with("fetch it again"), "{error}");
    }
}
