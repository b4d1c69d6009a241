//! `rules/inert.tsv`, whose head explains its columns, as a slice of `Rule`.

use std::fmt::Write;

use crate::table::Table;

const MANAGERS: &[(&str, &str)] = &[("alpm", "Alpm"), ("apk", "Apk"), ("deb", "Deb"), ("rpm", "Rpm")];

pub fn pack(table: &Table) -> Result<String, String> {
    let mut rules = String::new();
    for line in table.lines() {
        let [manager, name, holds] = line.columns()?;
        let Some((_, kind)) = MANAGERS.iter().find(|(word, _)| *word == manager) else {
            return Err(line.wrong("package managers are alpm, apk, deb and rpm"));
        };
        let (start, end) = match name.split_once('*') {
            Some((start, end)) => (start, Some(end)),
            None => (name, None),
        };
        let bare = start.is_empty() && end.is_none_or(|end| end.len() < 4);
        if bare || end.is_some_and(|end| end.contains('*')) {
            return Err(line.wrong("a name has one * at most, and says more than that"));
        }
        let _ = writeln!(
            rules,
            "    Rule {{ kind: PackageKind::{kind}, start: {start:?}, end: {end:?}, holds: {holds:?} }},"
        );
    }
    Ok(format!("&[\n{rules}]\n"))
}
