//! RPM's versions, `[epoch:]version[-release]`: rpm-version(7).
//!
//! Version and release are sequences of numbers, words, tildes and carets; all other characters only separate. Where
//! one side has no release, as in dependencies and advisories, releases are not compared. So versions are no total
//! order: `1-1` and `1-2` both equal `1`, but not each other. With releases on all sides, or on none, they are.

use std::cmp::Ordering;

use crate::text::{compare_numbers, consists_of, digits, epoch, letters};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a> {
    epoch: &'a str,
    upstream: &'a str,
    release: Option<&'a str>,
}

impl<'a> Version<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        let (epoch, rest) = epoch(text);
        let (upstream, release) = match rest.split_once('-') {
            Some((upstream, release)) => (upstream, Some(release)),
            None => (rest, None),
        };
        for part in [Some(upstream), release].into_iter().flatten() {
            if part.is_empty() {
                return Err("the version or the release is empty");
            }
            // rpmbuild lets no other character into a package; a hyphen would make it unclear where the release begins.
            if !consists_of(part, b"._+~^") {
                return Err("the version or the release has a character other than letters, digits and ._+~^");
            }
        }
        Ok(Self { epoch, upstream, release })
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let releases = || match (self.release, other.release) {
            (Some(a), Some(b)) => compare_parts(a, b),
            _ => Ordering::Equal,
        };
        compare_numbers(self.epoch, other.epoch)
            .then_with(|| compare_parts(self.upstream, other.upstream))
            .then_with(releases)
    }
}

/// In ascending order, where the kinds differ.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Segment<'a> {
    Tilde,
    End,
    Caret,
    Word(&'a str),
    Number(&'a str),
}

fn compare_parts(mut a: &str, mut b: &str) -> Ordering {
    loop {
        let order = match (next(&mut a), next(&mut b)) {
            (Segment::End, Segment::End) => return Ordering::Equal,
            (Segment::Number(a), Segment::Number(b)) => compare_numbers(a, b),
            (a, b) => a.cmp(&b),
        };
        if order.is_ne() {
            return order;
        }
    }
}

fn next<'a>(text: &mut &'a str) -> Segment<'a> {
    let start = text.trim_start_matches(|c: char| !(c.is_ascii_alphanumeric() || c == '~' || c == '^'));
    let (segment, rest) = match start.as_bytes().first() {
        None => (Segment::End, ""),
        Some(b'~') => (Segment::Tilde, start.get(1..).unwrap_or_default()),
        Some(b'^') => (Segment::Caret, start.get(1..).unwrap_or_default()),
        Some(first) if first.is_ascii_digit() => {
            let (number, rest) = digits(start);
            (Segment::Number(number), rest)
        }
        Some(_) => {
            let (word, rest) = letters(start);
            (Segment::Word(word), rest)
        }
    };
    *text = rest;
    segment
}

#[cfg(test)]
mod tests {
    use crate::Scheme::Rpm;
    use crate::testing::{ascending, invalid, valid};

    #[test]
    fn segments_compare_by_kind_and_value() {
        // rpm-version(7), "Version comparison": the rules, each by hand.
        ascending(Rpm, &["1.0", "1.0.1", "2.0"]);
        ascending(Rpm, &["5.5p1", "5.5p2", "5.5p10"]);
        ascending(Rpm, &["6.0", "6.0.rc1", "6.1"]);
        ascending(Rpm, &["xyz10", "xyz10.1", "8", "10xyz", "10.1xyz"]);
        ascending(Rpm, &["10a2", "10b", "10b1"]);
        ascending(Rpm, &["1.0a", "1.0aa", "1.0b", "1.0.0"]);
        ascending(Rpm, &["20101121", "20101122"]);
    }

    #[test]
    fn separators_are_alike_and_zeros_lead_nowhere() {
        ascending(Rpm, &["2_0 = 2.0 = 2+0 = 2..0 = 2.00 = 02.0. = _2_0"]);
        ascending(Rpm, &["1.9", "1.010 = 1.10"]);
    }

    #[test]
    fn words_are_case_sensitive() {
        ascending(Rpm, &["1.A", "1.Z", "1.a", "1.z"]);
    }

    #[test]
    fn tilde_is_below_and_caret_above() {
        // rpm-version(7), "Tilde and caret".
        ascending(Rpm, &["1.0~rc1^git1", "1.0~rc1^git2"]);
        ascending(Rpm, &["1.0~rc1", "1.0~rc1^git1", "1.0~rc2", "1.0", "1.0^", "1.0^git1", "1.0^git2", "1.01"]);
        ascending(Rpm, &["1.0^git1~pre", "1.0^git1"]);
        ascending(Rpm, &["1.0^20160101", "1.0.1", "1.0.1^20160101"]);
        ascending(Rpm, &["1~~", "1~", "1", "1^", "1^^", "1a", "1.1"]);
    }

    #[test]
    fn epoch_then_version_then_release() {
        ascending(Rpm, &["0:1.0-1 = 1.0-1 = :1.0-1", "1.0-1.el9", "1.0-2", "1.1-1", "9-9", "1:0.1-1"]);
        ascending(Rpm, &["21.0.8-1.el10.alma.1", "1:21.0.8-1.el10", "1:21.0.8-1.el10.alma.1"]);
    }

    #[test]
    fn a_missing_release_equals_any() {
        ascending(Rpm, &["1.0-1 = 1.0", "1.1"]);
        ascending(Rpm, &["1.0-2 = 1.0", "1.1"]);
    }

    #[test]
    fn not_versions() {
        valid(Rpm, &["0", "_", "1.0~", "0:29.3.azl3"]);
        invalid(
            Rpm,
            &["", ":", "1:", "1-", "-1", "1-2-3", "x:1", "(none):1-1", "1:1:1", "0: 1.2", "1-2,1-3", "1.%{x}"],
        );
    }
}
