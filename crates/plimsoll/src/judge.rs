//! The advisories as a detector that also remembers what it knew.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use advisories::{Advisories, Bucket};
use jiff::Timestamp;
use model::{AnalyzerId, Detector, Finding, Gap, Inventory, Knowledge};

use crate::exit::Exit;
use crate::failure::Failure;

/// Judges inventories one after the other.
pub struct Judge {
    advisories: Advisories<Bucket>,
    knowledge: Mutex<Vec<Knowledge>>,
}

impl Judge {
    /// By the advisories in `folder`, as of `time`.
    pub fn open(folder: &Path, threads: usize, time: Timestamp) -> Result<Self, Failure> {
        let bucket = Bucket::open(folder).map_err(|error| {
            Failure::new(Exit::NoAdvisories, error).remedy(
                "name a folder that holds one folder for each ecosystem, such as Debian/all.zip and npm/all.zip",
            )
        })?;
        let today = time.to_string().parse().map_err(|error| Failure::new(Exit::Usage, error))?;
        Ok(Self { advisories: Advisories::new(bucket.threads(threads), today), knowledge: Mutex::default() })
    }

    /// What the last judgement was based on.
    pub fn take_knowledge(&self) -> Vec<Knowledge> {
        std::mem::take(&mut self.knowledge.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Detector for Judge {
    fn id(&self) -> AnalyzerId {
        self.advisories.id()
    }

    fn detect(&self, inventory: &Inventory, findings: &mut Vec<Finding>, gaps: &mut Vec<Gap>) {
        let mut judgement = self.advisories.judge(inventory);
        findings.append(&mut judgement.findings);
        gaps.append(&mut judgement.gaps);
        *self.knowledge.lock().unwrap_or_else(PoisonError::into_inner) = judgement.knowledge;
    }
}
