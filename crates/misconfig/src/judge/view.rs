//! Views: texts that hold documents, policies or commands, read as what they are.

use std::borrow::Cow;

use crate::rule::View;
use crate::{Node, Span, Value, json, shell, yaml};

/// The value read as that. What cannot be read is unknown: it is not for rules to guess what a service makes of it.
pub fn read(view: View, node: &Node) -> Node {
    let document = match (&node.value, view) {
        (Value::Text(text), View::Json) => tree(json::parse(text.as_bytes()).ok(), node.span),
        (Value::Text(text), View::Yaml) => tree(yaml::first(text), node.span),
        (Value::Text(text), View::Policy) => policy(&tree(json::parse(text.as_bytes()).ok(), node.span)),
        (Value::List(_) | Value::Map(_), View::Policy) => policy(node),
        (_, View::Shell) => shell::commands(&lines(node), node.span.first).at(node.span),
        _ => node.clone(),
    };
    Node { span: node.span, ..document }
}

/// A document, all of it standing where the text does.
fn tree(document: Option<Node>, span: Span) -> Node {
    let mut document = document.unwrap_or(Node { value: Value::Unknown, span });
    place(&mut document, span);
    document
}

fn place(node: &mut Node, span: Span) {
    node.span = span;
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| place(item, span)),
        Value::Map(entries) => entries.iter_mut().for_each(|(_, value)| place(value, span)),
        _ => {}
    }
}

/// A script: a text, or a list of lines.
fn lines(node: &Node) -> Cow<'_, str> {
    match &node.value {
        Value::Text(text) => Cow::Borrowed(text),
        Value::List(items) => Cow::Owned(items.iter().filter_map(Node::text).collect::<Vec<_>>().join("\n")),
        _ => Cow::Borrowed(""),
    }
}

/// An IAM policy (AWS, "IAM JSON policy elements reference"): its statements, in which one value and a list of one are the
/// same, and a principal is `*` or a text such as `AWS:arn:…`.
fn policy(document: &Node) -> Node {
    let statements = match document.get("Statement").or_else(|| document.get("statement")) {
        Some(statements) => statements,
        None if document.value == Value::Unknown => return document.clone(),
        None => document,
    };
    let statements = match &statements.value {
        Value::List(items) => items.iter().map(statement).collect(),
        Value::Map(_) => vec![statement(statements)],
        _ => return Node { value: Value::Unknown, span: document.span },
    };
    Value::List(statements).at(document.span)
}

fn statement(node: &Node) -> Node {
    let entries = node.entries().iter().map(|(key, value)| {
        let value = match &**key {
            "Action" | "NotAction" | "Resource" | "NotResource" => listed(value),
            "Principal" | "NotPrincipal" => principals(value),
            _ => value.clone(),
        };
        (key.clone(), value)
    });
    match node.value {
        Value::Map(_) => Value::Map(entries.collect()).at(node.span),
        _ => node.clone(),
    }
}

fn listed(node: &Node) -> Node {
    match node.value {
        Value::List(_) | Value::Unknown | Value::Reference(_) => node.clone(),
        _ => Value::List(vec![node.clone()]).at(node.span),
    }
}

fn principals(node: &Node) -> Node {
    let Value::Map(kinds) = &node.value else { return listed(node) };
    let mut all = Vec::new();
    for (kind, named) in kinds {
        for who in listed(named).items() {
            all.push(match &who.value {
                Value::Text(text) => Value::text(format!("{kind}:{text}")).at(who.span),
                _ => who.clone(),
            });
        }
    }
    Value::List(all).at(node.span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_of_policies_have_one_shape() {
        let text = r#"{"Statement": {"Effect": "Allow", "Action": "s3:*", "Principal": {"AWS": ["*", "arn:x"]}}}"#;
        let list = read(View::Policy, &Value::text(text).at(Span::line(3)));
        let [statement] = list.items() else { panic!("{list:?}") };
        assert_eq!(statement.get("Action").unwrap().items()[0].text(), Some("s3:*"));
        let principals: Vec<_> = statement.get("Principal").unwrap().items().iter().map(Node::text).collect();
        assert_eq!(principals, [Some("AWS:*"), Some("AWS:arn:x")]);
        assert_eq!(statement.span, Span::line(3));
    }

    #[test]
    fn what_cannot_be_read_is_unknown() {
        assert_eq!(read(View::Json, &Value::text("{").at(Span::line(1))).value, Value::Unknown);
    }
}
