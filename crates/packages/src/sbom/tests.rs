//! Bills as different tools write them, each in the few lines that matter, and what they come to.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use model::{Presence, Relation};
use proptest::prelude::*;

use super::*;

/// Reads a bill and compares it: the distribution, a line per package (`type name version`, then where they apply
/// `from SOURCE VERSION`, `{module}`, `(presence)`, `direct`, `[licences]`, `-> needed`, `in PATH@layer`), a line per gap.
fn check(bill: impl AsRef<[u8]>, expected: &str) {
    let lines = expected.lines().map(str::trim).filter(|line| !line.is_empty());
    assert_eq!(shown(&read(bill.as_ref()).unwrap()), lines.collect::<Vec<_>>());
}

fn shown(bill: &Bill) -> Vec<String> {
    let inventory = &bill.inventory;
    let distro = inventory.distro.iter().map(|distro| format!("{} {}", distro.id, distro.version));
    let package = |item: &model::Item| {
        let package = item.package().unwrap();
        let mut line = format!("{} {} {}", package.kind.purl_type(), package.name, package.version);
        if let Some(source) = &package.source {
            line.extend([" from ", &source.name, " ", &source.version]);
        }
        package.module.iter().for_each(|module| line.extend([" {", module, "}"]));
        line += match package.presence {
            Presence::Installed => "",
            Presence::Declared => " (declared)",
            Presence::DeclaredOptional => " (optional)",
            Presence::DeclaredForDevelopment => " (development)",
        };
        line += if package.relation == Relation::Direct { " direct" } else { "" };
        if !package.licenses.is_empty() {
            line.extend([" [", &package.licenses.join("; "), "]"]);
        }
        for required in &package.requires {
            line.extend([" -> ", &required.name]);
        }
        let place = &item.fact.place;
        if !place.path.as_bytes().is_empty() {
            line.extend([" in ", &place.path.to_text()]);
            place.layer.iter().for_each(|layer| line.extend(["@", &layer.0.to_string()]));
        }
        line
    };
    let gaps = inventory.gaps.iter().map(|gap| format!("gap: {}", gap.kind.name()));
    distro.chain(inventory.items.iter().map(package)).chain(gaps).collect()
}

const TRIVY: &str = r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": {"bom-ref": "root", "type": "container", "name": "shop"}},
    "components": [
        {"bom-ref": "os", "type": "operating-system", "name": "debian", "version": "12.5"},
        {"bom-ref": "a", "type": "library", "name": "libc6", "version": "2.36-9+deb12u4", "licenses": [{"license": {"name": "LGPL-2.1"}}],
         "purl": "pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12.5",
         "properties": [{"name": "aquasecurity:trivy:SrcName", "value": "glibc"}, {"name": "aquasecurity:trivy:SrcVersion", "value": "2.36"},
                        {"name": "aquasecurity:trivy:SrcRelease", "value": "9+deb12u4"}]},
        {"bom-ref": "b", "type": "library", "name": "login", "version": "1:4.13", "purl": "pkg:deb/debian/login@4.13?arch=amd64&distro=debian-12.5&epoch=1"},
        {"bom-ref": "c", "type": "library", "group": "@angular", "name": "core", "version": "15.2.10", "purl": "pkg:npm/%40angular/core@15.2.10",
         "properties": [{"name": "aquasecurity:trivy:FilePath", "value": "app/node_modules/@angular/core/package.json"}]},
        {"bom-ref": "f", "type": "application", "name": "app/package-lock.json", "components": [
            {"bom-ref": "d", "type": "library", "name": "rxjs", "version": "7.8.1", "purl": "pkg:npm/rxjs@7.8.1", "scope": "optional"}]}],
    "dependencies": [{"ref": "root", "dependsOn": ["c"]}, {"ref": "c", "dependsOn": ["d", "missing"]}, {"ref": "b", "dependsOn": ["a"]}]}"#;

#[test]
fn cyclonedx_as_trivy_writes_it() {
    check(
        TRIVY,
        "debian 12.5
         deb libc6 2.36-9+deb12u4 from glibc 2.36-9+deb12u4 [LGPL-2.1]
         deb login 1:4.13 -> libc6
         npm @angular/core 15.2.10 direct -> rxjs in app/node_modules/@angular/core/package.json
         npm rxjs 7.8.1 (optional)
         gap: unsupported",
    );
}

const SYFT: &str = r#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
    {"bom-ref": "os", "type": "operating-system", "name": "rhel", "version": "9.3", "cpe": "cpe:2.3:o:redhat:enterprise_linux:9:*:*:*:*:*:*:*",
     "properties": [{"name": "syft:distro:id", "value": "rhel"}, {"name": "syft:distro:versionID", "value": "9.3"}]},
    {"type": "library", "name": "nodejs", "version": "1:18.20.2-2.module+el9", "purl": "pkg:rpm/rhel/nodejs@18.20.2-2.module%2Bel9?arch=x86_64&distro=rhel-9.3&epoch=1&upstream=nodejs-18.20.2-2.module%2Bel9.src.rpm",
     "properties": [{"name": "syft:metadata:modularityLabel", "value": "nodejs:18:9040020240301:rhel9"}]},
    {"type": "library", "name": "github.com/Masterminds/sprig", "version": "v2.22.0", "purl": "pkg:golang/github.com/masterminds/sprig@v2.22.0",
     "properties": [{"name": "syft:location:0:path", "value": "/usr/bin/helm"}, {"name": "syft:location:0:layerID", "value": "sha256:00"}]},
    {"type": "application", "name": "redis", "version": "7.0.14", "cpe": "cpe:2.3:a:redislabs:redis:7.0.14:*:*:*:*:*:*:*"},
    {"type": "file", "name": "/etc/os-release"}]}"#;

#[test]
fn cyclonedx_as_syft_writes_it() {
    check(
        SYFT,
        "rhel 9.3
         rpm nodejs 1:18.20.2-2.module+el9 from nodejs 1:18.20.2-2.module+el9 {nodejs:18:9040020240301:rhel9}
         golang github.com/Masterminds/sprig v2.22.0 in usr/bin/helm
         generic redis 7.0.14",
    );
}

const SPDX: &str = r#"{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "shop", "packages": [
    {"SPDXID": "SPDXRef-os", "name": "alpine", "versionInfo": "3.18.4", "primaryPackagePurpose": "OPERATING-SYSTEM"},
    {"SPDXID": "SPDXRef-a", "name": "libssl3", "versionInfo": "3.1.4-r0", "supplier": "Organization: Alpine (x@example.com)", "licenseDeclared": "Apache-2.0",
     "sourceInfo": "built package from: openssl 3.1.4-r0",
     "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:apk/alpine/libssl3@3.1.4-r0?arch=x86_64"}]},
    {"SPDXID": "SPDXRef-b", "name": "express", "versionInfo": "4.18.2", "licenseDeclared": "NOASSERTION",
     "sourceInfo": "acquired package info from installed node module manifest file: /app/a.json, /app/b.json",
     "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:npm/express@4.18.2"}]}],
    "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-b"},
                      {"spdxElementId": "SPDXRef-a", "relationshipType": "DEPENDENCY_OF", "relatedSpdxElement": "SPDXRef-b"}]}"#;

#[test]
fn spdx_as_trivy_and_syft_write_it() {
    // One of these needs the other, but packages of different kinds are no requirements of each other.
    check(
        SPDX,
        "alpine 3.18.4
         apk libssl3 3.1.4-r0 from openssl 3.1.4-r0 direct [Apache-2.0]
         npm express 4.18.2 in app/a.json
         npm express 4.18.2 in app/b.json",
    );
}

const TAGS: &str = "SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: shop
# a comment: with a colon

PackageName: curl
SPDXID: SPDXRef-a
PackageVersion: 7.88.1-10+deb12u5
PackageLicenseDeclared: curl
PackageComment: <text>A text
PackageName: no package
of several lines</text>
ExternalRef: PACKAGE-MANAGER purl pkg:deb/debian/curl@7.88.1-10%2Bdeb12u5?arch=amd64&distro=debian-12
PackageName: libcurl4
SPDXID: SPDXRef-b
ExternalRef: PACKAGE-MANAGER purl pkg:deb/debian/libcurl4@7.88.1-10%2Bdeb12u5?distro=debian-12&upstream=curl
FileName: ./x
SPDXID: SPDXRef-c
Relationship: SPDXRef-a DEPENDS_ON SPDXRef-b
";

#[test]
fn spdx_as_tags_and_values() {
    check(
        TAGS,
        "debian 12
         deb curl 7.88.1-10+deb12u5 [curl] -> libcurl4
         deb libcurl4 7.88.1-10+deb12u5 from curl 7.88.1-10+deb12u5",
    );
}

/// Written from the XML schema of version 1.6.
const XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<c:bom xmlns:c="http://cyclonedx.org/schema/bom/1.6" version="1"><c:metadata>
  <c:component type="container" bom-ref="root"><c:name>shop</c:name></c:component></c:metadata>
<c:components>
  <c:component type="operating-system"><c:name>alpine</c:name><c:version>3.18.4</c:version></c:component>
  <c:component type="library" bom-ref="a"><c:publisher>Team</c:publisher><c:name>libssl3</c:name><c:version>3.1.4-r0</c:version>
    <c:licenses><c:expression>Apache-2.0 OR MIT</c:expression></c:licenses>
    <c:purl>pkg:apk/alpine/libssl3@3.1.4-r0?arch=x86_64&amp;upstream=openssl</c:purl>
    <c:evidence><c:occurrences><c:occurrence><c:location>/lib/apk/db/installed</c:location></c:occurrence></c:occurrences></c:evidence>
    <c:components><c:component type="library" bom-ref="b"><c:name>libcrypto3</c:name><c:version>3.1.4-r0</c:version>
      <c:scope>optional</c:scope><c:licenses><c:license><c:id>MIT</c:id></c:license><c:license><c:name>Own</c:name></c:license></c:licenses>
      <c:purl>pkg:apk/alpine/libcrypto3@3.1.4-r0?arch=x86_64</c:purl></c:component></c:components>
  </c:component></c:components>
<c:dependencies><c:dependency ref="root"><c:dependency ref="a"/></c:dependency>
  <c:dependency ref="a"><c:dependency ref="b"/><c:dependency ref="missing"/></c:dependency></c:dependencies></c:bom>"#;

#[test]
fn cyclonedx_in_xml() {
    check(
        XML,
        "alpine 3.18.4
         apk libcrypto3 3.1.4-r0 (optional) [MIT; Own]
         apk libssl3 3.1.4-r0 from openssl 3.1.4-r0 direct [Apache-2.0 OR MIT] -> libcrypto3 in lib/apk/db/installed",
    );
}

/// Written from the model of version 3.0.1.
const SPDX3: &str = r#"{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [
    {"type": "CreationInfo", "@id": "_:c", "specVersion": "3.0.1", "created": "2026-01-01T00:00:00Z", "createdBy": ["urn:x#me"]},
    {"type": "SpdxDocument", "spdxId": "urn:x#doc", "creationInfo": "_:c", "rootElement": ["urn:x#bom"]},
    {"type": "software_Sbom", "spdxId": "urn:x#bom", "creationInfo": "_:c", "rootElement": ["urn:x#shop"]},
    {"type": "Organization", "spdxId": "urn:x#team", "creationInfo": "_:c", "name": "Team"},
    {"type": "software_Package", "spdxId": "urn:x#shop", "name": "shop", "software_primaryPurpose": "container"},
    {"type": "software_Package", "spdxId": "urn:x#a", "name": "curl", "software_packageVersion": "7.88.1-10", "suppliedBy": "urn:x#team",
     "software_packageUrl": "pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12"},
    {"type": "software_Package", "spdxId": "urn:x#b", "name": "libcurl4", "software_packageVersion": "7.88.1-10", "externalIdentifier": [
        {"type": "ExternalIdentifier", "externalIdentifierType": "packageUrl", "identifier": "pkg:deb/debian/libcurl4@7.88.1-10?distro=debian-12"}]},
    {"type": "simplelicensing_LicenseExpression", "spdxId": "urn:x#l", "simplelicensing_licenseExpression": "curl AND MIT"},
    {"type": "Relationship", "spdxId": "urn:x#1", "from": "urn:x#a", "relationshipType": "hasDeclaredLicense", "to": ["urn:x#l"]},
    {"type": "Relationship", "spdxId": "urn:x#2", "from": "urn:x#a", "relationshipType": "dependsOn", "to": "urn:x#b"},
    {"type": "Relationship", "spdxId": "urn:x#3", "from": "urn:x#shop", "relationshipType": "dependsOn", "to": ["urn:x#a", 1]}]}"#;

#[test]
fn spdx_of_the_third_version() {
    check(
        SPDX3,
        "debian 12
         deb curl 7.88.1-10 direct [curl AND MIT] -> libcurl4
         deb libcurl4 7.88.1-10",
    );
}

#[test]
fn syfts_own_json() {
    check(
        r#"{"artifacts": [
            {"id": "1", "name": "zlib1g", "version": "1:1.2.13.dfsg-1", "type": "deb", "licenses": [{"value": "Zlib"}],
             "locations": [{"path": "/var/lib/dpkg/status"}], "purl": "pkg:deb/debian/zlib1g@1%3A1.2.13.dfsg-1?arch=amd64&distro=debian-12&upstream=zlib",
             "metadata": {"source": "zlib", "maintainer": "x"}},
            {"id": "2", "name": "libpng", "version": "1", "purl": "pkg:deb/debian/libpng@1?distro=debian-12", "licenses": ["Libpng"]}],
            "artifactRelationships": [{"parent": "1", "child": "2", "type": "dependency-of"}],
            "distro": {"id": "debian", "versionID": "12"}, "schema": {"version": "16.0.0", "url": "https://example.com/syft/schema-16.0.0.json"}}"#,
        "debian 12
         deb libpng 1 -> zlib1g
         deb zlib1g 1:1.2.13.dfsg-1 from zlib 1:1.2.13.dfsg-1 [Zlib] in var/lib/dpkg/status",
    );
}

#[test]
fn envelopes_are_opened() {
    let expected = shown(&read(SYFT.as_bytes()).unwrap());
    let statement = format!(
        r#"{{"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://cyclonedx.org/bom", "predicate": {SYFT}}}"#
    );
    let signed = |statement: &str| {
        let payload = BASE64_STANDARD.encode(statement);
        format!(r#"{{"payloadType": "application/vnd.in-toto+json", "payload": "{payload}", "signatures": []}}"#)
    };
    let cosigns = statement.replace(SYFT, &format!(r#"{{"Data": {SYFT}}}"#));
    for bill in [statement.clone(), signed(&statement), signed(&cosigns)] {
        assert_eq!(shown(&read(bill.as_bytes()).unwrap()), expected);
    }
}

#[test]
fn what_is_no_bill_is_refused() {
    for (text, kind) in [
        ("", "unsupported"),
        ("{}", "unsupported"),
        ("[]", "unsupported"),
        (r#"{"bomFormat": "CycloneDX""#, "corrupt"),
        (r#"{"payload": "!"}"#, "corrupt"),
        (r#"{"payload": "e30="}"#, "unsupported"),
        ("\u{feff}{}", "unsupported"),
        ("<html><body/></html>", "unsupported"),
        ("<bom><components>", "corrupt"),
    ] {
        assert_eq!(read(text.as_bytes()).unwrap_err().kind.name(), kind, "{text}");
    }
}

#[test]
fn components_without_a_name_that_is_known_are_a_gap() {
    let bill = read(br#"{"bomFormat": "CycloneDX", "components": [{"type": "library", "name": "a"}, {"type": "library", "name": "b", "purl": "pkg:made-up/b@1"}]}"#).unwrap();
    assert!(bill.inventory.gaps[0].detail.starts_with("2 components have no package URL of a known type"), "{bill:?}");
}

proptest! {
    #[test]
    fn hostile_bills_do_no_harm(sample in 0..6_usize, at: prop::sample::Index, byte: u8, cut: prop::sample::Index) {
        let mut content = [TRIVY, SYFT, SPDX, TAGS, XML, SPDX3][sample].as_bytes().to_vec();
        let at = at.index(content.len());
        content[at] = byte;
        let _ = read(&content);
        content.truncate(cut.index(content.len()));
        let _ = read(&content);
    }
}
