//! `plimsoll db push`.

use std::io::{self, IsTerminal, Write};

use advisories::bundle::Files;
use bytesize::ByteSize;
use image::remote::Environment;
use report::one_line;

use crate::args::{PushArgs, Talk};
use crate::commands::open;
use crate::environment::variable;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::oci::{self, Pushed, Terms};
use crate::output::written;
use crate::progress::Line;
use crate::terminal;

/// Puts the data into a registry, and says what that took.
pub fn run(args: &PushArgs, talk: &Talk, out: &mut dyn Write) -> Result<Exit, Failure> {
    let folder = super::folder(&args.place)?;
    super::library(&folder)?;
    let files = Files::of(&folder, &args.ecosystem).map_err(|error| {
        let failure = Failure::new(Exit::ScanFailed, error).when(format!("cannot push {}", args.reference));
        failure.remedy("plimsoll db verify says what is wrong with data; plimsoll db build makes it anew")
    })?;
    let terms = terms(&args.access)?;
    let pushed = with_progress(talk, |progress| {
        oci::push(&folder, &files, &args.reference, Environment::of_process(), terms, progress)
    });
    let pushed = pushed.map_err(|error| open::failed(error).when(format!("cannot push {}", args.reference)))?;
    if !talk.quiet {
        written(say(&files, &pushed, &args.reference, out))?;
    }
    Ok(Exit::Passed)
}

/// How the user wants the registry to be asked.
pub(super) fn terms(access: &crate::args::RegistryAccess) -> Result<Terms, Failure> {
    let login = open::login(access)?;
    Ok(Terms { login, insecure: access.insecure_registry, ..Terms::default() })
}

/// Does something while a line on the terminal says what.
pub(super) fn with_progress<T>(talk: &Talk, work: impl FnOnce(&dyn Fn(&str)) -> T) -> T {
    let shown = !talk.quiet && terminal::progress(&variable, io::stderr().is_terminal());
    let line = shown.then(Line::start);
    let done = work(&|what: &str| {
        if let Some(line) = &line {
            line.say(what);
        }
    });
    if let Some(line) = &line {
        line.finish();
    }
    done
}

fn say(files: &Files, pushed: &Pushed, reference: &str, out: &mut dyn Write) -> io::Result<()> {
    let Files { shards, listed, signature, .. } = files;
    let (shards, Pushed { digest, new, bytes }) = (shards.len(), pushed);
    let of = if shards == *listed { String::new() } else { format!(" of {listed}") };
    let size = ByteSize::b(*bytes).display().iec();
    let signed = if signature.is_some() { "signed" } else { "not signed" };
    writeln!(out, "{shards}{of} shards, {signed}, in {}: {new} files were new, {size}", one_line(reference))?;
    writeln!(out, "{digest}")
}
