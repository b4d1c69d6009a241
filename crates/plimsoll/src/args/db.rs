//! The flags of `plimsoll db`: where advisory data is kept, where it comes from, what to look for in it.

use std::path::PathBuf;

use advisories::signature::PublicKey;
use clap::builder::BoolishValueParser;
use clap::{Args, Subcommand, ValueEnum};

use super::scan::RegistryAccess;
use super::values::{self, DataSource};

/// `plimsoll db`.
#[derive(Debug, Subcommand)]
pub enum Db {
    /// Build the data from publishers' files
    ///
    /// --from names a folder as OSV.dev exports it (ECOSYSTEM/all.zip), in which folders with the name of a feed are read
    /// as well (kev, epss, debian-tracker …), or FEED=PATH for a file or folder of one feed.
    Build(BuildArgs),
    /// Fetch the data, or what is new of it
    ///
    /// Without --db-source it comes from OSV.dev, CISA and FIRST.
    Update(UpdateArgs),
    /// Say what the data knows, and how old it is
    Status(StatusArgs),
    /// Read all of it and check every checksum and digest
    Verify(VerifyArgs),
    /// Look for a vulnerability or a package
    Search(SearchArgs),
    /// Say what differs between two folders of data
    Diff(DiffArgs),
    /// Write the data into one file, to carry it to where no network is
    ///
    /// The file is a bundle: a tar archive, compressed with zstd (plimsoll-db.tar.zst), with the list of the shards, its
    /// signature if there is one, and the shards. The same data gives the same bytes.
    Export(ExportArgs),
    /// Read the data out of a bundle or a delta
    ///
    /// Everything is checked before anything changes. The folder then has the shards that the bundle's list names; of
    /// those that are listed and not in the bundle it keeps what it has. Data that was made before that in use is refused.
    Import(ImportArgs),
    /// Write what changed from one folder of data to another
    ///
    /// plimsoll db import reads the file into a folder that has the data of OLD, which then has that of NEW.
    Delta(DeltaArgs),
    /// Put the data into a registry, from where others pull it
    ///
    /// It becomes an artifact (OCI 1.1) with one layer for each file: the list of the shards, its signature if there is one,
    /// and the shards. What the registry has already is not sent again.
    Push(PushArgs),
    /// Take the data from a registry
    ///
    /// Only what changed is fetched. Everything is checked before anything changes, as plimsoll db import does it. For what a
    /// scan needs to come from there by itself, see --db-source oci:REF.
    Pull(PullArgs),
    /// Make a key that signs data
    ///
    /// The secret key is written to FILE, which must be new, for plimsoll db build --sign-key. The public key is written to
    /// standard output, for --db-key.
    Keygen(KeygenArgs),
}

/// Where the data is.
#[derive(Clone, Debug, Default, Args)]
pub struct Place {
    /// Folder of the advisory data [default: db in the user's cache folder]
    #[arg(long, value_name = "DIR", env = "PLIMSOLL_DB_DIR")]
    pub db_dir: Option<PathBuf>,
}

/// `plimsoll db build`.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// Where advisories come from; may be given several times
    #[arg(long, value_name = "DIR | FEED=PATH", env = "PLIMSOLL_FROM", required = true)]
    pub from: Vec<String>,
    /// Only these ecosystems of a folder of OSV's: Debian, npm, …
    #[arg(long, value_name = "NAME,…", env = "PLIMSOLL_ECOSYSTEM", value_delimiter = ',')]
    pub ecosystem: Vec<String>,
    /// How hard to compress what only people read, from 1 (fast) to 22 (small)
    #[arg(long, value_name = "N", env = "PLIMSOLL_LEVEL", default_value_t = 12, value_parser = clap::value_parser!(i32).range(1..=22))]
    pub level: i32,
    /// Threads [default: as many as there are processors]
    #[arg(short, long, value_name = "N", env = "PLIMSOLL_JOBS", value_parser = values::jobs)]
    pub jobs: Option<usize>,
    /// Sign the list of the shards with the key in this file, which plimsoll db keygen made
    #[arg(long, value_name = "FILE", env = "PLIMSOLL_SIGN_KEY")]
    pub sign_key: Option<PathBuf>,
    /// Where to put it.
    #[command(flatten)]
    pub place: Place,
}

/// `plimsoll db update`.
#[derive(Debug, Args)]
pub struct UpdateArgs {
    /// Only these ecosystems [default: all of them]
    #[arg(long, value_name = "NAME,…", env = "PLIMSOLL_ECOSYSTEM", value_delimiter = ',')]
    pub ecosystem: Vec<String>,
    /// Open no connection to anywhere: say what is there
    #[arg(long, env = "PLIMSOLL_OFFLINE", value_parser = BoolishValueParser::new())]
    pub offline: bool,
    /// From where to where.
    #[command(flatten)]
    pub data: Data,
}

/// Where advisory data is kept, and where it comes from.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Advisory data")]
pub struct Data {
    /// Where it is.
    #[command(flatten)]
    pub place: Place,
    /// Where advisory data comes from, in this order: osv:ADDRESS (as OSV.dev exports it) or shards:ADDRESS (as plimsoll
    /// db build makes it), each an https address or a folder, or oci:REF (as plimsoll db push puts it into a registry);
    /// may be given several times
    #[arg(long, value_name = "KIND:ADDRESS", env = "PLIMSOLL_DB_SOURCE", value_delimiter = ',', value_parser = values::source)]
    pub db_source: Vec<DataSource>,
    /// Whose data is fetched.
    #[command(flatten)]
    pub keys: Keys,
}

/// Whose data is trusted.
#[derive(Clone, Debug, Default, Args)]
pub struct Keys {
    /// Take only data that is signed with this key, plimsoll-ed25519:…; may be given several times
    #[arg(long, value_name = "KEY", env = "PLIMSOLL_DB_KEY", value_delimiter = ',')]
    pub db_key: Vec<PublicKey>,
}

/// `plimsoll db verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Where it is.
    #[command(flatten)]
    pub place: Place,
    /// Who must have signed it.
    #[command(flatten)]
    pub keys: Keys,
}

/// How to say it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For people
    #[default]
    Table,
    /// For programs
    Json,
}

/// `plimsoll db status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// Where it is.
    #[command(flatten)]
    pub place: Place,
    /// How to say it
    #[arg(short, long, value_name = "FORMAT", env = "PLIMSOLL_FORMAT", value_enum, default_value_t)]
    pub format: Form,
}

/// `plimsoll db search`.
#[derive(Debug, Args)]
pub struct SearchArgs {
    /// An id (CVE-2021-44228, GHSA-…, DSA-…) or a package's name
    #[arg(value_name = "ID | PACKAGE")]
    pub term: String,
    /// Only in these ecosystems: Debian:12, npm, …
    #[arg(long, value_name = "NAME,…", env = "PLIMSOLL_ECOSYSTEM", value_delimiter = ',')]
    pub ecosystem: Vec<String>,
    /// Only advisories that affect this version of the package
    #[arg(long, value_name = "VERSION", env = "PLIMSOLL_AT")]
    pub at: Option<String>,
    /// Say all that there is about each
    #[arg(long, env = "PLIMSOLL_DETAILS")]
    pub details: bool,
    /// Where it is.
    #[command(flatten)]
    pub place: Place,
    /// How to say it
    #[arg(short, long, value_name = "FORMAT", env = "PLIMSOLL_FORMAT", value_enum, default_value_t)]
    pub format: Form,
}

/// `plimsoll db diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The older folder
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The newer folder
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// How to say it
    #[arg(short, long, value_name = "FORMAT", env = "PLIMSOLL_FORMAT", value_enum, default_value_t)]
    pub format: Form,
}

/// `plimsoll db export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The bundle's file; - is standard output
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Only these ecosystems: Debian, Debian:12, npm, …
    #[arg(long, value_name = "NAME,…", env = "PLIMSOLL_ECOSYSTEM", value_delimiter = ',')]
    pub ecosystem: Vec<String>,
    /// Where the data is.
    #[command(flatten)]
    pub place: Place,
}

/// `plimsoll db import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The bundle or delta; - is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Let older data replace newer, which hides the vulnerabilities that became known in between
    #[arg(long)]
    pub allow_older: bool,
    /// Who must have signed it.
    #[command(flatten)]
    pub keys: Keys,
    /// Where to put it.
    #[command(flatten)]
    pub place: Place,
}

/// `plimsoll db push`.
#[derive(Debug, Args)]
pub struct PushArgs {
    /// Its name there: ghcr.io/team/advisories:latest
    #[arg(value_name = "REF")]
    pub reference: String,
    /// Only these ecosystems: Debian, Debian:12, npm, …
    #[arg(long, value_name = "NAME,…", env = "PLIMSOLL_ECOSYSTEM", value_delimiter = ',')]
    pub ecosystem: Vec<String>,
    /// Where the data is.
    #[command(flatten)]
    pub place: Place,
    /// Who puts it there.
    #[command(flatten)]
    pub access: RegistryAccess,
}

/// `plimsoll db pull`.
#[derive(Debug, Args)]
pub struct PullArgs {
    /// Its name there: ghcr.io/team/advisories:latest, team/advisories@sha256:…
    #[arg(value_name = "REF")]
    pub reference: String,
    /// Let older data replace newer, which hides the vulnerabilities that became known in between
    #[arg(long)]
    pub allow_older: bool,
    /// Who must have signed it.
    #[command(flatten)]
    pub keys: Keys,
    /// Where to put it.
    #[command(flatten)]
    pub place: Place,
    /// Who asks for it.
    #[command(flatten)]
    pub access: RegistryAccess,
}

/// `plimsoll db delta`.
#[derive(Debug, Args)]
pub struct DeltaArgs {
    /// The older folder
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The newer folder
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// The delta's file; - is standard output
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// `plimsoll db keygen`.
#[derive(Debug, Args)]
pub struct KeygenArgs {
    /// The file for the secret key
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}
