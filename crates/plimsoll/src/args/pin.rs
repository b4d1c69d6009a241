//! `plimsoll pin`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::BoolishValueParser;

use super::Form;

/// Which files, and what to do with them.
#[derive(Clone, Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct PinArgs {
    /// A file, or a folder whose files are looked at, those of its folders as well
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// Write the digests into the files, with the tags beside them
    #[arg(long, env = "PLIMSOLL_WRITE", value_parser = BoolishValueParser::new(), conflicts_with = "check")]
    pub write: bool,
    /// With --write: also renew the digests of tags that have moved since
    #[arg(long, env = "PLIMSOLL_RENEW", value_parser = BoolishValueParser::new(), requires = "write")]
    pub renew: bool,
    /// Fail, with exit code 1, where something is not pinned or a tag has moved
    #[arg(long, env = "PLIMSOLL_CHECK", value_parser = BoolishValueParser::new())]
    pub check: bool,
    /// How to say it
    #[arg(short, long, value_name = "FORMAT", env = "PLIMSOLL_FORMAT", value_enum, default_value_t)]
    pub format: Form,
    /// Ask nobody; say what is pinned and what is not
    #[arg(long, env = "PLIMSOLL_OFFLINE", value_parser = BoolishValueParser::new(), conflicts_with = "write")]
    pub offline: bool,
    /// Talk to registries without TLS or with a certificate that nobody vouches for
    #[arg(long, env = "PLIMSOLL_INSECURE_REGISTRY", value_parser = BoolishValueParser::new())]
    pub insecure_registry: bool,
    /// Where the repositories of actions are
    #[arg(long, value_name = "ADDRESS", env = "PLIMSOLL_ACTIONS_SERVER", default_value = "https://github.com")]
    pub actions_server: String,
}
