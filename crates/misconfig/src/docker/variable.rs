//! Variables in instructions: `$NAME`, `${NAME}`, `${NAME:-default}` and their like, put in where the file knows them.

use std::collections::HashMap;

use crate::{Node, Span, Value};

/// What the file says of variables. One without a value is known only to the build.
#[derive(Clone, Debug, Default)]
pub struct Variables(HashMap<String, Option<String>>);

/// Texts that variables make longer than this are unknown: each may hold the one before twice.
const LONGEST: usize = 4 << 10;

impl Variables {
    /// Sets one.
    pub fn set(&mut self, name: &str, value: Option<String>) {
        self.0.insert(name.to_owned(), value);
    }

    /// The value of one, where the file knows it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_deref()
    }

    /// What the builder always sets before the first stage, and nobody knows before (Dockerfile reference, "Automatic
    /// platform ARGs"): the names stay where they are.
    pub fn platforms() -> Self {
        let parts = ["PLATFORM", "OS", "ARCH", "VARIANT"].into_iter();
        let names = parts.flat_map(|part| ["TARGET", "BUILD"].map(|side| format!("{side}{part}")));
        Self(names.map(|name| (name.clone(), Some(format!("${name}")))).collect())
    }

    /// The text with its variables put in; none where one of them is unknown.
    pub fn expand(&self, text: &str) -> Option<String> {
        self.nested(text, 0)
    }

    /// The same as a value.
    pub fn node(&self, text: &str, span: Span) -> Node {
        self.expand(text).map_or(Value::Unknown, Value::Text).at(span)
    }

    fn nested(&self, text: &str, depth: usize) -> Option<String> {
        if depth > 8 {
            return None;
        }
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['$', '\\']) {
            out.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            if rest[at..].starts_with('\\') {
                let mut letters = after.chars();
                match letters.next() {
                    Some('$') => out.push('$'),
                    Some(letter) => out.extend(['\\', letter]),
                    None => out.push('\\'),
                }
                rest = letters.as_str();
                continue;
            }
            if let Some(inner) = after.strip_prefix('{') {
                let end = closing(inner)?;
                out.push_str(&self.braces(&inner[..end], depth)?);
                rest = &inner[end + 1..];
            } else {
                let end = after.find(|it: char| !it.is_ascii_alphanumeric() && it != '_').unwrap_or(after.len());
                if end == 0 {
                    out.push('$');
                } else {
                    out.push_str(self.get(&after[..end])?);
                }
                rest = &after[end..];
            }
            if out.len() > LONGEST {
                return None;
            }
        }
        out.push_str(rest);
        Some(out)
    }

    /// What stands between braces.
    fn braces(&self, inner: &str, depth: usize) -> Option<String> {
        let end = inner.find(|it: char| !it.is_ascii_alphanumeric() && it != '_').unwrap_or(inner.len());
        let (name, operation) = inner.split_at(end);
        let value = self.get(name);
        let set = value.filter(|value| !value.is_empty());
        match operation {
            "" => value.map(str::to_owned),
            _ if operation.starts_with(":-") || operation.starts_with('-') => match set {
                Some(value) => Some(value.to_owned()),
                // The build may say otherwise; the file says this.
                None => self.nested(operation.trim_start_matches([':', '-']), depth + 1),
            },
            _ if operation.starts_with(":+") || operation.starts_with('+') => match set {
                Some(_) => self.nested(operation.trim_start_matches([':', '+']), depth + 1),
                None => self.0.contains_key(name).then(String::new),
            },
            _ => None,
        }
    }
}

/// Where the brace that is open closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_put_in_where_they_are_known() {
        let mut variables = Variables::default();
        variables.set("A", Some("one".into()));
        variables.set("E", Some(String::new()));
        variables.set("U", None);
        for (text, expected) in [
            ("$A-${A}", Some("one-one")),
            ("${E:-two}", Some("two")),
            ("${U:-$A}", Some("one")),
            ("${A:+x}y", Some("xy")),
            ("\\$A", Some("$A")),
            ("$U", None),
            ("$X", None),
            ("${A", None),
            ("a$", Some("a$")),
            ("${A%x}", None),
        ] {
            assert_eq!(variables.expand(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn doubling_ends() {
        let mut variables = Variables::default();
        variables.set("A", Some("x".repeat(100)));
        for _ in 0..64 {
            let twice = variables.expand("$A$A");
            variables.set("A", twice);
        }
        assert_eq!(variables.expand("$A"), None);
    }
}
