//! JSON with the lines of its values (RFC 8259), for the JSON syntax, plans and state. `serde_json` keeps no places.

use crate::{Node, Span, Value};

/// As deep as `serde_json` goes by default.
const DEPTH: usize = 128;

/// A document as a tree, or the line at which it cannot be read. Of a key that is repeated the last value counts.
pub(super) fn read(text: &str) -> Result<Node, (u32, String)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { rest: text.as_bytes(), text, line: 1 };
    reader
        .value(DEPTH)
        .and_then(|node| {
            reader.space();
            if reader.rest.is_empty() { Ok(node) } else { Err("something after the end of the document") }
        })
        .map_err(|reason| (reader.line, format!("cannot be read: {reason}")))
}

struct Reader<'a> {
    text: &'a str,
    rest: &'a [u8],
    line: u32,
}

type Read<T> = Result<T, &'static str>;

impl Reader<'_> {
    fn space(&mut self) {
        while let [byte @ (b' ' | b'\t' | b'\r' | b'\n'), rest @ ..] = self.rest {
            self.line += u32::from(*byte == b'\n');
            self.rest = rest;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        self.space();
        match self.rest {
            [first, rest @ ..] if *first == byte => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Read<Value> {
        self.rest = self.rest.strip_prefix(word.as_bytes()).ok_or("no such word")?;
        Ok(value)
    }

    fn value(&mut self, depth: usize) -> Read<Node> {
        self.space();
        let depth = depth.checked_sub(1).ok_or("nested too deeply")?;
        let first = self.line;
        let value = match self.rest.first().ok_or("it ends too early")? {
            b'n' => self.word("null", Value::Null)?,
            b't' => self.word("true", Value::Bool(true))?,
            b'f' => self.word("false", Value::Bool(false))?,
            b'"' => Value::Text(self.string()?),
            b'[' => {
                self.take(b'[');
                let mut items = Vec::new();
                if !self.take(b']') {
                    loop {
                        items.push(self.value(depth)?);
                        if self.take(b']') {
                            break;
                        }
                        if !self.take(b',') {
                            return Err("a comma or ] is missing");
                        }
                    }
                }
                Value::List(items)
            }
            b'{' => {
                self.take(b'{');
                let mut entries = Vec::new();
                if !self.take(b'}') {
                    loop {
                        self.space();
                        let key = self.string()?;
                        if !self.take(b':') {
                            return Err("a colon is missing");
                        }
                        entries.push((key, self.value(depth)?));
                        if self.take(b'}') {
                            break;
                        }
                        if !self.take(b',') {
                            return Err("a comma or } is missing");
                        }
                    }
                }
                Value::Map(last_of_each(entries))
            }
            _ => self.number()?,
        };
        Ok(Node { value, span: Span { first, last: self.line } })
    }

    fn number(&mut self) -> Read<Value> {
        let length = self
            .rest
            .iter()
            .take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E'))
            .count();
        let (number, rest) = self.rest.split_at(length);
        let number = std::str::from_utf8(number).ok().and_then(super::datum::parse_number).ok_or("no such value")?;
        self.rest = rest;
        Ok(Value::Number(number))
    }

    /// A string without escapes is taken as it stands; any other is left to `serde_json`.
    fn string(&mut self) -> Read<String> {
        let [b'"', inner @ ..] = self.rest else { return Err("a string is missing") };
        let (mut length, mut plain) = (0, true);
        loop {
            match inner.get(length).ok_or("a string does not end")? {
                b'"' => break,
                b'\\' => {
                    plain = false;
                    length += 2;
                }
                0..0x20 => return Err("a control character in a string"),
                _ => length += 1,
            }
        }
        let start = self.text.len() - self.rest.len();
        let whole = self.text.get(start..start + length + 2).ok_or("a string does not end")?;
        self.rest = &inner[length + 1..];
        if plain {
            return Ok(whole[1..=length].to_owned());
        }
        serde_json::from_str(whole).map_err(|_| "an escape that does not exist")
    }
}

fn last_of_each(mut entries: Vec<(String, Node)>) -> Vec<(String, Node)> {
    let mut seen = std::collections::HashSet::new();
    let repeated: Vec<bool> = entries.iter().rev().map(|(key, _)| !seen.insert(key.as_str())).collect();
    let mut repeated = repeated.into_iter().rev();
    drop(seen);
    entries.retain(|_| !repeated.next().unwrap_or_default());
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_their_lines() {
        let node = read("{\n  \"a\": [1,\n 2.5e1],\n \"b\": \"x\\u00e9\\n\", \"a\": null\n}").unwrap();
        assert_eq!(node.span, Span { first: 1, last: 5 });
        assert_eq!(node.get("b").unwrap().text(), Some("xé\n"));
        assert_eq!(node.get("b").unwrap().span, Span { first: 4, last: 4 });
        assert_eq!(node.get("a").unwrap().value, Value::Null);
    }

    #[test]
    fn what_is_no_json_names_its_line() {
        for (text, line) in [("{\n\"a\" 1}", 2), ("[1,\n\n", 3), ("\"\\", 1), ("{}\n x", 2), ("\"a\u{1}\"", 1)] {
            assert_eq!(read(text).unwrap_err().0, line, "{text:?}");
        }
        assert!(read(&"[".repeat(100_000)).is_err());
    }
}
