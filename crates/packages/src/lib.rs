//! Files to packages: one file per format, one row per format in the tables of [`ai`], [`os`], [`executable`],
//! [`infrastructure`], [`program`] and of the folders of [`language`].
//!
//! Invariant: reads nothing but the bytes it is lent. What needs a file's neighbours is joined at the inventory.

pub mod ai;
pub mod executable;
pub mod infrastructure;
pub mod language;
pub mod license;
pub mod os;
pub mod pages;
pub mod program;
pub mod sbom;

mod listing;
mod packed;
mod syntax;
#[cfg(test)]
mod testing;

use model::Analyzer;

/// Every analyzer of this crate.
pub fn analyzers() -> impl Iterator<Item = &'static Analyzer> {
    os::ANALYZERS
        .iter()
        .chain(os::portable::ANALYZERS)
        .chain(os::rpm::ANALYZERS)
        .chain(executable::ANALYZERS)
        .chain(infrastructure::ANALYZERS)
        .chain(program::ANALYZERS)
        .chain(language::ANALYZERS.iter().copied().flatten())
        .chain(ai::ANALYZERS)
        .chain([&sbom::found::ANALYZER])
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_table_is_in_alphabetical_order_and_every_name_unique() {
        for table in language::ANALYZERS.iter().chain(&[executable::ANALYZERS, infrastructure::ANALYZERS]) {
            assert!(table.is_sorted_by(|a, b| a.name < b.name), "{}", table[0].name);
        }
        let mut names = HashSet::new();
        assert!(analyzers().all(|analyzer| names.insert(analyzer.name)));
    }
}
