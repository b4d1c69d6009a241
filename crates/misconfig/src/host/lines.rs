//! What line-oriented formats share: lines without comments, words in quotes, and mappings whose keys come several times.

use std::collections::HashMap;

use super::number;
use crate::{Node, Span, Value};

/// Lines that say something, each with its number, from one, and without white space around it.
pub fn lines(text: &str) -> impl Iterator<Item = (u32, &str)> {
    let numbered = text.lines().enumerate().map(|(index, line)| (number(index) + 1, line.trim()));
    numbered.filter(|(_, line)| !line.is_empty() && !line.starts_with(['#', ';']))
}

/// As [`lines`], where a backslash at the end of a line joins the next one to it.
pub fn joined(text: &str) -> Vec<(Span, String)> {
    let mut found: Vec<(Span, String)> = Vec::new();
    let mut open: Option<(u32, String)> = None;
    for (index, line) in text.lines().enumerate() {
        let at = number(index) + 1;
        let trimmed = line.trim();
        let is_comment = trimmed.is_empty() || trimmed.starts_with(['#', ';']);
        if is_comment && open.is_none() {
            continue;
        }
        let (first, mut before) = open.take().unwrap_or((at, String::new()));
        if is_comment && !trimmed.is_empty() {
            // A comment between two parts of a line is passed over.
            open = Some((first, before));
        } else if let Some(part) = trimmed.strip_suffix('\\') {
            before.push_str(part);
            open = Some((first, before));
        } else {
            before.push_str(trimmed);
            found.push((Span::new(first, at), before));
        }
    }
    found.extend(open.map(|(first, text)| (Span::line(first), text)));
    found
}

/// The words of a line: parted by white space, but not in quotes, which are taken off. A backslash takes the next character as
/// it is.
pub fn words(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (_, '\\') => word.get_or_insert_default().extend(characters.next()),
            (None, _) if character.is_whitespace() => found.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    found.extend(word);
    found
}

/// Takes quotes off that are around a whole value.
pub fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let inside = |quote: char| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inside('"').or_else(|| inside('\'')).unwrap_or(value)
}

/// What counts where a key is there several times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeated {
    First,
    Last,
    All,
}

/// A mapping that is being read.
#[derive(Debug, Default)]
pub struct Settings {
    entries: Vec<(String, Node)>,
    places: HashMap<String, usize>,
}

impl Settings {
    /// Adds a value.
    pub fn add(&mut self, key: &str, node: Node, repeated: Repeated) {
        let known = self.places.get(key).and_then(|at| self.entries.get_mut(*at));
        match (known, repeated) {
            (None, _) => {
                self.places.insert(key.to_owned(), self.entries.len());
                self.entries.push((key.to_owned(), node));
            }
            (Some(_), Repeated::First) => {}
            (Some((_, known)), Repeated::Last) => *known = node,
            (Some((_, known)), Repeated::All) => {
                if let Value::List(items) = &mut known.value {
                    items.push(node);
                } else {
                    let first = std::mem::take(known);
                    *known = Value::List(vec![first, node]).at(Span::default());
                }
                // A list stands where its entries do.
                if let Value::List(items) = &known.value {
                    let (first, last) = (items.first(), items.last());
                    known.span = first.zip(last).map_or(known.span, |(a, b)| Span::new(a.span.first, b.span.last));
                }
            }
        }
    }

    /// Adds a text.
    pub fn text(&mut self, key: &str, value: impl Into<String>, line: u32, repeated: Repeated) {
        self.add(key, Value::text(value).at(Span::line(line)), repeated);
    }

    pub fn is_absent(&self, key: &str) -> bool {
        !self.places.contains_key(key)
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The mapping. What is absent from it would be a part of it: it stands on its first line only.
    pub fn node(self, first: u32) -> Node {
        Value::Map(self.entries).at(Span::line(first))
    }
}

/// A list of texts.
pub fn list<'w>(words: impl IntoIterator<Item = &'w str>, line: u32) -> Node {
    let items = words.into_iter().map(|word| Value::text(word).at(Span::line(line)));
    Value::List(items.collect()).at(Span::line(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_what_is_in_quotes_together() {
        assert_eq!(words(r#"a "b c" 'd "e' f\ g """#), ["a", "b c", "d \"e", "f g", ""]);
        assert_eq!(words("\"open"), ["open"]);
    }

    #[test]
    fn lines_are_joined_over_comments() {
        let found = joined("a \\\n# x\nb\n\nc\nd \\");
        let found: Vec<_> = found.iter().map(|(span, text)| (span.first, span.last, &**text)).collect();
        assert_eq!(found, [(1, 3, "a b"), (5, 5, "c"), (6, 6, "d ")]);
    }
}
