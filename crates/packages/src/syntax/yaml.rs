//! YAML documents (YAML 1.2.2) as trees whose scalars are kept as they were written: a version `1.10` is no number.
//!
//! Of a key that is there twice the last value counts. Merge keys (`<<`) and aliases are put in, within a budget, so that
//! a file of aliases to aliases costs what it says and not what it unfolds to.

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle};
use model::Unreadable;

/// Nodes of one file, those that aliases repeat included.
const MOST_NODES: usize = 2_000_000;
/// How deep nodes may lie in each other: they are dropped recursively.
const DEEPEST: usize = 128;

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node<'a> {
    /// Nothing, `~` or `null`.
    Null,
    /// A scalar, with its escapes resolved.
    Text(Cow<'a, str>),
    /// A sequence.
    List(Vec<Self>),
    /// A mapping, in the order of the file. Keys that are no scalars are left out.
    Map(Vec<(Cow<'a, str>, Self)>),
}

impl<'a> Node<'a> {
    /// The value of a key; [`Node::Null`] where there is none, or where this is no mapping.
    pub(crate) fn get(&self, key: &str) -> &Self {
        let found = self.entries().iter().rev().find(|(name, _)| name == key);
        found.map_or(&Node::Null, |(_, value)| value)
    }

    /// The scalar's text; empty where it is none.
    pub(crate) fn text(&self) -> &str {
        if let Self::Text(text) = self { text } else { "" }
    }

    /// Whether it is the scalar `true`.
    pub(crate) fn is_true(&self) -> bool {
        matches!(self.text(), "true" | "True" | "TRUE")
    }

    /// The values of a sequence; none where it is no sequence.
    pub(crate) fn items(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// The keys and values of a mapping; none where it is no mapping.
    pub(crate) fn entries(&self) -> &[(Cow<'a, str>, Self)] {
        if let Self::Map(entries) = self { entries } else { &[] }
    }

    /// How many nodes it is made of.
    fn count(&self) -> usize {
        1 + match self {
            Self::Null | Self::Text(_) => 0,
            Self::List(items) => items.iter().map(Node::count).sum(),
            Self::Map(entries) => entries.iter().map(|(_, value)| value.count()).sum(),
        }
    }
}

/// Reads all documents of a file.
pub(crate) fn documents(content: &[u8]) -> Result<Vec<Node<'_>>, Unreadable> {
    let content = super::document(content)?;
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let text = std::str::from_utf8(content)
        .map_err(|error| Unreadable::corrupt(format!("not UTF-8 at byte {}", error.valid_up_to())))?;
    let mut tree = Tree::default();
    for event in Parser::new_from_str(text) {
        let (event, _) = event.map_err(|error| {
            Unreadable::corrupt(format!("not the YAML that was expected, at line {}", error.marker().line()))
        })?;
        tree.take(event)?;
    }
    Ok(tree.documents)
}

/// Reads the first document of a file; [`Node::Null`] when there is none.
pub(crate) fn parse(content: &[u8]) -> Result<Node<'_>, Unreadable> {
    Ok(documents(content)?.into_iter().next().unwrap_or(Node::Null))
}

/// The documents so far, and what is open of the last one.
#[derive(Default)]
struct Tree<'a> {
    documents: Vec<Node<'a>>,
    open: Vec<Open<'a>>,
    anchored: HashMap<usize, Node<'a>>,
    nodes: usize,
}

/// A collection that has not ended.
struct Open<'a> {
    node: Node<'a>,
    anchor: usize,
    /// Of a mapping, what comes next.
    next: Next<'a>,
    /// Of a mapping, what its merge keys bring, the most important first.
    merged: Vec<Vec<(Cow<'a, str>, Node<'a>)>>,
}

/// What comes next in a mapping.
#[derive(Default)]
enum Next<'a> {
    /// A key.
    #[default]
    Key,
    /// The value of this key.
    Value(Cow<'a, str>),
    /// The value of a key that is no scalar.
    Nameless,
}

impl<'a> Tree<'a> {
    fn take(&mut self, event: Event<'a>) -> Result<(), Unreadable> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let plain = style == ScalarStyle::Plain;
                let null = plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                self.charge(1)?;
                self.end(if null { Node::Null } else { Node::Text(text) }, anchor)
            }
            Event::SequenceStart(_, anchor, _) => self.start(Node::List(Vec::new()), anchor),
            Event::MappingStart(_, anchor, _) => self.start(Node::Map(Vec::new()), anchor),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open { mut node, anchor, merged, .. }) => {
                    if let Node::Map(entries) = &mut node
                        && !merged.is_empty()
                    {
                        // Of a key that is there twice the last value counts, so what the mapping itself says is last.
                        let own = std::mem::take(entries);
                        *entries = merged.into_iter().rev().flatten().chain(own).collect();
                    }
                    self.end(node, anchor)
                }
                None => Ok(()),
            },
            Event::Alias(anchor) => {
                self.charge(self.anchored.get(&anchor).map_or(1, Node::count))?;
                let node = self.anchored.get(&anchor).cloned().unwrap_or(Node::Null);
                self.end(node, 0)
            }
            Event::DocumentEnd => {
                self.anchored.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn start(&mut self, node: Node<'a>, anchor: usize) -> Result<(), Unreadable> {
        if self.open.len() >= DEEPEST {
            return Err(Unreadable::limit(format!("nested deeper than {DEEPEST} levels")));
        }
        self.charge(1)?;
        self.open.push(Open { node, anchor, next: Next::Key, merged: Vec::new() });
        Ok(())
    }

    fn charge(&mut self, nodes: usize) -> Result<(), Unreadable> {
        self.nodes += nodes;
        if self.nodes > MOST_NODES {
            return Err(Unreadable::limit(format!(
                "more than {MOST_NODES} values, those that aliases repeat included"
            )));
        }
        Ok(())
    }

    /// Puts a complete node where it belongs.
    fn end(&mut self, node: Node<'a>, anchor: usize) -> Result<(), Unreadable> {
        if anchor != 0 {
            self.charge(node.count())?;
            self.anchored.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        match &mut open.node {
            Node::List(items) => items.push(node),
            Node::Map(entries) => match std::mem::take(&mut open.next) {
                Next::Key => open.next = if let Node::Text(text) = node { Next::Value(text) } else { Next::Nameless },
                Next::Value(key) if key == "<<" => merge(&mut open.merged, node),
                Next::Value(key) => entries.push((key, node)),
                Next::Nameless => {}
            },
            Node::Null | Node::Text(_) => {}
        }
        Ok(())
    }
}

/// A merge key (YAML 1.1 types, "Merge Key"): what the mapping itself says counts more, wherever it stands, and of several
/// merged mappings the earlier one.
fn merge<'a>(merged: &mut Vec<Vec<(Cow<'a, str>, Node<'a>)>>, node: Node<'a>) {
    match node {
        Node::Map(entries) => merged.push(entries),
        Node::List(items) => merged.extend(items.into_iter().filter_map(|item| match item {
            Node::Map(entries) => Some(entries),
            _ => None,
        })),
        Node::Null | Node::Text(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One line for each scalar: its path, then its text.
    fn shown(node: &Node, path: &str, lines: &mut Vec<String>) {
        match node {
            Node::Null => lines.push(format!("{path} null")),
            Node::Text(text) => lines.push(format!("{path} {text}")),
            Node::List(items) => {
                items.iter().enumerate().for_each(|(index, item)| shown(item, &format!("{path}/{index}"), lines));
            }
            Node::Map(entries) => entries.iter().for_each(|(key, item)| shown(item, &format!("{path}/{key}"), lines)),
        }
    }

    fn check(text: &str, expected: &[&str]) {
        let mut lines = Vec::new();
        documents(text.as_bytes()).unwrap().iter().for_each(|node| shown(node, "", &mut lines));
        assert_eq!(lines, expected);
    }

    #[test]
    fn scalars_stay_as_they_are_written() {
        check(
            "a: 1.10\nb: '2'\nc: ~\nd:\ne: [yes, \"null\"]",
            &["/a 1.10", "/b 2", "/c null", "/d null", "/e/0 yes", "/e/1 null"],
        );
    }

    #[test]
    fn several_documents_are_several_trees() {
        check("a: 1\n---\n- b\n", &["/a 1", "/0 b"]);
        check("", &[]);
    }

    #[test]
    fn aliases_and_merges_are_put_in() {
        check(
            "x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\nz: *x",
            &["/x/a 1", "/x/b 2", "/y/a 1", "/y/b 2", "/y/b 3", "/z/a 1", "/z/b 2"],
        );
        let merged = parse(b"x: &x {a: 1, b: 2}\ny: {b: 3, <<: *x}").unwrap();
        assert_eq!(merged.get("y").get("b").text(), "3");
        // Of several the earlier counts more: the last value is that of `x`.
        check(
            "x: &x {a: 1}\ny: &y {a: 2}\nz: {<<: [*x, *y], c: 3}\nw: {<<: *x, <<: *y}",
            &["/x/a 1", "/y/a 2", "/z/a 2", "/z/a 1", "/z/c 3", "/w/a 2", "/w/a 1"],
        );
    }

    #[test]
    fn a_repeated_key_has_its_last_value_and_a_missing_one_none() {
        let node = parse(b"a: 1\na: 2\n").unwrap();
        assert_eq!(node.get("a").text(), "2");
        assert_eq!(node.get("b").get("c").text(), "");
    }

    #[test]
    fn bombs_and_bottomless_files_are_limits_and_broken_ones_corrupt() {
        let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for level in 1..10 {
            let before = format!("*a{}", level - 1);
            let aliases = [before.as_str(); 10].join(",");
            bomb.extend(["a", &level.to_string(), ": &a", &level.to_string(), " [", &aliases, "]\n"]);
        }
        let kind = |text: &str| documents(text.as_bytes()).unwrap_err().kind.name();
        assert_eq!(kind(&bomb), "limit-hit");
        assert_eq!(kind(&"- ".repeat(200)), "limit-hit");
        // Values count once, however deep they lie.
        let deep = format!("a: {{b: {{c: {{d: [{}]}}}}}}", "x,".repeat(600_000));
        assert!(documents(deep.as_bytes()).is_ok());
        assert_eq!(kind(&format!("[{}]", "x,".repeat(2_000_001))), "limit-hit");
        assert_eq!(kind("a: [1"), "corrupt");
        assert_eq!(kind(&"[".repeat(100_000)), "corrupt");
    }
}
