//! Serverless Framework (`serverless.yml` reference): the file is the resource `service`, and each function one of the kind
//! `function`, with what it takes from `provider`, its name in `name` and its events in `events`, each of one key.
//!
//! What stands in `resources.Resources` are CloudFormation's resources, which their own rules judge. Values in `${…}` are unknown.

use crate::yaml::Wrong;
use crate::{Node, Reading, Resource, Target, Value, cloudformation, yaml};

/// Functions of one service.
const MOST: usize = 2000;
/// Values that functions take from the provider.
const MOST_INHERITED: usize = 200_000;

/// Settings that functions have of their own or take from the provider.
const SHARED: &[&str] = &[
    "environment",
    "kmsKeyArn",
    "logRetentionInDays",
    "memorySize",
    "role",
    "runtime",
    "tags",
    "timeout",
    "tracing",
    "vpc",
];

/// Reads the file of a service.
pub fn read(content: &[u8], file: usize) -> Reading {
    let mut reading = Reading::default();
    let Some(text) = reading.text(content) else { return reading };
    let documents = yaml::documents(text);
    for mut document in documents.read {
        if !matches!(document.value, Value::Map(_)) {
            continue;
        }
        hide(&mut document);
        service(&document, file, &mut reading);
    }
    reading.gap(documents.wrong);
    reading
}

fn service(document: &Node, file: usize, reading: &mut Reading) {
    let named = document.get("service");
    let name = named.and_then(|node| node.text().or_else(|| node.get("name")?.text())).unwrap_or("service");
    let mut add = |kind: &str, address: String, body: Node| {
        let kind = kind.to_owned();
        reading.resources.push(Resource { target: Target::Serverless, kind, address, file, body });
    };
    let own = document.entries().iter().filter(|(key, _)| !matches!(&**key, "functions" | "resources"));
    add("service", name.to_owned(), Value::Map(own.cloned().collect()).at(document.span));
    let provider = document.get("provider").map(Node::entries).unwrap_or_default();
    let shared: Vec<_> = provider.iter().filter(|(key, _)| SHARED.contains(&&**key)).cloned().collect();
    let mut room = MOST_INHERITED;
    // Functions may be in several files, and then come as a list.
    let functions = document.get("functions");
    let lists = functions.map(Node::items).unwrap_or_default().iter().flat_map(Node::entries);
    let all = functions.map(Node::entries).unwrap_or_default().iter().chain(lists);
    for (name, function) in all.take(MOST) {
        if !matches!(function.value, Value::Map(_)) {
            continue;
        }
        let mut body = function.clone();
        body.complete(&shared, &mut room);
        if let Value::Map(entries) = &mut body.value {
            entries.retain(|(key, _)| key != "name");
            entries.push(("name".to_owned(), Value::text(name.clone()).at(function.span)));
        }
        add("function", format!("function {name}"), body);
    }
    let resources = document.get("resources");
    let lists = resources.map(Node::items).unwrap_or_default();
    for part in resources.iter().copied().chain(lists) {
        if part.get("Resources").is_some() {
            cloudformation::tree(part, file, reading);
        }
    }
    if reading.resources.len() > MOST && reading.gaps.is_empty() {
        reading.gaps.push(Wrong { what: format!("the first {MOST} functions are judged"), limit: true });
    }
}

/// Variables of the framework are filled in when it deploys.
fn hide(node: &mut Node) {
    match &mut node.value {
        Value::Text(text) if text.starts_with("${") && text.ends_with('}') => node.value = Value::Unknown,
        Value::List(items) => items.iter_mut().for_each(hide),
        Value::Map(entries) => entries.iter_mut().for_each(|(_, value)| hide(value)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_take_from_the_provider() {
        let text = "service: shop\nprovider: {name: aws, runtime: nodejs22.x, tracing: {lambda: true}}\nfunctions:\n  a: {handler: a.b, runtime: '${self:custom.r}'}\n  b: {handler: c.d, events: [{http: 'GET /'}]}\nresources:\n  Resources:\n    Logs: {Type: 'AWS::S3::Bucket', Properties: {BucketName: x}}\n";
        let reading = read(text.as_bytes(), 0);
        let seen: Vec<_> = reading.resources.iter().map(|it| (&*it.kind, &*it.address)).collect();
        let expected =
            [("service", "shop"), ("function", "function a"), ("function", "function b"), ("AWS::S3::Bucket", "Logs")];
        assert_eq!(seen, expected);
        assert_eq!(reading.resources[1].body.get("runtime").unwrap().value, Value::Unknown);
        assert_eq!(reading.resources[2].body.get("runtime").unwrap().text(), Some("nodejs22.x"));
        assert_eq!(reading.resources[3].target, Target::CloudFormation);
    }

    #[test]
    fn hostile_files_do_no_harm() {
        for text in ["", "[1]", "functions: [1, {a: 1}]", "service: {name: 1}\nresources: [1, {Resources: 1}]", "a: ["]
        {
            read(text.as_bytes(), 0);
        }
    }
}
