//! The native format of Jenkins' Warnings Next Generation plug-in (analysis-model, `JsonParser`; the tool is `issues`): trends
//! and quality gates come with it.
//!
//! The plug-in shows messages and descriptions as HTML, so they are escaped.

use std::io::{self, Write};

use model::{Report, Severity};
use serde_json::{Value, json};

use crate::issue::{Issue, issues};
use crate::json::print;
use crate::markdown::html;
use crate::subject::{Subject, platform};
use crate::view::layer_number;
use crate::{Context, one_line};

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let issues: Vec<Value> = reports
        .iter()
        .flat_map(|report| issues(report, &context.filter))
        .filter(|issue| issue.suppressed.is_none())
        .map(|issue| entry(&issue))
        .collect();
    let class = "io.jenkins.plugins.analysis.core.restapi.ReportApi";
    print::print(&json!({ "_class": class, "size": issues.len(), "issues": issues }), out)
}

fn entry(issue: &Issue<'_>) -> Value {
    let (line, column) = issue.line().unwrap_or((1, 1));
    let subject = Subject::of(issue.report);
    let file = if issue.file().is_some() { issue.path() } else { subject.name.to_owned() };
    let mut description = vec![html(&issue.message()), html(&issue.advice()), html(&issue.whereabouts())];
    description.retain(|part| !part.is_empty());
    json!({
        "fileName": one_line(&file),
        "lineStart": line,
        "lineEnd": line,
        "columnStart": column,
        "columnEnd": column,
        "severity": severity(issue.severity),
        "category": issue.kind().heading(),
        "type": one_line(&issue.rule()),
        "packageName": issue.package().map_or(String::new(), |package| one_line(&package.name).into_owned()),
        "moduleName": one_line(&format!("{} {}", subject.name, platform(issue.report))),
        "origin": "plimsoll",
        "originName": "Plimsoll",
        "message": html(&issue.title()),
        "description": format!("<p>{}</p>", description.join("</p><p>")),
        "fingerprint": issue.fingerprint,
        "reference": issue.links().next().unwrap_or_default(),
        "additionalProperties": issue.layer().map_or(String::new(), |layer| format!("layer {}", layer_number(layer))),
    })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "ERROR",
        Severity::High => "HIGH",
        Severity::Medium | Severity::Unknown => "NORMAL",
        Severity::Low | Severity::Negligible => "LOW",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::samples::{context, format, leaky, render};

    #[test]
    fn an_issue_has_what_the_plug_in_reads() {
        let report: Value = serde_json::from_str(&render(format("jenkins"), &leaky(), &context(80))).unwrap();
        assert_eq!(report["size"], 25);
        let secret = report["issues"].as_array().unwrap().iter().find(|issue| issue["fileName"] == "app/.env").unwrap();
        assert_eq!((&secret["severity"], &secret["lineStart"]), (&json!("ERROR"), &json!(3)));
        assert_eq!(secret["message"], "Acme token in app/.env:3:7");
        assert_eq!(secret["category"], "Secrets");
    }
}
