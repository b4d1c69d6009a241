//! What is known before anything was downloaded: vulnerabilities that are being exploited, from `rules/starter.tsv`, which
//! says where they come from and what is left out.
//!
//! Nothing is read when the program starts: the table is checked and packed when Plimsoll is built, and turned into
//! [`Advisory`] and [`Signal`] one by one when somebody asks.

use std::collections::HashSet;
use std::io;

use crate::advisory::{Advisory, Affected, Event, Rating};
use crate::ecosystems::Ecosystem;
use crate::shard::{Builder, Shard, ShardError};
use crate::signal::{Signal, Word};
use crate::store::{Store, StoreError, Supply, Wanted};

/// As of when the starter set is (ISO 8601): what became known to be exploited later is missing.
pub const STARTER_DAY: &str = STARTER.day;

const STARTER: Starter = include!(concat!(env!("OUT_DIR"), "/starter.rs"));

/// Who publishes the set, in the sense of [`Advisory::publisher`]: not CISA, which names no versions.
const PUBLISHER: &str = "plimsoll";

/// The whole table.
struct Starter {
    day: &'static str,
    /// In the order of their ids.
    entries: &'static [Entry],
}

/// A vulnerability.
struct Entry {
    id: &'static str,
    /// When CISA listed it (ISO 8601).
    listed: &'static str,
    ransomware: bool,
    vector: &'static str,
    aliases: &'static [&'static str],
    summary: &'static str,
    packages: &'static [Entrant],
}

/// A package that has it.
struct Entrant {
    ecosystem: &'static str,
    name: &'static str,
    ranges: &'static [&'static [Event<&'static str>]],
    versions: &'static [&'static str],
    /// Who says so.
    source: &'static str,
}

/// The starter set's advisories about packages of one ecosystem, named as the OSV schema does without a release: `Maven`.
pub fn starter(family: &str) -> impl Iterator<Item = Advisory> {
    STARTER.entries.iter().filter_map(move |entry| entry.advisory(family))
}

/// That each vulnerability of the starter set is being exploited.
pub fn starter_signals() -> impl Iterator<Item = Signal> {
    STARTER.entries.iter().map(|entry| Signal { id: entry.id.to_owned(), word: entry.word() })
}

/// A collection, and the starter set where it knows nothing at all.
pub struct Stocked<S>(pub S);

impl<S: Store> Store for Stocked<S> {
    fn supply(&self, wanted: &Wanted<'_>) -> Result<Supply, StoreError> {
        let supply = self.0.supply(wanted)?;
        let family = wanted.ecosystem.family;
        if supply.total > 0 || starter(family).next().is_none() {
            return Ok(supply);
        }
        Ok(Supply { starter: true, ..Supply::of(vec![stocked(family)?]) })
    }

    fn naming(&self, ecosystem: &Ecosystem, ids: &[String]) -> Result<Vec<Shard>, StoreError> {
        let nothing = self.0.supply(&Wanted { ecosystem, names: &HashSet::new() })?.total == 0;
        let mut shards = self.0.naming(ecosystem, ids)?;
        if nothing && starter(ecosystem.family).next().is_some() {
            shards.push(stocked(ecosystem.family)?);
        }
        Ok(shards)
    }

    fn table(&self, name: &str) -> io::Result<Option<String>> {
        self.0.table(name)
    }

    fn words(&self, id: &str) -> Result<Vec<Word>, ShardError> {
        let mut words = self.0.words(id)?;
        if !words.iter().any(|word| matches!(word, Word::Exploited { .. })) {
            words.extend(STARTER.entries.iter().find(|entry| entry.id == id).map(Entry::word));
        }
        Ok(words)
    }
}

/// The starter set about one family.
fn stocked(family: &str) -> Result<Shard, ShardError> {
    let mut builder = Builder::new(format!("the starter set of {STARTER_DAY}"), 1);
    for advisory in starter(family) {
        builder.add(advisory);
    }
    Shard::from_bytes("the starter set", builder.finish().0)
}

impl Entry {
    fn word(&self) -> Word {
        let (added, ransomware) = (self.listed.to_owned(), self.ransomware);
        Word::Exploited { added, due: None, ransomware, action: String::new() }
    }

    /// What it says about packages of one ecosystem; nothing when it knows none.
    fn advisory(&self, family: &str) -> Option<Advisory> {
        let packages: Vec<&Entrant> = self.packages.iter().filter(|package| package.ecosystem == family).collect();
        if packages.is_empty() {
            return None;
        }
        let mut sources: Vec<&str> = packages.iter().map(|package| package.source).collect();
        sources.sort_unstable();
        sources.dedup();
        Some(Advisory {
            id: self.id.to_owned(),
            publisher: PUBLISHER.to_owned(),
            aliases: self.aliases.iter().map(ToString::to_string).collect(),
            summary: self.summary.to_owned(),
            details: format!("Affected versions according to {}.", sources.join(", ")),
            modified: format!("{STARTER_DAY}T00:00:00Z"),
            ratings: vec![Rating::Vector(self.vector.to_owned())],
            references: vec![format!("https://www.cve.org/CVERecord?id={}", self.id)],
            affected: packages.into_iter().map(Entrant::affected).collect(),
            ..Advisory::default()
        })
    }
}

impl Entrant {
    fn affected(&self) -> Affected {
        let owned = |event: &Event<&str>| match *event {
            Event::Introduced(version) => Event::Introduced(version.to_owned()),
            Event::Fixed(version) => Event::Fixed(version.to_owned()),
            Event::LastAffected(version) => Event::LastAffected(version.to_owned()),
            Event::Limit(version) => Event::Limit(version.to_owned()),
        };
        Affected {
            ecosystem: self.ecosystem.to_owned(),
            name: self.name.to_owned(),
            versions: self.versions.iter().map(ToString::to_string).collect(),
            ranges: self.ranges.iter().map(|range| range.iter().map(owned).collect()).collect(),
            ..Affected::default()
        }
    }
}
