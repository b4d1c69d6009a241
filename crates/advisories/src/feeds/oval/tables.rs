//! What tests look at: packages and their versions, out of the sections `tests`, `objects`, `states` and `variables`.

use std::collections::HashMap;
use std::rc::Rc;

use crate::feeds::xml::{Element, Node, append_lines, walk};
use crate::feeds::{Broken, terms, text};

/// The root of a file.
pub(super) const ROOT: &str = "oval_definitions";

/// Entries of all tables together. The largest files have some 600,000.
const MAX_ENTRIES: usize = 4_000_000;
/// Names in one variable. Kernels of Ubuntu have some hundred packages.
const MAX_NAMES: usize = 10_000;
/// States of one test that are looked at.
const MAX_STATES: usize = 8;

/// All tests of a file with what they name. Ids are those of the file.
#[derive(Default)]
pub(super) struct Tables {
    tests: HashMap<Box<str>, Test>,
    objects: HashMap<Box<str>, Object>,
    states: HashMap<Box<str>, Check>,
    variables: HashMap<Box<str>, Rc<[Box<str>]>>,
    entries: usize,
}

struct Test {
    /// It is about a package, and not about a file, a kernel or a setting.
    of_package: bool,
    object: Box<str>,
    states: Box<[Box<str>]>,
}

enum Object {
    Named(Rc<[Box<str>]>),
    /// By the values of a variable of that id.
    Variable(Box<str>),
}

/// The packages that a test looks for, any of them, and the version that it asks for.
#[derive(Default)]
pub(super) struct Subject {
    pub names: Rc<[Box<str>]>,
    pub check: Option<Check>,
}

/// A comparison with a version.
#[derive(Clone, Debug)]
pub(super) struct Check {
    pub operation: Operation,
    pub version: Rc<str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// Less than.
    Below,
    /// Less than or equal.
    UpTo,
    /// Greater than, or equal.
    Above,
    Other,
}

/// An entry of a section while it is read.
#[derive(Default)]
struct Entry {
    id: String,
    kind: String,
    object: String,
    states: Vec<Box<str>>,
    names: Vec<Box<str>>,
    variable: String,
    operation: String,
    version: String,
}

impl Tables {
    /// Reads a file's tables.
    pub fn read(bytes: &[u8]) -> Result<Self, Broken> {
        let mut tables = Self::default();
        let mut entry = Entry::default();
        let mut text = String::new();
        let mut known = false;
        walk(bytes, |path, node| {
            let mut names = path.split('/');
            if names.next() != Some(ROOT) {
                return;
            }
            known = true;
            // Definitions are read by whoever has the tables.
            let Some(section) = names.next().filter(|section| *section != "definitions") else { return };
            match (names.next(), names.next_back(), node) {
                (Some(kind), None, Node::Open(element)) => entry = Entry::new(kind, element),
                (Some(_), None, Node::Close) => tables.take(section, std::mem::take(&mut entry)),
                (_, Some(name), Node::Open(element)) => {
                    text.clear();
                    entry.open(name, element);
                }
                (_, Some(_), Node::Text(piece)) => append_lines(&mut text, piece, text::MAX_TEXT),
                (_, Some(name), Node::Close) => {
                    entry.close(name, text.trim());
                    text.clear();
                }
                _ => {}
            }
        })?;
        if !known {
            return Err(Broken::new("it has no OVAL definitions"));
        }
        if tables.entries > MAX_ENTRIES {
            return Err(Broken::new(format_args!("it has more than {MAX_ENTRIES} tests, objects and states")));
        }
        Ok(tables)
    }

    fn take(&mut self, section: &str, entry: Entry) {
        let Some(id) = terms::id(&entry.id).map(Box::from) else { return };
        self.entries += 1;
        if self.entries > MAX_ENTRIES {
            return;
        }
        match section {
            "tests" => {
                let of_package = matches!(&*entry.kind, "rpminfo_test" | "dpkginfo_test");
                let test = Test { of_package, object: entry.object.into(), states: entry.states.into() };
                self.tests.insert(id, test);
            }
            "objects" if !entry.variable.is_empty() => {
                self.objects.insert(id, Object::Variable(entry.variable.into()));
            }
            "objects" if !entry.names.is_empty() => {
                self.objects.insert(id, Object::Named(entry.names.into()));
            }
            "states" if !entry.version.is_empty() => {
                let operation = match &*entry.operation {
                    "less than" => Operation::Below,
                    "less than or equal" => Operation::UpTo,
                    "greater than" | "greater than or equal" => Operation::Above,
                    _ => Operation::Other,
                };
                self.states.insert(id, Check { operation, version: entry.version.into() });
            }
            "variables" => {
                self.variables.insert(id, entry.names.into());
            }
            _ => {}
        }
    }

    /// What a test looks at: none if that is no package, an error if it is not in the file.
    pub fn subject(&self, test: &str) -> Result<Option<Subject>, String> {
        let missing = |what: &str, id: &str| format!("{what} {} is not in the file", text::quoted(id));
        let found = self.tests.get(test).ok_or_else(|| missing("test", test))?;
        if !found.of_package {
            return Ok(None);
        }
        let names = match self.objects.get(&found.object) {
            Some(Object::Named(names)) => Some(names),
            Some(Object::Variable(variable)) => self.variables.get(variable),
            None => None,
        };
        let names = names.filter(|names| !names.is_empty()).ok_or_else(|| missing("object", &found.object))?;
        // States without a version ask for a signature or an architecture.
        let check = found.states.iter().find_map(|state| self.states.get(state)).cloned();
        Ok(Some(Subject { names: names.clone(), check }))
    }
}

impl Entry {
    fn new(kind: &str, element: &Element<'_>) -> Self {
        Self { id: element.attribute("id"), kind: kind.to_owned(), ..Self::default() }
    }

    fn open(&mut self, name: &str, element: &Element<'_>) {
        match name {
            "object" if self.object.is_empty() => self.object = element.attribute("object_ref"),
            "state" if self.states.len() < MAX_STATES => {
                self.states.push(element.attribute("state_ref").into());
            }
            "name" => self.variable = element.attribute("var_ref"),
            "evr" => self.operation = element.attribute("operation"),
            _ => {}
        }
    }

    fn close(&mut self, name: &str, text: &str) {
        match name {
            "name" | "value" if self.names.len() < MAX_NAMES => {
                self.names.extend(terms::id(text).map(Box::from));
            }
            "evr" if self.version.is_empty() => text.clone_into(&mut self.version),
            _ => {}
        }
    }
}
