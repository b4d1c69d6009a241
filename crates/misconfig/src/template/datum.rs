//! Values of templates: those of Go that Helm's charts get to see.
//!
//! Mappings are shared and change in place, as Go's do: what `set` puts into one is seen by everybody who has it. A mapping
//! never holds itself ([`Datum::holds`] is asked first), so that nothing is kept for ever, and collections are dropped
//! without recursion, however deep they are.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::mem;
use std::rc::Rc;

use jiff::Timestamp;

use super::text::Text;

/// Stands in texts for what nobody knows before the chart is installed: a character that no manifest has (the last one for
/// private use).
pub const UNKNOWN: char = '\u{10FFFD}';

/// How deep values may lie in each other where they are walked.
pub const DEEPEST: usize = 100;

/// What a mapping holds. Go walks maps in the order of their keys.
pub type Map = BTreeMap<Rc<str>, Datum>;

/// A value.
#[derive(Clone)]
pub enum Datum {
    /// Nothing.
    Nil,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(Text),
    /// A sequence.
    List(Rc<Items>),
    /// A mapping.
    Map(Rc<Entries>),
    /// A moment.
    Time(Timestamp),
    /// Something with methods.
    Object(Rc<dyn Object>),
    /// Something is there, and what is known only when the chart is installed: random texts, keys, certificates.
    Unknown,
    /// Not even whether it is true is known.
    Undecided,
}

/// Something of the program around the templates, with methods and fields.
pub trait Object {
    /// What a method or a field comes to; nothing where there is none of that name.
    fn get(&self, name: &str, arguments: &[Datum]) -> Option<Result<Datum, String>>;
    /// What `range` walks over, what `toYaml` writes and what is printed.
    fn whole(&self) -> Datum;
}

/// The values of a sequence.
pub struct Items(Vec<Datum>);

/// The values of a mapping.
pub struct Entries(RefCell<Map>);

impl Datum {
    /// A text that stands nowhere.
    pub fn text(text: impl Into<Rc<str>>) -> Self {
        Self::Text(Text::new(text))
    }

    /// A sequence.
    pub fn list(items: Vec<Self>) -> Self {
        Self::List(Rc::new(Items(items)))
    }

    /// A mapping.
    pub fn map(entries: Map) -> Self {
        Self::Map(Rc::new(Entries(RefCell::new(entries))))
    }

    /// A mapping of these.
    pub fn record<const N: usize>(entries: [(&str, Self); N]) -> Self {
        Self::map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// The values of a sequence.
    pub fn items(&self) -> Option<&[Self]> {
        if let Self::List(items) = self { Some(&items.0) } else { None }
    }

    /// The mapping.
    pub fn entries(&self) -> Option<&RefCell<Map>> {
        if let Self::Map(entries) = self { Some(&entries.0) } else { None }
    }

    /// The value of a key of a mapping.
    pub fn get(&self, key: &str) -> Option<Self> {
        self.entries()?.borrow().get(key).cloned()
    }

    /// The value at a path of keys.
    pub fn at<'k>(&self, keys: impl IntoIterator<Item = &'k str>) -> Option<Self> {
        keys.into_iter().try_fold(self.clone(), |value, key| value.get(key))
    }

    /// The text, where it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Whether all that is asked of it can be told; what lies in a collection is not looked at.
    pub fn is_known(&self) -> bool {
        match self {
            Self::Unknown | Self::Undecided => false,
            Self::Text(text) => !text.contains(UNKNOWN),
            _ => true,
        }
    }

    /// Whether a condition takes it for true (text/template, "Actions"); nothing where that is not known.
    pub fn truth(&self) -> Option<bool> {
        Some(match self {
            Self::Nil => false,
            Self::Bool(yes) => *yes,
            Self::Int(number) => *number != 0,
            Self::Float(number) => *number != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::List(items) => !items.0.is_empty(),
            Self::Map(entries) => !entries.0.borrow().is_empty(),
            Self::Time(_) | Self::Unknown => true,
            Self::Object(object) => object.whole().truth().unwrap_or(true),
            Self::Undecided => return None,
        })
    }

    /// What Go calls its type.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Nil => "<nil>",
            Self::Bool(_) | Self::Undecided => "bool",
            Self::Int(_) => "int64",
            Self::Float(_) => "float64",
            Self::Text(_) | Self::Unknown => "string",
            Self::List(_) => "[]interface {}",
            Self::Map(_) => "map[string]interface {}",
            Self::Time(_) => "time.Time",
            Self::Object(_) => "object",
        }
    }

    /// What Go calls the kind of its type.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Self::Nil => "invalid",
            Self::List(_) => "slice",
            Self::Map(_) | Self::Object(_) => "map",
            Self::Time(_) => "struct",
            other => other.type_name(),
        }
    }

    /// Whether a mapping lies in this value, or is it. Walks at most so many values; who walks further is refused.
    pub fn holds(&self, wanted: &Rc<Entries>, most: usize) -> bool {
        let (mut open, mut seen) = (vec![self.clone()], 0);
        while let Some(value) = open.pop() {
            seen += 1;
            match &value {
                _ if seen > most => return true,
                Self::Map(entries) if Rc::ptr_eq(entries, wanted) => return true,
                Self::Map(entries) => open.extend(entries.0.borrow().values().cloned()),
                Self::List(items) => open.extend(items.0.iter().cloned()),
                _ => {}
            }
        }
        false
    }

    /// A copy that shares nothing; nothing where it is too deep.
    pub fn deep_copy(&self, depth: usize) -> Option<Self> {
        let depth = depth.checked_sub(1)?;
        Some(match self {
            Self::List(items) => Self::list(items.0.iter().map(|item| item.deep_copy(depth)).collect::<Option<_>>()?),
            Self::Map(entries) => {
                let entries = entries.0.borrow();
                let copies = entries.iter().map(|(key, value)| Some((Rc::clone(key), value.deep_copy(depth)?)));
                Self::map(copies.collect::<Option<_>>()?)
            }
            other => other.clone(),
        })
    }

    /// How many values it is made of, as if nothing were shared, with sixteen bytes of text for one; stops at `most`.
    pub fn weight(&self, most: usize) -> usize {
        let (mut open, mut weight) = (vec![self.clone()], 0_usize);
        while let Some(value) = open.pop() {
            weight = weight.saturating_add(1);
            match &value {
                _ if weight >= most => return most,
                Self::Text(text) => weight = weight.saturating_add(text.len() / 16),
                Self::Map(entries) => open.extend(entries.0.borrow().values().cloned()),
                Self::List(items) => open.extend(items.0.iter().cloned()),
                _ => {}
            }
        }
        weight
    }

    /// Whether two values are deeply the same (Go's `reflect.DeepEqual`, with numbers by value).
    pub fn same(&self, other: &Self, depth: usize) -> Option<bool> {
        let Some(depth) = depth.checked_sub(1) else { return Some(false) };
        let all = |pairs: &mut dyn Iterator<Item = (Self, Self)>| {
            let mut sure = Some(true);
            for (a, b) in pairs {
                match a.same(&b, depth) {
                    Some(true) => {}
                    Some(false) => return Some(false),
                    None => sure = None,
                }
            }
            sure
        };
        match (self, other) {
            (Self::List(a), Self::List(b)) if a.0.len() == b.0.len() => {
                all(&mut a.0.iter().cloned().zip(b.0.iter().cloned()))
            }
            (Self::Map(a), Self::Map(b)) => {
                let (a, b) = (a.0.borrow(), b.0.borrow());
                if !a.keys().eq(b.keys()) {
                    return Some(false);
                }
                all(&mut a.values().cloned().zip(b.values().cloned()))
            }
            _ if !self.is_known() || !other.is_known() => None,
            (Self::Text(a), Self::Text(b)) => Some(**a == **b),
            (Self::Bool(a), Self::Bool(b)) => Some(a == b),
            (Self::Nil, Self::Nil) => Some(true),
            (Self::Time(a), Self::Time(b)) => Some(a == b),
            _ => Some(matches!((self.number(), other.number()), (Some(a), Some(b)) if a.total_cmp(&b).is_eq())),
        }
    }

    /// The number, where it is one.
    #[expect(clippy::cast_precision_loss, reason = "as Go's float64(x)")]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            _ => None,
        }
    }
}

impl fmt::Debug for Datum {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&super::print::value(self))
    }
}

impl Drop for Items {
    fn drop(&mut self) {
        unfold(mem::take(&mut self.0));
    }
}

impl Drop for Entries {
    fn drop(&mut self) {
        unfold(mem::take(self.0.get_mut()).into_values().collect());
    }
}

/// Drops values one after the other instead of within each other.
fn unfold(mut open: Vec<Datum>) {
    while let Some(value) = open.pop() {
        match value {
            Datum::List(mut items) => {
                if let Some(items) = Rc::get_mut(&mut items) {
                    open.append(&mut items.0);
                }
            }
            Datum::Map(mut entries) => {
                if let Some(entries) = Rc::get_mut(&mut entries) {
                    open.extend(mem::take(entries.0.get_mut()).into_values());
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_costs_no_stack() {
        let mut value = Datum::Nil;
        for _ in 0..200_000 {
            value = Datum::list(vec![Datum::record([("a", value)])]);
        }
        assert!(value.deep_copy(DEEPEST).is_none());
        assert_eq!(value.same(&value.clone(), DEEPEST), Some(false));
        assert_eq!(value.weight(1000), 1000);
    }

    #[test]
    fn a_mapping_is_found_in_what_it_lies_in() {
        let inner = Datum::map(Map::new());
        let outer = Datum::list(vec![Datum::record([("a", inner.clone())])]);
        let (Datum::Map(inner), Datum::Map(other)) = (inner, Datum::map(Map::new())) else { panic!() };
        assert!(outer.holds(&inner, 100) && !outer.holds(&other, 100) && outer.holds(&other, 1));
    }
}
