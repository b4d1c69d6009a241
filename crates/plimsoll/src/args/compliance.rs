//! The flags of `plimsoll compliance`.

use clap::Subcommand;

use super::db::Form;

/// `plimsoll compliance`.
#[derive(Clone, Debug, Subcommand)]
pub enum ComplianceCommand {
    /// List the frameworks
    List {
        /// How to say it
        #[arg(short, long, value_name = "FORMAT", env = "PLIMSOLL_FORMAT", value_enum, default_value_t)]
        format: Form,
    },
    /// Say which controls a framework has, and how each is assessed
    Show {
        /// Its name, or a file with one of your own
        #[arg(value_name = "NAME")]
        name: String,
        /// How to say it
        #[arg(short, long, value_name = "FORMAT", env = "PLIMSOLL_FORMAT", value_enum, default_value_t)]
        format: Form,
    },
}
