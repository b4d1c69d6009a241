//! What GitLab reads: its security reports (security-report-schemas 15.0.7, which GitLab 16 and all later ones take) and Code
//! Quality. One file per report; here is what the security reports share.
//!
//! GitLab refuses a report of a version that it does not know yet, and takes older ones for years: so the version is old.
//! It shows names and descriptions as Markdown, so they are escaped.

pub(crate) mod container;
pub(crate) mod dependency;
pub(crate) mod quality;
pub(crate) mod secret;

use std::io::{self, Write};

use model::{FixState, Report, Severity};
use serde_json::{Value, json};

use crate::issue::{Issue, Kind, issues};
use crate::json::print;
use crate::markdown::escaped;
use crate::subject::Subject;
use crate::{Context, one_line};

const SCHEMA: &str = "15.0.7";
/// Identifiers of one vulnerability that GitLab keeps.
const IDENTIFIERS: usize = 20;
/// Characters of a name, and of a solution.
const NAME: usize = 255;
const SOLUTION: usize = 7000;

/// Writes the report of one type about all issues of one kind.
fn write(
    reports: &[Report],
    context: &Context<'_>,
    out: &mut dyn Write,
    kind: &str,
    of: Kind,
    location: fn(&Issue<'_>) -> Option<Value>,
) -> io::Result<()> {
    print::print(&document(reports, context, kind, of, location), out)
}

fn document(
    reports: &[Report],
    context: &Context<'_>,
    kind: &str,
    of: Kind,
    location: fn(&Issue<'_>) -> Option<Value>,
) -> Value {
    let mut vulnerabilities = Vec::new();
    for (number, report) in reports.iter().enumerate() {
        for issue in issues(report, &context.filter).iter().filter(|issue| issue.kind() == of) {
            vulnerabilities.extend(location(issue).map(|location| vulnerability(issue, number, &location)));
        }
    }
    let time = time(context.generated_at);
    let tool = json!({
        "id": "plimsoll",
        "name": "Plimsoll",
        "vendor": { "name": "Plimsoll" },
        "version": context.version,
    });
    json!({
        "version": SCHEMA,
        "scan": {
            "analyzer": tool,
            "scanner": tool,
            "type": kind,
            "start_time": time,
            "end_time": time,
            "status": "success",
            "messages": messages(reports),
        },
        "vulnerabilities": vulnerabilities,
        "remediations": [],
    })
}

fn vulnerability(issue: &Issue<'_>, number: usize, location: &Value) -> Value {
    // The platforms of an image share names and places.
    let id = uuid(&if number == 0 { issue.fingerprint.clone() } else { format!("{}{number}", issue.fingerprint) });
    let links: Vec<Value> = issue.links().map(|url| json!({ "url": url })).collect();
    let mut found = json!({
        "id": id,
        "name": limited(&escaped(&issue.rule_title()), NAME),
        "description": escaped(&format!("{} {}", issue.message(), place(issue))),
        "severity": severity(issue.severity),
        "solution": limited(&escaped(&issue.advice()), SOLUTION),
        "identifiers": identifiers(issue),
        "links": links,
        "location": location,
        "details": details(issue),
    });
    if let Some(vulnerability) = issue.vulnerability() {
        let vectors: Vec<Value> = vulnerability
            .opinions
            .iter()
            .map(|opinion| (&*opinion.publisher, opinion.vector.as_deref()))
            .chain([("unknown", vulnerability.cvss.as_deref())])
            .filter_map(|(vendor, vector)| Some((vendor, vector.filter(|vector| is_version_3(vector))?)))
            .take(1)
            .map(|(vendor, vector)| json!({ "vendor": vendor, "vector": vector }))
            .collect();
        if !vectors.is_empty() {
            found["cvss_vectors"] = json!(vectors);
        }
    }
    if let Some(why) = issue.suppressed {
        let (kind, why) = ("flagged-as-likely-false-positive", one_line(why));
        found["flags"] = json!([{ "type": kind, "origin": "Plimsoll", "description": non_empty(&escaped(&why)) }]);
    }
    found
}

fn place(issue: &Issue<'_>) -> String {
    let place = issue.whereabouts();
    if place.is_empty() { place } else { format!("Found in {place}.") }
}

/// The id that it goes by first, then all others, then the kinds of weakness.
fn identifiers(issue: &Issue<'_>) -> Vec<Value> {
    let rule = issue.rule();
    let Some(found) = issue.vulnerability() else {
        let kind = format!("plimsoll_{}", issue.kind().word().replace('-', "_"));
        let name = format!("Plimsoll {}", one_line(&rule));
        return vec![json!({ "type": kind, "name": name, "value": non_empty(&rule) })];
    };
    let ids = std::iter::once(&found.id).chain(&found.aliases).chain(&found.weaknesses);
    let mut identifiers: Vec<Value> = Vec::new();
    for id in ids.filter(|id| !id.is_empty()).take(IDENTIFIERS) {
        let mut identifier = json!({ "type": identifier_kind(id), "name": one_line(id), "value": id });
        if let Some(url) = page(id) {
            identifier["url"] = json!(url);
        }
        identifiers.push(identifier);
    }
    if identifiers.is_empty() {
        identifiers.push(json!({ "type": "plimsoll", "name": "unknown", "value": "unknown" }));
    }
    identifiers
}

/// `cve` of `CVE-2024-1`.
fn identifier_kind(id: &str) -> String {
    let kind = id.split_once('-').map_or("", |(kind, _)| kind).to_ascii_lowercase();
    let known = !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_lowercase());
    if known { kind } else { "plimsoll".into() }
}

/// Where an id is explained.
fn page(id: &str) -> Option<String> {
    let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !plain {
        return None;
    }
    match id.split_once('-')? {
        ("CVE", _) => Some(format!("https://nvd.nist.gov/vuln/detail/{id}")),
        ("GHSA", _) => Some(format!("https://github.com/advisories/{id}")),
        ("CWE", number) => Some(format!("https://cwe.mitre.org/data/definitions/{number}.html")),
        _ => None,
    }
}

/// What a person wants to see besides.
fn details(issue: &Issue<'_>) -> Value {
    let mut details = serde_json::Map::new();
    let mut add = |key: &str, name: &str, value: Option<Value>| {
        if let Some(value) = value {
            details.insert(key.into(), json!({ "name": name, "type": "value", "value": value }));
        }
    };
    let found = issue.vulnerability();
    add("fixed_version", "Fixed in", issue.fixed().map(|fixed| json!(one_line(fixed))));
    add("purl", "Package URL", issue.purl().map(|purl| json!(purl)));
    add("path", "File", issue.file().map(|_| json!(one_line(&issue.path()))));
    add("layer", "Layer", issue.layer().map(|layer| json!(crate::view::layer_number(layer))));
    add("fix_state", "Fix", found.map(|found| json!(fix(found.state))));
    add("exploited", "Exploited since", found.and_then(|found| found.exploited.as_ref()).map(|is| json!(is.added)));
    let forecast = found.and_then(|found| found.forecast.as_ref());
    add("epss", "Likely to be exploited (EPSS)", forecast.map(|is| json!(format!("{:.3}", is.probability))));
    Value::Object(details)
}

fn fix(state: FixState) -> &'static str {
    match state {
        FixState::Fixed => "there is a fix",
        FixState::NotFixed => "no fix is known",
        FixState::WillNotFix => "the publisher will not fix it",
        FixState::Deferred => "the publisher puts it off",
        FixState::EndOfLife => "the publisher no longer looks after it",
        FixState::UnderInvestigation => "the publisher is looking into it",
    }
}

/// What could not be seen.
fn messages(reports: &[Report]) -> Vec<Value> {
    let gaps = reports.iter().flat_map(|report| &report.inventory.gaps).take(100);
    gaps.map(|gap| {
        let path = gap.place.path.to_text();
        let text = format!("Not seen ({}): {} {}", gap.kind.name(), one_line(&path), one_line(&gap.detail));
        json!({ "level": "warn", "value": text })
    })
    .collect()
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Negligible => "Info",
        Severity::Unknown => "Unknown",
    }
}

/// The schema knows the metrics of version 3 one by one and refuses every other.
fn is_version_3(vector: &str) -> bool {
    let Some(metrics) = vector.strip_prefix("CVSS:3.0/").or_else(|| vector.strip_prefix("CVSS:3.1/")) else {
        return false;
    };
    let base = |metric: &str| match metric.split_once(':') {
        Some(("AV", value)) => matches!(value, "N" | "A" | "L" | "P"),
        Some(("AC", value)) => matches!(value, "L" | "H"),
        Some(("PR" | "C" | "I" | "A", value)) => matches!(value, "N" | "L" | "H"),
        Some(("UI", value)) => matches!(value, "N" | "R"),
        Some(("S", value)) => matches!(value, "U" | "C"),
        _ => false,
    };
    metrics.split('/').count() == 8 && metrics.split('/').all(base)
}

/// GitLab's times have no zone; they are in UTC.
fn time(generated_at: &str) -> String {
    generated_at.get(..19).unwrap_or("1970-01-01T00:00:00").to_owned()
}

/// A fingerprint in the form of a UUID (RFC 9562, version 8).
fn uuid(print: &str) -> String {
    crate::sbom::uuid(print.as_bytes())
}

/// The image's name and tag, as GitLab tells images apart.
fn image(report: &Report) -> String {
    let subject = Subject::of(report);
    let name = if subject.name.is_empty() { "image" } else { subject.name };
    match (subject.tag, subject.digest) {
        (Some(tag), _) => format!("{name}:{tag}"),
        (None, Some(digest)) => format!("{name}@{digest}"),
        (None, None) => name.to_owned(),
    }
}

/// As many characters as fit, so that no escape is cut in two.
fn limited(text: &str, characters: usize) -> String {
    let mut text: String = text.chars().take(characters).collect();
    while text.ends_with('\\') {
        text.pop();
    }
    text
}

fn non_empty(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

#[cfg(test)]
mod schema;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_that_the_schema_knows() {
        assert!(is_version_3("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"));
        assert!(!is_version_3("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:X"));
        assert!(!is_version_3("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"));
        assert!(!is_version_3("AV:N/AC:L/Au:N/C:P/I:P/A:P"));
    }

    #[test]
    fn identifiers_have_their_type_and_page() {
        assert_eq!(identifier_kind("CVE-2024-1"), "cve");
        assert_eq!(identifier_kind("::x-1"), "plimsoll");
        assert_eq!(page("CWE-79").as_deref(), Some("https://cwe.mitre.org/data/definitions/79.html"));
        assert_eq!(page("CVE-2024-1\n"), None);
    }
}
