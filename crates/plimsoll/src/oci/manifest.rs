//! The form of advisory data at a registry: an OCI 1.1 artifact (image-spec, "Guidelines for Artifact Usage": `artifactType`,
//! the empty descriptor as configuration), with a layer for each file, which has the file's name as its title.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use advisories::MANIFEST;
use advisories::bundle::Files;
use advisories::signature::SIGNATURE;
use image::manifest::Descriptor;
use jiff::Timestamp;
use model::Digest;
use serde::Deserialize;
use serde_json::json;

/// What the manifest is.
pub const MEDIA_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
/// What the artifact is. The number is raised when a program of today cannot use an artifact of tomorrow.
const ARTIFACT_TYPE: &str = "application/vnd.plimsoll.advisories.v1";
/// The beginning of it that all numbers have.
const ARTIFACT: &str = "application/vnd.plimsoll.advisories.v";
const LIST: &str = "application/vnd.plimsoll.advisories.list.v1+json";
const SIGNATURES: &str = "application/vnd.plimsoll.advisories.signature.v1";
const TABLE: &str = "application/vnd.plimsoll.advisories.table.v1";
const SHARD: &str = "application/vnd.plimsoll.advisories.shard.v1";
/// The version of the form, for people and scripts.
const FORMAT: (&str, &str) = ("vnd.plimsoll.advisories.format", "1");
const TITLE: &str = "org.opencontainers.image.title";
const CREATED: &str = "org.opencontainers.image.created";
/// The content of the empty descriptor, and what that is called.
pub const EMPTY: &[u8] = b"{}";
const EMPTY_TYPE: &str = "application/vnd.oci.empty.v1+json";
/// Bytes of a manifest. Registries should take as many and need not take more (distribution-spec, "Pushing Manifests").
pub const MOST_BYTES: u64 = 4 << 20;
/// Files of an artifact: more than there are ecosystems and releases.
pub const MOST_FILES: usize = 10_000;

/// A file that becomes a layer.
pub struct Layer<'a> {
    pub file: &'a str,
    pub content: &'a [u8],
    kind: &'static str,
    /// Computed once: shards are large.
    digest: OnceCell<Digest>,
}

impl Layer<'_> {
    pub fn digest(&self) -> Digest {
        *self.digest.get_or_init(|| Digest::sha256(self.content))
    }
}

/// The layers of an artifact, the list and its signature first: a manifest is not read further than needed.
pub fn layers(files: &Files) -> Vec<Layer<'_>> {
    let layer = |file, content, kind| Layer { file, content, kind, digest: OnceCell::new() };
    let mut layers = vec![layer(MANIFEST, &*files.list, LIST)];
    layers.extend(files.signature.iter().map(|signature| layer(SIGNATURE, signature, SIGNATURES)));
    layers.extend(files.tables.iter().map(|(file, content)| layer(file, content, TABLE)));
    layers.extend(files.shards.iter().map(|(file, shard)| layer(file, shard.bytes(), SHARD)));
    layers
}

/// The manifest of an artifact of these layers.
pub fn write(layers: &[Layer<'_>], created: Timestamp) -> Vec<u8> {
    let descriptor = |layer: &Layer<'_>| {
        json!({
            "mediaType": layer.kind,
            "digest": layer.digest(),
            "size": layer.content.len(),
            "annotations": { TITLE: layer.file },
        })
    };
    let document = json!({
        "schemaVersion": 2,
        "mediaType": MEDIA_TYPE,
        "artifactType": ARTIFACT_TYPE,
        "config": { "mediaType": EMPTY_TYPE, "digest": Digest::sha256(EMPTY), "size": EMPTY.len(), "data": "e30=" },
        "layers": layers.iter().map(descriptor).collect::<Vec<_>>(),
        "annotations": { CREATED: created.to_string(), FORMAT.0: FORMAT.1 },
    });
    document.to_string().into_bytes()
}

/// What an artifact has.
#[derive(Debug)]
pub struct Listing {
    /// Its own digest.
    pub digest: Digest,
    /// Its files by name, each with its size.
    pub files: BTreeMap<String, Descriptor>,
}

impl Listing {
    /// Reads a manifest that has this digest, or says why it is no artifact of ours.
    pub fn parse(bytes: &[u8], digest: Digest) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Document {
            artifact_type: Option<String>,
            config: Option<Config>,
            layers: Option<Vec<Descriptor>>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Config {
            media_type: Option<String>,
        }
        let document: Document =
            serde_json::from_slice(bytes).map_err(|error| format!("what comes is no manifest: {error}"))?;
        let kind = document.artifact_type.or_else(|| document.config?.media_type).unwrap_or_default();
        if kind != ARTIFACT_TYPE {
            return Err(match kind.strip_prefix(ARTIFACT) {
                Some(version) => format!("it has format {version:?} of advisory data and this program reads 1"),
                None if kind.is_empty() => "it holds no advisory data".into(),
                None => format!("it holds no advisory data but something else ({kind:?})"),
            });
        }
        let mut files = BTreeMap::new();
        for layer in document.layers.unwrap_or_default() {
            let Some(file) = layer.annotations.get(TITLE).cloned() else { continue };
            if layer.size.is_none() {
                return Err(format!("it does not say how long {file:?} is"));
            }
            if files.insert(file.clone(), layer).is_some() {
                return Err(format!("it has two files {file:?}"));
            }
        }
        Ok(Self { digest, files })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(document: &str) -> Result<String, String> {
        let listing = Listing::parse(document.as_bytes(), Digest::sha256(document.as_bytes()))?;
        let file =
            |(name, file): (&String, &Descriptor)| format!("{name} {:?} {}", file.size.unwrap(), file.digest.short());
        Ok(listing.files.iter().map(file).collect::<Vec<_>>().join(", "))
    }

    /// A manifest with these layers, of this type.
    fn document(kind: &str, layers: &str) -> String {
        format!(r#"{{"schemaVersion":2,"artifactType":"{kind}","layers":[{layers}]}}"#)
    }

    fn layer(title: &str, more: &str) -> String {
        // `printf '' | sha256sum`
        let digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        format!(r#"{{"digest":"{digest}","annotations":{{"org.opencontainers.image.title":"{title}"}}{more}}}"#)
    }

    #[test]
    fn what_is_no_artifact_of_ours_is_refused_with_the_reason() {
        let sized = |title: &str| layer(title, r#","size":0"#);
        let twice = [sized("a"), sized("a")].join(",");
        for (document, why) in [
            ("<!DOCTYPE html><title>Log in</title>".to_owned(), "what comes is no manifest"),
            (r#"{"manifests":[]}"#.to_owned(), "it holds no advisory data"),
            (
                r#"{"config":{"mediaType":"application/vnd.oci.image.config.v1+json"},"layers":[]}"#.to_owned(),
                "something else (\"application/vnd.oci.image.config.v1+json\")",
            ),
            (document("application/vnd.plimsoll.advisories.v2", ""), "format \"2\""),
            (document(ARTIFACT_TYPE, &layer("a", "")), "how long \"a\" is"),
            (document(ARTIFACT_TYPE, &twice), "two files \"a\""),
            (document(ARTIFACT_TYPE, r#"{"digest":"md5:00"}"#), "no manifest"),
        ] {
            let error = parse(&document).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
        let both = [
            sized("b"),
            sized("a"),
            r#"{"digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}"#.into(),
        ];
        assert_eq!(parse(&document(ARTIFACT_TYPE, &both.join(","))).unwrap(), "a 0 e3b0c44298fc, b 0 e3b0c44298fc");
    }
}
