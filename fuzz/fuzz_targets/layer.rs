//! A layer as it is stored: any bytes, which may turn out to be a tar, plain or compressed.

#![no_main]

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use harness::tar::{self, Entry, Kind};
use harness::{seeds, walk};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: seeds::plant(seeds()), |data: &[u8]| {
    walk::layer(data, 2);
});

fn seeds() -> Vec<Vec<u8>> {
    let path = Entry { kind: Kind::Pax, ..Entry::file("pax", b"23 path=etc/os-release\n") };
    let plain = tar::archive(&[path, Entry::file("x", b"ID=debian\n")]);
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    let gzip = gzip.write_all(&plain).and_then(|()| gzip.finish()).unwrap_or_default();
    let zstd = zstd::encode_all(&*plain, 1).unwrap_or_default();
    let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 0][..], &zstd].concat();
    vec![plain, gzip, zstd, skippable, b"BZh9".to_vec(), b"\xfd7zXZ\0".to_vec()]
}
