//! The flags of `plimsoll config`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::db::Form;
use super::policy::Policy;
use super::scan::{Common, Gate, Limits, Look, ReportArgs};

/// `plimsoll config`.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct ConfigArgs {
    /// What to do instead of judging.
    #[command(subcommand)]
    pub command: Option<ConfigCommand>,
    /// The folder or the file
    #[arg(value_name = "PATH", required = true)]
    pub path: Option<PathBuf>,
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

impl ConfigArgs {
    /// As a scan that looks at nothing but configuration.
    pub fn common(&self) -> Common {
        let (report, gate, policy) = (self.report.clone(), self.gate.clone(), self.policy.clone());
        Common { look: Look::configuration(), report, gate, policy, limits: self.limits.clone() }
    }
}

/// `plimsoll config COMMAND`.
#[derive(Clone, Debug, Subcommand)]
pub enum ConfigCommand {
    /// List the rules, or try rules of your own
    #[command(subcommand)]
    Rules(RulesCommand),
}

/// `plimsoll config rules`.
#[derive(Clone, Debug, Subcommand)]
pub enum RulesCommand {
    /// List the rules
    List {
        /// How to say it
        #[arg(short, long, value_name = "FORMAT", env = "PLIMSOLL_FORMAT", value_enum, default_value_t)]
        format: Form,
    },
    /// Try files of rules on their own examples
    ///
    /// Each file lies in a folder <language>/<part>, such as kubernetes/network. A bad example must fail, and a good one must
    /// pass though the rule applies to it.
    Test {
        /// Files, or folders with such
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
    },
}
