//! YAML and JSON of templates' values, as Helm reads and writes them: plain scalars are those of YAML 1.1 as far as Go's
//! reader knows them (`yes`, `0644`), keys are sorted, lists stand as far left as their key.

use std::collections::HashMap;
use std::fmt::Write;
use std::rc::Rc;

use granit_parser::{Event, Parser, ScalarStyle};

use super::datum::{DEEPEST, Datum, Map};
use super::print;

/// Values of one document, those that aliases repeat included.
const MOST: usize = 200_000;

/// What becomes of whole numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// They stay whole: `values.yaml`.
    Whole,
    /// They become fractions, as `fromYaml` and `fromJson` of Helm have it.
    Fractions,
}

/// The value of the first document; nothing where there is none. Else the line at which it cannot be read, and why.
pub fn decode(text: &str, numbers: Numbers) -> Result<Datum, (u32, String)> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut reader = Reader { open: Vec::new(), anchored: HashMap::new(), document: None, room: MOST, numbers };
    for event in Parser::new_from_str(text) {
        let (event, at) =
            event.map_err(|error| (line(error.marker().line()), format!("this is no YAML: {}", error.info())))?;
        if matches!(event, Event::DocumentStart(..)) && reader.document.is_some() {
            break;
        }
        reader.take(event).map_err(|reason| (line(at.start.line()), reason))?;
    }
    Ok(reader.document.unwrap_or(Datum::Nil))
}

fn line(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

struct Reader {
    open: Vec<Open>,
    anchored: HashMap<usize, Datum>,
    document: Option<Datum>,
    room: usize,
    numbers: Numbers,
}

struct Open {
    anchor: usize,
    is_map: bool,
    /// Of a mapping, keys and values in turn.
    values: Vec<Datum>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain && tag.is_none();
                let value = if plain { scalar(&text, self.numbers) } else { Datum::text(&*text) };
                self.put(value, anchor)
            }
            Event::SequenceStart(_, anchor, _) => self.open(anchor, false),
            Event::MappingStart(_, anchor, _) => self.open(anchor, true),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                let value = if open.is_map { mapping(open.values) } else { Datum::list(open.values) };
                self.put(value, open.anchor)
            }
            Event::Alias(anchor) => {
                let value = self.anchored.get(&anchor).cloned().unwrap_or(Datum::Nil);
                self.charge(value.weight(self.room + 1))?;
                // A mapping that stands twice is two.
                self.put(value.deep_copy(DEEPEST).ok_or("nested too deeply")?, 0)
            }
            _ => Ok(()),
        }
    }

    fn charge(&mut self, count: usize) -> Result<(), String> {
        self.room = self.room.checked_sub(count).ok_or_else(|| format!("more than {MOST} values"))?;
        Ok(())
    }

    fn open(&mut self, anchor: usize, is_map: bool) -> Result<(), String> {
        if self.open.len() >= DEEPEST - 4 {
            return Err("nested too deeply".to_owned());
        }
        self.open.push(Open { anchor, is_map, values: Vec::new() });
        Ok(())
    }

    fn put(&mut self, value: Datum, anchor: usize) -> Result<(), String> {
        self.charge(1)?;
        if anchor > 0 {
            self.anchored.insert(anchor, value.clone());
        }
        match self.open.last_mut() {
            Some(open) => open.values.push(value),
            None => self.document = Some(value),
        }
        Ok(())
    }
}

fn mapping(values: Vec<Datum>) -> Datum {
    let (mut entries, mut merged) = (Map::new(), Vec::new());
    let mut values = values.into_iter();
    while let (Some(key), Some(value)) = (values.next(), values.next()) {
        match key.as_text() {
            Some("<<") if value.entries().is_some() => merged.push(value),
            Some("<<") => merged.extend(value.items().unwrap_or_default().iter().cloned()),
            _ => {
                let key = if matches!(key, Datum::Nil) { "null".to_owned() } else { print::value(&key) };
                entries.insert(key.into(), value);
            }
        }
    }
    for value in merged {
        for (key, value) in value.entries().map(|entries| entries.borrow().clone()).unwrap_or_default() {
            entries.entry(key).or_insert(value);
        }
    }
    Datum::map(entries)
}

/// What a plain scalar says.
fn scalar(text: &str, numbers: Numbers) -> Datum {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Datum::Nil,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Datum::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Datum::Bool(false),
        _ => {}
    }
    if !text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '+' | '.')) {
        return Datum::text(text);
    }
    match super::parser::number(text) {
        #[expect(clippy::cast_precision_loss, reason = "as Go reads JSON")]
        Some(Datum::Int(number)) if numbers == Numbers::Fractions => Datum::Float(number as f64),
        Some(number) => number,
        None => Datum::text(text),
    }
}

/// A value as YAML, without a line break at the end; refused where it is too deep.
pub fn encode(value: &Datum) -> Result<String, String> {
    let mut out = String::new();
    write(value, 0, DEEPEST, &mut out)?;
    while out.ends_with('\n') {
        out.pop();
    }
    Ok(out)
}

fn write(value: &Datum, indent: usize, depth: usize, out: &mut String) -> Result<(), String> {
    let depth = depth.checked_sub(1).ok_or("a value is nested too deeply")?;
    if out.len() > super::machine::LONGEST {
        return Err("a text becomes too long".to_owned());
    }
    let pad = " ".repeat(indent);
    let value = if let Datum::Object(object) = value { &object.whole() } else { value };
    if let Some(entries) = value.entries().filter(|entries| !entries.borrow().is_empty()) {
        for (at, (key, value)) in entries.borrow().iter().enumerate() {
            // The first stands behind the dash or at the beginning of a line already.
            let _ = write!(out, "{}{}:", if at == 0 { "" } else { &pad }, text(key, indent));
            if value.entries().is_some_and(|inner| !inner.borrow().is_empty()) {
                let _ = write!(out, "\n{pad}  ");
                write(value, indent + 2, depth, out)?;
            } else if value.items().is_some_and(|items| !items.is_empty()) {
                let _ = write!(out, "\n{pad}");
                write(value, indent, depth, out)?;
            } else {
                out.push(' ');
                write(value, indent + 2, depth, out)?;
            }
        }
        return Ok(());
    }
    if let Some(items) = value.items().filter(|items| !items.is_empty()) {
        for (at, item) in items.iter().enumerate() {
            out.push_str(if at == 0 { "" } else { &pad });
            out.push_str("- ");
            write(item, indent + 2, depth, out)?;
        }
        return Ok(());
    }
    match value {
        Datum::Nil => out.push_str("null"),
        Datum::Text(value) => out.push_str(&text(value, indent)),
        Datum::List(_) => out.push_str("[]"),
        Datum::Map(_) => out.push_str("{}"),
        Datum::Float(number) => out.push_str(&number_text(*number)),
        Datum::Time(moment) => {
            let _ = write!(out, "\"{moment}\"");
        }
        other => out.push_str(&print::value(other)),
    }
    out.push('\n');
    Ok(())
}

/// A number as JSON of Go has it: an exponent only where it is very large or very small.
fn number_text(number: f64) -> String {
    let size = number.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) { print::float(number) } else { number.to_string() }
}

/// A text: in lines of its own where it has several, plain where that is read as the same text again, else in quotes.
fn text(text: &str, indent: usize) -> String {
    let printable = |c: char| !c.is_control() || c == '\n';
    if text.contains('\n') && text.chars().all(printable) && !text.starts_with([' ', '\n']) {
        let kept = text.trim_end_matches('\n');
        let mark = match text.len() - kept.len() {
            0 => "|-",
            1 => "|",
            _ => "|+",
        };
        let pad = " ".repeat(indent.max(2));
        let mut out = mark.to_owned();
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            out.push('\n');
            if !line.is_empty() {
                out.push_str(&pad);
                out.push_str(line);
            }
        }
        return out;
    }
    if text.chars().any(char::is_control) {
        return json_text(text);
    }
    let looks_plain = !matches!(scalar(text, Numbers::Whole), Datum::Text(_)) || looks_like_time(text);
    if looks_plain || text.is_empty() {
        return format!("\"{text}\"");
    }
    let first_is_sign = text.starts_with([
        '-', '?', ':', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`', ' ', '=',
    ]);
    // A dash before something else than a space is no sign.
    let dash = text.starts_with(['-', '?', ':'])
        && text[1..].chars().next().is_some_and(|next| !next.is_whitespace())
        && !text.starts_with("---");
    let inside = text.contains(": ") || text.contains(" #") || text.ends_with([':', ' ']);
    if first_is_sign && !dash || inside { format!("'{}'", text.replace('\'', "''")) } else { text.to_owned() }
}

fn looks_like_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 8 && bytes[..4].iter().all(u8::is_ascii_digit) && bytes[4] == b'-' && bytes[5].is_ascii_digit()
}

/// A value as JSON; `indent` is for a person.
pub fn json(value: &Datum, escapes: bool, pretty: bool) -> Result<String, String> {
    let mut out = String::new();
    write_json(value, escapes, pretty.then_some(0), DEEPEST, &mut out)?;
    Ok(out)
}

fn write_json(
    value: &Datum,
    escapes: bool,
    indent: Option<usize>,
    depth: usize,
    out: &mut String,
) -> Result<(), String> {
    let depth = depth.checked_sub(1).ok_or("a value is nested too deeply")?;
    if out.len() > super::machine::LONGEST {
        return Err("a text becomes too long".to_owned());
    }
    let written = |text: &str| {
        let text = json_text(text);
        if escapes { text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026") } else { text }
    };
    let inner = indent.map(|indent| indent + 2);
    let line = |indent: Option<usize>, out: &mut String| {
        if let Some(indent) = indent {
            let _ = write!(out, "\n{}", " ".repeat(indent));
        }
    };
    match value {
        Datum::Nil => out.push_str("null"),
        Datum::Text(text) => out.push_str(&written(text)),
        Datum::Float(number) => out.push_str(&number_text(*number)),
        Datum::List(_) => {
            let items = value.items().unwrap_or_default();
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                line(inner, out);
                write_json(item, escapes, inner, depth, out)?;
            }
            line(indent.filter(|_| !items.is_empty()), out);
            out.push(']');
        }
        Datum::Map(_) => {
            let entries = value.entries().map(|entries| entries.borrow().clone()).unwrap_or_default();
            out.push('{');
            for (at, (key, item)) in entries.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                line(inner, out);
                out.extend([&*written(key), if pretty_space(indent) { ": " } else { ":" }]);
                write_json(item, escapes, inner, depth, out)?;
            }
            line(indent.filter(|_| !entries.is_empty()), out);
            out.push('}');
        }
        Datum::Object(object) => write_json(&object.whole(), escapes, indent, depth, out)?,
        Datum::Time(moment) => {
            let _ = write!(out, "\"{moment}\"");
        }
        Datum::Unknown | Datum::Undecided => {
            let _ = write!(out, "\"{}\"", print::value(value));
        }
        Datum::Bool(_) | Datum::Int(_) => out.push_str(&print::value(value)),
    }
    Ok(())
}

fn pretty_space(indent: Option<usize>) -> bool {
    indent.is_some()
}

fn json_text(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// What a file says, for `Files` and lists of dependencies.
pub fn lossy(bytes: &[u8]) -> Rc<str> {
    String::from_utf8_lossy(bytes).into()
}
