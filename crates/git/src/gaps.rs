//! What cannot be seen in a history. A broken repository may lack a million objects: each reason is told once, with the
//! first place and how many there were.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use model::{AnalyzerId, Gap, GapKind, ImagePath, Place};

/// The stage that reads repositories, as gaps name it.
const GIT: AnalyzerId = AnalyzerId::new("git");

/// Why something cannot be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reason {
    pub(crate) kind: GapKind,
    /// What happened and what to do, as it goes on after the place.
    pub(crate) told: &'static str,
}

/// Gaps, from several threads.
#[derive(Default)]
pub(crate) struct Gaps(Mutex<BTreeMap<Reason, Seen>>);

struct Seen {
    count: u64,
    /// The first in their order, so that it does not depend on which thread comes first.
    first: (ImagePath, String),
}

impl Gaps {
    /// Something at `path`, which `what` describes.
    pub(crate) fn add(&self, reason: Reason, path: &ImagePath, what: impl Into<String>) {
        let place = (path.clone(), what.into());
        let mut gaps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = gaps.entry(reason).or_insert_with(|| Seen { count: 0, first: place.clone() });
        seen.count += 1;
        seen.first = place.min(std::mem::take(&mut seen.first));
    }

    pub(crate) fn into_gaps(self) -> Vec<Gap> {
        let gaps = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let gap = |(reason, Seen { count, first: (path, what) }): (Reason, Seen)| {
            let more = if count > 1 { format!(" (and {} more)", count - 1) } else { String::new() };
            let detail = format!("{what}{more}: {}", reason.told);
            Gap { place: Place { layer: None, path }, by: GIT, kind: reason.kind, detail }
        };
        gaps.into_iter().map(gap).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_told_once() {
        let gaps = Gaps::default();
        let reason = Reason { kind: GapKind::Unavailable, told: "it is missing" };
        for path in ["b", "a", "c"] {
            gaps.add(reason, &path.into(), format!("blob {path}"));
        }
        let gaps = gaps.into_gaps();
        assert_eq!(gaps.len(), 1);
        assert_eq!(
            (gaps[0].place.path.to_text(), &*gaps[0].detail),
            ("a".into(), "blob a (and 2 more): it is missing")
        );
    }
}
