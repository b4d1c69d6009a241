//! The configuration of an image (OCI image-spec, "Image Configuration") as a resource: what is in effect when a container
//! starts from it.
//!
//! Kind `config`: `user`, `entrypoint`, `cmd`, `workdir`, `env` and `labels` (each with `name` and `value`), `ports` (each
//! with `port` and `protocol`), `volumes`.

use model::ImageConfig;

use crate::{Node, Resource, Span, Target, Value};

/// The resources of an image's configuration; none of what is no image.
pub fn resources(config: &ImageConfig, file: usize) -> Vec<Resource> {
    if config.history.is_empty() && config.env.is_empty() && config.cmd.is_empty() && config.entrypoint.is_empty() {
        return Vec::new();
    }
    let node = |value: Value| value.at(Span::default());
    let text = |text: &str| node(Value::text(text));
    let list = |texts: &[String]| node(Value::List(texts.iter().map(|word| text(word)).collect()));
    let pair = |name: &str, value: &str| node(Value::map([("name", text(name)), ("value", text(value))]));
    let env = config.env.iter().map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let env: Vec<Node> = env.map(|(name, value)| pair(name, value)).collect();
    let ports = config.exposed_ports.iter().map(|port| {
        let (port, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
        let port = port.parse().map_or_else(|_| Value::text(port), Value::Number);
        node(Value::map([("port", node(port)), ("protocol", text(protocol))]))
    });
    let body = Value::map([
        ("user", text(&config.user)),
        ("entrypoint", list(&config.entrypoint)),
        ("cmd", list(&config.cmd)),
        ("workdir", text(&config.working_dir)),
        ("env", node(Value::List(env))),
        ("labels", node(Value::List(config.labels.iter().map(|(name, value)| pair(name, value)).collect()))),
        ("ports", node(Value::List(ports.collect()))),
        ("volumes", list(&config.volumes)),
    ]);
    let (kind, address) = ("config".to_owned(), "image".to_owned());
    vec![Resource { target: Target::Image, kind, address, file, body: node(body) }]
}

/// Reads the `config` of an image configuration in JSON, as examples of rules have it.
pub fn read(content: &[u8], file: usize) -> crate::Reading {
    let document = match crate::json::parse(content) {
        Ok(document) => document,
        Err(what) => {
            let gaps = vec![crate::yaml::Wrong { what, limit: false }];
            return crate::Reading { gaps, ..crate::Reading::default() };
        }
    };
    let said = document.get("config").unwrap_or(&document);
    let text = |key: &str| said.get(key).and_then(Node::text).unwrap_or_default().to_owned();
    let list = |key: &str| {
        let items = said.get(key).map(Node::items).unwrap_or_default();
        items.iter().filter_map(|item| item.text().map(str::to_owned)).collect::<Vec<_>>()
    };
    let keys = |key: &str| {
        let entries = said.get(key).map(Node::entries).unwrap_or_default();
        entries.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>()
    };
    let labels = said.get("Labels").map(Node::entries).unwrap_or_default();
    let labels = labels.iter().filter_map(|(name, value)| Some((name.clone(), value.text()?.to_owned())));
    let config = ImageConfig {
        user: text("User"),
        env: list("Env"),
        entrypoint: list("Entrypoint"),
        cmd: list("Cmd"),
        working_dir: text("WorkingDir"),
        exposed_ports: keys("ExposedPorts"),
        volumes: keys("Volumes"),
        labels: labels.collect(),
        history: vec![model::History::default()],
        ..ImageConfig::default()
    };
    crate::Reading { resources: resources(&config, file), ..crate::Reading::default() }
}
