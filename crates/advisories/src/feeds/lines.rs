//! What the tests of feeds share: a file in, lines of text out.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::advisory::{Advisory, Affected, Event, Rating, Status};
use crate::ecosystems::shard;
use crate::feeds::{Feed, File, Reason, Refusal, Sink};
use crate::signal::Signal;

/// All that a feed made of a file.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Read {
    pub advisories: Vec<Advisory>,
    pub signals: Vec<Signal>,
    pub refusals: Vec<Refusal>,
}

impl Sink for Read {
    fn advisory(&mut self, advisory: Advisory) {
        self.advisories.push(advisory);
    }

    fn signal(&mut self, signal: Signal) {
        self.signals.push(signal);
    }

    fn refuse(&mut self, refusal: Refusal) {
        self.refusals.push(refusal);
    }
}

impl Read {
    /// A line for each advisory and, set in, for each of its entries.
    pub fn shown(&self) -> String {
        let mut out = String::new();
        for advisory in &self.advisories {
            let _ = write!(out, "{} ^{}", advisory.id, advisory.upstream.join(","));
            let _ = writeln!(out, "{}", ratings(&advisory.ratings));
            for affected in &advisory.affected {
                let _ = writeln!(out, "  {}", entry(affected));
            }
        }
        out
    }

    /// A line for each refusal.
    pub fn refused(&self) -> String {
        let line = |refusal: &Refusal| format!("{:?} {}: {}\n", refusal.reason, refusal.record, refusal.detail);
        self.refusals.iter().map(line).collect()
    }

    /// Which records were refused, and why.
    pub fn reasons(&self) -> Vec<(String, Reason)> {
        self.refusals.iter().map(|refusal| (refusal.record.clone(), refusal.reason)).collect()
    }
}

/// A file of the mirror beside the repository, where there is one.
pub(crate) fn mirror(path: &str) -> Option<Vec<u8>> {
    let ancestors = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let found = ancestors.map(|folder| folder.join("../shared/osv-mirror").join(path)).find(|file| file.is_file());
    if found.is_none() {
        eprintln!("skipped: {path}, because there is no ../shared/osv-mirror beside the repository");
    }
    fs::read(found?).ok()
}

/// Reads a file, or says why it is broken.
pub(crate) fn read(feed: &Feed, path: &str, bytes: &[u8]) -> Result<Read, String> {
    let mut out = Read::default();
    match (feed.read)(&File { path, bytes }, &mut out) {
        Ok(()) => {
            for affected in out.advisories.iter().flat_map(|advisory| &advisory.affected) {
                assert!(shard(&affected.ecosystem).is_some(), "nobody knows {}", affected.ecosystem);
            }
            Ok(out)
        }
        Err(broken) => {
            assert_eq!(out.advisories, [], "nothing of a broken file counts");
            Err(broken.detail)
        }
    }
}

/// All that a feed made of a file, as lines: what it read, `refused …`, or `broken: …`.
pub(crate) fn transcript(feed: &Feed, path: &str, bytes: &[u8]) -> String {
    match read(feed, path, bytes) {
        Ok(read) => {
            let refused = read.refused();
            let refused = refused.lines().flat_map(|line| ["refused ", line.trim_end_matches([':', ' ']), "\n"]);
            read.shown() + &refused.collect::<String>()
        }
        Err(detail) => format!("broken: {detail}\n"),
    }
}

/// Compares a transcript with one that is indented by eight columns, as it stands in a test.
pub(crate) fn check(feed: &Feed, path: &str, bytes: &[u8], expected: &str) {
    let lines = expected.trim().lines().map(|line| line.strip_prefix("        ").unwrap_or(line));
    assert_eq!(transcript(feed, path, bytes).trim_end(), lines.collect::<Vec<_>>().join("\n"));
}

/// `Debian:12 curl >=0 <7.88 WillNotFix low`; modules in brackets, single versions behind `=`.
fn entry(affected: &Affected) -> String {
    let event = |event: &Event| match event {
        Event::Introduced(version) => format!(" >={version}"),
        Event::Fixed(version) => format!(" <{version}"),
        Event::LastAffected(version) => format!(" <={version}"),
        Event::Limit(version) => format!(" ..{version}"),
    };
    let ranges: Vec<String> = affected.ranges.iter().map(|range| range.iter().map(event).collect()).collect();
    let status = match affected.status {
        Status::Affected => String::new(),
        other => format!(" {other:?}"),
    };
    let modules =
        if affected.modules.is_empty() { String::new() } else { format!(" [{}]", affected.modules.join(" ")) };
    let versions: String = affected.versions.iter().flat_map(|version| [" =", version]).collect();
    let (ranges, ratings) = (ranges.join(" |"), ratings(&affected.ratings));
    format!("{} {}{modules}{versions}{ranges}{status}{ratings}", affected.ecosystem, affected.name)
}

fn ratings(ratings: &[Rating]) -> String {
    let shown = ratings.iter().map(|rating| match rating {
        Rating::Word(severity) => format!(" {}", severity.word()),
        Rating::Vector(vector) => format!(" {vector}"),
    });
    shown.collect()
}
