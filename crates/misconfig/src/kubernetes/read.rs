//! Reads manifests: every document of a file that is an object, and every object of a list.

use crate::{Node, Reading, Resource, Target, Value, json, yaml};

/// The objects of a manifest.
pub fn read(content: &[u8], file: usize) -> Reading {
    let mut reading = Reading::default();
    let Some(text) = reading.text(content) else { return reading };
    if text.trim_start().starts_with('{') {
        match json::parse(content) {
            Ok(document) => objects(document, file, &mut reading),
            // Several documents in JSON are YAML.
            Err(_) => several(text, file, &mut reading),
        }
    } else {
        several(text, file, &mut reading);
    }
    reading
}

fn several(text: &str, file: usize, reading: &mut Reading) {
    let documents = yaml::documents(text);
    for document in documents.read {
        objects(document, file, reading);
    }
    reading.gap(documents.wrong);
}

/// The object that a document is, or those of the list that it is.
fn objects(document: Node, file: usize, reading: &mut Reading) {
    let text = |key: &str| document.get(key).and_then(Node::text);
    let (Some(kind), Some(_)) = (text("kind"), text("apiVersion")) else { return };
    let kind = kind.to_owned();
    if kind.ends_with("List")
        && let Value::Map(entries) = document.value
    {
        let items = entries.into_iter().find(|(key, _)| key == "items").map(|(_, items)| items.value);
        if let Some(Value::List(items)) = items {
            for item in items {
                objects(item, file, reading);
            }
        }
        return;
    }
    let named = |key: &str| document.at(&["metadata", key]).and_then(Node::text);
    let name = named("name").or(named("generateName")).unwrap_or("unnamed");
    let namespace = named("namespace").unwrap_or("default");
    let address = format!("{namespace}/{kind}/{name}");
    reading.resources.push(Resource { target: Target::Kubernetes, kind, address, file, body: document });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let reading = read(text.as_bytes(), 0);
        let seen: Vec<_> = reading.resources.iter().map(|resource| &*resource.address).collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn documents_lists_and_json_hold_objects() {
        check(
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\nx: 1\n---\napiVersion: v1\nkind: Service\nmetadata: {name: b, namespace: n}\n",
            &["default/Pod/a", "n/Service/b"],
        );
        check(
            "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n- {apiVersion: v1, kind: PodList, items: []}\n",
            &["default/Pod/a"],
        );
        check(
            "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"generateName\": \"a-\"}}",
            &["default/Pod/a-"],
        );
    }

    #[test]
    fn what_cannot_be_read_is_a_gap() {
        let reading = read(b"apiVersion: v1\nkind: Pod\n---\na: [\n", 0);
        assert_eq!((reading.resources.len(), reading.gaps.len()), (1, 1));
        assert!(reading.gaps[0].what.starts_with("line "), "{}", reading.gaps[0].what);
        assert_eq!(read(b"\xFF", 0).gaps.len(), 1);
    }
}
