//! Gitleaks' JSON (`gitleaks … --report-format json`; the fields are those of its type `report.Finding`).
//!
//! The report has the secrets themselves, unless it was made with `--redact`. Of their texts only the first few characters go any
//! further, and the fingerprint is made of where Gitleaks found them, so that nothing of ours leads back to the text.

use std::io;

use model::{Committed, Digest, ExposedSecret, Place, Secret, Severity, Spot, Still};
use serde::Deserialize;

use super::draft::{Draft, time};
use super::values::{Number, Text};
use super::{Saved, Tool};

/// Characters of a secret that are shown, of those that have many more.
const SHOWN: usize = 4;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Finding {
    #[serde(rename = "RuleID")]
    rule: Text,
    description: Text,
    start_line: Number,
    start_column: Number,
    secret: Text,
    file: Text,
    symlink_file: Text,
    commit: Text,
    author: Text,
    email: Text,
    date: Text,
    fingerprint: Text,
}

pub(super) fn read(json: &[u8]) -> io::Result<Saved> {
    let findings: Vec<Finding> = super::each(json)?;
    let mut draft = Draft::new(Tool("Gitleaks".into()));
    "repo".clone_into(&mut draft.report.image.origin.transport);
    for found in findings {
        let path = found.file.0;
        let (line, column) = (found.start_line.line(), found.start_column.line().max(1));
        let place = if found.fingerprint.is_empty() {
            fingerprint(&[&found.commit, &path, &found.rule, &line.to_string()])
        } else {
            fingerprint(&[&found.fingerprint])
        };
        let still = Still::InHistory;
        let author =
            if found.email.is_empty() { found.author.0 } else { format!("{} <{}>", &*found.author, &*found.email) };
        let date = Some(time(&found.date)).filter(|date| !date.is_empty());
        let committed = found
            .commit
            .some()
            .map(|commit| Box::new(Committed { commit, author, date: date.clone(), path: (&*path).into(), still }));
        if !found.symlink_file.is_empty() {
            draft.lost("the name of a link to a file");
        }
        draft.secret(ExposedSecret {
            secret: Secret {
                kind: found.rule.0,
                spot: Spot::File { line, column },
                redacted: redacted(&found.secret),
                fingerprint: place,
                committed,
                ..Secret::default()
            },
            place: Place { layer: None, path: (&*path).into() },
            name: found.description.0,
            // Gitleaks does not say how bad; whoever holds it can use it.
            severity: Severity::High,
            since: date,
            revocable: true,
            ..ExposedSecret::default()
        });
    }
    Ok(draft.finish())
}

/// Thirty-two digits for where something was found.
pub(super) fn fingerprint(parts: &[&str]) -> String {
    let mut digits = Digest::sha256(parts.join("\n").as_bytes()).hex();
    digits.truncate(32);
    digits
}

/// `abcd… (40 characters)`.
fn redacted(secret: &str) -> String {
    let length = secret.chars().count();
    if secret.is_empty() || secret.contains("REDACTED") {
        return "REDACTED".to_owned();
    }
    let shown: String = secret.chars().take(if length >= 4 * SHOWN { SHOWN } else { 0 }).collect();
    format!("{shown}… ({length} characters)")
}
