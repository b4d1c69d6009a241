//! What the line-based databases of package managers have in common: lines, fields, and entries that cannot be read.

use memchr::memchr;
use model::{Facts, Unreadable};

/// The longest text that is taken for a name, a version or another single field. The longest real ones, licences of
/// large TeX packages, stay below a tenth of it.
const FIELD_BYTES: usize = 16 << 10;

/// The lines of a file with the offsets of their first bytes. Ends of lines, `\n` or `\r\n`, are not part of them.
pub(super) struct Lines<'a> {
    content: &'a [u8],
    offset: usize,
}

/// Every line of `content`; what follows the last end of line counts as one when it is not empty.
pub(super) fn lines(content: &[u8]) -> Lines<'_> {
    Lines { content, offset: 0 }
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.offset;
        let rest = self.content.get(start..).filter(|rest| !rest.is_empty())?;
        let length = memchr(b'\n', rest).unwrap_or(rest.len());
        self.offset = start + length + 1;
        let line = &rest[..length];
        Some((start, line.strip_suffix(b"\r").unwrap_or(line)))
    }
}

/// A field's value without the white space around it; none when nothing is left or it is too long to be one.
pub(super) fn field(value: &[u8]) -> Option<&[u8]> {
    let value = value.trim_ascii();
    (!value.is_empty() && value.len() <= FIELD_BYTES).then_some(value)
}

/// As [`field`], as text. Bytes that are not UTF-8, such as names of maintainers in Latin-1, are replaced.
pub(super) fn text(value: &[u8]) -> Option<String> {
    field(value).map(|value| String::from_utf8_lossy(value).into_owned())
}

/// Counts the entries of one file that could not be read, so that a million of them is one gap.
#[derive(Default)]
pub(super) struct Skipped {
    count: usize,
    first: usize,
}

impl Skipped {
    /// One more, which starts at `offset`.
    pub(super) fn add(&mut self, offset: usize) {
        if self.count == 0 {
            self.first = offset;
        }
        self.count += 1;
    }

    /// Writes the gap, if there is one. `what` follows a number: `entries without a name or a version`.
    pub(super) fn report(&self, what: &str, facts: &mut Facts) {
        if self.count > 0 {
            facts.gap(Unreadable::corrupt(format!("{} {what}, the first at byte {}", self.count, self.first)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_on_any_system() {
        let found: Vec<_> = lines(b"a\r\n\nbc\r\r\n\rd").collect();
        assert_eq!(found, [(0, b"a".as_slice()), (3, b""), (4, b"bc\r"), (9, b"\rd")]);
        assert_eq!(lines(b"").count(), 0);
        assert_eq!(lines(b"\n").count(), 1);
    }

    #[test]
    fn a_field_has_something_in_it_and_an_end() {
        assert_eq!(field(b" \t"), None);
        assert_eq!(field(b" a b\t"), Some(b"a b".as_slice()));
        assert_eq!(field(&vec![b'a'; FIELD_BYTES + 1]), None);
        assert_eq!(text(b"Ren\xe9").as_deref(), Some("Ren\u{fffd}"));
    }
}
