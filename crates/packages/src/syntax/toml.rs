//! TOML documents (TOML 1.0), with the parser's complaints as gaps.

use model::Unreadable;
use serde::Deserialize;
use toml_parser::Source;
use toml_parser::lexer::TokenKind;

/// Reads a whole document. The parser itself refuses to nest too deeply; how wide a document may become is decided here.
pub(crate) fn parse<'a, T: Deserialize<'a>>(content: &'a [u8]) -> Result<T, Unreadable> {
    const MOST: usize = 256 << 20;
    let text = std::str::from_utf8(super::document(content)?)
        .map_err(|error| Unreadable::corrupt(format!("not UTF-8 at byte {}", error.valid_up_to())))?;
    let cost = cost(text);
    if cost > MOST {
        return Err(Unreadable::limit(format!("would take {cost} bytes of memory to read; {MOST} are allowed")));
    }
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = memchr::memchr_iter(b'\n', &content[..at.min(content.len())]).count() + 1;
        Unreadable::corrupt(format!("not the TOML that was expected, at line {line}"))
    })
}

/// About how many bytes of memory the parser will take, rather too many than too few. Every table that a header, a
/// dotted key or a value opens takes a node of a search tree, however little is in it.
fn cost(text: &str) -> usize {
    const TABLE: usize = 2048;
    const VALUE: usize = 256;
    const TOKEN: usize = 32;
    Source::new(text).lex().fold(0_usize, |cost, token| {
        cost.saturating_add(match token.kind() {
            TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket | TokenKind::Dot => TABLE,
            TokenKind::Comma | TokenKind::Equals => VALUE,
            _ => TOKEN,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let outcome = parse::<serde::de::IgnoredAny>(text.as_bytes());
        assert_eq!(outcome.map_or_else(|unreadable| unreadable.kind.name(), |_| "read"), expected);
    }

    #[test]
    fn small_files_that_become_large_are_refused() {
        check("a = 1", "read");
        check("a = \"[.......\" # [......", "read");
        check(&"[a.b.c.d]\n".repeat(100_000), "limit-hit");
        check(&format!("{}a = 1", "a.".repeat(200_000)), "limit-hit");
        check(&"\n".repeat(10_000_000), "limit-hit");
    }

    // As large as those of the largest known workspaces.
    #[test]
    fn honest_lockfiles_are_small_enough() {
        let package = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+https://example.test\"\n\
            checksum = \"00\"\ndependencies = [\n \"b\",\n \"c\",\n \"d\",\n]\n\n";
        check(&package.repeat(10_000), "read");
    }
}
