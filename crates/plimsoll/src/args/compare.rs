//! `plimsoll compare`.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};

use super::Data;

/// Which reports, and how to say it.
#[derive(Clone, Debug, Args)]
pub struct ComparisonArgs {
    /// A report: Plimsoll's, Trivy's, Grype's, Snyk's, Docker Scout's, Clair's, or SARIF of whatever tool; - is standard input
    #[arg(value_name = "FIRST")]
    pub first: PathBuf,
    /// Another report about the same thing
    #[arg(value_name = "SECOND")]
    pub second: PathBuf,
    /// How to say it
    #[arg(short, long, value_name = "FORMAT", env = "PLIMSOLL_FORMAT", value_enum, default_value_t)]
    pub format: CompareForm,
    /// List everything, where the table else folds long lists
    #[arg(long, env = "PLIMSOLL_ALL", value_parser = BoolishValueParser::new())]
    pub all: bool,
    /// Tell with the advisories in this folder which names mean the same, and which of two is right [default: the user's own,
    /// where they are; none are fetched]
    #[arg(long, value_name = "DIR", env = "PLIMSOLL_ADVISORIES")]
    pub advisories: Option<PathBuf>,
    /// Where the user's own are.
    #[command(flatten)]
    pub data: Data,
}

/// How to say what differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CompareForm {
    /// For people
    #[default]
    Table,
    /// For programs
    Json,
    /// For a ticket, or the summary of a job
    Markdown,
}
