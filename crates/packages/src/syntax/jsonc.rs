//! JSON with comments and commas behind the last value, as people write settings ("JSON with Comments", jsonc.org; the
//! trailing commas as in JSON5): made into plain JSON of the same length, so that complaints name the right place.

use model::Unreadable;

/// The document with spaces where comments and trailing commas were.
pub(crate) fn plain(content: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let mut plain = super::document(content)?.to_vec();
    let mut at = 0;
    // A comma that nothing but space and comments has followed so far.
    let mut comma = None;
    while at < plain.len() {
        let rest = &plain[at..];
        let length = match rest {
            [b'"', ..] => string(rest),
            [b'/', b'/', ..] => memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len()),
            [b'/', b'*', ..] => memchr::memmem::find(&rest[2..], b"*/").map_or(rest.len(), |end| end + 4),
            _ => 1,
        };
        match plain[at] {
            b'/' if length > 1 => {
                // Lines keep their numbers.
                for byte in &mut plain[at..at + length] {
                    if *byte != b'\n' {
                        *byte = b' ';
                    }
                }
            }
            b',' => comma = Some(at),
            b']' | b'}' => {
                if let Some(comma) = comma.take() {
                    plain[comma] = b' ';
                }
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => comma = None,
        }
        at += length;
    }
    Ok(plain)
}

/// How long the string at the beginning is, with its quotes.
fn string(rest: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) = memchr::memchr2(b'"', b'\\', &rest[at.min(rest.len())..]) {
        at += found;
        if rest[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(String::from_utf8_lossy(&plain(text.as_bytes()).unwrap()), expected);
    }

    #[test]
    fn comments_and_trailing_commas_become_spaces() {
        check("[1, 2, // x\n]", "[1, 2      \n]");
        check("{\"a\": [1,],}", "{\"a\": [1 ] }");
        check("[1 /* , ] \n */, 2]", "[1        \n   , 2]");
    }

    #[test]
    fn strings_stay_as_they_are() {
        check(r#"["//x", "/* \" */,]", "\\",]"#, r#"["//x", "/* \" */,]", "\\" ]"#);
        check(r#"["open \"#, r#"["open \"#);
        check("/", "/");
        check("/*", "  ");
    }
}
