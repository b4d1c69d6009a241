//! The flags of `plimsoll config`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::db::Form;
use super::policy::Policy;
use super::scan::{Common, Gate, Limits, Look, ReportArgs};

/// How configuration is judged.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Configuration")]
pub struct Settings {
    /// Take values of Terraform's variables from this file, as terraform -var-file does; may be given several times
    #[arg(long, visible_alias = "var-file", value_name = "FILE", env = "PLIMSOLL_TF_VARS")]
    pub tf_vars: Vec<PathBuf>,
    /// The value of a variable of Terraform, as terraform -var has it; may be given several times
    #[arg(long, visible_alias = "var", value_name = "NAME=VALUE", env = "PLIMSOLL_TF_VAR", value_parser = variable)]
    pub tf_var: Vec<(String, String)>,
    /// Also ask these checks of your own in Rego, files or folders, as Conftest and Trivy have them: packages with deny, violation
    /// or warn; may be given several times
    #[arg(long, value_name = "PATH", env = "PLIMSOLL_CONFIG_CHECK")]
    pub config_check: Vec<PathBuf>,
    /// Data that these checks may ask for, in JSON or YAML, files or folders; may be given several times
    #[arg(long, value_name = "PATH", env = "PLIMSOLL_CONFIG_DATA", requires = "config_check")]
    pub config_data: Vec<PathBuf>,
}

fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').filter(|(name, _)| !name.trim().is_empty()).ok_or("write NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

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
    /// How to judge.
    #[command(flatten)]
    pub settings: Settings,
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
        let look = Look { settings: self.settings.clone(), ..Look::configuration() };
        Common { look, report, gate, policy, limits: self.limits.clone() }
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
