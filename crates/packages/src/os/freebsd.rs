//! FreeBSD's database of packages.
//!
//! **Files.** `var/db/pkg/local.sqlite`, also inside root filesystems further down.
//!
//! **Format.** An SQLite database (pkg's source, `libpkg/pkgdb.c`): `packages` (`name`, `version`, `arch`, `maintainer`,
//! `automatic`), `deps` (whose `package_id` needs `name`), `licenses` and `pkg_licenses`. Columns are found by their names.
//!
//! **Facts.** The package with architecture, maintainer as vendor, licences, who asked for it, and what it needs. The
//! version has the port's revision and epoch (`1.2.3_1,1`).
//!
//! **Not seen.** Versions of what a package needs: those of the day of its installation. Lists of files: nobody publishes
//! advisories in a form that we read and that could outweigh others for these files. FreeBSD itself, unless it is
//! packaged as well. What is only in a write-ahead log, which is told as a gap. The tests were written from the schema.

use std::collections::BTreeMap;

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Relation, Requirement, Unreadable};

use super::sqlite::{self, Losses, Table};
use crate::listing::{Listing, is_word};

/// The row of the table.
pub const ANALYZER: Analyzer = Analyzer {
    name: "freebsd",
    version: 1,
    files: &[Key::Ends("var/db/pkg/local.sqlite").any(), Key::Ends("var/db/pkg/local.sqlite-wal").any()],
    analyze,
};

#[derive(Default)]
struct Installed {
    name: String,
    version: String,
    arch: String,
    maintainer: String,
    automatic: Option<i64>,
    licenses: Vec<String>,
    needs: Vec<String>,
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let Some(mut database) = sqlite::opened(file)? else { return Ok(()) };
    let mut losses = Losses::default();
    let tables = database.tables(["packages", "deps", "licenses", "pkg_licenses"], &mut losses);
    let [packages, dependencies, licenses, licensed] = tables;
    let packages =
        packages.ok_or_else(|| Unreadable::unsupported("an SQLite database without pkg's table packages"))?;
    let mut installed = BTreeMap::new();
    let columns = ["id", "name", "version", "arch", "maintainer", "automatic"];
    database.select(&packages, columns, &mut losses, |[id, name, version, arch, maintainer, automatic]| {
        let text = |value: sqlite::Value<'_>| value.text().to_owned();
        installed.extend(id.number().map(|id| {
            let (name, version, arch, maintainer) = (text(name), text(version), text(arch), text(maintainer));
            let automatic = automatic.number();
            (id, Installed { name, version, arch, maintainer, automatic, ..Installed::default() })
        }));
    });
    let mut select = |table: &Option<Table>, columns: [&str; 2], each: &mut dyn FnMut(i64, sqlite::Value<'_>)| {
        let Some(table) = table else { return };
        database.select(table, columns, &mut losses, |[id, value]| {
            if let Some(id) = id.number() {
                each(id, value);
            }
        });
    };
    select(&dependencies, ["package_id", "name"], &mut |id, name| {
        if let Some(package) = installed.get_mut(&id) {
            package.needs.push(name.text().to_owned());
        }
    });
    let mut names = BTreeMap::new();
    select(&licenses, ["id", "license"], &mut |id, license| drop(names.insert(id, license.text().to_owned())));
    select(&licensed, ["package_id", "license_id"], &mut |id, license| {
        let license = license.number().and_then(|license| names.get(&license));
        if let (Some(package), Some(license)) = (installed.get_mut(&id), license) {
            package.licenses.push(license.clone());
        }
    });
    tell(installed.into_values(), facts);
    losses.report(facts);
    Ok(())
}

fn tell(installed: impl Iterator<Item = Installed>, facts: &mut Facts) {
    let text = |text: String| Some(text).filter(|text| !text.is_empty());
    let mut listing = Listing::new(PackageKind::Freebsd);
    for found in installed {
        let Some(package) = listing.add(&found.name, &found.version, Presence::Installed) else { continue };
        package.arch = text(found.arch);
        package.vendor = text(found.maintainer);
        package.licenses = found.licenses;
        package.relation = match found.automatic {
            Some(0) => Relation::Direct,
            Some(_) => Relation::Transitive,
            None => Relation::Unknown,
        };
        let needs = found.needs.into_iter().filter(|needed| is_word(needed) && *needed != found.name);
        package.requires = needs.map(|name| Requirement { name, version: None }).collect();
    }
    listing.tell(facts);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::sqlite::tests::{Cell::*, database};
    use crate::testing::{check, survives};

    const PATH: &str = "var/db/pkg/local.sqlite";

    fn sample() -> Vec<u8> {
        database(&[
            (
                "CREATE TABLE packages (id INTEGER PRIMARY KEY, origin TEXT NOT NULL, name TEXT NOT NULL, \
                version TEXT NOT NULL, arch TEXT NOT NULL, maintainer TEXT NOT NULL, automatic INTEGER NOT NULL)",
                &[
                    &[
                        Null,
                        Text("ftp/curl"),
                        Text("curl"),
                        Text("8.7.1_1,1"),
                        Text("FreeBSD:14:amd64"),
                        Text("m"),
                        Number(0),
                    ],
                    &[Null, Text("www/nghttp2"), Text("libnghttp2"), Text("1.61.0"), Text("a"), Text("m"), Number(1)],
                ],
            ),
            (
                "CREATE TABLE deps (origin TEXT, name TEXT, version TEXT, package_id INTEGER REFERENCES packages(id))",
                &[&[Text("www/nghttp2"), Text("libnghttp2"), Text("1.60.0"), Number(1)]],
            ),
            ("CREATE TABLE licenses (id INTEGER PRIMARY KEY, license TEXT)", &[&[Null, Text("MIT")]]),
            (
                "CREATE TABLE pkg_licenses (package_id INTEGER, license_id INTEGER, UNIQUE(package_id, license_id))",
                &[&[Number(1), Number(1)], &[Number(9), Number(9)]],
            ),
        ])
    }

    #[test]
    fn tables_are_joined() {
        check(
            &ANALYZER,
            PATH,
            sample(),
            "curl 8.7.1_1,1 direct [MIT] -> libnghttp2
            libnghttp2 1.61.0 transitive",
        );
        check(&ANALYZER, PATH, database(&[("CREATE TABLE x (y)", &[])]), "gap: unsupported");
        check(&ANALYZER, PATH, "", "");
        check(&ANALYZER, PATH, "SQLite format 3\0", "gap: corrupt");
    }

    #[test]
    fn a_log_that_still_holds_something_is_a_gap() {
        check(&ANALYZER, "var/db/pkg/local.sqlite-wal", "", "");
        check(&ANALYZER, "var/db/pkg/local.sqlite-wal", "x", "gap: unsupported");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[&sample()]);
    }
}
