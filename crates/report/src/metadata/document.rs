//! The fields of the document. Types of its own: the model may change its shape, this document may not.
//!
//! Layers are counted from one, as in all of our JSON. What is not there is left out.

use std::collections::BTreeMap;

use model::{
    Confidence, Digest, ExecutableFormat, GapKind, LayerClass, LicenseForm, Presence, Relation, SourcePackage,
};
use serde::{Deserialize, Serialize};

use super::Sought;

/// What the document says that it is.
pub(super) const SCHEMA: &str = "plimsoll-metadata";

#[derive(Serialize, Deserialize)]
pub(super) struct Document {
    pub schema: String,
    pub schema_version: String,
    pub tool: Tool,
    pub generated_at: String,
    pub artifacts: Vec<Artifact>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Tool {
    pub name: String,
    pub version: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Artifact {
    pub looked_for: Vec<Sought>,
    pub origin: Origin,
    pub image: Image,
    pub layers: Vec<Layer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distro: Option<Distro>,
    pub packages: Vec<Package>,
    pub programs: Vec<Program>,
    pub license_texts: Vec<LicenseText>,
    pub secrets: Vec<Secret>,
    pub configuration: Vec<Configuration>,
    /// As in a report.
    pub settings: Vec<serde_json::Value>,
    pub gaps: Vec<Gap>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Origin {
    pub transport: String,
    pub reference: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest_digest: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_id: Option<Digest>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Image {
    pub os: String,
    pub architecture: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    pub user: String,
    pub entrypoint: Vec<String>,
    pub cmd: Vec<String>,
    pub working_dir: String,
    pub exposed_ports: Vec<String>,
    pub volumes: Vec<String>,
    /// Names alone.
    pub variables: Vec<String>,
    pub labels: BTreeMap<String, String>,
    pub history: Vec<Step>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Step {
    pub instruction: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<u64>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Layer {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff_id: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claimed_digest: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub computed_digest: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored_size: Option<u64>,
    pub media_type: String,
    pub class: LayerClass,
    pub size: u64,
    pub files: u64,
    pub wasted: u64,
    pub removed_later_count: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed_later: Vec<Removed>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Removed {
    pub path: String,
    pub size: u64,
    pub by_layer: u64,
    pub replaced: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Distro {
    pub id: String,
    pub version: String,
    pub codename: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub like: Vec<String>,
    pub cpe: String,
    pub extended_support: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub streams: Vec<String>,
}

/// Where a fact is, and who read it.
#[derive(Serialize, Deserialize)]
pub(super) struct Sighting {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<u64>,
    pub path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed_by: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    pub found_by: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Package {
    pub kind: String,
    pub name: String,
    pub version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arch: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<SourcePackage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub licenses: Vec<String>,
    pub presence: Presence,
    pub relation: Relation,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<Requirement>,
    pub confidence: Confidence,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cpes: Vec<String>,
    pub at: Sighting,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Requirement {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Program {
    pub format: Format,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build_id: Option<String>,
    pub at: Sighting,
}

/// Formats of programs.
#[derive(Serialize, Deserialize)]
pub(super) enum Format {
    #[serde(rename = "elf")]
    Elf,
    #[serde(rename = "pe")]
    Pe,
    #[serde(rename = "mach-o")]
    MachO,
}

impl From<ExecutableFormat> for Format {
    fn from(format: ExecutableFormat) -> Self {
        match format {
            ExecutableFormat::Elf => Self::Elf,
            ExecutableFormat::Pe => Self::Pe,
            ExecutableFormat::MachO => Self::MachO,
        }
    }
}

impl From<Format> for ExecutableFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Elf => Self::Elf,
            Format::Pe => Self::Pe,
            Format::MachO => Self::MachO,
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct LicenseText {
    pub license: String,
    pub confidence: u8,
    pub form: Form,
    pub at: Sighting,
}

/// In which form a file speaks of its licence.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Form {
    Text,
    Header,
}

impl From<LicenseForm> for Form {
    fn from(form: LicenseForm) -> Self {
        match form {
            LicenseForm::Text => Self::Text,
            LicenseForm::Header => Self::Header,
        }
    }
}

impl From<Form> for LicenseForm {
    fn from(form: Form) -> Self {
        match form {
            Form::Text => Self::Text,
            Form::Header => Self::Header,
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Secret {
    pub kind: String,
    pub place: Spot,
    pub redacted: String,
    pub fingerprint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    pub at: Sighting,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "in", rename_all = "snake_case")]
pub(super) enum Spot {
    File { line: u32, column: u32 },
    Environment { name: String },
    Label { name: String },
    History { step: u32 },
    Command,
}

/// What a secret's text, or what stands beside it, says of it. Times are seconds since 1970.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Note {
    Inside(String),
    Checked(bool),
    Key { algorithm: String, bits: Option<u32>, encrypted: bool },
    Damaged,
    Made(i64),
    Until(i64),
    Certificate(i64),
    Issuer(String),
    Unsigned,
    Beside(String),
}

/// A file of configuration, of which nothing but its place is kept.
#[derive(Serialize, Deserialize)]
pub(super) struct Configuration {
    pub language: String,
    pub at: Sighting,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Gap {
    pub kind: GapKind,
    pub by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<u64>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    pub detail: String,
}
