//! Why a vulnerability is reported for an image, or why it is not: the way from an id to the answer, step by step.
//!
//! Nothing is decided here. What was reported, and what was set aside, is read from the report; how versions compare, which
//! scope and which module stream counts is asked of `matching`; ratings and priority come from where the judgement takes
//! them. What is added is everything that the judgement passes over in silence: advisories about other releases, versions
//! out of range, packages that a later layer removed.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use model::{
    Exploited, Finding, FixState, Forecast, Inventory, Item, Knowledge, LayerIndex, Package, Report, Severity,
    VexRemark, Vulnerability,
};
use serde::Serialize;

use crate::advisory::{Advisory, Event, Rating, Status};
use crate::aliases;
use crate::ecosystems::{self, Ecosystem};
use crate::judge::{self, Advisories, Desk, Exposure, Standing};
use crate::matching::{self, Answer, Asked, Question};
use crate::priority::{self, priority};
use crate::shard::{Entry, Shard};
use crate::store::{Store, StoreError};
use crate::vendors;

/// Rounds of looking for further ids. Each finds those that an advisory of the round before names.
const MOST_ROUNDS: usize = 4;
/// Entries of an advisory that are told; the largest have hundreds.
const MOST_ENTRIES: usize = 100;

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The id that was asked about.
    pub asked: String,
    /// Every id of the same vulnerability that is known here.
    pub ids: Vec<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it is not reported; empty when it is.
    pub reasons: Vec<Reason>,
    /// The advisories about it in the ecosystems that the image has.
    pub advisories: Vec<Told>,
    /// It is being exploited.
    pub exploited: Option<Exploited>,
    /// How likely it is to be exploited soon.
    pub forecast: Option<Forecast>,
    /// The packages of the image that any of the advisories speaks of, those alike together.
    pub subjects: Vec<Subject>,
    /// Packages of the image that have a name of which an advisory speaks, but that it does not mean.
    pub namesakes: Vec<Namesake>,
    /// What people who know the product say about it (VEX).
    pub statements: Vec<VexRemark>,
    /// What data was asked, and how old it is.
    pub knowledge: Vec<Knowledge>,
    /// What kept packages from being judged.
    pub gaps: Vec<String>,
}

/// What became of a vulnerability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is reported, and counts.
    Reported,
    /// It is found, and does not count.
    SetAside,
    /// It is not found.
    NotReported,
}

/// Why a vulnerability is not reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Which reason.
    pub kind: Why,
    /// For a person.
    pub text: String,
}

/// The reasons for not reporting a vulnerability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// There is no data about an ecosystem of the image.
    NoData,
    /// No advisory in the data gives the id.
    UnknownId,
    /// There are advisories, and the image has none of their packages.
    NoPackage,
    /// A later layer removes the package.
    Removed,
    /// Somebody else than the distribution made the package.
    ThirdParty,
    /// The package is in none that the distribution's advisories speak of.
    NotJudged,
    /// The advisories are about other releases.
    OtherRelease,
    /// The advisories are about other module streams.
    OtherModule,
    /// The version is not among the affected ones.
    NotInRange,
    /// The publisher says that the package is not affected.
    NotAffected,
    /// The version cannot be compared.
    Unclear,
    /// The version is in range, and another advisory's word goes before that.
    Overruled,
    /// It is found, and set aside.
    SetAside,
}

/// What an advisory says, as far as it does not depend on the image.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Told {
    /// Its id.
    pub id: String,
    /// Who publishes it.
    pub publisher: String,
    /// One line of what it is.
    pub summary: String,
    /// Every id that it gives to what it is about.
    pub about: Vec<String>,
    /// How bad it calls it: words and CVSS vectors.
    pub ratings: Vec<String>,
    /// When it was published (RFC 3339).
    pub published: Option<String>,
    /// When it was last changed (RFC 3339).
    pub modified: String,
    /// Whoever makes the software says that it is no vulnerability.
    pub disputed: bool,
    /// What it speaks of.
    pub entries: Vec<Spoken>,
    /// How many more entries it has.
    pub more: usize,
}

/// A package that an advisory speaks of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Spoken {
    /// The ecosystem with its release.
    pub ecosystem: String,
    /// The package's name there.
    pub name: String,
    /// Its affected versions: `< 1.2`.
    pub versions: Vec<String>,
}

/// Packages of the image that are alike in all that matters here.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Subject {
    /// The ecosystem whose advisories judge them.
    pub ecosystem: String,
    /// Each of them.
    pub packages: Vec<Evidence>,
    /// RPM's modularity label.
    pub module: Option<String>,
    /// Why they are not judged at all.
    pub apart: Option<Reason>,
    /// What each advisory that speaks of them answered.
    pub traces: Vec<Trace>,
    /// What is found in them.
    pub findings: Vec<Derived>,
    /// Why nothing is found in them.
    pub reason: Option<Reason>,
}

/// Where a package is, and how we know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The source package that it was built from.
    pub source: Option<String>,
    /// The file that says so.
    pub file: String,
    /// The layer that brought it, counted from one.
    pub layer: Option<u32>,
    /// The instruction that made that layer.
    pub instruction: Option<String>,
    /// The layer that removes it, counted from one.
    pub removed_by: Option<u32>,
    /// The distribution's package that brought the file.
    pub owner: Option<String>,
    /// Who read the file.
    pub analyzer: String,
}

/// A package that has the name and is another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Namesake {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Whose package it is, as a type of package URLs: `deb`, `npm`.
    pub kind: String,
    /// The source package by whose name it is looked up.
    pub source: Option<String>,
}

/// How an advisory was asked about a package, and what it answered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trace {
    /// The advisory.
    pub advisory: String,
    /// The name that was looked up.
    pub name: String,
    /// The version that was compared.
    pub version: String,
    /// What counts as the image's release: the ecosystems that were accepted.
    pub scope: Option<String>,
    /// The entries that count.
    pub entries: Vec<EntryTrace>,
    /// The ecosystems of those that do not, since they are about another release.
    pub elsewhere: Vec<String>,
    /// The answer.
    pub verdict: Verdict,
    /// The affected versions around this one.
    pub within: Option<String>,
    /// Why the answer is as far as can be told only, or cannot be given.
    pub doubt: Option<String>,
    /// The lowest version with the fix.
    pub fixed: Option<String>,
}

/// What an advisory answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The version is affected.
    Affected,
    /// The version is not among the affected ones.
    NotInRange,
    /// The publisher says that this version is not affected.
    NotAffected,
    /// It speaks of other releases only.
    OtherRelease,
    /// It speaks of other module streams only.
    OtherModule,
    /// The version cannot be compared.
    Unclear,
}

/// An entry of an advisory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntryTrace {
    /// Its ecosystem.
    pub ecosystem: String,
    /// What the publisher says about the affected versions, unless they are just affected.
    pub status: Option<&'static str>,
    /// RPM module streams that it is about.
    pub modules: Vec<String>,
    /// It is about another module stream, so it does not count.
    pub other_module: bool,
    /// Its ranges.
    pub ranges: Vec<RangeTrace>,
    /// Versions that it lists one by one.
    pub listed: usize,
    /// Whether the version is affected by this entry alone.
    pub contains: bool,
}

/// A range, and what was compared in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RangeTrace {
    /// As the publisher wrote it: `>= 1.0, < 1.2`.
    pub range: String,
    /// By whose order versions were compared.
    pub order: &'static str,
    /// What is no version, so that the generic order was used.
    pub odd: Option<String>,
    /// Each comparison: `1.0 < 1.2`.
    pub comparisons: Vec<Comparison>,
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// `1.0 < 1.2`.
    pub text: String,
    /// What that means for a person.
    pub means: &'static str,
}

/// What is found, and how each part of it came about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Derived {
    /// The id that people know it by.
    pub id: String,
    /// One line of what it is.
    pub summary: String,
    /// How bad.
    pub severity: Severity,
    /// What everybody says about that, what counts first.
    pub opinions: Vec<Judged>,
    /// The version with the fix.
    pub fixed: Option<String>,
    /// Whether there is one.
    pub state: FixState,
    /// What to deal with first: from 0 to 100.
    pub priority: f64,
    /// What the priority is made of.
    pub terms: Vec<Term>,
    /// Why it does not count.
    pub set_aside: Option<String>,
    /// Why what brought the package does not decide about it.
    pub owner: String,
}

/// What somebody says about how bad it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// Who.
    pub publisher: String,
    /// Where: the advisory, or the publisher again.
    pub source: String,
    /// How bad.
    pub severity: Severity,
    /// The CVSS vector.
    pub vector: Option<String>,
    /// The vector's score.
    pub score: Option<f64>,
    /// The place in the order of whom to believe; the lowest counts.
    pub rule: u8,
    /// What that place is.
    pub because: &'static str,
}

/// Points of a priority.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Term {
    /// How many.
    pub points: f64,
    /// What for.
    pub reason: String,
}

/// All packages that one ecosystem's advisories speak of, and those of its advisories that are about the vulnerability.
struct Court<'a> {
    ecosystem: Ecosystem,
    packages: Vec<(usize, &'a Item, &'a Package)>,
    shards: Vec<Shard>,
    /// By shard: record numbers, with what they say.
    records: Vec<BTreeMap<u32, Advisory>>,
}

impl<S: Store> Advisories<S> {
    /// Explains what a report says about a vulnerability, by any of its ids; of one package only, if it is named. The report
    /// must be of these advisories.
    pub fn explain(&self, report: &Report, id: &str, package: Option<&str>) -> Result<Explanation, StoreError> {
        let mut courts = courts(&report.inventory);
        let ids = self.gather(&mut courts, id)?;
        let is_asked = |row: &Vulnerability| {
            ids.iter().any(|known| aliases::is(&row.id, known) || row.aliases.iter().any(|id| aliases::is(id, known)))
        };
        let mut rows: HashMap<usize, Vec<&Vulnerability>> = HashMap::new();
        for finding in &report.findings {
            if let Finding::Vulnerability(row) = finding
                && is_asked(row)
            {
                rows.entry(row.item).or_default().push(row);
            }
        }
        let judged = judged(&report.inventory);
        let mut subjects = Vec::new();
        let mut namesakes = BTreeSet::new();
        for court in &courts {
            let mut groups: Vec<(Vec<&Vulnerability>, Subject)> = Vec::new();
            for &(index, item, of) in &court.packages {
                if package.is_some_and(|name| !is_named(of, name)) {
                    continue;
                }
                let traces = court.traces(of)?;
                let found = rows.get(&index).map(Vec::as_slice).unwrap_or_default();
                if traces.is_empty() && found.is_empty() {
                    continue;
                }
                let apart = apart(item, of, judged.contains(&index));
                let alike = |(rows, subject): &&mut (Vec<&Vulnerability>, Subject)| {
                    let same = |(a, b): (&&Vulnerability, &&Vulnerability)| {
                        (&a.id, &a.suppressed, a.priority.to_bits()) == (&b.id, &b.suppressed, b.priority.to_bits())
                    };
                    subject.apart == apart
                        && subject.traces == traces
                        && subject.module == of.module
                        && rows.len() == found.len()
                        && rows.iter().zip(found).all(same)
                        && subject.packages.first().is_some_and(|first| first.owner == item.owner)
                };
                let evidence = evidence(report, item, of);
                if let Some((_, subject)) = groups.iter_mut().find(alike) {
                    subject.packages.push(evidence);
                    continue;
                }
                let findings = self.derive(court, report, (item, of), found);
                let reason = findings.is_empty().then(|| reason(&apart, &traces, &evidence)).flatten();
                let subject = Subject {
                    ecosystem: court.ecosystem.label.clone(),
                    packages: vec![evidence],
                    module: of.module.clone(),
                    apart,
                    traces,
                    findings,
                    reason,
                };
                groups.push((found.to_vec(), subject));
            }
            subjects.extend(groups.into_iter().map(|(_, subject)| subject));
        }
        let advisories: Vec<Told> = courts.iter().map(Court::told).collect::<Result<Vec<_>, _>>()?.concat();
        let names: HashSet<&str> =
            advisories.iter().flat_map(|told| &told.entries).map(|spoken| &*spoken.name).collect();
        let spoken = |of: &Package| names.iter().any(|name| name.eq_ignore_ascii_case(&of.name));
        let mentioned: HashSet<(&str, &str)> = subjects
            .iter()
            .flat_map(|subject| &subject.packages)
            .map(|package| (&*package.name, &*package.version))
            .collect();
        for (_, _, of) in report.inventory.packages() {
            if spoken(of)
                && package.is_none_or(|name| is_named(of, name))
                && !mentioned.contains(&(&*of.name, &*of.version))
            {
                namesakes.insert(Namesake {
                    name: of.name.clone(),
                    version: of.version.clone(),
                    kind: of.kind.purl_type().to_owned(),
                    source: of.source.as_ref().map(|source| source.name.clone()),
                });
            }
        }
        let found: Vec<&Derived> = subjects.iter().flat_map(|subject| &subject.findings).collect();
        let outcome = match &*found {
            [] => Outcome::NotReported,
            found if found.iter().all(|derived| derived.set_aside.is_some()) => Outcome::SetAside,
            _ => Outcome::Reported,
        };
        let (exploited, forecast) = self.signals(&ids)?;
        let is_about = |remark: &&VexRemark| remark.ids.iter().any(|id| ids.iter().any(|known| aliases::is(id, known)));
        let statements = report.remarks.iter().filter(is_about).cloned().collect();
        let of_advisories = |gap: &&model::Gap| gap.by == model::Detector::id(self);
        let mut explanation = Explanation {
            asked: id.to_owned(),
            ids,
            outcome,
            reasons: Vec::new(),
            advisories,
            exploited,
            forecast,
            subjects,
            namesakes: namesakes.into_iter().collect(),
            statements,
            knowledge: report.knowledge.clone(),
            gaps: report.inventory.gaps.iter().filter(of_advisories).map(|gap| gap.detail.clone()).collect(),
        };
        if outcome != Outcome::Reported {
            explanation.reasons = explanation.why_not(package, report);
        }
        Ok(explanation)
    }

    /// Finds the advisories about the vulnerability, and all ids that they give it.
    fn gather(&self, courts: &mut [Court], id: &str) -> Result<Vec<String>, StoreError> {
        let mut ids = vec![id.to_owned()];
        for _ in 0..MOST_ROUNDS {
            let before = ids.len();
            for court in &mut *courts {
                court.shards = self.store.naming(&court.ecosystem, &ids)?;
                court.records.clear();
                for shard in &court.shards {
                    let mut records = BTreeMap::new();
                    for number in 0..shard.records() {
                        let head = shard.head(number)?;
                        if let Some(more) = same(&head, &ids) {
                            for id in more {
                                match ids.iter_mut().find(|known| known.eq_ignore_ascii_case(&id)) {
                                    Some(known) => *known = id,
                                    None => ids.push(id),
                                }
                            }
                            records.insert(number, shard.brief(number)?);
                        }
                    }
                    court.records.push(records);
                }
            }
            if ids.len() == before {
                break;
            }
        }
        ids[1..].sort_unstable();
        Ok(ids)
    }

    /// How the rows about a package came about.
    fn derive(
        &self,
        court: &Court,
        report: &Report,
        (item, package): (&Item, &Package),
        rows: &[&Vulnerability],
    ) -> Vec<Derived> {
        let ecosystem = &court.ecosystem;
        let questions = ecosystem.questions(package);
        let mut desk = Desk::new(ecosystem, &court.shards);
        let (hits, _) = desk.look_up(&questions, package.module.as_deref());
        let classes = aliases::classes(&hits);
        let derive = |row: &&Vulnerability| {
            let class = classes.iter().find(|class| class.id == row.id);
            let opinions = class.map(|class| self.rated(class, &mut desk)).unwrap_or_default();
            let judged = opinions.into_iter().map(|rated| Judged {
                publisher: rated.opinion.publisher,
                source: rated.source,
                severity: rated.opinion.severity,
                vector: rated.opinion.vector,
                score: rated.opinion.score,
                rule: rated.rule,
                because: crate::severity::rule(rated.rule),
            });
            let opinions = judged.collect();
            let standing = Standing {
                presence: package.presence,
                removed: item.removed.is_some(),
                exposure: Exposure::of(&report.image.config),
            };
            let factors = class.map(|class| self.row(class, ecosystem, &mut desk).1);
            let terms = factors.map(|factors| priority(&standing.of(&factors)).terms).unwrap_or_default();
            let term = |term: priority::Term| Term { points: term.points.value(), reason: term.reason };
            Derived {
                id: row.id.clone(),
                summary: row.summary.clone(),
                severity: row.severity,
                opinions,
                fixed: row.fixed.clone(),
                state: row.state,
                priority: row.priority,
                terms: terms.into_iter().map(term).collect(),
                set_aside: row.suppressed.clone(),
                owner: match &item.owner {
                    None if package.kind.is_os() => "it is the distribution's own package".into(),
                    None => "no package of a distribution brought the file, so only its own ecosystem is asked".into(),
                    Some(owner) => format!("{owner}, a package of the distribution, brought the file"),
                },
            }
        };
        rows.iter().map(derive).collect()
    }

    /// Whether it is exploited, and how likely that is.
    fn signals(&self, ids: &[String]) -> Result<(Option<Exploited>, Option<Forecast>), StoreError> {
        let (mut exploited, mut forecast) = (None, None);
        for id in ids.iter().filter(|id| aliases::cve(id) == Some(id)) {
            for word in self.store.words(id)? {
                match word {
                    crate::Word::Exploited { added, due, ransomware, .. } => {
                        exploited = Some(Exploited { added, due, ransomware });
                    }
                    crate::Word::Forecast { probability, percentile, day } => {
                        forecast = Some(Forecast { probability, percentile, day });
                    }
                    crate::Word::Rated { .. } => {}
                }
            }
        }
        Ok((exploited, forecast))
    }
}

impl Court<'_> {
    /// What each advisory about the vulnerability answers about a package; nothing where none speaks of it.
    fn traces(&self, package: &Package) -> Result<Vec<Trace>, StoreError> {
        let mut traces: Vec<Trace> = Vec::new();
        for (name, version) in self.ecosystem.questions(package) {
            let asked = Asked::new(self.ecosystem.scheme, &version);
            let module = package.module.as_deref();
            let question = Question { scopes: &self.ecosystem.scopes, version: asked, module };
            for (shard, records) in self.shards.iter().zip(&self.records) {
                if records.is_empty() {
                    continue;
                }
                let entries = shard.entries(&name)?;
                for entries in entries.chunk_by(|a, b| a.record == b.record) {
                    let Some(advisory) = entries.first().and_then(|entry| records.get(&entry.record)) else { continue };
                    let trace = trace(&advisory.id, &name, entries, &question);
                    // One advisory about several releases is kept in several shards.
                    match traces.iter_mut().find(|known| known.advisory == trace.advisory && known.name == trace.name) {
                        Some(known) if trace.scope.is_none() => known.elsewhere.extend(trace.elsewhere),
                        Some(known) => {
                            let elsewhere = std::mem::replace(known, trace).elsewhere;
                            known.elsewhere.extend(elsewhere);
                        }
                        None => traces.push(trace),
                    }
                }
            }
        }
        for trace in &mut traces {
            trace.elsewhere.sort_unstable();
            trace.elsewhere.dedup();
        }
        traces.sort_by(|a, b| (&a.advisory, &a.name).cmp(&(&b.advisory, &b.name)));
        Ok(traces)
    }

    /// What the advisories say.
    fn told(&self) -> Result<Vec<Told>, StoreError> {
        let mut all: BTreeMap<(String, String), Told> = BTreeMap::new();
        for (shard, records) in self.shards.iter().zip(&self.records) {
            let mut entries: BTreeMap<u32, Vec<Spoken>> = BTreeMap::new();
            if records.is_empty() {
                continue;
            }
            for name in shard.names() {
                for entry in shard.entries(name)?.iter().filter(|entry| records.contains_key(&entry.record)) {
                    entries.entry(entry.record).or_default().push(spoken(name, entry));
                }
            }
            for (number, advisory) in records {
                let key = (advisory.id.clone(), advisory.publisher.clone());
                let told = all.entry(key).or_insert_with(|| told(advisory));
                told.entries.extend(entries.remove(number).unwrap_or_default());
            }
        }
        for told in all.values_mut() {
            told.entries.sort();
            told.entries.dedup();
            told.more = told.entries.len().saturating_sub(MOST_ENTRIES);
            told.entries.truncate(MOST_ENTRIES);
        }
        Ok(all.into_values().collect())
    }
}

impl Explanation {
    /// Why nothing counts.
    fn why_not(&self, package: Option<&str>, report: &Report) -> Vec<Reason> {
        let mut reasons: Vec<Reason> = Vec::new();
        let mut add = |reason: Reason| {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        };
        let data = self.data().join("; ");
        for known in self.knowledge.iter().filter(|known| known.advisories == 0) {
            let text = format!(
                "there is no advisory about {} in the data, so its {} packages are not judged",
                known.ecosystem, known.packages
            );
            add(Reason { kind: Why::NoData, text });
        }
        for subject in &self.subjects {
            for derived in &subject.findings {
                if let Some(text) = &derived.set_aside {
                    add(Reason { kind: Why::SetAside, text: format!("{}: {text}", named(subject)) });
                }
            }
            if let Some(Reason { kind, text }) = &subject.reason {
                add(Reason { kind: *kind, text: format!("{}: {text}", named(subject)) });
            }
        }
        if self.advisories.is_empty() && self.subjects.is_empty() {
            let text = format!(
                "no advisory about what the image has gives this id; advisories that were withdrawn are not in the data \
                 ({data})"
            );
            add(Reason { kind: Why::UnknownId, text });
        } else if self.subjects.is_empty() {
            let has = |name: &str| report.inventory.items.iter().filter_map(Item::package).any(|of| is_named(of, name));
            let names: BTreeSet<String> = self
                .advisories
                .iter()
                .flat_map(|told| &told.entries)
                .map(|spoken| format!("{} ({})", spoken.name, spoken.ecosystem))
                .collect();
            let (count, shown): (usize, Vec<String>) = (names.len(), names.into_iter().take(8).collect());
            let more = if count > shown.len() { format!(" and {} more", count - shown.len()) } else { String::new() };
            let spoken = format!("{}{more}", shown.join(", "));
            let text = match package {
                Some(name) if !has(name) => format!("there is no package {name} in the image"),
                Some(name) => format!("the advisories do not speak of {name}, only of {spoken}"),
                None => format!("the image has none of the packages that the advisories speak of: {spoken}"),
            };
            add(Reason { kind: Why::NoPackage, text });
        }
        reasons
    }

    /// What was asked, for a person, each like `Debian:11: 2 advisories, the newest of 2026-11-01`.
    pub fn data(&self) -> Vec<String> {
        let told = |known: &Knowledge| {
            let newest = known.newest.as_deref().unwrap_or("unknown");
            let newest = newest.split('T').next().unwrap_or_default();
            let starter = if known.starter { ", what the program brings along" } else { "" };
            let advisories = if known.advisories == 1 { "advisory" } else { "advisories" };
            format!("{}: {} {advisories}, the newest of {newest}{starter}", known.ecosystem, known.advisories)
        };
        self.knowledge.iter().map(told).collect()
    }
}

/// Packages sorted by whose advisories speak of them, those too that no judgement is about.
fn courts(inventory: &Inventory) -> Vec<Court<'_>> {
    let distro = judge::distro(inventory).and_then(|distro| ecosystems::distribution(&distro).ok());
    let mut courts: BTreeMap<String, Court> = BTreeMap::new();
    for (index, item) in inventory.items.iter().enumerate() {
        let Some(package) = item.package() else { continue };
        let ecosystem = match &distro {
            Some((kind, ecosystem)) if *kind == package.kind => Some(ecosystem.clone()),
            _ => ecosystems::language(package.kind),
        };
        if let Some(ecosystem) = ecosystem {
            let court = courts.entry(ecosystem.label.clone()).or_insert_with(|| Court {
                ecosystem,
                packages: Vec::new(),
                shards: Vec::new(),
                records: Vec::new(),
            });
            court.packages.push((index, item, package));
        }
    }
    courts.into_values().collect()
}

/// The packages that the judgement is about.
fn judged(inventory: &Inventory) -> HashSet<usize> {
    let distro = judge::distro(inventory);
    let (of_distro, of_languages) = judge::sort(inventory, distro.as_ref(), &mut Vec::new());
    of_distro.iter().chain(&of_languages).flat_map(|docket| &docket.packages).map(|(index, _, _)| *index).collect()
}

/// Whether an advisory is about the vulnerability with these ids; then all that it calls it.
fn same(advisory: &Advisory, ids: &[String]) -> Option<Vec<String>> {
    let is_known = |id: &str| ids.iter().any(|known| aliases::is(id, known));
    let about = aliases::vulnerabilities(advisory);
    let mut more = Vec::new();
    for vulnerability in about.iter().filter(|ids| ids.iter().any(|id| is_known(id))) {
        more.extend(vulnerability.iter().map(|id| (*id).to_owned()));
    }
    (!more.is_empty() || is_known(&advisory.id)).then_some(more)
}

/// Whether a package is called that, or was built from what is.
fn is_named(package: &Package, name: &str) -> bool {
    package.name.eq_ignore_ascii_case(name)
        || package.source.as_ref().is_some_and(|source| source.name.eq_ignore_ascii_case(name))
}

/// Why a package is not judged at all, if it is not.
fn apart(item: &Item, package: &Package, judged: bool) -> Option<Reason> {
    let reason = |kind, text| Some(Reason { kind, text });
    if let Some(LayerIndex(layer)) = item.removed {
        let text = format!("layer {} removes it, so a container never sees it", layer + 1);
        return reason(Why::Removed, text);
    }
    if judged {
        return None;
    }
    match vendors::third_party(package) {
        Some(vendor) => {
            let text = format!("{vendor} made it, and the distribution's advisories do not speak of others' packages");
            reason(Why::ThirdParty, text)
        }
        None => reason(Why::NotJudged, "nobody's advisories are about it".into()),
    }
}

fn evidence(report: &Report, item: &Item, package: &Package) -> Evidence {
    let number = |LayerIndex(index): LayerIndex| index.saturating_add(1);
    let place = &item.fact.place;
    let source =
        package.source.as_ref().filter(|source| (&source.name, &source.version) != (&package.name, &package.version));
    Evidence {
        name: package.name.clone(),
        version: package.version.clone(),
        source: source.map(|source| format!("{} {}", source.name, source.version)),
        file: place.path.to_text().into_owned(),
        layer: place.layer.map(number),
        instruction: place.layer.and_then(|layer| report.image.instruction(layer)).map(str::to_owned),
        removed_by: item.removed.map(number),
        owner: item.owner.clone(),
        analyzer: item.fact.by.0.clone().into_owned(),
    }
}

/// Asks an advisory, of which these are all entries about the package in one shard.
fn trace(advisory: &str, name: &str, entries: &[Entry<'_>], question: &Question<'_>) -> Trace {
    let scope = matching::deciding(entries, question);
    let counts = |entry: &&Entry<'_>| scope.is_some_and(|scope| scope.contains(entry.ecosystem));
    let in_scope: Vec<EntryTrace> = entries.iter().filter(counts).map(|entry| entry_trace(entry, question)).collect();
    let elsewhere = entries.iter().filter(|entry| !counts(entry)).map(|entry| entry.ecosystem.to_owned()).collect();
    let (mut within, mut doubt, mut fixed) = (None, None, None);
    let verdict = match matching::ask(entries, question) {
        Answer::Affected(matched) => {
            within = Some(matched.within.versions);
            doubt = matched.within.loosely.map(|odd| odd.to_string());
            fixed = matched.fixed.map(str::to_owned);
            if matched.entry.status == Status::NotAffected { Verdict::NotAffected } else { Verdict::Affected }
        }
        Answer::Unclear(odd) => {
            doubt = Some(odd.to_string());
            Verdict::Unclear
        }
        Answer::Unaffected if scope.is_none() => Verdict::OtherRelease,
        Answer::Unaffected if in_scope.iter().all(|entry| entry.other_module) => Verdict::OtherModule,
        Answer::Unaffected => Verdict::NotInRange,
    };
    Trace {
        advisory: advisory.to_owned(),
        name: name.to_owned(),
        version: question.version.text().to_owned(),
        scope: scope.map(ToString::to_string),
        entries: in_scope,
        elsewhere,
        verdict,
        within,
        doubt,
        fixed,
    }
}

fn entry_trace(entry: &Entry<'_>, question: &Question<'_>) -> EntryTrace {
    let version = question.version.text();
    let ranges = entry.timelines().map(|timeline| {
        let steps = matching::steps(timeline.clone(), &question.version);
        let comparison = |(event, order): &(Event<&str>, Ordering)| comparison(version, *event, *order);
        RangeTrace {
            range: range(timeline),
            order: steps.scheme.name(),
            odd: steps.odd.map(|odd| odd.to_string()),
            comparisons: steps.taken.iter().filter_map(comparison).collect(),
        }
    });
    EntryTrace {
        ecosystem: entry.ecosystem.to_owned(),
        status: word(entry.status),
        modules: entry.modules().map(str::to_owned).collect(),
        other_module: !matching::same_module(entry, question),
        ranges: ranges.collect(),
        listed: entry.versions().count(),
        contains: matches!(matching::ask(std::slice::from_ref(entry), question), Answer::Affected(_)),
    }
}

/// What the publisher says of the affected versions, where it is more than that they are.
fn word(status: Status) -> Option<&'static str> {
    Some(match status {
        Status::Affected => return None,
        Status::NotAffected => "not affected",
        Status::UnderInvestigation => "being looked into",
        Status::WillNotFix => "will not be fixed",
        Status::Deferred => "fix put off",
        Status::EndOfLife => "no longer looked after",
    })
}

/// `1.0 < 1.2`, and what it means.
fn comparison(version: &str, event: Event<&str>, order: Ordering) -> Option<Comparison> {
    let other = event.version()?;
    let sign = match order {
        Ordering::Less => "<",
        Ordering::Equal => "=",
        Ordering::Greater => ">",
    };
    let means = match (event, order) {
        (Event::Introduced(_), Ordering::Less) => "it is older than the first affected version",
        (Event::Introduced(_), _) => "it has reached the first affected version",
        (Event::Fixed(_), Ordering::Less) => "it is older than the version with the fix",
        (Event::Fixed(_), _) => "it has the fix",
        (Event::LastAffected(_), Ordering::Greater) => "it is newer than the last affected version",
        (Event::LastAffected(_), _) => "it is not newer than the last affected version",
        (Event::Limit(_), Ordering::Less) => "it is below the end of what the advisory speaks of",
        (Event::Limit(_), _) => "it is past the end of what the advisory speaks of",
    };
    Some(Comparison { text: format!("{version} {sign} {other}"), means })
}

/// A range as the publisher wrote it: `>= 1.0, < 1.2`.
fn range<'a>(timeline: impl Iterator<Item = Event<&'a str>>) -> String {
    let bounds = timeline.filter_map(|event| {
        let sign = match event {
            Event::Introduced(_) => ">=",
            Event::Fixed(_) => "<",
            Event::LastAffected(_) => "<=",
            Event::Limit(_) => "only below",
        };
        Some(format!("{sign} {}", event.version()?))
    });
    let bounds: Vec<String> = bounds.collect();
    if bounds.is_empty() { "all versions".into() } else { bounds.join(", ") }
}

fn told(advisory: &Advisory) -> Told {
    let rating = |rating: &Rating| match rating {
        Rating::Word(severity) => severity.word().to_owned(),
        Rating::Vector(vector) => vector.clone(),
    };
    let mut about: Vec<String> = aliases::ids(advisory).into_iter().map(str::to_owned).collect();
    about.sort_unstable();
    about.dedup();
    Told {
        id: advisory.id.clone(),
        publisher: advisory.publisher.clone(),
        summary: advisory.summary.clone(),
        about,
        ratings: advisory.ratings.iter().map(rating).collect(),
        published: advisory.published.clone(),
        modified: advisory.modified.clone(),
        disputed: advisory.disputed,
        entries: Vec::new(),
        more: 0,
    }
}

fn spoken(name: &str, entry: &Entry<'_>) -> Spoken {
    let mut versions: Vec<String> = entry.timelines().map(range).collect();
    versions.extend(entry.versions().take(MOST_ENTRIES).map(|version| format!("= {version}")));
    Spoken { ecosystem: entry.ecosystem.to_owned(), name: name.to_owned(), versions }
}

/// Why an advisory's packages have no finding, by what all advisories answered: the reason that comes nearest to one.
fn reason(apart: &Option<Reason>, traces: &[Trace], evidence: &Evidence) -> Option<Reason> {
    if let Some(apart) = apart {
        return Some(apart.clone());
    }
    let first = |verdict: Verdict| traces.iter().find(|trace| trace.verdict == verdict);
    let version = &evidence.version;
    let (kind, text) = if let Some(trace) = first(Verdict::Affected) {
        (Why::Overruled, format!("{} has it in range, but another advisory's word goes before that", trace.advisory))
    } else if let Some(trace) = first(Verdict::Unclear) {
        let doubt = trace.doubt.as_deref().unwrap_or_default();
        (Why::Unclear, format!("{} cannot be decided: {doubt}", trace.advisory))
    } else if let Some(trace) = first(Verdict::NotAffected) {
        (Why::NotAffected, format!("{} says that version {version} is not affected", trace.advisory))
    } else if let Some(trace) = first(Verdict::NotInRange) {
        let ranges = trace.entries.iter().filter(|entry| !entry.other_module).flat_map(|entry| &entry.ranges);
        let compared: Vec<String> = ranges
            .flat_map(|range| &range.comparisons)
            .take(4)
            .map(|comparison| format!("{}: {}", comparison.text, comparison.means))
            .collect();
        let compared = if compared.is_empty() { String::new() } else { format!(" ({})", compared.join("; ")) };
        (Why::NotInRange, format!("by {} version {} is not affected{compared}", trace.advisory, trace.version))
    } else if let Some(trace) = first(Verdict::OtherModule) {
        (Why::OtherModule, format!("{} is about another module stream", trace.advisory))
    } else {
        let trace = first(Verdict::OtherRelease)?;
        let text = format!("{} is about other releases: {}", trace.advisory, trace.elsewhere.join(", "));
        (Why::OtherRelease, text)
    };
    Some(Reason { kind, text })
}

/// `libssl1.1 1.1.1k-1`, or `libssl1.1 1.1.1k-1 and 2 more`.
fn named(subject: &Subject) -> String {
    let Some(first) = subject.packages.first() else { return subject.ecosystem.clone() };
    let more = match subject.packages.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    format!("{} {}{more}", first.name, first.version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{
        AnalyzerId, Distro, Fact, History, Image, ImageConfig, Layer, PackageKind, Place, SourcePackage, What,
    };

    use crate::Library;
    use crate::shard::Builder;
    use crate::store::{Supply, Wanted};
    use crate::{Affected, ShardError, Word};

    /// A store of a few records, each with the shard that a library would keep it in.
    struct Records(Vec<Advisory>);

    impl Records {
        fn shards(&self, belongs: impl Fn(&str) -> bool) -> Result<Vec<Shard>, ShardError> {
            let mut builder = Builder::new("test", 1);
            for advisory in &self.0 {
                let affected: Vec<_> =
                    advisory.affected.iter().filter(|entry| belongs(&entry.ecosystem)).cloned().collect();
                if !affected.is_empty() {
                    builder.add(Advisory { affected, ..advisory.clone() });
                }
            }
            Ok(vec![Shard::from_bytes("test", builder.finish().0)?])
        }
    }

    impl Store for Records {
        fn supply(&self, wanted: &Wanted<'_>) -> Result<Supply, StoreError> {
            Ok(Supply::of(self.shards(|ecosystem| wanted.ecosystem.contains(ecosystem))?))
        }

        fn naming(&self, ecosystem: &Ecosystem, _: &[String]) -> Result<Vec<Shard>, StoreError> {
            Ok(self.shards(|other| other.starts_with(ecosystem.family))?)
        }

        fn words(&self, id: &str) -> Result<Vec<Word>, ShardError> {
            let exploited =
                Word::Exploited { added: "2022-01-01".into(), due: None, ransomware: true, action: String::new() };
            Ok(if id == "CVE-2022-0001" { vec![exploited] } else { Vec::new() })
        }
    }

    /// `ECOSYSTEM NAME FIXED`: affected from the beginning.
    fn entry(ecosystem: &str, name: &str, fixed: &str) -> Affected {
        let range = vec![Event::Introduced("0".into()), Event::Fixed(fixed.into())];
        Affected { ecosystem: ecosystem.into(), name: name.into(), ranges: vec![range], ..Affected::default() }
    }

    fn advisory(id: &str, upstream: &[&str], affected: Vec<Affected>) -> Advisory {
        Advisory {
            id: id.into(),
            upstream: upstream.iter().map(|id| (*id).to_owned()).collect(),
            summary: "an example".into(),
            modified: "2024-01-01T00:00:00Z".into(),
            ratings: vec![Rating::Word(Severity::High)],
            affected,
            ..Advisory::default()
        }
    }

    fn deb(name: &str, version: &str, source: &str) -> Item {
        let source = Some(SourcePackage { name: source.into(), version: version.into() });
        item(Package { source, ..Package::new(PackageKind::Deb, name, version) })
    }

    fn item(package: Package) -> Item {
        let place = Place { layer: Some(LayerIndex(0)), path: "var/lib/dpkg/status".into() };
        let fact = Fact { what: What::Package(package), place, by: AnalyzerId::new("dpkg") };
        Item { fact, removed: None, owner: None }
    }

    fn explain(records: Vec<Advisory>, items: Vec<Item>, id: &str, package: Option<&str>) -> Explanation {
        let debian = Distro { id: "debian".into(), version: "12".into(), ..Distro::default() };
        of(records, debian, items, id, package)
    }

    fn of(records: Vec<Advisory>, distro: Distro, items: Vec<Item>, id: &str, package: Option<&str>) -> Explanation {
        let advisories = Advisories::new(Records(records), "2026-01-01".parse().unwrap());
        let inventory = Inventory { distro: Some(distro), items, gaps: Vec::new() };
        let step = History { instruction: "RUN apt-get".into(), layer: Some(LayerIndex(0)), ..History::default() };
        let config = ImageConfig { os: "linux".into(), history: vec![step], ..ImageConfig::default() };
        let image = Image { config, layers: vec![Layer::default()], ..Image::default() };
        let judgement = advisories.judge_image(&image.config, &inventory);
        let report = Report {
            image,
            inventory,
            findings: judgement.findings,
            knowledge: judgement.knowledge,
            ..Report::default()
        };
        advisories.explain(&report, id, package).unwrap()
    }

    fn openssl() -> Vec<Advisory> {
        let affected = vec![entry("Debian:12", "openssl", "3.0.9-2"), entry("Debian:11", "openssl", "1.1.1n-1")];
        vec![advisory("DSA-1-1", &["CVE-2022-0001"], affected)]
    }

    /// The reasons, each as `kind: text`.
    fn why(explanation: &Explanation) -> Vec<String> {
        assert_eq!(explanation.outcome, Outcome::NotReported);
        explanation.reasons.iter().map(|reason| format!("{:?}: {}", reason.kind, reason.text)).collect()
    }

    fn check(records: Vec<Advisory>, items: Vec<Item>, expected: &str) {
        assert_eq!(why(&explain(records, items, "CVE-2022-0001", None)), [expected]);
    }

    #[test]
    fn what_is_reported_has_its_comparison_its_rating_and_its_points() {
        let items = || vec![deb("libssl3", "3.0.9-1", "openssl"), deb("openssl", "3.0.9-1", "openssl")];
        for id in ["CVE-2022-0001", "cve-2022-0001", "DSA-1-1"] {
            let explanation = explain(openssl(), items(), id, None);
            assert_eq!((explanation.outcome, explanation.reasons.len()), (Outcome::Reported, 0), "{id}");
            let [subject] = &*explanation.subjects else { panic!("{id}") };
            assert_eq!(subject.packages.len(), 2);
            let first = &subject.packages[0];
            assert_eq!((first.layer, first.instruction.as_deref()), (Some(1), Some("RUN apt-get")));
            let [trace] = &*subject.traces else { panic!("{id}") };
            assert_eq!((trace.verdict, &*trace.elsewhere), (Verdict::Affected, &["Debian:11".to_owned()][..]));
            assert_eq!(trace.entries[0].ranges[0].comparisons[0].text, "3.0.9-1 < 3.0.9-2");
            assert_eq!(trace.fixed.as_deref(), Some("3.0.9-2"));
            let derived = &subject.findings[0];
            // The second rule of `severity`: the distribution's word on one vulnerability.
            assert_eq!((derived.opinions[0].rule, &*derived.opinions[0].source), (2, "DSA-1-1"));
            let sum: f64 = derived.terms.iter().map(|term| term.points).sum();
            assert!((sum - derived.priority).abs() < 0.01 && sum > 60.0, "{sum} {}", derived.priority);
            assert!(explanation.exploited.as_ref().unwrap().ransomware);
        }
    }

    #[test]
    fn aliases_lead_to_advisories_that_do_not_name_the_id() {
        let alias = Advisory {
            aliases: vec!["CVE-2022-0001".into()],
            ..advisory("GHSA-1", &[], vec![entry("npm", "a", "2.0.0")])
        };
        let items = vec![deb("openssl", "3.0.9-1", "openssl"), item(Package::new(PackageKind::Npm, "a", "1.0.0"))];
        let explanation = explain([openssl(), vec![alias]].concat(), items, "GHSA-1", None);
        assert_eq!(explanation.ids, ["GHSA-1", "CVE-2022-0001", "DSA-1-1"]);
        assert_eq!(explanation.subjects.len(), 2);
    }

    #[test]
    fn an_advisory_about_several_is_asked_about_alone() {
        let both = advisory("DSA-2-1", &["CVE-2022-0001", "CVE-2022-0002"], vec![entry("Debian:12", "bash", "6")]);
        let explanation = explain([openssl(), vec![both]].concat(), vec![deb("bash", "5", "bash")], "DSA-2-1", None);
        let found: Vec<_> = explanation.subjects[0].findings.iter().map(|derived| &*derived.id).collect();
        assert_eq!(found, ["CVE-2022-0001", "CVE-2022-0002"]);
        assert_eq!(explanation.advisories.len(), 1);
    }

    #[test]
    fn a_version_with_the_fix_is_out_of_range() {
        check(
            openssl(),
            vec![deb("libssl3", "3.0.9-2", "openssl")],
            "NotInRange: libssl3 3.0.9-2: by DSA-1-1 version 3.0.9-2 is not affected (3.0.9-2 = 3.0.9-2: it has the fix)",
        );
    }

    #[test]
    fn another_release_does_not_count() {
        let other = vec![advisory("DSA-1-1", &["CVE-2022-0001"], vec![entry("Debian:11", "openssl", "9")])];
        check(
            [other, vec![advisory("DSA-9-1", &[], vec![entry("Debian:12", "x", "1")])]].concat(),
            vec![deb("libssl3", "3.0.9-2", "openssl")],
            "OtherRelease: libssl3 3.0.9-2: DSA-1-1 is about other releases: Debian:11",
        );
    }

    #[test]
    fn a_removed_package_and_one_of_somebody_else_are_not_judged() {
        let gone = Item { removed: Some(LayerIndex(2)), ..deb("openssl", "3.0.9-1", "openssl") };
        let here = deb("bash", "5", "bash");
        check(
            openssl(),
            vec![gone, here.clone()],
            "Removed: openssl 3.0.9-1: layer 3 removes it, so a container never sees it",
        );
        let mut foreign = deb("openssl", "3.0.9-1", "openssl");
        if let What::Package(package) = &mut foreign.fact.what {
            package.vendor = Some("Docker <support@docker.com>".into());
        }
        check(
            openssl(),
            vec![here, foreign],
            "ThirdParty: openssl 3.0.9-1: Docker made it, and the distribution's advisories do not speak of others' packages",
        );
    }

    #[test]
    fn a_name_that_is_not_there_and_an_id_that_is_not_there() {
        let npm = || item(Package::new(PackageKind::Npm, "openssl", "1.0.0"));
        let with = advisory("GHSA-1", &[], vec![entry("npm", "a", "2.0.0")]);
        let explanation =
            explain([openssl(), vec![with]].concat(), vec![deb("bash", "5", "bash"), npm()], "CVE-2022-0001", None);
        assert_eq!(
            why(&explanation),
            [
                "NoPackage: the image has none of the packages that the advisories speak of: openssl (Debian:11), openssl (Debian:12)"
            ]
        );
        // One of another ecosystem has the name.
        assert_eq!((&*explanation.namesakes[0].kind, explanation.namesakes.len()), ("npm", 1));
        check(
            vec![advisory("DSA-9-1", &[], vec![entry("Debian:12", "x", "1")])],
            vec![deb("bash", "5", "bash")],
            "UnknownId: no advisory about what the image has gives this id; advisories that were withdrawn are not in the \
             data (Debian:12: 1 advisory, the newest of 2024-01-01)",
        );
        let explanation = explain(openssl(), vec![deb("bash", "5", "bash")], "CVE-2022-0001", Some("zsh"));
        assert_eq!(why(&explanation), ["NoPackage: there is no package zsh in the image"]);
        let explanation = explain(openssl(), vec![deb("bash", "5", "bash")], "CVE-2022-0001", Some("bash"));
        assert!(why(&explanation)[0].starts_with("NoPackage: the advisories do not speak of bash, only of openssl"));
    }

    #[test]
    fn an_ecosystem_without_data_is_said() {
        let reasons = why(&explain(Vec::new(), vec![deb("bash", "5", "bash")], "CVE-2022-0001", None));
        assert_eq!(
            reasons[0],
            "NoData: there is no advisory about Debian:12 in the data, so its 1 packages are not judged"
        );
    }

    #[test]
    fn the_publishers_word_that_a_version_is_not_affected_counts() {
        let not = Affected { status: Status::NotAffected, ..entry("Debian:12", "openssl", "9") };
        check(
            vec![advisory("DSA-1-1", &["CVE-2022-0001"], vec![not])],
            vec![deb("libssl3", "3.0.9-1", "openssl")],
            "NotAffected: libssl3 3.0.9-1: DSA-1-1 says that version 3.0.9-1 is not affected",
        );
    }

    #[test]
    fn what_is_no_version_is_said() {
        let records = vec![advisory("GHSA-1", &["CVE-2022-0001"], vec![entry("npm", "a", "2.0.0")])];
        let items = |version: &str| vec![item(Package::new(PackageKind::Npm, "a", version))];
        let reasons = why(&explain(records.clone(), items("latest"), "CVE-2022-0001", None));
        assert!(reasons[0].starts_with("Unclear: a latest: GHSA-1 cannot be decided: "), "{reasons:?}");
        // Three parts are a version there and four are not.
        let explanation = explain(records, items("1.9.0.1"), "CVE-2022-0001", None);
        let trace = &explanation.subjects[0].traces[0];
        assert_eq!(
            (trace.verdict, trace.entries[0].ranges[0].order),
            (Verdict::Affected, versions::Scheme::Generic.name())
        );
        assert!(trace.doubt.is_some() && trace.entries[0].ranges[0].odd.is_some());
    }

    #[test]
    fn another_module_stream_does_not_count() {
        let stream = Affected {
            modules: vec!["nodejs:16".into()],
            ..entry("AlmaLinux:8", "nodejs", "16.20.2-2.module_el8.8.0")
        };
        let package = Package {
            module: Some("nodejs:14:8050:c5368500".into()),
            ..Package::new(PackageKind::Rpm, "nodejs", "14.18.2-2.module_el8.5.0")
        };
        let alma = Distro { id: "almalinux".into(), version: "8.9".into(), ..Distro::default() };
        let records = vec![advisory("ALSA-1", &["CVE-2022-0001"], vec![stream])];
        assert_eq!(
            why(&of(records, alma, vec![item(package)], "CVE-2022-0001", None)),
            ["OtherModule: nodejs 14.18.2-2.module_el8.5.0: ALSA-1 is about another module stream"]
        );
    }

    #[test]
    fn what_the_distribution_vouches_for_is_set_aside() {
        let upstream = Advisory {
            aliases: vec!["CVE-2022-0001".into()],
            ..advisory("GHSA-1", &[], vec![entry("PyPI", "requests", "2.31.0")])
        };
        let fixed = advisory("DSA-1-1", &["CVE-2022-0001"], vec![entry("Debian:12", "requests", "2.28.1-1")]);
        let python = Item {
            owner: Some("python3-requests".into()),
            ..item(Package::new(PackageKind::Pypi, "requests", "2.28.1"))
        };
        let items = vec![deb("python3-requests", "2.28.1-1", "requests"), python];
        let explanation = explain(vec![upstream, fixed], items, "CVE-2022-0001", None);
        assert_eq!(explanation.outcome, Outcome::SetAside);
        let kinds: Vec<Why> = explanation.reasons.iter().map(|reason| reason.kind).collect();
        assert_eq!(kinds, [Why::NotInRange, Why::SetAside]);
        assert!(explanation.reasons[1].text.contains("by its advisories this version has the fix"));
    }

    /// A library tells other releases of the family apart by the names of its files.
    #[test]
    fn a_library_has_the_other_releases() {
        let folder = tempfile::tempdir().unwrap();
        for (name, record) in [("Debian:11", "Debian:11"), ("Debian:12", "Debian:12"), ("npm", "npm")] {
            let mut builder = Builder::new(name, 1);
            builder.add(advisory("X-1", &[], vec![entry(record, "a", "1")]));
            std::fs::write(folder.path().join(crate::file_name(name)), builder.finish().0).unwrap();
        }
        let library = Library::open(folder.path()).unwrap();
        let debian = Ecosystem::named("Debian:12").unwrap();
        let names: Vec<String> =
            library.naming(&debian, &[]).unwrap().iter().map(|shard| shard.about().shard.clone()).collect();
        assert_eq!(names, ["Debian:11", "Debian:12"]);
    }
}
