//! What eopkg installed: Solus.
//!
//! **Files.** `var/lib/eopkg/package/NAME-VERSION-RELEASE/metadata.xml`.
//!
//! **Format.** The metadata of PiSi packages (Solus, `eopkg`; PiSi, `pisi-spec.rng`): `Source` with its `Name`, and
//! `Package` with `Name`, `License`, `Architecture`, `RuntimeDependencies`, and a `History` whose first `Update` is the
//! newest and has the version and, as an attribute, the release.
//!
//! **Facts.** The package with its licences, architecture, packager as vendor and source package, and what it needs. The
//! version is `VERSION-RELEASE`, as Solus counts releases on and may mend a fault with one.
//!
//! **Not seen.** Who asked for it (`var/lib/eopkg/info/automatic`) and lists of files, which are in other files. The tests
//! were written from the schema.

use model::{Analyzer, Facts, File, Key, Package, PackageKind, Requirement, SourcePackage, Unreadable};

use crate::listing::is_word;
use crate::syntax::xml::{self, Element};

/// The row of the table.
pub const ANALYZER: Analyzer = Analyzer {
    name: "eopkg",
    version: 1,
    files: &[Key::Name("metadata.xml").when(|path| crate::language::lies_below(path, "var/lib/eopkg/package"))],
    analyze,
};

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let document = xml::parse(file.content)?;
    let described = document.child("Package").ok_or_else(|| Unreadable::corrupt("no package is described"))?;
    let update = described.child("History").and_then(|history| history.child("Update"));
    let name = described.text_of("Name");
    let (version, release) = update.map_or(("", ""), |update| (update.text_of("Version"), update.attribute("release")));
    if !is_word(name) || !is_word(version) || !is_word(release) {
        return Err(Unreadable::corrupt("there is no name, no version or no release"));
    }
    let version = format!("{version}-{release}");
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let source = document.child("Source");
    let mut package = Package::new(PackageKind::Eopkg, name, version.clone());
    package.arch = text(described.text_of("Architecture"));
    package.vendor =
        source.and_then(|source| source.child("Packager")).and_then(|packager| text(packager.text_of("Name")));
    package.source = source
        .map(|source| source.text_of("Name"))
        .filter(|name| is_word(name))
        .map(|name| SourcePackage { name: name.to_owned(), version });
    package.licenses = described.all("License").filter_map(|license| text(license.text())).collect();
    let needed = described.child("RuntimeDependencies").into_iter().flat_map(Element::children).map(Element::text);
    let needed = needed.filter(|needed| is_word(needed) && *needed != name);
    package.requires = needed.map(|needed| Requirement { name: needed.to_owned(), version: None }).collect();
    package.requires.sort_unstable();
    package.requires.dedup();
    facts.package(package);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, survives, wants};

    const PATH: &str = "var/lib/eopkg/package/bash-5.2.26-84/metadata.xml";
    const METADATA: &str = r#"<PISI><Source><Name>bash</Name><Packager><Name>Ada</Name></Packager></Source>
        <Package><Name>bash</Name><License>GPL-3.0-or-later</License><License>MIT</License>
        <RuntimeDependencies><Dependency releaseFrom="1">ncurses</Dependency><Dependency>glibc</Dependency></RuntimeDependencies>
        <History><Update release="84"><Version>5.2.26</Version></Update>
        <Update release="83"><Version>5.2.21</Version></Update></History>
        <Architecture>x86_64</Architecture></Package></PISI>"#;

    #[test]
    fn the_newest_update_is_what_is_installed() {
        check(&ANALYZER, PATH, METADATA, "bash 5.2.26-84 [GPL-3.0-or-later; MIT] -> glibc, ncurses");
        check(&ANALYZER, PATH, "<PISI><Package><Name>a</Name></Package></PISI>", "gap: corrupt");
        check(&ANALYZER, PATH, "<PISI/>", "gap: corrupt");
    }

    #[test]
    fn only_installed_packages_are_wanted() {
        assert!(wants(&ANALYZER, PATH));
        assert!(!wants(&ANALYZER, "srv/metadata.xml"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[METADATA.as_bytes()]);
    }
}
