//! What no standard has a field for, as names and values that every standard can carry: all that it takes to judge a bill
//! like its image. `packages::sbom` reads them back.

use model::{AnalyzerId, Confidence, LayerClass, Presence, Relation, Report};

use super::bill::{Component, is_cpe};

/// `plimsoll:` and a name, and a value.
pub(crate) type Property = (String, String);

fn property(name: impl Into<String>, value: impl Into<String>) -> Property {
    (format!("plimsoll:{}", name.into()), value.into())
}

/// What a component's fields leave out: its source package, and all places where it was seen.
pub(crate) fn of_component(component: &Component<'_>) -> Vec<Property> {
    let package = component.package;
    let mut properties = Vec::new();
    // Where the URL cannot give it back.
    let read = component.purl.parse().ok().and_then(|purl| model::Package::of_purl(&purl));
    if read.as_ref().is_none_or(|read| (read.kind, &read.name) != (package.kind, &package.name)) {
        properties.push(property("name", &*package.name));
    }
    if let Some(source) = &package.source {
        properties.push(property("source:name", &*source.name));
        properties.push(property("source:version", &*source.version));
    }
    properties.extend(package.module.as_deref().map(|module| property("module", module)));
    // The first one has a field wherever there is one for it.
    let more = package.cpes.iter().enumerate().filter(|(number, cpe)| *number > 0 || !is_cpe(cpe));
    properties.extend(more.map(|(_, cpe)| property("cpe", &**cpe)));
    for (number, item) in component.sightings.iter().enumerate() {
        let Some(package) = item.package() else { continue };
        let mut tell = |what: &str, value: String| {
            properties.push(property(format!("place:{number}:{what}"), value));
        };
        tell("path", item.fact.place.path.to_text().into_owned());
        tell("found-by", item.fact.by.0.to_string());
        if let Some(layer) = item.fact.place.layer {
            tell("layer", layer.0.to_string());
        }
        if let Some(owner) = &item.owner {
            tell("owner", owner.clone());
        }
        let presence = match package.presence {
            Presence::Installed => None,
            Presence::Declared => Some("declared"),
            Presence::DeclaredOptional => Some("declared-optional"),
            Presence::DeclaredForDevelopment => Some("declared-for-development"),
        };
        if let Some(presence) = presence {
            tell("presence", presence.into());
        }
        // Where another place says something else.
        if !package.licenses.iter().map(String::as_str).eq(component.licenses.iter().copied()) {
            tell("licenses", package.licenses.len().to_string());
            package.licenses.iter().for_each(|license| tell("license", license.clone()));
        }
        match package.confidence {
            Confidence::High => {}
            Confidence::Medium => tell("confidence", "medium".into()),
            Confidence::Low => tell("confidence", "low".into()),
        }
        match package.relation {
            Relation::Direct => tell("relation", "direct".into()),
            Relation::Transitive => tell("relation", "transitive".into()),
            Relation::Unknown => {}
        }
    }
    properties
}

/// How the image is run, its distribution and its layers.
pub(crate) fn of_image(report: &Report) -> Vec<Property> {
    let mut properties = Vec::new();
    let mut tell = |name: String, value: &str| {
        if !value.is_empty() {
            properties.push(property(name, value));
        }
    };
    let config = &report.image.config;
    tell("image:os".into(), &config.os);
    tell("image:architecture".into(), &config.architecture);
    tell("image:user".into(), &config.user);
    for port in &config.exposed_ports {
        tell("image:port".into(), port);
    }
    if let Some(id) = &report.image.origin.id {
        tell("image:id".into(), &id.to_string());
    }
    if let Some(manifest) = &report.image.origin.manifest {
        tell("image:manifest".into(), &manifest.to_string());
    }
    if let Some(distro) = &report.inventory.distro {
        tell("distro:id".into(), &distro.id);
        tell("distro:version".into(), &distro.version);
        tell("distro:codename".into(), &distro.codename);
        tell("distro:name".into(), &distro.name);
        tell("distro:cpe".into(), &distro.cpe);
        for like in &distro.like {
            tell("distro:like".into(), like);
        }
        tell("distro:extended-support".into(), if distro.extended_support { "true" } else { "" });
        for stream in &distro.streams {
            tell("distro:stream".into(), stream);
        }
    }
    for (number, layer) in report.image.layers.iter().enumerate() {
        let digest = layer.diff_id.as_ref().or(layer.blob.as_ref());
        tell(format!("layer:{number}:digest"), &digest.map_or_else(String::new, ToString::to_string));
        let index = u32::try_from(number).map(model::LayerIndex);
        let instruction = index.ok().and_then(|index| report.image.instruction(index));
        let class = report.layers.get(number).map(|layer| match layer.class {
            LayerClass::Base => "base",
            LayerClass::Middle => "middle",
            LayerClass::App => "app",
        });
        tell(format!("layer:{number}:class"), class.unwrap_or_default());
        tell(format!("layer:{number}:instruction"), instruction.unwrap_or_default());
    }
    properties
}

/// What could not be seen. What could not be judged is judged again.
pub(crate) fn of_gaps(report: &Report) -> Vec<Property> {
    let seen = report.inventory.gaps.iter().filter(|gap| gap.by != AnalyzerId::ADVISORIES);
    let gaps = seen.enumerate();
    let tell = |(number, gap): (usize, &model::Gap)| {
        let path = gap.place.path.to_text();
        [
            property(format!("gap:{number}:kind"), gap.kind.name()),
            property(format!("gap:{number}:path"), &*path),
            property(
                format!("gap:{number}:layer"),
                gap.place.layer.map_or_else(String::new, |layer| layer.0.to_string()),
            ),
            property(format!("gap:{number}:found-by"), &*gap.by.0),
            property(format!("gap:{number}:detail"), &*gap.detail),
        ]
    };
    gaps.flat_map(tell).filter(|property| !property.1.is_empty()).collect()
}

/// Programs that no package owns and nothing names.
pub(crate) fn of_unidentified(report: &Report) -> Vec<Property> {
    let tell = |(number, (item, program)): (usize, (&model::Item, &model::Executable))| {
        let place = &item.fact.place;
        [
            ("path", place.path.to_text().into_owned()),
            ("layer", place.layer.map_or_else(String::new, |layer| layer.0.to_string())),
            ("found-by", item.fact.by.0.to_string()),
            ("format", program.format.name().to_owned()),
            ("digest", program.sha256.as_ref().map_or_else(String::new, ToString::to_string)),
            ("build-id", program.build_id.clone().unwrap_or_default()),
        ]
        .map(|(what, value)| property(format!("unidentified:{number}:{what}"), value))
    };
    let told = report.inventory.unidentified().enumerate().flat_map(tell);
    told.filter(|property| !property.1.is_empty()).collect()
}
