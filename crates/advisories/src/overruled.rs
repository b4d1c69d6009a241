//! Advisories that another word about the same vulnerability of the same package overrules.
//!
//! - **Not affected.** Where a publisher says of a vulnerability that the package does not have it (VEX `not_affected`,
//!   version `0` in Debian's and Alpine's lists), its other advisories, which often are about several vulnerabilities at
//!   once, do not count for that one. The row is shown, suppressed.
//! - **Extended streams.** Red Hat repairs a minor release that it keeps alive (EUS and its like) in an advisory of its own,
//!   with a lower version than the main stream's. Where the stream of the system has the fix, the main stream's is none
//!   that is missing.

use std::collections::HashSet;

use crate::advisory::Advisory;
use crate::aliases::{self, Class, Hit};
use crate::ecosystems::Ecosystem;
use crate::publishers;

/// What one advisory says against others about the same package.
pub(crate) struct Ruling {
    pub advisory: Advisory,
    /// The place of the scope that it was found in; lower ones are more telling.
    pub rank: usize,
    pub verdict: Verdict,
}

/// How it says it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The package never had it.
    NotAffected,
    /// This version does not have it.
    Unaffected,
}

/// Whether the scopes of an ecosystem are streams, of which the most telling one that speaks of a vulnerability decides
/// for all advisories. Elsewhere it decides inside one advisory only, since a later one may complete what was left open.
pub(crate) fn has_streams(ecosystem: &Ecosystem) -> bool {
    ecosystem.family == "Red Hat" && ecosystem.scopes.len() > 1
}

/// Leaves out what more telling streams have the fix of.
pub(crate) fn keep_valid(hits: &mut Vec<Hit>, rulings: &[Ruling]) {
    let fixed = rulings.iter().filter(|ruling| ruling.verdict == Verdict::Unaffected);
    let fixed: Vec<_> = fixed.map(|ruling| (ruling.rank, ids(&ruling.advisory))).collect();
    if fixed.is_empty() {
        return;
    }
    hits.retain(|hit| {
        let above: HashSet<&str> =
            fixed.iter().filter(|(rank, _)| *rank < hit.matched.rank).flat_map(|(_, ids)| ids.iter().copied()).collect();
        // One that is about several vulnerabilities stays while any of them is open.
        !aliases::vulnerabilities(&hit.advisory).iter().all(|ids| ids.iter().any(|id| above.contains(id)))
    });
}

fn ids(advisory: &Advisory) -> Vec<&str> {
    aliases::ids(advisory)
}

/// Why a vulnerability does not count, where whoever says that the package has it also says that it does not.
pub(crate) fn denial(class: &Class, rulings: &[Ruling]) -> Option<String> {
    let mut denials = rulings.iter().filter(|ruling| ruling.verdict == Verdict::NotAffected).filter(|ruling| {
        ids(&ruling.advisory).into_iter().any(|id| id == class.id || class.others.contains(id))
    });
    let denies = |hit: &Hit| denials.clone().any(|ruling| publisher(&ruling.advisory) == publisher(&hit.advisory));
    if !class.hits.iter().all(|(hit, _)| denies(hit)) {
        return None;
    }
    let word = &denials.next()?.advisory.id;
    Some(format!("its publisher says in {word} that the package does not have it"))
}

fn publisher(advisory: &Advisory) -> &str {
    if advisory.publisher.is_empty() { publishers::of_id(&advisory.id) } else { &advisory.publisher }
}
