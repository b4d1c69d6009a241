//! Changes to trees of values.

use crate::{Node, Span, Value};

/// The value of a key.
pub fn get_mut<'n>(node: &'n mut Node, key: &str) -> Option<&'n mut Node> {
    let Value::Map(entries) = &mut node.value else { return None };
    entries.iter_mut().find(|(known, _)| known == key).map(|(_, node)| node)
}

/// The value at a path of keys.
pub fn at_mut<'n>(node: &'n mut Node, keys: &[&str]) -> Option<&'n mut Node> {
    keys.iter().try_fold(node, |node, key| get_mut(node, key))
}

/// Sets a key of a mapping.
pub fn set(node: &mut Node, key: &str, value: Node) {
    if let Value::Map(entries) = &mut node.value {
        match entries.iter_mut().find(|(known, _)| known == key) {
            Some((_, known)) => *known = value,
            None => entries.push((key.to_owned(), value)),
        }
    }
}

/// The mapping at a path of keys, which is made where it is not there.
pub fn mapping<'n>(node: &'n mut Node, keys: &[&str], span: Span) -> Option<&'n mut Node> {
    keys.iter().try_fold(node, |node, key| {
        if node.get(key).is_none_or(|known| known.value == Value::Null) {
            set(node, key, Value::Map(Vec::new()).at(span));
        }
        get_mut(node, key)
    })
}

/// The values of a sequence.
pub fn items_mut(node: &mut Node) -> &mut [Node] {
    if let Value::List(items) = &mut node.value { items } else { &mut [] }
}

/// Moves all lines so much further down. Lines that stand nowhere stay so.
pub fn shift(node: &mut Node, by: u32) {
    if node.span.first > 0 {
        node.span = Span::new(node.span.first.saturating_add(by), node.span.last.saturating_add(by));
    }
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| shift(item, by)),
        Value::Map(entries) => entries.iter_mut().for_each(|(_, value)| shift(value, by)),
        _ => {}
    }
}

/// The text of a key.
pub fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key).and_then(Node::text)
}

/// A scalar as a text: labels may be written as numbers.
pub fn written(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    }
}
