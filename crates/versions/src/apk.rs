//! Alpine's versions, `number{.number}{letter}{_suffix{number}}{~commit}{-rnumber}`: apk-package(5), and the order that
//! `apk version --test` of apk-tools 3 gives.
//!
//! apk-tools 2 also read a number behind the letter, and vendors have such versions (`8u372_p7-r0`), so it is read here.

use std::cmp::Ordering;

use crate::text::{compare_numbers, digits, letters, run};

/// In ascending order.
const PRE_SUFFIXES: [&str; 4] = ["alpha", "beta", "pre", "rc"];
const POST_SUFFIXES: [&str; 5] = ["cvs", "svn", "git", "hg", "p"];

#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a>(&'a str);

impl<'a> Version<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        let mut tokens = Tokens::of(text);
        while tokens.read()? != Token::End {}
        Ok(Self(text))
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let (mut a, mut b) = (Tokens::of(self.0), Tokens::of(other.0));
        loop {
            // Reading cannot fail: it has succeeded once.
            let order = match (a.read().unwrap_or(Token::End), b.read().unwrap_or(Token::End)) {
                (Token::End, Token::End) => return Ordering::Equal,
                (a, b) => a.compare(b),
            };
            if order.is_ne() {
                return order;
            }
        }
    }
}

/// In ascending order, where the kinds differ: a longer version is higher unless a pre-release makes it longer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Token<'a> {
    /// An index into [`PRE_SUFFIXES`].
    PreSuffix(usize),
    End,
    Revision(&'a str),
    Commit(&'a str),
    SuffixNumber(&'a str),
    /// An index into [`POST_SUFFIXES`].
    PostSuffix(usize),
    Letter(&'a str),
    Component(&'a str),
    First(&'a str),
}

impl Token<'_> {
    fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            // As fractions of one: 1.05 is below 1.1 and above 1.049.
            (Self::Component(a), Self::Component(b)) if a.starts_with('0') || b.starts_with('0') => a.cmp(b),
            (Self::Component(a), Self::Component(b))
            | (Self::First(a), Self::First(b))
            | (Self::SuffixNumber(a), Self::SuffixNumber(b))
            | (Self::Revision(a), Self::Revision(b)) => compare_numbers(a, b),
            _ => self.cmp(&other),
        }
    }
}

/// What was read last, in the order in which parts may follow each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Start,
    Number,
    Letter,
    Suffix,
    SuffixNumber,
    Commit,
    Revision,
}

struct Tokens<'a> {
    rest: &'a str,
    stage: Stage,
}

impl<'a> Tokens<'a> {
    fn of(text: &'a str) -> Self {
        Self { rest: text, stage: Stage::Start }
    }

    fn read(&mut self) -> Result<Token<'a>, &'static str> {
        let (stage, token, rest) = match (self.stage, self.rest.as_bytes()) {
            (Stage::Start, _) => {
                let (number, rest) = self.number(0)?;
                (Stage::Number, Token::First(number), rest)
            }
            (stage, []) => (stage, Token::End, ""),
            (Stage::Number, [b'.', ..]) => {
                let (number, rest) = self.number(1)?;
                (Stage::Number, Token::Component(number), rest)
            }
            (Stage::Number, [b'a'..=b'z', ..]) => {
                let (letter, rest) = self.rest.split_at(1);
                (Stage::Letter, Token::Letter(letter), rest)
            }
            (Stage::Letter, [b'0'..=b'9', ..]) => {
                let (number, rest) = self.number(0)?;
                (Stage::Number, Token::Component(number), rest)
            }
            (Stage::Suffix, [b'0'..=b'9', ..]) => {
                let (number, rest) = self.number(0)?;
                (Stage::SuffixNumber, Token::SuffixNumber(number), rest)
            }
            (stage, [b'_', ..]) if stage <= Stage::SuffixNumber => {
                let (suffix, rest) = letters(self.rest.get(1..).unwrap_or_default());
                (Stage::Suffix, suffix_token(suffix).ok_or("a suffix is unknown")?, rest)
            }
            (stage, [b'~', ..]) if stage < Stage::Commit => {
                let (commit, rest) = run(self.rest.get(1..).unwrap_or_default(), |byte| byte.is_ascii_hexdigit());
                if commit.is_empty() {
                    return Err("no commit follows the tilde");
                }
                (Stage::Commit, Token::Commit(commit), rest)
            }
            (stage, [b'-', b'r', ..]) if stage < Stage::Revision => {
                let (number, rest) = self.number(2)?;
                (Stage::Revision, Token::Revision(number), rest)
            }
            _ => return Err("a character is out of place"),
        };
        (self.stage, self.rest) = (stage, rest);
        Ok(token)
    }

    /// The number behind `skip` bytes, and what follows it.
    fn number(&self, skip: usize) -> Result<(&'a str, &'a str), &'static str> {
        let (number, rest) = digits(self.rest.get(skip..).unwrap_or_default());
        if number.is_empty() { Err("a number is missing") } else { Ok((number, rest)) }
    }
}

fn suffix_token<'a>(suffix: &str) -> Option<Token<'a>> {
    let place = |list: &[&str]| list.iter().position(|known| *known == suffix);
    place(&PRE_SUFFIXES).map(Token::PreSuffix).or_else(|| place(&POST_SUFFIXES).map(Token::PostSuffix))
}

#[cfg(test)]
mod tests {
    use crate::Scheme::Apk;
    use crate::testing::{ascending, invalid, valid};

    #[test]
    fn suffixes() {
        // apk-package(5), "pkgver": alpha, beta, pre and rc come before the version, the others after it.
        ascending(
            Apk,
            &[
                "1.0_alpha",
                "1.0_alpha2",
                "1.0_beta",
                "1.0_pre",
                "1.0_rc",
                "1.0_rc1",
                "1.0",
                "1.0_cvs",
                "1.0_svn",
                "1.0_git",
                "1.0_hg",
                "1.0_p",
                "1.0_p0",
                "1.0_p1",
                "1.0_p10",
                "1.0a",
                "1.0.0",
            ],
        );
        ascending(Apk, &["1_rc1_alpha", "1_rc1", "1_rc1-r0", "1_rc1_p1", "1_rc2"]);
    }

    #[test]
    fn letters_and_revisions() {
        ascending(Apk, &["1.0.2-r9", "1.0.2g-r0", "1.0.2g-r1", "1.0.2h-r0", "1.0.10"]);
        ascending(Apk, &["1.3", "1.3-r0", "1.3-r1 = 1.3-r01", "1.3-r10", "1.3.1-r0"]);
    }

    #[test]
    fn components_with_leading_zeros_are_fractions() {
        ascending(Apk, &["8.2.0", "8.2.00", "8.2.0015", "8.2.002", "8.2.015", "8.2.02", "8.2.1", "8.2.2", "8.2.10"]);
        ascending(Apk, &["007 = 7", "08", "9", "10"]);
    }

    #[test]
    fn commits() {
        ascending(Apk, &["1.0-r1", "1.0~1234-r1", "1.0~1a-r0", "1.0~1a-r1", "1.0_git20200101~0", "1.0_p~ab"]);
    }

    #[test]
    fn digits_behind_the_letter() {
        ascending(Apk, &["8-r0", "8u", "8u372_p7-r0", "8u372_p7-r1", "8u392_p9-r1", "8u1000", "8.1"]);
    }

    #[test]
    fn not_versions() {
        valid(Apk, &["0", "1.2.3a_rc1_p2~1f3c-r4", "20240101", "6.6.2p1-r0", "1_p1_p1", "1~DEADBEEF"]);
        invalid(
            Apk,
            &[
                "",
                "a",
                ".1",
                "1.",
                "1..2",
                "1.0-r",
                "1.0-r1-r2",
                "1.0-1",
                "1.0-r1_p1",
                "1.0-r1a",
                "1.0ab",
                "1.0A",
                "1.0_foo",
                "1.0_",
                "1.0_P1",
                "1.0~",
                "1.0~xyz",
                "1.0~a~b",
                "1.0.-r0",
                "4.10-1-r1",
                "9.1-r20.0",
                "1.0é",
                "1:1",
            ],
        );
    }
}
