//! GitHub's dependency snapshot, the body of "Create a snapshot of dependencies for a repository" (REST API, dependency
//! submission, version 2022-11-28).
//!
//! Each file that packages were found in is a manifest. What the run of a workflow knows and we do not (commit, branch, job)
//! comes in with the [`Context`] and stays empty outside of one: whoever submits the snapshot puts it in.

use std::collections::BTreeMap;
use std::io::{self, Write};

use model::{Presence, Relation, Report};
use serde::Serialize;

use super::bill::{Bill, Component};
use crate::Context;
use crate::json::print;

/// Writes it.
pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let bill = Bill::new(super::only(reports, "a dependency snapshot")?);
    print::print(&Snapshot::new(&bill, context), out)
}

#[derive(Serialize)]
struct Snapshot<'a> {
    version: u32,
    sha: &'a str,
    #[serde(rename = "ref")]
    reference: &'a str,
    job: Job<'a>,
    detector: Detector<'a>,
    scanned: &'a str,
    manifests: BTreeMap<String, Manifest<'a>>,
}

#[derive(Serialize)]
struct Job<'a> {
    id: &'a str,
    correlator: String,
}

#[derive(Serialize)]
struct Detector<'a> {
    name: &'static str,
    version: &'a str,
    url: &'static str,
}

#[derive(Serialize)]
struct Manifest<'a> {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<File>,
    resolved: BTreeMap<&'a str, Dependency<'a>>,
}

#[derive(Serialize)]
struct File {
    source_location: String,
}

#[derive(Serialize)]
struct Dependency<'a> {
    package_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    relationship: Option<&'static str>,
    scope: &'static str,
    dependencies: Vec<&'a str>,
}

impl<'a> Snapshot<'a> {
    fn new(bill: &'a Bill<'a>, context: &Context<'a>) -> Self {
        let mut manifests: BTreeMap<String, Manifest<'a>> = BTreeMap::new();
        for component in &bill.components {
            for item in &component.sightings {
                let path = item.fact.place.path.to_text().into_owned();
                // What no file tells of is the image's own.
                let name = if path.is_empty() { bill.report.image.origin.reference.clone() } else { path.clone() };
                let manifest = manifests.entry(name.clone()).or_insert_with(|| Manifest {
                    name,
                    file: (!path.is_empty()).then_some(File { source_location: path }),
                    resolved: BTreeMap::new(),
                });
                manifest.resolved.entry(&*component.reference).or_insert_with(|| dependency(bill, component, item));
            }
        }
        let run = context.run;
        Self {
            version: 0,
            sha: run.commit,
            reference: run.reference,
            job: Job {
                id: run.id,
                correlator: [run.workflow, run.job]
                    .into_iter()
                    .filter(|name| !name.is_empty())
                    .collect::<Vec<_>>()
                    .join("_"),
            },
            detector: Detector {
                name: "plimsoll",
                version: context.version,
                // It has no page of its own, and the field may not be missing.
                url: "pkg:generic/plimsoll",
            },
            scanned: context.generated_at,
            manifests,
        }
    }
}

fn dependency<'a>(bill: &'a Bill<'a>, component: &'a Component<'a>, item: &model::Item) -> Dependency<'a> {
    let package = item.package().unwrap_or(component.package);
    Dependency {
        package_url: &component.purl,
        relationship: match package.relation {
            Relation::Direct => Some("direct"),
            Relation::Transitive => Some("indirect"),
            Relation::Unknown => None,
        },
        scope: if package.presence == Presence::DeclaredForDevelopment { "development" } else { "runtime" },
        dependencies: component.needs.iter().map(|&other| &*bill.components[other].purl).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::samples::{context, image, render};
    use crate::{Context, Run, SCAN};

    #[test]
    fn manifests_are_the_files_that_packages_were_found_in() {
        let format = SCAN.iter().find(|format| format.name == "github").unwrap();
        let run = Run {
            commit: "c0ffee",
            reference: "refs/heads/main",
            workflow: "build",
            job: "scan",
            id: "7",
            ..Run::default()
        };
        let text = render(format, &image(), &Context { run, ..context(80) });
        let snapshot: Value = serde_json::from_str(&text).unwrap();
        assert_eq!([&snapshot["sha"], &snapshot["ref"]], ["c0ffee", "refs/heads/main"]);
        assert_eq!(snapshot["job"], json!({"id": "7", "correlator": "build_scan"}));
        // By hand from the sample: five packages of dpkg's, one of npm's in two places, one in a program.
        let manifests = snapshot["manifests"].as_object().unwrap();
        let counts: Vec<(&str, usize)> = manifests
            .iter()
            .map(|(name, manifest)| (name.as_str(), manifest["resolved"].as_object().unwrap().len()))
            .collect();
        let expected = [
            ("app/node_modules/lodash/package.json", 1),
            ("app/node_modules/x/node_modules/lodash/package.json", 1),
            ("usr/local/bin/tool", 1),
            ("var/lib/dpkg/status", 5),
        ];
        assert_eq!(counts, expected);
        assert_eq!(
            manifests["app/node_modules/lodash/package.json"]["resolved"]["pkg:npm/lodash@4.17.20"],
            json!({"package_url": "pkg:npm/lodash@4.17.20", "scope": "runtime", "dependencies": []})
        );
    }
}
