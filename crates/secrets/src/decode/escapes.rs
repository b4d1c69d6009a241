//! Escapes: `%3A` in addresses (RFC 3986, section 2.1), `\/` and `\u003a` in JSON (RFC 8259, section 7).

use std::ops::Range;

use super::{Inner, nibble};

/// What belongs to an address before its `://`, and after.
const BEFORE: usize = 64;
const AFTER: usize = 1024;

/// The text without escapes around `sign`, which is the `://` of an address in escapes.
pub fn unescape(text: &[u8], sign: &Range<usize>) -> Inner {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | 0);
    let before = text[sign.start.saturating_sub(BEFORE)..sign.start].iter().rev();
    let start = sign.start - before.take_while(|byte| !ends(byte) && !matches!(byte, b'=' | b'&')).count();
    let after = text[sign.end..].iter().take(AFTER);
    let end = sign.end + after.take_while(|byte| !ends(byte) && **byte != b'&').count();
    let escaped = &text[start..end];
    let (mut plain, mut at) = (Vec::with_capacity(escaped.len()), 0);
    while at < escaped.len() {
        let (byte, length) = one(&escaped[at..]);
        plain.push(byte);
        at += length;
    }
    Inner { span: start..end, how: "escapes", text: plain }
}

/// The character that stands first, and how many characters are written for it.
fn one(text: &[u8]) -> (u8, usize) {
    match *text {
        [b'%', first, second, ..] => match (nibble(first), nibble(second)) {
            (Some(first), Some(second)) => (first << 4 | second, 3),
            _ => (b'%', 1),
        },
        [b'\\', b'u', b'0', b'0', first, second, ..] => match (nibble(first), nibble(second)) {
            (Some(first), Some(second)) => (first << 4 | second, 6),
            _ => (b'\\', 1),
        },
        [b'\\', b'/', ..] => (b'/', 2),
        _ => (text[0], 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, sign: &str, expected: (&str, &str)) {
        let start = text.find(sign).unwrap();
        let inner = unescape(text.as_bytes(), &(start..start + sign.len()));
        assert_eq!((&text[inner.span], &*String::from_utf8(inner.text).unwrap()), expected);
    }

    #[test]
    fn escapes_are_read_once() {
        check("?to=amqp%3A%2F%2Fa%3Ab%40h%2525&x", "%3A%2F%2F", ("amqp%3A%2F%2Fa%3Ab%40h%2525", "amqp://a:b@h%25"));
        check("\"amqp:\\/\\/a\\u003ab@h%\"", ":\\/\\/", ("amqp:\\/\\/a\\u003ab@h%", "amqp://a:b@h%"));
    }
}
