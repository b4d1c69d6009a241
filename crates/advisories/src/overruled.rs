//! Advisories that another word about the same vulnerability of the same package overrules.
//!
//! - **Not affected.** Where a publisher says of a vulnerability that the package does not have it (VEX `not_affected`,
//!   version `0` in Debian's and Alpine's lists), its other advisories, which often are about several vulnerabilities at
//!   once, do not count for that one. The row is shown, suppressed.
//! - **Extended streams.** Red Hat repairs a minor release that it keeps alive (EUS and its like) in an advisory of its own,
//!   with a lower version than the main stream's. Where the stream of the system speaks of a vulnerability, the main
//!   stream's word on it does not count.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::advisory::Advisory;
use crate::aliases::{self, Class, Hit};
use crate::ecosystems::Ecosystem;
use crate::publishers;

/// How an advisory speaks against others.
#[derive(Clone, Copy)]
pub(crate) enum Verdict {
    /// The package never had it.
    NotAffected,
    /// This version does not have it, by the scope at this place in the list: lower ones are more telling.
    Unaffected(usize),
}

/// What is said against the advisories about one package.
#[derive(Default)]
pub(crate) struct Rulings {
    /// By vulnerability: whose package does not have it, and in which advisory that stands.
    denied: HashMap<String, Vec<(String, String)>>,
    /// Scopes, and what is fixed by them.
    fixed: Vec<(usize, HashSet<String>)>,
}

impl Rulings {
    pub fn add(&mut self, advisory: &Advisory, verdict: Verdict) {
        let ids = aliases::ids(advisory).into_iter().map(str::to_owned);
        match verdict {
            Verdict::NotAffected => {
                for id in ids {
                    let word = (publisher(advisory).to_owned(), advisory.id.clone());
                    self.denied.entry(id).or_default().push(word);
                }
            }
            Verdict::Unaffected(rank) => self.fixed.push((rank, ids.collect())),
        }
    }

    /// Leaves out of the advisories that affect the package what a more telling stream speaks of.
    pub fn keep_telling(&self, hits: &mut Vec<Hit>) {
        let affecting = hits.iter().map(|hit| (hit.matched.rank, Arc::clone(&hit.advisory))).collect::<Vec<_>>();
        let affecting: Vec<(usize, Vec<&str>)> =
            affecting.iter().map(|(rank, advisory)| (*rank, aliases::ids(advisory))).collect();
        hits.retain(|hit| {
            let rank = hit.matched.rank;
            let spoken_of = |id: &str| {
                self.fixed.iter().any(|(other, ids)| *other < rank && ids.contains(id))
                    || affecting.iter().any(|(other, ids)| *other < rank && ids.contains(&id))
            };
            // One that is about several vulnerabilities stays while the stream is silent about any of them.
            rank == 0 || !aliases::vulnerabilities(&hit.advisory).iter().all(|ids| ids.iter().any(|id| spoken_of(id)))
        });
    }

    /// Why a vulnerability does not count, where everybody who says that the package has it also says that it does not.
    pub fn denial(&self, class: &Class) -> Option<String> {
        let ids = || std::iter::once(class.id).chain(class.others.iter().copied());
        let words = || ids().filter_map(|id| self.denied.get(id)).flatten();
        let denies = |hit: &Hit| words().any(|(denier, _)| denier == publisher(&hit.advisory));
        let (_, word) = words().next()?;
        let all = class.hits.iter().all(|(hit, _)| denies(hit));
        all.then(|| format!("by {word} of the same publisher the package does not have this vulnerability"))
    }
}

/// Whether the scopes of an ecosystem are streams, of which the most telling one that speaks of a vulnerability decides
/// for all advisories. Elsewhere it decides inside one advisory only: a later one may complete what was left open.
pub(crate) fn has_streams(ecosystem: &Ecosystem) -> bool {
    ecosystem.family == "Red Hat" && ecosystem.scopes.len() > 1
}

fn publisher(advisory: &Advisory) -> &str {
    if advisory.publisher.is_empty() { publishers::of_id(&advisory.id) } else { &advisory.publisher }
}
