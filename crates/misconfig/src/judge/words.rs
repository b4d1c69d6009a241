//! Words for people: what a condition asks for, and what was found instead.

use super::compare::scalar;
use super::scope::{Trail, is_secret};
use crate::rule::{Bound, Check, Condition, Test};
use crate::{Node, Value};

/// Longer values are cut.
const LONGEST: usize = 120;

/// What a test asks for, or, where `holds` is false, that it asks for anything else.
pub fn expected(test: &Test<'_>, holds: bool) -> String {
    let checks: Vec<_> = test.checks.iter().map(check).collect();
    let checks = checks.join(" and ");
    if holds { checks } else { format!("not {checks}") }
}

fn check(check: &Check<'_>) -> String {
    let list = |values: &[&str]| match values {
        [""] => "empty".to_owned(),
        [only] => (*only).to_owned(),
        _ => format!("one of {}", values.join(", ")),
    };
    let not = |must: bool, rest: String| if must { rest } else { format!("not {rest}") };
    match check {
        Check::Exists(must) => not(*must, "set".into()),
        Check::OneOf(must, values) => not(*must, list(values)),
        Check::Matches(must, pattern) => not(*must, format!("matching {}", pattern.text())),
        Check::StartsWith(must, values) => not(*must, format!("beginning with {}", list(values))),
        Check::EndsWith(must, values) => not(*must, format!("ending with {}", list(values))),
        Check::Contains(true, values) => format!("with {}", values.join(", ")),
        Check::Contains(false, values) => format!("without {}", values.join(", ")),
        Check::ContainsAny(values) => format!("with {}", list(values)),
        Check::Number(bound, limit) => format!("{} {limit}", side(*bound)),
        Check::Version(bound, limit) => format!("{} {limit}", side(*bound)),
        Check::World(must) => not(*must, "open to every address".into()),
        Check::Port(must, port) => not(*must, format!("port {port}")),
        Check::Count(test) => format!("{} of them", expected(test, true)),
        Check::Each(inner) => format!("each with {}", condition(inner)),
        Check::Some(inner) => format!("at least one with {}", condition(inner)),
        Check::None(inner) => format!("none with {}", condition(inner)),
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

/// What was found, unless it is nobody's business.
pub fn found(node: &Node, trail: &Trail<'_>) -> String {
    if trail.is_secret() { "…".to_owned() } else { written(node) }
}

fn written(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Unknown => "not known yet".to_owned(),
        Value::Reference(address) => address.clone(),
        Value::List(items) if items.iter().all(|item| scalar(item).is_some()) => {
            let items: Vec<_> = items.iter().map(written).collect();
            cut(&format!("[{}]", items.join(", ")))
        }
        Value::List(items) => format!("a list of {}", items.len()),
        Value::Map(entries) => {
            let keys: Vec<_> = entries.iter().map(|(key, _)| &**key).collect();
            cut(&format!("{{{}}}", keys.join(", ")))
        }
        _ => scalar(node).map(|text| cut(&redact(&text))).unwrap_or_default(),
    }
}

/// A text in which what follows the name of a secret and `=` is left out: `--password=…`, `API_TOKEN=…`.
fn redact(text: &str) -> String {
    let words = text.split_inclusive(char::is_whitespace).map(|word| match word.split_once('=') {
        Some((name, value)) if !value.trim().is_empty() && is_secret(name) => format!("{name}=… "),
        _ => word.to_owned(),
    });
    words.collect::<String>().trim_end().to_owned()
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A line of a file in which what follows the name of a secret is left out.
pub fn mask(line: &str) -> String {
    let Some(at) = line.find([':', '=']) else { return line.to_owned() };
    let (name, value) = line.split_at(at);
    // The last word before the sign is the name: `- name`, `ENV NAME`, `"name"`.
    let name = name.trim_end().rsplit(char::is_whitespace).next().unwrap_or_default();
    if is_secret(name) && value.len() > 1 {
        let space = if value[1..].starts_with(' ') { " " } else { "" };
        return format!("{}{space}…", &line[..=at]);
    }
    redact(line)
}
