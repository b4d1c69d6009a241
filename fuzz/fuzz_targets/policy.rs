//! Settings and ignores in any form: read, and laid onto findings about packages of every ecosystem.

#![no_main]

use harness::inventories;
use libfuzzer_sys::fuzz_target;
use model::{Finding, Report, Vulnerability};
use policy::gate::Terms;
use policy::ignores::{self, FORMS, Ignores};
use policy::{baseline, file};

fuzz_target!(|content: &[u8]| {
    let _ = baseline::Baseline::read(content);
    let Ok(text) = std::str::from_utf8(content) else { return };
    let now = jiff::Timestamp::UNIX_EPOCH;
    let gates = file::read("plimsoll.yaml", text, &["severity"]).map(|file| file.always.gates).unwrap_or_default();
    let names = FORMS.iter().flat_map(|form| form.names).chain(&["a.yaml", "a.toml", "a"]);
    for name in names {
        let Ok(reading) = ignores::read(name, text) else { continue };
        let mut ignores = Ignores::new(reading.ignores, now);
        for inventory in inventories::every_kind("1.0.0") {
            let mut report = Report { inventory, ..Report::default() };
            let finding = |item| Vulnerability { item, id: "CVE-2024-0001".into(), ..Vulnerability::default() };
            let items = 0..report.inventory.items.len();
            report.findings = items.map(|item| Finding::Vulnerability(Box::new(finding(item)))).collect();
            ignores.apply(&mut report);
            for gate in gates.iter().filter_map(|switch| switch.gate.as_ref()) {
                let failed = gate.judge(std::slice::from_ref(&report), Terms { now, baseline: None });
                // What is set aside fails nothing.
                let counts = report.findings.iter().any(|finding| finding.suppressed().is_none());
                assert!(counts || failed.is_none() || gate.coverage);
            }
        }
    }
});
