//! Several reports about the same thing as one, in which every finding is there once.
//!
//! The first report's word counts: its packages, its ratings, its fixes, and whether a finding counts. Those after it add packages,
//! findings, other names, other opinions, links, and their evidence. What makes two findings the same:
//! - a vulnerability: the same package (kind, name, version; a distribution's also by its source package), and an id in common;
//! - a secret: the same file and line;
//! - a setting: the same rule, file and line;
//! - a licence finding, or the end of a release: the same licences of the same package or file, the same release.

use std::collections::{BTreeSet, HashMap};

use model::{Finding, Item, Package, Report, Vulnerability, What};

use super::draft::sort;
use crate::json::read::Saved;

/// Makes one report of several. Those with several platforms cannot be joined with others, and come back as the error.
pub fn merge(documents: Vec<Saved>) -> Result<Saved, String> {
    let mut documents = documents.into_iter();
    let Some(mut merged) = documents.next() else { return Err("no report is named".into()) };
    let rest: Vec<Saved> = documents.collect();
    if rest.is_empty() {
        return Ok(merged);
    }
    let of_several = std::iter::once(&merged).chain(&rest).find(|document| document.reports.len() != 1);
    if let Some(document) = of_several {
        return Err(format!(
            "a report of {} is about {} platforms, and only reports about one can be joined",
            document.tool,
            document.reports.len()
        ));
    }
    let mut tools = BTreeSet::from([merged.tool.clone()]);
    for document in rest {
        let Saved { reports, generated_at, wants, tool, lists_packages } = document;
        let (Some(into), Some(from)) = (merged.reports.first_mut(), reports.into_iter().next()) else { continue };
        join(into, from);
        merged.generated_at = merged.generated_at.max(generated_at);
        merged.wants.vulnerabilities |= wants.vulnerabilities;
        merged.wants.settings |= wants.settings;
        merged.wants.licenses |= wants.licenses;
        merged.lists_packages |= lists_packages;
        tools.insert(tool);
    }
    merged.tool = tools.into_iter().collect::<Vec<_>>().join(", ");
    for report in &mut merged.reports {
        sort_with_remarks(report);
    }
    Ok(merged)
}

/// What makes a package the same in reports of two tools: kind, name and version. Some write an epoch of zero.
pub(crate) fn identity(package: &Package) -> (model::PackageKind, String, &str) {
    let version = package.version.strip_prefix("0:").unwrap_or(&package.version);
    let version = if package.kind == model::PackageKind::Golang { version.trim_start_matches(['v']) } else { version };
    let version = version.strip_prefix("go").filter(|_| package.name == "stdlib").unwrap_or(version);
    let name = package.name.to_ascii_lowercase();
    let name = if package.kind == model::PackageKind::Pypi { name.replace(['_', '.'], "-") } else { name };
    (package.kind, name, version)
}

fn join(into: &mut Report, from: Report) {
    if into.inventory.distro.is_none() {
        into.inventory.distro = from.inventory.distro;
    }
    if into.image.origin.reference.is_empty() {
        into.image.origin.reference = from.image.origin.reference;
    }
    let moved = join_items(&mut into.inventory.items, from.inventory.items);
    into.inventory.gaps.extend(from.inventory.gaps);
    into.inventory.gaps.sort();
    into.inventory.gaps.dedup();
    into.knowledge.extend(from.knowledge);
    into.knowledge.sort();
    into.knowledge.dedup();
    let mut places = Places::of(&into.findings);
    for mut finding in from.findings {
        match &mut finding {
            Finding::Vulnerability(found) => found.item = moved.get(found.item).copied().unwrap_or_default(),
            Finding::License(found) => found.item = moved.get(found.item).copied().unwrap_or_default(),
            _ => {}
        }
        if let Some(known) = places.find(&finding).and_then(|index| into.findings.get_mut(index)) {
            agree(known, finding);
        } else {
            places.add(into.findings.len(), &finding);
            into.findings.push(finding);
        }
    }
}

/// Puts the items of another report beside those that are there. Returns where each of them is now: a package that was there
/// already is where it was.
fn join_items(into: &mut Vec<Item>, from: Vec<Item>) -> Vec<usize> {
    let mut known: HashMap<(model::PackageKind, String, String), usize> = HashMap::new();
    let key = |package: &Package| {
        let (kind, name, version) = identity(package);
        (kind, name, version.to_owned())
    };
    for (index, item) in into.iter().enumerate() {
        let Some(package) = item.package() else { continue };
        known.entry(key(package)).or_insert(index);
    }
    // A tool that speaks of source packages means what was built from them.
    for (index, item) in into.iter().enumerate() {
        let Some(package) = item.package().filter(|package| package.kind.is_os()) else { continue };
        if let Some(source) = &package.source {
            known.entry((package.kind, source.name.to_ascii_lowercase(), source.version.clone())).or_insert(index);
        }
    }
    let mut moved = Vec::new();
    for mut item in from {
        let there = item.package().and_then(|package| known.get(&key(package)).copied());
        moved.push(there.unwrap_or(into.len()));
        if there.is_none() {
            // Layers are numbered by each report's own list.
            item.fact.place.layer = None;
            item.removed = None;
            into.push(item);
        } else if let (Some(index), What::Package(other)) = (there, item.fact.what)
            && let Some(What::Package(package)) = into.get_mut(index).map(|item| &mut item.fact.what)
            && package.licenses.is_empty()
        {
            package.licenses = other.licenses;
        }
    }
    moved
}

/// Where the findings of a report are, by what makes them the same.
struct Places(HashMap<String, usize>);

impl Places {
    fn of(findings: &[Finding]) -> Self {
        let mut places = Self(HashMap::new());
        for (index, finding) in findings.iter().enumerate() {
            places.add(index, finding);
        }
        places
    }

    fn add(&mut self, index: usize, finding: &Finding) {
        for key in keys(finding) {
            self.0.entry(key).or_insert(index);
        }
    }

    fn find(&self, finding: &Finding) -> Option<usize> {
        keys(finding).iter().find_map(|key| self.0.get(key).copied())
    }
}

/// Texts of which two findings that are the same have one in common.
fn keys(finding: &Finding) -> Vec<String> {
    match finding {
        Finding::Vulnerability(found) => {
            let ids = std::iter::once(&found.id).chain(&found.aliases);
            ids.map(|id| format!("vulnerability\n{}\n{}", found.item, id.to_ascii_uppercase())).collect()
        }
        Finding::Secret(found) => {
            let commit = found.secret.committed.as_ref().map_or("", |committed| &committed.commit);
            let spot = match &found.secret.spot {
                model::Spot::File { line, .. } => format!("line {line}"),
                other => format!("{other:?}"),
            };
            vec![format!("secret\n{:?}\n{spot}\n{commit}", found.place.path)]
        }
        Finding::Misconfiguration(found) => {
            let (first, _) = found.lines;
            vec![format!("setting\n{}\n{:?}\n{first}\n{}", found.rule, found.place.path, found.resource)]
        }
        Finding::License(found) => vec![format!("license\n{}\n{:?}", found.item, found.licenses)],
        Finding::EndOfLife(found) => vec![format!("end of life\n{}", found.release)],
    }
}

/// Adds what another tool says of the same thing.
fn agree(known: &mut Finding, other: Finding) {
    match (known, other) {
        (Finding::Vulnerability(known), Finding::Vulnerability(other)) => agree_on_vulnerability(known, *other),
        (Finding::Secret(known), Finding::Secret(other)) => {
            for (mine, theirs) in [(&mut known.opens, other.opens), (&mut known.rotate, other.rotate)] {
                if mine.is_empty() {
                    *mine = theirs;
                }
            }
        }
        _ => {}
    }
}

fn agree_on_vulnerability(known: &mut Vulnerability, other: Vulnerability) {
    let names = std::iter::once(other.id).chain(other.aliases).filter(|id| !id.eq_ignore_ascii_case(&known.id));
    let mut aliases: BTreeSet<String> = std::mem::take(&mut known.aliases).into_iter().collect();
    aliases.extend(names);
    known.aliases = aliases.into_iter().collect();
    for opinion in other.opinions {
        if !known.opinions.iter().any(|it| it.publisher == opinion.publisher) {
            known.opinions.push(opinion);
        }
    }
    for link in other.references {
        if !known.references.contains(&link) {
            known.references.push(link);
        }
    }
    for weakness in other.weaknesses {
        if !known.weaknesses.contains(&weakness) {
            known.weaknesses.push(weakness);
        }
    }
    known.weaknesses.sort();
    if known.fixed.is_none() && other.fixed.is_some() {
        (known.fixed, known.state) = (other.fixed, other.state);
    }
    if known.summary.is_empty() {
        known.summary = other.summary;
    }
    known.exploited = known.exploited.take().or(other.exploited);
    known.forecast = known.forecast.take().or(other.forecast);
    if !known.evidence.split("; ").any(|evidence| evidence == other.evidence) {
        known.evidence = [std::mem::take(&mut known.evidence), other.evidence].join("; ");
    }
}

/// Sorts the findings; statements that decide about some keep deciding about the same.
fn sort_with_remarks(report: &mut Report) {
    if report.remarks.iter().all(|remark| remark.findings.is_empty()) {
        sort(&mut report.findings);
        return;
    }
    // They refer to findings by number: what they are about comes first, in its order.
    let last = report.remarks.iter().flat_map(|remark| &remark.findings).max().map_or(0, |last| last + 1);
    if let Some(rest) = report.findings.get_mut(last..) {
        sort(rest);
    }
}
