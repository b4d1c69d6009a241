//! As much of YAML as the rules need: mappings, sequences, and scalars that stay as they are written.

use granit_parser::{Event, Parser};

/// One value.
#[derive(Clone)]
pub enum Node {
    Text(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

impl Node {
    pub fn text(&self) -> Result<&str, String> {
        if let Self::Text(text) = self { Ok(text) } else { Err("a text was expected".into()) }
    }

    pub fn list(&self) -> Result<&[Self], String> {
        if let Self::List(list) = self { Ok(list) } else { Err("a list was expected".into()) }
    }

    pub fn map(&self) -> Result<&[(String, Self)], String> {
        if let Self::Map(map) = self { Ok(map) } else { Err("a mapping was expected".into()) }
    }
}

/// Reads a file of one document.
pub fn parse(text: &str) -> Result<Node, String> {
    // What is open, each with its finished values: of a mapping, keys and values in turn.
    let mut open: Vec<(bool, Vec<Node>)> = vec![(false, Vec::new())];
    for event in Parser::new_from_str(text) {
        let (event, at) = event.map_err(|error| error.to_string())?;
        let wrong = |what: &str| format!("line {}: {what}", at.start.line());
        let ended = match event {
            Event::Scalar(text, ..) => Node::Text(text.into_owned()),
            Event::SequenceStart(..) => {
                open.push((false, Vec::new()));
                continue;
            }
            Event::MappingStart(..) => {
                open.push((true, Vec::new()));
                continue;
            }
            Event::SequenceEnd => Node::List(open.pop().unwrap_or_default().1),
            Event::MappingEnd => {
                let mut entries = Vec::new();
                let mut values = open.pop().unwrap_or_default().1.into_iter();
                while let (Some(key), Some(value)) = (values.next(), values.next()) {
                    entries.push((key.text().map_err(|error| wrong(&error))?.to_owned(), value));
                }
                Node::Map(entries)
            }
            Event::Alias(_) => return Err(wrong("aliases are not used in rules")),
            _ => continue,
        };
        if let Some((_, values)) = open.last_mut() {
            values.push(ended);
        }
    }
    open.pop().and_then(|(_, documents)| documents.into_iter().next()).ok_or_else(|| "the file is empty".to_owned())
}
