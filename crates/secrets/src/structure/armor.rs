//! Armor: base64 in lines between `-----BEGIN …-----` and `-----END …-----` (RFC 7468; RFC 9580, section 6), also inside the
//! quotation marks of programs and settings, where an end of line is written `\n`.

use std::ops::Range;

use crate::decode;

/// The bytes of a body. What is no base64 ends it; headers (`Version: …`) before an empty line are not part of it.
pub fn decode(body: &[u8]) -> Vec<u8> {
    let mut letters = Vec::with_capacity(body.len());
    let mut at = 0;
    while at < body.len() {
        match body[at] {
            b'\\' if body.get(at + 1).is_some_and(|next| b"nrt\r\n\\".contains(next)) => at += 1,
            byte if byte.is_ascii_whitespace() => {}
            byte if byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/') => letters.push(byte),
            _ => break,
        }
        at += 1;
    }
    letters.truncate(letters.len() - usize::from(letters.len() % 4 == 1));
    decode::base64(&letters).unwrap_or_default()
}

/// More certificates in one text are a list of authorities.
const MOST: usize = 16;

/// The bodies of the blocks of a text with this label.
pub fn blocks<'a>(text: &'a [u8], label: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    let begin = memchr::memmem::Finder::new("-----BEGIN ").into_owned();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + begin.find(&text[at..])? + 11;
            at = start;
            let Some(rest) = text[start..].strip_prefix(label.as_bytes()).and_then(|rest| rest.strip_prefix(b"-----"))
            else {
                continue;
            };
            let start = text.len() - rest.len();
            let length = memchr::memchr(b'-', rest)?;
            at = start + length;
            return Some(start..at);
        }
    })
    .take(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_lines_are_written_in_many_ways() {
        for body in ["\nAAEC\nAwQF\n", "\\nAAEC\\nAwQF\\n", "\r\nAAEC\r\n  AwQF", "AAECAwQF", "\\\nAAECAwQF="] {
            assert_eq!(decode(body.as_bytes()), [0, 1, 2, 3, 4, 5], "{body:?}");
        }
    }

    #[test]
    fn blocks_have_labels() {
        let text = "-----BEGIN A-----\nxx\n-----END A-----\n-----BEGIN B-----\nyy\n-----END B-----\n-----BEGIN A-----";
        let seen: Vec<_> = blocks(text.as_bytes(), "A").map(|range| text[range].trim()).collect();
        assert_eq!(seen, ["xx"]);
    }
}
