//! `plimsoll diff`: two artifacts, each had in whatever way, and what changed from one to the other.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use model::Report;
use policy::baseline::Baseline;
use report::Saved;

use super::scan::Job;
use super::{judge, sbom};
use crate::args::{Common, CompareArgs, FailOn, Gate, Talk, Target};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::metadata;
use crate::policies::Policies;

/// Bytes of a file by which it is told what it is.
const HEAD: u64 = 4 << 10;

/// Bytes of a saved report that are read; one more tells that there are more.
const LARGEST: u64 = (1 << 30) + 1;

pub fn run(args: &CompareArgs, talk: &Talk, out: &mut dyn Write) -> Result<Exit, Failure> {
    let common = args.common();
    let job = Job::new(&common, talk, report::DIFF, true)?;
    let old = one(&args.old, "OLD", args, &common, talk)?;
    let new = one(&args.new, "NEW", args, &common, talk)?;
    let gates = args.fail_on.map(FailOn::gate).into_iter();
    let gates = gates.chain(args.policy.rules.gates.iter().cloned()).collect();
    let since = Policies::since(Baseline::of(&old), gates, job.time());
    let gate = Gate { fail_on_incomplete: args.fail_on_incomplete, ..Gate::default() };
    job.compare(&[old, new], &gate, &since, out)
}

/// The one report on an artifact.
fn one(name: &str, role: &str, args: &CompareArgs, common: &Common, talk: &Talk) -> Result<Report, Failure> {
    let mut reports = reports(name, args, common, talk)?;
    match (reports.pop(), reports.pop()) {
        (Some(report), None) => Ok(report),
        (None, _) => Err(Failure::usage(format!("{role} ({name}) is a report on nothing"))),
        (Some(_), Some(_)) => {
            Err(Failure::usage(format!("{role} ({name}) is of several platforms")).remedy("choose one with --platform"))
        }
    }
}

/// The reports on whatever is called that.
fn reports(name: &str, args: &CompareArgs, common: &Common, talk: &Talk) -> Result<Vec<Report>, Failure> {
    let path = Path::new(name);
    // Each artifact has a scan of its own, as far as it is scanned.
    let job = || Job::new(common, talk, report::DIFF, true);
    match Form::of(path) {
        Form::Report => saved(path),
        Form::Metadata => {
            let job = job()?;
            metadata::read(path)?.artifacts.into_iter().map(|observed| judge::judged(observed, &job)).collect()
        }
        Form::Bill => Ok(vec![sbom::judged(path, &job()?)?]),
        Form::Image(input) => {
            let mut target = args.image(name);
            if input.is_some() {
                target = Target { reference: None, input, ..target };
            }
            let (job, opened) = job()?.with_image(&target)?;
            opened.into_iter().map(|opened| job.scan(opened)).collect()
        }
    }
}

/// What a name on the command line means.
#[derive(Debug, PartialEq, Eq)]
enum Form {
    Report,
    Metadata,
    Bill,
    /// In that file or folder, or to be asked for by its name.
    Image(Option<PathBuf>),
}

impl Form {
    /// By what a file begins with. What is no file is an image.
    fn of(path: &Path) -> Self {
        let mut head = Vec::new();
        let read = File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
        if path.is_dir() {
            return Self::Image(Some(path.to_owned()));
        }
        if read.is_err() {
            return Self::Image(None);
        }
        let has = |word: &[u8]| head.windows(word.len()).any(|window| window == word);
        let text = String::from_utf8_lossy(&head);
        let first = text.trim_start_matches('\u{feff}').trim_start();
        if metadata::is_packed(&head) || has(b"\"plimsoll-metadata\"") {
            Self::Metadata
        } else if has(b"\"plimsoll-report\"") {
            Self::Report
        } else if first.starts_with(['{', '<']) || first.starts_with("SPDXVersion") || first.starts_with('#') {
            Self::Bill
        } else {
            Self::Image(Some(path.to_owned()))
        }
    }
}

fn saved(path: &Path) -> Result<Vec<Report>, Failure> {
    let read = || -> io::Result<Saved> {
        let mut content = Vec::new();
        File::open(path)?.take(LARGEST).read_to_end(&mut content)?;
        if content.len() as u64 == LARGEST {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than a gigabyte"));
        }
        Saved::read(&content)
    };
    read().map(|saved| saved.reports).map_err(|error| {
        Failure::new(Exit::ScanFailed, error).when(format!("cannot read the report {}", path.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_what_they_begin_with() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let check = |content: &[u8], expected: Form| {
            std::fs::write(&path, content).unwrap();
            assert_eq!(Form::of(&path), expected, "{}", String::from_utf8_lossy(content));
        };
        let image = || Form::Image(Some(path.clone()));
        check(b"{\n  \"schema\": \"plimsoll-report\",", Form::Report);
        check(b"{\"schema\": \"plimsoll-metadata\",", Form::Metadata);
        check(b"\x28\xB5\x2F\xFD rest", Form::Metadata);
        check(b"{\"bomFormat\": \"CycloneDX\"", Form::Bill);
        check("\u{feff}<?xml version=\"1.0\"?><bom>".as_bytes(), Form::Bill);
        check(b"SPDXVersion: SPDX-2.3\n", Form::Bill);
        check(b"manifest.json\0\0\0", image());
        check(b"", image());
        assert_eq!(Form::of(folder.path()), Form::Image(Some(folder.path().to_owned())));
        assert_eq!(Form::of(Path::new("debian:12")), Form::Image(None));
    }
}
