//! `share/NAME/vcpkg.spdx.json`, which vcpkg leaves with every package that it installs (Microsoft, "Software bill of
//! materials"; SPDX 2.3, before 2024 2.2): the package `SPDXRef-port` has the port's name, its version and its licence.
//!
//! The sources that the port was built from, also in the document, are not listed: they are the port.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Unreadable};

use crate::listing::Listing;
use crate::syntax::json::{self, Items, Text};

/// A package that vcpkg installed: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "vcpkg-sbom", version: 1, files: &[Key::Name("vcpkg.spdx.json").any()], analyze };

json::object! {
    struct Document<'a> {
        "packages" => packages: Items<Port<'a>>,
    }
}

json::object! {
    struct Port<'a> {
        "SPDXID" => id: Text<'a>,
        "name" => name: Text<'a>,
        "versionInfo" => version: Text<'a>,
        "licenseConcluded" => concluded: Text<'a>,
        "licenseDeclared" => declared: Text<'a>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let document: Document<'_> = json::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Vcpkg);
    for port in document.packages.0.iter().filter(|package| package.id.get() == "SPDXRef-port") {
        if let Some(package) = listing.add(port.name.get(), port.version.get(), Presence::Installed) {
            let licenses = [&port.declared, &port.concluded].map(Text::get);
            let known = licenses.into_iter().find(|license| !matches!(*license, "" | "NOASSERTION" | "NONE"));
            package.licenses = known.map(str::to_owned).into_iter().collect();
        }
    }
    listing.tell(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives};

    fn check(document: &str, expected: &str) {
        testing::check(&ANALYZER, "opt/x64-linux/share/fmt/vcpkg.spdx.json", document, expected);
    }

    // Written after what vcpkg's own tests expect of it.
    const DOCUMENT: &str = r#"{"spdxVersion": "SPDX-2.2", "name": "fmt:x64-linux@11.0.2#1 00", "packages": [
        {"name": "fmt", "SPDXID": "SPDXRef-port", "versionInfo": "11.0.2#1", "licenseConcluded": "MIT",
            "licenseDeclared": "NOASSERTION"},
        {"name": "fmt:x64-linux", "SPDXID": "SPDXRef-binary", "versionInfo": "00"},
        {"name": "fmtlib/fmt", "SPDXID": "SPDXRef-resource-1"}]}"#;

    #[test]
    fn the_port_is_listed() {
        check(DOCUMENT, "fmt 11.0.2#1 [MIT]");
        check("{}", "");
        check("[", "gap: corrupt");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "vcpkg.spdx.json", &[DOCUMENT.as_bytes()]);
    }
}
