//! `plimsoll install` and `plimsoll self`.

use std::path::PathBuf;

use advisories::signature::PublicKey;
use clap::builder::BoolishValueParser;
use clap::{Args, Subcommand};

/// What to install this program as.
#[derive(Debug, Subcommand)]
pub enum Install {
    /// Add the command docker scan to Docker's command line
    ///
    /// The flags of the retired docker scan are understood, and those of plimsoll image.
    DockerPlugin(DockerPlugin),
}

/// `plimsoll install docker-plugin`.
#[derive(Clone, Debug, Args)]
pub struct DockerPlugin {
    /// Where to put it [default: cli-plugins in $DOCKER_CONFIG, or in .docker in the user's folder]
    #[arg(long, value_name = "DIR", env = "PLIMSOLL_DIR")]
    pub dir: Option<PathBuf>,
    /// Copy this program instead of linking to it
    #[arg(long, env = "PLIMSOLL_COPY", value_parser = BoolishValueParser::new())]
    pub copy: bool,
    /// Replace another program of that name
    #[arg(long, env = "PLIMSOLL_FORCE", value_parser = BoolishValueParser::new())]
    pub force: bool,
    /// Let Docker hint at it after each build (writes to Docker's config.json)
    #[arg(long, env = "PLIMSOLL_HINT", value_parser = BoolishValueParser::new())]
    pub hint: bool,
}

/// What to do with this program itself.
#[derive(Debug, Subcommand)]
pub enum SelfCommand {
    /// Say whether this program is one that a signed list of checksums names
    ///
    /// The list is as sha256sum writes it, and its signature as plimsoll db writes them.
    Verify(SelfVerify),
}

/// `plimsoll self verify`.
#[derive(Clone, Debug, Args)]
pub struct SelfVerify {
    /// The list of checksums, such as SHA256SUMS
    #[arg(value_name = "FILE")]
    pub checksums: PathBuf,
    /// Its signature [default: beside it, with .sig behind its name]
    #[arg(long, value_name = "FILE", env = "PLIMSOLL_SIGNATURE")]
    pub signature: Option<PathBuf>,
    /// Who must have signed it, plimsoll-ed25519:…; may be given several times
    #[arg(long, value_name = "KEY", env = "PLIMSOLL_KEY", value_delimiter = ',', required = true)]
    pub key: Vec<PublicKey>,
}
