//! Dicts (Sprig, "Dictionaries and Dict Functions"). `set`, `unset` and the merges change what they are given.

use std::rc::Rc;

use super::{Call, Function, MANY, Needs, function};
use crate::template::datum::{DEEPEST, Datum};
use crate::template::machine::{Failure, Outcome};
use crate::template::print;

pub(super) const FUNCTIONS: &[Function] = &[
    function("deepCopy", (1, 1), Needs::Nothing, |call| {
        call.machine.spend(call.at(0).weight(1 << 22))?;
        call.at(0).deep_copy(DEEPEST).ok_or_else(|| "a value is nested too deeply".into())
    }),
    function("dict", (0, MANY), Needs::Nothing, |call| {
        let pair = |pair: &[Datum]| (Rc::from(print::value(&pair[0])), pair.get(1).cloned().unwrap_or(Datum::text("")));
        Ok(Datum::map(call.values.chunks(2).map(pair).collect()))
    }),
    function("dig", (3, MANY), Needs::Nothing, dig),
    function("get", (2, 2), Needs::Nothing, |call| {
        Ok(call.entries(0)?.borrow().get(&*call.text(1)?).cloned().unwrap_or(Datum::text("")))
    }),
    function("hasKey", (2, 2), Needs::Decided, |call| {
        Ok(Datum::Bool(call.entries(0)?.borrow().contains_key(&*call.text(1)?)))
    }),
    function("keys", (0, MANY), Needs::Nothing, |call| {
        let mut keys = Vec::new();
        for at in 0..call.values.len() {
            keys.extend(call.entries(at)?.borrow().keys().cloned().map(Datum::text));
        }
        Ok(Datum::list(keys))
    }),
    function("merge", (1, MANY), Needs::Nothing, |call| merged(call, false)),
    function("mergeOverwrite", (1, MANY), Needs::Nothing, |call| merged(call, true)),
    function("omit", (1, MANY), Needs::Nothing, |call| {
        let unwanted = call.keys(1)?;
        let mut kept = call.entries(0)?.borrow().clone();
        kept.retain(|key, _| !unwanted.contains(key));
        Ok(Datum::map(kept))
    }),
    function("pick", (1, MANY), Needs::Nothing, |call| {
        let wanted = call.keys(1)?;
        let mut kept = call.entries(0)?.borrow().clone();
        kept.retain(|key, _| wanted.contains(key));
        Ok(Datum::map(kept))
    }),
    function("pluck", (1, MANY), Needs::Nothing, |call| {
        let (key, mut found) = (call.text(0)?, Vec::new());
        for at in 1..call.values.len() {
            found.extend(call.entries(at)?.borrow().get(&*key).cloned());
        }
        Ok(Datum::list(found))
    }),
    function("set", (3, 3), Needs::Nothing, set),
    function("unset", (2, 2), Needs::Nothing, |call| {
        call.entries(0)?.borrow_mut().remove(&*call.text(1)?);
        Ok(call.at(0).clone())
    }),
    function("values", (1, 1), Needs::Nothing, |call| {
        Ok(Datum::list(call.entries(0)?.borrow().values().cloned().collect()))
    }),
];

/// More values than a dict has that is put into another.
const MOST: usize = 200_000;

fn set(call: &Call<'_>) -> Outcome {
    let (key, value) = (call.text(1)?.shared(), call.at(2).clone());
    let Datum::Map(into) = call.at(0) else { return Err(call.wrong(0, "a dict")) };
    if matches!(value, Datum::Map(_) | Datum::List(_)) {
        call.machine.spend(value.weight(MOST))?;
        if value.holds(into, MOST) {
            return Err("a dict would hold itself".into());
        }
    }
    call.entries(0)?.borrow_mut().insert(key, value);
    Ok(call.at(0).clone())
}

fn dig(call: &Call<'_>) -> Outcome {
    let count = call.values.len();
    let (mut value, missing) = (call.last().clone(), call.at(count - 2));
    for at in 0..count - 2 {
        value = match &value {
            Datum::Map(_) => match value.get(&call.text(at)?) {
                Some(inner) => inner,
                None => return Ok(missing.clone()),
            },
            Datum::Nil => return Ok(missing.clone()),
            Datum::Unknown => return Ok(Datum::Unknown),
            other => return Err(format!("{} has no keys", other.type_name()).into()),
        };
    }
    Ok(value)
}

fn merged(call: &Call<'_>, overwrites: bool) -> Outcome {
    call.entries(0)?;
    for source in &call.values[1..] {
        if matches!(source, Datum::Nil) {
            continue;
        }
        if source.entries().is_none() {
            return Err(format!("{} cannot be merged", source.type_name()).into());
        }
        call.machine.spend(source.weight(MOST))?;
        // What is merged in belongs to the result alone from then on.
        let copy = source.deep_copy(DEEPEST).ok_or_else(|| Failure::from("a value is nested too deeply"))?;
        merge(call.at(0), &copy, overwrites, DEEPEST);
    }
    Ok(call.at(0).clone())
}

/// Merges a copy into a dict as mergo does: what is empty counts as not there.
fn merge(into: &Datum, source: &Datum, overwrites: bool, depth: usize) {
    let (Some(depth), Some(source)) = (depth.checked_sub(1), source.entries()) else { return };
    for (key, value) in source.borrow().iter() {
        let known = into.get(key);
        match (&known, value) {
            (Some(inner @ Datum::Map(_)), Datum::Map(_)) => {
                merge(inner, value, overwrites, depth);
                continue;
            }
            (Some(known), _) if !overwrites && known.truth() != Some(false) => continue,
            (_, Datum::Nil) if !overwrites => continue,
            _ => {}
        }
        if let Some(entries) = into.entries() {
            entries.borrow_mut().insert(Rc::clone(key), value.clone());
        }
    }
}
