//! JSON patches (RFC 6902) with their pointers (RFC 6901).

use super::edit::text;
use crate::{Node, Value};

/// Applies operations in turn; says which one cannot be, and why.
pub fn apply(node: &mut Node, operations: &Node) -> Result<(), String> {
    for operation in operations.items() {
        let name = text(operation, "op").unwrap_or_default();
        let path = text(operation, "path").ok_or("an operation has no path")?;
        one(node, operation, name, path).map_err(|reason| format!("{name} {path}: {reason}"))?;
    }
    Ok(())
}

fn one(node: &mut Node, operation: &Node, name: &str, path: &str) -> Result<(), String> {
    let steps = steps(path);
    let from = || text(operation, "from").map(self::steps).ok_or("there is no from");
    match name {
        "add" | "replace" => {
            let value = operation.get("value").cloned().ok_or("there is no value")?;
            put(node, &steps, value, name == "add")
        }
        "remove" => take(node, &steps).map(drop),
        "move" => {
            let value = take(node, &from()?)?;
            put(node, &steps, value, true)
        }
        "copy" => {
            let value = find(node, &from()?).cloned().ok_or("nothing is there")?;
            put(node, &steps, value, true)
        }
        "test" => {
            let (found, wanted) = (find(node, &steps), operation.get("value"));
            let same = found.map(|it| &it.value) == wanted.map(|it| &it.value);
            if same || found.is_some_and(|it| !it.items().is_empty() || !it.entries().is_empty()) {
                Ok(())
            } else {
                Err("something else is there".to_owned())
            }
        }
        _ => Err("there is no such operation".to_owned()),
    }
}

fn steps(path: &str) -> Vec<String> {
    path.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect()
}

fn find<'n>(node: &'n Node, steps: &[String]) -> Option<&'n Node> {
    steps.iter().try_fold(node, |node, step| match &node.value {
        Value::List(items) => items.get(step.parse::<usize>().ok()?),
        _ => node.get(step),
    })
}

fn holder<'n, 's>(node: &'n mut Node, steps: &'s [String]) -> Result<(&'n mut Node, &'s String), String> {
    let (last, way) = steps.split_last().ok_or("the path is empty")?;
    let holder = way.iter().try_fold(node, |node, step| match &mut node.value {
        Value::List(items) => items.get_mut(step.parse::<usize>().ok()?),
        Value::Map(entries) => entries.iter_mut().find(|(key, _)| key == step).map(|(_, node)| node),
        _ => None,
    });
    Ok((holder.ok_or("nothing is there")?, last))
}

fn put(node: &mut Node, steps: &[String], value: Node, is_new: bool) -> Result<(), String> {
    if steps.is_empty() {
        *node = value;
        return Ok(());
    }
    let (holder, last) = holder(node, steps)?;
    match &mut holder.value {
        Value::List(items) => {
            let at = if last == "-" { items.len() } else { last.parse().map_err(|_| "this is no place in a list")? };
            match is_new {
                false if at < items.len() => items[at] = value,
                true if at <= items.len() => items.insert(at, value),
                _ => return Err("nothing is there".to_owned()),
            }
        }
        Value::Map(entries) => match entries.iter_mut().find(|(key, _)| key == last) {
            Some((_, known)) => *known = value,
            None if is_new => entries.push((last.clone(), value)),
            None => return Err("nothing is there".to_owned()),
        },
        _ => return Err("nothing is there".to_owned()),
    }
    Ok(())
}

fn take(node: &mut Node, steps: &[String]) -> Result<Node, String> {
    let (holder, last) = holder(node, steps)?;
    let taken = match &mut holder.value {
        Value::List(items) => last.parse().ok().filter(|at: &usize| *at < items.len()).map(|at| items.remove(at)),
        Value::Map(entries) => entries.iter().position(|(key, _)| key == last).map(|at| entries.remove(at).1),
        _ => None,
    };
    taken.ok_or_else(|| "nothing is there".to_owned())
}
