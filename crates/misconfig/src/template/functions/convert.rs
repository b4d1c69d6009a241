//! Conversions to numbers and texts (Sprig, "Type Conversion Functions").

use super::{Function, Needs, function};
use crate::template::datum::Datum;
use crate::template::parser;
use crate::template::print;

pub(super) const FUNCTIONS: &[Function] = &[
    function("atoi", (1, 1), Needs::Known, |call| Ok(Datum::Int(call.text(0)?.parse().unwrap_or(0)))),
    function("float64", (1, 1), Needs::Known, |call| Ok(Datum::Float(fraction(call.at(0))))),
    function("int", (1, 1), Needs::Known, |call| Ok(Datum::Int(whole(call.at(0))))),
    function("int64", (1, 1), Needs::Known, |call| Ok(Datum::Int(whole(call.at(0))))),
    function("toDecimal", (1, 1), Needs::Known, |call| {
        Ok(Datum::Int(i64::from_str_radix(&call.text(0)?, 8).unwrap_or(0)))
    }),
    function("toString", (1, 1), Needs::Nothing, |call| Ok(to_string(call.at(0)))),
    function("toStrings", (1, 1), Needs::Nothing, |call| {
        Ok(Datum::list(texts(call.at(0)).into_iter().map(Datum::text).collect()))
    }),
];

fn to_string(value: &Datum) -> Datum {
    match value {
        text @ (Datum::Text(_) | Datum::Unknown) => text.clone(),
        other => Datum::text(print::value(other)),
    }
}

/// A list of texts, as functions of Sprig take them: nothing is passed over, and one value is a list of itself.
pub(super) fn texts(value: &Datum) -> Vec<String> {
    match value.items() {
        Some(items) => items.iter().filter(|item| !matches!(item, Datum::Nil)).map(print::value).collect(),
        None if matches!(value, Datum::Nil) => Vec::new(),
        None => vec![print::value(value)],
    }
}

/// As Sprig's `int64`: what is no number is zero.
pub(super) fn whole(value: &Datum) -> i64 {
    match value {
        Datum::Int(number) => *number,
        Datum::Bool(yes) => i64::from(*yes),
        #[expect(clippy::cast_possible_truncation, reason = "saturates")]
        Datum::Float(number) => number.trunc() as i64,
        Datum::Text(text) => match parser::number(text.trim_start_matches('0')) {
            Some(Datum::Int(number)) => number,
            #[expect(clippy::cast_possible_truncation, reason = "saturates")]
            Some(Datum::Float(number)) => number.trunc() as i64,
            _ => 0,
        },
        _ => 0,
    }
}

/// As Sprig's `float64`: what is no number is zero.
pub(super) fn fraction(value: &Datum) -> f64 {
    match value {
        Datum::Bool(yes) => f64::from(u8::from(*yes)),
        Datum::Text(text) => parser::number(text).and_then(|number| number.number()).unwrap_or(0.0),
        other => other.number().unwrap_or(0.0),
    }
}
