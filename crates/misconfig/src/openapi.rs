//! OpenAPI 2.0 (Swagger), 3.0 and 3.1 ("OpenAPI Specification"): what an interface promises about logins, transport and data.
//!
//! | kind | what it is |
//! |---|---|
//! | `api` | the document; `servers` are addresses as texts, also those that 2.0 writes in `schemes`, `host` and `basePath` |
//! | `operation` | a method of a path: its body with `method`, `path`, the `security` that counts for it, and `schemes`, the kinds of login in it |
//! | `scheme` | a way of logging in, with its `name` |
//! | `schema` | a named schema, with its `name` |
//! | `parameter` | a parameter of a path or an operation |
//!
//! References inside of the document to parameters are followed.

use std::cell::Cell;

use crate::yaml::Wrong;
use crate::{Node, Reading, Resource, Target, Value, json, yaml};

const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];
/// Operations, parameters and schemas of one document.
const MOST: usize = 50_000;
/// Values that operations repeat, because they share them.
const MOST_REPEATED: usize = 500_000;

/// Reads a document in YAML or JSON.
pub fn read(content: &[u8], file: usize) -> Reading {
    let mut reading = Reading::default();
    let Some(text) = reading.text(content) else { return reading };
    let documents = if text.trim_start().starts_with('{') {
        match json::parse(content) {
            Ok(document) => vec![document],
            Err(what) => {
                reading.gaps.push(Wrong { what, limit: false });
                return reading;
            }
        }
    } else {
        let documents = yaml::documents(text);
        reading.gap(documents.wrong);
        documents.read
    };
    for document in &documents {
        if document.get("openapi").or_else(|| document.get("swagger")).is_some() {
            api(document, file, &mut reading);
        }
    }
    reading
}

fn api(document: &Node, file: usize, reading: &mut Reading) {
    let mut add = |kind: &str, address: String, body: &Node, more: Vec<(&str, Node)>| {
        if reading.resources.len() >= MOST {
            if reading.gaps.is_empty() {
                reading.gaps.push(Wrong { what: format!("the first {MOST} parts are judged"), limit: true });
            }
            return;
        }
        let mut body = body.clone();
        if let Value::Map(entries) = &mut body.value {
            for (key, node) in more {
                entries.retain(|(known, _)| known != key);
                entries.push((key.to_owned(), node));
            }
        }
        reading.resources.push(Resource { target: Target::OpenApi, kind: kind.to_owned(), address, file, body });
    };
    let schemes = document
        .at(&["components", "securitySchemes"])
        .or_else(|| document.get("securityDefinitions"))
        .map(Node::entries)
        .unwrap_or_default();
    // The body of the document without its parts, which are resources of their own.
    let title = document.at(&["info", "title"]).and_then(Node::text).unwrap_or("api").to_owned();
    let own = document.entries().iter().filter(|(key, _)| !matches!(&**key, "paths" | "components" | "definitions"));
    let whole = Value::Map(own.cloned().collect()).at(document.span);
    let has_schemes = Value::Bool(!schemes.is_empty()).at(document.span);
    add("api", title, &whole, vec![("servers", servers(document)), ("has_schemes", has_schemes)]);
    for (name, scheme) in schemes {
        // The name of a key in a header or query is told apart from the scheme's own.
        let mut more = vec![("name", Value::text(name.clone()).at(scheme.span))];
        more.extend(scheme.get("name").map(|key| ("key", key.clone())));
        add("scheme", name.clone(), scheme, more);
    }
    parts(document, schemes, file, reading);
}

/// Operations with their parameters, and schemas.
fn parts(document: &Node, schemes: &[(String, Node)], file: usize, reading: &mut Reading) {
    let room = Cell::new(MOST_REPEATED);
    let afford = |node: &Node| {
        let left = if room.get() == 0 { None } else { room.get().checked_sub(node.count()) };
        room.set(left.unwrap_or_default());
        left.is_some()
    };
    let mut add = |kind: &str, address: String, body: Node| {
        if reading.resources.len() < MOST {
            let kind = kind.to_owned();
            reading.resources.push(Resource { target: Target::OpenApi, kind, address, file, body });
        }
    };
    for (path, item) in document.get("paths").map(Node::entries).unwrap_or_default() {
        for parameter in item.get("parameters").map(Node::items).unwrap_or_default() {
            if let Some(body) = followed(document, parameter).filter(|body| afford(body)) {
                add("parameter", format!("{path} {}", named(body)), body.clone());
            }
        }
        for (method, operation) in item.entries().iter().filter(|(method, _)| METHODS.contains(&&**method)) {
            let address = format!("{} {path}", method.to_ascii_uppercase());
            let mut body = operation.clone();
            let Value::Map(entries) = &mut body.value else { continue };
            let security = operation.get("security").or_else(|| document.get("security"));
            let security = security.filter(|list| afford(list)).cloned();
            let used = security.as_ref().map(|list| kinds(list, schemes));
            entries.retain(|(key, _)| !matches!(&**key, "security" | "method" | "path" | "schemes"));
            let at = |value: Value| value.at(operation.span);
            entries.push(("method".to_owned(), at(Value::text(method.clone()))));
            entries.push(("path".to_owned(), at(Value::text(path.clone()))));
            entries.extend(security.map(|node| ("security".to_owned(), node)));
            entries.extend(used.map(|node| ("schemes".to_owned(), node)));
            add("operation", address.clone(), body);
            for parameter in operation.get("parameters").map(Node::items).unwrap_or_default() {
                if let Some(body) = followed(document, parameter).filter(|body| afford(body)) {
                    add("parameter", format!("{address} {}", named(body)), body.clone());
                }
            }
        }
    }
    let schemas = document.at(&["components", "schemas"]).or_else(|| document.get("definitions"));
    for (name, schema) in schemas.map(Node::entries).unwrap_or_default() {
        add("schema", name.clone(), schema.clone());
    }
    if room.get() == 0 {
        let what = "what operations share is too large to be judged in each of them".to_owned();
        reading.gaps.push(Wrong { what, limit: true });
    }
}

fn named(node: &Node) -> &str {
    node.get("name").and_then(Node::text).unwrap_or_default()
}

/// What a reference inside of the document leads to; one step.
fn followed<'n>(document: &'n Node, node: &'n Node) -> Option<&'n Node> {
    let Some(reference) = node.get("$ref").and_then(Node::text) else { return Some(node) };
    reference.strip_prefix("#/")?.split('/').try_fold(document, |node, key| node.get(key))
}

/// The addresses of an interface.
fn servers(document: &Node) -> Node {
    let span = document.span;
    let written = document.get("servers").map(Node::items).unwrap_or_default();
    let mut addresses: Vec<Node> = written.iter().filter_map(|server| server.get("url")).cloned().collect();
    let host = document.get("host").and_then(Node::text).unwrap_or_default();
    for scheme in document.get("schemes").map(Node::items).unwrap_or_default() {
        let base = document.get("basePath").and_then(Node::text).unwrap_or_default();
        if let Some(scheme_name) = scheme.text() {
            addresses.push(Value::text(format!("{scheme_name}://{host}{base}")).at(scheme.span));
        }
    }
    Value::List(addresses).at(span)
}

/// The kinds of login that a list of requirements names: `none` for an empty one, else `basic`, `bearer`, `apiKey` and so on.
fn kinds(security: &Node, schemes: &[(String, Node)]) -> Node {
    let mut found = Vec::new();
    for requirement in security.items() {
        if requirement.entries().is_empty() {
            found.push(Value::text("none").at(security.span));
        }
        for (name, _) in requirement.entries() {
            let scheme = schemes.iter().find(|(known, _)| known == name).map(|(_, scheme)| scheme);
            let kind = scheme.and_then(|scheme| scheme.get("scheme").or_else(|| scheme.get("type")));
            let kind = kind.and_then(Node::text).unwrap_or("undefined").to_ascii_lowercase();
            found.push(Value::text(kind).at(requirement.span));
        }
    }
    if security.items().is_empty() {
        found.push(Value::text("none").at(security.span));
    }
    Value::List(found).at(security.span)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let reading = read(text.as_bytes(), 0);
        assert!(reading.gaps.is_empty(), "{:?}", reading.gaps);
        let texts = |node: Option<&Node>| {
            let items = node.map(Node::items).unwrap_or_default();
            items.iter().filter_map(Node::text).collect::<Vec<_>>().join(" ")
        };
        let line = |it: &Resource| {
            // The word means something else in a document of 2.0.
            let schemes = texts(it.body.get("schemes").filter(|_| it.kind == "operation"));
            let servers = texts(it.body.get("servers"));
            format!("{} {} {servers}{schemes}", it.kind, it.address).trim_end().to_owned()
        };
        assert_eq!(reading.resources.iter().map(line).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn both_versions_become_the_same() {
        check(
            "openapi: 3.0.3\ninfo: {title: Shop}\nservers: [{url: 'http://shop.example'}]\nsecurity: [{login: []}]\npaths:\n  /a:\n    get: {responses: {}}\n    post: {security: [], parameters: [{$ref: '#/components/parameters/p'}]}\ncomponents:\n  securitySchemes: {login: {type: http, scheme: Basic}}\n  parameters: {p: {name: id, in: query}}\n  schemas: {Item: {type: object}}\n",
            &[
                "api Shop http://shop.example",
                "scheme login",
                "operation GET /a basic",
                "operation POST /a none",
                "parameter POST /a id",
                "schema Item",
            ],
        );
        check(
            "{\"swagger\": \"2.0\", \"host\": \"shop.example\", \"basePath\": \"/v1\", \"schemes\": [\"https\"], \"paths\": {\"/a\": {\"get\": {\"security\": [{\"key\": []}]}}}, \"securityDefinitions\": {\"key\": {\"type\": \"apiKey\", \"in\": \"query\", \"name\": \"k\"}}}",
            &["api api https://shop.example/v1", "scheme key", "operation GET /a apikey"],
        );
    }

    #[test]
    fn hostile_documents_do_no_harm() {
        for text in [
            "openapi: 3\npaths: [1]",
            "openapi: 3\npaths: {a: {get: 1, parameters: [{$ref: '#/paths'}]}}",
            "{\"swagger\"",
        ] {
            read(text.as_bytes(), 0);
        }
    }
}
