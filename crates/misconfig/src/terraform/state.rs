//! State files (`terraform.tfstate`, version 4) as Terraform writes them; the format is not promised, and has not changed
//! since Terraform 0.12.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::{Node, Resource, Target, Value};

use super::evaluator::Key;
use super::{File, json, tree};

/// The resources of a state, or why it cannot be read; nothing where it is no state.
pub(super) fn read(
    index: usize,
    file: &File<'_>,
    secrets: &mut BTreeSet<String>,
) -> Option<Result<Vec<Resource>, (u32, String)>> {
    if !tree::named(file.path, &[".tfstate"]) {
        return None;
    }
    let Ok(text) = std::str::from_utf8(file.bytes) else {
        return Some(Err((1, "the file is not UTF-8".to_owned())));
    };
    Some(json::document(text).and_then(|document| match document.get("version").map(|version| &version.value) {
        Some(Value::Number(4.0)) => Ok(resources(index, &document, secrets)),
        _ => Err((1, "the state is not of version 4".to_owned())),
    }))
}

fn resources(index: usize, document: &Node, secrets: &mut BTreeSet<String>) -> Vec<Resource> {
    let text = |node: &'_ Node, key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
    let mut resources = Vec::new();
    for resource in document.get("resources").map_or(&[][..], Node::items) {
        let (Some(of), Some(name)) = (text(resource, "type"), text(resource, "name")) else { continue };
        let kind = if text(resource, "mode").as_deref() == Some("data") { format!("data.{of}") } else { of };
        let module = text(resource, "module").map_or_else(String::new, |module| module + ".");
        for instance in resource.get("instances").map_or(&[][..], Node::items) {
            let key = match instance.get("index_key").map(|key| &key.value) {
                Some(Value::Text(name)) => Key::Name(Arc::from(name.as_str())),
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
                Some(Value::Number(number)) => Key::Index(*number as usize),
                _ => Key::Single,
            };
            let mut body = instance.get("attributes").cloned().unwrap_or_default();
            body.span = instance.span;
            // Each a path of steps, of which the first names the attribute.
            for path in instance.get("sensitive_attributes").map_or(&[][..], Node::items) {
                let first = path.items().first().and_then(|step| step.get("value")).and_then(Node::text);
                let value = first.and_then(|name| body.get(name)).and_then(Node::text);
                secrets.extend(value.map(str::to_owned));
            }
            let address = format!("{module}{kind}.{name}{key}");
            resources.push(Resource { target: Target::Terraform, kind: kind.clone(), address, file: index, body });
        }
    }
    resources
}
