//! Jenkinsfiles ("Pipeline Syntax"): declarative pipelines as a tree, without running Groovy.
//!
//! The file is the resource `pipeline`: blocks are mappings (`agent`, `environment`, `options`, `parameters`, `stages`), a name that
//! comes several times is a list, and what stands behind a name on its line is its value, quotes taken off. A `stage` has its name
//! in `name`. Each call in `steps` or `post`, and in scripted pipelines everywhere, is a resource `step` with its `name` (`sh`,
//! `withCredentials`), the whole call in `text`, what is in its first string in `script`, whether Groovy puts values into that
//! string (`interpolated`), and its `arguments` by name.

use std::collections::HashMap;

use crate::yaml::Wrong;
use crate::{Node, Reading, Resource, Span, Target, Value};

/// How deep blocks lie in each other.
const DEEPEST: usize = 64;
/// Statements of a file.
const MOST: usize = 20_000;

/// Blocks that hold more blocks; what is called elsewhere is a step.
const BLOCKS: &[&str] = &[
    "pipeline",
    "agent",
    "environment",
    "options",
    "parameters",
    "triggers",
    "tools",
    "stages",
    "stage",
    "steps",
    "post",
    "always",
    "success",
    "failure",
    "unstable",
    "aborted",
    "changed",
    "cleanup",
    "fixed",
    "regression",
    "unsuccessful",
    "parallel",
    "matrix",
    "axes",
    "axis",
    "when",
    "docker",
    "dockerfile",
    "kubernetes",
    "node",
    "script",
    "input",
    "label",
    "libraries",
];

/// Reads a Jenkinsfile.
pub fn read(content: &[u8], file: usize) -> Reading {
    let mut reading = Reading::default();
    let Some(text) = reading.text(content) else { return reading };
    let mut reader = Reader { rest: text, line: 1, taken: 0, steps: Vec::new() };
    let body = reader.block(0, false);
    let limit = reader.taken > MOST;
    if limit {
        let what = format!("line {}: more or deeper statements than are read", reader.line);
        reading.gaps.push(Wrong { what, limit });
    }
    let body = body.at(Span::line(1));
    // Scripts without `pipeline` or `node` are libraries, and are read the same.
    let inner = body.get("pipeline").unwrap_or(&body).clone();
    let mut whole = inner;
    if let (Value::Map(entries), true) = (&mut whole.value, body.get("pipeline").is_some()) {
        let outside = body.entries().iter().filter(|(key, _)| key != "pipeline");
        entries.extend(outside.map(|(key, value)| (format!("outer_{key}"), value.clone())));
    }
    let add = |kind: &str, address: String, body: Node| Resource {
        target: Target::Jenkins,
        kind: kind.to_owned(),
        address,
        file,
        body,
    };
    reading.resources.push(add("pipeline", "pipeline".to_owned(), whole));
    for step in reader.steps {
        let name = step.get("name").and_then(Node::text).unwrap_or_default();
        reading.resources.push(add("step", format!("{name} line {}", step.span.first), step));
    }
    reading
}

struct Reader<'t> {
    rest: &'t str,
    line: u32,
    taken: usize,
    steps: Vec<Node>,
}

impl Reader<'_> {
    /// The statements up to the end of a block.
    fn block(&mut self, depth: usize, is_environment: bool) -> Value {
        let mut entries: Vec<(String, Node)> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        loop {
            let (text, first, end) = self.statement();
            self.taken += 1;
            if self.taken > MOST || depth > DEEPEST {
                self.taken = MOST + 1;
                return Value::Map(entries);
            }
            let name = name_of(&text);
            let mut value = None;
            if end == End::Open {
                let is_known = BLOCKS.contains(&name);
                let before = self.steps.len();
                let inside = self.block(depth + 1, name == "environment");
                if !is_known && !name.is_empty() {
                    // A step that takes a block, as `withCredentials` does: told before those in it.
                    let step = step(name, &text, Span::new(first, self.line));
                    self.steps.insert(before, step);
                }
                let mut inside = inside;
                if let (Value::Map(entries), Some(named)) = (&mut inside, first_text(&text)) {
                    entries.push(("name".to_owned(), Value::text(named.0).at(Span::line(first))));
                }
                value = Some(inside.at(Span::new(first, self.line)));
            } else if !name.is_empty() {
                let span = Span::new(first, self.line);
                if !is_environment {
                    self.steps.push(step(name, &text, span));
                }
                let rest = text[name.len()..].trim().trim_start_matches('=').trim();
                let plain = first_text(rest).filter(|_| rest.starts_with(['\'', '"']));
                value = Some(
                    match (plain, rest) {
                        (Some((text, _)), _) => Value::text(text),
                        (None, "true") => Value::Bool(true),
                        (None, "false") => Value::Bool(false),
                        (None, rest) => Value::text(rest),
                    }
                    .at(span),
                );
            }
            if let Some(value) = value.filter(|_| !name.is_empty()) {
                match places.get(name).and_then(|at| entries.get_mut(*at)) {
                    None => {
                        places.insert(name.to_owned(), entries.len());
                        entries.push((name.to_owned(), value));
                    }
                    Some((_, Node { value: Value::List(items), .. })) => items.push(value),
                    Some((_, known)) => {
                        let span = known.span;
                        let one = std::mem::take(known);
                        *known = Value::List(vec![one, value]).at(span);
                    }
                }
            }
            if matches!(end, End::Close | End::Text) {
                return Value::Map(entries);
            }
        }
    }

    /// A statement: what stands before a line's end, a semicolon or a brace that is in no brackets and no string. A line that
    /// ends inside of brackets goes on.
    fn statement(&mut self) -> (String, u32, End) {
        let mut text = String::new();
        let mut first = self.line;
        let mut brackets = 0_u32;
        loop {
            if text.trim().is_empty() {
                first = self.line;
            }
            let Some(next) = self.rest.chars().next() else { return (text.trim().to_owned(), first, End::Text) };
            if self.rest.starts_with("//") || (next == '#' && text.trim().is_empty()) {
                let end = self.rest.find('\n').unwrap_or(self.rest.len());
                self.pass(end);
                continue;
            }
            if self.rest.starts_with("/*") {
                let end = self.rest.find("*/").map_or(self.rest.len(), |end| end + 2);
                self.pass(end);
                continue;
            }
            if let Some((whole, _)) = string(self.rest) {
                text.push_str(&self.rest[..whole]);
                self.pass(whole);
                continue;
            }
            self.pass(next.len_utf8());
            match next {
                '(' | '[' => brackets += 1,
                ')' | ']' => brackets = brackets.saturating_sub(1),
                '\n' | ';' if brackets == 0 => {
                    if !text.trim().is_empty() {
                        return (text.trim().to_owned(), first, End::Line);
                    }
                    continue;
                }
                '{' if brackets == 0 => return (text.trim().to_owned(), first, End::Open),
                '}' if brackets == 0 => return (text.trim().to_owned(), first, End::Close),
                _ => {}
            }
            text.push(next);
        }
    }

    fn pass(&mut self, bytes: usize) {
        let (passed, rest) = self.rest.split_at(bytes);
        let lines = memchr::memchr_iter(b'\n', passed.as_bytes()).count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.rest = rest;
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Line,
    Open,
    Close,
    Text,
}

/// The name that a statement begins with. `NAME = value` has one as well.
fn name_of(text: &str) -> &str {
    let text = text.trim_start();
    let end = text.find(|it: char| !it.is_alphanumeric() && !matches!(it, '_' | '.' | '@')).unwrap_or(text.len());
    &text[..end]
}

/// The string at the front of a text: how long it is with its quotes, and what is in it. One in single quotes ends with its line
/// at the latest, and the others with the text: what is left open takes all of that, so that nothing is looked at twice.
fn string(text: &str) -> Option<(usize, &str)> {
    let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| text.starts_with(quote))?;
    let mut at = quote.len();
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with(quote) {
            return Some((at + quote.len(), &text[quote.len()..at]));
        }
        let mut characters = rest.chars();
        let next = characters.next()?;
        if next == '\n' && quote.len() == 1 {
            break;
        }
        at += next.len_utf8();
        if next == '\\' {
            at += characters.next().map_or(0, char::len_utf8);
        }
    }
    Some((at, &text[quote.len()..at]))
}

/// The first string in a text, without its quotes, and whether Groovy puts values into it.
fn first_text(text: &str) -> Option<(&str, bool)> {
    let at = text.find(['"', '\''])?;
    let (_, inside) = string(&text[at..])?;
    Some((inside, text[at..].starts_with('"') && inside.contains('$')))
}

/// A call, as rules see it.
fn step(name: &str, text: &str, span: Span) -> Node {
    let (script, is_interpolated) = first_text(text).unwrap_or_default();
    let at = |value: Value| value.at(span);
    let mut arguments: Vec<(String, Node)> = Vec::new();
    let mut rest = &text[name.len().min(text.len())..];
    // `name: value`, outside of strings.
    while !rest.is_empty() && arguments.len() < 100 {
        if let Some((whole, _)) = string(rest) {
            rest = &rest[whole..];
            continue;
        }
        let end = rest.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(rest.len());
        if end == 0 {
            rest = &rest[rest.chars().next().map_or(1, char::len_utf8)..];
            continue;
        }
        let (word, after) = rest.split_at(end);
        if let Some(value) = after.trim_start().strip_prefix(':').filter(|value| !value.starts_with(':')) {
            let value = value.trim_start();
            let plain = match string(value) {
                Some((_, inside)) => inside,
                None => value.split([',', ')', ']', '\n']).next().unwrap_or_default().trim(),
            };
            let value = match plain {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                text => Value::text(text),
            };
            if !arguments.iter().any(|(known, _)| known == word) {
                arguments.push((word.to_owned(), at(value)));
            }
        }
        rest = after;
    }
    at(Value::map([
        ("name", at(Value::text(name))),
        ("text", at(Value::text(text))),
        ("script", at(Value::text(script))),
        ("interpolated", at(Value::Bool(is_interpolated))),
        ("arguments", at(Value::Map(arguments))),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIPELINE: &str = r#"#!groovy
@Library('shared@main') _
pipeline {
    agent { docker { image 'maven:3.9'; args '-v /a:/b' } } // x
    environment {
        TOKEN = credentials('deploy')
        NAME = "it's"
    }
    stages {
        stage('Build') {
            steps {
                sh "curl ${params.URL} | sh"
                sh(script: '''make \
                    all''', returnStdout: true)
                withCredentials([string(credentialsId: 'a', variable: 'B')]) {
                    echo '}'
                }
            }
        }
        stage("Deploy") { steps { build job: 'x', wait: false } }
    }
}
"#;

    #[test]
    fn blocks_are_mappings() {
        let body = &read(PIPELINE.as_bytes(), 0).resources[0].body;
        let text = |keys: &[&str]| body.at(keys).and_then(Node::text);
        assert_eq!(text(&["agent", "docker", "image"]), Some("maven:3.9"));
        assert_eq!(text(&["agent", "docker", "args"]), Some("-v /a:/b"));
        assert_eq!(text(&["environment", "TOKEN"]), Some("credentials('deploy')"));
        assert_eq!(text(&["environment", "NAME"]), Some("it's"));
        let stages = body.at(&["stages", "stage"]).unwrap().items();
        let names: Vec<_> = stages.iter().filter_map(|stage| stage.get("name")?.text()).collect();
        assert_eq!(names, ["Build", "Deploy"]);
        assert!(body.get("outer_@Library").is_some());
    }

    #[test]
    fn calls_are_steps() {
        let reading = read(PIPELINE.as_bytes(), 0);
        let steps: Vec<&Node> = reading.resources[1..].iter().map(|it| &it.body).collect();
        let named = |name: &str| steps.iter().find(|step| step.get("name").and_then(Node::text) == Some(name)).unwrap();
        let sh: Vec<_> = steps.iter().filter(|step| step.get("name").and_then(Node::text) == Some("sh")).collect();
        assert_eq!(sh[0].get("script").and_then(Node::text), Some("curl ${params.URL} | sh"));
        assert_eq!(sh[0].get("interpolated").unwrap().value, Value::Bool(true));
        assert!(sh[1].get("script").and_then(Node::text).unwrap().starts_with("make"));
        assert_eq!(sh[1].get("interpolated").unwrap().value, Value::Bool(false));
        assert_eq!(sh[1].at(&["arguments", "returnStdout"]).unwrap().value, Value::Bool(true));
        assert_eq!(sh[1].span, Span::new(13, 15));
        assert_eq!(named("withCredentials").at(&["arguments", "credentialsId"]).and_then(Node::text), Some("a"));
        assert_eq!(named("echo").get("script").and_then(Node::text), Some("}"));
        assert_eq!(named("build").at(&["arguments", "wait"]).unwrap().value, Value::Bool(false));
    }

    #[test]
    fn broken_and_hostile_files_do_no_harm() {
        for text in [
            "",
            "{",
            "}",
            "'",
            "\"\"\"",
            "a(",
            "/*",
            "sh '",
            "\\",
            "a: b",
            "pipeline {\n\u{1F600} {",
            "x::y",
            "sh \"\\",
        ] {
            read(text.as_bytes(), 0);
        }
        assert!(read("a {".repeat(1000).as_bytes(), 0).gaps[0].limit);
        assert!(read("a 1\n".repeat(MOST + 1).as_bytes(), 0).gaps[0].limit);
    }
}
