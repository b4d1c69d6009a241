//! Templates as trees with lines: JSON, or YAML whose tags are the short form of functions. `!GetAtt Bucket.Arn` becomes
//! what it stands for, `{"Fn::GetAtt": ["Bucket", "Arn"]}`, so that everything after sees one form.

use crate::yaml::Wrong;
use crate::{Node, Value, json, yaml};

/// The tree, or why the template cannot be read.
pub(super) fn read(text: &str) -> Result<Node, Wrong> {
    if text.trim_start().starts_with('{') {
        return json::parse(text.as_bytes()).map_err(|what| Wrong { what, limit: false });
    }
    let documents = yaml::tagged(text, function);
    match (documents.wrong, documents.read.into_iter().next()) {
        (Some(wrong), _) => Err(wrong),
        (None, None) => Err(Wrong { what: "line 1: there is no document".to_owned(), limit: false }),
        // Only the first document counts.
        (None, Some(mut document)) => {
            split(&mut document);
            Ok(document)
        }
    }
}

/// The function that a tag is short for.
#[expect(clippy::unnecessary_wraps, reason = "other languages may have tags that are short for nothing")]
fn function(tag: &str) -> Option<String> {
    Some(match tag {
        "Ref" | "Condition" => tag.to_owned(),
        _ => format!("Fn::{tag}"),
    })
}

/// What `Fn::GetAtt` is given as a text becomes the list that it stands for.
fn split(node: &mut Node) {
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(split),
        Value::Map(entries) => {
            for (key, value) in entries {
                if let ("Fn::GetAtt", Value::Text(text)) = (&**key, &value.value) {
                    let (resource, attribute) = text.split_once('.').unwrap_or((text, ""));
                    let parts = [resource, attribute].map(|part| Value::text(part).at(value.span));
                    value.value = Value::List(parts.to_vec());
                }
                split(value);
            }
        }
        _ => {}
    }
}
