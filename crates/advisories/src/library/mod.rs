//! A folder of shards: what `db build` writes, `db update` brings up to date and a scan looks into.
//!
//! `shards.json` lists the shards with their digests, so that a copy can be checked and only what changed need be
//! fetched; the shards themselves say what they are about, so that a folder with some of them is as good as one with all.
//! Nothing is opened before it is asked for. Every file appears by renaming and is never written again.

mod build;
pub mod bundle;
mod manifest;
pub mod signature;
mod spool;
mod tables;

use std::collections::HashMap;
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use jiff::Timestamp;

pub use build::{BuildError, Built, Input, Recipe, SourceTally, build};
pub use manifest::{Listed, MANIFEST, Manifest};
pub use tables::Table;

use crate::ecosystems::Ecosystem;
use crate::fresh::Ledger;
use crate::shard::{Shard, ShardError};
use crate::signal::{Signals, Word};
use crate::store::{Store, StoreError, Supply, Wanted};

/// The ending of the name of every shard's file.
pub const EXTENSION: &str = "shard";
/// The shard of what is said about vulnerabilities and not about packages.
pub const SIGNALS: &str = "signals";

/// A folder of shards.
pub struct Library {
    root: PathBuf,
    open: Mutex<HashMap<String, Option<Shard>>>,
    ledgers: OnceLock<[Ledger; 2]>,
}

/// The folder, below that of the shards, with publishers' files that shards are made of.
pub const DOWNLOADS: &str = "downloads";

impl Library {
    /// The folder at `root`.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let io = |source| StoreError::Io { path: root.display().to_string(), source };
        if !fs::metadata(root).map_err(io)?.is_dir() {
            return Err(io(io::ErrorKind::NotADirectory.into()));
        }
        Ok(Self { root: root.into(), open: Mutex::default(), ledgers: OnceLock::new() })
    }

    /// Whether a folder is one: it has a manifest, or a shard.
    pub fn is_one(root: &Path) -> bool {
        let is_shard = |path: PathBuf| path.extension().is_some_and(|extension| extension == EXTENSION);
        root.join(MANIFEST).is_file()
            || fs::read_dir(root).is_ok_and(|listing| listing.flatten().any(|file| is_shard(file.path())))
    }

    /// The shard of that name, if it is there.
    pub fn shard(&self, name: &str) -> Result<Option<Shard>, ShardError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = open.get(name) {
            return Ok(known.clone());
        }
        let path = self.root.join(file_name(name));
        let shard = match fs::exists(&path) {
            Ok(false) => None,
            _ => Some(Shard::open(&path)?),
        };
        open.insert(name.to_owned(), shard.clone());
        Ok(shard)
    }

    /// What is said about vulnerabilities; nothing where the shard is not there.
    pub fn signals(&self) -> Result<Signals, ShardError> {
        Ok(Signals::new(self.shard(SIGNALS)?))
    }

    /// When a shard, or what it is made of, was last compared with its source (RFC 3339); none where it was not fetched.
    pub fn checked(&self, shard: &str) -> Option<String> {
        let [fetched, made] =
            self.ledgers.get_or_init(|| [Ledger::read(&self.root), Ledger::read(&self.root.join(DOWNLOADS))]);
        let family = shard.split(':').next().unwrap_or(shard);
        let records = [fetched.files.get(&file_name(shard)), made.files.get(&format!("{family}/all.zip"))];
        let seconds = records.into_iter().flatten().map(|record| record.checked).max()?;
        Some(Timestamp::from_second(i64::try_from(seconds).ok()?).ok()?.to_string())
    }

    /// Every shard that is there, by name.
    pub fn shards(&self) -> Result<Vec<Shard>, StoreError> {
        let io = |source| StoreError::Io { path: self.root.display().to_string(), source };
        let paths: io::Result<Vec<_>> = fs::read_dir(&self.root).map_err(io)?.map(|file| Ok(file?.path())).collect();
        let mut paths = paths.map_err(io)?;
        paths.retain(|path| path.extension().is_some_and(|extension| extension == EXTENSION));
        paths.sort();
        Ok(paths.iter().map(|path| Shard::open(path)).collect::<Result<_, _>>()?)
    }
}

/// Reads all of a shard, whatever it is of.
pub fn check(shard: &Shard) -> Result<(), ShardError> {
    if shard.about().shard == SIGNALS { Signals::new(Some(shard.clone())).verify() } else { shard.verify() }
}

impl Store for Library {
    fn naming(&self, ecosystem: &Ecosystem, _: &[String]) -> Result<Vec<Shard>, StoreError> {
        let of_family = |shard: &Shard| {
            let rest = shard.about().shard.strip_prefix(ecosystem.family);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        };
        let mut shards = self.shards()?;
        shards.retain(of_family);
        Ok(shards)
    }

    fn supply(&self, wanted: &Wanted<'_>) -> Result<Supply, StoreError> {
        let mut shards = Vec::new();
        for name in wanted.ecosystem.shards() {
            shards.extend(self.shard(&name)?);
        }
        // As old as the oldest of them.
        let checked = shards.iter().filter_map(|shard| self.checked(&shard.about().shard)).min();
        Ok(Supply { checked, ..Supply::of(shards) })
    }

    fn words(&self, id: &str) -> Result<Vec<Word>, ShardError> {
        self.signals()?.of(id)
    }

    fn table(&self, name: &str) -> io::Result<Option<String>> {
        tables::read(&self.root, name)
    }
}

/// The file of a shard: `Debian+12.shard`. Names that no shard has cannot lead out of the folder.
pub fn file_name(shard: &str) -> String {
    let mut name = String::with_capacity(shard.len() + 6);
    for character in shard.chars() {
        match character {
            ':' => name.push('+'),
            ' ' => name.push('_'),
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' => name.push(character),
            '.' if !name.is_empty() => name.push('.'),
            // A text takes all that is written into it.
            other => _ = write!(name, "%{:x}", u32::from(other)),
        }
    }
    format!("{name}.{EXTENSION}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_stay_in_the_folder() {
        for (shard, file) in [
            ("Debian:12", "Debian+12.shard"),
            ("SUSE:15 SP4", "SUSE+15_SP4.shard"),
            ("crates.io", "crates.io.shard"),
            ("../../x", "%2e.%2f..%2fx.shard"),
            ("a+b_c", "a%2bb%5fc.shard"),
        ] {
            assert_eq!(file_name(shard), file);
        }
    }
}
