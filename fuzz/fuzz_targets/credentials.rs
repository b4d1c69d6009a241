//! Files of other programs that decide whom we ask, and as whom. The sections of the input: Docker's `config.json` (which
//! is Podman's `auth.json` too), `DOCKER_HOST`, and the description of a Docker context.

#![no_main]

use harness::{folder, sections, seeds};
use image::remote::{Environment, docker, fuzzing};
use libfuzzer_sys::fuzz_target;
use model::Digest;

const SEEDS: [&[u8]; 2] = [include_bytes!("../seeds/credentials.txt"), b"{}\n---\ntcp://h:1\n---\n"];

fuzz_target!(init: seeds::plant(SEEDS), |data: &[u8]| {
    let [config, host, context] = sections::sections(data);
    if let Ok(text) = std::str::from_utf8(config) {
        let environment = Environment::new([("DOCKER_AUTH_CONFIG", text)], folder::folder());
        for registry in ["x.io", "docker.io"] {
            fuzzing::credentials(&environment, registry, "team/app");
        }
    }
    if let Ok(text) = std::str::from_utf8(host) {
        let _ = docker::hosts(&Environment::new([("DOCKER_HOST", text)], folder::folder()));
    }
    folder::write("config.json", config);
    folder::write(&format!("contexts/meta/{}/meta.json", Digest::sha256(b"a").hex()), context);
    let home = folder::folder().to_string_lossy();
    let _ = docker::hosts(&Environment::new([("DOCKER_CONFIG", &*home)], folder::folder()));
    let _ = docker::hosts(&Environment::new([("DOCKER_CONFIG", &*home), ("DOCKER_CONTEXT", "a")], folder::folder()));
});
