//! The frameworks that a scan is held against: opened before it, so that a wrong name ends it early, and asked when the report
//! is there.

use std::path::Path;

use jiff::Timestamp;
use misconfig::rule;
use model::Report;
use policy::compliance::{self, Catalog, FRAMEWORKS, Framework, Rule};
use policy::gate;
use policy::subject::Kind;

use crate::config;
use crate::exit::Exit;
use crate::failure::Failure;

/// Frameworks, and the rules that there are.
#[derive(Default)]
pub struct Frameworks {
    frameworks: Vec<Framework>,
    catalog: Catalog<'static>,
}

impl Frameworks {
    /// Opens those of these names, or in these files.
    pub fn open(names: &[String]) -> Result<Self, Failure> {
        if names.is_empty() {
            return Ok(Self::default());
        }
        let catalog = catalog();
        let mut frameworks: Vec<Framework> = Vec::new();
        for name in names {
            let framework = open(name, &catalog)?;
            if !frameworks.iter().any(|other| other.id == framework.id) {
                frameworks.push(framework);
            }
        }
        Ok(Self { frameworks, catalog })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.frameworks.is_empty()
    }

    /// Adds to a report what became of each.
    pub fn apply(&self, report: &mut Report, looked_for: &[Kind], now: Timestamp) {
        let terms = compliance::Terms { catalog: &self.catalog, looked_for, gate: gate::Terms { now, baseline: None } };
        report.compliance =
            self.frameworks.iter().map(|framework| compliance::assess(framework, report, terms)).collect();
    }
}

/// Every rule of ours, and who reads packages.
pub fn catalog() -> Catalog<'static> {
    let rules = rule::all().map(|rule| Rule { id: rule.id, language: rule.target.name(), controls: &rule.controls });
    Catalog::new(rules, packages::analyzers().map(|analyzer| analyzer.name))
}

/// The framework of this name, or in this file.
pub fn open(name: &str, catalog: &Catalog<'_>) -> Result<Framework, Failure> {
    if let Some(framework) = compliance::framework(name) {
        return framework.map_err(|why| Failure::usage(format!("the framework {name}, {why}")));
    }
    let is_path =
        name.contains(['/', '\\']) || Path::new(name).extension().is_some_and(|it| it == "yaml" || it == "yml");
    if !is_path {
        let known: Vec<_> = FRAMEWORKS.iter().map(|(name, _)| *name).collect();
        let remedy = format!("there are {}; one of your own is named by its file, ./own.yaml", known.join(", "));
        return Err(Failure::usage(format!("there is no framework {name}")).remedy(remedy));
    }
    let text = config::read(Path::new(name))
        .map_err(|error| Failure::new(Exit::Usage, error).when(format!("cannot read the framework {name}")))?;
    let framework = Framework::read(&text).map_err(|why| Failure::usage(format!("{name}, {why}")))?;
    match framework.check(catalog).first() {
        Some(why) => {
            Err(Failure::usage(format!("{name}, {why}"))
                .remedy("plimsoll config rules list says which rules there are"))
        }
        None => Ok(framework),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn our_frameworks_fit_our_rules() {
        let catalog = catalog();
        for (name, text) in FRAMEWORKS {
            let wrong = Framework::read(text).unwrap().check(&catalog);
            assert!(wrong.is_empty(), "{name}: {wrong:#?}");
        }
    }

    #[test]
    fn rules_name_controls_that_there_are() {
        let frameworks: BTreeMap<&str, Framework> =
            FRAMEWORKS.iter().map(|(name, text)| (*name, Framework::read(text).unwrap())).collect();
        let mut wrong = Vec::new();
        for rule in rule::all() {
            for named in &rule.controls {
                let (name, id) = named.split_once(':').unwrap();
                let known = |framework: &Framework| framework.controls.iter().any(|control| control.id == id);
                if frameworks.get(name).is_some_and(|framework| !known(framework)) {
                    wrong.push(format!("{}: {named}", rule.id));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
