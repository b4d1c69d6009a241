//! Bills of materials that lie in an image or a folder: `*.cdx.json`, `*.cdx.xml`, `*.spdx.json`, `*.spdx`, `*.syft.json`,
//! `bom.json`, `bom.xml` and `sbom.json` (the names that the standards recommend: CycloneDX, "Recognized file patterns"; SPDX 2.3,
//! the extensions of its media types), and `*.dist-info/sboms/` of Python's packages (PEP 770), whatever the name.
//!
//! What a bill says is taken with medium confidence. In Python's packages it is about what they brought along, compiled into
//! them, and counts as installed; elsewhere nothing tells what a bill is about, and its packages count as declared. Packages of
//! distributions are left out, since the distribution's own data base knows what is installed. The documents of Wolfi's and
//! vcpkg's packages have analyzers of their own.

use model::{Analyzer, Confidence, Facts, File, GapKind, ImagePath, Key, Presence, Unreadable, What};

use crate::syntax::text;

/// A bill in the place where it was found: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "sbom",
    version: 1,
    files: &[
        Key::Extension("json").when(is_bill),
        Key::Extension("xml").when(is_bill),
        Key::Extension("spdx").when(is_bill),
    ],
    analyze,
};

/// Names that other things have too.
const NAMES: [&str; 3] = ["bom.json", "bom.xml", "sbom.json"];

fn is_bill(path: &ImagePath) -> bool {
    const ENDINGS: [&str; 5] = [".cdx.json", ".cdx.xml", ".spdx.json", ".syft.json", ".spdx"];
    let name = path.name();
    let is_named = NAMES.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
        || ENDINGS.iter().any(|ending| text::ends_with(name, ending))
        || is_pythons(path);
    // Bitnami's, which have an analyzer of their own, begin so.
    let has_its_own = name.eq_ignore_ascii_case(b"vcpkg.spdx.json") || name.starts_with(b".spdx-");
    is_named && !has_its_own && !path.parent().ends_with(b"var/lib/db/sbom")
}

fn is_pythons(path: &ImagePath) -> bool {
    text::ends_with(path.parent(), ".dist-info/sboms")
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let presence = if is_pythons(file.path) { Presence::Installed } else { Presence::Declared };
    let is_surely_one = !NAMES.iter().any(|known| file.path.name().eq_ignore_ascii_case(known.as_bytes()));
    let bill = match super::read(file.content) {
        Err(why) if why.kind == GapKind::Unsupported && !is_surely_one => return Ok(()),
        read => read?,
    };
    for item in bill.inventory.items {
        let What::Package(mut package) = item.fact.what else { continue };
        if !package.kind.is_os() {
            package.presence = package.presence.max(presence);
            package.confidence = package.confidence.max(Confidence::Medium);
            facts.package(package);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    const BILL: &str = r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [
        {"type": "library", "name": "libwebp", "version": "1.3.1", "purl": "pkg:conan/libwebp@1.3.1", "bom-ref": "a"},
        {"type": "library", "name": "minimist", "version": "1.2.0", "purl": "pkg:npm/minimist@1.2.0", "bom-ref": "b"},
        {"type": "library", "name": "zlib1g", "version": "1.2.13", "purl": "pkg:deb/debian/zlib1g@1.2.13", "bom-ref": "c"}]}"#;

    #[test]
    fn what_python_packages_bring_along_is_installed() {
        testing::check(
            &ANALYZER,
            "usr/lib/python3/dist-packages/pillow-10.0.0.dist-info/sboms/auditwheel.cdx.json",
            BILL,
            "minimist 1.2.0\nlibwebp 1.3.1",
        );
    }

    #[test]
    fn what_other_bills_name_is_declared() {
        testing::check(&ANALYZER, "srv/bom.json", BILL, "minimist 1.2.0 (declared)\nlibwebp 1.3.1 (declared)");
        testing::check(
            &ANALYZER,
            "srv/app.spdx",
            "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: a\n\n\
             PackageName: rack\nSPDXID: SPDXRef-a\nPackageVersion: 2.2.3\n\
             ExternalRef: PACKAGE-MANAGER purl pkg:gem/rack@2.2.3\n",
            "rack 2.2.3 (declared)",
        );
    }

    #[test]
    fn what_is_none_is_a_gap_where_its_name_says_that_it_is_one() {
        testing::check(&ANALYZER, "srv/app.cdx.json", "{}", "gap: unsupported");
        testing::check(&ANALYZER, "srv/bom.json", "{}", "");
        testing::check(&ANALYZER, "srv/bom.json", "{", "gap: corrupt");
    }

    #[test]
    fn the_name_or_the_folder_tells() {
        for (path, expected) in [
            ("usr/share/sbom/app.cdx.json", true),
            ("app/APP.SPDX.JSON", true),
            ("app/bom.xml", true),
            ("lib/x-1.dist-info/sboms/made-by-hand.json", true),
            ("opt/bitnami/redis/.spdx-redis.spdx", false),
            ("var/lib/db/sbom/curl-8.9.1-r0.spdx.json", false),
            ("app/share/zlib/vcpkg.spdx.json", false),
            ("app/package.json", false),
        ] {
            assert_eq!(wants(&ANALYZER, path), expected, "{path}");
        }
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "srv/bom.json", &[BILL.as_bytes()]);
    }
}
