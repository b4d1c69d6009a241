//! The search for secrets: every place that it tells lies in the text.

#![no_main]

use harness::seeds;
use libfuzzer_sys::fuzz_target;

/// Halves of tokens, put together here, so that nobody takes this file for a leak.
const SEEDS: [(&str, &str); 4] = [
    ("T=ghp", "_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8\n"),
    ("DD_API_KEY", "=9f86d081884c7d659a2feaa0c55ad015 x\\nghp_"),
    ("https://user:", "a1B2c3D4e5F6g7H8@db.x.io/%3Dgithub_pat_\n\n"),
    ("-----BEGIN RSA", " PRIVATE KEY-----\nMIIEpAIBAAKCAQEA1c7+9z5Pad7OejecsQ0bu3aozN3tihPmUZQJSDXD\n"),
];

fuzz_target!(init: begin(), |data: &[u8]| {
    for found in secrets::secrets(data) {
        assert!(found.span.start < found.span.end && found.span.end <= data.len());
    }
});

fn begin() {
    seeds::plant(SEEDS.iter().map(|(first, second)| [first.as_bytes(), second.as_bytes()].concat()));
}
