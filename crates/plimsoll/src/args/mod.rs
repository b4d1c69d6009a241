//! The command line: what can be asked for, and how. Every flag has a variable `PLIMSOLL_` and its name.

mod compare;
mod compliance;
mod config;
mod db;
mod diff;
mod fix;
mod install;
mod misconfig;
mod pin;
mod policy;
mod scan;
mod secrets;
mod values;
mod vex;

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args, Parser, Subcommand};
use clap_complete::Shell;

pub use compare::{CompareForm, ComparisonArgs};
pub use compliance::ComplianceCommand;
pub use config::{ConfigFile, ExplainConfig, Init};
pub use db::{
    BuildArgs, Data, Db, DeltaArgs, DiffArgs, ExportArgs, Form, ImportArgs, KeygenArgs, Place, PullArgs, PushArgs,
    SearchArgs, StatusArgs, UpdateArgs, VerifyArgs,
};
pub use diff::{CompareArgs, FailOn};
pub use fix::{FixCommand, FixConfig};
pub use install::{DockerPlugin, Install, SelfCommand, SelfVerify};
pub use misconfig::{ConfigArgs, ConfigCommand, RulesCommand, Settings};
pub use pin::PinArgs;
pub use policy::{Policy, PolicyCommand, Rules};
pub use scan::{
    Archives, Common, ConvertArgs, ExplainArgs, FolderArgs, Gate, ImageArgs, ImageSource, JudgeArgs, Look,
    RegistryAccess, ReportArgs, SbomArgs, Scanner, Target,
};
pub use secrets::{RepoArgs, SecretRules, SecretsArgs, SecretsCommand};
#[cfg(test)]
pub use values::output;
pub use values::{DataForm, DataSource, Endpoint, Output, TEMPLATE, format, names};

pub use vex::{Add, FromIgnores, VexCommand};

use crate::terminal::ColorChoice;

/// Says what is inside a container image, layer by layer, what is wrong with it, and whether it may sail.
#[derive(Debug, Parser)]
#[command(
    name = "plimsoll",
    version,
    about,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = exit_codes()
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How to talk.
    #[command(flatten)]
    pub talk: Talk,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Look into a container image
    ///
    /// REF is the name of an image in Docker, Podman, containerd or a registry. An image in a file (docker save, an OCI
    /// archive) or a folder (an OCI layout) is named by --input.
    #[command(override_usage = "plimsoll image [OPTIONS] [REF] [--input FILE]")]
    Image(ImageArgs),
    /// Look into a folder that holds a root filesystem
    ///
    /// The folder is taken for what a container or a virtual machine sees as /.
    Rootfs(FolderArgs),
    /// Look into a folder of a project
    ///
    /// The folder is taken for somebody's work: a checkout, with lockfiles.
    Fs(FolderArgs),
    /// Look into a git repository
    ///
    /// TARGET is a folder, or the address of a repository, which is then cloned by the program git. Secrets (--scanners secret)
    /// are also looked for in its whole history.
    Repo(RepoArgs),
    /// Look for secrets: tokens, keys and passwords that lie open
    ///
    /// TARGET is a folder, a file, - for standard input, an image as plimsoll image takes it, or the address of a git
    /// repository. Of a git repository the whole history is searched, on every branch.
    Secrets(SecretsArgs),
    /// Judge a bill of materials
    ///
    /// FILE is in CycloneDX (JSON), SPDX 2 (JSON or tag-value) or Syft's JSON, from whatever tool, or an attestation with one
    /// of these in it; - is standard input. What the bill does not tell is said in the report.
    Sbom(SbomArgs),
    /// Judge what a build saw of an image, without the image
    ///
    /// FILE is what plimsoll image wrote with --metadata-out. With the same flags the report is the one that the build had, or would
    /// have today.
    Judge(JudgeArgs),
    /// Say what changed from one image to another, and why
    ///
    /// OLD and NEW are, in any mix: images as plimsoll image takes them, files or folders with an image, bills of materials,
    /// reports that were saved with -o json=FILE, metadata. For example: plimsoll diff team/app:1 team/app:2 --fail-on new:high
    Diff(CompareArgs),
    /// Judge configuration: Dockerfiles, manifests, infrastructure as code
    ///
    /// PATH is a folder, all of whose files are judged together, or a file; - is standard input.
    #[command(override_usage = "plimsoll config [OPTIONS] <PATH>\n       plimsoll config rules <COMMAND>")]
    Config(ConfigArgs),
    /// Mend what was found, where that is mechanical
    #[command(subcommand)]
    Fix(FixCommand),
    /// Write reports that were saved in other formats, those of other scanners as well
    ///
    /// Nothing is scanned or judged again. For example: plimsoll convert app.json -o sarif=app.sarif -o html=app.html
    ///
    /// Reports of Trivy, Grype, Snyk, Clair, Checkov and Gitleaks in their JSON, SARIF of whatever tool (Docker Scout's, Snyk
    /// Code's), and GitLab's security reports are read as well. Several reports about the same thing become one, in which each
    /// finding is there once: plimsoll convert trivy.json grype.json snyk.json -o html=all.html
    Convert(ConvertArgs),
    /// Say where two scanners agree about the same thing, and why they do not
    ///
    /// For each finding that only one of two reports has: whether the other sees the package, in which version, and, with advisory
    /// data, which of the two is right. For example: plimsoll compare trivy.json grype.json
    Compare(ComparisonArgs),
    /// Say which images and actions files name by tags that can move, and pin them to what they are today
    ///
    /// Dockerfiles, Compose, Kubernetes, Tekton, Helm's values, and the files of GitHub, GitLab, CircleCI, Azure, Bitbucket, Drone and
    /// Woodpecker are looked at. For example: plimsoll pin --check . in a pipeline, and plimsoll pin --write . at home
    Pin(PinArgs),
    /// Explain an image's layers
    ///
    /// For each layer: what it brings, wastes and risks. At the end: how to have fewer bytes.
    #[command(override_usage = "plimsoll layers [OPTIONS] [REF] [--input FILE]")]
    Layers(ImageArgs),
    /// Say why a vulnerability is reported for an image, or why it is not
    ///
    /// REF is what plimsoll image takes, or dir:FOLDER for a root filesystem. Nothing is judged that a scan does not judge,
    /// so what is not reported has its reason: a version that is out of range, another release, a package that is not
    /// there, data that is not there. For example: plimsoll explain CVE-2022-0778 debian:11 --package openssl
    #[command(override_usage = "plimsoll explain [OPTIONS] <ID> [REF] [--input FILE]")]
    Explain(ExplainArgs),
    /// Say which formats of packages are read
    ///
    /// With --formats: each format, the files that it is in, and what it is. With --formats=NAME: all about one of them.
    #[command(arg_required_else_help = true)]
    Packages(PackagesArgs),
    /// Build, check and look into the advisory data
    #[command(subcommand)]
    Db(Db),
    /// Write and look at what you know about vulnerabilities in your products (VEX)
    #[command(subcommand)]
    Vex(VexCommand),
    /// Say which frameworks of controls there are, and how they are assessed
    ///
    /// plimsoll image, fs, repo and config hold what they find against them with --compliance.
    #[command(subcommand)]
    Compliance(ComplianceCommand),
    /// Test policies in Rego
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Write, or explain, the file that a project keeps its settings in: plimsoll.yaml
    #[command(subcommand, name = "config-file")]
    ConfigFile(ConfigFile),
    /// Add this program to others
    #[command(subcommand)]
    Install(Install),
    /// Look at this program itself
    #[command(subcommand, name = "self")]
    Itself(SelfCommand),
    /// Say which version this is
    Version,
    /// Write the completions for a shell to standard output
    ///
    /// For bash: plimsoll completions bash > ~/.local/share/bash-completion/completions/plimsoll
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Write the manual page to standard output
    Man {
        /// Write one page for each command into this folder instead
        #[arg(long, value_name = "FOLDER", env = "PLIMSOLL_DIR")]
        dir: Option<PathBuf>,
    },
}

impl Command {
    /// Where the rules of a command that scans are.
    pub fn policy_mut(&mut self) -> Option<&mut Policy> {
        match self {
            Self::Image(args) | Self::Layers(args) => Some(&mut args.common.policy),
            Self::Rootfs(args) | Self::Fs(args) => Some(&mut args.common.policy),
            Self::Sbom(args) => Some(&mut args.common.policy),
            Self::Judge(args) => Some(&mut args.common.policy),
            Self::Diff(args) => Some(&mut args.policy),
            Self::Explain(args) => Some(&mut args.policy),
            Self::Repo(args) => Some(&mut args.common.policy),
            Self::Secrets(args) => Some(&mut args.policy),
            Self::Config(args) => Some(&mut args.policy),
            _ => None,
        }
    }
}

/// `plimsoll packages`.
#[derive(Clone, Debug, Args)]
pub struct PackagesArgs {
    /// List the formats, or say all about one of them; all is everything about every one, as Markdown
    #[arg(long, value_name = "NAME", env = "PLIMSOLL_FORMATS", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub formats: Option<String>,
}

/// How to talk.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "General")]
pub struct Talk {
    /// Say nothing but the report and errors
    #[arg(short, long, global = true, env = "PLIMSOLL_QUIET", value_parser = BoolishValueParser::new(), conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say what is being done; twice, say more
    #[arg(short, long, global = true, env = "PLIMSOLL_VERBOSE", action = ArgAction::Count)]
    pub verbose: u8,
    /// When to colour
    #[arg(long, global = true, env = "PLIMSOLL_COLOR", value_name = "WHEN", value_enum, default_value_t)]
    pub color: ColorChoice,
}

fn exit_codes() -> String {
    let mut text = String::from("Exit codes:");
    for exit in crate::exit::Exit::BY_CODE {
        let _ = std::fmt::Write::write_fmt(&mut text, format_args!("\n  {}  {}", exit.code(), exit.meaning()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_flag_has_its_variable_and_a_help_text() {
        let mut command = Cli::command();
        command.build();
        for subcommand in command.get_subcommands() {
            for argument in subcommand.get_arguments().filter(|argument| argument.get_id() != "help") {
                assert!(argument.get_help().is_some(), "{} {}", subcommand.get_name(), argument.get_id());
                let Some(flag) = argument.get_long() else { continue };
                let expected = format!("PLIMSOLL_{}", flag.replace('-', "_").to_uppercase());
                let variable = argument.get_env().and_then(std::ffi::OsStr::to_str);
                assert_eq!(variable, Some(&*expected), "{} --{flag}", subcommand.get_name());
            }
        }
    }
}
