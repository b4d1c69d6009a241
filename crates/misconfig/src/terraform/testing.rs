//! What the tests share: a tree in one text, and what it comes to as text.

use std::collections::HashMap;
use std::fmt::Write;

use crate::{Node, Value};

use super::datum::Datum;
use super::evaluator::{Budget, Evaluator, Names, Scope};
use super::functions::encoding;
use super::tree::Tree;
use super::{Evaluation, File, Options, evaluate, parse};

/// The files of a text in which a line `== PATH` begins each.
pub(super) fn files(text: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        match (line.trim().strip_prefix("== "), files.last_mut()) {
            (Some(path), _) => files.push((path.to_owned(), String::new())),
            (None, Some((_, content))) => {
                content.push_str(line);
                content.push('\n');
            }
            (None, None) => {}
        }
    }
    files
}

pub(super) fn evaluated(text: &str) -> Evaluation {
    let files = files(text);
    let files: Vec<File<'_>> = files.iter().map(|(path, content)| File { path, bytes: content.as_bytes() }).collect();
    evaluate(&files, &Options::default())
}

/// Compares what a tree comes to: a line per resource (`address { key = value }`) and per gap (`gap FILE:LINE: reason`).
/// An expected line that ends in `…` is the beginning of one.
pub(super) fn check(tree: &str, expected: &str) {
    let evaluation = evaluated(tree);
    let mut lines = Vec::new();
    for root in &evaluation.roots {
        for resource in &root.resources {
            lines.push(format!("{} {}", resource.address, shown(&resource.body)));
        }
    }
    let names = files(tree);
    for gap in &evaluation.gaps {
        let file = gap.file.map_or("(no file)", |file| names[file].0.as_str());
        lines.push(format!("gap {file}:{}: {}", gap.line, gap.reason));
    }
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let same = lines.len() == expected.len()
        && lines.iter().zip(&expected).all(|(line, expected)| match expected.strip_suffix('…') {
            Some(beginning) => line.starts_with(beginning),
            None => line == expected,
        });
    assert!(same, "is\n{}\nand should be\n{}", lines.join("\n"), expected.join("\n"));
}

/// A value on one line: `?` is unknown, `<…>` a reference.
pub(crate) fn shown(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(yes) => yes.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => format!("{text:?}"),
        Value::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) if entries.is_empty() => "{}".to_owned(),
        Value::Map(entries) => {
            let mut text = String::from("{ ");
            for (at, (key, value)) in entries.iter().enumerate() {
                let _ = write!(text, "{}{key} = {}", if at == 0 { "" } else { ", " }, shown(value));
            }
            text + " }"
        }
        Value::Unknown => "?".to_owned(),
        Value::Reference(text) => format!("<{text}>"),
    }
}

/// The value of an expression as JSON: `!` for a failure, `?` for what is not known.
pub(super) fn expression(text: &str) -> String {
    let files = files(
        r#"
== hello.txt
Hello World
== templates/backends.tftpl
%{ for addr in ip_addrs ~}
backend ${addr}:${port}
%{ endfor ~}
== templates/config.tftpl
%{ for config_key, config_value in config }set ${config_key} = ${config_value}
%{ endfor ~}
== main.tf
locals {
  names = ["a", "b"]
  text = "hello"
}
"#,
    );
    let files: Vec<File<'_>> = files.iter().map(|(path, content)| File { path, bytes: content.as_bytes() }).collect();
    let mut failures = Vec::new();
    let tree = Tree::new(&files, &mut failures);
    let given = HashMap::new();
    let evaluator =
        Evaluator::new(&tree, &tree.modules[0], &given, "default", Budget { steps: 1_000_000, nodes: 1_000 });
    let (body, broken) = parse::file(&format!("x = {text}\n"));
    if let Some((_, reason)) = broken.first() {
        return reason.clone();
    }
    let Some(expression) = body.attribute("x") else { return "nothing".to_owned() };
    match evaluator.evaluate(expression, &Scope { file: 0, module: Some(0), names: &Names::None }) {
        Ok(Datum::Reference(text)) => format!("<{text}>"),
        Ok(value) => encoding::json(&value).unwrap_or_else(|| "?".to_owned()),
        Err(_) => "!".to_owned(),
    }
}
