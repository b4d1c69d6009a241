//! That the reports have what GitLab's schemas (security-report-schemas 15.0.7) ask for. The schemas themselves are not here:
//! their rules that our reports touch are written down again, so that a test needs nothing from elsewhere.

use model::Report;
use serde_json::{Value, json};

use crate::samples::{context, format, hostile, image, leaky, remarked, render};
use crate::{Context, Filter};

/// The rules for a type of report, with those for its locations.
fn schema(kind: &str, location: &Value, required: &[&str]) -> Value {
    let some = json!({ "type": "string", "minLength": 1 });
    let tool = json!({
        "type": "object",
        "required": ["id", "name", "version", "vendor"],
        "properties": { "id": some, "name": some, "version": some, "vendor": { "required": ["name"], "properties": { "name": some } } },
    });
    let time = json!({ "type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}$" });
    let address = json!({ "type": "string", "pattern": "^(https?|ftp)://.+" });
    let message = json!({ "required": ["level", "value"], "properties": { "level": { "enum": ["info", "warn", "fatal"] }, "value": some } });
    let metrics = "(AV:[NALP]|AC:[LH]|PR:[NLH]|UI:[NR]|S:[UC]|[CIA]:[NLH])";
    let vector = format!("^CVSS:3[.][01]/({metrics}/)*{metrics}$");
    let vulnerability = json!({
        "type": "object",
        "required": ["id", "identifiers", "location"],
        "properties": {
            "id": some,
            "name": { "type": "string", "maxLength": 255 },
            "description": { "type": "string", "maxLength": 1_048_576 },
            "severity": { "enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"] },
            "solution": { "type": "string", "maxLength": 7000 },
            "identifiers": { "type": "array", "minItems": 1, "items": {
                "required": ["type", "name", "value"],
                "properties": { "type": some, "name": some, "value": some, "url": address },
            }},
            "cvss_vectors": { "type": "array", "minItems": 1, "maxItems": 10, "items": {
                "required": ["vendor", "vector"],
                "properties": { "vendor": some, "vector": { "type": "string", "minLength": 32, "maxLength": 128, "pattern": vector } },
            }},
            "links": { "type": "array", "items": { "required": ["url"], "properties": { "url": address } } },
            "details": { "type": "object", "additionalProperties": {
                "required": ["name", "type", "value"],
                "properties": { "name": some, "type": { "const": "value" }, "value": { "type": ["number", "string", "boolean"] } },
            }},
            "flags": { "type": "array", "items": {
                "required": ["type", "origin", "description"],
                "properties": { "type": { "enum": ["flagged-as-likely-false-positive"] }, "origin": some, "description": some },
            }},
            "location": location,
        },
    });
    json!({
        "type": "object",
        "required": required,
        "properties": {
            "version": { "type": "string", "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+$" },
            "scan": {
                "required": ["analyzer", "end_time", "scanner", "start_time", "status", "type"],
                "properties": {
                    "analyzer": tool, "scanner": tool, "start_time": time, "end_time": time,
                    "status": { "enum": ["success", "failure"] },
                    "type": { "const": kind },
                    "messages": { "type": "array", "items": message },
                },
            },
            "vulnerabilities": { "type": "array", "items": vulnerability },
            "remediations": { "type": "array" },
        },
    })
}

fn dependency() -> Value {
    let package = json!({ "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } } });
    json!({ "type": "object", "required": ["package", "version"], "properties": { "package": package, "version": { "type": "string" } } })
}

fn check(name: &str, kind: &str, location: &Value, required: &[&str]) {
    let validator = jsonschema::validator_for(&schema(kind, location, required)).unwrap();
    let filter = Filter { suppressed: true, ..Filter::default() };
    let context = Context { filter, ..context(80) };
    for report in [image(), leaky(), remarked(), hostile(), Report::default()] {
        let document: Value = serde_json::from_str(&render(format(name), &report, &context)).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {}", errors.join("\n"));
    }
}

const REQUIRED: &[&str] = &["scan", "version", "vulnerabilities"];

#[test]
fn container_scanning() {
    let some = json!({ "type": "string", "minLength": 1 });
    let location = json!({
        "type": "object",
        "required": ["dependency", "operating_system", "image"],
        "properties": { "dependency": dependency(), "operating_system": some, "image": some },
    });
    check("gitlab-container", "container_scanning", &location, REQUIRED);
}

#[test]
fn dependency_scanning() {
    let location = json!({
        "type": "object",
        "required": ["file", "dependency"],
        "properties": { "file": { "type": "string", "minLength": 1 }, "dependency": dependency() },
    });
    check(
        "gitlab-dependency",
        "dependency_scanning",
        &location,
        &["dependency_files", "scan", "version", "vulnerabilities"],
    );
}

#[test]
fn secret_detection() {
    let commit =
        json!({ "type": "object", "required": ["sha"], "properties": { "sha": { "type": "string", "minLength": 1 } } });
    let location = json!({
        "type": "object",
        "required": ["commit"],
        "properties": { "file": { "type": "string" }, "commit": commit, "start_line": { "type": "number" }, "end_line": { "type": "number" } },
    });
    check("gitlab-secrets", "secret_detection", &location, REQUIRED);
}

#[test]
#[should_panic(expected = "image")]
fn a_report_that_lacks_something_is_noticed() {
    check("gitlab-dependency", "dependency_scanning", &json!({ "required": ["image"] }), REQUIRED);
}
