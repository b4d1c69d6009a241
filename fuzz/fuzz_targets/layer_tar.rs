//! A layer whose checksums are right: what the walk makes of its entries.

#![no_main]

use harness::{tar, walk};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    /// Which files the visitor wants.
    interest: u8,
    entries: Vec<tar::Entry>,
    /// How much is cut off the end.
    cut: u16,
}

fuzz_target!(|input: Input| {
    let tar = tar::archive(&input.entries);
    walk::layer(&tar[..tar.len().saturating_sub(input.cut.into())], input.interest);
});
