//! What files say as the defaults of flags, so that a value means the same wherever it is written, and flags and variables
//! come first.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::builder::{BoolishValueParser, Resettable};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, CommandFactory, FromArgMatches};

use super::{Config, Places};
use crate::args::{Cli, Common};
use crate::environment::variable;
use crate::failure::Failure;

/// Flags that say which files count, which no file can say.
const ABOUT_FILES: [&str; 2] = ["config", "no-config"];

/// The flags that a scan has.
fn command() -> Command {
    Common::augment_args(Command::new("plimsoll").no_binary_name(true))
}

/// The names of all flags that a file may set.
pub fn known() -> Vec<String> {
    let command = command();
    let names = command.get_arguments().filter_map(|argument| argument.get_long().map(str::to_owned));
    names.filter(|name| !ABOUT_FILES.contains(&&**name)).collect()
}

/// The flags that a file may set, with their variables and defaults: name, variable, default.
pub fn defaults() -> Vec<(String, String, Vec<String>)> {
    let command = command();
    let each = command.get_arguments().filter_map(|argument| {
        let name = argument.get_long()?.to_owned();
        let variable = argument.get_env()?.to_string_lossy().into_owned();
        let values = argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
        Some((name, variable, values))
    });
    each.filter(|(name, ..)| !ABOUT_FILES.contains(&&**name)).collect()
}

/// Whether a flag would take the values; else why not.
pub(super) fn check(name: &str, values: &[String]) -> Result<(), String> {
    let command = command().mut_args(|argument| argument.env(Resettable::Reset));
    let Some(flag) = command.get_arguments().find(|argument| argument.get_long() == Some(name)) else { return Ok(()) };
    if is_switch(flag) {
        return match values {
            [value] if matches!(&**value, "true" | "false") => Ok(()),
            _ => Err(format!("{name:?} is true or false")),
        };
    }
    let arguments = values.iter().map(|value| format!("--{name}={value}"));
    command.try_get_matches_from(arguments).map(drop).map_err(|error| {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        first.strip_prefix("error: ").unwrap_or(first).to_owned()
    })
}

fn is_switch(flag: &Arg) -> bool {
    matches!(flag.get_action(), ArgAction::SetTrue)
}

/// Reads the command line, with what files say where it and the variables say nothing.
pub fn parse(arguments: &[OsString]) -> Result<Cli, Failure> {
    let command = Cli::command();
    let given = command.clone().get_matches_from(arguments);
    let (matches, rules) = match given.subcommand() {
        Some((name, given)) if given.try_contains_id("no_config").is_ok() => {
            let here = std::env::current_dir().unwrap_or_default();
            let named = given.get_one::<PathBuf>("config").map(PathBuf::as_path);
            let look_around = !given.get_flag("no_config");
            let config =
                Config::read(&Places { named, look_around, here, variables: &variable }, target(given).as_deref())?;
            (applied(command, name, &config).get_matches_from(arguments), Some(config.rules()))
        }
        _ => (given, None),
    };
    let mut cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    if let (Some(policy), Some(rules)) = (cli.command.policy_mut(), rules) {
        policy.rules = rules;
    }
    Ok(cli)
}

/// The target of a scan as the user wrote it, without the place where it is looked for.
fn target(given: &ArgMatches) -> Option<String> {
    let path = |id| given.try_get_one::<PathBuf>(id).ok().flatten().map(|path| path.display().to_string());
    let reference = given.try_get_one::<String>("reference").ok().flatten().cloned();
    let written = reference.or_else(|| path("input")).or_else(|| path("folder")).or_else(|| path("file"))?;
    const PLACES: [&str; 7] =
        ["docker:", "podman:", "containerd:", "registry:", "docker-archive:", "oci-archive:", "oci-dir:"];
    let bare = PLACES.iter().find_map(|place| written.strip_prefix(place)).filter(|bare| !bare.is_empty());
    Some(bare.map(str::to_owned).unwrap_or(written))
}

/// The command with the settings as the defaults of its flags.
fn applied(command: Command, name: &str, config: &Config) -> Command {
    command.mut_subcommand(name, |subcommand| {
        subcommand.mut_args(|argument| {
            // The formats of a file are those of a scan's report; these have fewer.
            let is_own =
                |flag: &&str| matches!(name, "diff" | "explain" | "layers") && matches!(*flag, "format" | "output");
            let chosen = argument.get_long().filter(|flag| !is_own(flag)).and_then(|flag| config.settings.get(flag));
            let Some(chosen) = chosen else { return argument };
            let is_path = argument.get_value_parser().type_id() == std::any::TypeId::of::<PathBuf>();
            let values = chosen.values.iter().map(|value| {
                let is_name = matches!(&**value, "-" | "oci");
                if is_path && !is_name { absolute(&chosen.folder, value) } else { value.clone() }
            });
            let values: Vec<String> = values.collect();
            if is_switch(&argument) {
                return argument.value_parser(BoolishValueParser::new()).default_values(values);
            }
            argument.default_values(values)
        })
    })
}

/// Paths in a file are relative to where the file is.
fn absolute(folder: &Path, value: &str) -> String {
    folder.join(value).display().to_string()
}
