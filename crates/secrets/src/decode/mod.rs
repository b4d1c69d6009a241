//! Texts inside texts: base64, hexadecimal digits and escapes, taken apart where a cheap test says it pays.

mod escapes;

use std::ops::Range;

pub use escapes::unescape;

/// A text inside another one.
pub struct Inner {
    /// Where it stands.
    pub span: Range<usize>,
    /// How it is written.
    pub how: &'static str,
    /// What it says.
    pub text: Vec<u8>,
}

/// No text is looked for further inside others.
pub const DEEPEST: usize = 2;
/// Shorter texts hold no secret with its name.
const SHORTEST: usize = 24;
/// Longer ones are files of their own.
const LONGEST: usize = 1 << 16;
/// So many bytes of text do not come by chance: one in a hundred thousand.
const PROOF: usize = 12;

/// The text that is written in base64 or hexadecimal digits around `run`, but not before `from`.
pub fn inner(text: &[u8], run: &Range<usize>, from: usize) -> Option<Inner> {
    let digits = &text[run.clone()];
    if digits.len() >= 2 * PROOF && digits.len().is_multiple_of(2) && digits.iter().all(u8::is_ascii_hexdigit) {
        let decoded = hex(&digits[..2 * PROOF]).filter(|start| is_text(start));
        return decoded.and_then(|_| hex(digits)).filter(|text| is_text(text)).map(|text| Inner {
            span: run.clone(),
            how: "hexadecimal digits",
            text,
        });
    }
    let before = text[from.max(run.start.saturating_sub(LONGEST))..run.start].iter().rev();
    let start = run.start - before.take_while(|byte| sextet(**byte).is_some()).count();
    let after = text[run.end..].iter().take(LONGEST);
    let end = run.end + after.take_while(|byte| sextet(**byte).is_some()).count();
    let body = &text[start..end];
    if body.len() < SHORTEST || !base64(&body[..PROOF / 3 * 4]).is_some_and(|start| is_text(&start)) {
        return None;
    }
    let whole = &body[..body.len() - usize::from(body.len() % 4 == 1)];
    let decoded = base64(whole).filter(|decoded| is_text(decoded))?;
    let padding = text[end..].iter().take(2).take_while(|byte| **byte == b'=').count();
    Some(Inner { span: start..end + padding, how: "base64", text: decoded })
}

/// Whether bytes are a text, but for a few.
pub fn is_text(bytes: &[u8]) -> bool {
    let odd = bytes.iter().filter(|byte| !(byte.is_ascii_graphic() || byte.is_ascii_whitespace())).count();
    odd * 20 <= bytes.len() && odd * PROOF <= bytes.len()
}

/// The bytes that a text in base64 stands for (RFC 4648, sections 4 and 5), with or without padding. None where it is not.
pub fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let padding = text.iter().rev().take(2).take_while(|byte| **byte == b'=').count();
    let body = &text[..text.len() - padding];
    (body.len() >= 2 && body.len() % 4 != 1).then_some(())?;
    let mut out = Vec::with_capacity(body.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for &byte in body {
        bits = bits << 6 | u32::from(sextet(byte)?);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count & 0xFF) as u8);
        }
    }
    Some(out)
}

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

fn hex(text: &[u8]) -> Option<Vec<u8>> {
    text.as_chunks::<2>().0.iter().map(|pair| Some(nibble(pair[0])? << 4 | nibble(pair[1])?)).collect()
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_its_specification() {
        // RFC 4648, section 10.
        for (text, expected) in
            [("Zm9vYmFy", "foobar"), ("Zm9vYmE=", "fooba"), ("Zm9vYg==", "foob"), ("Zm9vYg", "foob")]
        {
            assert_eq!(base64(text.as_bytes()).unwrap(), expected.as_bytes());
        }
        assert_eq!(base64(b"-_-_").unwrap(), base64(b"+/+/").unwrap());
        for text in ["", "=", "Zm9vY", "Zm9v Ym", "===="] {
            assert_eq!(base64(text.as_bytes()), None, "{text}");
        }
    }

    fn check(text: &str, expected: Option<(&str, &str)>) {
        let start = text.rfind(|letter: char| !letter.is_ascii_alphanumeric() && letter != '=').map_or(0, |at| at + 1);
        let length = text[start..].find('=').unwrap_or(text.len() - start);
        let seen = inner(text.as_bytes(), &(start..start + length), 0);
        let seen = seen.map(|inner| (text[inner.span].to_owned(), String::from_utf8(inner.text).unwrap()));
        assert_eq!(seen, expected.map(|(span, inner)| (span.to_owned(), inner.to_owned())), "{text}");
    }

    #[test]
    fn texts_are_found_in_digits() {
        check("x: dXNlcjogYWRhCnBhc3M6IGZpc2g=", Some(("dXNlcjogYWRhCnBhc3M6IGZpc2g=", "user: ada\npass: fish")));
        check(
            "x: 757365723a206164610a706173733a2066697368",
            Some(("757365723a206164610a706173733a2066697368", "user: ada\npass: fish")),
        );
        check("x: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", None);
        check("x: kX9mP2qLw7kX9mP2qLw7kX9mP2qLw7", None);
        check("x: dXNlcjog", None);
    }
}
