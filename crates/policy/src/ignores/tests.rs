//! Ignores by findings. What each sets aside was worked out by hand from `samples`.

use super::*;
use crate::samples::{labels, now, report};

fn ignores(name: &str, text: &str) -> Ignores {
    Ignores::new(read(name, text).unwrap().ignores, now())
}

/// Expected: the findings that an ignore of ours sets aside.
fn check(conditions: &str, expected: &str) {
    let mut report = report();
    let mut ignores = ignores("plimsoll.yaml", &format!("ignores:\n  - {{{conditions}, reason: tested}}\n"));
    ignores.apply(&mut report);
    let set_aside = labels(&report, |subject| subject.finding.suppressed().is_some());
    assert_eq!(set_aside, expected, "{conditions}");
    assert_eq!(ignores.unused(&Kind::ALL).count(), usize::from(expected.is_empty()), "{conditions}");
}

#[test]
fn each_condition_sets_aside_what_meets_it() {
    let cases = [
        ("id: CVE-2024-0001", "openssl"),
        ("id: cve-2024-0001", "openssl"),
        ("id: DSA-1000-1", "openssl"),
        ("id: GHSA-aaaa-bbbb-cccc", "openssl"),
        ("id: [CVE-2025-0002, GHSA-dddd-eeee-ffff]", "libc6 lodash"),
        ("id: CVE-2024-000", ""),
        ("id: acme-token", "secret variable"),
        ("package: 'pkg:deb/debian/openssl'", "openssl"),
        ("package: 'pkg:deb/debian/openssl@3.0.*'", "openssl"),
        ("package: 'pkg:deb/debian/openssl@3.1.*'", ""),
        ("package: 'pkg:deb/**'", "openssl libc6"),
        ("package: 'pkg:npm/%6codash'", "lodash license"),
        ("package: [openssl, lodash]", "openssl lodash license"),
        ("'package': lod*", "lodash license"),
        ("path: app/node_modules/", "lodash license"),
        ("path: '/app/.env'", "secret"),
        ("path: '**'", "openssl libc6 lodash secret setting license"),
        ("id: PLM-K8S-POD-001, path: '**/deploy.yaml'", "setting"),
        ("id: avd-ksv-0017", "setting"),
        ("rule: 'PLM-K8S-*'", "setting"),
        ("rule: 'avd-ksv-*'", "setting"),
        ("rule: 'CVE-*'", ""),
        ("resource: '*/Pod/*'", "setting"),
        ("resource: 'other/**'", ""),
        ("rule: 'PLM-*', resource: 'default/Pod/shop', path: 'app/'", "setting"),
        ("image: 'ghcr.io/acme/shop:*'", "openssl libc6 lodash secret variable setting license end-of-life"),
        ("layer: base", "openssl libc6"),
        ("layer: 'sha256:cc*'", "lodash secret setting license"),
        ("secret: acme-*", "secret variable"),
        ("secret: beef", "variable"),
        // Both have to be ignored, or one would be forgotten.
        ("license: GPL-3.0", ""),
        ("license: [GPL-3.0, LGPL-2.1]", "license"),
        ("license: restricted", "license"),
        ("kind: end-of-life", "end-of-life"),
        ("'id': 'Debian 12'", "end-of-life"),
    ];
    for (conditions, expected) in cases {
        check(conditions, expected);
    }
}

#[test]
fn all_conditions_of_an_ignore_have_to_be_met() {
    check("id: CVE-2024-0001, package: openssl, layer: base, image: 'ghcr.io/**'", "openssl");
    check("id: CVE-2024-0001, package: lodash", "");
    check("id: CVE-2024-0001, layer: app", "");
}

#[test]
fn other_forms_set_aside_by_the_same_rules() {
    let check = |name: &str, text: &str, expected: &str| {
        let mut report = report();
        ignores(name, text).apply(&mut report);
        assert_eq!(labels(&report, |subject| subject.finding.suppressed().is_some()), expected, "{text}");
    };
    check(".trivyignore", "GHSA-aaaa-bbbb-cccc\nCVE-2025-0002 exp:2020-01-01\nacme-token\n", "openssl secret variable");
    check(".grype.yaml", "ignore:\n  - fix-state: fixed\n    package:\n      type: npm\n", "lodash");
    check(".grype.yaml", "ignore:\n  - package:\n      name: .*ssl\n", "openssl");
    check("osv-scanner.toml", "[[IgnoredVulns]]\nid = \"DSA-1000-1\"\n", "openssl");
    check(".snyk", "ignore:\n  GHSA-dddd-eeee-ffff:\n    - lodash@4.17.4:\n        reason: x\n", "lodash");
    check("mine.yaml", "ignores:\n  - id: CVE-2025-0002\n    reason: x\n", "libc6");
    check("grype-rules.yaml", "ignore:\n  - vulnerability: CVE-2025-0002\n", "libc6");
    check("trivy.yml", "vulnerabilities:\n  - id: CVE-2025-0002\n", "libc6");
    check("snyk-policy", "ignore:\n  CVE-2025-0002:\n    - '*':\n", "libc6");
    check("list.txt", "CVE-2025-0002\n", "libc6");
}

#[test]
fn reasons_are_kept_with_the_finding() {
    let mut report = report();
    let text = "ignores:\n  - id: CVE-2024-0001\n    reason: only in tests\n    owner: ann\n    ticket: OPS-12\n    until: \
                2026-12-31\n  - package: openssl\n    reason: a later one\n";
    ignores("plimsoll.yaml", text).apply(&mut report);
    let expected = "ignored: only in tests (ann, OPS-12, until 2026-12-31; plimsoll.yaml, line 2)";
    assert_eq!(report.findings[0].suppressed(), Some(expected));
    // What somebody else said before stays.
    report.findings[0].set_aside(|| "another".into());
    assert_eq!(report.findings[0].suppressed(), Some(expected));
}

#[test]
fn what_is_over_counts_again_and_is_told() {
    let until = |day: &str| {
        let mut report = report();
        let text = format!("ignores:\n  - id: CVE-2024-0001\n    reason: x\n    until: {day}\n");
        let mut ignores = ignores("plimsoll.yaml", &text);
        ignores.apply(&mut report);
        let expired: Vec<String> = ignores.expired().map(Ignore::name).collect();
        (report.findings[0].suppressed().is_some(), expired)
    };
    // It is the first of January 2026.
    assert_eq!(until("2026-01-01"), (true, vec![]));
    assert_eq!(until("2025-12-31"), (false, vec!["CVE-2024-0001".to_owned()]));
}

#[test]
fn only_what_could_have_been_used_is_unused() {
    let unused = |conditions: &str, looked_for: &[Kind]| {
        let mut report = report();
        let mut ignores = ignores("plimsoll.yaml", &format!("ignores:\n  - {{{conditions}, reason: x}}\n"));
        ignores.apply(&mut report);
        ignores.unused(looked_for).count()
    };
    assert_eq!(unused("id: CVE-1999-1", &[Kind::Vulnerability]), 1);
    assert_eq!(unused("id: CVE-1999-1, image: other/*", &[Kind::Vulnerability]), 0);
    assert_eq!(unused("secret: nothing", &[Kind::Vulnerability]), 0);
    assert_eq!(unused("secret: nothing", &[Kind::Vulnerability, Kind::Secret]), 1);
    assert_eq!(unused("id: CVE-1999-1, until: 2020-01-01", &[Kind::Vulnerability]), 0);
}
