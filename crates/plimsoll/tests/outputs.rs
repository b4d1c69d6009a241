//! Reports in files: every format at once, a template, a place that cannot be written to, and what comes back in by `--vex`.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Scans the image that lies in this repository, in a folder of its own.
fn scan(folder: &Path, arguments: &[&str]) -> Output {
    let example = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name);
    Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["image", "--no-cache", "--offline", "--input"])
        .arg(example("shop.oci"))
        .arg("--advisories")
        .arg(example("advisories"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("SOURCE_DATE_EPOCH", "1700000000")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

#[test]
fn every_format_is_written_at_once_and_the_same_again() {
    let names: Vec<&str> = report::SCAN.iter().map(|format| format.name).collect();
    let [once, again] = [(), ()].map(|()| {
        let folder = tempfile::tempdir().unwrap();
        let outputs: Vec<String> = names.iter().map(|name| format!("{name}={name}.out")).collect();
        let arguments: Vec<&str> = outputs.iter().flat_map(|output| ["-o", output]).collect();
        let output = scan(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(output.stdout.is_empty());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), names.len(), "nothing else is left there");
        names.iter().map(|name| fs::read(folder.path().join(format!("{name}.out"))).unwrap()).collect::<Vec<_>>()
    });
    for (name, (one, other)) in names.iter().zip(once.iter().zip(&again)) {
        assert!(one == other && !one.is_empty(), "{name}");
    }
}

#[test]
fn a_template_sees_the_findings() {
    let folder = tempfile::tempdir().unwrap();
    let template = "{% for issue in artifacts[0].issues if issue.rule == 'CVE-2019-10744' %}{{ issue.package }} {{ issue.fixed }}{% endfor %}";
    fs::write(folder.path().join("list.j2"), template).unwrap();
    let output = scan(folder.path(), &["-o", "template=list.j2"]);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "lodash 4.17.12");
    let output = scan(folder.path(), &["-o", "template:list.j2=list.txt"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(fs::read_to_string(folder.path().join("list.txt")).unwrap(), "lodash 4.17.12");
    fs::write(folder.path().join("list.j2"), "{% if %}").unwrap();
    let output = scan(folder.path(), &["-o", "template=list.j2"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("cannot understand the template list.j2"), "{}", stderr(&output));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_ends_the_run_with_a_message() {
    let folder = tempfile::tempdir().unwrap();
    let output = scan(folder.path(), &["-o", "json=/dev/full"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("cannot write to /dev/full"), "{}", stderr(&output));
}

#[test]
fn vex_that_was_written_is_understood_again() {
    let folder = tempfile::tempdir().unwrap();
    for (format, file) in [("openvex", "a.openvex.json"), ("cyclonedx-vex", "a.cdx.json")] {
        let output = scan(folder.path(), &["-o", &format!("{format}={file}")]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let output = scan(folder.path(), &["--vex", file, "-f", "json"]);
        assert_eq!(output.status.code(), Some(0), "{format}: {}", stderr(&output));
        assert_eq!(stderr(&output), "", "{format}: nothing of it is left out");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let remarks = report["artifacts"][0]["vex"].as_array().unwrap();
        assert!(!remarks.is_empty(), "{format}");
        for remark in remarks {
            assert_eq!(remark["status"], "under_investigation", "{format}");
            assert_eq!(remark["unapplied"], Value::Null, "{format}: {remark}");
        }
    }
}

#[test]
fn a_saved_report_is_converted_to_what_the_scan_would_have_written() {
    let folder = tempfile::tempdir().unwrap();
    let formats = ["json", "sarif", "html", "junit", "csv", "trivy-json"];
    let outputs: Vec<String> = formats.iter().map(|name| format!("{name}={name}.scan")).collect();
    let arguments: Vec<&str> = outputs.iter().flat_map(|output| ["-o", output]).chain(["--show-suppressed"]).collect();
    assert_eq!(scan(folder.path(), &arguments).status.code(), Some(0));
    let convert = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.arg("convert").args(arguments).current_dir(folder.path()).env_clear().stdin(Stdio::null());
        command.output().unwrap()
    };
    for name in formats {
        let output = format!("{name}={name}.converted");
        let output = convert(&["json.scan", "--show-suppressed", "-o", &output]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", stderr(&output));
        let [one, other] =
            ["scan", "converted"].map(|end| fs::read_to_string(folder.path().join(format!("{name}.{end}"))).unwrap());
        assert!(one == other, "{name}");
    }
    let output = convert(&["csv.scan", "-f", "table"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("cannot read the report csv.scan"), "{}", stderr(&output));
}
