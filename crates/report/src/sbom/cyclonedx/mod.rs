//! CycloneDX 1.4 to 1.7: what is said, and JSON (ECMA-424; the specification's JSON reference).
//!
//! What the standard has no field for stands in properties that begin with `plimsoll:`: places with their layers, source
//! packages, the distribution, what could not be seen. Older versions leave out what they do not know.

pub(crate) mod vex;
pub(crate) mod xml;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

use jiff::Timestamp;
use model::{Confidence, PackageKind, Presence, Report, Severity, VexStatus, Vulnerability};
use serde::Serialize;

use crate::Context;
use crate::json::print;
use crate::sbom::bill::{Bill, Component, FileEntry, is_cpe};
use crate::sbom::licenses::{self, Declared};
use crate::sbom::properties;
use crate::view;

/// The minor number of the version of the specification.
type Minor = u8;

/// Writes version 1.6, which most readers know and which has a place for all that is said here.
pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_version(6, reports, context, out)
}

/// Writes version 1.4.
pub(crate) fn write_1_4(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_version(4, reports, context, out)
}

/// Writes version 1.5.
pub(crate) fn write_1_5(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_version(5, reports, context, out)
}

/// Writes version 1.7.
pub(crate) fn write_1_7(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_version(7, reports, context, out)
}

fn write_version(minor: Minor, reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let bill = Bill::new(crate::sbom::only(reports, "CycloneDX")?);
    print::print(&Document::named(&bill, minor, context)?, out)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(rename = "$schema")]
    schema: String,
    bom_format: &'static str,
    spec_version: String,
    serial_number: Option<String>,
    version: u32,
    metadata: Metadata<'a>,
    components: Vec<Part<'a>>,
    dependencies: Vec<Dependency<'a>>,
    compositions: Vec<Composition<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    vulnerabilities: Vec<Vulnerable<'a>>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    timestamp: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifecycles: Option<[Lifecycle; 1]>,
    tools: Tools<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    component: Option<Part<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property>,
}

#[derive(Serialize)]
struct Lifecycle {
    phase: &'static str,
}

/// A list until 1.4, an object since.
#[derive(Serialize)]
#[serde(untagged)]
enum Tools<'a> {
    List([Tool<'a>; 1]),
    Components { components: [Tool<'a>; 1] },
}

#[derive(Serialize)]
struct Tool<'a> {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    name: &'static str,
    version: &'a str,
}

/// A component (object "component").
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Part<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "bom-ref")]
    reference: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hashes: Vec<Hash<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    licenses: Vec<License<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpe: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<Evidence<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property>,
}

#[derive(Serialize)]
struct Hash<'a> {
    alg: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum License<'a> {
    One { license: Named<'a> },
    Expression { expression: Cow<'a, str> },
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Named<'a> {
    Id(&'a str),
    Name(&'a str),
}

#[derive(Serialize)]
struct Evidence<'a> {
    identity: Identities<'a>,
    occurrences: Vec<Occurrence>,
}

/// One object in 1.5, a list since.
#[derive(Serialize)]
#[serde(untagged)]
enum Identities<'a> {
    One(Identity<'a>),
    List([Identity<'a>; 1]),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Identity<'a> {
    field: &'static str,
    confidence: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    concluded_value: Option<&'a str>,
    methods: [Method; 1],
}

#[derive(Serialize)]
struct Method {
    technique: &'static str,
    confidence: f32,
    value: String,
}

#[derive(Serialize)]
struct Occurrence {
    location: String,
}

#[derive(Serialize)]
struct Property {
    name: String,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dependency<'a> {
    #[serde(rename = "ref")]
    reference: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<&'a str>,
}

#[derive(Serialize)]
struct Composition<'a> {
    aggregate: &'static str,
    assemblies: [&'a str; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Vulnerable<'a> {
    #[serde(rename = "bom-ref")]
    reference: String,
    id: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    references: Vec<Alias<'a>>,
    ratings: Vec<Rating<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cwes: Vec<u32>,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    recommendation: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    advisories: Vec<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    analysis: Option<Analysis<'a>>,
    affects: Vec<Affects<'a>>,
}

#[derive(Serialize)]
struct Alias<'a> {
    id: &'a str,
    source: Name<'a>,
}

#[derive(Serialize)]
struct Name<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Rating<'a> {
    source: Name<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vector: Option<&'a str>,
}

#[derive(Serialize)]
struct Link {
    url: String,
}

#[derive(Clone, Copy, Serialize)]
struct Analysis<'a> {
    state: &'static str,
    detail: &'a str,
}

#[derive(Serialize)]
struct Affects<'a> {
    #[serde(rename = "ref")]
    reference: &'a str,
}

impl<'a> Document<'a> {
    /// The document with a serial number made from all that it says.
    fn named(bill: &'a Bill<'a>, minor: Minor, context: &Context<'a>) -> io::Result<Self> {
        let mut document = Self::new(bill, minor, context);
        document.name()?;
        Ok(document)
    }

    fn name(&mut self) -> io::Result<()> {
        let content = serde_json::to_vec(&self).map_err(io::Error::from)?;
        self.serial_number = Some(format!("urn:uuid:{}", Bill::uuid(&content)));
        Ok(())
    }

    fn new(bill: &'a Bill<'a>, minor: Minor, context: &Context<'a>) -> Self {
        let image = &bill.report.image;
        let target = &*image.origin.reference;
        let root = Part {
            kind: if image.config.os.is_empty() { "application" } else { "container" },
            reference: ROOT,
            publisher: None,
            group: None,
            name: if target.is_empty() { "image" } else { target },
            version: None,
            scope: None,
            hashes: Vec::new(),
            licenses: Vec::new(),
            cpe: None,
            purl: None,
            evidence: None,
            properties: named(properties::of_image(bill.report)),
        };
        let tool = |kind| Tool { kind, name: "plimsoll", version: context.version };
        let metadata = Metadata {
            timestamp: context.generated_at,
            lifecycles: (minor >= 5).then_some([Lifecycle { phase: "post-build" }]),
            tools: if minor >= 5 {
                Tools::Components { components: [tool(Some("application"))] }
            } else {
                Tools::List([tool(None)])
            },
            component: Some(root),
            properties: named([properties::of_gaps(bill.report), properties::of_unidentified(bill.report)].concat()),
        };
        let refers = |component: &'a Component<'a>| Dependency {
            reference: &component.reference,
            depends_on: component.needs.iter().map(|&other| &*bill.components[other].reference).collect(),
        };
        let top =
            Dependency { reference: ROOT, depends_on: bill.roots().map(|component| &*component.reference).collect() };
        let incomplete = !bill.report.inventory.gaps.is_empty();
        Self {
            schema: format!("http://cyclonedx.org/schema/bom-1.{minor}.schema.json"),
            bom_format: "CycloneDX",
            spec_version: format!("1.{minor}"),
            serial_number: None,
            version: 1,
            metadata,
            components: bill
                .components
                .iter()
                .map(|component| part(component, minor))
                .chain(bill.files.iter().map(file))
                .collect(),
            dependencies: std::iter::once(top).chain(bill.components.iter().map(refers)).collect(),
            compositions: vec![Composition {
                aggregate: if incomplete { "incomplete" } else { "complete" },
                assemblies: [ROOT],
            }],
            vulnerabilities: vulnerabilities(bill),
        }
    }
}

fn named(properties: Vec<properties::Property>) -> Vec<Property> {
    properties.into_iter().map(|(name, value)| Property { name, value }).collect()
}

/// What the bill calls the image itself.
const ROOT: &str = "image";

fn part<'a>(component: &'a Component<'a>, minor: Minor) -> Part<'a> {
    let package = component.package;
    let (group, name) = match package.kind {
        PackageKind::Maven => package.name.split_once(':').map_or((None, &*package.name), |(g, n)| (Some(g), n)),
        PackageKind::Npm if package.name.starts_with('@') => {
            package.name.split_once('/').map_or((None, &*package.name), |(g, n)| (Some(g), n))
        }
        _ => (None, &*package.name),
    };
    Part {
        kind: if package.kind == PackageKind::Generic { "application" } else { "library" },
        reference: &component.reference,
        publisher: package.vendor.as_deref(),
        group,
        name,
        // The schema has this bound; the package URL has the whole.
        version: Some(&*package.version).filter(|version| version.chars().count() <= 1024),
        scope: scope(component),
        hashes: Vec::new(),
        licenses: declared(component),
        cpe: package.cpes.first().map(String::as_str).filter(|cpe| is_cpe(cpe)),
        purl: Some(&component.purl),
        evidence: (minor >= 5).then(|| evidence(component, minor)),
        properties: named(told(component)),
    }
}

/// A program that nothing names, as a file.
fn file(file: &FileEntry) -> Part<'_> {
    Part {
        kind: "file",
        reference: &file.reference,
        publisher: None,
        group: None,
        name: &file.path,
        version: None,
        scope: None,
        hashes: file.sha256.iter().map(|content| Hash { alg: "SHA-256", content }).collect(),
        licenses: Vec::new(),
        cpe: None,
        purl: None,
        evidence: None,
        properties: Vec::new(),
    }
}

/// `required` is the default; `excluded` is for what does not belong to what is delivered.
fn scope(component: &Component<'_>) -> Option<&'static str> {
    let strongest = component.sightings.iter().filter_map(|item| Some(item.package()?.presence)).min()?;
    match strongest {
        Presence::Installed | Presence::Declared => None,
        Presence::DeclaredOptional => Some("optional"),
        Presence::DeclaredForDevelopment => Some("excluded"),
    }
}

/// A list of licences, or one expression: the standard does not let them stand together.
fn declared<'a>(component: &Component<'a>) -> Vec<License<'a>> {
    let texts: Vec<&str> = component.licenses.iter().copied().filter(|text| !text.trim().is_empty()).collect();
    if let [text] = *texts
        && let Declared::Expression(expression) = licenses::read(text)
    {
        return vec![License::Expression { expression }];
    }
    let one = |text| match licenses::read(text) {
        Declared::Id(id) => License::One { license: Named::Id(id) },
        Declared::Expression(_) | Declared::Name(_) => License::One { license: Named::Name(text) },
    };
    texts.into_iter().map(one).collect()
}

/// The properties of a component, with its licences where the list above has other words for them.
fn told(component: &Component<'_>) -> Vec<properties::Property> {
    let mut told = properties::of_component(component);
    let is_kept = |text: &&str| licenses::read(text).is_verbatim(text);
    if !component.licenses.iter().all(is_kept) {
        let licenses = component.licenses.iter();
        told.extend(licenses.map(|license| ("plimsoll:license".to_owned(), (*license).to_owned())));
    }
    told
}

fn evidence<'a>(component: &'a Component<'a>, minor: Minor) -> Evidence<'a> {
    let (confidence, technique) = match component.confidence {
        Confidence::High => (1.0, "manifest-analysis"),
        Confidence::Medium => (0.7, "binary-analysis"),
        Confidence::Low => (0.4, "filename"),
    };
    let by = component.sightings.first().map_or_else(String::new, |item| item.fact.by.0.to_string());
    let identity = Identity {
        field: "purl",
        confidence,
        concluded_value: (minor >= 6).then_some(&component.purl),
        methods: [Method { technique, confidence, value: by }],
    };
    let location = |item: &&model::Item| Occurrence { location: item.fact.place.path.to_text().into_owned() };
    Evidence {
        identity: if minor >= 6 { Identities::List([identity]) } else { Identities::One(identity) },
        occurrences: component.sightings.iter().map(location).collect(),
    }
}

/// Each vulnerability once, with the components that it affects. What does not count is analysed as such.
fn vulnerabilities<'a>(bill: &'a Bill<'a>) -> Vec<Vulnerable<'a>> {
    let mut rows: BTreeMap<_, Vulnerable<'a>> = BTreeMap::new();
    for (vulnerability, remark) in view::remarked(bill.report) {
        let Some(component) = bill.of_item(vulnerability.item) else { continue };
        let state = match (remark.map(|remark| remark.status), &vulnerability.suppressed) {
            (Some(VexStatus::UnderInvestigation), _) => Some("in_triage"),
            (Some(VexStatus::Affected), _) => Some("exploitable"),
            (Some(VexStatus::Fixed), Some(_)) => Some("resolved"),
            (_, Some(_)) => Some("not_affected"),
            (_, None) => None,
        };
        let detail = vulnerability.suppressed.as_deref().or(remark.and_then(|remark| remark.detail.as_deref()));
        // Fixes and verdicts may differ from package to package.
        let key = (&*vulnerability.id, state, detail, vulnerability.fixed.as_deref(), vulnerability.severity);
        let number = rows.len();
        let row = rows.entry(key).or_insert_with(|| {
            let analysis = state.map(|state| Analysis { state, detail: detail.unwrap_or_default() });
            vulnerable(vulnerability, number, analysis)
        });
        if row.affects.iter().all(|affected| affected.reference != component.reference) {
            row.affects.push(Affects { reference: &component.reference });
        }
    }
    rows.into_values().collect()
}

fn vulnerable<'a>(known: &'a Vulnerability, number: usize, analysis: Option<Analysis<'a>>) -> Vulnerable<'a> {
    let opinion = |opinion: &'a model::Opinion| Rating {
        source: Name { name: &opinion.publisher },
        score: opinion.score,
        severity: severity(opinion.severity),
        method: opinion.vector.as_deref().and_then(method),
        vector: opinion.vector.as_deref(),
    };
    let mut ratings: Vec<Rating<'_>> = known.opinions.iter().map(opinion).collect();
    if ratings.is_empty() {
        ratings.push(Rating {
            source: Name { name: &known.severity_source },
            score: known.score,
            severity: severity(known.severity),
            method: known.cvss.as_deref().and_then(method),
            vector: known.cvss.as_deref(),
        });
    }
    let cwe = |weakness: &String| weakness.strip_prefix("CWE-")?.parse().ok().filter(|number| *number > 0);
    Vulnerable {
        reference: format!("vulnerability-{number}"),
        id: &known.id,
        references: known.aliases.iter().map(|id| Alias { id, source: Name { name: database(id) } }).collect(),
        ratings,
        cwes: known.weaknesses.iter().filter_map(cwe).collect::<BTreeSet<u32>>().into_iter().collect(),
        description: &known.summary,
        recommendation: known.fixed.as_ref().map(|fixed| format!("Upgrade to {fixed} or later.")),
        advisories: known.references.iter().filter_map(|text| url(text)).map(|url| Link { url }).collect(),
        published: known.published.as_deref().and_then(time),
        analysis,
        affects: Vec::new(),
    }
}

/// A time with its zone.
fn time(text: &str) -> Option<String> {
    text.parse().ok().map(|time: Timestamp| time.to_string())
}

/// An address as the standard wants it (RFC 3987, "IRI-reference"): what does not belong into one is percent-encoded, and what
/// is none is left out.
fn url(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https" | "ftp"))?;
    let (rest, fragment) = rest.split_once('#').map_or((rest, None), |(rest, fragment)| (rest, Some(fragment)));
    let host = rest.chars().next().filter(char::is_ascii_alphanumeric);
    host.map(|_| {
        let fragment = fragment.map_or_else(String::new, |fragment| format!("#{}", encoded(fragment)));
        format!("{scheme}://{}{fragment}", encoded(rest))
    })
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, character) in text.char_indices() {
        let hex = |at: usize| text.as_bytes().get(index + at).is_some_and(u8::is_ascii_hexdigit);
        let belongs = match character {
            '%' => hex(1) && hex(2),
            _ => character.is_alphanumeric() || "-._~:/?@!$&'()*+,;=".contains(character),
        };
        if belongs {
            out.push(character);
        } else {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// Which database an id is from, by what it begins with.
fn database(id: &str) -> &str {
    id.split_once('-').map_or(id, |(database, _)| database)
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
        Severity::Negligible => "info",
        Severity::Unknown => "unknown",
    }
}

fn method(vector: &str) -> Option<&'static str> {
    Some(match vector.split_once('/')?.0 {
        "CVSS:3.1" => "CVSSv31",
        "CVSS:3.0" => "CVSSv3",
        // The enumeration has it since 1.5, and "other" before.
        "CVSS:4.0" => "other",
        first if first.starts_with("AV:") => "CVSSv2",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::url;

    #[test]
    fn addresses_are_made_valid_or_left_out() {
        for (text, expected) in [
            ("https://example.com/a?b=c&d#e", Some("https://example.com/a?b=c&d#e")),
            ("https://example.com/a b|c[1]", Some("https://example.com/a%20b%7Cc%5B1%5D")),
            ("https://example.com/%41%4#x#y", Some("https://example.com/%41%254#x%23y")),
            ("https://example.com/\u{202e}é", Some("https://example.com/%E2%80%AEé")),
            ("javascript:alert(1)", None),
            ("::error::x", None),
            ("https://", None),
            ("", None),
        ] {
            assert_eq!(url(text).as_deref(), expected, "{text}");
        }
    }
}
