//! Terraform's functions: one file per family as its documentation has them, each with a table.
//!
//! A function is given values and knows nothing of expressions. The few that have to see expressions, or evaluate further
//! ones, are forms of [`call`].

mod collection;
mod convert;
mod date;
pub(super) mod encoding;
mod filesystem;
mod format;
mod hash;
mod network;
mod numeric;
mod pattern;
#[cfg(test)]
mod testing;
mod text;
mod yaml;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use super::datum::Datum;
use super::evaluator::{Evaluator, Failure, Names, Outcome, Scope};
use super::parse;
use super::syntax::Expression;
use super::template;

/// A function.
pub(super) struct Function {
    pub name: &'static str,
    /// How many arguments it takes at least and at most.
    arity: (usize, usize),
    /// How much of its arguments it has to know.
    needs: Needs,
    apply: fn(&Arguments<'_, '_>) -> Result<Datum, String>,
}

/// What of the arguments has to be known, lest the result is unknown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// All.
    All,
    /// Whether they are lists or maps, and how long, but not what is in them.
    Shapes,
    /// The function itself finds out.
    Nothing,
}

const MANY: usize = usize::MAX;

const fn function(
    name: &'static str,
    arity: (usize, usize),
    needs: Needs,
    apply: fn(&Arguments<'_, '_>) -> Result<Datum, String>,
) -> Function {
    Function { name, arity, needs, apply }
}

const FAMILIES: &[&[Function]] = &[
    collection::FUNCTIONS,
    convert::FUNCTIONS,
    date::FUNCTIONS,
    encoding::FUNCTIONS,
    filesystem::FUNCTIONS,
    hash::FUNCTIONS,
    network::FUNCTIONS,
    numeric::FUNCTIONS,
    text::FUNCTIONS,
];

static BY_NAME: LazyLock<HashMap<&'static str, &'static Function>> =
    LazyLock::new(|| FAMILIES.iter().copied().flatten().map(|function| (function.name, function)).collect());

/// Takes time in proportion to nothing, however long its arguments are.
const CHEAP: &[&str] = &["element", "length", "lookup", "one"];

/// The arguments of a call.
struct Arguments<'v, 'a> {
    values: &'v [Datum],
    evaluator: &'v Evaluator<'a>,
}

impl Arguments<'_, '_> {
    fn len(&self) -> usize {
        self.values.len()
    }

    fn get(&self, at: usize) -> Option<&Datum> {
        self.values.get(at)
    }

    fn at(&self, at: usize) -> Result<&Datum, String> {
        self.values.get(at).ok_or_else(|| format!("argument {} is missing", at + 1))
    }

    fn wrong(&self, at: usize, wanted: &str) -> String {
        format!("argument {} is {}, and has to be {wanted}", at + 1, self.get(at).map_or("missing", Datum::kind))
    }

    fn text(&self, at: usize) -> Result<Arc<str>, String> {
        self.at(at)?.to_text().ok_or_else(|| self.wrong(at, "a string"))
    }

    fn number(&self, at: usize) -> Result<f64, String> {
        self.at(at)?.to_number().ok_or_else(|| self.wrong(at, "a number"))
    }

    fn whole(&self, at: usize) -> Result<i64, String> {
        let number = self.number(at)?;
        #[expect(clippy::cast_possible_truncation, reason = "integers of this size are exact")]
        if number.fract() == 0.0 && number.abs() < 9e15 {
            Ok(number as i64)
        } else {
            Err(self.wrong(at, "a whole number"))
        }
    }

    fn items(&self, at: usize) -> Result<&[Datum], String> {
        self.at(at)?.items().ok_or_else(|| self.wrong(at, "a list or a set"))
    }

    fn entries(&self, at: usize) -> Result<&BTreeMap<Arc<str>, Datum>, String> {
        self.at(at)?.entries().ok_or_else(|| self.wrong(at, "a map"))
    }

    fn texts(&self, at: usize) -> Result<Vec<Arc<str>>, String> {
        let text = |item: &Datum| item.to_text().ok_or_else(|| self.wrong(at, "a list of strings"));
        self.items(at)?.iter().map(text).collect()
    }
}

/// Calls a function.
pub(super) fn call(
    evaluator: &Evaluator<'_>,
    name: &str,
    arguments: &[Expression],
    spread: bool,
    scope: &Scope<'_>,
) -> Outcome {
    let name = name.strip_prefix("core::").unwrap_or(name);
    match name {
        "try" => {
            let mut last = None;
            for argument in arguments {
                match evaluator.evaluate(argument, scope) {
                    Err(failure) if !failure.spent => last = Some(failure),
                    outcome => return outcome,
                }
            }
            return Err(last.unwrap_or_else(|| "try needs an argument".into()));
        }
        "can" => {
            let [argument] = arguments else { return Err("can takes one argument".into()) };
            return match evaluator.evaluate(argument, scope) {
                Err(failure) if failure.spent => Err(failure),
                Err(_) => Ok(Datum::Bool(false)),
                Ok(value) => Ok(if value.known_outside() { Datum::Bool(true) } else { Datum::Unknown }),
            };
        }
        // Functions of providers are programs.
        _ if name.contains("::") => return Ok(Datum::Unknown),
        _ => {}
    }
    let mut values =
        arguments.iter().map(|argument| evaluator.evaluate(argument, scope)).collect::<Result<Vec<_>, _>>()?;
    if spread {
        let further = values.pop().unwrap_or(Datum::Unknown);
        match further.items() {
            Some(items) => values.extend_from_slice(items),
            None if further.known_outside() => return Err("what is before ... has to be a list".into()),
            None => return Ok(Datum::Unknown),
        }
    }
    match name {
        "templatefile" => return template_file(evaluator, &values, scope),
        "templatestring" => {
            return match values.as_slice() {
                [Datum::Text(text), variables] => rendered(evaluator, text, variables, scope),
                _ => Ok(Datum::Unknown),
            };
        }
        _ => {}
    }
    let function = BY_NAME.get(name).ok_or_else(|| Failure::from(format!("there is no function {name:?}")))?;
    if values.len() < function.arity.0 || values.len() > function.arity.1 {
        return Err(format!("{name} does not take {} arguments", values.len()).into());
    }
    let known = match function.needs {
        Needs::All => values.iter().all(Datum::known),
        Needs::Shapes => values.iter().all(Datum::known_outside),
        Needs::Nothing => true,
    };
    if !known {
        return Ok(Datum::Unknown);
    }
    if !CHEAP.contains(&name) {
        evaluator.spend(values.iter().fold(0, |sum: usize, value| sum.saturating_add(value.weight())))?;
    }
    if name == "sensitive" {
        for value in &values {
            evaluator.conceal(value);
        }
    }
    let result = (function.apply)(&Arguments { values: &values, evaluator });
    evaluator.pay(result.map_err(|reason| format!("{name}: {reason}"))?)
}

fn template_file(evaluator: &Evaluator<'_>, values: &[Datum], scope: &Scope<'_>) -> Outcome {
    let [path, variables] = values else { return Err("templatefile takes two arguments".into()) };
    if !path.known() {
        return Ok(Datum::Unknown);
    }
    let path = path.to_text().ok_or("templatefile: the path has to be a string")?;
    match filesystem::content(evaluator, &path) {
        Ok(content) => {
            let text = std::str::from_utf8(content).map_err(|_| format!("templatefile: {path:?} is not UTF-8"))?;
            rendered(evaluator, text, variables, scope)
        }
        Err(reason) => Err(format!("templatefile: {reason}").into()),
    }
}

/// A template sees the variables that it is given, and nothing else.
fn rendered(evaluator: &Evaluator<'_>, text: &str, variables: &Datum, scope: &Scope<'_>) -> Outcome {
    let Some(entries) = variables.entries() else { return Ok(Datum::Unknown) };
    evaluator.spend(parse::template_cost(text))?;
    let pieces = parse::template(text).map_err(|reason| format!("the template cannot be read: {reason}"))?;
    let names = Names::All { values: entries };
    template::render(evaluator, &pieces, &Scope { file: scope.file, module: None, names: &names })
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
