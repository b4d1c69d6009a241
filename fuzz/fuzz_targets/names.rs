//! Names that people and documents give: references, platforms, digests, paths.

#![no_main]

use harness::seeds;
use image::{Platform, PlatformChoice, Reference};
use libfuzzer_sys::fuzz_target;
use model::{Digest, ImagePath};

const SEEDS: [&str; 6] = [
    "localhost:5000/a/b:1.2",
    "[::1]:5000/a@sha256:0000000000000000000000000000000000000000000000000000000000000000",
    "index.docker.io/library/alpine",
    "linux/arm64/v8",
    "all",
    "../a//./b/../c!/d",
];

fuzz_target!(init: seeds::plant(SEEDS), |data: &[u8]| {
    let path = ImagePath::new(data);
    assert_eq!(ImagePath::new(path.as_bytes()), path);
    assert!(!path.to_string().contains(char::is_control));
    let inner = path.nested(data);
    assert!(inner.as_bytes().starts_with(path.as_bytes()) && path.as_bytes().starts_with(inner.outer()));

    let Ok(text) = std::str::from_utf8(data) else { return };
    match Reference::parse(text) {
        Ok(reference) => {
            let shown = reference.to_string();
            // With the defaults written out, it may be longer than what people may type.
            assert!(shown.len() > 1024 || Reference::parse(&shown).ok() == Some(reference.clone()), "{shown}");
            // The parts become parts of an address.
            let parts = [&*reference.registry, &reference.repository, &reference.manifest_name()].concat();
            assert!(parts.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#%\\@".contains(&byte)), "{parts}");
            assert!(!reference.repository.split('/').any(|part| matches!(part, "" | "." | "..")));
        }
        Err(error) => assert!(!error.to_string().contains(char::is_control)),
    }
    if let Ok(digest) = text.parse::<Digest>() {
        assert_eq!(digest.to_string(), text);
    }
    if let Ok(platform) = text.parse::<Platform>() {
        assert_eq!(platform.to_string().parse(), Ok(platform.clone()));
        assert!(platform.matches(&platform));
    }
    let _ = text.parse::<PlatformChoice>();
});
