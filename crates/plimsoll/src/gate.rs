//! Whether an artifact may sail: the reports, the user's gates, and the exit code that they give.

use std::time::Duration;

use jiff::Timestamp;
use model::{Knowledge, Report};

use crate::args::Gate;
use crate::exit::Exit;
use crate::policies::Policies;

/// Judges the reports, in which vulnerabilities were looked for or not. Returns how the process ends, and for each reason a
/// sentence.
pub fn judge(
    reports: &[Report],
    gate: &Gate,
    policies: &Policies,
    judged: bool,
    now: Timestamp,
) -> (Exit, Vec<String>) {
    let mut reasons = Vec::new();
    let mut exit = Exit::Passed;
    let mut fail = |reason, sentence| {
        exit = exit.max(reason);
        reasons.push(sentence);
    };
    let knowledge = || reports.iter().flat_map(|report| &report.knowledge);
    // A collection that has nothing on any package of any platform is none; nor is what the program brings along.
    let is_blind = reports.iter().any(|report| report.inventory.packages().next().is_some())
        && !knowledge().any(|known| known.advisories > 0 && !known.starter);
    if judged && is_blind {
        let sentence = "vulnerabilities were asked for, but there are no advisories to look them up in \
             (plimsoll db update fetches them)";
        fail(Exit::NoAdvisories, sentence.into());
    }
    if let Some(most) = gate.db_max_age {
        for (ecosystem, age) in knowledge().filter_map(|known| Some((&known.ecosystem, age(known, now)?))) {
            if age > most {
                let sentence = format!(
                    "the advisories of {ecosystem} are {} hours old (--db-max-age); plimsoll db update fetches new ones",
                    age.as_secs() / 3600
                );
                fail(Exit::NoAdvisories, sentence);
            }
        }
    }
    for failure in policies.judge(reports) {
        fail(if failure.incomplete { Exit::Incomplete } else { Exit::GateFailed }, failure.sentence);
    }
    let gaps: usize = reports.iter().map(|report| report.inventory.gaps.len()).sum();
    if gate.fail_on_incomplete && gaps > 0 {
        fail(Exit::Incomplete, format!("could not be seen: {gaps} (--fail-on-incomplete)"));
    }
    (exit, reasons)
}

/// How long ago the data was compared with its source or, where that is not known, its newest advisory was changed.
fn age(known: &Knowledge, now: Timestamp) -> Option<Duration> {
    let then: Timestamp = known.checked.as_ref().or(known.newest.as_ref())?.parse().ok()?;
    Some(now.duration_since(then).try_into().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{
        AnalyzerId, Fact, Finding, Gap, GapKind, Item, LicenseClass, LicenseFinding, Package, PackageKind, Place,
        Severity, Vulnerability, What,
    };

    fn now() -> Timestamp {
        "2026-01-01T00:00:00Z".parse().unwrap()
    }

    fn report(severities: &[Severity], gaps: usize, advisories: u64) -> Report {
        let mut report = Report::default();
        for &severity in severities {
            let row = Vulnerability { id: "CVE-2024-1".into(), severity, ..Vulnerability::default() };
            report.findings.push(Finding::Vulnerability(Box::new(row)));
        }
        for _ in 0..gaps {
            report.inventory.gaps.push(Gap {
                place: Place::default(),
                by: AnalyzerId::new("test"),
                kind: GapKind::Corrupt,
                detail: String::new(),
            });
        }
        report.inventory.items.push(Item {
            fact: Fact {
                what: What::Package(Package::new(PackageKind::Npm, "lodash", "4.17.20")),
                place: Place::default(),
                by: AnalyzerId::new("test"),
            },
            removed: None,
            owner: None,
        });
        report.knowledge.push(Knowledge { ecosystem: "npm".into(), advisories, ..Knowledge::default() });
        report
    }

    fn check(report: Report, fail_on: Option<Severity>, fail_on_incomplete: bool, expected: Exit) {
        let gate = Gate { fail_on_incomplete, ..Gate::default() };
        let gates = fail_on.map(policy::gate::Gate::fail_on).into_iter().collect();
        let (exit, reasons) = judge(&[Report::default(), report], &gate, &Policies::of(gates, now()), true, now());
        assert_eq!(exit, expected, "{reasons:?}");
        assert_eq!(reasons.is_empty(), expected == Exit::Passed);
    }

    #[test]
    fn gates_decide_the_exit_code() {
        use Severity::{Critical, High, Medium, Unknown};
        check(report(&[Critical], 1, 1), None, false, Exit::Passed);
        check(report(&[High], 0, 1), Some(High), false, Exit::GateFailed);
        check(report(&[Critical], 0, 1), Some(High), false, Exit::GateFailed);
        check(report(&[Medium, Unknown], 0, 1), Some(High), false, Exit::Passed);
        check(report(&[], 1, 1), Some(High), true, Exit::Incomplete);
        check(report(&[High], 1, 1), Some(High), true, Exit::GateFailed);
        check(report(&[], 0, 0), None, false, Exit::NoAdvisories);
        check(report(&[], 1, 0), None, true, Exit::NoAdvisories);
    }

    #[test]
    fn licences_are_counted_by_their_class() {
        let licensed = |class, suppressed: Option<&str>| {
            let mut report = report(&[], 0, 1);
            let suppressed = suppressed.map(str::to_owned);
            let found = LicenseFinding { class, suppressed, ..LicenseFinding::default() };
            report.findings.push(Finding::License(Box::new(found)));
            report
        };
        check(licensed(LicenseClass::Restricted, None), Some(Severity::High), false, Exit::GateFailed);
        check(licensed(LicenseClass::Restricted, None), Some(Severity::Critical), false, Exit::Passed);
        check(licensed(LicenseClass::Forbidden, None), Some(Severity::Critical), false, Exit::GateFailed);
        check(licensed(LicenseClass::Forbidden, Some("ignored")), Some(Severity::Low), false, Exit::Passed);
        check(licensed(LicenseClass::Unknown, None), Some(Severity::Low), false, Exit::Passed);
    }

    #[test]
    fn what_is_suppressed_fails_no_gate() {
        let mut suppressed = report(&[Severity::Critical], 0, 1);
        if let Finding::Vulnerability(vulnerability) = &mut suppressed.findings[0] {
            vulnerability.suppressed = Some("not so".into());
        }
        check(suppressed, Some(Severity::Low), false, Exit::Passed);
    }

    #[test]
    fn advisories_are_missed_only_where_something_is_looked_up() {
        let check = |report: Report, judged, expected| {
            let none = Policies::default();
            assert_eq!(judge(&[report], &Gate::default(), &none, judged, now()).0, expected);
        };
        check(report(&[], 0, 0), true, Exit::NoAdvisories);
        check(report(&[], 0, 0), false, Exit::Passed);
        check(Report::default(), true, Exit::Passed);
        let mut starter = report(&[], 0, 3);
        starter.knowledge[0].starter = true;
        check(starter, true, Exit::NoAdvisories);
    }

    #[test]
    fn data_may_be_too_old() {
        let check = |newest: &str, checked: Option<&str>, days: u64, expected| {
            let mut report = report(&[], 0, 1);
            report.knowledge[0].newest = Some(newest.into());
            report.knowledge[0].checked = checked.map(str::to_owned);
            let db_max_age = Some(Duration::from_hours(24 * days));
            let gate = Gate { db_max_age, ..Gate::default() };
            assert_eq!(
                judge(&[report], &gate, &Policies::default(), true, now()).0,
                expected,
                "{newest} {checked:?} {days}"
            );
        };
        check("2025-12-30T00:00:00Z", None, 3, Exit::Passed);
        check("2025-12-28T00:00:00Z", None, 3, Exit::NoAdvisories);
        check("2025-01-01T00:00:00Z", Some("2025-12-31T00:00:00Z"), 3, Exit::Passed);
        check("2025-12-31T00:00:00Z", Some("2025-01-01T00:00:00Z"), 3, Exit::NoAdvisories);
        // Another's clock may be ahead.
        check("2026-02-01T00:00:00Z", None, 3, Exit::Passed);
    }
}
