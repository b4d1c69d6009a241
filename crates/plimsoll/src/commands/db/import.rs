//! `plimsoll db import`.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use advisories::bundle::{self, BundleError, Imported};
use advisories::signature::{Signed, Trust};
use bytesize::ByteSize;
use report::one_line;

use crate::args::{ImportArgs, Talk};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::written;

/// Reads a bundle, and says what came of it.
pub fn run(args: &ImportArgs, talk: &Talk, out: &mut dyn Write) -> Result<Exit, Failure> {
    let folder = super::folder(&args.place)?;
    let trust = Trust::new(args.keys.db_key.iter().copied());
    let tried = || format!("cannot import {} into {}", args.file.display(), folder.display());
    let mut source: Box<dyn Read> = if args.file == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        let file = File::open(&args.file).map_err(|error| Failure::new(Exit::ScanFailed, error).when(tried()))?;
        Box::new(file)
    };
    let import = if args.allow_older { bundle::import_of_any_age } else { bundle::import };
    let imported = import(&mut *source, &folder, &trust).map_err(|error| {
        let remedy = remedy(&error);
        Failure::new(Exit::ScanFailed, error).when(tried()).remedy(remedy)
    })?;
    if !talk.quiet {
        written(say(&imported, &folder, out))?;
    }
    Ok(Exit::Passed)
}

pub(super) fn remedy(error: &BundleError) -> &'static str {
    match error {
        BundleError::Io { source, .. } => match source.kind() {
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => {
                "name a folder that can be written to (--db-dir); what is here stays in use"
            }
            ErrorKind::StorageFull => "make room; what is here stays in use",
            _ => "see whether that is a folder, and may be written to; what is here stays in use",
        },
        BundleError::Unreachable(_) => {
            "try again later, or see whether the name is right and docker login was done; what is here stays in use"
        }
        BundleError::Refused(_) => "fetch or export it again; what is here stays in use",
        BundleError::Untrusted(_) => {
            "fetch it from whoever has the key, or pin the key of whoever signed it (--db-key); what is here stays in use"
        }
        BundleError::Older(_) => {
            "fetch or export newer data, or take back the older with --allow-older; what is here stays in use"
        }
        BundleError::WrongBase { .. } => {
            "import a whole bundle, or the deltas that lie between; what is here stays in use"
        }
        BundleError::Unfit { .. } => "import a whole bundle",
        BundleError::Busy(_) => "wait until it is done",
    }
}

pub(super) fn say(imported: &Imported, folder: &Path, out: &mut dyn Write) -> io::Result<()> {
    let Imported { shards, listed, bytes, .. } = imported;
    let size = ByteSize::b(*bytes).display().iec();
    let what = if imported.delta { "changed" } else { "imported" };
    writeln!(out, "{shards} of {listed} shards {what}, {size}, in {}", one_line(&folder.display().to_string()))?;
    list("gone", &imported.gone, out)?;
    list("not here, so not changed", &imported.absent, out)?;
    match &imported.signed {
        Signed::By(key) => writeln!(out, "signed by the key {key}")?,
        Signed::Unchecked(keys) => {
            let keys = keys.join(", ");
            writeln!(out, "note: it says to be signed by the key {keys}; pin that key (--db-key) to have it checked")?;
        }
        Signed::Not => writeln!(out, "note: it is not signed, so only you know where it comes from")?,
    }
    if let (Some(newest), Some(before)) = (&imported.newest, &imported.before)
        && newest < before
    {
        let (newest, before) = (one_line(newest), one_line(before));
        writeln!(out, "note: its newest advisory is of {newest}, and the newest one before was of {before}")?;
    }
    Ok(())
}

fn list(what: &str, files: &[String], out: &mut dyn Write) -> io::Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    writeln!(out, "{what}: {}", one_line(&files.join(", ")))
}
