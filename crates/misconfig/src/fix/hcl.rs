//! Sets attributes in Terraform's files (HCL native syntax), by the places at which the parser saw them. Expressions that are no
//! literals are left alone: what they lead to may be used elsewhere.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body, Structure};

use super::is_bare;
use crate::rule::To;

const CHANGED: &str = "the block is not where it was";
const COMPUTED: &str = "the attribute is computed";
const ONE_LINE: &str = "the block stands on one line";

/// The text, in which the resource on this line has `to` at `keys`, of which all but the last one are blocks.
pub(super) fn set(text: &str, line: u32, keys: &[&str], to: &To<'_>) -> Result<String, &'static str> {
    if text.starts_with('\u{feff}') {
        return Err("the file begins with a byte order mark");
    }
    let body: Body = text.parse().map_err(|_| CHANGED)?;
    let is_there = |block: &&Block| {
        block.span().is_some_and(|range| {
            let number = |at: usize| text[..at].matches('\n').count() + 1;
            (number(range.start)..=number(range.end.saturating_sub(1))).contains(&(line as usize))
        })
    };
    let mut block = blocks(&body).filter(|it| it.ident.as_str() == "resource").find(is_there).ok_or(CHANGED)?;
    let mut keys = keys;
    while let [key, rest @ ..] = keys {
        if rest.is_empty() {
            break;
        }
        let mut named = blocks(&block.body).filter(|it| it.ident.as_str() == *key);
        let is_dynamic = |it: &Block| it.ident.as_str() == "dynamic" && it.labels.iter().any(|it| it.as_str() == *key);
        match (named.next(), named.next()) {
            (Some(one), None) => (block, keys) = (one, rest),
            (None, _) if attribute(&block.body, key).is_some() => return Err(COMPUTED),
            (None, _) if blocks(&block.body).any(is_dynamic) => return Err("the block is made by another one"),
            (None, _) => return insert(text, block, keys, to),
            (Some(_), Some(_)) => return Err("there are several such blocks"),
        }
    }
    let [key] = keys else { return Err(CHANGED) };
    let Some(value) = attribute(&block.body, key) else { return insert(text, block, keys, to) };
    if !is_literal(value) {
        return Err(COMPUTED);
    }
    Ok(spliced(text, value.span().ok_or(CHANGED)?, &written(to)))
}

fn blocks(body: &Body) -> impl Iterator<Item = &Block> {
    body.iter().filter_map(Structure::as_block)
}

fn attribute<'b>(body: &'b Body, key: &str) -> Option<&'b Expression> {
    body.iter().filter_map(Structure::as_attribute).find(|it| it.key.as_str() == key).map(|it| &it.value)
}

fn is_literal(value: &Expression) -> bool {
    match value {
        Expression::Null(_) | Expression::Bool(_) | Expression::Number(_) | Expression::String(_) => true,
        Expression::Array(items) => items.iter().all(is_literal),
        _ => false,
    }
}

/// Adds an attribute, and the blocks around it, to a block that does not have them.
fn insert(text: &str, block: &Block, keys: &[&str], to: &To<'_>) -> Result<String, &'static str> {
    let range = block.span().ok_or(CHANGED)?;
    let close = range.start + text[range.clone()].trim_end().len() - 1;
    let begin = line_start(text, range.start);
    let outer: String = text[begin..].chars().take_while(|it| matches!(it, ' ' | '\t')).collect();
    let last = block.body.iter().last();
    let Some(last) = last else {
        // `versioning {}`, or one with nothing but comments.
        let head = text[..close].rfind('{').ok_or(CHANGED)?;
        if !text[head + 1..close].trim().is_empty() {
            return Err("there is nothing but comments in the block");
        }
        let lines = lines(&format!("{outer}  "), keys, to, 0);
        return Ok(spliced(text, head + 1..close, &format!("\n{lines}{outer}")));
    };
    let (start, end) = place(last).ok_or(CHANGED)?;
    let end = start + text[start..end].trim_end().len();
    let indent = &text[line_start(text, start)..start];
    if !indent.trim().is_empty() || !text[end..close].contains('\n') {
        return Err(ONE_LINE);
    }
    let after = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    let [key, rest @ ..] = keys else { return Err(CHANGED) };
    // Attributes beside each other have their signs below each other; a block stands apart.
    let line = &text[line_start(text, start)..end];
    let column = if last.is_attribute() { line.find('=') } else { None };
    let name = column.map_or(0, |column| column.saturating_sub(indent.len()).saturating_sub(1));
    let beside = rest.is_empty() && last.is_attribute() && key.len() <= name && !line.contains('\n');
    let apart = if beside { "" } else { "\n" };
    Ok(spliced(text, after..after, &format!("{apart}{}", lines(indent, keys, to, name))))
}

/// The bytes of an entry of a body.
fn place(structure: &Structure) -> Option<(usize, usize)> {
    match structure {
        Structure::Attribute(attribute) => Some((attribute.key.span()?.start, attribute.value.span()?.end)),
        Structure::Block(block) => block.span().map(|range| (range.start, range.end)),
    }
}

/// The lines of an attribute with the blocks around it.
fn lines(indent: &str, keys: &[&str], to: &To<'_>, width: usize) -> String {
    match keys {
        [key, rest @ ..] if !rest.is_empty() => {
            format!("{indent}{key} {{\n{}{indent}}}\n", lines(&format!("{indent}  "), rest, to, 0))
        }
        [key, ..] => format!("{indent}{key:width$} = {}\n", written(to)),
        [] => String::new(),
    }
}

fn written(to: &To<'_>) -> String {
    let scalar = |one: &str| if is_bare(one) { one.to_owned() } else { format!("\"{one}\"") };
    match to {
        To::One(one) => scalar(one),
        To::List(list) => format!("[{}]", list.iter().map(|one| scalar(one)).collect::<Vec<_>>().join(", ")),
    }
}

fn spliced(text: &str, range: Range<usize>, new: &str) -> String {
    [&text[..range.start], new, &text[range.end..]].concat()
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}
