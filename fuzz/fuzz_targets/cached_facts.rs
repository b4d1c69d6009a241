//! A layer's facts in the cache, behind their checksum: whoever can write there can write anything. Laid over themselves,
//! they make an inventory.

#![no_main]

use harness::{inventories, memory, seeds};
use libfuzzer_sys::fuzz_target;
use model::{AnalyzerId, Gap, GapKind, Place};

/// Memory for each byte, and for tables.
const MEMORY: (usize, usize) = (4 << 10, 4 << 20);

fuzz_target!(init: seeds::plant(seeds()), |stored: &[u8]| {
    let most = stored.len() * MEMORY.0 + MEMORY.1;
    let inventory = memory::within(most, || scan::fuzzing::read(stored));
    assert!(inventory == scan::fuzzing::read(stored), "the same facts have to say the same");
});

fn seeds() -> Vec<Vec<u8>> {
    let facts = |inventory: model::Inventory| inventory.items.into_iter().map(|item| item.fact).collect();
    let place = Place { layer: None, path: "a/b".into() };
    let gap = Gap { place, by: AnalyzerId::new("fuzz"), kind: GapKind::LimitHit, detail: "a".into() };
    inventories::every_kind("1.0").into_iter().map(|all| scan::fuzzing::stored(facts(all), vec![gap.clone()])).collect()
}
