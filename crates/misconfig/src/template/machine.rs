//! Runs templates (Go's text/template, exec.go, with `missingkey=zero` as Helm sets it).

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use jiff::Timestamp;

use super::datum::Datum;
use super::functions;
use super::parser;
use super::print;
use super::syntax::{Node, Operand, Pipe, Template};
use super::text::{Origin, Output, Text};

/// Templates within each other, through `include`, `template` and `tpl`.
const DEEPEST: usize = 64;
/// What one text may be long.
pub const LONGEST: usize = 4 << 20;

/// Why something could not be rendered.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Why.
    pub reason: String,
    /// Where, once that is known.
    pub at: Option<Origin>,
    /// Whether it is for want of time or room.
    pub limit: bool,
}

/// What something comes to.
pub type Outcome<T = Datum> = Result<T, Failure>;

impl From<String> for Failure {
    fn from(mut reason: String) -> Self {
        // Names in it may be as long as a file.
        if reason.len() > 300 {
            reason.truncate(reason.floor_char_boundary(300));
            reason.push('…');
        }
        Self { reason, at: None, limit: false }
    }
}

impl From<&str> for Failure {
    fn from(reason: &str) -> Self {
        reason.to_owned().into()
    }
}

impl Failure {
    fn limit(reason: &str) -> Self {
        Self { limit: true, ..reason.into() }
    }

    fn at(mut self, at: Origin) -> Self {
        self.at.get_or_insert(at);
        self
    }
}

/// Something that was rendered, but not as it will be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Doubt {
    /// Its file and line.
    pub at: (u32, u32),
    /// What is not known.
    pub reason: String,
}

/// Named templates, and what running them may cost.
pub struct Machine {
    named: RefCell<HashMap<String, Rc<Template>>>,
    left: Cell<usize>,
    depth: Cell<usize>,
    here: Cell<Origin>,
    doubts: RefCell<BTreeSet<Doubt>>,
    /// What time it is; nobody knows when a chart is installed.
    pub now: Option<Timestamp>,
}

/// What comes after an action.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
}

/// What one run of a template knows.
struct Frame<'o> {
    variables: Vec<(String, Datum)>,
    out: &'o mut Output,
}

impl Frame<'_> {
    fn fits(&self) -> Outcome<()> {
        if self.out.text.len() > LONGEST { Err(Failure::limit("it writes too much")) } else { Ok(()) }
    }
}

impl Machine {
    /// No templates yet, and so many steps: values and actions, and eight bytes of text each.
    pub fn new(steps: usize, now: Option<Timestamp>) -> Self {
        Self {
            named: RefCell::default(),
            left: Cell::new(steps),
            depth: Cell::new(0),
            here: Cell::default(),
            doubts: RefCell::default(),
            now,
        }
    }

    /// Adds the templates of a file. Of a name that is there already the new one counts, unless it is empty.
    pub fn add(&self, name: &str, source: &str, file: u32) -> Result<(), (u32, String)> {
        let begin = Origin { file, line: 1 };
        for template in parser::parse(name, source, begin)? {
            self.define(template);
        }
        Ok(())
    }

    fn define(&self, template: Template) {
        let mut named = self.named.borrow_mut();
        let is_empty = template.body.iter().all(|node| match node {
            Node::Text(text, _) => text.trim().is_empty(),
            _ => false,
        });
        if !is_empty || !named.contains_key(&template.name) {
            named.insert(template.name.clone(), Rc::new(template));
        }
    }

    /// Whether there is a template of that name.
    pub fn has(&self, name: &str) -> bool {
        self.named.borrow().contains_key(name)
    }

    /// Renders a template.
    pub fn render(&self, name: &str, dot: &Datum) -> Outcome<Output> {
        let mut out = Output::default();
        self.run(name, dot, &mut out)?;
        Ok(out)
    }

    /// What could not be told so far.
    pub fn doubts(&self) -> Vec<Doubt> {
        self.doubts.borrow().iter().cloned().collect()
    }

    /// Notes that something is rendered otherwise than it will be.
    pub fn doubt(&self, reason: String) {
        const MOST: usize = 200;
        let here = self.here.get();
        let mut doubts = self.doubts.borrow_mut();
        if doubts.len() < MOST {
            doubts.insert(Doubt { at: (here.file, here.line), reason });
        }
    }

    /// Takes from what may be spent.
    pub fn spend(&self, steps: usize) -> Outcome<()> {
        let left = self.left.get().checked_sub(steps);
        self.left.set(left.unwrap_or(0));
        left.map(|_| ()).ok_or_else(|| Failure::limit("rendering takes too long"))
    }

    /// Pays for a value that was made.
    fn pay(&self, value: Datum) -> Outcome {
        let cost = match &value {
            Datum::Text(text) if text.len() > LONGEST => {
                return Err(Failure::limit("a text becomes too long"));
            }
            Datum::Text(text) => text.len() / 8,
            Datum::List(_) => value.items().map_or(0, <[_]>::len),
            Datum::Map(_) => value.entries().map_or(0, |entries| entries.borrow().len()),
            _ => 0,
        };
        self.spend(1 + cost)?;
        Ok(value)
    }

    /// `include`: what a template comes to, as a text.
    pub fn include(&self, name: &str, dot: &Datum) -> Outcome<Text> {
        let mut out = Output::default();
        self.run(name, dot, &mut out)?;
        self.spend(out.text.len() / 8)?;
        Ok(out.into_text())
    }

    /// `tpl`: what a text comes to that is a template itself. It knows all others, and what it defines is there for itself.
    pub fn inline(&self, source: &Text, dot: &Datum) -> Outcome<Text> {
        self.spend(source.len())?;
        let here = self.here.get();
        let before = self.named.borrow().clone();
        self.spend(before.len())?;
        let name = "tpl";
        let read = parser::parse(name, source, here);
        let read = read.map_err(|(_, reason)| format!("the text is no template: {reason}"));
        let done = read.map_err(Failure::from).and_then(|templates| {
            for template in templates {
                self.define(template);
            }
            self.include(name, dot)
        });
        *self.named.borrow_mut() = before;
        done
    }

    fn run(&self, name: &str, dot: &Datum, out: &mut Output) -> Outcome<()> {
        let template = self.named.borrow().get(name).cloned();
        let template = template.ok_or_else(|| Failure::from(format!("there is no template {name:?}")))?;
        if self.depth.get() >= DEEPEST {
            return Err(Failure::limit("templates call each other too deeply"));
        }
        self.depth.set(self.depth.get() + 1);
        let around = self.here.get();
        let mut frame = Frame { variables: vec![(String::new(), dot.clone())], out };
        let done = self.walk(&template.body, dot, &mut frame);
        self.here.set(around);
        self.depth.set(self.depth.get() - 1);
        done.map(|_| ())
    }

    fn walk(&self, nodes: &[Node], dot: &Datum, frame: &mut Frame<'_>) -> Outcome<Flow> {
        for node in nodes {
            self.spend(1)?;
            let flow = match node {
                Node::Text(text, at) => {
                    self.spend(text.len() / 8)?;
                    frame.out.literal(text, *at);
                    frame.fits()?;
                    Flow::Next
                }
                Node::Break => Flow::Break,
                Node::Continue => Flow::Continue,
                Node::Action(pipe) => {
                    let value = self.pipe(pipe, dot, frame)?;
                    if pipe.variables.is_empty() {
                        let text = match value {
                            Datum::Text(text) => text,
                            other => Text::new(print::written(&other)),
                        };
                        self.spend(text.len() / 8)?;
                        frame.out.value(&text, pipe.at);
                        frame.fits()?;
                    }
                    Flow::Next
                }
                Node::If { with, pipe, then, otherwise } => {
                    let depth = frame.variables.len();
                    let value = self.pipe(pipe, dot, frame)?;
                    let holds = value.truth().unwrap_or_else(|| {
                        self.doubt("a condition is not known before it is installed, and is taken to hold".to_owned());
                        true
                    });
                    let inner = if *with && holds { &value } else { dot };
                    let flow = self.walk(if holds { then } else { otherwise }, inner, frame)?;
                    frame.variables.truncate(depth);
                    flow
                }
                Node::Range { pipe, each, otherwise } => self.range(pipe, each, otherwise, dot, frame)?,
                Node::Template { name, pipe, at } => {
                    let value = pipe.as_ref().map_or(Ok(Datum::Nil), |pipe| self.pipe(pipe, dot, frame))?;
                    self.run(name, &value, frame.out).map_err(|failure| failure.at(*at))?;
                    Flow::Next
                }
            };
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn range(
        &self,
        pipe: &Pipe,
        each: &[Node],
        otherwise: &[Node],
        dot: &Datum,
        frame: &mut Frame<'_>,
    ) -> Outcome<Flow> {
        let depth = frame.variables.len();
        let value = self.commands(pipe, dot, frame)?;
        let value = if let Datum::Object(object) = &value { object.whole() } else { value };
        let pairs: Box<dyn Iterator<Item = (Datum, Datum)>> = match &value {
            Datum::Nil => Box::new(std::iter::empty()),
            Datum::List(_) => {
                let items = value.items().unwrap_or_default().iter();
                Box::new((0..).zip(items).map(|(index, item)| (Datum::Int(index), item.clone())))
            }
            Datum::Map(_) => {
                let entries = value.entries().map(|entries| entries.borrow().clone()).unwrap_or_default();
                self.spend(entries.len())?;
                Box::new(entries.into_iter().map(|(key, item)| (Datum::text(key), item)))
            }
            Datum::Int(count) => Box::new((0..*count).map(|index| (Datum::Int(index), Datum::Int(index)))),
            Datum::Unknown | Datum::Undecided => {
                self.here.set(pipe.at);
                self.doubt("what is walked over is not known before it is installed, and is left out".to_owned());
                return Ok(Flow::Next);
            }
            other => {
                return Err(Failure::from(format!("range cannot walk over {}", other.type_name())).at(pipe.at));
            }
        };
        let (mut is_empty, mut flow) = (true, Flow::Next);
        for (key, item) in pairs {
            is_empty = false;
            self.spend(1)?;
            match (&*pipe.variables, pipe.assigns) {
                ([name], false) => frame.variables.push((name.clone(), item.clone())),
                ([first, second], false) => {
                    frame.variables.push((first.clone(), key));
                    frame.variables.push((second.clone(), item.clone()));
                }
                ([name], true) => assign(frame, name, item.clone())?,
                ([first, second], true) => {
                    assign(frame, first, key)?;
                    assign(frame, second, item.clone())?;
                }
                _ => {}
            }
            let inner = self.walk(each, &item, frame)?;
            frame.variables.truncate(depth);
            if inner == Flow::Break {
                break;
            }
        }
        if is_empty {
            flow = self.walk(otherwise, dot, frame)?;
            frame.variables.truncate(depth);
        }
        Ok(flow)
    }

    /// The value of a pipeline, which its variables get as well.
    fn pipe(&self, pipe: &Pipe, dot: &Datum, frame: &mut Frame<'_>) -> Outcome {
        let value = self.commands(pipe, dot, frame)?;
        if let [name] = &*pipe.variables {
            if pipe.assigns {
                assign(frame, name, value.clone()).map_err(|failure| failure.at(pipe.at))?;
            } else {
                frame.variables.push((name.clone(), value.clone()));
            }
        }
        Ok(value)
    }

    fn commands(&self, pipe: &Pipe, dot: &Datum, frame: &mut Frame<'_>) -> Outcome {
        let mut value = None;
        for command in &pipe.commands {
            self.here.set(pipe.at);
            value = Some(self.command(command, value, dot, frame).map_err(|failure| failure.at(pipe.at))?);
        }
        Ok(value.unwrap_or(Datum::Nil))
    }

    fn command(&self, command: &[Operand], last: Option<Datum>, dot: &Datum, frame: &mut Frame<'_>) -> Outcome {
        self.spend(1)?;
        let Some((first, rest)) = command.split_first() else { return Ok(Datum::Nil) };
        match first {
            Operand::Function(name) if name == "and" || name == "or" => {
                // The first that decides is the value, and those after it are not asked.
                let (wanted, mut value, mut undecided) = (name == "or", Datum::Nil, false);
                let mut operands = rest.iter();
                let mut last = last;
                loop {
                    value = match (operands.next(), last.take()) {
                        (Some(operand), kept) => {
                            last = kept;
                            self.operand(operand, dot, frame)?
                        }
                        (None, Some(last)) => last,
                        (None, None) => return Ok(if undecided { Datum::Undecided } else { value }),
                    };
                    match value.truth() {
                        Some(truth) if truth == wanted => return Ok(value),
                        Some(_) => {}
                        None => undecided = true,
                    }
                }
            }
            Operand::Function(name) => {
                let mut values =
                    rest.iter().map(|operand| self.operand(operand, dot, frame)).collect::<Outcome<Vec<_>>>()?;
                values.extend(last);
                let value = functions::call(self, name, values)?;
                self.pay(value)
            }
            Operand::Field(fields) => self.fields(dot.clone(), fields, Some((rest, last)), dot, frame),
            Operand::Variable(name, fields) => {
                let value = variable(frame, name)?;
                self.fields(value, fields, Some((rest, last)), dot, frame)
            }
            Operand::Inner(pipe, fields) => {
                let value = self.inner(pipe, dot, frame)?;
                self.fields(value, fields, Some((rest, last)), dot, frame)
            }
            Operand::Dot | Operand::Literal(_) if rest.is_empty() && last.is_none() => self.operand(first, dot, frame),
            Operand::Dot | Operand::Literal(_) => Err("what is no function is given an argument".into()),
        }
    }

    fn operand(&self, operand: &Operand, dot: &Datum, frame: &mut Frame<'_>) -> Outcome {
        match operand {
            Operand::Dot => Ok(dot.clone()),
            Operand::Literal(value) => Ok(value.clone()),
            Operand::Field(fields) => self.fields(dot.clone(), fields, None, dot, frame),
            Operand::Variable(name, fields) => {
                let value = variable(frame, name)?;
                self.fields(value, fields, None, dot, frame)
            }
            Operand::Function(name) => {
                let value = functions::call(self, name, Vec::new())?;
                self.pay(value)
            }
            Operand::Inner(pipe, fields) => {
                let value = self.inner(pipe, dot, frame)?;
                self.fields(value, fields, None, dot, frame)
            }
        }
    }

    /// A pipeline in parentheses, whose variables nobody else sees.
    fn inner(&self, pipe: &Pipe, dot: &Datum, frame: &mut Frame<'_>) -> Outcome {
        let depth = frame.variables.len();
        let value = self.pipe(pipe, dot, frame)?;
        frame.variables.truncate(depth);
        Ok(value)
    }

    /// Follows fields, the last of which may be a method that takes arguments.
    fn fields(
        &self,
        value: Datum,
        fields: &[Rc<str>],
        arguments: Option<(&[Operand], Option<Datum>)>,
        dot: &Datum,
        frame: &mut Frame<'_>,
    ) -> Outcome {
        let (operands, last) = arguments.unwrap_or_default();
        let mut given = operands.iter().map(|it| self.operand(it, dot, frame)).collect::<Outcome<Vec<_>>>()?;
        given.extend(last);
        // A template that is called with nothing has no fields, and nobody is told.
        if matches!(value, Datum::Nil) && !fields.is_empty() {
            return Ok(Datum::Nil);
        }
        let mut value = value;
        for (index, name) in fields.iter().enumerate() {
            let is_last = index + 1 == fields.len();
            let arguments = if is_last { &*given } else { &[] };
            value = match &value {
                Datum::Map(_) => value.get(name).unwrap_or(Datum::Nil),
                Datum::Object(object) => match object.get(name, arguments) {
                    Some(found) => {
                        let found = self.pay(found?)?;
                        if is_last {
                            return Ok(found);
                        }
                        found
                    }
                    None => return Err(format!("there is no {name}").into()),
                },
                Datum::Unknown | Datum::Undecided => Datum::Unknown,
                Datum::Nil => return Err(format!("nil pointer evaluating interface {{}}.{name}").into()),
                Datum::Time(moment) => functions::method_of_time(*moment, name, arguments)
                    .ok_or_else(|| Failure::from(format!("a time has no {name}")))??,
                other => return Err(format!("can't evaluate field {name} in type {}", other.type_name()).into()),
            };
            if is_last && matches!(value, Datum::Unknown) {
                return Ok(value);
            }
        }
        if given.is_empty() {
            Ok(value)
        } else if let Datum::Time(_) = value {
            Ok(value)
        } else {
            Err("what is no function is given an argument".into())
        }
    }
}

fn variable(frame: &Frame<'_>, name: &str) -> Outcome {
    let found = frame.variables.iter().rev().find(|(known, _)| known == name);
    found.map(|(_, value)| value.clone()).ok_or_else(|| format!("there is no variable ${name}").into())
}

fn assign(frame: &mut Frame<'_>, name: &str, value: Datum) -> Outcome<()> {
    let found = frame.variables.iter_mut().rev().find(|(known, _)| known == name);
    let Some((_, slot)) = found else { return Err(format!("there is no variable ${name}").into()) };
    *slot = value;
    Ok(())
}
