//! Bodies of blocks to trees with lines: arguments are values, nested blocks are lists of mappings, and dynamic blocks
//! become the blocks that they stand for. Follows Terraform's "Dynamic Blocks".

use std::collections::{BTreeMap, HashMap};

use crate::{Node, Span, Value};

use super::datum::Datum;
use super::evaluator::{Evaluator, Names, Scope};
use super::expression::pairs;
use super::functions::encoding;
use super::syntax::{Block, Body, Expression, Item, Kind};

/// Arguments that say how Terraform treats a block, and nothing about what it makes.
const META_ARGUMENTS: &[&str] = &[
    "count",
    "for_each",
    "depends_on",
    "provider",
    "providers",
    "ignore_changes",
    "replace_triggered_by",
    "when",
    "on_failure",
];
/// Blocks of the same sort.
const META_BLOCKS: &[&str] = &["precondition", "postcondition", "validation"];
/// Dynamic blocks within each other, and blocks that one may make.
const DYNAMIC_BLOCKS: usize = 1000;

/// Everything in a body.
pub(super) fn node(evaluator: &Evaluator<'_>, body: &Body, scope: &Scope<'_>, span: Span) -> Node {
    let mut entries = Entries::default();
    for item in &body.items {
        match item {
            Item::Attribute(attribute) if META_ARGUMENTS.contains(&attribute.name.as_str()) => {}
            Item::Attribute(attribute) => {
                let mut node = expression(evaluator, &attribute.value, scope);
                node.span = attribute.value.span;
                entries.set(&attribute.name, node);
            }
            Item::Block(block) => add_block(evaluator, block, scope, None, &mut entries),
        }
    }
    Node { value: Value::Map(entries.list), span }
}

/// The nested blocks of one kind; nothing where there are none.
pub(super) fn blocks(evaluator: &Evaluator<'_>, body: &Body, scope: &Scope<'_>, kind: &str) -> Option<Node> {
    let mut entries = Entries::default();
    for item in &body.items {
        if let Item::Block(block) = item {
            add_block(evaluator, block, scope, Some(kind), &mut entries);
        }
    }
    entries.list.pop().map(|(_, node)| node)
}

/// Entries in the order in which they appear first.
#[derive(Default)]
struct Entries {
    list: Vec<(String, Node)>,
    places: HashMap<String, usize>,
}

impl Entries {
    fn set(&mut self, name: &str, node: Node) {
        if let Some(at) = self.places.get(name) {
            self.list[*at].1 = node;
            return;
        }
        self.places.insert(name.to_owned(), self.list.len());
        self.list.push((name.to_owned(), node));
    }

    /// One more block of a kind.
    fn add(&mut self, kind: &str, node: Node) {
        let Some(at) = self.places.get(kind) else {
            let span = node.span;
            return self.set(kind, Node { value: Value::List(vec![node]), span });
        };
        let list = &mut self.list[*at].1;
        list.span.last = list.span.last.max(node.span.last);
        if let Value::List(items) = &mut list.value {
            items.push(node);
        }
    }
}

fn add_block(evaluator: &Evaluator<'_>, block: &Block, scope: &Scope<'_>, only: Option<&str>, entries: &mut Entries) {
    let dynamic = block.kind == "dynamic" && block.labels.len() == 1;
    let kind = if dynamic { &block.labels[0] } else { &block.kind };
    if only.is_some_and(|only| only != kind) || META_BLOCKS.contains(&kind.as_str()) {
        return;
    }
    if dynamic {
        return expand(evaluator, block, kind, scope, entries);
    }
    let mut inner = node(evaluator, &block.body, scope, block.span);
    // A label is a key, as in the JSON syntax.
    for label in block.labels.iter().rev() {
        inner = Node { span: inner.span, value: Value::Map(vec![(label.clone(), inner)]) };
    }
    entries.add(kind, inner);
}

fn expand(evaluator: &Evaluator<'_>, block: &Block, kind: &str, scope: &Scope<'_>, entries: &mut Entries) {
    let Some(content) = block.body.blocks("content").next() else {
        return evaluator.gap(scope.file, block.span.first, format!("dynamic block {kind:?} has no content"));
    };
    let iterator: &str = match block.body.attribute("iterator").map(|iterator| &iterator.kind) {
        Some(Kind::Variable(name)) => name.as_str(),
        // The JSON syntax has it as a text.
        Some(Kind::Literal(Datum::Text(name))) => name,
        _ => kind,
    };
    let collection =
        block.body.attribute("for_each").map_or(Datum::Unknown, |each| evaluator.value_or_gap(each, scope));
    let pairs = pairs(&collection).unwrap_or_else(|failure| {
        evaluator.fail(failure, scope.file, block.span.first);
        None
    });
    let Some(mut pairs) = pairs else {
        // How many there are is not known, nor then what is in them.
        return entries.add(kind, Node { value: Value::Unknown, span: block.span });
    };
    if pairs.len() > DYNAMIC_BLOCKS {
        let reason = format!("of {} dynamic blocks {kind:?} the first {DYNAMIC_BLOCKS} are judged", pairs.len());
        evaluator.gap(scope.file, block.span.first, reason);
        pairs.truncate(DYNAMIC_BLOCKS);
    }
    for (key, value) in pairs {
        if evaluator.spend_nodes(2).is_err() {
            return entries.add(kind, Node { value: Value::Unknown, span: block.span });
        }
        let value = Datum::map(BTreeMap::from([("key".into(), key), ("value".into(), value)]));
        let names = Names::One { name: iterator, value: &value, outer: scope.names };
        entries.add(kind, node(evaluator, &content.body, &Scope { names: &names, ..*scope }, content.span));
    }
}

/// The value of an expression, taken apart as far as it is written out, so that each part has its own lines.
pub(super) fn expression(evaluator: &Evaluator<'_>, expression: &Expression, scope: &Scope<'_>) -> Node {
    let whole = |value| Node { value, span: expression.span };
    if evaluator.spend_nodes(1).is_err() {
        return whole(Value::Unknown);
    }
    match &expression.kind {
        Kind::List(items) => {
            whole(Value::List(items.iter().map(|item| self::expression(evaluator, item, scope)).collect()))
        }
        Kind::Object(object) => {
            let mut entries = Entries::default();
            for (key, value) in object {
                match evaluator.value_or_gap(key, scope).to_text() {
                    Some(name) => entries.set(&name, self::expression(evaluator, value, scope)),
                    // Any key may be this one.
                    None => return whole(Value::Unknown),
                }
            }
            whole(Value::Map(entries.list))
        }
        Kind::Conditional(parts) => match evaluator.condition(&parts[0], scope) {
            Ok(Some(yes)) => self::expression(evaluator, &parts[if yes { 1 } else { 2 }], scope),
            _ => whole_value(evaluator, expression, scope),
        },
        _ => whole_value(evaluator, expression, scope),
    }
}

fn whole_value(evaluator: &Evaluator<'_>, expression: &Expression, scope: &Scope<'_>) -> Node {
    let mut value = evaluator.value_or_gap(expression, scope);
    // A policy written as a text, of which something is not known yet: its structure tells more.
    if let Datum::Reference(text) = &value
        && let Some(document) = encoding::parse_open_json(text)
    {
        value = document;
    }
    match evaluator.spend_nodes(value.weight()) {
        Ok(()) => value.to_node(expression.span, &|datum| evaluator.name(datum)),
        Err(failure) => {
            evaluator.fail(failure, scope.file, expression.span.first);
            Node { value: Value::Unknown, span: expression.span }
        }
    }
}
