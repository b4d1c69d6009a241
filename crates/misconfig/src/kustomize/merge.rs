//! Strategic merge patches (Kubernetes, "Update API Objects in Place Using kubectl patch"; the merge keys are those of the
//! API's reference). Lists of resources that others defined are replaced, as in a JSON merge patch (RFC 7386).

use super::edit::{get_mut, set, text};
use crate::{Node, Value};

/// By the name of a list, the key that tells its entries apart.
const KEYS: &[(&str, &[&str])] = &[
    ("containers", &["name"]),
    ("env", &["name"]),
    ("ephemeralContainers", &["name"]),
    ("hostAliases", &["ip"]),
    ("imagePullSecrets", &["name"]),
    ("initContainers", &["name"]),
    ("ports", &["containerPort", "port"]),
    ("resourceClaims", &["name"]),
    ("secrets", &["name"]),
    ("topologySpreadConstraints", &["topologyKey"]),
    ("volumeDevices", &["devicePath"]),
    ("volumeMounts", &["mountPath"]),
    ("volumes", &["name"]),
    ("webhooks", &["name"]),
];

/// Whether Kubernetes itself defines the kinds of a version, and so knows which lists are merged.
pub fn is_known(version: &str) -> bool {
    let group = version.split_once('/').map_or("", |(group, _)| group);
    !group.contains('.') || group.ends_with(".k8s.io")
}

/// Lays a patch over a value. Says whether the value is to be taken out.
pub fn merge(node: &mut Node, patch: &Node, is_known: bool) -> bool {
    match text(patch, "$patch") {
        Some("delete") => return true,
        Some("replace") => {
            *node = plain(patch);
            return false;
        }
        _ => {}
    }
    if !matches!((&node.value, &patch.value), (Value::Map(_), Value::Map(_))) {
        *node = plain(patch);
        return false;
    }
    for (key, value) in patch.entries() {
        if key.starts_with('$') {
            continue;
        }
        if value.value == Value::Null {
            remove(node, key);
            continue;
        }
        match get_mut(node, key) {
            None => set(node, key, plain(value)),
            Some(known) => match (&mut known.value, &value.value) {
                (Value::List(items), Value::List(new)) => {
                    match merge_key(key, items.iter().chain(new)).filter(|_| is_known) {
                        Some(by) => list(items, new, by, is_known),
                        None => *known = plain(value),
                    }
                }
                _ => {
                    if merge(known, value, is_known) {
                        remove(node, key);
                    }
                }
            },
        }
    }
    false
}

fn remove(node: &mut Node, key: &str) {
    if let Value::Map(entries) = &mut node.value {
        entries.retain(|(known, _)| known != key);
    }
}

/// The key that every entry of a list has.
fn merge_key<'n>(list: &str, mut items: impl Iterator<Item = &'n Node> + Clone) -> Option<&'static str> {
    let (_, keys) = KEYS.iter().find(|(name, _)| *name == list)?;
    keys.iter().copied().find(|key| {
        let is_there = |item: &Node| item.get(key).is_some() || text(item, "$patch") == Some("replace");
        items.clone().all(is_there) && items.next().is_some()
    })
}

/// Merges entries of the same key. Those that the patch names come first, in its order.
fn list(items: &mut Vec<Node>, patch: &[Node], by: &str, is_known: bool) {
    if patch.iter().any(|entry| text(entry, "$patch") == Some("replace") && entry.get(by).is_none()) {
        items.clear();
    }
    let mut first = Vec::new();
    for entry in patch {
        let Some(name) = entry.get(by) else { continue };
        match items.iter().position(|item| item.get(by).is_some_and(|known| known.value == name.value)) {
            Some(at) => {
                let mut item = items.remove(at);
                if !merge(&mut item, entry, is_known) {
                    first.push(item);
                }
            }
            None if text(entry, "$patch") == Some("delete") => {}
            None => first.push(plain(entry)),
        }
    }
    items.splice(0..0, first);
}

/// A value without what only says how to merge it.
fn plain(node: &Node) -> Node {
    let value = match &node.value {
        Value::Map(entries) => {
            let kept = entries.iter().filter(|(key, value)| !key.starts_with('$') && value.value != Value::Null);
            Value::Map(kept.map(|(key, value)| (key.clone(), plain(value))).collect())
        }
        Value::List(items) => {
            Value::List(items.iter().filter(|item| item.get("$patch").is_none()).map(plain).collect())
        }
        other => other.clone(),
    };
    value.at(node.span)
}
