//! SPDX 2.3, JSON and tag-value (SPDX specification 2.3; ISO/IEC 5962 is its version 2.2.1).
//!
//! Packages come without files (`FilesAnalyzed: false`). What the standard has no field for stands in annotations, a line
//! for each name and value that begins with `plimsoll:`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use model::{Digest, PackageKind, Relation, Report};
use serde::Serialize;

use super::bill::{Bill, Component, is_cpe};
use super::licenses::{self, Declared};
use super::properties::{self, Property};
use crate::Context;
use crate::clean::clean_line;
use crate::json::print;

const DOCUMENT: &str = "SPDXRef-DOCUMENT";
const IMAGE: &str = "SPDXRef-Image";
/// Nobody has looked.
const UNKNOWN: &str = "NOASSERTION";

/// Writes JSON.
pub(crate) fn write_json(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let bill = Bill::new(super::only(reports, "SPDX")?);
    print::print(&Document::new(&bill, context)?, out)
}

/// Writes tag-value.
pub(crate) fn write_tags(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let bill = Bill::new(super::only(reports, "SPDX")?);
    Document::new(&bill, context)?.tags(out)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    spdx_version: &'static str,
    data_license: &'static str,
    #[serde(rename = "SPDXID")]
    id: &'static str,
    name: String,
    #[serde(rename = "documentNamespace")]
    namespace: String,
    creation_info: Creation<'a>,
    packages: Vec<Package<'a>>,
    #[serde(rename = "hasExtractedLicensingInfos", skip_serializing_if = "Vec::is_empty")]
    licenses: Vec<Extracted<'a>>,
    relationships: Vec<Relationship>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    annotations: Vec<Annotation<'a>>,
}

#[derive(Serialize)]
struct Creation<'a> {
    created: &'a str,
    creators: [String; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Package<'a> {
    #[serde(rename = "SPDXID")]
    id: String,
    name: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_info: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    supplier: Option<String>,
    download_location: &'static str,
    files_analyzed: bool,
    license_concluded: &'static str,
    license_declared: String,
    copyright_text: &'static str,
    primary_package_purpose: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    external_refs: Vec<Reference<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    annotations: Vec<Annotation<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reference<'a> {
    #[serde(rename = "referenceCategory")]
    category: &'static str,
    #[serde(rename = "referenceType")]
    kind: &'static str,
    #[serde(rename = "referenceLocator")]
    locator: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Annotation<'a> {
    #[serde(rename = "annotationDate")]
    date: &'a str,
    #[serde(rename = "annotationType")]
    kind: &'static str,
    annotator: String,
    comment: String,
}

/// A licence that is not on the SPDX list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Extracted<'a> {
    #[serde(rename = "licenseId")]
    id: String,
    name: &'a str,
    #[serde(rename = "extractedText")]
    text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Relationship {
    #[serde(rename = "spdxElementId")]
    from: String,
    #[serde(rename = "relationshipType")]
    kind: &'static str,
    #[serde(rename = "relatedSpdxElement")]
    to: String,
}

impl<'a> Document<'a> {
    fn new(bill: &'a Bill<'a>, context: &'a Context<'_>) -> io::Result<Self> {
        let target = &*bill.report.image.origin.reference;
        let name = if target.is_empty() { "image".to_owned() } else { target.to_owned() };
        let creator = format!("Tool: plimsoll-{}", context.version);
        let annotation = |properties: Vec<Property>| {
            let lines = properties.into_iter().map(|(name, value)| format!("{name}: {}", line(&value)));
            let comment = lines.collect::<Vec<_>>().join("\n");
            (!comment.is_empty()).then(|| Annotation {
                date: context.generated_at,
                kind: "OTHER",
                annotator: creator.clone(),
                comment,
            })
        };
        let mut licenses = BTreeMap::new();
        let mut packages = vec![Package { id: IMAGE.into(), name: name.clone().into(), ..Package::unknown() }];
        let mut relationships = vec![Relationship::new(DOCUMENT, "DESCRIBES", IMAGE)];
        for (number, component) in bill.components.iter().enumerate() {
            let id = id(number);
            relationships.push(Relationship::new(IMAGE, "CONTAINS", &*id));
            if component.relation == Relation::Direct {
                relationships.push(Relationship::new(IMAGE, "DEPENDS_ON", &*id));
            }
            relationships
                .extend(component.needs.iter().map(|&other| Relationship::new(&*id, "DEPENDS_ON", self::id(other))));
            packages.push(Package {
                name: Cow::Borrowed(&component.package.name),
                version_info: Some(&*component.package.version).filter(|version| !version.is_empty()),
                supplier: component.package.vendor.as_ref().map(|vendor| format!("Organization: {}", line(vendor))),
                license_declared: declared(component, &mut licenses),
                primary_package_purpose: match component.package.kind {
                    PackageKind::Generic => "APPLICATION",
                    _ => "LIBRARY",
                },
                external_refs: references(component),
                annotations: annotation(told(component)).into_iter().collect(),
                id,
                ..Package::unknown()
            });
        }
        let extracted = |(id, text)| Extracted { id, name: text, text };
        let mut about = properties::of_image(bill.report);
        about.extend(properties::of_gaps(bill.report));
        about.extend(properties::of_unidentified(bill.report));
        let mut document = Self {
            spdx_version: "SPDX-2.3",
            data_license: "CC0-1.0",
            id: DOCUMENT,
            name,
            namespace: String::new(),
            creation_info: Creation { created: context.generated_at, creators: [creator.clone()] },
            packages,
            licenses: licenses.into_iter().map(extracted).collect(),
            relationships,
            annotations: annotation(about).into_iter().collect(),
        };
        // Any name will do that no other document has.
        let content = serde_json::to_vec(&document).map_err(io::Error::from)?;
        document.namespace = format!("urn:uuid:{}", Bill::uuid(&content));
        Ok(document)
    }

    fn tags(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "SPDXVersion: {}", self.spdx_version)?;
        writeln!(out, "DataLicense: {}", self.data_license)?;
        writeln!(out, "SPDXID: {}", self.id)?;
        writeln!(out, "DocumentName: {}", clean_line(&line(&self.name)))?;
        writeln!(out, "DocumentNamespace: {}", self.namespace)?;
        writeln!(out, "Creator: {}", self.creation_info.creators[0])?;
        writeln!(out, "Created: {}", self.creation_info.created)?;
        annotations(out, self.id, &self.annotations)?;
        for package in &self.packages {
            writeln!(out, "\nPackageName: {}", clean_line(&line(&package.name)))?;
            writeln!(out, "SPDXID: {}", package.id)?;
            if let Some(version) = package.version_info {
                writeln!(out, "PackageVersion: {}", clean_line(&line(version)))?;
            }
            if let Some(supplier) = &package.supplier {
                writeln!(out, "PackageSupplier: {}", clean_line(supplier))?;
            }
            writeln!(out, "PackageDownloadLocation: {}", package.download_location)?;
            writeln!(out, "FilesAnalyzed: {}", package.files_analyzed)?;
            writeln!(out, "PackageLicenseConcluded: {}", package.license_concluded)?;
            writeln!(out, "PackageLicenseDeclared: {}", package.license_declared)?;
            writeln!(out, "PackageCopyrightText: {}", package.copyright_text)?;
            writeln!(out, "PrimaryPackagePurpose: {}", package.primary_package_purpose)?;
            for Reference { category, kind, locator } in &package.external_refs {
                writeln!(out, "ExternalRef: {category} {kind} {}", clean_line(locator))?;
            }
            annotations(out, &package.id, &package.annotations)?;
        }
        for license in &self.licenses {
            writeln!(out, "\nLicenseID: {}", license.id)?;
            writeln!(out, "LicenseName: {}", clean_line(&line(license.name)))?;
            writeln!(out, "ExtractedText: {}", text(license.text))?;
        }
        writeln!(out)?;
        for Relationship { from, kind, to } in &self.relationships {
            writeln!(out, "Relationship: {from} {kind} {to}")?;
        }
        Ok(())
    }
}

impl Package<'_> {
    fn unknown() -> Self {
        Self {
            id: String::new(),
            name: Cow::Borrowed(""),
            version_info: None,
            supplier: None,
            download_location: UNKNOWN,
            files_analyzed: false,
            license_concluded: UNKNOWN,
            license_declared: UNKNOWN.into(),
            copyright_text: UNKNOWN,
            primary_package_purpose: "CONTAINER",
            external_refs: Vec::new(),
            annotations: Vec::new(),
        }
    }
}

impl Relationship {
    fn new(from: impl Into<String>, kind: &'static str, to: impl Into<String>) -> Self {
        Self { from: from.into(), kind, to: to.into() }
    }
}

fn id(number: usize) -> String {
    format!("SPDXRef-Package-{number}")
}

/// One expression of all declared licences; those that are none are written down at the end of the document.
pub(super) fn declared<'a>(component: &Component<'a>, licenses: &mut BTreeMap<String, &'a str>) -> String {
    let texts = component.licenses.iter().copied().filter(|text| !text.trim().is_empty());
    let parts: Vec<String> = texts
        .map(|declared| match licenses::read(declared) {
            Declared::Id(id) => id.to_owned(),
            // Other documents and additions of one's own are not of this version.
            Declared::Expression(text) if !text.contains("DocumentRef-") && !text.contains("AdditionRef-") => {
                let words = text.split(|character: char| character.is_whitespace() || "()+".contains(character));
                // What a reference stands for is all that was declared.
                let own = words.filter(|word| word.starts_with("LicenseRef-"));
                licenses.extend(own.map(|word| (word.into(), referred(declared, word))));
                format!("({text})")
            }
            Declared::Expression(_) | Declared::Name(_) => {
                let id = format!("LicenseRef-{}", Digest::sha256(declared.as_bytes()).short());
                licenses.insert(id.clone(), declared);
                id
            }
        })
        .collect();
    match &*parts {
        [] => UNKNOWN.into(),
        [one] => one.strip_prefix('(').and_then(|one| one.strip_suffix(')')).unwrap_or(one).to_owned(),
        several => several.join(" AND "),
    }
}

/// The text behind a reference: the reference itself, where that is how it was declared.
fn referred<'a>(declared: &'a str, reference: &str) -> &'a str {
    declared.find(reference).map_or(declared, |at| &declared[at..at + reference.len()])
}

/// The properties of a component, with its licences where they cannot be read back from one expression.
pub(super) fn told(component: &Component<'_>) -> Vec<Property> {
    let mut told = properties::of_component(component);
    let is_kept = |text: &&str| match licenses::read(text) {
        Declared::Name(_) => false,
        declared => declared.is_verbatim(text),
    };
    if component.licenses.len() > 1 || !component.licenses.iter().all(is_kept) {
        let licenses = component.licenses.iter();
        told.extend(licenses.map(|license| ("plimsoll:license".to_owned(), (*license).to_owned())));
    }
    told
}

fn references<'a>(component: &'a Component<'_>) -> Vec<Reference<'a>> {
    let purl = Reference { category: "PACKAGE-MANAGER", kind: "purl", locator: &component.purl };
    let cpe = |cpe: &'a String| Reference { category: "SECURITY", kind: "cpe23Type", locator: cpe };
    std::iter::once(purl)
        .chain(component.package.cpes.iter().filter(|cpe| cpe.starts_with("cpe:2.3:") && is_cpe(cpe)).map(cpe))
        .collect()
}

fn annotations(out: &mut dyn Write, about: &str, annotations: &[Annotation<'_>]) -> io::Result<()> {
    for Annotation { date, kind, annotator, comment } in annotations {
        writeln!(out, "Annotator: {annotator}")?;
        writeln!(out, "AnnotationDate: {date}")?;
        writeln!(out, "AnnotationType: {kind}")?;
        writeln!(out, "SPDXREF: {about}")?;
        writeln!(out, "AnnotationComment: {}", text(comment))?;
    }
    Ok(())
}

/// A value for one line.
pub(super) fn line(value: &str) -> Cow<'_, str> {
    if value.contains(char::is_control) {
        value.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
    } else {
        Cow::Borrowed(value)
    }
}

/// A value of several lines, each of them safe to show. What would end it early is taken apart.
fn text(value: &str) -> String {
    let lines: Vec<Cow<'_, str>> = value.split('\n').map(clean_line).collect();
    format!("<text>{}</text>", lines.join("\n").replace("</text>", "</ text>"))
}
