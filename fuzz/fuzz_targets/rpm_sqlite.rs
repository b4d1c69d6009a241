//! RPM's database in SQLite.

#![no_main]

use harness::{analysis, rpm, seeds};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: seeds::plant([rpm::sqlite()]), |data: &[u8]| {
    // What tells the format is given; all else is the input's.
    const MAGIC: &[u8] = b"SQLite format 3\0";
    let mut content = data.to_vec();
    if let Some(start) = content.get_mut(..MAGIC.len()) {
        start.copy_from_slice(MAGIC);
    }
    analysis::read("usr/lib/sysimage/rpm/rpmdb.sqlite", &content);
});
