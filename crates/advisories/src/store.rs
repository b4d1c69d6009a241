//! Where advisories come from, as far as the matcher cares.

use std::collections::HashSet;
use std::io;

use crate::ecosystems::Ecosystem;
use crate::shard::{Shard, ShardError};
use crate::signal::Word;

/// A collection of advisories.
pub trait Store: Send + Sync {
    /// The shards that have every advisory of an ecosystem about any of the named packages. An ecosystem that is not
    /// there has none, which is no error.
    fn supply(&self, wanted: &Wanted<'_>) -> Result<Supply, StoreError>;

    /// The shards that have every advisory that gives or names any of these ids, whichever release of the ecosystem's
    /// family and whichever package it is about. A collection need not be able to tell.
    fn naming(&self, ecosystem: &Ecosystem, ids: &[String]) -> Result<Vec<Shard>, StoreError> {
        let _ = (ecosystem, ids);
        Ok(Vec::new())
    }

    /// What is said about a vulnerability by those who do not say which packages have it. A collection need not know.
    fn words(&self, id: &str) -> Result<Vec<Word>, ShardError> {
        let _ = id;
        Ok(Vec::new())
    }

    /// The text of the table of facts with that name, which came with the advisories. A collection need not have any.
    fn table(&self, name: &str) -> io::Result<Option<String>> {
        let _ = name;
        Ok(None)
    }
}

impl Store for Box<dyn Store> {
    fn supply(&self, wanted: &Wanted<'_>) -> Result<Supply, StoreError> {
        (**self).supply(wanted)
    }

    fn naming(&self, ecosystem: &Ecosystem, ids: &[String]) -> Result<Vec<Shard>, StoreError> {
        (**self).naming(ecosystem, ids)
    }

    fn words(&self, id: &str) -> Result<Vec<Word>, ShardError> {
        (**self).words(id)
    }

    fn table(&self, name: &str) -> io::Result<Option<String>> {
        (**self).table(name)
    }
}

/// What is asked for.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// Of which ecosystem.
    pub ecosystem: &'a Ecosystem,
    /// About which packages, in the ecosystem's normal form.
    pub names: &'a HashSet<String>,
}

impl Wanted<'_> {
    /// The name in its normal form, if an entry with this `ecosystem` and `name` is asked for.
    pub fn name(&self, ecosystem: &str, name: &str) -> Option<String> {
        // Names are the better filter: ecosystems repeat.
        let name = self.ecosystem.normalize(name);
        (self.names.contains(&*name) && self.ecosystem.contains(ecosystem)).then(|| name.into_owned())
    }
}

/// What is there.
#[derive(Clone, Debug, Default)]
pub struct Supply {
    /// Where to look. They may hold advisories about other packages and other ecosystems as well.
    pub shards: Vec<Shard>,
    /// How many advisories there are, about any package, withdrawn ones not counted.
    pub total: u64,
    /// When the newest of those was last changed (RFC 3339).
    pub newest: Option<String>,
    /// Records that could not be read. What they are about is not known.
    pub unreadable: u64,
    /// What is wrong with the first of them, for a person.
    pub example: Option<String>,
    /// There is nothing but what the program brings along.
    pub starter: bool,
    /// When the data was last compared with its source (RFC 3339), where that is known.
    pub checked: Option<String>,
}

impl Supply {
    /// All that some shards hold.
    pub fn of(shards: Vec<Shard>) -> Self {
        let total = shards.iter().map(|shard| shard.about().advisories).sum();
        let newest = shards.iter().filter_map(|shard| shard.about().newest.clone()).max();
        Self { shards, total, newest, ..Self::default() }
    }
}

/// Why a collection cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder cannot be read.
    #[error("cannot read advisories from {path}: {source}")]
    Io {
        /// Which.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// A file is there, but it is not what its name promises.
    #[error("{path} is not a zip archive of advisories: {detail}; fetch it again")]
    Archive {
        /// Which.
        path: String,
        /// What is wrong with it.
        detail: String,
    },
    /// A shard is there, but damaged.
    #[error("{0}; fetch or build it again (plimsoll db update, plimsoll db build)")]
    Shard(#[from] ShardError),
}
