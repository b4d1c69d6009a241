//! The judgement: an inventory and advisories in, findings out.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use model::{
    AnalyzerId, Detector, Distro, EndOfLife, Finding, FixState, Gap, GapKind, ImageConfig, Inventory, Item, Knowledge,
    Package, Place, Presence, Vulnerability,
};

use crate::advisory::{Advisory, Status};
use crate::aliases::{self, Class, Hit};
use crate::builds;
use crate::ecosystems::{self, Ecosystem, Unjudged};
use crate::inert;
use crate::lifecycle::{self, Date};
use crate::matching::{self, Answer, Asked, Question};
use crate::overruled::{self, Rulings, Verdict};
use crate::priority::{self, Factors};
use crate::severity::{self, Of, Rated, Said};
use crate::shard::{Entry, Shard, ShardError};
use crate::signal::Word;
use crate::store::{Store, StoreError, Supply, Wanted};
use crate::vendors;

const ID: AnalyzerId = AnalyzerId::new("advisories");

/// Names that a gap spells out; the rest are counted.
const NAMES_IN_GAP: usize = 5;

/// Findings about one image. The worst honest one has some ten thousand; one that lists a package with a thousand
/// vulnerabilities in a hundred thousand files was made to fill memory.
const MOST_FINDINGS: usize = 250_000;

/// Finds known vulnerabilities of packages, and distributions past their end.
pub struct Advisories<S> {
    pub(crate) store: S,
    today: Date,
    most: usize,
    /// Publishers that are believed before others.
    preferred: Vec<String>,
}

/// All that one look at an inventory brings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judgement {
    /// What is wrong, by package and then by vulnerability.
    pub findings: Vec<Finding>,
    /// What could not be judged.
    pub gaps: Vec<Gap>,
    /// What was asked, by ecosystem.
    pub knowledge: Vec<Knowledge>,
}

/// The packages of one ecosystem, with their index in the inventory.
pub(crate) struct Docket<'a> {
    ecosystem: Ecosystem,
    pub packages: Vec<(usize, &'a Item, &'a Package)>,
}

impl<S: Store> Advisories<S> {
    /// Judges by the advisories in `store`, as of `today`.
    pub fn new(store: S, today: Date) -> Self {
        Self { store, today, most: MOST_FINDINGS, preferred: Vec::new() }
    }

    /// Believes these publishers, in this order, before any other about how bad a vulnerability is.
    #[must_use]
    pub fn severity_sources(mut self, publishers: Vec<String>) -> Self {
        self.preferred = publishers;
        self
    }

    /// Judges the packages of the final filesystem.
    pub fn judge(&self, inventory: &Inventory) -> Judgement {
        self.judge_image(&ImageConfig::default(), inventory)
    }

    /// The same, where it is known how the image is run.
    pub fn judge_image(&self, config: &ImageConfig, inventory: &Inventory) -> Judgement {
        let exposure = Exposure::of(config);
        let mut judgement = Judgement::default();
        let distro = distro(inventory);
        let end = distro.as_ref().and_then(|distro| lifecycle::end_of_life(distro, self.today));
        let (of_distro, of_languages) = sort(inventory, distro.as_ref(), &mut judgement.gaps);
        let of_distro = of_distro.and_then(|docket| {
            let supply = self.ask(&docket, exposure, &mut judgement).filter(|supply| supply.total > 0)?;
            Some((docket, supply))
        });
        let first_of_languages = judgement.findings.len();
        for docket in &of_languages {
            self.ask(docket, exposure, &mut judgement);
        }
        if let Some((docket, supply)) = of_distro {
            let (of_distro, of_languages) = judgement.findings.split_at_mut(first_of_languages);
            let owner = |row: &Vulnerability| inventory.items.get(row.item).and_then(|item| item.owner.as_deref());
            let owners = of_languages.iter().filter_map(|finding| match finding {
                Finding::Vulnerability(row) => owner(row),
                Finding::EndOfLife(_) => None,
            });
            let voucher = Voucher::new(&docket, &supply, of_distro, &owners.collect(), end.as_ref());
            for finding in of_languages {
                if let Finding::Vulnerability(row) = finding {
                    row.suppressed = owner(row).and_then(|owner| voucher.reason(owner, row)).or(row.suppressed.take());
                }
            }
        }
        judgement.findings.sort_by_key(|finding| match finding {
            Finding::Vulnerability(vulnerability) => vulnerability.item,
            Finding::EndOfLife(_) => 0,
        });
        judgement.findings.extend(end.map(Finding::EndOfLife));
        judgement.knowledge.sort();
        judgement.gaps.sort();
        judgement
    }

    /// Looks every package of a docket up. Returns what they were looked up in.
    fn ask(&self, docket: &Docket, exposure: Exposure, judgement: &mut Judgement) -> Option<Supply> {
        let ecosystem = &docket.ecosystem;
        let questions: Vec<_> = docket.packages.iter().map(|(_, _, package)| ecosystem.questions(package)).collect();
        let names: HashSet<String> = questions.iter().flatten().map(|(name, _)| name.clone().into_owned()).collect();
        let supply = match self.store.supply(&Wanted { ecosystem, names: &names }) {
            Ok(supply) => supply,
            Err(error) => {
                let kind = match error {
                    StoreError::Io { .. } => GapKind::Unavailable,
                    StoreError::Archive { .. } | StoreError::Shard(_) => GapKind::Corrupt,
                };
                judgement.gaps.push(gap(kind, error.to_string()));
                return None;
            }
        };
        judgement.gaps.extend(missing(docket, &supply));
        judgement.knowledge.push(Knowledge {
            ecosystem: ecosystem.label.clone(),
            advisories: supply.total,
            newest: supply.newest.clone(),
            packages: docket.packages.len() as u64,
            starter: supply.starter,
            checked: supply.checked.clone(),
        });
        let mut desk = Desk::new(ecosystem, &supply.shards);
        // Packages of one source, and copies of one module, ask the same.
        let packages = docket.packages.iter().zip(&questions);
        let mut cases: Vec<_> = packages.map(|(package, questions)| (questions, package)).collect();
        cases.sort_by(|(a, (first, _, one)), (b, (second, _, two))| {
            (a, &one.module, first).cmp(&(b, &two.module, second))
        });
        'cases: for case in cases.chunk_by(|(a, (_, _, one)), (b, (_, _, two))| a == b && one.module == two.module) {
            let Some((questions, (_, _, package))) = case.first() else { continue };
            let (hits, rulings, unclear) = desk.look_up(questions, package.module.as_deref());
            let classes = aliases::classes(&hits);
            let mut rows: Vec<_> = classes.iter().map(|class| self.row(class, ecosystem, &mut desk)).collect();
            for ((row, _), class) in rows.iter_mut().zip(&classes) {
                row.suppressed = rulings.denial(class);
            }
            let mut left = case.len();
            for (_, (index, item, package)) in case {
                if judgement.findings.len() + rows.len() > self.most {
                    let detail = format!(
                        "there are more than {} findings; some packages, {} ({}) among them, are not judged",
                        self.most, package.name, item.fact.place.path
                    );
                    judgement.gaps.push(gap(GapKind::LimitHit, detail));
                    break 'cases;
                }
                left -= 1;
                // Most cases are of one package, whose rows need no copy.
                let rows = if left == 0 { std::mem::take(&mut rows) } else { rows.clone() };
                let standing = Standing { presence: package.presence, removed: item.removed.is_some(), exposure };
                let inert = inert::reason(package);
                let findings = rows.into_iter().map(|(mut row, factors)| {
                    row.suppressed = row.suppressed.or_else(|| inert.clone());
                    let priority = priority::score(&standing.of(&factors)).value();
                    Finding::Vulnerability(Box::new(Vulnerability { item: *index, priority, ..row }))
                });
                judgement.findings.extend(findings);
                judgement.gaps.extend(unclear.as_ref().map(|unclear| unclear.gap(ecosystem, item, package)));
            }
        }
        judgement.gaps.extend(desk.broken.into_iter().map(|detail| gap(GapKind::Corrupt, detail)));
        Some(supply)
    }

    /// One row, without the index of its package, and what decides how urgent it is anywhere.
    pub(crate) fn row(&self, class: &Class, ecosystem: &Ecosystem, desk: &mut Desk<'_>) -> (Vulnerability, Factors) {
        let words = self.words(class, desk);
        let said = said(class, &words);
        let verdict = severity::choose(&said, &self.preferred);
        // The highest: whoever takes the fix of one advisory must satisfy the others too.
        let fixes = class.hits.iter().filter_map(|(hit, _)| hit.matched.fixed);
        let fixed = fixes.reduce(|a, b| if ecosystem.scheme.compare(a, b).is_ok_and(Ordering::is_lt) { b } else { a });
        let advisories = || class.hits.iter().map(|(hit, _)| &*hit.advisory);
        let mut references: Vec<String> = Vec::new();
        for link in advisories().flat_map(|advisory| &advisory.references) {
            if !references.contains(link) {
                references.push(link.clone());
            }
        }
        let evidence: Vec<String> = class.hits.iter().map(|(hit, _)| hit.evidence()).collect();
        let mut row = Vulnerability {
            item: 0,
            id: class.id.into(),
            aliases: class.others.iter().map(|id| (*id).to_owned()).collect(),
            severity: verdict.severity,
            severity_source: verdict.source,
            cvss: verdict.vector,
            score: verdict.score,
            fixed: fixed.map(str::to_owned),
            state: if fixed.is_some() { FixState::Fixed } else { state(class) },
            summary: advisories()
                .find(|advisory| !advisory.summary.is_empty())
                .map_or_else(String::new, |advisory| advisory.summary.clone()),
            published: advisories().filter_map(|advisory| advisory.published.clone()).min(),
            references,
            evidence: evidence.join("; "),
            opinions: verdict.opinions,
            weaknesses: advisories().flat_map(|advisory| advisory.weaknesses.iter().cloned()).collect(),
            disputed: advisories().any(|advisory| advisory.disputed),
            exploited: None,
            forecast: None,
            priority: 0.0,
            suppressed: None,
        };
        for word in words {
            heed(word, &mut row);
        }
        row.weaknesses.sort_unstable();
        row.weaknesses.dedup();
        let malicious = advisories().any(|advisory| advisory.id.starts_with("MAL-"));
        let factors = self.factors(&row, malicious);
        (row, factors)
    }

    /// What everybody says about how bad a row is, what counts first, each with the rule that puts it there.
    pub(crate) fn rated(&self, class: &Class, desk: &mut Desk<'_>) -> Vec<Rated> {
        let words = self.words(class, desk);
        severity::rated(&said(class, &words), &self.preferred)
    }

    /// What is said about a vulnerability by those who do not say which packages have it.
    fn words(&self, class: &Class, desk: &mut Desk<'_>) -> Vec<Word> {
        let ids = std::iter::once(class.id).chain(class.others.iter().copied());
        let mut words = Vec::new();
        for id in ids.filter(|id| id.starts_with("CVE-")) {
            match self.store.words(id) {
                Ok(said) => words.extend(said),
                Err(error) => desk.complain(&error),
            }
        }
        words
    }

    /// What decides how urgent a row is, whatever package it is about.
    fn factors(&self, row: &Vulnerability, malicious: bool) -> Factors {
        let until = |day: &String| day.parse::<Date>().ok().map(|day| day.days_since(self.today));
        let age = row.published.as_ref().and_then(until).and_then(|days| u32::try_from(-days).ok());
        Factors {
            severity: row.severity,
            score: row.score,
            malicious,
            exploited: row.exploited.as_ref().map(|exploited| priority::Exploited {
                ransomware: exploited.ransomware,
                due_in: exploited.due.as_ref().and_then(until),
            }),
            forecast: row.forecast.as_ref().map(|forecast| priority::Forecast {
                probability: forecast.probability,
                percentile: Some(forecast.percentile),
            }),
            fixed: row.fixed.is_some(),
            age,
            ..Factors::default()
        }
    }
}

/// All that is said about how bad a vulnerability of a package is.
fn said<'a>(class: &'a Class<'_>, words: &'a [Word]) -> Vec<Said<'a>> {
    let of_packages = class.hits.iter().map(|(hit, several)| Said {
        source: &hit.advisory.id,
        publisher: &hit.advisory.publisher,
        of: Of::Package { ecosystem: hit.matched.entry.ecosystem, several: *several },
        ratings: hit.ratings.iter().chain(&hit.advisory.ratings).collect(),
    });
    let of_itself = words.iter().filter_map(|word| match word {
        Word::Rated { publisher, ratings, .. } => {
            Some(Said { source: publisher, publisher, of: Of::Vulnerability, ratings: ratings.iter().collect() })
        }
        Word::Exploited { .. } | Word::Forecast { .. } => None,
    });
    of_packages.chain(of_itself).collect()
}

/// How an image is run, as far as it decides how urgent its vulnerabilities are. None where nothing says.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Exposure {
    ports: Option<bool>,
    root: Option<bool>,
}

impl Exposure {
    pub fn of(config: &ImageConfig) -> Self {
        // A folder has no configuration.
        if config.os.is_empty() && config.architecture.is_empty() {
            return Self::default();
        }
        let user = config.user.split(':').next().unwrap_or_default();
        Self { ports: Some(!config.exposed_ports.is_empty()), root: Some(matches!(user, "" | "0" | "root")) }
    }
}

/// A package's place, as far as it decides how urgent its vulnerabilities are.
pub(crate) struct Standing {
    pub presence: Presence,
    pub removed: bool,
    pub exposure: Exposure,
}

impl Standing {
    pub fn of(&self, factors: &Factors) -> Factors {
        let Exposure { ports, root } = self.exposure;
        Factors { presence: Some(self.presence), removed: self.removed, ports, root, ..factors.clone() }
    }
}

/// Puts into a row what is said about its vulnerability.
fn heed(word: Word, row: &mut Vulnerability) {
    match word {
        Word::Exploited { added, due, ransomware, .. } => {
            row.exploited = Some(model::Exploited { added, due, ransomware });
        }
        Word::Forecast { probability, percentile, day } => {
            row.forecast = Some(model::Forecast { probability, percentile, day });
        }
        Word::Rated { weaknesses, disputed, .. } => {
            row.weaknesses.extend(weaknesses);
            row.disputed |= disputed;
        }
    }
}

impl<S: Store> Detector for Advisories<S> {
    fn id(&self) -> AnalyzerId {
        ID
    }

    fn detect(&self, config: &ImageConfig, inventory: &Inventory, findings: &mut Vec<Finding>, gaps: &mut Vec<Gap>) {
        let judgement = self.judge_image(config, inventory);
        findings.extend(judgement.findings);
        gaps.extend(judgement.gaps);
    }
}

/// The distribution. A package from Ubuntu's extended channel shows that the channel is on.
pub(crate) fn distro(inventory: &Inventory) -> Option<Distro> {
    let mut distro = inventory.distro.clone()?;
    let extended = |package: &Package| package.version.contains("+esm") || package.version.contains("~esm");
    distro.extended_support |= distro.id == "ubuntu" && inventory.packages().any(|(_, _, package)| extended(package));
    Some(distro)
}

/// The ecosystems whose advisories an inventory needs.
pub fn ecosystems(inventory: &Inventory) -> Vec<Ecosystem> {
    let distro = distro(inventory);
    let (of_distro, of_languages) = sort(inventory, distro.as_ref(), &mut Vec::new());
    of_distro.into_iter().chain(of_languages).map(|docket| docket.ecosystem).collect()
}

/// Sorts an inventory's packages by who judges them; what nobody judges is a gap.
pub(crate) fn sort<'a>(
    inventory: &'a Inventory,
    distro: Option<&Distro>,
    gaps: &mut Vec<Gap>,
) -> (Option<Docket<'a>>, Vec<Docket<'a>>) {
    let mut of_distro = Vec::new();
    let mut of_languages: BTreeMap<&str, Docket> = BTreeMap::new();
    let mut of_nobody = Vec::new();
    for (index, item, package) in inventory.packages() {
        if package.kind.is_os() {
            // A public key in the package database is no software.
            if package.name != "gpg-pubkey" {
                of_distro.push((index, item, package));
            }
        } else if let Some(ecosystem) = ecosystems::language(package.kind) {
            let docket = of_languages.entry(ecosystem.family);
            docket.or_insert(Docket { ecosystem, packages: Vec::new() }).packages.push((index, item, package));
        } else {
            of_nobody.push(&*package.name);
        }
    }
    if !of_nobody.is_empty() {
        let detail = format!("{} are of a kind that nobody publishes advisories about", list(of_nobody.into_iter()));
        gaps.push(gap(GapKind::NoAdvisories, detail));
    }
    let docket = docket_of_distro(distro, of_distro, gaps);
    (docket, of_languages.into_values().collect())
}

fn docket_of_distro<'a>(
    distro: Option<&Distro>,
    packages: Vec<(usize, &'a Item, &'a Package)>,
    gaps: &mut Vec<Gap>,
) -> Option<Docket<'a>> {
    if packages.is_empty() {
        return None;
    }
    let count = packages.len();
    let Some(distro) = distro else {
        let detail = format!("no file says which distribution this is, so its {count} packages cannot be judged");
        gaps.push(gap(GapKind::UnknownDistro, detail));
        return None;
    };
    let (kind, ecosystem) = match ecosystems::distribution(distro) {
        Ok(known) => known,
        Err(why) => {
            let name = name(distro);
            gaps.push(match why {
                Unjudged::NotCovered => gap(
                    GapKind::NoAdvisories,
                    format!(
                        "{name} publishes no advisories that can be read here, so its {count} packages are not judged"
                    ),
                ),
                Unjudged::NoRelease => gap(
                    GapKind::UnknownDistro,
                    format!("no file says which release of {name} this is, so its {count} packages cannot be judged"),
                ),
            });
            return None;
        }
    };
    let (own, foreign): (Vec<_>, Vec<_>) = packages.into_iter().partition(|(_, _, package)| package.kind == kind);
    if !foreign.is_empty() {
        let detail = format!(
            "{} are in another package format than that of {}, so nothing judges them",
            list(foreign.iter().map(|(_, _, package)| &*package.name)),
            name(distro),
        );
        gaps.push(gap(GapKind::UnknownDistro, detail));
    }
    let (own, third): (Vec<_>, Vec<_>) =
        own.into_iter().partition(|(_, _, package)| vendors::third_party(package).is_none());
    if !third.is_empty() {
        let names = third.iter().map(|(_, _, package)| &*package.name);
        let detail =
            format!("{} come from others than {}, whose advisories do not speak of them", list(names), name(distro));
        gaps.push(gap(GapKind::NoAdvisories, detail));
    }
    (!own.is_empty()).then_some(Docket { ecosystem, packages: own })
}

/// What keeps an ecosystem's packages from being judged fully.
fn missing(docket: &Docket, supply: &Supply) -> Vec<Gap> {
    let (label, count) = (&docket.ecosystem.label, docket.packages.len());
    let mut gaps = Vec::new();
    if supply.total == 0 {
        let detail =
            format!("there is not one advisory about {label} in the advisory data, so {count} packages are not judged");
        gaps.push(gap(GapKind::NoAdvisories, detail));
    }
    if let Some(example) = &supply.example {
        let detail = format!(
            "{} advisories of {} cannot be read, such as {example}",
            supply.unreadable, docket.ecosystem.family
        );
        gaps.push(gap(GapKind::Corrupt, detail));
    }
    gaps
}

/// Advisories that could not be decided for one package.
pub(crate) struct Unclear {
    advisories: usize,
    /// One of them, and which version cannot be compared there.
    example: String,
}

impl Unclear {
    fn gap(&self, ecosystem: &Ecosystem, item: &Item, package: &Package) -> Gap {
        let Self { advisories, example } = self;
        let detail = if package.version.is_empty() {
            format!("{} has no version, so {advisories} {} advisories cannot be decided", package.name, ecosystem.label)
        } else {
            format!(
                "{advisories} {} advisories about {} cannot be decided, such as {example}",
                ecosystem.label, package.name
            )
        };
        Gap { place: item.fact.place.clone(), by: ID, kind: GapKind::Unsupported, detail }
    }
}

/// Where one ecosystem's packages are looked up.
pub(crate) struct Desk<'a> {
    ecosystem: &'a Ecosystem,
    shards: &'a [Shard],
    /// Advisories that affected something, by shard and record.
    known: HashMap<(usize, u32), Rc<Advisory>>,
    /// What could not be read.
    broken: BTreeSet<String>,
}

impl<'a> Desk<'a> {
    pub fn new(ecosystem: &'a Ecosystem, shards: &'a [Shard]) -> Self {
        Self { ecosystem, shards, known: HashMap::new(), broken: BTreeSet::new() }
    }

    pub fn look_up<'q>(
        &mut self,
        questions: &'q [(Cow<'q, str>, Cow<'q, str>)],
        module: Option<&'q str>,
    ) -> (Vec<Hit<'q>>, Rulings, Option<Unclear>)
    where
        'a: 'q,
    {
        let mut hits: Vec<Hit> = Vec::new();
        let mut unclear: Option<Unclear> = None;
        let mut against: Vec<(usize, u32, Verdict)> = Vec::new();
        let has_streams = overruled::has_streams(self.ecosystem);
        let shards = self.shards;
        for (name, version) in questions {
            let version = Asked::new(self.ecosystem.scheme, version);
            let question = Question { scopes: &self.ecosystem.scopes, version, module };
            for (index, shard) in shards.iter().enumerate() {
                let entries = match shard.entries(name) {
                    Ok(entries) => entries,
                    Err(error) => {
                        self.complain(&error);
                        continue;
                    }
                };
                for entries in entries.chunk_by(|a, b| a.record == b.record) {
                    match matching::ask(entries, &question) {
                        Answer::Affected(matched) if matched.entry.status == Status::NotAffected => {
                            against.push((index, matched.entry.record, Verdict::NotAffected));
                        }
                        Answer::Affected(matched) => {
                            if let Some(advisory) = self.advisory(index, matched.entry) {
                                let name = name.as_ref();
                                let (ratings, version) = (matched.entry.ratings(), version.text());
                                hits.push(Hit { advisory, matched, ratings, name, version });
                            }
                        }
                        Answer::Unaffected { rank } => {
                            let ruling = rank.filter(|_| has_streams).zip(entries.first());
                            let ruling = ruling.map(|(rank, entry)| (index, entry.record, Verdict::Unaffected(rank)));
                            against.extend(ruling);
                        }
                        Answer::Unclear(invalid) => {
                            let id = entries.first().and_then(|entry| Some(shard.head(entry.record).ok()?.id));
                            let example = || format!("{}: {invalid}", id.unwrap_or_default());
                            unclear.get_or_insert_with(|| Unclear { advisories: 0, example: example() }).advisories +=
                                1;
                        }
                    }
                }
            }
        }
        let rulings = if hits.is_empty() { Rulings::default() } else { self.rulings(&against) };
        if has_streams {
            rulings.keep_telling(&mut hits);
        }
        (hits, rulings, unclear)
    }

    /// What records, by shard and number, say against others.
    fn rulings(&mut self, against: &[(usize, u32, Verdict)]) -> Rulings {
        let mut rulings = Rulings::default();
        for (shard, record, verdict) in against {
            match self.shards.get(*shard).map(|shard| shard.head(*record)) {
                Some(Ok(advisory)) => rulings.add(&advisory, *verdict),
                Some(Err(error)) => self.complain(&error),
                None => {}
            }
        }
        rulings
    }

    fn advisory(&mut self, shard: usize, entry: Entry<'_>) -> Option<Rc<Advisory>> {
        if let Some(known) = self.known.get(&(shard, entry.record)) {
            return Some(Rc::clone(known));
        }
        match self.shards.get(shard)?.brief(entry.record) {
            Ok(advisory) => {
                let advisory = Rc::new(advisory);
                self.known.insert((shard, entry.record), Rc::clone(&advisory));
                Some(advisory)
            }
            Err(error) => {
                self.complain(&error);
                None
            }
        }
    }

    fn complain(&mut self, error: &ShardError) {
        self.broken.insert(format!("{error}; fetch or build it again"));
    }
}

/// What the publishers say of a fix that is not there: the first word of any that says something.
fn state(class: &Class) -> FixState {
    let states = class.hits.iter().filter_map(|(hit, _)| match hit.matched.entry.status {
        Status::Affected | Status::NotAffected => None,
        Status::UnderInvestigation => Some(FixState::UnderInvestigation),
        Status::WillNotFix => Some(FixState::WillNotFix),
        Status::Deferred => Some(FixState::Deferred),
        Status::EndOfLife => Some(FixState::EndOfLife),
    });
    states.into_iter().next().unwrap_or(FixState::NotFixed)
}

/// The distribution's word about what its packages brought: it repairs old versions without changing their number, so
/// advisories about the number say nothing.
struct Voucher {
    distribution: String,
    /// It no longer looks, so what it does not list is not known.
    ended: bool,
    packages: HashMap<String, Listed>,
}

/// The ids that a distribution lists for one of its packages.
#[derive(Default)]
struct Listed {
    affected: HashSet<String>,
    any: HashSet<String>,
}

impl Voucher {
    /// For those packages of a docket that own what others judge, with the findings about the docket.
    fn new(
        docket: &Docket,
        supply: &Supply,
        findings: &[Finding],
        owners: &HashSet<&str>,
        end: Option<&EndOfLife>,
    ) -> Self {
        let mut packages: HashMap<String, Listed> = HashMap::new();
        let mut names: HashMap<usize, &str> = HashMap::new();
        let owning = docket.packages.iter().filter(|(_, _, package)| owners.contains(&*package.name));
        for (index, _, package) in owning {
            names.insert(*index, &package.name);
            let listed = packages.entry(package.name.clone()).or_default();
            for (name, version) in docket.ecosystem.questions(package) {
                for shard in &supply.shards {
                    // What cannot be read has become a gap when the package was looked up.
                    let entries = shard.entries(&name).unwrap_or_default();
                    let (ecosystem, module) = (&docket.ecosystem, package.module.as_deref());
                    let about = entries.iter().filter(|entry| {
                        ecosystem.contains(entry.ecosystem)
                            && builds::speaks_of(entry, ecosystem.scheme, &version, module)
                    });
                    let advisories = about.filter_map(|entry| shard.head(entry.record).ok());
                    for advisory in advisories {
                        listed.any.extend(aliases::ids(&advisory).into_iter().map(str::to_owned));
                    }
                }
            }
        }
        for finding in findings {
            if let Finding::Vulnerability(vulnerability) = finding
                && vulnerability.suppressed.is_none()
                && let Some(listed) = names.get(&vulnerability.item).and_then(|name| packages.get_mut(*name))
            {
                listed.affected.insert(vulnerability.id.clone());
                listed.affected.extend(vulnerability.aliases.iter().cloned());
            }
        }
        Self { distribution: docket.ecosystem.label.clone(), ended: end.is_some(), packages }
    }

    /// Why a vulnerability of something that `owner` brought does not count on its own.
    fn reason(&self, owner: &str, vulnerability: &Vulnerability) -> Option<String> {
        let listed = self.packages.get(owner)?;
        let in_list = |list: &HashSet<String>| {
            list.contains(&vulnerability.id) || vulnerability.aliases.iter().any(|id| list.contains(id))
        };
        let from = &self.distribution;
        if in_list(&listed.affected) {
            Some(format!("counted for {owner}, the package of {from} that brought the file"))
        } else if in_list(&listed.any) {
            Some(format!("{owner} of {from} brought the file, and by its advisories this version has the fix"))
        } else if self.ended {
            None
        } else {
            Some(format!("{owner} of {from} brought the file, and its advisories do not list this for it"))
        }
    }
}

fn gap(kind: GapKind, detail: String) -> Gap {
    Gap { place: Place::default(), by: ID, kind, detail }
}

/// The distribution's name for people.
fn name(distro: &Distro) -> &str {
    if distro.name.is_empty() { &distro.id } else { &distro.name }
}

/// `3 packages (a, b, c)`.
fn list<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let count = names.len();
    let shown: Vec<&str> = names.take(NAMES_IN_GAP).collect();
    let more = if count > shown.len() { ", ..." } else { "" };
    format!("{count} packages ({}{more})", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Fact, LayerIndex, PackageKind, SourcePackage, What};

    use crate::feeds::osv;
    use crate::shard::Builder;

    /// A store of a few records, in OSV's form.
    struct Records(Vec<String>);

    impl Store for Records {
        fn supply(&self, wanted: &Wanted<'_>) -> Result<Supply, StoreError> {
            let mut builder = Builder::new("test", 1);
            for json in &self.0 {
                let advisory = osv::parse(json.as_bytes(), |ecosystem, name| {
                    wanted.ecosystem.contains(ecosystem).then(|| name.into())
                });
                let advisory = advisory.unwrap().unwrap();
                if !advisory.affected.is_empty() {
                    builder.add(advisory);
                }
            }
            Ok(Supply { newest: None, ..Supply::of(vec![Shard::from_bytes("test", builder.finish().0)?]) })
        }
    }

    /// `ID ECOSYSTEM NAME introduced..fixed MORE`: a record with one range.
    fn record(id: &str, ecosystem: &str, name: &str, fixed: &str, more: &str) -> String {
        let fixed = if fixed.is_empty() { String::new() } else { format!(r#",{{"fixed":"{fixed}"}}"#) };
        format!(
            r#"{{"id":"{id}","modified":"2024-01-01T00:00:00Z","summary":"about {name}",{more}
            "affected":[{{"package":{{"ecosystem":"{ecosystem}","name":"{name}"}},
            "ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"0"}}{fixed}]}}]}}]}}"#
        )
    }

    fn deb(name: &str, version: &str, source: &str) -> Package {
        let source = Some(SourcePackage { name: source.into(), version: version.into() });
        Package { source, ..Package::new(PackageKind::Deb, name, version) }
    }

    fn item(package: Package, owner: Option<&str>) -> Item {
        let place = Place { layer: Some(LayerIndex(0)), path: "some/file".into() };
        let fact = Fact { what: What::Package(package), place, by: AnalyzerId::new("test") };
        Item { fact, removed: None, owner: owner.map(str::to_owned) }
    }

    fn debian(version: &str) -> Distro {
        Distro { id: "debian".into(), version: version.into(), name: "Debian".into(), ..Distro::default() }
    }

    fn judge(records: &[String], distro: Option<Distro>, items: Vec<Item>) -> Judgement {
        let advisories = Advisories::new(Records(records.to_vec()), "2026-01-01".parse().unwrap());
        advisories.judge(&Inventory { distro, items, gaps: Vec::new() })
    }

    /// Rows as `package id severity fixed`, with `(suppressed)`.
    fn rows(judgement: &Judgement, items: &[Item]) -> Vec<String> {
        let text = |finding: &Finding| match finding {
            Finding::Vulnerability(row) => format!(
                "{} {} {} {}{}",
                items[row.item].package().unwrap().name,
                row.id,
                row.severity.word(),
                row.fixed.as_deref().unwrap_or("-"),
                if row.suppressed.is_some() { " (suppressed)" } else { "" },
            ),
            Finding::EndOfLife(end) => format!("end of {} {}", end.release, end.date),
        };
        judgement.findings.iter().map(text).collect()
    }

    fn check(records: &[String], distro: Option<Distro>, items: &[Item], expected: &[&str], gaps: &[GapKind]) {
        let judgement = judge(records, distro, items.to_vec());
        assert_eq!(rows(&judgement, items), expected);
        let kinds: Vec<_> = judgement.gaps.iter().map(|gap| gap.kind).collect();
        assert_eq!(kinds, gaps, "{:?}", judgement.gaps);
    }

    #[test]
    fn a_flood_of_findings_is_bounded() {
        let records: Vec<String> = (0..3).map(|id| record(&format!("GHSA-{id}"), "npm", "a", "2.0.0", "")).collect();
        let items = (0..5).map(|_| item(Package::new(PackageKind::Npm, "a", "1.0.0"), None)).collect();
        let today = "2026-01-01".parse().unwrap();
        let advisories = Advisories { most: 8, ..Advisories::new(Records(records), today) };
        let judgement = advisories.judge(&Inventory { distro: None, items, gaps: Vec::new() });
        assert_eq!(judgement.findings.len(), 6);
        assert_eq!(judgement.gaps.iter().map(|gap| gap.kind).collect::<Vec<_>>(), [GapKind::LimitHit]);
    }

    #[test]
    fn several_databases_make_one_row_with_the_fix_that_satisfies_all() {
        let records = [
            record("PYSEC-1", "PyPI", "flask-cors", "1.1", r#""aliases":["CVE-2024-0001"],"#),
            record(
                "GHSA-1",
                "PyPI",
                "flask-cors",
                "1.2",
                r#""aliases":["CVE-2024-0001"],"database_specific":{"severity":"HIGH"},"#,
            ),
        ];
        let items = vec![item(Package::new(PackageKind::Pypi, "Flask_Cors", "1.0"), None)];
        let judgement = judge(&records, None, items.clone());
        assert_eq!(rows(&judgement, &items), ["Flask_Cors CVE-2024-0001 high 1.2"]);
        let Finding::Vulnerability(row) = &judgement.findings[0] else { panic!() };
        assert_eq!(row.aliases, ["GHSA-1", "PYSEC-1"]);
        assert_eq!(row.severity_source, "GHSA-1");
        assert_eq!(row.state, FixState::Fixed);
        assert_eq!(
            row.evidence,
            "GHSA-1: PyPI flask-cors < 1.2, this is 1.0; PYSEC-1: PyPI flask-cors < 1.1, this is 1.0"
        );
        let known = Knowledge {
            ecosystem: "PyPI".into(),
            advisories: 2,
            newest: None,
            packages: 1,
            starter: false,
            checked: None,
        };
        assert_eq!(judgement.knowledge, [known]);
    }

    #[test]
    fn every_binary_of_a_source_has_its_rows_and_removed_ones_have_none() {
        let records = [record(
            "DSA-1-1",
            "Debian:12",
            "openssl",
            "3.0.11-1~deb12u2",
            r#""upstream":["CVE-2023-0001","CVE-2023-0002"],"#,
        )];
        let mut gone = item(deb("openssl", "3.0.9-1", "openssl"), None);
        gone.removed = Some(LayerIndex(1));
        let items = vec![
            item(deb("libssl3", "3.0.9-1", "openssl"), None),
            gone,
            item(deb("openssl", "3.0.11-1~deb12u2", "openssl"), None),
            item(deb("libssl-dev", "3.0.9-1", "openssl"), None),
        ];
        let expected = [
            "libssl3 CVE-2023-0001 unknown 3.0.11-1~deb12u2",
            "libssl3 CVE-2023-0002 unknown 3.0.11-1~deb12u2",
            "libssl-dev CVE-2023-0001 unknown 3.0.11-1~deb12u2",
            "libssl-dev CVE-2023-0002 unknown 3.0.11-1~deb12u2",
        ];
        check(&records, Some(debian("12")), &items, &expected, &[]);
    }

    fn owned(owner: &str) -> Vec<Item> {
        vec![
            item(deb("python3-requests", "2.28.1+dfsg-1", "requests"), None),
            item(Package { vendor: Some("x@docker.com".into()), ..deb("docker-ce", "24", "docker-ce") }, None),
            item(Package::new(PackageKind::Pypi, "requests", "2.28.1"), Some(owner)),
        ]
    }

    #[test]
    fn the_distributions_word_counts_for_what_its_packages_brought() {
        let upstream = record("GHSA-1", "PyPI", "requests", "2.31.0", r#""aliases":["CVE-2023-0001"],"#);
        let distro = |fixed| record("DSA-1-1", "Debian:12", "requests", fixed, r#""upstream":["CVE-2023-0001"],"#);
        let other = record("DSA-2-1", "Debian:12", "other", "1", "");
        let reason = |records: &[String], owner| {
            let found = judge(records, Some(debian("12")), owned(owner)).findings;
            let row = found.into_iter().rev().find_map(|finding| match finding {
                Finding::Vulnerability(row) => Some(row),
                Finding::EndOfLife(_) => None,
            });
            row.unwrap().suppressed.unwrap_or_default()
        };
        let mine = "python3-requests";
        // It lists the vulnerability, and the package has it: one finding, not two.
        let affected = reason(&[distro("2.28.1+dfsg-1+deb12u1"), upstream.clone()], mine);
        assert_eq!(affected, "counted for python3-requests, the package of Debian:12 that brought the file");
        // It lists it, and this build has the fix.
        let fixed = reason(&[distro("2.28.1+dfsg-1"), upstream.clone()], mine);
        assert!(fixed.ends_with("by its advisories this version has the fix"), "{fixed}");
        let unlisted = reason(&[other.clone(), upstream.clone()], mine);
        assert!(unlisted.ends_with("its advisories do not list this for it"), "{unlisted}");
        // It has no advisories at all, or the package is not its own.
        assert_eq!(reason(std::slice::from_ref(&upstream), mine), "");
        assert_eq!(reason(&[other.clone(), upstream.clone()], "docker-ce"), "");
        assert_eq!(reason(&[other, upstream], "not-there"), "");
    }

    #[test]
    fn a_distribution_that_has_ended_is_not_believed_in_what_it_leaves_out() {
        let records = [
            record("GHSA-1", "PyPI", "requests", "2.31.0", r#""aliases":["CVE-2023-0001"],"#),
            record("GHSA-2", "PyPI", "requests", "2.32.0", r#""aliases":["CVE-2025-0001"],"#),
            record("DLA-1-1", "Debian:10", "requests", "2.28.1+dfsg-1", r#""upstream":["CVE-2023-0001"],"#),
        ];
        let expected = [
            "requests CVE-2023-0001 unknown 2.31.0 (suppressed)",
            "requests CVE-2025-0001 unknown 2.32.0",
            "end of Debian 10 (buster) 2022-09-10",
        ];
        check(&records, Some(debian("10")), &owned("python3-requests"), &expected, &[GapKind::NoAdvisories]);
    }

    #[test]
    fn what_cannot_be_judged_is_a_gap() {
        let npm = record("GHSA-1", "npm", "lodash", "4.17.21", "");
        let lodash = |version| item(Package::new(PackageKind::Npm, "lodash", version), None);
        check(std::slice::from_ref(&npm), None, &[lodash("latest")], &[], &[GapKind::Unsupported]);
        check(std::slice::from_ref(&npm), None, &[lodash("")], &[], &[GapKind::Unsupported]);
        // Nothing is filed about this one, whatever its version means.
        check(&[npm], None, &[item(Package::new(PackageKind::Npm, "left-pad", "latest"), None)], &[], &[]);
        check(&[], None, &[lodash("4.17.20")], &[], &[GapKind::NoAdvisories]);
        let bash = [item(deb("bash", "5.2", "bash"), None)];
        check(&[], None, &bash, &[], &[GapKind::UnknownDistro]);
        check(&[], Some(debian("12")), &bash, &[], &[GapKind::NoAdvisories]);
        check(&[], Some(debian("")), &bash, &[], &[GapKind::UnknownDistro]);
        let kali = Distro { id: "kali".into(), version: "2024.1".into(), ..Distro::default() };
        check(&[], Some(kali), &bash, &[], &[GapKind::NoAdvisories]);
        let known = record("DSA-1-1", "Debian:12", "bash", "5.1", "");
        let mixed = [item(Package::new(PackageKind::Rpm, "bash", "5.2"), None), bash[0].clone()];
        check(&[known], Some(debian("12")), &mixed, &[], &[GapKind::UnknownDistro]);
        check(&[], None, &[], &[], &[]);
        let key = item(Package::new(PackageKind::Rpm, "gpg-pubkey", "1-2"), None);
        check(&[], None, &[key], &[], &[]);
    }

    #[test]
    fn an_esm_package_shows_that_esm_is_on() {
        let ubuntu = || Some(Distro { id: "ubuntu".into(), version: "18.04".into(), ..Distro::default() });
        let records = [
            record("UBUNTU-CVE-2024-0001", "Ubuntu:18.04:LTS", "bash", "", r#""upstream":["CVE-2024-0001"],"#),
            record("USN-1-1", "Ubuntu:Pro:18.04:LTS", "wget", "1.0+esm2", r#""upstream":["CVE-2024-0002"],"#),
        ];
        let items = |wget| vec![item(deb("bash", "5.0", "bash"), None), item(deb("wget", wget, "wget"), None)];
        let end = "end of Ubuntu 18.04 LTS 2023-05-31";
        let bash = "bash CVE-2024-0001 unknown -";
        // What only Pro fixes is there without Pro as well.
        let wget = "wget CVE-2024-0002 unknown 1.0+esm2";
        check(&records, ubuntu(), &items("1.0"), &[bash, wget, end], &[]);
        check(&records, ubuntu(), &items("1.0+esm2"), &[bash], &[]);
    }

    #[test]
    fn the_trait_gives_what_the_judgement_has() {
        let records = Records(vec![record("GHSA-1", "npm", "lodash", "4.17.21", "")]);
        let advisories = Advisories::new(records, "2026-01-01".parse().unwrap());
        let items = vec![item(Package::new(PackageKind::Npm, "lodash", "4.17.20"), None)];
        let (mut findings, mut gaps) = (Vec::new(), Vec::new());
        advisories.detect(
            &ImageConfig::default(),
            &Inventory { items, ..Inventory::default() },
            &mut findings,
            &mut gaps,
        );
        assert_eq!((findings.len(), gaps.len()), (1, 0));
        assert_eq!(Detector::id(&advisories).0, "advisories");
    }
}
