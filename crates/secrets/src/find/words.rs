//! The words around a token: whose it may be, and whether it is called a key. Every stretch of text is read for words once,
//! however many tokens stand in it.

use super::index::{Index, Role, Word};
use crate::rule::kind::{Kind, Needs};

/// How far before a token a word may stand, and how many ends of lines may lie between.
const BEFORE: usize = 96;
const LINES: usize = 2;
/// How far after it, in the same line. In lists and commands the provider often follows: `TOKEN, https://api.example.com`.
const AFTER: usize = 64;

/// The words of a text up to where it was looked at.
pub struct Words<'t> {
    index: &'static Index,
    text: &'t [u8],
    /// Where words were looked for, and those that are there: where each begins and ends.
    read: std::ops::Range<usize>,
    list: Vec<(usize, usize, &'static Word)>,
}

impl<'t> Words<'t> {
    pub fn new(index: &'static Index, text: &'t [u8]) -> Self {
        Self { index, text, read: 0..0, list: Vec::new() }
    }

    /// Reads on, so that all words between `from` and `to` are in the list.
    fn read(&mut self, from: usize, to: usize) {
        if from < self.read.start || from > self.read.end {
            self.list.clear();
            self.read = from..from;
        } else if self.list.len() > 256 {
            self.list.retain(|(start, ..)| *start >= from);
            self.read.start = from;
        }
        if to > self.read.end {
            let list = &mut self.list;
            self.index.words(self.text, self.read.end..to, |start, end, word| list.push((start, end, word)));
            self.read.end = to;
        }
    }

    /// What the words say about a token that begins at `at` and ends at `end`.
    pub fn near(&mut self, at: usize, end: usize) -> Near {
        let mut from = at.saturating_sub(BEFORE);
        // The line before the first that is too far away ends there.
        let far = memchr::memrchr_iter(b'\n', &self.text[from..at]).nth(LINES);
        let line = memchr::memrchr(b'\n', &self.text[from..at]).map_or(from, |end| from + end + 1);
        from = far.map_or(from, |end| from + end + 1);
        let after = &self.text[end..self.text.len().min(end + AFTER)];
        let to = end + memchr::memchr2(b'\n', b'\r', after).unwrap_or(after.len());
        self.read(from, to);
        let mut near = Near::default();
        let (mut key_at, mut harmless_at) = (0, 0);
        let first = self.list.partition_point(|(start, ..)| *start < from);
        for &(start, stop, word) in self.list[first..].iter().take_while(|(start, ..)| *start < to) {
            let before = stop <= at;
            if !before && start < end {
                continue;
            }
            match word.role {
                // The name of the setting stands in the line of its value.
                Role::Key if before && start >= line => {
                    key_at = stop;
                    near.key = Some(start);
                }
                Role::Harmless if before && start >= line => harmless_at = stop,
                // What kind of key follows says nothing of whose it is.
                Role::Kind(_) if in_label(&self.text[..start]) => {}
                Role::Kind(kind) if before => {
                    near.kinds.retain(|(other, _)| other.id != kind.id);
                    near.kinds.push((kind, at - stop));
                }
                // A word after the token says less than every word before it.
                Role::Kind(kind) => {
                    if !near.kinds.iter().any(|(other, _)| other.id == kind.id) {
                        near.kinds.push((kind, BEFORE + start - end));
                    }
                }
                Role::Name(kind) if before => near.named.push(kind.id),
                Role::Key | Role::Harmless | Role::Name(_) => {}
            }
        }
        // `api_key_hash: …` speaks of a hash.
        near.key = near.key.filter(|_| key_at >= harmless_at);
        near
    }
}

/// Whether a label of armor (`-----BEGIN RSA PRIVATE KEY-----`) began before what follows.
fn in_label(before: &[u8]) -> bool {
    let near = &before[before.len().saturating_sub(20)..];
    memchr::memmem::find(near, b"-BEGIN ").is_some() || memchr::memmem::find(near, b"-END ").is_some()
}

/// The words near a token.
#[derive(Default)]
pub struct Near {
    /// Kinds whose provider is named, and how far away.
    pub kinds: Vec<(&'static Kind, usize)>,
    /// Kinds one of whose names stands there.
    named: Vec<&'static str>,
    /// Where the nearest word stands that speaks of a key.
    pub key: Option<usize>,
}

impl Near {
    /// Whether what `kind` needs is there, and how far away.
    pub fn gives(&self, kind: &Kind) -> Option<usize> {
        let named = kind.named.is_empty() || self.named.contains(&kind.id);
        let key = kind.needs != Needs::Key || self.key.is_some();
        let (_, distance) = self.kinds.iter().find(|(known, _)| known.id == kind.id)?;
        (named && key).then_some(*distance)
    }
}
