//! What registries and token servers answer, and what `registries.conf` says of mirrors. The sections of the input: values
//! of `WWW-Authenticate` in lines, `Retry-After`, `Date`, a token server's answer, the file.

#![no_main]

use harness::{folder, sections, seeds};
use image::Reference;
use image::remote::{Environment, fuzzing};
use libfuzzer_sys::fuzz_target;

const SEEDS: [&[u8]; 1] = [include_bytes!("../seeds/registry.txt")];

fuzz_target!(init: seeds::plant(SEEDS), |data: &[u8]| {
    let [challenges, retry_after, date, token, config] = sections::sections(data);
    fuzzing::answers(challenges, retry_after, date, token);
    let file = folder::write("registries.conf", config);
    let environment = Environment::new([("CONTAINERS_REGISTRIES_CONF", file.to_string_lossy())], folder::folder());
    for name in ["x.io/team/app:1", "a.x.io/b", "docker.io/library/alpine"] {
        let Ok(reference) = Reference::parse(name) else { continue };
        for (registry, repository) in fuzzing::mirrors(&reference, &environment).into_iter().flatten() {
            // Both become parts of an address.
            let written = format!("{registry}/{repository}");
            assert!(Reference::parse(&written).is_ok_and(|parsed| parsed.registry == registry), "{written}");
        }
    }
});
