//! The flags of `plimsoll fix`.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{Args, Subcommand};

use super::policy::Policy;
use super::scan::{Common, Gate, Limits, Look, ReportArgs};

/// `plimsoll fix`.
#[derive(Clone, Debug, Subcommand)]
pub enum FixCommand {
    /// Mend configuration where a rule says how, and show it as a unified diff
    ///
    /// PATH is a folder, all of whose files are judged together, or a file. Dockerfiles, manifests of Kubernetes and Terraform are
    /// mended; what is set aside stays as it is. plimsoll fix config . | git apply does what --write does.
    Config(FixConfig),
}

/// `plimsoll fix config`.
#[derive(Clone, Debug, Args)]
pub struct FixConfig {
    /// The folder or the file
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    /// Write the files, in place of a diff
    #[arg(long, env = "PLIMSOLL_WRITE", value_parser = BoolishValueParser::new())]
    pub write: bool,
    /// Mend only what this rule asks for: PLM-K8S-POD-002, or PLM-K8S-* for all that begin so; may be given several times
    #[arg(long, value_name = "RULE", env = "PLIMSOLL_RULE", value_delimiter = ',')]
    pub rule: Vec<String>,
    /// Whose rules count.
    #[command(flatten)]
    pub policy: Policy,
    /// What it may cost.
    #[command(flatten)]
    pub limits: Limits,
}

impl FixConfig {
    /// As a scan that looks at nothing but configuration, and reports and fails on nothing.
    pub fn common(&self) -> Common {
        let report =
            ReportArgs { format: None, output: Vec::new(), severity: Vec::new(), all: false, show_suppressed: false };
        let policy = self.policy.clone().without_gates();
        Common { look: Look::configuration(), report, gate: Gate::default(), policy, limits: self.limits.clone() }
    }
}
