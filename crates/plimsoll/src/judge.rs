//! The advisories as a detector that also remembers what it knew.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use advisories::fresh::Outcome;
use advisories::{Advisories, Bucket, Explanation, Library, Stocked, Store, StoreError};
use jiff::Timestamp;
use model::{AnalyzerId, Detector, Finding, Gap, GapKind, ImageConfig, Inventory, Knowledge, Place, Report};
use report::one_line;

use crate::args::Look;
use crate::commands::db;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::progress::Line;
use crate::refresh::{self, Need, Refresher};

/// Data that was found to be up to date within this time is not asked for again.
const FRESH: Duration = Duration::from_hours(12);

/// Judges inventories one after the other.
pub struct Judge {
    advisories: Advisories<Stocked<Box<dyn Store>>>,
    knowledge: Mutex<Vec<Knowledge>>,
    /// Asked before each judgement for what the inventory needs.
    refresher: Option<Refresher>,
    line: Option<Arc<Line>>,
    quiet: bool,
}

/// The user's wishes.
pub struct Terms<'a> {
    /// What to look for, and with what.
    pub look: &'a Look,
    /// How many threads may work.
    pub threads: usize,
    /// The time of the report.
    pub time: Timestamp,
    /// Where to show what is being done.
    pub line: Option<Arc<Line>>,
    /// Nothing is said but errors.
    pub quiet: bool,
}

impl Judge {
    /// By the folder of advisories that was named, or else by the user's own, which is brought up to date.
    pub fn open(terms: Terms<'_>) -> Result<Self, Failure> {
        let Terms { look, threads, time, line, quiet } = terms;
        let today = time.to_string().parse().map_err(|error| Failure::new(Exit::Usage, error))?;
        let (store, refresher) = match &look.advisories {
            Some(folder) => (named(folder, threads)?, None),
            None => own(look, threads)?,
        };
        let advisories = Advisories::new(Stocked(store), today).severity_sources(look.severity_source.clone());
        Ok(Self { advisories, knowledge: Mutex::default(), refresher, line, quiet })
    }

    /// Fetches what the inventory needs. What cannot be had, of which there is nothing, is a gap.
    fn refresh(&self, inventory: &Inventory, gaps: &mut Vec<Gap>) {
        let Some(refresher) = &self.refresher else { return };
        let needs: Vec<Need> = advisories::ecosystems(inventory).iter().map(Need::of).collect();
        let progress = |what: &str| {
            tracing::debug!(what, "advisory data");
            if let Some(line) = &self.line {
                line.say(what);
            }
        };
        let done = refresher.refresh(&needs, &progress);
        for (path, outcome) in &done.files {
            tracing::info!(path, outcome = refresh::told(outcome), "advisory data");
        }
        for (family, why) in done.failed {
            let detail = format!("the advisories of {family} cannot be fetched: {why}");
            let (place, by, kind) = (Place::default(), self.advisories.id(), GapKind::Unavailable);
            gaps.push(Gap { place, by, kind, detail });
        }
        if !self.quiet {
            let stale = done.files.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Stale { .. }));
            let stale = stale.map(|(path, outcome)| format!("{path}: {}", refresh::told(outcome)));
            let mut stderr = io::stderr().lock();
            for note in stale.chain(done.notes) {
                let _ = writeln!(stderr, "warning: {}", one_line(&note));
            }
        }
    }

    /// Why a vulnerability is in a report, or is not: see [`Advisories::explain`].
    pub fn explain(&self, report: &Report, id: &str, package: Option<&str>) -> Result<Explanation, Failure> {
        self.advisories.explain(report, id, package).map_err(|error| Failure::new(Exit::NoAdvisories, error))
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
        self.refresh(inventory, gaps);
        let mut judgement = self.advisories.judge_image(config, inventory);
        findings.append(&mut judgement.findings);
        gaps.append(&mut judgement.gaps);
        *self.knowledge.lock().unwrap_or_else(PoisonError::into_inner) = judgement.knowledge;
    }
}

/// The folder that the user names, be it of shards or as OSV exports it.
fn named(folder: &Path, threads: usize) -> Result<Box<dyn Store>, Failure> {
    let store: Result<Box<dyn Store>, StoreError> = if Library::is_one(folder) {
        Library::open(folder).map(|library| Box::new(library) as _)
    } else {
        Bucket::open(folder).map(|bucket| Box::new(bucket.threads(threads)) as _)
    };
    store.map_err(|error| {
        Failure::new(Exit::NoAdvisories, error).remedy(
            "name a folder that plimsoll db build made, or one that holds one folder for each ecosystem, such as \
             Debian/all.zip and npm/all.zip",
        )
    })
}

/// The user's own folder, and what keeps it up to date.
fn own(look: &Look, threads: usize) -> Result<(Box<dyn Store>, Option<Refresher>), Failure> {
    let Ok(folder) = db::folder(&look.data.place) else { return Ok((Box::new(Nothing), None)) };
    let refresher = if look.offline || look.no_db_update {
        None
    } else {
        Some(Refresher::new(&folder, &look.data, SystemTime::now(), FRESH, threads)?)
    };
    if refresher.is_some() {
        // One that cannot be made stays empty, and its update says why.
        let _ = std::fs::create_dir_all(&folder);
    }
    let store: Box<dyn Store> = match Library::open(&folder) {
        Ok(library) => Box::new(library),
        Err(_) => Box::new(Nothing),
    };
    Ok((store, refresher))
}

/// A collection of nothing.
struct Nothing;

impl Store for Nothing {
    fn supply(&self, _: &advisories::Wanted<'_>) -> Result<advisories::Supply, StoreError> {
        Ok(advisories::Supply::default())
    }
}
