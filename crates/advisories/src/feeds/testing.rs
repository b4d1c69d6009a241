//! For the tests of feeds: what a feed says about bytes, and real files where there are some.

use std::fs;
use std::path::Path;

use super::{Feed, File, Reason, Refusal, Sink};
use crate::advisory::Advisory;
use crate::signal::Signal;

/// All that was taken of a file.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub advisories: Vec<Advisory>,
    pub signals: Vec<Signal>,
    pub refusals: Vec<Refusal>,
}

impl Read {
    /// Which records were refused, and why.
    pub fn reasons(&self) -> Vec<(String, Reason)> {
        self.refusals.iter().map(|refusal| (refusal.record.clone(), refusal.reason)).collect()
    }
}

impl Sink for Read {
    fn advisory(&mut self, advisory: Advisory) {
        self.advisories.push(advisory);
    }

    fn signal(&mut self, signal: Signal) {
        self.signals.push(signal);
    }

    fn refuse(&mut self, refusal: Refusal) {
        self.refusals.push(refusal);
    }
}

/// What the feed reads of a file.
pub(crate) fn read(feed: &Feed, path: &str, bytes: &[u8]) -> Result<Read, String> {
    let mut taken = Read::default();
    (feed.read)(&File { path, bytes }, &mut taken).map_err(|broken| broken.detail)?;
    Ok(taken)
}

/// A file of the mirror beside the repository.
pub(crate) fn mirror(path: &str) -> Option<Vec<u8>> {
    let ancestors = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let found = ancestors.map(|folder| folder.join("../shared/osv-mirror").join(path)).find(|file| file.is_file());
    if found.is_none() {
        eprintln!("skipped: {path}, because there is no ../shared/osv-mirror beside the repository");
    }
    fs::read(found?).ok()
}
