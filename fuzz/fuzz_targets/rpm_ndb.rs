//! RPM's database in RPM's own format, ndb.

#![no_main]

use harness::{analysis, rpm, seeds};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: seeds::plant([rpm::ndb()]), |data: &[u8]| {
    // What tells the format is given; all else is the input's.
    const MAGIC: &[u8] = b"RpmP\0\0\0\0";
    let mut content = data.to_vec();
    if let Some(start) = content.get_mut(..MAGIC.len()) {
        start.copy_from_slice(MAGIC);
    }
    analysis::read("usr/lib/sysimage/rpm/Packages.db", &content);
});
