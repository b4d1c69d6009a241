//! Checks of single values: equality, patterns, limits, versions, networks and ports.

use std::borrow::Cow;
use std::net::IpAddr;

use super::verdict::Verdict;
use crate::rule::{Bound, Check};
use crate::{Node, Value};

/// Whether a value that is there passes a check; not for checks that look at the entries of lists.
pub fn passes(check: &Check<'_>, node: &Node) -> Verdict {
    if matches!(node.value, Value::Unknown | Value::Reference(_)) {
        return Verdict::Unknown;
    }
    let text = scalar(node);
    let text = text.as_deref();
    let any = |must: bool, list: &[&str], holds: fn(&str, &str) -> bool| {
        Verdict::from(text.is_some_and(|text| list.iter().any(|known| holds(text, known))) == must)
    };
    match check {
        Check::OneOf(must, values) => any(*must, values, equal),
        Check::StartsWith(must, values) => any(*must, values, |text, start| text.starts_with(start)),
        Check::EndsWith(must, values) => any(*must, values, |text, end| text.ends_with(end)),
        Check::Matches(must, pattern) => Verdict::from(text.is_some_and(|text| pattern.matches(text)) == *must),
        Check::Number(bound, limit) => {
            let number = text.and_then(|text| text.parse::<f64>().ok());
            Verdict::from(number.is_some_and(|number| match bound {
                Bound::Least => number >= *limit,
                Bound::Most => number <= *limit,
            }))
        }
        Check::Version(bound, limit) => {
            let found = text.and_then(version);
            Verdict::from(found.zip(version(limit)).is_some_and(|(found, limit)| match bound {
                Bound::Least => found >= limit,
                Bound::Most => found <= limit,
            }))
        }
        Check::World(must) => Verdict::from(text.is_some_and(is_world) == *must),
        Check::Port(must, port) => Verdict::from(text.is_some_and(|text| has_port(text, *port)) == *must),
        _ => Verdict::Holds,
    }
}

/// Whether a value has these entries, keys or parts.
pub fn contains(check: &Check<'_>, node: &Node) -> Verdict {
    let has = |wanted: &str| match &node.value {
        Value::List(items) => items.iter().fold(Verdict::Fails, |verdict, item| {
            verdict.max(match (&item.value, scalar(item)) {
                (Value::Unknown | Value::Reference(_), _) => Verdict::Unknown,
                (_, text) => Verdict::from(text.is_some_and(|text| equal(&text, wanted))),
            })
        }),
        Value::Map(_) => Verdict::from(node.get(wanted).is_some()),
        Value::Unknown | Value::Reference(_) => Verdict::Unknown,
        _ => Verdict::from(scalar(node).is_some_and(|text| text.contains(wanted))),
    };
    let any = |list: &[&str]| list.iter().map(|wanted| has(wanted)).max().unwrap_or(Verdict::Fails);
    match check {
        Check::Contains(true, list) => list.iter().map(|wanted| has(wanted)).min().unwrap_or(Verdict::Holds),
        Check::Contains(false, list) => any(list).not(),
        Check::ContainsAny(list) => any(list),
        _ => Verdict::Holds,
    }
}

/// Whether two values say the same.
pub fn same(one: &Node, other: &Node) -> Verdict {
    match (&one.value, &other.value) {
        (Value::Unknown | Value::Reference(_), _) | (_, Value::Unknown | Value::Reference(_)) => Verdict::Unknown,
        _ => Verdict::from(scalar(one).is_some() && scalar(one) == scalar(other)),
    }
}

/// A value that is no collection, as text.
pub fn scalar(node: &Node) -> Option<Cow<'_, str>> {
    match &node.value {
        Value::Bool(yes) => Some(Cow::Borrowed(if *yes { "true" } else { "false" })),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Text(text) => Some(Cow::Borrowed(text)),
        _ => None,
    }
}

/// Rules write values as files do, without kinds: templates have `"true"` for `true`.
fn equal(text: &str, wanted: &str) -> bool {
    text == wanted || matches!(wanted, "true" | "false") && text.eq_ignore_ascii_case(wanted)
}

/// The numbers of the first version in a text.
fn version(text: &str) -> Option<Vec<u64>> {
    let begins = text.find(|it: char| it.is_ascii_digit())?;
    let text = &text[begins..];
    let end = text.find(|it: char| !it.is_ascii_digit() && !matches!(it, '.' | '_' | '-')).unwrap_or(text.len());
    let numbers = text[..end].split(['.', '_', '-']).filter(|part| !part.is_empty());
    Some(numbers.map(|part| part.parse().unwrap_or(u64::MAX)).collect())
}

/// Whether it is everybody's address, or a network that only halves or eighths of the Internet lack to be it.
fn is_world(text: &str) -> bool {
    const WORDS: &[&str] = &["*", "any", "all", "internet", "0.0.0.0", "::", "<nw>/0"];
    /// A network of more addresses than any organization has.
    const WIDEST: (u8, u8) = (7, 15);
    if WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return true;
    }
    let Some((address, length)) = text.split_once('/') else { return false };
    let (Ok(address), Ok(length)) = (address.trim().parse::<IpAddr>(), length.trim().parse::<u8>()) else {
        return false;
    };
    length <= if address.is_ipv4() { WIDEST.0 } else { WIDEST.1 }
}

/// Whether a port, a range or a list of them, as clouds write them, has this port.
fn has_port(text: &str, port: u16) -> bool {
    text.split(',').map(str::trim).any(|part| {
        let part = part.split('/').next().unwrap_or(part);
        if matches!(part, "*") || part.eq_ignore_ascii_case("any") || part.eq_ignore_ascii_case("all") {
            return true;
        }
        match part.split_once(['-', ':']) {
            None => part.parse() == Ok(port),
            Some((from, to)) => match (from.trim().parse::<u16>(), to.trim().parse::<u16>()) {
                (Ok(from), Ok(to)) => (from..=to).contains(&port),
                _ => false,
            },
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;

    fn check(check: &Check<'_>, text: &str, expected: bool) {
        let node = Value::text(text).at(Span::default());
        assert_eq!(passes(check, &node), Verdict::from(expected), "{check:?} of {text:?}");
    }

    #[test]
    fn versions_are_compared_by_their_numbers() {
        let least = Check::Version(Bound::Least, "1.2");
        for (text, expected) in [
            ("TLSv1.2_2021", true),
            ("TLS1_2", true),
            ("TLS1_0", false),
            ("1.10", true),
            ("TLSv1", false),
            ("SSLv3", true),
            ("none", false),
        ] {
            check(&least, text, expected);
        }
    }

    #[test]
    fn networks_of_everybody_are_known() {
        for (text, expected) in [
            ("0.0.0.0/0", true),
            ("::/0", true),
            ("0.0.0.0/1", true),
            ("*", true),
            ("Internet", true),
            ("10.0.0.0/8", false),
            ("192.0.2.1/32", false),
            ("sg-123", false),
        ] {
            check(&Check::World(true), text, expected);
        }
    }

    #[test]
    fn ports_are_found_in_ranges_and_lists() {
        for (text, expected) in [
            ("22", true),
            ("20-25", true),
            ("80,20:22", true),
            ("*", true),
            ("22/tcp", true),
            ("2222", false),
            ("23-80", false),
        ] {
            check(&Check::Port(true, 22), text, expected);
        }
    }
}
