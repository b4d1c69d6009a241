//! JSON (RFC 8259) as trees with lines; comments and commas before a closing bracket are passed over, as editors' and cloud
//! tools' files have them.

use crate::{Node, Span, Value};

/// How deep values may lie in each other: they are dropped recursively.
const DEEPEST: usize = 128;

/// The line at which a document cannot be read, and why.
type Failure = (u32, String);

/// Reads a document, or says what is wrong and on which line.
pub fn parse(content: &[u8]) -> Result<Node, String> {
    read(content).map_err(|(line, what)| format!("line {line}: {what}"))
}

/// Reads a document; else says on which line something is wrong, and what.
pub fn read(content: &[u8]) -> Result<Node, Failure> {
    let content = content.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(content);
    let mut reader = Reader { rest: content, line: 1, depth: 0 };
    let node = reader.value()?;
    reader.blank();
    if reader.rest.is_empty() { Ok(node) } else { Err(reader.wrong("more follows the end")) }
}

struct Reader<'a> {
    rest: &'a [u8],
    line: u32,
    depth: usize,
}

impl Reader<'_> {
    fn wrong(&self, what: &str) -> Failure {
        (self.line, what.to_owned())
    }

    /// Passes over white space and comments.
    fn blank(&mut self) {
        loop {
            match self.rest {
                [b'\n', rest @ ..] => (self.rest, self.line) = (rest, self.line.saturating_add(1)),
                [b' ' | b'\t' | b'\r', rest @ ..] => self.rest = rest,
                [b'/', b'/', ..] => {
                    let end = memchr::memchr(b'\n', self.rest).unwrap_or(self.rest.len());
                    self.rest = &self.rest[end..];
                }
                [b'/', b'*', ..] => {
                    let end = memchr::memmem::find(self.rest, b"*/").map_or(self.rest.len(), |end| end + 2);
                    let (comment, rest) = self.rest.split_at(end);
                    let lines = memchr::memchr_iter(b'\n', comment).count();
                    self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
                    self.rest = rest;
                }
                _ => return,
            }
        }
    }

    fn value(&mut self) -> Result<Node, Failure> {
        self.blank();
        let first = self.line;
        let value = match self.rest.first() {
            Some(b'{' | b'[') if self.depth == DEEPEST => return Err(self.wrong("nested too deep")),
            Some(b'{') => {
                let mut entries: Vec<(String, Node)> = Vec::new();
                self.collection(b'}', |reader| {
                    let key = reader.text()?;
                    reader.blank();
                    reader.rest = reader.rest.strip_prefix(b":").ok_or_else(|| reader.wrong("a colon was expected"))?;
                    let node = reader.value()?;
                    entries.push((key, node));
                    Ok(())
                })?;
                Value::Map(crate::value::last_of_each(entries))
            }
            Some(b'[') => {
                let mut items = Vec::new();
                self.collection(b']', |reader| {
                    items.push(reader.value()?);
                    Ok(())
                })?;
                Value::List(items)
            }
            Some(b'"') => Value::Text(self.text()?),
            _ => self.word()?,
        };
        Ok(value.at(Span::new(first, self.line)))
    }

    fn collection(&mut self, end: u8, mut entry: impl FnMut(&mut Self) -> Result<(), Failure>) -> Result<(), Failure> {
        self.rest = &self.rest[1..];
        self.depth += 1;
        loop {
            self.blank();
            if self.rest.first() == Some(&end) {
                break;
            }
            entry(self)?;
            self.blank();
            match self.rest.first() {
                Some(b',') => self.rest = &self.rest[1..],
                Some(byte) if *byte == end => break,
                _ => return Err(self.wrong("a comma or an end was expected")),
            }
        }
        self.rest = &self.rest[1..];
        self.depth -= 1;
        Ok(())
    }

    fn text(&mut self) -> Result<String, Failure> {
        self.blank();
        if self.rest.first() != Some(&b'"') {
            return Err(self.wrong("a text was expected"));
        }
        let mut at = 1;
        loop {
            match memchr::memchr2(b'"', b'\\', &self.rest[at..]).map(|found| at + found) {
                Some(end) if self.rest[end] == b'"' => {
                    at = end + 1;
                    break;
                }
                Some(escape) if escape + 1 < self.rest.len() => at = escape + 2,
                _ => return Err(self.wrong("a text does not end")),
            }
        }
        let (text, rest) = self.rest.split_at(at);
        let lines = memchr::memchr_iter(b'\n', text).count();
        // Line breaks in texts are not allowed, and written all the same.
        let decoded = serde_json::from_slice::<String>(text).or_else(|error| match lines {
            0 => Err(self.wrong(&format!("no text: {error}"))),
            _ => Ok(String::from_utf8_lossy(&text[1..at - 1]).into_owned()),
        })?;
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.rest = rest;
        Ok(decoded)
    }

    fn word(&mut self) -> Result<Value, Failure> {
        let ends = |byte: &u8| matches!(byte, b',' | b']' | b'}' | b':' | b'/') || byte.is_ascii_whitespace();
        let end = self.rest.iter().position(ends).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        let value = match word {
            b"null" => Value::Null,
            b"true" => Value::Bool(true),
            b"false" => Value::Bool(false),
            // Rust knows more numbers, like `inf`.
            [b'-' | b'0'..=b'9', ..] => {
                match std::str::from_utf8(word).ok().and_then(|word| word.parse::<f64>().ok()) {
                    Some(number) if number.is_finite() => Value::Number(number),
                    _ => return Err(self.wrong("a value was expected")),
                }
            }
            _ => return Err(self.wrong("a value was expected")),
        };
        self.rest = rest;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_their_lines() {
        let node = parse(b"{\n  // why\n  \"a\": [1, true,\n null,],\n \"b\": {\"c\": \"x\\u0041\"}\n}\n").unwrap();
        assert_eq!(node.span, Span::new(1, 6));
        let list = node.get("a").unwrap();
        assert_eq!((list.span, list.items().len()), (Span::new(3, 4), 3));
        assert_eq!(node.at(&["b", "c"]).unwrap().text(), Some("xA"));
        assert_eq!(node.at(&["b", "c"]).unwrap().span, Span::line(5));
    }

    #[test]
    fn what_is_no_document_is_refused_with_its_line() {
        for (text, line) in [
            ("{\n\"a\" 1}", 2),
            ("[1\n,\n2 3]", 3),
            ("", 1),
            ("[1] x", 1),
            ("\"a", 1),
            ("{\"a\": nope}", 1),
            ("\n-inf", 2),
            ("1e999", 1),
        ] {
            let error = parse(text.as_bytes()).unwrap_err();
            assert!(error.starts_with(&format!("line {line}: ")), "{text:?}: {error}");
        }
        assert!(parse("[".repeat(100_000).as_bytes()).unwrap_err().contains("nested too deep"));
    }
}
