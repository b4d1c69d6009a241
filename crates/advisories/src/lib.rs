//! Advisories: the packages of an inventory judged with today's knowledge of vulnerabilities.
//!
//! [`Store`] says where advisories come from ([`Bucket`] reads a directory as OSV.dev exports it), `ecosystems` which
//! of them speak of a package, `matching` whether its version is affected, `aliases` and `severity` make one row of
//! however many databases list the same vulnerability, `lifecycle` knows when a distribution ends. [`Advisories`] is
//! all of it as a detector. [`fresh`] keeps local copies of what publishers serve, and what others say about a finding is
//! in [`vex`].
//!
//! Invariant: no image is read and no clock is asked here. What cannot be decided is a gap.

mod advisory;
mod aliases;
mod builds;
mod ecosystems;
mod explain;
pub mod feeds;
pub mod fresh;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod inert;
mod judge;
mod library;
mod lifecycle;
mod matching;
mod overruled;
mod priority;
mod publishers;
mod severity;
mod shard;
mod signal;
mod starter;
mod store;
mod vendors;
pub mod vex;

pub use advisory::{Advisory, Affected, Event, Rating, Status};
pub use ecosystems::{Ecosystem, Scope, shard};
pub use explain::{
    Comparison, Derived, EntryTrace, Evidence, Explanation, Judged, Namesake, Outcome, RangeTrace, Reason, Spoken,
    Subject, Told, Trace, Verdict, Why,
};
pub use feeds::bucket::Bucket;
pub use judge::{Advisories, Judgement, ecosystems};
pub use library::{
    BuildError, Built, DOWNLOADS, EXTENSION, Input, Library, Listed, MANIFEST, Manifest, Recipe, SIGNALS, SourceTally,
    Table, build, bundle, check, file_name, signature,
};
pub use lifecycle::{Date, DateError};
pub use matching::{Affecting, affecting};
pub use priority::{Exploited, Factors, Forecast, Points, Priority, Term, priority};
pub use shard::{About, Builder, Entry, Refused, Shard, ShardError, Tally, Timeline};
pub use signal::{Signal, Signals, Word};
pub use starter::{STARTER_DAY, Stocked, starter, starter_signals};
pub use store::{Store, StoreError, Supply, Wanted};
