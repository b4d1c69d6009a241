//! What each format becomes, as lines of text; what becomes of broken documents; and of several reports of one image.
//!
//! The samples are written by hand, from the schemas and types that each reader names.

use model::{Finding, Report, Spot};

use super::{formats, merge, read};
use crate::json::read::Saved;
use crate::samples::{context, render};
use crate::{Context, Filter, SCAN};

pub(crate) const SAMPLES: &[(&str, &str)] = &[
    ("checkov", include_str!("samples/checkov.json")),
    ("clair", include_str!("samples/clair.json")),
    ("code", include_str!("samples/code.sarif")),
    ("gitlab", include_str!("samples/gitlab.json")),
    ("gitleaks", include_str!("samples/gitleaks.json")),
    ("grype", include_str!("samples/grype.json")),
    ("scout", include_str!("samples/scout.sarif")),
    ("snyk", include_str!("samples/snyk.json")),
    ("trivy", include_str!("samples/trivy.json")),
];

pub(crate) fn sample(name: &str) -> Saved {
    let (_, json) = SAMPLES.iter().find(|(known, _)| *known == name).unwrap();
    read(json.as_bytes()).unwrap()
}

/// A finding in a line: how bad, what, where, and why it does not count.
fn line(report: &Report, finding: &Finding) -> String {
    let why = finding.suppressed().map(|why| format!(" | {why}")).unwrap_or_default();
    match finding {
        Finding::Vulnerability(found) => {
            let item = &report.inventory.items[found.item];
            let package = item.package().unwrap();
            let names =
                if found.aliases.is_empty() { String::new() } else { format!(" ({})", found.aliases.join(" ")) };
            let fixed = found.fixed.as_deref().unwrap_or("-");
            let source = package.source.as_ref().map(|source| format!(" of {}", source.name)).unwrap_or_default();
            format!(
                "{} {}{names} {}/{}{source} {} -> {fixed} @{}{why}",
                found.severity.word(),
                found.id,
                package.kind.purl_type(),
                package.name,
                package.version,
                item.fact.place.path
            )
        }
        Finding::Secret(found) => {
            let Spot::File { line, .. } = found.secret.spot else { unreachable!("in a file") };
            let (word, path) = (found.severity.word(), &found.place.path);
            format!("{word} {} {path}:{line} {}{why}", found.secret.kind, found.secret.redacted)
        }
        Finding::Misconfiguration(found) => {
            let (first, last) = found.lines;
            let (word, path) = (found.severity.word(), &found.place.path);
            format!("{word} {} {path}:{first}-{last} {} {}{why}", found.rule, found.language, found.resource)
        }
        other => format!("{other:?}"),
    }
}

fn lines(saved: &Saved) -> Vec<String> {
    let [report] = &saved.reports[..] else { panic!("one report") };
    report.findings.iter().map(|finding| line(report, finding)).collect()
}

fn check(name: &str, expected: &[&str]) {
    assert_eq!(lines(&sample(name)), expected, "{name}");
}

fn gaps(saved: &Saved) -> Vec<&str> {
    saved.reports[0].inventory.gaps.iter().map(|gap| &*gap.detail).collect()
}

#[test]
fn trivy() {
    check(
        "trivy",
        &[
            "critical github-pat app/.env:3 TOKEN=****************************************",
            "high CVE-2023-5363 (DSA-5532-1) deb/libssl3 of openssl 3.0.11-1~deb12u1 -> 3.0.11-1~deb12u2 @",
            // The lowest fix above 4.17.20 of the three that are listed.
            "high CVE-2021-23337 npm/lodash 4.17.20 -> 4.17.21 @app/node_modules/lodash/package.json",
            "high CVE-2022-3715 deb/bash of bash 5.2.15-2+b2 -> - @ | Trivy set it aside: not affected, \
             vulnerable_code_not_present, team.openvex.json",
            "high DS002 Dockerfile:7-7 dockerfile ",
            "low CVE-2023-4752 deb/vim-tiny of vim 2:9.0.1378-2 -> - @",
        ],
    );
    let saved = sample("trivy");
    let report = &saved.reports[0];
    assert_eq!(
        gaps(&saved),
        ["left out of Trivy's report: what it says of the licence GPL-3.0-or-later of a package (1×)"]
    );
    assert_eq!((&*saved.generated_at, saved.lists_packages), ("2026-11-20T07:00:00.123456789Z", true));
    assert_eq!(report.inventory.distro.as_ref().unwrap().version, "12.2");
    let layers: Vec<_> = report.inventory.packages().map(|(_, item, _)| item.fact.place.layer.map(|it| it.0)).collect();
    assert_eq!(layers, [Some(0), Some(0), Some(1), None], "by the digests of the layers");
    let openssl =
        report.findings.iter().filter_map(Finding::vulnerability).find(|it| it.id == "CVE-2023-5363").unwrap();
    let opinions: Vec<_> = openssl.opinions.iter().map(|it| (&*it.publisher, it.severity.word(), it.score)).collect();
    assert_eq!(opinions, [("trivy", "high", Some(7.5)), ("nvd", "high", Some(7.5)), ("redhat", "medium", None)]);
    assert_eq!(openssl.references, ["https://advisories.example/cve-2023-5363", "https://advisories.example/a"]);
}

#[test]
fn grype() {
    check(
        "grype",
        &[
            "high CVE-2021-23337 (GHSA-35jh-r3h4-6jhm) npm/lodash 4.17.20 -> 4.17.21 @app/node_modules/lodash/package.json",
            "low CVE-2023-4752 deb/vim-tiny 2:9.0.1378-2 -> - @ | Grype set it aside: reason no editor is started, \
             vulnerability CVE-2023-4752",
            "negligible CVE-2023-5363 deb/libssl3 of openssl 3.0.11-1~deb12u1 -> 3.0.11-1~deb12u2 @var/lib/dpkg/status",
        ],
    );
    let saved = sample("grype");
    assert_eq!(gaps(&saved), ["Grype's report lists no packages but those that it found something wrong with"]);
    let found = saved.reports[0].findings.last().and_then(Finding::vulnerability).unwrap();
    assert_eq!(found.evidence, "Grype: debian:distro:debian:12 < 3.0.11-1~deb12u2 (deb), this is 3.0.11-1~deb12u1");
    assert_eq!(found.forecast.as_ref().unwrap().day, "2026-11-19");
}

#[test]
fn snyk() {
    check(
        "snyk",
        &[
            "high CVE-2023-5363 (SNYK-DEBIAN12-OPENSSL-6032386) deb/libssl3 of openssl 3.0.11-1~deb12u1 -> 3.0.11-1~deb12u2 @",
            "high CVE-2021-23337 (GHSA-35jh-r3h4-6jhm SNYK-JS-LODASH-1040724) npm/lodash 4.17.20 -> 4.17.21 @app/package.json",
            "low CVE-2023-4752 (SNYK-DEBIAN12-VIM-5857001) deb/vim-tiny of vim 2:9.0.1378-2 -> - @ | Snyk set it aside: no \
             editor is started",
        ],
    );
    let saved = sample("snyk");
    assert!(gaps(&saved).contains(&"left out of Snyk's report: what it says of licences (1×)"));
    assert_eq!(saved.reports[0].image.origin.reference, "shop");
    let found = saved.reports[0].findings[0].vulnerability().unwrap();
    assert!(found.evidence.ends_with("this is 3.0.11-1~deb12u1, through curl@7.88.1-10"), "{}", found.evidence);
}

#[test]
fn sarif_of_docker_scout() {
    check(
        "scout",
        &[
            "high CVE-2023-5363 deb/openssl 3.0.11-1~deb12u1 -> 3.0.11-1~deb12u2 @",
            "high CVE-2021-23337 npm/lodash 4.17.20 -> - @app/node modules/lodash/package.json",
        ],
    );
    let saved = sample("scout");
    assert_eq!(saved.tool, "Docker Scout");
    assert_eq!(saved.reports[0].inventory.distro.as_ref().unwrap().id, "debian");
}

#[test]
fn sarif_of_anybody() {
    check(
        "code",
        &[
            "critical generic-key srv/app/.env:3 ",
            "medium javascript/Sqli routes/search.ts:23-25 code  | the query is a constant",
        ],
    );
}

#[test]
fn gitlab() {
    check("gitlab", &["high CVE-2023-5363 deb/libssl3 3.0.11-1~deb12u1 -> 3.0.11-1~deb12u2 @"]);
    let saved = sample("gitlab");
    assert_eq!((&*saved.tool, &*saved.generated_at), ("Trivy of GitLab", "2026-11-21T09:00:00Z"));
}

#[test]
fn clair() {
    check(
        "clair",
        &["high CVE-2023-5363 deb/libssl3 of openssl 3.0.11-1~deb12u1 -> 3.0.11-1~deb12u2 @var/lib/dpkg/status"],
    );
    let saved = sample("clair");
    let names: Vec<_> =
        saved.reports[0].inventory.packages().map(|(_, _, it)| (it.kind.purl_type(), &*it.name)).collect();
    assert_eq!(names, [("deb", "libssl3"), ("deb", "bash"), ("pypi", "requests")]);
    assert_eq!(gaps(&saved), ["left out of Clair's report: a vulnerability of a package that it does not list (1×)"]);
}

#[test]
fn checkov() {
    check(
        "checkov",
        &[
            "critical CKV_AWS_20 main.tf:4-9 terraform aws_s3_bucket.data",
            "low CKV_DOCKER_2 Dockerfile:1-2 dockerfile /Dockerfile. | Checkov skipped it: the cluster probes",
            "unknown CKV_DOCKER_3 Dockerfile:1-2 dockerfile /Dockerfile.",
        ],
    );
    assert_eq!(
        gaps(&sample("checkov")),
        ["left out of Checkov's report: the file /broken.Dockerfile, which Checkov could not read (1×)"]
    );
    let empty = read(br#"{"passed": 0, "failed": 0, "resource_count": 0, "checkov_version": "3.2.0"}"#).unwrap();
    assert_eq!((lines(&empty).len(), empty.wants.settings), (0, true));
}

#[test]
fn gitleaks() {
    check("gitleaks", &["high generic-api-key app/.env:3 nota… (28 characters)"]);
    let saved = sample("gitleaks");
    let found = saved.reports[0].findings[0].secret().unwrap();
    assert_eq!(found.secret.committed.as_ref().unwrap().author, "A U Thor <a@example.com>");
    assert!(lines(&read(b" [] ").unwrap()).is_empty());
}

#[test]
fn no_format_shows_a_secret_of_gitleaks() {
    let filter = Filter { everything: true, suppressed: true, ..Filter::default() };
    let context = Context { filter, ..context(120) };
    for format in SCAN {
        let text = render(format, &sample("gitleaks").reports[0], &context);
        assert!(!text.contains("notarealsecret"), "{}", format.name);
    }
}

#[test]
fn what_was_read_survives_our_own_json() {
    for (name, _) in SAMPLES {
        let saved = sample(name);
        let json = SCAN.iter().find(|format| format.name == "json").unwrap();
        let filter = Filter { suppressed: true, ..Filter::default() };
        let text = render(json, &saved.reports[0], &Context { filter, wants: saved.wants, ..context(80) });
        let mut again = lines(&read(text.as_bytes()).unwrap());
        let mut once = lines(&saved);
        // Ours lists one kind of finding after the other.
        once.sort();
        again.sort();
        assert_eq!(once, again, "{name}");
    }
}

#[test]
fn broken_documents_are_told_where() {
    let error = |json: &str| read(json.as_bytes()).unwrap_err().to_string();
    assert!(error("").contains("line 1 column 0"));
    assert!(
        error("{\"SchemaVersion\": 2,\n \"Results\": [{\"Target\": []}]}").contains("expected a text at line 2 column")
    );
    assert!(error("{\"matches\": 1, \"descriptor\": {}}").contains("line 1 column 13"));
    assert!(error("[{\"RuleID\": \"x\", \"StartLine\": \"one\"}]").contains("\"one\" is no number at line 1"));
    assert!(error("{\"runs\": [], \"version\": \"1.0.0\"}").contains("SARIF \"1.0.0\""));
    let unknown = error("{\"hello\": 1}");
    assert!(
        unknown.contains("no report that is known here") && formats().all(|name| unknown.contains(name)),
        "{unknown}"
    );
    for (name, json) in SAMPLES {
        for end in (0..json.len()).step_by(97).filter(|end| json.is_char_boundary(*end)) {
            assert!(read(&json.as_bytes()[..end]).is_err(), "{name} until {end}");
        }
    }
    let deep = "[".repeat(100_000);
    assert!(read(deep.as_bytes()).is_err());
}

#[test]
fn several_reports_become_one_in_which_each_finding_is_once() {
    let merged = merge(["trivy", "grype", "snyk", "scout", "clair", "gitlab"].map(sample).into()).unwrap();
    assert_eq!(
        lines(&merged),
        [
            "critical github-pat app/.env:3 TOKEN=****************************************",
            "high CVE-2023-5363 (DSA-5532-1 SNYK-DEBIAN12-OPENSSL-6032386) deb/libssl3 of openssl 3.0.11-1~deb12u1 -> \
             3.0.11-1~deb12u2 @",
            "high CVE-2021-23337 (GHSA-35jh-r3h4-6jhm SNYK-JS-LODASH-1040724) npm/lodash 4.17.20 -> 4.17.21 \
             @app/node_modules/lodash/package.json",
            "high CVE-2022-3715 deb/bash of bash 5.2.15-2+b2 -> - @ | Trivy set it aside: not affected, \
             vulnerable_code_not_present, team.openvex.json",
            "high DS002 Dockerfile:7-7 dockerfile ",
            // Grype and Snyk set it aside, and Trivy, which is first, does not.
            "low CVE-2023-4752 (SNYK-DEBIAN12-VIM-5857001) deb/vim-tiny of vim 2:9.0.1378-2 -> - @",
        ]
    );
    assert_eq!(merged.tool, "Clair, Docker Scout, Grype, Snyk, Trivy, Trivy of GitLab");
    let report = &merged.reports[0];
    let openssl =
        report.findings.iter().filter_map(Finding::vulnerability).find(|it| it.id == "CVE-2023-5363").unwrap();
    let publishers: Vec<&str> = openssl.opinions.iter().map(|it| &*it.publisher).collect();
    for tool in ["trivy", "grype", "snyk", "docker-scout", "clair", "trivy-of-gitlab", "nvd", "redhat"] {
        assert!(publishers.contains(&tool), "{tool} in {publishers:?}");
    }
    let names: Vec<&str> = report.inventory.packages().map(|(_, _, it)| &*it.name).collect();
    assert_eq!(names, ["libssl3", "bash", "vim-tiny", "lodash", "requests"], "each package once");
}

#[test]
fn the_order_decides_whose_word_counts() {
    let severity = |order: [&str; 2]| {
        let merged = merge(order.map(sample).into()).unwrap();
        let found =
            merged.reports[0].findings.iter().filter_map(Finding::vulnerability).find(|it| it.id == "CVE-2023-5363");
        found.unwrap().severity.word()
    };
    assert_eq!(severity(["trivy", "grype"]), "high");
    assert_eq!(severity(["grype", "trivy"]), "negligible");
}

#[test]
fn platforms_are_not_mixed() {
    let mut several = sample("trivy");
    several.reports.push(Report::default());
    let error = merge(vec![sample("grype"), several]).unwrap_err();
    assert!(error.contains("Trivy is about 2 platforms"), "{error}");
    assert!(merge(Vec::new()).is_err());
}
