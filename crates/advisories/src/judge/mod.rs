//! The judgement: an inventory and advisories in, findings out.
//!
//! `docket` sorts packages by who judges them, `desk` looks them up, `row` makes one finding of all that was found about
//! one vulnerability, `spread` gives all threads of it, `voucher` lets a distribution speak for the files that its packages brought.

mod desk;
mod docket;
mod row;
mod spread;
#[cfg(test)]
mod tests;
mod voucher;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};

use model::{
    AnalyzerId, Detector, Distro, EndOfLife, Finding, Gap, GapKind, ImageConfig, Inventory, Item, Knowledge, Package,
    Place, Vulnerability,
};

use crate::aliases;
use crate::inert;
use crate::lifecycle::{self, Date, Releases};
use crate::priority;
use crate::store::{Store, StoreError, Supply, Wanted};
use voucher::Voucher;

pub(crate) use desk::Desk;
pub use docket::ecosystems;
pub(crate) use docket::{Docket, distro, sort};
pub(crate) use row::{Exposure, Standing};

const ID: AnalyzerId = AnalyzerId::ADVISORIES;

/// Findings about one image. The worst honest one has some ten thousand; one that lists a package with a thousand
/// vulnerabilities in a hundred thousand files was made to fill memory.
const MOST_FINDINGS: usize = 250_000;

/// What is asked about a package, and the package with its index in the inventory.
type Case<'a> = (&'a [(Cow<'a, str>, Cow<'a, str>)], &'a (usize, &'a Item, &'a Package));

/// What packages that ask the same came to.
#[derive(Default)]
struct Settled {
    /// Of each package as many as there are `rows`.
    findings: Vec<Finding>,
    rows: usize,
    gaps: Vec<Gap>,
}

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
        let end = distro.as_ref().and_then(|distro| self.end_of_life(distro, &mut judgement.gaps));
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
            let owners = of_languages.iter().filter_map(|finding| owner(finding.vulnerability()?));
            let voucher = Voucher::new(&docket, &supply, of_distro, &owners.collect(), end.as_ref());
            for finding in of_languages {
                if let Finding::Vulnerability(row) = finding {
                    row.suppressed = owner(row).and_then(|owner| voucher.reason(owner, row)).or(row.suppressed.take());
                }
            }
        }
        judgement.findings.sort_by_key(|finding| finding.vulnerability().map_or(0, |vulnerability| vulnerability.item));
        judgement.findings.extend(end.map(Finding::EndOfLife));
        judgement.knowledge.sort();
        judgement.gaps.sort();
        judgement
    }

    /// The end of a release that has passed, by the newest table there is.
    fn end_of_life(&self, distro: &Distro, gaps: &mut Vec<Gap>) -> Option<EndOfLife> {
        let carried = self.store.table(lifecycle::KIND).map_err(|error| error.to_string());
        let (carried, unread) = carried.map_or_else(|why| (None, Some(why)), |carried| (carried, None));
        let (releases, unusable) = Releases::newest(carried.as_deref())
            .map_or_else(|why| (Releases::BUILT_IN, Some(why)), |releases| (releases, None));
        gaps.extend(unread.or(unusable).map(|why| {
            let detail = format!(
                "the table {} of the advisory data cannot be used, so that of the program is: {why}",
                lifecycle::KIND
            );
            gap(GapKind::Corrupt, detail)
        }));
        releases.end_of_life(distro, self.today)
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
        // Packages of one source, and copies of one module, ask the same.
        let packages = docket.packages.iter().zip(&questions);
        let mut cases: Vec<Case> = packages.map(|(package, questions)| (&**questions, package)).collect();
        cases.sort_by(|(a, (first, _, one)), (b, (second, _, two))| {
            (a, &one.module, first).cmp(&(b, &two.module, second))
        });
        let alike = |(a, (_, _, one)): &Case, (b, (_, _, two)): &Case| a == b && one.module == two.module;
        let cases: Vec<&[Case]> = cases.chunk_by(alike).collect();
        let desk = || (Desk::new(ecosystem, &supply.shards), self.most);
        let (settled, desks) =
            spread::over(&cases, desk, |(desk, room), cases| self.settle(cases, desk, exposure, room));
        for (Settled { mut findings, rows, gaps }, cases) in settled.into_iter().zip(&cases) {
            let fit = (self.most - judgement.findings.len()).checked_div(rows).unwrap_or(cases.len());
            findings.truncate(fit.saturating_mul(rows));
            judgement.findings.extend(findings);
            judgement.gaps.extend(gaps);
            if let Some((_, (_, item, package))) = cases.get(fit) {
                let detail = format!(
                    "there are more than {} findings; some packages, {} ({}) among them, are not judged",
                    self.most, package.name, item.fact.place.path
                );
                judgement.gaps.push(gap(GapKind::LimitHit, detail));
                break;
            }
        }
        let broken: BTreeSet<String> = desks.into_iter().flat_map(|(desk, _)| desk.broken).collect();
        judgement.gaps.extend(broken.into_iter().map(|detail| gap(GapKind::Corrupt, detail)));
        Some(supply)
    }

    /// What is wrong with packages that ask the same: with the first of them, as far as `room` for findings lasts.
    fn settle(&self, cases: &[Case], desk: &mut Desk<'_>, exposure: Exposure, room: &mut usize) -> Settled {
        let Some((questions, (_, _, package))) = cases.first() else { return Settled::default() };
        let ecosystem = desk.ecosystem;
        let (hits, rulings, unclear) = desk.look_up(questions, package.module.as_deref());
        let classes = aliases::classes(&hits);
        let fit = room.checked_div(classes.len()).unwrap_or(cases.len()).min(cases.len());
        *room -= fit * classes.len();
        let mut settled = Settled { rows: classes.len(), ..Settled::default() };
        if fit == 0 {
            return settled;
        }
        let mut rows: Vec<_> = classes.iter().map(|class| self.row(class, ecosystem, desk)).collect();
        for ((row, _), class) in rows.iter_mut().zip(&classes) {
            row.suppressed = rulings.denial(class);
        }
        for (left, (_, (index, item, package))) in (0..fit).rev().zip(cases) {
            // Most cases are of one package, whose rows need no copy.
            let rows = if left == 0 { std::mem::take(&mut rows) } else { rows.clone() };
            let standing = Standing { presence: package.presence, removed: item.removed.is_some(), exposure };
            let inert = inert::reason(package);
            settled.findings.extend(rows.into_iter().map(|(mut row, factors)| {
                row.suppressed = row.suppressed.or_else(|| inert.clone());
                let priority = priority::score(&standing.of(&factors)).value();
                Finding::Vulnerability(Box::new(Vulnerability { item: *index, priority, ..row }))
            }));
            settled.gaps.extend(unclear.as_ref().map(|unclear| unclear.gap(ecosystem, item, package)));
        }
        settled
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

fn gap(kind: GapKind, detail: String) -> Gap {
    Gap { place: Place::default(), by: ID, kind, detail }
}
