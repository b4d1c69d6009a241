//! The flags of `plimsoll vex`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use model::VexStatus;

use super::policy::Policy;

/// What to do with VEX documents.
#[derive(Debug, Subcommand)]
pub enum VexCommand {
    /// Add a statement to an OpenVEX file, or make a new one
    ///
    /// What is in the file already stays as it is; its version is raised.
    Add(Add),
    /// Write an OpenVEX document of what is ignored with a justification, so that others need not look again
    FromIgnores(FromIgnores),
    /// List the statements of documents, and what is left out of them and why
    List {
        /// Files, folders or VEX repositories
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
    },
    /// Exit with 1 if anything in documents cannot be understood
    Check {
        /// Files, folders or VEX repositories
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
    },
}

/// A statement to add.
#[derive(Clone, Debug, Args)]
pub struct Add {
    /// The vulnerability: CVE-2021-44228
    #[arg(value_name = "ID")]
    pub id: String,
    /// What the statement is about, as package URLs: an image (pkg:oci/shop?repository_url=ghcr.io/acme/shop), a package
    /// (pkg:npm/lodash@4.17.4)
    #[arg(value_name = "PURL", required = true)]
    pub products: Vec<String>,
    /// Only this part of each product, as a package URL; may be given several times
    #[arg(long, value_name = "PURL", env = "PLIMSOLL_SUBCOMPONENT")]
    pub subcomponent: Vec<String>,
    /// Another id of the vulnerability; may be given several times
    #[arg(long, value_name = "ID", env = "PLIMSOLL_ALIAS")]
    pub alias: Vec<String>,
    /// not_affected, affected, fixed or under_investigation
    #[arg(long, value_name = "STATUS", env = "PLIMSOLL_STATUS", value_parser = status)]
    pub status: VexStatus,
    /// Why it is not affected: component_not_present, vulnerable_code_not_present, vulnerable_code_not_in_execute_path,
    /// vulnerable_code_cannot_be_controlled_by_adversary or inline_mitigations_already_exist
    #[arg(long, value_name = "LABEL", env = "PLIMSOLL_JUSTIFICATION")]
    pub justification: Option<String>,
    /// Why it is not affected, in words
    #[arg(long, value_name = "TEXT", env = "PLIMSOLL_IMPACT")]
    pub impact: Option<String>,
    /// What to do where it is affected
    #[arg(long, value_name = "TEXT", env = "PLIMSOLL_ACTION")]
    pub action: Option<String>,
    /// Who says so; a new file needs it
    #[arg(long, value_name = "NAME", env = "PLIMSOLL_AUTHOR")]
    pub author: Option<String>,
    /// The file
    #[arg(long, value_name = "FILE", env = "PLIMSOLL_FILE")]
    pub file: PathBuf,
}

/// What is ignored, as statements.
#[derive(Clone, Debug, Args)]
pub struct FromIgnores {
    /// What the statements are about, as package URLs: pkg:oci/shop?repository_url=ghcr.io/acme/shop
    #[arg(value_name = "PURL", required = true)]
    pub products: Vec<String>,
    /// Who says so
    #[arg(long, value_name = "NAME", env = "PLIMSOLL_AUTHOR")]
    pub author: String,
    /// The file, whose content is replaced [default: standard output]
    #[arg(long, value_name = "FILE", env = "PLIMSOLL_FILE")]
    pub file: Option<PathBuf>,
    /// Which ignores.
    #[command(flatten)]
    pub policy: Policy,
}

fn status(text: &str) -> Result<VexStatus, String> {
    let words = VexStatus::ALL.map(VexStatus::word).join(", ");
    VexStatus::from_word(&text.replace('-', "_")).ok_or_else(|| format!("is no status: there are {words}"))
}
