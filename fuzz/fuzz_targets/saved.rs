//! Reports that were saved, by whatever scanner: read, joined, compared and written in every format.

#![no_main]

use libfuzzer_sys::fuzz_target;
use report::compare::{Comparison, Nobody};
use report::{Context, Filter, Run, import};

/// One of each format, as the tests of the readers have them.
const SEEDS: &[&[u8]] = &[
    include_bytes!("../../crates/report/src/import/samples/checkov.json"),
    include_bytes!("../../crates/report/src/import/samples/clair.json"),
    include_bytes!("../../crates/report/src/import/samples/code.sarif"),
    include_bytes!("../../crates/report/src/import/samples/gitlab.json"),
    include_bytes!("../../crates/report/src/import/samples/gitleaks.json"),
    include_bytes!("../../crates/report/src/import/samples/grype.json"),
    include_bytes!("../../crates/report/src/import/samples/scout.sarif"),
    include_bytes!("../../crates/report/src/import/samples/snyk.json"),
    include_bytes!("../../crates/report/src/import/samples/trivy.json"),
];

fuzz_target!(init: harness::seeds::plant(SEEDS), |content: &[u8]| {
    let Ok(saved) = import::read(content) else { return };
    if let Ok(again) = import::read(content) {
        let comparison = Comparison::new(&saved, &again, &Nobody);
        assert!(comparison.agreed <= comparison.findings[0], "no more agree than there are");
    }
    let context = Context {
        width: 80,
        color: false,
        version: "1.2.3",
        generated_at: &saved.generated_at,
        wants: saved.wants,
        filter: Filter { everything: true, suppressed: true, ..Filter::default() },
        texts: None,
        run: Run::default(),
    };
    for format in report::SCAN {
        for report in &saved.reports {
            let mut out = Vec::new();
            (format.write)(std::slice::from_ref(report), &context, &mut out).expect("memory takes everything");
            let out = String::from_utf8(out).expect("reports are UTF-8");
            if out.starts_with(['{', '[']) {
                serde_json::from_str::<serde_json::Value>(&out).expect("reports are JSON");
            }
        }
    }
});
