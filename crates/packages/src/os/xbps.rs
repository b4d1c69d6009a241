//! XBPS's database of packages: Void Linux.
//!
//! **Files.** `var/db/xbps/pkgdb-*.plist`, also inside root filesystems further down.
//!
//! **Format.** A property list (proplib's XML) with a dictionary for each package, by its name (XBPS API documentation,
//! "Package database"): `pkgver` (`NAME-VERSION_REVISION`), `architecture`, `license`, `maintainer`, `state`,
//! `automatic-install`, `source-revisions` (the template that it was built from), and `run_depends`, `provides` and
//! `shlib-provides`, `shlib-requires`.
//!
//! **Facts.** Installed packages with architecture, licence as one statement, maintainer as vendor, template as source
//! package, who asked for them, and what they need, by name, by what others provide and by shared library.
//!
//! **Not seen.** Packages that are only half there (`unpacked`, `half-removed`). Bounds on versions, which XBPS has seen to.
//! Lists of files, in `.NAME-files.plist`: nobody publishes advisories for Void that could outweigh others for these files.
//! The tests were written from the documentation.

use model::{Analyzer, Facts, File, Key, Package, PackageKind, Relation, SourcePackage, Unreadable};

use super::database::Database;
use crate::listing::is_word;
use crate::syntax::plist::{self, Node};

/// The row of the table.
pub const ANALYZER: Analyzer = Analyzer {
    name: "xbps",
    version: 1,
    files: &[
        Key::In("var/db/xbps").when(|path| path.name().starts_with(b"pkgdb-") && path.extension() == Some(b"plist"))
    ],
    analyze,
};

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let packages = plist::parse(file.content)?;
    let mut database = Database::new(file.budget);
    for (_, described) in packages.entries() {
        let Some(package) = package(described) else { continue };
        database.add(package, None);
        let texts = |key| described.get(key).items().iter().map(Node::text);
        for provided in texts("provides").chain(texts("shlib-provides")) {
            database.provides(provided.as_bytes());
            database.provides(name(provided).as_bytes());
        }
        for needed in texts("run_depends").map(name).chain(texts("shlib-requires")) {
            database.needs([needed.as_bytes()]);
        }
    }
    database.tell(facts);
    Ok(())
}

/// Other entries of the list, such as those for alternatives, are no packages.
fn package(described: &Node) -> Option<Package> {
    let (name, version) = described.get("pkgver").text().rsplit_once('-')?;
    if described.get("state").text() != "installed" || !is_word(name) || !is_word(version) {
        return None;
    }
    let text = |key| Some(described.get(key).text().to_owned()).filter(|text| !text.is_empty());
    let mut package = Package::new(PackageKind::Xbps, name, version);
    package.arch = text("architecture");
    package.vendor = text("maintainer");
    package.licenses.extend(text("license"));
    package.relation = match described.get("automatic-install") {
        Node::Flag(true) => Relation::Transitive,
        _ => Relation::Direct,
    };
    let template = described.get("source-revisions").text().split_once(':').map(|(template, _)| template);
    package.source = template
        .filter(|template| is_word(template))
        .map(|template| SourcePackage { name: template.to_owned(), version: version.to_owned() });
    Some(package)
}

/// The name in a dependency: `NAME>=VERSION`, `NAME<VERSION`, `NAME-VERSION_REVISION` or a name alone.
fn name(dependency: &str) -> &str {
    if let Some(end) = dependency.find(['<', '>']) {
        return &dependency[..end];
    }
    let is_version = |version: &str| version.starts_with(|first: char| first.is_ascii_digit()) && version.contains('_');
    dependency.rsplit_once('-').filter(|(_, version)| is_version(version)).map_or(dependency, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, survives, wants};

    const PATH: &str = "var/db/xbps/pkgdb-0.38.plist";
    const LIST: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
        <!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
        <plist version="1.0"><dict>
        <key>_XBPS_ALTERNATIVES_</key><dict><key>vi</key><array><string>vim</string></array></dict>
        <key>acl-progs</key><dict><key>architecture</key><string>x86_64</string>
            <key>license</key><string>LGPL-2.1-or-later</string><key>pkgver</key><string>acl-progs-2.3.1_1</string>
            <key>run_depends</key><array><string>libattr&gt;=2.5_1</string><string>sh-0_1</string></array>
            <key>shlib-requires</key><array><string>libc.so.6</string></array>
            <key>source-revisions</key><string>acl:0a1b2c</string><key>state</key><string>installed</string></dict>
        <key>bash</key><dict><key>pkgver</key><string>bash-5.2_3</string><key>state</key><string>installed</string>
            <key>automatic-install</key><true/><key>provides</key><array><string>sh-0_1</string></array></dict>
        <key>glibc</key><dict><key>pkgver</key><string>glibc-2.39_2</string><key>state</key><string>installed</string>
            <key>automatic-install</key><true/><key>shlib-provides</key><array><string>libc.so.6</string></array></dict>
        <key>half</key><dict><key>pkgver</key><string>half-1_1</string><key>state</key><string>unpacked</string></dict>
        <key>libattr</key><dict><key>pkgver</key><string>libattr-2.5.1_1</string><key>state</key><string>installed</string>
            <key>automatic-install</key><true/></dict>
        </dict></plist>"#;

    #[test]
    fn what_is_installed_is_listed_with_what_it_needs() {
        check(
            &ANALYZER,
            PATH,
            LIST,
            "acl-progs 2.3.1_1 direct [LGPL-2.1-or-later] -> bash, glibc, libattr
            bash 5.2_3 transitive
            glibc 2.39_2 transitive
            libattr 2.5.1_1 transitive",
        );
        check(&ANALYZER, PATH, "<plist><dict/></plist>", "");
        check(&ANALYZER, PATH, "<plist>", "gap: corrupt");
    }

    #[test]
    fn names_end_where_versions_begin() {
        for (dependency, expected) in
            [("a>=1_1", "a"), ("a-b<2", "a-b"), ("a-b-1.0_1", "a-b"), ("a-1", "a-1"), ("a", "a"), ("", "")]
        {
            assert_eq!(name(dependency), expected);
        }
    }

    #[test]
    fn only_the_database_is_wanted() {
        assert!(wants(&ANALYZER, PATH));
        assert!(wants(&ANALYZER, "opt/r/var/db/xbps/pkgdb-0.38.plist"));
        assert!(!wants(&ANALYZER, "var/db/xbps/.bash-files.plist"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[LIST.as_bytes()]);
    }
}
