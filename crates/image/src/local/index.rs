//! From an OCI layout's index to images (OCI image-spec, "Image Layout"), whatever holds its blobs.

use model::{Budget, Digest, Image, Layer, Origin};

use crate::manifest::{self, Descriptor, Document, Index};
use crate::{PlatformChoice, SourceError};

/// How deep indexes may lie within indexes.
const DEPTH: u32 = 4;

/// More images than any index has.
const IMAGES: usize = 256;

/// How many times the size of the largest document all documents may have together. They can be small and named often.
const DOCUMENTS: u64 = 4;

/// The annotations under which a layout names its images: OCI's own, and containerd's full name.
const NAMES: [&str; 2] = ["org.opencontainers.image.ref.name", "io.containerd.image.name"];

/// A place where documents are found by digest.
pub(super) trait Documents {
    /// The document's bytes, not yet checked.
    fn document(&self, digest: &Digest, limit: u64) -> Result<Vec<u8>, SourceError>;
}

/// The images that `selector` and `choice` mean in the layout whose `index.json` is `index`.
pub(super) fn images(
    documents: &dyn Documents,
    index: &[u8],
    selector: Option<&str>,
    choice: &PlatformChoice,
    budget: &Budget,
    origin: &Origin,
) -> Result<Vec<Image>, SourceError> {
    let what = &origin.reference;
    let Document::Index(index) = Document::parse(index, &format!("{what}, index.json"))? else {
        return Err(SourceError::malformed(what, "index.json is no index"));
    };
    let mut reader =
        Reader { documents, choice, budget, origin, left: budget.document_bytes.saturating_mul(DOCUMENTS) };
    let chosen = select(&index, selector, what)?;
    let mut images = Vec::new();
    match chosen {
        Some(descriptor) => reader.follow(descriptor, DEPTH, &mut images)?,
        // No name asked for: the layout's index stands for one image, for several platforms or for one.
        None => reader.children(&index, DEPTH, &mut images)?,
    }
    Ok(images)
}

struct Reader<'a> {
    documents: &'a dyn Documents,
    choice: &'a PlatformChoice,
    budget: &'a Budget,
    origin: &'a Origin,
    /// Bytes of documents that may still be read.
    left: u64,
}

impl Reader<'_> {
    fn children(&mut self, index: &Index, depth: u32, images: &mut Vec<Image>) -> Result<(), SourceError> {
        for child in index.select(self.choice, &self.origin.reference)? {
            self.follow(child, depth, images)?;
        }
        Ok(())
    }

    fn follow(&mut self, descriptor: &Descriptor, depth: u32, images: &mut Vec<Image>) -> Result<(), SourceError> {
        let what = &self.origin.reference;
        let Some(depth) = depth.checked_sub(1) else {
            return Err(SourceError::malformed(what, format!("indexes lie more than {DEPTH} deep within each other")));
        };
        let digest = &descriptor.digest;
        match Document::parse(&self.checked(digest)?, &format!("{what}, {digest}"))? {
            Document::Index(index) => self.children(&index, depth, images),
            Document::Manifest(_) if images.len() >= IMAGES => Err(SourceError::malformed(
                what,
                format!("it lists more than {IMAGES} images; choose one with --platform"),
            )),
            Document::Manifest(manifest) => {
                let config = self.checked(&manifest.config.digest)?;
                let origin =
                    Origin { manifest: Some(*digest), id: Some(manifest.config.digest), ..self.origin.clone() };
                let image = manifest::image(origin, manifest.layers.iter().map(layer), &config, what)?;
                if descriptor.platform.is_none() {
                    manifest::check_platform(&image, self.choice)?;
                }
                images.push(image);
                Ok(())
            }
        }
    }

    /// A document whose digest is what its name says.
    fn checked(&mut self, digest: &Digest) -> Result<Vec<u8>, SourceError> {
        let bytes = self.documents.document(digest, self.budget.document_bytes)?;
        self.left = self.left.checked_sub(bytes.len() as u64).ok_or_else(|| {
            let why = "its manifests and configurations are too many; choose one image with --platform";
            SourceError::malformed(&self.origin.reference, why)
        })?;
        let mut hasher = model::Hasher::like(Some(digest));
        hasher.update(&bytes);
        let actual = hasher.finish();
        if actual != *digest {
            let why =
                format!("the document {digest} hashes to {actual}: it was damaged or exchanged; fetch the image again");
            return Err(SourceError::malformed(&self.origin.reference, why));
        }
        Ok(bytes)
    }
}

/// What a manifest says of a layer.
pub(crate) fn layer(descriptor: &Descriptor) -> Layer {
    Layer {
        blob: Some(descriptor.digest),
        diff_id: None,
        size: descriptor.size,
        media_type: descriptor.media_type.clone(),
    }
}

fn select<'a>(index: &'a Index, selector: Option<&str>, what: &str) -> Result<Option<&'a Descriptor>, SourceError> {
    let names =
        |child: &Descriptor| NAMES.iter().filter_map(|key| child.annotations.get(*key).cloned()).collect::<Vec<_>>();
    match selector {
        None => match distinct_names(index) {
            0 | 1 => Ok(None),
            _ => Err(SourceError::Usage(format!(
                "{what} holds several images; name one: {}",
                index
                    .manifests
                    .iter()
                    .flat_map(names)
                    .map(|name| format!("{what}:{name}"))
                    .collect::<Vec<_>>()
                    .join(", ")
            ))),
        },
        Some(wanted) => {
            let digest = wanted.parse::<Digest>().ok();
            let found = index.manifests.iter().find(|child| {
                digest.is_some_and(|digest| child.digest == digest)
                    || names(child).iter().any(|name| name == wanted || name.rsplit(':').next() == Some(wanted))
            });
            match found {
                Some(child) => Ok(Some(child)),
                None => Err(SourceError::NotFound(format!(
                    "{what} has no image {wanted:?}; it has: {}",
                    index
                        .manifests
                        .iter()
                        .flat_map(|child| [vec![child.digest.to_string()], names(child)].concat())
                        .collect::<Vec<_>>()
                        .join(", ")
                ))),
            }
        }
    }
}

fn distinct_names(index: &Index) -> usize {
    let names: std::collections::BTreeSet<_> =
        index.manifests.iter().filter(|c| c.is_image()).filter_map(|c| c.annotations.get(NAMES[0])).collect();
    names.len()
}
