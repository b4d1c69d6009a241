//! What containerd answers: messages of gRPC, one after another.

#![no_main]

use harness::{memory, seeds};
use image::remote::containerd;
use libfuzzer_sys::fuzz_target;

/// Frames of an image and of content: flag and length, then fields with their number and type.
const SEEDS: [&[u8]; 2] = [
    b"\0\0\0\0\x1b\x0a\x19\x0a\x01a\x1a\x14\x0a\x01m\x12\x0dsha256:000000\x18\x05",
    b"\0\0\0\0\x07\x08\0\x12\x03abc\0\0\0\0\x05\x12\x03def",
];

fuzz_target!(init: seeds::plant(SEEDS), |data: &[u8]| {
    memory::within(1 << 20, || containerd::fuzzing(data));
});
