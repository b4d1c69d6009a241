//! The tree that configuration of every format becomes: values, each with the lines on which it stands.

use std::collections::{HashMap, HashSet};

/// The lines of a file that something takes, both counted from one; zero where it stands nowhere (a default).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first line.
    pub first: u32,
    /// The last line, which is part of it.
    pub last: u32,
}

/// A value, and where it is written in the resource's file. What a variable or a function made stands where it is used.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it is.
    pub span: Span,
}

/// What can be said in configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Nothing, and said so.
    #[default]
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number; integers are exact up to 2^53.
    Number(f64),
    /// A text.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// Entries in the order of the file, each key once.
    Map(Vec<(String, Node)>),
    /// Known only once it is applied, or not to be found out here: neither right nor wrong.
    Unknown,
    /// Unknown, but known to be an attribute of another resource, by its address: `aws_s3_bucket.logs.id`. By it
    /// resources find each other.
    Reference(String),
}

impl Node {
    /// The value of a key, where this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Value::Map(entries) = &self.value else { return None };
        entries.iter().find(|(known, _)| known == key).map(|(_, node)| node)
    }

    /// The value at a path of keys, where all are there.
    pub fn at(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Moves it so many lines down, with everything in it: it is part of a text that begins there.
    pub(crate) fn shift(&mut self, lines: u32) {
        let Span { first, last } = self.span;
        self.span = Span::new(first.saturating_add(lines), last.saturating_add(lines));
        match &mut self.value {
            Value::List(items) => items.iter_mut().for_each(|item| item.shift(lines)),
            Value::Map(entries) => entries.iter_mut().for_each(|(_, value)| value.shift(lines)),
            _ => {}
        }
    }

    /// How many values it is made of; a long text counts for several, since it costs as much to repeat.
    pub fn count(&self) -> usize {
        const SHORT: usize = 256;
        1 + match &self.value {
            Value::Text(text) => text.len() / SHORT,
            Value::List(items) => items.iter().map(Self::count).sum(),
            Value::Map(entries) => entries.iter().map(|(_, value)| value.count()).sum(),
            _ => 0,
        }
    }

    /// How much memory it stands for: values, and one more for every sixteen bytes of text.
    pub fn weight(&self) -> usize {
        1 + match &self.value {
            Value::Text(text) => text.len() / 16,
            Value::List(items) => items.iter().map(Self::weight).sum(),
            Value::Map(entries) => entries.iter().map(|(key, value)| key.len() / 16 + value.weight()).sum(),
            _ => 0,
        }
    }

    /// Adds entries to a mapping whose keys are not there, as long as there is room for so many values; takes what they need.
    pub(crate) fn complete(&mut self, more: &[(String, Self)], room: &mut usize) {
        let Value::Map(entries) = &mut self.value else { return };
        let known: HashSet<&str> = entries.iter().map(|(key, _)| &**key).collect();
        let mut added = Vec::new();
        for (key, value) in more.iter().filter(|(key, _)| !known.contains(&**key)) {
            let Some(left) = room.checked_sub(value.count()) else { break };
            *room = left;
            added.push((key.clone(), value.clone()));
        }
        entries.extend(added);
    }

    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// The entries of a mapping; none of anything else.
    pub fn entries(&self) -> &[(String, Self)] {
        if let Value::Map(entries) = &self.value { entries } else { &[] }
    }

    /// The entries of a sequence; none of anything else.
    pub fn items(&self) -> &[Self] {
        if let Value::List(items) = &self.value { items } else { &[] }
    }
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A mapping of these entries.
    pub fn map<const N: usize>(entries: [(&str, Node); N]) -> Self {
        Self::Map(entries.into_iter().map(|(key, node)| (key.to_owned(), node)).collect())
    }

    /// This value, standing there.
    pub fn at(self, span: Span) -> Node {
        Node { value: self, span }
    }
}

impl Span {
    /// These lines.
    pub const fn new(first: u32, last: u32) -> Self {
        Self { first, last }
    }

    /// One line.
    pub const fn line(line: u32) -> Self {
        Self { first: line, last: line }
    }
}

/// The entries of a mapping, of which the last one of each key counts and stands where the first did.
pub(crate) fn last_of_each(entries: Vec<(String, Node)>) -> Vec<(String, Node)> {
    const FEW: usize = 16;
    let is_known = |index: usize| entries[..index].iter().any(|(key, _)| *key == entries[index].0);
    if entries.len() <= FEW && !(0..entries.len()).any(is_known) {
        return entries;
    }
    let mut seen = HashMap::new();
    let mut kept: Vec<(String, Node)> = Vec::with_capacity(entries.len());
    for (key, node) in entries {
        let at: usize = *seen.entry(key.clone()).or_insert(kept.len());
        match kept.get_mut(at) {
            Some((_, first)) => *first = node,
            None => kept.push((key, node)),
        }
    }
    kept
}
