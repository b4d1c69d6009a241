//! WordPress' keys and salts (its handbook, `wp-config.php`): sixty-four visible characters, most of which stand in no token.

use std::ops::Range;

const NAMES: [&[u8]; 8] = [
    b"AUTH_KEY",
    b"SECURE_AUTH_KEY",
    b"LOGGED_IN_KEY",
    b"NONCE_KEY",
    b"AUTH_SALT",
    b"SECURE_AUTH_SALT",
    b"LOGGED_IN_SALT",
    b"NONCE_SALT",
];
const LENGTH: usize = 64;

/// The salt after a name that ends with `end`, a quotation mark or `=`, included.
pub fn parse(text: &[u8], end: &Range<usize>) -> Option<Range<usize>> {
    let name = &text[..end.end - 1];
    NAMES.iter().any(|known| name.ends_with(known)).then_some(())?;
    let mut at = end.end;
    // `define('AUTH_KEY',         '…');` and `AUTH_KEY='…'`.
    if text[end.end - 1] != b'=' {
        (text.get(at) == Some(&b',')).then_some(())?;
        at += 1;
        at += text[at..].iter().take(40).take_while(|byte| **byte == b' ' || **byte == b'\t').count();
    }
    let quote = *text.get(at).filter(|quote| matches!(quote, b'\'' | b'"'))?;
    let salt = text.get(at + 1..at + 1 + LENGTH)?;
    let visible = |byte: &u8| (b' '..0x7F).contains(byte) && *byte != quote;
    (salt.iter().all(visible) && text.get(at + 1 + LENGTH) == Some(&quote)).then_some(at + 1..at + 1 + LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, end: &str, expected: bool) {
        let start = text.find(end).unwrap();
        assert_eq!(parse(text.as_bytes(), &(start..start + end.len())).is_some(), expected, "{text}");
    }

    #[test]
    fn salts_have_sixty_four_characters() {
        let salt = "a|B ~9{#".repeat(8);
        check(&format!("define('AUTH_KEY',   '{salt}');"), "_KEY'", true);
        check(&format!("NONCE_SALT='{salt}'"), "_SALT=", true);
        check(&format!("define('AUTH_KEY', '{}');", &salt[1..]), "_KEY'", false);
        check(&format!("define('DOOR_KEY', '{salt}');"), "_KEY'", false);
        check("define('AUTH_KEY', 'put your unique phrase here');", "_KEY'", false);
        check("'AUTH_KEY'", "_KEY'", false);
    }
}
