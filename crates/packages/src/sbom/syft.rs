//! Syft's own JSON (its schema, versions 3 to 16), which tells most of all that Syft writes.

use std::collections::HashMap;

use model::Unreadable;

use super::{Bill, Draft, Entry, Properties, assemble};
use crate::syntax::json::{self, Entries, Items, Licenses, Text, object};

object! {
    struct Document<'a> {
        "artifacts" => artifacts: Items<Artifact<'a>>,
        "artifactRelationships" => relationships: Items<Relationship<'a>>,
        "source" => source: Source<'a>,
        "distro" => distro: Release<'a>,
        "descriptor" => descriptor: Descriptor<'a>,
        "schema" => schema: Schema<'a>,
    }
}

object! {
    struct Descriptor<'a> {
        "name" => name: Text<'a>,
        "configuration" => configuration: Configuration<'a>,
    }
}

object! {
    /// What the schema has no field for, as bills of our own carry it: by artifact, and for the image under no name.
    struct Configuration<'a> {
        "properties" => properties: Entries<'a, Items<Items<Text<'a>>>>,
    }
}

object! {
    struct Artifact<'a> {
        "id" => id: Text<'a>,
        "name" => name: Text<'a>,
        "version" => version: Text<'a>,
        "purl" => purl: Text<'a>,
        "licenses" => licenses: Items<License<'a>>,
        "cpes" => cpes: Items<Cpe<'a>>,
        "locations" => locations: Items<Location<'a>>,
        "metadata" => metadata: Metadata<'a>,
    }
}

object! {
    /// An object since version 10; a text before.
    struct License<'a> {
        "value" => value: Text<'a>,
    }
}

object! {
    /// An object since version 16; a text before.
    struct Cpe<'a> {
        "cpe" => cpe: Text<'a>,
    }
}

object! {
    struct Location<'a> {
        "path" => path: Text<'a>,
    }
}

object! {
    struct Metadata<'a> {
        "source" => source: Text<'a>,
        "sourceVersion" => source_version: Text<'a>,
        "sourceRpm" => source_rpm: Text<'a>,
        "originPackage" => origin: Text<'a>,
        "modularityLabel" => module: Text<'a>,
        "maintainer" => maintainer: Text<'a>,
        "vendor" => vendor: Text<'a>,
    }
}

object! {
    struct Relationship<'a> {
        "parent" => parent: Text<'a>,
        "child" => child: Text<'a>,
        "type" => kind: Text<'a>,
    }
}

object! {
    struct Source<'a> {
        "name" => name: Text<'a>,
    }
}

object! {
    struct Release<'a> {
        "id" => id: Text<'a>,
        "versionID" => version: Text<'a>,
        "versionCodename" => codename: Text<'a>,
        "prettyName" => name: Text<'a>,
        "cpeName" => cpe: Text<'a>,
        "idLike" => like: Licenses,
    }
}

object! {
    struct Schema<'a> {
        "version" => version: Text<'a>,
    }
}

pub(super) fn read(text: &[u8]) -> Result<Bill, Unreadable> {
    let document: Document<'_> = json::parse_large(text)?;
    let mut draft = Draft {
        standard: format!("Syft JSON {}", document.schema.version.get()),
        subject: document.source.name.get().to_owned(),
        ..Draft::default()
    };
    let mut told: HashMap<&str, Properties> = HashMap::new();
    if document.descriptor.name.get() == "plimsoll" {
        for (of, properties) in &document.descriptor.configuration.properties.0 {
            let told = told.entry(of.get()).or_default();
            for property in &properties.0 {
                if let [name, value] = &*property.0 {
                    told.add(name.get(), value.get());
                }
            }
        }
    }
    draft.properties = told.remove("").unwrap_or_default();
    // Bills of our own have said it.
    if draft.properties.get("plimsoll:distro:id").is_none() {
        let Release { id, version, codename, name, cpe, like } = &document.distro;
        for (field, value) in [("id", id), ("version", version), ("codename", codename), ("name", name), ("cpe", cpe)] {
            draft.properties.add(&format!("plimsoll:distro:{field}"), value.get());
        }
        for like in &like.0 {
            draft.properties.add("plimsoll:distro:like", like);
        }
    }
    for artifact in &document.artifacts.0 {
        let text = |text: &Text<'_>| text.get().to_owned();
        let metadata = &artifact.metadata;
        let vendor = if metadata.vendor.get().is_empty() { &metadata.maintainer } else { &metadata.vendor };
        let mut entry = Entry {
            reference: text(&artifact.id),
            purl: text(&artifact.purl),
            name: text(&artifact.name),
            version: text(&artifact.version),
            vendor: text(vendor),
            licenses: artifact.licenses.0.iter().map(|license| text(&license.value)).collect(),
            cpes: artifact.cpes.0.iter().map(|cpe| text(&cpe.cpe)).collect(),
            paths: artifact.locations.0.iter().map(|location| text(&location.path)).collect(),
            properties: told.remove(artifact.id.get()).unwrap_or_default(),
            ..Entry::default()
        };
        entry.licenses.retain(|license| !license.is_empty());
        entry.cpes.retain(|cpe| !cpe.is_empty());
        for (field, value) in [
            ("source", &metadata.source),
            ("sourceVersion", &metadata.source_version),
            ("sourceRpm", &metadata.source_rpm),
            ("originPackage", &metadata.origin),
            ("modularityLabel", &metadata.module),
        ] {
            entry.properties.add(&format!("syft:metadata:{field}"), value.get());
        }
        draft.entries.push(entry);
    }
    for Relationship { parent, child, kind } in &document.relationships.0 {
        // The parent is the dependency of the child.
        if kind.get() == "dependency-of" {
            draft.needs.push((child.get().to_owned(), parent.get().to_owned()));
        }
    }
    Ok(assemble::assemble(draft))
}
