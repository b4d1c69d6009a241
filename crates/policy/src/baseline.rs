//! What an earlier report has, so that a gate can fail for what is new since then and nothing else.
//!
//! A baseline is a report in our JSON (`schema/report-1.0.json`). A vulnerability is the same in another version of the same
//! package and in another file; a secret, when its text is the same; a setting, when the
//! same rule asks for the same attribute of the same resource, wherever in its file that stands; licences, when the same package or file is under them.

use std::collections::HashSet;

use model::{Finding, Package, Report};
use serde::Deserialize;

use crate::subject::Subject;

/// Bytes of a report that are read as a baseline.
pub const MOST_BYTES: u64 = 512 << 20;

/// The findings of an earlier report, by what makes them the same.
#[derive(Clone, Debug, Default)]
pub struct Baseline(HashSet<String>);

#[derive(Deserialize)]
struct Document {
    schema: String,
    artifacts: Vec<Artifact>,
}

#[derive(Deserialize)]
struct Artifact {
    #[serde(default)]
    vulnerabilities: Vec<Vulnerability>,
    #[serde(default)]
    secrets: Vec<Secret>,
    #[serde(default)]
    misconfigurations: Vec<Setting>,
    #[serde(default)]
    licenses: Vec<License>,
    #[serde(default)]
    end_of_life: Vec<EndOfLife>,
}

#[derive(Deserialize)]
struct Vulnerability {
    id: String,
    #[serde(default)]
    aliases: Vec<String>,
    purl: String,
    package: String,
}

#[derive(Deserialize)]
struct Secret {
    kind: String,
    fingerprint: String,
}

#[derive(Deserialize)]
struct Setting {
    rule: String,
    path: Option<String>,
    resource: String,
    attribute: String,
}

#[derive(Deserialize)]
struct License {
    licenses: Vec<String>,
    purl: Option<String>,
    package: Option<String>,
    path: String,
}

#[derive(Deserialize)]
struct EndOfLife {
    release: String,
}

impl Baseline {
    /// Reads a report.
    pub fn read(json: &[u8]) -> Result<Self, String> {
        let document: Document = serde_json::from_slice(json)
            .map_err(|error| format!("it is no report that plimsoll wrote with --format json: {error}"))?;
        if document.schema != "plimsoll-report" {
            return Err(format!("it is no report of a scan, but {:?}", document.schema));
        }
        let mut known = HashSet::new();
        for artifact in document.artifacts {
            for found in artifact.vulnerabilities {
                let kind = purl_type(&found.purl);
                let ids = [&found.id].into_iter().chain(&found.aliases);
                known.extend(ids.map(|id| vulnerability(id, kind, &found.package)));
            }
            known.extend(artifact.secrets.iter().map(|found| secret(&found.kind, &found.fingerprint)));
            known.extend(artifact.misconfigurations.iter().map(|found| {
                setting(&found.rule, found.path.as_deref().unwrap_or_default(), &found.resource, &found.attribute)
            }));
            for found in artifact.licenses {
                let kind = found.purl.as_deref().map_or("", purl_type);
                let whose = found.package.unwrap_or(found.path);
                known.extend(found.licenses.iter().map(|name| license(name, kind, &whose)));
            }
            known.extend(artifact.end_of_life.iter().map(|found| end_of_life(&found.release)));
        }
        Ok(Self(known))
    }

    /// What a report has that counts.
    pub fn of(report: &Report) -> Self {
        let counted = report.findings.iter().filter(|finding| finding.suppressed().is_none());
        Self(counted.flat_map(|finding| names(&Subject { report, finding })).collect())
    }

    /// Whether the finding was there before.
    pub fn has(&self, subject: &Subject<'_>) -> bool {
        let mut names = names(subject).into_iter();
        // A vulnerability is the same under any of its ids; of several licences all have to be known.
        match subject.finding {
            Finding::License(_) => names.all(|name| self.0.contains(&name)),
            _ => names.any(|name| self.0.contains(&name)),
        }
    }
}

/// All that a finding is called.
fn names(subject: &Subject<'_>) -> Vec<String> {
    let package = subject.package();
    let kind = package.map_or("", |package: &Package| package.kind.purl_type());
    let name = package.map(|package| &*package.name).unwrap_or_default();
    let path = subject.path().unwrap_or_default();
    match subject.finding {
        Finding::Vulnerability(found) => {
            let ids = [&found.id].into_iter().chain(&found.aliases);
            ids.map(|id| vulnerability(id, kind, name)).collect()
        }
        Finding::Secret(found) => vec![secret(&found.secret.kind, &found.secret.fingerprint)],
        Finding::Misconfiguration(found) => vec![setting(&found.rule, &path, &found.resource, &found.attribute)],
        Finding::License(found) => {
            let whose = if package.is_some() { name } else { &path };
            found.licenses.iter().map(|name| license(name, kind, whose)).collect()
        }
        Finding::EndOfLife(found) => vec![end_of_life(&found.release)],
    }
}

/// `deb` of `pkg:deb/debian/openssl@1`.
fn purl_type(purl: &str) -> &str {
    purl.strip_prefix("pkg:").and_then(|rest| rest.split('/').next()).unwrap_or_default()
}

// What makes a finding the same, as one text each. No part but the last can have a line break.
fn vulnerability(id: &str, kind: &str, package: &str) -> String {
    format!("vulnerability\n{}\n{kind}\n{package}", id.to_ascii_uppercase())
}

fn setting(rule: &str, path: &str, resource: &str, attribute: &str) -> String {
    format!("setting\n{rule}\n{path:?}\n{resource:?}\n{attribute}")
}

fn secret(kind: &str, fingerprint: &str) -> String {
    format!("secret\n{kind}\n{fingerprint}")
}

fn license(name: &str, kind: &str, whose: &str) -> String {
    format!("license\n{name}\n{kind}\n{whose}")
}

fn end_of_life(release: &str) -> String {
    format!("end-of-life\n{release}")
}
