//! Config maps and secrets that a kustomization makes of literals and files. What stands in files is not known here, and of
//! secrets nothing is.

use super::select::Object;
use crate::{Node, Span, Value};

/// All that a kustomization makes.
pub fn all(kustomization: &Node) -> Vec<Object> {
    let kinds = [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")];
    let listed = kinds.iter().flat_map(|(key, kind)| {
        kustomization.get(key).map_or(&[][..], Node::items).iter().map(move |entry| (entry, *kind))
    });
    listed.filter_map(|(entry, kind)| one(entry, kind)).collect()
}

fn one(entry: &Node, kind: &str) -> Option<Object> {
    let name = entry.get("name")?.clone();
    let mut data = Vec::new();
    for literal in entry.get("literals").map_or(&[][..], Node::items) {
        if let Some((key, value)) = literal.text().and_then(|text| text.split_once('=')) {
            let value = if kind == "Secret" { Value::Unknown } else { Value::text(value) };
            data.push((key.to_owned(), value.at(literal.span)));
        }
    }
    for listed in entry.get("files").map_or(&[][..], Node::items) {
        let Some(text) = listed.text() else { continue };
        let key = text.split_once('=').map_or_else(|| text.rsplit('/').next().unwrap_or(text), |(key, _)| key);
        data.push((key.to_owned(), Value::Unknown.at(listed.span)));
    }
    let namespace = entry.get("namespace").cloned().map(|space| ("namespace".to_owned(), space));
    let meta = [("name".to_owned(), name)].into_iter().chain(namespace).collect();
    let text = |text: &str| Value::text(text).at(Span::line(entry.span.first));
    let value = Value::map([
        ("apiVersion", text("v1")),
        ("kind", text(kind)),
        ("metadata", Value::Map(meta).at(entry.span)),
        ("data", Value::Map(data).at(entry.span)),
    ]);
    Object::new(value.at(entry.span))
}
