//! Gentoo's versions, `number{.number}[letter]{_suffix[number]}[-rnumber]`: Package Manager Specification 9, sections 3.2
//! "Version specifications" and 3.3 "Version comparison".

use std::cmp::Ordering;

use crate::text::{compare_numbers, digits, letters, run};

/// In ascending order.
const SUFFIXES: [&str; 5] = ["alpha", "beta", "pre", "rc", "p"];
/// The only suffix that makes a version later than the same version without it.
const PATCH: usize = 4;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a> {
    /// Numbers with dots between them.
    numbers: &'a str,
    /// At most one, of the small ones.
    letter: &'a str,
    /// Each behind an underscore.
    suffixes: &'a str,
    /// Empty where there is none, which counts as zero.
    revision: &'a str,
}

impl<'a> Version<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        let (text, revision) = match text.split_once("-r") {
            Some((text, revision)) => (text, Some(revision)),
            None => (text, None),
        };
        if revision.is_some_and(|revision| revision.is_empty() || !digits(revision).1.is_empty()) {
            return Err("the revision is not a number");
        }
        let (numbers, rest) = run(text, |byte| byte.is_ascii_digit() || byte == b'.');
        if numbers.split('.').any(str::is_empty) {
            return Err("a number is missing");
        }
        let (letter, suffixes) = run(rest, |byte| byte.is_ascii_lowercase());
        if letter.len() > 1 {
            return Err("more than one letter follows the numbers");
        }
        let mut parts = suffixes.split('_');
        // What stands before the first underscore belongs to no suffix.
        if parts.next().is_some_and(|stray| !stray.is_empty()) {
            return Err("a character is out of place");
        }
        if !parts.all(|part| suffix(part).is_some()) {
            return Err("a suffix is unknown");
        }
        Ok(Self { numbers, letter, suffixes, revision: revision.unwrap_or_default() })
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        compare_components(self.numbers, other.numbers)
            .then_with(|| self.letter.cmp(other.letter))
            .then_with(|| compare_suffixes(self.suffixes, other.suffixes))
            .then_with(|| compare_numbers(self.revision, other.revision))
    }
}

/// Algorithms 3.2 and 3.3.
fn compare_components(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    let first = compare_numbers(a.next().unwrap_or_default(), b.next().unwrap_or_default());
    if first.is_ne() {
        return first;
    }
    loop {
        let order = match (a.next(), b.next()) {
            (Some(a), Some(b)) if a.starts_with('0') || b.starts_with('0') => {
                a.trim_end_matches('0').cmp(b.trim_end_matches('0'))
            }
            (Some(a), Some(b)) => compare_numbers(a, b),
            (None, None) => return Ordering::Equal,
            (a, _) => return if a.is_some() { Ordering::Greater } else { Ordering::Less },
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Algorithms 3.5 and 3.6.
fn compare_suffixes(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('_').skip(1).filter_map(suffix), b.split('_').skip(1).filter_map(suffix));
    let longer = |suffix| if suffix == PATCH { Ordering::Greater } else { Ordering::Less };
    loop {
        let order = match (a.next(), b.next()) {
            (Some((a, number_a)), Some((b, number_b))) => a.cmp(&b).then_with(|| compare_numbers(number_a, number_b)),
            (Some((a, _)), None) => longer(a),
            (None, Some((b, _))) => longer(b).reverse(),
            (None, None) => return Ordering::Equal,
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// A suffix' place in [`SUFFIXES`] and its number, which may be empty and so zero.
fn suffix(text: &str) -> Option<(usize, &str)> {
    let (name, rest) = letters(text);
    let (number, rest) = digits(rest);
    let place = SUFFIXES.iter().position(|known| *known == name)?;
    rest.is_empty().then_some((place, number))
}

#[cfg(test)]
mod tests {
    use crate::Scheme::Portage;
    use crate::testing::{ascending, invalid, valid};

    #[test]
    fn more_numbers_then_letter_then_suffixes_then_revision() {
        ascending(Portage, &["1 = 1-r0 = 1-r00", "1-r1", "1-r10", "1.0 = 1.0-r0", "1.0b", "1.0c", "1.0.0", "1.1", "2"]);
    }

    #[test]
    fn leading_zeros_make_fractions() {
        // Algorithm 3.3: trailing zeros go, then the rest compares as text.
        ascending(Portage, &["1.0 = 1.00", "1.001", "1.01 = 1.010", "1.02", "1.1", "1.2", "1.10"]);
        ascending(Portage, &["01 = 1 = 001", "02", "10"]);
    }

    #[test]
    fn suffixes() {
        // Algorithm 3.6: only `_p` raises a version.
        ascending(
            Portage,
            &[
                "1_alpha = 1_alpha0",
                "1_alpha1",
                "1_beta",
                "1_pre",
                "1_rc_alpha",
                "1_rc = 1_rc-r0",
                "1_rc-r1",
                "1_rc_p = 1_rc_p0",
                "1_rc1",
                "1_rc10",
                "1",
                "1_p_beta",
                "1_p = 1_p0",
                "1_p_p",
                "1_p1",
                "1a",
                "1.0",
            ],
        );
    }

    #[test]
    fn not_versions() {
        valid(Portage, &["1.02b_alpha3_p4-r5", "20240101", "0"]);
        invalid(
            Portage,
            &[
                "",
                "a",
                "v1",
                ".1",
                "1.",
                "1..1",
                "1ab",
                "1A",
                "1_",
                "1_foo",
                "1_p1a",
                "1__p",
                "1-r",
                "1-ra",
                "1-1",
                "1-r1-r2",
                "1.0-r1_p1",
                "1_P",
                "1 ",
                "1é",
                "cvs.1",
                "1.a",
            ],
        );
    }
}
