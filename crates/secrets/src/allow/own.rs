//! Rules that users brought along, as regular expressions: Gitleaks' and Trivy's.

use std::ops::Range;

use model::Severity;
use regex::bytes::Regex;

use super::Entry;

/// A rule of a user.
#[derive(Debug)]
pub struct Own {
    /// Its id.
    pub id: String,
    /// What it finds.
    pub name: String,
    /// The file and the line that it stands in.
    pub source: String,
    /// How bad that is.
    pub severity: Severity,
    pub(super) regex: Regex,
    /// Only in files whose path fits.
    pub(super) path: Option<Regex>,
    /// The group of the expression that is the secret; zero is all of it.
    pub(super) group: Group,
    /// Bits per character that it has at least (Shannon).
    pub(super) entropy: f64,
    /// Words of which one is in the file, in lower case.
    pub(super) words: Vec<String>,
    /// What it does not count for.
    pub(super) except: Vec<Entry>,
}

/// Which group of an expression is the secret.
#[derive(Debug, PartialEq, Eq)]
pub enum Group {
    /// The first that takes part, or all where there is none.
    First,
    /// That of this number.
    Number(usize),
    /// That of this name.
    Named(String),
}

impl Own {
    /// Where in `text`, of which `lower` is the same in small letters, it finds secrets; at most `most` of them.
    pub fn find(&self, path: &str, text: &[u8], lower: &[u8], most: usize) -> Vec<Range<usize>> {
        if self.path.as_ref().is_some_and(|fits| !fits.is_match(path.as_bytes())) {
            return Vec::new();
        }
        let has = |word: &String| memchr::memmem::find(lower, word.as_bytes()).is_some();
        if !self.words.is_empty() && !self.words.iter().any(has) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for groups in self.regex.captures_iter(text).take(most) {
            let matched = match &self.group {
                Group::First => groups.iter().skip(1).flatten().next().or_else(|| groups.get(0)),
                Group::Number(number) => groups.get(*number),
                Group::Named(name) => groups.name(name),
            };
            found.extend(matched.filter(|it| entropy(it.as_bytes()) >= self.entropy).map(|matched| matched.range()));
        }
        found
    }

    /// Whether it says itself that this does not count.
    pub fn excepts(&self, subject: &super::Subject<'_>) -> bool {
        self.except.iter().any(|entry| entry.fits(subject))
    }
}

/// Bits per character (Shannon).
#[expect(clippy::cast_precision_loss, reason = "texts are short")]
fn entropy(text: &[u8]) -> f64 {
    let mut counts = [0_usize; 256];
    for byte in text {
        counts[usize::from(*byte)] += 1;
    }
    let part = |count: usize| count as f64 / text.len() as f64;
    counts.into_iter().filter(|count| *count > 0).map(|count| -part(count) * part(count).log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_is_that_of_shannon() {
        // Four equally frequent characters take two bits, one character none.
        assert!((entropy(b"abcdabcd") - 2.0).abs() < 1e-9);
        assert!(entropy(b"aaaa").abs() < 1e-9);
        assert!(entropy(b"").abs() < 1e-9);
    }
}
