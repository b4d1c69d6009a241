//! XML documents (XML 1.0) as trees of elements without their namespaces, with the parser's complaints as gaps.
//!
//! Entities that a document declares are not expanded, so that none can grow; the five of XML itself and numbers of
//! characters are understood. Elements that lie deeper than anybody means are passed over.

use std::borrow::Cow;

use model::Unreadable;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// Elements around one another that are kept. Project files have about ten.
const MAX_DEPTH: usize = 32;
/// Elements and attributes of one document. The largest lists of checksums have some hundred thousand.
const MOST_PARTS: usize = 1_000_000;

/// An element with what is in it.
#[derive(Debug, Default)]
pub(crate) struct Element {
    name: Box<str>,
    attributes: Vec<(Box<str>, Box<str>)>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    /// The name without its prefix.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The text directly in it, without the space around it.
    pub(crate) fn text(&self) -> &str {
        self.text.trim()
    }

    /// The attribute's value without the space around it, its name compared without regard to case as `MSBuild` and
    /// `NuGet` do; empty where there is none.
    pub(crate) fn attribute(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.trim())
    }

    /// Every element directly in it.
    pub(crate) fn children(&self) -> &[Self] {
        &self.children
    }

    /// The elements of this name directly in it.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| *child.name == *name)
    }

    /// The first element of this name directly in it.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| *child.name == *name)
    }

    /// The text of the first element of this name directly in it; empty where there is none.
    pub(crate) fn text_of(&self, name: &str) -> &str {
        self.child(name).map_or("", Self::text)
    }
}

/// Reads a whole document: its root element.
pub(crate) fn parse(content: &[u8]) -> Result<Element, Unreadable> {
    parse_large(super::document(content)?)
}

/// The same for documents that other programs write and that have no bound on their size but the file's.
pub(crate) fn parse_large(content: &[u8]) -> Result<Element, Unreadable> {
    let text = super::text::decode(content)?;
    let mut reader = Reader::from_str(&text);
    reader.config_mut().expand_empty_elements = true;
    // The open elements; the first one holds the root.
    let mut open = vec![Element::default()];
    // How many of the elements around the reading are too deep to be kept.
    let mut below = 0_usize;
    let mut left = MOST_PARTS;
    loop {
        let event = reader
            .read_event()
            .map_err(|_| Unreadable::corrupt(format!("not valid XML at byte {}", reader.error_position())))?;
        match event {
            Event::Start(start) if below == 0 && open.len() <= MAX_DEPTH => open.push(begin(&start, &mut left)?),
            Event::Start(_) => below += 1,
            Event::End(_) if below > 0 => below -= 1,
            Event::End(_) => close(&mut open),
            Event::Text(piece) if below == 0 => append(&mut open, &piece.xml10_content()),
            Event::CData(piece) if below == 0 => append(&mut open, &piece.xml10_content()),
            Event::GeneralRef(reference) if below == 0 => {
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
                let text = character.map_or_else(|| format!("&{name};"), String::from);
                append(&mut open, &text);
            }
            Event::Eof if open.len() > 1 || below > 0 => {
                return Err(Unreadable::corrupt("the XML text ends within an element"));
            }
            Event::Eof => {
                let root = open.pop().and_then(|document| document.children.into_iter().next());
                return root.ok_or_else(|| Unreadable::corrupt("an XML text without an element"));
            }
            _ => {}
        }
    }
}

fn begin(start: &BytesStart<'_>, left: &mut usize) -> Result<Element, Unreadable> {
    let mut take = || {
        *left = left.checked_sub(1).ok_or_else(|| {
            Unreadable::limit(format!("more than {MOST_PARTS} elements and attributes; such files are not read"))
        })?;
        Ok(())
    };
    take()?;
    let mut element = Element { name: start.local_name().as_ref().into(), ..Element::default() };
    // Looking for repeated names would compare each with each.
    for attribute in start.attributes().with_checks(false).filter_map(Result::ok) {
        take()?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).unwrap_or(Cow::Borrowed(""));
        element.attributes.push((attribute.key.local_name().as_ref().into(), value.as_ref().into()));
    }
    Ok(element)
}

fn close(open: &mut Vec<Element>) {
    // The parser has seen that tags match; the first element is no tag's.
    if open.len() > 1
        && let Some(element) = open.pop()
        && let Some(parent) = open.last_mut()
    {
        parent.children.push(element);
    }
}

fn append(open: &mut [Element], piece: &str) {
    // Between elements there is only layout.
    if let Some(element) = open.last_mut()
        && !(element.text.is_empty() && piece.trim().is_empty())
    {
        element.text.push_str(piece);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let shown = parse(text.as_bytes()).map_or_else(|why| why.kind.name().to_owned(), |root| show(&root));
        assert_eq!(shown, expected, "{text}");
    }

    fn show(element: &Element) -> String {
        let attributes: Vec<_> = element.attributes.iter().map(|(name, value)| format!(" {name}={value}")).collect();
        let children: Vec<_> = element.children().iter().map(show).collect();
        format!("{}{}({})[{}]", element.name(), attributes.concat(), element.text(), children.join(" "))
    }

    #[test]
    fn elements_attributes_and_texts_are_read() {
        check("<?xml version='1.0'?><!-- c --><a x='1' n:y=' 2 '><b> t </b><n:c/></a>", "a x=1 y= 2 ()[b(t)[] c()[]]");
        check("<a>1 &lt; <![CDATA[<2>]]> &#65;</a>", "a(1 < <2> A)[]");
        let root = parse(b"<a Include=' x '><b>1</b><b>2</b></a>").unwrap();
        assert_eq!((root.attribute("include"), root.text_of("b"), root.all("b").count()), ("x", "1", 2));
        assert_eq!((root.attribute("none"), root.text_of("none")), ("", ""));
    }

    #[test]
    fn utf_16_is_read_too() {
        let text: Vec<u8> = "\u{feff}<a>x</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(parse(&text).unwrap().text(), "x");
    }

    #[test]
    fn declared_entities_do_not_grow() {
        check("<!DOCTYPE a [<!ENTITY x 'xxxxxxxxxx'>]><a>&x;</a>", "a(&x;)[]");
    }

    #[test]
    fn broken_deep_and_wide_texts_do_no_harm() {
        check("", "corrupt");
        check("<a><b></a>", "corrupt");
        check("<a>", "corrupt");
        let deep = 100_000;
        assert!(parse(format!("{}{}", "<a>".repeat(deep), "</a>".repeat(deep)).as_bytes()).is_ok());
        check(&format!("<a>{}</a>", "<b/>".repeat(1_000_000)), "limit-hit");
    }
}
