//! Archives of images as files and as streams: any bytes, and tars whose checksums are right.

#![no_main]

use harness::{analysis, archives, tar};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Input {
    Tar(Vec<tar::Entry>),
    Bytes(Vec<u8>),
}

fuzz_target!(|input: Input| {
    let bytes = match input {
        Input::Tar(entries) => tar::archive(&entries),
        Input::Bytes(bytes) => bytes,
    };
    archives::open(&bytes, &analysis::budget());
});
