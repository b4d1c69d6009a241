//! SPDX 3.0.1, JSON-LD (SPDX specification 3.0.1: profiles Core, Software and SimpleLicensing).
//!
//! Everything is an element of one graph that refers to others by name. What the standard has no field for stands in
//! annotations, a line for each name and value that begins with `plimsoll:`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use model::{PackageKind, Relation, Report};
use serde::Serialize;

use super::bill::{Bill, Component, is_cpe};
use super::properties::{self, Property};
use super::spdx::{declared, line, told};
use crate::Context;
use crate::json::print;

/// The one element without a name of its own: who made all others, and when.
const CREATION: &str = "_:creation";
/// Nobody has looked.
const UNKNOWN: &str = "NOASSERTION";

/// Writes it.
pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let bill = Bill::new(super::only(reports, "SPDX")?);
    // Any name space will do that no other document has.
    let content = serde_json::to_vec(&Document::new(&bill, context, "")).map_err(io::Error::from)?;
    let space = format!("urn:uuid:{}#", Bill::uuid(&content));
    print::print(&Document::new(&bill, context, &space), out)
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@graph")]
    graph: Vec<Element<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type")]
enum Element<'a> {
    CreationInfo(Creation<'a>),
    SoftwareAgent(Named<'a>),
    Tool(Named<'a>),
    Organization(Named<'a>),
    SpdxDocument(Collection<'a>),
    #[serde(rename = "software_Sbom")]
    Sbom(Collection<'a>),
    #[serde(rename = "software_Package")]
    Package(Box<Package<'a>>),
    Relationship(Relationship),
    Annotation(Annotation),
    #[serde(rename = "simplelicensing_LicenseExpression")]
    Expression(Expression),
    #[serde(rename = "simplelicensing_SimpleLicensingText")]
    Text(Text<'a>),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Creation<'a> {
    #[serde(rename = "@id")]
    id: &'static str,
    spec_version: &'static str,
    created: &'a str,
    created_by: [String; 1],
    created_using: [String; 1],
}

/// What every element but the creation has.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    spdx_id: String,
    creation_info: &'static str,
}

#[derive(Serialize)]
struct Named<'a> {
    #[serde(flatten)]
    head: Head,
    name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Collection<'a> {
    #[serde(flatten)]
    head: Head,
    name: &'a str,
    root_element: [String; 1],
    element: Vec<String>,
    profile_conformance: [&'static str; 3],
    #[serde(rename = "software_sbomType", skip_serializing_if = "Option::is_none")]
    kind: Option<[&'static str; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Package<'a> {
    #[serde(flatten)]
    head: Head,
    name: &'a str,
    #[serde(rename = "software_packageVersion", skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(rename = "software_packageUrl", skip_serializing_if = "Option::is_none")]
    purl: Option<&'a str>,
    #[serde(rename = "software_primaryPurpose")]
    purpose: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    supplied_by: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    external_identifier: Vec<Identifier<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename = "ExternalIdentifier", rename_all = "camelCase")]
struct Identifier<'a> {
    external_identifier_type: &'static str,
    identifier: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Relationship {
    #[serde(flatten)]
    head: Head,
    from: String,
    #[serde(rename = "relationshipType")]
    kind: &'static str,
    to: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completeness: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Annotation {
    #[serde(flatten)]
    head: Head,
    #[serde(rename = "annotationType")]
    kind: &'static str,
    subject: String,
    statement: String,
}

#[derive(Serialize)]
struct Expression {
    #[serde(flatten)]
    head: Head,
    #[serde(rename = "simplelicensing_licenseExpression")]
    spdx: String,
    #[serde(rename = "simplelicensing_customIdToUri", skip_serializing_if = "Vec::is_empty")]
    own: Vec<Entry>,
}

/// Which element has the text of a licence that is not on the SPDX list.
#[derive(Serialize)]
#[serde(tag = "type", rename = "DictionaryEntry")]
struct Entry {
    key: String,
    value: String,
}

#[derive(Serialize)]
struct Text<'a> {
    #[serde(flatten)]
    head: Head,
    name: String,
    #[serde(rename = "simplelicensing_licenseText")]
    whole: &'a str,
}

/// Elements as they come together.
struct Graph<'a, 's> {
    space: &'s str,
    elements: Vec<Element<'a>>,
    ids: Vec<String>,
}

impl Graph<'_, '_> {
    fn id(&self, name: &str) -> String {
        format!("{}{name}", self.space)
    }

    fn head(&mut self, name: &str) -> Head {
        let spdx_id = self.id(name);
        self.ids.push(spdx_id.clone());
        Head { spdx_id, creation_info: CREATION }
    }

    fn relate(
        &mut self,
        name: &str,
        from: String,
        kind: &'static str,
        to: Vec<String>,
        completeness: Option<&'static str>,
    ) {
        if !to.is_empty() {
            let head = self.head(name);
            let relationship = Relationship { head, from, kind, to, completeness };
            self.elements.push(Element::Relationship(relationship));
        }
    }

    fn annotate(&mut self, name: &str, subject: String, properties: Vec<Property>) {
        let lines: Vec<String> =
            properties.into_iter().map(|(name, value)| format!("{name}: {}", line(&value))).collect();
        if !lines.is_empty() {
            let head = self.head(name);
            let annotation = Annotation { head, kind: "other", subject, statement: lines.join("\n") };
            self.elements.push(Element::Annotation(annotation));
        }
    }
}

impl<'a> Document<'a> {
    fn new(bill: &'a Bill<'a>, context: &Context<'a>, space: &str) -> Self {
        let mut graph = Graph { space, elements: Vec::new(), ids: Vec::new() };
        let target = &*bill.report.image.origin.reference;
        let target = if target.is_empty() { "image" } else { target };
        let (agent, tool, image) = (graph.head("Agent"), graph.head("Tool"), graph.head("Image"));
        graph.elements.push(Element::CreationInfo(Creation {
            id: CREATION,
            spec_version: "3.0.1",
            created: context.generated_at,
            created_by: [agent.spdx_id.clone()],
            created_using: [tool.spdx_id.clone()],
        }));
        graph.elements.push(Element::SoftwareAgent(Named { head: agent, name: "plimsoll" }));
        graph.elements.push(Element::Tool(Named { head: tool, name: "plimsoll" }));
        let root = image.spdx_id.clone();
        graph.elements.push(Element::Package(Box::new(Package {
            head: image,
            name: target,
            version: None,
            purl: None,
            purpose: "container",
            supplied_by: None,
            external_identifier: Vec::new(),
        })));
        let mut about = properties::of_image(bill.report);
        about.extend(properties::of_gaps(bill.report));
        about.extend(properties::of_unidentified(bill.report));
        graph.annotate("Image-Annotation", root.clone(), about);

        let vendors = bill.components.iter().filter_map(|component| component.package.vendor.as_deref());
        let vendors: BTreeSet<&str> = vendors.filter(|vendor| !vendor.is_empty()).collect();
        let vendors: BTreeMap<&str, String> = vendors
            .into_iter()
            .enumerate()
            .map(|(number, vendor)| (vendor, format!("Organization-{number}")))
            .collect();
        for (vendor, name) in &vendors {
            let head = graph.head(name);
            graph.elements.push(Element::Organization(Named { head, name: vendor }));
        }
        let suppliers: BTreeMap<&str, String> =
            vendors.iter().map(|(vendor, name)| (*vendor, graph.id(name))).collect();
        for (number, component) in bill.components.iter().enumerate() {
            let head = graph.head(&package_name(number));
            graph.elements.push(Element::Package(Box::new(package(head, component, &suppliers))));
            graph.annotate(&format!("Package-{number}-Annotation"), graph.id(&package_name(number)), told(component));
        }
        licenses(&mut graph, bill);
        relationships(&mut graph, bill, &root);

        let profile_conformance = ["core", "software", "simpleLicensing"];
        let element = graph.ids.clone();
        let (sbom, document) = (graph.head("Sbom"), graph.head("Document"));
        let contained = [element.clone(), vec![sbom.spdx_id.clone()]].concat();
        graph.elements.push(Element::SpdxDocument(Collection {
            head: document,
            name: target,
            root_element: [sbom.spdx_id.clone()],
            element: contained,
            profile_conformance,
            kind: None,
        }));
        graph.elements.push(Element::Sbom(Collection {
            head: sbom,
            name: target,
            root_element: [root],
            element,
            profile_conformance,
            kind: Some(["analyzed"]),
        }));
        Self { context: "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", graph: graph.elements }
    }
}

fn package_name(number: usize) -> String {
    format!("Package-{number}")
}

fn package<'a>(head: Head, component: &'a Component<'a>, suppliers: &BTreeMap<&str, String>) -> Package<'a> {
    let package = component.package;
    let purl = Identifier { external_identifier_type: "packageUrl", identifier: &component.purl };
    let cpe = |cpe: &'a String| Identifier { external_identifier_type: "cpe23", identifier: cpe };
    let cpes = package.cpes.iter().filter(|cpe| cpe.starts_with("cpe:2.3:") && is_cpe(cpe));
    Package {
        head,
        name: &package.name,
        version: Some(&*package.version).filter(|version| !version.is_empty()),
        purl: Some(&component.purl),
        purpose: if package.kind == PackageKind::Generic { "application" } else { "library" },
        supplied_by: package.vendor.as_deref().and_then(|vendor| suppliers.get(vendor).cloned()),
        external_identifier: std::iter::once(purl).chain(cpes.map(cpe)).collect(),
    }
}

/// Each expression once, with the texts that it refers to, and which packages declare it.
fn licenses<'a>(graph: &mut Graph<'a, '_>, bill: &'a Bill<'a>) {
    let mut texts = BTreeMap::new();
    let mut expressions: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, component) in bill.components.iter().enumerate() {
        let expression = declared(component, &mut texts);
        if expression != UNKNOWN {
            expressions.entry(expression).or_default().push(number);
        }
    }
    for (id, text) in &texts {
        let head = graph.head(id);
        graph.elements.push(Element::Text(Text { head, name: id.clone(), whole: text }));
    }
    for (number, (expression, packages)) in expressions.into_iter().enumerate() {
        let words = expression.split(|character: char| character.is_whitespace() || "()+".contains(character));
        let own: BTreeSet<&str> = words.filter(|word| texts.contains_key(*word)).collect();
        let own = own.into_iter().map(|word| Entry { key: word.to_owned(), value: graph.id(word) }).collect();
        let head = graph.head(&format!("License-{number}"));
        let license = head.spdx_id.clone();
        graph.elements.push(Element::Expression(Expression { head, spdx: expression, own }));
        for package in packages {
            let from = graph.id(&package_name(package));
            graph.relate(
                &format!("Package-{package}-License"),
                from,
                "hasDeclaredLicense",
                vec![license.clone()],
                None,
            );
        }
    }
}

/// What the image contains and asks for, and what needs what.
fn relationships(graph: &mut Graph<'_, '_>, bill: &Bill<'_>, root: &str) {
    let ids: Vec<String> = (0..bill.components.len()).map(|number| graph.id(&package_name(number))).collect();
    let seen = if bill.report.inventory.gaps.is_empty() { "complete" } else { "incomplete" };
    graph.relate("Image-Contains", root.to_owned(), "contains", ids.clone(), Some(seen));
    let direct = bill.components.iter().zip(&ids).filter(|(component, _)| component.relation == Relation::Direct);
    let direct = direct.map(|(_, id)| id.clone()).collect();
    graph.relate("Image-Needs", root.to_owned(), "dependsOn", direct, None);
    for (number, component) in bill.components.iter().enumerate() {
        let needs = component.needs.iter().filter_map(|&other| ids.get(other).cloned()).collect();
        graph.relate(&format!("Package-{number}-Needs"), graph.id(&package_name(number)), "dependsOn", needs, None);
    }
}
