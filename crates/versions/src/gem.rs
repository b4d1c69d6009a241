//! RubyGems' versions: `Gem::Version` of RubyGems 3.
//!
//! Digits and letters in any mixture make a sequence of numbers and words. A word is less than any number, so a version
//! with one is a pre-release; a hyphen reads as the word `pre`. Zeros before the first word and at the end do not count.

use std::cmp::Ordering;

use crate::text::{compare_numbers, consists_of, digits, letters, significant};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a>(&'a str);

impl<'a> Version<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        let (first, rest) = digits(text);
        if first.is_empty() || !(rest.is_empty() || rest.starts_with(['.', '-'])) {
            return Err("it does not begin with a number");
        }
        if !consists_of(text, b".-") {
            return Err("it has a character other than letters, digits, dots and hyphens");
        }
        // Hyphens may be anywhere, even side by side, once the first one has been.
        let (release, pre) = text.split_once('-').unwrap_or((text, "-"));
        if release.split('.').chain(pre.split('.')).any(str::is_empty) {
            return Err("a part is empty");
        }
        Ok(Self(text))
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let (mut a, mut b) = (Segments::of(self.0), Segments::of(other.0));
        loop {
            let order = match (a.next(), b.next()) {
                (None, None) => return Ordering::Equal,
                // Where one ends, zeros follow.
                (a, b) => a.unwrap_or(ZERO).compare(b.unwrap_or(ZERO)),
            };
            if order.is_ne() {
                return order;
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Segment<'a> {
    Word(&'a str),
    /// Without leading zeros.
    Number(&'a str),
}

const ZERO: Segment = Segment::Number("");

impl Segment<'_> {
    fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => compare_numbers(a, b),
            (Self::Word(a), Self::Word(b)) => a.cmp(b),
            (Self::Word(_), Self::Number(_)) => Ordering::Less,
            (Self::Number(_), Self::Word(_)) => Ordering::Greater,
        }
    }
}

/// The segments that count.
struct Segments<'a> {
    rest: &'a str,
    seen_word: bool,
    /// Zeros that turned out to count because of `held`, which follows them.
    zeros: usize,
    held: Option<Segment<'a>>,
}

impl<'a> Segments<'a> {
    fn of(text: &'a str) -> Self {
        Self { rest: text, seen_word: false, zeros: 0, held: None }
    }

    fn read(&mut self) -> Option<Segment<'a>> {
        let text = self.rest.trim_start_matches('.');
        let (segment, rest) = match text.as_bytes().first()? {
            b'-' => (Segment::Word("pre"), text.get(1..)?),
            first if first.is_ascii_digit() => {
                let (number, rest) = digits(text);
                (Segment::Number(significant(number)), rest)
            }
            _ => {
                let (word, rest) = letters(text);
                (Segment::Word(word), rest)
            }
        };
        self.rest = rest;
        Some(segment)
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        if self.held.is_none() {
            let mut zeros = 0;
            let segment = loop {
                match self.read()? {
                    Segment::Number("") => zeros += 1,
                    segment => break segment,
                }
            };
            let first_word = matches!(segment, Segment::Word(_)) && !self.seen_word;
            self.seen_word |= first_word;
            self.zeros = if first_word { 0 } else { zeros };
            self.held = Some(segment);
        }
        if self.zeros == 0 {
            return self.held.take();
        }
        self.zeros -= 1;
        Some(ZERO)
    }
}

#[cfg(test)]
mod tests {
    use crate::Scheme::Gem;
    use crate::testing::{ascending, invalid, valid};

    #[test]
    fn pre_releases_come_before_releases() {
        // Gem::Version's documentation: the list of pre-releases in reverse, and its sentence on a10 and a9.
        ascending(Gem, &["0.9", "1.0.a.2", "1.0.b1", "1.0 = 1 = 1.0.0"]);
        ascending(Gem, &["1.0.a9", "1.0.a10 = 1.0.a.10 = 1.a10"]);
    }

    #[test]
    fn zeros_before_the_first_word_and_at_the_end_do_not_count() {
        ascending(Gem, &["1.0.0.beta1 = 1.beta.1 = 1.beta.1.0", "1.0.0.beta2", "1.0.0.1"]);
        ascending(Gem, &["1.a.0.a", "1.a.0.1", "1.a.1", "1.b"]);
        ascending(Gem, &["1.a.b", "1.a = 1.a.0 = 1.a0", "1.a.0.0.1", "1.a.1"]);
    }

    #[test]
    fn a_hyphen_is_a_pre_release() {
        ascending(Gem, &["7.0.0-rc2", "7.0.0-rc3 = 7.0.0.pre.rc3", "7.0.0-1", "7.0.0"]);
        ascending(Gem, &["1-a", "1--a = 1.pre.pre.a", "1-0 = 1.pre", "1"]);
    }

    #[test]
    fn words_are_case_sensitive() {
        ascending(Gem, &["1.0.RC1", "1.0.alpha", "1.0.rc1", "1.0"]);
    }

    #[test]
    fn four_segments() {
        ascending(Gem, &["2.2.6.1", "2.2.6.2", "3.0.4 = 3.0.4.0", "3.0.4.1"]);
    }

    #[test]
    fn not_versions() {
        valid(Gem, &["0", "1--", "1.2.b3-c.4-", "1.a"]);
        invalid(
            Gem,
            &[
                "",
                "a",
                "v1",
                ".1",
                "1.",
                "1..2",
                "1-",
                "1-a.",
                "1-.a",
                "1.0_1",
                "1.0+1",
                "1 .0",
                "1é",
                "1a",
                "1.0-x86_64",
            ],
        );
    }
}
