//! Makes a shard of advisories.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::layout::{self, Blocks, Section, Writer};
use super::wire::{put_number, put_text, put_texts};
use super::{About, BRIEF_BLOCK, DETAIL_BLOCK, MAX_TEXT_BLOCK, MAX_WORD, MAX_WORDS, PER_BLOCK};
use crate::advisory::{Advisory, Affected, Event, Rating, Status};
use crate::ecosystems::Ecosystem;
use crate::feeds::text::readable;
use crate::feeds::{Reason, Refusal};
use crate::matching;
use crate::publishers;

use model::Severity;
use versions::Scheme;

/// Gathers advisories about one ecosystem and release family.
pub struct Builder {
    shard: String,
    level: i32,
    /// By id and publisher, the copy that was changed last. Withdrawn ones stay until the end, as the newest copy may be
    /// such a one.
    advisories: BTreeMap<(String, String), Advisory>,
    tally: Tally,
}

/// What became of the records that were offered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Records that were offered.
    pub read: u64,
    /// Records that are in the shard.
    pub kept: u64,
    /// Records, and single ranges, that are not, by reason.
    pub refused: BTreeMap<Reason, Refused>,
}

/// What was refused for one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// How many.
    pub count: u64,
    /// The first of them in the order of names, for a person.
    pub example: String,
}

impl Tally {
    /// Counts a refusal.
    pub fn refuse(&mut self, refusal: &Refusal) {
        let detail = if refusal.detail.is_empty() { String::new() } else { format!(": {}", readable(&refusal.detail)) };
        let one = Refused { count: 1, example: format!("{}{detail}", readable(&refusal.record)) };
        self.refused.entry(refusal.reason).or_default().add(one);
    }

    /// Puts two together.
    pub fn add(&mut self, other: Self) {
        self.read += other.read;
        self.kept += other.kept;
        for (reason, refused) in other.refused {
            self.refused.entry(reason).or_default().add(refused);
        }
    }
}

impl Refused {
    fn add(&mut self, other: Self) {
        self.count += other.count;
        if self.example.is_empty() || other.example < self.example {
            self.example = other.example;
        }
    }
}

impl Builder {
    /// For the shard of that name. `level` is zstd's, from 1 (fast) to 22 (small).
    pub fn new(shard: impl Into<String>, level: i32) -> Self {
        Self { shard: shard.into(), level, advisories: BTreeMap::new(), tally: Tally::default() }
    }

    /// Takes an advisory, with those of its entries that belong here.
    pub fn add(&mut self, mut advisory: Advisory) {
        self.tally.read += 1;
        if !fits(&advisory) {
            return self.refuse(advisory.id, Reason::TooLarge, String::new());
        }
        if advisory.publisher.is_empty() {
            publishers::of_id(&advisory.id).clone_into(&mut advisory.publisher);
        }
        let key = (advisory.id.clone(), advisory.publisher.clone());
        let refused = match self.advisories.remove(&key) {
            Some(known) => {
                let (best, other) = better(known, advisory);
                self.advisories.insert(key, best);
                Some(other)
            }
            None => self.advisories.insert(key, advisory).map(|known| known.id),
        };
        if let Some(refused) = refused {
            self.refuse(refused, Reason::Superseded, String::new());
        }
    }

    fn refuse(&mut self, record: String, reason: Reason, detail: String) {
        self.tally.refuse(&Refusal { record, reason, detail });
    }

    /// The shard's bytes, and what became of everything that was offered.
    pub fn finish(mut self) -> (Vec<u8>, Tally) {
        let mut kept = Vec::new();
        let mut schemes = Schemes::default();
        for (_, mut advisory) in std::mem::take(&mut self.advisories) {
            if advisory.withdrawn {
                self.refuse(advisory.id, Reason::Withdrawn, String::new());
                continue;
            }
            let packages = advisory.affected.len();
            let mut speaks = Vec::new();
            for mut affected in std::mem::take(&mut advisory.affected) {
                let Some(ecosystem) = schemes.of(&affected.ecosystem) else {
                    self.refuse(advisory.id.clone(), Reason::UnknownEcosystem, affected.ecosystem);
                    continue;
                };
                if let Cow::Owned(name) = ecosystem.normalize(&affected.name) {
                    affected.name = name;
                }
                let scheme = ecosystem.scheme;
                affected.ranges.iter_mut().flatten().for_each(|event| without_spaces(event, scheme));
                affected.ranges.retain(|timeline| match unreadable(timeline, scheme) {
                    None => true,
                    Some(version) => {
                        let detail = format!("{} of {} is no version", version.escape_debug(), affected.name);
                        let record = advisory.id.clone();
                        self.tally.refuse(&Refusal { record, reason: Reason::UnreadableVersion, detail });
                        false
                    }
                });
                // What the ranges say already need not be said again.
                let versions = std::mem::take(&mut affected.versions);
                affected.versions =
                    versions.into_iter().filter(|version| !matching::in_ranges(&affected, scheme, version)).collect();
                affected.versions.sort_unstable();
                affected.versions.dedup();
                if !affected.ranges.is_empty() || !affected.versions.is_empty() {
                    speaks.push(affected);
                }
            }
            if speaks.is_empty() {
                let reason = if packages == 0 { Reason::NoPackage } else { Reason::NoVersions };
                self.refuse(advisory.id, reason, String::new());
                continue;
            }
            speaks.sort_by(|a, b| (&a.name, &a.ecosystem).cmp(&(&b.name, &b.ecosystem)));
            advisory.affected = speaks;
            kept.push(advisory);
        }
        self.tally.kept = kept.len() as u64;
        let first = |advisory: &Advisory| advisory.affected.first().map(|affected| affected.name.clone());
        kept.sort_by_cached_key(|advisory| (first(advisory), advisory.id.clone(), advisory.publisher.clone()));
        (write(&self.shard, self.level, &kept), self.tally)
    }
}

/// Which of two copies counts, and the id of the other: the publisher's own, completed by the other; else the one that was
/// changed last. Two of one age differ in what they say: which one counts must not depend on which one came first.
fn better(a: Advisory, b: Advisory) -> (Advisory, String) {
    let age = |advisory: &Advisory| advisory.modified.trim_end_matches('Z').to_owned();
    let rank = |advisory: &Advisory| (!advisory.through_osv, age(advisory));
    let (mut best, other) = if (rank(&a), &a) > (rank(&b), &b) { (a, b) } else { (b, a) };
    if !best.through_osv && other.through_osv && !other.withdrawn {
        let fill = |text: &mut String, other: String| {
            if text.is_empty() {
                *text = other;
            }
        };
        fill(&mut best.summary, other.summary);
        fill(&mut best.details, other.details);
        fill(&mut best.modified, other.modified);
        best.published = best.published.or(other.published);
        if best.ratings.is_empty() {
            best.ratings = other.ratings;
        }
        if best.references.is_empty() {
            best.references = other.references;
        }
    }
    // A publisher's files may each know other releases or products.
    if !best.through_osv && !other.through_osv && !best.withdrawn {
        let more = other.affected.into_iter().filter(|more| {
            !best.affected.iter().any(|known| (&known.ecosystem, &known.name) == (&more.ecosystem, &more.name))
        });
        let more: Vec<_> = more.collect();
        best.affected.extend(more);
    }
    (best, other.id)
}

/// Whether it has no more than readers take.
fn fits(advisory: &Advisory) -> bool {
    let texts = [&advisory.summary, &advisory.details].into_iter().chain(&advisory.references);
    let rated = |ratings: &[Rating]| {
        let long = |rating: &Rating| matches!(rating, Rating::Vector(vector) if vector.len() > MAX_WORD);
        ratings.len() <= MAX_WORDS && !ratings.iter().any(long)
    };
    let words = |words: &[String]| words.iter().all(|word| word.len() <= MAX_WORD);
    // Ten bytes are the most that a text's length takes.
    texts.map(|text| text.len() + 10).sum::<usize>() <= MAX_TEXT_BLOCK - DETAIL_BLOCK - 40
        && advisory.publisher.len() <= MAX_WORD
        && advisory.weaknesses.len() <= MAX_WORDS
        && words(&advisory.weaknesses)
        && rated(&advisory.ratings)
        && advisory.affected.iter().all(|affected| {
            affected.ecosystem.len() <= MAX_WORD && words(&affected.modules) && rated(&affected.ratings)
        })
}

/// Ecosystems by their names, looked up once.
#[derive(Default)]
struct Schemes(HashMap<String, Option<Ecosystem>>);

impl Schemes {
    fn of(&mut self, ecosystem: &str) -> Option<&Ecosystem> {
        if !self.0.contains_key(ecosystem) {
            self.0.insert(ecosystem.to_owned(), Ecosystem::named(ecosystem));
        }
        self.0.get(ecosystem)?.as_ref()
    }
}

/// Some publishers put a space behind an epoch, and no scheme has versions with spaces.
fn without_spaces(event: &mut Event, scheme: Scheme) {
    let (Event::Introduced(version) | Event::Fixed(version) | Event::LastAffected(version) | Event::Limit(version)) =
        event;
    if version.contains(' ') && !scheme.is_valid(version) {
        version.retain(|character| character != ' ');
    }
}

/// A version of the timeline that cannot be compared, not even by the generic order.
fn unreadable(timeline: &[Event], scheme: Scheme) -> Option<&str> {
    let mut versions = timeline.iter().filter_map(|event| event.as_str().version());
    versions.find(|version| !scheme.is_valid(version) && !Scheme::Generic.is_valid(version))
}

/// Texts that repeat, each with its number.
#[derive(Default)]
struct Words<'a> {
    numbers: HashMap<&'a str, u64>,
    words: Vec<&'a str>,
}

impl<'a> Words<'a> {
    fn number(&mut self, word: &'a str) -> u64 {
        *self.numbers.entry(word).or_insert_with(|| {
            self.words.push(word);
            self.words.len() as u64 - 1
        })
    }

    fn put_ratings(&mut self, out: &mut Vec<u8>, ratings: &'a [Rating]) {
        put_number(out, ratings.len() as u64);
        for rating in ratings {
            let number = match rating {
                Rating::Word(severity) => {
                    Severity::WORST_FIRST.iter().position(|known| known == severity).unwrap_or_default() as u64
                }
                Rating::Vector(vector) => self.number(vector) + Severity::WORST_FIRST.len() as u64,
            };
            put_number(out, number);
        }
    }
}

/// Writes a shard that has something else to say about each name than entries.
pub(crate) fn write_runs(shard: &str, runs: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let mut writer = Writer::default();
    let names: Vec<&str> = runs.keys().map(String::as_str).collect();
    let contents: Vec<&Vec<u8>> = runs.values().collect();
    put_runs(&mut writer, &names, &contents);
    writer.section(Section::About, about(shard, &[], names.len()));
    writer.section(Section::Words, layout::list(std::iter::empty::<&str>()));
    writer.finish()
}

fn put_runs(writer: &mut Writer, names: &[&str], runs: &[impl AsRef<[u8]>]) {
    for block in runs.chunks(PER_BLOCK) {
        writer.block(Blocks::Entries, &layout::list(block.iter()));
    }
    writer.section(Section::Names, layout::list(names.iter()));
}

/// Writes the file. Advisories are sorted as they shall lie.
pub(super) fn write(shard: &str, level: i32, advisories: &[Advisory]) -> Vec<u8> {
    let mut writer = Writer::default();
    let mut words = Words::default();
    let mut heads = Vec::with_capacity(advisories.len());
    let mut runs: BTreeMap<&str, (Vec<u8>, u64)> = BTreeMap::new();
    let mut briefs = Texts { blocks: Blocks::Briefs, size: BRIEF_BLOCK, level, open: Vec::new() };
    let mut details = Texts { blocks: Blocks::Details, size: DETAIL_BLOCK, level, open: Vec::new() };
    let mut entry = Vec::new();
    for (record, advisory) in (0u64..).zip(advisories) {
        let (block, offset) = details.place(&mut writer, advisory);
        put_text(&mut details.open, &advisory.details);
        let place = briefs.place(&mut writer, advisory);
        put_text(&mut briefs.open, &advisory.summary);
        put_texts(&mut briefs.open, &advisory.references);
        put_number(&mut briefs.open, block);
        put_number(&mut briefs.open, offset);
        heads.push(head(advisory, &mut words, place));
        for affected in &advisory.affected {
            entry.clear();
            put_entry(&mut entry, affected, &mut words);
            let (run, last) = runs.entry(&affected.name).or_default();
            put_number(run, record - *last);
            *last = record;
            put_number(run, entry.len() as u64);
            run.extend_from_slice(&entry);
        }
    }
    briefs.close(&mut writer);
    details.close(&mut writer);
    for block in heads.chunks(PER_BLOCK) {
        writer.block(Blocks::Records, &layout::list(block.iter()));
    }
    let names: Vec<&str> = runs.keys().copied().collect();
    let runs: Vec<Vec<u8>> = runs.into_values().map(|(run, _)| run).collect();
    put_runs(&mut writer, &names, &runs);
    writer.section(Section::About, about(shard, advisories, names.len()));
    writer.section(Section::Words, layout::list(words.words.iter()));
    writer.finish()
}

/// Texts that become compressed blocks.
struct Texts {
    blocks: Blocks,
    /// Bytes after which a block is closed.
    size: usize,
    level: i32,
    /// What the next block has so far.
    open: Vec<u8>,
}

impl Texts {
    /// Where the next text comes to lie: its block, and its offset there.
    fn place(&mut self, writer: &mut Writer, advisory: &Advisory) -> (u64, u64) {
        if self.open.len() >= self.size || self.open.len() >= self.size / 2 && begins_block(advisory) {
            self.close(writer);
        }
        (writer.blocks(self.blocks) as u64, self.open.len() as u64)
    }

    /// Compresses what has been gathered into a block.
    fn close(&mut self, writer: &mut Writer) {
        if !self.open.is_empty() {
            // It fails for want of memory only.
            let packed = zstd::bulk::compress(&self.open, self.level).unwrap_or_default();
            writer.block(self.blocks, &packed);
            self.open.clear();
        }
    }
}

/// Whether a block of texts should begin with this advisory: every fourth says so, whatever stands around it. So blocks
/// behind one that changed stay what they were, and a delta need not carry them.
fn begins_block(advisory: &Advisory) -> bool {
    blake3::hash(advisory.id.as_bytes()).as_bytes()[0] < 64
}

fn about(shard: &str, advisories: &[Advisory], packages: usize) -> Vec<u8> {
    let mut publishers = BTreeMap::new();
    for advisory in advisories {
        *publishers.entry(advisory.publisher.clone()).or_default() += 1;
    }
    let about = About {
        shard: shard.to_owned(),
        advisories: advisories.len() as u64,
        packages: packages as u64,
        newest: advisories.iter().map(|advisory| &advisory.modified).filter(|time| !time.is_empty()).max().cloned(),
        publishers,
    };
    // Texts and numbers can always be written.
    serde_json::to_vec(&about).unwrap_or_default()
}

fn head<'a>(advisory: &'a Advisory, words: &mut Words<'a>, (block, offset): (u64, u64)) -> Vec<u8> {
    let mut out = Vec::new();
    put_text(&mut out, &advisory.id);
    put_number(&mut out, words.number(&advisory.publisher));
    put_texts(&mut out, &advisory.aliases);
    put_texts(&mut out, &advisory.upstream);
    put_text(&mut out, advisory.published.as_deref().unwrap_or_default());
    put_text(&mut out, &advisory.modified);
    out.push(u8::from(advisory.disputed));
    words.put_ratings(&mut out, &advisory.ratings);
    put_number(&mut out, advisory.weaknesses.len() as u64);
    for weakness in &advisory.weaknesses {
        put_number(&mut out, words.number(weakness));
    }
    put_number(&mut out, block);
    put_number(&mut out, offset);
    out
}

fn put_entry<'a>(out: &mut Vec<u8>, affected: &'a Affected, words: &mut Words<'a>) {
    put_number(out, words.number(&affected.ecosystem));
    out.push(Status::ALL.iter().position(|known| *known == affected.status).unwrap_or_default().to_le_bytes()[0]);
    let mut part = Vec::new();
    let mut close = |part: &mut Vec<u8>| {
        put_number(out, part.len() as u64);
        out.append(part);
    };
    for module in &affected.modules {
        put_number(&mut part, words.number(module));
    }
    close(&mut part);
    if !affected.ratings.is_empty() {
        words.put_ratings(&mut part, &affected.ratings);
    }
    close(&mut part);
    for timeline in &affected.ranges {
        let mut events = Vec::new();
        for event in timeline {
            let (kind, version) = match event {
                Event::Introduced(version) if version == "0" => (0, None),
                Event::Introduced(version) => (1, Some(version)),
                Event::Fixed(version) => (2, Some(version)),
                Event::LastAffected(version) => (3, Some(version)),
                Event::Limit(version) => (4, Some(version)),
            };
            events.push(kind);
            if let Some(version) = version {
                put_text(&mut events, version);
            }
        }
        put_number(&mut part, events.len() as u64);
        part.append(&mut events);
    }
    close(&mut part);
    for version in &affected.versions {
        put_text(&mut part, version);
    }
    close(&mut part);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_publishers_own_copy_counts_and_is_completed() {
        let affected = |status| Affected {
            ecosystem: "Debian:12".into(),
            name: "a".into(),
            status,
            ranges: vec![vec![Event::Introduced("0".into())]],
            ..Affected::default()
        };
        let own = Advisory {
            id: "DEBIAN-CVE-2024-0001".into(),
            affected: vec![affected(Status::WillNotFix)],
            ..Advisory::default()
        };
        let through_osv = Advisory {
            summary: "what it is".into(),
            modified: "2025-01-01T00:00:00Z".into(),
            through_osv: true,
            affected: vec![affected(Status::Affected)],
            ..own.clone()
        };
        for order in [[&own, &through_osv], [&through_osv, &own]] {
            let mut builder = Builder::new("Debian:12", 1);
            for advisory in order {
                builder.add(advisory.clone());
            }
            let (bytes, tally) = builder.finish();
            let shard = crate::shard::Shard::from_bytes("test", bytes).unwrap();
            assert_eq!(shard.advisory(0).unwrap().summary, "what it is");
            assert_eq!(shard.entries("a").unwrap()[0].status, Status::WillNotFix);
            assert_eq!((tally.read, tally.kept, tally.refused[&Reason::Superseded].count), (2, 1, 1));
        }
    }
}
