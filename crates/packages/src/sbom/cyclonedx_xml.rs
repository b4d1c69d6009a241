//! CycloneDX, XML, all versions (the specification's XML schemas): what `cyclonedx` reads as JSON. Needs are elements within
//! one another here.

use model::Unreadable;

use super::cyclonedx::{presence, role};
use super::{Bill, Draft, Entry, Properties, assemble};
use crate::syntax::xml::{self, Element};

pub(super) fn read(text: &[u8]) -> Result<Bill, Unreadable> {
    let bom = xml::parse_large(text)?;
    if bom.name() != "bom" {
        return Err(super::unknown());
    }
    let nothing = Element::default();
    let metadata = bom.child("metadata").unwrap_or(&nothing);
    let subject = metadata.child("component").unwrap_or(&nothing);
    let mut draft = Draft {
        standard: format!("CycloneDX {}", version(&bom)).trim_end().to_owned(),
        subject: subject.text_of("name").to_owned(),
        root: subject.attribute("bom-ref").to_owned(),
        ..Draft::default()
    };
    add_properties(&mut draft.properties, subject);
    add_properties(&mut draft.properties, metadata);
    let mut waiting: Vec<&Element> = Vec::new();
    wait_for_components(&mut waiting, &bom);
    wait_for_components(&mut waiting, subject);
    while let Some(component) = waiting.pop() {
        draft.entries.push(entry(component));
        wait_for_components(&mut waiting, component);
    }
    for dependency in bom.child("dependencies").iter().flat_map(|list| list.all("dependency")) {
        let from = dependency.attribute("ref");
        let needs = dependency.all("dependency").map(|other| (from.to_owned(), other.attribute("ref").to_owned()));
        draft.needs.extend(needs);
    }
    Ok(assemble::assemble(draft))
}

/// The version of the specification stands in the name of the name space only.
fn version(bom: &Element) -> &str {
    bom.attribute("xmlns").rsplit_once('/').map_or("", |(_, version)| version)
}

/// Components directly in an element, so that the first one is taken first.
fn wait_for_components<'a>(waiting: &mut Vec<&'a Element>, within: &'a Element) {
    let from = waiting.len();
    waiting.extend(within.child("components").iter().flat_map(|list| list.all("component")));
    waiting[from..].reverse();
}

fn entry(component: &Element) -> Entry {
    let text = |name: &str| component.text_of(name).to_owned();
    let licenses = component.child("licenses").map_or(&[][..], Element::children).iter().filter_map(|license| {
        let named = [license.text_of("id"), license.text_of("name"), license.text()];
        named.into_iter().find(|name| !name.is_empty()).map(str::to_owned)
    });
    let evidence = component.child("evidence").and_then(|evidence| evidence.child("occurrences"));
    let mut entry = Entry {
        reference: component.attribute("bom-ref").to_owned(),
        purl: text("purl"),
        group: text("group"),
        name: text("name"),
        version: text("version"),
        vendor: text("publisher"),
        licenses: licenses.collect(),
        cpes: Some(text("cpe")).filter(|cpe| !cpe.is_empty()).into_iter().collect(),
        role: role(component.attribute("type")),
        presence: presence(component.text_of("scope")),
        paths: evidence
            .iter()
            .flat_map(|list| list.all("occurrence"))
            .map(|at| at.text_of("location").into())
            .collect(),
        properties: Properties::default(),
    };
    add_properties(&mut entry.properties, component);
    entry
}

fn add_properties(properties: &mut Properties, of: &Element) {
    for property in of.child("properties").iter().flat_map(|list| list.all("property")) {
        properties.add(property.attribute("name"), property.text());
    }
}
