//! The flags that say whose rules count: files of settings, files of ignores.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{Args, Subcommand};
use policy::gate::Gate;
use policy::ignores::Ignore;

/// Whose rules count.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Policy")]
pub struct Policy {
    /// Take settings, gates and ignores from this file [default: plimsoll.yaml in this folder or one above]
    #[arg(long, value_name = "FILE", env = "PLIMSOLL_CONFIG")]
    pub config: Option<PathBuf>,
    /// Take settings, gates and ignores from no file that is not named here
    #[arg(long, env = "PLIMSOLL_NO_CONFIG", value_parser = BoolishValueParser::new())]
    pub no_config: bool,
    /// Set findings aside by this file: plimsoll.yaml, .trivyignore, .trivyignore.yaml, .grype.yaml, osv-scanner.toml,
    /// .snyk or .checkov.yaml; may be given several times [default: those of these names in this folder]
    #[arg(long, value_name = "FILE", env = "PLIMSOLL_IGNOREFILE")]
    pub ignorefile: Vec<PathBuf>,
    /// Ask these policies in Rego, files or folders: what data.plimsoll.deny says fails the scan, what data.plimsoll.warn says
    /// is told; may be given several times
    #[arg(long, value_name = "PATH", env = "PLIMSOLL_REGO")]
    pub rego: Vec<PathBuf>,
    /// Say what becomes of each control of this framework: a name that plimsoll compliance list has, or a file with one of your
    /// own; may be given several times. What it asks for has to be looked for, too (--scanners)
    #[arg(long, value_name = "NAME", env = "PLIMSOLL_COMPLIANCE", value_delimiter = ',')]
    pub compliance: Vec<String>,
    /// What the files say that is no flag.
    #[arg(skip)]
    pub rules: Rules,
}

/// What files say that is no flag.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Gates.
    pub gates: Vec<Gate>,
    /// Ignores.
    pub ignores: Vec<Ignore>,
}

impl Policy {
    /// The same where nothing is to fail.
    pub fn without_gates(mut self) -> Self {
        self.rules.gates.clear();
        self.rego.clear();
        self.compliance.clear();
        self
    }
}

/// `plimsoll policy`.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Run the tests of policies in Rego: the rules that begin with test_
    Test {
        /// Files and folders of *.rego
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
    },
}
