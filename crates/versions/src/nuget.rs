//! NuGet's versions: NuGet documentation, "Package versioning". Semantic versions with up to four numbers, any of which
//! but the first may be missing and counts as zero, and whose words have no case.
//!
//! NuGet itself reads pre-release numbers above 2³¹ as words; here they are numbers, as Semantic Versioning has them.

use std::cmp::Ordering;
use std::fmt;

use crate::semver::compare_pre_releases;
use crate::text::{compare_ignoring_case, compare_numbers, consists_of, is_number, significant};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a> {
    /// Major, minor, patch and revision; empty where they are missing.
    numbers: [&'a str; 4],
    /// Empty where there is none.
    pre: &'a str,
}

impl<'a> Version<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        let (text, metadata) = match text.split_once('+') {
            Some((text, metadata)) => (text, Some(metadata)),
            None => (text, None),
        };
        let (core, pre) = match text.split_once('-') {
            Some((core, pre)) => (core, Some(pre)),
            None => (text, None),
        };
        let mut numbers = [""; 4];
        let mut parts = core.split('.');
        for (number, part) in numbers.iter_mut().zip(&mut parts) {
            if !is_number(part) {
                return Err("one of the numbers is none");
            }
            *number = part;
        }
        if parts.next().is_some() {
            return Err("there are more than four numbers");
        }
        let mut labels = [pre, metadata].into_iter().flatten().flat_map(|list| list.split('.'));
        if !labels.all(|label| !label.is_empty() && consists_of(label, b"-")) {
            return Err("a label is empty or has a character other than letters, digits and -");
        }
        Ok(Self { numbers, pre: pre.unwrap_or_default() })
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let numbers = self.numbers.iter().zip(other.numbers).map(|(a, b)| compare_numbers(a, b));
        numbers
            .fold(Ordering::Equal, Ordering::then)
            .then_with(|| compare_pre_releases(self.pre, other.pre, compare_ignoring_case))
    }
}

/// The normalized version: three numbers without leading zeros, a fourth where it is not zero, no metadata.
impl fmt::Display for Version<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let [major, minor, patch, revision] = self.numbers.map(|number| match significant(number) {
            "" => "0",
            number => number,
        });
        write!(f, "{major}.{minor}.{patch}")?;
        if revision != "0" {
            write!(f, ".{revision}")?;
        }
        if !self.pre.is_empty() {
            write!(f, "-{}", self.pre)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::Scheme::NuGet;
    use crate::testing::{ascending, invalid, normal};

    #[test]
    fn pre_releases() {
        // NuGet documentation, "Pre-release versions": the list in reverse.
        ascending(
            NuGet,
            &[
                "1.0.1-aaa",
                "1.0.1-alpha",
                "1.0.1-alpha.1",
                "1.0.1-alpha.2",
                "1.0.1-alpha.10",
                "1.0.1-alpha10",
                "1.0.1-alpha2",
                "1.0.1-beta",
                "1.0.1-open",
                "1.0.1-rc",
                "1.0.1-rc.1",
                "1.0.1-rc.2",
                "1.0.1-zzz",
                "1.0.1",
            ],
        );
    }

    #[test]
    fn words_have_no_case_and_metadata_does_not_count() {
        ascending(NuGet, &["1.0.0-ALPHA.1 = 1.0.0-alpha.1 = 1.0-Alpha.01+x", "1.0.0-beta", "1.0.0+A = 1.0.0+b"]);
    }

    #[test]
    fn normalized_versions_are_equal() {
        // NuGet documentation, "Normalized version numbers".
        normal(NuGet, &[("1.00", "1.0.0"), ("1.01.1", "1.1.1"), ("1.00.0.1", "1.0.0.1"), ("1.0.0.0", "1.0.0")]);
        normal(NuGet, &[("1.0.01.0", "1.0.1"), ("1.0.7+r3456", "1.0.7"), ("1", "1.0.0"), ("1.0-Beta", "1.0.0-Beta")]);
        ascending(NuGet, &["13.0.1-beta2", "13.0.1 = 13.0.1.0", "13.0.1.1", "13.0.2"]);
    }

    #[test]
    fn not_versions() {
        invalid(
            NuGet,
            &["", "v1.0", "1.0.0.0.0", "1.", "1..0", "1.a", "1.0-", "1.0+", "1.0-a..b", "1.0-a_b", "1.0-é", "1.*"],
        );
    }
}
