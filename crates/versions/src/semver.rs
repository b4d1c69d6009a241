//! Semantic Versioning 2.0.0, read with the two liberties that registries' advisories take: a `v` in front, and missing
//! minor and patch numbers, which count as zero.

use std::cmp::Ordering;
use std::fmt;

use crate::text::{compare_filled, compare_numbers, consists_of, is_number, significant};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a> {
    major: &'a str,
    /// Empty where it is missing, as is the patch.
    minor: &'a str,
    patch: &'a str,
    /// Empty where there is none, as is the build: neither can be empty and there.
    pre: &'a str,
    build: &'a str,
}

impl<'a> Version<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (text, build) = match text.split_once('+') {
            Some((text, build)) => (text, Some(build)),
            None => (text, None),
        };
        let (core, pre) = match text.split_once('-') {
            Some((core, pre)) => (core, Some(pre)),
            None => (text, None),
        };
        let mut numbers = core.split('.');
        let mut number = || match numbers.next() {
            None => Ok(""),
            Some(number) if !is_number(number) => Err("major, minor or patch is not a number"),
            Some(number) if has_leading_zero(number) => Err("major, minor or patch begins with a zero"),
            Some(number) => Ok(number),
        };
        let (major, minor, patch) = (number()?, number()?, number()?);
        if numbers.next().is_some() {
            return Err("there are more than three numbers");
        }
        let identifiers = || [pre, build].into_iter().flatten().flat_map(|list| list.split('.'));
        if identifiers().any(str::is_empty) {
            return Err("an identifier is empty");
        }
        if !identifiers().all(|identifier| consists_of(identifier, b"-")) {
            return Err("an identifier has a character other than letters, digits and -");
        }
        let (pre, build) = (pre.unwrap_or_default(), build.unwrap_or_default());
        if pre.split('.').any(|identifier| is_number(identifier) && has_leading_zero(identifier)) {
            return Err("a number in the pre-release begins with a zero");
        }
        Ok(Self { major, minor, patch, pre, build })
    }

    /// Whether nothing is left out that an identifier would have to follow.
    pub(crate) fn is_whole(&self) -> bool {
        !self.patch.is_empty() || (self.pre.is_empty() && self.build.is_empty())
    }

    /// Precedence, section 11: the build does not count.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        compare_numbers(self.major, other.major)
            .then_with(|| compare_numbers(self.minor, other.minor))
            .then_with(|| compare_numbers(self.patch, other.patch))
            .then_with(|| compare_pre_releases(self.pre, other.pre, str::cmp))
    }

    /// What section 10 leaves open: no build comes before all, and builds are ordered as pre-releases are.
    pub(crate) fn compare_builds(&self, other: &Self) -> Ordering {
        compare_identifiers(self.build, other.build, str::cmp)
    }
}

/// All three numbers, without the `v`.
impl fmt::Display for Version<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let [minor, patch] = [self.minor, self.patch].map(|number| if number.is_empty() { "0" } else { number });
        write!(f, "{}.{minor}.{patch}", self.major)?;
        for (sign, identifiers) in [('-', self.pre), ('+', self.build)] {
            if !identifiers.is_empty() {
                write!(f, "{sign}{identifiers}")?;
            }
        }
        Ok(())
    }
}

/// Section 11.3 and 11.4, with an order of words of the caller's. No pre-release comes after all.
pub(crate) fn compare_pre_releases(a: &str, b: &str, words: impl Fn(&str, &str) -> Ordering) -> Ordering {
    if a.is_empty() || b.is_empty() {
        return a.is_empty().cmp(&b.is_empty());
    }
    compare_identifiers(a, b, words)
}

/// Numbers before words, and the shorter list first.
fn compare_identifiers(a: &str, b: &str, words: impl Fn(&str, &str) -> Ordering) -> Ordering {
    let identifiers = |a: &str, b: &str| match (is_number(a), is_number(b)) {
        (true, true) => compare_numbers(a, b),
        (false, false) => words(a, b),
        (a_is_number, _) => {
            if a_is_number {
                Ordering::Less
            } else {
                Ordering::Greater
            }
        }
    };
    // No identifier is empty, so a missing one can be told from all others: it is the lowest.
    compare_filled(a.split('.'), b.split('.'), "", |a, b| {
        if a.is_empty() || b.is_empty() { b.is_empty().cmp(&a.is_empty()) } else { identifiers(a, b) }
    })
}

fn has_leading_zero(number: &str) -> bool {
    number.len() > 1 && significant(number).len() < number.len()
}

#[cfg(test)]
mod tests {
    use crate::Scheme::Semver;
    use crate::testing::{ascending, invalid, normal, valid};

    #[test]
    fn precedence() {
        // semver.org, section 11, points 2 and 4.
        ascending(Semver, &["1.0.0", "2.0.0", "2.1.0", "2.1.1"]);
        ascending(
            Semver,
            &[
                "1.0.0-alpha",
                "1.0.0-alpha.1",
                "1.0.0-alpha.beta",
                "1.0.0-beta",
                "1.0.0-beta.2",
                "1.0.0-beta.11",
                "1.0.0-rc.1",
                "1.0.0",
            ],
        );
    }

    #[test]
    fn builds_do_not_count() {
        ascending(Semver, &["111.15.0+1.1.1k", "111.16.0 = 111.16.0+1.1.1l = 111.16.0+1.1.1m"]);
        ascending(Semver, &["1.0.0-a+x = 1.0.0-a+y-z = 1.0.0-a"]);
    }

    #[test]
    fn words_are_ordered_by_their_bytes() {
        ascending(Semver, &["1.0.0--", "1.0.0-0a", "1.0.0-A", "1.0.0-Z", "1.0.0-a", "1.0.0-a-b", "1.0.0-ab"]);
        ascending(Semver, &["1.0.0-0", "1.0.0-1", "1.0.0-99999999999999999999999", "1.0.0-0a"]);
    }

    #[test]
    fn advisories_leave_things_out() {
        ascending(Semver, &["0 = 0.0.0", "v1 = 1.0.0 = 1.0", "1.2-rc.1", "1.2 = v1.2.0", "1.2.1"]);
        normal(Semver, &[("v1.2", "1.2.0"), ("0", "0.0.0"), ("1.2-rc.1+b", "1.2.0-rc.1+b"), ("1.2.3+b", "1.2.3+b")]);
    }

    #[test]
    fn the_grammar_is_kept() {
        // semver.org, section 2, 9 and 10.
        valid(
            Semver,
            &["1.0.0-x.7.z.92", "1.0.0-x-y-z.--", "1.0.0+20130313144700", "1.0.0-beta+exp.sha.5114f85", "1.0.0+01"],
        );
        valid(Semver, &["1.0.0-0alpha.00a", "1.0.0+a-b"]);
        invalid(
            Semver,
            &["1.0.0-01", "01.0.0", "1.00.0", "1.0.0-", "1.0.0+", "1.0.0-a..b", "1.0.0-a+b+c", "1.0.0-a_b"],
        );
        invalid(
            Semver,
            &["", "v", "vv1", "a.b.c", "1.", "1..0", ".1", "1.0.0.0", "-1", "1.0.0é", "1.0.0-é", "1.0.x", "^1.0"],
        );
    }
}
