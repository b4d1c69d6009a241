//! Where the packages of one ecosystem are looked up.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use model::{Gap, GapKind, Item, Package};

use super::ID;
use crate::advisory::{Advisory, Status};
use crate::aliases::Hit;
use crate::ecosystems::Ecosystem;
use crate::matching::{self, Answer, Asked, Question};
use crate::overruled::{self, Rulings, Verdict};
use crate::shard::{Entry, Shard, ShardError};

/// Where one ecosystem's packages are looked up.
pub(crate) struct Desk<'a> {
    pub(super) ecosystem: &'a Ecosystem,
    shards: &'a [Shard],
    /// Advisories that affected something, by shard and record.
    known: HashMap<(usize, u32), Arc<Advisory>>,
    /// What could not be read.
    pub(super) broken: BTreeSet<String>,
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

    fn advisory(&mut self, shard: usize, entry: Entry<'_>) -> Option<Arc<Advisory>> {
        if let Some(known) = self.known.get(&(shard, entry.record)) {
            return Some(Arc::clone(known));
        }
        match self.shards.get(shard)?.brief(entry.record) {
            Ok(advisory) => {
                let advisory = Arc::new(advisory);
                self.known.insert((shard, entry.record), Arc::clone(&advisory));
                Some(advisory)
            }
            Err(error) => {
                self.complain(&error);
                None
            }
        }
    }

    pub(super) fn complain(&mut self, error: &ShardError) {
        self.broken.insert(format!("{error}; fetch or build it again"));
    }
}

/// Advisories that could not be decided for one package.
pub(crate) struct Unclear {
    advisories: usize,
    /// One of them, and which version cannot be compared there.
    example: String,
}

impl Unclear {
    pub(super) fn gap(&self, ecosystem: &Ecosystem, item: &Item, package: &Package) -> Gap {
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
