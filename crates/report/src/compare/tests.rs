//! Pairs of the samples of imported reports, and what they disagree about. Counted by hand in the samples.

use model::{Package, PackageKind, Report};

use super::{Cause, Comparison, Knows, Nobody, write_json, write_markdown, write_table};
use crate::import::tests::sample;
use crate::samples::{HOSTILE, context};

fn lines(comparison: &Comparison) -> Vec<String> {
    let line = |it: &super::Disagreement| {
        let who = it.only.map_or("both", |side| &comparison.tools[side]);
        format!("{:?} {} {} [{who}] {}", it.cause, it.id, it.subject, it.detail)
    };
    comparison.disagreements.iter().map(line).collect()
}

#[test]
fn trivy_and_grype() {
    let comparison = Comparison::new(&sample("trivy"), &sample("grype"), &Nobody);
    assert_eq!(
        lines(&comparison),
        [
            // Trivy lists vim-tiny, too, and reports it; Grype reports nothing of bash, and lists no packages.
            "NotMentioned CVE-2022-3715 bash 5.2.15-2+b2 [Trivy] Grype lists no packages but those with findings",
            "SetAside CVE-2023-4752 vim-tiny 2:9.0.1378-2 [both] Trivy: counts; Grype: Grype set it aside: reason no editor \
             is started, vulnerability CVE-2023-4752",
            "Severity CVE-2023-5363 libssl3 3.0.11-1~deb12u1 [both] Trivy: high; Grype: negligible",
            "NotLookedFor github-pat app/.env:3 [Trivy] it reports no secret at all",
        ]
    );
    // lodash, which Grype knows by its GHSA first.
    assert_eq!((comparison.agreed, comparison.by_other_name, comparison.findings), (1, 0, [5, 3]));
}

#[test]
fn a_source_package_is_no_other_package() {
    let comparison = Comparison::new(&sample("trivy"), &sample("scout"), &Nobody);
    let about_openssl: Vec<_> = lines(&comparison).into_iter().filter(|line| line.contains("5363")).collect();
    assert_eq!(about_openssl, [""; 0], "libssl3 there is openssl here");
    assert!(
        lines(&comparison).iter().any(|line| line.contains("Fix CVE-2021-23337 lodash") && line.contains("none known"))
    );
}

#[test]
fn who_lists_all_packages_can_be_told_to_lack_one() {
    let comparison = Comparison::new(&sample("grype"), &sample("clair"), &Nobody);
    let lines = lines(&comparison);
    assert!(
        lines.contains(&"NoPackage CVE-2021-23337 lodash 4.17.20 [Grype] Clair does not list lodash".to_owned()),
        "{lines:#?}"
    );
}

#[test]
fn another_version_and_another_package_are_told() {
    let mut other = sample("grype");
    for item in &mut other.reports[0].inventory.items {
        if let model::What::Package(package) = &mut item.fact.what {
            match &*package.name {
                "lodash" => package.version = "4.17.19".into(),
                "libssl3" => *package = Package::new(PackageKind::Generic, "openssl-static", "3.0.11"),
                _ => {}
            }
        }
    }
    let lines = lines(&Comparison::new(&sample("trivy"), &other, &Nobody));
    let has = |text: &str| assert!(lines.iter().any(|line| line.starts_with(text)), "{text} in {lines:#?}");
    has("OtherVersion CVE-2021-23337 lodash 4.17.20 [Trivy] Grype reports it of version 4.17.19");
    has("OtherVersion CVE-2021-23337 lodash 4.17.19 [Grype] Trivy reports it of version 4.17.20");
    has("OtherPackage CVE-2023-5363 libssl3 3.0.11-1~deb12u1 [Trivy] Grype reports it of openssl-static 3.0.11");
}

/// Somebody who knows one alias, and that bash is fine.
struct Somebody;

impl Knows for Somebody {
    fn names(&self, _: &Report, id: &str) -> Vec<String> {
        if id == "CVE-2023-5363" { vec!["DSA-5532-1".into()] } else { Vec::new() }
    }

    fn why(&self, _: &Report, id: &str, package: &str) -> Option<(Cause, String)> {
        (id == "CVE-2022-3715" && package == "bash").then(|| (Cause::OutOfRange, "bash < 5.1".into()))
    }
}

#[test]
fn advisory_data_knows_more_names_and_reasons() {
    let mut renamed = sample("clair");
    for finding in &mut renamed.reports[0].findings {
        if let model::Finding::Vulnerability(found) = finding {
            found.id = "DSA-5532-1".into();
        }
    }
    let mut trivy = sample("trivy");
    for finding in &mut trivy.reports[0].findings {
        if let model::Finding::Vulnerability(found) = finding {
            found.aliases.clear();
        }
    }
    let without = Comparison::new(&trivy, &renamed, &Nobody);
    let with = Comparison::new(&trivy, &renamed, &Somebody);
    let has = |comparison: &Comparison, text: &str| lines(comparison).iter().any(|line| line.contains(text));
    assert!(has(&without, "NotReported DSA-5532-1") && has(&without, "NotReported CVE-2023-5363"));
    assert!(!has(&with, "5532") && (with.agreed, with.by_other_name) == (1, 1), "{:#?}", lines(&with));
    assert!(has(&without, "NotReported CVE-2022-3715 bash 5.2.15-2+b2 [Trivy] Clair sees bash 5.2.15-2+b2"));
    assert!(has(&with, "OutOfRange CVE-2022-3715 bash 5.2.15-2+b2 [Trivy] bash < 5.1"));
}

#[test]
fn a_report_agrees_with_itself() {
    for name in ["trivy", "grype", "snyk", "clair", "gitleaks"] {
        let comparison = Comparison::new(&sample(name), &sample(name), &Nobody);
        assert_eq!(lines(&comparison), [""; 0], "{name}");
        assert_eq!(comparison.agreed, comparison.findings[0], "{name}");
    }
}

#[test]
fn every_form_is_safe_to_show() {
    let mut hostile = sample("grype");
    hostile.tool = HOSTILE.into();
    for finding in &mut hostile.reports[0].findings {
        if let model::Finding::Vulnerability(found) = finding {
            found.id = HOSTILE.into();
            found.aliases = vec![HOSTILE.into()];
        }
    }
    let comparison = Comparison::new(&sample("trivy"), &hostile, &Nobody);
    for write in [write_table, write_json, write_markdown] {
        let mut out = Vec::new();
        write(&comparison, &context(100), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.chars().any(|character| character != '\n' && crate::clean::is_invisible(character)));
        assert!(text.contains("CVE-2022-3715") && !text.contains("\n::"));
    }
}
