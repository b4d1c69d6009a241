//! The copy that is there: how old it is, and whether it is any good.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::checksum::{Checksum, Sum};
use super::ledger::{Ledger, Record};
use super::update::Terms;
use super::wanted::Wanted;

/// A ledger that says it was written later than that is not believed: clocks differ by minutes, not by hours.
const SKEW: Duration = Duration::from_mins(10);

/// A copy as it is found.
pub(super) struct Found {
    pub(super) age: Duration,
    due: bool,
    /// What the ledger says, where that can be about these bytes.
    pub(super) record: Option<Record>,
}

/// A copy that was looked at: it is what was fetched, or a file that passes the checks.
pub(super) struct Good {
    pub(super) age: Duration,
    pub(super) blake3: String,
    pub(super) record: Option<Record>,
}

impl Found {
    /// The copy at `place`, if there is one.
    pub(super) fn at(place: &Path, wanted: &Wanted, ledger: &Ledger, terms: &Terms<'_>) -> Option<Self> {
        let metadata = fs::metadata(place).ok().filter(fs::Metadata::is_file)?;
        let record = ledger.files.get(&wanted.path).filter(|record| record.length == metadata.len()).cloned();
        let checked = match &record {
            Some(record) => SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(record.checked)),
            // It was put there by hand, or the ledger is lost.
            None => metadata.modified().ok(),
        };
        let (age, believed) = match checked.map(|checked| terms.now.duration_since(checked)) {
            Some(Ok(age)) => (age, true),
            Some(Err(early)) => (Duration::ZERO, early.duration() <= SKEW),
            None => (Duration::ZERO, false),
        };
        Some(Self { age, due: !believed || age >= terms.max_age, record })
    }

    /// The age of a copy that is not to be asked for.
    pub(super) fn current(&self, place: &Path, wanted: &Wanted) -> Option<Duration> {
        let current = match &wanted.checksum {
            None => !self.due,
            // The ledger's word is as good for bytes that were wanted by their hash as for any others.
            Some(Checksum::Blake3(hash)) if !self.due && self.is_recorded_as(hash) => true,
            Some(checksum) => Sum::of(place, Some(checksum)).is_ok_and(|sum| sum.like(checksum) == *checksum),
        };
        current.then_some(self.age)
    }

    fn is_recorded_as(&self, hash: &blake3::Hash) -> bool {
        self.record.as_ref().is_some_and(|record| record.blake3 == hash.to_hex().as_str())
    }

    /// The copy, if it is good.
    pub(super) fn look(self, place: &Path, wanted: &Wanted) -> Option<Good> {
        let blake3 = Sum::of(place, None).ok()?.blake3.to_string();
        let (age, record) = (self.age, self.record.filter(|record| record.blake3 == blake3));
        let good = record.is_some() || wanted.check.as_ref().is_none_or(|check| check(place).is_ok());
        good.then_some(Good { age, blake3, record })
    }
}
