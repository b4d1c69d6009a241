//! Tables of facts that travel with the shards: `shards.json` lists them with their digests, so that its signature covers
//! them too.
//!
//! A table has a kind, which says how it is read, and a name, which is that of its file. One of a kind that this program
//! does not know is carried and not read. To carry one more, add a row to `BUILT_IN` and its check to `Table::check`.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::build::write_file;
use super::manifest::Manifest;
use crate::lifecycle;

/// The ending of the name of every table's file.
pub(super) const EXTENSION: &str = "table";
/// Bytes of one: a hundred times what the built-in ones have.
const MAX_BYTES: u64 = 1 << 20;
/// Tables in a list. An import has all of them in memory.
const MAX_TABLES: usize = 16;
/// Characters of a kind and of a name.
const MAX_NAME: usize = 64;

/// The program's own: kind, which is the name as well, and text.
const BUILT_IN: &[(&str, &str)] = &[(lifecycle::KIND, lifecycle::TABLE)];

/// A table in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// How it is read.
    pub kind: String,
    /// What it is called.
    pub name: String,
    /// Its file's size.
    pub bytes: u64,
    /// The file's BLAKE3 digest, in hexadecimal.
    pub blake3: String,
}

impl Table {
    pub(super) fn new(kind: &str, name: &str, content: &[u8]) -> Self {
        let blake3 = blake3::hash(content).to_hex().to_string();
        Self { kind: kind.to_owned(), name: name.to_owned(), bytes: content.len() as u64, blake3 }
    }

    /// Its file's name.
    pub fn file(&self) -> String {
        format!("{}.{EXTENSION}", self.name)
    }

    /// Whether that is what is in it, and can be read. Else why not.
    pub fn check(&self, content: &[u8]) -> Result<(), String> {
        if Self::new(&self.kind, &self.name, content) != *self {
            return Err("it does not have the size and the digest that it should have".into());
        }
        match &*self.kind {
            lifecycle::KIND => {
                let text = std::str::from_utf8(content).map_err(|_| "it is no text")?;
                lifecycle::Releases::parse(text).map(drop)
            }
            _ => Ok(()),
        }
    }
}

/// Whether tables may be listed so: their names lead nowhere else, and each is there once.
pub(super) fn check_list(tables: &[Table]) -> Result<(), String> {
    if tables.len() > MAX_TABLES {
        return Err(format!("it lists more than {MAX_TABLES} tables"));
    }
    let is_plain = |name: &str| {
        let inner = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        inner && (1..=MAX_NAME).contains(&name.len())
    };
    for Table { kind, name, bytes, .. } in tables {
        let shown = name.escape_debug();
        if !is_plain(name) || !is_plain(kind) {
            return Err(format!("a table cannot be called {shown}, and be of the kind {}", kind.escape_debug()));
        }
        // It is found by its name.
        if BUILT_IN.iter().any(|(known, _)| (known == kind) != (known == name)) {
            return Err(format!("the table {shown} cannot be of the kind {kind}"));
        }
        if *bytes > MAX_BYTES {
            return Err(format!("the table {shown} is too large"));
        }
    }
    if tables.is_sorted_by(|a, b| a.name < b.name) { Ok(()) } else { Err("its tables are not in order".into()) }
}

/// A folder's table of that name; none where there is none.
pub(super) fn read(folder: &Path, name: &str) -> io::Result<Option<String>> {
    let file = match File::open(folder.join(format!("{name}.{EXTENSION}"))) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut text = String::new();
    file.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES { Err(io::Error::other("it is too large")) } else { Ok(Some(text)) }
}

/// Puts the program's tables into a folder where it has no newer ones, and lists them; with those of `old`, if there are
/// any that stay.
pub(super) fn put(folder: &Path, old: Option<&Manifest>) -> io::Result<Vec<Table>> {
    let mut tables = Vec::new();
    for (kind, own) in BUILT_IN {
        let here = read(folder, kind).ok().flatten().filter(|here| lifecycle::is_newer(here));
        let text = here.as_deref().unwrap_or(own);
        let table = Table::new(kind, kind, text.as_bytes());
        if here.is_none() {
            write_file(&folder.join(table.file()), text.as_bytes())?;
        }
        tables.push(table);
    }
    for table in old.into_iter().flat_map(|old| &old.tables) {
        let is_there = || fs::read(folder.join(table.file())).is_ok_and(|content| table.check(&content).is_ok());
        if !tables.iter().any(|new| new.name == table.name) && is_there() {
            tables.push(table.clone());
        }
    }
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(tables)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_tables_stay_in_the_folder() {
        let check = |kind: &str, name: &str, good: bool| {
            assert_eq!(check_list(&[Table::new(kind, name, b"")]).is_ok(), good, "{kind} {name}");
        };
        check("end-of-life", "end-of-life", true);
        check("rules", "inert-2", true);
        for (kind, name) in
            [("rules", "../x"), ("rules", ""), ("rules", "A"), ("end-of-life", "x"), ("x", "end-of-life")]
        {
            check(kind, name, false);
        }
        check("rules", &"x".repeat(65), false);
        let table = Table::new("rules", "x", b"");
        assert!(check_list(&[table.clone(), table.clone()]).is_err());
        assert!(check_list(&[Table { bytes: 2 << 20, ..table }]).is_err());
    }

    #[test]
    fn the_newer_of_both_tables_is_put_into_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let newer = lifecycle::TABLE.replacen("as of 20", "as of 30", 1);
        let own = Table::new("end-of-life", "end-of-life", lifecycle::TABLE.as_bytes());
        let place = folder.path().join(own.file());
        let older = lifecycle::TABLE.replacen("as of 20", "as of 19", 1);
        for (here, expected) in [
            (lifecycle::TABLE, lifecycle::TABLE),
            (&older, lifecycle::TABLE),
            ("?", lifecycle::TABLE),
            (&newer, &newer),
        ] {
            fs::write(&place, here).unwrap();
            let tables = put(folder.path(), None).unwrap();
            assert_eq!(tables, [Table::new("end-of-life", "end-of-life", expected.as_bytes())]);
            assert_eq!(fs::read_to_string(&place).unwrap(), *expected);
        }
    }
}
