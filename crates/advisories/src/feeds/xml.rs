//! XML for feeds that come so, element by element: nothing is held but the way to where the reading is.
//!
//! Entities that a document declares are not expanded, so that none can grow; the five of XML itself and numbers of
//! characters are understood.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::feeds::Broken;
use crate::feeds::text::MAX_TEXT;

/// Elements around one another. Publishers' documents have about ten.
const MAX_DEPTH: usize = 64;
/// Bytes of the way to an element. With the depth it bounds what one tag can make the reading copy.
const MAX_PATH: usize = 4096;

/// What the reading comes upon.
#[derive(Clone, Copy)]
pub(crate) enum Node<'a> {
    /// An element begins.
    Open(&'a Element<'a>),
    /// A piece of the text of an element. One text may come in many pieces.
    Text(&'a str),
    /// The element ends.
    Close,
}

/// The start of an element.
pub(crate) struct Element<'a>(BytesStart<'a>);

impl Element<'_> {
    /// The attribute's value without the space around it; empty where there is none, or more than can be meant.
    pub fn attribute(&self, name: &str) -> String {
        let attribute = self.0.try_get_attribute(name).ok().flatten();
        let value = attribute.filter(|attribute| attribute.value.len() <= MAX_TEXT);
        value
            .and_then(|value| value.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.trim().to_owned()))
            .unwrap_or_default()
    }
}

/// Goes through a document. The path of an element are the names on the way to it, its own last, without prefixes:
/// `updates/update/id`.
pub(crate) fn walk(bytes: &[u8], mut visit: impl FnMut(&str, Node)) -> Result<(), Broken> {
    let text = std::str::from_utf8(bytes).map_err(|error| Broken::new(format_args!("it is not UTF-8: {error}")))?;
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut path = String::new();
    let mut lengths = Vec::new();
    let mut seen = false;
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => return Err(Broken::new(format_args!("at byte {}: {error}", reader.error_position()))),
        };
        match event {
            Event::Start(start) => {
                seen = true;
                lengths.push(path.len());
                if !path.is_empty() {
                    path.push('/');
                }
                path.push_str(start.local_name().as_ref());
                if lengths.len() > MAX_DEPTH || path.len() > MAX_PATH {
                    return Err(Broken::new("more elements are in one another than any honest document has"));
                }
                visit(&path, Node::Open(&Element(start)));
            }
            Event::End(_) => {
                visit(&path, Node::Close);
                path.truncate(lengths.pop().unwrap_or_default());
            }
            Event::Text(text) => visit(&path, Node::Text(&text.xml10_content())),
            Event::CData(text) => visit(&path, Node::Text(&text.xml10_content())),
            Event::GeneralRef(reference) => {
                let name = reference.xml10_content();
                let character = match &*name {
                    "amp" => Some('&'),
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => reference.resolve_char_ref().ok().flatten(),
                };
                // What is not known stays as it was written.
                match character {
                    Some(character) => visit(&path, Node::Text(character.encode_utf8(&mut [0; 4]))),
                    None => visit(&path, Node::Text(&format!("&{name};"))),
                }
            }
            Event::Eof if !seen => return Err(Broken::new("it has no elements")),
            Event::Eof if !lengths.is_empty() => {
                return Err(Broken::new(format_args!("it ends within `{path}`")));
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// Adds a piece of text where there is room, with one space for any run of blanks.
pub(crate) fn append(out: &mut String, piece: &str, room: usize) {
    for character in piece.chars() {
        let character = if character.is_whitespace() { ' ' } else { character };
        if character == ' ' && (out.is_empty() || out.ends_with(' ')) {
            continue;
        }
        if out.len() + character.len_utf8() > room {
            return;
        }
        out.push(character);
    }
}

/// Adds a piece of text as it is, where there is room.
pub(crate) fn append_lines(out: &mut String, piece: &str, room: usize) {
    let room = room.saturating_sub(out.len());
    out.push_str(&piece[..piece.floor_char_boundary(room)]);
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use proptest::prelude::*;

    fn read(document: &str) -> Result<String, String> {
        let mut seen = String::new();
        let result = walk(document.as_bytes(), |path, node| {
            let _ = match node {
                Node::Open(element) => write!(seen, "{path}({}) ", element.attribute("k")),
                Node::Text(text) => write!(seen, "[{text}] "),
                Node::Close => write!(seen, "/{path} "),
            };
        });
        result.map(|()| seen.trim_end().to_owned()).map_err(|broken| broken.detail)
    }

    #[test]
    fn elements_come_with_their_path() {
        let document =
            "<?xml version=\"1.0\"?><!DOCTYPE a><n:a k=' v&amp;w '><!-- c --><b/>x&lt;&#65;&own;<![CDATA[<]]></n:a>";
        assert_eq!(read(document).as_deref(), Ok("a(v&w) a/b() /a/b [x] [<] [A] [&own;] [<] /a"));
    }

    #[test]
    fn what_is_no_document_is_broken() {
        let check = |document: &str, detail: &str| {
            let found = read(document);
            assert!(found.as_ref().is_err_and(|found| found.starts_with(detail)), "{found:?}");
        };
        check("", "it has no elements");
        check("not found", "it has no elements");
        check("<a><b>", "it ends within `a/b`");
        check("<a></b>", "at byte 3: ");
        check(&"<a>".repeat(100_000), "more elements are in one another");
        check(&format!("<{}/>", "a".repeat(5000)), "more elements are in one another");
        assert!(walk(b"<a>\xff</a>", |_, _| {}).is_err_and(|broken| broken.detail.contains("UTF-8")));
    }

    #[test]
    fn text_is_put_on_one_line_and_bounded() {
        let mut text = String::new();
        append(&mut text, "\n  a\t ", 20);
        append(&mut text, " b\u{e9}c", 5);
        assert_eq!(text, "a b\u{e9}");
        append_lines(&mut text, "\nd\u{e9}", 8);
        assert_eq!(text, "a b\u{e9}\nd");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "[<>/a&;#x0-9'\"= !\\[\\]-]{0,60}") {
            let _ = walk(&bytes, |_, _| {});
            let _ = read(&text);
        }
    }
}
