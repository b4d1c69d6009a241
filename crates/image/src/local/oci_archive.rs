//! OCI layouts in a tar, as skopeo and podman write them (OCI image-spec, "Image Layout").

use std::path::Path;

use model::{Budget, Digest, Image, ImagePath, LayerIndex, Origin};

use super::archive::Archive;
use super::index::{self, Documents};
use super::read_document;
use crate::{Blob, BlobIdentity, Opened, PlatformChoice, Source, SourceError, manifest};

/// Opens the archive at `path`; `selector` is the tag or digest of one of its images.
pub fn oci_archive(
    path: &Path,
    selector: Option<&str>,
    choice: &PlatformChoice,
    budget: &Budget,
) -> Result<Vec<Opened>, SourceError> {
    let archive = Archive::open(path)?;
    let index = archive.document(&"index.json".into(), budget)?;
    let origin = Origin { transport: "oci-archive".into(), reference: archive.shown().to_owned(), ..Origin::default() };
    let images = index::images(&archive, &index, selector, choice, budget, &origin)?;
    Ok(images
        .into_iter()
        .map(|image| Opened::Still(Box::new(OciArchive { archive: archive.clone(), image }) as Box<dyn Source>))
        .collect())
}

pub(super) fn blob_path(digest: &Digest) -> ImagePath {
    format!("blobs/{}/{}", digest.algorithm(), digest.hex()).as_str().into()
}

impl Documents for Archive {
    fn document(&self, digest: &Digest, limit: u64) -> Result<Vec<u8>, SourceError> {
        read_document(self.member(&blob_path(digest))?, limit, &format!("{}, {digest}", self.shown()))
    }
}

struct OciArchive {
    archive: Archive,
    image: Image,
}

impl OciArchive {
    fn digest(&self, layer: LayerIndex) -> Option<Digest> {
        self.image.layers.get(layer.0 as usize)?.blob
    }
}

impl Source for OciArchive {
    fn image(&self) -> &Image {
        &self.image
    }

    fn open(&self, layer: LayerIndex) -> Result<Blob<'static>, SourceError> {
        let missing = || SourceError::Usage(format!("there is no layer {}", layer.0));
        let digest = self.digest(layer).ok_or_else(missing)?;
        let path = blob_path(&digest);
        let media_type = self.image.layers.get(layer.0 as usize).map_or("", |layer| &*layer.media_type);
        manifest::check_not_encrypted(media_type, &digest)?;
        if manifest::is_foreign(media_type) && !self.archive.has(&path) {
            return Err(SourceError::Foreign(format!(
                "the layer {digest} is foreign: it is not part of the image and has to be had from its publisher"
            )));
        }
        Ok(Blob { reader: Box::new(self.archive.member(&path)?), expected: Some(digest) })
    }

    fn identity(&self, layer: LayerIndex) -> Option<BlobIdentity> {
        self.archive.identity(&blob_path(&self.digest(layer)?))
    }
}
