//! An advisory as the matcher knows it: what is affected, and what people want to read about it.
//!
//! Every source of advisories ends here, so that matching does not depend on where they come from.

use model::Severity;

/// One record of an advisory database.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Advisory {
    /// Its id in its database: `GHSA-35jh-r3h4-6jhm`, `DSA-5380-1`.
    pub id: String,
    /// Ids of the same vulnerability in other databases.
    pub aliases: Vec<String>,
    /// The vulnerabilities that it is about, where it is a distribution's word on somebody else's code. An advisory may
    /// be about many.
    pub upstream: Vec<String>,
    /// One line of what it is.
    pub summary: String,
    /// When it was published (RFC 3339).
    pub published: Option<String>,
    /// When it was last changed (RFC 3339).
    pub modified: String,
    /// It was a mistake: it affects nothing, and says so for older copies of itself.
    pub withdrawn: bool,
    /// How bad it is.
    pub ratings: Vec<Rating>,
    /// Pages to read, the advisory's own first.
    pub references: Vec<String>,
    /// RPM module streams that it speaks of, `name:stream`.
    pub modules: Vec<String>,
    /// What is affected. Several entries may speak of one package.
    pub affected: Vec<Affected>,
}

/// One package in one ecosystem, and the versions of it that have the vulnerability: those of any range, and those
/// listed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Affected {
    /// The ecosystem with its release: `Debian:11`.
    pub ecosystem: String,
    /// The package's name, normalised as its ecosystem demands.
    pub name: String,
    /// Versions one by one.
    pub versions: Vec<String>,
    /// Timelines. An empty one affects nothing.
    pub ranges: Vec<Vec<Event>>,
    /// How bad it is for this package.
    pub ratings: Vec<Rating>,
    /// The RPM module stream, `name:stream`, where the entry itself names it.
    pub module: Option<String>,
}

/// Where a timeline changes. The order of a timeline's events is that of their versions, not that of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Affected from this version on; `0` means from the first version on, whatever that is.
    Introduced(String),
    /// Not affected from this version on.
    Fixed(String),
    /// Not affected above this version.
    LastAffected(String),
    /// Nothing from the highest limit on is spoken of; `*` is no limit.
    Limit(String),
}

/// What a publisher says about how bad it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rating {
    /// A word on the publisher's own scale.
    Word(Severity),
    /// A CVSS vector, unparsed.
    Vector(String),
}
