//! From a digest to images whose layers are fetched by digest, whatever keeps the content: a registry, or containerd's
//! store (OCI image-spec, "Image Index" and "Image Manifest").

use std::io::Read;
use std::sync::Arc;

use model::{Digest, Hasher, Image, Layer, LayerIndex, Origin};

use crate::manifest::{self, Descriptor, Document, Index, Manifest};
use crate::{Blob, BlobIdentity, Opened, PlatformChoice, Source, SourceError};

/// How deep indexes may lie within indexes.
const DEPTH: u32 = 4;

/// More images than any index has.
const IMAGES: usize = 256;

/// A keeper of content that is named by its digest. What it hands out is not checked yet.
pub(super) trait Content: Send + Sync + 'static {
    /// The bytes of an index or a manifest.
    fn manifest(&self, descriptor: &Descriptor) -> Result<Vec<u8>, SourceError>;

    /// The bytes of a configuration.
    fn config(&self, descriptor: &Descriptor) -> Result<Vec<u8>, SourceError>;

    /// The bytes of a layer, as they come.
    fn layer(self: &Arc<Self>, descriptor: &Descriptor) -> Result<Box<dyn Read + Send>, SourceError>;

    /// Whether the content is there. A keeper that cannot tell for sure until it is asked says yes.
    fn has(&self, descriptor: &Descriptor) -> Result<bool, SourceError>;
}

/// Opens the images that `choice` means among those that the document `root` describes.
pub(super) fn open<C: Content>(
    content: &Arc<C>,
    root: &[u8],
    digest: Digest,
    origin: &Origin,
    choice: &PlatformChoice,
) -> Result<Vec<Opened>, SourceError> {
    let mut reader = Reader { content, origin, choice, opened: Vec::new() };
    reader.read(root, digest, DEPTH, false)?;
    Ok(reader.opened)
}

/// Checks a document against the digest it was asked for by.
pub(super) fn check(bytes: &[u8], expected: &Digest, what: &str) -> Result<(), SourceError> {
    let actual = hash(bytes, Some(expected));
    if actual == *expected {
        return Ok(());
    }
    let why = format!("the document {expected} hashes to {actual}: it was damaged or exchanged on its way");
    Err(SourceError::malformed(what, why))
}

/// The digest of a document, by the algorithm of the one that is expected.
pub(super) fn hash(bytes: &[u8], expected: Option<&Digest>) -> Digest {
    let mut hasher = Hasher::like(expected);
    hasher.update(bytes);
    hasher.finish()
}

struct Reader<'a, C> {
    content: &'a Arc<C>,
    origin: &'a Origin,
    choice: &'a PlatformChoice,
    opened: Vec<Opened>,
}

impl<C: Content> Reader<'_, C> {
    /// Reads an index or a manifest. `chosen` says that an index above already chose by platform.
    fn read(&mut self, bytes: &[u8], digest: Digest, depth: u32, chosen: bool) -> Result<(), SourceError> {
        let what = format!("{}, {digest}", self.origin.reference);
        match Document::parse(bytes, &what)? {
            Document::Manifest(manifest) => self.image(*manifest, digest, chosen),
            Document::Index(index) => self.children(index, depth, &what),
        }
    }

    fn children(&mut self, mut index: Index, depth: u32, what: &str) -> Result<(), SourceError> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(SourceError::malformed(what, format!("indexes lie more than {DEPTH} deep within each other")));
        };
        let mut failed = None;
        // A store may hold one platform of many; what it does not hold, it does not offer.
        index.manifests.retain(|child| match self.content.has(child) {
            Ok(has) => has,
            Err(error) => {
                failed.get_or_insert(error);
                false
            }
        });
        if let Some(error) = failed {
            return Err(error);
        }
        for child in index.select(self.choice, what)? {
            if self.opened.len() >= IMAGES {
                return Err(SourceError::Unsupported(format!("{what} lists more than {IMAGES} images")));
            }
            let bytes = self.content.manifest(child)?;
            check(&bytes, &child.digest, what)?;
            self.read(&bytes, child.digest, depth, child.platform.is_some())?;
        }
        Ok(())
    }

    fn image(&mut self, manifest: Manifest, digest: Digest, chosen: bool) -> Result<(), SourceError> {
        let what = &self.origin.reference;
        let (config, layers) = (manifest.config, manifest.layers);
        if let Some(kind) = artifact(&config) {
            return Err(SourceError::Unsupported(format!("{what} is no container image but an artifact ({kind})")));
        }
        for part in layers.iter().chain([&config]) {
            if !self.content.has(part)? && !part.is_foreign() {
                return Err(SourceError::NotFound(format!(
                    "{what} is known there, but not kept whole: {} is missing",
                    part.digest
                )));
            }
        }
        let bytes = self.content.config(&config)?;
        check(&bytes, &config.digest, what)?;
        let origin = Origin { manifest: Some(digest), id: Some(config.digest), ..self.origin.clone() };
        let image = manifest::image(origin, layers.iter().map(described), &bytes, what)?;
        if !chosen {
            manifest::check_platform(&image, self.choice)?;
        }
        self.opened.push(Opened::Still(Box::new(Kept { content: Arc::clone(self.content), image, layers })));
        Ok(())
    }
}

/// What the manifest holds instead of an image, by the media type of its configuration.
fn artifact(config: &Descriptor) -> Option<&str> {
    let known = ["", "application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"];
    // Builders are not exact about JSON types; only those that say they are something else are.
    let generic = ["application/octet-stream", "application/json", "text/plain"];
    let kind = config.media_type.split(';').next().unwrap_or_default().trim();
    let image = known.contains(&kind) || generic.iter().any(|prefix| kind.starts_with(prefix));
    (!image).then_some(&*config.media_type)
}

fn described(descriptor: &Descriptor) -> Layer {
    let media_type = descriptor.media_type.clone();
    Layer { blob: Some(descriptor.digest), diff_id: None, size: descriptor.size, media_type }
}

/// An image whose content is kept elsewhere.
struct Kept<C> {
    content: Arc<C>,
    image: Image,
    layers: Vec<Descriptor>,
}

impl<C> Kept<C> {
    fn descriptor(&self, layer: LayerIndex) -> Option<&Descriptor> {
        self.layers.get(layer.0 as usize)
    }
}

impl<C: Content> Source for Kept<C> {
    fn image(&self) -> &Image {
        &self.image
    }

    fn open(&self, layer: LayerIndex) -> Result<Blob<'static>, SourceError> {
        let missing = || SourceError::Usage(format!("{} has no layer {}", self.image.origin.reference, layer.0));
        let descriptor = self.descriptor(layer).ok_or_else(missing)?;
        manifest::check_not_encrypted(&descriptor.media_type, &descriptor.digest)?;
        match self.content.layer(descriptor) {
            Ok(reader) => Ok(Blob { reader, expected: Some(descriptor.digest) }),
            // Some registries do hold foreign layers, so they are asked first.
            Err(SourceError::NotFound(_)) if descriptor.is_foreign() => Err(SourceError::Foreign(format!(
                "the layer {} is foreign: its publisher keeps it at {}",
                descriptor.digest,
                if descriptor.urls.is_empty() { "a place not named".to_owned() } else { descriptor.urls.join(", ") }
            ))),
            Err(error) => Err(error),
        }
    }

    fn identity(&self, layer: LayerIndex) -> Option<BlobIdentity> {
        self.descriptor(layer).map(|descriptor| BlobIdentity::Content(descriptor.digest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[derive(Default)]
    struct Memory(BTreeMap<Digest, Vec<u8>>);

    impl Memory {
        fn add(&mut self, text: &str) -> Digest {
            let digest = Digest::sha256(text.as_bytes());
            self.0.insert(digest, text.as_bytes().to_vec());
            digest
        }

        fn image(&mut self, architecture: &str) -> Digest {
            let layer = self.add("layer");
            let config = self.add(&format!(
                r#"{{"os":"linux","architecture":"{architecture}","rootfs":{{"diff_ids":["{layer}"]}}}}"#
            ));
            self.add(&format!(r#"{{"config":{{"digest":"{config}"}},"layers":[{{"digest":"{layer}","size":5}}]}}"#))
        }

        fn open(self, root: Digest, choice: &str) -> Result<Vec<String>, SourceError> {
            let bytes = self.0[&root].clone();
            let choice = choice.parse().unwrap_or_default();
            let origin = Origin { reference: "test".into(), ..Origin::default() };
            let opened = open(&Arc::new(self), &bytes, root, &origin, &choice)?;
            let name = |opened: &Opened| match opened {
                Opened::Still(source) => source.image().config.architecture.clone(),
                _ => "not still".into(),
            };
            Ok(opened.iter().map(name).collect())
        }
    }

    impl Content for Memory {
        fn manifest(&self, descriptor: &Descriptor) -> Result<Vec<u8>, SourceError> {
            Ok(self.0[&descriptor.digest].clone())
        }
        fn config(&self, descriptor: &Descriptor) -> Result<Vec<u8>, SourceError> {
            self.manifest(descriptor)
        }
        fn layer(self: &Arc<Self>, descriptor: &Descriptor) -> Result<Box<dyn Read + Send>, SourceError> {
            Ok(Box::new(std::io::Cursor::new(self.manifest(descriptor)?)))
        }
        fn has(&self, descriptor: &Descriptor) -> Result<bool, SourceError> {
            Ok(self.0.contains_key(&descriptor.digest))
        }
    }

    fn check_error(result: Result<Vec<String>, SourceError>, expected: &str) {
        let error = result.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn an_index_offers_what_is_kept_and_is_an_image() {
        let mut memory = Memory::default();
        let (arm, s390x) = (memory.image("arm64"), memory.image("s390x"));
        let attestation = memory.add("{}");
        let elsewhere = Digest::sha256(b"elsewhere");
        let child = |digest, architecture: &str| {
            format!(r#"{{"digest":"{digest}","platform":{{"os":"linux","architecture":"{architecture}"}}}}"#)
        };
        let root = memory.add(&format!(
            r#"{{"manifests":[{},{},{},{{"digest":"{attestation}","platform":{{"os":"unknown","architecture":"unknown"}}}}]}}"#,
            child(elsewhere, "amd64"), child(arm, "arm64"), child(s390x, "s390x"),
        ));
        let fresh = || Memory(memory.0.clone());
        assert_eq!(fresh().open(root, "all").unwrap(), ["arm64", "s390x"]);
        assert_eq!(fresh().open(root, "linux/s390x").unwrap(), ["s390x"]);
        check_error(fresh().open(root, "linux/amd64"), "it has: linux/arm64, linux/s390x");
    }

    #[test]
    fn one_image_must_be_for_the_platform_asked_for() {
        let mut memory = Memory::default();
        let root = memory.image("arm64");
        check_error(memory.open(root, "linux/amd64"), "is an image for linux/arm64, not for linux/amd64");
    }

    #[test]
    fn an_exchanged_document_is_refused() {
        let mut memory = Memory::default();
        let root = memory.image("arm64");
        let text = String::from_utf8(memory.0[&root].clone()).unwrap();
        let config: Digest = text.split('"').find(|word| word.starts_with("sha256:")).unwrap().parse().unwrap();
        memory.0.insert(config, b"{}".to_vec());
        check_error(memory.open(root, "all"), "it was damaged or exchanged");
    }

    #[test]
    fn an_image_that_is_not_kept_whole_is_not_found() {
        let mut memory = Memory::default();
        let root = memory.image("arm64");
        memory.0.remove(&Digest::sha256(b"layer"));
        check_error(memory.open(root, "all"), "not kept whole");
    }

    #[test]
    fn indexes_cannot_nest_for_ever() {
        let mut memory = Memory::default();
        let mut inner = memory.image("arm64");
        for _ in 0..5 {
            inner = memory.add(&format!(r#"{{"manifests":[{{"digest":"{inner}"}}]}}"#));
        }
        check_error(memory.open(inner, "all"), "more than 4 deep");
    }

    #[test]
    fn an_artifact_is_no_image() {
        let mut memory = Memory::default();
        let config = memory.add("{}");
        let root = memory.add(&format!(
            r#"{{"config":{{"digest":"{config}","mediaType":"application/vnd.cncf.helm.config.v1+json"}}}}"#
        ));
        check_error(memory.open(root, "all"), "an artifact (application/vnd.cncf.helm.config.v1+json)");
    }
}
