//! The view of what changed from one report to another: packages, findings, and why a finding is new or gone.
//!
//! A finding is the same as policies have it (`policy::baseline`): a vulnerability under any of its ids, in any version of the same
//! package; a secret by its text; a setting by its rule, resource and attribute. Only what counts is compared. A kind of findings
//! that one side cannot have, such as secrets of a bill of materials, is not compared, and that is said.

mod findings;
pub(crate) mod json;
pub(crate) mod markdown;
mod packages;
pub(crate) mod table;

use std::io;

use model::{Report, Severity};

use crate::issue::Kind;
use crate::view::{Tally, is_judged};
use findings::Change;
use packages::Packages;

/// What became of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    New,
    Fixed,
    Changed,
    Same,
}

impl Status {
    const ALL: [Self; 4] = [Self::New, Self::Fixed, Self::Changed, Self::Same];

    /// The word for it, as in JSON.
    fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Fixed => "fixed",
            Self::Changed => "changed",
            Self::Same => "same",
        }
    }
}

/// Two reports, compared.
struct Comparison<'a> {
    old: &'a Report,
    new: &'a Report,
    /// Kinds of findings that both sides can have.
    compared: Vec<Kind>,
    /// The others.
    left_out: Vec<Kind>,
    packages: Packages<'a>,
    /// By what became of them, and then worst first.
    changes: Vec<Change<'a>>,
}

impl<'a> Comparison<'a> {
    /// Of the two reports that the formats are given.
    fn of(reports: &'a [Report]) -> io::Result<Self> {
        let [old, new] = reports else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "two reports can be compared, and no other number",
            ));
        };
        let (compared, left_out): (Vec<Kind>, Vec<Kind>) =
            Kind::ALL.into_iter().partition(|kind| can_have(old, *kind) && can_have(new, *kind));
        let packages = Packages::of(old, new);
        let changes = findings::changes(old, new, &compared, &packages);
        Ok(Self { old, new, compared, left_out, packages, changes })
    }

    fn with(&self, status: Status) -> impl Iterator<Item = &Change<'a>> {
        self.changes.iter().filter(move |change| change.status == status)
    }

    fn tally(&self, status: Status) -> Tally {
        Tally::of(self.with(status).map(Change::severity))
    }
}

/// Whether a report can say anything about findings of that kind.
fn can_have(report: &Report, kind: Kind) -> bool {
    let is_bill = report.image.origin.transport == "sbom";
    match kind {
        Kind::Vulnerability => is_judged(report),
        Kind::Secret | Kind::Misconfiguration => !is_bill,
        Kind::EndOfLife | Kind::License => true,
    }
}

/// What is bad stays in front.
fn worst_first(severity: Severity) -> std::cmp::Reverse<Severity> {
    std::cmp::Reverse(severity)
}

#[cfg(test)]
mod tests;
