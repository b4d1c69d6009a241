//! Bills of materials that others wrote: read into the inventory that a scan of the thing itself would give, as far as the
//! bill tells, and with what it does not tell as gaps.
//!
//! `cyclonedx` and `cyclonedx_xml`, `spdx`, `spdx3` and `syft` read one standard each into [`Entry`]s; `assemble` makes packages of them. Envelopes
//! (in-toto statements, DSSE) are opened first.

mod assemble;
mod cyclonedx;
mod cyclonedx_xml;
mod envelope;
pub(crate) mod found;
mod spdx;
mod spdx3;
mod syft;

use std::collections::BTreeMap;

use model::{Image, Inventory, LayerSummary, Presence, Unreadable};

use crate::syntax::json::{Text, object};

/// Bytes of a bill. A large image's takes a twentieth of it.
const LARGEST: usize = 512 << 20;

/// A bill of materials as a thing to judge.
#[derive(Clone, Debug, Default)]
pub struct Bill {
    /// The standard that it is written by, for people: `CycloneDX 1.6`.
    pub standard: String,
    /// What it is about, as far as it tells.
    pub image: Image,
    /// Whose part of the image each layer is, as far as it tells.
    pub layers: Vec<LayerSummary>,
    /// What is inside, and what the bill leaves open.
    pub inventory: Inventory,
}

/// Reads a bill of any standard. An error means that it is none.
pub fn read(content: &[u8]) -> Result<Bill, Unreadable> {
    if content.len() > LARGEST {
        return Err(Unreadable::limit(format!("{} bytes; more than {LARGEST} are not read", content.len())));
    }
    let text = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content).trim_ascii_start();
    match text.first() {
        Some(b'{') => read_json(text),
        Some(b'<') => cyclonedx_xml::read(text),
        _ if text.starts_with(b"SPDXVersion:") => spdx::read_tags(text),
        _ => Err(unknown()),
    }
}

fn read_json(text: &[u8]) -> Result<Bill, Unreadable> {
    // A statement in an envelope is usual, more is not.
    let Some(outer) = envelope::open(text)? else { return read_plain(text) };
    let inner = envelope::open(&outer)?;
    read_plain(inner.as_deref().unwrap_or(&outer))
}

fn read_plain(text: &[u8]) -> Result<Bill, Unreadable> {
    let marks: Marks<'_> = crate::syntax::json::parse_large(text)?;
    if marks.format.get() == "CycloneDX" {
        cyclonedx::read(text)
    } else if marks.spdx.get().starts_with("SPDX-2") {
        spdx::read_json(text)
    } else if marks.context.get().contains("spdx.org/rdf/3.") {
        spdx3::read(text)
    } else if marks.schema.url.get().contains("syft") {
        syft::read(text)
    } else {
        Err(unknown())
    }
}

fn unknown() -> Unreadable {
    Unreadable::unsupported(
        "no bill of materials that is known here: CycloneDX (JSON, XML), SPDX 2 (JSON, tag-value), SPDX 3 (JSON-LD) and \
         Syft's JSON are, also in an in-toto statement or a DSSE envelope",
    )
}

object! {
    /// What tells standards apart.
    struct Marks<'a> {
        "bomFormat" => format: Text<'a>,
        "spdxVersion" => spdx: Text<'a>,
        "@context" => context: Text<'a>,
        "schema" => schema: Schema<'a>,
    }
}

object! {
    struct Schema<'a> {
        "url" => url: Text<'a>,
    }
}

/// What a bill says of one component.
#[derive(Debug, Default)]
struct Entry {
    /// What the bill calls it where it speaks of who needs whom.
    reference: String,
    purl: String,
    group: String,
    name: String,
    version: String,
    vendor: String,
    licenses: Vec<String>,
    cpes: Vec<String>,
    /// What it stands for.
    role: Role,
    /// Whether it belongs to what is delivered; none where the bill does not tell.
    presence: Option<Presence>,
    /// Where it was found, for bills that have a place for that.
    paths: Vec<String>,
    /// What the standard has no field for.
    properties: Properties,
}

/// What an entry stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Role {
    /// A package, if it names one.
    #[default]
    Package,
    /// The operating system.
    System,
    /// Something that is no package: a file, the image.
    Other,
}

/// Named texts, several of one name in their order.
#[derive(Debug, Default)]
struct Properties(BTreeMap<String, Vec<String>>);

impl Properties {
    fn add(&mut self, name: &str, value: &str) {
        if !name.is_empty() && !value.is_empty() {
            self.0.entry(name.to_owned()).or_default().push(value.to_owned());
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.all(name).first().map(String::as_str)
    }

    fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
}

/// All that a bill says.
#[derive(Debug, Default)]
struct Draft {
    standard: String,
    /// What it is about.
    subject: String,
    /// What is said of that.
    properties: Properties,
    entries: Vec<Entry>,
    /// Who needs whom, by reference.
    needs: Vec<(String, String)>,
    /// The reference of what the bill is about: what it needs was asked for.
    root: String,
}

#[cfg(test)]
mod tests;
