//! Words for people: what a condition asks for, and what was found instead.

use super::compare::scalar;
use super::scope::Trail;
use crate::rule::{Bound, Check, Condition, Test};
use crate::secret::{self, Sight};
use crate::{Node, Value};

/// Longer values are cut.
const LONGEST: usize = 120;
/// Entries of a list that is written out.
const MOST_ITEMS: usize = 64;

/// What a test asks for, or, where `holds` is false, that it asks for anything else.
pub fn expected(test: &Test<'_>, holds: bool) -> String {
    match &*test.checks {
        [only] => check(only, holds),
        several => {
            let checks: Vec<_> = several.iter().map(|each| check(each, true)).collect();
            let checks = checks.join(" and ");
            if holds { checks } else { format!("nothing that is {checks}") }
        }
    }
}

/// What a check asks for, or its opposite.
fn check(asked: &Check<'_>, holds: bool) -> String {
    let list = |values: &[&str]| match values {
        [""] => "empty".to_owned(),
        [only] => (*only).to_owned(),
        _ => format!(
            "one of {}",
            values.iter().filter(|value| !value.is_empty()).copied().collect::<Vec<_>>().join(", ")
        ),
    };
    let not = |must: bool, rest: String| if must == holds { rest } else { format!("not {rest}") };
    match asked {
        Check::Exists(must) => not(*must, "set".into()),
        Check::OneOf(must, values) => not(*must, list(values)),
        Check::Matches(must, pattern) => not(*must, format!("matching {}", pattern.text())),
        Check::StartsWith(must, values) => not(*must, format!("beginning with {}", list(values))),
        Check::EndsWith(must, values) => not(*must, format!("ending with {}", list(values))),
        Check::Contains(must, values) if *must == holds => format!("with {}", values.join(", ")),
        Check::ContainsAny(values) if holds => format!("with {}", list(values)),
        Check::Contains(_, values) | Check::ContainsAny(values) => format!("without {}", values.join(", ")),
        Check::Number(bound, limit) => not(true, format!("{} {limit}", side(*bound))),
        Check::Version(bound, limit) => not(true, format!("{} {limit}", side(*bound))),
        Check::World(must) => not(*must, "open to every address".into()),
        Check::Port(must, port) => not(*must, format!("port {port}")),
        Check::SameAs(must, path) => not(*must, format!("the same as {path}")),
        Check::Count(test) => not(true, format!("{} of them", expected(test, true))),
        Check::Each(inner) => not(true, format!("each with {}", condition(inner))),
        Check::Some(inner) | Check::None(inner) => {
            let some = matches!(asked, Check::Some(_)) == holds;
            format!("{} with {}", if some { "at least one" } else { "none" }, condition(inner))
        }
    }
}

fn side(bound: Bound) -> &'static str {
    match bound {
        Bound::Least => "at least",
        Bound::Most => "at most",
    }
}

/// What a condition asks for.
pub fn condition(asked: &Condition<'_>) -> String {
    let joined = |parts: &[Condition<'_>], word: &str| parts.iter().map(condition).collect::<Vec<_>>().join(word);
    match asked {
        Condition::All(parts) => joined(parts, " and "),
        Condition::Any(parts) => joined(parts, " or "),
        Condition::Not(inner) => format!("not ({})", condition(inner)),
        Condition::If(_, then) => condition(then),
        Condition::Attribute(path, test) => format!("{path} {}", expected(test, true)),
        Condition::Related(related) => format!("{}: {}", related.kinds.join(" or "), expected(&related.test, true)),
    }
}

/// What was found, unless it is nobody's business. It is not cut: only the whole of a secret is known again.
pub fn found(node: &Node, trail: &Trail<'_>, resource: Sight) -> String {
    let (sight, key) = (trail.sight(resource), trail.last_key());
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Unknown => "not known yet".to_owned(),
        Value::Reference(address) => address.clone(),
        Value::List(items) if items.iter().all(|item| scalar(item).is_some()) => {
            let shown = items.iter().take(MOST_ITEMS).filter_map(|item| Some((item, scalar(item)?)));
            let shown: Vec<_> = shown.map(|(item, text)| secret::shown(item, &text, sight, key).into_owned()).collect();
            format!("[{}]", shown.join(", "))
        }
        Value::List(items) => format!("a list of {}", items.len()),
        Value::Map(entries) => {
            let keys: Vec<_> = entries.iter().take(MOST_ITEMS).map(|(key, _)| &**key).collect();
            format!("{{{}}}", keys.join(", "))
        }
        _ => scalar(node).map(|text| secret::shown(node, &text, sight, key).into_owned()).unwrap_or_default(),
    }
}

/// A value as long as anybody reads.
pub fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::read::entries;

    /// What a test in YAML asks for, and what its opposite does.
    fn check(test: &str, holds: &str, fails: &str) {
        let rule = format!(
            "- {{id: PLM-A1-B1-001, title: A title of ten, why: {:?}, severity: low, kinds: x, fix: {:?}, bad: x, good: x, pass: {{a: {test}}}}}",
            "because ".repeat(8),
            "do it ".repeat(8),
        );
        let document = rules::parse(&rule).unwrap();
        let entries = entries(&document, crate::Target::Host, "x").unwrap();
        let Condition::Attribute(_, test) = &entries[0].rule.passes else { panic!("{test}") };
        assert_eq!((&*expected(test, true), &*expected(test, false)), (holds, fails));
    }

    #[test]
    fn opposites_are_said_plainly() {
        check("true", "true", "not true");
        check("{not: x}", "not x", "x");
        check("{exists: false}", "not set", "set");
        check("{contains_any: [a, b]}", "with one of a, b", "without a, b");
        check("{exists: true, not: x}", "set and not x", "nothing that is set and not x");
        check("{none: {b: c}}", "none with b c", "at least one with b c");
    }
}
