//! Composer's versions: composer/semver, `VersionParser::normalize`, and the order of PHP's `version_compare` of what
//! that makes. Up to four numbers, of which missing ones count as zero, and behind them a stability with its own numbers:
//! `dev` < `alpha` < `beta` < `RC` < none < `patch`. Case and build metadata do not matter, nor does a `v` in front.
//!
//! - Dates may have more numbers, with colons and hyphens between them: `2010-01-02`, `20100102-203040`.
//! - `1.0.x-dev` is a branch that comes after every `1.0`: what is open there is higher than any number so far.
//! - `dev-master` is a branch as well, but one that Composer itself puts in no order with any version; it is none here.

use std::cmp::Ordering;
use std::iter::repeat_n;

use crate::text::{compare_filled, compare_lists, compare_numbers, digits, run, strip_prefix_ignoring_case};

/// What an `x` counts for, in Composer's own words.
const OPEN: &str = "9999999";
/// Dates with a time have this many numbers at most.
const MOST_NUMBERS: usize = 8;

/// Longer names first where one begins with another.
const STABILITIES: [(&str, Stability); 9] = [
    ("stable", Stability::Stable),
    ("beta", Stability::Beta),
    ("b", Stability::Beta),
    ("rc", Stability::Candidate),
    ("alpha", Stability::Alpha),
    ("a", Stability::Alpha),
    ("patch", Stability::Patch),
    ("pl", Stability::Patch),
    ("p", Stability::Patch),
];

/// In ascending order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stability {
    Development,
    Alpha,
    Beta,
    Candidate,
    Stable,
    Patch,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a> {
    /// Numbers and `x`, with separators between them.
    numbers: &'a str,
    /// How many they are.
    count: usize,
    is_branch: bool,
    stability: Stability,
    /// The stability's own numbers, with separators between them and in front.
    counts: &'a str,
    /// A development version of what the stability says.
    dev: bool,
}

impl<'a> Version<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        if strip_prefix_ignoring_case(text, "dev-").is_some() {
            return Err("a branch has no place among versions");
        }
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let (text, metadata) = match text.split_once('+') {
            Some((text, metadata)) => (text, Some(metadata)),
            None => (text, None),
        };
        if metadata
            .is_some_and(|metadata| metadata.is_empty() || !run(metadata, |byte| byte.is_ascii_graphic()).1.is_empty())
        {
            return Err("the build metadata is empty or has a space or a character that is not ASCII");
        }
        let (numbers, count, is_branch, rest) = numbers(text)?;
        let (stability, counts, dev) = modifier(rest)?;
        if is_branch && stability != Stability::Development {
            return Err("a number is open, and it does not end with dev");
        }
        Ok(Self { numbers, count, is_branch, stability, counts, dev })
    }

    fn numbers(&self) -> impl Iterator<Item = &'a str> {
        let numbers = self.numbers.split(['.', ':', '-']).map(|part| if is_open(part) { OPEN } else { part });
        numbers.chain(repeat_n(if self.is_branch { OPEN } else { "" }, 4usize.saturating_sub(self.count)))
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let counts = |version: &Self| version.counts.split(['.', '-']).filter(|count| !count.is_empty());
        compare_filled(self.numbers(), other.numbers(), "", compare_numbers)
            .then_with(|| self.stability.cmp(&other.stability))
            .then_with(|| compare_lists(counts(self), counts(other)))
            .then_with(|| other.dev.cmp(&self.dev))
    }
}

/// Splits off the numbers, and says how many they are and whether one of them is open.
fn numbers(text: &str) -> Result<(&str, usize, bool, &str), &'static str> {
    let (first, mut rest) = digits(text);
    if first.is_empty() {
        return Err("it does not begin with a number");
    }
    // A year, or all of a date.
    let is_date = first.len() >= 4;
    let (mut count, mut is_branch) = (1, false);
    while let Some(part) = rest.strip_prefix('.').or_else(|| rest.strip_prefix([':', '-']).filter(|_| is_date)) {
        let (number, behind) = if part.starts_with(is_open_character) { part.split_at(1) } else { digits(part) };
        if number.is_empty() {
            break;
        }
        is_branch |= is_open(number);
        (count, rest) = (count + 1, behind);
    }
    if count > if is_date { MOST_NUMBERS } else { 4 } {
        return Err("there are too many numbers");
    }
    let (numbers, rest) = text.split_at(text.len() - rest.len());
    Ok((numbers, count, is_branch, rest))
}

fn is_open(part: &str) -> bool {
    part.starts_with(is_open_character)
}

fn is_open_character(character: char) -> bool {
    matches!(character, 'x' | 'X' | '*')
}

/// Reads what follows the numbers: stability, its numbers, and whether it is a development version.
fn modifier(text: &str) -> Result<(Stability, &str, bool), &'static str> {
    let text = text.strip_prefix(['.', '_', '-']).unwrap_or(text);
    let named =
        STABILITIES.iter().find_map(|(name, stability)| Some((*stability, strip_prefix_ignoring_case(text, name)?)));
    let (stability, text) = named.unwrap_or((Stability::Stable, text));
    let mut rest = text;
    while named.is_some() {
        let (number, behind) = digits(rest.strip_prefix(['.', '-']).unwrap_or(rest));
        if number.is_empty() {
            break;
        }
        rest = behind;
    }
    let (counts, rest) = text.split_at(text.len() - rest.len());
    let dev = match rest.strip_prefix(['.', '-']).unwrap_or(rest) {
        _ if rest.is_empty() => false,
        dev if dev.eq_ignore_ascii_case("dev") => true,
        _ => return Err("what follows the numbers is no stability"),
    };
    Ok(match (named.is_some(), stability) {
        (false, _) if dev => (Stability::Development, "", false),
        // Composer looks no further.
        (true, Stability::Stable) => (Stability::Stable, "", false),
        _ => (stability, counts, dev),
    })
}

#[cfg(test)]
mod tests {
    use crate::Scheme::Composer;
    use crate::testing::{ascending, invalid, valid};

    #[test]
    fn stabilities() {
        // PHP manual, "version_compare": the order of its special forms.
        ascending(
            Composer,
            &[
                "1.0.0-dev",
                "1.0.0-alpha1-dev",
                "1.0.0-alpha1 = 1.0.0-a1 = 1.0.0.a.1",
                "1.0.0-beta = 1.0.0-b",
                "1.0.0-beta1",
                "1.0.0-beta2 = 1.0.0beta2",
                "1.0.0-beta10",
                "1.0.0-RC1 = 1.0.0-rc-1 = 1.0.0_rc.1",
                "1.0.0 = 1.0.0-stable = 1.0.0-stable1",
                "1.0.0-patch-dev",
                "1.0.0-patch = 1.0.0-p = 1.0.0-pl",
                "1.0.0-p1",
                "1.0.1-dev",
            ],
        );
    }

    // Versions of packages: Magento's patches, Drupal's stabilities, Symfony's and Google's candidates.
    #[test]
    fn as_packages_write_them() {
        ascending(Composer, &["2.4.4-beta1", "2.4.4", "2.4.4-p2", "2.4.4-p9", "2.4.4-p10", "2.4.5", "2.4.5-p1"]);
        ascending(Composer, &["v3.7.0rc1 = v3.7.0-RC1", "v3.7.0-rc.3", "v3.7.0"]);
        ascending(Composer, &["v3.1.0-alpha-1 = 3.1.0-alpha1", "3.1"]);
    }

    #[test]
    fn numbers_that_are_missing_are_zero() {
        ascending(Composer, &["1 = v1.0 = V1.0.0 = 1.0.0.0 = 1.00", "1.0.0.1", "1.0.1", "1.10", "2"]);
    }

    #[test]
    fn a_numbered_branch_comes_after_its_releases() {
        // VersionParser::normalizeBranch: `1.x` is `1.9999999.9999999.9999999-dev`.
        ascending(
            Composer,
            &["1.0.9999998", "1.0.x-dev = 1.0.*-dev = v1.0.X.x-dev", "1.1-dev", "1.1", "1.x-dev", "2.0"],
        );
    }

    #[test]
    fn dates() {
        ascending(Composer, &["2010.1.1", "2010-01-02 = 2010.01.02 = 2010:01:02", "2010-01-02.5", "2010-10-01"]);
        ascending(Composer, &["20100102", "20100102-203040-beta1", "20100102-203040", "20100102-203040-p1"]);
    }

    #[test]
    fn build_metadata_does_not_count() {
        ascending(Composer, &["1.0.0-beta.5+foo = 1.0.0-beta5", "1.0.0+foo = 1.0.0+foo@bar = 1.0.0"]);
    }

    #[test]
    fn not_versions() {
        valid(Composer, &["1.0.0RC1dev", "1.0.0-rC15-dev", "0.1", "1.0.0.RC.15-dev", "00.01.03.04"]);
        // Some of what composer/semver's documentation of `normalize` refuses, and unordered branches.
        invalid(Composer, &["", "a", "v", "1.0.0-meh", "1.0.0.0.0", "1.0.0+", "1.0.0+foo bar", "1.0-2", "^1.0"]);
        invalid(Composer, &["dev-master", "DEV-x", "master", "1.x", "x-dev", "1.0.0-SNAPSHOT", "feature-foo", "1.0é"]);
        invalid(Composer, &["1.0.x-beta-dev", "1.0.0-devel", "1.0@dev", "1.x.x.x.x-dev"]);
    }
}
