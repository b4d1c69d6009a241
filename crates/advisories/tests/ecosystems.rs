//! Every `ecosystem` value of a copy of OSV.dev's export beside the repository is one that we know and find again, and
//! whose versions have an order. Skipped, loudly, where there is none.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod mirror;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use advisories::{Ecosystem, shard};
use serde::Deserialize;
use zip::ZipArchive;

use mirror::mirror;

#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    affected: Vec<Affected>,
}

#[derive(Deserialize)]
struct Affected {
    package: Option<Package>,
    #[serde(default)]
    ranges: Vec<Range>,
}

#[derive(Deserialize)]
struct Package {
    ecosystem: String,
}

#[derive(Deserialize)]
struct Range {
    #[serde(rename = "type")]
    kind: String,
    /// One entry each, such as `fixed` with a version.
    #[serde(default)]
    events: Vec<BTreeMap<String, String>>,
}

/// What the records say under one value.
#[derive(Default)]
struct Said {
    entries: u64,
    /// Versions of ranges that have no place in the order.
    unordered: BTreeSet<String>,
}

/// All entries of one archive, by value.
fn read(archive: &Path, values: &mut BTreeMap<String, Said>) {
    let mut archive = ZipArchive::new(File::open(archive).unwrap()).unwrap();
    for index in 0..archive.len() {
        let mut json = Vec::new();
        archive.by_index(index).unwrap().read_to_end(&mut json).unwrap();
        let record: Record = serde_json::from_slice(&json).unwrap();
        for affected in record.affected {
            let Some(package) = affected.package else { continue };
            let scheme = Ecosystem::named(&package.ecosystem).map(|ecosystem| ecosystem.scheme);
            let said = values.entry(package.ecosystem).or_default();
            said.entries += 1;
            let ranges = affected.ranges.iter().filter(|range| range.kind != "GIT");
            let versions = ranges.flat_map(|range| &range.events).flat_map(BTreeMap::values);
            let unordered = versions.filter(|version| scheme.is_some_and(|scheme| !scheme.is_valid(version)));
            said.unordered.extend(unordered.cloned());
        }
    }
}

#[test]
fn every_value_of_the_mirror_is_asked_for_where_it_is_filed() {
    let Some(mirror) = mirror() else { return };
    let mut values = BTreeMap::new();
    let mut folders = 0;
    for entry in fs::read_dir(mirror).unwrap() {
        let archive = entry.unwrap().path().join("all.zip");
        if archive.is_file() {
            folders += 1;
            read(&archive, &mut values);
        }
    }
    let mut shards: BTreeMap<String, u64> = BTreeMap::new();
    for (value, said) in &values {
        let filed = shard(value);
        let filed = filed.as_ref().unwrap_or_else(|| panic!("{value} is not known"));
        let named = Ecosystem::named(value).unwrap();
        assert!(named.contains(value) && named.shards().contains(filed), "{value} is filed in {filed}: {named:?}");
        *shards.entry(filed.clone()).or_default() += said.entries;
        if !said.unordered.is_empty() {
            eprintln!("{value}: {} {:?}", said.unordered.len(), said.unordered);
        }
    }
    eprintln!("{} values of {folders} folders in {} shards: {shards:?}", values.len(), shards.len());
    assert!(values.len() >= 70, "there are fewer than a count by hand gave");
    // Slips of publishers, each of which was looked at: `1.18.-r2`, `2.6.0-NA`, `1.0.0-*`, two versions in one.
    let slips = ["Alpine", "Azure Linux", "Bitnami", "Debian", "PyPI", "Wolfi", "npm"];
    for (value, said) in &values {
        let family = value.split(':').next().unwrap_or_default();
        let known = said.unordered.is_empty() || slips.contains(&family);
        assert!(known, "{value} has versions that its scheme does not know: {:?}", said.unordered);
    }
    let unordered: usize = values.values().map(|said| said.unordered.len()).sum();
    assert!(unordered <= 62, "{unordered} versions have no order, where 62 were found to be slips");
}
