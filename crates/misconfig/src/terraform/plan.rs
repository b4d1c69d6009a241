//! Plans as `terraform show -json` prints them: format 1.x of Terraform's "JSON Output Format".
//!
//! `planned_values` has what is known, `resource_changes` which attributes are not yet, and `configuration` what those
//! refer to.

use std::collections::{BTreeSet, HashMap};

use crate::{Node, Resource, Target, Value};

use super::{File, json, tree};

/// The resources of a plan, or why it cannot be read; nothing where it is no plan.
pub(super) fn read(
    index: usize,
    file: &File<'_>,
    secrets: &mut BTreeSet<String>,
) -> Option<Result<Vec<Resource>, (u32, String)>> {
    let mentions = |word: &str| memchr::memmem::find(file.bytes, word.as_bytes()).is_some();
    if !tree::named(file.path, &[".json"]) || !mentions("\"format_version\"") || !mentions("\"terraform_version\"") {
        return None;
    }
    let planned = mentions("\"planned_values\"");
    if !planned && !mentions("\"values\"") {
        return None;
    }
    let Ok(text) = std::str::from_utf8(file.bytes) else {
        return Some(Err((1, "the file is not UTF-8".to_owned())));
    };
    Some(json::document(text).map(|document| resources(index, &document, secrets)))
}

fn resources(index: usize, document: &Node, secrets: &mut BTreeSet<String>) -> Vec<Resource> {
    let mut unknown = HashMap::new();
    for change in document.get("resource_changes").map_or(&[][..], Node::items) {
        let after = change.get("change").and_then(|change| change.get("after_unknown"));
        if let (Some(address), Some(after)) = (text(change, "address"), after) {
            unknown.insert(address, after);
        }
    }
    let mut references = HashMap::new();
    if let Some(module) = document.get("configuration").and_then(|configuration| configuration.get("root_module")) {
        collect_references(module, "", &mut references);
    }
    let mut resources = Vec::new();
    let mut found = Found { resources: &mut resources, secrets };
    let states = [
        document.get("planned_values"),
        // Data sources that were read while planning.
        document.get("prior_state").and_then(|prior| prior.get("values")),
        // A state instead of a plan.
        document.get("values"),
    ];
    let only_data = [false, true, false];
    for (values, only_data) in states.into_iter().zip(only_data) {
        if let Some(module) = values.and_then(|values| values.get("root_module")) {
            walk(index, module, only_data, &unknown, &references, &mut found);
        }
    }
    resources
}

fn text<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.get(key).and_then(Node::text)
}

/// What a plan comes to.
struct Found<'f> {
    resources: &'f mut Vec<Resource>,
    secrets: &'f mut BTreeSet<String>,
}

/// Notes the texts of a value where the shape beside it says `true`.
fn conceal(value: &Node, sensitive: &Node, secrets: &mut BTreeSet<String>) {
    match (&value.value, &sensitive.value) {
        (Value::Text(text), Value::Bool(true)) => {
            secrets.insert(text.clone());
        }
        (Value::List(items), Value::Bool(true)) => items.iter().for_each(|item| conceal(item, sensitive, secrets)),
        (Value::Map(entries), Value::Bool(true)) => {
            for (_, value) in entries {
                conceal(value, sensitive, secrets);
            }
        }
        (Value::List(items), Value::List(shapes)) => {
            items.iter().zip(shapes).for_each(|(item, shape)| conceal(item, shape, secrets));
        }
        (Value::Map(entries), Value::Map(_)) => {
            for (key, value) in entries {
                if let Some(shape) = sensitive.get(key) {
                    conceal(value, shape, secrets);
                }
            }
        }
        _ => {}
    }
}

fn walk(
    index: usize,
    module: &Node,
    only_data: bool,
    unknown: &HashMap<&str, &Node>,
    references: &HashMap<String, &Node>,
    found: &mut Found<'_>,
) {
    for resource in module.get("resources").map_or(&[][..], Node::items) {
        let (Some(address), Some(of)) = (text(resource, "address"), text(resource, "type")) else { continue };
        let data = text(resource, "mode") == Some("data");
        if only_data && !data {
            continue;
        }
        let mut body = resource.get("values").cloned().unwrap_or_default();
        body.span = resource.span;
        if let Value::Null = body.value {
            body.value = Value::Map(Vec::new());
        }
        if let Some(sensitive) = resource.get("sensitive_values") {
            conceal(&body, sensitive, found.secrets);
        }
        if let Some(unknown) = unknown.get(address) {
            let (prefix, keyless) = split(address);
            let expressions = references.get(&keyless).copied();
            mark(&mut body, unknown, expressions, prefix);
        }
        let kind = if data { format!("data.{of}") } else { of.to_owned() };
        found.resources.push(Resource {
            target: Target::Terraform,
            kind,
            address: address.to_owned(),
            file: index,
            body,
        });
    }
    for child in module.get("child_modules").map_or(&[][..], Node::items) {
        walk(index, child, only_data, unknown, references, found);
    }
}

/// The modules of an address with their keys, and the whole address without any.
fn split(address: &str) -> (&str, String) {
    let (mut keyless, mut quoted, mut depth) = (String::new(), false, 0_usize);
    let mut parts = vec![0];
    let mut escaped = false;
    for (at, character) in address.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            '.' if depth == 0 => {
                parts.push(at + 1);
                keyless.push('.');
            }
            _ if depth == 0 => keyless.push(character),
            _ => {}
        }
    }
    let mut end = 0;
    for pair in parts.chunks(2) {
        match pair {
            [start, _] if address[*start..].starts_with("module.") => {
                end = parts.iter().copied().find(|next| *next > pair[1]).unwrap_or(address.len());
            }
            _ => break,
        }
    }
    (&address[..end], keyless)
}

/// Puts unknown in the place of what is true in `after_unknown`.
fn mark(node: &mut Node, unknown: &Node, expressions: Option<&Node>, prefix: &str) {
    match &unknown.value {
        Value::Bool(true) => node.value = reference(expressions, prefix),
        Value::Map(marks) if holds(unknown) => {
            if !matches!(node.value, Value::Map(_)) {
                node.value = Value::Map(Vec::new());
            }
            let Value::Map(entries) = &mut node.value else { return };
            let places: HashMap<String, usize> =
                entries.iter().enumerate().map(|(at, (key, _))| (key.clone(), at)).collect();
            for (key, unknown) in marks {
                let expressions = expressions.and_then(|expressions| expressions.get(key));
                if let Some(at) = places.get(key) {
                    mark(&mut entries[*at].1, unknown, expressions, prefix);
                } else if holds(unknown) {
                    let mut missing = Node { value: Value::Null, span: node.span };
                    mark(&mut missing, unknown, expressions, prefix);
                    entries.push((key.clone(), missing));
                }
            }
        }
        Value::List(marks) => {
            let Value::List(items) = &mut node.value else { return };
            for (at, unknown) in marks.iter().enumerate() {
                // Blocks are lists on both sides.
                let expressions = expressions.map(|expressions| expressions.items().get(at).unwrap_or(expressions));
                if let Some(item) = items.get_mut(at) {
                    mark(item, unknown, expressions, prefix);
                }
            }
        }
        _ => {}
    }
}

/// Whether anything in it is unknown.
fn holds(unknown: &Node) -> bool {
    match &unknown.value {
        Value::Bool(yes) => *yes,
        Value::Map(entries) => entries.iter().any(|(_, unknown)| holds(unknown)),
        Value::List(items) => items.iter().any(holds),
        _ => false,
    }
}

/// What an unknown attribute refers to: the plan lists `a.b.id` and then `a.b`, each as it is called in its module.
fn reference(expressions: Option<&Node>, prefix: &str) -> Value {
    let listed = expressions.and_then(|expressions| expressions.get("references")).map_or(&[][..], Node::items);
    let names: Vec<&str> = listed.iter().filter_map(Node::text).collect();
    let Some(first) = names.first() else { return Value::Unknown };
    let of_others = ["var.", "local.", "each.", "count.", "path.", "terraform.", "self."];
    let all_within_first = names.iter().all(|name| first.starts_with(name));
    if all_within_first && !of_others.iter().any(|other| first.starts_with(other)) {
        Value::Reference(format!("{prefix}{first}"))
    } else {
        Value::Unknown
    }
}

/// The expressions of each resource, by its address without keys.
fn collect_references<'a>(module: &'a Node, prefix: &str, references: &mut HashMap<String, &'a Node>) {
    for resource in module.get("resources").map_or(&[][..], Node::items) {
        if let (Some(address), Some(expressions)) = (text(resource, "address"), resource.get("expressions")) {
            references.insert(format!("{prefix}{address}"), expressions);
        }
    }
    let Some(Value::Map(calls)) = module.get("module_calls").map(|calls| &calls.value) else { return };
    for (name, call) in calls {
        if let Some(module) = call.get("module") {
            collect_references(module, &format!("{prefix}module.{name}."), references);
        }
    }
}
