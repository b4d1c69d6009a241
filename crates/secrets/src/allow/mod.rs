//! Exceptions: secrets that somebody has looked at and allowed. They stay in the report, with who allowed them and why.
//!
//! | where | whose |
//! |---|---|
//! | a comment in the line of the secret | `inline.rs`, which lists them |
//! | `.gitleaks.toml`, `.gitleaksignore` | Gitleaks' (`gitleaks.rs`) |
//! | `trivy-secret.yaml` | Trivy's (`trivy.rs`) |
//! | `.secrets.baseline`, Gitleaks' reports | baselines: what was there before (`baseline.rs`) |
//!
//! Ours are ignores and baselines of all findings, of which secrets are a part; `policy` has them.
//!
//! What a secret is compared with needs its text, which only the analyzer has. Therefore the files are read once, before the
//! first scan, and are part of what the analyzer's facts depend on ([`analyzer`]).

mod baseline;
mod gitleaks;
mod inline;
mod own;
mod pattern;
mod trivy;

use std::sync::OnceLock;

use model::Analyzer;
use regex::bytes::Regex;
use sha1::{Digest, Sha1};

pub use inline::comment;
pub use own::Own;

/// What is wrong with a file of exceptions: its name, the line, the rule, and what it is.
pub type Wrong = String;

/// Larger files are no lists that people keep.
const LARGEST: usize = 16 << 20;
/// Parsers of TOML take five hundred times the space of a hostile file.
const LARGEST_TOML: usize = 512 << 10;

/// Everything that was allowed, and the rules that users brought along.
#[derive(Debug, Default)]
pub struct Allow {
    entries: Vec<Entry>,
    own: Vec<Own>,
    /// Of all files that were read, for the analyzer's version.
    hash: blake3::Hasher,
}

/// One exception.
#[derive(Debug, Default)]
struct Entry {
    /// The file and the line.
    source: String,
    /// Why, if anybody said.
    reason: String,
    /// Only secrets of these kinds; of all where there are none.
    kinds: Vec<String>,
    /// What it is recognized by.
    signs: Vec<Sign>,
    /// Whether all signs have to be there, and not any.
    all: bool,
}

/// What a secret that is allowed is recognized by.
#[derive(Debug)]
enum Sign {
    /// The path fits one of these.
    Paths(Vec<Regex>),
    /// One of these fits what is looked at.
    Texts(Target, Vec<Regex>),
    /// One of these words is in the secret, in any case.
    Words(Vec<String>),
    /// It stands in one of these commits.
    Commits(Vec<String>),
    /// It stands in this line of this file, whatever the file's content.
    Line(String, u32),
    /// Its keyed hash.
    Fingerprint(String),
    /// Its SHA-1, in this file.
    Sha1(String, String),
}

/// What a pattern is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Secret,
    Line,
}

/// A secret that may be allowed.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The id of its kind.
    pub kind: &'a str,
    /// The file, without a slash at its beginning; empty where it stands in none.
    pub path: &'a str,
    /// The line, from one; zero where there are none.
    pub line: u32,
    /// The commit that it was found in.
    pub commit: Option<&'a str>,
    /// Its text.
    pub secret: &'a [u8],
    /// The line that it stands in.
    pub text: &'a [u8],
}

impl Allow {
    /// Reads one file, whose name says what it is, or else its content.
    pub fn read(&mut self, path: &str, content: &[u8]) -> Result<(), Wrong> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let wrong = |what: &str| format!("{path}: {what}");
        if content.len() > LARGEST {
            return Err(wrong("it is too large to be a list of exceptions"));
        }
        let text = std::str::from_utf8(content).map_err(|_| wrong("it is no text in UTF-8"))?;
        let read = if name.ends_with("gitleaksignore") {
            gitleaks::ignored(name, text, self)
        } else if name.rsplit('.').next().is_some_and(|end| end.eq_ignore_ascii_case("toml")) {
            if content.len() > LARGEST_TOML {
                return Err(wrong("it is too large for a configuration"));
            }
            gitleaks::configuration(name, text, self)
        } else if text.trim_start().starts_with(['{', '[']) {
            baseline::read(name, text, self)
        } else {
            rules::parse(text).and_then(|document| trivy::read(name, &document, self))
        };
        read.map_err(|error| wrong(&error))?;
        self.hash.update(&(content.len() as u64).to_le_bytes()).update(content).update(path.as_bytes());
        Ok(())
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.own.is_empty()
    }

    /// Why the secret is allowed, if it is: where that is said, and the reason.
    pub fn verdict(&self, subject: &Subject<'_>) -> Option<String> {
        let entry = self.entries.iter().find(|entry| entry.fits(subject))?;
        Some(if entry.reason.is_empty() {
            format!("allowed by {}", entry.source)
        } else {
            format!("allowed by {}: {}", entry.source, entry.reason)
        })
    }

    /// The exceptions that none of these reasons came from.
    pub fn unused<'a>(&self, reasons: impl Iterator<Item = &'a str>) -> Vec<&str> {
        let reasons: Vec<&str> = reasons.collect();
        let is_used = |entry: &&Entry| {
            reasons.iter().any(|reason| {
                let rest = reason.strip_prefix("allowed by ").and_then(|rest| rest.strip_prefix(&*entry.source));
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
            })
        };
        self.entries.iter().filter(|entry| !is_used(entry)).map(|entry| &*entry.source).collect()
    }

    /// The rules that users brought along.
    pub fn own(&self) -> &[Own] {
        &self.own
    }
}

impl Entry {
    fn fits(&self, subject: &Subject<'_>) -> bool {
        if !self.kinds.is_empty() && !self.kinds.iter().any(|kind| kind == subject.kind) {
            return false;
        }
        let fits = |sign: &Sign| sign.fits(subject);
        if self.all || self.signs.is_empty() { self.signs.iter().all(fits) } else { self.signs.iter().any(fits) }
    }
}

impl Sign {
    fn fits(&self, subject: &Subject<'_>) -> bool {
        match self {
            Self::Paths(paths) => {
                !subject.path.is_empty() && paths.iter().any(|path| path.is_match(subject.path.as_bytes()))
            }
            Self::Texts(Target::Secret, texts) => texts.iter().any(|text| text.is_match(subject.secret)),
            Self::Texts(Target::Line, texts) => texts.iter().any(|text| text.is_match(subject.text)),
            Self::Words(words) => {
                let lower = subject.secret.to_ascii_lowercase();
                words.iter().any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some())
            }
            Self::Commits(commits) => {
                subject.commit.is_some_and(|commit| commits.iter().any(|known| commit.starts_with(&**known)))
            }
            Self::Line(path, line) => subject.path == path && subject.line == *line,
            Self::Fingerprint(known) => crate::analyzer::fingerprint(subject.secret) == *known,
            Self::Sha1(path, known) => subject.path == path && sha1(subject.secret) == *known,
        }
    }
}

fn sha1(secret: &[u8]) -> String {
    use std::fmt::Write;
    Sha1::digest(secret).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

static ACTIVE: OnceLock<Allow> = OnceLock::new();

/// The exceptions that count in this process.
pub fn active() -> Option<&'static Allow> {
    ACTIVE.get()
}

/// Lets these exceptions count from now on: an analyzer is a function without a state, so there is one set for the process,
/// and the first one stays. The analyzer that knows them, whose version tells them from others, so that facts that were
/// kept under other exceptions are not used again.
pub fn analyzer(allow: Allow) -> &'static Analyzer {
    if allow.is_empty() {
        return &crate::ANALYZER;
    }
    let [a, b, c, ..] = *allow.hash.finalize().as_bytes();
    let version = u32::from_le_bytes([a, b, c, 1]);
    let _ = ACTIVE.set(allow);
    // Once for each process.
    Box::leak(Box::new(Analyzer { version, ..crate::ANALYZER }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `file` says that a secret is allowed: for each subject (`kind path line secret`) the reason.
    pub fn check(name: &str, file: &str, expected: &[(&str, &str)]) {
        let mut allow = Allow::default();
        allow.read(name, file.as_bytes()).unwrap();
        for (subject, reason) in expected {
            let words: Vec<&str> = subject.split(' ').collect();
            let [kind, path, line, secret] = words[..] else { panic!("{subject}") };
            let (path, commit) = path.split_once('@').map_or((path, None), |(path, commit)| (path, Some(commit)));
            let text = format!("KEY = '{secret}'");
            let subject = Subject {
                kind,
                path,
                line: line.parse().unwrap(),
                commit,
                secret: secret.as_bytes(),
                text: text.as_bytes(),
            };
            assert_eq!(allow.verdict(&subject).unwrap_or_default(), *reason, "{words:?}");
        }
    }

    /// What is said about a file that is wrong.
    pub fn refuse(name: &str, file: &str, expected: &[&str]) {
        let error = Allow::default().read(name, file.as_bytes()).unwrap_err();
        for part in expected {
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn exceptions_that_allow_nothing_are_known() {
        let mut allow = Allow::default();
        allow.read(".gitleaksignore", b"a.env:x:1\na.env:x:10\n").unwrap();
        assert_eq!(allow.unused(["allowed by .gitleaksignore, line 2"].into_iter()), [".gitleaksignore, line 1"]);
        assert_eq!(allow.unused(["for another reason"].into_iter()).len(), 2);
    }

    #[test]
    fn what_is_no_list_of_exceptions_is_refused() {
        refuse("x.yaml", "\u{1}", &["x.yaml"]);
        assert!(Allow::default().read("x.toml", &[0xFF]).unwrap_err().contains("UTF-8"));
        assert!(Allow::default().read("x.toml", &vec![b' '; LARGEST_TOML + 1]).unwrap_err().contains("too large"));
    }
}
