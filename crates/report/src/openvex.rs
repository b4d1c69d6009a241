//! OpenVEX 0.2.0: what is known of each vulnerability here. Whoever knows more edits it and hands it back (`--vex`).
//!
//! A statement that somebody made is passed on with its status; a vulnerability that does not count for another reason is
//! `not_affected`, with that reason; all others are `under_investigation`, since nobody has said anything about them yet.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use model::{Report, VexStatus};
use serde_json::{Value, json};

use crate::issue::{Issue, issues};
use crate::json::print;
use crate::subject::Subject;
use crate::{Context, Filter, address, one_line, sbom};

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut statements = Vec::new();
    for report in reports {
        statements.extend(self::statements(report, context));
    }
    let mut document = json!({
        "@context": "https://openvex.dev/ns/v0.2.0",
        "author": "Plimsoll",
        "role": "scanner",
        "timestamp": context.generated_at,
        "version": 1,
        "tooling": format!("plimsoll {}", context.version),
        "statements": statements,
    });
    let content = serde_json::to_vec(&document).map_err(io::Error::from)?;
    document["@id"] = json!(format!("urn:uuid:{}", sbom::uuid(&content)));
    print::print(&document, out)
}

/// One for each vulnerability and what is said of it, with all packages that it is said of.
fn statements(report: &Report, context: &Context<'_>) -> Vec<Value> {
    let filter = Filter { suppressed: true, ..context.filter.clone() };
    let issues = issues(report, &filter);
    let mut statements: BTreeMap<(String, String), (Value, Vec<String>)> = BTreeMap::new();
    for issue in &issues {
        let (Some(found), Some(purl)) = (issue.vulnerability(), issue.purl()) else { continue };
        let mut statement = verdict(issue);
        statement["vulnerability"] = json!({ "name": found.id, "aliases": found.aliases });
        let key = (found.id.clone(), statement.to_string());
        let (_, packages) = statements.entry(key).or_insert_with(|| (statement, Vec::new()));
        if !packages.contains(&purl) {
            packages.push(purl);
        }
    }
    let image = image(report);
    let finished = statements.into_values().map(|(mut statement, packages)| {
        let packages: Vec<Value> =
            packages.iter().map(|purl| json!({ "@id": purl, "identifiers": { "purl": purl } })).collect();
        statement["products"] = match &image {
            Some(purl) => json!([{ "@id": purl, "identifiers": { "purl": purl }, "subcomponents": packages }]),
            None => json!(packages),
        };
        statement
    });
    finished.collect()
}

/// What is said of it, and why.
fn verdict(issue: &Issue<'_>) -> Value {
    let remark = issue.remark;
    let detail = remark.and_then(|remark| remark.detail.as_deref()).map(|text| one_line(text).into_owned());
    let status = match (remark.map(|remark| remark.status), issue.suppressed) {
        (Some(status @ (VexStatus::NotAffected | VexStatus::Fixed)), Some(_)) => status,
        (_, Some(_)) => VexStatus::NotAffected,
        (Some(VexStatus::Affected), None) => VexStatus::Affected,
        // Who says more is not to be believed without a signature.
        (_, None) => VexStatus::UnderInvestigation,
    };
    let mut statement = json!({ "status": status.word() });
    match status {
        VexStatus::NotAffected => {
            let label = remark.and_then(|remark| remark.justification.as_deref());
            let why = detail.or_else(|| issue.suppressed.map(|why| one_line(why).into_owned()));
            if let Some(label) = label.filter(|label| VexStatus::JUSTIFICATIONS.contains(label)) {
                statement["justification"] = json!(label);
            }
            statement["impact_statement"] = json!(why.unwrap_or_default());
        }
        VexStatus::Affected => statement["action_statement"] = json!(detail.unwrap_or_else(|| issue.advice())),
        VexStatus::Fixed | VexStatus::UnderInvestigation => {}
    }
    if let Some(remark) = remark {
        let place = if remark.document.is_empty() { &remark.place } else { &remark.document };
        statement["status_notes"] = json!(one_line(&format!("as {} says in {place}", remark.author)));
    }
    statement
}

/// The image by its package URL (purl-spec, type `oci`). None for what is no image of a registry.
pub(crate) fn image(report: &Report) -> Option<String> {
    let subject = Subject::of(report);
    let digest = report.image.origin.manifest.map(|digest| digest.to_string());
    let digest = digest.or_else(|| subject.digest.map(str::to_owned));
    if !subject.is_image || subject.short().is_empty() {
        return None;
    }
    let encoded = |text: &str| address::relative(text.as_bytes()).replace('@', "%40").replace('+', "%2B");
    let mut purl = format!("pkg:oci/{}", encoded(&subject.short().to_lowercase()));
    if let Some(digest) = &digest {
        let _ = write!(purl, "@{}", encoded(digest));
    }
    let architecture = &report.image.config.architecture;
    let mut separator = '?';
    for (key, value) in
        [("arch", architecture.as_str()), ("repository_url", subject.name), ("tag", subject.tag.unwrap_or_default())]
    {
        if !value.is_empty() {
            let _ = write!(purl, "{separator}{key}={}", encoded(value));
            separator = '&';
        }
    }
    Some(purl)
}

#[cfg(test)]
mod tests {
    use model::Digest;
    use serde_json::{Value, json};

    use crate::samples::{context, format, remarked, render};

    #[test]
    fn statements_say_what_is_known_and_of_what() {
        let mut report = remarked();
        (report.image.origin.transport, report.image.origin.reference) =
            ("registry".into(), "ghcr.io/acme/Shop:1".into());
        report.image.origin.manifest = Some(Digest::sha256(b""));
        let document: Value = serde_json::from_str(&render(format("openvex"), &report, &context(80))).unwrap();
        let find = |id: &str| {
            let rows = document["statements"].as_array().unwrap();
            rows.iter().find(|row| row["vulnerability"]["name"] == id).unwrap().clone()
        };
        let aside = find("CVE-2023-24538");
        assert_eq!(aside["status"], "not_affected");
        assert_eq!(aside["justification"], "vulnerable_code_not_present");
        assert_eq!(aside["impact_statement"], "cut out");
        // By `printf '' | sha256sum`.
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let image = format!("pkg:oci/shop@sha256%3A{empty}?arch=amd64&repository_url=ghcr.io/acme/Shop&tag=1");
        assert_eq!(aside["products"][0]["@id"], image);
        assert_eq!(aside["products"][0]["subcomponents"][0]["@id"], "pkg:golang/stdlib@1.20.1");
        assert_eq!(find("CVE-2020-1")["impact_statement"], "curl's package brought the file");
        let open = find("CVE-2023-5363");
        assert_eq!(open["status"], "under_investigation");
        assert_eq!(open["products"][0]["subcomponents"].as_array().unwrap().len(), 2, "libssl1.1 and openssl");
    }

    #[test]
    fn what_is_no_image_of_a_registry_is_named_by_its_packages() {
        let document: Value = serde_json::from_str(&render(format("openvex"), &remarked(), &context(80))).unwrap();
        let products = &document["statements"][0]["products"];
        assert!(products[0]["@id"].as_str().unwrap().starts_with("pkg:"), "{products}");
        assert_eq!(products[0]["subcomponents"], json!(null));
    }
}
