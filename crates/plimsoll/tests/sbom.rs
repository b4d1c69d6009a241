//! `plimsoll sbom`: bills that we wrote and bills that others wrote, judged by data that came on different ways.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn examples(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name)
}

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(arguments).env_clear().env("SOURCE_DATE_EPOCH", "1700000000").output().unwrap()
}

/// Runs it; it has to end with 0.
fn done(arguments: &[&str]) -> Vec<u8> {
    let Output { status, stdout, stderr } = run(arguments);
    assert!(status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&stderr));
    stdout
}

/// The vulnerabilities and packages of a report in JSON.
fn essence(report: &[u8]) -> (Value, Value) {
    let report: Value = serde_json::from_slice(report).unwrap();
    let artifact = &report["artifacts"][0];
    (artifact["vulnerabilities"].clone(), artifact["packages"].clone())
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_bill_is_judged_alike_by_shards_by_a_bundle_and_by_what_was_imported() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (bill, built, bundle, imported) = (at("bill.json"), at("built"), at("data.bundle"), at("imported"));
    let (image, advisories) = (examples("shop.oci"), examples("advisories"));
    let output = format!("cyclonedx={}", bill.display());
    done(&["image", "--input", text(&image), "--no-cache", "--scanners", "package", "-o", &output]);
    done(&["db", "build", "--from", text(&advisories), "--db-dir", text(&built)]);
    done(&["db", "export", text(&bundle), "--db-dir", text(&built)]);
    done(&["db", "import", text(&bundle), "--db-dir", text(&imported)]);
    let of_image = ["image", "--input", text(&image), "--no-cache", "-f", "json", "--advisories", text(&built)];
    let expected = essence(&done(&of_image));
    assert!(expected.0.as_array().is_some_and(|rows| !rows.is_empty()));
    for data in [&advisories, &built, &imported] {
        let judged = essence(&done(&["sbom", text(&bill), "-f", "json", "--advisories", text(data)]));
        assert_eq!(judged, expected, "{}", data.display());
    }
    let offline = ["sbom", text(&bill), "-f", "json", "--offline", "--db-dir", text(&imported)];
    assert_eq!(essence(&done(&offline)), expected);
}

#[test]
fn bills_of_the_same_image_are_the_same() {
    let image = examples("shop.oci");
    for format in ["cyclonedx", "spdx", "spdx-json"] {
        let arguments = ["image", "--input", text(&image), "--no-cache", "--scanners", "package", "-f", format];
        assert!(done(&arguments) == done(&arguments), "{format}");
    }
}

#[test]
fn what_is_no_bill_is_an_error_that_says_what_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json");
    fs::write(&file, "{}").unwrap();
    for (arguments, complaint) in [
        (["sbom", text(&file), "--scanners", "package"], "CycloneDX (JSON, XML), SPDX 2"),
        (["sbom", "no-such-file", "--scanners", "package"], "cannot read the bill of materials no-such-file"),
    ] {
        let Output { status, stderr, .. } = run(&arguments);
        let said = String::from_utf8(stderr).unwrap();
        assert_eq!(status.code(), Some(3), "{said}");
        assert!(said.contains(complaint), "{said}");
    }
}
