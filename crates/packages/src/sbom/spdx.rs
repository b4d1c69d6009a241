//! SPDX 2.2 and 2.3, JSON and tag-value (SPDX specification 2.3, clauses 7 "Package information" and 11 "Relationships").

use model::Unreadable;

use super::{Bill, Draft, Entry, Properties, Role, assemble};
use crate::syntax::json::{self, Items, Text, object};
use crate::syntax::spdx::{Reference, Relationship};

object! {
    struct Document<'a> {
        "spdxVersion" => version: Text<'a>,
        "name" => name: Text<'a>,
        "packages" => packages: Items<Package<'a>>,
        "relationships" => relationships: Items<Relationship<'a>>,
        "documentDescribes" => describes: Items<Text<'a>>,
        "annotations" => annotations: Items<Annotation<'a>>,
    }
}

object! {
    struct Package<'a> {
        "SPDXID" => id: Text<'a>,
        "name" => name: Text<'a>,
        "versionInfo" => version: Text<'a>,
        "supplier" => supplier: Text<'a>,
        "originator" => originator: Text<'a>,
        "sourceInfo" => source_info: Text<'a>,
        "licenseDeclared" => license: Text<'a>,
        "primaryPackagePurpose" => purpose: Text<'a>,
        "externalRefs" => references: Items<Reference<'a>>,
        "annotations" => annotations: Items<Annotation<'a>>,
        "attributionTexts" => attributions: Items<Text<'a>>,
    }
}

object! {
    struct Annotation<'a> {
        "comment" => comment: Text<'a>,
    }
}

pub(super) fn read_json(text: &[u8]) -> Result<Bill, Unreadable> {
    let document: Document<'_> = json::parse_large(text)?;
    let mut draft = Draft {
        standard: document.version.get().replace('-', " "),
        subject: document.name.get().to_owned(),
        ..Draft::default()
    };
    for annotation in &document.annotations.0 {
        comment(&mut draft.properties, annotation.comment.get());
    }
    for package in &document.packages.0 {
        let mut entry = Entry {
            reference: package.id.get().to_owned(),
            name: package.name.get().to_owned(),
            version: package.version.get().to_owned(),
            role: role(package.purpose.get()),
            ..Entry::default()
        };
        entry.vendor = supplier(package.supplier.get()).or(supplier(package.originator.get())).unwrap_or_default();
        entry.licenses = license(package.license.get());
        for reference in &package.references.0 {
            external(&mut entry, reference.kind.get(), reference.locator.get());
        }
        for annotation in &package.annotations.0 {
            comment(&mut entry.properties, annotation.comment.get());
        }
        for text in &package.attributions.0 {
            attribution(&mut entry.properties, text.get());
        }
        acquired(&mut entry, package.source_info.get());
        draft.entries.push(entry);
    }
    for root in &document.describes.0 {
        root.get().clone_into(&mut draft.root);
    }
    for relationship in &document.relationships.0 {
        relate(&mut draft, relationship.from.get(), relationship.kind.get(), relationship.to.get());
    }
    Ok(assemble::assemble(draft))
}

/// Tag-value: a tag and its value on each line, where a value may run over lines in `<text>`.
pub(super) fn read_tags(content: &[u8]) -> Result<Bill, Unreadable> {
    let text = std::str::from_utf8(content)
        .map_err(|error| Unreadable::corrupt(format!("not UTF-8 at byte {}", error.valid_up_to())))?;
    let mut draft = Draft::default();
    let mut rest = text;
    while let Some((tag, value)) = next_tag(&mut rest) {
        let entry = draft.entries.last_mut();
        match (tag, entry) {
            ("SPDXVersion", _) => draft.standard = value.replace('-', " "),
            ("DocumentName", _) => draft.subject = value.into(),
            ("PackageName", _) => draft.entries.push(Entry { name: value.into(), ..Entry::default() }),
            // Files come after packages.
            ("FileName" | "SnippetSPDXID", _) => draft.entries.push(Entry { role: Role::Other, ..Entry::default() }),
            ("Relationship", _) => {
                let mut words = value.split_ascii_whitespace();
                if let (Some(from), Some(kind), Some(to)) = (words.next(), words.next(), words.next()) {
                    relate(&mut draft, from, kind, to);
                }
            }
            ("SPDXID", Some(entry)) => entry.reference = value.into(),
            ("PackageVersion", Some(entry)) => entry.version = value.into(),
            ("PackageSupplier" | "PackageOriginator", Some(entry)) if entry.vendor.is_empty() => {
                entry.vendor = supplier(value).unwrap_or_default();
            }
            ("PackageLicenseDeclared", Some(entry)) => entry.licenses = license(value),
            ("PackageSourceInfo", Some(entry)) => acquired(entry, value),
            ("PackageAttributionText", Some(entry)) => attribution(&mut entry.properties, value),
            ("PrimaryPackagePurpose", Some(entry)) => entry.role = role(value),
            ("ExternalRef", Some(entry)) => {
                let mut words = value.split_ascii_whitespace().skip(1);
                if let (Some(kind), Some(locator)) = (words.next(), words.next()) {
                    external(entry, kind, locator);
                }
            }
            ("AnnotationComment", Some(entry)) => comment(&mut entry.properties, value),
            ("AnnotationComment", None) => comment(&mut draft.properties, value),
            _ => {}
        }
    }
    Ok(assemble::assemble(draft))
}

/// Takes the next tag with its value from the front of the text.
fn next_tag<'a>(rest: &mut &'a str) -> Option<(&'a str, &'a str)> {
    loop {
        if rest.is_empty() {
            return None;
        }
        let (line, behind) = rest.split_once('\n').unwrap_or((rest, ""));
        let Some((tag, value)) = line.split_once(':').filter(|_| !line.starts_with('#')) else {
            *rest = behind;
            continue;
        };
        let value = value.trim();
        let Some(opened) = value.strip_prefix("<text>") else {
            *rest = behind;
            return Some((tag.trim(), value));
        };
        // Over as many lines as it takes.
        let whole = rest.split_once("<text>").map_or(opened, |(_, whole)| whole);
        let (value, behind) = whole.split_once("</text>").unwrap_or((whole, ""));
        *rest = behind;
        return Some((tag.trim(), value.trim()));
    }
}

/// `Organization: Debian (team@example.com)`.
fn supplier(text: &str) -> Option<String> {
    let (kind, name) = text.split_once(':')?;
    matches!(kind, "Organization" | "Person").then(|| name.trim().to_owned())
}

fn role(purpose: &str) -> Role {
    match purpose {
        "OPERATING-SYSTEM" => Role::System,
        "CONTAINER" | "FILE" | "ARCHIVE" | "DEVICE" => Role::Other,
        _ => Role::Package,
    }
}

pub(super) fn license(text: &str) -> Vec<String> {
    let known = !matches!(text, "" | "NOASSERTION" | "NONE");
    known.then(|| text.to_owned()).into_iter().collect()
}

fn external(entry: &mut Entry, kind: &str, locator: &str) {
    match kind {
        "purl" => locator.clone_into(&mut entry.purl),
        "cpe23Type" | "cpe22Type" => entry.cpes.push(locator.to_owned()),
        _ => {}
    }
}

/// What the standard has no field for, as bills of our own carry it: `plimsoll:name: value`.
pub(super) fn comment(properties: &mut Properties, text: &str) {
    for line in text.lines().filter(|line| line.starts_with("plimsoll:")) {
        if let Some((name, value)) = line.split_once(": ") {
            properties.add(name, value);
        }
    }
}

/// What Trivy has no field for: `LayerDiffID: sha256:...`, `SrcName: openssl`.
fn attribution(properties: &mut Properties, text: &str) {
    if let Some((name, value)) = text.split_once(": ") {
        properties.add(&format!("aquasecurity:trivy:{name}"), value);
    }
}

/// `acquired package info from installed node module manifest file: /app/package.json, /b/package.json` (Syft), `built
/// package from: openssl 3.0.11-1` (Trivy).
fn acquired(entry: &mut Entry, text: &str) {
    if let Some(source) = text.strip_prefix("built package from: ") {
        if let Some((name, version)) = source.split_once(' ') {
            entry.properties.add("plimsoll:source:name", name);
            entry.properties.add("plimsoll:source:version", version);
        }
    } else if let Some((_, paths)) = text.strip_prefix("acquired package info").and_then(|rest| rest.split_once(": ")) {
        entry.paths.extend(paths.split(", ").map(str::to_owned));
    }
}

fn relate(draft: &mut Draft, from: &str, kind: &str, to: &str) {
    match kind {
        "DEPENDS_ON" => draft.needs.push((from.to_owned(), to.to_owned())),
        "DEPENDENCY_OF" | "RUNTIME_DEPENDENCY_OF" => draft.needs.push((to.to_owned(), from.to_owned())),
        "DESCRIBES" => to.clone_into(&mut draft.root),
        _ => {}
    }
}
