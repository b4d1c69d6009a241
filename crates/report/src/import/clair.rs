//! Clair's JSON (version 4: the vulnerability report of its API, `GET /matcher/api/v1/vulnerability_report/…`, and of
//! `clairctl report --out json`; the fields are those of the API's schema `VulnerabilityReport`). Written from that schema.
//!
//! It lists every package, each with its source package, and the layer that brought it.

use std::collections::BTreeMap;
use std::io;

use model::{FixState, Vulnerability};
use serde::Deserialize;

use super::draft::{Draft, package, severity, source, time};
use super::values::{List, Text, object};
use super::{Saved, Tool, parse};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Document {
    manifest_hash: Text,
    #[serde(deserialize_with = "object")]
    packages: BTreeMap<String, Listed>,
    #[serde(deserialize_with = "object")]
    distributions: BTreeMap<String, Distribution>,
    #[serde(deserialize_with = "object")]
    environments: BTreeMap<String, List<Environment>>,
    #[serde(deserialize_with = "object")]
    vulnerabilities: BTreeMap<String, Row>,
    #[serde(deserialize_with = "object")]
    package_vulnerabilities: BTreeMap<String, List<Text>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Listed {
    name: Text,
    version: Text,
    kind: Text,
    arch: Text,
    source: Option<Source>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Source {
    name: Text,
    version: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Distribution {
    did: Text,
    version_id: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Environment {
    package_db: Text,
    distribution_id: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Row {
    name: Text,
    updater: Text,
    description: Text,
    issued: Text,
    links: Text,
    severity: Text,
    normalized_severity: Text,
    fixed_in_version: Text,
}

pub(super) fn read(json: &[u8]) -> io::Result<Saved> {
    let document: Document = parse(json)?;
    let mut draft = Draft::new(Tool("Clair".into()));
    draft.lists_packages = true;
    draft.wants.vulnerabilities = true;
    draft.report.image.origin.manifest = document.manifest_hash.parse().ok();
    draft.report.image.origin.reference = document.manifest_hash.0;
    if let Some(of) = document.distributions.values().next() {
        draft.distro(&of.did, &of.version_id);
    }
    let mut items = BTreeMap::new();
    for (id, listed) in document.packages {
        // Source packages are there for the sake of those that were built from them.
        if &*listed.kind == "source" {
            continue;
        }
        let environment = document.environments.get(&id).and_then(|all| all.0.first());
        let database = environment.map_or("", |environment| &environment.package_db);
        let did = environment.and_then(|it| document.distributions.get(&*it.distribution_id)).map_or("", |it| &it.did);
        let Some((mut of, _)) = package("", kind(database, did), &listed.name, &listed.version) else {
            draft.lost(format!("a package that was found by {database:?}"));
            continue;
        };
        of.arch = listed.arch.some();
        if let Some(from) = listed.source {
            source(&mut of, &from.name, &from.version);
        }
        let path = database.split_once(':').map_or(database, |(_, path)| path);
        items.insert(id, (draft.package(of, path, None), listed.version.0));
    }
    for (id, rows) in document.package_vulnerabilities {
        for row in rows {
            let (Some((item, version)), Some(row)) = (items.get(&id), document.vulnerabilities.get(&*row)) else {
                draft.lost("a vulnerability of a package that it does not list");
                continue;
            };
            read_row(&mut draft, *item, version, row);
        }
    }
    Ok(draft.finish())
}

/// The kind of packages in a database, which Clair names by its path, or by the tool and the path: `python:usr/lib/…`.
fn kind<'a>(database: &'a str, distribution: &'a str) -> &'a str {
    let by_tool = ["python", "java", "maven", "gem", "ruby", "go", "nodejs", "npm", "golang"];
    match database.split_once(':') {
        Some((tool, _)) if by_tool.contains(&tool) => return if tool == "nodejs" { "npm" } else { tool },
        _ => {}
    }
    if database.contains("dpkg") {
        "deb"
    } else if database.contains("apk/db") {
        "apk"
    } else if database.contains("rpm") {
        "rpm"
    } else if database.to_ascii_lowercase().ends_with("jar") {
        "java"
    } else {
        distribution
    }
}

fn read_row(draft: &mut Draft, item: usize, version: &str, row: &Row) {
    let fixed = Some(&*row.fixed_in_version).filter(|fixed| !fixed.is_empty() && *fixed != "0").map(str::to_owned);
    let rated = if row.normalized_severity.is_empty() { &row.severity } else { &row.normalized_severity };
    // The name is a sentence now and then: `CVE-2021-1 on Ubuntu 20.04 LTS (focal) - low.`
    let id = row.name.split_whitespace().next().unwrap_or_default();
    draft.vulnerability(
        [id.to_owned()],
        Vulnerability {
            item,
            severity: severity(rated),
            state: if fixed.is_some() { FixState::Fixed } else { FixState::NotFixed },
            evidence: match &fixed {
                Some(fixed) => format!("{}: fixed in {fixed}, this is {version}", &*row.updater),
                None => row.updater.0.clone(),
            },
            fixed,
            summary: row.description.0.clone(),
            published: Some(time(&row.issued)).filter(|time| !time.is_empty()),
            references: row.links.split_whitespace().map(str::to_owned).collect(),
            ..Vulnerability::default()
        },
    );
}
