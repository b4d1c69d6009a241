//! Files to facts: which files are searched, and what is kept of a secret.

use std::ops::Range;

use model::{Analyzer, Facts, File, Key, Meta, Secret, Spot, Unreadable};

use crate::Kind;
use crate::allow::{self, Allow, Subject};
use crate::assignment::FileKind;
use crate::find::{self, secrets_of};
use crate::noise;
use crate::rule::shape::Shape;
use crate::texts;

/// Looks for secrets in every file that is text, or whose kind keeps texts.
pub static ANALYZER: Analyzer =
    Analyzer { name: "secrets", version: 4, files: &[Key::Head(is_searched).any()], analyze };

/// Larger programs and archives hold megabytes of strings, and secrets that were compiled in stand in small ones.
pub const LARGEST_BINARY: u64 = 16 << 20;
/// A file with more is a list of samples.
const MOST: usize = 1000;

/// Beginnings of files that are no text and hold texts as they are: ELF, Mach-O, Windows' programs, Java's classes,
/// SQLite's databases.
const BINARIES: &[&[u8]] = &[b"\x7FELF", b"\xCF\xFA\xED\xFE", b"MZ", b"\xCA\xFE\xBA\xBE", b"SQLite format 3\0"];

fn is_searched(meta: &Meta, head: &[u8]) -> bool {
    is_wide(head)
        || !head.contains(&0)
        || meta.size <= LARGEST_BINARY && BINARIES.iter().any(|magic| head.starts_with(magic))
}

/// UTF-16 begins with a byte order mark where it is meant to be read by everybody.
fn is_wide(text: &[u8]) -> bool {
    text.starts_with(b"\xFF\xFE") || text.starts_with(b"\xFE\xFF")
}

#[expect(clippy::unnecessary_wraps, reason = "the signature of analyzers")]
fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let narrow;
    let text = if is_wide(file.content) {
        let read = if file.content[0] == 0xFF { u16::from_le_bytes } else { u16::from_be_bytes };
        let units = file.content[2..].as_chunks::<2>().0.iter().map(|unit| read(*unit));
        narrow = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>();
        narrow.as_bytes()
    } else {
        file.content
    };
    let path = file.path.to_text();
    let mut seen = Position { line: 1, begins: 0, at: 0 };
    for found in all(text, &path, allow::active()) {
        let start = found.span().start;
        seen.advance(text, start);
        let column = u32::try_from(start - seen.begins + 1).unwrap_or(u32::MAX);
        facts.secret(keep(&found, text, &path, Spot::File { line: seen.line, column }));
    }
    Ok(())
}

/// A secret of one of our kinds, or of a rule that a user brought along, which has an id.
pub enum Found {
    Ours(find::Secret),
    Own(String, Range<usize>),
}

impl Found {
    pub(crate) fn span(&self) -> &Range<usize> {
        match self {
            Self::Ours(secret) => &secret.span,
            Self::Own(_, span) => span,
        }
    }
}

/// All secrets in a text, in their order. Where a rule of a user finds what one of our kinds does, the kind says more.
pub fn all(text: &[u8], path: &str, allow: Option<&Allow>) -> Vec<Found> {
    let ours = secrets_of(text, FileKind::of(path.as_bytes()));
    let mut all: Vec<Found> = ours.into_iter().take(MOST).map(Found::Ours).collect();
    let own = allow.map_or(&[][..], Allow::own);
    if own.is_empty() {
        return all;
    }
    let lower = text.to_ascii_lowercase();
    for rule in own {
        for span in rule.find(path, text, &lower, MOST) {
            let meets = |other: &Found| other.span().start < span.end && span.start < other.span().end;
            let subject = subject(&rule.id, path, 0, text, &span);
            if !span.is_empty() && all.len() < MOST && !all.iter().any(meets) && !rule.excepts(&subject) {
                all.push(Found::Own(rule.id.clone(), span));
            }
        }
    }
    all.sort_by_key(|found| found.span().start);
    all
}

/// What is kept of a secret.
pub fn keep(found: &Found, text: &[u8], path: &str, spot: Spot) -> Secret {
    let line = if let Spot::File { line, .. } = spot { line } else { 0 };
    let (id, kind, secret, notes) = match found {
        Found::Ours(found) => (found.kind.id, Some(found.kind), found.text(text), found.notes.clone()),
        Found::Own(id, span) => (&**id, None, &text[span.clone()], Vec::new()),
    };
    let fingerprint = fingerprint(secret);
    let pair = if let Found::Ours(found) = found { found.pair(text) } else { None };
    texts::remember(id, &fingerprint, secret, pair);
    let excepted = || allow::active()?.verdict(&Subject { secret, ..subject(id, path, line, text, found.span()) });
    let shown = || noise::set_aside(path.as_bytes(), text, found.span()).map(str::to_owned);
    Secret {
        kind: id.to_owned(),
        spot,
        redacted: redact(kind, secret),
        fingerprint,
        allowed: allow::comment(text, found.span()).or_else(excepted).or_else(shown),
        notes,
        committed: None,
    }
}

/// A secret as exceptions look at it.
fn subject<'a>(kind: &'a str, path: &'a str, line: u32, text: &'a [u8], span: &Range<usize>) -> Subject<'a> {
    // A line has an end for whoever looks at lines of 2 GB.
    const REACH: usize = 1024;
    let from = span.start.saturating_sub(REACH);
    let from = memchr::memrchr(b'\n', &text[from..span.start]).map_or(from, |end| from + end + 1);
    let to = text.len().min(span.end + REACH);
    let to = memchr::memchr(b'\n', &text[span.end..to]).map_or(to, |end| span.end + end);
    Subject { kind, path, line, commit: None, secret: &text[span.clone()], text: &text[from..to] }
}

/// What everybody knows of it, a text with which all of its kind begin, and its length.
fn redact(kind: Option<&Kind>, secret: &[u8]) -> String {
    let shapes = kind.map_or(&[][..], |kind| kind.shapes);
    let known = shapes.iter().map(Shape::prefix).filter(|prefix| secret.starts_with(prefix.as_bytes()));
    let known = known.max_by_key(|prefix| prefix.len()).unwrap_or_default();
    format!("{known}… ({} characters)", secret.len())
}

/// A keyed hash (BLAKE3), so that nobody who has tables of hashes finds the text in them.
pub fn fingerprint(secret: &[u8]) -> String {
    let key = blake3::derive_key("plimsoll 2026 fingerprints of secrets", b"");
    blake3::keyed_hash(&key, secret).to_hex()[..32].to_owned()
}

/// A place in a text, from which the next one is found without starting again.
struct Position {
    line: u32,
    /// Where the line begins.
    begins: usize,
    at: usize,
}

impl Position {
    fn advance(&mut self, text: &[u8], to: usize) {
        for end in memchr::memchr_iter(b'\n', &text[self.at..to]) {
            self.line = self.line.saturating_add(1);
            self.begins = self.at + end + 1;
        }
        self.at = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{AnalyzerId, Budget, What};

    fn check(content: &[u8], expected: &[(&str, u32, u32)]) {
        let (path, budget) = ("srv/.env".into(), Budget::default());
        let meta = Meta { size: content.len() as u64, mode: 0o644 };
        let mut facts = Facts::new(AnalyzerId::new("secrets"), "srv/.env".into(), &budget);
        analyze(&File { path: &path, meta, content, budget: &budget }, &mut facts).unwrap();
        let (facts, _) = facts.into_parts();
        let seen: Vec<_> = facts
            .iter()
            .map(|fact| match &fact.what {
                What::Secret(Secret { redacted, spot: Spot::File { line, column }, .. }) => {
                    (&**redacted, *line, *column)
                }
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(seen, expected);
    }

    const TOKEN: &str = concat!("ghp", "_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");

    #[test]
    fn the_place_is_kept_and_the_text_is_not() {
        check(format!("a=1\n\nT={TOKEN}\n").as_bytes(), &[("ghp_… (40 characters)", 3, 3)]);
        check(b"a=1\n", &[]);
    }

    #[test]
    fn wide_text_is_read() {
        let wide = |unit: fn(u16) -> [u8; 2]| {
            format!("\u{FEFF}x\nT={TOKEN}").encode_utf16().flat_map(unit).collect::<Vec<_>>()
        };
        check(&wide(u16::to_le_bytes), &[("ghp_… (40 characters)", 2, 3)]);
        check(&wide(u16::to_be_bytes), &[("ghp_… (40 characters)", 2, 3)]);
    }

    #[test]
    fn texts_and_small_programs_are_searched() {
        let meta = |size| Meta { size, mode: 0o755 };
        assert!(is_searched(&meta(5), b"text\n"));
        assert!(is_searched(&meta(100), b"\x7FELF\0\0"));
        assert!(!is_searched(&meta(17 << 20), b"\x7FELF\0\0"));
        assert!(!is_searched(&meta(100), b"\x89PNG\0"));
    }
}
