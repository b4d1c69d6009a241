//! The way back: a document becomes what was seen, or an error that says where it is wrong.

use model::{
    AnalyzerId, Executable, Fact, History, Image, ImageConfig, ImagePath, Inventory, Item, LayerIndex, LayerSummary,
    PackageKind, Place, Removed, Requirement, What,
};

use super::document::{self, Document};
use super::{MOST_LAYERS, Metadata, Observed, VERSION};
use crate::json::read::MisconfigurationJson;

pub(super) fn read(json: &[u8]) -> Result<Metadata, String> {
    let document: Document = serde_json::from_slice(json).map_err(|error| error.to_string())?;
    if document.schema != document::SCHEMA {
        return Err(format!("it is no metadata of Plimsoll, but says that it is {:?}", document.schema));
    }
    let major = |version: &str| version.split('.').next().map(str::to_owned);
    if major(&document.schema_version) != major(VERSION) {
        return Err(format!("it is of version {:?}; this program reads {VERSION}", document.schema_version));
    }
    let artifacts = document.artifacts.into_iter().enumerate().map(|(index, artifact)| {
        observed(artifact).map_err(|wrong| format!("artifacts[{index}].{}: {}", wrong.field, wrong.why))
    });
    Ok(Metadata { generated_at: document.generated_at, artifacts: artifacts.collect::<Result<_, _>>()? })
}

/// What is wrong, and in which field.
struct Wrong {
    field: String,
    why: String,
}

impl Wrong {
    fn new(field: impl Into<String>, why: impl Into<String>) -> Self {
        Self { field: field.into(), why: why.into() }
    }

    /// Inside of that field.
    fn below(self, field: &str) -> Self {
        Self { field: format!("{field}.{}", self.field), ..self }
    }
}

/// How many layers there are, against which every number of one is held.
#[derive(Clone, Copy)]
struct Layers(usize);

impl Layers {
    fn one(self, number: u64, field: &str) -> Result<LayerIndex, Wrong> {
        let index = number.checked_sub(1).and_then(|index| u32::try_from(index).ok());
        let index = index.filter(|index| (*index as usize) < self.0);
        index.map(LayerIndex).ok_or_else(|| Wrong::new(field, format!("layer {number} of {} does not exist", self.0)))
    }

    fn some(self, number: Option<u64>, field: &str) -> Result<Option<LayerIndex>, Wrong> {
        number.map(|number| self.one(number, field)).transpose()
    }
}

/// Converts the entries of a list, and says of one that is wrong which it is.
fn each<T, U>(list: Vec<T>, name: &str, convert: impl Fn(T) -> Result<U, Wrong>) -> Result<Vec<U>, Wrong> {
    let convert = |(index, entry)| convert(entry).map_err(|wrong: Wrong| wrong.below(&format!("{name}[{index}]")));
    list.into_iter().enumerate().map(convert).collect()
}

fn observed(artifact: document::Artifact) -> Result<Observed, Wrong> {
    let layers = Layers(artifact.layers.len());
    if layers.0 > MOST_LAYERS {
        return Err(Wrong::new("layers", format!("there are {}, and no image has more than {MOST_LAYERS}", layers.0)));
    }
    let mut sought = artifact.looked_for;
    sought.sort_unstable();
    sought.dedup();
    let config = config(artifact.image, layers)?;
    let origin = model::Origin {
        transport: artifact.origin.transport,
        reference: artifact.origin.reference,
        manifest: artifact.origin.manifest_digest,
        id: artifact.origin.image_id,
    };
    let described = each(artifact.layers, "layers", |it| layer(it, layers))?;
    let (stored, summaries) = described.into_iter().unzip();
    let mut items = each(artifact.packages, "packages", |it| package(it, layers))?;
    items.extend(each(artifact.programs, "programs", |it| {
        let what = Executable { format: it.format.into(), sha256: it.digest, build_id: it.build_id };
        item(What::Executable(what), it.at, layers)
    })?);
    items.extend(each(artifact.secrets, "secrets", |it| secret(it, layers))?);
    items.extend(each(artifact.license_texts, "license_texts", |it| {
        let what = model::LicenseText { license: it.license, confidence: it.confidence, form: it.form.into() };
        item(What::LicenseText(what), it.at, layers)
    })?);
    items.extend(each(artifact.configuration, "configuration", |it| {
        let what = model::Configuration { language: it.language, content: Vec::new() };
        item(What::Configuration(what), it.at, layers)
    })?);
    let settings = each(artifact.settings, "settings", |it| setting(it, layers))?;
    let inventory = Inventory {
        distro: artifact.distro.map(distro),
        items,
        gaps: each(artifact.gaps, "gaps", |it| gap(it, layers))?,
    };
    Ok(Observed { sought, image: Image { origin, config, layers: stored }, layers: summaries, inventory, settings })
}

fn config(image: document::Image, layers: Layers) -> Result<ImageConfig, Wrong> {
    let step = |step: document::Step| {
        Ok(History { instruction: step.instruction, created: step.created, layer: layers.some(step.layer, "layer")? })
    };
    Ok(ImageConfig {
        os: image.os,
        architecture: image.architecture,
        variant: image.variant,
        created: image.created,
        user: image.user,
        env: image.variables,
        entrypoint: image.entrypoint,
        cmd: image.cmd,
        working_dir: image.working_dir,
        exposed_ports: image.exposed_ports,
        volumes: image.volumes,
        labels: image.labels,
        history: each(image.history, "image.history", step)?,
    })
}

fn layer(layer: document::Layer, layers: Layers) -> Result<(model::Layer, LayerSummary), Wrong> {
    let removed = |removed: document::Removed| {
        Ok(Removed {
            path: ImagePath::from(&*removed.path),
            bytes: removed.size,
            by: layers.one(removed.by_layer, "by_layer")?,
            replaced: removed.replaced,
        })
    };
    let stored = model::Layer {
        blob: layer.claimed_digest,
        diff_id: layer.diff_id,
        size: layer.stored_size,
        media_type: layer.media_type,
    };
    let summary = LayerSummary {
        class: layer.class,
        digest: layer.computed_digest,
        bytes: layer.size,
        files: layer.files,
        wasted_bytes: layer.wasted,
        removed_later: each(layer.removed_later, "removed_later", removed)?,
        removed_later_count: layer.removed_later_count,
    };
    Ok((stored, summary))
}

fn distro(distro: document::Distro) -> model::Distro {
    model::Distro {
        rank: 0,
        id: distro.id,
        version: distro.version,
        codename: distro.codename,
        name: distro.name,
        like: distro.like,
        cpe: distro.cpe,
        extended_support: distro.extended_support,
        streams: distro.streams,
    }
}

fn item(what: What, at: document::Sighting, layers: Layers) -> Result<Item, Wrong> {
    let place = Place { layer: layers.some(at.layer, "at.layer")?, path: ImagePath::from(&*at.path) };
    Ok(Item {
        fact: Fact { what, place, by: AnalyzerId(at.found_by.into()) },
        removed: layers.some(at.removed_by, "at.removed_by")?,
        owner: at.owner,
    })
}

fn package(package: document::Package, layers: Layers) -> Result<Item, Wrong> {
    let kind = PackageKind::of_purl_type(&package.kind)
        .ok_or_else(|| Wrong::new("kind", format!("there are no packages of the kind {:?}", package.kind)))?;
    let needs = |needed: document::Requirement| Requirement { name: needed.name, version: needed.version };
    let what = model::Package {
        kind,
        name: package.name,
        version: package.version,
        arch: package.arch,
        source: package.source,
        module: package.module,
        vendor: package.vendor,
        licenses: package.licenses,
        presence: package.presence,
        relation: package.relation,
        requires: package.requires.into_iter().map(needs).collect(),
        confidence: package.confidence,
        cpes: package.cpes,
    };
    item(What::Package(what), package.at, layers)
}

fn secret(secret: document::Secret, layers: Layers) -> Result<Item, Wrong> {
    let spot = match secret.place {
        document::Spot::File { line, column } => model::Spot::File { line, column },
        document::Spot::Environment { name } => model::Spot::Environment(name),
        document::Spot::Label { name } => model::Spot::Label(name),
        document::Spot::History { step } => model::Spot::History(step.saturating_sub(1)),
        document::Spot::Command => model::Spot::Command,
    };
    let what = model::Secret {
        kind: secret.kind,
        spot,
        redacted: secret.redacted,
        fingerprint: secret.fingerprint,
        allowed: secret.allowed,
        notes: secret.notes.into_iter().map(note).collect(),
        committed: None,
    };
    item(What::Secret(what), secret.at, layers)
}

fn note(note: document::Note) -> model::Note {
    use document::Note as N;
    match note {
        N::Inside(how) => model::Note::Inside(how),
        N::Checked(right) => model::Note::Checked(right),
        N::Key { algorithm, bits, encrypted } => model::Note::Key { algorithm, bits, encrypted },
        N::Damaged => model::Note::Damaged,
        N::Made(time) => model::Note::Made(time),
        N::Until(time) => model::Note::Until(time),
        N::Certificate(time) => model::Note::Certificate(time),
        N::Issuer(name) => model::Note::Issuer(name),
        N::Unsigned => model::Note::Unsigned,
        N::Beside(kind) => model::Note::Beside(kind),
    }
}

fn setting(value: serde_json::Value, layers: Layers) -> Result<model::Misconfiguration, Wrong> {
    let layer = value.get("layer").and_then(serde_json::Value::as_u64);
    layers.some(layer, "layer")?;
    let read: MisconfigurationJson =
        serde_json::from_value(value).map_err(|error| Wrong::new("rule", error.to_string()))?;
    Ok(read.setting())
}

fn gap(gap: document::Gap, layers: Layers) -> Result<model::Gap, Wrong> {
    let place = Place { layer: layers.some(gap.layer, "layer")?, path: ImagePath::from(&*gap.path) };
    Ok(model::Gap { place, by: AnalyzerId(gap.by.into()), kind: gap.kind, detail: gap.detail })
}
