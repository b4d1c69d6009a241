//! Reports of other tools, read into one of ours: each becomes what a scan with the same findings would give, as far as it tells, and
//! what it does not tell is a gap.
//!
//! One file reads each format; which one it is is seen in the document's own fields and never in its name. `draft` is what they
//! write into. `merge` makes one report of several, in which each finding is there once.

#[expect(clippy::struct_field_names, reason = "the fields are called as in the documents")]
mod checkov;
mod clair;
mod draft;
mod gitlab;
mod gitleaks;
#[expect(clippy::struct_field_names, reason = "the fields are called as in the documents")]
mod grype;
mod kinds;
mod merge;
mod sarif;
#[expect(clippy::struct_field_names, reason = "the fields are called as in the documents")]
mod snyk;
#[expect(clippy::struct_field_names, reason = "the fields are called as in the documents")]
mod trivy;
mod values;

#[cfg(test)]
pub(crate) mod tests;

use std::fmt;
use std::io;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

pub use crate::json::read::Saved;
pub(crate) use merge::identity;
pub use merge::merge;

/// What reports of our own have for a tool.
pub const OURS: &str = "Plimsoll";

/// Who made a report.
#[derive(Clone, Debug)]
struct Tool(String);

impl Tool {
    /// The name, for people.
    fn name(&self) -> &str {
        &self.0
    }

    /// The name as a publisher has it: one lower-case word.
    fn word(&self) -> String {
        self.0.to_ascii_lowercase().replace(' ', "-")
    }
}

/// A format that is read.
struct Form {
    /// What it is, for people.
    name: &'static str,
    /// Fields of which it has all; a list of documents is what its first one is.
    fields: &'static [&'static str],
    read: fn(&[u8]) -> io::Result<Saved>,
}

/// Those with more fields come before those with fewer of the same.
const FORMS: &[Form] = &[
    Form { name: "Plimsoll's JSON", fields: &["schema", "schema_version", "artifacts"], read: Saved::read },
    Form { name: "Trivy's JSON", fields: &["SchemaVersion"], read: trivy::read },
    Form { name: "Grype's JSON", fields: &["matches", "descriptor"], read: grype::read },
    Form { name: "Clair's JSON (v4)", fields: &["manifest_hash", "package_vulnerabilities"], read: clair::read },
    Form { name: "SARIF 2.1.0", fields: &["runs", "version"], read: sarif::read },
    Form { name: "GitLab's security report", fields: &["scan", "vulnerabilities"], read: gitlab::read },
    Form { name: "Snyk's JSON", fields: &["vulnerabilities", "ok"], read: snyk::read },
    Form { name: "Checkov's JSON", fields: &["check_type", "results"], read: checkov::read },
    Form { name: "Checkov's JSON, with nothing found", fields: &["checkov_version", "passed"], read: checkov::read },
    Form { name: "Gitleaks' JSON", fields: &["RuleID", "StartLine"], read: gitleaks::read },
];

/// The names of the formats, for people.
pub fn formats() -> impl Iterator<Item = &'static str> {
    FORMS.iter().map(|form| form.name).filter(|name| !name.contains(','))
}

/// Reads a report of any tool.
pub fn read(json: &[u8]) -> io::Result<Saved> {
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    let fields: Fields = parse(json)?;
    match fields {
        // What Gitleaks writes where it finds nothing; nobody else writes a list without entries.
        Fields(None) => gitleaks::read(json),
        Fields(Some(there)) => {
            let has_all = |form: &&Form| form.fields.iter().all(|field| there.contains(field));
            match FORMS.iter().find(has_all) {
                Some(form) => (form.read)(json),
                None => Err(wrong(format!(
                    "it is no report that is known here; there are {}",
                    formats().collect::<Vec<_>>().join(", ")
                ))),
            }
        }
    }
}

fn wrong(text: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

/// Reads a document; an error says in which line and column it is.
fn parse<T: DeserializeOwned>(json: &[u8]) -> io::Result<T> {
    serde_json::from_slice(json).map_err(|error| wrong(error.to_string()))
}

/// Those fields of an object, or of the first in a list, by which formats are known. None for a list without entries.
struct Fields(Option<Vec<&'static str>>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Document;
        impl<'de> Visitor<'de> for Document {
            type Value = Fields;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a report: an object, or a list of them")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some((field, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
                    fields.extend(FORMS.iter().flat_map(|form| form.fields).find(|known| **known == field));
                }
                Ok(Fields(Some(fields)))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Fields, A::Error> {
                let first: Option<Fields> = list.next_element()?;
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Fields(first.and_then(|first| first.0)))
            }
        }
        deserializer.deserialize_any(Document)
    }
}

/// A document that may be one of several in a list.
fn each<T: DeserializeOwned>(json: &[u8]) -> io::Result<Vec<T>> {
    let first = json.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'[') { parse(json) } else { parse(json).map(|one| vec![one]) }
}
