//! `plimsoll compliance`: which frameworks there are, and how their controls are assessed.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write;

use policy::compliance::{Catalog, Control, FRAMEWORKS, Framework};
use report::one_line;
use serde::Serialize;

use crate::args::{ComplianceCommand, Form};
use crate::compliance::{catalog, open};
use crate::failure::Failure;
use crate::output::{json, written};

/// Rules that are named in a line.
const NAMED: usize = 6;

pub fn run(command: &ComplianceCommand, out: &mut dyn Write) -> Result<(), Failure> {
    match command {
        ComplianceCommand::List { format } => list(*format, out),
        ComplianceCommand::Show { name, format } => show(name, *format, out),
    }
}

/// A framework for programs.
#[derive(Serialize)]
struct FrameworkJson<'a> {
    id: &'a str,
    title: &'a str,
    version: &'a str,
    about: &'a str,
    controls: Vec<ControlJson<'a>>,
}

/// A control for programs, with every rule that assesses it.
#[derive(Serialize)]
struct ControlJson<'a> {
    id: &'a str,
    title: &'a str,
    rules: BTreeSet<&'a str>,
    findings: Vec<&'a str>,
    packages: bool,
    manual: Option<&'a str>,
}

impl<'a> FrameworkJson<'a> {
    fn new(framework: &'a Framework, catalog: &Catalog<'a>) -> Self {
        let control = |control: &'a Control| ControlJson {
            id: &control.id,
            title: &control.title,
            rules: catalog.of_control(&framework.id, control).into_iter().map(|rule| rule.id).collect(),
            findings: control.findings.iter().map(|gate| &*gate.words).collect(),
            packages: control.packages,
            manual: control.manual.as_deref(),
        };
        Self {
            id: &framework.id,
            title: &framework.title,
            version: &framework.version,
            about: &framework.about,
            controls: framework.controls.iter().map(control).collect(),
        }
    }
}

fn list(form: Form, out: &mut dyn Write) -> Result<(), Failure> {
    let catalog = catalog();
    let frameworks: Vec<_> = FRAMEWORKS.iter().map(|(name, _)| open(name, &catalog)).collect::<Result<_, _>>()?;
    let described: Vec<_> = frameworks.iter().map(|framework| FrameworkJson::new(framework, &catalog)).collect();
    if form == Form::Json {
        return written(json(&described, out));
    }
    let width = described.iter().map(|it| it.id.len()).max().unwrap_or_default();
    let mut text = String::new();
    for FrameworkJson { id, title, version, controls, .. } in &described {
        let by_hand = controls.iter().filter(|it| it.is_manual()).count();
        let _ = writeln!(text, "{id:width$}  {title} {version}: {} controls, {by_hand} by hand", controls.len());
    }
    written(out.write_all(text.as_bytes()))
}

impl ControlJson<'_> {
    fn is_manual(&self) -> bool {
        self.rules.is_empty() && self.findings.is_empty() && !self.packages
    }
}

fn show(name: &str, form: Form, out: &mut dyn Write) -> Result<(), Failure> {
    let catalog = catalog();
    let framework = open(name, &catalog)?;
    let described = FrameworkJson::new(&framework, &catalog);
    if form == Form::Json {
        return written(json(&described, out));
    }
    let FrameworkJson { id, title, version, about, controls } = &described;
    let mut text = format!("{} {} ({})\n", one_line(title), one_line(version), one_line(id));
    if !about.is_empty() {
        let _ = writeln!(text, "{}", one_line(about));
    }
    for control in controls {
        let _ = writeln!(text, "\n{}  {}", one_line(control.id), one_line(control.title));
        if !control.rules.is_empty() {
            let first: Vec<_> = control.rules.iter().copied().take(NAMED).collect();
            let more = control.rules.len() - first.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let _ = writeln!(text, "    rules: {}{more}", first.join(", "));
        }
        for words in &control.findings {
            let _ = writeln!(text, "    must not be found: {}", one_line(words));
        }
        if control.packages {
            let _ = writeln!(text, "    packages are listed");
        }
        if let Some(manual) = control.manual {
            let _ = writeln!(text, "    by hand: {}", one_line(manual));
        }
    }
    written(out.write_all(text.as_bytes()))
}
