//! The flags of the commands that look into repositories, and of those about rules for secrets.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{Args, Subcommand};

use super::Form;
use super::scan::{Common, ImageSource, RegistryAccess, Scanner, Target};
use crate::forge::Organization;

/// `plimsoll repo`.
#[derive(Clone, Debug, Args)]
pub struct RepoArgs {
    /// The folder, or the address: https://…, ssh://…, git@host:team/app.git, file://…
    #[arg(value_name = "TARGET")]
    pub target: String,
    /// How far to look.
    #[command(flatten)]
    pub past: Past,
    /// Everything else.
    #[command(flatten)]
    pub common: Common,
}

/// `plimsoll secrets`.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct SecretsArgs {
    /// About rules.
    #[command(subcommand)]
    pub command: Option<SecretsCommand>,
    /// Where to look
    #[arg(value_name = "TARGET", required_unless_present = "organization")]
    pub target: Option<String>,
    /// Look into every repository of an organisation: github:NAME, gitlab:GROUP, bitbucket:WORKSPACE. A token, where one is
    /// needed, comes from PLIMSOLL_FORGE_TOKEN
    #[arg(long, value_name = "FORGE:NAME", env = "PLIMSOLL_ORGANIZATION", conflicts_with = "target")]
    pub organization: Option<Organization>,
    /// Where the API of the forge is, for servers of one's own, such as https://gitlab.example/api/v4 [default: the public one]
    #[arg(long, value_name = "URL", env = "PLIMSOLL_FORGE_URL")]
    pub forge_url: Option<String>,
    /// How far to look.
    #[command(flatten)]
    pub past: Past,
    /// Which platform of a multi-architecture image: os/arch[/variant], or all [default: this machine's]
    #[arg(long, value_name = "PLATFORM", env = "PLIMSOLL_PLATFORM", help_heading = "Image")]
    pub platform: Option<String>,
    /// Who asks the registry of an image.
    #[command(flatten)]
    pub access: RegistryAccess,
    /// Everything else.
    #[command(flatten)]
    pub common: Common,
}

/// How far to look into a repository.
#[derive(Clone, Copy, Debug, Args)]
pub struct Past {
    /// Leave the history of a git repository alone
    #[arg(long, env = "PLIMSOLL_NO_GIT_HISTORY", help_heading = "Scan", value_parser = BoolishValueParser::new())]
    pub no_git_history: bool,
}

impl SecretsArgs {
    /// As a scan for secrets and nothing else.
    pub fn common(&self) -> Common {
        let mut common = self.common.clone();
        common.look.scanners = vec![Scanner::Secret];
        common
    }

    /// The target as an image.
    pub fn image(&self, reference: Option<String>, input: Option<PathBuf>) -> Target {
        let image_src = vec![ImageSource::Docker, ImageSource::Podman, ImageSource::Containerd, ImageSource::Registry];
        let (platform, access) = (self.platform.clone(), self.access.clone());
        Target { reference, input, image_src, platform, access }
    }
}

/// What else can be asked about secrets.
#[derive(Clone, Debug, Subcommand)]
pub enum SecretsCommand {
    /// List the kinds of secrets that are known, or check rules of your own
    #[command(subcommand)]
    Rules(SecretRules),
}

/// `plimsoll secrets rules`.
#[derive(Clone, Debug, Subcommand)]
pub enum SecretRules {
    /// List every kind of secret that is known
    List {
        /// How to list them
        #[arg(short, long, value_name = "FORMAT", env = "PLIMSOLL_FORMAT", value_enum, default_value_t)]
        format: Form,
    },
    /// Check a file of rules: what it says, and every example in it
    Test {
        /// The file, or a folder of such
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}
