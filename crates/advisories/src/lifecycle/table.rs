//! An end-of-life table that came with advisory data, in the form that the head of `rules/end-of-life.tsv` explains.
//!
//! The program's own is packed when it is built; this one is read when a distribution is to be judged.

use std::borrow::Cow;

use super::{Date, RELEASES, Release, Releases, TABLE};

/// Releases in a table: ten times what there are.
const MAX_ROWS: usize = 5_000;
/// Bytes of a column.
const MAX_COLUMN: usize = 200;

/// Whether it can be read, and is newer than the program's own.
pub(crate) fn is_newer(text: &str) -> bool {
    day(text) > day(TABLE) && Releases::parse(text).is_ok()
}

/// The day whose state of knowledge it has: the end of its first line.
fn day(text: &str) -> Option<Date> {
    let (_, day) = text.lines().next()?.strip_prefix('#')?.rsplit_once("as of ")?;
    day.strip_suffix('.')?.parse().ok()
}

impl<'a> Releases<'a> {
    /// The program's own.
    pub(crate) const BUILT_IN: Self = Self { rows: Cow::Borrowed(RELEASES) };

    /// The table that came with the data, if it is newer than the program's own.
    pub(crate) fn newest(carried: Option<&'a str>) -> Result<Self, String> {
        match carried {
            Some(text) if day(text).is_none() || day(text) > day(TABLE) => Self::parse(text),
            _ => Ok(Self::BUILT_IN),
        }
    }

    /// Reads a table. One wrong line makes all of it useless.
    pub(crate) fn parse(text: &'a str) -> Result<Self, String> {
        day(text).ok_or("its first line does not end with the day that it is of")?;
        let mut rows = Vec::new();
        for (index, line) in text.lines().enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            rows.push(row(line).map_err(|why| format!("line {}: {why}", index + 1))?);
            if rows.len() > MAX_ROWS {
                return Err(format!("it has more than {MAX_ROWS} lines"));
            }
        }
        rows.sort_unstable_by_key(|row| (row.id, row.version));
        let twice = rows.windows(2).find(|pair| (pair[0].id, pair[0].version) == (pair[1].id, pair[1].version));
        match twice {
            Some(pair) => Err(format!("{} {} is there twice", pair[1].id, pair[1].version)),
            None => Ok(Self { rows: Cow::Owned(rows) }),
        }
    }
}

fn row(line: &str) -> Result<Release<'_>, &'static str> {
    let columns: Vec<&str> = line.splitn(7, '\t').collect();
    let is_clean = |column: &&str| {
        let printable = !column.chars().any(char::is_control);
        printable && !column.is_empty() && column.trim() == *column && column.len() <= MAX_COLUMN
    };
    if !columns.iter().all(is_clean) {
        return Err("every column must be there, short and plain");
    }
    let Ok([id, version, name, ends, extended, _]) = <[&str; 6]>::try_from(columns) else {
        return Err("expected 6 columns separated by tabs");
    };
    if id.chars().any(|character| character.is_ascii_uppercase()) {
        return Err("ids are lower case");
    }
    // With the date alone, which is compared as text.
    let is_date = |text: &str| text.parse::<Date>().is_ok_and(|date| date.to_string() == text);
    if ends != "never" && !is_date(ends) {
        return Err("ends must be a date like 2026-06-30, or never");
    }
    if extended != "-" && (!is_date(extended) || extended <= ends) {
        return Err("extended must be a date like 2026-06-30 after ends, or -");
    }
    let ends = (ends != "never").then_some(ends);
    let extended = (extended != "-").then_some(extended);
    Ok(Release { id, version, name, ends, extended })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_was_packed() {
        assert_eq!(*Releases::parse(TABLE).unwrap().rows, *RELEASES);
    }

    #[test]
    fn a_wrong_table_is_refused_with_the_line() {
        let check = |row: &str, complaint: &str| {
            let text = format!("# Ends, as of 2030-01-01.\n\n{row}\n");
            let outcome = Releases::parse(&text);
            assert_eq!(outcome.err().as_deref().unwrap_or_default(), complaint, "{row:?}");
        };
        check("debian\t99\tDebian 99\t2030-01-01\t-\tDebian", "");
        check("debian\t99\tDebian 99\tnever\t-\tDebian", "");
        check("debian\t99", "line 3: expected 6 columns separated by tabs");
        check("debian\t99\tDebian 99\tnever\t-\tDebian\tmore", "line 3: expected 6 columns separated by tabs");
        check("debian\t\tDebian 99\tnever\t-\tDebian", "line 3: every column must be there, short and plain");
        check("debian\t99\t\u{1b}[31m\tnever\t-\tDebian", "line 3: every column must be there, short and plain");
        check("Debian\t99\tDebian 99\tnever\t-\tDebian", "line 3: ids are lower case");
        let ends = "line 3: ends must be a date like 2026-06-30, or never";
        check("debian\t99\tDebian 99\t2030\t-\tDebian", ends);
        check("debian\t99\tDebian 99\t2030-01-01T00\t-\tDebian", ends);
        let extended = "line 3: extended must be a date like 2026-06-30 after ends, or -";
        check("debian\t99\tDebian 99\t2030-01-02\t2030-01-01\tDebian", extended);
        let row = "debian\t99\tDebian 99\tnever\t-\tDebian";
        check(&format!("{row}\n{row}"), "debian 99 is there twice");
        assert!(Releases::parse("").is_err());
        assert!(Releases::parse(row).is_err());
    }

    #[test]
    fn the_newer_table_counts() {
        let rows = "debian\t99\tDebian 99\tnever\t-\tDebian\n";
        let count = |day: &str| {
            let text = format!("# Ends, as of {day}.\n{rows}");
            Releases::newest(Some(&text)).unwrap().rows.len()
        };
        assert_eq!(count("2999-01-01"), 1);
        assert_eq!(count("2000-01-01"), RELEASES.len());
        assert!(Releases::newest(Some("<html>")).is_err());
    }
}
