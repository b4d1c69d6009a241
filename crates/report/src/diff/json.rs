//! The comparison for programs: one JSON document, described by `schema/diff-1.0.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use model::Report;
use serde::Serialize;

use super::findings::{Change, aliases};
use super::packages::{Fate, Name, Versions};
use super::{Comparison, Status};
use crate::json::Tool;
use crate::json::artifact::{OriginJson, TallyJson};
use crate::json::print::print;
use crate::{Context, SCHEMA_VERSION};

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let comparison = Comparison::of(reports)?;
    let tally = |status: Status| (status.word(), TallyJson::new(&comparison.tally(status)));
    let packages = |fate| comparison.packages.with(fate).map(PackageJson::new).collect();
    let document = DiffJson {
        schema: "plimsoll-diff",
        schema_version: SCHEMA_VERSION,
        tool: Tool::new(context),
        generated_at: context.generated_at,
        old: OriginJson::new(comparison.old),
        new: OriginJson::new(comparison.new),
        compared: comparison.compared.iter().map(|kind| kind.word()).collect(),
        summary: Status::ALL.into_iter().map(tally).collect(),
        packages: PackagesJson {
            added: packages(Fate::Added),
            removed: packages(Fate::Removed),
            changed: packages(Fate::Changed),
            same: comparison.packages.count(Fate::Same),
        },
        findings: comparison
            .changes
            .iter()
            .filter(|change| context.filter.shows(change.severity()))
            .filter_map(FindingJson::new)
            .collect(),
    };
    print(&document, out)
}

#[derive(Serialize)]
struct DiffJson<'a> {
    schema: &'static str,
    schema_version: &'static str,
    tool: Tool<'a>,
    generated_at: &'a str,
    old: OriginJson<'a>,
    new: OriginJson<'a>,
    compared: Vec<&'static str>,
    summary: BTreeMap<&'static str, TallyJson>,
    packages: PackagesJson<'a>,
    findings: Vec<FindingJson<'a>>,
}

#[derive(Serialize)]
struct PackagesJson<'a> {
    added: Vec<PackageJson<'a>>,
    removed: Vec<PackageJson<'a>>,
    changed: Vec<PackageJson<'a>>,
    same: u64,
}

#[derive(Serialize)]
struct PackageJson<'a> {
    kind: &'static str,
    name: &'a str,
    old: BTreeSet<&'a str>,
    new: BTreeSet<&'a str>,
}

impl<'a> PackageJson<'a> {
    fn new((&(kind, name), versions): (&Name<'a>, &Versions<'a>)) -> Self {
        Self { kind: kind.purl_type(), name, old: versions.old.clone(), new: versions.new.clone() }
    }
}

#[derive(Serialize)]
struct FindingJson<'a> {
    status: &'static str,
    kind: &'static str,
    id: String,
    aliases: BTreeSet<&'a str>,
    title: String,
    severity: &'static str,
    package: Option<PackageJson<'a>>,
    path: Option<String>,
    fixed: Option<&'a str>,
    cause: Option<&'static str>,
    why: Option<String>,
    differences: Vec<String>,
}

impl<'a> FindingJson<'a> {
    fn new(change: &Change<'a>) -> Option<Self> {
        let issue = change.issue()?;
        let package = issue.package().zip(change.versions.as_ref());
        let path = issue.path();
        Some(Self {
            status: change.status.word(),
            kind: issue.kind().word(),
            id: issue.rule().into_owned(),
            aliases: aliases(change),
            title: issue.title(),
            severity: issue.severity.word(),
            package: package.map(|(it, versions)| PackageJson::new((&(it.kind, &*it.name), versions))),
            path: (!path.is_empty()).then_some(path),
            fixed: issue.fixed(),
            cause: change.cause.map(super::findings::Cause::word),
            why: change.cause.map(|_| change.why()),
            differences: change.differences.clone(),
        })
    }
}
