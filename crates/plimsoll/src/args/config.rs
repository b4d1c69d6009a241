//! The flags of `plimsoll config-file`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::policy::Policy;

/// `plimsoll config-file`.
#[derive(Debug, Subcommand)]
pub enum ConfigFile {
    /// Say what counts, and who says so: a variable, a file with its line, or nobody
    ///
    /// Flags come before variables, and variables before the files of the project, of the user and of the system.
    Explain(ExplainConfig),
    /// Write a plimsoll.yaml that sets nothing and says what can be set
    Init(Init),
}

/// `plimsoll config-file explain`.
#[derive(Debug, Args)]
pub struct ExplainConfig {
    /// What counts for this image, folder or file
    #[arg(long, value_name = "TARGET", env = "PLIMSOLL_FOR")]
    pub r#for: Option<String>,
    /// Leave out what nobody has set
    #[arg(long, env = "PLIMSOLL_SET")]
    pub set: bool,
    /// Whose rules count.
    #[command(flatten)]
    pub policy: Policy,
}

/// `plimsoll config-file init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The file, which must be new
    #[arg(long, value_name = "FILE", env = "PLIMSOLL_FILE", default_value = "plimsoll.yaml")]
    pub file: PathBuf,
}
