//! What a template has written to objects, whose lines lead back to where they come from.

use super::{Gap, Manifest, Obstacle};
use crate::origin::SourceMap;
use crate::template::datum::UNKNOWN;
use crate::template::text::Output;
use crate::{Node, Value, kubernetes};

/// The objects of what a template has written; nothing where it has written none.
pub fn read(file: usize, output: &Output, gaps: &mut Vec<Gap>) -> Option<Manifest> {
    // What a value is that is not there, as Go writes it and Helm takes it out.
    let text = output.text.replace("<no value>", "");
    if text.trim().is_empty() {
        return None;
    }
    let lines = SourceMap::of_lines(output.lines.iter().map(|origin| (origin.file as usize, origin.line)));
    let mut reading = kubernetes::read(text.as_bytes(), file);
    for wrong in reading.gaps {
        let (line, what) = placed(&wrong.what);
        let (place, line) = lines.of(line).filter(|(place, _)| *place == file).unwrap_or((file, 0));
        let kind = if wrong.limit { Obstacle::Limit } else { Obstacle::Broken };
        gaps.push(Gap { file: place, line, reason: format!("what is rendered is no manifest: {what}"), kind });
    }
    for resource in &mut reading.resources {
        forget(&mut resource.body);
        resource.address = resource.address.replace(UNKNOWN, "?");
    }
    Some(Manifest { file, resources: reading.resources, lines })
}

/// The line with which a reader's message begins, and the rest.
fn placed(what: &str) -> (u32, &str) {
    let split = what.strip_prefix("line ").and_then(|rest| rest.split_once(": "));
    split.and_then(|(line, rest)| Some((line.parse().ok()?, rest))).unwrap_or((0, what))
}

/// Texts in which something is unknown are unknown.
fn forget(node: &mut Node) {
    match &mut node.value {
        Value::Text(text) if text.contains(UNKNOWN) => node.value = Value::Unknown,
        Value::List(items) => items.iter_mut().for_each(forget),
        Value::Map(entries) => entries.iter_mut().for_each(|(_, value)| forget(value)),
        _ => {}
    }
}
