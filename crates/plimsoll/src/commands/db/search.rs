//! `plimsoll db search`: what the data says about a vulnerability, by any of its ids, or about a package.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use advisories::{Advisory, Ecosystem, Entry, Event, Rating, SIGNALS, Shard, ShardError, Status, Word, affecting};
use report::one_line;
use serde::Serialize;

use crate::args::{Form, SearchArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{json, written};

/// One advisory, and the packages that it is about.
#[derive(Serialize)]
struct Found {
    shard: String,
    id: String,
    publisher: String,
    aliases: Vec<String>,
    upstream: Vec<String>,
    summary: String,
    details: String,
    published: Option<String>,
    modified: String,
    disputed: bool,
    ratings: Vec<String>,
    weaknesses: Vec<String>,
    references: Vec<String>,
    affected: Vec<Affected>,
}

#[derive(Serialize)]
struct Affected {
    ecosystem: String,
    package: String,
    versions: Vec<String>,
    status: &'static str,
}

/// Looks everywhere.
pub fn run(args: &SearchArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let folder = super::folder(&args.place)?;
    let library = super::library(&folder)?;
    let failed = |error: ShardError| Failure::new(Exit::NoAdvisories, error).remedy("run plimsoll db verify");
    let shards = library.shards().map_err(|error| Failure::new(Exit::NoAdvisories, error))?;
    let mut found = Vec::new();
    for shard in &shards {
        let name = &shard.about().shard;
        let named = |wanted: &String| name == wanted || name.split(':').next() == Some(wanted);
        let asked = name != SIGNALS && (args.ecosystem.is_empty() || args.ecosystem.iter().any(named));
        if asked {
            search(shard, args, &mut found).map_err(failed)?;
        }
    }
    let words = library.signals().and_then(|signals| signals.of(&args.term)).map_err(failed)?;
    written(match args.format {
        Form::Json => json(&found, out),
        Form::Table => table(&args.term, &found, &words, args.details, out),
    })?;
    Ok(Exit::Passed)
}

fn search(shard: &Shard, args: &SearchArgs, found: &mut Vec<Found>) -> Result<(), ShardError> {
    let term = &args.term;
    let mut records: BTreeMap<u32, Vec<Affected>> = BTreeMap::new();
    for entry in shard.entries(term)? {
        if affects(shard, &entry, term, args.at.as_deref())? {
            records.entry(entry.record).or_default().push(affected(term, &entry));
        }
    }
    if records.is_empty() && args.at.is_none() {
        let is = |id: &String| id.eq_ignore_ascii_case(term);
        for record in 0..shard.records() {
            let head = shard.head(record)?;
            if is(&head.id) || head.aliases.iter().chain(&head.upstream).any(is) {
                records.insert(record, Vec::new());
            }
        }
        if records.is_empty() {
            return Ok(());
        }
        for name in shard.names() {
            for entry in shard.entries(name)? {
                if let Some(list) = records.get_mut(&entry.record) {
                    list.push(affected(name, &entry));
                }
            }
        }
    }
    for (record, affected) in records {
        found.push(told(shard, shard.advisory(record)?, affected));
    }
    Ok(())
}

/// Whether the entry's advisory affects the version, if one was asked for.
fn affects(shard: &Shard, entry: &Entry<'_>, package: &str, version: Option<&str>) -> Result<bool, ShardError> {
    let Some(version) = version else { return Ok(true) };
    let Some(ecosystem) = Ecosystem::named(entry.ecosystem) else { return Ok(false) };
    let affecting = affecting(shard, &ecosystem, package, version)?;
    Ok(affecting.iter().any(|affecting| affecting.record == entry.record))
}

fn told(shard: &Shard, advisory: Advisory, affected: Vec<Affected>) -> Found {
    let rating = |rating: &Rating| match rating {
        Rating::Word(severity) => severity.word().to_owned(),
        Rating::Vector(vector) => vector.clone(),
    };
    Found {
        shard: shard.about().shard.clone(),
        ratings: advisory.ratings.iter().map(rating).collect(),
        id: advisory.id,
        publisher: advisory.publisher,
        aliases: advisory.aliases,
        upstream: advisory.upstream,
        summary: advisory.summary,
        details: advisory.details,
        published: advisory.published,
        modified: advisory.modified,
        disputed: advisory.disputed,
        weaknesses: advisory.weaknesses,
        references: advisory.references,
        affected,
    }
}

fn affected(package: &str, entry: &Entry<'_>) -> Affected {
    let mut versions: Vec<String> = entry.timelines().map(range).collect();
    versions.extend(entry.versions().map(|version| format!("= {version}")));
    Affected {
        ecosystem: entry.ecosystem.to_owned(),
        package: package.to_owned(),
        versions,
        status: match entry.status {
            Status::Affected => "affected",
            Status::NotAffected => "not affected",
            Status::UnderInvestigation => "under investigation",
            Status::WillNotFix => "will not fix",
            Status::Deferred => "deferred",
            Status::EndOfLife => "end of life",
        },
    }
}

/// A range as the publisher wrote it: `>= 1.0, < 1.2`.
fn range<'a>(timeline: impl Iterator<Item = Event<&'a str>>) -> String {
    let mut text = String::new();
    for event in timeline {
        let (sign, version) = match event {
            Event::Introduced("0") => continue,
            Event::Introduced(version) => (">=", version),
            Event::Fixed(version) => ("<", version),
            Event::LastAffected(version) => ("<=", version),
            Event::Limit(version) => ("below", version),
        };
        let comma = if text.is_empty() { "" } else { ", " };
        let _ = write!(text, "{comma}{sign} {version}");
    }
    if text.is_empty() { "all versions".into() } else { text }
}

fn table(term: &str, found: &[Found], words: &[Word], details: bool, out: &mut dyn Write) -> io::Result<()> {
    for word in words {
        match word {
            Word::Exploited { added, due, ransomware, .. } => {
                let due = due.as_ref().map(|due| format!(", to be fixed by {due}")).unwrap_or_default();
                let ransomware = if *ransomware { ", in ransomware too" } else { "" };
                writeln!(out, "exploited: listed by CISA on {}", one_line(&format!("{added}{due}{ransomware}")))?;
            }
            Word::Forecast { probability, percentile, day } => {
                let day = one_line(day);
                writeln!(
                    out,
                    "forecast: {:.2} % will see an attack within 30 days (more than {:.0} % of all, EPSS of {day})",
                    probability * 100.0,
                    percentile * 100.0
                )?;
            }
            Word::Rated { publisher, ratings, .. } => {
                for rating in ratings {
                    let rating = match rating {
                        Rating::Word(severity) => severity.word(),
                        Rating::Vector(vector) => vector,
                    };
                    writeln!(out, "rated by {}: {}", one_line(publisher), one_line(rating))?;
                }
            }
        }
    }
    for advisory in found {
        let also: Vec<&str> = advisory.aliases.iter().chain(&advisory.upstream).map(String::as_str).collect();
        let also = if also.is_empty() { String::new() } else { format!(" ({})", also.join(", ")) };
        let summary = if advisory.summary.is_empty() { String::new() } else { format!(": {}", advisory.summary) };
        writeln!(out, "{}", one_line(&format!("{}{also}{summary}", advisory.id)))?;
        for affected in &advisory.affected {
            let status = if affected.status == "affected" { String::new() } else { format!("  [{}]", affected.status) };
            let versions = affected.versions.join(" or ");
            let line = format!("{} {} {versions}{status}", affected.ecosystem, affected.package);
            writeln!(out, "  {}", one_line(&line))?;
        }
        if details {
            for line in advisory.details.lines() {
                writeln!(out, "  | {}", one_line(line))?;
            }
            for link in &advisory.references {
                writeln!(out, "  {}", one_line(link))?;
            }
        }
    }
    if found.is_empty() {
        writeln!(out, "Nothing is known about {}.", one_line(term))
    } else {
        writeln!(out, "\n{} advisories", found.len())
    }
}
