//! Versions of those who say nothing about them: a guess that is right for most that begin with a number.
//!
//! - Digits and letters make a sequence of numbers and words; what separates them does not matter.
//! - A word that is known to name a pre-release makes a version earlier, any other word later: `1.0-rc1` < `1.0` < `1.0k`.
//!   `a` and `b` right before a digit are alpha and beta.
//! - A tilde makes a version earlier than anything else, as in Debian. A plus, which announces a build or a repackaging,
//!   makes it later, but not as late as a word or number would: `17.0.8` < `17.0.8+7` < `17.0.8.1+1`.
//! - Zeros without a number other than zero behind them do not count: `1.0` equals `1.0.0`.
//! - Case does not matter, nor does a `v` in front.

use std::cmp::Ordering;

use crate::text::{compare_ignoring_case, compare_numbers, digits, letters, run, significant};

const PRE_RELEASES: [(&str, Pre); 10] = [
    ("dev", Pre::Development),
    ("snapshot", Pre::Development),
    ("nightly", Pre::Development),
    ("alpha", Pre::Alpha),
    ("beta", Pre::Beta),
    ("milestone", Pre::Milestone),
    ("pre", Pre::Preview),
    ("preview", Pre::Preview),
    ("rc", Pre::Candidate),
    ("cr", Pre::Candidate),
];

/// In ascending order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pre {
    Development,
    Alpha,
    Beta,
    Milestone,
    Preview,
    Candidate,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a>(&'a str);

impl<'a> Version<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        let rest = text.strip_prefix(['v', 'V']).unwrap_or(text);
        if !rest.starts_with(|first: char| first.is_ascii_digit()) {
            return Err("it does not begin with a digit");
        }
        if !run(rest, |byte| byte.is_ascii_graphic()).1.is_empty() {
            return Err("it has a space or a character that is not ASCII");
        }
        Ok(Self(rest))
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let (mut a, mut b) = (Tokens::of(self.0), Tokens::of(other.0));
        loop {
            let order = match (a.next(), b.next()) {
                (Token::End, Token::End) => return Ordering::Equal,
                (a, b) => a.compare(b),
            };
            if order.is_ne() {
                return order;
            }
        }
    }
}

/// In ascending order, where the kinds differ.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Token<'a> {
    Tilde,
    Pre(Pre),
    End,
    Plus,
    Word(&'a str),
    /// Without leading zeros.
    Number(&'a str),
}

impl Token<'_> {
    fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => compare_numbers(a, b),
            (Self::Word(a), Self::Word(b)) => compare_ignoring_case(a, b),
            _ => self.cmp(&other),
        }
    }
}

/// The tokens that count.
struct Tokens<'a> {
    rest: &'a str,
    /// Zeros that turned out to count because of `held`, which follows them.
    zeros: usize,
    held: Option<Token<'a>>,
}

impl<'a> Tokens<'a> {
    fn of(text: &'a str) -> Self {
        Self { rest: text, zeros: 0, held: None }
    }

    fn next(&mut self) -> Token<'a> {
        let held = match self.held.take() {
            Some(held) => held,
            None => loop {
                match self.read() {
                    Token::Number("") => self.zeros += 1,
                    token @ Token::Number(_) => break token,
                    token => {
                        self.zeros = 0;
                        break token;
                    }
                }
            },
        };
        match self.zeros.checked_sub(1) {
            None => held,
            Some(fewer) => {
                (self.zeros, self.held) = (fewer, Some(held));
                Token::Number("")
            }
        }
    }

    fn read(&mut self) -> Token<'a> {
        let (_, text) = run(self.rest, |byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'~' | b'+')));
        let behind_sign = || text.get(1..).unwrap_or_default();
        let (token, rest) = match text.bytes().next() {
            None => (Token::End, ""),
            Some(b'~') => (Token::Tilde, behind_sign()),
            Some(b'+') => (Token::Plus, behind_sign()),
            Some(first) if first.is_ascii_digit() => {
                let (number, rest) = digits(text);
                (Token::Number(significant(number)), rest)
            }
            Some(_) => {
                let (word, rest) = letters(text);
                (classify(word, rest), rest)
            }
        };
        self.rest = rest;
        token
    }
}

fn classify<'a>(word: &'a str, rest: &str) -> Token<'a> {
    let before_digit = rest.starts_with(|first: char| first.is_ascii_digit());
    match word.as_bytes() {
        [b'a' | b'A'] if before_digit => Token::Pre(Pre::Alpha),
        [b'b' | b'B'] if before_digit => Token::Pre(Pre::Beta),
        _ => match PRE_RELEASES.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)) {
            Some((_, pre)) => Token::Pre(*pre),
            None => Token::Word(word),
        },
    }
}

#[cfg(test)]
mod tests {
    use crate::Scheme::Generic;
    use crate::testing::{ascending, invalid, valid};

    #[test]
    fn releases() {
        // Real sequences: OpenSSL, OpenSSH, OpenJDK, Bitnami's revisions, CRAN.
        ascending(Generic, &["1.0.2 = v1.0.2", "1.0.2g", "1.0.2k", "1.0.2zb", "1.1.1", "3.0.0"]);
        ascending(Generic, &["9.3p2", "9.5p1", "9.5p2", "9.10p1"]);
        ascending(Generic, &["8u372", "8u402", "17.0.8", "17.0.8+7", "17.0.8.1+1", "17.0.10+7", "21 = 21.0.0"]);
        ascending(Generic, &["4.0.19", "4.0.19-3", "4.0.19-10", "4.0.20-0 = 4.0.20"]);
        ascending(Generic, &["0.1-3", "0.1-8", "0.1-21", "0.1.22", "0.2"]);
    }

    #[test]
    fn pre_releases() {
        // Composer's stabilities in their order, Drupal and nginx-like writings, opam's tilde.
        ascending(
            Generic,
            &["2.0.0-dev", "2.0.0-alpha1", "2.0.0-beta2", "2.0.0-beta10", "2.0.0-RC1", "2.0.0", "2.0.0-p1"],
        );
        ascending(Generic, &["1.9.0a1", "1.9.0b1", "1.9.0b2", "1.9.0-rc.1", "1.9", "1.9.0.1"]);
        ascending(Generic, &["2.4.0~beta1", "2.4.0-beta1", "2.4.0"]);
        ascending(Generic, &["3.0.0-SNAPSHOT", "3.0.0-milestone.1", "3.0.0-preview.2", "3.0.0-rc1 = 3.0-RC.1", "3"]);
    }

    #[test]
    fn not_versions() {
        valid(Generic, &["1", "V2", "1.2.3_4", "2024-01-01T00:00:00Z"]);
        invalid(
            Generic,
            &["", "v", "latest", "(devel)", "unknown", "vv1", "-1", "jackson-2.20.1", "1 2", "1é", "${v1}"],
        );
    }
}
