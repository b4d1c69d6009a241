//! Sets attributes in manifests (YAML 1.2.2, and JSON, which is a part of it), by the places at which the parser saw them.
//!
//! Files with anchors are left alone: what stands there may mean several things.

use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};

use super::is_bare;
use crate::rule::{Step, To};

/// A node, and the bytes that it takes.
struct Place {
    range: Range<usize>,
    shape: Shape,
}

enum Shape {
    /// A scalar: what it says, and whether it is one of several lines.
    Scalar(String, bool),
    List(StructureStyle, Vec<Place>),
    Map(StructureStyle, Vec<(Place, Place)>),
}

const CHANGED: &str = "the attribute is not where it was";
const ANCHORED: &str = "the file uses anchors";
const OTHER: &str = "there is something else in its place";

/// The text, in which the object at `steps` of the resource of this number has `to` at `keys`.
pub(super) fn set(
    text: &str,
    ordinal: usize,
    steps: &[Step<'_>],
    keys: &[&str],
    to: &To<'_>,
) -> Result<String, &'static str> {
    if text.starts_with('\u{feff}') {
        return Err("the file begins with a byte order mark");
    }
    let documents = parse(text)?;
    let mut objects = Vec::new();
    for document in &documents {
        list(document, &mut objects);
    }
    let mut place = *objects.get(ordinal).ok_or(CHANGED)?;
    for step in steps {
        place = match (step, &place.shape) {
            (Step::Key(key), _) => place.get(key).ok_or(CHANGED)?,
            (Step::Index(index), Shape::List(_, items)) => items.get(*index as usize).ok_or(CHANGED)?,
            _ => return Err(CHANGED),
        };
    }
    let mut keys = keys;
    while let [key, rest @ ..] = keys {
        let Some(value) = place.get(key) else { return insert(text, place, keys, to) };
        if rest.is_empty() {
            return replace(text, value, to);
        }
        if matches!(&value.shape, Shape::Scalar(said, _) if matches!(&**said, "" | "~" | "null")) {
            return fill(text, place, value, rest, to);
        }
        (place, keys) = (value, rest);
    }
    Err(CHANGED)
}

impl Place {
    fn get(&self, key: &str) -> Option<&Self> {
        let Shape::Map(_, entries) = &self.shape else { return None };
        entries.iter().find(|(known, _)| known.says(key)).map(|(_, value)| value)
    }

    fn says(&self, text: &str) -> bool {
        matches!(&self.shape, Shape::Scalar(said, _) if said == text)
    }

    /// The last byte of it, or of what is in it.
    fn end(&self) -> usize {
        match &self.shape {
            Shape::List(StructureStyle::Block, items) => items.last().map_or(self.range.end, Self::end),
            Shape::Map(StructureStyle::Block, entries) => {
                entries.last().map_or(self.range.end, |(key, value)| value.end().max(key.range.end))
            }
            _ => self.range.end,
        }
    }
}

/// The objects of a document, in the order in which the reader of manifests finds them.
fn list<'p>(document: &'p Place, objects: &mut Vec<&'p Place>) {
    let text = |key: &str| match document.get(key).map(|place| &place.shape) {
        Some(Shape::Scalar(text, _)) => Some(&**text),
        _ => None,
    };
    let (Some(kind), Some(_)) = (text("kind"), text("apiVersion")) else { return };
    if !kind.ends_with("List") {
        objects.push(document);
    } else if let Some(Shape::List(_, items)) = document.get("items").map(|items| &items.shape) {
        for item in items {
            list(item, objects);
        }
    }
}

/// The documents with the places of everything.
fn parse(text: &str) -> Result<Vec<Place>, &'static str> {
    let mut open: Vec<(Option<StructureStyle>, bool, usize, Vec<Place>)> = vec![(None, false, 0, Vec::new())];
    for event in Parser::new_from_str(text) {
        let (event, at) = event.map_err(|_| CHANGED)?;
        let range = at.byte_range().ok_or(CHANGED)?;
        let place = match event {
            Event::Scalar(said, style, anchor, _) => {
                if anchor != 0 {
                    return Err(ANCHORED);
                }
                let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                let written = text.get(range.clone()).ok_or(CHANGED)?.trim_end();
                let several = block || written.contains('\n');
                Place {
                    range: range.start..range.start + written.len(),
                    shape: Shape::Scalar(said.into_owned(), several),
                }
            }
            Event::SequenceStart(style, anchor, _) | Event::MappingStart(style, anchor, _) if anchor == 0 => {
                let is_map = matches!(event, Event::MappingStart(..));
                open.push((Some(style), is_map, range.start, Vec::new()));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let (style, is_map, start, values) = open.pop().ok_or(CHANGED)?;
                let style = style.ok_or(CHANGED)?;
                let range = start..range.end.max(start);
                if style == StructureStyle::Flow && !text[..range.end].ends_with(['}', ']']) {
                    return Err(CHANGED);
                }
                if is_map {
                    let mut entries = Vec::new();
                    let mut values = values.into_iter();
                    while let (Some(key), Some(value)) = (values.next(), values.next()) {
                        entries.push((key, value));
                    }
                    Place { range, shape: Shape::Map(style, entries) }
                } else {
                    Place { range, shape: Shape::List(style, values) }
                }
            }
            Event::SequenceStart(..) | Event::MappingStart(..) | Event::Alias(_) => return Err(ANCHORED),
            _ => continue,
        };
        open.last_mut().ok_or(CHANGED)?.3.push(place);
    }
    open.pop().map(|(.., documents)| documents).ok_or(CHANGED)
}

/// Puts a value in the place of another one.
fn replace(text: &str, value: &Place, to: &To<'_>) -> Result<String, &'static str> {
    match (&value.shape, to) {
        (Shape::Scalar(said, _), To::One(one)) if said == one => Ok(text.to_owned()),
        (Shape::Scalar(_, false), To::One(one)) if !value.range.is_empty() => {
            let quotes = text[value.range.clone()].starts_with('"') && is_json(text);
            Ok(spliced(text, value.range.clone(), &scalar(one, quotes)))
        }
        (Shape::List(style, items), To::List(more)) => {
            let missing: Vec<_> = more.iter().filter(|one| !items.iter().any(|item| item.says(one))).collect();
            let Some(last) = items.last() else {
                return Ok(spliced(text, value.range.clone(), &written(to, is_json(text))));
            };
            let quotes = text[last.range.clone()].starts_with('"');
            let dash = &text[line_start(text, last.range.start)..last.range.start];
            let lead = match style {
                StructureStyle::Flow => ", ".to_owned(),
                _ if dash.trim() == "-" => [newline(text), dash].concat(),
                StructureStyle::Block => return Err(OTHER),
            };
            let added: Vec<_> = missing.iter().map(|one| [&*lead, &scalar(one, quotes)].concat()).collect();
            let end = if *style == StructureStyle::Flow { last.end() } else { line_end(text, last.end()) };
            Ok(spliced(text, end..end, &added.concat()))
        }
        _ => Err(OTHER),
    }
}

/// Gives a key without a value one: a mapping with the rest of the way.
fn fill(text: &str, map: &Place, value: &Place, keys: &[&str], to: &To<'_>) -> Result<String, &'static str> {
    let Shape::Map(style, entries) = &map.shape else { return Err(OTHER) };
    let key = entries.iter().find(|(_, other)| std::ptr::eq(other, value)).map(|(key, _)| key).ok_or(CHANGED)?;
    if *style == StructureStyle::Flow || !value.range.is_empty() && value.range.start >= key.range.end {
        return Ok(spliced(text, value.range.clone(), &flow(keys, to, is_json(text))));
    }
    let end = line_end(text, key.range.end);
    let lines = block(text, indent(text, key)? + 2, keys, to);
    Ok(spliced(text, end..end, &lines))
}

/// Adds the keys to a mapping that has none of them.
fn insert(text: &str, map: &Place, keys: &[&str], to: &To<'_>) -> Result<String, &'static str> {
    let Shape::Map(style, entries) = &map.shape else { return Err(OTHER) };
    let [key, rest @ ..] = keys else { return Err(CHANGED) };
    let json = is_json(text);
    if *style == StructureStyle::Flow {
        let value = if rest.is_empty() { written(to, json) } else { flow(rest, to, json) };
        let entry = format!("{}: {value}", if json { format!("\"{key}\"") } else { (*key).to_owned() });
        let Some((last, value)) = entries.last() else {
            let at = map.range.start + 1;
            return Ok(spliced(text, at..at, &entry));
        };
        let end = value.end().max(last.range.end);
        // On a line of its own, where the last one is.
        let before = &text[line_start(text, last.range.start)..last.range.start];
        let lead = if before.trim().is_empty() { format!(",{}{before}", newline(text)) } else { ", ".to_owned() };
        return Ok(spliced(text, end..end, &format!("{lead}{entry}")));
    }
    let (first, _) = entries.first().ok_or(OTHER)?;
    let end = line_end(text, map.end());
    let lines = block(text, indent(text, first)?, keys, to);
    Ok(spliced(text, end..end, &lines))
}

/// The column of a key that begins its line, be it behind the dash of an entry.
fn indent(text: &str, key: &Place) -> Result<usize, &'static str> {
    let before = &text[line_start(text, key.range.start)..key.range.start];
    if before.bytes().all(|byte| matches!(byte, b' ' | b'-')) { Ok(before.len()) } else { Err(OTHER) }
}

/// Lines of nested mappings, each begun by the break before it.
fn block(text: &str, indent: usize, keys: &[&str], to: &To<'_>) -> String {
    let mut lines = String::new();
    for (depth, key) in keys.iter().enumerate() {
        lines.push_str(newline(text));
        lines.push_str(&" ".repeat(indent + 2 * depth));
        lines.push_str(key);
        lines.push(':');
    }
    format!("{lines} {}", written(to, false))
}

/// The same in braces.
fn flow(keys: &[&str], to: &To<'_>, json: bool) -> String {
    keys.iter().rev().fold(written(to, json), |value, key| {
        if json { format!("{{\"{key}\": {value}}}") } else { format!("{{{key}: {value}}}") }
    })
}

fn written(to: &To<'_>, quotes: bool) -> String {
    match to {
        To::One(one) => scalar(one, quotes),
        To::List(list) => {
            format!("[{}]", list.iter().map(|one| scalar(one, quotes)).collect::<Vec<_>>().join(", "))
        }
    }
}

/// The values of rules are words, which need no quotes in YAML.
fn scalar(text: &str, quotes: bool) -> String {
    if quotes && !is_bare(text) { format!("\"{text}\"") } else { text.to_owned() }
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

fn spliced(text: &str, range: Range<usize>, new: &str) -> String {
    [&text[..range.start], new, &text[range.end..]].concat()
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    if text[..end].ends_with('\r') { end - 1 } else { end }
}

fn newline(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}
