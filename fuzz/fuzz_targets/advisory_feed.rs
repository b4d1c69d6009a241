//! A feed of advisories: any bytes as its archive, and archives whose structure is right around entries of any bytes.

#![no_main]

use advisories::{Advisories, Bucket};
use harness::{folder, inventories, memory, zip};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Input<'a> {
    Archive {
        entries: Vec<(Name<'a>, &'a [u8], bool)>,
        /// Bytes to change.
        damage: Vec<(u16, u8)>,
    },
    Bytes(&'a [u8]),
}

#[derive(Arbitrary, Debug)]
enum Name<'a> {
    Record(u8),
    Any(&'a [u8]),
}

fuzz_target!(|input: Input<'_>| {
    let archive = match input {
        Input::Bytes(bytes) => bytes.to_vec(),
        Input::Archive { entries, damage } => {
            let entries: Vec<_> =
                entries.iter().map(|(name, content, compress)| (bytes(name), content, *compress)).collect();
            let mut archive = zip::archive(&entries);
            for (at, byte) in damage {
                let at = usize::from(at) % archive.len();
                archive[at] = byte;
            }
            archive
        }
    };
    folder::write("bucket/npm/all.zip", &archive);
    let Ok(bucket) = Bucket::open(&folder::folder().join("bucket")) else { panic!("the folder is there") };
    let inventory = inventories::of_npm();
    let advisories = Advisories::new(bucket.threads(2), inventories::today());
    // A record may have 32 MiB, and each thread reads one.
    let judgement = memory::within(80 << 20, || advisories.judge(&inventory));
    inventories::check(&judgement, &inventory);
    assert!(judgement == advisories.judge(&inventory), "the same knowledge has to say the same");
});

fn bytes(name: &Name<'_>) -> Vec<u8> {
    match name {
        Name::Record(number) => format!("CVE-2024-{number:04}.json").into_bytes(),
        Name::Any(name) => name.to_vec(),
    }
}
