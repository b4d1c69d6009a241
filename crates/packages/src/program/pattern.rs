//! Patterns over the bytes of a program, and the search for them. Their language is explained beside the build script.
//!
//! Time is proportional to the file: a search jumps from one occurrence of a literal to the next, and what is looked at
//! around each is bounded by [`MOST_VERSION`] and its like.

use memchr::memmem;

/// Bytes of the longest version.
const MOST_VERSION: usize = 48;
const MOST_DIGITS: usize = 20;
const MOST_WORD: usize = 32;
const MOST_ZEROS: usize = 32;

/// Something that stands in a file, with one version in it.
pub(super) struct Pattern {
    pub(super) parts: &'static [Part],
    /// The part that is the version.
    pub(super) version: usize,
    /// The literal to search for; none where only the version's first dot is left.
    pub(super) anchor: Option<usize>,
}

/// A piece of a pattern.
pub(super) enum Part {
    /// These bytes.
    Literal(&'static [u8]),
    /// The version.
    Version(Shape),
    /// So many hexadecimal digits, letters small.
    Hex(u8),
    /// Decimal digits.
    Digits,
    /// Small letters and digits.
    Word,
    /// Zero bytes.
    Zeros,
    /// The beginning of the file.
    Start,
}

/// What a version looks like.
pub(super) enum Shape {
    /// Numbers with dots between, at least two.
    Numbers,
    /// So many numbers with dots between.
    NumbersOf(u8),
    /// Three numbers, and perhaps more behind `-` or `+` (Semantic Versioning 2.0.0).
    Semantic,
    /// Anything of letters, digits and `.+_~-` that begins with a digit.
    Any,
}

impl Pattern {
    /// The version at the first place where the pattern fits. With a release, it begins with that and a dot.
    pub(super) fn find<'a>(&self, content: &'a [u8], release: Option<&[u8]>) -> Option<&'a str> {
        let release = release.map(|release| [release, b"."].concat());
        let (needle, before): (&[u8], usize) = match (self.anchor, &release) {
            (Some(anchor), _) => match self.parts[anchor] {
                Part::Literal(literal) => (literal, self.longest(anchor)),
                _ => return None,
            },
            (None, Some(release)) => (release, self.longest(self.version)),
            (None, None) => (b".", self.longest(self.version) + MOST_DIGITS),
        };
        let mut next = 0;
        for at in memmem::find_iter(content, needle) {
            // What was tried for the last occurrence is not tried again.
            for start in next.max(at.saturating_sub(before))..=at {
                let Some(version) = self.at(content, start) else { continue };
                if release.as_ref().is_none_or(|release| version.as_bytes().starts_with(release)) {
                    return Some(version);
                }
            }
            next = at + 1;
        }
        None
    }

    /// Bytes that the parts before one have at most.
    fn longest(&self, part: usize) -> usize {
        self.parts[..part].iter().map(Part::longest).sum()
    }

    /// The version, if the pattern fits here.
    fn at<'a>(&self, content: &'a [u8], start: usize) -> Option<&'a str> {
        let (before, after) = (&self.parts[..self.version], &self.parts[self.version + 1..]);
        let Part::Version(shape) = &self.parts[self.version] else { return None };
        let follow = |parts: &[Part], at| parts.iter().try_fold(at, |at, part| part.end(content, at));
        let from = follow(before, start)?;
        if before.is_empty() && start.checked_sub(1).is_some_and(|before| is_of_version(content[before])) {
            return None;
        }
        let most = content.get(from..)?;
        let most = &most[..most.len().min(MOST_VERSION)];
        let length = most.iter().take_while(|&&byte| shape.may_have(byte)).count();
        // The longest first: what follows may itself begin with a digit.
        let end = (1..=length).rev().find(|&end| shape.accepts(&most[..end]) && follow(after, from + end).is_some())?;
        std::str::from_utf8(&most[..end]).ok()
    }
}

impl Part {
    /// Bytes that it has at most.
    fn longest(&self) -> usize {
        match self {
            Self::Literal(literal) => literal.len(),
            Self::Version(_) => MOST_VERSION,
            Self::Hex(count) => usize::from(*count),
            Self::Digits => MOST_DIGITS,
            Self::Word => MOST_WORD,
            Self::Zeros => MOST_ZEROS,
            Self::Start => 0,
        }
    }

    /// Where it ends, if it fits here.
    fn end(&self, content: &[u8], at: usize) -> Option<usize> {
        let rest = content.get(at..)?;
        let run = |accepts: fn(&u8) -> bool| {
            let length = rest.iter().take(self.longest()).take_while(|byte| accepts(byte)).count();
            (length > 0).then_some(length)
        };
        Some(
            at + match self {
                Self::Literal(literal) => rest.starts_with(literal).then_some(literal.len())?,
                Self::Hex(count) => run(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
                    .filter(|length| *length == usize::from(*count))?,
                Self::Digits => run(u8::is_ascii_digit)?,
                Self::Word => run(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())?,
                Self::Zeros => run(|byte| *byte == 0)?,
                Self::Start => (at == 0).then_some(0)?,
                Self::Version(_) => return None,
            },
        )
    }
}

impl Shape {
    fn may_have(&self, byte: u8) -> bool {
        match self {
            Self::Numbers | Self::NumbersOf(_) => byte.is_ascii_digit() || byte == b'.',
            Self::Semantic | Self::Any => is_of_version(byte),
        }
    }

    /// Whether a text of such bytes is a version.
    fn accepts(&self, text: &[u8]) -> bool {
        match self {
            Self::Numbers => numbers(text).is_some_and(|count| count >= 2),
            Self::NumbersOf(wanted) => numbers(text) == Some(*wanted),
            Self::Semantic => {
                let end = text.iter().position(|byte| b"-+".contains(byte)).unwrap_or(text.len());
                numbers(&text[..end]) == Some(3) && text.last().is_some_and(u8::is_ascii_alphanumeric)
            }
            Self::Any => {
                text.first().is_some_and(u8::is_ascii_digit)
                    && text.last().is_some_and(|last| last.is_ascii_alphanumeric() || *last == b'+')
            }
        }
    }
}

/// How many numbers there are with dots between, where there is nothing else.
fn numbers(text: &[u8]) -> Option<u8> {
    text.split(|&byte| byte == b'.').try_fold(0_u8, |count, number| {
        let is_number = !number.is_empty() && number.iter().all(u8::is_ascii_digit);
        is_number.then(|| count.saturating_add(1))
    })
}

fn is_of_version(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".+_~-".contains(&byte)
}
