//! The bills of materials that Wolfi's and Chainguard's packages bring with them.
//!
//! **Files.** `var/lib/db/sbom/*.spdx.json`, also inside root filesystems further down.
//!
//! **Format.** SPDX 2.3 in JSON (clauses 7, "Package information", and 11, "Relationships"), as melange writes it: one
//! package has a package URL of the type `apk`; others are what it was made from (the recipe, the upstream source).
//!
//! **Facts.** The package with its architecture and its declared licence, as the package says of itself: where
//! [apk's database](super::apk) is there and lists the document among the package's files, the database is believed, so that
//! no package is there twice. Where somebody removed the database, as in images made small, the documents are what is
//! left.
//!
//! **Not seen.** What the package was made from, as it is not in the image. What it needs: the documents do not tell. The
//! tests were written from melange's documentation.

use model::{Analyzer, Confidence, Facts, File, Key, PackageKind, Presence, Purl, SourcePackage, Unreadable};

use crate::listing::Listing;
use crate::syntax::json::{self, Items, Text, object};
use crate::syntax::spdx::Reference;

/// The row of the table.
pub const ANALYZER: Analyzer = Analyzer {
    name: "apk-sbom",
    version: 1,
    files: &[Key::In("var/lib/db/sbom").when(|path| path.name().ends_with(b".spdx.json"))],
    analyze,
};

object! {
    struct Document<'a> {
        "packages" => packages: Items<Package<'a>>,
    }
}

object! {
    struct Package<'a> {
        "licenseDeclared" => license: Text<'a>,
        "externalRefs" => references: Items<Reference<'a>>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let document: Document<'_> = json::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Apk);
    for described in &document.packages.0 {
        let Some(purl) = apk_purl(described) else { continue };
        let version = purl.version.unwrap_or_default();
        let Some(package) = listing.add(&purl.name, &version, Presence::Installed) else { continue };
        package.confidence = Confidence::Medium;
        package.arch = purl.qualifiers.get("arch").cloned();
        let origin = purl.qualifiers.get("origin").or_else(|| purl.qualifiers.get("upstream"));
        package.source = origin.map(|origin| SourcePackage { name: origin.clone(), version });
        package.licenses = match described.license.get() {
            "" | "NONE" | "NOASSERTION" => Vec::new(),
            license => vec![license.to_owned()],
        };
    }
    listing.tell(facts);
    Ok(())
}

fn apk_purl(package: &Package<'_>) -> Option<Purl> {
    let mut purls = package.references.0.iter().filter(|reference| reference.kind.get() == "purl");
    let purl = purls.find_map(|reference| reference.locator.get().parse::<Purl>().ok())?;
    Some(purl).filter(|purl| purl.kind == "apk")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, survives, wants};

    const PATH: &str = "var/lib/db/sbom/curl-8.9.1-r0.spdx.json";
    const DOCUMENT: &str = r#"{"spdxVersion": "SPDX-2.3", "name": "apk-curl-8.9.1-r0", "packages": [
        {"SPDXID": "SPDXRef-Package-curl-8.9.1-r0", "name": "curl", "versionInfo": "8.9.1-r0", "licenseDeclared": "MIT",
            "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                "referenceLocator": "pkg:apk/wolfi/curl@8.9.1-r0?arch=x86_64&distro=wolfi"}]},
        {"SPDXID": "SPDXRef-Package-curl.yaml-0a1b", "name": "curl.yaml", "licenseDeclared": "NOASSERTION",
            "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:github/wolfi-dev/os@0a1b#curl.yaml"}]},
        {"SPDXID": "SPDXRef-Package-curl-8.9.1-0", "name": "curl", "versionInfo": "8.9.1", "externalRefs": [
            {"referenceType": "purl", "referenceLocator": "pkg:generic/curl@8.9.1?download_url=https%3A%2F%2Fcurl.example"}]}],
        "relationships": [{"spdxElementId": "SPDXRef-Package-curl-8.9.1-r0", "relationshipType": "GENERATED_FROM",
            "relatedSpdxElement": "SPDXRef-Package-curl-8.9.1-0"}]}"#;

    #[test]
    fn only_the_package_itself_is_there() {
        check(&ANALYZER, PATH, DOCUMENT, "curl 8.9.1-r0 [MIT]");
        check(&ANALYZER, PATH, "{}", "");
        check(&ANALYZER, PATH, "[", "gap: corrupt");
    }

    #[test]
    fn the_database_of_packages_is_believed_instead() {
        let found = crate::os::testing::read(&ANALYZER, PATH, DOCUMENT.as_bytes());
        assert_eq!(found.packages[0].confidence, Confidence::Medium);
        assert_eq!(found.packages[0].arch.as_deref(), Some("x86_64"));
    }

    #[test]
    fn only_documents_of_packages_are_wanted() {
        assert!(wants(&ANALYZER, PATH));
        assert!(!wants(&ANALYZER, "srv/curl-8.9.1-r0.spdx.json"));
        assert!(!wants(&ANALYZER, "var/lib/db/sbom/x.json"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[DOCUMENT.as_bytes()]);
    }
}
