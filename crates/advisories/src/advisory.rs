//! An advisory as the matcher knows it: what is affected, and what people want to read about it.
//!
//! Every publisher's form ends here (`feeds`), so that neither shards nor matching depend on where it comes from.

use model::Severity;
use serde::{Deserialize, Serialize};

/// One record of an advisory database.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Advisory {
    /// Its id in its database: `GHSA-35jh-r3h4-6jhm`, `DSA-5380-1`.
    pub id: String,
    /// Who publishes it, in one lower-case word that `--severity-source` takes: `debian`, `github`, `nvd`. Empty where
    /// only the id tells.
    pub publisher: String,
    /// Ids of the same vulnerability in other databases.
    pub aliases: Vec<String>,
    /// The vulnerabilities that it is about, where it is a distribution's word on somebody else's code. An advisory may
    /// be about many.
    pub upstream: Vec<String>,
    /// One line of what it is.
    pub summary: String,
    /// All that it says, as Markdown or plain text.
    pub details: String,
    /// When it was published (RFC 3339).
    pub published: Option<String>,
    /// When it was last changed (RFC 3339).
    pub modified: String,
    /// It was a mistake: it affects nothing, and says so for older copies of itself.
    pub withdrawn: bool,
    /// It was read in OSV's form, which leaves out what some publishers' own forms say.
    pub through_osv: bool,
    /// Whoever makes the software says that it is no vulnerability.
    pub disputed: bool,
    /// How bad it is.
    pub ratings: Vec<Rating>,
    /// Kinds of weakness: `CWE-79`.
    pub weaknesses: Vec<String>,
    /// Pages to read, the advisory's own first.
    pub references: Vec<String>,
    /// What is affected. Several entries may speak of one package.
    pub affected: Vec<Affected>,
}

/// One package in one ecosystem, and the versions of it that have the vulnerability: those of any range, and those
/// listed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Affected {
    /// The ecosystem with its release: `Debian:11`.
    pub ecosystem: String,
    /// The package's name as the publisher writes it; whoever keeps it writes it as its ecosystem demands.
    pub name: String,
    /// Versions one by one.
    pub versions: Vec<String>,
    /// Timelines. An empty one affects nothing.
    pub ranges: Vec<Vec<Event>>,
    /// What the publisher says about the affected versions.
    pub status: Status,
    /// How bad it is for this package.
    pub ratings: Vec<Rating>,
    /// RPM module streams that the entry is about, `name:stream`. None: it may be about any.
    pub modules: Vec<String>,
}

/// Where a timeline changes. The order of a timeline's events is that of their versions, not that of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Event<S = String> {
    /// Affected from this version on; `0` means from the first version on, whatever that is.
    Introduced(S),
    /// Not affected from this version on.
    Fixed(S),
    /// Not affected above this version.
    LastAffected(S),
    /// Nothing from the highest limit on is spoken of; `*` is no limit.
    Limit(S),
}

/// What a publisher says about the versions of an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Status {
    /// They have the vulnerability.
    #[default]
    Affected,
    /// They do not, and somebody wanted that known (VEX `not_affected`).
    NotAffected,
    /// Nobody knows yet.
    UnderInvestigation,
    /// They have it, and there will be no fix.
    WillNotFix,
    /// They have it, and a fix waits for something else.
    Deferred,
    /// They have it, and the release gets no fixes any more.
    EndOfLife,
}

impl Status {
    /// Every status, in an order that files rely on: new ones go to the end.
    pub(crate) const ALL: [Self; 6] = [
        Self::Affected,
        Self::NotAffected,
        Self::UnderInvestigation,
        Self::WillNotFix,
        Self::Deferred,
        Self::EndOfLife,
    ];
}

impl Event {
    /// The same, lent.
    pub(crate) fn as_str(&self) -> Event<&str> {
        match self {
            Self::Introduced(version) => Event::Introduced(version),
            Self::Fixed(version) => Event::Fixed(version),
            Self::LastAffected(version) => Event::LastAffected(version),
            Self::Limit(version) => Event::Limit(version),
        }
    }
}

impl<'a> Event<&'a str> {
    /// The version; none where the event is at the very beginning or end.
    pub(crate) fn version(self) -> Option<&'a str> {
        match self {
            Self::Introduced("0") | Self::Limit("*") => None,
            Self::Introduced(version) | Self::Fixed(version) | Self::LastAffected(version) | Self::Limit(version) => {
                Some(version)
            }
        }
    }
}

/// What a publisher says about how bad it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Rating {
    /// A word on the publisher's own scale.
    Word(Severity),
    /// A CVSS vector, unparsed.
    Vector(String),
}
