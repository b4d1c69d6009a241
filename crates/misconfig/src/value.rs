//! The tree that configuration of every format becomes: values, each with the lines on which it stands.

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

    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// The entries of a sequence; none of anything else.
    pub fn items(&self) -> &[Self] {
        if let Value::List(items) = &self.value { items } else { &[] }
    }
}
