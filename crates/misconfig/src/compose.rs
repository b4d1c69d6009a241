//! Compose files (Compose specification): a resource of the kind `service` for each service, and `network`, `volume`,
//! `secret` and `config` for what else has a name; the document itself is `file`.
//!
//! A service is as it is written, with what it extends in the same file, and what is written in two forms also in one:
//!
//! - `env`: its environment, each with `name` and `value`
//! - `mounts`: its volumes, each with `source`, `target` and `read_only`
//! - `published`: its ports, each with `address`, `port` and `target`
//!
//! Variables are put in with their defaults; what has none is unknown.

use crate::docker::Variables;
use crate::{Node, Reading, Resource, Span, Target, Value, yaml};

/// The resources of a Compose file.
pub fn read(content: &[u8], file: usize) -> Reading {
    let mut reading = Reading::default();
    let Some(text) = reading.text(content) else { return reading };
    let documents = yaml::documents(text);
    let mut add = |kind: &str, address: String, body: Node| {
        let kind = kind.to_owned();
        reading.resources.push(Resource { target: Target::Compose, kind, address, file, body });
    };
    for mut document in documents.read {
        fill(&mut document, &Variables::default());
        let mut room = MOST_EXTENDED;
        let services = document.get("services").map(Node::entries).unwrap_or_default();
        for (name, service) in services {
            let mut service = service.clone();
            extend(&mut service, services, &mut room);
            unify(&mut service);
            add("service", format!("service {name}"), service);
        }
        for (key, kind) in
            [("networks", "network"), ("volumes", "volume"), ("secrets", "secret"), ("configs", "config")]
        {
            for (name, body) in document.get(key).map(Node::entries).unwrap_or_default() {
                add(kind, format!("{kind} {name}"), body.clone());
            }
        }
        add("file", "file".to_owned(), document);
    }
    reading.gap(documents.wrong);
    reading
}

/// Puts variables in. `$$` is a dollar.
fn fill(node: &mut Node, variables: &Variables) {
    match &mut node.value {
        Value::Text(text) if text.contains('$') => {
            let escaped = text.replace("$$", "\\$");
            node.value = variables.expand(&escaped).map_or(Value::Unknown, Value::Text);
        }
        Value::List(items) => items.iter_mut().for_each(|item| fill(item, variables)),
        Value::Map(entries) => entries.iter_mut().for_each(|(_, value)| fill(value, variables)),
        _ => {}
    }
}

/// Values that all services take from others: more than people repeat.
const MOST_EXTENDED: usize = 200_000;

/// Adds what a service of the same file brings that this one extends.
fn extend(service: &mut Node, services: &[(String, Node)], room: &mut usize) {
    const DEEPEST: usize = 8;
    let mut base = service.clone();
    for _ in 0..DEEPEST {
        let Some(extended) = base.get("extends") else { return };
        let name = match extended.get("file") {
            Some(_) => return,
            None => extended.text().or_else(|| extended.get("service")?.text()),
        };
        let Some((_, next)) = services.iter().find(|(known, _)| Some(&**known) == name) else { return };
        service.complete(next.entries(), room);
        base = next.clone();
    }
}

/// Adds the one form of what is written in two.
fn unify(service: &mut Node) {
    let list = |key: &str, one: fn(&Node) -> Node| {
        let written = service.get(key)?;
        let span = written.span;
        let items = written.items().iter().map(one).collect();
        Some(Value::List(items).at(span))
    };
    let (mounts, published) = (list("volumes", mount), list("ports", port));
    let env = service.get("environment").map(|written| {
        let pairs = written.entries().iter().map(|(name, value)| pair(name, Some(value.clone()), value.span));
        let texts = written.items().iter().filter_map(|item| Some((item.text()?, item.span)));
        let texts = texts.map(|(text, span)| match text.split_once('=') {
            Some((name, value)) => pair(name, Some(Value::text(value).at(span)), span),
            None => pair(text, None, span),
        });
        Value::List(pairs.chain(texts).collect()).at(written.span)
    });
    let Value::Map(entries) = &mut service.value else { return };
    for (key, node) in [("mounts", mounts), ("published", published), ("env", env)] {
        entries.extend(node.map(|node| (key.to_owned(), node)));
    }
}

fn pair(name: &str, value: Option<Node>, span: Span) -> Node {
    let mut entries = vec![("name".to_owned(), Value::text(name).at(span))];
    entries.extend(value.map(|value| ("value".to_owned(), value)));
    Value::Map(entries).at(span)
}

/// `source:target[:mode]`, `target`, or a mapping.
fn mount(written: &Node) -> Node {
    let span = written.span;
    let Some(text) = written.text() else { return written.clone() };
    let parts: Vec<&str> = text.split(':').collect();
    let (source, target, mode) = match *parts {
        [target] => (None, target, ""),
        [source, target] => (Some(source), target, ""),
        [source, target, mode, ..] => (Some(source), target, mode),
        [] => (None, "", ""),
    };
    let mut entries = vec![
        ("target".to_owned(), Value::text(target).at(span)),
        ("read_only".to_owned(), Value::Bool(mode.split(',').any(|word| word == "ro")).at(span)),
    ];
    entries.extend(source.map(|source| ("source".to_owned(), Value::text(source).at(span))));
    Value::Map(entries).at(span)
}

/// `[[address:]port:]target[/protocol]`, or a mapping.
fn port(written: &Node) -> Node {
    let span = written.span;
    let text = match &written.value {
        Value::Map(_) => {
            let part = |key: &str| written.get(key).cloned();
            let parts = [("address", part("host_ip")), ("port", part("published")), ("target", part("target"))];
            let entries = parts.into_iter().filter_map(|(key, node)| Some((key.to_owned(), node?)));
            return Value::Map(entries.collect()).at(span);
        }
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.split('/').next().unwrap_or_default().to_owned(),
        _ => return written.clone(),
    };
    let (rest, target) = text.rsplit_once(':').map_or((None, &*text), |(rest, target)| (Some(rest), target));
    let (address, port) = match rest.map(|rest| rest.rsplit_once(':')) {
        Some(Some((address, port))) => (Some(address.trim_matches(['[', ']'])), Some(port)),
        Some(None) => (None, rest),
        None => (None, None),
    };
    let parts = [("address", address), ("port", port), ("target", Some(target))];
    let entries = parts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), Value::text(text?).at(span))));
    Value::Map(entries.collect()).at(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_have_one_form() {
        let text = "services:\n  base: {privileged: true, image: a}\n  web:\n    extends: {service: base}\n    image: 'web:${TAG:-1}'\n    user: $WHO\n    ports: ['127.0.0.1:80:8080', '443:8443/tcp', 9000]\n    volumes: ['/a:/b:ro', {source: c, target: d}]\n    environment: [A=b, C]\n";
        let reading = read(text.as_bytes(), 0);
        let kinds: Vec<_> = reading.resources.iter().map(|resource| &*resource.address).collect();
        assert_eq!(kinds, ["service base", "service web", "file"]);
        let web = &reading.resources[1].body;
        let at = |list: &str, index: usize, key: &str| web.get(list).unwrap().items()[index].get(key).cloned();
        let text = |list, index, key| at(list, index, key).and_then(|node| node.text().map(str::to_owned));
        assert_eq!(web.get("privileged").unwrap().value, Value::Bool(true));
        assert_eq!(web.get("image").unwrap().text(), Some("web:1"));
        assert_eq!(web.get("user").unwrap().value, Value::Unknown);
        assert_eq!(text("published", 0, "address").as_deref(), Some("127.0.0.1"));
        assert_eq!(text("published", 1, "port").as_deref(), Some("443"));
        assert_eq!((text("published", 1, "address"), text("published", 2, "port")), (None, None));
        assert_eq!(at("mounts", 0, "read_only").unwrap().value, Value::Bool(true));
        assert_eq!(text("mounts", 1, "source").as_deref(), Some("c"));
        assert_eq!((text("env", 0, "value").as_deref(), at("env", 1, "value")), (Some("b"), None));
    }
}
