//! TOML documents (TOML 1.0), with the parser's complaints as gaps.

use model::Unreadable;
use serde::Deserialize;

/// Reads a whole document. The parser itself refuses to nest too deeply.
pub(super) fn parse<'a, T: Deserialize<'a>>(content: &'a [u8]) -> Result<T, Unreadable> {
    let text = std::str::from_utf8(content)
        .map_err(|error| Unreadable::corrupt(format!("not UTF-8 at byte {}", error.valid_up_to())))?;
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = memchr::memchr_iter(b'\n', &content[..at.min(content.len())]).count() + 1;
        Unreadable::corrupt(format!("not the TOML that was expected, at line {line}"))
    })
}
