//! That bills follow the official schemas, by the validators of those who keep them: `cyclonedx-python-lib[validation]` and
//! `spdx-tools` from PyPI (and `spdx-python-model` for SPDX 3), in the Python that `PLIMSOLL_PYTHON` names or `python3` is.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use model::{Confidence, Finding, Presence, Relation, Report, Requirement, What};

use crate::samples::{context, hostile, image, remarked, render, unidentified};
use crate::{Format, SCAN};

/// The formats that a schema is for.
fn formats() -> impl Iterator<Item = &'static Format> {
    SCAN.iter().filter(|format| format.name.starts_with("cyclonedx") || format.name.starts_with("spdx"))
}

/// A Python that has the validators.
fn python() -> Option<String> {
    let python = std::env::var("PLIMSOLL_PYTHON").unwrap_or_else(|_| "python3".into());
    let asked = Command::new(&python).args(["-c", "import cyclonedx.validation, lxml, spdx_tools"]).output();
    let has = asked.is_ok_and(|output| output.status.success());
    if !has {
        eprintln!(
            "skipped: the official schemas, because {python} has no cyclonedx-python-lib[validation] and spdx-tools; \
             PLIMSOLL_PYTHON can name one that has"
        );
    }
    has.then_some(python)
}

/// Validates documents by their names; every line is a complaint.
fn complaints(documents: &BTreeMap<String, String>) -> Option<String> {
    let python = python()?;
    let mut child = Command::new(python)
        .args(["-c", include_str!("validate.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(&serde_json::to_vec(documents).unwrap()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the validator broke off");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// The image with all that a package may have.
fn rich() -> Report {
    let mut report = remarked();
    let digest = model::Digest::sha256(b"tool");
    report.inventory.items.push(unidentified("opt/<tool> \"x\"", Some(digest)));
    report.inventory.items.push(unidentified("usr/bin/tool", None));
    for (number, item) in report.inventory.items.iter_mut().enumerate() {
        let What::Package(package) = &mut item.fact.what else { continue };
        package.licenses = match number {
            0 => vec!["MIT".into()],
            1 => vec!["MIT OR Apache-2.0".into()],
            2 => vec!["GPLv2+ and others".into(), "MIT".into(), "Apache-2.0 WITH LLVM-exception".into(), String::new()],
            3 => vec!["mit".into(), "LicenseRef-own".into(), "GPL-2.0".into()],
            4 => vec!["LicenseRef-own OR MIT".into()],
            _ => Vec::new(),
        };
        package.vendor = Some("Team <team@example.com> (of some)".into());
        package.cpes = vec!["cpe:2.3:a:openssl:openssl:1.1.1n:*:*:*:*:*:*:*".into(), "cpe:/a:b:c:1".into()];
        package.presence =
            [Presence::Installed, Presence::DeclaredOptional, Presence::DeclaredForDevelopment][number % 3];
        package.relation = if number % 2 == 0 { Relation::Direct } else { Relation::Transitive };
        package.confidence = [Confidence::High, Confidence::Medium, Confidence::Low][number % 3];
        if number == 3 {
            package.requires = vec![Requirement { name: "libssl1.1".into(), version: None }];
        }
        if number == 0 {
            package.requires = vec![Requirement { name: "curl".into(), version: None }];
        }
        if number == 6 {
            package.name = "example.com/módulo+x/a b".into();
            package.version = String::new();
        }
    }
    if let Some(Finding::Vulnerability(known)) = report.findings.first_mut() {
        known.weaknesses = vec!["CWE-79".into(), "CWE-79".into(), "CWE-0".into(), "CWE-x".into()];
        known.references = vec!["https://example.com/a b|c".into(), "https://example.com/[x".into(), String::new()];
        known.aliases = vec!["GHSA-x".into(), "GHSA-x".into(), String::new()];
        known.published = Some("2023-10-24T00:00:00".into());
        known.cvss = Some("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N".into());
    }
    report
}

#[test]
fn bills_follow_the_official_schemas() {
    let reports = [("sample", image()), ("rich", rich()), ("hostile", hostile()), ("empty", Report::default())];
    let mut documents = BTreeMap::new();
    for format in formats() {
        for (name, report) in &reports {
            documents.insert(format!("{} of the {name} report", format.name), render(format, report, &context(80)));
        }
        // A validator that did not look would not see this.
        documents.insert(format!("{}, broken", format.name), broken(&render(format, &image(), &context(80))));
    }
    let Some(complaints) = complaints(&documents) else { return };
    let is_meant = |line: &&str| line.split_once(':').is_some_and(|(name, _)| name.ends_with(", broken"));
    let (meant, others): (Vec<&str>, Vec<&str>) = complaints.lines().partition(is_meant);
    assert_eq!(others, [""; 0]);
    for format in formats() {
        let name = format!("{}, broken", format.name);
        assert!(meant.iter().any(|line| line.starts_with(&name)), "{name}");
    }
}

/// A document with a word in it that its standard does not have.
fn broken(document: &str) -> String {
    let words = [
        ("\"type\": \"library\"", "\"type\": \"book\""),
        ("type=\"library\"", "type=\"book\""),
        ("\"LIBRARY\"", "\"BOOK\""),
        ("PrimaryPackagePurpose: LIBRARY", "PrimaryPackagePurpose: BOOK"),
        ("\"library\"", "\"book\""),
    ];
    let (good, bad) = words.into_iter().find(|(good, _)| document.contains(good)).unwrap();
    document.replacen(good, bad, 1)
}
