//! Paths as keyed hashes, for tables over every entry of an image: an image cannot choose paths so that two meet, and a
//! million of them fit into little memory.

use std::collections::hash_map::RandomState;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

/// A table by [`PathKeys::key`].
pub(crate) type KeyMap<T> = HashMap<u64, T, BuildHasherDefault<AlreadyHashed>>;

/// A set of such keys.
pub(crate) type KeySet = HashSet<u64, BuildHasherDefault<AlreadyHashed>>;

/// Makes keys of paths, others in every process.
#[derive(Default)]
pub(crate) struct PathKeys(RandomState);

impl PathKeys {
    pub(crate) fn key(&self, path: &[u8]) -> u64 {
        self.0.hash_one(path)
    }
}

/// Takes a key as it is.
#[derive(Default)]
pub(crate) struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
