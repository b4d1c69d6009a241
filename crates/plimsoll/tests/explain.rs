//! `plimsoll explain` from end to end, on the example image: why something is reported, and why something else is not.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn plimsoll(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    // 2024-05-06T07:08:09Z, by `date -u -d @1714979289 +%FT%TZ`.
    command.args(arguments).env_clear().env("SOURCE_DATE_EPOCH", "1714979289").stdin(Stdio::null()).output().unwrap()
}

fn examples(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name).to_str().unwrap().to_owned()
}

fn with(advisories: &str, arguments: &[&str]) -> Output {
    let image = examples("shop.oci");
    let mut all = vec!["explain", "--input", &image, "--advisories", advisories, "--no-cache"];
    all.extend(arguments);
    plimsoll(&all)
}

/// What it says about the example; it must be able to say it.
fn explain(arguments: &[&str]) -> String {
    let output = with(&examples("advisories"), arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// The lines must be there in this order.
fn check(arguments: &[&str], lines: &[&str]) {
    let text = explain(arguments);
    let mut rest = text.lines();
    for line in lines {
        assert!(rest.any(|there| there == *line), "{line:?} is missing or out of order in:\n{text}");
    }
}

#[test]
fn what_is_reported_is_traced_to_its_file_its_range_and_its_rating() {
    // CVSS by FIRST's calculator. The day the advisory came out and the report's are 783 days apart, by `date`.
    check(
        &["CVE-2022-0778"],
        &[
            "  ids: CVE-2022-0778, DSA-5103-1",
            "  exploited: nobody is known to (CISA)",
            "Package libssl1.1 1.1.1k-1 (Debian:11)",
            "  found in var/lib/dpkg/status, by dpkg, layer 1: ADD file:base in /",
            "    built from openssl 1.1.1k-1",
            "    no later layer removes it",
            "  asked DSA-5103-1 about openssl 1.1.1k-1",
            "    Debian:11 < 1.1.1k-1+deb11u2",
            "      1.1.1k-1 < 1.1.1k-1+deb11u2: it is older than the version with the fix",
            "    answer: affected, fixed in 1.1.1k-1+deb11u2",
            "  severity of CVE-2022-0778: high",
            "    counts: debian in DSA-5103-1: high (7.5, CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H); rule 4: the CVSS \
             vector of a record about this vulnerability alone",
            "  priority: 33 of 100",
            "    +15 How bad it would be: high (7.5 of 10).",
            "    +3 The fix has been out for 783 days.",
            "Statements about it (VEX)",
            "  none",
            "Data",
            "  Debian:11: 2 advisories, the newest of 2026-11-01",
        ],
    );
}

#[test]
fn any_id_will_do() {
    for id in ["GHSA-jfh8-c2jp-5v3q", "cve-2021-44228", "CVE-2021-44228"] {
        check(
            &[id],
            &[
                "Package org.apache.logging.log4j:log4j-core 2.14.1 (Maven)",
                "  found in opt/shop/lib/log4j-core-2.14.1.jar, by jar, layer 4: COPY lib /opt/shop/lib",
                "      2.14.1 > 2.13.0: it has reached the first affected version",
                "      2.14.1 < 2.15.0: it is older than the version with the fix",
            ],
        );
    }
}

#[test]
fn what_is_not_reported_has_its_reason() {
    assert!(explain(&["CVE-1999-0001"]).starts_with("CVE-1999-0001 is not reported for "));
    assert!(explain(&["CVE-1999-0001"]).contains("  because no advisory about what the image has gives this id; "));
    check(
        &["CVE-2022-0778", "--package", "bash"],
        &["  because the advisories do not speak of bash, only of openssl (Debian:11)"],
    );
    check(&["CVE-2022-0778", "--package", "zsh"], &["  because there is no package zsh in the image"]);
    // Another release of the same distribution, and a version that has the fix.
    let folder = tempfile::tempdir().unwrap();
    let record = |id: &str, ecosystem: &str, name: &str, fixed: &str| {
        let (family, _) = ecosystem.split_once(':').unwrap_or((ecosystem, ""));
        fs::create_dir_all(folder.path().join(family)).unwrap();
        let json = format!(
            r#"{{"id": "{id}", "modified": "2024-01-01T00:00:00Z", "affected": [{{
                "package": {{"ecosystem": "{ecosystem}", "name": "{name}"}},
                "ranges": [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}, {{"fixed": "{fixed}"}}]}}]}}]}}"#
        );
        fs::write(folder.path().join(family).join(format!("{id}.json")), json).unwrap();
    };
    record("DSA-1-1", "Debian:12", "openssl", "3.0.9-2");
    record("GHSA-1", "npm", "lodash", "4.17.4");
    record("GHSA-2", "npm", "\\u001b[2Jlodash", "4.17.4");
    let advisories = folder.path().to_str().unwrap();
    let said = |id: &str| String::from_utf8(with(advisories, &[id]).stdout).unwrap();
    let other = said("DSA-1-1");
    assert!(other.contains("  because libssl1.1 1.1.1k-1: DSA-1-1 is about other releases: Debian:12\n"), "{other}");
    assert!(other.contains("    answer: does not speak of this release\n"), "{other}");
    let fixed = said("GHSA-1");
    let expected =
        "  because lodash 4.17.4: by GHSA-1 version 4.17.4 is not affected (4.17.4 = 4.17.4: it has the fix)\n";
    assert!(fixed.contains(expected), "{fixed}");
    // A hostile name cannot act.
    let hostile = said("GHSA-2");
    assert!(hostile.contains("\\u{1b}[2Jlodash") && !hostile.contains('\x1b'), "{hostile}");
}

#[test]
fn a_statement_that_sets_it_aside_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.openvex.json");
    let vex = r#"{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.com/vex/1", "author": "Acme",
        "timestamp": "2024-01-01T00:00:00Z", "version": 1, "statements": [
        {"vulnerability": {"name": "CVE-2021-44228"}, "status": "not_affected",
         "justification": "vulnerable_code_not_present",
         "products": [{"@id": "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"}]},
        {"vulnerability": {"name": "CVE-2021-44228"}, "status": "fixed", "products": [{"@id": "pkg:npm/lodash"}]}]}"#;
    fs::write(&file, vex).unwrap();
    let text = explain(&["CVE-2021-44228", "--vex", file.to_str().unwrap()]);
    assert!(text.starts_with("CVE-2021-44228 is found, but does not count for "), "{text}");
    assert!(text.contains("  Acme says not_affected (vulnerable_code_not_present): "), "{text}");
    assert!(text.contains("    applies to 1 findings\n"), "{text}");
    assert!(text.contains("    does not apply: CVE-2021-44228 is in "), "{text}");
}

#[test]
fn programs_get_the_same() {
    let json: Value = serde_json::from_str(&explain(&["CVE-2022-0778", "--format", "json"])).unwrap();
    let it = &json[0];
    assert_eq!((&it["outcome"], &it["platform"]), (&"reported".into(), &"linux/amd64".into()));
    let subject = &it["subjects"][0];
    assert_eq!(subject["packages"][0]["layer"], 1);
    assert_eq!(subject["traces"][0]["verdict"], "affected");
    assert_eq!(
        subject["traces"][0]["entries"][0]["ranges"][0]["comparisons"][0]["text"],
        "1.1.1k-1 < 1.1.1k-1+deb11u2"
    );
    let json: Value = serde_json::from_str(&explain(&["CVE-1999-0001", "--format", "json"])).unwrap();
    assert_eq!(json[0]["reasons"][0]["kind"], "unknown-id");
}

#[test]
fn without_data_there_is_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(with(folder.path().to_str().unwrap(), &["CVE-2022-0778"]).status.code(), Some(5));
    assert_eq!(plimsoll(&["explain"]).status.code(), Some(2));
    assert_eq!(plimsoll(&["explain", "CVE-2022-0778"]).status.code(), Some(2));
}

#[test]
fn a_folder_is_as_good_as_an_image() {
    let folder = tempfile::tempdir().unwrap();
    let lock = r#"{"name": "shop", "lockfileVersion": 3, "packages": {"node_modules/lodash": {"version": "4.17.4"}}}"#;
    fs::write(folder.path().join("package-lock.json"), lock).unwrap();
    let (target, advisories) = (format!("dir:{}", folder.path().display()), examples("advisories"));
    let output = plimsoll(&["explain", "CVE-2019-10744", &target, "--advisories", &advisories, "--no-cache"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("      4.17.4 < 4.17.12: it is older than the version with the fix\n"), "{text}");
}
