//! Every `ecosystem` value of a copy of OSV.dev's export beside the repository is one that we know and find again.
//! Skipped, loudly, where there is none.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use advisories::{Ecosystem, shard};
use serde::Deserialize;
use zip::ZipArchive;

#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    affected: Vec<Affected>,
}

#[derive(Deserialize)]
struct Affected {
    package: Option<Package>,
}

#[derive(Deserialize)]
struct Package {
    ecosystem: String,
}

/// The values of one archive, and how often each is there.
fn count(archive: &Path, values: &mut BTreeMap<String, u64>) {
    let mut archive = ZipArchive::new(File::open(archive).unwrap()).unwrap();
    for index in 0..archive.len() {
        let mut json = Vec::new();
        archive.by_index(index).unwrap().read_to_end(&mut json).unwrap();
        let record: Record = serde_json::from_slice(&json).unwrap();
        for package in record.affected.into_iter().filter_map(|affected| affected.package) {
            *values.entry(package.ecosystem).or_default() += 1;
        }
    }
}

#[test]
fn every_value_of_the_mirror_is_asked_for_where_it_is_filed() {
    let mirror = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("../shared/osv-mirror"))
        .find(|folder| folder.is_dir());
    let Some(mirror) = mirror else {
        eprintln!("skipped: no ../shared/osv-mirror beside the repository");
        return;
    };
    let mut values = BTreeMap::new();
    let mut folders = 0;
    for entry in fs::read_dir(mirror).unwrap() {
        let archive = entry.unwrap().path().join("all.zip");
        if archive.is_file() {
            folders += 1;
            count(&archive, &mut values);
        }
    }
    let mut shards: BTreeMap<String, u64> = BTreeMap::new();
    for (value, records) in &values {
        let filed = shard(value);
        let filed = filed.as_ref().unwrap_or_else(|| panic!("{value} is not known"));
        let named = Ecosystem::named(value).unwrap();
        assert!(named.contains(value) && named.shards().contains(filed), "{value} is filed in {filed}: {named:?}");
        *shards.entry(filed.clone()).or_default() += records;
    }
    eprintln!("{} values of {folders} folders in {} shards: {shards:?}", values.len(), shards.len());
    assert!(values.len() >= 70, "there are fewer than a count by hand gave");
}
