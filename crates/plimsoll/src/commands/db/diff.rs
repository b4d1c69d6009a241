//! `plimsoll db diff`: which advisories came, went or changed between two folders of data.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use advisories::{SIGNALS, Shard, ShardError};
use report::one_line;
use serde::Serialize;

use crate::args::{DiffArgs, Form};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{json, written};

/// What differs in one shard: ids.
#[derive(Default, Serialize)]
struct Difference {
    shard: String,
    new: Vec<String>,
    gone: Vec<String>,
    changed: Vec<String>,
}

/// Compares.
pub fn run(args: &DiffArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let (old, new) = (shards(&args.old)?, shards(&args.new)?);
    let mut differences = Vec::new();
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let difference = compare(name, old.get(name), new.get(name))
            .map_err(|error| Failure::new(Exit::NoAdvisories, error).remedy("run plimsoll db verify"))?;
        if !(difference.new.is_empty() && difference.gone.is_empty() && difference.changed.is_empty()) {
            differences.push(difference);
        }
    }
    written(match args.format {
        Form::Json => json(&differences, out),
        Form::Table => table(&differences, out),
    })?;
    Ok(Exit::Passed)
}

fn shards(folder: &Path) -> Result<BTreeMap<String, Shard>, Failure> {
    let shards = super::library(folder)?.shards().map_err(|error| Failure::new(Exit::NoAdvisories, error))?;
    let shards = shards.into_iter().map(|shard| (shard.about().shard.clone(), shard));
    Ok(shards.filter(|(name, _)| name != SIGNALS).collect())
}

fn compare(name: &str, old: Option<&Shard>, new: Option<&Shard>) -> Result<Difference, ShardError> {
    let mut difference = Difference { shard: name.to_owned(), ..Difference::default() };
    if let (Some(old), Some(new)) = (old, new)
        && old.digest() == new.digest()
    {
        return Ok(difference);
    }
    let (old, mut new) = (advisories(old)?, advisories(new)?);
    for (key, content) in old {
        match new.remove(&key) {
            None => difference.gone.push(key.0),
            Some(then) if then != content => difference.changed.push(key.0),
            Some(_) => {}
        }
    }
    difference.new.extend(new.into_keys().map(|key| key.0));
    Ok(difference)
}

/// A digest of all that is said, by id and publisher.
fn advisories(shard: Option<&Shard>) -> Result<BTreeMap<(String, String), u64>, ShardError> {
    let Some(shard) = shard else { return Ok(BTreeMap::new()) };
    shard.contents()
}

fn table(differences: &[Difference], out: &mut dyn Write) -> io::Result<()> {
    for difference in differences {
        let Difference { shard, new, gone, changed } = difference;
        writeln!(out, "{}: {} new, {} changed, {} gone", one_line(shard), new.len(), changed.len(), gone.len())?;
        for (sign, ids) in [('+', new), ('~', changed), ('-', gone)] {
            for id in ids {
                writeln!(out, "  {sign} {}", one_line(id))?;
            }
        }
    }
    if differences.is_empty() { writeln!(out, "There is no difference.") } else { Ok(()) }
}
