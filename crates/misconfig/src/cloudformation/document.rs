//! Templates as trees with lines: JSON, or YAML whose tags are the short form of functions. `!GetAtt Bucket.Arn` becomes
//! what it stands for, `{"Fn::GetAtt": ["Bucket", "Arn"]}`, so that everything after sees one form.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle};

use crate::{Node, Span, Value, json};

/// Nodes of one template, those that aliases repeat included.
const MOST_NODES: usize = 500_000;
/// They are walked and dropped recursively.
const DEEPEST: usize = 64;

/// The tree, or the line at which the template cannot be read.
pub(super) fn read(text: &str) -> Result<Node, (u32, String)> {
    if text.trim_start().starts_with('{') {
        return json::read(text.as_bytes()).map_err(|(line, what)| (line, format!("cannot be read: {what}")));
    }
    let mut tree = Tree::default();
    for event in Parser::new_from_str(text) {
        let (event, at) =
            event.map_err(|error| (line(error.marker().line()), "cannot be read: this is no YAML".to_owned()))?;
        let span = Span { first: line(at.start.line()), last: line(at.end.line()) };
        tree.take(event, span).map_err(|reason| (span.first, format!("cannot be read: {reason}")))?;
    }
    tree.document.ok_or_else(|| (1, "cannot be read: there is no document".to_owned()))
}

fn line(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[derive(Default)]
struct Tree {
    document: Option<Node>,
    open: Vec<Open>,
    anchored: HashMap<usize, Node>,
    nodes: usize,
}

struct Open {
    first: u32,
    anchor: usize,
    function: Option<String>,
    map: bool,
    /// Of a mapping, keys and values in turn.
    nodes: Vec<Node>,
    /// The last line of what is in it.
    last: u32,
}

impl Tree {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), &'static str> {
        let function = |tag: Option<&granit_parser::Tag>| {
            let tag = tag?;
            (tag.handle() == "!").then(|| match tag.suffix() {
                name @ ("Ref" | "Condition") => name.to_owned(),
                name => format!("Fn::{name}"),
            })
        };
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_deref();
                let value = match style {
                    ScalarStyle::Plain if tag.is_none() => plain(&text),
                    _ => Value::Text(text.into_owned()),
                };
                self.put(Node { value, span }, anchor, function(tag))
            }
            Event::SequenceStart(_, anchor, tag) => self.open(span, anchor, function(tag.as_deref()), false),
            Event::MappingStart(_, anchor, tag) => self.open(span, anchor, function(tag.as_deref()), true),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                let span = Span { first: open.first, last: open.last };
                let value = if open.map { mapping(open.nodes) } else { Value::List(open.nodes) };
                self.put(Node { value, span }, open.anchor, open.function)
            }
            Event::Alias(anchor) => {
                let node = self.anchored.get(&anchor).cloned().ok_or("an alias of nothing")?;
                self.nodes += size(&node);
                self.put(node, 0, None)
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, span: Span, anchor: usize, function: Option<String>, map: bool) -> Result<(), &'static str> {
        // A function is a mapping around it.
        if self.open.len() * 2 >= DEEPEST {
            return Err("nested too deeply");
        }
        let last = span.first;
        self.open.push(Open { first: span.first, anchor, function, map, nodes: Vec::new(), last });
        Ok(())
    }

    fn put(&mut self, mut node: Node, anchor: usize, function: Option<String>) -> Result<(), &'static str> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err("it has too many values");
        }
        if let Some(function) = function {
            let span = node.span;
            if let ("Fn::GetAtt", Value::Text(text)) = (function.as_str(), &node.value) {
                let (resource, attribute) = text.split_once('.').unwrap_or((text, ""));
                let part = |text: &str| Node { value: Value::Text(text.to_owned()), span };
                node.value = Value::List(vec![part(resource), part(attribute)]);
            }
            node = Node { value: Value::Map(vec![(function, node)]), span };
        }
        if anchor > 0 {
            self.anchored.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            Some(open) => {
                open.last = open.last.max(node.span.last);
                open.nodes.push(node);
            }
            // Only the first document counts.
            None if self.document.is_none() => self.document = Some(node),
            None => {}
        }
        Ok(())
    }
}

/// How much it is: values, and one more for every sixteen bytes of text.
pub(super) fn size(node: &Node) -> usize {
    match &node.value {
        Value::Text(text) => 1 + text.len() / 16,
        Value::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Map(entries) => 1 + entries.iter().map(|(_, node)| size(node)).sum::<usize>(),
        _ => 1,
    }
}

fn mapping(nodes: Vec<Node>) -> Value {
    let mut entries: Vec<(String, Node)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut nodes = nodes.into_iter();
    while let (Some(key), Some(value)) = (nodes.next(), nodes.next()) {
        let key = match key.value {
            Value::Text(text) => text,
            Value::Bool(yes) => yes.to_string(),
            Value::Number(number) => number.to_string(),
            _ => continue,
        };
        if let Some(at) = places.get(&key) {
            entries[*at].1 = value;
            continue;
        }
        places.insert(key.clone(), entries.len());
        entries.push((key, value));
    }
    Value::Map(entries)
}

fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        // What begins with a zero is an account or a code, and no number.
        _ if text.len() > 1 && text.starts_with('0') && !text.starts_with("0.") => Value::Text(text.to_owned()),
        _ if text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-')) => {
            text.parse().map_or_else(|_| Value::Text(text.to_owned()), Value::Number)
        }
        _ => Value::Text(text.to_owned()),
    }
}
