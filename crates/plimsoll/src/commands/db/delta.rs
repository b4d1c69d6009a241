//! `plimsoll db delta`.

use std::io::Write;

use advisories::bundle;
use bytesize::ByteSize;
use report::one_line;

use super::export;
use crate::args::{DeltaArgs, Talk};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::written;

/// Writes a delta, and says how much changed.
pub fn run(args: &DeltaArgs, talk: &Talk, out: &mut dyn Write) -> Result<Exit, Failure> {
    super::library(&args.old)?;
    super::library(&args.new)?;
    let (changed, size) = export::write(&args.file, out, |out| bundle::delta(&args.old, &args.new, out))?;
    if let Some(size) = size.filter(|_| !talk.quiet) {
        written(writeln!(
            out,
            "{} of {} shards changed, {}, {}, in {}",
            changed.shards,
            changed.listed,
            ByteSize::b(size).display().iec(),
            if changed.signed { "signed" } else { "not signed" },
            one_line(&args.file.display().to_string())
        ))?;
    }
    Ok(Exit::Passed)
}
