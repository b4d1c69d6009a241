//! JSON (RFC 8259) as bytes: indented, and safe to show.
//!
//! Text keeps its exact value, but what could act on a terminal or in the log of a build is written as `\uXXXX`.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use crate::clean::is_invisible;

/// Writes a document and ends its last line.
pub(crate) fn print(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(&mut *out, Safe { pretty: PrettyFormatter::new() });
    document.serialize(&mut serializer)?;
    writeln!(out)
}

struct Safe {
    pretty: PrettyFormatter<'static>,
}

/// Everything is the pretty formatter's but the text.
impl Formatter for Safe {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut done = 0;
        let mut previous = ' ';
        for (index, character) in fragment.char_indices() {
            if is_invisible(character) || (character == '#' && previous == '#') {
                out.write_all(&fragment.as_bytes()[done..index])?;
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    write!(out, "\\u{unit:04x}")?;
                }
                done = index + character.len_utf8();
            }
            previous = character;
        }
        out.write_all(&fragment.as_bytes()[done..])
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.pretty.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.pretty.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_its_value_and_loses_its_powers() {
        let hostile = "a\u{9b}31m\u{202e}##vso[x]\n::error::\u{e0041}é";
        let mut out = Vec::new();
        print(&hostile, &mut out).unwrap();
        let json = String::from_utf8(out).unwrap();
        assert_eq!(json, "\"a\\u009b31m\\u202e#\\u0023vso[x]\\n::error::\\udb40\\udc41é\"\n");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), hostile);
    }
}
