//! Open Cybersecurity Schema Framework 1.5.0, for data lakes and SIEMs: an array of events of the category "findings".
//!
//! Vulnerabilities are of class 2002, secrets of class 2006 (data security), licences and ends of life of class 2003
//! (compliance). Times are milliseconds since 1970.

use std::io::{self, Write};

use jiff::Timestamp;
use model::{FixState, Report, Severity, Vulnerability};
use serde_json::{Value, json};

use crate::issue::{Found, Issue, issues};
use crate::json::print;
use crate::subject::{Subject, platform};
use crate::view::layer_number;
use crate::{Context, one_line};

const VERSION: &str = "1.5.0";

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut events = Vec::new();
    for report in reports {
        events.extend(issues(report, &context.filter).iter().map(|issue| event(issue, context)));
    }
    print::print(&events, out)
}

fn event(issue: &Issue<'_>, context: &Context<'_>) -> Value {
    let (class, name) = match issue.what {
        Found::Vulnerability(_) => (2002, "Vulnerability Finding"),
        Found::Secret(_) => (2006, "Data Security Finding"),
        Found::Misconfiguration(_) | Found::EndOfLife(_) | Found::License(_) => (2003, "Compliance Finding"),
    };
    let (severity_id, severity) = severity(issue.severity);
    // A finding that does not count is one that somebody has looked at.
    let (status_id, status) = if issue.suppressed.is_some() { (3, "Suppressed") } else { (1, "New") };
    let time = time(context.generated_at).unwrap_or_default();
    let mut event = json!({
        "activity_id": 1,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": class,
        "class_name": name,
        "type_uid": class * 100 + 1,
        "type_name": format!("{name}: Create"),
        "time": time,
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "message": issue.message(),
        "metadata": {
            "version": VERSION,
            "product": { "name": "Plimsoll", "vendor_name": "Plimsoll", "version": context.version },
            "event_code": issue.rule(),
        },
        "finding_info": {
            "uid": issue.fingerprint,
            "title": issue.title(),
            "desc": issue.message(),
            "types": [issue.kind().word()],
            "created_time": time,
        },
        "resources": [resource(issue)],
        "unmapped": {
            "layer": issue.layer().map(layer_number),
            "place": issue.whereabouts(),
            "priority": issue.priority(),
        },
    });
    if let Some(why) = issue.suppressed {
        event["status_detail"] = json!(one_line(why));
    }
    match issue.what {
        Found::Vulnerability(found) => event["vulnerabilities"] = json!([vulnerability(issue, found)]),
        Found::Secret(found) => {
            event["data_security"] = json!({
                "category": one_line(&found.name),
                "detection_pattern": found.secret.kind,
                // At rest.
                "data_lifecycle_state_id": 1,
            });
            if issue.file().is_some() {
                let path = issue.path();
                let name = path.rsplit('/').next().unwrap_or_default();
                event["file"] = json!({ "name": name, "path": path, "type_id": 1 });
            }
        }
        Found::Misconfiguration(_) => event["compliance"] = compliance(issue, &issue.rule_title()),
        Found::EndOfLife(_) => event["compliance"] = compliance(issue, "Supported release"),
        Found::License(_) => event["compliance"] = compliance(issue, "Licence"),
    }
    if let Found::Misconfiguration(_) | Found::EndOfLife(_) | Found::License(_) = issue.what {
        event["remediation"] = json!({ "desc": issue.advice() });
    }
    event
}

fn compliance(issue: &Issue<'_>, control: &str) -> Value {
    json!({
        "control": control,
        "requirements": [issue.rule()],
        "standards": ["Plimsoll"],
        "status_id": 3,
        "status": "Fail",
    })
}

fn resource(issue: &Issue<'_>) -> Value {
    let subject = Subject::of(issue.report);
    let origin = &issue.report.image.origin;
    let labels: Vec<String> = [platform(issue.report), subject.tag.map(|tag| format!("tag={tag}")).unwrap_or_default()]
        .into_iter()
        .filter(|label| !label.is_empty())
        .collect();
    let mut resource = json!({ "type": "container image", "name": origin.reference, "labels": labels });
    if let Some(digest) = origin.manifest.as_ref().or(origin.id.as_ref()) {
        resource["uid"] = json!(digest);
    }
    resource
}

fn vulnerability(issue: &Issue<'_>, found: &Vulnerability) -> Value {
    let links: Vec<String> = issue.links().collect();
    let mut described = json!({
        "title": issue.rule_title(),
        "desc": one_line(&found.summary),
        "severity": issue.severity.word(),
        "references": links,
        "is_fix_available": found.state == FixState::Fixed,
        "is_exploit_available": found.exploited.is_some(),
        "related_vulnerabilities": found.aliases,
        "remediation": { "desc": issue.advice() },
        "vendor_name": "Plimsoll",
    });
    let cwes: Vec<Value> = found.weaknesses.iter().map(|weakness| json!({ "uid": weakness })).collect();
    let mut id = json!({ "uid": found.id });
    if let Some(time) = found.published.as_deref().and_then(time) {
        id["created_time"] = json!(time);
    }
    if found.id.starts_with("CVE-") {
        if let Some(score) = found.score {
            let vector = found.cvss.as_deref();
            let version = vector.and_then(|vector| vector.strip_prefix("CVSS:")?.split('/').next()).unwrap_or("2.0");
            let mut cvss = json!({ "base_score": score, "version": version });
            if let Some(vector) = vector {
                cvss["vector_string"] = json!(vector);
            }
            id["cvss"] = json!([cvss]);
        }
        if let Some(forecast) = &found.forecast {
            let (score, percentile) = (forecast.probability.to_string(), forecast.percentile);
            id["epss"] = json!({ "score": score, "percentile": percentile });
        }
        id["related_cwes"] = json!(cwes);
        described["cve"] = id;
    } else {
        id["related_cwes"] = json!(cwes);
        described["advisory"] = id;
    }
    if let Some(package) = issue.package() {
        let mut affected = json!({
            "name": package.name,
            "version": package.version,
            "package_manager": package.kind.purl_type(),
            "purl": issue.purl(),
            "path": issue.path(),
        });
        for (key, value) in [
            ("architecture", package.arch.as_ref()),
            ("fixed_in_version", found.fixed.as_ref()),
            ("vendor_name", package.vendor.as_ref()),
            ("cpe_name", package.cpes.first()),
        ] {
            if let Some(value) = value {
                affected[key] = json!(value);
            }
        }
        described["affected_packages"] = json!([affected]);
    }
    described
}

fn severity(severity: Severity) -> (u8, &'static str) {
    match severity {
        Severity::Critical => (5, "Critical"),
        Severity::High => (4, "High"),
        Severity::Medium => (3, "Medium"),
        Severity::Low => (2, "Low"),
        Severity::Negligible => (1, "Informational"),
        Severity::Unknown => (0, "Unknown"),
    }
}

fn time(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::samples::{context, format, leaky, licensed, render};

    #[test]
    fn kinds_are_of_their_classes() {
        let document: Value = serde_json::from_str(&render(format("ocsf"), &leaky(), &context(80))).unwrap();
        let events = document.as_array().unwrap();
        let find = |code: &str| events.iter().find(|event| event["metadata"]["event_code"] == code).unwrap();
        let hole = find("CVE-2023-24538");
        assert_eq!((&hole["class_uid"], &hole["type_uid"]), (&json!(2002), &json!(200_201)));
        // `date -u -d 2026-11-24T04:00:00Z +%s` is 1795492800.
        assert_eq!(hole["time"], 1_795_492_800_000_u64);
        let described = &hole["vulnerabilities"][0];
        assert_eq!(described["cve"]["cvss"][0]["version"], "3.1");
        assert_eq!(described["affected_packages"][0]["fixed_in_version"], "1.20.3");
        let secret = events.iter().find(|event| event["file"]["path"] == "app/.env").unwrap();
        assert_eq!((&secret["class_uid"], &secret["file"]["name"]), (&json!(2006), &json!(".env")));
        assert_eq!(find("end-of-life")["class_uid"], 2003);
        let document: Value = serde_json::from_str(&render(format("ocsf"), &licensed(), &context(80))).unwrap();
        assert!(
            document.as_array().unwrap().iter().any(|event| event["compliance"]["requirements"][0] == "license-notice")
        );
    }
}
