//! Templates within templates, and what a chart asks of whoever installs it (Helm, "Chart Development Tips and Tricks").
//! A value that is required and not given is unknown here, since whoever installs the chart will give it.

use super::{Call, Function, MANY, Needs, function};
use crate::template::datum::{Datum, Map};

pub(super) const FUNCTIONS: &[Function] = &[
    // Functions are no values here.
    function("call", (1, MANY), Needs::Nothing, |_| Err("a value is no function".into())),
    // A chart that refuses its own default values asks for others.
    function("fail", (1, 1), Needs::Nothing, |_| Err("the chart refuses these values".into())),
    function("getHostByName", (1, 1), Needs::Nothing, |_| Ok(Datum::Unknown)),
    function("include", (2, 2), Needs::Nothing, |call| {
        call.machine.include(&call.text(0)?, call.at(1)).map(Datum::Text)
    }),
    // There is no cluster, as in `helm template`.
    function("lookup", (4, 4), Needs::Nothing, |_| Ok(Datum::map(Map::new()))),
    function("required", (2, 2), Needs::Nothing, |call| Ok(required(call))),
    function("tpl", (2, 2), Needs::Nothing, |call| {
        let text = call.text(0)?;
        call.machine.inline(&text, call.at(1)).map(Datum::Text)
    }),
];

fn required(call: &Call<'_>) -> Datum {
    let value = call.at(1);
    let is_missing = matches!(value, Datum::Nil) || value.as_text() == Some("");
    if is_missing {
        call.machine.doubt("a value is required that the chart does not have by itself".to_owned());
        return Datum::Unknown;
    }
    value.clone()
}
