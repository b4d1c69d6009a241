//! One pass over a text: runs of token characters, then what they begin with, then the words before them.

mod index;
mod runs;

use std::ops::Range;

use crate::noise;
use crate::rule::kind::{Kind, Needs};
use crate::rule::shape::{Found, LONGEST, Shape};
use index::{Index, Role};

/// A secret in a text.
#[derive(Clone, Debug)]
pub struct Secret {
    /// What it is.
    pub kind: &'static Kind,
    /// Where it stands.
    pub span: Range<usize>,
}

/// How far before a token a word may stand, and how many ends of lines may lie between.
const REACH: usize = 96;
const LINES: usize = 2;

/// The secrets in `text`, in their order.
pub fn secrets(text: &[u8]) -> Vec<Secret> {
    let index = Index::all();
    let (mut found, mut done) = (Vec::new(), 0);
    runs::each(text, |run| {
        if run.start < done {
            return;
        }
        let token = widen(text, &run, done);
        // A text of several lines is judged once, not again in each line.
        done = token.end.max(look(index, text, &run, token, &mut found));
    });
    found
}

/// Characters that tokens may have besides those of runs.
fn may_be_in_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-+/=.~:$".contains(&byte)
}

/// The run with what belongs to it on both sides.
fn widen(text: &[u8], run: &Range<usize>, from: usize) -> Range<usize> {
    let longest = usize::from(LONGEST);
    let from = from.max(run.start.saturating_sub(longest));
    let before = text[from..run.start].iter().rev().take_while(|&&byte| may_be_in_token(byte)).count();
    let to = text.len().min(run.end + longest);
    let after = text[run.end..to].iter().take_while(|&&byte| may_be_in_token(byte)).count();
    run.start - before..run.end + after
}

/// Looks at one token for secrets. Returns the end of the last text that was judged, be it a secret or none.
fn look(index: &'static Index, text: &[u8], run: &Range<usize>, token: Range<usize>, found: &mut Vec<Secret>) -> usize {
    let mut at = token.start;
    let before = found.len();
    while at < token.end {
        let begins = at == token.start || !text[at - 1].is_ascii_alphanumeric() || is_escaped(text, at);
        let end = if begins { known_prefix(index, text, at, found) } else { None };
        at = end.unwrap_or(at + 1);
    }
    if found.len() == before && text[token.clone()].iter().any(u8::is_ascii_digit) {
        return by_words(index, text, run, &token, found).unwrap_or(at);
    }
    at
}

/// Whether what stands before `at` is an escape sequence and no letter: `\n`, `%3D`.
fn is_escaped(text: &[u8], at: usize) -> bool {
    let before = |count: usize| at.checked_sub(count).map(|at| text[at]);
    before(2) == Some(b'\\') && before(1).is_some_and(|byte| b"nrtbf".contains(&byte))
        || before(3) == Some(b'%') && text[at - 2..at].iter().all(u8::is_ascii_hexdigit)
}

/// The most specific kind whose shape begins at `at` with a text of its own. Where it ends.
fn known_prefix(index: &'static Index, text: &[u8], at: usize, found: &mut Vec<Secret>) -> Option<usize> {
    let rest = &text[at..];
    let mut best: Option<((bool, usize), &'static Kind, Found)> = None;
    for &(kind, shape) in index.beginning(rest) {
        let fits = whole(shape, text, at).filter(|found| {
            kind.needs == Needs::Nothing || nearby(index, text, at + found.secret.start).gives(kind).is_some()
        });
        // A kind whose provider is named there goes before one that needs nothing.
        let rank = (kind.needs != Needs::Nothing, specificity(shape));
        if let Some(matched) = fits
            && best.as_ref().is_none_or(|(other, ..)| rank > *other)
        {
            best = Some((rank, kind, matched));
        }
    }
    let (_, kind, matched) = best?;
    let span = at + matched.secret.start..at + matched.secret.end;
    if noise::class(kind, text, &span).is_none() {
        found.push(Secret { kind, span });
    }
    Some(at + matched.end)
}

/// A shape with more text of its own says more.
fn specificity(shape: &Shape) -> usize {
    use crate::rule::shape::Part;
    shape.parts.iter().map(|part| if let Part::Text(text) = part { text.len() } else { 0 }).sum()
}

/// Where a shape matches, unless it is only the beginning of something longer.
fn whole(shape: &Shape, text: &[u8], at: usize) -> Option<Found> {
    let found = shape.find(&text[at..])?;
    let goes_on = text.get(at + found.end).is_some_and(|&next| {
        next.is_ascii_alphanumeric()
            || next == b'_'
            || found.ends_in.contains(next) && !ends_sentence(text, at + found.end)
    });
    (!goes_on).then_some(found)
}

/// Whether the character at `at` ends a sentence or a statement: nothing that goes on follows.
fn ends_sentence(text: &[u8], at: usize) -> bool {
    b".,;:".contains(&text[at]) && text.get(at + 1).is_none_or(|next| !next.is_ascii_alphanumeric())
}

/// The kind whose word stands nearest before the token, and whose shape it has. Where what was judged ends.
fn by_words(
    index: &'static Index,
    text: &[u8],
    run: &Range<usize>,
    token: &Range<usize>,
    found: &mut Vec<Secret>,
) -> Option<usize> {
    let mut end = None;
    let after_sign = |at: &usize| *at > token.start && b"=:/".contains(&text[*at - 1]);
    let mut starts = vec![token.start, run.start];
    starts.extend(token.clone().filter(after_sign).take(8));
    starts.sort_unstable();
    starts.dedup();
    for start in starts {
        let near = nearby(index, text, start);
        let mut best: Option<(usize, Secret)> = None;
        for &(kind, distance) in &near.kinds {
            if near.gives(kind).is_none() {
                continue;
            }
            let matched =
                kind.shapes.iter().filter(|shape| shape.prefix().len() < 3).find_map(|shape| whole(shape, text, start));
            let Some(matched) = matched else { continue };
            // Without a digit it is the name of something.
            if !text[start + matched.secret.start..start + matched.secret.end].iter().any(u8::is_ascii_digit) {
                continue;
            }
            // A kind that was asked for by name goes before one that was not.
            let distance = distance * 2 + usize::from(kind.named.is_empty());
            if best.as_ref().is_none_or(|(other, _)| distance < *other) {
                let span = start + matched.secret.start..start + matched.secret.end;
                best = Some((distance, Secret { kind, span }));
            }
        }
        if let Some((_, secret)) = best {
            end = end.max(Some(secret.span.end));
            if noise::class(secret.kind, text, &secret.span).is_none() {
                found.push(secret);
                return end;
            }
        }
    }
    end
}

/// The words before a token.
#[derive(Default)]
struct Near {
    /// Kinds whose provider is named, and how far away.
    kinds: Vec<(&'static Kind, usize)>,
    /// Kinds one of whose names stands there.
    named: Vec<&'static str>,
    /// A word that speaks of a key stands there.
    key: bool,
}

impl Near {
    /// Whether what `kind` needs is there, and how far away.
    fn gives(&self, kind: &Kind) -> Option<usize> {
        let named = kind.named.is_empty() || self.named.contains(&kind.id);
        let key = kind.needs != Needs::Key || self.key;
        let (_, distance) = self.kinds.iter().find(|(known, _)| known.id == kind.id)?;
        (named && key).then_some(*distance)
    }
}

/// The words that stand before `at`, the nearest of each kept.
fn nearby(index: &'static Index, text: &[u8], at: usize) -> Near {
    let mut from = at.saturating_sub(REACH);
    let ends: Vec<usize> = (from..at).rev().filter(|&at| text[at] == b'\n').take(LINES + 1).collect();
    if ends.len() > LINES {
        from = ends[LINES] + 1;
    }
    let line = ends.first().map_or(from, |end| end + 1) - from;
    let mut near = Near::default();
    let (mut key_at, mut harmless_at) = (0, 0);
    index.words(&text[from..at], |start, end, word| match word.role {
        // The name of the setting stands in the line of its value.
        Role::Key if start >= line => (near.key, key_at) = (true, end),
        Role::Harmless if start >= line => harmless_at = end,
        Role::Key | Role::Harmless => {}
        Role::Kind(kind) => {
            let distance = at - from - end;
            near.kinds.retain(|(other, _)| other.id != kind.id);
            near.kinds.push((kind, distance));
        }
        Role::Name(kind) => near.named.push(kind.id),
    });
    // `api_key_hash: …` speaks of a hash.
    near.key &= key_at >= harmless_at;
    near
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_part_of_something_longer_is_no_secret() {
        let token = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
        let count = |text: String| secrets(text.as_bytes()).len();
        assert_eq!(count(token.clone()), 1);
        assert_eq!(count(format!("x{token}")), 0);
        assert_eq!(count(format!("{token}x")), 0);
        assert_eq!(count(format!("see {token}.")), 1);
        assert_eq!(count(format!("a\\n{token}\\n")), 1);
        assert_eq!(count(format!("t%3D{token}")), 1);
        assert_eq!(count(format!("https://{token}@x.io/{token}")), 2);
    }

    #[test]
    fn a_settings_name_may_be_as_long_as_a_secret() {
        let value = "a1b2f3d4e5c6a7b8f9d0e1c2a3b4f5d6";
        for name in ["DD_API_KEY", "DATADOG_API_KEY_OF_PRODUCTION"] {
            assert_eq!(secrets(format!("{name}={value}").as_bytes()).len(), 1, "{name}");
        }
    }
}
