//! Reports of other scanners, converted, joined and compared by the program.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn sample(name: &str) -> String {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../report/src/import/samples");
    folder.join(name).to_str().unwrap().to_owned()
}

fn example(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name).to_str().unwrap().to_owned()
}

fn plimsoll(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(arguments)
        .env_clear()
        .env("SOURCE_DATE_EPOCH", "1700000000")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn json(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn several_reports_are_converted_to_one() {
    let files = ["trivy.json", "grype.json", "snyk.json", "gitleaks.json"].map(sample);
    let [trivy, grype, snyk, gitleaks] = &files;
    let document = json(&plimsoll(&["convert", trivy, grype, snyk, gitleaks, "-f", "json"]));
    let artifact = &document["artifacts"][0];
    let openssl: Vec<&Value> =
        artifact["vulnerabilities"].as_array().unwrap().iter().filter(|it| it["id"] == "CVE-2023-5363").collect();
    assert_eq!(openssl.len(), 1);
    let publishers: Vec<&str> =
        openssl[0]["opinions"].as_array().unwrap().iter().map(|it| it["publisher"].as_str().unwrap()).collect();
    assert!(["trivy", "grype", "snyk"].iter().all(|tool| publishers.contains(tool)), "{publishers:?}");
    assert_eq!(
        artifact["secrets"].as_array().unwrap().len(),
        2,
        "the same line, once in the tree and once in a commit"
    );
    assert_eq!(document["generated_at"], "2026-11-21T09:00:00Z", "when the last of them was made");
    // Snyk does not say when.
    assert_eq!(json(&plimsoll(&["convert", snyk, "-f", "json"]))["generated_at"], "2023-11-14T22:13:20Z");
}

#[test]
fn what_is_no_report_is_told_where() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.json");
    std::fs::write(&path, "{\"SchemaVersion\": 2,\n\"Results\": 7}").unwrap();
    let output = plimsoll(&["convert", path.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said.contains("broken.json") && said.contains("line 2 column 12") && said.contains("another scanner"),
        "{said}"
    );
}

#[test]
fn a_report_of_another_scanner_is_a_baseline() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let rules = path("plimsoll.yaml");
    std::fs::write(&rules, "gates:\n  nothing-new:\n    new: true\n    severity: low\n").unwrap();
    let scan = |more: &[&str]| {
        let (image, advisories) = (example("shop.oci"), example("advisories"));
        let first = ["image", "--no-cache", "--offline", "--input", &image, "--advisories", &advisories];
        plimsoll(&[&first, more].concat())
    };
    let trivy = path("trivy.json");
    let written = format!("trivy-json={trivy}");
    assert_eq!(scan(&["--no-config", "-o", &written]).status.code(), Some(0));
    let gated = |baseline: &str| scan(&["--config", &rules, "--baseline", baseline, "-f", "json"]);
    let output = gated(&trivy);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    // Grype's sample is about another image.
    assert_eq!(gated(&sample("grype.json")).status.code(), Some(1));
}

#[test]
fn two_scanners_are_compared_with_what_the_advisories_know() {
    let folder = tempfile::tempdir().unwrap();
    let ours = folder.path().join("ours.json");
    let (image, advisories) = (example("shop.oci"), example("advisories"));
    let written = format!("json={}", ours.display());
    let scan = ["image", "--no-cache", "--offline", "--input", &image, "--advisories", &advisories, "-o", &written];
    assert_eq!(plimsoll(&scan).status.code(), Some(0));
    // A scanner that sees the same packages, and misses one vulnerability of lodash.
    let mut theirs: Value = serde_json::from_slice(&std::fs::read(&ours).unwrap()).unwrap();
    let rows = theirs["artifacts"][0]["vulnerabilities"].as_array_mut().unwrap();
    let before = rows.len();
    rows.retain(|row| row["id"] != "CVE-2019-10744");
    assert_eq!(rows.len(), before - 1);
    let other = folder.path().join("theirs.json");
    std::fs::write(&other, theirs.to_string()).unwrap();
    let (ours, theirs) = (ours.to_str().unwrap(), other.to_str().unwrap());
    let causes = |arguments: &[&str]| json(&plimsoll(&[&["compare", ours, theirs, "-f", "json"], arguments].concat()));
    let known = causes(&["--advisories", &advisories]);
    assert_eq!(known["causes"], serde_json::json!({ "missed": 1 }));
    assert!(known["disagreements"][0]["detail"].as_str().unwrap().contains("lodash"), "{known:#}");
    let db = folder.path().join("none");
    let unknown = causes(&["--db-dir", db.to_str().unwrap()]);
    assert_eq!(unknown["causes"], serde_json::json!({ "not-reported": 1 }));
    let table = plimsoll(&["compare", ours, theirs, "--advisories", &advisories]);
    let text = String::from_utf8(table.stdout).unwrap();
    assert!(text.contains("missed: affected by the advisory data (1)") && text.contains("CVE-2019-10744"), "{text}");
    let markdown = plimsoll(&["compare", &sample("trivy.json"), &sample("grype.json"), "-f", "markdown"]);
    assert!(String::from_utf8(markdown.stdout).unwrap().starts_with("## Trivy and Grype\n"));
}
