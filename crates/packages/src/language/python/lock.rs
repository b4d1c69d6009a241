//! What Python's lockfiles share: TOML tables in which a field of an unexpected type is none.

use model::{Requirement, Unreadable};
pub(super) use toml::{Table, Value};

use super::normalize::normalize;
use super::requirement::{exact, split};

/// Reads a whole document.
pub(super) fn parse(content: &[u8]) -> Result<Value, Unreadable> {
    crate::syntax::toml::parse::<Table>(content).map(Value::Table)
}

/// The text of a field; empty where there is none.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The values of a list; none where there is no list.
pub(super) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The texts in a list.
pub(super) fn texts<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a str> {
    list(value, key).iter().filter_map(Value::as_str)
}

/// The fields of a table; none where there is no table.
pub(super) fn entries<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    value.get(key).and_then(Value::as_table).into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

/// What a dependency such as `name[extra]>=1; marker` asks for. Extras and markers are left out: the lockfile lists what
/// they bring.
pub(super) fn requirement(dependency: &str) -> Option<Requirement> {
    let (name, rest) = split(dependency)?;
    let version = rest.split([';', '@']).next().and_then(exact);
    Some(Requirement { name: normalize(name), version: version.map(str::to_owned) })
}
