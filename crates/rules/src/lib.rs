//! Files of rules: as much of YAML as they need, with the line of every value, so that whoever wrote a rule is told
//! where it is wrong. Used by the build, which packs our own rules, and by the program for those of its users.

mod nearest;

use granit_parser::{Event, Parser};

pub use nearest::nearest;

/// One value, and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// The line on which it begins, counted from one.
    pub line: usize,
    /// The line of its key, where it is the value of one; else the same.
    pub key_line: usize,
    value: Value,
}

#[derive(Clone, Debug)]
enum Value {
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

/// What is wrong with a file of rules, beginning with the line.
pub type Wrong = String;

/// No file of rules is nested deeper.
const DEEPEST: usize = 32;

impl Node {
    /// A scalar as it is written, whatever YAML would make of it: `2.10` stays three characters and `no` a word.
    pub fn text(&self) -> Result<&str, Wrong> {
        if let Value::Text(text) = &self.value { Ok(text) } else { Err(self.wrong("a text was expected")) }
    }

    /// The values of a sequence.
    pub fn list(&self) -> Result<&[Self], Wrong> {
        if let Value::List(list) = &self.value { Ok(list) } else { Err(self.wrong("a list was expected")) }
    }

    /// The entries of a mapping.
    pub fn map(&self) -> Result<&[(String, Self)], Wrong> {
        if let Value::Map(map) = &self.value { Ok(map) } else { Err(self.wrong("a mapping was expected")) }
    }

    /// The texts of a sequence; a text alone counts as one.
    pub fn texts(&self) -> Result<Vec<&str>, Wrong> {
        match &self.value {
            Value::Text(text) => Ok(vec![text]),
            Value::List(list) => list.iter().map(Self::text).collect(),
            Value::Map(_) => Err(self.wrong("a text or a list of texts was expected")),
        }
    }

    /// The mapping, of which these are the only keys.
    pub fn fields(&self, known: &[&str]) -> Result<Fields<'_>, Wrong> {
        let entries = self.map()?;
        for (index, (key, value)) in entries.iter().enumerate() {
            if !known.contains(&&**key) {
                return Err(value.unknown(key, known));
            }
            if entries[..index].iter().any(|(other, _)| other == key) {
                return Err(wrong(value.key_line, &format!("{key:?} is said twice")));
            }
        }
        Ok(Fields { node: self, entries })
    }

    /// The mapping, whose other keys are somebody else's.
    pub fn open_fields(&self) -> Result<Fields<'_>, Wrong> {
        Ok(Fields { node: self, entries: self.map()? })
    }

    /// Whether nothing is said: `key:`, `~` or `null`.
    pub fn is_nothing(&self) -> bool {
        matches!(&self.value, Value::Text(text) if matches!(&**text, "" | "~" | "null"))
    }

    /// The error that this value's key is none of those that are known.
    pub fn unknown(&self, key: &str, known: &[&str]) -> Wrong {
        let remedy = match nearest(key, known.iter().copied()) {
            Some(meant) => format!("did you mean {meant:?}?"),
            None => format!("known are {}", known.join(", ")),
        };
        wrong(self.key_line, &format!("there is no {key:?} here; {remedy}"))
    }

    /// An error of this place.
    pub fn wrong(&self, what: &str) -> Wrong {
        wrong(self.line, what)
    }
}

fn wrong(line: usize, what: &str) -> Wrong {
    format!("line {line}: {what}")
}

/// The entries of a mapping by name.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    node: &'a Node,
    entries: &'a [(String, Node)],
}

impl<'a> Fields<'a> {
    /// The value of a key that may be absent.
    pub fn get(&self, key: &str) -> Option<&'a Node> {
        self.entries.iter().find(|(known, _)| known == key).map(|(_, node)| node)
    }

    /// The value of a key that must be there.
    pub fn need(&self, key: &str) -> Result<&'a Node, Wrong> {
        self.get(key).ok_or_else(|| self.node.wrong(&format!("{key:?} is missing")))
    }

    /// The text of a key that must be there.
    pub fn text(&self, key: &str) -> Result<&'a str, Wrong> {
        self.need(key)?.text()
    }

    /// The text of a key, where it is there.
    pub fn optional(&self, key: &str) -> Result<Option<&'a str>, Wrong> {
        self.get(key).map(Node::text).transpose()
    }

    /// The texts of a key, none where it is absent.
    pub fn texts(&self, key: &str) -> Result<Vec<&'a str>, Wrong> {
        self.get(key).map(Node::texts).transpose().map(Option::unwrap_or_default)
    }

    /// Whether a key says `true`; `false` where it is absent.
    pub fn flag(&self, key: &str) -> Result<Option<bool>, Wrong> {
        let Some(node) = self.get(key) else { return Ok(None) };
        match node.text()? {
            "true" => Ok(Some(true)),
            "false" => Ok(Some(false)),
            _ => Err(node.wrong("true or false was expected")),
        }
    }
}

/// Reads a file of one document. Anchors have no place in rules, and nothing in them is nested deep.
pub fn parse(text: &str) -> Result<Node, Wrong> {
    parse_any(text)?.ok_or_else(|| wrong(1, "the file is empty"))
}

/// Reads a file of one document or of none, as one with nothing but comments.
pub fn parse_any(text: &str) -> Result<Option<Node>, Wrong> {
    // What is open, each with its finished values: of a mapping, keys and values in turn.
    let mut open: Vec<(bool, usize, Vec<Node>)> = vec![(false, 1, Vec::new())];
    for event in Parser::new_from_str(text) {
        let (event, at) = event.map_err(|error| error.to_string())?;
        let line = at.start.line();
        let ended = match event {
            Event::Scalar(text, ..) => Node { line, key_line: line, value: Value::Text(text.into_owned()) },
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                if open.len() > DEEPEST {
                    return Err(wrong(line, "nested too deep"));
                }
                open.push((matches!(event, Event::MappingStart(..)), line, Vec::new()));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let (is_map, line, values) = open.pop().unwrap_or_default();
                if is_map {
                    let mut entries = Vec::new();
                    let mut values = values.into_iter();
                    while let (Some(key), Some(value)) = (values.next(), values.next()) {
                        entries.push((key.text()?.to_owned(), Node { key_line: key.line, ..value }));
                    }
                    Node { line, key_line: line, value: Value::Map(entries) }
                } else {
                    Node { line, key_line: line, value: Value::List(values) }
                }
            }
            Event::Alias(_) => return Err(wrong(line, "aliases are not used in rules")),
            _ => continue,
        };
        if let Some((_, _, values)) = open.last_mut() {
            values.push(ended);
        }
    }
    let mut documents = open.pop().map(|(_, _, documents)| documents).unwrap_or_default().into_iter();
    match (documents.next(), documents.next()) {
        (document, None) => Ok(document),
        (_, Some(second)) => Err(second.wrong("a file of rules is one document")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_stay_as_they_are_written() {
        let node = parse("a: 2.10\nb: no\nc: [x, 'y z']\nd:\n  e: true\n").unwrap();
        let fields = node.fields(&["a", "b", "c", "d"]).unwrap();
        assert_eq!((fields.text("a").unwrap(), fields.text("b").unwrap()), ("2.10", "no"));
        assert_eq!(fields.texts("c").unwrap(), ["x", "y z"]);
        assert_eq!(fields.texts("b").unwrap(), ["no"]);
        assert_eq!(fields.need("d").unwrap().fields(&["e"]).unwrap().flag("e").unwrap(), Some(true));
    }

    #[test]
    fn keys_have_their_own_line() {
        let node = parse("a:\n  - x\nbright:\n  - y\n").unwrap();
        assert_eq!(
            node.fields(&["a", "right"]).unwrap_err(),
            "line 3: there is no \"bright\" here; did you mean \"right\"?"
        );
        assert_eq!(node.fields(&["a", "z"]).unwrap_err(), "line 3: there is no \"bright\" here; known are a, z");
    }

    #[test]
    fn nothing_may_be_said() {
        assert!(parse_any("# nothing\n").unwrap().is_none());
        let node = parse("a:\nb: ~\nc: x\n").unwrap();
        let said: Vec<bool> = node.map().unwrap().iter().map(|(_, value)| value.is_nothing()).collect();
        assert_eq!(said, [true, true, false]);
    }

    #[test]
    fn errors_name_their_line() {
        let read = |text: &str| {
            parse(text).and_then(|node| node.fields(&["a", "b"]).and_then(|it| it.text("b").map(str::to_owned)))
        };
        for (text, expected) in [
            ("a: 1\nc: 2\n", "line 2: there is no \"c\" here"),
            ("a: 1\na: 2\n", "line 2: \"a\" is said twice"),
            ("a: 1\n", "line 1: \"b\" is missing"),
            ("a: 1\nb: [x]\n", "line 2: a text was expected"),
            ("a: &x 1\nb: *x\n", "line 2: aliases"),
            ("", "line 1: the file is empty"),
            ("a: 1\n---\nb: 1\n", "line 3: a file of rules is one document"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.starts_with(expected), "{text:?}: {error}");
        }
        let deep: Vec<_> = (0..100).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        assert!(parse(&deep.concat()).unwrap_err().contains("nested too deep"));
    }
}
