//! Packages that came, went or have other versions. What is in several versions at once is compared as a whole.

use std::collections::{BTreeMap, BTreeSet};

use model::{Package, PackageKind, Report};

use crate::sightings;

/// A package by its package manager and its name.
pub(super) type Name<'a> = (PackageKind, &'a str);

/// The versions of a package on both sides; none where it is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Versions<'a> {
    pub old: BTreeSet<&'a str>,
    pub new: BTreeSet<&'a str>,
}

/// What became of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Added,
    Removed,
    Changed,
    Same,
}

impl Versions<'_> {
    pub(super) fn fate(&self) -> Fate {
        match (self.old.is_empty(), self.new.is_empty()) {
            (true, _) => Fate::Added,
            (_, true) => Fate::Removed,
            _ if self.old == self.new => Fate::Same,
            _ => Fate::Changed,
        }
    }

    /// `1.1.1`, `1.1.1 → 3.0.2`; several versions of one side with commas between.
    pub(super) fn words(&self) -> String {
        let list = |versions: &BTreeSet<&str>| versions.iter().copied().collect::<Vec<_>>().join(", ");
        match self.fate() {
            Fate::Added | Fate::Same => list(&self.new),
            Fate::Removed => list(&self.old),
            Fate::Changed => format!("{} → {}", list(&self.old), list(&self.new)),
        }
    }
}

/// The packages of both sides' final filesystems.
pub(super) struct Packages<'a>(pub(super) BTreeMap<Name<'a>, Versions<'a>>);

impl<'a> Packages<'a> {
    pub(super) fn of(old: &'a Report, new: &'a Report) -> Self {
        let mut all: BTreeMap<Name<'a>, Versions<'a>> = BTreeMap::new();
        for package in sightings::live(old) {
            all.entry(name(package)).or_default().old.insert(&package.version);
        }
        for package in sightings::live(new) {
            all.entry(name(package)).or_default().new.insert(&package.version);
        }
        Self(all)
    }

    pub(super) fn get(&self, package: &'a Package) -> Option<&Versions<'a>> {
        self.0.get(&(package.kind, &*package.name))
    }

    pub(super) fn with(&self, fate: Fate) -> impl Iterator<Item = (&Name<'a>, &Versions<'a>)> {
        self.0.iter().filter(move |(_, versions)| versions.fate() == fate)
    }

    pub(super) fn count(&self, fate: Fate) -> u64 {
        self.with(fate).count() as u64
    }
}

fn name(package: &Package) -> Name<'_> {
    (package.kind, &package.name)
}
