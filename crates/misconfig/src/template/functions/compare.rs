//! Comparisons (text/template, "Functions"). Go refuses to compare a number of `values.yaml` with a literal; here a number is
//! a number.

use std::cmp::Ordering;

use super::{Call, Function, MANY, Needs, function};
use crate::template::datum::{DEEPEST, Datum};
use crate::template::machine::Outcome;

pub(super) const FUNCTIONS: &[Function] = &[
    function("eq", (1, MANY), Needs::Decided, |call| {
        Ok(Datum::Bool(call.values[1..].iter().any(|other| same(call.at(0), other))))
    }),
    function("ge", (2, 2), Needs::Decided, |call| Ok(Datum::Bool(order(call)?.is_ge()))),
    function("gt", (2, 2), Needs::Decided, |call| Ok(Datum::Bool(order(call)?.is_gt()))),
    function("le", (2, 2), Needs::Decided, |call| Ok(Datum::Bool(order(call)?.is_le()))),
    function("lt", (2, 2), Needs::Decided, |call| Ok(Datum::Bool(order(call)?.is_lt()))),
    function("ne", (2, 2), Needs::Decided, |call| Ok(Datum::Bool(!same(call.at(0), call.at(1))))),
];

fn same(a: &Datum, b: &Datum) -> bool {
    a.same(b, DEEPEST) == Some(true)
}

fn order(call: &Call<'_>) -> Outcome<Ordering> {
    match (call.at(0), call.at(1)) {
        (Datum::Text(a), Datum::Text(b)) => Ok((**a).cmp(&**b)),
        (Datum::Int(a), Datum::Int(b)) => Ok(a.cmp(b)),
        (a, b) => match (a.number(), b.number()) {
            (Some(a), Some(b)) => Ok(a.partial_cmp(&b).unwrap_or(Ordering::Equal)),
            _ => Err("incompatible types for comparison".into()),
        },
    }
}
