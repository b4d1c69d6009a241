//! Archives in any form, and what is nested in them: any bytes, and tars whose checksums are right.

#![no_main]

use std::ops::ControlFlow;

use archive::testing::{Writer, ar, bzip2, cpio, gzip, rpm, tar, xz, zstd};
use archive::{Costs, Entry, Interest, Visitor};
use harness::{analysis, memory};
use libfuzzer_sys::fuzz_target;
use model::{ImagePath, Unreadable};

/// What is held at once: entries, and the window of a decoder for each archive that is open.
const MEMORY: usize = 48 << 20;
const DEEPEST: u32 = 3;

fuzz_target!(init: harness::seeds::plant(seeds()), |data: &[u8]| {
    let budget = analysis::budget();
    let mut walk = Walk { depth: 0, seen: 0 };
    memory::within(MEMORY, || {
        let _ = archive::open(data, b"inner", &Costs::new(&budget), &mut walk);
    });
    // Every entry costs something.
    assert!(walk.seen <= budget.nested_bytes / 60, "{} entries were shown", walk.seen);
});

/// Opens every entry, whatever it is called.
struct Walk {
    depth: u32,
    /// Entries so far.
    seen: u64,
}

impl Visitor for Walk {
    fn enter(&mut self, entry: &Entry<'_>) -> Interest {
        let path = entry.path.as_bytes();
        assert!(!path.split(|byte| *byte == b'/').any(|part| matches!(part, b"" | b"." | b"..")), "{path:?}");
        if path.len() % 3 == 0 { Interest::Head } else { Interest::Whole }
    }

    fn head(&mut self, _: &Entry<'_>, head: &[u8]) -> bool {
        head.first().is_some_and(|first| first % 2 == 0)
    }

    fn content(&mut self, _: &Entry<'_>, content: &[u8], costs: &Costs<'_>) -> ControlFlow<()> {
        self.seen += 1;
        if self.depth < DEEPEST {
            self.depth += 1;
            let _ = archive::open(content, b"inner", costs, self);
            self.depth -= 1;
        }
        ControlFlow::Continue(())
    }

    fn gap(&mut self, _: &ImagePath, _: Unreadable) {}
}

fn seeds() -> Vec<Vec<u8>> {
    let zip = Writer::default().store("a", b"x").deflate("b/c", b"yz").add("locked", 1, 0, 1, b"x").finish();
    let files = [("a", b"x".as_slice()), ("b.zip", &zip)];
    let tar = tar(&files);
    let deb = ar(&[("control.tar.gz", gzip(&tar)), ("data.tar.xz", xz(&tar))]);
    let rpm = rpm(&[0; 8], &gzip(&cpio(&files)));
    let large = Writer::large().store("a", b"x").finish();
    let mut seeds =
        vec![zip.clone(), large, cpio(&files), gzip(&tar), zstd(&tar), xz(&tar), bzip2(&tar), xz(b"text"), deb, rpm];
    seeds.push(tar);
    seeds
}
