//! What `docker save` and `podman save` write (Docker image specification v1.2, "Combined Image JSON + Filesystem
//! Changeset Format"), in its legacy form and in the newer one that is an OCI layout as well.

use std::path::Path;

use model::{Budget, Digest, Image, ImagePath, Layer, LayerIndex, Origin};
use serde::Deserialize;

use super::archive::Archive;
use crate::{Blob, BlobIdentity, Opened, PlatformChoice, Source, SourceError, manifest};

/// One image of `manifest.json`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Entry {
    pub(super) config: String,
    #[serde(default)]
    repo_tags: Option<Vec<String>>,
    #[serde(default)]
    pub(super) layers: Option<Vec<String>>,
}

/// Opens the archive at `path`; `selector` is the tag of one of its images.
pub fn docker_archive(
    path: &Path,
    selector: Option<&str>,
    choice: &PlatformChoice,
    budget: &Budget,
) -> Result<Vec<Opened>, SourceError> {
    let archive = Archive::open(path)?;
    let manifest = archive.document(&"manifest.json".into(), budget)?;
    let origin =
        Origin { transport: "docker-archive".into(), reference: archive.shown().to_owned(), ..Origin::default() };
    let mut opened = Vec::new();
    for entry in select(&manifest, selector, archive.shown())? {
        let config = archive.document(&ImagePath::new(entry.config.as_bytes()), budget)?;
        let (image, members) = describe(&entry, &config, &origin)?;
        manifest::check_platform(&image, choice)?;
        opened.push(Opened::Still(Box::new(DockerArchive { archive: archive.clone(), image, members })));
    }
    Ok(opened)
}

/// The entries of `manifest.json` that `selector` means.
pub(super) fn select(manifest: &[u8], selector: Option<&str>, what: &str) -> Result<Vec<Entry>, SourceError> {
    let entries: Vec<Entry> = serde_json::from_slice(manifest)
        .map_err(|error| SourceError::malformed(format!("{what}, manifest.json"), error.to_string()))?;
    let tags = |entry: &Entry| entry.repo_tags.clone().unwrap_or_default();
    let all: Vec<String> = entries.iter().flat_map(tags).map(|tag| tag.escape_debug().to_string()).collect();
    match (selector, entries.len()) {
        (_, 0) => Err(SourceError::malformed(what, "manifest.json lists no image")),
        (None, 1) => Ok(entries),
        (None, _) => Err(SourceError::Usage(format!("{what} holds several images; name one of: {}", all.join(", ")))),
        (Some(wanted), _) => {
            let named = |entry: &Entry| {
                tags(entry)
                    .iter()
                    .any(|tag| tag == wanted || tag.rsplit_once(':').is_some_and(|(_, tag)| tag == wanted))
            };
            let found: Vec<Entry> = entries.into_iter().filter(named).take(1).collect();
            if found.is_empty() {
                return Err(SourceError::NotFound(format!(
                    "{what} has no image {wanted:?}; it has: {}",
                    all.join(", ")
                )));
            }
            Ok(found)
        }
    }
}

/// The image of an entry, and the members that are its layers.
pub(super) fn describe(entry: &Entry, config: &[u8], origin: &Origin) -> Result<(Image, Vec<ImagePath>), SourceError> {
    let names = entry.layers.as_deref().unwrap_or_default();
    let origin = Origin { id: Some(Digest::sha256(config)), ..origin.clone() };
    let layers = std::iter::repeat_n(Layer::default(), names.len());
    let image = manifest::image(origin, layers, config, &origin_name(entry))?;
    Ok((image, names.iter().map(|name| ImagePath::new(name.as_bytes())).collect()))
}

fn origin_name(entry: &Entry) -> String {
    entry.repo_tags.iter().flatten().next().cloned().unwrap_or_else(|| entry.config.clone())
}

struct DockerArchive {
    archive: Archive,
    image: Image,
    members: Vec<ImagePath>,
}

impl Source for DockerArchive {
    fn image(&self) -> &Image {
        &self.image
    }

    fn open(&self, layer: LayerIndex) -> Result<Blob<'static>, SourceError> {
        let index = layer.0 as usize;
        let member = self.members.get(index).ok_or_else(|| SourceError::Usage(format!("there is no layer {index}")))?;
        let part = self.archive.member(member)?;
        Ok(Blob {
            reader: Box::new(part),
            expected: self.image.layers.get(index).and_then(|layer| expected(layer, member)),
        })
    }

    fn identity(&self, layer: LayerIndex) -> Option<BlobIdentity> {
        self.archive.identity(self.members.get(layer.0 as usize)?)
    }
}

/// What a member must hash to: the newer form names it by its own digest; the legacy form stores layers uncompressed,
/// so that it is the diff ID.
pub(super) fn expected(layer: &Layer, member: &ImagePath) -> Option<Digest> {
    let text = member.to_text();
    match text.strip_prefix("blobs/").and_then(|rest| rest.split_once('/')) {
        Some((algorithm, hex)) => format!("{algorithm}:{hex}").parse().ok().or(layer.diff_id),
        None => layer.diff_id,
    }
}
