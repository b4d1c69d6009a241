//! `rules/end-of-life.tsv`, whose head explains its columns, as a sorted slice of `Release`.

use crate::table::{Line, Table, is_date};

pub fn pack(table: &Table) -> Result<String, String> {
    let mut rows: Vec<([&str; 6], Line<'_>)> = Vec::new();
    for line in table.lines() {
        let row = line.columns()?;
        let [id, _, _, ends, extended, _] = row;
        if id.chars().any(|character| character.is_ascii_uppercase()) {
            return Err(line.wrong("ids are lower case"));
        }
        if ends != "never" && !is_date(ends) {
            return Err(line.wrong("ends must be a date like 2026-06-30, or never"));
        }
        if extended != "-" && (!is_date(extended) || extended <= ends) {
            return Err(line.wrong("extended must be a date like 2026-06-30 after ends, or -"));
        }
        rows.push((row, line));
    }
    rows.sort_unstable_by_key(|(row, _)| *row);
    for pair in rows.windows(2) {
        if pair[0].0[..2] == pair[1].0[..2] {
            let ([id, release, ..], line) = pair[1];
            return Err(line.wrong(&format!("{id} {release} is there twice")));
        }
    }
    let rows = rows.into_iter().map(|([id, release, name, ends, extended, _], _)| {
        let ends = if ends == "never" { None } else { Some(ends) };
        let extended = if extended == "-" { None } else { Some(extended) };
        format!(
            "    Release {{ id: {id:?}, version: {release:?}, name: {name:?}, ends: {ends:?}, extended: {extended:?} }},\n"
        )
    });
    Ok(format!("&[\n{}]\n", rows.collect::<String>()))
}
