//! The commands about the program itself: its version, its completions, its manual.

use std::io::Write;
use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Cli;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::written;

/// `plimsoll version`.
pub fn version(out: &mut dyn Write) -> Result<(), Failure> {
    written(writeln!(out, "plimsoll {}\nreport schema {}", env!("CARGO_PKG_VERSION"), report::SCHEMA_VERSION))
}

/// `plimsoll completions SHELL`.
pub fn completions(shell: Shell, out: &mut dyn Write) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "plimsoll", &mut script);
    written(out.write_all(&script))
}

/// `plimsoll man`.
pub fn man(folder: Option<&Path>, out: &mut dyn Write) -> Result<(), Failure> {
    match folder {
        None => {
            let mut page = Vec::new();
            written(clap_mangen::Man::new(Cli::command()).render(&mut page))?;
            written(out.write_all(&page))
        }
        Some(folder) => clap_mangen::generate_to(Cli::command(), folder).map_err(|error| {
            Failure::new(Exit::ScanFailed, error)
                .when(format!("cannot write manual pages into {}", folder.display()))
                .remedy("name a folder that exists and that you may write to")
        }),
    }
}
