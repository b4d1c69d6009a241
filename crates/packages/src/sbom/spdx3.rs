//! SPDX 3.0, JSON-LD (SPDX specification 3.0.1, profiles Core, Software and SimpleLicensing): a graph of elements that refer
//! to each other by name.

use std::collections::HashMap;
use std::fmt;

use model::Unreadable;
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};

use super::spdx::{comment, license};
use super::{Bill, Draft, Entry, Properties, Role, assemble};
use crate::syntax::json::{self, Items, Text, object, otherwise_default};

object! {
    struct Document<'a> {
        "@graph" => graph: Items<Element<'a>>,
    }
}

object! {
    /// An element of any kind.
    struct Element<'a> {
        "type" => kind: Text<'a>,
        "spdxId" => id: Text<'a>,
        "name" => name: Text<'a>,
        "specVersion" => standard: Text<'a>,
        "rootElement" => roots: Names,
        "software_packageVersion" => version: Text<'a>,
        "software_packageUrl" => purl: Text<'a>,
        "software_primaryPurpose" => purpose: Text<'a>,
        "suppliedBy" => supplier: Text<'a>,
        "externalIdentifier" => identifiers: Items<Identifier<'a>>,
        "from" => from: Text<'a>,
        "relationshipType" => relation: Text<'a>,
        "to" => to: Names,
        "subject" => subject: Text<'a>,
        "statement" => statement: Text<'a>,
        "simplelicensing_licenseExpression" => license: Text<'a>,
    }
}

object! {
    struct Identifier<'a> {
        "externalIdentifierType" => kind: Text<'a>,
        "identifier" => value: Text<'a>,
    }
}

/// Names of elements: one, or a list of them.
#[derive(Default)]
struct Names(Vec<String>);

impl<'a> Deserialize<'a> for Names {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsNames;
        impl<'de> Visitor<'de> for AsNames {
            type Value = Names;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("names of elements")
            }
            fn visit_str<E>(self, text: &str) -> Result<Names, E> {
                Ok(Names(vec![text.to_owned()]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = list.next_element::<Text<'de>>()? {
                    names.push(name.get().to_owned());
                }
                Ok(Names(names))
            }
            otherwise_default!(bool number null object);
        }
        deserializer.deserialize_any(AsNames)
    }
}

pub(super) fn read(text: &[u8]) -> Result<Bill, Unreadable> {
    let document: Document<'_> = json::parse_large(text)?;
    let graph = &document.graph.0;
    let of_kind = |kind: &'static str| graph.iter().filter(move |element| element.kind.get() == kind);
    let version = of_kind("CreationInfo").map(|element| element.standard.get()).find(|version| !version.is_empty());
    let names: HashMap<&str, &str> =
        graph.iter().map(|element| (element.id.get(), element.name.get())).filter(|(id, _)| !id.is_empty()).collect();
    let root = root(graph);
    let mut draft = Draft {
        standard: format!("SPDX {}", version.unwrap_or("3")),
        subject: names.get(&*root).copied().unwrap_or_default().to_owned(),
        ..Draft::default()
    };
    let mut told: HashMap<&str, Properties> = HashMap::new();
    for annotation in of_kind("Annotation") {
        comment(told.entry(annotation.subject.get()).or_default(), annotation.statement.get());
    }
    draft.properties = told.remove(&*root).unwrap_or_default();
    let licenses: HashMap<&str, &str> = graph
        .iter()
        .map(|element| (element.id.get(), element.license.get()))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    let mut declared: HashMap<&str, Vec<String>> = HashMap::new();
    for relationship in graph {
        let from = relationship.from.get();
        match relationship.relation.get() {
            "dependsOn" => {
                draft.needs.extend(relationship.to.0.iter().map(|to| (from.to_owned(), to.clone())));
            }
            "hasDeclaredLicense" => {
                let texts = relationship.to.0.iter().filter_map(|to| licenses.get(&**to));
                declared.entry(from).or_default().extend(texts.flat_map(|text| license(text)));
            }
            _ => {}
        }
    }
    for package in of_kind("software_Package") {
        let id = package.id.get();
        let mut entry = Entry {
            reference: id.to_owned(),
            purl: package.purl.get().to_owned(),
            name: package.name.get().to_owned(),
            version: package.version.get().to_owned(),
            vendor: names.get(package.supplier.get()).copied().unwrap_or_default().to_owned(),
            licenses: declared.remove(id).unwrap_or_default(),
            role: role(package.purpose.get()),
            properties: told.remove(id).unwrap_or_default(),
            ..Entry::default()
        };
        for identifier in &package.identifiers.0 {
            match identifier.kind.get() {
                "packageUrl" if entry.purl.is_empty() => identifier.value.get().clone_into(&mut entry.purl),
                "cpe22" | "cpe23" => entry.cpes.push(identifier.value.get().to_owned()),
                _ => {}
            }
        }
        draft.entries.push(entry);
    }
    draft.root = root;
    Ok(assemble::assemble(draft))
}

/// What the bill is about: the root of the bill that is the root of the document, or that at once.
fn root(graph: &[Element<'_>]) -> String {
    let first = |kind: &str| {
        let element = graph.iter().find(|element| element.kind.get() == kind)?;
        element.roots.0.first().cloned()
    };
    first("software_Sbom").or_else(|| first("SpdxDocument")).unwrap_or_default()
}

fn role(purpose: &str) -> Role {
    match purpose {
        "operatingSystem" => Role::System,
        "container" | "file" | "archive" | "device" => Role::Other,
        _ => Role::Package,
    }
}
