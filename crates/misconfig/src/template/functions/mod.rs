//! Functions of templates: those of Go's text/template, of Sprig 3 and of Helm, one file for each family.
//!
//! Arguments that are not known make most functions' values unknown. Functions that only put texts together go on with the
//! character for what is unknown in them.

mod arithmetic;
mod compare;
mod convert;
mod date;
mod dictionary;
mod encoding;
mod flow;
mod list;
mod logic;
mod pattern;
mod semver;
mod text;
mod unknown;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::LazyLock;

pub use date::method as method_of_time;

use super::datum::{Datum, Map};
use super::machine::{Failure, Machine, Outcome};
use super::text::Text;

/// A function.
struct Function {
    name: &'static str,
    /// How many arguments it takes, at least and at most.
    arity: (usize, usize),
    needs: Needs,
    apply: fn(&Call<'_>) -> Result<Datum, Failure>,
}

/// What has to be known of the arguments before a function is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// Everything but what lies in collections; else its value is unknown.
    Known,
    /// The same; else not even whether its value is true is known.
    Decided,
    /// The function itself finds out.
    Nothing,
}

const MANY: usize = usize::MAX;

const fn function(
    name: &'static str,
    arity: (usize, usize),
    needs: Needs,
    apply: fn(&Call<'_>) -> Result<Datum, Failure>,
) -> Function {
    Function { name, arity, needs, apply }
}

const FAMILIES: &[&[Function]] = &[
    arithmetic::FUNCTIONS,
    compare::FUNCTIONS,
    convert::FUNCTIONS,
    date::FUNCTIONS,
    dictionary::FUNCTIONS,
    encoding::FUNCTIONS,
    flow::FUNCTIONS,
    list::FUNCTIONS,
    logic::FUNCTIONS,
    pattern::FUNCTIONS,
    semver::FUNCTIONS,
    text::FUNCTIONS,
    unknown::FUNCTIONS,
];

static BY_NAME: LazyLock<HashMap<&'static str, &'static Function>> =
    LazyLock::new(|| FAMILIES.iter().copied().flatten().map(|function| (function.name, function)).collect());

/// A call of a function.
struct Call<'c> {
    values: Vec<Datum>,
    machine: &'c Machine,
}

impl Call<'_> {
    fn at(&self, at: usize) -> &Datum {
        self.values.get(at).unwrap_or(&Datum::Nil)
    }

    fn last(&self) -> &Datum {
        self.values.last().unwrap_or(&Datum::Nil)
    }

    fn wrong(&self, at: usize, wanted: &str) -> Failure {
        format!("argument {} is of type {}, and has to be {wanted}", at + 1, self.at(at).type_name()).into()
    }

    /// A text; what is a number or a truth is written out.
    fn text(&self, at: usize) -> Outcome<Text> {
        match self.at(at) {
            Datum::Text(text) => Ok(text.clone()),
            Datum::Nil | Datum::List(_) | Datum::Map(_) => Err(self.wrong(at, "a string")),
            other => Ok(Text::new(super::print::value(other))),
        }
    }

    /// A whole number, which a text or a fraction may be.
    fn int(&self, at: usize) -> Outcome<i64> {
        match self.at(at) {
            Datum::Nil | Datum::List(_) | Datum::Map(_) => Err(self.wrong(at, "a number")),
            other => Ok(convert::whole(other)),
        }
    }

    /// A count or a width; negative ones are zero.
    fn count(&self, at: usize) -> Outcome<usize> {
        Ok(usize::try_from(self.int(at)?).unwrap_or(0))
    }

    fn items(&self, at: usize) -> Outcome<&[Datum]> {
        self.at(at).items().ok_or_else(|| self.wrong(at, "a list"))
    }

    fn entries(&self, at: usize) -> Outcome<&RefCell<Map>> {
        self.at(at).entries().ok_or_else(|| self.wrong(at, "a dict"))
    }

    /// Keys: texts in the arguments from one on, or in a list.
    fn keys(&self, from: usize) -> Outcome<Vec<Rc<str>>> {
        (from..self.values.len()).map(|at| self.text(at).map(|text| text.shared())).collect()
    }
}

/// Calls a function.
pub fn call(machine: &Machine, name: &str, values: Vec<Datum>) -> Outcome {
    let known = BY_NAME.get(name).or_else(|| {
        // Those that say what is wrong instead of giving an empty value; here all do.
        let plain = name.strip_prefix("must")?;
        let mut letters = plain.chars();
        let first = letters.next()?.to_lowercase();
        BY_NAME.get(&*first.chain(letters).collect::<String>())
    });
    let function = known.ok_or_else(|| Failure::from(format!("there is no function {name:?}")))?;
    if values.len() < function.arity.0 || values.len() > function.arity.1 {
        return Err(format!("{name} does not take {} arguments", values.len()).into());
    }
    let length = |value: &Datum| match value {
        Datum::Text(text) => text.len() / 8,
        Datum::List(_) => value.items().map_or(0, <[_]>::len),
        Datum::Map(_) if function.needs != Needs::Nothing => value.entries().map_or(0, |map| map.borrow().len()),
        _ => 0,
    };
    machine.spend(values.iter().map(length).sum())?;
    if function.needs != Needs::Nothing && !values.iter().all(Datum::is_known) {
        return Ok(if function.needs == Needs::Decided { Datum::Undecided } else { Datum::Unknown });
    }
    (function.apply)(&Call { values, machine }).map_err(|failure| {
        let reason = format!("{name}: {}", failure.reason);
        if failure.at.is_some() { failure } else { Failure { reason, ..failure } }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_in_alphabetical_order_and_every_name_unique() {
        for family in FAMILIES {
            assert!(family.is_sorted_by(|a, b| a.name < b.name), "{}", family[0].name);
        }
        assert_eq!(BY_NAME.len(), FAMILIES.iter().map(|family| family.len()).sum::<usize>());
    }
}
