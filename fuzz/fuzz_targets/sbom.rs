//! A bill of materials of any standard: read, written in every standard of ours, and read again.

#![no_main]

use harness::seeds;
use libfuzzer_sys::fuzz_target;
use model::Report;
use report::{Context, Filter, Run, Wants};

const SEEDS: [&[u8]; 4] = [
    include_bytes!("../seeds/sbom-trivy.json"),
    include_bytes!("../seeds/sbom-syft.json"),
    include_bytes!("../seeds/sbom-spdx.json"),
    include_bytes!("../seeds/sbom-tags.spdx"),
];

fuzz_target!(init: seeds::plant(SEEDS), |document: &[u8]| {
    let Ok(bill) = packages::sbom::read(document) else { return };
    let report = Report { image: bill.image, layers: bill.layers, inventory: bill.inventory, ..Report::default() };
    let context = Context {
        width: 80,
        color: false,
        version: "1.2.3",
        generated_at: "2026-11-24T04:00:00Z",
        wants: Wants::default(),
        filter: Filter::default(),
        texts: None,
        run: Run::default(),
    };
    let is_bill = |name: &str| {
        ["cyclonedx", "spdx", "syft"].iter().any(|standard| name.starts_with(standard)) && name != "cyclonedx-vex"
    };
    for format in report::SCAN.iter().filter(|format| is_bill(format.name)) {
        let mut out = Vec::new();
        (format.write)(std::slice::from_ref(&report), &context, &mut out).expect("memory takes everything");
        let again = packages::sbom::read(&out).unwrap_or_else(|error| panic!("{}: {error}", format.name));
        assert!(again.inventory.items.len() <= report.inventory.items.len(), "{}", format.name);
    }
});
