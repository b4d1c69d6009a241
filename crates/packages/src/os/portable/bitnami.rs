//! The bills of materials that Bitnami puts beside its applications.
//!
//! **Files.** `.spdx-NAME.spdx` below `opt/bitnami`.
//!
//! **Format.** SPDX 2.3 in JSON (clauses 7, "Package information", and 11, "Relationships"). What Bitnami built has a
//! package URL of the type `bitnami`.
//!
//! **Facts.** Application and libraries that Bitnami built, with version and revision, declared licences, names in the
//! Common Platform Enumeration, and what they contain as what they need.
//!
//! **Not seen.** Packages of other types, such as Go modules: they are in the programs and archives themselves, where
//! other formats find them.

use std::collections::HashMap;

use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Presence, Purl, Requirement, Unreadable};

use crate::language::lies_below;
use crate::listing::Listing;
use crate::syntax::json::{self, Items, Text, object};
use crate::syntax::spdx::{Reference, Relationship};

/// Names what Bitnami built: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "bitnami", version: 1, files: &[Key::Extension("spdx").when(is_bitnamis)], analyze };

fn is_bitnamis(path: &ImagePath) -> bool {
    path.name().starts_with(b".spdx-") && lies_below(path, "opt/bitnami")
}

object! {
    struct Document<'a> {
        "packages" => packages: Items<Package<'a>>,
        "relationships" => relationships: Items<Relationship<'a>>,
    }
}

object! {
    struct Package<'a> {
        "SPDXID" => id: Text<'a>,
        "licenseDeclared" => license: Text<'a>,
        "externalRefs" => references: Items<Reference<'a>>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let document: Document<'_> = json::parse(file.content)?;
    let purls: HashMap<&str, Purl> = document.packages.0.iter().filter_map(bitnami_purl).collect();
    let mut contained: HashMap<&str, Vec<Requirement>> = HashMap::new();
    for relationship in document.relationships.0.iter().filter(|relationship| relationship.kind.get() == "CONTAINS") {
        if let Some(purl) = purls.get(relationship.to.get()) {
            let required = Requirement { name: purl.name.clone(), version: purl.version.clone() };
            contained.entry(relationship.from.get()).or_default().push(required);
        }
    }
    let mut listing = Listing::new(PackageKind::Bitnami);
    for described in &document.packages.0 {
        let Some(purl) = purls.get(described.id.get()) else { continue };
        let version = purl.version.as_deref().unwrap_or_default();
        let Some(package) = listing.add(&purl.name, version, Presence::Installed) else { continue };
        package.arch = purl.qualifiers.get("arch").cloned();
        package.requires.extend(contained.remove(described.id.get()).unwrap_or_default());
        package.licenses = match described.license.get() {
            "" | "NONE" | "NOASSERTION" => Vec::new(),
            license => vec![license.to_owned()],
        };
        let cpes = described.references.0.iter().filter(|reference| reference.kind.get() == "cpe23Type");
        // Bitnami leaves open which part it is; all of these are applications.
        package.cpes = cpes.map(|cpe| cpe.locator.get().replacen("cpe:2.3:*:", "cpe:2.3:a:", 1)).collect();
    }
    listing.tell(facts);
    Ok(())
}

fn bitnami_purl<'a>(package: &'a Package<'_>) -> Option<(&'a str, Purl)> {
    let mut purls = package.references.0.iter().filter(|reference| reference.kind.get() == "purl");
    let purl = purls.find_map(|reference| reference.locator.get().parse::<Purl>().ok())?;
    (purl.kind == "bitnami").then(|| (package.id.get(), purl))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, survives, wants};

    const PATH: &str = "opt/bitnami/app/.spdx-app.spdx";
    const DOCUMENT: &str = r#"{"spdxVersion": "SPDX-2.3", "packages": [
        {"SPDXID": "A", "licenseDeclared": "MIT", "externalRefs": [
            {"referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:*:v:app:1.2:*:*:*:*:*:*:*"},
            {"referenceType": "purl", "referenceLocator": "pkg:bitnami/app@1.2-3?arch=amd64&distro=debian-12"}]},
        {"SPDXID": "B", "licenseDeclared": "NOASSERTION", "externalRefs": [
            {"referenceType": "purl", "referenceLocator": "pkg:bitnami/lib@4.5"}]},
        {"SPDXID": "C", "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:golang/x.y/z@v1.0.0"}]},
        {"SPDXID": "D", "name": "opt/bitnami/app/bin/app"}],
        "relationships": [{"spdxElementId": "A", "relationshipType": "CONTAINS", "relatedSpdxElement": "B"},
            {"spdxElementId": "A", "relationshipType": "CONTAINS", "relatedSpdxElement": "C"}]}"#;

    #[test]
    fn what_bitnami_built_is_listed() {
        check(&ANALYZER, PATH, DOCUMENT, "app 1.2-3 [MIT] -> lib 4.5\nlib 4.5");
        check(&ANALYZER, PATH, "{}", "");
        check(&ANALYZER, PATH, r#"{"a": "b"#, "gap: corrupt");
    }

    #[test]
    fn only_bitnamis_own_documents_are_wanted() {
        assert!(wants(&ANALYZER, PATH));
        assert!(!wants(&ANALYZER, "srv/.spdx-app.spdx"));
        assert!(!wants(&ANALYZER, "opt/bitnami/app/app.spdx"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[DOCUMENT.as_bytes()]);
    }
}
