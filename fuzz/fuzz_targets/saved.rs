//! Reports that were saved as JSON, by whomever: read, and written in every format.

#![no_main]

use libfuzzer_sys::fuzz_target;
use report::{Context, Filter, Run, Saved};

fuzz_target!(|content: &[u8]| {
    let Ok(saved) = Saved::read(content) else { return };
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
