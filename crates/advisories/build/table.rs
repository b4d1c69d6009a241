//! What the tables below `rules/` share: lines of columns separated by tabs, empty lines and comments between them, and
//! complaints that say where.

use std::fs;
use std::path::PathBuf;

/// A whole table.
pub struct Table {
    path: PathBuf,
    text: String,
}

/// A line that is neither empty nor a comment.
#[derive(Clone, Copy)]
pub struct Line<'a> {
    text: &'a str,
    number: usize,
    table: &'a Table,
}

impl Table {
    pub fn read(path: PathBuf) -> Result<Self, String> {
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self { path, text })
    }

    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let lines = self.text.lines().enumerate().map(|(index, text)| Line { text, number: index + 1, table: self });
        lines.filter(|line| !line.text.is_empty() && !line.text.starts_with('#'))
    }
}

impl<'a> Line<'a> {
    /// All its columns: as many as expected, each of them filled.
    pub fn columns<const N: usize>(self) -> Result<[&'a str; N], String> {
        let columns: Vec<&str> = self.text.split('\t').collect();
        if columns.iter().any(|column| column.is_empty() || column.trim() != *column) {
            return Err(self.wrong("every column must be there, without spaces around it"));
        }
        columns.try_into().map_err(|_| self.wrong(&format!("expected {N} columns separated by tabs")))
    }

    /// Whether it begins with a tab, and so belongs to the line above it.
    pub fn is_indented(&self) -> bool {
        self.text.starts_with('\t')
    }

    /// Without the tab.
    pub fn unindented(self) -> Self {
        Self { text: self.text.strip_prefix('\t').unwrap_or(self.text), ..self }
    }

    /// A complaint about it.
    pub fn wrong(self, detail: &str) -> String {
        format!("{}:{}: {detail}", self.table.path.display(), self.number)
    }
}

/// Whether it is a day as ISO 8601 writes it.
pub fn is_date(text: &str) -> bool {
    let fields: Vec<&str> = text.split('-').collect();
    let number = |text: &str, digits: usize, most: u32| {
        text.len() == digits && text.parse::<u32>().is_ok_and(|number| (1..=most).contains(&number))
    };
    matches!(fields[..], [year, month, day] if number(year, 4, 9999) && number(month, 2, 12) && number(day, 2, 31))
}
