//! AWS Security Finding Format (schema version 2018-10-08), for `aws securityhub batch-import-findings --cli-input-json`, which
//! takes a hundred findings at a time.
//!
//! Account and region are those of the run, or those of the registry that the image is from. What the format limits is cut.
//! An id has the image's name and the issue's fingerprint in it, so that the next scan updates the same finding.

use std::io::{self, Write};

use model::{FixState, Report, Severity};
use serde_json::{Value, json};

use crate::issue::{Found, Issue, issues};
use crate::json::print;
use crate::subject::Subject;
use crate::{Context, clean, one_line};

/// Characters of a title, a description, a recommendation and an id.
const TITLE: usize = 256;
const DESCRIPTION: usize = 1024;
const TEXT: usize = 512;
/// Addresses of a vulnerability that are passed on.
const LINKS: usize = 10;

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut findings = Vec::new();
    for report in reports {
        let place = Place::of(report, context);
        let issues = issues(report, &context.filter);
        findings.extend(
            issues.iter().filter(|issue| issue.suppressed.is_none()).map(|issue| finding(issue, &place, context)),
        );
    }
    print::print(&json!({ "Findings": findings }), out)
}

/// The account that the findings go to.
struct Place {
    account: String,
    region: String,
    partition: &'static str,
}

impl Place {
    fn of(report: &Report, context: &Context<'_>) -> Self {
        // `123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/app`
        let host = Subject::of(report).name.split('/').next().unwrap_or_default();
        let mut parts = host.split('.');
        let parts = [parts.next(), parts.next(), parts.next(), parts.next()];
        let (own_account, own_region) = match parts {
            [Some(account), Some("dkr"), Some("ecr"), Some(region)] => (account, region),
            _ => ("", ""),
        };
        let is_account = |text: &&str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        let is_region = |text: &&str| {
            !text.is_empty()
                && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        let account = [context.run.account, own_account].into_iter().find(is_account).unwrap_or("000000000000");
        let region = [context.run.region, own_region].into_iter().find(is_region).unwrap_or("us-east-1");
        let partition = match region {
            _ if region.starts_with("cn-") => "aws-cn",
            _ if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        Self { account: account.to_owned(), region: region.to_owned(), partition }
    }
}

fn finding(issue: &Issue<'_>, place: &Place, context: &Context<'_>) -> Value {
    let Place { account, region, partition } = place;
    let subject = Subject::of(issue.report);
    let mut finding = json!({
        "SchemaVersion": "2018-10-08",
        "Id": limited(&format!("plimsoll/{}/{}", issue.fingerprint, clean(subject.name)), TEXT),
        "ProductArn": format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default"),
        "ProductName": "Plimsoll",
        "CompanyName": "Plimsoll",
        "GeneratorId": limited(&format!("plimsoll/{}", clean(&issue.rule())), TEXT),
        "AwsAccountId": account,
        "Types": [kind(issue)],
        "CreatedAt": context.generated_at,
        "UpdatedAt": context.generated_at,
        "Severity": { "Label": severity(issue.severity), "Original": issue.severity.word() },
        "Title": limited(&issue.title(), TITLE),
        "Description": limited(&issue.message(), DESCRIPTION),
        "Remediation": { "Recommendation": recommendation(issue) },
        "ProductFields": {
            "plimsoll/Version": context.version,
            "plimsoll/Fingerprint": issue.fingerprint,
            "plimsoll/Place": or_dash(&limited(&issue.whereabouts(), DESCRIPTION)),
        },
        "Resources": [resource(issue, place)],
        "RecordState": "ACTIVE",
    });
    if let Some(found) = vulnerability(issue) {
        finding["Vulnerabilities"] = json!([found]);
    }
    finding
}

fn kind(issue: &Issue<'_>) -> &'static str {
    match issue.what {
        Found::Vulnerability(_) => "Software and Configuration Checks/Vulnerabilities/CVE",
        Found::Secret(_) => "Sensitive Data Identifications/Passwords/Secrets",
        Found::Misconfiguration(_) => "Software and Configuration Checks/Security Best Practices",
        Found::EndOfLife(_) => "Software and Configuration Checks/Patch Management/End of Life",
        Found::License(_) => "Software and Configuration Checks/Licenses",
    }
}

fn recommendation(issue: &Issue<'_>) -> Value {
    let mut recommendation = json!({ "Text": or_dash(&limited(&issue.advice(), TEXT)) });
    if let Some(link) = issue.links().next() {
        recommendation["Url"] = json!(limited(&link, TEXT));
    }
    recommendation
}

fn resource(issue: &Issue<'_>, place: &Place) -> Value {
    let subject = Subject::of(issue.report);
    let image = &issue.report.image;
    let name = or_dash(&limited(&one_line(&image.origin.reference), TEXT));
    let mut container = json!({ "ImageName": name });
    if let Some(digest) = image.origin.id.as_ref() {
        container["ImageId"] = json!(digest);
    }
    json!({
        "Type": "Container",
        "Id": or_dash(&limited(&one_line(subject.name), TEXT)),
        "Partition": place.partition,
        "Region": place.region,
        "Details": { "Container": container },
    })
}

fn vulnerability(issue: &Issue<'_>) -> Option<Value> {
    let (found, package) = (issue.vulnerability()?, issue.package()?);
    let mut software = json!({
        "Name": or_dash(&one_line(&package.name)),
        "Version": or_dash(&one_line(&package.version)),
        "PackageManager": package.kind.purl_type().to_uppercase(),
        "Remediation": or_dash(&limited(&issue.advice(), TEXT)),
    });
    let layer = issue.layer().and_then(|layer| issue.report.image.layers.get(layer.0 as usize)?.diff_id);
    for (key, value) in [
        ("Architecture", package.arch.clone()),
        ("FilePath", issue.file().map(|_| issue.path())),
        ("FixedInVersion", found.fixed.clone()),
        ("SourceLayerHash", layer.map(|digest| digest.to_string())),
    ] {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            software[key] = json!(one_line(&value));
        }
    }
    let mut vulnerability = json!({
        "Id": or_dash(&one_line(&found.id)),
        "VulnerablePackages": [software],
        "FixAvailable": if found.state == FixState::Fixed { "YES" } else { "NO" },
        "ExploitAvailable": if found.exploited.is_some() { "YES" } else { "NO" },
        "ReferenceUrls": issue.links().take(LINKS).collect::<Vec<_>>(),
    });
    if let Some(score) = found.score {
        let mut cvss = json!({ "BaseScore": score });
        if let Some(vector) = &found.cvss {
            let version = vector.strip_prefix("CVSS:").and_then(|rest| rest.split('/').next()).unwrap_or("2.0");
            (cvss["BaseVector"], cvss["Version"]) = (json!(one_line(vector)), json!(one_line(version)));
        }
        vulnerability["Cvss"] = json!([cvss]);
    }
    if let Some(forecast) = &found.forecast {
        vulnerability["EpssScore"] = json!(forecast.probability);
    }
    if !found.severity_source.trim().is_empty() {
        let name = one_line(&found.severity_source);
        vulnerability["Vendor"] = json!({ "Name": name, "VendorSeverity": issue.severity.word() });
    }
    Some(vulnerability)
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "CRITICAL",
        Severity::High => "HIGH",
        Severity::Medium => "MEDIUM",
        Severity::Low => "LOW",
        Severity::Negligible | Severity::Unknown => "INFORMATIONAL",
    }
}

fn limited(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

/// No text there may be empty.
fn or_dash(text: &str) -> String {
    if text.trim().is_empty() { "-".into() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::samples::{context, format, leaky, render};
    use crate::{Context, Run};

    #[test]
    fn a_finding_has_an_account_and_an_id_that_lasts() {
        let mut report = leaky();
        let reference = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop:1";
        (report.image.origin.transport, report.image.origin.reference) = ("registry".into(), reference.into());
        let document: Value = serde_json::from_str(&render(format("asff"), &report, &context(80))).unwrap();
        let findings = document["Findings"].as_array().unwrap();
        assert_eq!(findings.len(), 25);
        let hole = findings.iter().find(|finding| finding["GeneratorId"] == "plimsoll/CVE-2023-24538").unwrap();
        assert_eq!(hole["AwsAccountId"], "123456789012");
        assert_eq!(hole["ProductArn"], "arn:aws:securityhub:eu-central-1:123456789012:product/123456789012/default");
        assert!(
            hole["Id"].as_str().unwrap().ends_with("/123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop"),
            "no tag"
        );
        let software = &hole["Vulnerabilities"][0]["VulnerablePackages"][0];
        assert_eq!((&software["Name"], &software["FixedInVersion"]), (&json!("stdlib"), &json!("1.20.3")));
        assert_eq!(hole["Vulnerabilities"][0]["Cvss"][0]["Version"], "3.1");
    }

    #[test]
    fn the_run_says_whose_account_it_is() {
        let run = Run { account: "210987654321", region: "cn-north-1", ..Run::default() };
        let text = render(format("asff"), &leaky(), &Context { run, ..context(80) });
        let document: Value = serde_json::from_str(&text).unwrap();
        let arn = "arn:aws-cn:securityhub:cn-north-1:210987654321:product/210987654321/default";
        assert_eq!(document["Findings"][0]["ProductArn"], arn);
    }
}
