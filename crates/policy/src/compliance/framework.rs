//! A framework as it is written: which controls it has, and how each of them can be assessed.

use rules::{Node, Wrong};

use super::Catalog;
use crate::gate::Gate;
use crate::subject::Kind;

/// More controls than any framework has.
const MOST_CONTROLS: usize = 2000;

/// A framework.
#[derive(Clone, Debug)]
pub struct Framework {
    /// The name that it is asked for.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Which version is meant.
    pub version: String,
    /// What it is for, and what of it is looked at.
    pub about: String,
    /// Its controls, in its order.
    pub controls: Vec<Control>,
}

/// A control, and how it can be assessed.
#[derive(Clone, Debug)]
pub struct Control {
    /// Its number.
    pub id: String,
    /// What it asks for.
    pub title: String,
    /// Rules about settings that assess it, besides those that name it.
    pub rules: Vec<Pattern>,
    /// Controls of other frameworks: rules that name one of them assess this one as well.
    pub like: Vec<String>,
    /// What must not be found.
    pub findings: Vec<Gate>,
    /// There has to be a complete list of packages.
    pub packages: bool,
    /// What has to be checked by hand.
    pub manual: Option<String>,
}

/// An id of a rule, or how several begin: `PLM-AWS-S3-*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    is_prefix: bool,
}

impl Pattern {
    /// Reads it.
    pub fn new(text: &str) -> Result<Self, String> {
        let (text, is_prefix) = text.strip_suffix('*').map_or((text, false), |prefix| (prefix, true));
        if text.is_empty() || text.contains('*') {
            return Err("a rule is named by its id, or by how it begins: PLM-AWS-S3-*".to_owned());
        }
        Ok(Self { text: text.to_owned(), is_prefix })
    }

    /// The id, or how it begins.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it means the rule of this id.
    pub fn matches(&self, id: &str) -> bool {
        if self.is_prefix { id.starts_with(&self.text) } else { id == self.text }
    }
}

impl Framework {
    /// Reads a file.
    pub fn read(text: &str) -> Result<Self, Wrong> {
        let node = rules::parse(text)?;
        let fields = node.fields(&["id", "title", "version", "about", "controls"])?;
        let id = fields.text("id")?;
        let is_word = |text: &str| text.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-');
        if id.is_empty() || !is_word(id) {
            return Err(fields.need("id")?.wrong("a name of lower-case letters, digits and dashes was expected"));
        }
        let list = fields.need("controls")?.list()?;
        if list.is_empty() || list.len() > MOST_CONTROLS {
            return Err(fields.need("controls")?.wrong(&format!("from 1 to {MOST_CONTROLS} controls were expected")));
        }
        let mut controls: Vec<Control> = Vec::with_capacity(list.len());
        for entry in list {
            let control = Control::read(entry)?;
            if controls.iter().any(|other| other.id == control.id) {
                return Err(entry.wrong(&format!("there are two controls {}", control.id)));
            }
            controls.push(control);
        }
        Ok(Self {
            id: id.to_owned(),
            title: fields.text("title")?.to_owned(),
            version: fields.text("version")?.to_owned(),
            about: fields.optional("about")?.unwrap_or_default().trim().to_owned(),
            controls,
        })
    }

    /// What does not fit the rules that there are: a pattern that means none, and a control that nothing assesses.
    pub fn check(&self, catalog: &Catalog<'_>) -> Vec<String> {
        let mut wrong = Vec::new();
        for control in &self.controls {
            for pattern in &control.rules {
                if catalog.matching(pattern).is_empty() {
                    wrong.push(format!("control {}: no rule is called {}", control.id, pattern.text()));
                }
            }
            for like in control.like.iter().filter(|like| catalog.naming(like).next().is_none()) {
                wrong.push(format!("control {}: no rule names the control {like}", control.id));
            }
            let is_assessed = control.packages || control.manual.is_some() || !control.findings.is_empty();
            if !is_assessed && catalog.of_control(&self.id, control).is_empty() {
                wrong.push(format!(
                    "control {}: nothing assesses it; say in \"manual\" how it is checked by hand",
                    control.id
                ));
            }
        }
        wrong
    }
}

impl Control {
    fn read(node: &Node) -> Result<Self, Wrong> {
        let fields = node.fields(&["id", "title", "rules", "like", "findings", "packages", "manual"])?;
        let mut rules = Vec::new();
        for text in fields.texts("rules")? {
            rules.push(Pattern::new(text).map_err(|why| node.wrong(&why))?);
        }
        let mut findings = Vec::new();
        for entry in fields.get("findings").map(Node::list).transpose()?.unwrap_or_default() {
            let gate = Gate::read(fields.text("id")?, entry)?;
            // Without it nobody could say what has to be looked for.
            if gate.scope.kinds.is_empty() {
                return Err(entry.wrong(&format!("\"kind\" is missing: {}", Kind::ALL.map(Kind::word).join(", "))));
            }
            if gate.new || gate.allowed > 0 {
                return Err(entry.wrong("a control knows neither a baseline nor exceptions"));
            }
            findings.push(gate);
        }
        let packages = match fields.get("packages") {
            None => false,
            Some(node) if node.text()? == "listed" => true,
            Some(node) => return Err(node.wrong("packages can only be asked to be listed")),
        };
        let manual = fields.optional("manual")?.map(|text| text.trim().to_owned());
        if manual.as_deref().is_some_and(str::is_empty) {
            return Err(fields.need("manual")?.wrong("it says nothing"));
        }
        let (id, title) = (fields.text("id")?.to_owned(), fields.text("title")?.to_owned());
        let like = fields.texts("like")?.into_iter().map(str::to_owned).collect();
        Ok(Self { id, title, rules, like, findings, packages, manual })
    }
}
