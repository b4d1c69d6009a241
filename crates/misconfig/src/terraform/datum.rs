//! What an expression comes to. Follows Terraform's types; tuples and lists, and objects and maps, are one here.
//!
//! Invariant: every collection knows its weight, counted as if nothing in it were shared, and its depth, so that a value
//! that doubles or wraps itself at each step is refused long before anybody walks through it.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{Node, Span, Value};

/// A value without a place.
#[derive(Clone, Debug)]
pub(super) enum Datum {
    Null,
    Bool(bool),
    Number(f64),
    Text(Arc<str>),
    List(Arc<Items>),
    /// Sorted, each value once.
    Set(Arc<Items>),
    Map(Arc<Entries>),
    /// The JSON text of a value of which something is not known yet.
    Encoded(Arc<(Datum, usize)>),
    /// A text with `${…}` where something is not known yet; see [`Value::Reference`].
    Reference(Arc<str>),
    /// An instance of a resource, by its number.
    Instance(usize),
    /// An instance of a module, by its number.
    Module(usize),
    Unknown,
}

/// The values of a sequence.
#[derive(Debug)]
pub(super) struct Items {
    pub values: Vec<Datum>,
    weight: usize,
    depth: usize,
    known: bool,
}

/// The values of a mapping; Terraform walks them in the order of their keys.
#[derive(Debug)]
pub(super) struct Entries {
    pub values: BTreeMap<Arc<str>, Datum>,
    weight: usize,
    depth: usize,
    known: bool,
}

impl Datum {
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    pub fn list(values: Vec<Self>) -> Self {
        Self::List(Arc::new(Items::new(values)))
    }

    /// The values as a set: sorted, each once. What is not known yet may be equal to another, and stays.
    pub fn set(mut values: Vec<Self>) -> Self {
        values.sort_by(Self::order);
        values.dedup_by(|a, b| a.known() && b.known() && a.order(b).is_eq());
        Self::Set(Arc::new(Items::new(values)))
    }

    pub fn map(values: BTreeMap<Arc<str>, Self>) -> Self {
        let weight =
            values.iter().fold(1, |sum: usize, (key, value)| sum.saturating_add(1 + key.len() / 16 + value.weight()));
        let depth = 1 + values.values().map(Self::depth).max().unwrap_or(0);
        let known = values.values().all(Self::known);
        Self::Map(Arc::new(Entries { values, weight, depth, known }))
    }

    pub fn encoded(value: Self) -> Self {
        let weight = value.weight();
        Self::Encoded(Arc::new((value, weight)))
    }

    /// A name to stand for a value that is not known yet.
    pub fn reference(name: &str) -> Self {
        Self::Reference(format!("${{{name}}}").into())
    }

    /// The name, where this stands for one value as a whole and not for a text around it.
    pub fn name(&self) -> Option<&str> {
        let Self::Reference(text) = self else { return None };
        text.strip_prefix("${")?.strip_suffix('}').filter(|name| !name.contains(['{', '}']) && !name.is_empty())
    }

    /// How much it is: the number of values, and one more for every sixteen bytes of text.
    pub fn weight(&self) -> usize {
        match self {
            Self::Text(text) | Self::Reference(text) => 1 + text.len() / 16,
            Self::List(items) | Self::Set(items) => items.weight,
            Self::Map(entries) => entries.weight,
            Self::Encoded(encoded) => encoded.1,
            _ => 1,
        }
    }

    /// How many collections lie in each other.
    pub fn depth(&self) -> usize {
        match self {
            Self::List(items) | Self::Set(items) => items.depth,
            Self::Map(entries) => entries.depth,
            Self::Encoded(encoded) => 1 + encoded.0.depth(),
            _ => 0,
        }
    }

    /// Whether nothing in it is open.
    pub fn known(&self) -> bool {
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => true,
            Self::List(items) | Self::Set(items) => items.known,
            Self::Map(entries) => entries.known,
            Self::Encoded(_) | Self::Reference(_) | Self::Instance(_) | Self::Module(_) | Self::Unknown => false,
        }
    }

    /// Whether it can be told what it is, though perhaps not all that is in it.
    pub fn known_outside(&self) -> bool {
        self.known() || matches!(self, Self::List(_) | Self::Set(_) | Self::Map(_))
    }

    /// Whether two values are the same; nothing where that is not known yet.
    pub fn same(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::List(a) | Self::Set(a), Self::List(b) | Self::Set(b)) => {
                if a.values.len() != b.values.len() {
                    return Some(false);
                }
                all_same(a.values.iter().zip(&b.values))
            }
            (Self::Map(a), Self::Map(b)) => {
                if !a.values.keys().eq(b.values.keys()) {
                    return Some(false);
                }
                all_same(a.values.values().zip(b.values.values()))
            }
            _ if !self.known_outside() || !other.known_outside() => None,
            _ => Some(self.order(other).is_eq()),
        }
    }

    /// A total order: by type, then numbers by size and texts by their code points.
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) | (Self::Reference(a), Self::Reference(b)) => a.cmp(b),
            (Self::List(a) | Self::Set(a), Self::List(b) | Self::Set(b)) => in_turn(a.values.iter(), b.values.iter()),
            (Self::Map(a), Self::Map(b)) => {
                a.values.keys().cmp(b.values.keys()).then_with(|| in_turn(a.values.values(), b.values.values()))
            }
            (Self::Encoded(a), Self::Encoded(b)) => a.0.order(&b.0),
            (Self::Instance(a), Self::Instance(b)) | (Self::Module(a), Self::Module(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(_) => 1,
            Self::Number(_) => 2,
            Self::Text(_) => 3,
            Self::List(_) | Self::Set(_) => 4,
            Self::Map(_) => 5,
            Self::Encoded(_) => 6,
            Self::Reference(_) => 7,
            Self::Instance(_) => 8,
            Self::Module(_) => 9,
            Self::Unknown => 10,
        }
    }

    /// What it is called in a message.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::Text(_) | Self::Encoded(_) => "a string",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Instance(_) => "a resource",
            Self::Module(_) => "a module",
            Self::Reference(_) | Self::Unknown => "a value that is not known yet",
        }
    }

    /// The text that a scalar becomes where a text is wanted.
    pub fn to_text(&self) -> Option<Arc<str>> {
        match self {
            Self::Text(text) => Some(Arc::clone(text)),
            Self::Bool(yes) => Some(if *yes { "true" } else { "false" }.into()),
            Self::Number(number) => Some(number_text(*number).into()),
            _ => None,
        }
    }

    pub fn to_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => parse_number(text),
            _ => None,
        }
    }

    pub fn to_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(yes) => Some(*yes),
            Self::Text(text) => match &**text {
                "true" | "1" => Some(true),
                "false" | "0" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// The values of a list or a set.
    pub fn items(&self) -> Option<&[Self]> {
        if let Self::List(items) | Self::Set(items) = self { Some(&items.values) } else { None }
    }

    pub fn entries(&self) -> Option<&BTreeMap<Arc<str>, Self>> {
        if let Self::Map(entries) = self { Some(&entries.values) } else { None }
    }

    /// What was read elsewhere, without its places.
    pub fn from_node(node: &Node) -> Self {
        match &node.value {
            Value::Null => Self::Null,
            Value::Bool(yes) => Self::Bool(*yes),
            Value::Number(number) => Self::Number(*number),
            Value::Text(text) => Self::text(text.as_str()),
            Value::List(items) => Self::list(items.iter().map(Self::from_node).collect()),
            Value::Map(entries) => {
                Self::map(entries.iter().map(|(key, node)| (key.as_str().into(), Self::from_node(node))).collect())
            }
            Value::Reference(text) if text.contains("${") => Self::Reference(text.as_str().into()),
            Value::Reference(name) => Self::reference(name),
            Value::Unknown => Self::Unknown,
        }
    }

    /// All of it at one place. `name` tells what instances of resources and modules are called.
    pub fn to_node(&self, span: Span, name: &dyn Fn(&Self) -> String) -> Node {
        let value = match self {
            Self::Null => Value::Null,
            Self::Bool(yes) => Value::Bool(*yes),
            Self::Number(number) => Value::Number(*number),
            Self::Text(text) => Value::Text(text.to_string()),
            Self::List(items) | Self::Set(items) => {
                Value::List(items.values.iter().map(|item| item.to_node(span, name)).collect())
            }
            Self::Map(entries) => Value::Map(
                entries.values.iter().map(|(key, value)| (key.to_string(), value.to_node(span, name))).collect(),
            ),
            Self::Encoded(encoded) => return encoded.0.to_node(span, name),
            Self::Reference(text) => Value::Reference(self.name().unwrap_or(text).to_owned()),
            Self::Instance(_) | Self::Module(_) => Value::Reference(name(self)),
            Self::Unknown => Value::Unknown,
        };
        Node { value, span }
    }
}

impl Items {
    fn new(values: Vec<Datum>) -> Self {
        let weight = values.iter().fold(1, |sum: usize, value| sum.saturating_add(value.weight()));
        let depth = 1 + values.iter().map(Datum::depth).max().unwrap_or(0);
        let known = values.iter().all(Datum::known);
        Self { values, weight, depth, known }
    }
}

fn all_same<'a>(pairs: impl Iterator<Item = (&'a Datum, &'a Datum)>) -> Option<bool> {
    let mut certain = true;
    for (a, b) in pairs {
        match a.same(b) {
            Some(false) => return Some(false),
            Some(true) => {}
            None => certain = false,
        }
    }
    certain.then_some(true)
}

fn in_turn<'a>(a: impl Iterator<Item = &'a Datum>, mut b: impl Iterator<Item = &'a Datum>) -> Ordering {
    for one in a {
        let Some(other) = b.next() else { return Ordering::Greater };
        match one.order(other) {
            Ordering::Equal => {}
            unequal => return unequal,
        }
    }
    if b.next().is_some() { Ordering::Less } else { Ordering::Equal }
}

/// A number as Terraform prints it: whole ones without a point, others as short as they were meant (0.1 + 0.2 is 0.3
/// there, since it calculates with 512 bits).
pub(super) fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e21 {
        // Zero has no sign.
        return format!("{:.0}", if number == 0.0 { 0.0 } else { number });
    }
    let shortest = number.to_string();
    if shortest.len() < 17 || !shortest.contains('.') {
        return shortest;
    }
    match format!("{number:.14e}").parse::<f64>() {
        Ok(meant) if (meant - number).abs() <= number.abs() * 5e-16 => meant.to_string(),
        _ => shortest,
    }
}

/// A number as it may be written in a text: decimal, with a fraction and an exponent.
pub(super) fn parse_number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
    (plain && text.len() < 400).then(|| text.parse().ok()).flatten().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_printed_as_terraform_prints_them() {
        for (number, expected) in [
            (5.0, "5"),
            (0.1 + 0.2, "0.3"),
            (-3.0, "-3"),
            (0.0, "0"),
            (123_456_789_012.0, "123456789012"),
            (1.5, "1.5"),
        ] {
            assert_eq!(number_text(number), expected);
        }
    }

    #[test]
    fn what_doubles_itself_is_heavy_though_it_takes_no_room() {
        let mut value = Datum::text("x");
        for _ in 0..200 {
            value = Datum::list(vec![value.clone(), value]);
        }
        assert_eq!(value.weight(), usize::MAX);
    }
}
