//! The database of the Nix store.
//!
//! **Files.** `nix/var/nix/db/db.sqlite`.
//!
//! **Format.** An SQLite database (Nix's source, `libstore/schema.sql`): `ValidPaths` lists what is in the store, each with
//! the recipe that built it, and `Refs` what refers to what. Names and versions are those of the recipe's file name, which
//! [the page on recipes](super::nix) describes; where no recipe is recorded, those of the path without the name of an output
//! (`-bin`, `-dev`, `-lib` and so on).
//!
//! **Facts.** Every package with a version, once for all of its outputs, and the packages that it refers to as what it needs,
//! with their versions.
//!
//! **Not seen.** Recipes, sources and patches in the store, which are no packages. Images without a database, as Nix's own
//! tools for images make them unless they are asked for one; there [the folders](super::nix) tell. What is only in a write-ahead log, which is told as a gap. The
//! tests were written from the schema.

use std::collections::HashMap;

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Requirement, Unreadable};

use super::nix;
use crate::listing::Listing;
use crate::os::sqlite::{self, Losses};

/// Names what is in the store: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "nix-database",
    version: 1,
    files: &[Key::Ends("nix/var/nix/db/db.sqlite").any(), Key::Ends("nix/var/nix/db/db.sqlite-wal").any()],
    analyze,
};

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let Some(mut database) = sqlite::opened(file)? else { return Ok(()) };
    let mut losses = Losses::default();
    let [paths, references] = database.tables(["ValidPaths", "Refs"], &mut losses);
    let paths = paths.ok_or_else(|| Unreadable::unsupported("an SQLite database without Nix's table ValidPaths"))?;
    let mut packages: HashMap<i64, (String, String)> = HashMap::new();
    let mut listing = Listing::new(PackageKind::Nix);
    database.select(&paths, ["id", "path", "deriver"], &mut losses, |[id, path, deriver]| {
        let (Some(id), Some((name, version))) = (id.number(), package(path.text(), deriver.text())) else { return };
        if listing.add(name, version, Presence::Installed).is_some() {
            packages.insert(id, (name.to_owned(), version.to_owned()));
        }
    });
    if let Some(references) = references {
        database.select(&references, ["referrer", "reference"], &mut losses, |[referrer, reference]| {
            let find = |id: sqlite::Value<'_>| packages.get(&id.number()?);
            let (Some(referrer), Some(reference)) = (find(referrer), find(reference)) else { return };
            // Outputs of one package refer to each other.
            if referrer == reference {
                return;
            }
            if let Some(package) = listing.add(&referrer.0, &referrer.1, Presence::Installed) {
                let (name, version) = reference.clone();
                package.requires.push(Requirement { name, version: Some(version) });
            }
        });
    }
    listing.tell(facts);
    losses.report(facts);
    Ok(())
}

/// The package that a path of the store belongs to.
fn package<'a>(path: &'a str, deriver: &'a str) -> Option<(&'a str, &'a str)> {
    let last = |path: &'a str| path.rsplit('/').next().and_then(nix::without_hash);
    let output = last(path).filter(|name| name.strip_suffix(".drv").is_none())?;
    let recipe = last(deriver).and_then(|name| name.strip_suffix(".drv"));
    // A recipe may also make something of another name.
    let is_output =
        |recipe: &&str| output.strip_prefix(*recipe).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    recipe.filter(is_output).map_or_else(|| nix::of_output(output), nix::split)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::sqlite::tests::{Cell::*, database};
    use crate::testing::{check, survives};

    const PATH: &str = "nix/var/nix/db/db.sqlite";
    const PATHS: &str =
        "create table ValidPaths (id integer primary key autoincrement not null, path text unique not null,
        hash text not null, -- base16 representation
        registrationTime integer not null, deriver text, narSize integer)";

    fn store(name: &str) -> String {
        format!("/nix/store/5av396z8xa13jg89g9jws145c0k26k2x-{name}")
    }

    fn sample() -> Vec<u8> {
        let paths = [
            "glibc-2.39-52",
            "openssl-3.0.14",
            "openssl-3.0.14-bin",
            "curl-8.8.0.tar.xz",
            "hook.sh",
            "app-1.0.drv",
            "zlib-1.3-dev",
        ]
        .map(store);
        let recipe = store("openssl-3.0.14.drv");
        let row = |path| [Null, Text(path), Text("sha256:00"), Number(1), Null, Number(9)];
        let mut rows: Vec<_> = paths.iter().map(|path| row(path).to_vec()).collect();
        rows[1][4] = Text(&recipe);
        rows[2][4] = Text(&recipe);
        let rows: Vec<_> = rows.iter().map(Vec::as_slice).collect();
        let references = [[2, 1], [3, 2], [3, 1], [3, 3], [7, 4], [7, 99]].map(|ids| ids.map(Number));
        let references: Vec<_> = references.iter().map(|row| &row[..]).collect();
        database(&[
            (PATHS, &rows),
            (
                "create table Refs (referrer integer not null, reference integer not null, primary key (referrer, reference))",
                &references,
            ),
        ])
    }

    #[test]
    fn outputs_are_one_package() {
        check(
            &ANALYZER,
            PATH,
            sample(),
            "glibc 2.39-52
            openssl 3.0.14 -> glibc 2.39-52
            zlib 1.3",
        );
        check(&ANALYZER, PATH, database(&[("create table x (y)", &[])]), "gap: unsupported");
        check(&ANALYZER, PATH, "", "");
        check(&ANALYZER, PATH, "SQLite format 3\0", "gap: corrupt");
    }

    #[test]
    fn a_recipe_says_where_the_version_ends() {
        let check = |name: &str, recipe: &str, expected| {
            assert_eq!(package(&store(name), &store(recipe)), expected, "{name}");
        };
        check("glibc-2.34-210-getent", "glibc-2.34-210.drv", Some(("glibc", "2.34-210")));
        check("glibc-2.34-210-bin", "other-1.drv", Some(("glibc", "2.34-210")));
        check("source", "source.drv", None);
        assert_eq!(package("", ""), None);
    }

    #[test]
    fn a_log_that_still_holds_something_is_a_gap() {
        check(&ANALYZER, "nix/var/nix/db/db.sqlite-wal", "", "");
        check(&ANALYZER, "nix/var/nix/db/db.sqlite-wal", "x", "gap: unsupported");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[&sample()]);
    }
}
