//! The images and actions that a file in YAML or JSON names. The tree says what, and in which line; the line's text says where
//! exactly. What the line does not hold as it is (folded, or behind an anchor) is told and not changed.

use std::ops::Range;

use super::{Form, Rest, Use, What, said};
use crate::{Node, Target, Value, yaml};

pub(super) fn uses(content: &str, target: Target) -> Vec<Use> {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in content.split_inclusive('\n') {
        lines.push(start..start + line.trim_end_matches(['\n', '\r']).len());
        start += line.len();
    }
    let mut file = File { content, lines, target, uses: Vec::new() };
    for document in yaml::documents(content).read {
        file.walk(&document, 0);
    }
    file.uses
}

/// Deeper than anybody writes by hand.
const DEEPEST: usize = 100;

struct File<'a> {
    content: &'a str,
    /// Where each line is.
    lines: Vec<Range<usize>>,
    target: Target,
    uses: Vec<Use>,
}

impl File<'_> {
    fn walk(&mut self, node: &Node, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        for (key, value) in node.entries() {
            match (&**key, &value.value) {
                ("image", Value::Text(_)) => self.image(value),
                ("image", Value::Map(_)) => self.parts(value),
                ("uses", Value::Text(_)) if self.target == Target::GithubActions => self.action(value),
                // The name of a container that is declared elsewhere has no tag.
                ("container", Value::Text(name)) if self.is_container(name) => self.image(value),
                ("services", Value::List(services)) if self.has_services() => {
                    for service in services {
                        match service.get("name") {
                            Some(name) => self.image(name),
                            None => self.image(service),
                        }
                    }
                }
                _ => {}
            }
            self.walk(value, depth + 1);
        }
        for item in node.items() {
            self.walk(item, depth + 1);
        }
    }

    fn has_services(&self) -> bool {
        matches!(self.target, Target::GitlabCi)
    }

    fn is_container(&self, name: &str) -> bool {
        match self.target {
            Target::GithubActions => true,
            Target::AzurePipelines => name.contains([':', '/']),
            _ => false,
        }
    }

    /// A reference as one text.
    fn image(&mut self, node: &Node) {
        let Some(text) = node.text() else { return };
        let reference = text.strip_prefix("docker://").unwrap_or(text);
        // An action may be built from a Dockerfile beside it.
        let is_action = self.target == Target::GithubActions;
        if reference.is_empty() || reference.contains(char::is_whitespace) && !reference.contains("{{") {
            return;
        }
        if is_action && (reference == text && reference.ends_with("Dockerfile") || reference.starts_with("./")) {
            return;
        }
        self.whole(What::Image, node, text, reference);
    }

    fn action(&mut self, node: &Node) {
        let Some(text) = node.text() else { return };
        if let Some(reference) = text.strip_prefix("docker://") {
            return self.whole(What::Image, node, text, reference);
        }
        // What lies in the same repository is as it was checked out.
        if !text.starts_with("./") && text.contains('/') {
            self.whole(What::Action, node, text, text);
        }
    }

    /// A text of which `reference` is the end.
    fn whole(&mut self, what: What, node: &Node, text: &str, reference: &str) {
        let mut found = Use::new(what, reference, node.span.first);
        match self.find(node, text) {
            Some((at, rest)) => {
                if let Rest::Comment(comment) = &rest
                    && found.pin.is_some()
                    && found.tag.is_none()
                {
                    found.tag = said(&self.content[comment.clone()]).map(str::to_owned);
                }
                found.form = Form::Whole { at: at.end - reference.len()..at.end, line: rest };
            }
            None => {
                found.obstacle.get_or_insert("it is not written out in its line");
            }
        }
        self.uses.push(found);
    }

    /// An image in parts, as Helm's values have it, or with a `name`.
    fn parts(&mut self, node: &Node) {
        if let Some(name) = node.get("name").filter(|_| node.get("repository").is_none()) {
            if matches!(self.target, Target::GitlabCi | Target::BitbucketPipelines) {
                self.image(name);
            }
            return;
        }
        let Some(repository) = node.get("repository").and_then(Node::text).filter(|name| !name.is_empty()) else {
            return;
        };
        let registry = node.get("registry").and_then(Node::text).filter(|name| !name.is_empty());
        let name = registry.map_or_else(|| repository.to_owned(), |registry| format!("{registry}/{repository}"));
        let tag = node.get("tag").filter(|tag| !matches!(tag.value, Value::Null));
        let text = tag.and_then(|tag| self.written(tag)).filter(|tag| !tag.is_empty());
        let line = tag.map_or(node.span.first, |tag| tag.span.first);
        let reference = text.as_ref().map_or_else(|| name.clone(), |tag| format!("{name}:{tag}"));
        let mut found = Use::new(What::Image, &reference, line);
        let digest = node.get("digest");
        if let Some(known) = digest.and_then(Node::text).filter(|digest| digest.contains(':')) {
            found.pin = Some(known.to_owned());
        }
        match (digest, tag) {
            // Where a chart has a place for the digest, it goes there.
            (Some(digest), _) => match self.find(digest, digest.text().unwrap_or_default()) {
                Some((at, _)) => {
                    let quoted = self.content[..at.start].ends_with(['"', '\'']);
                    found.form = Form::Digest { at, quoted };
                }
                None => found.obstacle = Some("its digest has no place in the file that can be written to"),
            },
            (None, Some(tag)) if text.is_some() => match self.find(tag, text.as_deref().unwrap_or_default()) {
                // A number would become another text with a digest behind it, unless it is quoted; then it is fine as it is.
                Some((at, _)) => {
                    let bare = text.as_deref().unwrap_or_default();
                    let end = at.start + bare.split('@').next().map_or(0, str::len);
                    found.form = Form::Tag { at: at.start..at.end.max(end) };
                }
                None => found.obstacle = Some("it is not written out in its line"),
            },
            // The chart's own version is meant.
            _ => found.obstacle = Some("the chart decides about its tag"),
        }
        self.uses.push(found);
    }

    /// A scalar as it is written: a tag such as `1.20` is a number to YAML, and `1.2` another tag.
    fn written(&self, node: &Node) -> Option<String> {
        if let Some(text) = node.text() {
            return Some(text.to_owned());
        }
        let Value::Number(_) = node.value else { return None };
        let line = self.line(node)?;
        let (_, value) = self.content[line].split_once("tag:")?;
        let value = value.split('#').next().unwrap_or_default().trim();
        value.parse::<f64>().is_ok().then(|| value.to_owned())
    }

    fn line(&self, node: &Node) -> Option<Range<usize>> {
        let number = usize::try_from(node.span.first).ok()?.checked_sub(1)?;
        self.lines.get(number).cloned()
    }

    /// Where a scalar stands in its line, and what follows it there.
    fn find(&self, node: &Node, text: &str) -> Option<(Range<usize>, Rest)> {
        let line = self.line(node)?;
        let whole = &self.content[line.clone()];
        if text.is_empty() {
            // Only an empty pair of quotes is a place.
            let at = whole.find("\"\"").or_else(|| whole.find("''"))? + 1;
            return Some((line.start + at..line.start + at, Rest::Taken));
        }
        let (at, _) = whole.match_indices(text).find(|(at, _)| {
            let before = whole[..*at].trim_end_matches(['"', '\'']);
            let before_is_mark = before.trim_end().ends_with([':', '-', '[', '{', ',']) || before.trim().is_empty();
            let after = &whole[at + text.len()..];
            before_is_mark
                && after.chars().next().is_none_or(|next| matches!(next, '"' | '\'' | ' ' | '\t' | ',' | ']' | '}'))
        })?;
        let end = at + text.len();
        let after = &whole[end..];
        let quote = usize::from(after.starts_with(['"', '\'']));
        let tail = &after[quote..];
        let rest = match tail.trim_start() {
            "" => Rest::Free(line.start + end + quote),
            comment if comment.starts_with('#') && tail.starts_with([' ', '\t']) => {
                let text = comment.trim_start_matches('#').trim_start();
                Rest::Comment(line.end - text.len()..line.end)
            }
            _ => Rest::Taken,
        };
        Some((line.start + at..line.start + end, rest))
    }
}
