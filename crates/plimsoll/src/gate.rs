//! Whether an artifact may sail: the reports, the user's gates, and the exit code that they give.

use model::{Finding, Knowledge, Report, Severity};

use crate::args::Gate;
use crate::exit::Exit;

/// Whether there were advisories to judge with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advisories {
    /// Nobody asked for vulnerabilities.
    Unwanted,
    /// Wanted, but no collection was named.
    Missing,
    /// There was a collection.
    Present,
}

/// Judges the reports. Returns how the process ends, and for each reason a sentence.
pub fn judge(reports: &[Report], gate: &Gate, advisories: Advisories) -> (Exit, Vec<String>) {
    let mut reasons = Vec::new();
    let mut exit = Exit::Passed;
    let mut fail = |reason, sentence| {
        exit = exit.max(reason);
        reasons.push(sentence);
    };
    let is_blind = match advisories {
        Advisories::Unwanted => false,
        Advisories::Missing => true,
        // A collection that has nothing on any package of any platform is none; nor is what the program brings along.
        Advisories::Present => {
            let known = |known: &Knowledge| known.advisories > 0 && !known.starter;
            reports.iter().any(|report| report.inventory.packages().next().is_some())
                && !reports.iter().flat_map(|report| &report.knowledge).any(known)
        }
    };
    if is_blind {
        fail(
            Exit::NoAdvisories,
            "vulnerabilities were asked for, but there are no advisories to look them up in".into(),
        );
    }
    if let Some(limit) = gate.fail_on {
        let bad =
            reports.iter().flat_map(|report| &report.findings).filter(|finding| is_as_bad(finding, limit)).count();
        if bad > 0 {
            fail(Exit::GateFailed, format!("{} or worse: {bad} (--fail-on {})", limit.word(), limit.word()));
        }
    }
    let gaps: usize = reports.iter().map(|report| report.inventory.gaps.len()).sum();
    if gate.fail_on_incomplete && gaps > 0 {
        fail(Exit::Incomplete, format!("could not be seen: {gaps} (--fail-on-incomplete)"));
    }
    (exit, reasons)
}

fn is_as_bad(finding: &Finding, limit: Severity) -> bool {
    match finding {
        Finding::Vulnerability(vulnerability) => vulnerability.suppressed.is_none() && vulnerability.severity >= limit,
        Finding::EndOfLife(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{AnalyzerId, Fact, Gap, GapKind, Item, Package, PackageKind, Place, Vulnerability, What};

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
        let gate = Gate { fail_on, fail_on_incomplete };
        let (exit, reasons) = judge(&[Report::default(), report], &gate, Advisories::Present);
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
    fn what_is_suppressed_fails_no_gate() {
        let mut suppressed = report(&[Severity::Critical], 0, 1);
        if let Finding::Vulnerability(vulnerability) = &mut suppressed.findings[0] {
            vulnerability.suppressed = Some("not so".into());
        }
        check(suppressed, Some(Severity::Low), false, Exit::Passed);
    }

    #[test]
    fn advisories_are_missed_only_where_they_are_wanted() {
        let gate = Gate { fail_on: None, fail_on_incomplete: false };
        let empty = [Report::default()];
        assert_eq!(judge(&empty, &gate, Advisories::Missing).0, Exit::NoAdvisories);
        assert_eq!(judge(&empty, &gate, Advisories::Present).0, Exit::Passed);
        assert_eq!(judge(&empty, &gate, Advisories::Unwanted).0, Exit::Passed);
    }
}
