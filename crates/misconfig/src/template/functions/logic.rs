//! Defaults, conditions and what a value is (text/template, "Functions"; Sprig, "Default Functions", "Type Functions",
//! "Reflection Functions").

use super::{Call, Function, MANY, Needs, function};
use crate::template::datum::{DEEPEST, Datum};
use crate::template::print;

pub(super) const FUNCTIONS: &[Function] = &[
    function("all", (0, MANY), Needs::Nothing, |call| Ok(decided(call.values.iter(), false))),
    // Conditions are asked for one after the other by whoever runs a command; here they are given by another function.
    function("and", (1, MANY), Needs::Nothing, |call| Ok(first(call, false))),
    function("any", (0, MANY), Needs::Nothing, |call| Ok(decided(call.values.iter(), true))),
    function("coalesce", (0, MANY), Needs::Nothing, |call| {
        let set = call.values.iter().find(|value| value.truth() != Some(false));
        Ok(set.cloned().unwrap_or(Datum::Nil))
    }),
    function("deepEqual", (2, 2), Needs::Nothing, |call| {
        call.machine.spend(call.at(0).weight(1 << 20))?;
        Ok(call.at(0).same(call.at(1), DEEPEST).map_or(Datum::Undecided, Datum::Bool))
    }),
    function("default", (1, 2), Needs::Nothing, |call| {
        let given = call.values.get(1).filter(|value| value.truth() != Some(false));
        Ok(given.unwrap_or(call.at(0)).clone())
    }),
    function("empty", (1, 1), Needs::Nothing, |call| {
        Ok(call.at(0).truth().map_or(Datum::Undecided, |truth| Datum::Bool(!truth)))
    }),
    function("kindIs", (2, 2), Needs::Nothing, |call| Ok(Datum::Bool(&*call.text(0)? == call.at(1).kind_name()))),
    function("kindOf", (1, 1), Needs::Nothing, |call| Ok(Datum::text(call.at(0).kind_name()))),
    function("not", (1, 1), Needs::Nothing, |call| {
        Ok(call.at(0).truth().map_or(Datum::Undecided, |truth| Datum::Bool(!truth)))
    }),
    function("or", (1, MANY), Needs::Nothing, |call| Ok(first(call, true))),
    function("print", (0, MANY), Needs::Nothing, |call| Ok(Datum::text(print::print(&call.values)))),
    function("printf", (1, MANY), Needs::Nothing, |call| {
        Ok(Datum::text(print::format(&call.text(0)?, &call.values[1..])?))
    }),
    function("println", (0, MANY), Needs::Nothing, |call| {
        let words: Vec<_> = call.values.iter().map(print::value).collect();
        Ok(Datum::text(words.join(" ") + "\n"))
    }),
    function("ternary", (3, 3), Needs::Nothing, |call| {
        Ok(match call.at(2).truth() {
            Some(truth) => call.at(usize::from(!truth)).clone(),
            None => Datum::Unknown,
        })
    }),
    function("typeIs", (2, 2), Needs::Nothing, |call| Ok(Datum::Bool(&*call.text(0)? == call.at(1).type_name()))),
    function("typeIsLike", (2, 2), Needs::Nothing, |call| {
        let wanted = call.text(0)?;
        Ok(Datum::Bool(wanted.trim_start_matches('*') == call.at(1).type_name()))
    }),
    function("typeOf", (1, 1), Needs::Nothing, |call| Ok(Datum::text(call.at(0).type_name()))),
];

fn first(call: &Call<'_>, wanted: bool) -> Datum {
    let found = call.values.iter().find(|value| value.truth() == Some(wanted));
    found.unwrap_or(call.last()).clone()
}

/// Whether one of the values is true (`wanted`), or not one of them is false.
fn decided<'v>(values: impl Iterator<Item = &'v Datum>, wanted: bool) -> Datum {
    let mut undecided = false;
    for value in values {
        match value.truth() {
            Some(truth) if truth == wanted => return Datum::Bool(wanted),
            Some(_) => {}
            None => undecided = true,
        }
    }
    if undecided { Datum::Undecided } else { Datum::Bool(!wanted) }
}
