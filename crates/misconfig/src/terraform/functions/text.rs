//! String functions.

use std::sync::Arc;

use super::format::{format, format_list};
use super::{Arguments, Function, MANY, Needs, function, pattern};
use crate::terraform::datum::Datum;

/// As much text as one call may make.
pub(super) const MOST_TEXT: usize = 16 << 20;

pub(super) const FUNCTIONS: &[Function] = &[
    function("chomp", (1, 1), Needs::All, |of| map(of, |text| text.trim_end_matches(['\r', '\n']).to_owned())),
    function("endswith", (2, 2), Needs::All, |of| Ok(Datum::Bool(of.text(0)?.ends_with(&*of.text(1)?)))),
    function("format", (1, MANY), Needs::All, |of| format(&of.text(0)?, &of.values[1..]).map(Datum::text)),
    function("formatlist", (1, MANY), Needs::All, |of| format_list(&of.text(0)?, &of.values[1..])),
    function("indent", (2, 2), Needs::All, indent),
    function("join", (2, MANY), Needs::All, join),
    function("lower", (1, 1), Needs::All, |of| map(of, str::to_lowercase)),
    function("regex", (2, 2), Needs::All, |of| pattern::first(of.evaluator, &of.text(0)?, &of.text(1)?)),
    function("regexall", (2, 2), Needs::All, |of| pattern::all(of.evaluator, &of.text(0)?, &of.text(1)?)),
    function("replace", (3, 3), Needs::All, replace),
    function("split", (2, 2), Needs::All, split),
    function("startswith", (2, 2), Needs::All, |of| Ok(Datum::Bool(of.text(0)?.starts_with(&*of.text(1)?)))),
    function("strcontains", (2, 2), Needs::All, |of| Ok(Datum::Bool(of.text(0)?.contains(&*of.text(1)?)))),
    function("strrev", (1, 1), Needs::All, |of| map(of, |text| text.chars().rev().collect())),
    function("substr", (3, 3), Needs::All, substr),
    function("title", (1, 1), Needs::All, |of| map(of, title)),
    function("trim", (2, 2), Needs::All, |of| {
        let characters: Vec<char> = of.text(1)?.chars().collect();
        map(of, |text| text.trim_matches(characters.as_slice()).to_owned())
    }),
    function("trimprefix", (2, 2), Needs::All, |of| {
        let prefix = of.text(1)?;
        map(of, |text| text.strip_prefix(&*prefix).unwrap_or(text).to_owned())
    }),
    function("trimspace", (1, 1), Needs::All, |of| map(of, |text| text.trim().to_owned())),
    function("trimsuffix", (2, 2), Needs::All, |of| {
        let suffix = of.text(1)?;
        map(of, |text| text.strip_suffix(&*suffix).unwrap_or(text).to_owned())
    }),
    function("upper", (1, 1), Needs::All, |of| map(of, upper)),
];

fn map(of: &Arguments<'_, '_>, change: impl FnOnce(&str) -> String) -> Result<Datum, String> {
    Ok(Datum::text(change(&of.text(0)?)))
}

/// Refuses a text before it is made.
pub(super) fn bounded(length: usize) -> Result<(), String> {
    if length > MOST_TEXT { Err("the text is too long".to_owned()) } else { Ok(()) }
}

fn indent(of: &Arguments<'_, '_>) -> Result<Datum, String> {
    let (spaces, text) = (usize::try_from(of.whole(0)?).map_err(|_| of.wrong(0, "positive"))?, of.text(1)?);
    bounded(spaces.saturating_mul(text.matches('\n').count()))?;
    Ok(Datum::text(text.replace('\n', &format!("\n{}", " ".repeat(spaces)))))
}

fn join(of: &Arguments<'_, '_>) -> Result<Datum, String> {
    let separator = of.text(0)?;
    let mut parts = Vec::new();
    for at in 1..of.len() {
        parts.extend(of.texts(at)?);
    }
    bounded(parts.iter().fold(0, |sum: usize, part| sum.saturating_add(part.len() + separator.len())))?;
    Ok(Datum::text(parts.join(&*separator)))
}

/// Between slashes stands a regular expression.
fn replace(of: &Arguments<'_, '_>) -> Result<Datum, String> {
    let (text, wanted, with) = (of.text(0)?, of.text(1)?, of.text(2)?);
    if wanted.len() > 1 && wanted.starts_with('/') && wanted.ends_with('/') {
        return pattern::replace(of.evaluator, &text, &wanted[1..wanted.len() - 1], &with);
    }
    bounded(text.matches(&*wanted).count().saturating_mul(with.len()))?;
    Ok(Datum::text(text.replace(&*wanted, &with)))
}

fn split(of: &Arguments<'_, '_>) -> Result<Datum, String> {
    let (separator, text) = (of.text(0)?, of.text(1)?);
    let parts: Vec<Datum> = if separator.is_empty() {
        text.chars().map(|c| Datum::text(c.to_string())).collect()
    } else {
        text.split(&*separator).map(Datum::text).collect()
    };
    Ok(Datum::list(parts))
}

/// Counted in characters; a negative offset counts from the end, a length of -1 reaches to it.
fn substr(of: &Arguments<'_, '_>) -> Result<Datum, String> {
    let (text, offset, length) = (of.text(0)?, of.whole(1)?, of.whole(2)?);
    let all = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let start = if offset < 0 { (all + offset).max(0) } else { offset };
    let length = if length < 0 { i64::MAX } else { length };
    let bound = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
    Ok(Datum::text(text.chars().skip(bound(start)).take(bound(length)).collect::<String>()))
}

/// Character by character, as in Go: what has no capital letter of its own stays.
fn upper(text: &str) -> String {
    text.chars()
        .map(|character| {
            let mut upper = character.to_uppercase();
            if upper.len() == 1 { upper.next().unwrap_or(character) } else { character }
        })
        .collect()
}

fn title(text: &str) -> String {
    let mut before = ' ';
    let mut titled = String::with_capacity(text.len());
    for character in text.chars() {
        if before.is_alphanumeric() || before == '_' {
            titled.push(character);
        } else {
            titled.extend(character.to_uppercase());
        }
        before = character;
    }
    titled
}

/// Texts of a list.
pub(super) fn list(texts: impl IntoIterator<Item = impl Into<Arc<str>>>) -> Datum {
    Datum::list(texts.into_iter().map(Datum::text).collect())
}

#[cfg(test)]
mod tests {
    use crate::terraform::functions::testing::check;

    #[test]
    fn examples_of_the_documentation() {
        check(&[
            (r#"chomp("hello\r\n\n")"#, r#""hello""#),
            (r#"endswith("hello world", "world")"#, "true"),
            (r#"indent(2, "[\n  foo,\n  bar,\n]\n")"#, r#""[\n    foo,\n    bar,\n  ]\n  ""#),
            (r#"join("-", ["foo", "bar", "baz"])"#, r#""foo-bar-baz""#),
            (r#"join(", ", ["foo"])"#, r#""foo""#),
            (r#"lower("HELLO")"#, r#""hello""#),
            (r#"replace("1 + 2 + 3", "+", "-")"#, r#""1 - 2 - 3""#),
            (r#"replace("hello world", "/w.*d/", "everybody")"#, r#""hello everybody""#),
            (r#"replace("a-b", "/(.)-(.)/", "$2-$1")"#, r#""b-a""#),
            (r#"split(",", "foo,bar,baz")"#, r#"["foo","bar","baz"]"#),
            (r#"split(",", "foo")"#, r#"["foo"]"#),
            (r#"split(",", "")"#, r#"[""]"#),
            (r#"startswith("hello world", "world")"#, "false"),
            (r#"strcontains("hello world", "wor")"#, "true"),
            (r#"strrev("hello")"#, r#""olleh""#),
            (r#"substr("hello world", 1, 4)"#, r#""ello""#),
            (r#"substr("hello world", -5, -1)"#, r#""world""#),
            (r#"substr("🤔🤷", 0, 1)"#, r#""🤔""#),
            (r#"title("hello world")"#, r#""Hello World""#),
            (r#"title("wORLD foo-bar a_b")"#, r#""WORLD Foo-Bar A_b""#),
            (r#"trim("?!hello?!", "!?")"#, r#""hello""#),
            (r#"trim("  hello! world.!  ", "! ")"#, r#""hello! world.""#),
            (r#"trimprefix("helloworld", "hello")"#, r#""world""#),
            (r#"trimprefix("helloworld", "cat")"#, r#""helloworld""#),
            (r#"trimspace("  hello\n\n")"#, r#""hello""#),
            (r#"trimsuffix("helloworld", "world")"#, r#""hello""#),
            (r#"upper("hello")"#, r#""HELLO""#),
            (r#"upper("straße")"#, r#""STRAßE""#),
        ]);
    }

    #[test]
    fn a_text_that_would_be_too_long_is_not_made() {
        check(&[
            (r#"indent(1000000000, "\n\n")"#, "!"),
            (r#"format("%1000000000d", 1)"#, "!"),
            (
                r#"join(join("", [for i in range(1000) : "0123456789012345678901234567890123456789"]), range(1000))"#,
                "!",
            ),
        ]);
    }
}
