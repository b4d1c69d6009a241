//! Why a vulnerability is reported for an image, or why it is not: the way from an id to the answer, step by step.
//!
//! Nothing is decided here. What was reported, and what was set aside, is read from the report; how versions compare, which
//! scope and which module stream counts is asked of `matching`; ratings and priority come from where the judgement takes
//! them. What is added is everything that the judgement passes over in silence: advisories about other releases, versions
//! out of range, packages that a later layer removed.

mod answer;

#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use model::{
    Exploited, Finding, Forecast, Inventory, Item, Knowledge, LayerIndex, Package, Report, VexRemark, Vulnerability,
};

pub use answer::{
    Comparison, Derived, EntryTrace, Evidence, Explanation, Judged, Namesake, Outcome, RangeTrace, Reason, Spoken,
    Subject, Term, Told, Trace, Verdict, Why,
};

use crate::advisory::{Advisory, Event, Rating, Status};
use crate::aliases;
use crate::builds;
use crate::ecosystems::{self, Ecosystem, Scope};
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
                let reason = findings.is_empty().then(|| reason(apart.as_ref(), &traces, &evidence)).flatten();
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
        let (hits, _, _) = desk.look_up(&questions, package.module.as_deref());
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
    let decides = matching::deciding(entries, question).and_then(|rank| question.scopes.get(rank));
    // Where none decides, what is there of the release is about other builds.
    let of_release = |scope: &&Scope| entries.iter().any(|entry| scope.contains(entry.ecosystem));
    let scope = decides.or_else(|| question.scopes.iter().find(of_release));
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
        Answer::Unaffected { .. } if scope.is_none() => Verdict::OtherRelease,
        Answer::Unaffected { .. } if decides.is_none() => Verdict::OtherModule,
        Answer::Unaffected { .. } => Verdict::NotInRange,
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
        let steps = matching::steps(&timeline, &question.version);
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
        other_module: !builds::speaks_of(entry, question.version.scheme(), version, question.module),
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
fn reason(apart: Option<&Reason>, traces: &[Trace], evidence: &Evidence) -> Option<Reason> {
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
        (Why::OtherModule, format!("{} is about another module stream or another kind of build", trace.advisory))
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
