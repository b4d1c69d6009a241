//! The documents of an image: the sections of the input are blobs in an archive, the last one is its index or manifest.
//! In a section, `$0` stands for the digest of the first one and so on, so that documents can name each other.

#![no_main]

use harness::{analysis, archives, sections, seeds, tar};
use image::manifest::Document;
use image::{Platform, PlatformChoice};
use libfuzzer_sys::fuzz_target;
use model::Digest;

const SEEDS: [&[u8]; 4] = [
    include_bytes!("../seeds/docker-archive.txt"),
    include_bytes!("../seeds/oci-archive.txt"),
    include_bytes!("../seeds/nested-index.txt"),
    b"{\"schemaVersion\":1,\"fsLayers\":[]}",
];

fuzz_target!(init: seeds::plant(SEEDS), |data: &[u8]| {
    let (mut digests, mut entries) = (Vec::new(), Vec::new());
    let mut root = Vec::new();
    for section in sections::split(data).take(10) {
        let blob = resolve(section, &digests);
        parse(&blob);
        let digest = Digest::sha256(&blob);
        entries.push(tar::Entry::file(&format!("blobs/sha256/{}", digest.hex()), &blob));
        digests.push(digest);
        root = blob;
    }
    // An array is Docker's manifest, anything else an index.
    let name = if root.starts_with(b"[") { "manifest.json" } else { "index.json" };
    entries.push(tar::Entry::file(name, &root));
    archives::open(&tar::archive(&entries), &analysis::budget());
});

fn resolve(section: &[u8], digests: &[Digest]) -> Vec<u8> {
    let mut resolved = Vec::with_capacity(section.len());
    let mut rest = section;
    while let Some((&first, after)) = rest.split_first() {
        let number = after.first().filter(|digit| first == b'$' && digit.is_ascii_digit()).map(|digit| digit - b'0');
        if let Some(digest) = number.and_then(|number| digests.get(usize::from(number))) {
            resolved.extend(digest.hex().bytes());
            rest = &after[1..];
        } else {
            resolved.push(first);
            rest = after;
        }
    }
    resolved
}

fn parse(blob: &[u8]) {
    if let Ok(Document::Index(index)) = Document::parse(blob, "the input") {
        let one = PlatformChoice::One(Platform { os: "linux".into(), architecture: "arm64".into(), variant: None });
        for choice in [PlatformChoice::All, PlatformChoice::Host, one] {
            let Ok(chosen) = index.select(&choice, "the input") else { continue };
            assert!(!chosen.is_empty() && chosen.iter().all(|child| child.is_image()));
        }
    }
}
