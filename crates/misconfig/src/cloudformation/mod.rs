//! CloudFormation and SAM: a template becomes resources, with conditions, parameters' defaults and functions evaluated.
//! Follows the "Template reference" of CloudFormation and the "AWS SAM template anatomy".
//!
//! What rules see: the kind is the resource's `Type`, the address its logical id, the body its `Properties`, and beside them
//! `DeletionPolicy`, `UpdateReplacePolicy` and `Metadata`. `Ref` and `Fn::GetAtt` of a resource are [`Value::Reference`]s:
//! `Bucket`, `Bucket.Arn`; a parameter without a default is `Parameters.Name`. A resource of SAM is there under its own kind,
//! and under `Id/Kind` as the plain resource that it becomes.

mod document;
mod intrinsic;
mod serverless;
#[cfg(test)]
mod tests;

use crate::yaml::Wrong;
use crate::{Node, Reading, Resource, Target, Value};

use self::intrinsic::Template;

/// Resources that one template may have; the service itself allows 500.
const MOST_RESOURCES: usize = 5000;

/// Reads a template; `file` is the number that its resources bear.
pub fn read(content: &[u8], file: usize) -> Reading {
    let mut reading = Reading::default();
    let root = match std::str::from_utf8(content) {
        Ok(text) => document::read(text),
        Err(_) => Err(wrong(1, "the file is not UTF-8", false)),
    };
    match root {
        Ok(root) => resources(&root, file, &mut reading),
        Err(wrong) => reading.gaps.push(wrong),
    }
    reading
}

/// The resources of a template that is a part of another file.
pub(crate) fn tree(root: &Node, file: usize, reading: &mut Reading) {
    resources(root, file, reading);
}

fn wrong(line: u32, what: &str, limit: bool) -> Wrong {
    Wrong { what: format!("line {line}: {what}"), limit }
}

fn resources(root: &Node, file: usize, reading: &mut Reading) {
    let template = Template::new(root);
    for (_, parameter) in root.get("Parameters").map(Node::entries).unwrap_or_default() {
        let is_hidden = parameter
            .get("NoEcho")
            .is_some_and(|it| matches!(&it.value, Value::Bool(true)) || it.text() == Some("true"));
        let default = parameter.get("Default").and_then(Node::text).filter(|_| is_hidden);
        reading.secrets.extend(default.map(str::to_owned));
    }
    let Some(Value::Map(declared)) = root.get("Resources").map(|resources| &resources.value) else { return };
    for (id, resource) in declared.iter().take(MOST_RESOURCES) {
        if id.starts_with("Fn::") {
            reading.gaps.push(wrong(resource.span.first, &format!("{id} is not evaluated"), false));
            continue;
        }
        let Some(kind) = resource.get("Type").and_then(Node::text) else { continue };
        let condition = resource.get("Condition").and_then(Node::text);
        if condition.is_some_and(|name| template.condition_named(name) == Some(false)) {
            continue;
        }
        let mut properties = resource
            .get("Properties")
            .cloned()
            .unwrap_or_else(|| Node { value: Value::Map(Vec::new()), span: resource.span });
        if let Some(globals) = root.get("Globals") {
            serverless::add_globals(&template, kind, globals, &mut properties);
        }
        let mut body = template.evaluate(&properties).unwrap_or_default();
        body.span = resource.span;
        let mut add = |kind: &str, address: String, mut body: Node| {
            if let Value::Map(entries) = &mut body.value {
                for name in ["DeletionPolicy", "UpdateReplacePolicy", "Metadata"] {
                    if let Some(value) = resource.get(name).and_then(|value| template.evaluate(value)) {
                        entries.push((name.to_owned(), value));
                    }
                }
            }
            let target = Target::CloudFormation;
            reading.resources.push(Resource { target, kind: kind.to_owned(), address, file, body });
        };
        if let Some((plain, body)) = serverless::plain(kind, &body) {
            add(plain, format!("{id}/{plain}"), body);
        }
        add(kind, id.clone(), body);
    }
    if declared.len() > MOST_RESOURCES {
        let what = format!("of {} resources the first {MOST_RESOURCES} are judged", declared.len());
        reading.gaps.push(wrong(1, &what, true));
    }
    if template.exhausted() {
        let what = "evaluating the template takes too long; what is left of it is unknown";
        reading.gaps.push(wrong(1, what, true));
    }
}
