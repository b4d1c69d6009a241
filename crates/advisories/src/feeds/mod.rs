//! Publishers' forms of advisories: one file for each, and one line in [`FEEDS`].
//!
//! A feed turns the bytes of one file into [`Advisory`] and [`Signal`] records and says which it had to refuse. It knows
//! nothing of other files, of networks or of shards. Every byte is somebody else's: a record that is wrong is refused and
//! counted, a file that is not what it should be is [`Broken`], and neither ends anything else.

mod alpine_secdb;
mod amazon_alas;
mod arch;
pub(crate) mod archive;
pub(crate) mod bucket;
mod csaf;
mod cve;
mod debian_tracker;
mod elements;
mod epss;
mod gentoo_glsa;
mod github;
pub(crate) mod input;
mod kev;
#[cfg(test)]
mod lines;
mod loose;
mod nvd;
pub(crate) mod osv;
mod oval;
mod photon;
mod redhat;
mod suse;
mod terms;
pub(crate) mod text;
mod xml;

use crate::advisory::Advisory;
use crate::signal::Signal;

/// A publisher's form.
pub struct Feed {
    /// What it is called on the command line and in the folder's name: `debian-tracker`.
    pub name: &'static str,
    /// Where its files come from, for people.
    pub home: &'static str,
    /// Whether a file is one of its, by its name: the last part of its path, without `.gz` and its like.
    pub wants: fn(name: &str) -> bool,
    /// Reads one file.
    pub read: fn(file: &File<'_>, out: &mut dyn Sink) -> Result<(), Broken>,
}

/// A file of a feed, unpacked.
#[derive(Clone, Copy)]
pub struct File<'a> {
    /// Its path below the folder that was named, with `/` between the parts and without `.gz` and its like.
    pub path: &'a str,
    /// All of it.
    pub bytes: &'a [u8],
}

/// Takes what a feed reads.
pub trait Sink {
    /// An advisory.
    fn advisory(&mut self, advisory: Advisory);
    /// A word about a vulnerability.
    fn signal(&mut self, signal: Signal);
    /// A record that is left out.
    fn refuse(&mut self, refusal: Refusal);
}

/// A record that is left out, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The record's id, or where it is.
    pub record: String,
    /// Which kind of reason.
    pub reason: Reason,
    /// What exactly is wrong, for a person; empty where the reason says all.
    pub detail: String,
}

/// Why a record is left out. Ordered by how much it is a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// It cannot be read: cut off, not in its format, against its schema.
    Broken,
    /// It is larger than any honest record.
    TooLarge,
    /// It speaks of an ecosystem that nobody knows how to compare versions of.
    UnknownEcosystem,
    /// A range of it names a version that is none, not even by the generic order.
    UnreadableVersion,
    /// It draws a line that no entry can hold, such as one between packages of the same name.
    Inexpressible,
    /// It names no package.
    NoPackage,
    /// It names packages and no versions of them: commits, or nothing.
    NoVersions,
    /// It was taken back.
    Withdrawn,
    /// It is an update that is no matter of security.
    MereUpdate,
    /// What it names is in the archive of another ecosystem, where it counts.
    Elsewhere,
    /// A newer copy of it is there.
    Superseded,
}

/// Why a whole file is left out.
#[derive(Debug, thiserror::Error)]
#[error("{detail}")]
pub struct Broken {
    /// What is wrong, and where.
    pub detail: String,
}

impl Broken {
    /// With these words.
    pub fn new(detail: impl std::fmt::Display) -> Self {
        Self { detail: text::readable(&detail.to_string()) }
    }
}

/// Every feed but OSV's own export, which is a folder of archives (`bucket`).
pub const FEEDS: &[Feed] = &[
    alpine_secdb::FEED,
    amazon_alas::FEED,
    arch::FEED,
    oval::AZURE,
    debian_tracker::FEED,
    epss::FEED,
    gentoo_glsa::FEED,
    github::FEED,
    kev::FEED,
    nvd::FEED,
    oval::ORACLE,
    loose::FEED,
    photon::FEED,
    csaf::RED_HAT,
    oval::RED_HAT,
    csaf::SUSE,
    oval::SUSE,
    oval::UBUNTU,
];

/// The feed of that name.
pub fn feed(name: &str) -> Option<&'static Feed> {
    FEEDS.iter().find(|feed| feed.name == name)
}
