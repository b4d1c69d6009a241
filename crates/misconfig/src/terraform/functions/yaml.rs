//! YAML for `yamldecode` and `yamlencode` (YAML 1.2, in its core schema).

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle};

use super::encoding::json;
use crate::terraform::datum::{Datum, parse_number};

const DEPTH: usize = 64;

/// A value as YAML, in the form that Terraform writes: strings in quotes, lists not indented.
pub(super) fn encode(value: &Datum) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

fn write(value: &Datum, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    match value {
        Datum::Map(entries) if !entries.values.is_empty() => {
            for (at, (key, value)) in entries.values.iter().enumerate() {
                // The first stands behind the dash or at the beginning of a line already.
                let _ = write!(out, "{}{}:", if at == 0 { "" } else { &pad }, scalar(&Datum::Text(Arc::clone(key))));
                match value {
                    Datum::Map(inner) if !inner.values.is_empty() => {
                        let _ = write!(out, "\n{pad}  ");
                        write(value, indent + 2, out);
                    }
                    Datum::List(inner) | Datum::Set(inner) if !inner.values.is_empty() => {
                        let _ = write!(out, "\n{pad}");
                        write(value, indent, out);
                    }
                    _ => {
                        let _ = writeln!(out, " {}", scalar(value));
                    }
                }
            }
        }
        Datum::List(items) | Datum::Set(items) if !items.values.is_empty() => {
            for (at, item) in items.values.iter().enumerate() {
                let _ = write!(out, "{}- ", if at == 0 { "" } else { &pad });
                match item {
                    Datum::Map(_) | Datum::List(_) | Datum::Set(_) => write(item, indent + 2, out),
                    _ => {
                        let _ = writeln!(out, "{}", scalar(item));
                    }
                }
            }
        }
        _ => {
            let _ = writeln!(out, "{}", scalar(value));
        }
    }
}

/// What stands on one line: as in JSON.
fn scalar(value: &Datum) -> String {
    json(value).unwrap_or_default().replace("\\u003c", "<").replace("\\u003e", ">").replace("\\u0026", "&")
}

/// The value of a document.
pub(super) fn decode(text: &str) -> Result<Datum, String> {
    let mut reader = Reader { open: Vec::new(), anchored: HashMap::new(), document: None };
    for event in Parser::new_from_str(text) {
        let (event, _) = event.map_err(|error| format!("this is no YAML, at line {}", error.marker().line()))?;
        reader.take(event)?;
    }
    reader.document.ok_or_else(|| "there is no document".to_owned())
}

struct Reader {
    open: Vec<Open>,
    anchored: HashMap<usize, Datum>,
    document: Option<Datum>,
}

struct Open {
    anchor: usize,
    map: bool,
    /// Of a mapping, keys and values in turn.
    values: Vec<Datum>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let value = if style == ScalarStyle::Plain { plain(&text) } else { Datum::text(&*text) };
                self.put(value, anchor)
            }
            Event::SequenceStart(_, anchor, _) => self.open(anchor, false),
            Event::MappingStart(_, anchor, _) => self.open(anchor, true),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                let value = if open.map { mapping(open.values)? } else { Datum::list(open.values) };
                self.put(value, open.anchor)
            }
            Event::Alias(anchor) => {
                let value = self.anchored.get(&anchor).cloned().ok_or("an alias of nothing")?;
                self.put(value, 0)
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, anchor: usize, map: bool) -> Result<(), String> {
        if self.open.len() >= DEPTH {
            return Err("nested too deeply".to_owned());
        }
        self.open.push(Open { anchor, map, values: Vec::new() });
        Ok(())
    }

    fn put(&mut self, value: Datum, anchor: usize) -> Result<(), String> {
        if anchor > 0 {
            self.anchored.insert(anchor, value.clone());
        }
        match self.open.last_mut() {
            Some(open) => open.values.push(value),
            None if self.document.is_some() => return Err("there is more than one document".to_owned()),
            None => self.document = Some(value),
        }
        Ok(())
    }
}

fn mapping(values: Vec<Datum>) -> Result<Datum, String> {
    let mut entries = BTreeMap::new();
    let mut values = values.into_iter();
    while let (Some(key), Some(value)) = (values.next(), values.next()) {
        let key = key.to_text().ok_or("a key is no string")?;
        match (&*key, value.entries()) {
            ("<<", Some(merged)) => {
                for (key, value) in merged {
                    entries.entry(Arc::clone(key)).or_insert_with(|| value.clone());
                }
            }
            _ => drop(entries.insert(key, value)),
        }
    }
    Ok(Datum::map(entries))
}

fn plain(text: &str) -> Datum {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Datum::Null,
        "true" | "True" | "TRUE" => Datum::Bool(true),
        "false" | "False" | "FALSE" => Datum::Bool(false),
        _ => parse_number(text).map_or_else(|| Datum::text(text), Datum::Number),
    }
}
