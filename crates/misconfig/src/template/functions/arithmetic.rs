//! Calculating (Sprig, "Math Functions", "Float Math Functions"). Sums that do not fit wrap around, as Go's do.

use super::convert::{fraction, whole};
use super::{Call, Function, MANY, Needs, function};
use crate::template::datum::Datum;
use crate::template::machine::Outcome;

pub(super) const FUNCTIONS: &[Function] = &[
    function("add", (0, MANY), Needs::Known, |call| Ok(fold(call, i64::wrapping_add))),
    function("add1", (1, 1), Needs::Known, |call| Ok(Datum::Int(whole(call.at(0)).wrapping_add(1)))),
    function("add1f", (1, 1), Needs::Known, |call| Ok(Datum::Float(fraction(call.at(0)) + 1.0))),
    function("addf", (1, MANY), Needs::Known, |call| Ok(fold_fractions(call, |a, b| a + b))),
    function("biggest", (1, MANY), Needs::Known, |call| Ok(fold(call, i64::max))),
    function("ceil", (1, 1), Needs::Known, |call| Ok(Datum::Float(fraction(call.at(0)).ceil()))),
    function("div", (2, 2), Needs::Known, |call| divided(call, i64::wrapping_div)),
    function("divf", (1, MANY), Needs::Known, |call| Ok(fold_fractions(call, |a, b| a / b))),
    function("floor", (1, 1), Needs::Known, |call| Ok(Datum::Float(fraction(call.at(0)).floor()))),
    function("max", (1, MANY), Needs::Known, |call| Ok(fold(call, i64::max))),
    function("maxf", (1, MANY), Needs::Known, |call| Ok(fold_fractions(call, f64::max))),
    function("min", (1, MANY), Needs::Known, |call| Ok(fold(call, i64::min))),
    function("minf", (1, MANY), Needs::Known, |call| Ok(fold_fractions(call, f64::min))),
    function("mod", (2, 2), Needs::Known, |call| divided(call, i64::wrapping_rem)),
    function("mul", (1, MANY), Needs::Known, |call| Ok(fold(call, i64::wrapping_mul))),
    function("mulf", (1, MANY), Needs::Known, |call| Ok(fold_fractions(call, |a, b| a * b))),
    function("round", (2, 3), Needs::Known, round),
    function("sub", (2, 2), Needs::Known, |call| Ok(fold(call, i64::wrapping_sub))),
    function("subf", (1, MANY), Needs::Known, |call| Ok(fold_fractions(call, |a, b| a - b))),
];

fn fold(call: &Call<'_>, join: fn(i64, i64) -> i64) -> Datum {
    Datum::Int(call.values.iter().map(whole).reduce(join).unwrap_or(0))
}

fn fold_fractions(call: &Call<'_>, join: fn(f64, f64) -> f64) -> Datum {
    Datum::Float(call.values.iter().map(fraction).reduce(join).unwrap_or(0.0))
}

fn divided(call: &Call<'_>, join: fn(i64, i64) -> i64) -> Outcome {
    let by = whole(call.at(1));
    if by == 0 { Err("division by zero".into()) } else { Ok(Datum::Int(join(whole(call.at(0)), by))) }
}

fn round(call: &Call<'_>) -> Outcome {
    let (number, digits) = (fraction(call.at(0)), i32::try_from(call.int(1)?.clamp(-300, 300)).unwrap_or(0));
    let up = call.values.get(2).map_or(0.5, fraction);
    let power = 10_f64.powi(digits);
    let scaled = number * power;
    // What is as near to the next as this is rounded away from zero.
    let (whole, rest) = (scaled.trunc(), scaled.fract().abs());
    Ok(Datum::Float((if rest >= up { whole + scaled.signum() } else { whole }) / power))
}
