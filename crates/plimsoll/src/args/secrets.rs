//! The flags of the commands that look into repositories, and of those about rules for secrets.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{Args, Subcommand};

use super::Form;
use super::policy::Policy;
use super::scan::{Archives, Common, Gate, ImageSource, Limits, Look, RegistryAccess, ReportArgs, Scanner, Target};
use super::values::{self, Endpoint};
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
// No advisory has a say about secrets.
#[command(mut_arg("db_max_age", |argument| argument.hide(true)))]
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
    /// Which archives to look into: those with a directory (zip), tars and compressed files as well (all), or none
    #[arg(long, value_name = "WHICH", env = "PLIMSOLL_ARCHIVES", help_heading = "Scan", value_enum, default_value_t)]
    pub archives: Archives,
    /// Open no connection to anywhere
    #[arg(long, env = "PLIMSOLL_OFFLINE", help_heading = "Scan", value_parser = BoolishValueParser::new())]
    pub offline: bool,
    /// Where to keep what was learned of layers, for the next scan [default: the user's cache folder]
    #[arg(long, value_name = "DIR", env = "PLIMSOLL_CACHE_DIR", help_heading = "Scan")]
    pub cache_dir: Option<PathBuf>,
    /// Keep nothing, and use nothing kept
    #[arg(long, env = "PLIMSOLL_NO_CACHE", help_heading = "Scan", value_parser = BoolishValueParser::new())]
    pub no_cache: bool,
    /// What is a secret, and what becomes of it.
    #[command(flatten)]
    pub secret: SecretFlags,
    /// How to report.
    #[command(flatten)]
    pub report: ReportArgs,
    /// When to fail.
    #[command(flatten)]
    pub gate: Gate,
    /// Whose rules count.
    #[command(flatten)]
    pub policy: Policy,
    /// What it may cost.
    #[command(flatten)]
    pub limits: Limits,
}

/// What is a secret, and what becomes of it.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Secrets")]
pub struct SecretFlags {
    /// Also look for the secrets that the rules in this file, or in the files of this folder, describe; plimsoll secrets rules
    /// test checks them
    #[arg(long, value_name = "FILE", env = "PLIMSOLL_SECRET_RULES")]
    pub secret_rules: Vec<PathBuf>,
    /// Exceptions for secrets and rules of one's own, as other scanners have them: .gitleaks.toml, .gitleaksignore, a report of
    /// Gitleaks, trivy-secret.yaml, .secrets.baseline; may be given several times. fs reads those of these names in its folder
    /// without being told
    #[arg(long, value_name = "FILE", env = "PLIMSOLL_SECRET_ALLOW")]
    pub secret_allow: Vec<PathBuf>,
    /// Ask the providers of secrets whether they still accept them: each is sent to whoever issued it, and to nobody else.
    /// Nothing kept of earlier scans is used then
    #[arg(long, env = "PLIMSOLL_VERIFY", value_parser = BoolishValueParser::new())]
    pub verify: bool,
    /// Where to ask a provider instead, such as github=https://github.example/api/v3; may be given several times
    #[arg(long, value_name = "PROVIDER=URL", env = "PLIMSOLL_VERIFY_ENDPOINT", value_parser = values::endpoint)]
    pub verify_endpoint: Vec<Endpoint>,
    /// Show the texts of secrets, in a table on a terminal and nowhere else. Nothing kept of earlier scans is used then
    #[arg(long, env = "PLIMSOLL_SHOW_SECRETS", value_parser = BoolishValueParser::new())]
    pub show_secrets: bool,
}

impl SecretFlags {
    /// Whether the texts of secrets are needed, which nothing that was kept has.
    pub fn needs_texts(&self) -> bool {
        self.verify || self.show_secrets
    }
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
        let look = Look {
            scanners: vec![Scanner::Secret],
            archives: self.archives,
            offline: self.offline,
            cache_dir: self.cache_dir.clone(),
            no_cache: self.no_cache,
            secret: self.secret.clone(),
            ..Look::configuration()
        };
        let (report, gate, policy) = (self.report.clone(), self.gate.clone(), self.policy.clone());
        Common { look, report, gate, policy, limits: self.limits.clone() }
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
