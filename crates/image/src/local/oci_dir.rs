//! OCI layouts: a folder of blobs named by their digests (OCI image-spec, "Image Layout").

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use model::{Budget, Digest, Image, LayerIndex, Origin};

use super::archive::file_identity;
use super::index::{self, Documents};
use super::{open_file, read_document};
use crate::{Blob, BlobIdentity, Opened, PlatformChoice, Source, SourceError, manifest};

/// Opens the layout in the folder `path`; `selector` is the tag or digest of one of its images.
pub fn oci_dir(
    path: &Path,
    selector: Option<&str>,
    choice: &PlatformChoice,
    budget: &Budget,
) -> Result<Vec<Opened>, SourceError> {
    let folder = Folder(path.to_owned());
    let shown = path.display().to_string();
    let index = folder.read(&path.join("index.json"), budget.document_bytes)?;
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

    /// Opens a file of the layout. Links within it are followed; one that leads out could have any file of this machine
    /// read as if it were the image's.
    fn open(&self, path: &Path) -> Result<File, SourceError> {
        let resolve = |path: &Path| path.canonicalize().map_err(|error| SourceError::io(path, error));
        let real = resolve(path)?;
        if !real.starts_with(resolve(&self.0)?) {
            let why = "it is a link that leads out of the layout; if you trust it, copy the layout with the links followed (cp -rL)";
            return Err(SourceError::malformed(path.display().to_string(), why));
        }
        open_file(&real)
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, SourceError> {
        read_document(self.open(path)?, limit, &path.display().to_string())
    }
}

impl Documents for Folder {
    fn document(&self, digest: &Digest, limit: u64) -> Result<Vec<u8>, SourceError> {
        self.read(&self.blob(digest), limit)
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
        manifest::check_not_encrypted(&layer.media_type, &digest)?;
        match self.folder.open(&self.folder.blob(&digest)) {
            Ok(file) => Ok((file, digest)),
            Err(SourceError::Io { source, .. })
                if source.kind() == ErrorKind::NotFound && manifest::is_foreign(&layer.media_type) =>
            {
                Err(SourceError::Foreign(format!(
                    "the layer {digest} is foreign: it is not part of the image and has to be had from its publisher"
                )))
            }
            Err(error) => Err(error),
        }
    }
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
