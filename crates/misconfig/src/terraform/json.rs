//! The JSON syntax (`*.tf.json`): the same tree as of the native syntax. Follows Terraform's "JSON Configuration Syntax".
//!
//! Without the providers' schemas it cannot be told whether an object below a resource is a block or an argument: it is
//! taken for an argument, so that a block written as an object is a mapping where the native syntax gives a list of one.

use crate::{Node, Value};

use super::datum::Datum;
use super::parse::{self, Broken};
use super::syntax::{Attribute, Block, Body, Expression, Item, Kind};

/// What could be read, and the lines at which something could not.
pub(super) fn file(text: &str) -> (Body, Broken) {
    let mut body = Body::default();
    let root = match document(text) {
        Ok(root) => root,
        Err(failure) => return (body, vec![failure]),
    };
    let mut failures = Vec::new();
    for (kind, node) in entries(&root) {
        let labels = match kind.as_str() {
            "resource" | "data" | "ephemeral" => 2,
            "variable" | "output" | "module" | "provider" => 1,
            "locals" | "terraform" | "moved" | "import" | "removed" => 0,
            _ => continue,
        };
        blocks(kind, node, labels, &mut Vec::new(), &mut body.items, &mut failures);
    }
    (body, failures)
}

/// The values of `*.tfvars.json`.
pub(super) fn values(text: &str) -> Result<Vec<(String, Datum)>, (u32, String)> {
    let root = document(text)?;
    Ok(entries(&root).iter().map(|(name, node)| (name.clone(), Datum::from_node(node))).collect())
}

/// A JSON document, or the line at which it cannot be read.
pub(super) fn document(text: &str) -> Result<Node, (u32, String)> {
    crate::json::read(text.as_bytes()).map_err(|(line, what)| (line, format!("cannot be read: {what}")))
}

fn entries(node: &Node) -> &[(String, Node)] {
    if let Value::Map(entries) = &node.value { entries } else { &[] }
}

/// One block, or several in a list, below as many labels as the kind has.
fn blocks(
    kind: &str,
    node: &Node,
    labels: usize,
    before: &mut Vec<String>,
    items: &mut Vec<Item>,
    failures: &mut Broken,
) {
    for each in node.items() {
        blocks(kind, each, labels, before, items, failures);
    }
    let Value::Map(entries) = &node.value else { return };
    if labels > 0 {
        for (label, inner) in entries.iter().filter(|(label, _)| label != "//") {
            before.push(label.clone());
            blocks(kind, inner, labels - 1, before, items, failures);
            before.pop();
        }
        return;
    }
    let body = block_body(kind, entries, failures);
    items.push(Item::Block(Block { kind: kind.to_owned(), labels: before.clone(), body, span: node.span }));
}

fn block_body(kind: &str, entries: &[(String, Node)], failures: &mut Broken) -> Body {
    let mut body = Body::default();
    for (name, node) in entries.iter().filter(|(name, _)| name != "//") {
        match (kind, name.as_str()) {
            ("resource" | "data" | "module" | "provider" | "dynamic", "dynamic") => {
                blocks("dynamic", node, 1, &mut Vec::new(), &mut body.items, failures);
            }
            ("terraform", "backend") => blocks(name, node, 1, &mut Vec::new(), &mut body.items, failures),
            ("resource" | "data", "lifecycle")
            | ("dynamic", "content")
            | ("terraform", "required_providers" | "cloud") => {
                blocks(name, node, 0, &mut Vec::new(), &mut body.items, failures);
            }
            _ => {
                // A type is an expression and no template.
                let value = match (kind, name.as_str(), node.text()) {
                    ("variable", "type", Some(text)) => parse::expression(text).map(|mut expression| {
                        expression.span = node.span;
                        expression
                    }),
                    // What is said of a variable may not refer to anything.
                    ("variable", _, _) => {
                        Ok(Expression { kind: Kind::Literal(Datum::from_node(node)), span: node.span })
                    }
                    _ => expression(node),
                };
                match value {
                    Ok(value) => body.items.push(Item::Attribute(Attribute { name: name.clone(), value })),
                    Err(reason) => failures.push((node.span.first, format!("cannot be read: {reason}"))),
                }
            }
        }
    }
    body
}

fn expression(node: &Node) -> Result<Expression, String> {
    let kind = match &node.value {
        Value::Text(text) => return parse::quoted(text, node.span),
        Value::List(items) => Kind::List(items.iter().map(expression).collect::<Result<_, _>>()?),
        Value::Map(entries) => Kind::Object(
            entries
                .iter()
                .map(|(key, value)| Ok((parse::quoted(key, value.span)?, expression(value)?)))
                .collect::<Result<_, String>>()?,
        ),
        _ => Kind::Literal(Datum::from_node(node)),
    };
    Ok(Expression { kind, span: node.span })
}
