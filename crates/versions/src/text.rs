//! What every scheme is made of: runs of characters of one kind, and numbers of any length.

use std::cmp::Ordering;

/// Splits off the longest beginning whose bytes are all ASCII and all pass.
pub(crate) fn run(text: &str, pass: impl Fn(u8) -> bool) -> (&str, &str) {
    let end = text.bytes().position(|byte| !(byte.is_ascii() && pass(byte))).unwrap_or(text.len());
    text.split_at(end)
}

/// Splits off the number that the text begins with; empty where it begins with none.
pub(crate) fn digits(text: &str) -> (&str, &str) {
    run(text, |byte| byte.is_ascii_digit())
}

/// Splits off the letters that the text begins with.
pub(crate) fn letters(text: &str) -> (&str, &str) {
    run(text, |byte| byte.is_ascii_alphabetic())
}

/// Splits off the epoch of `[epoch:]rest`, which counts as zero where it or its digits are missing.
pub(crate) fn epoch(text: &str) -> (&str, &str) {
    let (epoch, rest) = digits(text);
    rest.strip_prefix(':').map_or(("", text), |rest| (epoch, rest))
}

/// Whether every byte is an ASCII letter or digit, or one of `others`.
pub(crate) fn consists_of(text: &str, others: &[u8]) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || others.contains(&byte))
}

/// Whether the text is digits and nothing else, and not empty.
pub(crate) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The significant digits of a number: zero has none.
pub(crate) fn significant(digits: &str) -> &str {
    digits.trim_start_matches('0')
}

/// Orders two runs of digits by value. No digits are worth zero.
pub(crate) fn compare_numbers(a: &str, b: &str) -> Ordering {
    let (a, b) = (significant(a), significant(b));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// Orders byte by byte, capital letters as small ones.
pub(crate) fn compare_ignoring_case(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.bytes(), b.bytes());
    a.map(|byte| byte.to_ascii_lowercase()).cmp(b.map(|byte| byte.to_ascii_lowercase()))
}

/// Takes `prefix`, which is in small letters, off the text whatever its case there.
pub(crate) fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// Walks through two lists side by side, filling up the shorter one, until `compare` finds a difference.
pub(crate) fn compare_filled<'a>(
    mut a: impl Iterator<Item = &'a str>,
    mut b: impl Iterator<Item = &'a str>,
    filler: &'a str,
    compare: impl Fn(&str, &str) -> Ordering,
) -> Ordering {
    loop {
        let (left, right) = (a.next(), b.next());
        if left.is_none() && right.is_none() {
            return Ordering::Equal;
        }
        let order = compare(left.unwrap_or(filler), right.unwrap_or(filler));
        if order.is_ne() {
            return order;
        }
    }
}

/// Orders two lists of numbers, none of which is empty, number by number. Where one list ends, it comes first.
pub(crate) fn compare_lists<'a>(a: impl Iterator<Item = &'a str>, b: impl Iterator<Item = &'a str>) -> Ordering {
    compare_filled(a, b, "", |a, b| {
        if a.is_empty() || b.is_empty() { b.is_empty().cmp(&a.is_empty()) } else { compare_numbers(a, b) }
    })
}
