//! What of a scan becomes metadata, and its way into the document.

use model::{AnalyzerId, ExposedSecret, Fact, Finding, Item, LayerIndex, Place, Report, Spot, What};

use super::document::{self, Document};
use super::{Observed, Sought, VERSION};
use crate::json::misconfig::MisconfigurationJson;
use crate::view::layer_number;

impl Observed {
    /// What was seen, out of a report on which no policy has been laid yet. Secrets of the image's configuration become facts
    /// like those of files; what data was missing for judging is no property of the image.
    pub fn of(report: &Report, sought: Vec<Sought>) -> Self {
        let mut inventory = report.inventory.clone();
        for item in &mut inventory.items {
            if let What::Configuration(file) = &mut item.fact.what {
                file.content = Vec::new();
            }
        }
        inventory.gaps.retain(|gap| gap.by != AnalyzerId::ADVISORIES);
        let secrets = report.findings.iter().filter_map(Finding::secret);
        let of_config = secrets.filter(|exposed| !matches!(exposed.secret.spot, Spot::File { .. }));
        inventory.items.extend(of_config.map(fact));
        let settings = report.findings.iter().filter_map(Finding::misconfiguration);
        let mut image = report.image.clone();
        for pair in &mut image.config.env {
            pair.truncate(pair.find('=').unwrap_or(pair.len()));
        }
        let layers = report.layers.clone();
        Self { sought, image, layers, inventory, settings: settings.cloned().collect() }
    }
}

fn fact(exposed: &ExposedSecret) -> Item {
    let what = What::Secret(exposed.secret.clone());
    let by = AnalyzerId::new("secrets");
    Item { fact: Fact { what, place: exposed.place.clone(), by }, removed: None, owner: None }
}

pub(super) fn document(artifacts: &[Observed], version: &str, generated_at: &str) -> Document {
    Document {
        schema: document::SCHEMA.into(),
        schema_version: VERSION.into(),
        tool: document::Tool { name: "plimsoll".into(), version: version.into() },
        generated_at: generated_at.into(),
        artifacts: artifacts.iter().map(artifact).collect(),
    }
}

fn artifact(observed: &Observed) -> document::Artifact {
    let origin = &observed.image.origin;
    let mut artifact = document::Artifact {
        looked_for: observed.sought.clone(),
        origin: document::Origin {
            transport: origin.transport.clone(),
            reference: origin.reference.clone(),
            manifest_digest: origin.manifest,
            image_id: origin.id,
        },
        image: image(&observed.image.config),
        layers: observed.image.layers.iter().zip(&observed.layers).map(layer).collect(),
        distro: observed.inventory.distro.as_ref().map(distro),
        packages: Vec::new(),
        programs: Vec::new(),
        license_texts: Vec::new(),
        secrets: Vec::new(),
        configuration: Vec::new(),
        settings: observed.settings.iter().filter_map(|found| value(MisconfigurationJson::new(found))).collect(),
        gaps: observed.inventory.gaps.iter().map(gap).collect(),
    };
    for item in &observed.inventory.items {
        let at = sighting(item);
        match &item.fact.what {
            What::Package(found) => artifact.packages.push(package(found, at)),
            What::Executable(found) => artifact.programs.push(document::Program {
                format: found.format.into(),
                digest: found.sha256,
                build_id: found.build_id.clone(),
                at,
            }),
            What::LicenseText(found) => artifact.license_texts.push(document::LicenseText {
                license: found.license.clone(),
                confidence: found.confidence,
                form: found.form.into(),
                at,
            }),
            What::Secret(found) => artifact.secrets.push(secret(found, at)),
            What::Configuration(file) => {
                artifact.configuration.push(document::Configuration { language: file.language.clone(), at });
            }
            // Part of others.
            What::Distro(_) | What::Owns(_) | What::Licenses(_) => {}
        }
    }
    artifact
}

/// A document of texts and numbers can always be made into a value.
fn value(of: impl serde::Serialize) -> Option<serde_json::Value> {
    serde_json::to_value(of).ok()
}

fn number(layer: Option<LayerIndex>) -> Option<u64> {
    layer.map(layer_number)
}

fn sighting(item: &Item) -> document::Sighting {
    let Place { layer, path } = &item.fact.place;
    document::Sighting {
        layer: number(*layer),
        path: path.to_text().into_owned(),
        removed_by: number(item.removed),
        owner: item.owner.clone(),
        found_by: item.fact.by.0.clone().into_owned(),
    }
}

fn image(config: &model::ImageConfig) -> document::Image {
    let step = |step: &model::History| document::Step {
        instruction: step.instruction.clone(),
        created: step.created.clone(),
        layer: number(step.layer),
    };
    document::Image {
        os: config.os.clone(),
        architecture: config.architecture.clone(),
        variant: config.variant.clone(),
        created: config.created.clone(),
        user: config.user.clone(),
        entrypoint: config.entrypoint.clone(),
        cmd: config.cmd.clone(),
        working_dir: config.working_dir.clone(),
        exposed_ports: config.exposed_ports.clone(),
        volumes: config.volumes.clone(),
        variables: config.env.clone(),
        labels: config.labels.clone(),
        history: config.history.iter().map(step).collect(),
    }
}

fn layer((layer, summary): (&model::Layer, &model::LayerSummary)) -> document::Layer {
    let removed = |removed: &model::Removed| document::Removed {
        path: removed.path.to_text().into_owned(),
        size: removed.bytes,
        by_layer: layer_number(removed.by),
        replaced: removed.replaced,
    };
    document::Layer {
        diff_id: layer.diff_id,
        claimed_digest: layer.blob,
        computed_digest: summary.digest,
        stored_size: layer.size,
        media_type: layer.media_type.clone(),
        class: summary.class,
        size: summary.bytes,
        files: summary.files,
        wasted: summary.wasted_bytes,
        removed_later_count: summary.removed_later_count,
        removed_later: summary.removed_later.iter().map(removed).collect(),
    }
}

fn distro(distro: &model::Distro) -> document::Distro {
    document::Distro {
        id: distro.id.clone(),
        version: distro.version.clone(),
        codename: distro.codename.clone(),
        name: distro.name.clone(),
        like: distro.like.clone(),
        cpe: distro.cpe.clone(),
        extended_support: distro.extended_support,
        streams: distro.streams.clone(),
    }
}

fn package(package: &model::Package, at: document::Sighting) -> document::Package {
    let requirement = |needed: &model::Requirement| document::Requirement {
        name: needed.name.clone(),
        version: needed.version.clone(),
    };
    document::Package {
        kind: package.kind.purl_type().into(),
        name: package.name.clone(),
        version: package.version.clone(),
        arch: package.arch.clone(),
        source: package.source.clone(),
        module: package.module.clone(),
        vendor: package.vendor.clone(),
        licenses: package.licenses.clone(),
        presence: package.presence,
        relation: package.relation,
        requires: package.requires.iter().map(requirement).collect(),
        confidence: package.confidence,
        cpes: package.cpes.clone(),
        at,
    }
}

fn secret(secret: &model::Secret, at: document::Sighting) -> document::Secret {
    let place = match &secret.spot {
        Spot::File { line, column } => document::Spot::File { line: *line, column: *column },
        Spot::Environment(name) => document::Spot::Environment { name: name.clone() },
        Spot::Label(name) => document::Spot::Label { name: name.clone() },
        Spot::History(step) => document::Spot::History { step: step.saturating_add(1) },
        Spot::Command => document::Spot::Command,
    };
    document::Secret {
        kind: secret.kind.clone(),
        place,
        redacted: secret.redacted.clone(),
        fingerprint: secret.fingerprint.clone(),
        allowed: secret.allowed.clone(),
        notes: secret.notes.iter().map(note).collect(),
        at,
    }
}

fn note(note: &model::Note) -> document::Note {
    use model::Note as N;
    match note {
        N::Inside(how) => document::Note::Inside(how.clone()),
        N::Checked(right) => document::Note::Checked(*right),
        N::Key { algorithm, bits, encrypted } => {
            document::Note::Key { algorithm: algorithm.clone(), bits: *bits, encrypted: *encrypted }
        }
        N::Damaged => document::Note::Damaged,
        N::Made(time) => document::Note::Made(*time),
        N::Until(time) => document::Note::Until(*time),
        N::Certificate(time) => document::Note::Certificate(*time),
        N::Issuer(name) => document::Note::Issuer(name.clone()),
        N::Unsigned => document::Note::Unsigned,
        N::Beside(kind) => document::Note::Beside(kind.clone()),
    }
}

fn gap(gap: &model::Gap) -> document::Gap {
    document::Gap {
        kind: gap.kind,
        by: gap.by.0.clone().into_owned(),
        layer: number(gap.place.layer),
        path: gap.place.path.to_text().into_owned(),
        detail: gap.detail.clone(),
    }
}
