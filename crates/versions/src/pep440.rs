//! Python's versions: PEP 440, whose grammar is that of appendix B.

use std::cmp::Ordering;
use std::fmt;

use crate::text::{
    compare_filled, compare_ignoring_case, compare_numbers, digits, is_number, run, significant,
    strip_prefix_ignoring_case as strip,
};

/// Longer spellings before their own beginnings.
const PRE_RELEASES: [(&str, Pre); 8] = [
    ("alpha", Pre::Alpha),
    ("a", Pre::Alpha),
    ("beta", Pre::Beta),
    ("b", Pre::Beta),
    ("preview", Pre::Candidate),
    ("pre", Pre::Candidate),
    ("rc", Pre::Candidate),
    ("c", Pre::Candidate),
];
const POST_RELEASES: [(&str, ()); 3] = [("post", ()), ("rev", ()), ("r", ())];
const DEVELOPMENT: [(&str, ()); 1] = [("dev", ())];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Pre {
    Alpha,
    Beta,
    Candidate,
}

/// Numbers that are left out are empty, and so zero.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a> {
    epoch: &'a str,
    /// Numbers with dots between them.
    release: &'a str,
    pre: Option<(Pre, &'a str)>,
    post: Option<&'a str>,
    dev: Option<&'a str>,
    /// Empty where there is none.
    local: &'a str,
}

impl<'a> Version<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        let space = |c| matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c');
        let text = text.trim_matches(space);
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let (epoch, text) = match digits(text) {
            (epoch, rest) if !epoch.is_empty() && rest.starts_with('!') => (epoch, rest.get(1..).unwrap_or_default()),
            _ => ("", text),
        };
        let (release, rest) = release(text).ok_or("it does not begin with a number")?;
        let (pre, rest) = labelled(rest, &PRE_RELEASES);
        let (post, rest) = match rest.strip_prefix('-').map(digits) {
            Some((number, rest)) if !number.is_empty() => (Some(((), number)), rest),
            _ => labelled(rest, &POST_RELEASES),
        };
        let (dev, rest) = labelled(rest, &DEVELOPMENT);
        let local = match rest.strip_prefix('+') {
            Some(local) if local.split(SEPARATORS).all(|part| !part.is_empty() && run(part, is_word).1.is_empty()) => {
                local
            }
            Some(_) => return Err("the local version has an empty part or a character other than letters and digits"),
            None if rest.is_empty() => "",
            None => return Err("something follows the release that is no pre-, post- or development release"),
        };
        Ok(Self {
            epoch,
            release,
            pre,
            post: post.map(|((), number)| number),
            dev: dev.map(|((), number)| number),
            local,
        })
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        compare_numbers(self.epoch, other.epoch)
            .then_with(|| compare_filled(self.release.split('.'), other.release.split('.'), "", compare_numbers))
            .then_with(|| self.compare_pre(other))
            .then_with(|| compare_optional(self.post, other.post))
            .then_with(|| match (self.dev, other.dev) {
                (Some(a), Some(b)) => compare_numbers(a, b),
                // A development release comes before what it leads to.
                (a, b) => b.is_some().cmp(&a.is_some()),
            })
            .then_with(|| compare_locals(self.local, other.local))
    }

    /// Development releases of a final release come before its pre-releases.
    fn compare_pre(&self, other: &Self) -> Ordering {
        let rank = |version: &Self| match version {
            Self { pre: None, post: None, dev: Some(_), .. } => 0,
            Self { pre: Some(_), .. } => 1,
            _ => 2,
        };
        match (self.pre, other.pre) {
            (Some((a, number_a)), Some((b, number_b))) => a.cmp(&b).then_with(|| compare_numbers(number_a, number_b)),
            _ => rank(self).cmp(&rank(other)),
        }
    }
}

/// The normal form: PEP 440, "Normalization".
impl fmt::Display for Version<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let plain = |number| match significant(number) {
            "" => "0",
            number => number,
        };
        if !significant(self.epoch).is_empty() {
            write!(f, "{}!", plain(self.epoch))?;
        }
        for (i, number) in self.release.split('.').enumerate() {
            write!(f, "{}{}", if i == 0 { "" } else { "." }, plain(number))?;
        }
        if let Some((pre, number)) = self.pre {
            let label = match pre {
                Pre::Alpha => "a",
                Pre::Beta => "b",
                Pre::Candidate => "rc",
            };
            write!(f, "{label}{}", plain(number))?;
        }
        for (label, number) in [("post", self.post), ("dev", self.dev)] {
            if let Some(number) = number {
                write!(f, ".{label}{}", plain(number))?;
            }
        }
        for (i, part) in self.local.split(SEPARATORS).enumerate().filter(|(_, part)| !part.is_empty()) {
            f.write_str(if i == 0 { "+" } else { "." })?;
            if is_number(part) {
                f.write_str(plain(part))?;
            } else {
                part.chars().try_for_each(|c| write!(f, "{}", c.to_ascii_lowercase()))?;
            }
        }
        Ok(())
    }
}

const SEPARATORS: [char; 3] = ['.', '-', '_'];

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

/// Numbers with dots between them; a dot without a number behind it is no longer one of them.
fn release(text: &str) -> Option<(&str, &str)> {
    let (first, mut rest) = digits(text);
    if first.is_empty() {
        return None;
    }
    while let Some((number, after)) = rest.strip_prefix('.').map(digits)
        && !number.is_empty()
    {
        rest = after;
    }
    Some((text.get(..text.len().checked_sub(rest.len())?)?, rest))
}

/// One of the labels, with an optional separator before and after it and the number behind it, if the text begins so.
fn labelled<'a, T: Copy>(text: &'a str, labels: &[(&str, T)]) -> (Option<(T, &'a str)>, &'a str) {
    let skip = |text: &'a str| text.strip_prefix(SEPARATORS).unwrap_or(text);
    let start = skip(text);
    for (label, kind) in labels {
        if let Some(rest) = strip(start, label) {
            let (number, rest) = digits(skip(rest));
            return (Some((*kind, number)), rest);
        }
    }
    (None, text)
}

fn compare_optional(a: Option<&str>, b: Option<&str>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => compare_numbers(a, b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

/// Words come before numbers; what is longer comes later.
fn compare_locals(a: &str, b: &str) -> Ordering {
    compare_filled(a.split(SEPARATORS), b.split(SEPARATORS), "", |a, b| match (is_number(a), is_number(b)) {
        (true, true) => compare_numbers(a, b),
        (false, false) => compare_ignoring_case(a, b),
        (a_is_number, b_is_number) => a_is_number.cmp(&b_is_number),
    })
}

#[cfg(test)]
mod tests {
    use crate::Scheme::Pep440;
    use crate::testing::{ascending, invalid, normal};

    #[test]
    fn summary_of_permitted_suffixes_and_relative_ordering() {
        // PEP 440, the section of that name.
        ascending(
            Pep440,
            &[
                "1.dev0",
                "1.0.dev456",
                "1.0a1",
                "1.0a2.dev456",
                "1.0a12.dev456",
                "1.0a12",
                "1.0b1.dev456",
                "1.0b2",
                "1.0b2.post345.dev456",
                "1.0b2.post345",
                "1.0rc1.dev456",
                "1.0rc1",
                "1.0",
                "1.0+abc.5",
                "1.0+abc.7",
                "1.0+5",
                "1.0.post456.dev34",
                "1.0.post456",
                "1.0.15",
                "1.1.dev1",
            ],
        );
    }

    #[test]
    fn releases_are_padded_with_zeros() {
        // PEP 440, "Final releases" and "Version epochs".
        ascending(Pep440, &["0.9", "0.9.1", "0.9.10", "0.9.11", "1.0 = 1 = 1.0.0.0", "1.0.1", "1.1", "2.0", "2.0.1"]);
        ascending(Pep440, &["1.0", "1.1", "2.0", "2013.10", "2014.04 = 2014.4", "1!1.0", "1!1.1", "1!2.0"]);
    }

    #[test]
    fn local_versions() {
        ascending(Pep440, &["2.6.0", "2.6.0+a", "2.6.0+a.b", "2.6.0+ab", "2.6.0+cu124", "2.6.0+cu126", "2.6.0+0"]);
        ascending(
            Pep440,
            &["1.0+ubuntu.1 = 1.0+Ubuntu-1 = 1.0+UBUNTU_01", "1.0+ubuntu.2", "1.0+1", "1.0+1.a", "1.0+1.1"],
        );
    }

    #[test]
    fn normalization() {
        // PEP 440, "Normalization": one of each of its sections.
        normal(Pep440, &[("1.1RC1", "1.1rc1"), ("00", "0"), ("09000", "9000"), ("1.0+foo0100", "1.0+foo0100")]);
        normal(Pep440, &[("1.1.a1", "1.1a1"), ("1.1-a1", "1.1a1"), ("1.0a.1", "1.0a1"), ("1.1alpha1", "1.1a1")]);
        normal(
            Pep440,
            &[("1.1beta2", "1.1b2"), ("1.1c3", "1.1rc3"), ("1.1pre3", "1.1rc3"), ("1.1preview_3", "1.1rc3")],
        );
        normal(
            Pep440,
            &[("1.2a", "1.2a0"), ("1.2-post2", "1.2.post2"), ("1.2post2", "1.2.post2"), ("1.2.post-2", "1.2.post2")],
        );
        normal(
            Pep440,
            &[("1.0-r4", "1.0.post4"), ("1.0.rev4", "1.0.post4"), ("1.2.post", "1.2.post0"), ("1.0-1", "1.0.post1")],
        );
        normal(
            Pep440,
            &[("1.2-dev2", "1.2.dev2"), ("1.2dev", "1.2.dev0"), ("1.0+Ubuntu-1", "1.0+ubuntu.1"), ("v1.0", "1.0")],
        );
        normal(Pep440, &[(" \t1.0\n", "1.0"), ("0!1.0", "1.0"), ("1!01.0", "1!1.0"), ("V1!1.0", "1!1.0")]);
    }

    #[test]
    fn a_separator_needs_no_number_behind_it() {
        // Appendix B's pattern allows it; the post release that a hyphen and a number make may follow.
        normal(
            Pep440,
            &[("1.0a-", "1.0a0"), ("1.0.post.", "1.0.post0"), ("1.0a--1", "1.0a0.post1"), ("1.0a-.dev", "1.0a0.dev0")],
        );
    }

    #[test]
    fn not_versions() {
        invalid(
            Pep440,
            &["", "v", "a1", "1.", "1..2", "1.0-", "1.0+", "1.0+a..b", "1.0+a+b", "1.0+é", "!1", "1!", "1!!1"],
        );
        invalid(
            Pep440,
            &["0.3m1", "0.7.10p1", "2.0.1rc2-git", "2.0.0-final", "1.0a1a2", "1.0.dev1a1", "1.0 a1", "1-1-1", "1é"],
        );
    }
}
