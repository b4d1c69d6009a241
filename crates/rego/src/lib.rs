//! Policies in Rego (the Open Policy Agent's language, version 1) over a whole report.
//!
//! A module of `package plimsoll`, or of one below it such as `plimsoll.team`, may have `deny` and `warn`: sets of messages, or of
//! objects with a `msg`, as Conftest has them. `input` is the report in our JSON. Rules that begin with `test_` are its tests, as
//! `opa test` has them.
//!
//! A crate of its own, behind a feature of the program, since the interpreter takes thirty crates. It has no clock, no
//! network and no environment: the functions for these are left out. Time is bounded by [`LONGEST`], for each evaluation.

mod checks;

use std::collections::BTreeSet;
use std::num::NonZero;
use std::time::Duration;

use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, Value};
use serde_json::Value as Json;

pub use self::checks::{Checks, Document, Found, LONGEST_CHECK, Metadata};

/// How long one evaluation may take.
pub const LONGEST: Duration = Duration::from_secs(10);
/// Messages that are kept.
const MOST_MESSAGES: usize = 1_000;
/// The package that is asked, and above all that are.
const PACKAGE: &str = "plimsoll";

/// A file.
#[derive(Clone, Copy, Debug)]
pub struct Module<'a> {
    /// How it is called in messages.
    pub name: &'a str,
    /// What is in it.
    pub text: &'a str,
}

/// Modules that were read.
pub struct Policies {
    engine: Engine,
    /// Our packages, with `data.` before them.
    packages: BTreeSet<String>,
    /// The tests, with their packages.
    tests: BTreeSet<String>,
}

/// What the policies say about a report, each sorted and once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Why it may not pass.
    pub denied: Vec<String>,
    /// What somebody should know.
    pub warned: Vec<String>,
}

/// What became of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// Its name with its package: `plimsoll.test_old_images`.
    pub name: String,
    /// Why it failed; none where it passed.
    pub failed: Option<String>,
}

impl Policies {
    /// Reads modules. An error names the file and the line.
    pub fn read(modules: &[Module<'_>]) -> Result<Self, String> {
        Self::within(modules, LONGEST)
    }

    fn within(modules: &[Module<'_>], longest: Duration) -> Result<Self, String> {
        let mut engine = Engine::new();
        let check_interval = NonZero::new(1_000).unwrap_or(NonZero::<u32>::MIN);
        engine.set_execution_timer_config(ExecutionTimerConfig { limit: longest, check_interval });
        let (mut packages, mut tests) = (BTreeSet::new(), BTreeSet::new());
        for module in modules {
            let package = engine
                .add_policy(module.name.to_owned(), module.text.to_owned())
                .map_err(|error| told(&error.to_string()))?;
            let inner = package.strip_prefix("data.").unwrap_or(&package);
            tests.extend(test_names(module.text).map(|name| format!("{package}.{name}")));
            if inner == PACKAGE || inner.strip_prefix(PACKAGE).is_some_and(|rest| rest.starts_with('.')) {
                packages.insert(package);
            }
        }
        Ok(Self { engine, packages, tests })
    }

    /// Whether there is a package that is asked about a report.
    pub fn has_any(&self) -> bool {
        !self.packages.is_empty()
    }

    /// What they say about a report in our JSON.
    pub fn judge(&mut self, report: &str) -> Result<Said, String> {
        self.engine.set_input_json(report).map_err(|error| told(&error.to_string()))?;
        let (mut denied, mut warned) = (BTreeSet::new(), BTreeSet::new());
        for package in &self.packages {
            for (rule, messages) in [("deny", &mut denied), ("warn", &mut warned)] {
                let path = format!("{package}.{rule}");
                if self.engine.has_rule(&path) {
                    let value = self.engine.eval_rule(path).map_err(|error| told(&error.to_string()))?;
                    messages.extend(texts(&value, rule)?);
                }
            }
        }
        Ok(Said { denied: kept(denied), warned: kept(warned) })
    }

    /// Runs the tests, in the order of their names.
    pub fn test(&mut self) -> Vec<Test> {
        self.engine.set_input(Value::Undefined);
        let mut outcomes = Vec::new();
        for path in &self.tests {
            let failed = match self.engine.eval_rule(path.clone()) {
                Ok(value) if value == Value::from(true) => None,
                Ok(_) => Some("it is not true".to_owned()),
                Err(error) => Some(told(&error.to_string())),
            };
            outcomes.push(Test { name: path.strip_prefix("data.").unwrap_or(path).to_owned(), failed });
        }
        outcomes
    }
}

/// Whether a rule is there: asking for one that is not is an error of the engine.
trait HasRule {
    fn has_rule(&self, path: &str) -> bool;
}

impl HasRule for Engine {
    fn has_rule(&self, path: &str) -> bool {
        // An engine is cheap to copy: it shares what it has read.
        self.clone().compile_with_entrypoint(&path.into()).is_ok()
    }
}

/// The names of rules at the beginning of lines that are tests.
fn test_names(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| line.starts_with("test_")).map(|line| {
        let end = line.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(line.len());
        &line[..end]
    })
}

/// The messages of a rule.
fn texts(value: &Value, rule: &str) -> Result<Vec<String>, String> {
    if *value == Value::Undefined {
        return Ok(Vec::new());
    }
    let json = value.to_json_str().map_err(|error| error.to_string())?;
    let json: Json = serde_json::from_str(&json).map_err(|error| error.to_string())?;
    let Json::Array(messages) = json else {
        return Err(format!("{rule} has to be a set of messages: {rule} contains message if {{ … }}"));
    };
    let text = |message: Json| match message {
        Json::String(text) => Ok(text),
        Json::Object(object) => match object.get("msg") {
            Some(Json::String(text)) => Ok(text.clone()),
            _ => Err(format!("{rule} has an object without a msg")),
        },
        other => Err(format!("{rule} has {other}, which is no message")),
    };
    messages.into_iter().map(text).collect()
}

/// As many messages as somebody will look at.
fn kept(messages: BTreeSet<String>) -> Vec<String> {
    let more = messages.len().saturating_sub(MOST_MESSAGES);
    let mut kept: Vec<String> = messages.into_iter().take(MOST_MESSAGES).collect();
    if more > 0 {
        kept.push(format!("and {more} more messages"));
    }
    kept
}

/// An error of the engine without the drawing of the line: `a.rego:3:5: expecting …`.
fn told(error: &str) -> String {
    let place = error.lines().find_map(|line| line.trim().strip_prefix("--> "));
    let what = error.lines().find_map(|line| line.trim().strip_prefix("error: "));
    match (place, what) {
        (Some(place), Some(what)) => format!("{place}: {what}"),
        _ => error.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests;
