//! VEX: what people who know a product say about vulnerabilities in it.
//!
//! One file reads each format ([`read`] tells them apart by their content), [`Collection`] finds documents in files, folders
//! and repositories, `envelope` takes them out of attestations, `apply` lays statements onto the findings of a report, [`Draft`] writes a statement down.
//!
//! Every byte is somebody else's. A statement that is wrong is refused with its place and the reason while the others
//! count; a file that is no VEX document at all is [`Unread`].

mod apply;
mod collection;
mod csaf;
mod cyclonedx;
mod envelope;
mod fit;
mod openvex;
mod product;
mod repository;
mod write;

use std::sync::Arc;

use jiff::Timestamp;
use model::VexStatus;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

pub use apply::apply;
pub use collection::Collection;
pub use envelope::is_vex;
pub use product::{Component, Product};
pub use write::{Draft, DraftError};

/// Bytes of a document. The largest that vendors publish about one vulnerability have some twenty million.
pub const MOST_BYTES: u64 = 64 << 20;
/// Statements of one document.
const MOST_STATEMENTS: usize = 100_000;
/// Products and subcomponents of all statements of one document, each as often as it is named.
const MOST_PRODUCTS: usize = 500_000;
/// Refusals of one document that are kept one by one.
const MOST_REFUSALS: usize = 1_000;
/// Bytes of an id, a name or a label: more is none.
const MOST_NAME: usize = 1_024;
/// Bytes of a sentence that are kept.
const MOST_TEXT: usize = 4_096;

/// What somebody says about one vulnerability in some products.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Ids of the vulnerability, the leading one first. Never empty.
    pub ids: Vec<String>,
    /// What it is about. Never empty.
    pub products: Vec<Product>,
    /// What it says.
    pub status: VexStatus,
    /// Why a product is not affected, in the format's own words: `vulnerable_code_not_present`.
    pub justification: Option<String>,
    /// More about why, or what to do.
    pub detail: Option<String>,
    /// Since when. A statement without a time is older than any with one.
    pub timestamp: Option<Timestamp>,
    /// Where it is in its document: `statements[2]`.
    pub place: String,
    /// The document.
    pub document: Arc<Document>,
}

/// Where statements come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Its own id.
    pub id: String,
    /// Who wrote it.
    pub author: String,
    /// `OpenVEX`, `CSAF` or `CycloneDX`.
    pub format: &'static str,
    /// Where it was read from.
    pub origin: String,
    /// Whether its statements may suppress findings: the user named the file himself, or its signature was checked.
    pub trusted: bool,
}

/// All that a document says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// Its statements, in its order.
    pub statements: Vec<Statement>,
    /// What is left out.
    pub refusals: Vec<Refusal>,
    /// How many more are left out.
    pub more_refusals: u64,
    products: usize,
}

/// A part of a document that is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The file, and where in it.
    pub place: String,
    /// What is wrong with it, for a person.
    pub why: String,
}

/// Why a file says nothing at all.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// It cannot be read.
    #[error("cannot read {path}: {source}")]
    Io {
        /// Which.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is no VEX document, or a broken one.
    #[error("{path} is no VEX document: {why}")]
    NotVex {
        /// Which.
        path: String,
        /// What is wrong with it.
        why: String,
    },
}

/// Reads a document in whichever format it is. `origin` is what people know the file by, `trusted` as in [`Document`].
pub fn read(bytes: &[u8], origin: &str, trusted: bool) -> Result<Reading, Unread> {
    let not_vex = |why: String| Unread::NotVex { path: origin.to_owned(), why };
    if bytes.len() as u64 > MOST_BYTES {
        return Err(not_vex(format!("it is larger than {} MiB", MOST_BYTES >> 20)));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| not_vex(format!("it is not UTF-8: {error}")))?;
    let text = text.trim_start_matches('\u{feff}');
    let marks = |text| -> Result<Marks<'_>, Unread> {
        serde_json::from_str(text).map_err(|error| not_vex(format!("it is not JSON: {error}")))
    };
    let outer = marks(text)?;
    let unpacked = match (&outer.envelope, &outer.payload) {
        (Some(_), _) => Some(envelope::of_bundle(text)),
        (None, Some(_)) => Some(envelope::payload(text)),
        (None, None) => None,
    };
    let unpacked = unpacked.transpose().map_err(not_vex)?;
    let (text, marks) = match &unpacked {
        Some(inner) => (&**inner, marks(inner)?),
        None => (text, outer),
    };
    let document = Document { origin: origin.to_owned(), trusted, ..Document::default() };
    let reading = if marks.bom_format.is_some() {
        cyclonedx::read(text, document)
    } else if marks.document.is_some() {
        csaf::read(text, document)
    } else if marks.statements.is_some() {
        openvex::read(text, document)
    } else if marks.predicate.is_some() {
        envelope::predicate(text, document)
    } else if marks.payload.is_some() || marks.envelope.is_some() {
        return Err(not_vex("it is an envelope in an envelope".into()));
    } else {
        return Err(not_vex("it is neither OpenVEX nor CSAF nor CycloneDX".into()));
    };
    reading.map_err(|error| not_vex(error.to_string()))
}

/// The field that each format cannot do without.
#[derive(Deserialize)]
struct Marks<'a> {
    #[serde(rename = "bomFormat", borrow)]
    bom_format: Option<&'a RawValue>,
    document: Option<IgnoredAny>,
    statements: Option<IgnoredAny>,
    predicate: Option<IgnoredAny>,
    payload: Option<IgnoredAny>,
    #[serde(rename = "dsseEnvelope")]
    envelope: Option<IgnoredAny>,
}

impl Reading {
    /// Keeps a statement, unless it or all before it are too many.
    fn keep(&mut self, statement: Statement) {
        let products: usize = statement.products.iter().map(|product| 1 + product.subcomponents.len()).sum();
        if self.statements.len() >= MOST_STATEMENTS || self.products + products > MOST_PRODUCTS {
            let why = "the document has more statements and products than any honest one";
            return self.refuse(&statement.document, &statement.place, why);
        }
        self.products += products;
        self.statements.push(statement);
    }

    /// Leaves a part out.
    fn refuse(&mut self, document: &Document, place: &str, why: impl std::fmt::Display) {
        if self.refusals.len() < MOST_REFUSALS {
            self.refusals.push(Refusal { place: format!("{}, {place}", document.origin), why: why.to_string() });
        } else {
            self.more_refusals += 1;
        }
    }

    /// A time in RFC 3339, or nothing.
    fn time(&mut self, document: &Document, place: &str, text: Option<&str>) -> Option<Timestamp> {
        let time = text?.parse();
        if time.is_err() {
            self.refuse(document, place, "it is no time with a date and a zone (RFC 3339)");
        }
        time.ok()
    }
}

/// An id, a name or a label that may be kept.
fn name(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= MOST_NAME).then(|| text.to_owned())
}

/// As much of a sentence as is kept.
fn sentence(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text[..text.floor_char_boundary(MOST_TEXT)].to_owned())
}

/// An author, who may be missing.
fn author(text: &str) -> String {
    name(text).unwrap_or_else(|| "an unnamed author".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A document as lines: each statement as `place: ids status justification | detail @time: products`, each refusal as
    /// `refused place: why`.
    pub(super) fn lines(document: &str) -> Vec<String> {
        let reading = read(document.as_bytes(), "a.json", true).unwrap();
        let mut lines: Vec<String> = reading.statements.iter().map(line).collect();
        lines.extend(reading.refusals.iter().map(|refusal| format!("refused {}: {}", refusal.place, refusal.why)));
        lines
    }

    fn line(statement: &Statement) -> String {
        let products: Vec<String> = statement
            .products
            .iter()
            .map(|product| {
                let parts: Vec<String> = product.subcomponents.iter().map(ToString::to_string).collect();
                let within = if parts.is_empty() { String::new() } else { format!(" > {}", parts.join(" + ")) };
                format!("{}{within}", product.whole)
            })
            .collect();
        let time = statement.timestamp.map(|time| format!(" @{time}")).unwrap_or_default();
        format!(
            "{}: {} {} {} | {}{time}: {}",
            statement.place,
            statement.ids.join("="),
            statement.status.word(),
            statement.justification.as_deref().unwrap_or("-"),
            statement.detail.as_deref().unwrap_or("-"),
            products.join(", ")
        )
    }

    #[test]
    fn what_is_no_document_is_said_to_be_none() {
        for (bytes, why) in [
            (&b"\xff"[..], "not UTF-8"),
            (b"", "not JSON"),
            (b"[]", "not JSON"),
            (b"{\"statements\":", "not JSON"),
            (b"{}", "neither"),
            (b"{\"statements\":7}", "no VEX document"),
            (b"{\"document\":7}", "no VEX document"),
            (b"{\"bomFormat\":\"CycloneDX\",\"vulnerabilities\":7}", "no VEX document"),
            (b"{\"bomFormat\":\"SPDX\"}", "SPDX"),
            (b"{\"document\":{},\"product_tree\":7}", "no VEX document"),
        ] {
            let error = read(bytes, "a.json", true).unwrap_err().to_string();
            assert!(error.contains(why) && error.contains("a.json"), "{error}");
        }
        let deep = format!("{{\"statements\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let reading = read(deep.as_bytes(), "a.json", true).unwrap();
        assert_eq!(reading.statements, []);
        assert_eq!(reading.refusals.len(), 1, "{:?}", reading.refusals);
    }

    #[test]
    fn many_products_are_refused_and_the_others_count() {
        let products = vec![r#""a""#; MOST_PRODUCTS].join(",");
        let statement =
            |products: &str| format!(r#"{{"vulnerability":"CVE-2024-0001","status":"fixed","products":[{products}]}}"#);
        let document = format!(r#"{{"statements":[{},{}]}}"#, statement(&products), statement(r#""pkg:npm/b""#));
        let reading = read(document.as_bytes(), "a.json", true).unwrap();
        assert_eq!(reading.statements.len(), 1);
        assert!(reading.refusals[0].place.ends_with("statements[1]") && reading.refusals[0].why.contains("honest"));
    }
}
