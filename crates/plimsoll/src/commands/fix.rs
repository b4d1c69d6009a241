//! `plimsoll fix config`: what rules say mends configuration, as a diff or in the files themselves.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use image::local;
use misconfig::fix::{self, Left, Mended};
use model::{Finding, Misconfiguration, Report};
use policy::compliance::Pattern;
use report::one_line;
use similar::TextDiff;

use super::config::file;
use super::open;
use super::scan::Job;
use crate::args::{FixCommand, FixConfig, Talk};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{replace, written};

/// What could not be mended that is told one by one.
const TOLD: usize = 10;

pub fn run(command: &FixCommand, talk: &Talk, out: &mut dyn Write) -> Result<Exit, Failure> {
    let FixCommand::Config(args) = command;
    let rules = args.rule.iter().map(|text| Pattern::new(text).map_err(Failure::usage));
    let rules: Vec<Pattern> = rules.collect::<Result<_, _>>()?;
    let common = args.common();
    let job = Job::new(&common, talk, report::SCAN, true)?;
    let is_folder = args.path.is_dir();
    let report = if is_folder {
        job.scan(local::directory(&args.path, "config").map_err(open::failed)?)
    } else {
        let started = Instant::now();
        file(&args.path, &job).map(|report| job.finish(report, started))
    };
    if let Some(line) = &job.line {
        line.finish();
    }
    let report = report?;
    let aside: Vec<_> = set_aside(&report).collect();
    let (mended, left) = fix::fix(&report.inventory, |rule, path, line| {
        (rules.is_empty() || rules.iter().any(|pattern| pattern.matches(rule)))
            && !aside.iter().any(|found| fix::is_aside(found, rule, path, line))
    });
    for file in &mended {
        if args.write {
            let path = if is_folder { args.path.join(&file.path) } else { args.path.clone() };
            write(&path, file)?;
        } else {
            written(out.write_all(diff(file).as_bytes()))?;
        }
    }
    if !talk.quiet {
        tell(args, &mended, &left, &mut io::stderr().lock());
    }
    Ok(Exit::Passed)
}

fn set_aside(report: &Report) -> impl Iterator<Item = &Misconfiguration> {
    report.findings.iter().filter_map(Finding::misconfiguration).filter(|found| found.suppressed.is_some())
}

/// As `diff -u` writes it. Names are those of the folder that was looked at.
fn diff(file: &Mended) -> String {
    let [old, new] = ["a", "b"].map(|side| one_line(&format!("{side}/{}", file.path)).into_owned());
    TextDiff::from_lines(&file.before, &file.after).unified_diff().header(&old, &new).to_string()
}

/// Writes a file whose content is still what was judged.
fn write(path: &Path, file: &Mended) -> Result<(), Failure> {
    let failed =
        |error: io::Error| Failure::new(Exit::ScanFailed, error).when(format!("cannot write {}", path.display()));
    // Links are not followed: they may lead out of the folder.
    if !fs::symlink_metadata(path).map_err(failed)?.is_file() {
        return Err(failed(io::Error::other("it is no regular file any more")));
    }
    if fs::read(path).map_err(failed)? != file.before.as_bytes() {
        return Err(failed(io::Error::other("somebody changed it meanwhile")));
    }
    replace(path, |out| out.write_all(file.after.as_bytes())).map_err(failed)
}

fn tell(args: &FixConfig, mended: &[Mended], left: &[Left], out: &mut dyn Write) {
    let fixes: usize = mended.iter().map(|file| file.fixes.len()).sum();
    let mut rules: Vec<_> = mended.iter().flat_map(|file| &file.fixes).map(|fix| fix.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    let done = if args.write { "mended" } else { "can be mended" };
    let _ = writeln!(out, "{fixes} places in {} files {done}, for {} rules", mended.len(), rules.len());
    for Left { path, fix, why } in left.iter().take(TOLD) {
        let place = PathBuf::from(path).display().to_string();
        let line = format!("{place}:{}: {} for {}: {why}", fix.line, fix.rule, fix.address);
        let _ = writeln!(out, "not mended: {}", one_line(&line));
    }
    if left.len() > TOLD {
        let _ = writeln!(out, "not mended: {} more", left.len() - TOLD);
    }
}
