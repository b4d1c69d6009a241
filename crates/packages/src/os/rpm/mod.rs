//! RPM's databases, and packages as they are downloaded ([`archive`]). The databases are three containers for the same headers, told apart by their content.
//!
//! A container reads every byte of its file at most once and lends each header to the [`sink`], so a file costs time in
//! proportion to its size, whatever it claims. What is broken becomes a gap, and reading goes on behind it.

mod archive;
mod bdb;
mod header;
mod ndb;
mod package;
mod sink;
mod sqlite;

use model::{Analyzer, Facts, File, Key, Pattern, Unreadable};

use sink::Sink;

/// The formats, in alphabetical order.
pub static ANALYZERS: &[Analyzer] = &[
    Analyzer { name: "rpm", version: 2, files: DATABASES, analyze: database },
    archive::ANALYZER,
    Analyzer { name: "rpm-wal", version: 1, files: LOGS, analyze: log },
];

/// A file of this name in each folder where RPM keeps its database: the one of old, the one of SUSE and newer Fedora
/// (<https://fedoraproject.org/wiki/Changes/RelocateRPMToUsr>), and rpm-ostree's.
macro_rules! in_each_folder {
    ($($file:literal),+) => {
        &[$(
            Key::Ends(concat!("var/lib/rpm/", $file)).any(),
            Key::Ends(concat!("usr/lib/sysimage/rpm/", $file)).any(),
            Key::Ends(concat!("usr/share/rpm/", $file)).any(),
        )+]
    };
}

static DATABASES: &[Pattern] = in_each_folder!("Packages", "Packages.db", "rpmdb.sqlite");
static LOGS: &[Pattern] = in_each_folder!("rpmdb.sqlite-wal");

fn database(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let content = file.content;
    // All three libraries take an empty file for a database without entries.
    if content.is_empty() {
        return Ok(());
    }
    let mut sink = Sink::new(content.len(), file.budget, facts);
    let result = if sqlite::is(content) {
        sqlite::read(content, &mut sink)
    } else if ndb::is(content) {
        ndb::read(content, &mut sink)
    } else if bdb::is(content) {
        bdb::read(content, &mut sink)
    } else {
        Err(Unreadable::unsupported("neither SQLite, nor ndb, nor a Berkeley DB hash: not a database that RPM writes"))
    };
    sink.finish();
    result
}

/// What SQLite has not yet moved into the database is in a log beside it, which no analyzer can see together with the
/// database. A clean end empties or removes the log, so in an image that was built in peace there is nothing to miss.
fn log(file: &File<'_>, _facts: &mut Facts) -> Result<(), Unreadable> {
    if file.content.is_empty() {
        return Ok(());
    }
    Err(Unreadable::unsupported(
        "the RPM database has an unmerged write-ahead log: what was installed last may be missing from its packages; \
         run `rpm --rebuilddb` at the end of the build",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{AnalyzerId, Budget, GapKind, Meta};

    fn check(analyze: fn(&File<'_>, &mut Facts) -> Result<(), Unreadable>, content: &[u8], expected: Option<GapKind>) {
        let (path, budget) = ("var/lib/rpm/Packages".into(), Budget::default());
        let mut facts = Facts::new(AnalyzerId::new("rpm"), "var/lib/rpm/Packages".into(), &budget);
        let file = File { path: &path, meta: Meta::default(), content, budget: &budget };
        assert_eq!(analyze(&file, &mut facts).err().map(|why| why.kind), expected);
        assert_eq!(facts.into_parts(), (Vec::new(), Vec::new()));
    }

    #[test]
    fn other_files_of_the_same_name_are_a_gap() {
        check(database, b"Package: libc6\n", Some(GapKind::Unsupported));
        check(database, &[0; 8192], Some(GapKind::Unsupported));
        check(database, b"", None);
    }

    #[test]
    fn a_log_that_still_holds_something_is_a_gap() {
        check(log, b"", None);
        check(log, &[0x37, 0x7f, 0x06, 0x82], Some(GapKind::Unsupported));
    }
}
