//! That every format is taken by those who read it: by official schemas and by real readers, where they are at hand.
//!
//! Python packages (in the Python that `PLIMSOLL_PYTHON` names or `python3` is): `lxml`, `jsonschema`, `junitparser`,
//! `sarif-tools`, `botocore` (AWS's own model of its findings), `ocsf-json-schema`, `vexipy`, `lib4vex`, `cyclonedx-python-lib`,
//! `html5lib`, `markdown-it-py`. Schemas that come in no Python package are looked for below the folder that
//! `PLIMSOLL_SCHEMAS` names, such as `node_modules`: `sarif-2.1.0*.json` (npm's `@microsoft/jest-sarif` has it), the program
//! `Sarif.Multitool` (`@microsoft/sarif-multitool-linux`), `*-report-format.json` (GitLab's) and `junit*.xsd`.
//! What is missing is said, and the rest is checked.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::samples::{context, hostile, image, leaky, licensed, remarked, render, saying};
use crate::{Context, Filter, Report, SCAN};

/// Formats that have readers of their own in this test; bills of materials are checked where they are written.
const CHECKED: &[&str] = &[
    "sarif",
    "gitlab-container",
    "gitlab-dependency",
    "gitlab-secrets",
    "gitlab-quality",
    "junit",
    "checkstyle",
    "csv",
    "markdown",
    "html",
    "asff",
    "ocsf",
    "cyclonedx-vex",
    "openvex",
];

/// Every complaint of a reader, a line each. None where there is no Python.
fn complaints(documents: &BTreeMap<String, String>) -> Option<String> {
    let python = std::env::var("PLIMSOLL_PYTHON").unwrap_or_else(|_| "python3".into());
    let child = Command::new(&python)
        .args(["-c", include_str!("check.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => {
            eprintln!("skipped: real readers of formats, because {python} does not start: {error}");
            return None;
        }
    };
    child.stdin.take().unwrap().write_all(&serde_json::to_vec(documents).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the check broke off");
    Some(String::from_utf8(output.stdout).unwrap())
}

fn documents(reports: &[(&str, Report)]) -> BTreeMap<String, String> {
    let filter = Filter { suppressed: true, ..Filter::default() };
    let context = Context { filter, wants_licenses: true, ..context(80) };
    let formats = SCAN.iter().filter(|format| CHECKED.contains(&format.name));
    let of_format = |format: &'static crate::Format| {
        reports.iter().map(move |(name, report)| (format!("{}|{name}", format.name), report, format))
    };
    formats.flat_map(of_format).map(|(name, report, format)| (name, render(format, report, &context))).collect()
}

#[test]
fn readers_take_every_format() {
    let reports = [
        ("sample", image()),
        ("secrets", leaky()),
        ("remarks", remarked()),
        ("licences", licensed()),
        ("hostile", hostile()),
        ("markup", saying("</script><img src=x onerror=alert(1)>](javascript:a) @all | `")),
        ("empty", Report::default()),
    ];
    let Some(complaints) = complaints(&documents(&reports)) else { return };
    assert_eq!(complaints.lines().collect::<Vec<_>>(), [""; 0]);
}

/// A reader that does not look would not see this.
#[test]
fn a_broken_document_is_noticed() {
    let mut documents = documents(&[("broken", image())]);
    let words = [
        ("\"version\": \"2.1.0\"", "\"version\": \"two\""),
        ("<failure ", "<failure <"),
        ("<error ", "<error <"),
        ("\"AwsAccountId\"", "\"Account\""),
        ("\"class_uid\": 2002", "\"class_uid\": \"2002\""),
        ("\"in_triage\"", "\"in_doubt\""),
        ("\"under_investigation\"", "\"unclear\""),
    ];
    documents.retain(|_, text| words.iter().any(|(good, _)| text.contains(good)));
    for text in documents.values_mut() {
        let (good, bad) = words.into_iter().find(|(good, _)| text.contains(good)).unwrap();
        *text = text.replacen(good, bad, 1);
    }
    let Some(complaints) = complaints(&documents) else { return };
    // Those whose reader is missing are not named, and their absence has been said.
    for name in complaints.lines().map(|line| line.split_once(':').unwrap().0) {
        assert!(documents.contains_key(name), "{name}");
    }
    eprintln!("noticed: {}", complaints.lines().count());
}
