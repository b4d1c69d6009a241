//! Reads what assignments are judged by, and writes it as tables in Rust.

use std::fmt::Write;

use rules::{Fields, Node, Wrong};

const LISTS: &[&str] = &["keys_of", "unlike", "neutral", "harmless", "placeholders", "hints", "references", "common"];
const NOTATIONS: &[&str] = &["environment", "setting", "quoted", "literal", "element", "option", "credentials", "call"];
const FILES: &[&str] = &["settings", "code", "text", "tests", "words", "unknown"];
const VALUE: &[&str] = &[
    "point_per_bits",
    "digits_and_letters",
    "signs",
    "words_only",
    "words_only_in_code",
    "spaces",
    "sentence",
    "names_itself",
    "short",
];

/// The tables of `scoring/assignments.yaml`.
pub fn tables(document: &Node) -> Result<String, Wrong> {
    let own = ["threshold", "names", "notations", "files", "value", "letters"];
    let known: Vec<&str> = LISTS.iter().chain(&own).copied().collect();
    let fields = document.fields(&known)?;
    let mut out = format!("pub const THRESHOLD: i32 = {};\n", points(fields.need("threshold")?, 1)?);
    let mut names = Vec::new();
    for group in fields.need("names")?.list()? {
        let group = group.fields(&["points", "words"])?;
        let worth = points(group.need("points")?, 1)?;
        names.extend(group.texts("words")?.into_iter().map(|word| (word, worth)));
    }
    names.sort_unstable();
    let _ = writeln!(out, "pub static NAMES: &[(&str, i32)] = &{names:?};");
    for list in LISTS {
        let mut words = fields.texts(list)?;
        words.sort_unstable();
        if let Some(word) =
            words.iter().find(|word| word.is_empty() || !word.is_ascii() || **word != word.to_lowercase())
        {
            return Err(fields.need(list)?.wrong(&format!("{word:?}: words are in lower case and ASCII")));
        }
        if let Some([word, _]) = words.array_windows().find(|[one, other]| one == other) {
            return Err(fields.need(list)?.wrong(&format!("{word:?} is there twice")));
        }
        let _ = writeln!(out, "pub static {}: &[&str] = &{words:?};", list.to_uppercase());
    }
    for (group, keys) in [("notations", NOTATIONS), ("files", FILES), ("value", VALUE)] {
        let entries = fields.need(group)?.fields(keys)?;
        for key in keys {
            // Of a bit there are tenths.
            let scale = if *key == "point_per_bits" { 10 } else { 1 };
            let name = format!("{group}_{key}").to_uppercase();
            let _ = writeln!(out, "pub const {name}: i32 = {};", points(entries.need(key)?, scale)?);
        }
    }
    let _ = writeln!(out, "pub static LETTERS: [[u8; 26]; 26] = {:?};", letters(&fields)?);
    Ok(out)
}

fn points(node: &Node, scale: i32) -> Result<i32, Wrong> {
    let number: f64 = node.text()?.parse().map_err(|_| node.wrong("a number was expected"))?;
    let scaled = number * f64::from(scale);
    if scaled.abs() > 10_000.0 || (scaled - scaled.round()).abs() > 1e-9 {
        return Err(node.wrong("a small number was expected"));
    }
    #[expect(clippy::cast_possible_truncation, reason = "just checked")]
    Ok(scaled.round() as i32)
}

fn letters(fields: &Fields<'_>) -> Result<Vec<Vec<u8>>, Wrong> {
    let node = fields.need("letters")?;
    let rows = node.map()?;
    let named = rows.iter().map(|(name, _)| &**name).eq((b'a'..=b'z').map(|letter| char::from(letter).to_string()));
    let read = |row: &Node| {
        let digits: Vec<u8> = row.text()?.bytes().map(|digit| digit.wrapping_sub(b'0')).collect();
        if digits.len() == 26 && digits.iter().all(|digit| *digit < 10) {
            return Ok(digits);
        }
        Err(row.wrong("a digit for each of the 26 letters was expected"))
    };
    if !named {
        return Err(node.wrong("a row for each letter from a to z was expected"));
    }
    rows.iter().map(|(_, row)| read(row)).collect()
}
