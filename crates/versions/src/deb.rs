//! Debian's versions, `[epoch:]upstream[-revision]`: Debian Policy 5.6.12, deb-version(7).
//!
//! What dpkg refuses to install is no version here; what it only frowns upon is refused as well, since a package that
//! was built by its tools cannot have it.

use std::cmp::Ordering;

use crate::text::{compare_numbers, consists_of, digits, is_number, run, significant};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a> {
    epoch: &'a str,
    upstream: &'a str,
    revision: &'a str,
}

impl<'a> Version<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        let (epoch, rest) = match text.split_once(':') {
            Some((epoch, rest)) if is_number(epoch) => (significant(epoch), rest),
            Some(_) => return Err("the epoch is not a number"),
            None => ("", text),
        };
        let (upstream, revision) = match rest.rsplit_once('-') {
            Some((_, "")) => return Err("nothing follows the last hyphen"),
            Some(parts) => parts,
            None => (rest, ""),
        };
        // dpkg's limit, and the only one that it has.
        if !epoch.is_empty() && epoch.parse::<i32>().is_err() {
            return Err("the epoch is too large");
        }
        if !upstream.starts_with(|first: char| first.is_ascii_digit()) {
            return Err("the upstream version does not begin with a digit");
        }
        if !consists_of(upstream, b".+-~:") {
            return Err("the upstream version has a character other than letters, digits and .+-~:");
        }
        if !consists_of(revision, b".+~") {
            return Err("the revision has a character other than letters, digits and .+~");
        }
        Ok(Self { epoch, upstream, revision })
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        compare_numbers(self.epoch, other.epoch)
            .then_with(|| compare_parts(self.upstream, other.upstream))
            .then_with(|| compare_parts(self.revision, other.revision))
    }
}

/// By turns a run of other characters and a number, either of which may be empty: an absent revision equals `0`.
pub(crate) fn compare_parts(mut a: &str, mut b: &str) -> Ordering {
    while !(a.is_empty() && b.is_empty()) {
        let (others_a, rest_a) = run(a, |byte| !byte.is_ascii_digit());
        let (others_b, rest_b) = run(b, |byte| !byte.is_ascii_digit());
        let (number_a, rest_a) = digits(rest_a);
        let (number_b, rest_b) = digits(rest_b);
        let order = compare_others(others_a, others_b).then_with(|| compare_numbers(number_a, number_b));
        if order.is_ne() {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
    Ordering::Equal
}

/// A tilde is below the end of a part, which is below letters, which are below everything else.
fn compare_others(a: &str, b: &str) -> Ordering {
    const END: u16 = 1;
    fn weight(byte: u8) -> u16 {
        match byte {
            b'~' => END - 1,
            letter if letter.is_ascii_alphabetic() => u16::from(letter),
            other => u16::from(other) + 256,
        }
    }
    a.bytes().map(weight).chain([END]).cmp(b.bytes().map(weight).chain([END]))
}

#[cfg(test)]
mod tests {
    use crate::Scheme::Deb;
    use crate::testing::{ascending, invalid, valid};

    #[test]
    fn tilde_sorts_before_the_end() {
        // Debian Policy 5.6.12.1, the list of parts in sorted order, each behind a digit.
        ascending(Deb, &["1~~", "1~~a", "1~", "1", "1a"]);
        // deb-version(7), "Sorting algorithm", example.
        ascending(Deb, &["1.0~beta1~svn1245", "1.0~beta1", "1.0"]);
    }

    #[test]
    fn letters_sort_before_other_characters() {
        ascending(Deb, &["1.0", "1.0a", "1.0b", "1.0z", "1.0+", "1.0.", "1.0.a"]);
        ascending(Deb, &["1.0-1A", "1.0-1Z", "1.0-1a", "1.0-1z", "1.0-1+b1"]);
    }

    #[test]
    fn epochs_decide_first() {
        ascending(Deb, &["0:1.2 = 1.2 = 00:1.2", "21.1.7-1", "1:0.4", "2:0~0", "10:0"]);
    }

    #[test]
    fn a_missing_revision_equals_zero() {
        ascending(Deb, &["1.0-0~1", "1.0 = 1.0-0 = 1.0-00", "1.0-0ubuntu1", "1.0-0.1", "1.0-1"]);
    }

    #[test]
    fn numbers_compare_by_value() {
        ascending(Deb, &["1.2.9", "1.2.10 = 1.2.010", "1.2.10a", "1.3"]);
        ascending(Deb, &["2.0.36~rc1~dfsg-6", "2.0.36~rc1~dfsg-6.1+deb7u10", "2.0.36~rc2", "2.0.36"]);
    }

    #[test]
    fn an_empty_number_counts_as_zero() {
        // dpkg's own comparison: an absent number and a written zero have the same value.
        ascending(Deb, &["1.a = 1.a0", "1.a1"]);
    }

    #[test]
    fn the_first_colon_and_the_last_hyphen_separate() {
        valid(Deb, &["002147483647:1", "1:2:3", "1-2-3", "1.0--1", "0"]);
        ascending(Deb, &["1:2:3", "1:2:4"]);
        ascending(Deb, &["1-2-3", "1-10-1"]);
    }

    #[test]
    fn not_versions() {
        invalid(
            Deb,
            &[
                "", ":1", "a:1", "-1:1", "1:", "1-", "1:-1", "-1", "a1", "~1", "1_0", "1,0", "1 0", "1-1_1", "1-1:1",
                "1é",
            ],
        );
    }
}
