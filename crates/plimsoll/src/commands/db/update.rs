//! `plimsoll db update`.

use std::io::{self, IsTerminal, Write};
use std::num::NonZero;
use std::thread;
use std::time::{Duration, SystemTime};

use report::one_line;

use crate::args::{Talk, UpdateArgs};
use crate::environment::variable;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::written;
use crate::progress::Line;
use crate::refresh::{Need, Refresher, told};
use crate::terminal;

/// Asks the sources for everything, or for some ecosystems, however lately they were asked.
pub fn run(args: &UpdateArgs, talk: &Talk, out: &mut dyn Write) -> Result<Exit, Failure> {
    let folder = super::folder(&args.data.place)?;
    if args.offline {
        return Err(Failure::usage("an update without a connection fetches nothing")
            .remedy("leave out --offline, or bring the data with plimsoll db import"));
    }
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let refresher = Refresher::new(&folder, &args.data, SystemTime::now(), Duration::ZERO, threads)?;
    let shown = !talk.quiet && terminal::progress(&variable, io::stderr().is_terminal());
    let line = shown.then(Line::start);
    let progress = |what: &str| {
        if let Some(line) = &line {
            line.say(what);
        }
    };
    let needs: Vec<Need> = args.ecosystem.iter().map(|name| Need::named(name)).collect();
    let done = if needs.is_empty() { refresher.refresh_all(&progress) } else { refresher.refresh(&needs, &progress) };
    if let Some(line) = &line {
        line.finish();
    }
    if !talk.quiet {
        for (path, outcome) in &done.files {
            written(writeln!(out, "{}: {}", one_line(path), one_line(&told(outcome))))?;
        }
    }
    for note in &done.notes {
        // The exit code says it where nobody reads standard error.
        let _ = writeln!(io::stderr().lock(), "warning: {}", one_line(note));
    }
    if let Some(family) = done.missing.first().filter(|_| !needs.is_empty()) {
        return Err(Failure::new(Exit::NoAdvisories, anyhow::anyhow!("no source has advisories about {family}"))
            .remedy("name an ecosystem as OSV does: Debian, npm, PyPI, crates.io, Red Hat, …"));
    }
    match done.failed.first_key_value() {
        None => Ok(Exit::Passed),
        Some((family, why)) => {
            let error =
                anyhow::anyhow!("{}", one_line(why)).context(format!("cannot fetch the advisories of {family}"));
            Err(Failure::new(Exit::NoAdvisories, error)
                .remedy("try again later, or name another source with --db-source"))
        }
    }
}
