//! Property lists, in XML (Apple, "PropertyList-1.0.dtd") and in binary (Apple, `CFBinaryPList.c`, which describes the
//! format in its head), as trees.
//!
//! In the binary form objects refer to each other by number, so that a few bytes can unfold to a tree without end: depth,
//! number of nodes and bytes of text are bounded. Dates, data and numbers, which nobody here reads, are not kept.

use model::Unreadable;

use super::xml::{self, Element};

/// Objects around one another that are kept.
const MAX_DEPTH: usize = 32;
/// Nodes of one tree.
const MOST_NODES: usize = 1_000_000;
const MAGIC: &[u8] = b"bplist00";
const BROKEN: &str = "a binary property list refers to what is not in it";

/// One value.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum Node {
    Text(String),
    Flag(bool),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
    #[default]
    Other,
}

impl Node {
    /// The value of a key; [`Node::Other`] where there is none, or where this is no mapping.
    pub(crate) fn get(&self, key: &str) -> &Self {
        let found = self.entries().iter().find(|(name, _)| name == key);
        found.map_or(&Self::Other, |(_, value)| value)
    }

    /// The text; empty where it is none.
    pub(crate) fn text(&self) -> &str {
        if let Self::Text(text) = self { text } else { "" }
    }

    /// The values of a list; none where it is no list.
    pub(crate) fn items(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// The keys and values of a mapping; none where it is no mapping.
    pub(crate) fn entries(&self) -> &[(String, Self)] {
        if let Self::Map(entries) = self { entries } else { &[] }
    }
}

/// Reads a whole list in either form.
pub(crate) fn parse(content: &[u8]) -> Result<Node, Unreadable> {
    if content.starts_with(MAGIC) {
        return Binary::open(super::document(content)?)?.top();
    }
    let root = xml::parse(content)?;
    match (root.name(), root.children()) {
        ("plist", [value, ..]) => Ok(from_xml(value)),
        _ => Err(Unreadable::corrupt("an XML text that is no property list")),
    }
}

/// The tree of elements is no deeper than [`xml`] allows.
fn from_xml(element: &Element) -> Node {
    match element.name() {
        "string" => Node::Text(element.text().to_owned()),
        "true" => Node::Flag(true),
        "false" => Node::Flag(false),
        "array" => Node::List(element.children().iter().map(from_xml).collect()),
        "dict" => {
            let (pairs, _) = element.children().as_chunks();
            let pair = |[key, value]: &[Element; 2]| (key.text().to_owned(), from_xml(value));
            Node::Map(pairs.iter().filter(|[key, _]| key.name() == "key").map(pair).collect())
        }
        _ => Node::Other,
    }
}

/// A list in the binary form: objects, then their offsets, then a trailer that says how wide numbers are.
struct Binary<'a> {
    content: &'a [u8],
    offsets: &'a [u8],
    /// Bytes of an offset, and of an object's number.
    widths: (usize, usize),
    top: usize,
    nodes: usize,
    text: usize,
}

impl<'a> Binary<'a> {
    fn open(content: &'a [u8]) -> Result<Self, Unreadable> {
        let read = || {
            let (content, trailer) = content.split_at_checked(content.len().checked_sub(32)?)?;
            let number = |at: usize| usize::try_from(number(trailer.get(at..at + 8)?)).ok();
            let widths = (usize::from(trailer[6]), usize::from(trailer[7]));
            if !(1..=8).contains(&widths.0) || !(1..=8).contains(&widths.1) {
                return None;
            }
            let offsets = content.get(number(24)?..)?;
            let offsets = offsets.get(..number(8)?.checked_mul(widths.0)?)?;
            Some(Self { content, offsets, widths, top: number(16)?, nodes: MOST_NODES, text: content.len() * 2 })
        };
        read().ok_or_else(|| Unreadable::corrupt("a binary property list without its trailer"))
    }

    fn top(mut self) -> Result<Node, Unreadable> {
        self.node(self.top, 0)
    }

    fn node(&mut self, object: usize, depth: usize) -> Result<Node, Unreadable> {
        let limit = || Unreadable::limit("a binary property list unfolds to more than any program writes");
        self.nodes = self.nodes.checked_sub(1).ok_or_else(limit)?;
        if depth == MAX_DEPTH {
            return Err(limit());
        }
        let (marker, count, rest) = self.object(object).ok_or_else(|| Unreadable::corrupt(BROKEN))?;
        match marker {
            0x00 => Ok(if count == 8 || count == 9 { Node::Flag(count == 9) } else { Node::Other }),
            0x50 | 0x60 => {
                let bytes = if marker == 0x60 { count.checked_mul(2) } else { Some(count) };
                let text = bytes.and_then(|bytes| rest.get(..bytes)).ok_or_else(|| Unreadable::corrupt(BROKEN))?;
                self.text = self.text.checked_sub(text.len()).ok_or_else(limit)?;
                Ok(Node::Text(if marker == 0x60 {
                    let (units, _) = text.as_chunks();
                    let units = units.iter().map(|unit| u16::from_be_bytes(*unit));
                    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
                } else {
                    String::from_utf8_lossy(text).into_owned()
                }))
            }
            0xa0 => {
                let items = self.references(rest, count)?;
                items.into_iter().map(|item| self.node(item, depth + 1)).collect::<Result<_, _>>().map(Node::List)
            }
            0xd0 => {
                // All keys, then all values.
                let twice = count.checked_mul(2).ok_or_else(|| Unreadable::corrupt(BROKEN))?;
                let objects = self.references(rest, twice)?;
                let (keys, values) = objects.split_at(count);
                let mut entries = Vec::with_capacity(count);
                for (key, value) in keys.iter().zip(values) {
                    if let Node::Text(key) = self.node(*key, depth + 1)? {
                        entries.push((key, self.node(*value, depth + 1)?));
                    }
                }
                Ok(Node::Map(entries))
            }
            _ => Ok(Node::Other),
        }
    }

    /// The kind of an object, its number or count, and the bytes behind these.
    fn object(&self, object: usize) -> Option<(u8, usize, &'a [u8])> {
        let start = object.checked_mul(self.widths.0)?;
        let offset = number(self.offsets.get(start..start.checked_add(self.widths.0)?)?);
        let (marker, rest) = self.content.get(usize::try_from(offset).ok()?..)?.split_first()?;
        let (kind, count) = (marker & 0xf0, usize::from(marker & 0x0f));
        if count < 15 || kind == 0 {
            return Some((kind, count, rest));
        }
        // The count is a number object of its own.
        let (marker, rest) = rest.split_first()?;
        let (count, rest) = rest.split_at_checked(1 << (marker & 3))?;
        (marker & 0xf0 == 0x10).then_some((kind, usize::try_from(number(count)).ok()?, rest))
    }

    /// Paid for as nodes before they are gathered, since they may be listed many times.
    fn references(&mut self, rest: &'a [u8], count: usize) -> Result<Vec<usize>, Unreadable> {
        let broken = || Unreadable::corrupt(BROKEN);
        let bytes = count.checked_mul(self.widths.1).and_then(|bytes| rest.get(..bytes)).ok_or_else(broken)?;
        let limit = || Unreadable::limit("a binary property list unfolds to more than any program writes");
        self.nodes = self.nodes.checked_sub(count).ok_or_else(limit)?;
        let references = bytes.chunks_exact(self.widths.1).map(|bytes| usize::try_from(number(bytes)));
        references.collect::<Result<_, _>>().map_err(|_| broken())
    }
}

/// A number of up to eight bytes, the highest first.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A binary list of these objects, the first of them on top.
    pub(crate) fn binary(objects: &[&[u8]]) -> Vec<u8> {
        let mut content = MAGIC.to_vec();
        let mut offsets = Vec::new();
        for object in objects {
            offsets.extend(u16::try_from(content.len()).unwrap().to_be_bytes());
            content.extend_from_slice(object);
        }
        let start = content.len();
        content.extend(offsets);
        content.extend([0, 0, 0, 0, 0, 0, 2, 1]);
        for number in [objects.len(), 0, start] {
            content.extend((number as u64).to_be_bytes());
        }
        content
    }

    #[test]
    fn both_forms_say_the_same() {
        let xml = b"<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>a</key><string>text</string>\
            <key>l</key><array><true/><integer>7</integer></array><key>e</key><string/></dict></plist>";
        // A mapping of three: keys 1, 2 and 3, values 4, 5 and 6.
        let binary = binary(&[
            b"\xd3\x01\x02\x03\x04\x05\x06",
            b"\x51a",
            b"\x51l",
            b"\x51e",
            b"\x62\0t\0e",
            b"\xa2\x07\x08",
            b"\x50",
            b"\x09",
            b"\x10\x07",
        ]);
        for (content, word) in [(&xml[..], "text"), (&binary, "te")] {
            let node = parse(content).unwrap();
            assert_eq!(node.get("a").text(), word);
            assert_eq!(node.get("l").items(), [Node::Flag(true), Node::Other]);
            assert_eq!(node.get("e"), &Node::Text(String::new()));
            assert_eq!(node.get("absent"), &Node::Other);
        }
    }

    #[test]
    fn long_texts_have_their_count_behind_them() {
        let long = [&b"\x5f\x11\x01\x00"[..], &[b'x'; 256]].concat();
        assert_eq!(parse(&binary(&[&long])).unwrap().text().len(), 256);
    }

    #[test]
    fn what_unfolds_without_end_is_a_limit() {
        let check = |objects: &[&[u8]], expected| {
            assert_eq!(parse(&binary(objects)).unwrap_err().kind.name(), expected);
        };
        check(&[b"\xa1\x00"], "limit-hit");
        let level = |next: u8| [&b"\xae"[..], &[next; 14]].concat();
        let levels: Vec<_> = (1..=20).map(level).chain([b"\x50".to_vec()]).collect();
        check(&levels.iter().map(Vec::as_slice).collect::<Vec<_>>(), "limit-hit");
        check(&[b"\xa1\x09"], "corrupt");
        check(&[b"\x5f\x13\xff\xff\xff\xff\xff\xff\xff\xff"], "corrupt");
        assert_eq!(parse(MAGIC).unwrap_err().kind.name(), "corrupt");
        assert_eq!(parse(b"<a/>").unwrap_err().kind.name(), "corrupt");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(objects in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..20), 1..9)) {
            let _ = parse(&binary(&objects.iter().map(Vec::as_slice).collect::<Vec<_>>()));
        }
    }
}
