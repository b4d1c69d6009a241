//! Policies that data sources render: `aws_iam_policy_document` as the provider documents it, `google_iam_policy` likewise.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{Node, Value};

use super::datum::Datum;
use super::functions::encoding;

/// No policy may be so long.
const MOST_STATEMENTS: usize = 1000;

/// Whether an attribute of a data source is a rendered policy.
pub(super) fn renders(block: &str, kind: &str, attribute: &str) -> bool {
    block == "data"
        && matches!(
            (kind, attribute),
            ("aws_iam_policy_document", "json" | "minified_json") | ("google_iam_policy", "policy_data")
        )
}

/// The policy as a text; with something in it that is not known yet, as its structure.
pub(super) fn render(kind: &str, body: &Node) -> Option<Datum> {
    let document = if kind == "google_iam_policy" { google(body) } else { aws(body)? };
    Some(encoding::json(&document).map_or_else(|| Datum::encoded(document), Datum::text))
}

fn object(entries: Vec<(&str, Option<Datum>)>) -> Datum {
    Datum::map(entries.into_iter().filter_map(|(key, value)| Some((key.into(), value?))).collect())
}

fn value(node: &Node, key: &str) -> Option<Datum> {
    node.get(key).map(Datum::from_node).filter(|value| !matches!(value, Datum::Null))
}

/// One text alone, or several, the last of the alphabet first, as the provider has them. An empty list is left out.
fn texts(node: &Node, key: &str) -> Option<Datum> {
    let value = value(node, key)?;
    let Some(items) = value.items() else { return Some(Datum::Unknown) };
    let mut items = items.to_vec();
    match items.len() {
        0 => None,
        1 => items.pop(),
        _ => {
            items.sort_by(|a, b| b.order(a));
            Some(Datum::list(items))
        }
    }
}

fn aws(body: &Node) -> Option<Datum> {
    let mut statements: Vec<Datum> = Vec::new();
    include(body, "source_policy_documents", &mut statements)?;
    include(body, "source_json", &mut statements)?;
    let own = body.get("statement");
    if own.is_some_and(|own| own.value == Value::Unknown) {
        return None;
    }
    for statement in own.map_or(&[][..], |own| own.items()) {
        let statement = if statement.value == Value::Unknown { Datum::Unknown } else { aws_statement(statement) };
        statements.push(statement);
    }
    include(body, "override_policy_documents", &mut statements)?;
    include(body, "override_json", &mut statements)?;
    let version = value(body, "version").unwrap_or_else(|| Datum::text("2012-10-17"));
    Some(object(vec![
        ("Version", Some(version)),
        ("Id", value(body, "policy_id")),
        ("Statement", (!statements.is_empty()).then(|| Datum::list(statements))),
    ]))
}

fn aws_statement(statement: &Node) -> Datum {
    let effect = value(statement, "effect").unwrap_or_else(|| Datum::text("Allow"));
    let sid = value(statement, "sid").filter(|sid| sid.to_text().as_deref() != Some(""));
    object(vec![
        ("Sid", sid),
        ("Effect", Some(effect)),
        ("Action", texts(statement, "actions")),
        ("NotAction", texts(statement, "not_actions")),
        ("Resource", texts(statement, "resources")),
        ("NotResource", texts(statement, "not_resources")),
        ("Principal", principals(statement, "principals")),
        ("NotPrincipal", principals(statement, "not_principals")),
        ("Condition", conditions(statement)),
    ])
}

fn principals(statement: &Node, key: &str) -> Option<Datum> {
    let node = statement.get(key)?;
    if node.items().is_empty() || node.items().iter().any(|item| item.value == Value::Unknown) {
        return Some(Datum::Unknown);
    }
    let mut by_type: BTreeMap<Arc<str>, Vec<Datum>> = BTreeMap::new();
    for principal in node.items() {
        let Some(of) = principal.get("type").and_then(Node::text) else { return Some(Datum::Unknown) };
        let identifiers = value(principal, "identifiers").unwrap_or(Datum::Unknown);
        let Some(identifiers) = identifiers.items() else { return Some(Datum::Unknown) };
        if of == "*" && matches!(identifiers, [Datum::Text(all)] if &**all == "*") {
            return Some(Datum::text("*"));
        }
        by_type.entry(of.into()).or_default().extend_from_slice(identifiers);
    }
    let one_or_several = |mut values: Vec<Datum>| {
        values.sort_by(|a, b| b.order(a));
        if let [one] = values.as_slice() { one.clone() } else { Datum::list(values) }
    };
    Some(Datum::map(by_type.into_iter().map(|(of, values)| (of, one_or_several(values))).collect()))
}

fn conditions(statement: &Node) -> Option<Datum> {
    let node = statement.get("condition")?;
    let mut tests: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Datum>> = BTreeMap::new();
    for condition in node.items() {
        let (Some(test), Some(variable)) =
            (condition.get("test").and_then(Node::text), condition.get("variable").and_then(Node::text))
        else {
            return Some(Datum::Unknown);
        };
        let values = value(condition, "values").unwrap_or(Datum::Unknown);
        let values = match values.items() {
            Some([one]) => one.clone(),
            _ => values,
        };
        tests.entry(test.into()).or_default().insert(variable.into(), values);
    }
    if node.value == Value::Unknown {
        return Some(Datum::Unknown);
    }
    Some(Datum::map(tests.into_iter().map(|(test, variables)| (test, Datum::map(variables))).collect()))
}

/// The statements of other documents: one with the name of one that is there already takes its place.
fn include(body: &Node, key: &str, statements: &mut Vec<Datum>) -> Option<()> {
    let Some(documents) = value(body, key) else { return Some(()) };
    let single = [documents.clone()];
    for document in documents.items().unwrap_or(&single) {
        let document = match document {
            Datum::Text(text) if text.trim().is_empty() => continue,
            Datum::Text(text) => encoding::parse_json(text)?,
            Datum::Reference(text) => encoding::parse_open_json(text)?,
            // The structure of a document of which something is not known yet.
            Datum::Map(_) => document.clone(),
            _ => return None,
        };
        let Some(included) = document.entries()?.get("Statement") else { continue };
        for statement in included.items().unwrap_or(std::slice::from_ref(included)) {
            let sid = |statement: &Datum| {
                statement
                    .entries()
                    .and_then(|entries| entries.get("Sid"))
                    .and_then(Datum::to_text)
                    .filter(|s| !s.is_empty())
            };
            // Each may have to be looked for among all others.
            if statements.len() > MOST_STATEMENTS {
                return None;
            }
            let named = sid(statement);
            match statements.iter_mut().find(|known| named.is_some() && sid(known) == named) {
                Some(known) => *known = statement.clone(),
                None => statements.push(statement.clone()),
            }
        }
    }
    Some(())
}

fn google(body: &Node) -> Datum {
    let binding = |binding: &Node| {
        let condition = binding.get("condition").and_then(|condition| condition.items().first()).map(Datum::from_node);
        object(vec![("condition", condition), ("members", value(binding, "members")), ("role", value(binding, "role"))])
    };
    let bindings = body.get("binding").map_or(Datum::list(Vec::new()), |bindings| match &bindings.value {
        Value::List(items) => Datum::list(items.iter().map(binding).collect()),
        _ => Datum::Unknown,
    });
    object(vec![("bindings", Some(bindings))])
}

/// The attribute that a data source renders its policy to, and the policy.
pub(super) fn attribute(block: &str, kind: &str, body: &Node) -> Option<(&'static str, Datum)> {
    let attribute = match kind {
        "aws_iam_policy_document" => "json",
        "google_iam_policy" => "policy_data",
        _ => return None,
    };
    Some((attribute, (block == "data").then(|| render(kind, body)).flatten()?))
}
