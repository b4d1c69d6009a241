//! Arch Linux' versions, `[epoch:]pkgver[-pkgrel]`: vercmp(8) and PKGBUILD(5).
//!
//! Numbers and words compare as in RPM, but how many separators stand before them counts first, and a word right behind
//! a number makes a version earlier. Where one side has no release, releases are not compared. So versions are no total
//! order, for that reason, and because a version that ends in a separator is above any word and below any number there:
//! `1.` > `1..a` > `1.1` > `1.`. Without those two kinds they are.

use std::cmp::Ordering;

use crate::text::{compare_numbers, digits, epoch, letters, run};

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
        // makepkg lets no other character into a package.
        let (_, bad) = run(upstream, |byte| byte.is_ascii_graphic() && !matches!(byte, b':' | b'/'));
        if upstream.is_empty() || !bad.is_empty() {
            return Err("the version is empty or has a space, a colon, a slash or a character that is not ASCII");
        }
        let (_, bad) = run(release.unwrap_or_default(), |byte| byte.is_ascii_digit() || byte == b'.');
        if release.is_some_and(str::is_empty) || !bad.is_empty() {
            return Err("the release is empty or has a character other than digits and dots");
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

fn compare_parts(mut a: &str, mut b: &str) -> Ordering {
    while !(a.is_empty() || b.is_empty()) {
        let (separators_a, rest_a) = run(a, |byte| !byte.is_ascii_alphanumeric());
        let (separators_b, rest_b) = run(b, |byte| !byte.is_ascii_alphanumeric());
        (a, b) = (rest_a, rest_b);
        if a.is_empty() || b.is_empty() {
            break;
        }
        let (number_a, after_number_a) = digits(a);
        let (number_b, after_number_b) = digits(b);
        let (word_a, after_word_a) = letters(a);
        let (word_b, after_word_b) = letters(b);
        // Of number and word one is empty, on either side; words are below numbers.
        let order = (separators_a.len().cmp(&separators_b.len()))
            .then_with(|| number_a.is_empty().cmp(&number_b.is_empty()).reverse())
            .then_with(|| compare_numbers(number_a, number_b))
            .then_with(|| word_a.cmp(word_b));
        if order.is_ne() {
            return order;
        }
        a = if number_a.is_empty() { after_word_a } else { after_number_a };
        b = if number_b.is_empty() { after_word_b } else { after_number_b };
    }
    // What is left over on one side makes it the later one, unless it begins with a word.
    let is_word = |rest: &str| rest.starts_with(|first: char| first.is_ascii_alphabetic());
    match (a.is_empty(), b.is_empty()) {
        (true, true) => Ordering::Equal,
        (true, false) => {
            if is_word(b) {
                Ordering::Greater
            } else {
                Ordering::Less
            }
        }
        _ => {
            if is_word(a) {
                Ordering::Less
            } else {
                Ordering::Greater
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Scheme::Pacman;
    use crate::testing::{ascending, invalid, valid};

    #[test]
    fn the_manuals_lists() {
        // vercmp(8), "Version comparison".
        ascending(Pacman, &["1.0a", "1.0b", "1.0beta", "1.0p", "1.0pre", "1.0rc", "1.0", "1.0.a", "1.0.1"]);
        ascending(Pacman, &["1", "1.0", "1.1", "1.1.1", "1.2", "2.0", "3.0.0"]);
    }

    #[test]
    fn epochs_and_releases() {
        ascending(Pacman, &["0:1.0-1 = 1.0-1 = :1.0-1", "1.0-1.1", "1.0-2", "1.0-10", "9-1", "1:0.1-1"]);
        ascending(Pacman, &["1.0-1 = 1.0", "1.0.1-1"]);
    }

    #[test]
    fn separators_count_by_number_only() {
        ascending(Pacman, &["2.0.r5 = 2_0+r5", "2.0.r6", "2.0.1", "2.0..1", "2.0..2"]);
        ascending(Pacman, &["1.9", "1.10 = 1.010"]);
    }

    #[test]
    fn a_separator_at_the_end() {
        // By hand from vercmp(8): what is left over makes a version later unless it is a word.
        ascending(Pacman, &["1.0.a", "1.0. = 1.0..", "1.0.1"]);
        ascending(Pacman, &["1.0", "1.0."]);
    }

    #[test]
    fn not_versions() {
        valid(Pacman, &["1.0.r5.gabc-1", "1.0+1,2@3~4", "2:1-1.2"]);
        invalid(Pacman, &["", ":", "1:", "1-", "-1", "1-2-3", "1-a", "x:1", "1:2:3", "1/2", "1 0", "1é", "1-1é"]);
    }
}
