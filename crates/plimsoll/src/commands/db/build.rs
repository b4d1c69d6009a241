//! `plimsoll db build`.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Instant, SystemTime};

use advisories::feeds::{self, Reason};
use advisories::{Built, Input, Recipe, Tally};
use bytesize::ByteSize;
use report::one_line;

use crate::args::{BuildArgs, Talk};
use crate::environment::{report_time, variable};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::written;
use crate::progress::Line;
use crate::terminal;

/// Builds, and says what became of every record.
pub fn run(args: &BuildArgs, talk: &Talk, out: &mut dyn Write) -> Result<Exit, Failure> {
    let folder = super::folder(&args.place)?;
    let recipe = Recipe {
        inputs: inputs(&args.from)?,
        ecosystems: args.ecosystem.clone(),
        threads: args.jobs.or_else(|| thread::available_parallelism().ok().map(NonZero::get)).unwrap_or(1),
        level: args.level,
        keep: false,
        made: Some(report_time(&variable, SystemTime::now()).map_err(Failure::usage)?),
    };
    let key = args.sign_key.as_deref().map(super::keygen::read).transpose()?;
    let started = Instant::now();
    let shown = !talk.quiet && terminal::progress(&variable, io::stderr().is_terminal());
    let line = shown.then(Line::start);
    let progress = |what: &str| {
        tracing::info!(what, "building");
        if let Some(line) = &line {
            line.say(what);
        }
    };
    let built = advisories::build(&recipe, &folder, &progress);
    if let Some(line) = &line {
        line.finish();
    }
    let built = built.map_err(|error| {
        Failure::new(Exit::ScanFailed, error).remedy("see plimsoll db build --help for what --from can name")
    })?;
    if let Some(key) = key {
        let failed = |error| Failure::new(Exit::ScanFailed, error).when(format!("cannot sign {}", folder.display()));
        key.sign_folder(&folder).map_err(failed)?;
    }
    tracing::info!(elapsed = ?started.elapsed(), "built");
    if !talk.quiet {
        written(say(&built, &folder, out))?;
    }
    let broken = built.sources.iter().any(|source| source.broken.is_some());
    Ok(if broken { Exit::Incomplete } else { Exit::Passed })
}

/// What `--from` names: a feed's files, or a folder as OSV exports it, with whatever feeds have folders there.
fn inputs(from: &[String]) -> Result<Vec<Input>, Failure> {
    let mut inputs = Vec::new();
    for text in from {
        if let Some((name, path)) = text.split_once('=')
            && let Some(feed) = feeds::feed(name)
        {
            inputs.push(Input::Feed(feed.name, existing(path)?));
            continue;
        }
        let root = existing(text)?;
        for feed in feeds::FEEDS {
            let folder = root.join(feed.name);
            if folder.is_dir() {
                inputs.push(Input::Feed(feed.name, folder));
            }
        }
        inputs.push(Input::Bucket(root));
    }
    Ok(inputs)
}

fn existing(path: &str) -> Result<PathBuf, Failure> {
    let path = PathBuf::from(path);
    if path.exists() {
        return Ok(path);
    }
    let names: Vec<&str> = feeds::FEEDS.iter().map(|feed| feed.name).collect();
    Err(Failure::usage(format!("there is no {}", path.display()))
        .remedy(format!("name a folder, or FEED=PATH with one of the feeds {}", names.join(", "))))
}

fn say(built: &Built, folder: &Path, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{:<34} {:>9} {:>9} {:>9}", "SOURCE", "READ", "KEPT", "LEFT OUT")?;
    let mut all = Tally::default();
    for source in &built.sources {
        let refused: u64 = source.tally.refused.values().map(|refused| refused.count).sum();
        let tally = &source.tally;
        writeln!(out, "{:<34} {:>9} {:>9} {refused:>9}", one_line(&source.source), tally.read, tally.kept)?;
        if let Some(why) = &source.broken {
            writeln!(out, "  cannot be read: {}", one_line(why))?;
        }
        all.add(source.tally.clone());
    }
    writeln!(out, "{:<34} {:>9} {:>9}   ({} by different ids)", "all", all.read, all.kept, built.distinct)?;
    reasons("Left out when they were read:", &all, out)?;
    let mut shelved = Tally::default();
    for tally in built.shards.values() {
        shelved.add(tally.clone());
    }
    writeln!(out, "\nParts of records for shards: {} read, {} kept", shelved.read, shelved.kept)?;
    reasons("Left out of shards:", &shelved, out)?;
    let bytes: u64 = built.manifest.shards.iter().map(|listed| listed.bytes).sum();
    writeln!(
        out,
        "\n{} shards, {} in all, in {}",
        built.manifest.shards.len(),
        ByteSize::b(bytes).display().iec(),
        one_line(&folder.display().to_string())
    )
}

fn reasons(title: &str, tally: &Tally, out: &mut dyn Write) -> io::Result<()> {
    let sorted: BTreeMap<_, _> = tally.refused.iter().collect();
    if !sorted.is_empty() {
        writeln!(out, "{title}")?;
    }
    for (reason, refused) in sorted {
        writeln!(out, "{:>9}  {}, such as {}", refused.count, words(*reason), one_line(&refused.example))?;
    }
    Ok(())
}

/// Why, after a number.
fn words(reason: Reason) -> &'static str {
    match reason {
        Reason::Broken => "cannot be read",
        Reason::TooLarge => "are too large",
        Reason::UnknownEcosystem => "speak of an unknown ecosystem",
        Reason::UnreadableVersion => "name a version that is none",
        Reason::Inexpressible => "cannot be said in ranges of versions",
        Reason::NoPackage => "name no package",
        Reason::NoVersions => "name no versions, only commits or nothing",
        Reason::Withdrawn => "were taken back",
        Reason::MereUpdate => "are updates that fix no vulnerability",
        Reason::Elsewhere => "count in the archives of other ecosystems",
        Reason::Superseded => "are older copies",
    }
}
