//! OCI layouts: a folder of blobs named by their digests (OCI image-spec, "Image Layout").

use std::fs::File;
use std::path::{Path, PathBuf};

use model::{Budget, Digest, Image, LayerIndex, Origin};

use super::archive::file_identity;
use super::index::{self, Documents};
use super::{open_file, read_document};
use crate::{Blob, BlobIdentity, Opened, PlatformChoice, Source, SourceError};

/// Opens the layout in the folder `path`; `selector` is the tag or digest of one of its images.
pub fn oci_dir(
    path: &Path,
    selector: Option<&str>,
    choice: &PlatformChoice,
    budget: &Budget,
) -> Result<Vec<Opened>, SourceError> {
    let folder = Folder(path.to_owned());
    let shown = path.display().to_string();
    let index_path = path.join("index.json");
    let index = read_document(open_file(&index_path)?, budget.document_bytes, &index_path.display().to_string())?;
    let origin = Origin { transport: "oci-dir".into(), reference: shown, ..Origin::default() };
    let images = index::images(&folder, &index, selector, choice, budget, &origin)?;
    Ok(images
        .into_iter()
        .map(|image| Opened::Still(Box::new(OciDir { folder: folder.clone(), image }) as Box<dyn Source>))
        .collect())
}

#[derive(Clone)]
struct Folder(PathBuf);

impl Folder {
    /// Digests are hexadecimal, so the path cannot leave the folder.
    fn blob(&self, digest: &Digest) -> PathBuf {
        self.0.join("blobs").join(digest.algorithm()).join(digest.hex())
    }
}

impl Documents for Folder {
    fn document(&self, digest: &Digest, limit: u64) -> Result<Vec<u8>, SourceError> {
        let path = self.blob(digest);
        read_document(open_file(&path)?, limit, &path.display().to_string())
    }
}

struct OciDir {
    folder: Folder,
    image: Image,
}

impl OciDir {
    fn file(&self, layer: LayerIndex) -> Result<(File, Digest), SourceError> {
        let layer = self
            .image
            .layers
            .get(layer.0 as usize)
            .ok_or_else(|| SourceError::Usage(format!("there is no layer {}", layer.0)))?;
        let digest =
            layer.blob.ok_or_else(|| SourceError::malformed(&self.image.origin.reference, "a layer has no digest"))?;
        let path = self.folder.blob(&digest);
        match File::open(&path) {
            Ok(file) => Ok((file, digest)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && foreign(&layer.media_type) => {
                Err(SourceError::Foreign(format!(
                    "the layer {digest} is foreign: it is not part of the image and has to be had from its publisher"
                )))
            }
            Err(error) => Err(SourceError::io(&path, error)),
        }
    }
}

/// Foreign layers are left out of layouts on purpose.
pub(super) fn foreign(media_type: &str) -> bool {
    media_type.contains(".foreign.") || media_type.contains("nondistributable")
}

impl Source for OciDir {
    fn image(&self) -> &Image {
        &self.image
    }

    fn open(&self, layer: LayerIndex) -> Result<Blob<'static>, SourceError> {
        let (file, digest) = self.file(layer)?;
        Ok(Blob { reader: Box::new(file), expected: Some(digest) })
    }

    fn identity(&self, layer: LayerIndex) -> Option<BlobIdentity> {
        let (file, _) = self.file(layer).ok()?;
        let meta = file.metadata().ok()?;
        Some(file_identity(&meta, 0, meta.len()))
    }
}
