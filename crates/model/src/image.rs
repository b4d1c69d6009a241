//! An image: where it came from, how it is configured, and its layers, before anybody looks inside.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Digest, LayerIndex};

/// An image, or a plain directory tree, which is an image with one layer and no configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Where it came from.
    pub origin: Origin,
    /// How it is configured.
    pub config: ImageConfig,
    /// Its layers, the lowest first.
    pub layers: Vec<Layer>,
}

/// Where an image came from. The only part of a report that differs between two ways to the same image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The way: `oci-dir`, `docker-archive`, `registry`, `docker`, `rootfs` …
    pub transport: String,
    /// What the user asked for.
    pub reference: String,
    /// The digest of the manifest, where there is one.
    pub manifest: Option<Digest>,
    /// The digest of the configuration as this transport stores it: the image id.
    pub id: Option<Digest>,
}

/// What an image says of itself (OCI image-spec, "Image Configuration").
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageConfig {
    /// Operating system: `linux`.
    pub os: String,
    /// Processor, in Go's words: `amd64`.
    pub architecture: String,
    /// Variant of the processor: `v8`.
    pub variant: Option<String>,
    /// When it was built (RFC 3339), as it says.
    pub created: Option<String>,
    /// Who runs by default; empty means root.
    pub user: String,
    /// `NAME=value` pairs.
    pub env: Vec<String>,
    /// Entry point and its arguments.
    pub entrypoint: Vec<String>,
    /// Default command, or arguments to the entry point.
    pub cmd: Vec<String>,
    /// Working directory.
    pub working_dir: String,
    /// Ports such as `8080/tcp`, sorted.
    pub exposed_ports: Vec<String>,
    /// Volumes, sorted.
    pub volumes: Vec<String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Every step of the build, the first one first, those that made no layer included.
    pub history: Vec<History>,
}

/// One step of the build.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// The instruction, cleaned of the shell that builders put in front: `RUN apt-get update`.
    pub instruction: String,
    /// When (RFC 3339), as it says.
    pub created: Option<String>,
    /// The layer that it made; none for steps that changed the configuration only.
    pub layer: Option<LayerIndex>,
}

/// One layer, as the manifest and the configuration describe it. Nothing here has been checked against the bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// Digest of the stored blob, as the manifest claims; none in archives that name layers otherwise.
    pub blob: Option<Digest>,
    /// Digest of the uncompressed tar, as the configuration claims.
    pub diff_id: Option<Digest>,
    /// Bytes of the stored blob, as the manifest claims.
    pub size: Option<u64>,
    /// Media type of the stored blob, as the manifest claims; empty where nothing does.
    pub media_type: String,
}

impl Image {
    /// The instruction that made a layer, where the history tells.
    pub fn instruction(&self, layer: LayerIndex) -> Option<&str> {
        let step = self.config.history.iter().find(|step| step.layer == Some(layer))?;
        (!step.instruction.is_empty()).then_some(&*step.instruction)
    }
}
