//! Configuration that is a document: JSON, YAML, TOML 1.1. The document is the body.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Found, number};
use crate::{Node, Span, Value, json as json_tree, yaml as yaml_tree};

/// A document in JSON.
pub fn json(text: &str, found: &mut Found<'_>) {
    match json_tree::parse(text.as_bytes()) {
        Ok(body) => found.add_whole(body),
        Err(what) => found.wrong(what),
    }
}

/// A document in YAML.
pub fn yaml(text: &str, found: &mut Found<'_>) {
    let documents = yaml_tree::documents(text);
    for body in documents.read {
        if matches!(body.value, Value::Map(_)) {
            found.add_whole(body);
        }
    }
    found.reading.gap(documents.wrong);
}

/// A document in YAML whose keys may be paths with dots (Elasticsearch): all of them are, in the end.
pub fn dotted(text: &str, found: &mut Found<'_>) {
    let documents = yaml_tree::documents(text);
    for body in documents.read {
        if matches!(body.value, Value::Map(_)) {
            let mut flat = Vec::new();
            flatten("", &body, &mut flat);
            found.add_whole(Value::Map(crate::value::last_of_each(flat)).at(body.span));
        }
    }
    found.reading.gap(documents.wrong);
}

/// No setting has a longer name; all of them are repeated in front of what is in them.
const LONGEST: usize = 256;

fn flatten(before: &str, node: &Node, out: &mut Vec<(String, Node)>) {
    for (key, value) in node.entries() {
        if key.len() > LONGEST {
            continue;
        }
        let key = if before.is_empty() { key.clone() } else { format!("{before}.{key}") };
        match value.value {
            Value::Map(_) => flatten(&key, value, out),
            _ => out.push((key, value.clone())),
        }
    }
}

/// How deep tables lie in each other.
const DEEPEST: usize = 64;

/// A document in TOML.
pub fn toml(text: &str, found: &mut Found<'_>) {
    let starts: Vec<usize> =
        std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect();
    match DeTable::parse(text) {
        Ok(root) => {
            let span = root.span();
            let body = table(root.get_ref(), &starts, 0);
            found.add_whole(body.at(lines(&starts, span)));
        }
        Err(error) => {
            let line = error.span().map_or(1, |span| lines(&starts, span).first);
            let message = error.message().lines().next().unwrap_or_default();
            found.wrong(format!("line {line}: {message}"));
        }
    }
}

fn lines(starts: &[usize], span: std::ops::Range<usize>) -> Span {
    let line = |at: usize| number(starts.partition_point(|start| *start <= at));
    Span::new(line(span.start), line(span.end.saturating_sub(1).max(span.start)))
}

fn table(table: &DeTable<'_>, starts: &[usize], depth: usize) -> Value {
    let entry = |(key, node): (&Spanned<std::borrow::Cow<'_, str>>, &Spanned<DeValue<'_>>)| {
        (key.get_ref().to_string(), value(node, starts, depth + 1))
    };
    Value::Map(table.iter().map(entry).collect())
}

fn value(node: &Spanned<DeValue<'_>>, starts: &[usize], depth: usize) -> Node {
    let span = lines(starts, node.span());
    if depth > DEEPEST {
        return Value::Unknown.at(span);
    }
    let found = match node.get_ref() {
        DeValue::String(text) => Value::text(text.to_string()),
        DeValue::Boolean(yes) => Value::Bool(*yes),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            #[expect(clippy::cast_precision_loss, reason = "settings are not that large")]
            Ok(number) => Value::Number(number as f64),
            Err(_) => Value::text(number.to_string()),
        },
        DeValue::Float(number) => Value::text(number.to_string()),
        DeValue::Datetime(time) => Value::text(time.to_string()),
        DeValue::Array(items) => Value::List(items.iter().map(|item| value(item, starts, depth + 1)).collect()),
        DeValue::Table(inner) => table(inner, starts, depth),
    };
    found.at(span)
}

#[cfg(test)]
mod tests {
    use super::super::{check, read_at};

    #[test]
    fn toml_keeps_lines() {
        // The tables of the reader are ordered by their keys.
        check(
            "etc/gitlab-runner/config.toml",
            "concurrent = 4\n[[runners]]\n  name = \"a\"\n  [runners.docker]\n    privileged = true\n    volumes = [\"/cache\"]\n",
            &[
                "gitlab-runner config.toml concurrent = 4 :1",
                "gitlab-runner config.toml runners[] docker privileged = true :5",
                "gitlab-runner config.toml runners[] docker volumes[] = /cache :6",
                "gitlab-runner config.toml runners[] name = a :3",
            ],
        );
    }

    #[test]
    fn keys_with_dots_are_paths() {
        check(
            "config/elasticsearch.yml",
            "network:\n  host: 0.0.0.0\nxpack.security.enabled: false\n",
            &[
                "elasticsearch elasticsearch.yml network.host = 0.0.0.0 :2",
                "elasticsearch elasticsearch.yml xpack.security.enabled = false :3",
            ],
        );
    }

    #[test]
    fn broken_documents_are_gaps() {
        for (path, text) in [("etc/docker/daemon.json", "{"), ("etc/containerd/config.toml", "a = \n")] {
            let reading = read_at(&path.into(), text.as_bytes(), 0);
            assert!(reading.resources.is_empty() && reading.gaps[0].what.starts_with("line 1: "), "{reading:?}");
        }
    }
}
