//! CycloneDX, JSON, all versions (ECMA-424; the specification's JSON reference). Components within components count as
//! components.

use model::{Presence, Unreadable};

use super::{Bill, Draft, Entry, Properties, Role, assemble};
use crate::syntax::json::{self, Items, Text, object};

object! {
    struct Document<'a> {
        "specVersion" => version: Text<'a>,
        "metadata" => metadata: Metadata<'a>,
        "components" => components: Items<Component<'a>>,
        "dependencies" => dependencies: Items<Dependency<'a>>,
    }
}

object! {
    struct Metadata<'a> {
        "component" => component: Component<'a>,
        "properties" => properties: Items<Property<'a>>,
    }
}

object! {
    struct Component<'a> {
        "type" => kind: Text<'a>,
        "bom-ref" => reference: Text<'a>,
        "publisher" => publisher: Text<'a>,
        "group" => group: Text<'a>,
        "name" => name: Text<'a>,
        "version" => version: Text<'a>,
        "scope" => scope: Text<'a>,
        "licenses" => licenses: Items<License<'a>>,
        "cpe" => cpe: Text<'a>,
        "purl" => purl: Text<'a>,
        "evidence" => evidence: Evidence<'a>,
        "components" => components: Items<Component<'a>>,
        "properties" => properties: Items<Property<'a>>,
    }
}

object! {
    struct License<'a> {
        "license" => license: Named<'a>,
        "expression" => expression: Text<'a>,
    }
}

object! {
    struct Named<'a> {
        "id" => id: Text<'a>,
        "name" => name: Text<'a>,
    }
}

object! {
    struct Evidence<'a> {
        "occurrences" => occurrences: Items<Occurrence<'a>>,
    }
}

object! {
    struct Occurrence<'a> {
        "location" => location: Text<'a>,
    }
}

object! {
    struct Property<'a> {
        "name" => name: Text<'a>,
        "value" => value: Text<'a>,
    }
}

object! {
    struct Dependency<'a> {
        "ref" => reference: Text<'a>,
        "dependsOn" => needs: Items<Text<'a>>,
    }
}

pub(super) fn read(text: &[u8]) -> Result<Bill, Unreadable> {
    let document: Document<'_> = json::parse_large(text)?;
    let mut draft = Draft {
        standard: format!("CycloneDX {}", document.version.get()),
        subject: document.metadata.component.name.get().to_owned(),
        root: document.metadata.component.reference.get().to_owned(),
        properties: properties(&document.metadata.component.properties),
        ..Draft::default()
    };
    for property in &document.metadata.properties.0 {
        draft.properties.add(property.name.get(), property.value.get());
    }
    let mut waiting: Vec<Component<'_>> = document.metadata.component.components.0;
    waiting.extend(document.components.0);
    waiting.reverse();
    while let Some(component) = waiting.pop() {
        draft.entries.push(entry(&component));
        waiting.extend(component.components.0.into_iter().rev());
    }
    for dependency in &document.dependencies.0 {
        let needs = dependency.needs.0.iter().map(|other| (dependency.reference.get(), other.get()));
        draft.needs.extend(needs.map(|(from, to)| (from.to_owned(), to.to_owned())));
    }
    Ok(assemble::assemble(draft))
}

fn entry(component: &Component<'_>) -> Entry {
    let text = |text: &Text<'_>| text.get().to_owned();
    let licenses = component.licenses.0.iter().filter_map(|license| {
        let named = [&license.license.id, &license.license.name, &license.expression];
        named.into_iter().map(Text::get).find(|name| !name.is_empty()).map(str::to_owned)
    });
    Entry {
        reference: text(&component.reference),
        purl: text(&component.purl),
        group: text(&component.group),
        name: text(&component.name),
        version: text(&component.version),
        vendor: text(&component.publisher),
        licenses: licenses.collect(),
        cpes: Some(text(&component.cpe)).filter(|cpe| !cpe.is_empty()).into_iter().collect(),
        role: role(component.kind.get()),
        presence: presence(component.scope.get()),
        paths: component.evidence.occurrences.0.iter().map(|occurrence| text(&occurrence.location)).collect(),
        properties: properties(&component.properties),
    }
}

/// What a type of components stands for.
pub(super) fn role(kind: &str) -> Role {
    match kind {
        "operating-system" => Role::System,
        "file" | "container" | "data" | "device" | "platform" => Role::Other,
        _ => Role::Package,
    }
}

/// What a scope says of the presence.
pub(super) fn presence(scope: &str) -> Option<Presence> {
    match scope {
        "optional" => Some(Presence::DeclaredOptional),
        "excluded" => Some(Presence::DeclaredForDevelopment),
        _ => None,
    }
}

fn properties(list: &Items<Property<'_>>) -> Properties {
    let mut properties = Properties::default();
    for property in &list.0 {
        properties.add(property.name.get(), property.value.get());
    }
    properties
}
