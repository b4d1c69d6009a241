//! Secrets that are used together: an identifier and its secret within a few lines are one finding, other pairs know of each
//! other.

use std::ops::Range;

use model::Note;

use super::{Secret, is_clear};
use crate::rule::kind::by_id;

/// How far apart the two may stand.
const LINES: usize = 20;
const REACH: usize = 2000;
/// More neighbours are no pairs, but a list.
const NEIGHBOURS: usize = 16;

/// Joins pairs. `found` is in order.
pub fn join(text: &[u8], found: &mut Vec<Secret>) {
    if found.iter().all(|secret| secret.kind.pair.is_empty()) {
        return;
    }
    complete(text, found);
    let mut gone = vec![false; found.len()];
    for index in 0..found.len() {
        let Some(other) = partner(text, found, index) else { continue };
        let (beside, span) = (found[other].kind.id, found[other].span.clone());
        found[index].notes.push(Note::Beside(beside.to_owned()));
        found[index].beside = Some(span);
        // The secret tells of its identifier, which is none alone.
        gone[index] = is_identifier(&found[index]) && !is_identifier(&found[other]);
    }
    for index in 0..found.len() {
        let known = |note: &Note| matches!(note, Note::Beside(_));
        if !is_identifier(&found[index]) && !found[index].notes.iter().any(known) {
            let named = (0..found.len()).find(|other| gone[*other] && says(&found[*other], &found[index]));
            let Some(other) = named else { continue };
            let (id, span) = (found[other].kind.id.to_owned(), found[other].span.clone());
            found[index].notes.push(Note::Beside(id));
            found[index].beside = Some(span);
        }
    }
    let mut gone = gone.into_iter();
    found.retain(|_| !gone.next().unwrap_or_default());
}

/// Whether an identifier belongs to a secret, by its kind.
fn says(identifier: &Secret, secret: &Secret) -> bool {
    identifier.kind.pair.contains(&secret.kind.id)
}

/// Whether it only names an account.
fn is_identifier(secret: &Secret) -> bool {
    secret.kind.id.ends_with("-id") && !secret.kind.pair.is_empty()
}

/// The nearest secret of a kind that is needed beside the one at `index`.
fn partner(text: &[u8], found: &[Secret], index: usize) -> Option<usize> {
    let this = &found[index];
    let around = index.saturating_sub(NEIGHBOURS)..found.len().min(index + NEIGHBOURS);
    let wanted = around.filter(|other| *other != index && this.kind.pair.contains(&found[*other].kind.id));
    let near = wanted.filter_map(|other| Some((distance(text, &this.span, &found[other].span)?, other)));
    near.min().map(|(_, other)| other)
}

/// How far apart two places are, if not too far.
fn distance(text: &[u8], one: &Range<usize>, other: &Range<usize>) -> Option<usize> {
    let (first, second) = if one.start < other.start { (one, other) } else { (other, one) };
    let between = text.get(first.end..second.start)?;
    (between.len() <= REACH && memchr::memchr_iter(b'\n', between).take(LINES + 1).count() <= LINES)
        .then_some(between.len())
}

/// How far from an access key ID its secret is looked for, when nothing names it.
const BESIDE: usize = 400;
const LINES_BESIDE: usize = 4;

/// The secret of an AWS access key ID, forty characters that nothing names `aws`.
fn complete(text: &[u8], found: &mut Vec<Secret>) {
    let Some(secret) = by_id("aws-secret-access-key") else { return };
    let mut more: Vec<Secret> = Vec::new();
    for (index, id) in found.iter().enumerate() {
        let is_key = matches!(id.kind.id, "aws-access-key-id" | "aws-temporary-access-key-id");
        if !is_key || partner(text, found, index).is_some() {
            continue;
        }
        let after = &text[id.span.end..text.len().min(id.span.end + BESIDE)];
        let lines = memchr::memchr_iter(b'\n', after).nth(LINES_BESIDE).unwrap_or(after.len());
        if let Some(at) = forty(&after[..lines]) {
            let span = id.span.end + at.start..id.span.end + at.end;
            if more.last().is_none_or(|last| last.span.end <= span.start) {
                more.push(Secret::new(secret, span));
            }
        }
    }
    for new in more {
        // What was found there as a key of nobody knows whom is this one.
        found.retain(|other| {
            other.span.end <= new.span.start || other.span.start >= new.span.end || other.kind.id.starts_with("aws-")
        });
        if is_clear(found, &new.span) {
            let at = found.partition_point(|other| other.span.start < new.span.start);
            found.insert(at, new);
        }
    }
}

/// Forty characters of base64 that stand alone and look as if chance had made them.
fn forty(text: &[u8]) -> Option<Range<usize>> {
    let in_key = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let mut at = 0;
    while at < text.len() {
        let length = text[at..].iter().take_while(|byte| in_key(byte)).count();
        let key = &text[at..at + length];
        let has = |of: fn(&u8) -> bool| key.iter().filter(|byte| of(byte)).count() >= 3;
        if length == 40 && has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) {
            return Some(at..at + length);
        }
        at += length + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::secrets;
    use super::*;
    use crate::rule::fill::{Chance, fill};

    fn check(text: &str, expected: &[(&str, Option<&str>)]) {
        let text = fill(text, &mut Chance::of("pairs"));
        let found = secrets(text.as_bytes());
        let beside = |secret: &Secret| {
            secret.notes.iter().find_map(|note| if let Note::Beside(id) = note { Some(id.clone()) } else { None })
        };
        let seen: Vec<_> = found.iter().map(|secret| (secret.kind.id, beside(secret))).collect();
        let expected: Vec<_> = expected.iter().map(|(id, beside)| (*id, beside.map(str::to_owned))).collect();
        assert_eq!(seen, expected, "{text}");
    }

    #[test]
    fn an_identifier_and_its_secret_are_one_finding() {
        let pair = ("aws-secret-access-key", Some("aws-access-key-id"));
        check("aws_access_key_id = AKIA<base32-upper:16>\naws_secret_access_key = <alnum:40>\n", &[pair]);
        check("access_key: AKIA<base32-upper:16>\nsecret_key: <alnum:40>\n", &[pair]);
        check("\"AKIA<base32-upper:16>\", \"<alnum:40>\"", &[pair]);
        check("aws_access_key_id = AKIA<base32-upper:16>\n", &[("aws-access-key-id", None)]);
        check("aws_secret_access_key = <alnum:40>\n", &[("aws-secret-access-key", None)]);
        let far = "\n".repeat(30);
        let apart = [("aws-access-key-id", None), ("aws-secret-access-key", None)];
        check(&format!("aws_access_key_id = AKIA<base32-upper:16>{far}aws_secret_access_key = <alnum:40>"), &apart);
    }
}
