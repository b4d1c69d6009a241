//! Java archives: any bytes, and archives whose structure is right around entries that are any bytes.

#![no_main]

use harness::{analysis, seeds, zip};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Input<'a> {
    Bytes(&'a [u8]),
    Archive(Vec<Entry<'a>>),
}

#[derive(Arbitrary, Debug)]
struct Entry<'a> {
    name: Name<'a>,
    content: Content<'a>,
    compress: bool,
}

/// Names that are looked for, and any other.
#[derive(Arbitrary, Debug)]
enum Name<'a> {
    Manifest,
    Pom,
    Properties,
    Jar,
    Any(&'a [u8]),
}

#[derive(Arbitrary, Debug)]
enum Content<'a> {
    Bytes(&'a [u8]),
    Zeros(u16),
    Archive(Vec<Entry<'a>>),
}

/// The first byte says which of the two an input is, by how the crate `arbitrary` chooses.
fn seed() -> Vec<u8> {
    [&[0; 4][..], &zip::jar()].concat()
}

fuzz_target!(init: seeds::plant([seed()]), |input: Input<'_>| {
    match input {
        Input::Bytes(content) => analysis::read("srv/app-1.0.jar", content),
        Input::Archive(entries) => analysis::read("srv/app-1.0.jar", &archive(&entries)),
    };
});

fn archive(entries: &[Entry<'_>]) -> Vec<u8> {
    let entry = |entry: &Entry<'_>| {
        let name: &[u8] = match entry.name {
            Name::Manifest => b"META-INF/MANIFEST.MF",
            Name::Pom => b"META-INF/maven/g/a/pom.xml",
            Name::Properties => b"META-INF/maven/g/a/pom.properties",
            Name::Jar => b"BOOT-INF/lib/b-1.0.jar",
            Name::Any(name) => name,
        };
        let content = match &entry.content {
            Content::Bytes(bytes) => bytes.to_vec(),
            Content::Zeros(count) => vec![0; usize::from(*count) * 8],
            Content::Archive(entries) => archive(entries),
        };
        (name.to_vec(), content, entry.compress)
    };
    zip::archive(&entries.iter().map(entry).collect::<Vec<_>>())
}
