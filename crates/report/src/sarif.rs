//! SARIF 2.1.0 (OASIS), in the subset that GitHub's code scanning reads; Azure DevOps, GitLab, SonarQube, DefectDojo and
//! Jenkins read the same file.
//!
//! One run for each platform of an image, each in a category of its own. What GitHub would refuse or cut off is left out by
//! severity, and the run says so. A location is a path inside of the image, never with a tag or a digest in it: GitHub takes
//! an alert whose path changes for another alert.

use std::collections::BTreeMap;
use std::io::{self, Write};

use model::{Gap, Report, Severity};
use serde_json::{Value, json};

use crate::issue::{Found, Issue, issues};
use crate::json::print;
use crate::markdown::escaped as markdown;
use crate::subject::{Subject, platform};
use crate::view::layer_number;
use crate::{Context, address, one_line};

/// Results that GitHub shows of one run.
const RESULTS: usize = 5000;
/// Tags of a rule that GitHub keeps.
const TAGS: usize = 10;
/// Packages that the help of a rule names.
const PACKAGES: usize = 10;
/// Characters of a full description that GitHub keeps.
const DESCRIPTION: usize = 1024;
/// Locations of a result that GitHub keeps. It shows the first one.
const LOCATIONS: usize = 100;
/// Notifications about what could not be seen.
const GAPS: usize = 100;

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let runs: Vec<Value> = reports.iter().map(|report| run(report, context)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": runs,
    });
    print::print(&log, out)
}

fn run(report: &Report, context: &Context<'_>) -> Value {
    let mut issues = issues(report, &context.filter);
    let left_out = issues.len().saturating_sub(RESULTS);
    issues.truncate(RESULTS);
    let mut by_rule: BTreeMap<String, Vec<&Issue<'_>>> = BTreeMap::new();
    for issue in &issues {
        by_rule.entry(issue.rule().into_owned()).or_default().push(issue);
    }
    let index: BTreeMap<&str, usize> = by_rule.keys().enumerate().map(|(index, rule)| (&**rule, index)).collect();
    let results: Vec<Value> = issues.iter().map(|issue| result(issue, index[&*issue.rule()])).collect();
    let rules: Vec<Value> = by_rule.iter().map(|(id, issues)| rule(id, issues)).collect();
    let subject = Subject::of(report);
    let platform = platform(report);
    let category: Vec<&str> = ["plimsoll", subject.name.trim_start_matches('/'), &platform]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    json!({
        "tool": { "driver": {
            "name": "Plimsoll",
            "fullName": format!("Plimsoll {}", context.version),
            "version": context.version,
            "semanticVersion": context.version,
            "rules": rules,
        }},
        // The category is what stands before the last slash; what would follow is the run's own number.
        "automationDetails": { "id": format!("{}/", category.join("/")) },
        "columnKind": "unicodeCodePoints",
        "invocations": [{
            "executionSuccessful": true,
            "endTimeUtc": context.generated_at,
            "toolExecutionNotifications": notifications(report, left_out),
        }],
        "results": results,
        "properties": {
            "image": report.image.origin.reference,
            "imageId": report.image.origin.id,
            "manifest": report.image.origin.manifest,
            "platform": platform,
        },
    })
}

fn rule(id: &str, issues: &[&Issue<'_>]) -> Value {
    // The worst one is the first.
    let issue = issues[0];
    let mut rule = json!({
        "id": id,
        "name": name(issue),
        "shortDescription": { "text": text(&limited(&issue.rule_title(), DESCRIPTION)) },
        "fullDescription": { "text": text(&limited(&description(issue), DESCRIPTION)) },
        "help": { "text": text(&help(issues, false)), "markdown": help(issues, true) },
        "defaultConfiguration": { "level": level(issue.severity) },
        "properties": { "tags": tags(issue), "precision": precision(issue) },
    });
    if let Some(link) = issue.links().next() {
        rule["helpUri"] = json!(link);
    }
    if let Some(score) = security_severity(issue) {
        rule["properties"]["security-severity"] = json!(format!("{score:.1}"));
    }
    rule
}

fn result(issue: &Issue<'_>, rule: usize) -> Value {
    let subject = Subject::of(issue.report);
    // What is in no file is in the image's configuration, which has no path but the image's own name.
    let uri = match issue.file() {
        Some(path) => address::file(path),
        None => address::relative(subject.name.trim_start_matches('/').as_bytes()),
    };
    let uri = if uri.is_empty() { "image".to_owned() } else { uri };
    let (line, column) = issue.line().unwrap_or((1, 1));
    let region = json!({ "startLine": line, "startColumn": column, "endLine": line, "endColumn": column + 1 });
    let mut location = json!({
        "physicalLocation": { "artifactLocation": { "uri": uri }, "region": region },
        "message": { "text": text(&issue.whereabouts()) },
    });
    let others = issue.also.iter().take(LOCATIONS - 1).map(|item| {
        let region = json!({ "startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2 });
        let uri = address::file(&item.fact.place.path);
        json!({ "physicalLocation": { "artifactLocation": { "uri": uri }, "region": region } })
    });
    if let Some(purl) = issue.purl() {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": purl, "kind": "package" }]);
    }
    let locations: Vec<Value> = std::iter::once(location).chain(others).collect();
    let mut result = json!({
        "ruleId": issue.rule(),
        "ruleIndex": rule,
        "level": level(issue.severity),
        "message": { "text": text(&format!("{} {}", issue.message(), issue.advice())) },
        "locations": locations,
        "partialFingerprints": { "primaryLocationLineHash": issue.fingerprint },
        "properties": {
            "kind": issue.kind().word(),
            "severity": issue.severity.word(),
            "package": issue.package().map(|package| &package.name),
            "version": issue.package().map(|package| &package.version),
            "fixedVersion": issue.fixed(),
            "layer": issue.layer().map(layer_number),
            "priority": issue.priority(),
        },
    });
    if let Found::Secret(found) = issue.what
        && let Some(verified) = found.verified
    {
        result["properties"]["verified"] = json!(verified.word());
    }
    if let Some(why) = issue.suppressed {
        result["suppressions"] = json!([{ "kind": "external", "status": "accepted", "justification": one_line(why) }]);
    }
    result
}

/// What could not be seen, and what was left out.
fn notifications(report: &Report, left_out: usize) -> Vec<Value> {
    let mut sentences: Vec<String> = report.inventory.gaps.iter().take(GAPS).map(gap).collect();
    let more = report.inventory.gaps.len().saturating_sub(GAPS);
    if more > 0 {
        sentences.push(format!("{more} more things could not be seen; the JSON report names them all."));
    }
    if left_out > 0 {
        sentences.push(format!(
            "{left_out} results are left out, the least severe: no reader shows more than {RESULTS}. The JSON report has \
             them all."
        ));
    }
    sentences.iter().map(|sentence| json!({ "level": "warning", "message": { "text": text(sentence) } })).collect()
}

fn gap(gap: &Gap) -> String {
    let path = gap.place.path.to_text();
    let place = if path.is_empty() { String::new() } else { format!("{}: ", one_line(&path)) };
    format!("Not seen ({}): {place}{}", gap.kind.name(), one_line(&gap.detail))
}

/// The kind of rule in the words of GitHub's own tools: Pascal case, no spaces.
fn name(issue: &Issue<'_>) -> &'static str {
    match issue.what {
        Found::Vulnerability(_) if issue.package().is_some_and(|package| package.kind.is_os()) => {
            "OsPackageVulnerability"
        }
        Found::Vulnerability(_) => "LibraryVulnerability",
        Found::Secret(_) => "ExposedSecret",
        Found::Misconfiguration(_) => "Misconfiguration",
        Found::EndOfLife(_) => "EndOfLife",
        Found::License(_) => "License",
    }
}

/// What the rule is about, without the package that has it.
fn description(issue: &Issue<'_>) -> String {
    match issue.what {
        Found::Vulnerability(found) => format!("{}: {}", one_line(&found.id), issue.rule_title()),
        Found::Secret(found) => format!("{}: {}", issue.rule_title(), one_line(&found.opens)),
        Found::Misconfiguration(found) => format!("{}. {}", issue.rule_title(), one_line(&found.why)),
        Found::EndOfLife(_) => "The distribution's release gets no security updates any more, or soon.".into(),
        Found::License(_) => issue.advice(),
    }
}

/// What it is, which packages have it and what to do, in plain words; with `markup`, as Markdown.
fn help(issues: &[&Issue<'_>], markup: bool) -> String {
    let issue = issues[0];
    let shown = |text: &str| if markup { markdown(text) } else { text.to_owned() };
    let strong = |text: &str| if markup { format!("**{text}**") } else { text.to_owned() };
    let mut parts = vec![shown(&description(issue))];
    let mut facts = vec![format!("{} {}", strong("Severity:"), issue.severity.word())];
    if let Some(found) = issue.vulnerability() {
        if let Some(score) = found.score {
            facts.push(format!("{} {score:.1}", strong("CVSS:")));
        }
        if found.exploited.is_some() {
            facts.push(strong("Exploited in the wild"));
        }
        if let Some(forecast) = &found.forecast {
            let percent = forecast.probability * 100.0;
            facts.push(format!("{} {percent:.1} % within thirty days (EPSS)", strong("Likely to be exploited:")));
        }
        if !found.aliases.is_empty() {
            let aliases: Vec<String> = found.aliases.iter().map(|alias| shown(&one_line(alias))).collect();
            facts.push(format!("{} {}", strong("Also known as:"), aliases.join(", ")));
        }
    }
    parts.push(facts.join(if markup { " · " } else { ". " }));
    let mut steps: Vec<String> = Vec::new();
    for issue in issues {
        let step = shown(&issue.advice());
        if !steps.contains(&step) {
            steps.push(step);
        }
        if steps.len() > PACKAGES {
            steps[PACKAGES] = "… and the same for others.".into();
            break;
        }
    }
    let bullet = if markup { "- " } else { "" };
    let steps: Vec<String> = steps.iter().map(|step| format!("{bullet}{step}")).collect();
    parts.push(format!("{}\n{}{}", strong("What to do:"), if markup { "\n" } else { "" }, steps.join("\n")));
    let links: Vec<String> =
        issue.links().take(5).map(|link| if markup { format!("- <{link}>") } else { link }).collect();
    if !links.is_empty() {
        parts.push(format!("{}\n{}{}", strong("Read on:"), if markup { "\n" } else { "" }, links.join("\n")));
    }
    parts.join("\n\n")
}

fn tags(issue: &Issue<'_>) -> Vec<String> {
    let mut tags = vec!["security".to_owned(), issue.kind().word().to_owned()];
    if let Some(package) = issue.package() {
        tags.push(package.kind.purl_type().to_owned());
    }
    if let Some(found) = issue.vulnerability() {
        if found.exploited.is_some() {
            tags.push("exploited".into());
        }
        let cwe = found.weaknesses.iter().filter_map(|weakness| weakness.strip_prefix("CWE-"));
        let cwe = cwe.filter(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
        tags.extend(cwe.map(|number| format!("external/cwe/cwe-{number:0>3}")));
    }
    if let Found::Misconfiguration(found) = issue.what {
        let cwe = found.weaknesses.iter().filter_map(|weakness| weakness.strip_prefix("CWE-"));
        tags.extend(cwe.map(|number| format!("external/cwe/cwe-{number:0>3}")));
        tags.push(found.language.to_string());
    }
    tags.truncate(TAGS);
    tags
}

/// How sure it is, in GitHub's words.
fn precision(issue: &Issue<'_>) -> &'static str {
    match issue.package().map(|package| package.confidence) {
        Some(model::Confidence::Low) => "low",
        Some(model::Confidence::Medium) => "medium",
        _ => match issue.what {
            Found::Secret(_) | Found::Misconfiguration(_) | Found::License(_) => "high",
            Found::Vulnerability(_) | Found::EndOfLife(_) => "very-high",
        },
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium | Severity::Unknown => "warning",
        Severity::Low | Severity::Negligible => "note",
    }
}

/// A score in the band of the severity: GitHub shows the band (above 9.0 critical, from 7.0 high, from 4.0 medium), and the
/// severity that counts may be another than that of the score. None where nobody has said.
fn security_severity(issue: &Issue<'_>) -> Option<f64> {
    let (lowest, usual, highest) = match issue.severity {
        Severity::Critical => (9.1, 9.5, 10.0),
        Severity::High => (7.0, 8.0, 8.9),
        Severity::Medium => (4.0, 5.5, 6.9),
        Severity::Low => (0.1, 2.0, 3.9),
        Severity::Negligible => (0.1, 0.1, 0.1),
        Severity::Unknown => return None,
    };
    Some(issue.score().map_or(usual, |score| score.clamp(lowest, highest)))
}

/// A plain text message (3.11.5 and 3.11.6): brackets would begin a link, braces a placeholder.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '[' | ']' | '\\' => out.extend(['\\', character]),
            '{' | '}' => out.extend([character, character]),
            _ => out.push(character),
        }
    }
    // A message must not be empty.
    if out.is_empty() { "-".into() } else { out }
}

fn limited(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        None => text.to_owned(),
        Some(_) => text.chars().take(characters - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Filter;
    use crate::samples::{context, format, image, leaky, render};

    fn log(report: &Report, context: &Context<'_>) -> Value {
        serde_json::from_str(&render(format("sarif"), report, context)).unwrap()
    }

    #[test]
    fn a_result_says_what_where_and_how_bad() {
        let log = log(&image(), &context(80));
        let run = &log["runs"][0];
        let result = &run["results"][0];
        assert_eq!(result["ruleId"], "CVE-2023-24538");
        assert_eq!(result["level"], "error");
        assert_eq!(
            result["message"]["text"],
            "stdlib 1.20.1 has CVE-2023-24538 (critical): Backticks not treated as string delimiters in html/template. \
             Upgrade stdlib to 1.20.3 or later."
        );
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"], json!({ "uri": "usr/local/bin/tool" }));
        assert_eq!(place["region"], json!({ "startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2 }));
        let rule = &run["tool"]["driver"]["rules"][usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], "CVE-2023-24538");
        assert_eq!(rule["properties"]["security-severity"], "9.8");
        assert_eq!(rule["properties"]["tags"], json!(["security", "vulnerability", "golang"]));
        assert_eq!(rule["helpUri"], "https://advisories.example/CVE-2023-24538");
        let help = rule["help"]["markdown"].as_str().unwrap();
        assert!(help.contains("**What to do:**\n\n- Upgrade stdlib to 1.20.3 or later"), "{help}");
        assert_eq!(run["automationDetails"]["id"], "plimsoll/shop.tar/linux/amd64/");
        let notes = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
        assert!(notes[0]["message"]["text"].as_str().unwrap().contains("app/legacy.jar"));
    }

    #[test]
    fn a_severity_is_never_shown_as_another() {
        let mut report = image();
        for finding in &mut report.findings {
            if let model::Finding::Vulnerability(found) = finding
                && found.id == "CVE-2024-0727"
            {
                found.score = Some(9.9);
            }
        }
        let log = log(&report, &context(80));
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        let score =
            |id: &str| rules.iter().find(|rule| rule["id"] == id).unwrap()["properties"]["security-severity"].clone();
        assert_eq!(score("CVE-2024-0727"), "3.9", "its publisher calls it low");
        assert_eq!(score("CVE-2023-5363"), "8.0");
        assert_eq!(score("CVE-2024-26010"), Value::Null, "nobody has said");
    }

    #[test]
    fn secrets_have_their_line_and_the_configuration_has_the_images_name() {
        let log = log(&leaky(), &context(80));
        let results = log["runs"][0]["results"].as_array().unwrap();
        let secrets: Vec<&Value> = results.iter().filter(|result| result["ruleId"] == "acme-token").collect();
        let place = |result: &Value| result["locations"][0]["physicalLocation"].clone();
        assert_eq!(place(secrets[1])["artifactLocation"]["uri"], "shop.tar");
        assert_eq!(place(secrets[0])["artifactLocation"]["uri"], "app/.env");
        assert_eq!(place(secrets[0])["region"]["startLine"], 3);
    }

    #[test]
    fn what_does_not_count_says_why() {
        let filter = Filter { suppressed: true, ..Filter::default() };
        let log = log(&image(), &Context { filter, ..context(80) });
        let results = log["runs"][0]["results"].as_array().unwrap();
        let aside = results.iter().find(|result| result["ruleId"] == "CVE-2020-1").unwrap();
        assert_eq!(aside["suppressions"][0]["justification"], "curl's package brought the file");
    }

    #[test]
    fn more_than_a_reader_shows_is_left_out_and_told() {
        let mut report = image();
        let row = report.findings[7].clone();
        report.findings = vec![row; RESULTS + 2];
        for (number, finding) in report.findings.iter_mut().enumerate() {
            let model::Finding::Vulnerability(found) = finding else { unreachable!() };
            (found.id, found.suppressed) = (format!("CVE-1-{number}"), None);
            found.severity = if number == RESULTS { Severity::Critical } else { Severity::Low };
        }
        let log = log(&report, &context(80));
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), RESULTS);
        assert_eq!(results[0]["ruleId"], format!("CVE-1-{RESULTS}"));
        assert!(log["runs"][0]["invocations"][0].to_string().contains("2 results are left out"));
    }

    #[test]
    fn messages_begin_no_link_and_no_placeholder() {
        assert_eq!(text("[a](b) {0} \\"), "\\[a\\](b) {{0}} \\\\");
        assert_eq!(limited("abcd", 3), "ab…");
        assert_eq!(limited("abc", 3), "abc");
    }
}
