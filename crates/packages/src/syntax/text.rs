//! Text files as editors on all systems leave them: UTF-8 or UTF-16 with a byte order mark, else UTF-8.

use std::borrow::Cow;

use model::Unreadable;

/// The file as text, without its byte order mark, and with replacement characters where single bytes mean nothing.
/// A file with zero bytes that is not UTF-16 is no text.
pub(crate) fn decode(content: &[u8]) -> Result<Cow<'_, str>, Unreadable> {
    let rest = match super::document(content)? {
        [0xff, 0xfe, rest @ ..] => return Ok(utf16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => return Ok(utf16(rest, u16::from_be_bytes)),
        [0xef, 0xbb, 0xbf, rest @ ..] | rest => rest,
    };
    match memchr::memchr(0, rest) {
        Some(at) => Err(Unreadable::corrupt(format!("not a text: a zero byte at offset {at}"))),
        None => Ok(String::from_utf8_lossy(rest)),
    }
}

/// Whether a text ends so, in whatever case. Asked of names of files, of which there are many.
pub(crate) fn ends_with(text: &[u8], end: &str) -> bool {
    text.len().checked_sub(end.len()).is_some_and(|at| text[at..].eq_ignore_ascii_case(end.as_bytes()))
}

fn utf16(content: &[u8], unit: fn([u8; 2]) -> u16) -> Cow<'_, str> {
    let (pairs, _) = content.as_chunks::<2>();
    let characters = char::decode_utf16(pairs.iter().map(|&pair| unit(pair)));
    Cow::Owned(characters.map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(content: &[u8], expected: &str) {
        assert_eq!(decode(content).unwrap(), expected);
    }

    #[test]
    fn byte_order_marks_decide() {
        check(b"a=1\n", "a=1\n");
        check(b"\xef\xbb\xbfa=1", "a=1");
        check(b"\xff\xfea\0=\x001\0\n\0", "a=1\n");
        check(b"\xfe\xff\0a\0=\x001\0\n", "a=1\n");
    }

    #[test]
    fn an_end_is_compared_in_any_case() {
        for (text, expected) in
            [("App.Deps.JSON", true), (".deps.json", true), ("deps.json", false), ("a.deps.json.x", false)]
        {
            assert_eq!(ends_with(text.as_bytes(), ".deps.json"), expected, "{text}");
        }
    }

    #[test]
    fn what_means_nothing_is_replaced() {
        check(b"a\xff1", "a\u{fffd}1");
        check(b"\xff\xfe\x00\xd8a\0", "\u{fffd}a");
        check(b"\xff\xfea", "");
        assert!(decode(b"a\0b").is_err());
    }
}
