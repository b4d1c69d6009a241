//! Type conversion functions, but for `can` and `try`, which see expressions.

use std::sync::Arc;

use super::{Arguments, Function, MANY, Needs, function};
use crate::terraform::datum::Datum;
use crate::terraform::types::Type;

pub(super) const FUNCTIONS: &[Function] = &[
    function("ephemeralasnull", (1, 1), Needs::Nothing, first),
    function("issensitive", (1, 1), Needs::Nothing, |_| Ok(Datum::Unknown)),
    function("nonsensitive", (1, 1), Needs::Nothing, first),
    function("sensitive", (1, 1), Needs::Nothing, first),
    function("tobool", (1, 1), Needs::All, |of| Type::Bool.convert(of.at(0)?)),
    function("tolist", (1, 1), Needs::Nothing, to_list),
    function("tomap", (1, 1), Needs::Nothing, to_map),
    function("tonumber", (1, 1), Needs::All, |of| Type::Number.convert(of.at(0)?)),
    function("toset", (1, 1), Needs::Nothing, to_set),
    function("tostring", (1, 1), Needs::Nothing, |of| Type::Text.convert(of.at(0)?)),
    function("type", (1, MANY), Needs::Nothing, |_| Ok(Datum::Unknown)),
];

fn first(of: &Arguments<'_, '_>) -> Result<Datum, String> {
    of.at(0).cloned()
}

fn to_list(of: &Arguments<'_, '_>) -> Result<Datum, String> {
    let list = Type::List(Box::default()).convert(of.at(0)?)?;
    Ok(list.items().map_or_else(|| list.clone(), |items| Datum::list(unified(items.to_vec()))))
}

fn to_set(of: &Arguments<'_, '_>) -> Result<Datum, String> {
    let set = Type::Set(Box::default()).convert(of.at(0)?)?;
    Ok(set.items().map_or_else(|| set.clone(), |items| Datum::set(unified(items.to_vec()))))
}

fn to_map(of: &Arguments<'_, '_>) -> Result<Datum, String> {
    let map = Type::Map(Box::default()).convert(of.at(0)?)?;
    let Some(entries) = map.entries() else { return Ok(map) };
    let values = unified(entries.values().cloned().collect());
    Ok(Datum::map(entries.keys().map(Arc::clone).zip(values).collect()))
}

/// Scalars of different types become strings: that is the type of all of them.
fn unified(values: Vec<Datum>) -> Vec<Datum> {
    let kinds = |matching: fn(&Datum) -> bool| values.iter().any(matching);
    let several = [
        kinds(|value| matches!(value, Datum::Text(_) | Datum::Reference(_))),
        kinds(|value| matches!(value, Datum::Number(_))),
        kinds(|value| matches!(value, Datum::Bool(_))),
    ];
    if several.into_iter().filter(|present| *present).count() < 2 {
        return values;
    }
    values.into_iter().map(|value| value.to_text().map_or(value, Datum::Text)).collect()
}

#[cfg(test)]
mod tests {
    use crate::terraform::functions::testing::check;

    #[test]
    fn examples_of_the_documentation() {
        check(&[
            ("tobool(true)", "true"),
            ("tobool(\"true\")", "true"),
            ("tobool(null)", "null"),
            ("tobool(\"no\")", "!"),
            ("tobool(1)", "!"),
            ("tolist([\"a\", \"b\", \"c\"])", r#"["a","b","c"]"#),
            ("tolist([\"a\", \"b\", 3])", r#"["a","b","3"]"#),
            ("tomap({\"a\" = 1, \"b\" = 2})", r#"{"a":1,"b":2}"#),
            ("tomap({\"a\" = \"foo\", \"b\" = true})", r#"{"a":"foo","b":"true"}"#),
            ("tonumber(1)", "1"),
            ("tonumber(\"1\")", "1"),
            ("tonumber(null)", "null"),
            ("tonumber(\"no\")", "!"),
            ("toset([\"a\", \"b\", \"c\"])", r#"["a","b","c"]"#),
            ("toset([\"c\", \"b\", \"b\"])", r#"["b","c"]"#),
            ("toset([\"a\", \"b\", 3])", r#"["3","a","b"]"#),
            ("tostring(\"hello\")", "\"hello\""),
            ("tostring(1)", "\"1\""),
            ("tostring(true)", "\"true\""),
            ("tostring([])", "!"),
            ("sensitive(1)", "1"),
            ("nonsensitive(\"a\")", "\"a\""),
            ("can(1 + 1)", "true"),
            ("can({}.missing)", "false"),
            ("try({ a = 1 }.b, \"fallback\")", "\"fallback\""),
            ("try({ a = 1 }.a, \"fallback\")", "1"),
            ("try({}.a)", "!"),
        ]);
    }
}
