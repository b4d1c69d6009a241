//! Texts (Sprig, "String Functions", "String List Functions"; Helm's `indent` and `nindent`).

use std::rc::Rc;

use super::convert::texts;
use super::{Call, Function, MANY, Needs, function};
use crate::template::datum::{Datum, Map};
use crate::template::machine::{Failure, LONGEST, Outcome};
use crate::template::print;

pub(super) const FUNCTIONS: &[Function] = &[
    function("abbrev", (2, 2), Needs::Known, |call| {
        let (width, text) = (call.count(0)?, call.text(1)?);
        if width < 4 || text.chars().count() <= width {
            return Ok(Datum::Text(text));
        }
        Ok(Datum::text(text.chars().take(width - 3).collect::<String>() + "..."))
    }),
    function("camelcase", (1, 1), Needs::Known, |call| Ok(Datum::text(camel(&call.text(0)?)))),
    function("cat", (0, MANY), Needs::Nothing, |call| {
        let words = call.values.iter().filter(|value| !matches!(value, Datum::Nil));
        Ok(Datum::text(words.map(print::value).collect::<Vec<_>>().join(" ")))
    }),
    function("contains", (2, 2), Needs::Decided, |call| Ok(Datum::Bool(call.text(1)?.contains(&*call.text(0)?)))),
    function("hasPrefix", (2, 2), Needs::Decided, |call| Ok(Datum::Bool(call.text(1)?.starts_with(&*call.text(0)?)))),
    function("hasSuffix", (2, 2), Needs::Decided, |call| Ok(Datum::Bool(call.text(1)?.ends_with(&*call.text(0)?)))),
    function("html", (1, MANY), Needs::Known, |call| {
        let text = print::print(&call.values);
        let text = text.replace('&', "&amp;").replace('\'', "&#39;").replace('"', "&#34;");
        Ok(Datum::text(text.replace('<', "&lt;").replace('>', "&gt;")))
    }),
    function("indent", (2, 2), Needs::Nothing, |call| indented(call, false)),
    function("initials", (1, 1), Needs::Known, |call| {
        let text = call.text(0)?;
        Ok(Datum::text(text.split_whitespace().filter_map(|word| word.chars().next()).collect::<String>()))
    }),
    function("join", (2, 2), Needs::Nothing, |call| Ok(Datum::text(texts(call.at(1)).join(&call.text(0)?)))),
    function("kebabcase", (1, 1), Needs::Known, |call| Ok(Datum::text(words(&call.text(0)?, '-')))),
    function("lower", (1, 1), Needs::Nothing, |call| mapped(call, str::to_lowercase)),
    function("nindent", (2, 2), Needs::Nothing, |call| indented(call, true)),
    function("nospace", (1, 1), Needs::Nothing, |call| {
        mapped(call, |text| text.chars().filter(|it| !it.is_whitespace()).collect())
    }),
    function("plural", (3, 3), Needs::Known, |call| {
        Ok(Datum::Text(if call.int(2)? == 1 { call.text(0)? } else { call.text(1)? }))
    }),
    function("quote", (0, MANY), Needs::Nothing, |call| Ok(Datum::text(each(call, print::quoted)))),
    function("repeat", (2, 2), Needs::Nothing, |call| {
        let (count, text) = (call.count(0)?, call.text(1)?);
        if count.saturating_mul(text.len()) > LONGEST {
            return Err("a text becomes too long".into());
        }
        Ok(Datum::text(text.repeat(count)))
    }),
    function("replace", (3, 3), Needs::Nothing, |call| {
        let (old, new, text) = (call.text(0)?, call.text(1)?, call.text(2)?);
        if text.len().saturating_add(text.matches(&*old).count().saturating_mul(new.len())) > LONGEST {
            return Err("a text becomes too long".into());
        }
        Ok(Datum::Text(text.derived(text.replace(&*old, &new), 0)))
    }),
    function("snakecase", (1, 1), Needs::Known, |call| Ok(Datum::text(words(&call.text(0)?, '_')))),
    function("sortAlpha", (1, 1), Needs::Known, |call| {
        let mut sorted = texts(call.at(0));
        sorted.sort();
        Ok(Datum::list(sorted.into_iter().map(Datum::text).collect()))
    }),
    function("split", (2, 2), Needs::Known, |call| Ok(parts(call.text(1)?.split(&*call.text(0)?)))),
    function("splitList", (2, 2), Needs::Known, |call| {
        let (by, text) = (call.text(0)?, call.text(1)?);
        if by.is_empty() {
            return Ok(Datum::list(text.chars().map(|it| Datum::text(it.to_string())).collect()));
        }
        Ok(Datum::list(text.split(&*by).map(Datum::text).collect()))
    }),
    function("splitn", (3, 3), Needs::Known, |call| Ok(parts(call.text(2)?.splitn(call.count(1)?, &*call.text(0)?)))),
    function("squote", (0, MANY), Needs::Nothing, |call| Ok(Datum::text(each(call, |text| format!("'{text}'"))))),
    function("substr", (3, 3), Needs::Known, substring),
    function("swapcase", (1, 1), Needs::Known, |call| {
        let swap = |it: char| if it.is_uppercase() { it.to_lowercase().next() } else { it.to_uppercase().next() };
        Ok(Datum::text(call.text(0)?.chars().filter_map(swap).collect::<String>()))
    }),
    function("title", (1, 1), Needs::Known, |call| Ok(Datum::text(title(&call.text(0)?, true)))),
    function("trim", (1, 1), Needs::Nothing, |call| trimmed(call, 0, char::is_whitespace, (true, true))),
    function("trimAll", (2, 2), Needs::Nothing, trim_all),
    function("trimPrefix", (2, 2), Needs::Nothing, |call| {
        let (prefix, text) = (call.text(0)?, call.text(1)?);
        let begin = if text.starts_with(&*prefix) { prefix.len() } else { 0 };
        Ok(Datum::Text(text.part(begin, text.len())))
    }),
    function("trimSuffix", (2, 2), Needs::Nothing, |call| {
        let (suffix, text) = (call.text(0)?, call.text(1)?);
        let end = text.strip_suffix(&*suffix).map_or(text.len(), str::len);
        Ok(Datum::Text(text.part(0, end)))
    }),
    function("trimall", (2, 2), Needs::Nothing, trim_all),
    function("trunc", (2, 2), Needs::Known, |call| {
        let (length, text) = (call.int(0)?, call.text(1)?);
        let size = usize::try_from(length.unsigned_abs()).unwrap_or(usize::MAX);
        if size >= text.len() {
            return Ok(Datum::Text(text));
        }
        // Bytes, as Go has it; but never within a character.
        let (begin, end) = if length < 0 { (text.len() - size, text.len()) } else { (0, size) };
        Ok(Datum::Text(text.part(text.floor_char_boundary(begin), text.floor_char_boundary(end))))
    }),
    function("untitle", (1, 1), Needs::Known, |call| Ok(Datum::text(title(&call.text(0)?, false)))),
    function("upper", (1, 1), Needs::Nothing, |call| mapped(call, str::to_uppercase)),
    function("urlquery", (1, MANY), Needs::Known, |call| {
        let text = print::print(&call.values);
        let encoded = percent_encoding::utf8_percent_encode(&text, percent_encoding::NON_ALPHANUMERIC).to_string();
        let kept = [("%2D", "-"), ("%5F", "_"), ("%2E", "."), ("%7E", "~"), ("%20", "+")];
        Ok(Datum::text(kept.iter().fold(encoded, |text, (code, kept)| text.replace(code, kept))))
    }),
    function("wrap", (2, 2), Needs::Known, |call| Ok(Datum::text(wrapped(&call.text(1)?, call.count(0)?, "\n")))),
    function("wrapWith", (3, 3), Needs::Known, |call| {
        Ok(Datum::text(wrapped(&call.text(2)?, call.count(0)?, &call.text(1)?)))
    }),
];

/// Every line further to the right, and for `nindent` all of them on lines of their own.
fn indented(call: &Call<'_>, is_new: bool) -> Outcome {
    let (width, text) = (call.count(0)?, call.text(1)?);
    let lines = text.matches('\n').count() + 1;
    if lines.saturating_mul(width).saturating_add(text.len()) > LONGEST {
        return Err(Failure { limit: true, ..Failure::from("a text becomes too long") });
    }
    let pad = " ".repeat(width);
    let moved = format!("{}{pad}{}", if is_new { "\n" } else { "" }, text.replace('\n', &format!("\n{pad}")));
    Ok(Datum::Text(text.derived(moved, usize::from(is_new))))
}

fn mapped(call: &Call<'_>, change: fn(&str) -> String) -> Outcome {
    let text = call.text(0)?;
    Ok(Datum::Text(text.derived(change(&text), 0)))
}

/// Every argument that is something, changed, with spaces between.
fn each(call: &Call<'_>, change: impl Fn(&str) -> String) -> String {
    let given = call.values.iter().filter(|value| !matches!(value, Datum::Nil));
    given.map(|value| change(&print::value(value))).collect::<Vec<_>>().join(" ")
}

fn trim_all(call: &Call<'_>) -> Outcome {
    let cut = call.text(0)?;
    trimmed(call, 1, |it| cut.contains(it), (true, true))
}

fn trimmed(call: &Call<'_>, at: usize, cut: impl Fn(char) -> bool + Copy, ends: (bool, bool)) -> Outcome {
    let text = call.text(at)?;
    let begin = if ends.0 { text.len() - text.trim_start_matches(cut).len() } else { 0 };
    let end = if ends.1 { text.trim_end_matches(cut).len() } else { text.len() };
    Ok(Datum::Text(text.part(begin, end.max(begin))))
}

/// A dict of what stands between: `_0`, `_1` and so on.
fn parts<'t>(parts: impl Iterator<Item = &'t str>) -> Datum {
    let entries = parts.enumerate().map(|(index, part)| (Rc::from(format!("_{index}")), Datum::text(part)));
    Datum::map(entries.collect::<Map>())
}

fn substring(call: &Call<'_>) -> Outcome {
    let (begin, end, text) = (call.int(0)?, call.int(1)?, call.text(2)?);
    let size = |at: i64| usize::try_from(at).unwrap_or(0).min(text.len());
    let (begin, end) = match (begin, end) {
        (..0, end) => (0, size(end)),
        (begin, ..0) => (size(begin), text.len()),
        (begin, end) => (size(begin), size(end)),
    };
    let (begin, end) = (text.floor_char_boundary(begin), text.floor_char_boundary(end));
    Ok(Datum::Text(text.part(begin, end.max(begin))))
}

/// The first letter of every word as a capital, or not as one.
fn title(text: &str, capital: bool) -> String {
    let mut begins = true;
    let letter = |it: char| {
        let is_first = begins && it.is_alphabetic();
        begins = it.is_whitespace();
        match (is_first, capital) {
            (true, true) => it.to_uppercase().next().unwrap_or(it),
            (true, false) => it.to_lowercase().next().unwrap_or(it),
            _ => it,
        }
    };
    text.chars().map(letter).collect()
}

/// Words in lower case with this between them.
fn words(text: &str, between: char) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::new();
    for (at, letter) in letters.iter().copied().enumerate() {
        if matches!(letter, '-' | '_' | ' ' | '.') {
            out.push(between);
            continue;
        }
        let before = at.checked_sub(1).map(|at| letters[at]);
        let begins = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_ascii_digit()
                    || before.is_uppercase() && letters.get(at + 1).is_some_and(|next| next.is_lowercase())
            });
        if begins {
            out.push(between);
        }
        out.extend(letter.to_lowercase());
    }
    out
}

/// Words without anything between them, each with a capital: `HttpServer`.
fn camel(text: &str) -> String {
    let mut begins = true;
    let mut out = String::new();
    for letter in text.chars() {
        if matches!(letter, '-' | '_' | ' ' | '.') {
            begins = true;
        } else if begins {
            out.extend(letter.to_uppercase());
            begins = false;
        } else {
            out.push(letter);
        }
    }
    out
}

/// Lines of whole words that are no longer than that, where words allow it.
fn wrapped(text: &str, width: usize, between: &str) -> String {
    let (mut out, mut used) = (String::new(), 0);
    for word in text.split(' ') {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            out.push_str(between);
            used = 0;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out
}
