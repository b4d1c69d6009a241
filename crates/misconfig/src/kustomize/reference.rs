//! Names in resources that mean others of the same build follow those when they change.

use super::edit::{get_mut, items_mut};
use super::select::Object;
use crate::{Node, Value};

/// By the key of a mapping or a text, the kind that it names and the key of the name; empty where the value itself is it.
const NAMES: &[(&str, &str, &str)] = &[
    ("claimName", "PersistentVolumeClaim", ""),
    ("configMap", "ConfigMap", "name"),
    ("configMapKeyRef", "ConfigMap", "name"),
    ("configMapRef", "ConfigMap", "name"),
    ("secretKeyRef", "Secret", "name"),
    ("secretName", "Secret", ""),
    ("secretRef", "Secret", "name"),
    ("service", "Service", "name"),
    ("serviceAccountName", "ServiceAccount", ""),
    ("serviceName", "Service", ""),
];

/// By the key of a mapping that says the kind itself.
const WITH_KINDS: [&str; 4] = ["roleRef", "scaleTargetRef", "subjects", "targetRef"];

/// Names that have changed: kind, before, after.
pub type Renamed = Vec<(String, String, String)>;

/// Lets every name in resources follow.
pub fn follow(objects: &mut [Object], renamed: &Renamed) {
    if renamed.is_empty() {
        return;
    }
    for object in objects {
        within(&mut object.node, renamed);
    }
}

fn within(node: &mut Node, renamed: &Renamed) {
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| within(item, renamed)),
        Value::Map(entries) => {
            for (key, value) in entries {
                if let Some((_, kind, inner)) = NAMES.iter().find(|(name, ..)| name == key) {
                    let name = if inner.is_empty() { Some(&mut *value) } else { get_mut(value, inner) };
                    if let Some(name) = name {
                        rename(name, kind, renamed);
                    }
                } else if key == "imagePullSecrets" {
                    for item in items_mut(value) {
                        if let Some(name) = get_mut(item, "name") {
                            rename(name, "Secret", renamed);
                        }
                    }
                } else if WITH_KINDS.contains(&&**key) {
                    with_kind(value, renamed);
                    for item in items_mut(value) {
                        with_kind(item, renamed);
                    }
                }
                within(value, renamed);
            }
        }
        _ => {}
    }
}

fn with_kind(node: &mut Node, renamed: &Renamed) {
    if let Some(kind) = node.get("kind").and_then(Node::text).map(str::to_owned)
        && let Some(name) = get_mut(node, "name")
    {
        rename(name, &kind, renamed);
    }
}

fn rename(name: &mut Node, kind: &str, renamed: &[(String, String, String)]) {
    let Value::Text(name) = &mut name.value else { return };
    if let Some((_, _, after)) = renamed.iter().find(|(of, before, _)| of == kind && before == name) {
        name.clone_from(after);
    }
}
