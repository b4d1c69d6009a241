//! Harbor's report of vulnerabilities (pluggable-scanner-spec 1.2, `application/vnd.security.vulnerability.report; version=1.1`).
//!
//! Harbor tells two findings apart by id, package and version, so what is in several places is here once.

use std::collections::BTreeSet;
use std::io::{self, Write};

use model::{FixState, Report, Severity};
use serde_json::{Value, json};

use crate::issue::{Issue, issues};
use crate::json::print;
use crate::subject::Subject;
use crate::{Context, one_line};

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let report = crate::sbom::only(reports, "Harbor's report")?;
    let issues = issues(report, &context.filter);
    let mut seen = BTreeSet::new();
    let counted: Vec<&Issue<'_>> = issues.iter().filter(|issue| issue.suppressed.is_none()).collect();
    let vulnerabilities: Vec<Value> = counted
        .iter()
        .filter(|issue| {
            let package = issue.package();
            seen.insert((issue.rule(), package.map(|package| &package.name), package.map(|package| &package.version)))
        })
        .filter_map(|issue| vulnerability(issue))
        .collect();
    let worst = counted.iter().filter(|issue| issue.vulnerability().is_some()).map(|issue| issue.severity).max();
    let subject = Subject::of(report);
    let manifest = report.image.origin.manifest.map(|digest| digest.to_string());
    let document = json!({
        "generated_at": context.generated_at,
        "artifact": {
            "repository": subject.name,
            "tag": subject.tag.unwrap_or_default(),
            "digest": manifest.as_deref().or(subject.digest).unwrap_or_default(),
            "mime_type": "application/vnd.oci.image.manifest.v1+json",
        },
        "scanner": { "name": "Plimsoll", "vendor": "Plimsoll", "version": context.version },
        "severity": worst.map_or("None", severity),
        "vulnerabilities": vulnerabilities,
    });
    print::print(&document, out)
}

fn vulnerability(issue: &Issue<'_>) -> Option<Value> {
    let (found, package) = (issue.vulnerability()?, issue.package()?);
    let mut row = json!({
        "id": found.id,
        "package": package.name,
        "version": package.version,
        "fix_version": found.fixed.as_deref().unwrap_or_default(),
        "severity": severity(issue.severity),
        "status": status(found.state),
        "description": one_line(&found.summary),
        "links": issue.links().collect::<Vec<_>>(),
        "cwe_ids": found.weaknesses,
        "artifact_digests": layer(issue).into_iter().collect::<Vec<_>>(),
        "vendor_attributes": {
            "priority": found.priority,
            "exploited": found.exploited.is_some(),
            "epss": found.forecast.as_ref().map(|forecast| forecast.probability),
        },
    });
    if let (Some(score), Some(vector)) = (found.score, &found.cvss) {
        // Harbor has a place for two versions.
        row["preferred_cvss"] = if vector.starts_with("CVSS:") {
            json!({ "score_v3": score, "vector_v3": vector })
        } else {
            json!({ "score_v2": score, "vector_v2": vector })
        };
    }
    Some(row)
}

/// The layer's blob, as the manifest names it.
fn layer(issue: &Issue<'_>) -> Option<String> {
    let layer = issue.report.image.layers.get(issue.layer()?.0 as usize)?;
    layer.blob.map(|digest| digest.to_string())
}

/// The scanner specification's words.
fn status(state: FixState) -> &'static str {
    match state {
        FixState::Fixed => "fixed",
        FixState::NotFixed => "affected",
        FixState::WillNotFix => "will_not_fix",
        FixState::Deferred => "fix_deferred",
        FixState::EndOfLife => "end_of_life",
        FixState::UnderInvestigation => "under_investigation",
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Negligible => "Negligible",
        Severity::Unknown => "Unknown",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::Report;
    use crate::samples::{context, format, image, render};

    fn report(report: &Report) -> Value {
        serde_json::from_str(&render(format("harbor"), report, &context(80))).unwrap()
    }

    #[test]
    fn a_vulnerability_of_a_package_is_there_once() {
        let report = report(&image());
        let rows = report["vulnerabilities"].as_array().unwrap();
        // 24 findings are vulnerabilities; one does not count, and lodash is there twice with the same one.
        assert_eq!(rows.len(), 22);
        assert_eq!(report["severity"], "Critical");
        let hole = rows.iter().find(|row| row["id"] == "CVE-2023-24538").unwrap();
        assert_eq!(
            (&hole["package"], &hole["fix_version"], &hole["status"]),
            (&json!("stdlib"), &json!("1.20.3"), &json!("fixed"))
        );
        assert_eq!(hole["preferred_cvss"]["score_v3"], 9.8);
    }

    #[test]
    fn none_found_is_an_empty_list() {
        let report = report(&Report::default());
        assert_eq!((&report["vulnerabilities"], &report["severity"]), (&json!([]), &json!("None")));
    }
}
