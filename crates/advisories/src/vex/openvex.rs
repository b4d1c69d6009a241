//! OpenVEX (specification 0.2.0; the older 0.0.x, where vulnerabilities and products are plain texts, is read as well).
//!
//! A statement of `not_affected` has to say why, says the specification, and one that does not is refused.

use std::borrow::Cow;
use std::sync::Arc;

use model::VexStatus;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::product::{Component, Product};
use super::{Document, Reading, Statement, author, name, sentence};

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(rename = "@id", alias = "id", default, borrow)]
    id: Cow<'a, str>,
    #[serde(default, borrow)]
    author: Cow<'a, str>,
    #[serde(borrow)]
    timestamp: Option<Cow<'a, str>>,
    #[serde(borrow)]
    statements: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawStatement<'a> {
    #[serde(borrow)]
    vulnerability: &'a RawValue,
    #[serde(borrow)]
    products: Option<Vec<&'a RawValue>>,
    /// Of 0.0.x: those of every product.
    #[serde(borrow)]
    subcomponents: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    status: Cow<'a, str>,
    #[serde(borrow)]
    justification: Option<Cow<'a, str>>,
    #[serde(borrow)]
    impact_statement: Option<Cow<'a, str>>,
    #[serde(borrow)]
    action_statement: Option<Cow<'a, str>>,
    #[serde(borrow)]
    status_notes: Option<Cow<'a, str>>,
    #[serde(borrow)]
    timestamp: Option<Cow<'a, str>>,
    #[serde(borrow)]
    last_updated: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct RawVulnerability {
    #[serde(rename = "@id")]
    id: Option<String>,
    name: Option<String>,
    aliases: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct RawProduct<'a> {
    #[serde(rename = "@id")]
    id: Option<String>,
    identifiers: Option<Identifiers>,
    hashes: Option<std::collections::BTreeMap<String, String>>,
    #[serde(borrow)]
    subcomponents: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Identifiers {
    purl: Option<String>,
    cpe22: Option<String>,
    cpe23: Option<String>,
}

/// An attestation (in-toto "Statement"): statements without products are about its subjects.
#[derive(Deserialize)]
struct Attestation<'a> {
    #[serde(borrow)]
    predicate: &'a RawValue,
    #[serde(default)]
    subject: Vec<Subject>,
}

#[derive(Deserialize)]
struct Subject {
    #[serde(default)]
    name: String,
    #[serde(default)]
    digest: std::collections::BTreeMap<String, String>,
}

pub(super) fn read(text: &str, document: Document) -> Result<Reading, serde_json::Error> {
    with_subjects(text, document, &[])
}

/// Reads a document inside an attestation, whose signature is not looked at.
pub(super) fn attested(text: &str, document: Document) -> Result<Reading, serde_json::Error> {
    let attestation: Attestation = serde_json::from_str(text)?;
    let subjects: Vec<Product> = attestation
        .subject
        .iter()
        .filter_map(|subject| {
            let mut component = Component::default();
            for (algorithm, hex) in &subject.digest {
                component.add_hash(algorithm, hex);
            }
            if component.is_empty() {
                component.add(&subject.name).ok()?;
            }
            Some(Product { whole: Arc::new(component), subcomponents: Vec::new() })
        })
        .collect();
    with_subjects(attestation.predicate.get(), document, &subjects)
}

fn with_subjects(text: &str, document: Document, subjects: &[Product]) -> Result<Reading, serde_json::Error> {
    let head: Head = serde_json::from_str(text)?;
    let document = Arc::new(Document {
        id: name(&head.id).unwrap_or_default(),
        author: author(&head.author),
        format: "OpenVEX",
        ..document
    });
    let mut reading = Reading::default();
    let issued = reading.time(&document, "timestamp", head.timestamp.as_deref());
    for (index, raw) in head.statements.iter().enumerate() {
        let place = format!("statements[{index}]");
        match statement(raw, &place, &document, subjects, &mut reading) {
            Ok(statement) => {
                reading.keep(Statement { timestamp: statement.timestamp.or(issued), ..statement });
            }
            Err(why) => reading.refuse(&document, &place, why),
        }
    }
    Ok(reading)
}

fn statement<'a>(
    raw: &'a RawValue,
    place: &str,
    document: &Arc<Document>,
    subjects: &[Product],
    reading: &mut Reading,
) -> Result<Statement, String> {
    let raw: RawStatement = serde_json::from_str(raw.get()).map_err(|error| error.to_string())?;
    let status = VexStatus::from_word(&raw.status).ok_or_else(|| format!("there is no status {:?}", raw.status))?;
    let justification = raw.justification.as_deref().and_then(name);
    if let Some(label) = &justification
        && !VexStatus::JUSTIFICATIONS.contains(&&**label)
    {
        return Err(format!("there is no justification {label:?}"));
    }
    let said = |text: &Option<Cow<str>>| text.as_deref().and_then(sentence);
    let why = said(&raw.impact_statement);
    if status == VexStatus::NotAffected && justification.is_none() && why.is_none() {
        return Err("not_affected needs a justification or an impact_statement".into());
    }
    let time = raw.last_updated.as_deref().or(raw.timestamp.as_deref());
    let timestamp = match time.map(str::parse) {
        Some(Err(_)) => return Err("its timestamp is no time with a date and a zone (RFC 3339)".into()),
        Some(Ok(time)) => Some(time),
        None => None,
    };
    let ids = ids(raw.vulnerability)?;
    // Of one that does not parse nothing is known but its place.
    let mut components = |list: Option<Vec<&'a RawValue>>, what: &str| {
        let mut components = Vec::new();
        for (index, raw) in list.into_iter().flatten().enumerate() {
            let place = format!("{place}.{what}[{index}]");
            match component(raw) {
                Ok(component) => components.push((place, component)),
                Err(why) => reading.refuse(document, &place, why),
            }
        }
        components
    };
    let common: Vec<Arc<Component>> =
        components(raw.subcomponents, "subcomponents").into_iter().map(|(_, (whole, _))| Arc::new(whole)).collect();
    let named = raw.products.as_ref().is_some_and(|products| !products.is_empty());
    let mut products = Vec::new();
    for (place, (whole, inner)) in components(raw.products, "products") {
        let mut subcomponents = common.clone();
        let asked = inner.is_some() || !common.is_empty();
        for (index, raw) in inner.into_iter().flatten().enumerate() {
            match component(raw) {
                Ok((component, _)) => subcomponents.push(Arc::new(component)),
                Err(why) => reading.refuse(document, &format!("{place}.subcomponents[{index}]"), why),
            }
        }
        // A product whose parts are all unreadable must not come to mean all of it.
        if !asked || !subcomponents.is_empty() {
            products.push(Product { whole: Arc::new(whole), subcomponents });
        }
    }
    if !named {
        products = subjects.to_vec();
        for product in &mut products {
            product.subcomponents.clone_from(&common);
        }
    }
    if products.is_empty() {
        return Err("it names no product that can be understood".into());
    }
    let detail = why.or_else(|| said(&raw.action_statement)).or_else(|| said(&raw.status_notes));
    let (place, document) = (place.to_owned(), Arc::clone(document));
    Ok(Statement { ids, products, status, justification, detail, timestamp, place, document })
}

fn ids(raw: &RawValue) -> Result<Vec<String>, String> {
    let mut ids = Vec::new();
    if raw.get().starts_with('"') {
        ids.push(serde_json::from_str::<String>(raw.get()).map_err(|error| error.to_string())?);
    } else {
        let raw: RawVulnerability = serde_json::from_str(raw.get()).map_err(|error| error.to_string())?;
        ids.extend(raw.name);
        ids.extend(raw.aliases.into_iter().flatten());
        // An IRI such as https://nvd.nist.gov/vuln/detail/CVE-2019-17571 ends with the id.
        ids.extend(raw.id.and_then(|id| id.rsplit('/').next().map(str::to_owned)));
    }
    let mut known = Vec::new();
    for id in ids.iter().filter_map(|id| name(id)).take(100) {
        if !known.contains(&id) {
            known.push(id);
        }
    }
    if known.is_empty() { Err("it names no vulnerability".into()) } else { Ok(known) }
}

/// A component and what is inside it. An empty list of subcomponents is none.
fn component(raw: &RawValue) -> Result<(Component, Option<Vec<&RawValue>>), String> {
    let mut component = Component::default();
    if raw.get().starts_with('"') {
        component.add(&serde_json::from_str::<String>(raw.get()).map_err(|error| error.to_string())?)?;
        return Ok((component, None));
    }
    let raw: RawProduct = serde_json::from_str(raw.get()).map_err(|error| error.to_string())?;
    let (purl, cpe22, cpe23) = raw
        .identifiers
        .map_or((None, None, None), |identifiers| (identifiers.purl, identifiers.cpe22, identifiers.cpe23));
    for text in [raw.id, purl, cpe22, cpe23].into_iter().flatten() {
        component.add(&text)?;
    }
    for (algorithm, hex) in raw.hashes.into_iter().flatten() {
        component.add_hash(&algorithm, &hex);
    }
    if component.is_empty() {
        return Err("it names nothing".into());
    }
    Ok((component, raw.subcomponents.filter(|list| !list.is_empty())))
}

#[cfg(test)]
mod tests {
    use super::super::tests::lines;

    // Written by hand from the specification's tables.
    #[test]
    fn statements_of_0_2_0() {
        let document = r#"{
          "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.com/vex/1", "author": "Example",
          "timestamp": "2024-01-02T03:04:05Z", "version": 1, "tooling": "by hand",
          "statements": [
            {"vulnerability": {"name": "CVE-2024-0001", "@id": "https://example.com/vuln/CVE-2024-0001",
                               "aliases": ["GHSA-aaaa-bbbb-cccc"]},
             "products": [{"@id": "pkg:oci/shop@sha256%3A00", "subcomponents": [{"@id": "pkg:npm/lodash@4.17.4"}]},
                          {"identifiers": {"purl": "pkg:npm/shop"}}],
             "status": "not_affected", "justification": "vulnerable_code_not_present", "impact_statement": "cut out"},
            {"vulnerability": {"name": "CVE-2024-0002"}, "products": [{"@id": "pkg:npm/shop"}],
             "status": "affected", "action_statement": "upgrade", "timestamp": "2024-05-05T00:00:00+02:00"}
          ]
        }"#;
        assert_eq!(
            lines(document),
            [
                "statements[0]: CVE-2024-0001=GHSA-aaaa-bbbb-cccc not_affected vulnerable_code_not_present | cut out \
                 @2024-01-02T03:04:05Z: pkg:oci/shop@sha256%3A00 > pkg:npm/lodash@4.17.4, pkg:npm/shop",
                "statements[1]: CVE-2024-0002 affected - | upgrade @2024-05-04T22:00:00Z: pkg:npm/shop",
            ]
        );
    }

    #[test]
    fn statements_of_0_0_1() {
        let document = r#"{"@context": "https://openvex.dev/ns", "@id": "x", "author": "Example",
          "timestamp": "2023-01-08T18:02:03.647787998-06:00", "version": "1", "statements": [
            {"vulnerability": "CVE-2023-12345", "products": ["pkg:apk/wolfi/git@2.39.0-r1", "pkg:oci/git"],
             "subcomponents": ["pkg:apk/wolfi/curl"], "status": "fixed"}]}"#;
        assert_eq!(
            lines(document),
            ["statements[0]: CVE-2023-12345 fixed - | - @2023-01-09T00:02:03.647787998Z: \
              pkg:apk/wolfi/git@2.39.0-r1 > pkg:apk/wolfi/curl, pkg:oci/git > pkg:apk/wolfi/curl"]
        );
    }

    #[test]
    fn what_is_wrong_is_refused_in_its_place_and_the_rest_counts() {
        let wrong = [
            r#"{"vulnerability": "CVE-1", "products": ["pkg:npm/a"], "status": "harmless"}"#,
            r#"{"vulnerability": "CVE-1", "products": ["pkg:npm/a"], "status": "not_affected"}"#,
            r#"{"vulnerability": "CVE-1", "products": ["pkg:npm/a"], "status": "not_affected", "justification": "because"}"#,
            r#"{"vulnerability": "CVE-1", "products": [], "status": "fixed"}"#,
            r#"{"vulnerability": "CVE-1", "status": "fixed"}"#,
            r#"{"vulnerability": {}, "products": ["pkg:npm/a"], "status": "fixed"}"#,
            r#"{"products": ["pkg:npm/a"], "status": "fixed"}"#,
            r#"{"vulnerability": "CVE-1", "products": ["pkg:npm/a"], "status": "fixed", "timestamp": "yesterday"}"#,
            r#"{"vulnerability": "CVE-1", "products": ["pkg:npm"], "status": "fixed"}"#,
            r#"{"vulnerability": "CVE-1", "products": [{"@id": "pkg:oci/a", "subcomponents": ["pkg:npm"]}], "status": "fixed"}"#,
            r#""a text""#,
            r#"{"vulnerability": "CVE-2", "products": ["pkg:npm/a", {}], "status": "fixed"}"#,
        ];
        let lines = lines(&format!(r#"{{"statements": [{}]}}"#, wrong.join(",")));
        assert_eq!(lines[0], "statements[11]: CVE-2 fixed - | -: pkg:npm/a");
        let expected = [
            "statements[0]: there is no status \"harmless\"",
            "statements[1]: not_affected needs",
            "statements[2]: there is no justification \"because\"",
            "statements[3]: it names no product",
            "statements[4]: it names no product",
            "statements[5]: it names no vulnerability",
            "statements[6]: missing field `vulnerability`",
            "statements[7]: its timestamp",
            "statements[8].products[0]: not a package URL",
            "statements[8]: it names no product",
            "statements[9].products[0].subcomponents[0]: not a package URL",
            "statements[9]: it names no product",
            "statements[10]: invalid type",
            "statements[11].products[1]: it names nothing",
        ];
        assert_eq!(lines.len(), 1 + expected.len(), "{lines:#?}");
        for (line, expected) in lines[1..].iter().zip(expected) {
            assert!(line.starts_with(&format!("refused a.json, {expected}")), "{line}");
        }
    }

    #[test]
    fn an_attestation_is_about_its_subject() {
        let digest = "a".repeat(64);
        let document = format!(
            r#"{{"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://openvex.dev/ns/v0.2.0",
            "subject": [{{"name": "shop", "digest": {{"sha256": "{digest}"}}}}],
            "predicate": {{"author": "Example", "statements": [{{"vulnerability": "CVE-1", "status": "fixed"}}]}}}}"#
        );
        assert_eq!(lines(&document), [format!("statements[0]: CVE-1 fixed - | -: sha256:{digest}")]);
    }
}
