//! Programs, and what linkers of several languages left in them.

#![no_main]

use harness::{analysis, go, seeds};
use libfuzzer_sys::fuzz_target;

const SEEDS: [&[u8]; 3] = [
    include_bytes!("../seeds/packages/dotnet-bundle"),
    include_bytes!("../seeds/packages/elf-package-note"),
    include_bytes!("../seeds/packages/rust-binary"),
];

fuzz_target!(init: begin(), |data: &[u8]| analysis::read_program(data));

fn begin() {
    let seeds = SEEDS.iter().map(|seed| seed.to_vec());
    seeds::plant(seeds.chain([go::program(), go::old_program()]));
}
