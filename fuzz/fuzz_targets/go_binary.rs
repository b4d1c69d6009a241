//! Programs, and what Go's linker left in them.

#![no_main]

use harness::{analysis, go, seeds};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: seeds::plant([go::program(), go::old_program()]), |data: &[u8]| {
    analysis::read("usr/bin/app", data);
});
