//! Statements written down as OpenVEX 0.2.0.
//!
//! A document that is there is changed only where it must be: the statement is added, the version raised, the time of the
//! change noted. Everything else stays as it is, byte for byte, fields that we do not know included.

use std::ops::Range;

use jiff::Timestamp;
use model::{Digest, VexStatus};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::product::Component;

const CONTEXT: &str = "https://openvex.dev/ns/v0.2.0";

/// A statement that somebody wants to make.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// The vulnerability's id.
    pub id: &'a str,
    /// Other ids of it.
    pub aliases: &'a [String],
    /// What it is about: package URLs.
    pub products: &'a [String],
    /// The parts of each product that are meant, all of it if empty: package URLs.
    pub subcomponents: &'a [String],
    /// What is said.
    pub status: VexStatus,
    /// Why a product is not affected.
    pub justification: Option<&'a str>,
    /// The same in words.
    pub impact: Option<&'a str>,
    /// What to do.
    pub action: Option<&'a str>,
    /// Who says so; a new document needs it.
    pub author: Option<&'a str>,
    /// Now.
    pub time: Timestamp,
    /// The program that writes.
    pub tooling: &'a str,
}

/// Why a statement cannot be written.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DraftError {
    /// It would be no statement.
    #[error("{0}")]
    Draft(String),
    /// The document is none that can be added to.
    #[error("{0}")]
    Document(String),
}

#[derive(Serialize)]
struct DocumentOut<'a> {
    #[serde(rename = "@context")]
    context: &'a str,
    #[serde(rename = "@id")]
    id: String,
    author: &'a str,
    timestamp: String,
    version: u64,
    tooling: &'a str,
    statements: [StatementOut<'a>; 1],
}

#[derive(Serialize)]
struct StatementOut<'a> {
    vulnerability: VulnerabilityOut<'a>,
    timestamp: String,
    products: Vec<ProductOut<'a>>,
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    impact_statement: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action_statement: Option<&'a str>,
}

#[derive(Serialize)]
struct VulnerabilityOut<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    aliases: &'a [String],
}

#[derive(Serialize)]
struct ProductOut<'a> {
    #[serde(rename = "@id")]
    id: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    subcomponents: Vec<PartOut<'a>>,
}

#[derive(Serialize)]
struct PartOut<'a> {
    #[serde(rename = "@id")]
    id: &'a str,
}

impl Draft<'_> {
    /// A new document with this statement alone.
    pub fn document(&self) -> Result<String, DraftError> {
        self.check()?;
        let author = self.author.map(str::trim).filter(|author| !author.is_empty());
        let author = author.ok_or_else(|| DraftError::Draft("a new document needs an author".into()))?;
        let statement = self.statement();
        let text = serde_json::to_string(&statement).unwrap_or_default();
        let document = DocumentOut {
            context: CONTEXT,
            id: name_of(&format!("{author}\n{}\n{text}", self.time)),
            author,
            timestamp: self.time.to_string(),
            version: 1,
            tooling: self.tooling,
            statements: [statement],
        };
        let mut text = pretty(&document);
        text.push('\n');
        Ok(text)
    }

    /// The document with this statement added.
    pub fn added_to(&self, document: &str) -> Result<String, DraftError> {
        self.check()?;
        let not_ours = |why: String| DraftError::Document(why);
        let fields: Fields = serde_json::from_str(document).map_err(|error| not_ours(error.to_string()))?;
        let context: String = fields.read("@context").unwrap_or_default();
        if !context.contains("openvex.dev/ns/v0.2") {
            return Err(not_ours(format!("it is not OpenVEX 0.2: its @context is {context:?}")));
        }
        let list = fields.get("statements").ok_or_else(|| not_ours("it has no statements".into()))?;
        let version = match fields.get("version") {
            None => 0,
            Some(raw) => {
                raw.get().trim_matches('"').parse().map_err(|_| not_ours("its version is no number".into()))?
            }
        };
        let raised = u64::checked_add(version, 1).ok_or_else(|| not_ours("its version cannot be raised".into()))?;
        let mut edits =
            vec![self.insertion(document, list).ok_or_else(|| not_ours("its statements are no list".into()))?];
        match fields.get("version") {
            Some(raw) => edits.push((place(document, raw), raised.to_string())),
            None => edits.push(Fields::before_statements(document, list, &format!("\"version\": {raised}"))),
        }
        let time = format!("\"{}\"", self.time);
        match (fields.get("last_updated"), fields.get("timestamp")) {
            (Some(raw), _) => edits.push((place(document, raw), time)),
            (None, Some(raw)) => {
                let end = place(document, raw).end;
                edits.push((end..end, format!(",{}\"last_updated\": {time}", line_start(document, end))));
            }
            (None, None) => edits.push(Fields::before_statements(document, list, &format!("\"timestamp\": {time}"))),
        }
        // From the end, so that places stay valid.
        edits.sort_by_key(|(place, _)| place.start);
        let mut text = document.to_owned();
        for (place, replacement) in edits.into_iter().rev() {
            text.replace_range(place, &replacement);
        }
        // Names can be written in ways that are not looked for here, such as with escapes.
        let added = super::read(text.as_bytes(), "", true)
            .is_ok_and(|reading| reading.statements.last().is_some_and(|last| last.ids[0] == self.id));
        if added { Ok(text) } else { Err(not_ours("it is written in a way that cannot be added to".into())) }
    }

    /// Whether it would be a statement that others can read.
    fn check(&self) -> Result<(), DraftError> {
        let wrong = |why: &str| Err(DraftError::Draft(why.to_owned()));
        let is_id = |id: &str| super::name(id).as_deref() == Some(id) && !id.contains(char::is_whitespace);
        if !is_id(self.id) || !self.aliases.iter().all(|id| is_id(id)) {
            return wrong("an id of a vulnerability is a single word, such as CVE-2021-44228");
        }
        if self.products.is_empty() {
            return wrong("a statement has to name a product");
        }
        for text in self.products.iter().chain(self.subcomponents) {
            let mut component = Component::default();
            component.add(text).map_err(DraftError::Draft)?;
            if component.purls.is_empty() {
                return Err(DraftError::Draft(format!("not a package URL: {text:?} (such as pkg:npm/lodash@4.17.4)")));
            }
        }
        let given = |text: Option<&str>| text.is_some_and(|text| !text.trim().is_empty());
        if self.justification.is_some_and(|label| !VexStatus::JUSTIFICATIONS.contains(&label)) {
            return Err(DraftError::Draft(format!(
                "a justification is one of {}",
                VexStatus::JUSTIFICATIONS.join(", ")
            )));
        }
        match self.status {
            VexStatus::NotAffected if !given(self.justification) && !given(self.impact) => {
                wrong("not_affected needs a justification or an impact statement")
            }
            VexStatus::Affected if !given(self.action) => wrong("affected needs an action statement"),
            status if status != VexStatus::NotAffected && self.justification.is_some() => {
                wrong("only not_affected has a justification")
            }
            _ => Ok(()),
        }
    }

    fn statement(&self) -> StatementOut<'_> {
        fn parts(ids: &[String]) -> Vec<PartOut<'_>> {
            ids.iter().map(|id| PartOut { id }).collect()
        }
        StatementOut {
            vulnerability: VulnerabilityOut { name: self.id, aliases: self.aliases },
            timestamp: self.time.to_string(),
            products: self
                .products
                .iter()
                .map(|id| ProductOut { id, subcomponents: parts(self.subcomponents) })
                .collect(),
            status: self.status.word(),
            justification: self.justification,
            impact_statement: self.impact,
            action_statement: self.action,
        }
    }

    /// Where in the document the statement goes, and how it is written there.
    fn insertion(&self, document: &str, list: &RawValue) -> Option<(Range<usize>, String)> {
        let start = place(document, list).start + 1;
        let inner = list.get().strip_prefix('[')?.strip_suffix(']')?;
        let end = start + inner.trim_end().len();
        let statement = self.statement();
        let first = &inner[..inner.len() - inner.trim_start().len()];
        if inner.trim().is_empty() {
            let outer = line_start(document, start);
            let text = pretty(&statement).replace('\n', &format!("{outer}  "));
            return Some((start..start + inner.len(), format!("{outer}  {text}{outer}")));
        }
        if let Some((_, indent)) = first.rsplit_once('\n') {
            let text = pretty(&statement).replace('\n', &format!("\n{indent}"));
            return Some((end..end, format!(",\n{indent}{text}")));
        }
        Some((end..end, format!(", {}", serde_json::to_string(&statement).ok()?)))
    }
}

/// The fields of an object in their order, unparsed.
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Fields<'a> {
    fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, raw)| *raw)
    }

    fn read<T: Deserialize<'a>>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.get(name)?.get()).ok()
    }

    /// A field written before the list of statements.
    fn before_statements(document: &str, list: &RawValue, field: &str) -> (Range<usize>, String) {
        let value = place(document, list).start;
        // The key is right before its value: between them are only blanks and a colon.
        let start = document[..value].rfind("\"statements\"").unwrap_or(value);
        (start..start, format!("{field},{}", line_start(document, start)))
    }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields: Vec<(String, &RawValue)> = Vec::new();
                while let Some((name, raw)) = map.next_entry::<String, &RawValue>()? {
                    if fields.iter().any(|(known, _)| *known == name) {
                        return Err(serde::de::Error::custom(format!("the field {name:?} is there twice")));
                    }
                    fields.push((name, raw));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// Where a part is in the document that it was borrowed from.
fn place(document: &str, raw: &RawValue) -> Range<usize> {
    let start = raw.get().as_ptr() as usize - document.as_ptr() as usize;
    start..start + raw.get().len()
}

/// A line break and the blanks that begin the line of a place; one blank where the document has only one line.
fn line_start(document: &str, place: usize) -> String {
    match document[..place].rsplit_once('\n') {
        None => " ".into(),
        Some((_, line)) => {
            let blanks = line.len() - line.trim_start().len();
            format!("\n{}", &line[..blanks])
        }
    }
}

fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// A name for a document, made from what makes it this one (RFC 9562, version 8).
fn name_of(text: &str) -> String {
    let mut hex = Digest::sha256(text.as_bytes()).hex();
    hex.truncate(32);
    hex.replace_range(12..13, "8");
    hex.replace_range(16..17, "a");
    format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vex::tests::lines;

    fn draft() -> Draft<'static> {
        Draft {
            id: "CVE-2021-44228",
            aliases: &[],
            products: &[],
            subcomponents: &[],
            status: VexStatus::Fixed,
            justification: None,
            impact: None,
            action: None,
            author: Some("Example"),
            time: "2024-05-06T07:08:09Z".parse().unwrap(),
            tooling: "test",
        }
    }

    #[test]
    fn a_new_document_can_be_read() {
        let products = ["pkg:oci/shop".to_owned()];
        let parts = ["pkg:npm/lodash".to_owned()];
        let draft = Draft {
            aliases: &["GHSA-jfh8-c2jp-5v3q".to_owned()],
            products: &products,
            subcomponents: &parts,
            status: VexStatus::NotAffected,
            justification: Some("component_not_present"),
            impact: Some("cut \"out\"\n"),
            ..draft()
        };
        let document = draft.document().unwrap();
        assert_eq!(
            lines(&document),
            ["statements[0]: CVE-2021-44228=GHSA-jfh8-c2jp-5v3q not_affected component_not_present | cut \"out\" \
              @2024-05-06T07:08:09Z: pkg:oci/shop > pkg:npm/lodash"]
        );
        let fields: serde_json::Value = serde_json::from_str(&document).unwrap();
        assert_eq!((&fields["version"], &fields["author"]), (&1.into(), &"Example".into()));
        let id = fields["@id"].as_str().unwrap();
        assert!(id.starts_with("urn:uuid:") && id.len() == 45 && id.as_bytes()[23] == b'8', "{id}");
    }

    /// Adds a statement to a document; the result must be this.
    fn check(document: &str, expected: &str) {
        let products = ["pkg:npm/b".to_owned()];
        let seen = Draft { products: &products, ..draft() }.added_to(document).unwrap();
        assert_eq!(seen, expected);
        let ours = "CVE-2021-44228 fixed - | - @2024-05-06T07:08:09Z: pkg:npm/b";
        assert!(lines(&seen).iter().any(|line| line.ends_with(ours)), "{seen}");
    }

    #[test]
    fn what_is_there_stays_as_it_is() {
        check(
            r#"{
    "x-unknown": { "b": 1.50,  "a": [ ] },
    "@context": "https://openvex.dev/ns/v0.2.0",
    "timestamp": "2024-01-01T00:00:00Z",
    "version": 3,
    "statements": [
        { "status": "fixed", "x": 1, "products": ["pkg:npm/a"], "vulnerability": "CVE-1" }
    ],
    "after": null
}
"#,
            r#"{
    "x-unknown": { "b": 1.50,  "a": [ ] },
    "@context": "https://openvex.dev/ns/v0.2.0",
    "timestamp": "2024-01-01T00:00:00Z",
    "last_updated": "2024-05-06T07:08:09Z",
    "version": 4,
    "statements": [
        { "status": "fixed", "x": 1, "products": ["pkg:npm/a"], "vulnerability": "CVE-1" },
        {
          "vulnerability": {
            "name": "CVE-2021-44228"
          },
          "timestamp": "2024-05-06T07:08:09Z",
          "products": [
            {
              "@id": "pkg:npm/b"
            }
          ],
          "status": "fixed"
        }
    ],
    "after": null
}
"#,
        );
    }

    #[test]
    fn documents_on_one_line_and_empty_ones_are_added_to() {
        let statement = r#"{"vulnerability":{"name":"CVE-2021-44228"},"timestamp":"2024-05-06T07:08:09Z","products":[{"@id":"pkg:npm/b"}],"status":"fixed"}"#;
        check(
            r#"{"last_updated":"x","version":"1","statements":[{"x":1}],"@context":"https://openvex.dev/ns/v0.2.0"}"#,
            &format!(
                r#"{{"last_updated":"2024-05-06T07:08:09Z","version":2,"statements":[{{"x":1}}, {statement}],"@context":"https://openvex.dev/ns/v0.2.0"}}"#
            ),
        );
        check(
            "{\n  \"@context\": \"https://openvex.dev/ns/v0.2.0\",\n  \"statements\": []\n}",
            "{\n  \"@context\": \"https://openvex.dev/ns/v0.2.0\",\n  \"version\": 1,\n  \"timestamp\": \
             \"2024-05-06T07:08:09Z\",\n  \"statements\": [\n    {\n      \"vulnerability\": {\n        \"name\": \
             \"CVE-2021-44228\"\n      },\n      \"timestamp\": \"2024-05-06T07:08:09Z\",\n      \"products\": [\n        \
             {\n          \"@id\": \"pkg:npm/b\"\n        }\n      ],\n      \"status\": \"fixed\"\n    }\n  ]\n}",
        );
    }

    #[test]
    fn what_would_be_no_statement_is_not_written() {
        let products = ["pkg:npm/b".to_owned()];
        let good = Draft { products: &products, ..draft() };
        let bad = ["pkg:npm".to_owned()];
        let name = ["lodash".to_owned()];
        let wrong = |draft: Draft| draft.document().unwrap_err().to_string();
        assert!(wrong(draft()).contains("product"));
        assert!(wrong(Draft { products: &bad, ..draft() }).contains("not a package URL"));
        assert!(wrong(Draft { products: &name, ..draft() }).contains("not a package URL"));
        assert!(wrong(Draft { id: "CVE 1", ..good.clone() }).contains("single word"));
        assert!(wrong(Draft { id: "", ..good.clone() }).contains("single word"));
        assert!(wrong(Draft { author: None, ..good.clone() }).contains("author"));
        assert!(wrong(Draft { status: VexStatus::NotAffected, ..good.clone() }).contains("justification"));
        assert!(wrong(Draft { status: VexStatus::Affected, ..good.clone() }).contains("action"));
        assert!(wrong(Draft { justification: Some("component_not_present"), ..good.clone() }).contains("only not_aff"));
        for (document, why) in [
            ("[]", "an object"),
            ("{}", "not OpenVEX 0.2"),
            (r#"{"@context":"https://openvex.dev/ns","statements":[]}"#, "not OpenVEX 0.2"),
            (r#"{"@context":"https://openvex.dev/ns/v0.2.0"}"#, "no statements"),
            (r#"{"@context":"https://openvex.dev/ns/v0.2.0","statements":{}}"#, "no list"),
            (r#"{"@context":"https://openvex.dev/ns/v0.2.0","statements":[],"version":1.5}"#, "no number"),
            (r#"{"@context":"https://openvex.dev/ns/v0.2.0","statements":[],"statements":[]}"#, "twice"),
            (r#"{"@context":"https://openvex.dev/ns/v0.2.0","statement\u0073":[]}"#, "written in a way"),
        ] {
            let error = good.added_to(document).unwrap_err().to_string();
            assert!(error.contains(why), "{document}: {error}");
        }
    }
}
