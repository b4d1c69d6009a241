//! The history of a repository: what every version of every file says, each secret once with the oldest commit that has it.
//!
//! Of versions of long ago nothing but secrets counts. A package that was declared then is not there now; a secret is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use git::{History, Layout, Version};
use model::{Budget, Committed, Fact, File, Gap, GapKind, Inventory, Item, Key, Meta, Place, Still, What};

use crate::Engine;
use crate::collect;
use crate::learned::{Allowance, LAYER, Learned};
use crate::matcher::Matcher;
use crate::unfold::Readers;

/// What a repository's history says.
pub(crate) struct Past {
    history: History,
    told: Told,
}

/// What its versions have said so far.
#[derive(Default)]
struct Told {
    /// By kind and fingerprint.
    secrets: BTreeMap<(String, String), Seen>,
    gaps: BTreeSet<Gap>,
    full: bool,
}

/// A secret where it was first.
struct Seen {
    commit: u32,
    fact: Fact,
    at_head: bool,
}

/// Reads the history of the repository in `folder`, if there is one and somebody wants it.
pub(crate) fn read(engine: &Engine<'_>, folder: &Path) -> Option<Past> {
    let analyzers = &*engine.options.history;
    if analyzers.is_empty() {
        return None;
    }
    let layout = Layout::of(folder)?;
    let (matcher, budget) = (Matcher::new(analyzers), &engine.options.budget);
    let readers = Readers { analyzers, matcher: &matcher, budget, archives: engine.options.archives };
    let told = Mutex::<Told>::default();
    let history = History::read(&layout, budget, engine.options.jobs.max(1), &|version| {
        let (facts, gaps) = ask(readers, version, budget);
        if facts.is_empty() && gaps.is_empty() {
            return;
        }
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        told.gaps(gaps, &engine.allowance);
        for fact in facts {
            told.fact(fact, version, &engine.allowance);
        }
    });
    tracing::info!(commits = history.commits(), versions = history.versions, bytes = history.bytes, "read the history");
    Some(Past { history, told: told.into_inner().unwrap_or_else(PoisonError::into_inner) })
}

/// What one version says.
fn ask(readers: Readers<'_>, version: &Version<'_>, budget: &Budget) -> (Vec<Fact>, Vec<Gap>) {
    let mode = if version.executable { 0o755 } else { 0o644 };
    let meta = Meta { size: version.content.len() as u64, mode };
    let file = File { path: version.path, meta, content: version.content, budget };
    let mut wanted = Vec::new();
    readers.matcher.by_path(version.path, &mut wanted);
    let head = &version.content[..version.content.len().min(Key::HEAD_BYTES)];
    readers.matcher.by_head(version.path, &meta, head, &mut wanted);
    // What is not kept takes no memory; what is kept is counted then.
    let allowance = Allowance::new(budget.learned_bytes);
    let mut learned = Learned::new(&allowance);
    collect::read(readers, &file, &wanted, &mut learned);
    let (mut facts, gaps) = learned.into_parts();
    facts.retain(|fact| matches!(fact.what, What::Secret(_)));
    (facts, gaps)
}

impl Told {
    fn fact(&mut self, fact: Fact, version: &Version<'_>, allowance: &Allowance) {
        let What::Secret(secret) = &fact.what else { return };
        let key = (secret.kind.clone(), secret.fingerprint.clone());
        if let Some(seen) = self.secrets.get_mut(&key) {
            seen.at_head |= version.at_head;
            // Two files of one commit may have it: always the same one counts, whichever thread comes first.
            if (version.commit, &fact.place, &fact) < (seen.commit, &seen.fact.place, &seen.fact) {
                (seen.commit, seen.fact) = (version.commit, fact);
            }
        } else if self.has_room(2 * fact.bytes(), allowance) {
            self.secrets.insert(key, Seen { commit: version.commit, fact, at_head: version.at_head });
        }
    }

    fn gaps(&mut self, gaps: Vec<Gap>, allowance: &Allowance) {
        for gap in gaps {
            if !self.gaps.contains(&gap) && self.has_room(gap.bytes(), allowance) {
                self.gaps.insert(gap);
            }
        }
    }

    /// The first time that there is none, a gap says so.
    fn has_room(&mut self, bytes: usize, allowance: &Allowance) -> bool {
        if allowance.take(bytes) {
            return true;
        }
        if !self.full {
            self.full = true;
            let detail = "the history has more to say than fits into memory; raise --max-learned-bytes".to_owned();
            self.gaps.insert(Gap { place: Place::default(), by: LAYER, kind: GapKind::LimitHit, detail });
        }
        false
    }
}

impl Past {
    /// Adds the history to what the working tree holds: a secret that is in a file there gets the commit that brought it, one
    /// that is in none is put beside them.
    pub(crate) fn join(self, inventory: &mut Inventory) {
        let Self { history, told: Told { secrets, gaps, .. } } = self;
        let committed = |seen: &Seen, still| {
            let commit = history.commit(seen.commit);
            let path = seen.fact.place.path.clone();
            let git::Commit { id, author, date } = commit;
            Some(Box::new(Committed { commit: id, author, date, path, still }))
        };
        // What git itself writes down of its messages is the history once more.
        inventory.items.retain(|item| {
            let What::Secret(secret) = &item.fact.what else { return true };
            let is_gits = item.fact.place.path.as_bytes().starts_with(b".git/");
            !(is_gits && secrets.contains_key(&(secret.kind.clone(), secret.fingerprint.clone())))
        });
        let mut in_tree = BTreeSet::new();
        for item in &mut inventory.items {
            let What::Secret(secret) = &mut item.fact.what else { continue };
            let key = (secret.kind.clone(), secret.fingerprint.clone());
            if let Some(seen) = secrets.get(&key) {
                secret.committed = committed(seen, Still::InTree);
                in_tree.insert(key);
            }
        }
        for (key, seen) in secrets {
            if in_tree.contains(&key) {
                continue;
            }
            let still = if seen.at_head { Still::AtHead } else { Still::InHistory };
            let committed = committed(&seen, still);
            let mut fact = seen.fact;
            if let What::Secret(secret) = &mut fact.what {
                secret.committed = committed;
            }
            inventory.items.push(Item { fact, removed: None, owner: None });
        }
        inventory.items.sort();
        inventory.gaps.extend(gaps);
        inventory.gaps.extend(history.gaps);
        inventory.gaps.sort();
        inventory.gaps.dedup();
    }
}
