//! A record of a vulnerability in OSV's format, judged against packages of every ecosystem. The sections of the input: a
//! version of the packages, the record.

#![no_main]

use std::fs;

use advisories::{Advisories, Bucket};
use harness::{folder, inventories, memory, sections, seeds};
use libfuzzer_sys::fuzz_target;

const SEEDS: [&[u8]; 3] = [
    include_bytes!("../seeds/advisory-language.txt"),
    include_bytes!("../seeds/advisory-debian.txt"),
    include_bytes!("../seeds/advisory-rpm.txt"),
];

fuzz_target!(init: begin(), |data: &[u8]| {
    let [version, record] = sections::sections(data);
    folder::write("bucket/all/a.json", record);
    let Ok(version) = std::str::from_utf8(version) else { return };
    let Ok(bucket) = Bucket::open(&folder::folder().join("bucket")) else { panic!("the folder is there") };
    let advisories = Advisories::new(bucket.threads(1), inventories::today());
    for inventory in inventories::every_kind(version) {
        let judgement = memory::within(16 << 20, || advisories.judge(&inventory));
        inventories::check(&judgement, &inventory);
        assert!(judgement == advisories.judge(&inventory), "the same knowledge has to say the same");
    }
});

/// One folder is every ecosystem's.
fn begin() {
    seeds::plant(SEEDS);
    folder::write("bucket/all/a.json", b"");
    for family in inventories::FAMILIES {
        let link = folder::folder().join("bucket").join(family);
        if !link.exists() {
            fs::create_dir_all(&link).expect("a folder can be made");
            fs::hard_link(folder::folder().join("bucket/all/a.json"), link.join("a.json")).expect("a link can be made");
        }
    }
}
