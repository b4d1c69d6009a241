//! `plimsoll db export`, and writing a file that appears whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use advisories::bundle::{self, BundleError, Exported};
use bytesize::ByteSize;
use report::one_line;

use crate::args::{ExportArgs, Talk};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::written;

/// Writes a bundle, and says what is in it.
pub fn run(args: &ExportArgs, talk: &Talk, out: &mut dyn Write) -> Result<Exit, Failure> {
    let folder = super::folder(&args.place)?;
    super::library(&folder)?;
    let (exported, size) = write(&args.file, out, |out| bundle::export(&folder, &args.ecosystem, out))?;
    if let Some(size) = size.filter(|_| !talk.quiet) {
        written(say(&exported, size, &args.file, out))?;
    }
    Ok(Exit::Passed)
}

/// Writes a bundle to a file, and returns its size; or to standard output, and returns none.
pub fn write(
    path: &Path,
    out: &mut dyn Write,
    make: impl FnOnce(&mut dyn Write) -> Result<Exported, BundleError>,
) -> Result<(Exported, Option<u64>), Failure> {
    let failed = |error: BundleError| {
        let failure = Failure::new(Exit::ScanFailed, error).when(format!("cannot write {}", path.display()));
        failure.remedy("plimsoll db verify says what is wrong with data; plimsoll db build makes it anew")
    };
    if path == Path::new("-") {
        return make(out).map(|exported| (exported, None)).map_err(failed);
    }
    let io = |error: io::Error| Failure::new(Exit::ScanFailed, error).when(format!("cannot write {}", path.display()));
    let draft = Draft(path.with_added_extension(format!("new-{}", std::process::id())));
    let mut file = BufWriter::new(File::create(&draft.0).map_err(io)?);
    let exported = make(&mut file).map_err(failed)?;
    let file = file.into_inner().map_err(|error| io(error.into_error()))?;
    let size = file.metadata().map_err(io)?.len();
    fs::rename(&draft.0, path).map_err(io)?;
    Ok((exported, Some(size)))
}

/// A file that is removed unless it was renamed.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn say(exported: &Exported, size: u64, path: &Path, out: &mut dyn Write) -> io::Result<()> {
    let Exported { shards, listed, signed } = exported;
    let of = if shards == listed { String::new() } else { format!(" of {listed}") };
    let size = ByteSize::b(size).display().iec();
    let signed = if *signed { "signed" } else { "not signed" };
    writeln!(out, "{shards}{of} shards, {size}, {signed}, in {}", one_line(&path.display().to_string()))
}
