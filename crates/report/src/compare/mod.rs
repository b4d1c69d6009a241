//! Two reports about the same thing, side by side: where two scanners agree, and for each disagreement why they do.
//!
//! What a finding is called differs (a CVE here, a GHSA there), and so does the package that is blamed (the binary package here, its
//! source there); that is no disagreement. Only vulnerabilities and secrets are compared: rules about settings are each tool's own.
//!
//! What cannot be told from the two reports is asked of somebody who has advisory data ([`Knows`]). Without, "it does not report it" is
//! all that can be said of a package that both see.

mod markdown;
mod table;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write};

use model::{Finding, Item, Package, PackageKind, Report, Severity, Spot, Vulnerability};
use serde::Serialize;

use crate::import::Saved;
use crate::json::print;
use crate::{Context, SCHEMA_VERSION};

pub use markdown::write as write_markdown;
pub use table::write as write_table;

/// Somebody who has advisory data.
pub trait Knows {
    /// Every other name of a vulnerability.
    fn names(&self, report: &Report, id: &str) -> Vec<String>;
    /// Why a vulnerability is not in a report, whose package of that name is.
    fn why(&self, report: &Report, id: &str, package: &str) -> Option<(Cause, String)>;
}

/// Nobody.
pub struct Nobody;

impl Knows for Nobody {
    fn names(&self, _: &Report, _: &str) -> Vec<String> {
        Vec::new()
    }

    fn why(&self, _: &Report, _: &str, _: &str) -> Option<(Cause, String)> {
        None
    }
}

/// Why two scanners disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Both report it, and one has set it aside.
    SetAside,
    /// Both report it, and call it differently bad.
    Severity,
    /// Both report it, and only one knows a fix, or they know different ones.
    Fix,
    /// The other lists all its packages, and this is not among them.
    NoPackage,
    /// The other does not mention the package; it may have seen it, and found nothing wrong with it.
    NotMentioned,
    /// The other sees the package in another version.
    OtherVersion,
    /// The other reports the vulnerability, of another package.
    OtherPackage,
    /// By the advisory data, the version is not among the affected ones.
    OutOfRange,
    /// By the advisory data, its publisher says that the package is not affected, or has withdrawn it.
    NotAffected,
    /// By the advisory data, it is about other releases, streams or makers of the package.
    OtherRelease,
    /// By the advisory data, it is affected: the other does not know, or was told not to say.
    Missed,
    /// The advisory data has nothing about it.
    UnknownAdvisory,
    /// The other sees the package, and does not report it.
    NotReported,
    /// The other has looked for nothing of the kind.
    NotLookedFor,
}

impl Cause {
    /// Every cause, in the order in which they are told.
    pub const ALL: [Self; 14] = [
        Self::Missed,
        Self::NotReported,
        Self::OutOfRange,
        Self::NotAffected,
        Self::OtherRelease,
        Self::UnknownAdvisory,
        Self::NoPackage,
        Self::NotMentioned,
        Self::OtherVersion,
        Self::OtherPackage,
        Self::SetAside,
        Self::Severity,
        Self::Fix,
        Self::NotLookedFor,
    ];

    /// What it says, for a heading.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Missed => "missed: affected by the advisory data",
            Self::NotReported => "the package is seen, and this is not reported",
            Self::OutOfRange => "the version is not in the affected range",
            Self::NotAffected => "its publisher says that it is not affected",
            Self::OtherRelease => "the advisory is about another release or build",
            Self::UnknownAdvisory => "the advisory is not known",
            Self::NoPackage => "the package is not found",
            Self::NotMentioned => "the package is not mentioned",
            Self::OtherVersion => "another version is seen",
            Self::OtherPackage => "reported of another package",
            Self::SetAside => "set aside by one",
            Self::Severity => "the severity differs",
            Self::Fix => "the fix differs",
            Self::NotLookedFor => "not looked for",
        }
    }
}

/// One thing about which they disagree.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Disagreement {
    /// Why.
    pub cause: Cause,
    /// The vulnerability, or the kind of secret.
    pub id: String,
    /// Its other names.
    pub aliases: Vec<String>,
    /// The package, or the file and line.
    pub subject: String,
    /// How bad whoever reports it calls it; both, where both do.
    pub severity: Severity,
    /// Which of the two reports it alone: 0 or 1. None where both do.
    pub only: Option<usize>,
    /// What differs, for a person.
    pub detail: String,
}

/// Two reports, side by side.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Comparison {
    /// Who made each, `Trivy`; with a number where it is the same tool.
    pub tools: [String; 2],
    /// How many findings each has.
    pub findings: [u64; 2],
    /// How many they agree about altogether.
    pub agreed: u64,
    /// How many of these have different names in both.
    pub by_other_name: u64,
    /// The others, those of one cause together, the worst first.
    pub disagreements: Vec<Disagreement>,
}

/// A vulnerability of a package, in however many places that lies.
struct Row<'a> {
    found: &'a Vulnerability,
    package: &'a Package,
    ids: BTreeSet<String>,
    /// The package's names: its own, and its source package's.
    names: BTreeSet<String>,
    version: &'a str,
}

impl<'a> Row<'a> {
    fn new(found: &'a Vulnerability, package: &'a Package) -> Self {
        let (_, _, version) = crate::import::identity(package);
        let ids = std::iter::once(&found.id).chain(&found.aliases).map(|id| id.to_ascii_uppercase()).collect();
        Self { found, package, ids, names: names(package), version }
    }

    fn is_of(&self, other: &Row<'_>) -> bool {
        self.package.kind == other.package.kind && !self.names.is_disjoint(&other.names)
    }

    fn subject(&self) -> String {
        format!("{} {}", self.package.name, self.package.version)
    }
}

/// The names by which a package may be blamed.
fn names(package: &Package) -> BTreeSet<String> {
    let (_, name, _) = crate::import::identity(package);
    let source = package.source.as_ref().filter(|_| package.kind.is_os());
    std::iter::once(name).chain(source.map(|source| source.name.to_ascii_lowercase())).collect()
}

/// One side.
struct Side<'a> {
    saved: &'a Saved,
    report: &'a Report,
    rows: Vec<Row<'a>>,
    /// Rows by an id and a name of their package.
    by_name: HashMap<(String, String), Vec<usize>>,
    /// The first row of an id.
    by_id: HashMap<String, usize>,
    packages: HashMap<(PackageKind, String), Vec<&'a Package>>,
}

impl<'a> Side<'a> {
    fn new(saved: &'a Saved, report: &'a Report) -> Self {
        let mut rows: Vec<Row<'a>> = Vec::new();
        let mut known = BTreeSet::new();
        for found in report.findings.iter().filter_map(Finding::vulnerability) {
            let Some(package) = report.inventory.items.get(found.item).and_then(Item::package) else { continue };
            let (kind, name, version) = crate::import::identity(package);
            if known.insert((kind, name, version.to_owned(), &found.id)) {
                rows.push(Row::new(found, package));
            }
        }
        let mut by_name: HashMap<(String, String), Vec<usize>> = HashMap::new();
        let mut by_id: HashMap<String, usize> = HashMap::new();
        for (index, row) in rows.iter().enumerate() {
            for id in &row.ids {
                by_id.entry(id.clone()).or_insert(index);
                for name in &row.names {
                    by_name.entry((id.clone(), name.clone())).or_default().push(index);
                }
            }
        }
        let mut packages: HashMap<(PackageKind, String), Vec<&Package>> = HashMap::new();
        for (_, _, package) in report.inventory.packages() {
            for name in names(package) {
                packages.entry((package.kind, name)).or_default().push(package);
            }
        }
        Self { saved, report, rows, by_name, by_id, packages }
    }

    /// Its rows that have one of these ids, of a package that has a name of this row's.
    fn like<'b>(&'b self, row: &'b Row<'_>, ids: impl IntoIterator<Item = &'b String>) -> BTreeSet<usize> {
        let keys = ids.into_iter().flat_map(|id| row.names.iter().map(move |name| (id.clone(), name.clone())));
        let rows = keys.filter_map(|key| self.by_name.get(&key)).flatten().copied();
        rows.filter(|at| row.is_of(&self.rows[*at])).collect()
    }

    /// Its packages of the name that a row's has.
    fn packages(&self, row: &Row<'_>) -> Vec<&'a Package> {
        let named = row.names.iter().filter_map(|name| self.packages.get(&(row.package.kind, name.clone())));
        named.flatten().copied().collect()
    }
}

impl Comparison {
    /// Compares the first reports of two documents.
    pub fn new(one: &Saved, other: &Saved, knows: &dyn Knows) -> Self {
        let empty = Report::default();
        let sides = [
            Side::new(one, one.reports.first().unwrap_or(&empty)),
            Side::new(other, other.reports.first().unwrap_or(&empty)),
        ];
        let tools = if one.tool == other.tool {
            [format!("{} (first)", one.tool), format!("{} (second)", other.tool)]
        } else {
            [one.tool.clone(), other.tool.clone()]
        };
        let mut comparison = Self { tools, ..Self::default() };
        comparison.vulnerabilities(&sides, knows);
        comparison.secrets(&sides);
        let order: BTreeMap<Cause, usize> = Cause::ALL.into_iter().zip(0..).collect();
        comparison.disagreements.sort_by(|a, b| {
            let key = |it: &Disagreement| (order.get(&it.cause).copied(), std::cmp::Reverse(it.severity));
            (key(a), &a.id, &a.subject, a.only).cmp(&(key(b), &b.id, &b.subject, b.only))
        });
        comparison
    }

    fn vulnerabilities(&mut self, sides: &[Side<'_>; 2], knows: &dyn Knows) {
        let [one, other] = sides;
        self.findings = [one.rows.len() as u64, other.rows.len() as u64];
        let mut matched = [vec![false; one.rows.len()], vec![false; other.rows.len()]];
        let mut names: HashMap<&str, Vec<String>> = HashMap::new();
        // First by the names that the reports give, then by those that the advisory data knows.
        for by_data in [false, true] {
            for (index, row) in one.rows.iter().enumerate() {
                if matched[0][index] {
                    continue;
                }
                let more = if by_data {
                    let ask =
                        || knows.names(one.report, &row.found.id).iter().map(|id| id.to_ascii_uppercase()).collect();
                    names.entry(&row.found.id).or_insert_with(ask).as_slice()
                } else {
                    &[]
                };
                let candidates = other.like(row, row.ids.iter().chain(more));
                let same = candidates.into_iter().filter(|at| row.version == other.rows[*at].version);
                for at in same {
                    let theirs = &other.rows[at];
                    let first = !matched[0][index];
                    matched[0][index] = true;
                    // Several binary packages may be one source package elsewhere.
                    if first {
                        self.agree(row, theirs, &sides.each_ref().map(|side| &*side.saved.tool));
                    }
                    matched[1][at] = true;
                }
            }
        }
        for (side, (mine, theirs)) in [(one, other), (other, one)].into_iter().enumerate() {
            for (index, row) in mine.rows.iter().enumerate() {
                if !matched[side][index] {
                    let (cause, detail) = why(row, theirs, knows);
                    self.alone(side, row, cause, detail);
                }
            }
        }
    }

    /// Both report it.
    fn agree(&mut self, mine: &Row<'_>, theirs: &Row<'_>, tools: &[&str; 2]) {
        let differs = |cause: Cause, words: [String; 2]| {
            let severity = mine.found.severity.max(theirs.found.severity);
            let aliases: BTreeSet<&String> =
                mine.ids.iter().chain(&theirs.ids).filter(|id| **id != mine.found.id).collect();
            let [a, b] = tools;
            Disagreement {
                cause,
                id: mine.found.id.clone(),
                aliases: aliases.into_iter().cloned().collect(),
                subject: mine.subject(),
                severity,
                only: None,
                detail: format!("{a}: {}; {b}: {}", words[0], words[1]),
            }
        };
        let before = self.disagreements.len();
        let rows = [mine, theirs];
        let aside = rows.map(|row| row.found.suppressed.is_some());
        if aside[0] != aside[1] {
            let word = |row: &Row<'_>| row.found.suppressed.clone().unwrap_or_else(|| "counts".into());
            self.disagreements.push(differs(Cause::SetAside, rows.map(word)));
        }
        if mine.found.severity != theirs.found.severity {
            let word = |row: &Row<'_>| row.found.severity.word().to_owned();
            self.disagreements.push(differs(Cause::Severity, rows.map(word)));
        }
        if mine.found.fixed != theirs.found.fixed {
            let word = |row: &Row<'_>| row.found.fixed.clone().unwrap_or_else(|| "none known".into());
            self.disagreements.push(differs(Cause::Fix, rows.map(word)));
        }
        if self.disagreements.len() == before {
            self.agreed += 1;
            self.by_other_name += u64::from(!mine.found.id.eq_ignore_ascii_case(&theirs.found.id));
        }
    }

    fn alone(&mut self, side: usize, row: &Row<'_>, cause: Cause, detail: String) {
        self.disagreements.push(Disagreement {
            cause,
            id: row.found.id.clone(),
            aliases: row.found.aliases.clone(),
            subject: row.subject(),
            severity: row.found.severity,
            only: Some(side),
            detail,
        });
    }

    fn secrets(&mut self, sides: &[Side<'_>; 2]) {
        let places = sides.each_ref().map(|side| {
            let secrets = side.report.findings.iter().filter_map(Finding::secret);
            let of = secrets.map(|found| {
                let spot = match &found.secret.spot {
                    Spot::File { line, .. } => format!("{}:{line}", found.place.path),
                    other => format!("{other:?}"),
                };
                (spot, found)
            });
            of.collect::<BTreeMap<_, _>>()
        });
        for (side, (mine, theirs)) in [(&places[0], &places[1]), (&places[1], &places[0])].into_iter().enumerate() {
            self.findings[side] += mine.len() as u64;
            for (spot, found) in mine {
                if theirs.contains_key(spot) {
                    self.agreed += u64::from(side == 0);
                    continue;
                }
                // Nothing says whether a report without any secret was asked for some.
                let cause = if theirs.is_empty() { Cause::NotLookedFor } else { Cause::NotReported };
                let detail =
                    if theirs.is_empty() { "it reports no secret at all" } else { "no secret is reported there" };
                self.disagreements.push(Disagreement {
                    cause,
                    id: found.secret.kind.clone(),
                    aliases: Vec::new(),
                    subject: spot.clone(),
                    severity: found.severity,
                    only: Some(side),
                    detail: detail.to_owned(),
                });
            }
        }
    }

    /// How often each cause is one, in the order in which they are told.
    pub fn causes(&self) -> impl Iterator<Item = (Cause, u64)> + '_ {
        let count = |cause| self.disagreements.iter().filter(|it| it.cause == cause).count() as u64;
        Cause::ALL.into_iter().map(move |cause| (cause, count(cause))).filter(|(_, count)| *count > 0)
    }
}

/// Why the other side does not report a vulnerability.
fn why(row: &Row<'_>, other: &Side<'_>, knows: &dyn Knows) -> (Cause, String) {
    let tool = &other.saved.tool;
    if !other.saved.wants.vulnerabilities {
        return (Cause::NotLookedFor, format!("{tool} reports no vulnerability at all"));
    }
    if let Some(theirs) = other.like(row, &row.ids).first().map(|at| &other.rows[*at]) {
        return (Cause::OtherVersion, format!("{tool} reports it of version {}", theirs.package.version));
    }
    let seen = other.packages(row);
    let same_version = seen.iter().find(|package| crate::import::identity(package).2 == row.version);
    if let Some(package) = same_version {
        if let Some((cause, detail)) = knows.why(other.report, &row.found.id, &package.name) {
            return (cause, detail);
        }
        return (Cause::NotReported, format!("{tool} sees {} {}", package.name, package.version));
    }
    if let Some(package) = seen.first() {
        return (Cause::OtherVersion, format!("{tool} sees {} {}", package.name, package.version));
    }
    if let Some(theirs) = row.ids.iter().find_map(|id| other.by_id.get(id)).map(|at| &other.rows[*at]) {
        return (Cause::OtherPackage, format!("{tool} reports it of {}", theirs.subject()));
    }
    if other.saved.lists_packages {
        return (Cause::NoPackage, format!("{tool} does not list {}", row.package.name));
    }
    (Cause::NotMentioned, format!("{tool} lists no packages but those with findings"))
}

/// Writes it for programs.
pub fn write_json(comparison: &Comparison, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Document<'a> {
        schema: &'static str,
        schema_version: &'static str,
        generated_at: &'a str,
        causes: BTreeMap<Cause, u64>,
        #[serde(flatten)]
        comparison: &'a Comparison,
    }
    let causes = comparison.causes().collect();
    let generated_at = context.generated_at;
    let document =
        Document { schema: "plimsoll-compare", schema_version: SCHEMA_VERSION, generated_at, causes, comparison };
    print::print(&document, out)
}
