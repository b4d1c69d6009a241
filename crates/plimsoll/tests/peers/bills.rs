//! A bill of materials is judged like the image that it is about, by whatever standard it is written.

use serde_json::Value;

use crate::support::{Report, images, program, report};

const FORMATS: &[&str] = &["cyclonedx", "cyclonedx@1.4", "cyclonedx@1.5", "cyclonedx@1.7", "spdx", "spdx-json"];

/// What is there and what is wrong with it, without what a bill leaves out: packages that a later layer removed.
fn essence(report: &Report) -> (Vec<&Value>, &[Value]) {
    (report.live().collect(), report.list("vulnerabilities"))
}

#[test]
fn a_bill_is_judged_like_its_image() {
    for image in images() {
        let folder = tempfile::tempdir().unwrap();
        let file = |format: &str| folder.path().join(format!("bill.{format}"));
        let outputs = FORMATS.iter().flat_map(|format| ["-o".into(), format!("{format}={}", file(format).display())]);
        let scanned = report(program(["image", "--no-cache", "--input"]).arg(&image.layout).args(outputs));
        assert_ne!(scanned.live().count(), 0, "{}", image.name);
        for format in FORMATS {
            let judged = report(program(["sbom"]).arg(file(format)));
            assert!(essence(&judged) == essence(&scanned), "{} as {format} is judged otherwise", image.name);
        }
    }
}
