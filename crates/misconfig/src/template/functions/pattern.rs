//! Regular expressions of RE2 (Sprig, "Regular Expressions"), and paths of files (Sprig, "File Path Functions").

use std::borrow::Cow;

use regex::{NoExpand, Regex, RegexBuilder};

use super::{Call, Function, Needs, function};
use crate::template::datum::Datum;
use crate::template::machine::{Failure, LONGEST, Outcome};

pub(super) const FUNCTIONS: &[Function] = &[
    function("base", (1, 1), Needs::Known, |call| {
        let text = call.text(0)?;
        Ok(Datum::text(base(&text)))
    }),
    function("clean", (1, 1), Needs::Known, |call| Ok(Datum::text(clean(&call.text(0)?)))),
    function("dir", (1, 1), Needs::Known, |call| {
        let text = call.text(0)?;
        let folder = text.rfind('/').map_or("", |at| &text[..=at]);
        Ok(Datum::text(clean(folder)))
    }),
    function("ext", (1, 1), Needs::Known, |call| {
        let text = call.text(0)?;
        let name = text.rsplit('/').next().unwrap_or_default();
        Ok(Datum::text(name.rfind('.').map_or("", |at| &name[at..])))
    }),
    function("isAbs", (1, 1), Needs::Decided, |call| Ok(Datum::Bool(call.text(0)?.starts_with('/')))),
    function("osBase", (1, 1), Needs::Known, |call| Ok(Datum::text(base(&call.text(0)?)))),
    function("regexFind", (2, 2), Needs::Known, |call| {
        let text = call.text(1)?;
        Ok(Datum::text(expression(call, 0)?.find(&text).map_or("", |found| found.as_str())))
    }),
    function("regexFindAll", (3, 3), Needs::Known, |call| {
        let (text, count) = (call.text(1)?, most(call, 2)?);
        let found =
            expression(call, 0)?.find_iter(&text).take(count).map(|found| Datum::text(found.as_str())).collect();
        Ok(Datum::list(found))
    }),
    function("regexMatch", (2, 2), Needs::Decided, |call| {
        Ok(Datum::Bool(expression(call, 0)?.is_match(&call.text(1)?)))
    }),
    function("regexQuoteMeta", (1, 1), Needs::Known, |call| Ok(Datum::text(regex::escape(&call.text(0)?)))),
    function("regexReplaceAll", (3, 3), Needs::Nothing, |call| replaced(call, true)),
    function("regexReplaceAllLiteral", (3, 3), Needs::Nothing, |call| replaced(call, false)),
    function("regexSplit", (3, 3), Needs::Known, |call| {
        let (text, count) = (call.text(1)?, most(call, 2)?);
        let pattern = expression(call, 0)?;
        Ok(Datum::list(pattern.splitn(&text, count).map(Datum::text).collect()))
    }),
];

/// What a compiled expression may take.
const LARGEST: usize = 1 << 20;

fn expression(call: &Call<'_>, at: usize) -> Outcome<Regex> {
    // Making one takes longer than anything else that a function does.
    call.machine.spend(500)?;
    let made = RegexBuilder::new(&call.text(at)?).size_limit(LARGEST).dfa_size_limit(LARGEST).nest_limit(60).build();
    made.map_err(|_| "the expression is none, or too large".into())
}

/// How many are wanted at most: all, where the number is negative.
fn most(call: &Call<'_>, at: usize) -> Outcome<usize> {
    Ok(usize::try_from(call.int(at)?).unwrap_or(usize::MAX))
}

fn replaced(call: &Call<'_>, expands: bool) -> Outcome {
    let (text, by) = (call.text(1)?, call.text(2)?);
    let pattern = expression(call, 0)?;
    let most = LONGEST / by.len().saturating_add(text.len()).max(1);
    if pattern.find_iter(&text).take(most + 1).count() > most {
        return Err(Failure { limit: true, ..Failure::from("a text becomes too long") });
    }
    let new = if expands { pattern.replace_all(&text, &*by) } else { pattern.replace_all(&text, NoExpand(&by)) };
    Ok(match new {
        Cow::Borrowed(_) => Datum::Text(text),
        Cow::Owned(new) => Datum::Text(text.derived(new, 0)),
    })
}

fn base(path: &str) -> String {
    match path.trim_end_matches('/') {
        "" if path.is_empty() => ".".to_owned(),
        "" => "/".to_owned(),
        path => path.rsplit('/').next().unwrap_or_default().to_owned(),
    }
}

/// The shortest path to the same (Go's `path.Clean`).
fn clean(path: &str) -> String {
    let is_absolute = path.starts_with('/');
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|last| *last != "..") => drop(steps.pop()),
            ".." if is_absolute => {}
            _ => steps.push(step),
        }
    }
    match (is_absolute, steps.join("/")) {
        (true, path) => format!("/{path}"),
        (false, path) if path.is_empty() => ".".to_owned(),
        (false, path) => path,
    }
}
