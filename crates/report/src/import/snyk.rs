//! Snyk's JSON: `snyk test --json` (open source), `snyk container test --json`, and several projects in a list. `snyk code test
//! --json` writes SARIF, which `sarif` reads.
//!
//! A container's report has the libraries of its applications in `applications`. A package of a distribution is named
//! `source/binary`. What Snyk set aside (`filtered`) stays set aside; licence issues have no package that they forbid, and are left out.

use std::collections::BTreeMap;
use std::io;

use model::{FixState, Forecast, Opinion, Vulnerability};
use serde::Deserialize;
use serde_json::Value;

use super::draft::{Draft, lowest_fix, package, severity, source, time};
use super::values::{List, Number, Text, object};
use super::{Saved, Tool, each};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Project {
    vulnerabilities: List<Row>,
    package_manager: Text,
    project_name: Text,
    display_target_file: Text,
    target_file: Text,
    path: Text,
    platform: Text,
    docker: Option<Value>,
    applications: List<Project>,
    #[serde(deserialize_with = "object")]
    filtered: Filtered,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Filtered {
    ignore: List<Row>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Row {
    id: Text,
    title: Text,
    r#type: Text,
    package_name: Text,
    name: Text,
    version: Text,
    package_manager: Text,
    severity: Text,
    severity_with_critical: Text,
    cvss_score: Number,
    #[serde(rename = "CVSSv3")]
    vector: Text,
    cvss_details: List<Detail>,
    #[serde(deserialize_with = "object")]
    epss_details: Epss,
    #[serde(deserialize_with = "object")]
    identifiers: BTreeMap<String, List<Text>>,
    #[serde(deserialize_with = "object")]
    semver: Ranges,
    fixed_in: List<Text>,
    nearest_fixed_in_version: Text,
    from: List<Text>,
    is_disputed: bool,
    publication_time: Text,
    references: List<Link>,
    #[serde(deserialize_with = "object")]
    filtered: Reasons,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Detail {
    assigner: Text,
    severity: Text,
    cvss_v3_vector: Text,
    cvss_v3_base_score: Number,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Epss {
    percentile: Number,
    probability: Number,
    model_version: Text,
}

/// `semver.vulnerable` is a list, of a few ecosystems an object of lists.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Ranges {
    vulnerable: Value,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Link {
    url: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reasons {
    ignored: List<Ignored>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Ignored {
    reason: Text,
}

pub(super) fn read(json: &[u8]) -> io::Result<Saved> {
    let projects: Vec<Project> = each(json)?;
    let mut draft = Draft::new(Tool("Snyk".into()));
    draft.wants.vulnerabilities = true;
    for project in projects {
        let image = &mut draft.report.image;
        if image.origin.reference.is_empty() {
            let name = project.project_name.strip_prefix("docker-image|").unwrap_or(&project.path);
            name.clone_into(&mut image.origin.reference);
            let is_image = project.docker.is_some();
            image.origin.transport = if is_image { "snyk".into() } else { "fs".into() };
            if let Some((os, architecture)) = project.platform.split_once('/') {
                (image.config.os, image.config.architecture) = (os.to_owned(), architecture.to_owned());
            }
        }
        read_project(&mut draft, project);
    }
    Ok(draft.finish())
}

/// A project, and the applications in an image, which have none of their own.
fn read_project(draft: &mut Draft, project: Project) {
    read_rows(draft, project.vulnerabilities, project.filtered, &project.package_manager, "");
    for application in project.applications {
        let paths = [&application.display_target_file, &application.target_file, &application.path];
        let path = paths.into_iter().find(|path| !path.is_empty()).map_or("", |path| path);
        read_rows(draft, application.vulnerabilities, application.filtered, &application.package_manager, path);
        if !application.applications.0.is_empty() {
            draft.lost("an application inside of another");
        }
    }
}

fn read_rows(draft: &mut Draft, rows: List<Row>, filtered: Filtered, manager: &str, path: &str) {
    let ignored = filtered.ignore.into_iter().map(|row| {
        let reason = row.filtered.ignored.0.first().map_or("", |ignored| &ignored.reason);
        let why = format!("Snyk set it aside: {}", if reason.is_empty() { "by its policy" } else { reason });
        (row, Some(why))
    });
    for (row, suppressed) in rows.into_iter().map(|row| (row, None)).chain(ignored) {
        read_row(draft, row, suppressed, manager, path);
    }
}

fn read_row(draft: &mut Draft, row: Row, suppressed: Option<String>, manager: &str, path: &str) {
    if &*row.r#type == "license" {
        draft.lost("what it says of licences");
        return;
    }
    let kind = if row.package_manager.is_empty() { manager } else { &row.package_manager };
    let name = if row.name.is_empty() { &row.package_name } else { &row.name };
    let found = package("", kind, name, &row.version).or_else(|| package("", manager, name, &row.version));
    let Some((mut of, _)) = found else {
        draft.lost(format!("a vulnerability of a package of the kind {kind:?}"));
        return;
    };
    if of.kind.is_os() {
        if let Some((distro, version)) = kind.split_once(':') {
            draft.distro(distro, version);
        }
        if let Some((from, binary)) = name.split_once('/') {
            binary.clone_into(&mut of.name);
            source(&mut of, from, "");
        }
    }
    let installed = of.version.clone();
    let item = draft.package(of, path, None);
    let id = row.id.0;
    let texts = |kind: &str| {
        let list = row.identifiers.get(kind).map_or(&[][..], |list| &list.0);
        list.iter().map(|id| id.0.clone()).collect::<Vec<String>>()
    };
    let mut weaknesses = texts("CWE");
    weaknesses.sort();
    let ids: Vec<String> = ["CVE", "GHSA", "RHSA", "ALTERNATIVE"].iter().flat_map(|kind| texts(kind)).collect();
    let details = row.cvss_details.into_iter().map(|detail| Opinion {
        publisher: detail.assigner.to_ascii_lowercase(),
        severity: severity(&detail.severity),
        vector: detail.cvss_v3_vector.some(),
        score: detail.cvss_v3_base_score.0,
    });
    let fixed = lowest_fix(row.nearest_fixed_in_version.some().into_iter().chain(row.fixed_in.texts()), &installed);
    let rated = if row.severity_with_critical.is_empty() { &row.severity } else { &row.severity_with_critical };
    let chain: Vec<String> = row.from.texts();
    let through =
        if chain.len() > 2 { format!(", through {}", chain[1..chain.len() - 1].join(" > ")) } else { String::new() };
    #[expect(clippy::cast_possible_truncation, reason = "five digits are told")]
    let forecast = row.epss_details.probability.0.map(|probability| Forecast {
        probability: probability as f32,
        percentile: row.epss_details.percentile.0.unwrap_or_default() as f32,
        day: row.epss_details.model_version.0,
    });
    draft.vulnerability(
        ids.into_iter().chain([id.clone()]),
        Vulnerability {
            item,
            severity: severity(rated),
            cvss: row.vector.some(),
            score: row.cvss_score.0,
            state: if fixed.is_some() { FixState::Fixed } else { FixState::NotFixed },
            fixed,
            summary: row.title.0,
            published: Some(time(&row.publication_time)).filter(|time| !time.is_empty()),
            references: row.references.into_iter().filter_map(|link| link.url.some()).collect(),
            evidence: format!("{id} {}, this is {installed}{through}", ranges(&row.semver.vulnerable)),
            opinions: details.collect(),
            weaknesses,
            disputed: row.is_disputed,
            forecast,
            suppressed,
            ..Vulnerability::default()
        },
    );
}

/// The affected versions, as Snyk writes them.
fn ranges(vulnerable: &Value) -> String {
    let list = vulnerable.as_array().or_else(|| vulnerable.as_object()?.values().next()?.as_array());
    let words: Vec<&str> = list.into_iter().flatten().filter_map(Value::as_str).collect();
    if words.is_empty() { "listed".to_owned() } else { words.join(" or ") }
}
