//! JSON Web Keys (RFC 7517; RFC 7518, section 6): objects of short names, in which only one value is secret.

/// How far the type of a key may stand from its number.
const REACH: usize = 1500;

/// The kind of the value that begins at `at`, if it is the secret number of a key: `"d"` of a pair, `"k"` of a symmetric key.
pub fn kind(text: &[u8], at: usize) -> Option<&'static str> {
    let before = text[..at].strip_suffix(b"\"")?.trim_ascii_end().strip_suffix(b":")?.trim_ascii_end();
    let kind = match before {
        [.., b'"', b'd', b'"'] => "jwk-private-key",
        [.., b'"', b'k', b'"'] => "jwk-symmetric-key",
        _ => return None,
    };
    let around = &text[at.saturating_sub(REACH)..text.len().min(at + REACH)];
    memchr::memmem::find(around, b"\"kty\"").map(|_| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(kind(text.as_bytes(), text.find("AAAA").unwrap()), expected, "{text}");
    }

    #[test]
    fn only_one_number_is_secret() {
        check(r#"{"kty":"EC","crv":"P-256","x":"BB","d":"AAAA"}"#, Some("jwk-private-key"));
        check(r#"{"k" : "AAAA", "kty": "oct"}"#, Some("jwk-symmetric-key"));
        check(r#"{"kty":"EC","x":"AAAA","y":"BB"}"#, None);
        check(r#"{"a":1,"d":"AAAA"}"#, None);
        check("AAAA", None);
    }
}
