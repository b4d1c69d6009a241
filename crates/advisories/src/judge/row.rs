//! One finding for each vulnerability of a package, of all that was found about it, and how urgent it is.

use std::cmp::Ordering;

use model::{FixState, ImageConfig, Presence, Vulnerability};

use super::Advisories;
use super::desk::Desk;
use crate::advisory::Status;
use crate::aliases::Class;
use crate::ecosystems::Ecosystem;
use crate::lifecycle::Date;
use crate::priority::{self, Factors};
use crate::severity::{self, Of, Rated, Said};
use crate::signal::Word;
use crate::store::Store;

impl<S: Store> Advisories<S> {
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
