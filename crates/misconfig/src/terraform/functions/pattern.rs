//! Regular expressions in the syntax of RE2, which the `regex` crate shares but for details.

use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use super::text::bounded;
use crate::terraform::datum::Datum;
use crate::terraform::evaluator::Evaluator;

/// What compiling an expression costs.
const COMPILING: usize = 500;

fn compiled(evaluator: &Evaluator<'_>, pattern: &str) -> Result<Regex, String> {
    evaluator.spend(COMPILING + pattern.len()).map_err(|failure| failure.reason)?;
    RegexBuilder::new(pattern)
        .size_limit(1 << 20)
        .dfa_size_limit(1 << 20)
        .build()
        .map_err(|_| format!("{pattern:?} is no regular expression"))
}

/// A match without groups is a text; with names, a map; else a list.
fn captured(regex: &Regex, captures: &regex::Captures<'_>) -> Datum {
    let group = |found: Option<regex::Match<'_>>| found.map_or(Datum::Null, |found| Datum::text(found.as_str()));
    if regex.captures_len() == 1 {
        return group(captures.get(0));
    }
    let names = regex.capture_names().skip(1);
    if names.clone().any(|name| name.is_some()) {
        return Datum::map(names.flatten().map(|name| (Arc::from(name), group(captures.name(name)))).collect());
    }
    Datum::list(captures.iter().skip(1).map(group).collect())
}

pub(super) fn first(evaluator: &Evaluator<'_>, pattern: &str, text: &str) -> Result<Datum, String> {
    let regex = compiled(evaluator, pattern)?;
    let captures = regex.captures(text).ok_or_else(|| format!("nothing in the string matches {pattern:?}"))?;
    Ok(captured(&regex, &captures))
}

pub(super) fn all(evaluator: &Evaluator<'_>, pattern: &str, text: &str) -> Result<Datum, String> {
    let regex = compiled(evaluator, pattern)?;
    let mut found = Vec::new();
    for captures in regex.captures_iter(text) {
        evaluator.spend(regex.captures_len()).map_err(|failure| failure.reason)?;
        found.push(captured(&regex, &captures));
    }
    Ok(Datum::list(found))
}

pub(super) fn replace(evaluator: &Evaluator<'_>, text: &str, pattern: &str, with: &str) -> Result<Datum, String> {
    let regex = compiled(evaluator, pattern)?;
    let mut replaced = String::new();
    let mut end = 0;
    for captures in regex.captures_iter(text) {
        let Some(found) = captures.get(0) else { continue };
        replaced.push_str(&text[end..found.start()]);
        captures.expand(with, &mut replaced);
        end = found.end();
        bounded(replaced.len())?;
    }
    replaced.push_str(&text[end..]);
    Ok(Datum::text(replaced))
}

#[cfg(test)]
mod tests {
    use crate::terraform::functions::testing::check;

    #[test]
    fn examples_of_the_documentation() {
        check(&[
            (r#"regex("[a-z]+", "53453453.345345aaabbbccc23454")"#, r#""aaabbbccc""#),
            (r#"regex("(\\d\\d\\d\\d)-(\\d\\d)-(\\d\\d)", "2019-02-01")"#, r#"["2019","02","01"]"#),
            (
                r#"regex("^(?:(?P<scheme>[^:/?#]+):)?(?://(?P<authority>[^/?#]*))?", "https://terraform.io/docs/")"#,
                r#"{"authority":"terraform.io","scheme":"https"}"#,
            ),
            (r#"regex("[a-z]+", "53453453.34534523454")"#, "!"),
            (r#"regexall("[a-z]+", "1234abcd5678efgh9")"#, r#"["abcd","efgh"]"#),
            (r#"length(regexall("[a-z]+", "1234"))"#, "0"),
        ]);
    }
}
