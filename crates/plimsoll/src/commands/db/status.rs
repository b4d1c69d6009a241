//! `plimsoll db status`.

use std::io::{self, Write};

use advisories::{About, SIGNALS, Shard};
use bytesize::ByteSize;
use report::one_line;
use serde::Serialize;

use crate::args::{Form, StatusArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{json, written};

#[derive(Serialize)]
struct Status {
    folder: String,
    bytes: u64,
    advisories: u64,
    newest: Option<String>,
    shards: Vec<About>,
}

/// Says what there is.
pub fn run(args: &StatusArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let folder = super::folder(&args.place)?;
    let shards = super::library(&folder)?.shards().map_err(|error| Failure::new(Exit::NoAdvisories, error))?;
    let bytes = shards.iter().map(Shard::size).sum();
    let shards: Vec<About> = shards.iter().map(|shard| shard.about().clone()).collect();
    let status = Status {
        folder: folder.display().to_string(),
        bytes,
        advisories: shards.iter().map(|about| about.advisories).sum(),
        newest: shards.iter().filter_map(|about| about.newest.clone()).max(),
        shards,
    };
    written(match args.format {
        Form::Table => table(&status, out),
        Form::Json => json(&status, out),
    })?;
    Ok(Exit::Passed)
}

fn table(status: &Status, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{:<34} {:>10} {:>9}  NEWEST", "SHARD", "ADVISORIES", "PACKAGES")?;
    for about in &status.shards {
        let newest = about.newest.as_deref().unwrap_or("-");
        let day = newest.split('T').next().unwrap_or(newest);
        if about.shard == SIGNALS {
            writeln!(
                out,
                "{:<34} {:>10} {:>9}  vulnerabilities with scores, forecasts, exploits",
                SIGNALS, "-", about.packages
            )?;
        } else {
            let shard = one_line(&about.shard);
            writeln!(out, "{shard:<34} {:>10} {:>9}  {}", about.advisories, about.packages, one_line(day))?;
        }
    }
    let size = ByteSize::b(status.bytes).display().iec();
    writeln!(
        out,
        "\n{} advisories in {} shards, {size}, in {}",
        status.advisories,
        status.shards.len(),
        one_line(&status.folder)
    )
}
