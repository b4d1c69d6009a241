//! Conditions by findings. What each stops was worked out by hand from `samples`.

use model::{AnalyzerId, Gap, GapKind, Place};

use super::*;
use crate::samples::{labels, now, report};

fn gate(conditions: &str) -> Gate {
    Gate::read("test", &rules::parse(conditions).unwrap()).unwrap()
}

fn terms() -> Terms<'static> {
    Terms { now: now(), baseline: None }
}

/// Expected: the findings that meet all conditions.
fn check(conditions: &str, expected: &str) {
    let gate = gate(conditions);
    assert_eq!(labels(&report(), |subject| gate.stops(subject, terms())), expected, "{conditions}");
}

#[test]
fn each_condition_stops_what_meets_it() {
    let cases = [
        ("severity: critical", "openssl"),
        ("severity: high", "openssl libc6 secret variable license"),
        ("severity: moderate", "openssl libc6 lodash secret variable license"),
        ("fixed: true", "openssl lodash"),
        ("fixed: false", "libc6"),
        ("kev: true", "openssl"),
        ("kev: false", "libc6 lodash"),
        ("epss: 0.5", "openssl"),
        ("epss: 0.01", "openssl"),
        ("epss: 0", "openssl libc6"),
        ("score: 9", "openssl"),
        ("score: 7.5", "openssl libc6"),
        // Nobody gave a score, but a medium one is at most 6.9.
        ("score: 6.9", "openssl libc6 lodash"),
        ("score: 7", "openssl libc6"),
        ("priority: 40", "openssl libc6"),
        // Ten days old; of another nobody knows.
        ("age: 10d", "openssl libc6 lodash"),
        ("age: 11d", "openssl lodash"),
        ("age: 241h", "openssl lodash"),
        ("age: 200w", "lodash"),
        ("layer: base", "openssl libc6"),
        ("layer: app", "lodash secret setting license"),
        ("layer: [base, app]", "openssl libc6 lodash secret setting license"),
        ("layer: middle", ""),
        ("layer: 'sha256:aaaa*'", "openssl libc6"),
        ("kind: vulnerability", "openssl libc6 lodash"),
        ("kind: [secret, license]", "secret variable license"),
        ("kind: misconfiguration", "setting"),
        ("id: plm-k8s-pod-001", "setting"),
        ("severity: low", "openssl libc6 lodash secret variable setting license"),
        ("kind: end-of-life", "end-of-life"),
        ("end-of-life: true", "end-of-life"),
        ("license: restricted", "license"),
        ("license: [forbidden, reciprocal]", ""),
        ("license: [GPL-3.0, LGPL-2.1]", "license"),
        ("secret: any", "secret variable"),
        ("secret: acme-*", "secret variable"),
        ("secret: f00d", "secret"),
        ("{secret: any, removed: true}", "secret"),
        ("{secret: any, removed: false}", "variable"),
        ("removed: false", "openssl libc6 lodash variable setting license"),
        ("secret: other-*", ""),
        ("package: openssl", "openssl"),
        // A name is that of the source package as well.
        ("package: glibc", "libc6"),
        ("package: pkg:npm/*", "lodash license"),
        ("id: ghsa-aaaa-bbbb-cccc", "openssl"),
        ("path: app/**", "lodash secret setting license"),
        ("image: ghcr.io/acme/*", "openssl libc6 lodash secret variable setting license"),
        ("image: ghcr.io/other/*", ""),
    ];
    for (conditions, expected) in cases {
        check(conditions, expected);
    }
}

#[test]
fn what_providers_say_of_secrets_stops_those_of_which_they_say_it() {
    let mut report = report();
    assert!(gate("verified: live").doubt(&[report.clone()]).is_some());
    for finding in &mut report.findings {
        if let Finding::Secret(found) = finding
            && found.secret.fingerprint == "f00d"
        {
            found.verified = Some(Verified::Live);
        }
    }
    for (conditions, expected) in [
        ("verified: live", "secret"),
        ("verified: [live, unknown]", "secret"),
        ("verified: revoked", ""),
        ("{verified: live, severity: high}", "secret"),
        ("{verified: live, severity: critical}", ""),
    ] {
        let gate = gate(conditions);
        assert_eq!(labels(&report, |subject| gate.stops(subject, terms())), expected, "{conditions}");
    }
    assert_eq!(gate("verified: live").doubt(&[report]), None);
}

#[test]
fn all_conditions_of_a_gate_have_to_be_met() {
    check("{severity: high, fixed: true}", "openssl");
    check("{severity: medium, fixed: true, layer: app}", "lodash");
    check("{kev: true, layer: app}", "");
    check("{severity: high, kind: secret, path: '**/.env'}", "secret");
    check("{epss: 0.5, kev: true, score: 9, age: 30d, fixed: true, layer: base}", "openssl");
    check("{epss: 0.5, kev: true, score: 9, age: 30d, fixed: false, layer: base}", "");
}

#[test]
fn what_no_finding_can_meet_is_refused() {
    for conditions in [
        "{kev: true, secret: any}",
        "{end-of-life: true, severity: low}",
        "{package: a, kind: secret}",
        "{verified: live, kind: license}",
        "{license: notice, fixed: true}",
    ] {
        let error = Gate::read("test", &rules::parse(conditions).unwrap()).unwrap_err();
        assert!(error.contains("no finding can meet"), "{conditions}: {error}");
    }
}

#[test]
fn what_is_set_aside_stops_nothing() {
    let mut report = report();
    for finding in &mut report.findings {
        finding.set_aside(|| "not so".into());
    }
    for conditions in ["severity: low", "end-of-life: true", "secret: any", "license: restricted"] {
        let gate = gate(conditions);
        assert_eq!(labels(&report, |subject| gate.stops(subject, terms())), "", "{conditions}");
    }
}

#[test]
fn a_failure_names_the_gate_and_the_first_findings() {
    let sentence = |conditions: &str, reports: &[Report]| {
        gate(conditions).judge(reports, terms()).map(|failure| failure.sentence).unwrap_or_default()
    };
    let one = [report()];
    assert_eq!(
        sentence("{kev: true, fixed: true}", &one),
        "gate test (kev: true, fixed: true): 1: CVE-2024-0001 in openssl 3.0.11-1 (critical)"
    );
    assert_eq!(
        sentence("{severity: high}", &one),
        "gate test (severity: high): 5: CVE-2024-0001 in openssl 3.0.11-1 (critical); CVE-2025-0002 in libc6 2.36-9 (high); \
         Acme token in app/.env (high); and 2 more"
    );
    assert_eq!(
        sentence("end-of-life: true", &one),
        "gate test (end-of-life: true): 1: Debian 12 has had no updates since 2025-06-30"
    );
    assert_eq!(sentence("{severity: high, layer: middle}", &one), "");
    // The same for two platforms is one.
    assert_eq!(sentence("kev: true", &[report(), report()]), sentence("kev: true", &one));
    let fail_on = Gate::fail_on(Severity::Critical).judge(&one, terms()).unwrap();
    assert_eq!(
        fail_on.sentence,
        "critical or worse (--fail-on critical): 1: CVE-2024-0001 in openssl 3.0.11-1 (critical)"
    );
}

#[test]
fn some_findings_may_be_allowed() {
    let fails = |conditions: &str| gate(conditions).judge(&[report()], terms()).is_some();
    assert!(fails("{kind: vulnerability, allowed: 2}") && !fails("{kind: vulnerability, allowed: 3}"));
}

#[test]
fn coverage_is_about_what_could_not_be_seen() {
    let complete = gate("coverage: complete");
    assert_eq!(complete.judge(&[report()], terms()), None);
    let mut blind = report();
    blind.inventory.gaps.push(Gap {
        place: Place::default(),
        by: AnalyzerId::new("test"),
        kind: GapKind::Encrypted,
        detail: String::new(),
    });
    let failure = complete.judge(&[report(), blind], terms()).unwrap();
    assert_eq!(
        (failure.incomplete, &*failure.sentence),
        (true, "gate test (coverage: complete): could not be seen: 1")
    );
}

#[test]
fn a_forecast_that_nobody_has_is_a_doubt() {
    assert_eq!(gate("epss: 0.1").doubt(&[report()]), None);
    assert_eq!(gate("kev: true").doubt(&[report()]), None);
    let mut unknown = report();
    for finding in &mut unknown.findings {
        if let Finding::Vulnerability(found) = finding {
            found.forecast = None;
        }
    }
    assert!(gate("epss: 0.1").doubt(&[unknown]).is_some());
    assert_eq!(gate("epss: 0.1").doubt(&[Report::default()]), None);
}

#[test]
fn new_is_what_the_baseline_has_not() {
    // Written as `schema/report-1.0.json` has it. An alias, another version and another file are the same finding.
    let json = r#"{"schema":"plimsoll-report","artifacts":[{
        "vulnerabilities":[
            {"id":"DSA-1000-1","aliases":[],"purl":"pkg:deb/debian/openssl@3.0.9-1","package":"openssl"},
            {"id":"GHSA-dddd-eeee-ffff","aliases":[],"purl":"pkg:pypi/lodash@1","package":"lodash"}],
        "misconfigurations":[{"rule":"PLM-K8S-POD-001","path":"app/deploy.yaml","resource":"default/Pod/shop","attribute":""}],
        "secrets":[{"kind":"acme-token","fingerprint":"beef"}],
        "licenses":[{"licenses":["GPL-3.0-only"],"purl":"pkg:npm/lodash@4","package":"lodash","path":"x"}],
        "end_of_life":[{"release":"Debian 12"}]}]}"#;
    let baseline = Baseline::read(json.as_bytes()).unwrap();
    let terms = Terms { now: now(), baseline: Some(&baseline) };
    let new = gate("new: true");
    assert_eq!(labels(&report(), |subject| new.stops(subject, terms)), "libc6 lodash secret license");
    assert_eq!(labels(&report(), |subject| baseline.has(subject)), "openssl variable setting end-of-life");
    assert!(Baseline::read(b"{}").unwrap_err().contains("--format json"));
    assert!(
        Baseline::read(br#"{"schema":"plimsoll-layers","artifacts":[]}"#).unwrap_err().contains("no report of a scan")
    );
}
