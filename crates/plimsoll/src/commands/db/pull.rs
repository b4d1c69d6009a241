//! `plimsoll db pull`.

use std::io::Write;

use advisories::bundle;
use advisories::signature::Trust;
use image::remote::Environment;

use super::{import, push};
use crate::args::{PullArgs, Talk};
use crate::commands::open;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::oci::Artifact;
use crate::output::written;

/// Takes the data from a registry, and says what came of it.
pub fn run(args: &PullArgs, talk: &Talk, out: &mut dyn Write) -> Result<Exit, Failure> {
    let folder = super::folder(&args.place)?;
    let trust = Trust::new(args.keys.db_key.iter().copied());
    let tried = || format!("cannot pull {} into {}", args.reference, folder.display());
    let artifact = Artifact::new(&args.reference, Environment::of_process(), push::terms(&args.access)?)
        .map_err(|error| open::failed(error).when(tried()))?;
    let pulled =
        push::with_progress(talk, |progress| bundle::pull(&artifact, &folder, &trust, args.allow_older, progress));
    let pulled = pulled.map_err(|error| {
        let remedy = import::remedy(&error);
        Failure::new(Exit::ScanFailed, error).when(tried()).remedy(remedy)
    })?;
    if !talk.quiet {
        written(import::say(&pulled, &folder, out))?;
    }
    Ok(Exit::Passed)
}
