//! The inventory: the facts of all layers, laid over each other.

use serde::{Deserialize, Serialize};

use crate::{Configuration, Distro, Executable, Fact, Gap, LayerIndex, LicenseText, Package, Secret, What};

/// What an image contains, and what of it could not be seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// The distribution, if any file says which.
    pub distro: Option<Distro>,
    /// Every fact but those that became part of others (distribution, file lists, licences, programs that a package owns or
    /// names), sorted; also packages and secrets that a later layer removed.
    pub items: Vec<Item>,
    /// What could not be seen.
    pub gaps: Vec<Gap>,
}

/// A fact in its place in the image.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Item {
    /// The fact; its place names the layer that introduced it.
    pub fact: Fact,
    /// The layer that removed or replaced it. Its bytes are still in the image, but not in a container's filesystem.
    pub removed: Option<LayerIndex>,
    /// The installed distribution package that brought the file, by name.
    pub owner: Option<String>,
}

impl Item {
    /// The package, if the fact is one.
    pub fn package(&self) -> Option<&Package> {
        match &self.fact.what {
            What::Package(package) => Some(package),
            _ => None,
        }
    }
}

impl Inventory {
    /// Licences that files of the final filesystem were recognized by, with their index in `items`.
    pub fn license_texts(&self) -> impl Iterator<Item = (usize, &Item, &LicenseText)> {
        let live = self.items.iter().enumerate().filter(|(_, item)| item.removed.is_none());
        live.filter_map(|(index, item)| match &item.fact.what {
            What::LicenseText(text) => Some((index, item, text)),
            _ => None,
        })
    }

    /// Packages of the final filesystem, with their index in `items`.
    pub fn packages(&self) -> impl Iterator<Item = (usize, &Item, &Package)> {
        self.items
            .iter()
            .enumerate()
            .filter(|(_, item)| item.removed.is_none())
            .filter_map(|(index, item)| Some((index, item, item.package()?)))
    }

    /// Secrets of all layers, also those of files that a later layer removed.
    pub fn secrets(&self) -> impl Iterator<Item = (&Item, &Secret)> {
        self.items.iter().filter_map(|item| match &item.fact.what {
            What::Secret(secret) => Some((item, secret)),
            _ => None,
        })
    }

    /// Files of configuration in the final filesystem.
    pub fn configuration(&self) -> impl Iterator<Item = (&Item, &Configuration)> {
        let live = self.items.iter().filter(|item| item.removed.is_none());
        live.filter_map(|item| match &item.fact.what {
            What::Configuration(file) => Some((item, file)),
            _ => None,
        })
    }

    /// Programs of the final filesystem that no package owns and nothing names.
    pub fn unidentified(&self) -> impl Iterator<Item = (&Item, &Executable)> {
        self.items.iter().filter_map(|item| match &item.fact.what {
            What::Executable(executable) => Some((item, executable)),
            _ => None,
        })
    }
}
