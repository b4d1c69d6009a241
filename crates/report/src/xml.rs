//! XML (1.0, fifth edition) as bytes: indented, and safe to show.
//!
//! What could act on a terminal or in the log of a build is written as the number of its character. What XML has no way to
//! write at all becomes U+FFFD.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::clean::is_invisible;

/// Writes elements one after the other.
pub(crate) struct Xml<'a> {
    out: &'a mut dyn Write,
    depth: usize,
}

impl<'a> Xml<'a> {
    /// Begins a document.
    pub fn new(out: &'a mut dyn Write) -> io::Result<Self> {
        writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
        Ok(Self { out, depth: 0 })
    }

    /// An element with others in it.
    pub fn element(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        inside: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        self.begin(name, attributes, ">\n")?;
        self.depth += 1;
        inside(self)?;
        self.depth -= 1;
        writeln!(self.out, "{:1$}</{name}>", "", self.depth * 2)
    }

    /// An element with nothing in it.
    pub fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        self.begin(name, attributes, "/>\n")
    }

    /// An element with a text in it.
    pub fn text(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) -> io::Result<()> {
        self.begin(name, attributes, ">")?;
        writeln!(self.out, "{}</{name}>", escaped(text))
    }

    /// The same, if there is a text.
    pub fn text_if(&mut self, name: &str, text: Option<&str>) -> io::Result<()> {
        text.map_or(Ok(()), |text| self.text(name, &[], text))
    }

    /// An element around those that `each` writes; none if there are none.
    pub fn list<T>(
        &mut self,
        name: &str,
        items: &[T],
        mut each: impl FnMut(&mut Self, &T) -> io::Result<()>,
    ) -> io::Result<()> {
        if items.is_empty() {
            return Ok(());
        }
        self.element(name, &[], |xml| items.iter().try_for_each(|item| each(xml, item)))
    }

    fn begin(&mut self, name: &str, attributes: &[(&str, &str)], end: &str) -> io::Result<()> {
        write!(self.out, "{:1$}<{name}", "", self.depth * 2)?;
        for (name, value) in attributes {
            write!(self.out, " {name}=\"{}\"", escaped(value))?;
        }
        write!(self.out, "{end}")
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut previous = ' ';
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            // Production 2, "Char".
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ if is_invisible(character) || (character == '#' && previous == '#') => {
                let _ = write!(out, "&#x{:x};", u32::from(character));
            }
            _ => out.push(character),
        }
        previous = character;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_its_value_and_loses_its_powers() {
        let mut out = Vec::new();
        let mut xml = Xml::new(&mut out).unwrap();
        let hostile = "a\u{1b}[2J\u{9b}1m\n\u{202e}##vso[x]</b>]]>&é\u{ffff}";
        xml.element("a", &[("b", "\"'<\t")], |xml| {
            xml.text("c", &[], hostile)?;
            xml.list("d", &[1, 2], |xml, _| xml.empty("e", &[]))?;
            xml.list("f", &[0; 0], |xml, _| xml.empty("g", &[]))
        })
        .unwrap();
        let expected = [
            r#"<?xml version="1.0" encoding="UTF-8"?>"#,
            r#"<a b="&quot;'&lt;&#x9;">"#,
            "  <c>a\u{fffd}[2J&#x9b;1m&#xa;&#x202e;#&#x23;vso[x]&lt;/b&gt;]]&gt;&amp;é\u{fffd}</c>",
            "  <d>",
            "    <e/>",
            "    <e/>",
            "  </d>",
            "</a>",
            "",
        ];
        assert_eq!(String::from_utf8(out).unwrap(), expected.join("\n"));
    }
}
