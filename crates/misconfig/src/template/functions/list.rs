//! Lists (Sprig, "Lists and List Functions", "Integer Slice Functions"; text/template's `index` and `len`).

use super::convert::whole;
use super::{Call, Function, MANY, Needs, function};
use crate::template::datum::{DEEPEST, Datum};
use crate::template::machine::{Failure, Outcome};

/// The longest list that is counted out.
const LONGEST: usize = 100_000;

pub(super) const FUNCTIONS: &[Function] = &[
    function("append", (2, 2), Needs::Nothing, push),
    function("chunk", (2, 2), Needs::Nothing, |call| {
        let size = call.count(0)?.max(1);
        Ok(Datum::list(call.items(1)?.chunks(size).map(|part| Datum::list(part.to_vec())).collect()))
    }),
    function("compact", (1, 1), Needs::Nothing, |call| {
        Ok(Datum::list(call.items(0)?.iter().filter(|item| item.truth() != Some(false)).cloned().collect()))
    }),
    function("concat", (0, MANY), Needs::Nothing, |call| {
        let mut all = Vec::new();
        for at in 0..call.values.len() {
            all.extend_from_slice(call.items(at)?);
        }
        Ok(Datum::list(all))
    }),
    function("first", (1, 1), Needs::Nothing, |call| Ok(call.items(0)?.first().cloned().unwrap_or(Datum::Nil))),
    function("has", (2, 2), Needs::Decided, |call| {
        if matches!(call.at(1), Datum::Nil) {
            return Ok(Datum::Bool(false));
        }
        let found = call.items(1)?.iter().any(|item| item.same(call.at(0), DEEPEST) == Some(true));
        Ok(Datum::Bool(found))
    }),
    function("index", (1, MANY), Needs::Nothing, index),
    function("initial", (1, 1), Needs::Nothing, |call| {
        Ok(Datum::list(call.items(0)?.split_last().map(|(_, rest)| rest.to_vec()).unwrap_or_default()))
    }),
    function("last", (1, 1), Needs::Nothing, |call| Ok(call.items(0)?.last().cloned().unwrap_or(Datum::Nil))),
    function("len", (1, 1), Needs::Known, |call| {
        let length = match call.at(0) {
            Datum::Text(text) => text.len(),
            Datum::List(_) => call.items(0)?.len(),
            Datum::Map(_) => call.entries(0)?.borrow().len(),
            Datum::Object(object) => object.whole().entries().map_or(0, |entries| entries.borrow().len()),
            other => return Err(format!("{} has no length", other.type_name()).into()),
        };
        Ok(Datum::Int(i64::try_from(length).unwrap_or(i64::MAX)))
    }),
    function("list", (0, MANY), Needs::Nothing, |call| Ok(Datum::list(call.values.clone()))),
    function("prepend", (2, 2), Needs::Nothing, |call| {
        let mut all = vec![call.at(1).clone()];
        all.extend_from_slice(call.items(0)?);
        Ok(Datum::list(all))
    }),
    function("push", (2, 2), Needs::Nothing, push),
    function("rest", (1, 1), Needs::Nothing, |call| {
        Ok(Datum::list(call.items(0)?.split_first().map(|(_, rest)| rest.to_vec()).unwrap_or_default()))
    }),
    function("reverse", (1, 1), Needs::Nothing, |call| Ok(Datum::list(call.items(0)?.iter().rev().cloned().collect()))),
    function("seq", (0, 3), Needs::Known, |call| {
        let numbers: Vec<i64> = call.values.iter().map(whole).collect();
        let (begin, step, end) = match *numbers {
            [] => return Ok(Datum::text("")),
            [end] => (1, if end < 1 { -1 } else { 1 }, end),
            [begin, end] => (begin, if end < begin { -1 } else { 1 }, end),
            [begin, step, end, ..] => (begin, step, end),
        };
        let words: Vec<_> = counted(begin, end, step, true)?.iter().map(i64::to_string).collect();
        Ok(Datum::text(words.join(" ")))
    }),
    function("slice", (1, 3), Needs::Nothing, slice),
    function("tuple", (0, MANY), Needs::Nothing, |call| Ok(Datum::list(call.values.clone()))),
    function("uniq", (1, 1), Needs::Nothing, |call| {
        let mut kept: Vec<Datum> = Vec::new();
        for item in call.items(0)? {
            call.machine.spend(kept.len())?;
            if !kept.iter().any(|known| known.same(item, DEEPEST) == Some(true)) {
                kept.push(item.clone());
            }
        }
        Ok(Datum::list(kept))
    }),
    function("until", (1, 1), Needs::Known, |call| {
        let end = call.int(0)?;
        Ok(numbers(counted(0, end, if end < 0 { -1 } else { 1 }, false)?))
    }),
    function("untilStep", (3, 3), Needs::Known, |call| {
        Ok(numbers(counted(call.int(0)?, call.int(1)?, call.int(2)?, false)?))
    }),
    function("without", (1, MANY), Needs::Nothing, |call| {
        let unwanted =
            |item: &&Datum| call.values[1..].iter().any(|unwanted| unwanted.same(item, DEEPEST) == Some(true));
        Ok(Datum::list(call.items(0)?.iter().filter(|item| !unwanted(item)).cloned().collect()))
    }),
];

fn push(call: &Call<'_>) -> Outcome {
    let mut all = call.items(0)?.to_vec();
    all.push(call.at(1).clone());
    Ok(Datum::list(all))
}

fn numbers(numbers: Vec<i64>) -> Datum {
    Datum::list(numbers.into_iter().map(Datum::Int).collect())
}

fn counted(begin: i64, end: i64, step: i64, with_end: bool) -> Outcome<Vec<i64>> {
    let mut numbers = Vec::new();
    let mut at = begin;
    let goes_on = |at: i64| match step {
        1.. => at < end || with_end && at == end,
        ..=-1 => at > end || with_end && at == end,
        0 => false,
    };
    while goes_on(at) {
        if numbers.len() >= LONGEST {
            return Err(Failure { limit: true, ..Failure::from("a list becomes too long") });
        }
        numbers.push(at);
        at = at.saturating_add(step);
    }
    Ok(numbers)
}

fn index(call: &Call<'_>) -> Outcome {
    let mut value = call.at(0).clone();
    for at in 1..call.values.len() {
        value = match &value {
            Datum::Unknown | Datum::Undecided => return Ok(Datum::Unknown),
            _ if !call.at(at).is_known() => return Ok(Datum::Unknown),
            Datum::Map(_) => value.get(&call.text(at)?).unwrap_or(Datum::Nil),
            Datum::List(_) => {
                let index = usize::try_from(call.int(at)?).ok();
                let item = index.and_then(|index| value.items()?.get(index).cloned());
                item.ok_or_else(|| Failure::from("index out of range"))?
            }
            Datum::Text(text) => {
                let index = usize::try_from(call.int(at)?).ok();
                let byte = index.and_then(|index| text.as_bytes().get(index).copied());
                Datum::Int(byte.ok_or_else(|| Failure::from("index out of range"))?.into())
            }
            Datum::Object(object) => object.whole().get(&call.text(at)?).unwrap_or(Datum::Nil),
            Datum::Nil => return Err("index of nil".into()),
            other => return Err(format!("{} has no index", other.type_name()).into()),
        };
    }
    Ok(value)
}

fn slice(call: &Call<'_>) -> Outcome {
    let items = call.items(0)?;
    let bound = |at: usize, missing: usize| -> Outcome<usize> {
        if call.values.len() <= at {
            return Ok(missing);
        }
        let bound = usize::try_from(call.int(at)?).ok().filter(|bound| *bound <= items.len());
        bound.ok_or_else(|| "index out of range".into())
    };
    let (begin, end) = (bound(1, 0)?, bound(2, items.len())?);
    items.get(begin..end).map(|part| Datum::list(part.to_vec())).ok_or_else(|| "index out of range".into())
}
