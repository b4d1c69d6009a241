//! What an explanation says: plain data, for those who print it and for programs.

use model::{Exploited, FixState, Forecast, Knowledge, Severity, VexRemark};
use serde::Serialize;

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The id that was asked about.
    pub asked: String,
    /// Every id of the same vulnerability that is known here.
    pub ids: Vec<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it is not reported; empty when it is.
    pub reasons: Vec<Reason>,
    /// The advisories about it in the ecosystems that the image has.
    pub advisories: Vec<Told>,
    /// It is being exploited.
    pub exploited: Option<Exploited>,
    /// How likely it is to be exploited soon.
    pub forecast: Option<Forecast>,
    /// The packages of the image that any of the advisories speaks of, those alike together.
    pub subjects: Vec<Subject>,
    /// Packages of the image that have a name of which an advisory speaks, but that it does not mean.
    pub namesakes: Vec<Namesake>,
    /// What people who know the product say about it (VEX).
    pub statements: Vec<VexRemark>,
    /// What data was asked, and how old it is.
    pub knowledge: Vec<Knowledge>,
    /// What kept packages from being judged.
    pub gaps: Vec<String>,
}

/// What became of a vulnerability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is reported, and counts.
    Reported,
    /// It is found, and does not count.
    SetAside,
    /// It is not found.
    NotReported,
}

/// Why a vulnerability is not reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Which reason.
    pub kind: Why,
    /// For a person.
    pub text: String,
}

/// The reasons for not reporting a vulnerability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// There is no data about an ecosystem of the image.
    NoData,
    /// No advisory in the data gives the id.
    UnknownId,
    /// There are advisories, and the image has none of their packages.
    NoPackage,
    /// A later layer removes the package.
    Removed,
    /// Somebody else than the distribution made the package.
    ThirdParty,
    /// The package is in none that the distribution's advisories speak of.
    NotJudged,
    /// The advisories are about other releases.
    OtherRelease,
    /// The advisories are about other module streams.
    OtherModule,
    /// The version is not among the affected ones.
    NotInRange,
    /// The publisher says that the package is not affected.
    NotAffected,
    /// The version cannot be compared.
    Unclear,
    /// The version is in range, and another advisory's word goes before that.
    Overruled,
    /// It is found, and set aside.
    SetAside,
}

/// What an advisory says, as far as it does not depend on the image.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Told {
    /// Its id.
    pub id: String,
    /// Who publishes it.
    pub publisher: String,
    /// One line of what it is.
    pub summary: String,
    /// Every id that it gives to what it is about.
    pub about: Vec<String>,
    /// How bad it calls it: words and CVSS vectors.
    pub ratings: Vec<String>,
    /// When it was published (RFC 3339).
    pub published: Option<String>,
    /// When it was last changed (RFC 3339).
    pub modified: String,
    /// Whoever makes the software says that it is no vulnerability.
    pub disputed: bool,
    /// What it speaks of.
    pub entries: Vec<Spoken>,
    /// How many more entries it has.
    pub more: usize,
}

/// A package that an advisory speaks of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Spoken {
    /// The ecosystem with its release.
    pub ecosystem: String,
    /// The package's name there.
    pub name: String,
    /// Its affected versions: `< 1.2`.
    pub versions: Vec<String>,
}

/// Packages of the image that are alike in all that matters here.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Subject {
    /// The ecosystem whose advisories judge them.
    pub ecosystem: String,
    /// Each of them.
    pub packages: Vec<Evidence>,
    /// RPM's modularity label.
    pub module: Option<String>,
    /// Why they are not judged at all.
    pub apart: Option<Reason>,
    /// What each advisory that speaks of them answered.
    pub traces: Vec<Trace>,
    /// What is found in them.
    pub findings: Vec<Derived>,
    /// Why nothing is found in them.
    pub reason: Option<Reason>,
}

/// Where a package is, and how we know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The source package that it was built from.
    pub source: Option<String>,
    /// The file that says so.
    pub file: String,
    /// The layer that brought it, counted from one.
    pub layer: Option<u32>,
    /// The instruction that made that layer.
    pub instruction: Option<String>,
    /// The layer that removes it, counted from one.
    pub removed_by: Option<u32>,
    /// The distribution's package that brought the file.
    pub owner: Option<String>,
    /// Who read the file.
    pub analyzer: String,
}

/// A package that has the name and is another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Namesake {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Whose package it is, as a type of package URLs: `deb`, `npm`.
    pub kind: String,
    /// The source package by whose name it is looked up.
    pub source: Option<String>,
}

/// How an advisory was asked about a package, and what it answered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trace {
    /// The advisory.
    pub advisory: String,
    /// The name that was looked up.
    pub name: String,
    /// The version that was compared.
    pub version: String,
    /// What counts as the image's release: the ecosystems that were accepted.
    pub scope: Option<String>,
    /// The entries that count.
    pub entries: Vec<EntryTrace>,
    /// The ecosystems of those that do not, since they are about another release.
    pub elsewhere: Vec<String>,
    /// The answer.
    pub verdict: Verdict,
    /// The affected versions around this one.
    pub within: Option<String>,
    /// Why the answer is as far as can be told only, or cannot be given.
    pub doubt: Option<String>,
    /// The lowest version with the fix.
    pub fixed: Option<String>,
}

/// What an advisory answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The version is affected.
    Affected,
    /// The version is not among the affected ones.
    NotInRange,
    /// The publisher says that this version is not affected.
    NotAffected,
    /// It speaks of other releases only.
    OtherRelease,
    /// It speaks of other module streams only.
    OtherModule,
    /// The version cannot be compared.
    Unclear,
}

/// An entry of an advisory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntryTrace {
    /// Its ecosystem.
    pub ecosystem: String,
    /// What the publisher says about the affected versions, unless they are just affected.
    pub status: Option<&'static str>,
    /// RPM module streams that it is about.
    pub modules: Vec<String>,
    /// It is about another module stream, so it does not count.
    pub other_module: bool,
    /// Its ranges.
    pub ranges: Vec<RangeTrace>,
    /// Versions that it lists one by one.
    pub listed: usize,
    /// Whether the version is affected by this entry alone.
    pub contains: bool,
}

/// A range, and what was compared in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RangeTrace {
    /// As the publisher wrote it: `>= 1.0, < 1.2`.
    pub range: String,
    /// By whose order versions were compared.
    pub order: &'static str,
    /// What is no version, so that the generic order was used.
    pub odd: Option<String>,
    /// Each comparison: `1.0 < 1.2`.
    pub comparisons: Vec<Comparison>,
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// `1.0 < 1.2`.
    pub text: String,
    /// What that means for a person.
    pub means: &'static str,
}

/// What is found, and how each part of it came about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Derived {
    /// The id that people know it by.
    pub id: String,
    /// One line of what it is.
    pub summary: String,
    /// How bad.
    pub severity: Severity,
    /// What everybody says about that, what counts first.
    pub opinions: Vec<Judged>,
    /// The version with the fix.
    pub fixed: Option<String>,
    /// Whether there is one.
    pub state: FixState,
    /// What to deal with first: from 0 to 100.
    pub priority: f64,
    /// What the priority is made of.
    pub terms: Vec<Term>,
    /// Why it does not count.
    pub set_aside: Option<String>,
    /// What brought the package, so that the word of the distribution may count.
    pub owner: String,
}

/// What somebody says about how bad it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// Who.
    pub publisher: String,
    /// Where: the advisory, or the publisher again.
    pub source: String,
    /// How bad.
    pub severity: Severity,
    /// The CVSS vector.
    pub vector: Option<String>,
    /// The vector's score.
    pub score: Option<f64>,
    /// The place in the order of whom to believe; the lowest counts.
    pub rule: u8,
    /// What that place is.
    pub because: &'static str,
}

/// Points of a priority.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Term {
    /// How many.
    pub points: f64,
    /// What for.
    pub reason: String,
}
