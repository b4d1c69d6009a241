//! What is known while one root module is evaluated: instances of modules and resources, values that were found already,
//! and what may still be spent.
//!
//! Everything is found when it is asked for, and kept. What is asked for while it is being found is a cycle.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::{self, Write};
use std::rc::Rc;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::Node;

use super::Gap;
use super::body;
use super::datum::Datum;
use super::module::{self, Module};
use super::policy_document;
use super::syntax::{Block, Expression};
use super::tree::Tree;

/// Instances that one block may make; more are as like each other as these.
const INSTANCES_OF_A_BLOCK: usize = 1000;
/// Instances of modules in one root.
const MODULES: usize = 1000;
/// Calls of modules within each other.
const MODULE_DEPTH: usize = 32;
/// Expressions within each other, through locals, modules and resources.
const DEPTH: usize = 800;
/// The weight of one value; see [`Datum::weight`].
const WEIGHT: usize = 1 << 20;
/// Collections within each other in one value: they are walked and dropped recursively.
const NESTING: usize = 128;
const GAPS: usize = 1000;

/// Why something has no value.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub reason: String,
    /// The file and the line, once known.
    pub place: Option<(usize, u32)>,
    /// Whether it is for want of time or room, so that `try` cannot help.
    pub spent: bool,
}

pub(super) type Outcome<T = Datum> = Result<T, Failure>;

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        Self { reason: short(reason), place: None, spent: false }
    }
}

impl From<&str> for Failure {
    fn from(reason: &str) -> Self {
        reason.to_owned().into()
    }
}

/// A reason of a length that a person may read; names in it may be as long as a file.
pub(super) fn short(mut reason: String) -> String {
    if reason.len() > 300 {
        reason.truncate(reason.floor_char_boundary(300));
        reason.push('…');
    }
    reason
}

/// The names that an expression may use beside those of its module.
#[derive(Clone, Copy)]
pub(super) enum Names<'s> {
    None,
    One { name: &'s str, value: &'s Datum, outer: &'s Names<'s> },
    All { values: &'s BTreeMap<Arc<str>, Datum> },
}

impl Names<'_> {
    pub fn get(&self, wanted: &str) -> Option<&Datum> {
        match self {
            Self::None => None,
            Self::One { name, value, outer } => {
                if *name == wanted {
                    Some(value)
                } else {
                    outer.get(wanted)
                }
            }
            Self::All { values } => values.get(wanted),
        }
    }
}

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s> {
    pub file: usize,
    /// The instance of a module; nothing in a template, which sees only what it is given.
    pub module: Option<usize>,
    pub names: &'s Names<'s>,
}

/// Which of several instances.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Key {
    Single,
    Index(usize),
    Name(Arc<str>),
    /// How many there are is not known yet.
    Any,
}

impl fmt::Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Single => Ok(()),
            Self::Index(index) => write!(out, "[{index}]"),
            Self::Name(name) => {
                out.write_str("[\"")?;
                for character in name.chars() {
                    match character {
                        '"' | '\\' => write!(out, "\\{character}")?,
                        '\n' => out.write_str("\\n")?,
                        c if c.is_control() => write!(out, "\\u{:04x}", u32::from(c))?,
                        c => out.write_char(c)?,
                    }
                }
                out.write_str("\"]")
            }
            Self::Any => out.write_str("[*]"),
        }
    }
}

/// An instance of a module.
pub(super) struct ModuleInstance<'a> {
    pub module: &'a Module,
    /// `module.a["x"].module.b.`, or nothing for the root.
    pub prefix: String,
    /// The names of the calls that lead here, with points between.
    path: String,
    depth: usize,
    /// The calling instance, and the call in it.
    caller: Option<(usize, usize, &'a Block, Repetition)>,
    found: RefCell<HashMap<Wanted<'a>, State>>,
}

/// An instance of a resource or a data source.
pub(super) struct ResourceInstance<'a> {
    pub module: usize,
    pub file: usize,
    pub block: &'a Block,
    pub address: String,
    pub key: Key,
    repetition: Repetition,
    found: RefCell<HashMap<String, State>>,
}

impl ResourceInstance<'_> {
    /// Does something in the scope of its body.
    fn inside<T>(&self, work: impl FnOnce(&Scope<'_>) -> T) -> T {
        repeated(self.module, self.file, &self.repetition, work)
    }
}

/// What `count` and `each` are for an instance.
type Repetition = Option<(&'static str, Datum)>;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Wanted<'a> {
    Variable(&'a str),
    Local(&'a str),
    Output(&'a str),
    Block(*const Block),
}

#[derive(Clone)]
enum State {
    Busy,
    Found(Outcome),
}

/// What evaluating may cost.
#[derive(Clone, Copy)]
pub(super) struct Budget {
    /// Time: expressions, values, and sixteen bytes of text each.
    pub steps: usize,
    /// Room: values of the result.
    pub nodes: usize,
}

pub(super) struct Evaluator<'a> {
    pub tree: &'a Tree<'a>,
    /// Values for variables of the root.
    given: &'a HashMap<String, Datum>,
    pub workspace: &'a str,
    modules: RefCell<Vec<Rc<ModuleInstance<'a>>>>,
    instances: RefCell<Vec<Rc<ResourceInstance<'a>>>>,
    pub gaps: RefCell<BTreeSet<Gap>>,
    /// Texts that are declared sensitive.
    pub secrets: RefCell<BTreeSet<String>>,
    /// What may still be spent.
    pub left: Cell<Budget>,
    /// Whether that was not enough.
    pub exhausted: Cell<bool>,
    depth: Cell<usize>,
}

impl<'a> Evaluator<'a> {
    pub fn new(
        tree: &'a Tree<'a>,
        root: &'a Module,
        given: &'a HashMap<String, Datum>,
        workspace: &'a str,
        budget: Budget,
    ) -> Self {
        let root = ModuleInstance {
            module: root,
            prefix: String::new(),
            path: String::new(),
            depth: 0,
            caller: None,
            found: RefCell::default(),
        };
        Self {
            tree,
            given,
            workspace,
            modules: RefCell::new(vec![Rc::new(root)]),
            instances: RefCell::default(),
            secrets: RefCell::default(),
            gaps: RefCell::default(),
            left: Cell::new(budget),
            exhausted: Cell::new(false),
            depth: Cell::new(0),
        }
    }

    pub fn module(&self, id: usize) -> Rc<ModuleInstance<'a>> {
        Rc::clone(&self.modules.borrow()[id])
    }

    pub fn instance(&self, id: usize) -> Rc<ResourceInstance<'a>> {
        Rc::clone(&self.instances.borrow()[id])
    }

    /// The folder of the root module, where Terraform runs.
    pub fn root_folder(&self) -> &'a str {
        &self.modules.borrow()[0].module.folder
    }

    /// What an instance is called.
    pub fn name(&self, datum: &Datum) -> String {
        match datum {
            Datum::Instance(id) => self.instance(*id).address.clone(),
            Datum::Module(id) => self.module(*id).prefix.trim_end_matches('.').to_owned(),
            _ => String::new(),
        }
    }

    pub fn gap(&self, file: usize, line: u32, reason: impl Into<String>) {
        let mut gaps = self.gaps.borrow_mut();
        if gaps.len() < GAPS {
            gaps.insert(Gap { file: Some(file), line, reason: short(reason.into()) });
        }
    }

    /// Tells why something has no value, at the place where it was found out.
    pub fn fail(&self, failure: Failure, file: usize, line: u32) {
        let (file, line) = failure.place.unwrap_or((file, line));
        self.gap(file, line, failure.reason);
    }

    /// Pays for a piece of work.
    pub fn spend(&self, steps: usize) -> Outcome<()> {
        let mut left = self.left.get();
        let enough = left.steps >= steps;
        left.steps = left.steps.saturating_sub(steps);
        self.left.set(left);
        if enough { Ok(()) } else { Err(self.exhaust()) }
    }

    /// Pays for a part of the result, which stays when everything else is dropped.
    pub fn spend_nodes(&self, nodes: usize) -> Outcome<()> {
        self.spend(nodes)?;
        let mut left = self.left.get();
        let enough = left.nodes >= nodes;
        left.nodes = left.nodes.saturating_sub(nodes);
        self.left.set(left);
        if enough { Ok(()) } else { Err(self.exhaust()) }
    }

    fn exhaust(&self) -> Failure {
        self.exhausted.set(true);
        let reason = "evaluating this module takes too much time or room; what is left of it is unknown".to_owned();
        Failure { reason, place: None, spent: true }
    }

    /// Pays for a value that was made, and refuses one that is too large.
    pub fn pay(&self, datum: Datum) -> Outcome {
        let weight = datum.weight();
        if weight > WEIGHT || datum.depth() > NESTING {
            return Err("the value is too large, or nested too deeply".into());
        }
        self.spend(weight)?;
        Ok(datum)
    }

    /// Does a piece of work one level deeper.
    pub fn deeper<T>(&self, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        self.spend(1)?;
        let depth = self.depth.get();
        if depth >= DEPTH {
            return Err("expressions lead too deeply into each other".into());
        }
        self.depth.set(depth + 1);
        let outcome = work();
        self.depth.set(depth);
        outcome
    }

    /// The value of an expression, or unknown with a gap.
    pub fn value_or_gap(&self, expression: &Expression, scope: &Scope<'_>) -> Datum {
        self.evaluate(expression, scope).unwrap_or_else(|failure| {
            self.fail(failure, scope.file, expression.span.first);
            Datum::Unknown
        })
    }

    fn once(&self, instance: &ModuleInstance<'a>, wanted: Wanted<'a>, find: impl FnOnce() -> Outcome) -> Outcome {
        if let Some(state) = instance.found.borrow().get(&wanted) {
            return match state {
                State::Busy => Err("it depends on itself".into()),
                State::Found(outcome) => outcome.clone(),
            };
        }
        instance.found.borrow_mut().insert(wanted, State::Busy);
        let outcome = self.deeper(find);
        instance.found.borrow_mut().insert(wanted, State::Found(outcome.clone()));
        outcome
    }

    /// The value of `var.NAME`.
    pub fn variable(&self, id: usize, name: &str) -> Outcome {
        let instance = self.module(id);
        let Some((name, variable)) = instance.module.variables.get_key_value(name) else {
            return Err(format!("variable {name:?} is not declared").into());
        };
        self.once(&instance, Wanted::Variable(name), || {
            let mut value = None;
            if let Some((caller, file, block, repetition)) = &instance.caller {
                if let Some(argument) = block.body.attribute(name) {
                    value = Some(repeated(*caller, *file, repetition, |scope| self.evaluate(argument, scope))?);
                }
            } else {
                value = self.given.get(name).cloned();
            }
            if !variable.nullable && matches!(value, Some(Datum::Null)) {
                value = None;
            }
            let value = match (value, &variable.default) {
                (Some(value), _) => value,
                (None, Some(default)) => {
                    self.evaluate(default, &Scope { file: variable.file, module: None, names: &Names::None })?
                }
                (None, None) if instance.caller.is_none() => return Ok(Datum::reference(&format!("var.{name}"))),
                (None, None) => {
                    return Err(format!("variable {name:?} is required, and the call does not set it").into());
                }
            };
            let converted = variable.kind.convert(&value).map_err(|reason| format!("variable {name:?}: {reason}"))?;
            if variable.sensitive {
                self.conceal(&converted);
            }
            self.pay(converted)
        })
    }

    /// Notes the texts of a value as what nobody may see, also as `base64encode` writes them.
    pub fn conceal(&self, value: &Datum) {
        const MOST: usize = 1000;
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            open.extend(value.items().into_iter().flatten());
            open.extend(value.entries().into_iter().flat_map(BTreeMap::values));
            let (Some(text), Datum::Text(_) | Datum::Number(_)) = (value.to_text(), value) else { continue };
            let mut secrets = self.secrets.borrow_mut();
            if secrets.len() >= MOST {
                return;
            }
            secrets.insert(BASE64_STANDARD.encode(text.as_bytes()));
            secrets.insert(text.to_string());
        }
    }

    /// The value of `local.NAME`.
    pub fn local(&self, id: usize, name: &str) -> Outcome {
        let instance = self.module(id);
        let Some((name, (file, expression))) = instance.module.locals.get_key_value(name) else {
            return Err(format!("local value {name:?} is not declared").into());
        };
        self.once(&instance, Wanted::Local(name), || {
            self.evaluate(expression, &Scope { file: *file, module: Some(id), names: &Names::None })
        })
    }

    /// The value of an output of an instance of a module.
    pub fn output(&self, id: usize, name: &str) -> Outcome {
        let instance = self.module(id);
        let Some((name, (file, expression))) = instance.module.outputs.get_key_value(name) else {
            return Err(format!("module {:?} has no output {name:?}", instance.path).into());
        };
        self.once(&instance, Wanted::Output(name), || {
            let value = self.evaluate(expression, &Scope { file: *file, module: Some(id), names: &Names::None })?;
            if instance.module.sensitive.contains(name) {
                self.conceal(&value);
            }
            Ok(value)
        })
    }

    /// What `type.name`, `data.type.name` or `module.name` is: an instance, or several.
    pub fn block(&self, id: usize, address: &str) -> Outcome {
        let instance = self.module(id);
        let Some((file, block)) = instance.module.block(address) else {
            return Err(format!("{address} is not declared").into());
        };
        self.once(&instance, Wanted::Block(block), || self.expand(id, &instance, *file, block))
    }

    /// The instances that a block makes.
    fn expand(&self, id: usize, instance: &ModuleInstance<'a>, file: usize, block: &'a Block) -> Outcome {
        let address = module::address(&block.kind, &block.labels).unwrap_or_default();
        let address = format!("{}{address}", instance.prefix);
        let mut target = None;
        if block.kind == "module" {
            let path = [instance.path.as_str(), ".", &block.labels[0]].concat();
            let path = path.trim_start_matches('.').to_owned();
            let root = self.module(0);
            let Some(called) = self.tree.called(root.module, instance.module, &path, block) else {
                let source = block.body.attribute("source").and_then(Expression::literal_text).unwrap_or("?");
                self.gap(
                    file,
                    block.span.first,
                    format!("module {source:?} is not in the tree; `terraform init` would install it"),
                );
                return Ok(Datum::reference(&address));
            };
            target = Some((&self.tree.modules[called], path));
        }
        let make = |key: Key, repetition: Repetition| -> Outcome {
            self.spend(16)?;
            let address = format!("{address}{key}");
            let Some((module, path)) = &target else {
                let mut instances = self.instances.borrow_mut();
                let found = RefCell::default();
                instances.push(Rc::new(ResourceInstance { module: id, file, block, address, key, repetition, found }));
                return Ok(Datum::Instance(instances.len() - 1));
            };
            self.refuse_recursion(id, module)?;
            let mut modules = self.modules.borrow_mut();
            if modules.len() >= MODULES {
                return Err(format!("there are more than {MODULES} instances of modules").into());
            }
            modules.push(Rc::new(ModuleInstance {
                module,
                prefix: address + ".",
                path: path.clone(),
                depth: instance.depth + 1,
                caller: Some((id, file, block, repetition)),
                found: RefCell::default(),
            }));
            Ok(Datum::Module(modules.len() - 1))
        };
        let scope = Scope { file, module: Some(id), names: &Names::None };
        if let Some(count) = block.body.attribute("count") {
            let number = self.evaluate(count, &scope)?;
            let index = |value: Datum| Some(("count", Datum::map(BTreeMap::from([("index".into(), value)]))));
            if !number.known() {
                return make(Key::Any, index(Datum::Unknown));
            }
            let number = number.to_number().filter(|number| number.fract() == 0.0 && *number >= 0.0);
            let number = number.ok_or("count is no whole number")?;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above, and capped")]
            let number = self.capped(number.min(1e9) as usize, file, count.span.first);
            #[expect(clippy::cast_precision_loss, reason = "at most a thousand")]
            let made = (0..number).map(|at| make(Key::Index(at), index(Datum::Number(at as f64))));
            return Ok(Datum::list(made.collect::<Result<_, _>>()?));
        }
        let Some(each) = block.body.attribute("for_each") else { return make(Key::Single, None) };
        let collection = self.evaluate(each, &scope)?;
        let pair = |key: Datum, value: Datum| {
            Some(("each", Datum::map(BTreeMap::from([("key".into(), key), ("value".into(), value)]))))
        };
        let (keys, values): (Vec<Arc<str>>, Vec<Datum>) = match &collection {
            Datum::Map(entries) => entries.values.iter().map(|(key, value)| (Arc::clone(key), value.clone())).unzip(),
            // Terraform wants a set here; a list is its most common mistake and means the same.
            Datum::Set(items) | Datum::List(items) if items.values.iter().all(Datum::known) => {
                let text = |item: &Datum| item.to_text().ok_or("for_each is no set of strings");
                let keys = items.values.iter().map(text).collect::<Result<Vec<_>, _>>()?;
                let values = keys.iter().map(|key| Datum::Text(Arc::clone(key))).collect();
                (keys, values)
            }
            Datum::Null | Datum::Bool(_) | Datum::Number(_) | Datum::Text(_) => {
                return Err(
                    format!("for_each is {}, and has to be a map or a set of strings", collection.kind()).into()
                );
            }
            _ => return make(Key::Any, pair(Datum::Unknown, Datum::Unknown)),
        };
        let number = self.capped(keys.len(), file, each.span.first);
        let made = keys.into_iter().zip(values).take(number).map(|(key, value)| {
            Ok((Arc::clone(&key), make(Key::Name(Arc::clone(&key)), pair(Datum::Text(key), value))?))
        });
        Ok(Datum::map(made.collect::<Outcome<_>>()?))
    }

    fn capped(&self, number: usize, file: usize, line: u32) -> usize {
        if number > INSTANCES_OF_A_BLOCK {
            self.gap(file, line, format!("of {number} instances the first {INSTANCES_OF_A_BLOCK} are judged"));
        }
        number.min(INSTANCES_OF_A_BLOCK)
    }

    fn refuse_recursion(&self, caller: usize, module: &Module) -> Outcome<()> {
        let mut at = Some(caller);
        while let Some(id) = at {
            let instance = self.module(id);
            if std::ptr::eq(instance.module, module) {
                return Err(format!("the module in {:?} calls itself", module.folder).into());
            }
            if instance.depth >= MODULE_DEPTH {
                return Err(format!("modules call each other more than {MODULE_DEPTH} deep").into());
            }
            at = instance.caller.as_ref().map(|caller| caller.0);
        }
        Ok(())
    }

    /// The value of an attribute of a resource: as configured, or its name where that is known only later.
    pub fn resource_attribute(&self, id: usize, name: &str) -> Outcome {
        let instance = self.instance(id);
        if let Some(state) = instance.found.borrow().get(name) {
            return match state {
                State::Busy => Err("it depends on itself".into()),
                State::Found(outcome) => outcome.clone(),
            };
        }
        instance.found.borrow_mut().insert(name.to_owned(), State::Busy);
        let outcome = self.deeper(|| self.find_attribute(&instance, name));
        instance.found.borrow_mut().insert(name.to_owned(), State::Found(outcome.clone()));
        outcome
    }

    fn find_attribute(&self, instance: &ResourceInstance<'a>, name: &str) -> Outcome {
        let later = || Datum::reference(&format!("{}.{name}", instance.address));
        let items = &instance.block.body.items;
        self.spend(items.len() / 8)?;
        if policy_document::renders(&instance.block.kind, &instance.block.labels[0], name) {
            let body = instance.inside(|scope| body::node(self, &instance.block.body, scope, instance.block.span));
            return Ok(policy_document::render(&instance.block.labels[0], &body).unwrap_or_else(later));
        }
        if let Some(expression) = instance.block.body.attribute(name) {
            let value = instance.inside(|scope| self.evaluate(expression, scope))?;
            return Ok(if matches!(value, Datum::Unknown) { later() } else { value });
        }
        let node: Option<Node> = instance.inside(|scope| body::blocks(self, &instance.block.body, scope, name));
        match node {
            Some(node) => self.pay(Datum::from_node(&node)),
            None => Ok(later()),
        }
    }

    /// Everything said in a resource's body.
    pub fn resource_body(&self, id: usize) -> Node {
        let instance = self.instance(id);
        instance.inside(|scope| body::node(self, &instance.block.body, scope, instance.block.span))
    }

    /// The body of a block that has but one instance in its module.
    pub fn settings(&self, id: usize, file: usize, block: &Block) -> Node {
        body::node(self, &block.body, &Scope { file, module: Some(id), names: &Names::None }, block.span)
    }

    /// The arguments of a call of a module.
    pub fn call_body(&self, id: usize) -> Option<(String, usize, Node)> {
        let instance = self.module(id);
        let (caller, file, block, repetition) = instance.caller.as_ref()?;
        let node = repeated(*caller, *file, repetition, |scope| body::node(self, &block.body, scope, block.span));
        Some((instance.prefix.trim_end_matches('.').to_owned(), *file, node))
    }
}

/// Does something where `count` or `each` have their values.
fn repeated<T>(module: usize, file: usize, repetition: &Repetition, work: impl FnOnce(&Scope<'_>) -> T) -> T {
    match repetition {
        None => work(&Scope { file, module: Some(module), names: &Names::None }),
        Some((name, value)) => {
            let names = Names::One { name, value, outer: &Names::None };
            work(&Scope { file, module: Some(module), names: &names })
        }
    }
}
