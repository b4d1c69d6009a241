//! `gl-code-quality-report.json`: every issue beside the lines of a merge request, for `artifacts:reports:codequality` (the
//! subset of Code Climate's specification that GitLab reads: a plain array).

use std::io::{self, Write};

use model::{Report, Severity};
use serde_json::{Value, json};

use crate::Context;
use crate::issue::{Issue, fingerprint, issues};
use crate::json::print;

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut all: Vec<Value> = Vec::new();
    for (number, report) in reports.iter().enumerate() {
        all.extend(issues(report, &context.filter).iter().map(|issue| entry(issue, number)));
    }
    print::print(&all, out)
}

fn entry(issue: &Issue<'_>, number: usize) -> Value {
    let (line, _) = issue.line().unwrap_or((1, 1));
    let path = if issue.file().is_some() { issue.path() } else { super::image(issue.report) };
    // The platforms of an image share names and places.
    let print =
        if number == 0 { issue.fingerprint.clone() } else { fingerprint(&[&issue.fingerprint, &number.to_string()]) };
    json!({
        "type": "issue",
        "check_name": issue.rule(),
        "description": format!("{} {}", issue.message(), issue.advice()),
        "categories": ["Security"],
        "fingerprint": print,
        "severity": severity(issue.severity),
        "location": { "path": path, "lines": { "begin": line } },
    })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
        Severity::Negligible | Severity::Unknown => "info",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::samples::{context, format, leaky, render};

    #[test]
    fn every_issue_is_an_entry_with_a_fingerprint_of_its_own() {
        let document: Value = serde_json::from_str(&render(format("gitlab-quality"), &leaky(), &context(80))).unwrap();
        let entries = document.as_array().unwrap();
        assert_eq!(entries.len(), 25);
        let prints: std::collections::BTreeSet<String> =
            entries.iter().map(|entry| entry["fingerprint"].to_string()).collect();
        assert_eq!(prints.len(), 25);
        let secret = entries.iter().find(|entry| entry["location"]["path"] == "app/.env").unwrap();
        assert_eq!((&secret["severity"], &secret["location"]["lines"]), (&json!("blocker"), &json!({ "begin": 3 })));
    }
}
