//! What checks of the user's own see of a file: its documents in JSON, as Conftest and Trivy show them.
//!
//! Documents in YAML and JSON are what they are, each by itself, as are the entries of a list that is a whole document. A
//! Dockerfile is a list of commands, or has stages for checks that ask for a `dockerfile` by name. Of Terraform it is a mapping
//! `resource.KIND.NAME` (also `data`, `provider`, `module` and `terraform`) of each root, with the values that Terraform would
//! give; what only the apply knows is `${…}` or null.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::{Node, Resource, Target, Value, docker, json, yaml};

/// A document.
#[derive(Clone, Debug)]
pub struct Input {
    /// What it is, in words that selectors of checks have.
    pub kinds: Vec<&'static str>,
    /// For checks that name one of the kinds.
    pub chosen: Json,
    /// For checks that name none.
    pub plain: Json,
    /// Its first line.
    pub line: u32,
}

/// The documents of a file. Terraform's only mean something together: see [`of_terraform`].
pub fn of(target: Target, content: &[u8]) -> Vec<Input> {
    let Ok(text) = std::str::from_utf8(content) else { return Vec::new() };
    match target {
        Target::Terraform => Vec::new(),
        Target::Dockerfile => {
            let (plain, chosen) = docker::documents(text);
            vec![Input { kinds: vec![target.name()], chosen, plain, line: 1 }]
        }
        _ => {
            let parsed = if text.trim_start().starts_with('{') { json::parse(content).ok() } else { None };
            let (form, documents) = match parsed {
                Some(document) => ("json", vec![document]),
                None => ("yaml", yaml::documents(text).read),
            };
            let each = documents.into_iter().flat_map(|document| match document.value {
                Value::List(items) => items,
                _ => vec![document],
            });
            let input = |document: Node| {
                let plain = of_node(&document);
                Input { kinds: vec![target.name(), form], chosen: plain.clone(), plain, line: document.span.first }
            };
            each.map(input).collect()
        }
    }
}

/// The resources of one root of Terraform.
pub fn of_terraform(resources: &[Resource]) -> Input {
    let mut blocks: BTreeMap<&str, Map<String, Json>> = BTreeMap::new();
    let mut kinds: BTreeMap<(&str, &str), Map<String, Json>> = BTreeMap::new();
    for resource in resources {
        let (body, address) = (of_node(&resource.body), &*resource.address);
        match &*resource.kind {
            block @ ("provider" | "module" | "terraform") => {
                blocks.entry(block).or_default().insert(address.to_owned(), body);
            }
            kind => {
                let (block, kind) = kind.strip_prefix("data.").map_or(("resource", kind), |kind| ("data", kind));
                // The kind is said already; the modules before it are not.
                let own = address.strip_prefix("data.").unwrap_or(address).strip_prefix(kind);
                let name = own.and_then(|own| own.strip_prefix('.')).unwrap_or(address);
                kinds.entry((block, kind)).or_default().insert(name.to_owned(), body);
            }
        }
    }
    for ((block, kind), named) in kinds {
        blocks.entry(block).or_default().insert(kind.to_owned(), Json::Object(named));
    }
    let plain =
        Json::Object(blocks.into_iter().map(|(block, named)| (block.to_owned(), Json::Object(named))).collect());
    Input { kinds: vec![Target::Terraform.name(), "hcl"], chosen: plain.clone(), plain, line: 0 }
}

/// A value in JSON.
pub fn of_node(node: &Node) -> Json {
    match &node.value {
        Value::Null | Value::Unknown => Json::Null,
        Value::Bool(yes) => Json::Bool(*yes),
        Value::Number(number) => {
            const EXACT: f64 = 9_007_199_254_740_992.0;
            if number.fract() == 0.0 && number.abs() < EXACT {
                #[expect(clippy::cast_possible_truncation, reason = "it is whole, and small enough")]
                Json::from(*number as i64)
            } else {
                Json::from(*number)
            }
        }
        Value::Text(text) => Json::String(text.clone()),
        Value::Reference(address) => Json::String(format!("${{{address}}}")),
        Value::List(items) => items.iter().map(of_node).collect(),
        Value::Map(entries) => Json::Object(entries.iter().map(|(key, value)| (key.clone(), of_node(value))).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terraform;
    use serde_json::json;

    #[test]
    fn documents_are_what_they_are() {
        let inputs = of(Target::Kubernetes, b"kind: Pod\nn: 3\n---\n- a: 1.5\n- b: true\n");
        let seen: Vec<_> = inputs.iter().map(|input| (&input.plain, input.line)).collect();
        assert_eq!(seen, [(&json!({"kind": "Pod", "n": 3}), 1), (&json!({"a": 1.5}), 4), (&json!({"b": true}), 5)]);
        assert_eq!(inputs[0].kinds, ["kubernetes", "yaml"]);
        assert_eq!(of(Target::Arm, b"{\"a\": null}")[0].kinds, ["arm", "json"]);
        assert!(of(Target::Kubernetes, b"\xFF").is_empty());
    }

    #[test]
    fn resources_of_terraform_have_their_values() {
        let main = b"variable \"n\" {\n  default = 2\n}\nresource \"r\" \"a\" {\n  x = var.n + 1\n  y = r.b.id\n  z {\n    q = 1\n  }\n}\nresource \"r\" \"b\" {\n}\ndata \"d\" \"c\" {\n}\n";
        let evaluation =
            terraform::evaluate(&[terraform::File { path: "main.tf", bytes: main }], &terraform::Options::default());
        let input = of_terraform(&evaluation.roots[0].resources);
        let a = &input.plain["resource"]["r"]["a"];
        assert_eq!((&a["x"], &a["y"], &a["z"][0]["q"]), (&json!(3), &json!("${r.b.id}"), &json!(1)));
        assert_eq!(input.plain["data"]["d"]["c"], json!({}));
    }
}
