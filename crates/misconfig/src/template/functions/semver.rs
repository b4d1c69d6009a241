//! Versions and what is asked of them (Sprig, "Semantic Version Functions"; Masterminds/semver 3, "Checking Version
//! Constraints").

use std::cmp::Ordering;

use super::{Function, Needs, function};
use crate::template::datum::Datum;

pub(super) const FUNCTIONS: &[Function] = &[
    function("semver", (1, 1), Needs::Known, |call| {
        let text = call.text(0)?;
        let version = Version::read(&text).ok_or("this is no version")?;
        let number = |at: usize| Datum::Int(i64::try_from(version.numbers[at]).unwrap_or(i64::MAX));
        Ok(Datum::record([
            ("Major", number(0)),
            ("Metadata", Datum::text(version.metadata)),
            ("Minor", number(1)),
            ("Original", Datum::text(&*text)),
            ("Patch", number(2)),
            ("Prerelease", Datum::text(version.prerelease)),
        ]))
    }),
    function("semverCompare", (2, 2), Needs::Decided, |call| {
        let (asked, text) = (call.text(0)?, call.text(1)?);
        let version = Version::read(&text).ok_or("this is no version")?;
        Ok(Datum::Bool(holds(&asked, &version).ok_or("this is no constraint")?))
    }),
];

/// A version, of which the later numbers may be missing.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Version<'t> {
    numbers: [u64; 3],
    /// How many of the numbers are there.
    given: usize,
    prerelease: &'t str,
    metadata: &'t str,
}

impl<'t> Version<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (text, metadata) = text.split_once('+').unwrap_or((text, ""));
        let (text, prerelease) = text.split_once('-').unwrap_or((text, ""));
        let mut version = Version { numbers: [0; 3], given: 0, prerelease, metadata };
        for part in text.split('.') {
            if matches!(part, "x" | "X" | "*") {
                return (version.given < 3).then_some(version);
            }
            *version.numbers.get_mut(version.given)? = part.parse().ok()?;
            version.given += 1;
        }
        Some(version)
    }

    fn order(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| match (self.prerelease, other.prerelease) {
            (a, b) if a == b => Ordering::Equal,
            ("", _) => Ordering::Greater,
            (_, "") => Ordering::Less,
            (a, b) => parts_in_turn(a, b),
        })
    }
}

/// Semantic Versioning 2, section 11: numbers by size and before words, words by their bytes.
fn parts_in_turn(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match (a.parse::<u64>(), b.parse::<u64>()) {
                (Ok(a), Ok(b)) => a.cmp(&b),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => a.cmp(b),
            },
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Whether a version is one that is asked for; nothing where that cannot be read.
fn holds(asked: &str, version: &Version<'_>) -> Option<bool> {
    let mut any = false;
    for group in asked.split("||") {
        any |= all(group, version)?;
    }
    Some(any)
}

fn all(group: &str, version: &Version<'_>) -> Option<bool> {
    if let Some((low, high)) = group.split_once(" - ") {
        return Some(one(">=", low.trim(), version)? && one("<=", high.trim(), version)?);
    }
    let mut rest = group.trim();
    let mut every = true;
    if rest.is_empty() {
        return one("", "*", version);
    }
    while !rest.is_empty() {
        let length = rest.find(|it: char| !"=!<>~^".contains(it)).unwrap_or(rest.len());
        let (sign, after) = rest.split_at(length);
        let after = after.trim_start();
        let end = after.find([' ', ',']).unwrap_or(after.len());
        every &= one(sign, &after[..end], version)?;
        rest = after[end..].trim_start_matches([' ', ',']);
    }
    Some(every)
}

fn one(sign: &str, text: &str, version: &Version<'_>) -> Option<bool> {
    let wanted = Version::read(text)?;
    // One that was not released is only meant where such a one is named.
    if !version.prerelease.is_empty() && wanted.prerelease.is_empty() {
        return Some(false);
    }
    let order = version.order(&wanted);
    let same = |count: usize| version.numbers[..count] == wanted.numbers[..count];
    let is_open = wanted.given < 3;
    Some(match sign {
        "" | "=" if is_open => same(wanted.given),
        "" | "=" => order.is_eq(),
        "!=" if is_open => !same(wanted.given),
        "!=" => order.is_ne(),
        ">" if is_open => !same(wanted.given) && order.is_gt(),
        ">" => order.is_gt(),
        "<" => order.is_lt(),
        ">=" | "=>" => order.is_ge(),
        "<=" | "=<" if is_open => same(wanted.given) || order.is_lt(),
        "<=" | "=<" => order.is_le(),
        "~" | "~>" => order.is_ge() && same(wanted.given.min(2)),
        "^" => {
            let fixed = match wanted.numbers {
                [0, 0, _] if wanted.given == 3 => 3,
                [0, _, _] if wanted.given >= 2 => 2,
                _ => 1,
            };
            order.is_ge() && same(fixed.min(wanted.given))
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_hold_as_documented() {
        for (asked, version, expected) in [
            (">=1.19-0", "1.33.0", true),
            (">=1.19-0", "v1.18.9-gke.1", false),
            (">=1.21-0", "1.25.3-eks-1", true),
            (">=1.21", "1.25.3-eks-1", false),
            ("^1.2.3", "1.9.9", true),
            ("^1.2.3", "2.0.0", false),
            ("^0.2.3", "0.3.0", false),
            ("^0.0.3", "0.0.4", false),
            ("^0", "0.9.9", true),
            ("~1.2.3", "1.2.9", true),
            ("~1.2.3", "1.3.0", false),
            ("~1", "1.9.0", true),
            ("1.2.x", "1.2.7", true),
            ("*", "3.0.0", true),
            ("1.2 - 1.4.5", "1.4.5", true),
            ("1.2 - 1.4.5", "1.4.6", false),
            ("< 1.0 || >= 2.0, < 3.0", "2.5.0", true),
            ("< 1.0 || >= 2.0, < 3.0", "1.5.0", false),
            (">= 1.2 < 3.0.0", "1.2.0", true),
            ("!=1.2.3", "1.2.3", false),
            ("<=11.x", "11.4.0", true),
            (">11", "11.1.0", false),
            ("1.0.0-beta.2", "1.0.0-beta.11", false),
            (">=1.0.0-beta.2", "1.0.0-beta.11", true),
        ] {
            assert_eq!(holds(asked, &Version::read(version).unwrap()), Some(expected), "{asked} {version}");
        }
        assert_eq!(holds("=>=", &Version::read("1.0.0").unwrap()), None);
        assert!(Version::read("latest").is_none());
    }
}
