//! CycloneDX 1.4 to 1.7: `vulnerabilities[]` with an `analysis`, about components of the same document (`affects[].ref`,
//! either a `bom-ref` or a BOM-Link to it).
//!
//! Where the document describes a container image, its statements are about the components of that image and of no other.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use model::VexStatus;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::product::{Component, Product};
use super::{Document, Reading, Statement, name, sentence};

#[derive(Deserialize)]
struct Bom<'a> {
    #[serde(rename = "bomFormat", borrow)]
    format: Cow<'a, str>,
    #[serde(rename = "serialNumber", default, borrow)]
    serial: Cow<'a, str>,
    #[serde(borrow)]
    metadata: Option<Metadata<'a>>,
    #[serde(default, borrow)]
    components: Vec<RawComponent<'a>>,
    #[serde(default, borrow)]
    vulnerabilities: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow)]
    timestamp: Option<Cow<'a, str>>,
    #[serde(borrow)]
    component: Option<RawComponent<'a>>,
    #[serde(default, borrow)]
    authors: Vec<Contact<'a>>,
    #[serde(borrow)]
    supplier: Option<Contact<'a>>,
    #[serde(borrow)]
    manufacturer: Option<Contact<'a>>,
}

#[derive(Deserialize)]
struct Contact<'a> {
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct RawComponent<'a> {
    #[serde(rename = "bom-ref", borrow)]
    reference: Option<Cow<'a, str>>,
    #[serde(rename = "type", default, borrow)]
    kind: Cow<'a, str>,
    #[serde(default, borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    version: Option<Cow<'a, str>>,
    #[serde(borrow)]
    purl: Option<Cow<'a, str>>,
    #[serde(borrow)]
    cpe: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    hashes: Vec<Hash<'a>>,
    #[serde(default, borrow)]
    components: Vec<RawComponent<'a>>,
}

#[derive(Deserialize)]
struct Hash<'a> {
    #[serde(rename = "alg", borrow)]
    algorithm: Cow<'a, str>,
    #[serde(borrow)]
    content: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Vulnerability<'a> {
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    references: Vec<OtherId<'a>>,
    #[serde(borrow)]
    analysis: Option<Analysis<'a>>,
    #[serde(borrow)]
    updated: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    affects: Vec<Affected<'a>>,
}

#[derive(Deserialize)]
struct OtherId<'a> {
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Analysis<'a> {
    #[serde(borrow)]
    state: Option<Cow<'a, str>>,
    #[serde(borrow)]
    justification: Option<Cow<'a, str>>,
    #[serde(borrow)]
    detail: Option<Cow<'a, str>>,
    #[serde(rename = "firstIssued", borrow)]
    first_issued: Option<Cow<'a, str>>,
    #[serde(rename = "lastUpdated", borrow)]
    last_updated: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Affected<'a> {
    #[serde(rename = "ref", borrow)]
    reference: Cow<'a, str>,
    #[serde(default, borrow)]
    versions: Vec<Version<'a>>,
}

#[derive(Deserialize)]
struct Version<'a> {
    #[serde(borrow)]
    version: Option<Cow<'a, str>>,
    #[serde(borrow)]
    status: Option<Cow<'a, str>>,
}

pub(super) fn read(text: &str, document: Document) -> Result<Reading, serde_json::Error> {
    let bom: Bom = serde_json::from_str(text)?;
    if bom.format != "CycloneDX" {
        return Err(serde::de::Error::custom(format!("its format is {:?}", bom.format)));
    }
    let metadata = bom.metadata.as_ref();
    let document = Arc::new(Document {
        id: name(&bom.serial).unwrap_or_default(),
        author: metadata.and_then(Metadata::author).unwrap_or_else(|| super::author("")),
        format: "CycloneDX",
        ..document
    });
    let mut reading = Reading::default();
    let made = metadata.and_then(|metadata| metadata.timestamp.as_deref());
    let made = reading.time(&document, "metadata.timestamp", made);
    let parts = Parts::new(&bom, &document, &mut reading);
    for (index, raw) in bom.vulnerabilities.iter().enumerate() {
        let place = format!("vulnerabilities[{index}]");
        let parsed = serde_json::from_str::<Vulnerability>(raw.get()).map_err(|error| error.to_string());
        match parsed.and_then(|vulnerability| statement(&vulnerability, &place, &document, &parts, &mut reading)) {
            Ok(Some(statement)) => reading.keep(Statement { timestamp: statement.timestamp.or(made), ..statement }),
            // A bill of materials may list vulnerabilities that nobody has analysed.
            Ok(None) => {}
            Err(why) => reading.refuse(&document, &place, why),
        }
    }
    Ok(reading)
}

impl Metadata<'_> {
    fn author(&self) -> Option<String> {
        let contacts = self.authors.iter().chain(&self.supplier).chain(&self.manufacturer);
        contacts.into_iter().find_map(|contact| name(contact.name.as_deref()?))
    }
}

/// The components of the document by their `bom-ref`.
struct Parts<'a> {
    /// `urn:cdx:` and the serial number, as a BOM-Link to this document begins.
    link: Option<String>,
    by_reference: HashMap<&'a str, Arc<Component>>,
    /// The container image that the document describes.
    image: Option<Arc<Component>>,
    image_reference: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn new(bom: &'a Bom<'a>, document: &Document, reading: &mut Reading) -> Self {
        let root = bom.metadata.as_ref().and_then(|metadata| metadata.component.as_ref());
        let mut by_reference = HashMap::new();
        let mut left: Vec<&RawComponent> = bom.components.iter().chain(root).collect();
        while let Some(raw) = left.pop() {
            left.extend(&raw.components);
            let Some(reference) = raw.reference.as_deref() else { continue };
            match component(raw) {
                Ok(component) => {
                    by_reference.insert(reference, Arc::new(component));
                }
                Err(why) => reading.refuse(document, &format!("component {reference:?}"), why),
            }
        }
        let image = root.filter(|root| root.kind == "container");
        Self {
            link: bom.serial.strip_prefix("urn:uuid:").map(|serial| format!("urn:cdx:{serial}/")),
            by_reference,
            image_reference: image.and_then(|image| image.reference.as_deref()),
            image: image.and_then(|image| component(image).ok()).map(Arc::new),
        }
    }

    /// What a reference means.
    fn resolve(&self, reference: &str) -> Result<Product, String> {
        // `urn:cdx:serial/version#bom-ref`, with the last part encoded (RFC 3986).
        let inner = if reference.starts_with("urn:cdx:") {
            if !self.link.as_deref().is_some_and(|link| reference.starts_with(link)) {
                return Err(format!("{reference:?} is in another bill of materials"));
            }
            let (_, fragment) = reference.split_once('#').ok_or_else(|| format!("{reference:?} names no component"))?;
            Cow::Owned(decoded(fragment))
        } else {
            Cow::Borrowed(reference)
        };
        let part = match self.by_reference.get(&*inner) {
            Some(part) => Arc::clone(part),
            // Many tools write a package URL there, and list no components in a document of its own.
            None if inner.starts_with("pkg:") => {
                let mut component = Component::default();
                component.add(&inner)?;
                Arc::new(component)
            }
            None => return Err(format!("no component has the bom-ref {inner:?}")),
        };
        Ok(match &self.image {
            Some(image) if self.image_reference != Some(&*inner) => {
                Product { whole: Arc::clone(image), subcomponents: vec![part] }
            }
            _ => Product { whole: part, subcomponents: Vec::new() },
        })
    }
}

fn component(raw: &RawComponent) -> Result<Component, String> {
    let mut component = Component::default();
    for text in raw.purl.iter().chain(&raw.cpe) {
        component.add(text)?;
    }
    for hash in &raw.hashes {
        component.add_hash(&hash.algorithm, &hash.content);
    }
    if component.is_empty() {
        match raw.version.as_deref().filter(|version| !version.is_empty()) {
            Some(version) => component.add(&format!("{}@{version}", raw.name))?,
            None => component.add(&raw.name)?,
        }
    }
    if component.is_empty() { Err("it has no name".into()) } else { Ok(component) }
}

fn statement(
    raw: &Vulnerability,
    place: &str,
    document: &Arc<Document>,
    parts: &Parts,
    reading: &mut Reading,
) -> Result<Option<Statement>, String> {
    let Some(analysis) = &raw.analysis else { return Ok(None) };
    let Some(state) = analysis.state.as_deref() else { return Ok(None) };
    let (status, no_vulnerability) = match state {
        "resolved" | "resolved_with_pedigree" => (VexStatus::Fixed, None),
        "exploitable" => (VexStatus::Affected, None),
        "in_triage" => (VexStatus::UnderInvestigation, None),
        "not_affected" => (VexStatus::NotAffected, None),
        "false_positive" => (VexStatus::NotAffected, Some("false_positive")),
        _ => return Err(format!("there is no state {state:?}")),
    };
    let other = raw.references.iter().filter_map(|reference| reference.id.as_ref());
    let ids: Vec<String> = raw.id.iter().chain(other).filter_map(|id| name(id)).take(100).collect();
    if ids.is_empty() {
        return Err("it names no vulnerability".into());
    }
    let times = [&analysis.last_updated, &analysis.first_issued, &raw.updated];
    let timestamp = match times.into_iter().flatten().next().map(|time| time.parse()) {
        Some(Err(_)) => return Err("its time is none with a date and a zone (RFC 3339)".into()),
        Some(Ok(time)) => Some(time),
        None => None,
    };
    let mut products = Vec::new();
    for (index, affected) in raw.affects.iter().enumerate() {
        let place = format!("{place}.affects[{index}]");
        match parts.resolve(&affected.reference).and_then(|product| of_versions(product, &affected.versions)) {
            Ok(resolved) => products.extend(resolved),
            Err(why) => reading.refuse(document, &place, why),
        }
    }
    if products.is_empty() {
        return Err("it names no component that can be understood".into());
    }
    Ok(Some(Statement {
        ids,
        products,
        status,
        justification: analysis.justification.as_deref().or(no_vulnerability).and_then(name),
        detail: analysis.detail.as_deref().and_then(sentence),
        timestamp,
        place: place.to_owned(),
        document: Arc::clone(document),
    }))
}

/// The product in each of the versions that are listed; as it is where none are.
fn of_versions(product: Product, versions: &[Version]) -> Result<Vec<Product>, String> {
    let part = product.subcomponents.first().unwrap_or(&product.whole);
    if versions.is_empty() || part.purls.iter().any(|purl| purl.version.is_some()) {
        return Ok(vec![product]);
    }
    let mut products = Vec::new();
    for version in versions.iter().filter(|version| version.status.as_deref() != Some("unaffected")) {
        let Some(version) = &version.version else { return Err("a range of versions is not understood".into()) };
        let mut part = Component::clone(part);
        for purl in &mut part.purls {
            purl.version = Some(version.clone().into_owned());
        }
        for name in &mut part.names {
            *name = format!("{name}@{version}");
        }
        let part = Arc::new(part);
        products.push(if product.subcomponents.is_empty() {
            Product { whole: part, subcomponents: Vec::new() }
        } else {
            Product { whole: Arc::clone(&product.whole), subcomponents: vec![part] }
        });
    }
    Ok(products)
}

/// Decodes percent-encoding; what is none stays as it is.
fn decoded(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digit = |index: usize| tail.get(index).and_then(|byte| char::from(*byte).to_digit(16));
        if let (b'%', Some(high), Some(low)) = (first, digit(0), digit(1)) {
            decoded.extend(u8::try_from(high * 16 + low));
            rest = &tail[2..];
        } else {
            decoded.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::tests::lines;

    const SERIAL: &str = "3e671687-395b-41f5-a30f-a58921a69b79";

    /// A document about an image with two packages, with these vulnerabilities. Written by hand from the schema.
    fn image(vulnerabilities: &str) -> String {
        format!(
            r#"{{"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": "urn:uuid:{SERIAL}", "version": 1,
            "metadata": {{"timestamp": "2024-01-01T00:00:00Z", "authors": [{{"email": "x@example.com"}}],
              "supplier": {{"name": "Example"}},
              "component": {{"type": "container", "bom-ref": "root", "name": "shop", "purl": "pkg:oci/shop"}}}},
            "components": [{{"type": "library", "bom-ref": "one", "name": "lodash", "purl": "pkg:npm/lodash@4.17.4",
              "components": [{{"type": "library", "bom-ref": "a/b c", "name": "inner", "version": "2"}}]}},
              {{"type": "library", "bom-ref": "free", "name": "free", "purl": "pkg:npm/free"}}],
            "vulnerabilities": [{vulnerabilities}]}}"#
        )
    }

    #[test]
    fn references_are_resolved_in_the_document() {
        let document = image(&format!(
            r#"{{"id": "CVE-1", "references": [{{"id": "GHSA-1"}}], "affects": [{{"ref": "one"}}, {{"ref": "root"}}],
               "analysis": {{"state": "not_affected", "justification": "code_not_reachable", "detail": "never called",
                 "firstIssued": "2024-02-01T00:00:00Z", "lastUpdated": "2024-02-02T00:00:00Z"}}}},
              {{"id": "CVE-2", "affects": [{{"ref": "urn:cdx:{SERIAL}/1#a%2Fb%20c"}}],
               "analysis": {{"state": "false_positive"}}}},
              {{"id": "CVE-3", "affects": [{{"ref": "free", "versions": [{{"version": "1", "status": "affected"}},
               {{"version": "2", "status": "unaffected"}}]}}], "analysis": {{"state": "exploitable"}}}},
              {{"id": "CVE-4", "affects": [{{"ref": "one"}}]}}"#
        ));
        assert_eq!(
            lines(&document),
            [
                "vulnerabilities[0]: CVE-1=GHSA-1 not_affected code_not_reachable | never called @2024-02-02T00:00:00Z: \
                 pkg:oci/shop > pkg:npm/lodash@4.17.4, pkg:oci/shop",
                "vulnerabilities[1]: CVE-2 not_affected false_positive | - @2024-01-01T00:00:00Z: pkg:oci/shop > inner@2",
                "vulnerabilities[2]: CVE-3 affected - | - @2024-01-01T00:00:00Z: pkg:oci/shop > pkg:npm/free",
            ]
        );
    }

    #[test]
    fn references_that_lead_nowhere_are_refused() {
        let other = "urn:cdx:00000000-0000-0000-0000-000000000000/1#one";
        let affects = |reference: &str, more: &str| {
            format!(
                r#"{{"id": "CVE-1", "affects": [{{"ref": "{reference}"{more}}}], "analysis": {{"state": "resolved"}}}}"#
            )
        };
        let range = r#", "versions": [{"range": "vers:npm/<3"}]"#;
        let document = image(&[affects(other, ""), affects("two", ""), affects("free", range)].join(","));
        let expected = [
            "refused a.json, vulnerabilities[0].affects[0]: \"urn:cdx:00000000-0000-0000-0000-000000000000/1#one\" is in \
             another bill of materials",
            "refused a.json, vulnerabilities[0]: it names no component that can be understood",
            "refused a.json, vulnerabilities[1].affects[0]: no component has the bom-ref \"two\"",
            "refused a.json, vulnerabilities[1]: it names no component that can be understood",
            "refused a.json, vulnerabilities[2].affects[0]: a range of versions is not understood",
            "refused a.json, vulnerabilities[2]: it names no component that can be understood",
        ];
        assert_eq!(lines(&document), expected);
    }

    #[test]
    fn a_document_of_its_own_names_packages() {
        let document = r#"{"bomFormat": "CycloneDX", "vulnerabilities": [{"id": "CVE-1", "affects":
            [{"ref": "pkg:npm/lodash@4.17.4"}], "analysis": {"state": "in_triage"}}, {"id": "CVE-2", "affects":
            [{"ref": "pkg:npm/lodash"}], "analysis": {"state": "unsure"}}]}"#;
        assert_eq!(
            lines(document),
            [
                "vulnerabilities[0]: CVE-1 under_investigation - | -: pkg:npm/lodash@4.17.4",
                "refused a.json, vulnerabilities[1]: there is no state \"unsure\"",
            ]
        );
    }
}
