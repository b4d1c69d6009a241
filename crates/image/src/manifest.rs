//! The documents of an image: index, manifest, configuration (OCI image-spec; Docker image manifest version 2,
//! schema 2). Read tolerantly: what builders leave out or write as null is a default, what is wrong is an error.

use std::collections::BTreeMap;

use model::{Digest, History, Image, ImageConfig, Layer, LayerIndex, Origin};
use serde::{Deserialize, Deserializer};

use crate::{Platform, PlatformChoice, SourceError};

/// Media types that a registry is asked for, in order of preference.
pub const ACCEPTED: &[&str] = &[
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// What a manifest digest or tag can name.
#[derive(Clone, Debug)]
pub enum Document {
    /// Several images, one per platform.
    Index(Index),
    /// One image.
    Manifest(Box<Manifest>),
}

/// A list of manifests (OCI image-spec, "Image Index"; Docker's manifest list).
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Index {
    /// The manifests.
    #[serde(default, deserialize_with = "or_default")]
    pub manifests: Vec<Descriptor>,
}

/// One image (OCI image-spec, "Image Manifest").
#[derive(Clone, Debug, Deserialize)]
pub struct Manifest {
    /// The configuration.
    pub config: Descriptor,
    /// The layers, the lowest first.
    #[serde(default, deserialize_with = "or_default")]
    pub layers: Vec<Descriptor>,
    /// Annotations, such as the base image's name.
    #[serde(default, deserialize_with = "or_default")]
    pub annotations: BTreeMap<String, String>,
}

/// Where a blob is and what it must be (OCI image-spec, "Descriptor").
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What it is.
    #[serde(default, deserialize_with = "or_default")]
    pub media_type: String,
    /// What it hashes to.
    pub digest: Digest,
    /// Bytes.
    #[serde(default)]
    pub size: Option<u64>,
    /// Other places to have it from; only foreign layers have them.
    #[serde(default, deserialize_with = "or_default")]
    pub urls: Vec<String>,
    /// Annotations, such as a name in a layout.
    #[serde(default, deserialize_with = "or_default")]
    pub annotations: BTreeMap<String, String>,
    /// For whom it is, in an index.
    #[serde(default)]
    pub platform: Option<Platform>,
    /// What kind of artifact it is, when it is no image.
    #[serde(default, deserialize_with = "or_default")]
    pub artifact_type: String,
}

impl Document {
    /// Reads an index or a manifest, whichever it is. `what` names it in an error.
    pub fn parse(bytes: &[u8], what: &str) -> Result<Self, SourceError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Probe {
            #[serde(default)]
            manifests: Option<serde::de::IgnoredAny>,
            #[serde(default)]
            config: Option<serde::de::IgnoredAny>,
            #[serde(default)]
            schema_version: Option<u64>,
        }
        let malformed = |error: serde_json::Error| SourceError::malformed(what, error.to_string());
        let probe: Probe = serde_json::from_slice(bytes).map_err(malformed)?;
        match probe {
            // Both at once would let two readers see two images in one document.
            Probe { manifests: Some(_), config: Some(_), .. } => {
                Err(SourceError::malformed(what, "it claims to be an index and a manifest at once"))
            }
            Probe { manifests: Some(_), .. } => serde_json::from_slice(bytes).map(Self::Index).map_err(malformed),
            Probe { config: Some(_), .. } => {
                serde_json::from_slice(bytes).map(|manifest| Self::Manifest(Box::new(manifest))).map_err(malformed)
            }
            Probe { schema_version: Some(1), .. } => Err(SourceError::Unsupported(format!(
                "{what} is a Docker schema 1 manifest, which registries gave up in 2019; push the image again with a current builder"
            ))),
            Probe { .. } => Err(SourceError::malformed(what, "it is neither an index nor a manifest")),
        }
    }
}

impl Descriptor {
    /// Whether it is an image's manifest, or an index, and not something attached to one.
    pub fn is_image(&self) -> bool {
        let attestation =
            self.annotations.get("vnd.docker.reference.type").is_some_and(|kind| kind == "attestation-manifest");
        let unknown = self.platform.as_ref().is_some_and(|p| p.os == "unknown" && p.architecture == "unknown");
        !attestation && !unknown && self.artifact_type.is_empty()
    }

    /// Whether the layer's bytes are elsewhere by design.
    pub fn is_foreign(&self) -> bool {
        is_foreign(&self.media_type)
    }
}

/// Whether the media type is that of a layer which is left out of images on purpose.
pub(crate) fn is_foreign(media_type: &str) -> bool {
    media_type.contains(".foreign.") || media_type.contains("nondistributable")
}

/// Refuses a layer whose media type says that it is encrypted (OCIcrypt adds a suffix to the usual ones): its bytes mean
/// nothing to those who have no key.
pub fn check_not_encrypted(media_type: &str, digest: &Digest) -> Result<(), SourceError> {
    if !media_type.contains("+encrypted") {
        return Ok(());
    }
    Err(SourceError::Encrypted(format!(
        "the layer {digest} is encrypted; decrypt a copy of the image with its key first (skopeo copy --decryption-key)"
    )))
}

impl Index {
    /// The children that `choice` means. `what` names the index in an error.
    pub fn select(&self, choice: &PlatformChoice, what: &str) -> Result<Vec<&Descriptor>, SourceError> {
        let images: Vec<&Descriptor> = self.manifests.iter().filter(|child| child.is_image()).collect();
        let for_platform = |wanted: &Platform| {
            images
                .iter()
                .copied()
                .find(|child| child.platform.as_ref().is_some_and(|platform| platform.matches(wanted)))
        };
        let chosen = match choice {
            PlatformChoice::All => images.clone(),
            PlatformChoice::One(wanted) => match for_platform(wanted) {
                Some(child) => vec![child],
                // A layout of one image often leaves the platform out; its configuration is checked later.
                None if images.len() == 1 && images[0].platform.is_none() => vec![images[0]],
                None => {
                    let offered: Vec<String> =
                        images.iter().filter_map(|child| child.platform.as_ref().map(ToString::to_string)).collect();
                    return Err(SourceError::NotFound(format!(
                        "{what} has no image for {wanted}; it has: {}",
                        offered.join(", ")
                    )));
                }
            },
            PlatformChoice::Host => {
                for_platform(&Platform::host()).or_else(|| images.first().copied()).into_iter().collect()
            }
        };
        if chosen.is_empty() {
            return Err(SourceError::NotFound(format!("{what} lists no image")));
        }
        Ok(chosen)
    }
}

/// Where no index chose among platforms, the image has one; asking for another is a mistake worth hearing of.
pub(crate) fn check_platform(image: &Image, choice: &PlatformChoice) -> Result<(), SourceError> {
    let has = Platform::of(image);
    match choice {
        PlatformChoice::One(wanted) if !has.matches(wanted) => {
            Err(SourceError::NotFound(format!("{} is an image for {has}, not for {wanted}", image.origin.reference)))
        }
        _ => Ok(()),
    }
}

/// More layers than any runtime stacks: Docker stops at 125, overlayfs at 500.
const LAYERS: usize = 1000;

/// Joins a manifest's layers with what the configuration says of them. `what` names the image in an error.
pub fn image(
    origin: Origin,
    layers: impl ExactSizeIterator<Item = Layer>,
    config: &[u8],
    what: &str,
) -> Result<Image, SourceError> {
    if layers.len() > LAYERS {
        let why = format!("it has {} layers, but no runtime stacks more than {LAYERS}", layers.len());
        return Err(SourceError::malformed(what, why));
    }
    let config: ConfigFile = serde_json::from_slice(config)
        .map_err(|error| SourceError::malformed(format!("{what}, image configuration"), error.to_string()))?;
    let diff_ids = config.rootfs.diff_ids;
    if diff_ids.len() != layers.len() {
        let why = format!(
            "the manifest has {} layers, the configuration {}; fetch or build the image again",
            layers.len(),
            diff_ids.len()
        );
        return Err(SourceError::malformed(what, why));
    }
    let layers: Vec<Layer> = layers.zip(diff_ids).map(|(layer, id)| Layer { diff_id: Some(id), ..layer }).collect();
    let run = config.config;
    let history = align(config.history, &layers);
    let config = ImageConfig {
        os: config.os,
        architecture: config.architecture,
        variant: config.variant,
        created: config.created,
        user: run.user,
        env: run.env,
        entrypoint: run.entrypoint,
        cmd: run.cmd,
        working_dir: run.working_dir,
        exposed_ports: run.exposed_ports,
        volumes: run.volumes,
        labels: run.labels,
        history,
    };
    Ok(Image { origin, config, layers })
}

/// Gives each step that made a layer its layer. A history that has more or fewer such steps than there are layers
/// (squashed or hand-made images) cannot be trusted from the bottom up; the steps then name no layer, except that
/// trailing steps still line up with the topmost layers when only lower ones are missing.
fn align(steps: Vec<HistoryEntry>, layers: &[Layer]) -> Vec<History> {
    let makers = steps.iter().filter(|step| !step.empty_layer).count();
    let missing = layers.len().checked_sub(makers);
    let mut next = missing.unwrap_or(0);
    steps
        .into_iter()
        .map(|step| {
            let layer = (!step.empty_layer && missing.is_some()).then(|| {
                next += 1;
                LayerIndex(u32::try_from(next - 1).unwrap_or(u32::MAX))
            });
            History { instruction: instruction(&step.created_by, &step.comment), created: step.created, layer }
        })
        .collect()
}

/// The instruction as its author wrote it, without the shell that the classic builder and BuildKit put around it.
fn instruction(created_by: &str, comment: &str) -> String {
    let text = created_by.trim();
    let text = text.strip_suffix("# buildkit").map_or(text, str::trim_end);
    let arguments = |text: &str| {
        // `|2 A=1 B=2 /bin/sh -c …`: the classic builder's way to show build arguments.
        let mut rest = text.strip_prefix('|')?;
        let (count, after) = rest.split_once(' ')?;
        count.parse::<u32>().ok()?;
        rest = after;
        rest.find("/bin/sh -c ").map(|start| rest[start..].to_owned())
    };
    let text = arguments(text).unwrap_or_else(|| text.to_owned());
    let shells = ["/bin/sh -c ", "/bin/bash -c ", "/bin/bash -o pipefail -c ", "/bin/ash -eo pipefail -c "];
    let Some(command) = shells.iter().find_map(|shell| text.strip_prefix(shell)) else {
        let run = shells.iter().find_map(|shell| text.strip_prefix("RUN ")?.strip_prefix(shell));
        return match run {
            Some(command) => format!("RUN {}", command.trim()),
            None if text.is_empty() => comment.trim().to_owned(),
            None => text,
        };
    };
    match command.strip_prefix("#(nop) ") {
        Some(instruction) => instruction.trim().to_owned(),
        None => format!("RUN {}", command.trim()),
    }
}

#[derive(Deserialize)]
struct ConfigFile {
    #[serde(default, deserialize_with = "or_default")]
    os: String,
    #[serde(default, deserialize_with = "or_default")]
    architecture: String,
    #[serde(default)]
    variant: Option<String>,
    #[serde(default)]
    created: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    config: RunConfig,
    #[serde(default, deserialize_with = "or_default")]
    rootfs: RootFs,
    #[serde(default, deserialize_with = "or_default")]
    history: Vec<HistoryEntry>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct RunConfig {
    #[serde(deserialize_with = "or_default")]
    user: String,
    #[serde(deserialize_with = "or_default")]
    env: Vec<String>,
    #[serde(deserialize_with = "words")]
    entrypoint: Vec<String>,
    #[serde(deserialize_with = "words")]
    cmd: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    working_dir: String,
    #[serde(deserialize_with = "keys")]
    exposed_ports: Vec<String>,
    #[serde(deserialize_with = "keys")]
    volumes: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    labels: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RootFs {
    #[serde(deserialize_with = "or_default")]
    diff_ids: Vec<Digest>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct HistoryEntry {
    #[serde(deserialize_with = "or_default")]
    created_by: String,
    #[serde(deserialize_with = "or_default")]
    comment: String,
    created: Option<String>,
    #[serde(deserialize_with = "or_default")]
    empty_layer: bool,
}

/// Builders written in Go write null for what is empty.
pub(crate) fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A set, which Go writes as a map to empty objects.
fn keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let map: BTreeMap<String, Option<BTreeMap<String, String>>> = or_default(deserializer)?;
    Ok(map.into_keys().collect())
}

/// A command: a list of words, or one string from very old builders.
fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Words {
        Many(Vec<String>),
        One(String),
    }
    Ok(match Option::deserialize(deserializer)? {
        Some(Words::Many(words)) => words,
        Some(Words::One(word)) => vec![word],
        None => Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(history: &str, layers: usize) -> Vec<u8> {
        let ids: Vec<String> = (0..layers).map(|n| format!("\"{}\"", Digest::sha256(&n.to_le_bytes()))).collect();
        format!(r#"{{"os":"linux","architecture":"amd64","config":{{"Env":null,"Cmd":["sh"]}},"rootfs":{{"type":"layers","diff_ids":[{}]}},"history":{history}}}"#, ids.join(",")).into_bytes()
    }

    fn check_history(history: &str, layers: usize, expected: &[(&str, Option<u32>)]) {
        let image =
            image(Origin::default(), std::iter::repeat_n(Layer::default(), layers), &config(history, layers), "test")
                .unwrap();
        let seen: Vec<_> = image.config.history.iter().map(|s| (&*s.instruction, s.layer.map(|l| l.0))).collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn history_lines_up_with_layers_over_empty_steps() {
        check_history(
            r#"[{"created_by":"/bin/sh -c #(nop) ADD file:1 in / "},{"created_by":"/bin/sh -c #(nop)  CMD [\"sh\"]","empty_layer":true},
                {"created_by":"RUN /bin/sh -c apt-get update # buildkit"},{"created_by":"|1 A=1 /bin/sh -c make"}]"#,
            3,
            &[
                ("ADD file:1 in /", Some(0)),
                ("CMD [\"sh\"]", None),
                ("RUN apt-get update", Some(1)),
                ("RUN make", Some(2)),
            ],
        );
    }

    #[test]
    fn a_history_without_the_lower_layers_lines_up_from_the_top() {
        check_history(r#"[{"created_by":"COPY a /"}]"#, 2, &[("COPY a /", Some(1))]);
    }

    #[test]
    fn a_history_of_too_many_layers_names_none() {
        check_history(
            r#"[{"created_by":"COPY a /"},{"created_by":"COPY b /"}]"#,
            1,
            &[("COPY a /", None), ("COPY b /", None)],
        );
    }

    #[test]
    fn layers_that_do_not_add_up_are_refused() {
        let error = image(Origin::default(), std::iter::once(Layer::default()), &config("null", 2), "x").unwrap_err();
        assert!(error.to_string().contains("the manifest has 1 layers, the configuration 2"), "{error}");
    }

    #[test]
    fn attestations_are_no_images() {
        let digest = Digest::sha256(b"");
        let index = format!(
            r#"{{"schemaVersion":2,"manifests":[
              {{"digest":"{digest}","size":1,"platform":{{"os":"unknown","architecture":"unknown"}},"annotations":{{"vnd.docker.reference.type":"attestation-manifest"}}}},
              {{"digest":"{digest}","size":1,"platform":{{"os":"linux","architecture":"s390x"}}}}]}}"#
        );
        let Document::Index(index) = Document::parse(index.as_bytes(), "x").unwrap() else { panic!("an index") };
        assert_eq!(index.select(&PlatformChoice::All, "x").unwrap().len(), 1);
        assert_eq!(index.select(&PlatformChoice::Host, "x").unwrap().len(), 1);
        let error = index.select(&"linux/amd64".parse().unwrap(), "x").unwrap_err();
        assert!(error.to_string().contains("linux/s390x"), "{error}");
    }

    #[test]
    fn a_document_of_two_minds_is_refused() {
        assert!(Document::parse(br#"{"manifests":[],"config":{}}"#, "x").is_err());
        assert!(
            Document::parse(br#"{"schemaVersion":1,"fsLayers":[]}"#, "x").unwrap_err().to_string().contains("schema 1")
        );
    }
}
