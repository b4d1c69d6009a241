//! Frameworks, and what becomes of their controls. What is expected was worked out by hand from the invariant of the module.

use std::borrow::Cow;

use model::{
    AnalyzerId, Assessed, Configuration, ControlStatus, Distro, Fact, Finding, Gap, GapKind, Item, Knowledge,
    LayerSummary, Misconfiguration, Package, PackageKind, Place, Report, Severity, Vulnerability, What,
};

use super::*;
use crate::gate;
use crate::samples::now;
use crate::subject::Kind;

const RULES: [Rule<'static>; 5] = [
    Rule { id: "PLM-A-001", language: "dockerfile", controls: &["own:1"] },
    Rule { id: "PLM-A-001", language: "image", controls: &["own:1"] },
    Rule { id: "PLM-A-002", language: "dockerfile", controls: &["other:7"] },
    Rule { id: "PLM-B-001", language: "kubernetes", controls: &[] },
    Rule { id: "PLM-B-002", language: "kubernetes", controls: &[] },
];

fn catalog() -> Catalog<'static> {
    Catalog::new(RULES, ["npm-lock"])
}

/// A framework with one control.
fn framework(control: &str) -> Framework {
    let text = format!("id: own\ntitle: Ours\nversion: '1'\ncontrols:\n  - id: '1'\n    title: One\n{control}");
    Framework::read(&text).unwrap()
}

/// Everything was looked for, and there is a package, a file, a release, and nothing wrong.
fn clean() -> Report {
    let mut report = Report {
        layers: vec![LayerSummary { files: 1, ..LayerSummary::default() }],
        knowledge: vec![Knowledge { advisories: 9, packages: 1, ..Knowledge::default() }],
        ..Report::default()
    };
    report.inventory.distro = Some(Distro { id: "debian".into(), ..Distro::default() });
    let package = What::Package(Package::new(PackageKind::Npm, "lodash", "4.17.4"));
    let file = What::Configuration(Configuration { language: "kubernetes".into(), content: Vec::new() });
    for (what, path) in [(package, "package-lock.json"), (file, "web.yaml")] {
        let place = Place { layer: None, path: path.into() };
        let fact = Fact { what, place, by: AnalyzerId::new("test") };
        report.inventory.items.push(Item { fact, removed: None, owner: None });
    }
    report
}

fn asked(report: &mut Report, rule: &'static str, language: &'static str, counts: [u64; 3]) {
    let [passed, failed, unknown] = counts;
    report.assessed.push(Assessed { rule: rule.into(), language: language.into(), passed, failed, unknown });
}

fn wrong(report: &mut Report, rule: &'static str, suppressed: bool) {
    let suppressed = suppressed.then(|| "agreed".to_owned());
    let place = Place { layer: None, path: "web.yaml".into() };
    let found =
        Misconfiguration { rule: Cow::Borrowed(rule), place, lines: (3, 3), suppressed, ..Misconfiguration::default() };
    report.findings.push(Finding::Misconfiguration(Box::new(found)));
}

fn gap(report: &mut Report, by: &str, path: &str, kind: GapKind) {
    let by = AnalyzerId(by.to_owned().into());
    report.inventory.gaps.push(Gap {
        place: Place { layer: None, path: path.into() },
        by,
        kind,
        detail: "torn".into(),
    });
}

/// The status of the only control, and the reason.
fn became(control: &str, report: &Report, looked_for: &[Kind]) -> (ControlStatus, String) {
    let (catalog, framework) = (catalog(), framework(control));
    let terms = Terms { catalog: &catalog, looked_for, gate: gate::Terms { now: now(), baseline: None } };
    let compliance = assess(&framework, report, terms);
    let [control] = &compliance.controls[..] else { panic!("one control") };
    if control.status == Passed {
        assert!(control.evidence.iter().any(|it| it.examined > 0), "nothing passes of which nothing was looked at");
    }
    (control.status, control.reason.clone())
}

fn check(control: &str, expected: ControlStatus, reason: &str, change: impl FnOnce(&mut Report)) {
    let mut report = clean();
    change(&mut report);
    let (status, said) = became(control, &report, &Kind::ALL);
    assert_eq!(status, expected, "{control}: {said}");
    assert!(said.contains(reason) && said.is_empty() == reason.is_empty(), "{said:?} does not say {reason:?}");
}

use ControlStatus::{Accepted, Failed, NotAssessed, Passed};

#[test]
fn rules_about_settings_decide() {
    let listed = "    rules: [PLM-B-*]\n";
    check(listed, NotAssessed, "nothing here that it is about", |_| {});
    check(listed, NotAssessed, "nothing here that it is about", |it| asked(it, "PLM-A-002", "dockerfile", [3, 0, 0]));
    check(listed, Passed, "", |it| asked(it, "PLM-B-001", "kubernetes", [1, 0, 0]));
    check(listed, NotAssessed, "PLM-B-001 depends on values", |it| asked(it, "PLM-B-001", "kubernetes", [4, 0, 1]));
    check(listed, Failed, "", |it| {
        asked(it, "PLM-B-001", "kubernetes", [4, 1, 1]);
        wrong(it, "PLM-B-001", false);
    });
    // More was wrong than could be listed.
    check(listed, Failed, "", |it| asked(it, "PLM-B-001", "kubernetes", [4, 1, 0]));
    check(listed, Accepted, "", |it| {
        asked(it, "PLM-B-001", "kubernetes", [4, 1, 0]);
        asked(it, "PLM-B-002", "kubernetes", [5, 0, 0]);
        wrong(it, "PLM-B-001", true);
    });
    check(listed, Failed, "", |it| {
        asked(it, "PLM-B-001", "kubernetes", [4, 2, 0]);
        wrong(it, "PLM-B-001", true);
        wrong(it, "PLM-B-001", false);
    });
}

#[test]
fn rules_are_listed_named_or_name_the_control_themselves() {
    let named = "    manual: Look.\n";
    check(named, Passed, "", |it| asked(it, "PLM-A-001", "image", [1, 0, 0]));
    check(named, NotAssessed, "nothing here", |it| asked(it, "PLM-A-002", "dockerfile", [1, 0, 0]));
    let like = "    like: ['other:7']\n";
    check(like, Passed, "", |it| asked(it, "PLM-A-002", "dockerfile", [1, 0, 0]));
}

#[test]
fn what_cannot_be_seen_does_not_pass() {
    let listed = "    rules: [PLM-B-001]\n";
    let unseen = |by: &'static str, path: &'static str, expected, reason| {
        check(listed, expected, reason, |it| {
            asked(it, "PLM-B-001", "kubernetes", [1, 0, 0]);
            gap(it, by, path, GapKind::Corrupt);
        });
    };
    unseen("misconfig", "web.yaml", NotAssessed, "web.yaml: torn");
    unseen("misconfig", "", NotAssessed, "could not be seen: torn");
    unseen("configuration", "huge.yaml", NotAssessed, "huge.yaml: torn");
    unseen("layer", "", NotAssessed, "torn");
    // Those that look at other things.
    unseen("npm-lock", "package-lock.json", Passed, "");
    unseen("secrets", ".env", Passed, "");
    unseen("advisories", "", Passed, "");
    // Files of another language.
    check("    manual: Look.\n", Passed, "", |it| {
        asked(it, "PLM-A-001", "dockerfile", [1, 0, 0]);
        gap(it, "misconfig", "web.yaml", GapKind::Corrupt);
    });
    check(listed, Passed, "", |it| {
        asked(it, "PLM-B-001", "kubernetes", [1, 0, 0]);
        gap(it, "misconfig", "web.yaml", GapKind::UnknownValue);
    });
    // What a chart does not know, no rule is asked about.
    check(listed, NotAssessed, "web.yaml: torn", |it| {
        asked(it, "PLM-B-001", "kubernetes", [1, 0, 0]);
        gap(it, "charts", "web.yaml", GapKind::UnknownValue);
    });
    check(listed, NotAssessed, "values.yaml: torn", |it| {
        asked(it, "PLM-B-001", "kubernetes", [1, 0, 0]);
        gap(it, "charts", "values.yaml", GapKind::Corrupt);
        let what = What::Configuration(Configuration { language: "helm".into(), content: Vec::new() });
        let place = Place { layer: None, path: "values.yaml".into() };
        let fact = Fact { what, place, by: AnalyzerId::new("configuration") };
        it.inventory.items.push(Item { fact, removed: None, owner: None });
    });
    check(listed, Failed, "", |it| {
        asked(it, "PLM-B-001", "kubernetes", [0, 1, 0]);
        wrong(it, "PLM-B-001", false);
        gap(it, "misconfig", "web.yaml", GapKind::Corrupt);
    });
}

fn vulnerable(report: &mut Report, severity: Severity, suppressed: bool) {
    let suppressed = suppressed.then(|| "not so".to_owned());
    let found = Vulnerability { id: "CVE-2024-1".into(), severity, suppressed, ..Vulnerability::default() };
    report.findings.push(Finding::Vulnerability(Box::new(found)));
}

#[test]
fn findings_decide() {
    let high = "    findings: [{kind: vulnerability, severity: high}]\n";
    check(high, Passed, "", |_| {});
    check(high, Passed, "", |it| vulnerable(it, Severity::Medium, false));
    check(high, Failed, "", |it| vulnerable(it, Severity::Critical, false));
    check(high, Accepted, "", |it| vulnerable(it, Severity::Critical, true));
    check(high, NotAssessed, "no advisories", |it| it.knowledge.clear());
    check(high, NotAssessed, "no advisories", |it| it.knowledge[0].starter = true);
    check(high, NotAssessed, "nothing here", |it| {
        it.inventory.items.clear_packages();
        it.knowledge.clear();
    });
    check(high, NotAssessed, "package-lock.json: torn", |it| {
        gap(it, "npm-lock", "package-lock.json", GapKind::Corrupt);
    });
    check(high, NotAssessed, "torn", |it| gap(it, "advisories", "", GapKind::NoAdvisories));
    check(high, Passed, "", |it| gap(it, "misconfig", "web.yaml", GapKind::Corrupt));
    let secret = "    findings: [{kind: secret}]\n";
    check(secret, Passed, "", |_| {});
    check(secret, NotAssessed, "nothing here", |it| it.layers.clear());
    check(secret, NotAssessed, ".env: torn", |it| gap(it, "secrets", ".env", GapKind::LimitHit));
    check("    packages: listed\n", Passed, "", |_| {});
    check("    packages: listed\n", NotAssessed, "torn", |it| gap(it, "npm-lock", "a", GapKind::Corrupt));
    check("    packages: listed\n", NotAssessed, "nothing here", |it| it.inventory.items.clear_packages());
}

trait ClearPackages {
    fn clear_packages(&mut self);
}

impl ClearPackages for Vec<Item> {
    fn clear_packages(&mut self) {
        self.retain(|item| item.package().is_none());
        assert!(!self.is_empty());
    }
}

#[test]
fn every_way_has_to_pass_but_those_that_have_nothing_to_look_at() {
    let both = "    rules: [PLM-B-001]\n    findings: [{kind: vulnerability, severity: high}]\n";
    check(both, Passed, "", |_| {});
    check(both, Passed, "", |it| asked(it, "PLM-B-001", "kubernetes", [1, 0, 0]));
    check(both, NotAssessed, "PLM-B-001 depends", |it| asked(it, "PLM-B-001", "kubernetes", [0, 0, 1]));
    check(both, Failed, "", |it| {
        asked(it, "PLM-B-001", "kubernetes", [0, 0, 1]);
        vulnerable(it, Severity::High, false);
    });
    // The rule passes, but nobody looked for vulnerabilities.
    let mut report = clean();
    asked(&mut report, "PLM-B-001", "kubernetes", [1, 0, 0]);
    let (status, reason) = became(both, &report, &[Kind::Misconfiguration]);
    assert_eq!((status, &*reason), (NotAssessed, "vulnerabilities were not looked for (--scanners vuln)"));
    let (status, reason) = became(both, &report, &[Kind::Vulnerability]);
    assert_eq!((status, &*reason), (NotAssessed, "settings were not looked for (--scanners misconfig)"));
}

#[test]
fn what_is_checked_by_hand_is_not_assessed() {
    let report = clean();
    let text = "id: hand\ntitle: By hand\nversion: '1'\ncontrols:\n  - {id: '1', title: One, manual: Look.}\n";
    let catalog = catalog();
    let terms = Terms { catalog: &catalog, looked_for: &Kind::ALL, gate: gate::Terms { now: now(), baseline: None } };
    let compliance = assess(&Framework::read(text).unwrap(), &report, terms);
    let control = &compliance.controls[0];
    assert_eq!((control.status, control.manual.as_deref()), (NotAssessed, Some("Look.")));
    assert_eq!(control.reason, "it can only be checked by hand");
}

#[test]
fn mistakes_in_a_framework_are_told() {
    let head = "id: own\ntitle: Ours\nversion: '1'\ncontrols:\n";
    for (text, expected) in [
        ("", "line 1: the file is empty"),
        ("id: Own\ntitle: Ours\nversion: '1'\ncontrols: [{id: a, title: b}]\n", "line 1: a name of lower-case"),
        ("id: own\ntitle: Ours\nversion: '1'\ncontrols: []\n", "line 4: from 1 to"),
        ("id: own\ntitle: Ours\nversion: '1'\nrules: []\n", "line 4: there is no \"rules\" here"),
        (&format!("{head}  - {{id: a, title: b}}\n  - {{id: a, title: c}}\n"), "line 6: there are two controls a"),
        (&format!("{head}  - {{id: a, title: b, rules: [A*B]}}\n"), "line 5: a rule is named by its id"),
        (&format!("{head}  - {{id: a, title: b, findings: [{{kev: true}}]}}\n"), "line 5: \"kind\" is missing"),
        (
            &format!("{head}  - {{id: a, title: b, findings: [{{kind: secret, kev: true}}]}}\n"),
            "line 5: no finding can",
        ),
        (
            &format!("{head}  - {{id: a, title: b, findings: [{{kind: secret, new: true}}]}}\n"),
            "line 5: a control knows",
        ),
        (&format!("{head}  - {{id: a, title: b, packages: all}}\n"), "line 5: packages can only"),
        (&format!("{head}  - {{id: a, title: b, manual: ''}}\n"), "line 5: it says nothing"),
        (&format!("{head}  - {{id: a, titel: b}}\n"), "line 5: there is no \"titel\" here; did you mean \"title\"?"),
    ] {
        let error = Framework::read(text).unwrap_err();
        assert!(error.starts_with(expected), "{text:?}: {error}");
    }
    let check = |control: &str| framework(control).check(&catalog());
    assert!(check("    rules: [PLM-B-*, PLM-A-002]\n    like: ['other:7']\n").is_empty());
    assert_eq!(check("    rules: [PLM-C-*]\n"), ["control 1: no rule is called PLM-C-"]);
    assert_eq!(check("    like: ['other:8']\n"), ["control 1: no rule names the control other:8"]);
    let lone = "id: lone\ntitle: Ours\nversion: '1'\ncontrols:\n  - {id: '1', title: One}\n";
    let wrong = Framework::read(lone).unwrap().check(&catalog());
    assert!(wrong.len() == 1 && wrong[0].starts_with("control 1: nothing assesses it"), "{wrong:?}");
}

#[test]
fn our_frameworks_are_called_by_their_names() {
    for (name, text) in FRAMEWORKS {
        assert_eq!(Framework::read(text).map(|framework| framework.id), Ok((*name).to_owned()));
    }
    assert!(super::framework("no-such").is_none());
}
