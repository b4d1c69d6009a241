//! From an OCI layout's index to images (OCI image-spec, "Image Layout"), whatever holds its blobs.

use model::{Budget, Digest, Image, Layer, Origin};

use crate::manifest::{self, Descriptor, Document, Index};
use crate::{PlatformChoice, SourceError};

/// How deep indexes may lie within indexes.
const DEPTH: u32 = 4;

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
    let reader = Reader { documents, choice, budget, origin };
    let chosen = select(&index, selector, what)?;
    match chosen {
        Some(descriptor) => reader.follow(descriptor, DEPTH),
        // No name asked for: the layout's index stands for one image, for several platforms or for one.
        None => reader.children(&index, DEPTH),
    }
}

struct Reader<'a> {
    documents: &'a dyn Documents,
    choice: &'a PlatformChoice,
    budget: &'a Budget,
    origin: &'a Origin,
}

impl Reader<'_> {
    fn children(&self, index: &Index, depth: u32) -> Result<Vec<Image>, SourceError> {
        let mut images = Vec::new();
        for child in index.select(self.choice, &self.origin.reference)? {
            images.extend(self.follow(child, depth)?);
        }
        Ok(images)
    }

    fn follow(&self, descriptor: &Descriptor, depth: u32) -> Result<Vec<Image>, SourceError> {
        let what = &self.origin.reference;
        let Some(depth) = depth.checked_sub(1) else {
            return Err(SourceError::malformed(what, format!("indexes lie more than {DEPTH} deep within each other")));
        };
        let digest = &descriptor.digest;
        match Document::parse(&self.checked(digest)?, &format!("{what}, {digest}"))? {
            Document::Index(index) => self.children(&index, depth),
            Document::Manifest(manifest) => {
                let config = self.checked(&manifest.config.digest)?;
                let origin =
                    Origin { manifest: Some(*digest), id: Some(manifest.config.digest), ..self.origin.clone() };
                let layers = manifest.layers.iter().map(layer).collect();
                Ok(vec![manifest::image(origin, layers, &config, what)?])
            }
        }
    }

    /// A document whose digest is what its name says.
    fn checked(&self, digest: &Digest) -> Result<Vec<u8>, SourceError> {
        let bytes = self.documents.document(digest, self.budget.document_bytes)?;
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
