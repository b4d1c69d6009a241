//! YAML documents (YAML 1.2.2) as trees with lines.
//!
//! Plain scalars are what YAML 1.1 and 1.2 agree on, as Kubernetes reads them: `yes` and `on` stay texts, since the readers
//! of some formats take them for true and those of others do not. Aliases and merge keys (`<<`) are put in, within a
//! budget, so that a file of aliases to aliases costs what it says and not what it unfolds to; of a key that is there twice,
//! the last counts.

use std::collections::HashMap;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, Tag};

use crate::value::last_of_each;
use crate::{Node, Span, Value};

/// Nodes of one file, those that aliases repeat included.
const MOST_NODES: usize = 500_000;
/// How deep nodes may lie in each other: they are dropped recursively.
const DEEPEST: usize = 128;

/// The documents of a file, as far as they could be read.
#[derive(Debug, Default)]
pub struct Documents {
    /// Those that were whole.
    pub read: Vec<Node>,
    /// What ended the reading, and on which line.
    pub wrong: Option<Wrong>,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// What, and on which line.
    pub what: String,
    /// Whether a limit was hit, where else the file breaks the rules of its format.
    pub limit: bool,
}

/// Reads all documents of a file.
pub fn documents(text: &str) -> Documents {
    tagged(text, |_| None)
}

/// The same where a tag of the document's own (`!Ref`) may be the short form of a function: where it has a name, the value is put
/// into a mapping under it.
pub fn tagged(text: &str, function: fn(&str) -> Option<String>) -> Documents {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut tree =
        Tree { function, documents: Vec::new(), open: Vec::new(), anchored: HashMap::new(), nodes: 0, last: 0 };
    for event in Parser::new_from_str(text) {
        let result = match event {
            Ok((event, at)) => tree.take(event, Span::new(line(at.start.line()), line(at.end.line()))),
            Err(error) => {
                let limit = matches!(error.kind(), ErrorKind::RecursionLimitExceeded);
                Err(Wrong { what: format!("line {}: {}", error.marker().line(), error.info()), limit })
            }
        };
        if let Err(wrong) = result {
            return Documents { read: tree.documents, wrong: Some(wrong) };
        }
    }
    Documents { read: tree.documents, wrong: None }
}

/// Reads the first document; none where there is none that is whole.
pub fn first(text: &str) -> Option<Node> {
    documents(text).read.into_iter().next()
}

fn line(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

/// The documents so far, and what is open of the last one.
struct Tree {
    function: fn(&str) -> Option<String>,
    documents: Vec<Node>,
    open: Vec<Open>,
    anchored: HashMap<usize, Node>,
    nodes: usize,
    /// The last line on which something of a document stood.
    last: u32,
}

/// A collection that has not ended.
struct Open {
    first: u32,
    anchor: usize,
    function: Option<String>,
    inside: Inside,
}

enum Inside {
    List(Vec<Node>),
    Map {
        entries: Vec<(String, Node)>,
        /// What comes next.
        next: Next,
        /// What merge keys bring, the most important first.
        merged: Vec<Vec<(String, Node)>>,
    },
}

/// What comes next in a mapping.
#[derive(Default)]
enum Next {
    /// A key.
    #[default]
    Key,
    /// The value of this key.
    Value(String),
    /// The value of a key that is no scalar.
    Nameless,
}

impl Tree {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Wrong> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.charge(1, span)?;
                // A block scalar's end is where the next thing begins.
                let lines = text.lines().count().max(1);
                let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                let last = if block { span.first.saturating_add(line(lines) - 1) } else { span.last };
                self.last = last;
                let plain = style == ScalarStyle::Plain && tag.is_none();
                let value = if plain { plain_scalar(&text) } else { Value::Text(text.into_owned()) };
                self.end(value.at(Span::new(span.first, last)), anchor, self.named(tag.as_deref()))
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.start(Inside::List(Vec::new()), anchor, self.named(tag.as_deref()), span)
            }
            Event::MappingStart(_, anchor, tag) => {
                let inside = Inside::Map { entries: Vec::new(), next: Next::Key, merged: Vec::new() };
                self.start(inside, anchor, self.named(tag.as_deref()), span)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                let value = match open.inside {
                    Inside::List(items) => Value::List(items),
                    Inside::Map { entries, merged, .. } => {
                        // Of a key that is there twice the last value counts, so what the mapping itself says is last.
                        Value::Map(last_of_each(merged.into_iter().rev().flatten().chain(entries).collect()))
                    }
                };
                // The end of a collection in blocks is where the next thing begins; its last line is that of its last entry.
                let flow = span.last > span.first || span.first == self.last;
                let last = if flow { self.last.max(span.first) } else { self.last };
                self.end(value.at(Span::new(open.first, last.max(open.first))), open.anchor, open.function)
            }
            Event::Alias(anchor) => {
                self.last = span.last;
                let known = self.anchored.get(&anchor);
                self.charge(known.map_or(1, Node::weight), span)?;
                let value = self.anchored.get(&anchor).map_or(Value::Null, |node| node.value.clone());
                self.end(value.at(span), 0, None)
            }
            Event::DocumentEnd => {
                self.anchored.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The function that a tag is short for.
    fn named(&self, tag: Option<&Tag>) -> Option<String> {
        tag.filter(|tag| tag.handle() == "!").and_then(|tag| (self.function)(tag.suffix()))
    }

    fn start(&mut self, inside: Inside, anchor: usize, function: Option<String>, span: Span) -> Result<(), Wrong> {
        // A function is a mapping around what it is given.
        let depth = self.open.len() + self.open.iter().filter(|open| open.function.is_some()).count();
        if depth >= DEEPEST {
            return Err(Wrong {
                what: format!("line {}: nested deeper than {DEEPEST} levels", span.first),
                limit: true,
            });
        }
        self.charge(1, span)?;
        self.last = self.last.max(span.first);
        self.open.push(Open { first: span.first, anchor, function, inside });
        Ok(())
    }

    fn charge(&mut self, nodes: usize, span: Span) -> Result<(), Wrong> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MOST_NODES {
            let what =
                format!("line {}: more than {MOST_NODES} values, those that aliases repeat included", span.first);
            return Err(Wrong { what, limit: true });
        }
        Ok(())
    }

    /// Puts a complete node where it belongs.
    fn end(&mut self, node: Node, anchor: usize, function: Option<String>) -> Result<(), Wrong> {
        let node = match function {
            Some(function) => {
                self.charge(1, node.span)?;
                let span = node.span;
                Value::Map(vec![(function, node)]).at(span)
            }
            None => node,
        };
        if anchor != 0 {
            self.charge(node.weight(), node.span)?;
            self.anchored.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        match &mut open.inside {
            Inside::List(items) => items.push(node),
            Inside::Map { entries, next, merged } => match std::mem::take(next) {
                Next::Key => *next = written(&node.value).map_or(Next::Nameless, Next::Value),
                Next::Value(key) if key == "<<" => merge(merged, node),
                Next::Value(key) => entries.push((key, node)),
                Next::Nameless => {}
            },
        }
        Ok(())
    }
}

/// A scalar's text as a key.
fn written(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null => Some("null".to_owned()),
        _ => None,
    }
}

/// A merge key (YAML 1.1 types, "Merge Key"): of several merged mappings the earlier one counts more.
fn merge(merged: &mut Vec<Vec<(String, Node)>>, node: Node) {
    match node.value {
        Value::Map(entries) => merged.push(entries),
        Value::List(items) => merged.extend(items.into_iter().filter_map(|item| match item.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        })),
        _ => {}
    }
}

/// What a plain scalar says (YAML 1.2.2, 10.3, core schema).
fn plain_scalar(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    // A number that would not be written the same again (`0755`, `1.10`, `1_000`) stays the text that it is.
    match text.parse::<f64>() {
        Ok(number) if number.to_string() == text => Value::Number(number),
        _ => Value::text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_what_they_say() {
        let node = first("a: true\nb: 'true'\nc: 7\nd: 0755\ne: ~\nf: yes\ng: 1.5\n").unwrap();
        let value = |key| node.get(key).unwrap().value.clone();
        assert_eq!(value("a"), Value::Bool(true));
        assert_eq!(value("b"), Value::text("true"));
        assert_eq!(value("c"), Value::Number(7.0));
        assert_eq!(value("d"), Value::text("0755"));
        assert_eq!(value("e"), Value::Null);
        assert_eq!(value("f"), Value::text("yes"));
        assert_eq!(value("g"), Value::Number(1.5));
    }

    #[test]
    fn values_have_their_lines() {
        let node =
            first("a:\n  b: 1\n  c:\n  - x\n  - y\n\n# comment\nd: [1,\n  2]\ne: |\n  one\n  two\nf: 1\n").unwrap();
        let span = |keys: &[&str]| node.at(keys).unwrap().span;
        assert_eq!(span(&["a"]), Span::new(2, 5));
        assert_eq!(span(&["a", "c"]), Span::new(4, 5));
        assert_eq!(node.at(&["a", "c"]).unwrap().items()[1].span, Span::line(5));
        assert_eq!(span(&["d"]), Span::new(8, 9));
        assert_eq!(span(&["e"]), Span::new(11, 12));
        assert_eq!(span(&["f"]), Span::line(13));
        assert_eq!(node.span, Span::new(1, 13));
    }

    #[test]
    fn aliases_and_merges_are_put_in_and_cost_what_they_are() {
        let node = first("x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\nz: *x\n").unwrap();
        assert_eq!(node.at(&["y", "a"]).unwrap().value, Value::Number(1.0));
        assert_eq!(node.at(&["y", "b"]).unwrap().value, Value::Number(3.0));
        assert_eq!(node.at(&["z", "b"]).unwrap().span, Span::line(1), "it stands where it is written");
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for step in 1..9 {
            let before = format!("*a{}, ", step - 1).repeat(10);
            bomb.extend([&format!("a{step}: &a{step} ["), &*before, "]\n"]);
        }
        assert!(documents(&bomb).wrong.unwrap().limit);
        // One long text, again and again.
        let texts = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), "*a, ".repeat(1_000));
        assert!(documents(&texts).wrong.unwrap().limit);
    }

    #[test]
    fn tags_are_short_for_functions() {
        let name = |tag: &str| (tag != "Other").then(|| format!("Fn::{tag}"));
        let tree = tagged("a: !Sub x\nb: !Join [y]\nc: !Other z\nd: !!str 1\n", name).read.remove(0);
        assert_eq!(tree.at(&["a", "Fn::Sub"]).unwrap().text(), Some("x"));
        assert_eq!(tree.at(&["b", "Fn::Join"]).unwrap().items().len(), 1);
        assert_eq!((tree.get("c").unwrap().text(), tree.get("d").unwrap().text()), (Some("z"), Some("1")));
    }

    #[test]
    fn what_is_whole_before_an_error_is_kept() {
        let found = documents("a: 1\n---\nb: [1\n---\n");
        assert_eq!(found.read.len(), 1);
        assert!(!found.wrong.unwrap().limit);
        assert!(documents(&"[".repeat(10_000)).wrong.unwrap().limit);
        assert_eq!(documents("a: 1\na: 2\n").read[0].get("a").unwrap().value, Value::Number(2.0));
    }
}
