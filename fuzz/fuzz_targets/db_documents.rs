//! The documents that lie beside shards: the list of them, which a remote sends as well, and what is known of fetched
//! copies. (A bundle will be a document of its own.)

#![no_main]

use advisories::fresh::Ledger;
use advisories::{MANIFEST, Manifest};
use harness::{folder, memory, seeds};
use libfuzzer_sys::fuzz_target;

const SEEDS: [&str; 2] = [
    r#"{"format":1,"shards":[{"file":"Debian+12.shard","bytes":7,"blake3":"00","shard":"Debian:12","advisories":1,
        "packages":1,"newest":null,"publishers":{"debian":1}}]}"#,
    r#"{"format":1,"files":{"npm/all.zip":{"source":"a","tag":{"etag":"\"x\"","last_modified":"y"},"length":7,
        "blake3":"00","fetched":1,"checked":2}}}"#,
];

fuzz_target!(init: seeds::plant(SEEDS), |document: &[u8]| {
    let most = document.len() * 512 + (1 << 20);
    if let Ok(manifest) = memory::within(most, || Manifest::parse(document)) {
        assert!(Manifest::parse(&manifest.to_json()).is_ok_and(|again| again == manifest));
        for listed in &manifest.shards {
            let harmless = |character: char| character.is_ascii_alphanumeric() || "+_-.%".contains(character);
            assert!(listed.file.chars().all(harmless) && !listed.file.starts_with('.'), "{}", listed.file);
            assert!(manifest.shard(&listed.about.shard).is_some());
        }
    }
    folder::write(MANIFEST, document);
    let of_folder = Manifest::read(folder::folder());
    assert_eq!(of_folder.ok().flatten(), Manifest::parse(document).ok());
    folder::write("fetched.json", document);
    let ledger = memory::within(most, || Ledger::read(folder::folder()));
    assert_eq!(ledger, Ledger::read(folder::folder()));
});
