//! Checkov's JSON (`checkov -o json`): a document for each framework, several in a list; the fields are those of its
//! `Report.get_dict`. Checks that were skipped stay set aside, with the comment that says why.
//!
//! Only with Prisma Cloud's key does Checkov say how bad a finding is. Without, it is not known.

use std::io;

use model::{ExposedSecret, Misconfiguration, Place, Secret, Spot, Vulnerability};
use serde::Deserialize;
use serde_json::Value;

use super::draft::{Draft, lowest_fix, package, severity};
use super::values::{List, Number, Text, object};
use super::{Saved, Tool, each};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Document {
    check_type: Text,
    #[serde(deserialize_with = "object")]
    results: Results,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Results {
    failed_checks: List<Check>,
    skipped_checks: List<Check>,
    parsing_errors: List<Text>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Check {
    check_id: Text,
    check_name: Text,
    #[serde(deserialize_with = "object")]
    check_result: Outcome,
    file_path: Text,
    file_line_range: List<Number>,
    resource: Text,
    severity: Text,
    guideline: Text,
    code_block: List<(Number, Text)>,
    vulnerability_details: Option<Details>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Outcome {
    evaluated_keys: List<Value>,
    suppress_comment: Text,
}

/// Of checks of the framework `sca_package` and `sca_image`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Details {
    id: Text,
    package_name: Text,
    package_version: Text,
    package_type: Text,
    severity: Text,
    cvss: Number,
    vector: Text,
    lowest_fixed_version: Text,
    description: Text,
    link: Text,
}

pub(super) fn read(json: &[u8]) -> io::Result<Saved> {
    let documents: Vec<Document> = each(json)?;
    let mut draft = Draft::new(Tool("Checkov".into()));
    "config".clone_into(&mut draft.report.image.origin.transport);
    draft.wants.settings = true;
    for Document { check_type, results } in documents {
        for file in results.parsing_errors.texts() {
            draft.lost(format!("the file {file}, which Checkov could not read"));
        }
        let skipped = results.skipped_checks.into_iter().map(|check| {
            let comment = &check.check_result.suppress_comment;
            let why = format!("Checkov skipped it: {}", if comment.is_empty() { "without a reason" } else { comment });
            (check, Some(why))
        });
        for (check, suppressed) in results.failed_checks.into_iter().map(|check| (check, None)).chain(skipped) {
            read_check(&mut draft, &check_type, check, suppressed);
        }
    }
    Ok(draft.finish())
}

fn read_check(draft: &mut Draft, framework: &str, check: Check, suppressed: Option<String>) {
    let path = check.file_path.trim_start_matches('/').to_owned();
    let lines = check.file_line_range.0.iter().map(|line| line.line()).collect::<Vec<_>>();
    let lines = (lines.first().copied().unwrap_or_default(), lines.last().copied().unwrap_or_default());
    if let Some(details) = check.vulnerability_details {
        return read_vulnerability(draft, details, &path, suppressed);
    }
    let place = Place { layer: None, path: (&*path).into() };
    if framework == "secrets" {
        let fingerprint = super::gitleaks::fingerprint(&[&check.check_id, &path, &check.resource]);
        let spot = Spot::File { line: lines.0, column: 1 };
        return draft.secret(ExposedSecret {
            secret: Secret { kind: check.check_id.0, spot, fingerprint, ..Secret::default() },
            place,
            name: check.check_name.0,
            severity: severity(&check.severity),
            suppressed,
            ..ExposedSecret::default()
        });
    }
    let attribute = check.check_result.evaluated_keys.0.first().and_then(Value::as_str).unwrap_or_default().to_owned();
    draft.setting(Misconfiguration {
        place,
        rule: check.check_id.0.into(),
        title: check.check_name.0.into(),
        severity: severity(&check.severity),
        language: framework.to_owned().into(),
        resource: check.resource.0,
        attribute,
        lines,
        excerpt: excerpt(check.code_block),
        references: check.guideline.some().into_iter().map(Into::into).collect(),
        suppressed,
        ..Misconfiguration::default()
    });
}

/// The lines that Checkov shows.
fn excerpt(lines: List<(Number, Text)>) -> Vec<String> {
    let lines = lines.into_iter().take(Misconfiguration::MOST_LINES);
    lines.map(|(_, line)| line.trim_end_matches(['\r', '\n']).to_owned()).collect()
}

fn read_vulnerability(draft: &mut Draft, details: Details, path: &str, suppressed: Option<String>) {
    let Some((of, _)) = package("", &details.package_type, &details.package_name, &details.package_version) else {
        draft.lost(format!("a vulnerability of a package of the kind {:?}", &*details.package_type));
        return;
    };
    let installed = of.version.clone();
    let item = draft.package(of, path, None);
    let fixed = lowest_fix(details.lowest_fixed_version.some(), &installed);
    draft.vulnerability(
        [details.id.0],
        Vulnerability {
            item,
            severity: severity(&details.severity),
            cvss: details.vector.some(),
            score: details.cvss.0,
            state: if fixed.is_some() { model::FixState::Fixed } else { model::FixState::NotFixed },
            fixed,
            summary: details.description.0,
            references: details.link.some().into_iter().collect(),
            suppressed,
            ..Vulnerability::default()
        },
    );
}
