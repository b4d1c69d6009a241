//! The command line: arguments in, a report and an exit code out. Nothing is decided here that another program that
//! embeds the crates would have to decide again.

mod args;
mod bug;
mod checks;
mod clone;
mod commands;
mod compliance;
mod config;
mod custom;
mod environment;
mod exceptions;
mod exit;
mod failure;
mod forge;
mod gate;
mod judge;
mod log;
mod metadata;
mod oci;
mod output;
mod plugin;
mod policies;
mod progress;
mod refresh;
mod saved;
mod settings;
mod terminal;
mod verify;
mod vex;
mod web;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use report::one_line;

use crate::args::{Cli, Command};
use crate::commands::{
    compare, compliance as compliance_command, config as config_command, config_file, convert, db, diff, explain, fix,
    formats, install, itself, judge as judge_command, manual, pin, policy as policy_command, sbom, scan, secrets,
    vex as vex_command,
};
use crate::environment::variable;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plugin::Asked;
use crate::terminal::ColorChoice;

fn main() -> ExitCode {
    let arguments = match plugin::asked(std::env::args_os().collect()) {
        Asked::Run(arguments, notes) => {
            for note in notes {
                let _ = writeln!(io::stderr().lock(), "note: {}", one_line(&note));
            }
            arguments
        }
        Asked::Answer(answer) => {
            let answered = output::written(writeln!(io::stdout().lock(), "{answer}"));
            return answered.map_or_else(|failure| failure.exit(), |()| Exit::Passed).into();
        }
        Asked::Wrong(why, remedy) => return told(&Failure::usage(why).remedy(remedy), ColorChoice::Auto).into(),
    };
    let cli = match config::parse(&arguments) {
        Ok(cli) => cli,
        Err(failure) => return told(&failure, ColorChoice::Auto).into(),
    };
    log::start(cli.talk.verbose);
    bug::watch();
    bug::catch(|| run(&cli)).unwrap_or_else(|failure| told(&failure, cli.talk.color)).into()
}

/// Tells a failure, and returns how the process ends.
fn told(failure: &Failure, color: ColorChoice) -> Exit {
    let color = terminal::color(color, &variable, io::stderr().is_terminal());
    // Where standard error is closed, the exit code has to say it alone.
    let _ = failure.print(color, &mut io::stderr().lock());
    failure.exit()
}

fn run(cli: &Cli) -> Result<Exit, Failure> {
    let out = &mut io::stdout().lock();
    let done = |()| Exit::Passed;
    match &cli.command {
        Command::Image(args) => scan::image(args, &cli.talk, out),
        Command::Rootfs(args) => scan::folder(args, "rootfs", &cli.talk, out),
        Command::Fs(args) => scan::folder(args, "fs", &cli.talk, out),
        Command::Repo(args) => secrets::repo(args, &cli.talk, out),
        Command::Secrets(args) => secrets::run(args, &cli.talk, out),
        Command::Sbom(args) => sbom::run(args, &cli.talk, out),
        Command::Judge(args) => judge_command::run(args, &cli.talk, out),
        Command::Diff(args) => diff::run(args, &cli.talk, out),
        Command::Config(args) => config_command::run(args, &cli.talk, out),
        Command::Fix(command) => fix::run(command, &cli.talk, out),
        Command::Convert(args) => convert::run(args, &cli.talk, out).map(done),
        Command::Compare(args) => compare::run(args, &cli.talk, out).map(done),
        Command::Pin(args) => pin::run(args, &cli.talk, out),
        Command::Layers(args) => scan::layers(args, &cli.talk, out),
        Command::Explain(args) => explain::run(args, &cli.talk, out),
        Command::Packages(args) => formats::run(args, out).map(done),
        Command::Db(command) => db::run(command, &cli.talk, out),
        Command::Vex(command) => vex_command::run(command, out),
        Command::Compliance(command) => compliance_command::run(command, out).map(done),
        Command::Policy(command) => policy_command::run(command, out),
        Command::ConfigFile(command) => config_file::run(command, out).map(done),
        Command::Install(command) => install::run(command, out),
        Command::Itself(command) => itself::run(command, out),
        Command::Version => manual::version(out).map(done),
        Command::Completions { shell } => manual::completions(*shell, out).map(done),
        Command::Man { dir } => manual::man(dir.as_deref(), out).map(done),
    }
}
