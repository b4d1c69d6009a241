//! How values of charts are laid over each other (Helm, "Subcharts and Global Values").

use std::rc::Rc;

use super::chart::Chart;
use crate::template::datum::{DEEPEST, Datum, Map};

/// All values that a chart gets, those for the charts in it included.
pub fn coalesced(chart: &Chart) -> Datum {
    let values = Datum::map(Map::new());
    coalesce(chart, &values, DEEPEST);
    values
}

fn coalesce(chart: &Chart, values: &Datum, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    complete(values, &chart.values, DEEPEST);
    for inner in &chart.inner {
        let Some(entries) = values.entries() else { return };
        let given = entries.borrow().get(&*inner.name).cloned().filter(|given| given.entries().is_some());
        let given = given.unwrap_or_else(|| Datum::map(Map::new()));
        entries.borrow_mut().insert(inner.name.as_str().into(), given.clone());
        globals(values, &given);
        coalesce(inner, &given, depth);
    }
}

/// Puts in what is not there, deeply. What is there and null takes out what would be put in.
pub fn complete(values: &Datum, more: &Datum, depth: usize) {
    let (Some(depth), Some(entries), Some(more)) = (depth.checked_sub(1), values.entries(), more.entries()) else {
        return;
    };
    for (key, value) in more.borrow().iter() {
        let known = entries.borrow().get(key).cloned();
        match known {
            None => {
                if let Some(copy) = value.deep_copy(DEEPEST) {
                    entries.borrow_mut().insert(Rc::clone(key), copy);
                }
            }
            Some(Datum::Nil) => drop(entries.borrow_mut().remove(key)),
            Some(known) => complete(&known, value, depth),
        }
    }
}

/// These values, and where they say nothing, those.
pub fn over(values: Datum, others: &Datum) -> Datum {
    complete(&values, others, DEEPEST);
    values
}

/// What a chart calls global is the same for the charts in it, and counts more than their own.
fn globals(outer: &Datum, inner: &Datum) {
    let empty = || Datum::map(Map::new());
    let table = |values: &Datum| values.get("global").filter(|global| global.entries().is_some()).unwrap_or_else(empty);
    let global = table(outer).deep_copy(DEEPEST).unwrap_or_else(empty);
    complete(&global, &table(inner), DEEPEST);
    if let Some(entries) = inner.entries() {
        entries.borrow_mut().insert("global".into(), global);
    }
}
