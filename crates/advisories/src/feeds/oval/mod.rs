//! Definitions in the Open Vulnerability and Assessment Language (OVAL 5.10 and 5.11: the definitions schema, and the
//! `rpminfo` and `dpkginfo` tests of its Linux component).
//!
//! A definition is a tree of criteria that name tests; a test names the object (a package) that it looks for and the
//! state (a version) that it must be in. A file has several 100 MB and these may stand in any order, so it is read twice:
//! first tests, objects, states and variables into small tables ([`Tables`]), then one definition at a time, with its
//! criteria understood on the spot. What a criterion means is each publisher's own convention, one file for each here.

mod azure;
mod oracle;
mod redhat;
mod suse;
mod tables;
mod ubuntu;

use std::cell::OnceCell;
use std::collections::HashSet;
use std::rc::Rc;

use super::xml::{Element, Node, append_lines, walk};
use super::{Broken, Feed, File, Reason, Refusal, Sink, terms, text};
use crate::advisory::{Advisory, Affected, Event, Rating, Status};
use tables::{Check, Operation, Subject, Tables};

pub(crate) const AZURE: Feed = azure::FEED;
pub(crate) const ORACLE: Feed = oracle::FEED;
pub(crate) const RED_HAT: Feed = redhat::FEED;
pub(crate) const SUSE: Feed = suse::FEED;
pub(crate) const UBUNTU: Feed = ubuntu::FEED;

/// Criteria of one definition that are read. Updates of TeX Live have some 10,000.
const MAX_CRITERIA: usize = 100_000;
/// Conditions that one criterion may stand under. SUSE lists some hundred products.
const MAX_CONDITIONS: usize = 1_000;
/// Packages times products that one definition may speak of.
const MAX_STATEMENTS: usize = 200_000;
/// References, vulnerabilities, platforms, CPEs and components of one definition that are read, each.
const MAX_LIST: usize = 20_000;

/// What a publisher means by a criterion.
enum Role {
    /// It says which versions of a package are affected.
    Statement,
    /// What stands under it is said only where it holds.
    Condition(Condition),
    /// It says nothing that a scanner can see or has to.
    Ignored,
}

/// What has to hold for a statement to be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition {
    /// The package is of this module stream.
    Module(Box<str>),
    /// The package belongs to this product, or to another one that is named beside it.
    Product(Box<str>),
    /// The package is one of the builds that go by this name.
    Build(&'static str),
}

/// A criterion as it stands in the file.
struct Criterion<'t> {
    comment: &'t str,
    /// What its test looks at; none if it is no test of a package.
    subject: Option<&'t Subject>,
    /// There is no such test.
    dangles: bool,
}

/// One definition, in the words of its file.
#[derive(Default)]
struct Definition {
    id: String,
    class: String,
    title: String,
    description: String,
    references: Vec<Reference>,
    platforms: Vec<String>,
    severity: String,
    published: Option<String>,
    updated: Option<String>,
    vulnerabilities: Vec<Vulnerability>,
    cpes: Vec<String>,
    /// What is said of components that have no fix: a state, and whom it is said of.
    resolutions: Vec<(String, Vec<String>)>,
    /// Microsoft's word on whether there is a fix.
    patchable: String,
    /// Microsoft's number.
    advisory_id: String,
    statements: Vec<Statement>,
}

/// Something to read, and whose id it has.
struct Reference {
    source: String,
    id: String,
    url: String,
}

/// A `cve` element of a definition.
#[derive(Default)]
struct Vulnerability {
    id: String,
    ratings: Vec<Rating>,
    weaknesses: Vec<String>,
}

/// That versions of packages are affected, if some conditions hold.
struct Statement {
    names: Rc<[Box<str>]>,
    /// None: whatever its version is.
    check: Option<Check>,
    comment: Box<str>,
    scope: Rc<Scope>,
}

/// Criteria around statements.
struct Scope {
    outer: Option<Rc<Scope>>,
    /// Known when the criteria have ended: what has to hold for what stands in them.
    conditions: OnceCell<Vec<Condition>>,
}

impl Statement {
    fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let scopes = std::iter::successors(Some(&*self.scope), |scope| scope.outer.as_deref());
        scopes.filter_map(|scope| scope.conditions.get()).flatten()
    }

    fn modules(&self) -> Vec<String> {
        let module = |condition: &Condition| match condition {
            Condition::Module(module) => Some((**module).to_owned()),
            _ => None,
        };
        self.conditions().filter_map(module).collect()
    }

    fn products(&self) -> impl Iterator<Item = &str> {
        self.conditions().filter_map(|condition| match condition {
            Condition::Product(product) => Some(&**product),
            _ => None,
        })
    }

    fn build(&self) -> Option<&'static str> {
        self.conditions().find_map(|condition| match condition {
            Condition::Build(build) => Some(*build),
            _ => None,
        })
    }

    /// The versions that it is about; none if that is no version at all.
    fn timeline(&self) -> Result<Option<Vec<Event>>, Refused> {
        let zero = Event::Introduced("0".to_owned());
        let Some(check) = &self.check else { return Ok(Some(vec![zero])) };
        let version = || {
            let version = terms::version(&check.version).map(str::to_owned);
            version.ok_or_else(|| Refused::broken(format!("{:?} is no version", check.version)))
        };
        let nothing = matches!(&*check.version, "0" | "0:0" | "0:0-0");
        Ok(match check.operation {
            // Oracle writes that nothing is less than nothing where an update brings a package for the first time.
            Operation::Below | Operation::UpTo if nothing => None,
            Operation::Below => Some(vec![zero, Event::Fixed(version()?)]),
            Operation::UpTo => Some(vec![zero, Event::LastAffected(version()?)]),
            Operation::Above if nothing => Some(vec![zero]),
            Operation::Above | Operation::Other => {
                return Err(Refused::broken(format!("{:?} says no upper end of what is affected", self.comment)));
            }
        })
    }
}

/// Why a definition is left out.
struct Refused {
    reason: Reason,
    detail: String,
}

impl Refused {
    fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }

    fn broken(detail: impl Into<String>) -> Self {
        Self::new(Reason::Broken, detail)
    }
}

/// The affected packages of one advisory, each once: a file repeats them for each architecture.
#[derive(Default)]
struct Entries {
    list: Vec<Affected>,
    seen: HashSet<[Box<str>; 4]>,
    tried: usize,
}

impl Entries {
    /// The versions that a statement is about.
    fn add(&mut self, ecosystem: &str, statement: &Statement, status: Status) -> Result<(), Refused> {
        match statement.timeline()? {
            Some(timeline) => self.add_timeline(ecosystem, statement, &timeline, status),
            None => Ok(()),
        }
    }

    /// Every version, whatever a statement says of them.
    fn add_any(&mut self, ecosystem: &str, statement: &Statement, status: Status) -> Result<(), Refused> {
        self.add_timeline(ecosystem, statement, &[Event::Introduced("0".to_owned())], status)
    }

    fn add_timeline(
        &mut self,
        ecosystem: &str,
        statement: &Statement,
        timeline: &[Event],
        status: Status,
    ) -> Result<(), Refused> {
        let modules = statement.modules();
        for name in statement.names.iter() {
            self.tried += 1;
            if self.tried > MAX_STATEMENTS {
                return Err(Refused::new(Reason::TooLarge, format!("says more than {MAX_STATEMENTS} things")));
            }
            let [end, module] = [format!("{:?}", timeline.last()), modules.join(" ")].map(String::into_boxed_str);
            if !self.seen.insert([ecosystem.into(), name.clone(), end, module]) {
                continue;
            }
            self.list.push(Affected {
                ecosystem: ecosystem.to_owned(),
                name: (**name).to_owned(),
                ranges: vec![timeline.to_vec()],
                status,
                modules: modules.clone(),
                ..Affected::default()
            });
        }
        Ok(())
    }

    /// All of them, if there are any.
    fn finish(self) -> Result<Vec<Affected>, Refused> {
        if self.list.is_empty() {
            return Err(Refused::new(Reason::NoPackage, String::new()));
        }
        Ok(self.list)
    }
}

impl Definition {
    /// The id that a publisher's references have.
    fn reference(&self, source: &str) -> Option<&str> {
        let found = self.references.iter().find(|reference| reference.source.eq_ignore_ascii_case(source));
        found.and_then(|reference| terms::id(&reference.id))
    }

    /// The CVEs that it is about: those that it lists, else those that it refers to.
    fn cves(&self) -> Vec<String> {
        let listed = self.vulnerabilities.iter().map(|vulnerability| &vulnerability.id);
        let referred = self.references.iter().map(|reference| &reference.id);
        let mut cves: Vec<String> = Vec::new();
        let mut seen = HashSet::new();
        for cve in listed.chain(referred).filter_map(|id| terms::cve(id)) {
            if seen.insert(cve) {
                cves.push(cve.to_owned());
            }
        }
        cves
    }

    /// An advisory with all that every publisher's definitions have.
    fn advisory(&self, id: String, publisher: &str, affected: Vec<Affected>) -> Advisory {
        let mut ratings: Vec<Rating> = terms::word(&self.severity).into_iter().collect();
        for rating in self.vulnerabilities.iter().flat_map(|vulnerability| &vulnerability.ratings) {
            if !ratings.contains(rating) && ratings.len() < 100 {
                ratings.push(rating.clone());
            }
        }
        let mut weaknesses: Vec<String> = Vec::new();
        for weakness in self.vulnerabilities.iter().flat_map(|vulnerability| &vulnerability.weaknesses) {
            if !weaknesses.contains(weakness) && weaknesses.len() < 100 {
                weaknesses.push(weakness.clone());
            }
        }
        let links = self.references.iter().map(|reference| &reference.url).filter(|url| text::is_link(url));
        let modified = self.updated.clone().or_else(|| self.published.clone()).unwrap_or_default();
        Advisory {
            id,
            publisher: publisher.to_owned(),
            upstream: self.cves(),
            summary: text::summary(&self.title, &self.description),
            details: text::clipped(&self.description),
            published: self.published.clone(),
            modified,
            ratings,
            weaknesses,
            references: links.take(text::MAX_REFERENCES).cloned().collect(),
            affected,
            ..Advisory::default()
        }
    }
}

/// Reads a file: each definition that is about vulnerabilities becomes what `translate` makes of it, or is refused.
fn read(
    file: &File<'_>,
    out: &mut dyn Sink,
    meaning: fn(&Criterion<'_>) -> Role,
    translate: &mut dyn FnMut(&Definition) -> Result<Option<Advisory>, Refused>,
) -> Result<(), Broken> {
    let tables = Tables::read(file.bytes)?;
    let mut reading = None;
    walk(file.bytes, |path, node| {
        let Some(path) = path.strip_prefix(tables::ROOT).and_then(|path| path.strip_prefix("/definitions/definition"))
        else {
            return;
        };
        match (path, node) {
            ("", Node::Open(element)) => reading = Some(Reading::new(&tables, meaning, element)),
            ("", Node::Close) => {
                if let Some(reading) = reading.take() {
                    finish(reading, out, translate);
                }
            }
            (path, node) => {
                if let Some(reading) = &mut reading {
                    reading.visit(path.rsplit('/').next().unwrap_or_default(), node);
                }
            }
        }
    })
}

/// Hands on what a definition has become.
fn finish(
    reading: Reading<'_>,
    out: &mut dyn Sink,
    translate: &mut dyn FnMut(&Definition) -> Result<Option<Advisory>, Refused>,
) {
    let Reading { definition, trouble, .. } = reading;
    // Those of other classes say which product is installed, for others to build on.
    if !matches!(&*definition.class, "patch" | "vulnerability") {
        return;
    }
    let translated = match trouble {
        Some(refused) => Err(refused),
        None => translate(&definition),
    };
    match translated {
        Ok(Some(advisory)) => out.advisory(advisory),
        Ok(None) => {}
        Err(Refused { reason, detail }) => {
            let id = Some(definition.id).filter(|id| !id.is_empty());
            let record = id.unwrap_or_else(|| "a definition without an id".to_owned());
            out.refuse(Refusal { record, reason, detail });
        }
    }
}

/// Criteria that are being read.
struct Group {
    scope: Rc<Scope>,
    /// All have to hold, and not any.
    all: bool,
    /// Nothing is said by what does not hold.
    negated: bool,
    /// Conditions among the children.
    conditions: Vec<Condition>,
    /// Where its statements begin in the list of the definition's.
    first: usize,
}

impl Group {
    fn add(&mut self, condition: Condition) {
        if self.conditions.len() < MAX_CONDITIONS && !self.conditions.contains(&condition) {
            self.conditions.push(condition);
        }
    }
}

/// Reads one definition.
struct Reading<'t> {
    tables: &'t Tables,
    meaning: fn(&Criterion<'_>) -> Role,
    groups: Vec<Group>,
    definition: Definition,
    /// Of the element that is open.
    text: String,
    criteria: usize,
    /// The first thing that is wrong.
    trouble: Option<Refused>,
}

impl<'t> Reading<'t> {
    fn new(tables: &'t Tables, meaning: fn(&Criterion<'_>) -> Role, start: &Element<'_>) -> Self {
        let definition =
            Definition { id: start.attribute("id"), class: start.attribute("class"), ..Definition::default() };
        Self { tables, meaning, groups: Vec::new(), definition, text: String::new(), criteria: 0, trouble: None }
    }

    /// Takes an element, by its name, or a piece of its text.
    fn visit(&mut self, name: &str, node: Node<'_>) {
        match node {
            Node::Open(element) => {
                self.text.clear();
                match name {
                    "criteria" => self.open(element),
                    "criterion" => self.criterion(element),
                    _ => self.definition.open(name, element),
                }
            }
            Node::Text(piece) => append_lines(&mut self.text, piece, text::MAX_DETAILS),
            Node::Close => {
                match name {
                    "criteria" => self.close(),
                    _ => self.definition.close(name, &self.text),
                }
                self.text.clear();
            }
        }
    }

    fn open(&mut self, element: &Element<'_>) {
        let outer = self.groups.last().map(|group| group.scope.clone());
        self.groups.push(Group {
            scope: Rc::new(Scope { outer, conditions: OnceCell::new() }),
            // `AND` is the schema's default.
            all: !element.attribute("operator").eq_ignore_ascii_case("OR"),
            negated: is_true(&element.attribute("negate")),
            conditions: Vec::new(),
            first: self.definition.statements.len(),
        });
    }

    fn criterion(&mut self, element: &Element<'_>) {
        self.criteria += 1;
        let Some(group) = self.groups.last_mut() else { return };
        if self.criteria > MAX_CRITERIA {
            let refused = || Refused::new(Reason::TooLarge, format!("more than {MAX_CRITERIA} criteria"));
            self.trouble.get_or_insert_with(refused);
            return;
        }
        if is_true(&element.attribute("negate")) {
            return;
        }
        let (comment, test) = (element.attribute("comment"), element.attribute("test_ref"));
        let subject = self.tables.subject(&test);
        let criterion = Criterion {
            comment: &comment,
            subject: subject.as_ref().ok().and_then(Option::as_ref),
            dangles: subject.is_err(),
        };
        match (self.meaning)(&criterion) {
            Role::Ignored => {}
            Role::Condition(condition) => group.add(condition),
            Role::Statement => match subject {
                Ok(subject) => {
                    let (names, check) = subject.map(|subject| (subject.names, subject.check)).unwrap_or_default();
                    let scope = group.scope.clone();
                    self.definition.statements.push(Statement { names, check, comment: comment.into(), scope });
                }
                Err(missing) => {
                    self.trouble.get_or_insert_with(|| Refused::broken(missing));
                }
            },
        }
    }

    /// Ends the innermost criteria: their conditions hold for their statements, or, if they have none, for those around.
    fn close(&mut self) {
        let Some(group) = self.groups.pop() else { return };
        let statements = &mut self.definition.statements;
        if group.negated {
            statements.truncate(group.first);
        } else if statements.len() == group.first {
            // Products side by side, or a condition in criteria of its own.
            if let Some(outer) = self.groups.last_mut() {
                group.conditions.into_iter().for_each(|condition| outer.add(condition));
            }
        } else if group.all {
            let _ = group.scope.conditions.set(group.conditions);
        }
    }
}

/// A name that somebody may have given a product.
fn short(text: &str) -> Option<String> {
    (text.len() <= text::MAX_TEXT).then(|| text.to_owned())
}

fn is_true(text: &str) -> bool {
    matches!(text, "true" | "1")
}

impl Definition {
    /// What is said by attributes.
    fn open(&mut self, name: &str, element: &Element<'_>) {
        match name {
            "reference" if self.references.len() < MAX_LIST => self.references.push(Reference {
                source: element.attribute("source"),
                id: element.attribute("ref_id"),
                url: element.attribute("ref_url"),
            }),
            "issued" => self.published = text::rfc3339(&element.attribute("date")),
            "updated" => self.updated = text::rfc3339(&element.attribute("date")),
            "resolution" if self.resolutions.len() < MAX_LIST => {
                self.resolutions.push((element.attribute("state"), Vec::new()));
            }
            "cve" if self.vulnerabilities.len() < MAX_LIST => {
                let [v4, v3, v2] =
                    ["cvss4", "cvss3", "cvss2"].map(|version| terms::vector(&element.attribute(version)));
                let mut weaknesses: Vec<String> =
                    terms::weaknesses(&element.attribute("cwe")).map(str::to_owned).collect();
                weaknesses.truncate(100);
                self.vulnerabilities.push(Vulnerability {
                    id: String::new(),
                    ratings: v4.into_iter().chain(v3.or(v2)).collect(),
                    weaknesses,
                });
            }
            _ => {}
        }
    }

    /// What is said by text.
    fn close(&mut self, name: &str, text: &str) {
        let text = text.trim();
        let first = |field: &mut String| {
            if field.is_empty() {
                text.clone_into(field);
            }
        };
        match name {
            "title" => first(&mut self.title),
            "description" => first(&mut self.description),
            "severity" => first(&mut self.severity),
            "patchable" => first(&mut self.patchable),
            "advisory_id" => first(&mut self.advisory_id),
            "platform" if self.platforms.len() < MAX_LIST => self.platforms.extend(short(text)),
            "cpe" if self.cpes.len() < MAX_LIST => self.cpes.extend(short(text)),
            "public_date" | "advisory_date" if self.published.is_none() => self.published = text::rfc3339(text),
            "component" => {
                if let Some((_, components)) = self.resolutions.last_mut()
                    && components.len() < MAX_LIST
                {
                    components.extend(short(text));
                }
            }
            "cve" => {
                // SUSE adds who rates it: `CVE-2021-29154 at NVD`.
                let id = text.split_ascii_whitespace().next().and_then(terms::cve);
                if let (Some(last), Some(id)) = (self.vulnerabilities.last_mut(), id) {
                    id.clone_into(&mut last.id);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
