//! `plimsoll sbom`: a bill of materials is judged like the thing that it is about.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Instant;

use model::Report;

use super::scan::Job;
use crate::args::{SbomArgs, Talk};
use crate::exit::Exit;
use crate::failure::Failure;

/// Bytes of a bill that are read; one more tells that there are more.
const LARGEST: u64 = (512 << 20) + 1;

pub fn run(args: &SbomArgs, talk: &Talk, out: &mut dyn Write) -> Result<Exit, Failure> {
    let job = Job::new(&args.common, talk, report::SCAN, true)?;
    let report = judged(&args.file, &job)?;
    job.conclude(&[report], Vec::new(), out)
}

/// The report about a bill.
pub(super) fn judged(file: &Path, job: &Job<'_>) -> Result<Report, Failure> {
    let started = Instant::now();
    let unread = |error: io::Error| {
        Failure::new(Exit::ScanFailed, error).when(format!("cannot read the bill of materials {}", file.display()))
    };
    let content = if file == Path::new("-") { all(io::stdin()) } else { File::open(file).and_then(all) };
    let bill = packages::sbom::read(&content.map_err(unread)?).map_err(|error| {
        Failure::new(Exit::ScanFailed, error).when(format!("cannot read {} as a bill of materials", file.display()))
    })?;
    tracing::info!(standard = bill.standard, items = bill.inventory.items.len(), "read a bill of materials");
    let mut image = bill.image;
    image.origin.reference = file.display().to_string();
    let report = scan::judge(image, bill.layers, bill.inventory, &job.detectors());
    Ok(job.finish(report, started))
}

fn all(file: impl Read) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    file.take(LARGEST).read_to_end(&mut content)?;
    Ok(content)
}
