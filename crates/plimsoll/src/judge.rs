//! The advisories as a detector that also remembers what it knew.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use advisories::{Advisories, Bucket, Library, Store, StoreError};
use jiff::Timestamp;
use model::{AnalyzerId, Detector, Finding, Gap, ImageConfig, Inventory, Knowledge};

use crate::exit::Exit;
use crate::failure::Failure;

/// Judges inventories one after the other.
pub struct Judge {
    advisories: Advisories<Box<dyn Store>>,
    knowledge: Mutex<Vec<Knowledge>>,
}

impl Judge {
    /// By the advisories in `folder`, be they shards or as OSV exports them, as of `time`.
    pub fn open(folder: &Path, threads: usize, time: Timestamp) -> Result<Self, Failure> {
        let store: Result<Box<dyn Store>, StoreError> = if Library::is_one(folder) {
            Library::open(folder).map(|library| Box::new(library) as _)
        } else {
            Bucket::open(folder).map(|bucket| Box::new(bucket.threads(threads)) as _)
        };
        let store = store.map_err(|error| {
            Failure::new(Exit::NoAdvisories, error).remedy(
                "name a folder that plimsoll db build made, or one that holds one folder for each ecosystem, such as \
                 Debian/all.zip and npm/all.zip",
            )
        })?;
        let today = time.to_string().parse().map_err(|error| Failure::new(Exit::Usage, error))?;
        Ok(Self { advisories: Advisories::new(store, today), knowledge: Mutex::default() })
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

    fn detect(&self, config: &ImageConfig, inventory: &Inventory, findings: &mut Vec<Finding>, gaps: &mut Vec<Gap>) {
        let mut judgement = self.advisories.judge_image(config, inventory);
        findings.append(&mut judgement.findings);
        gaps.append(&mut judgement.gaps);
        *self.knowledge.lock().unwrap_or_else(PoisonError::into_inner) = judgement.knowledge;
    }
}
