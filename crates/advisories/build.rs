//! Checks `rules/end-of-life.tsv` and packs it into a table that is ready when the program starts.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

fn main() {
    let crate_folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let facts = crate_folder.join("../../rules/end-of-life.tsv");
    println!("cargo::rerun-if-changed={}", facts.display());
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("end_of_life.rs");
    if let Err(error) = pack(&facts).and_then(|table| fs::write(&out, table).map_err(|error| error.to_string())) {
        println!("cargo::error={error}");
        process::exit(1);
    }
}

fn pack(path: &Path) -> Result<String, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut rows: Vec<([&str; 6], usize)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let wrong = |detail: &str| format!("{}:{}: {detail}", path.display(), index + 1);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let columns: Vec<&str> = line.split('\t').collect();
        let row: [&str; 6] = columns.try_into().map_err(|_| wrong("expected six columns separated by tabs"))?;
        let [id, release, name, ends, extended, source] = row;
        if [id, release, name, source].iter().any(|column| column.is_empty() || column.trim() != *column) {
            return Err(wrong("id, release, name and source must be there, without spaces around them"));
        }
        if id.chars().any(|character| character.is_ascii_uppercase()) {
            return Err(wrong("ids are lower case"));
        }
        if ends != "never" && !is_date(ends) {
            return Err(wrong("ends must be a date like 2026-06-30, or never"));
        }
        if extended != "-" && (!is_date(extended) || extended <= ends) {
            return Err(wrong("extended must be a date like 2026-06-30 after ends, or -"));
        }
        rows.push((row, index + 1));
    }
    rows.sort_unstable();
    let mut table = String::from("&[\n");
    for pair in rows.windows(2) {
        if pair[0].0[..2] == pair[1].0[..2] {
            let [id, release, ..] = pair[1].0;
            return Err(format!("{}:{}: {id} {release} is there twice", path.display(), pair[1].1));
        }
    }
    for ([id, release, name, ends, extended, _], _) in rows {
        let ends = if ends == "never" { None } else { Some(ends) };
        let extended = if extended == "-" { None } else { Some(extended) };
        let row = format!(
            "Release {{ id: {id:?}, version: {release:?}, name: {name:?}, ends: {ends:?}, extended: {extended:?} }},"
        );
        writeln!(table, "    {row}").map_err(|error| error.to_string())?;
    }
    table.push_str("]\n");
    Ok(table)
}

fn is_date(text: &str) -> bool {
    let fields: Vec<&str> = text.split('-').collect();
    let number = |text: &str, digits: usize, most: u32| {
        text.len() == digits && text.parse::<u32>().is_ok_and(|number| (1..=most).contains(&number))
    };
    matches!(fields[..], [year, month, day] if number(year, 4, 9999) && number(month, 2, 12) && number(day, 2, 31))
}
