//! Objects of git repositories, each read as a commit, a tag and a tree.

#![no_main]

use harness::seeds;
use libfuzzer_sys::fuzz_target;

const SEEDS: [&[u8]; 4] = [
    b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nparent 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A <a@b> 1112911993 -0700\ncommitter A <a@b> 1 +0000\n\ntext\n",
    b"object 4b825dc642cb6eb9a060e54bf8d69288fbee4904\ntype tree\ntag v1\ntagger A <a@b> 1 +0530\n\ntext\n",
    b"100644 a\x0001234567890123456789100755 b c\x000123456789012345678940000 d\x0001234567890123456789",
    b"120000 a\x0001234567890123456789160000 b\x0001234567890123456789",
];

fuzz_target!(init: seeds::plant(SEEDS), |data: &[u8]| {
    // An entry is no shorter than a mode, a name, a zero and twenty bytes.
    assert!(git::fuzzing::object(data) <= data.len() / 22);
    let _ = git::fuzzing::pointer(data);
});
