//! The engine: asks the sources for what is due, several files at once, and says of each what became of it.
//!
//! Invariants: a local copy is replaced by a whole, checked file or not at all. A copy that is good is never given up
//! because a source fails. Locks save work and decide nothing.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

use super::asked::Asked;
use super::claim::Claim;
use super::copy::{Found, Good};
use super::draft::{Draft, Flaw, sweep};
use super::ledger::{self, Ledger, Record, seconds};
use super::remote::{Answer, Source, Tag, Trouble};
use super::wanted::Wanted;

/// How to go about it.
pub struct Terms<'a> {
    /// The time.
    pub now: SystemTime,
    /// How long a file is not asked for again.
    pub max_age: Duration,
    /// How many files are fetched at once.
    pub parallel: usize,
    /// How long to wait for another process that fetches the same file.
    pub patience: Duration,
    /// Is told as bytes of a file come: its path, how many there are, and how many there will be.
    pub watch: Option<&'a Watch<'a>>,
}

/// Watches files come.
pub type Watch<'a> = dyn Fn(&str, u64, Option<u64>) + Sync + 'a;

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was not asked for: the copy was found to be up to date so long ago.
    Kept {
        /// How long ago.
        age: Duration,
    },
    /// There is a new copy.
    Updated,
    /// A source says that the copy is up to date.
    Unchanged,
    /// No source could say so, and the copy is used all the same.
    Stale {
        /// How long ago it was found to be up to date.
        age: Duration,
        /// What is wrong with the sources, or with the folder.
        why: String,
    },
    /// Every source says that there is no such file, and there is no copy.
    Missing,
    /// There is no copy.
    Failed {
        /// What is wrong with the sources, or with the folder.
        why: String,
    },
}

impl Outcome {
    /// Whether there is a file to use.
    pub fn is_usable(&self) -> bool {
        !matches!(self, Self::Missing | Self::Failed { .. })
    }

    /// How long ago it was found to be up to date, if there is one.
    pub fn age(&self) -> Option<Duration> {
        match self {
            Self::Kept { age } | Self::Stale { age, .. } => Some(*age),
            Self::Updated | Self::Unchanged => Some(Duration::ZERO),
            Self::Missing | Self::Failed { .. } => None,
        }
    }
}

/// What became of all files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Each by its path, in the order in which they were asked for.
    pub files: Vec<(String, Outcome)>,
    /// What a person should know of the folder; nothing is lost by it.
    pub notes: Vec<String>,
}

/// Brings the copies of `wanted` in `folder` up to date from the first of `sources` that has them. Without sources it
/// says what is there, and writes nothing.
pub fn update(folder: &Path, sources: &[Source], wanted: &[Wanted], terms: &Terms<'_>) -> Update {
    let engine = Engine {
        folder,
        sources: sources.iter().map(Asked::new).collect(),
        terms,
        ledger: Ledger::read(folder),
        unwritable: OnceLock::new(),
        notes: Mutex::default(),
    };
    let outcomes: Vec<OnceLock<Outcome>> = wanted.iter().map(|_| OnceLock::new()).collect();
    let (next, tasks) = (AtomicUsize::new(0), wanted.iter().zip(&outcomes).collect::<Vec<_>>());
    thread::scope(|scope| {
        for _ in 0..terms.parallel.clamp(1, tasks.len().max(1)) {
            scope.spawn(|| {
                while let Some((wanted, outcome)) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let _ = outcome.set(engine.bring(wanted));
                }
            });
        }
    });
    let paths = wanted.iter().map(|wanted| wanted.path.clone());
    let files = paths.zip(outcomes.into_iter().filter_map(OnceLock::into_inner)).collect();
    Update { files, notes: engine.notes.into_inner().unwrap_or_else(PoisonError::into_inner) }
}

struct Engine<'a> {
    folder: &'a Path,
    sources: Vec<Asked<'a>>,
    terms: &'a Terms<'a>,
    /// As it was at the start.
    ledger: Ledger,
    unwritable: OnceLock<Option<String>>,
    notes: Mutex<Vec<String>>,
}

impl Engine<'_> {
    fn bring(&self, wanted: &Wanted) -> Outcome {
        if let Err(why) = wanted.check_path() {
            return Outcome::Failed { why };
        }
        let place = self.folder.join(&wanted.path);
        let found = Found::at(&place, wanted, &self.ledger, self.terms);
        if let Some(age) = found.as_ref().and_then(|found| found.current(&place, wanted)) {
            return Outcome::Kept { age };
        }
        let hindered = match place.parent() {
            _ if self.sources.is_empty() => Some("no source is asked".to_owned()),
            Some(parent) => self.unwritable().or_else(|| self.prepare(parent)),
            None => None,
        };
        if let Some(why) = hindered {
            return without(found.and_then(|found| found.look(&place, wanted)).as_ref(), why);
        }
        let _claim = Claim::on(&place, self.terms.patience);
        let before = found.and_then(|found| found.record);
        let found = Found::at(&place, wanted, &Ledger::read(self.folder), self.terms);
        let record = found.as_ref().and_then(|found| found.record.as_ref());
        if record.is_some() && record != before.as_ref() && wanted.checksum.is_none() {
            // Somebody else has just asked.
            return Outcome::Kept { age: found.map(|found| found.age).unwrap_or_default() };
        }
        if let Some(age) = found.as_ref().and_then(|found| found.current(&place, wanted)) {
            return Outcome::Kept { age };
        }
        let good = found.and_then(|found| found.look(&place, wanted));
        let mut troubles = Vec::new();
        for asked in &self.sources {
            match self.ask(asked, &place, wanted, good.as_ref()) {
                Ok(Some(outcome)) => return outcome,
                Ok(None) => {}
                Err(why) => troubles.push(format!("{}: {why}", asked.source.name)),
            }
        }
        match (good, troubles.is_empty()) {
            (None, true) => Outcome::Missing,
            (good, true) => without(good.as_ref(), "no source has it any more".into()),
            (good, false) => without(good.as_ref(), troubles.join("; ")),
        }
    }

    /// Why nothing can be written to the folder, if so.
    fn unwritable(&self) -> Option<String> {
        let look = || {
            let made = fs::create_dir_all(self.folder);
            let lock =
                fs::File::options().create(true).truncate(false).write(true).open(self.folder.join(ledger::LOCK));
            let why = made.and(lock.map(drop)).err()?;
            let why = format!("{} cannot be written to: {why}", self.folder.display());
            self.note(format!("{why}; what is there is used as it is"));
            Some(why)
        };
        self.unwritable.get_or_init(look).clone()
    }

    /// Makes a folder ready for drafts, or says why it cannot be.
    fn prepare(&self, parent: &Path) -> Option<String> {
        if let Err(error) = fs::create_dir_all(parent) {
            return Some(format!("cannot create {}: {error}", parent.display()));
        }
        sweep(parent, self.terms.now);
        None
    }

    /// What becomes of the file if only this source is there; `None` where it has no such file.
    fn ask(
        &self,
        asked: &Asked<'_>,
        place: &Path,
        wanted: &Wanted,
        good: Option<&Good>,
    ) -> Result<Option<Outcome>, String> {
        asked.check()?;
        let source = asked.source;
        // Tags mean something to the source that gave them, and nothing once other bytes are wanted.
        let record = good.and_then(|good| good.record.as_ref()).filter(|record| record.source == source.name);
        let record = record.filter(|record| wanted.checksum.is_none() && !record.tag.is_empty());
        // A body that breaks off is asked for once more: that is rarely about the file.
        let mut again = false;
        loop {
            let (mut body, tag, length) = match source.remote.get(&wanted.path, record.map(|record| &record.tag)) {
                Ok(Answer::New { body, tag, length }) => (body, tag, length),
                Ok(Answer::Missing) => {
                    asked.is_well();
                    return Ok(None);
                }
                Ok(Answer::Same) => {
                    asked.is_well();
                    let Some(record) = record else { return Err("it knows our copy, and we have none".into()) };
                    self.record(wanted, Record { checked: seconds(self.terms.now), ..record.clone() });
                    return Ok(Some(Outcome::Unchanged));
                }
                Err(trouble) => return Err(asked.has(&trouble)),
            };
            let seen = |bytes| self.terms.watch.into_iter().for_each(|watch| watch(&wanted.path, bytes, length));
            match Draft::write(place, &mut body, length, wanted, &seen) {
                Ok(draft) => {
                    asked.is_well();
                    let outcome = self.take(draft, place, wanted, good, source, tag);
                    return Ok(Some(outcome.unwrap_or_else(|why| without(good, why))));
                }
                Err(Flaw::Here(why)) => return Ok(Some(without(good, why))),
                Err(Flaw::Wrong(why)) => return Err(why),
                Err(Flaw::BrokeOff(_)) if !again => again = true,
                Err(Flaw::BrokeOff(why) | Flaw::Late(why)) => return Err(asked.has(&Trouble::passing(why))),
            }
        }
    }

    fn take(
        &self,
        draft: Draft,
        place: &Path,
        wanted: &Wanted,
        good: Option<&Good>,
        source: &Source,
        tag: Tag,
    ) -> Result<Outcome, String> {
        let now = seconds(self.terms.now);
        let (blake3, length) = (draft.sum.blake3.to_string(), draft.sum.length);
        let same = good.filter(|good| good.blake3 == blake3);
        let fetched = same.and_then(|same| same.record.as_ref()).map_or(now, |record| record.fetched);
        if same.is_none() {
            draft.keep(place)?;
        }
        self.record(wanted, Record { source: source.name.clone(), tag, length, blake3, fetched, checked: now });
        Ok(if same.is_some() { Outcome::Unchanged } else { Outcome::Updated })
    }

    fn record(&self, wanted: &Wanted, record: Record) {
        if let Err(error) = Ledger::note(self.folder, &wanted.path, record, self.terms.patience) {
            self.note(format!("cannot write {}: {error}; files are asked for again", ledger::NAME));
        }
    }

    fn note(&self, note: String) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
}

/// What becomes of a file that no source gives.
fn without(good: Option<&Good>, why: String) -> Outcome {
    match good {
        Some(good) => Outcome::Stale { age: good.age, why },
        None => Outcome::Failed { why },
    }
}
