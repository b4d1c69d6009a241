//! The flags of the commands that scan: what to look at, what to look for, how to report, when to fail, what it may cost.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};
use licenses::Lists;
use model::{Budget, LicenseClass, Severity};
use policy::license::Licenses;

use super::db::{Data, Form};
use super::misconfig::Settings;
use super::policy::Policy;
use super::secrets::SecretFlags;
use super::values::{self, FailOn, Output, Size};

/// `plimsoll image` and `plimsoll layers`.
#[derive(Clone, Debug, Args)]
pub struct ImageArgs {
    /// Which image.
    #[command(flatten)]
    pub target: Target,
    /// Also write what was seen to this file, without contents of files and texts of secrets, for plimsoll judge; compressed
    /// where its name ends in .zst
    #[arg(long, value_name = "FILE", env = "PLIMSOLL_METADATA_OUT", help_heading = "Report")]
    pub metadata_out: Option<PathBuf>,
    /// Everything else.
    #[command(flatten)]
    pub common: Common,
}

/// `plimsoll judge`.
#[derive(Clone, Debug, Args)]
pub struct JudgeArgs {
    /// The metadata; - is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Everything else.
    #[command(flatten)]
    pub common: Common,
}

/// `plimsoll rootfs` and `plimsoll fs`.
#[derive(Clone, Debug, Args)]
pub struct FolderArgs {
    /// The folder
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Everything else.
    #[command(flatten)]
    pub common: Common,
}

/// `plimsoll sbom`.
#[derive(Clone, Debug, Args)]
pub struct SbomArgs {
    /// The bill of materials
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Everything else.
    #[command(flatten)]
    pub common: Common,
}

/// `plimsoll explain`.
#[derive(Clone, Debug, Args)]
pub struct ExplainArgs {
    /// The vulnerability, by any of its ids: CVE-2021-44228, GHSA-jfh8-c2jp-5v3q, DSA-5103-1
    #[arg(value_name = "ID", help_heading = None)]
    pub id: String,
    /// Which image.
    #[command(flatten)]
    pub target: Target,
    /// Only about this package, or those built from this source package
    #[arg(long, value_name = "NAME", env = "PLIMSOLL_PACKAGE", help_heading = "Explanation")]
    pub package: Option<String>,
    /// How to say it
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        env = "PLIMSOLL_FORMAT",
        help_heading = "Explanation",
        value_enum,
        default_value_t
    )]
    pub format: Form,
    /// What to look with.
    #[command(flatten)]
    pub look: Look,
    /// Whose rules count.
    #[command(flatten)]
    pub policy: Policy,
    /// What it may cost.
    #[command(flatten)]
    pub limits: Limits,
}

impl ExplainArgs {
    /// As a scan that reports nothing and fails on nothing.
    pub fn common(&self) -> Common {
        let report =
            ReportArgs { format: None, output: Vec::new(), severity: Vec::new(), all: false, show_suppressed: false };
        let gate = Gate::default();
        let policy = self.policy.clone().without_gates();
        Common { look: self.look.clone(), report, gate, policy, limits: self.limits.clone() }
    }
}

/// Which image, and how to get it.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Image")]
pub struct Target {
    /// The image's name: alpine:3.20, team/app@sha256:…, or where it is and its name: docker:NAME, podman:NAME,
    /// containerd:NAME, registry:NAME, docker-archive:FILE, oci-archive:FILE, oci-dir:DIR[:TAG]. With --input: which of
    /// several images in it
    #[arg(value_name = "REF", required_unless_present = "input", help_heading = None)]
    pub reference: Option<String>,
    /// Read the image from this file or folder, which a :TAG or @DIGEST may follow; - is standard input
    #[arg(long, value_name = "FILE", env = "PLIMSOLL_INPUT")]
    pub input: Option<PathBuf>,
    /// Where to look for the image, in this order
    #[arg(
        long,
        value_name = "SOURCE,…",
        env = "PLIMSOLL_IMAGE_SRC",
        value_enum,
        value_delimiter = ',',
        default_values_t = [ImageSource::Docker, ImageSource::Podman, ImageSource::Containerd, ImageSource::Registry]
    )]
    pub image_src: Vec<ImageSource>,
    /// Which platform of a multi-architecture image: os/arch[/variant], or all [default: this machine's]
    #[arg(long, value_name = "PLATFORM", env = "PLIMSOLL_PLATFORM")]
    pub platform: Option<String>,
    /// Who asks the registry.
    #[command(flatten)]
    pub access: RegistryAccess,
}

/// Who asks a registry, and over what.
#[derive(Clone, Debug, Args)]
pub struct RegistryAccess {
    /// User name for the registry [default: what docker login stored]. The password comes from --password-stdin or the
    /// variable PLIMSOLL_PASSWORD; a token, without a name, from PLIMSOLL_REGISTRY_TOKEN
    #[arg(long, value_name = "NAME", env = "PLIMSOLL_USERNAME")]
    pub username: Option<String>,
    /// Read the registry's password from standard input
    #[arg(long, env = "PLIMSOLL_PASSWORD_STDIN", value_parser = BoolishValueParser::new(), requires = "username")]
    pub password_stdin: bool,
    /// Talk to the registry without TLS or with a certificate that nobody vouches for
    #[arg(long, env = "PLIMSOLL_INSECURE_REGISTRY", value_parser = BoolishValueParser::new())]
    pub insecure_registry: bool,
}

/// Where images are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ImageSource {
    /// The Docker daemon
    Docker,
    /// Podman
    Podman,
    /// containerd
    Containerd,
    /// The registry that the name says
    #[value(alias = "remote")]
    Registry,
}

impl ImageSource {
    /// The name, as in `--image-src`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
            Self::Containerd => "containerd",
            Self::Registry => "registry",
        }
    }
}

/// What can be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Scanner {
    /// Packages only
    Package,
    /// Known vulnerabilities of packages
    Vuln,
    /// Secrets: tokens, keys and passwords that lie open
    Secret,
    /// Settings: configuration that is not as it should be
    Misconfig,
    /// Licences, and what they ask for
    License,
}

/// Which archives are looked into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Archives {
    /// None but packages
    None,
    /// ZIP archives, of which only what is wanted is unpacked
    #[default]
    Zip,
    /// All, which has to unpack them
    All,
}

/// The flags that all commands share that scan.
#[derive(Clone, Debug, Args)]
pub struct Common {
    /// What to look for.
    #[command(flatten)]
    pub look: Look,
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

/// What to look for, and with what.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Scan")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Look {
    /// What to look for
    #[arg(
        long,
        value_name = "SCANNER,…",
        env = "PLIMSOLL_SCANNERS",
        value_enum,
        value_delimiter = ',',
        default_values_t = [Scanner::Vuln]
    )]
    pub scanners: Vec<Scanner>,
    /// Which archives to look into: those with a directory (zip), tars, compressed files and what distributions' packages
    /// hold as well (all), or none. Packages that lie there as they were downloaded say what they are in any case
    #[arg(long, value_name = "WHICH", env = "PLIMSOLL_ARCHIVES", value_enum, default_value_t)]
    pub archives: Archives,
    /// Use the advisories in this folder, as they are: made by plimsoll db build, or as OSV exports them with one folder
    /// for each ecosystem
    #[arg(long, value_name = "DIR", env = "PLIMSOLL_ADVISORIES")]
    pub advisories: Option<PathBuf>,
    /// Where the advisory data is kept, and where it comes from.
    #[command(flatten)]
    pub data: Data,
    /// Fetch no advisory data; use what is there
    #[arg(long, help_heading = "Advisory data", env = "PLIMSOLL_NO_DB_UPDATE", value_parser = BoolishValueParser::new())]
    pub no_db_update: bool,
    /// Believe these publishers first about how bad a vulnerability is: nvd, github, debian, …
    #[arg(long, value_name = "PUBLISHER,…", env = "PLIMSOLL_SEVERITY_SOURCE", value_delimiter = ',')]
    pub severity_source: Vec<String>,
    /// What people who know the product say about its vulnerabilities: a file in OpenVEX, CSAF or CycloneDX, a folder of
    /// such, the folder of a VEX repository, or oci for what is attached to the image in its registry; may be given several
    /// times
    #[arg(long, value_name = "PATH | oci", env = "PLIMSOLL_VEX")]
    pub vex: Vec<PathBuf>,
    /// Let VEX repositories, and what is attached to the image, set findings aside, too, though nobody has checked who signed
    /// their statements
    #[arg(long, env = "PLIMSOLL_VEX_TRUST", value_parser = BoolishValueParser::new())]
    pub vex_trust: bool,
    /// Open no connection to anywhere
    #[arg(long, env = "PLIMSOLL_OFFLINE", value_parser = BoolishValueParser::new())]
    pub offline: bool,
    /// Where to keep what was learned of layers, for the next scan [default: the user's cache folder]
    #[arg(long, value_name = "DIR", env = "PLIMSOLL_CACHE_DIR")]
    pub cache_dir: Option<PathBuf>,
    /// Keep nothing, and use nothing kept
    #[arg(long, env = "PLIMSOLL_NO_CACHE", value_parser = BoolishValueParser::new())]
    pub no_cache: bool,
    /// What is a secret, and what becomes of it.
    #[command(flatten)]
    pub secret: SecretFlags,
    /// What is thought of licences.
    #[command(flatten)]
    pub license: LicenseArgs,
    /// How configuration is judged.
    #[command(flatten)]
    pub settings: Settings,
}

impl Look {
    /// As a look at nothing but configuration.
    pub fn configuration() -> Self {
        Self {
            scanners: vec![Scanner::Misconfig],
            archives: Archives::None,
            advisories: None,
            data: Data::default(),
            no_db_update: true,
            severity_source: Vec::new(),
            vex: Vec::new(),
            vex_trust: false,
            offline: true,
            cache_dir: None,
            no_cache: true,
            secret: SecretFlags::default(),
            license: LicenseArgs::default(),
            settings: Settings::default(),
        }
    }
}

/// What is thought of licences, with `--scanners license`. A licence may be given by its SPDX identifier or any other name.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Licences (--scanners license)")]
pub struct LicenseArgs {
    /// Also recognize the texts of licences in all files that have the name of one, and the heads of source files
    #[arg(long, env = "PLIMSOLL_LICENSE_FULL", value_parser = BoolishValueParser::new())]
    pub license_full: bool,
    /// How much of a text has to agree with that of a licence, from 0 to 1
    #[arg(long, value_name = "PART", env = "PLIMSOLL_LICENSE_CONFIDENCE_LEVEL", default_value = "0.9", value_parser = values::percent)]
    pub license_confidence_level: u8,
    /// Licences not to report
    #[arg(long, value_name = "LICENCE,…", env = "PLIMSOLL_IGNORED_LICENSES", value_delimiter = ',')]
    pub ignored_licenses: Vec<String>,
    /// Licences that are forbidden here (critical), whatever our table says
    #[arg(long, value_name = "LICENCE,…", env = "PLIMSOLL_LICENSE_FORBIDDEN", value_delimiter = ',')]
    pub license_forbidden: Vec<String>,
    /// Licences that ask for source code (high)
    #[arg(long, value_name = "LICENCE,…", env = "PLIMSOLL_LICENSE_RESTRICTED", value_delimiter = ',')]
    pub license_restricted: Vec<String>,
    /// Licences that ask for the source code of changes (medium)
    #[arg(long, value_name = "LICENCE,…", env = "PLIMSOLL_LICENSE_RECIPROCAL", value_delimiter = ',')]
    pub license_reciprocal: Vec<String>,
    /// Licences that ask for their notice (low)
    #[arg(long, value_name = "LICENCE,…", env = "PLIMSOLL_LICENSE_NOTICE", value_delimiter = ',')]
    pub license_notice: Vec<String>,
    /// Licences that do not even ask for that (low)
    #[arg(long, value_name = "LICENCE,…", env = "PLIMSOLL_LICENSE_PERMISSIVE", value_delimiter = ',')]
    pub license_permissive: Vec<String>,
    /// Licences that ask for nothing (low)
    #[arg(long, value_name = "LICENCE,…", env = "PLIMSOLL_LICENSE_UNENCUMBERED", value_delimiter = ',')]
    pub license_unencumbered: Vec<String>,
}

impl LicenseArgs {
    /// Who judges by this.
    pub fn policy(&self) -> Licenses {
        let classes = [
            (LicenseClass::Unencumbered, &self.license_unencumbered),
            (LicenseClass::Permissive, &self.license_permissive),
            (LicenseClass::Notice, &self.license_notice),
            (LicenseClass::Reciprocal, &self.license_reciprocal),
            (LicenseClass::Restricted, &self.license_restricted),
            (LicenseClass::Forbidden, &self.license_forbidden),
        ];
        // Of two lists that have a licence, the stricter one counts.
        let mut lists = Lists::default();
        for (class, licenses) in classes {
            for license in licenses {
                lists.class(license, class);
            }
        }
        for license in &self.ignored_licenses {
            lists.ignore(license);
        }
        Licenses { lists, confidence: self.license_confidence_level }
    }
}

/// `plimsoll convert`.
#[derive(Clone, Debug, Args)]
pub struct ConvertArgs {
    /// The report, as plimsoll wrote it with -o json=FILE, or as another scanner did; - is standard input. Several become one
    /// report, in which the word of the first counts
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// How to report.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// How to report. Never changes what counts.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Report")]
pub struct ReportArgs {
    /// Format of the report on standard output: table, json, cyclonedx, spdx … [default: table]
    #[arg(short, long, value_name = "FORMAT", env = "PLIMSOLL_FORMAT", value_parser = values::format_name)]
    pub format: Option<String>,
    /// Write a report to a file, such as json=report.json; may be given several times. Without -f, standard output then
    /// stays empty. A template of your own is template:TEMPLATE=FILE, or template=TEMPLATE for standard output
    #[arg(short, long, value_name = "FORMAT=FILE", env = "PLIMSOLL_OUTPUT", value_parser = values::output)]
    pub output: Vec<Output>,
    /// List only findings of these severities; the others still count
    #[arg(
        long,
        value_name = "SEVERITY,…",
        env = "PLIMSOLL_SEVERITY",
        value_delimiter = ',',
        value_parser = values::severity
    )]
    pub severity: Vec<Severity>,
    /// List everything, where tables else fold long lists
    #[arg(long, env = "PLIMSOLL_ALL", value_parser = BoolishValueParser::new())]
    pub all: bool,
    /// List vulnerabilities and secrets that do not count as well, with the reason
    #[arg(long, env = "PLIMSOLL_SHOW_SUPPRESSED", value_parser = BoolishValueParser::new())]
    pub show_suppressed: bool,
}

/// When to fail. Never changes what is shown. Gates with several conditions are in `plimsoll.yaml`.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Gates")]
pub struct Gate {
    /// Exit with 1 if any vulnerability, secret, setting or licence that was looked for is this bad or worse; with compliance, if
    /// a control of a framework fails (--compliance). More conditions can be put together in plimsoll.yaml (plimsoll config-file
    /// init writes one)
    #[arg(
        long,
        value_name = "SEVERITY | compliance",
        env = "PLIMSOLL_FAIL_ON",
        value_delimiter = ',',
        value_parser = values::fail_on
    )]
    pub fail_on: Vec<FailOn>,
    /// Exit with 5 if the advisory data is older than this: 3d, 12h
    #[arg(long, value_name = "AGE", env = "PLIMSOLL_DB_MAX_AGE", value_parser = values::age)]
    pub db_max_age: Option<Duration>,
    /// Exit with 4 if anything could not be seen
    #[arg(long, env = "PLIMSOLL_FAIL_ON_INCOMPLETE", value_parser = BoolishValueParser::new())]
    pub fail_on_incomplete: bool,
    /// What was there before: a report in JSON. Gates that ask for what is new fail for nothing that it has
    #[arg(long, value_name = "REPORT", env = "PLIMSOLL_BASELINE")]
    pub baseline: Option<PathBuf>,
}

/// What a scan may cost. What does not fit becomes a gap in the report.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Threads [default: one for each processor]
    #[arg(short, long, value_name = "N", env = "PLIMSOLL_JOBS", value_parser = values::jobs)]
    pub jobs: Option<usize>,
    /// Stop after this time, such as 10m, and report what was seen until then [default: no limit]
    #[arg(long, value_name = "TIME", env = "PLIMSOLL_TIMEOUT", value_parser = values::duration)]
    pub timeout: Option<Duration>,
    /// Size of a layer after decompression
    #[arg(long, value_name = "SIZE", env = "PLIMSOLL_MAX_LAYER_BYTES", default_value_t = Size(Budget::default().layer_bytes))]
    pub max_layer_bytes: Size,
    /// How many times larger than its stored size a layer may become
    #[arg(long, value_name = "N", env = "PLIMSOLL_MAX_RATIO", default_value_t = Budget::default().ratio)]
    pub max_ratio: u64,
    /// Files, folders and links in a layer
    #[arg(long, value_name = "N", env = "PLIMSOLL_MAX_ENTRIES", default_value_t = Budget::default().entries)]
    pub max_entries: u64,
    /// Size of a file that is looked into
    #[arg(long, value_name = "SIZE", env = "PLIMSOLL_MAX_FILE_BYTES", default_value_t = Size(Budget::default().file_bytes))]
    pub max_file_bytes: Size,
    /// Size of all files in memory at once
    #[arg(long, value_name = "SIZE", env = "PLIMSOLL_MAX_MEMORY_BYTES", default_value_t = Size(Budget::default().memory_bytes))]
    pub max_memory_bytes: Size,
    /// Size in memory of all that is learned of an image
    #[arg(long, value_name = "SIZE", env = "PLIMSOLL_MAX_LEARNED_BYTES", default_value_t = Size(Budget::default().learned_bytes as u64))]
    pub max_learned_bytes: Size,
    /// Archives inside archives
    #[arg(long, value_name = "N", env = "PLIMSOLL_MAX_NESTING", default_value_t = Budget::default().nesting)]
    pub max_nesting: u32,
    /// Size that the archives in one file may unfold to, all together
    #[arg(long, value_name = "SIZE", env = "PLIMSOLL_MAX_NESTED_BYTES", default_value_t = Size(Budget::default().nested_bytes))]
    pub max_nested_bytes: Size,
}

impl Limits {
    /// The budget that the limits leave. The clock starts to run.
    pub fn budget(&self) -> Budget {
        Budget {
            layer_bytes: self.max_layer_bytes.0,
            ratio: self.max_ratio,
            entries: self.max_entries,
            file_bytes: self.max_file_bytes.0,
            // A file that may be read must fit.
            memory_bytes: self.max_memory_bytes.0.max(self.max_file_bytes.0),
            learned_bytes: usize::try_from(self.max_learned_bytes.0).unwrap_or(usize::MAX),
            nesting: self.max_nesting,
            nested_bytes: self.max_nested_bytes.0,
            deadline: self.timeout.and_then(|timeout| std::time::Instant::now().checked_add(timeout)),
            ..Budget::default()
        }
    }
}
