//! Which resources a patch is for: those of its `target`, or the one that it names itself. Names count as they were before
//! a prefix or a suffix was put to them, too.

use regex::{Regex, RegexBuilder};

use super::edit::text;
use crate::Node;

/// A resource while it is put together.
#[derive(Clone, Debug)]
pub struct Object {
    /// What is said of it so far.
    pub node: Node,
    /// The names and namespaces that it had.
    pub earlier: Vec<(String, String)>,
}

impl Object {
    /// A resource as it was read; nothing where it says no kind.
    pub fn new(node: Node) -> Option<Self> {
        text(&node, "kind")?;
        text(&node, "apiVersion")?;
        Some(Self { node, earlier: Vec::new() })
    }

    /// Its kind.
    pub fn kind(&self) -> &str {
        text(&self.node, "kind").unwrap_or_default()
    }

    /// Its version, with the group.
    pub fn version(&self) -> &str {
        text(&self.node, "apiVersion").unwrap_or_default()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.node.at(&["metadata", "name"]).and_then(Node::text).unwrap_or_default()
    }

    /// Its namespace; empty where it says none.
    pub fn namespace(&self) -> &str {
        self.node.at(&["metadata", "namespace"]).and_then(Node::text).unwrap_or_default()
    }

    /// Whether it is called so, or was.
    pub fn is_called(&self, name: &str) -> bool {
        self.name() == name || self.earlier.iter().any(|(earlier, _)| earlier == name)
    }

    fn was_in(&self, namespace: &str) -> bool {
        self.namespace() == namespace || self.earlier.iter().any(|(_, earlier)| earlier == namespace)
    }

    /// Whether a patch that is a part of a resource means this one.
    pub fn is_named_by(&self, patch: &Node) -> bool {
        let meta = |key: &str| patch.at(&["metadata", key]).and_then(Node::text);
        text(patch, "kind") == Some(self.kind())
            && text(patch, "apiVersion").is_none_or(|version| group(version) == group(self.version()))
            && meta("name").is_some_and(|name| self.is_called(name))
            && meta("namespace").is_none_or(|namespace| self.was_in(namespace))
    }

    /// Whether a target means this one: names and kinds are patterns of the whole, and labels have to be there.
    pub fn is_target_of(&self, target: &Node) -> bool {
        let names = || self.earlier.iter().map(|(name, _)| &**name).chain([self.name()]);
        let is = |key: &str, value: &str| text(target, key).is_none_or(|wanted| whole(wanted, value));
        let (own_group, own_version) = (group(self.version()), self.version().rsplit('/').next().unwrap_or_default());
        is("kind", self.kind())
            && is("group", own_group)
            && is("version", own_version)
            && text(target, "name").is_none_or(|wanted| names().any(|name| whole(wanted, name)))
            && text(target, "namespace").is_none_or(|wanted| {
                let mut spaces = self.earlier.iter().map(|(_, space)| &**space).chain([self.namespace()]);
                spaces.any(|space| whole(wanted, space))
            })
            && text(target, "labelSelector").is_none_or(|wanted| self.has_all(wanted, "labels"))
            && text(target, "annotationSelector").is_none_or(|wanted| self.has_all(wanted, "annotations"))
    }

    /// Whether it has labels: `a=b,c!=d,e`.
    fn has_all(&self, selector: &str, of: &str) -> bool {
        let value = |key: &str| self.node.at(&["metadata", of, key.trim()]).and_then(Node::text);
        selector.split(',').map(str::trim).filter(|part| !part.is_empty()).all(|part| {
            if let Some((key, wanted)) = part.split_once("!=") {
                value(key) != Some(wanted.trim())
            } else if let Some((key, wanted)) = part.split_once("==").or_else(|| part.split_once('=')) {
                value(key) == Some(wanted.trim())
            } else {
                value(part).is_some()
            }
        })
    }
}

fn group(version: &str) -> &str {
    version.split_once('/').map_or("", |(group, _)| group)
}

/// Whether a pattern is a text as a whole.
fn whole(pattern: &str, text: &str) -> bool {
    let is_plain = pattern.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/'));
    if is_plain {
        return pattern.is_empty() || pattern == text;
    }
    let compiled: Option<Regex> = RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(1 << 18).build().ok();
    compiled.is_some_and(|pattern| pattern.is_match(text))
}
