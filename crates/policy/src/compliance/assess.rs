//! What becomes of each control of a framework for one report.

use std::collections::{BTreeMap, BTreeSet};

use model::{Assessed, Compliance, ControlStatus, Evidence, Finding, Gap, GapKind, Misconfiguration, Report, What};

use super::catalog::{Catalog, Rule};
use super::framework::{Control, Framework};
use crate::gate::{self, Gate};
use crate::subject::{Kind, Subject};

/// What has to be known besides the report.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// The rules that there are.
    pub catalog: &'a Catalog<'a>,
    /// What was looked for.
    pub looked_for: &'a [Kind],
    /// The time of the report, and what gates need.
    pub gate: gate::Terms<'a>,
}

/// Assesses every control.
pub fn assess(framework: &Framework, report: &Report, terms: Terms<'_>) -> Compliance {
    let seen = Seen::new(report, terms);
    let controls = framework.controls.iter().map(|control| seen.control(&framework.id, control)).collect();
    Compliance {
        framework: framework.id.clone(),
        title: framework.title.clone(),
        version: framework.version.clone(),
        controls,
    }
}

/// Who judges settings.
const SETTINGS: &str = "misconfig";

/// The report, sorted by what controls ask for.
struct Seen<'a> {
    report: &'a Report,
    terms: Terms<'a>,
    assessed: BTreeMap<(&'a str, &'a str), &'a Assessed>,
    settings: BTreeMap<&'a str, Vec<&'a Misconfiguration>>,
    gaps: Vec<Missed<'a>>,
}

/// A gap, and what it may hide.
struct Missed<'a> {
    /// Findings of these kinds; none for all of them.
    kinds: Option<&'static [Kind]>,
    /// Of settings, those in this language, where it is known.
    language: Option<&'a str>,
    gap: &'a Gap,
}

/// What became of one of the ways in which a control is assessed. The first of them decides for the control.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// Something was found.
    Failed,
    /// Something could not be seen, which is said.
    Unseen(String),
    /// Nobody looked, and what would look is said.
    NotLooked(String),
    /// All that was found is set aside.
    Accepted,
    /// There was something to look at, and nothing is wrong with it.
    Passed,
    /// There was nothing to look at.
    Nothing,
}

impl<'a> Seen<'a> {
    fn new(report: &'a Report, terms: Terms<'a>) -> Self {
        let assessed = report.assessed.iter().map(|it| ((&*it.rule, &*it.language), it)).collect();
        let mut settings: BTreeMap<&str, Vec<&Misconfiguration>> = BTreeMap::new();
        for found in report.findings.iter().filter_map(Finding::misconfiguration) {
            settings.entry(&found.rule).or_default().push(found);
        }
        let languages: BTreeMap<_, _> = report
            .inventory
            .items
            .iter()
            .filter_map(|item| match &item.fact.what {
                What::Configuration(file) => Some((&item.fact.place, &*file.language)),
                _ => None,
            })
            .collect();
        // Of a value that is not known the rules that ask for it say themselves that they could not judge.
        let told = |gap: &&Gap| gap.kind != GapKind::UnknownValue || gap.by.0 != SETTINGS;
        // Files that belong to others, such as the values of a chart, are in a language that no rule is about.
        let language = |gap: &Gap| languages.get(&gap.place).copied().filter(|it| terms.catalog.is_language(it));
        let gaps = report.inventory.gaps.iter().filter(told);
        let gaps =
            gaps.map(|gap| Missed { kinds: concerns(gap, terms.catalog), language: language(gap), gap }).collect();
        Self { report, terms, assessed, settings, gaps }
    }

    fn control(&self, framework: &str, control: &Control) -> model::Control {
        let (mut outcomes, mut evidence) = (Vec::new(), Vec::new());
        let rules = self.terms.catalog.of_control(framework, control);
        if !rules.is_empty() {
            outcomes.push(self.settings(&rules, &mut evidence));
        }
        outcomes.extend(control.findings.iter().map(|gate| self.findings(gate, &mut evidence)));
        if control.packages {
            outcomes.push(self.packages(&mut evidence));
        }
        let (status, reason) = match outcomes.into_iter().min() {
            Some(Outcome::Failed) => (ControlStatus::Failed, String::new()),
            Some(Outcome::Accepted) => (ControlStatus::Accepted, String::new()),
            Some(Outcome::Passed) => (ControlStatus::Passed, String::new()),
            Some(Outcome::Unseen(reason) | Outcome::NotLooked(reason)) => (ControlStatus::NotAssessed, reason),
            Some(Outcome::Nothing) => (ControlStatus::NotAssessed, "there is nothing here that it is about".to_owned()),
            None => (ControlStatus::NotAssessed, "it can only be checked by hand".to_owned()),
        };
        model::Control {
            id: control.id.clone(),
            title: control.title.clone(),
            status,
            reason,
            manual: control.manual.clone(),
            evidence,
        }
    }

    /// By rules about settings.
    fn settings(&self, rules: &BTreeSet<Rule<'_>>, evidence: &mut Vec<Evidence>) -> Outcome {
        if let Some(outcome) = self.not_looked(&[Kind::Misconfiguration]) {
            return outcome;
        }
        let languages: BTreeSet<&str> = rules.iter().map(|rule| rule.language).collect();
        let mut by_id: BTreeMap<&str, Evidence> = BTreeMap::new();
        for rule in rules {
            let Some(it) = self.assessed.get(&(rule.id, rule.language)) else { continue };
            let entry = by_id.entry(rule.id).or_insert_with(|| Evidence {
                by: rule.id.to_owned(),
                of: "resources".to_owned(),
                ..Evidence::default()
            });
            entry.examined += it.passed + it.failed + it.unknown;
            entry.failed += it.failed;
            entry.unknown += it.unknown;
        }
        let mut outcomes = vec![Outcome::Nothing];
        for (id, mut entry) in by_id {
            let found = self.settings.get(id).map(Vec::as_slice).unwrap_or_default();
            let active: Vec<_> = found.iter().filter(|it| it.suppressed.is_none()).collect();
            entry.accepted = (found.len() - active.len()) as u64;
            entry.findings = active.iter().take(Evidence::MOST_FINDINGS).map(|it| place(it)).collect();
            // Where more is wrong than can be listed, there may be failures without findings.
            outcomes.push(if !active.is_empty() || entry.failed > 0 && found.is_empty() {
                Outcome::Failed
            } else if entry.unknown > 0 {
                Outcome::Unseen(format!("{id} depends on values that are not known yet"))
            } else if entry.failed > 0 {
                Outcome::Accepted
            } else {
                Outcome::Passed
            });
            evidence.push(entry);
        }
        outcomes.extend(self.unseen(Kind::Misconfiguration, Some(&languages)));
        outcomes.into_iter().min().unwrap_or(Outcome::Nothing)
    }

    /// By what must not be found.
    fn findings(&self, gate: &Gate, evidence: &mut Vec<Evidence>) -> Outcome {
        if let Some(outcome) = self.not_looked(&gate.scope.kinds) {
            return outcome;
        }
        let (mut active, mut accepted) = (BTreeSet::new(), BTreeSet::new());
        for finding in &self.report.findings {
            let subject = Subject { report: self.report, finding };
            if gate.means(&subject, self.terms.gate) {
                let list = if finding.suppressed().is_none() { &mut active } else { &mut accepted };
                list.insert(subject.name());
            }
        }
        let (mut outcomes, mut examined, mut of) = (Vec::new(), 0, Vec::new());
        for &kind in &gate.scope.kinds {
            let (count, what) = self.examined(kind);
            examined += count;
            of.push(what);
            outcomes.push(if count > 0 { Outcome::Passed } else { self.why_nothing(kind) });
            outcomes.extend(self.unseen(kind, None));
        }
        of.dedup();
        if !active.is_empty() {
            outcomes.push(Outcome::Failed);
        } else if !accepted.is_empty() {
            outcomes.push(Outcome::Accepted);
        }
        if examined > 0 || !active.is_empty() {
            evidence.push(Evidence {
                by: gate.words.clone(),
                of: of.join(" and "),
                examined,
                failed: active.len() as u64,
                unknown: 0,
                accepted: accepted.len() as u64,
                findings: active.into_iter().take(Evidence::MOST_FINDINGS).collect(),
            });
        }
        outcomes.into_iter().min().unwrap_or(Outcome::Nothing)
    }

    /// By the list of packages.
    fn packages(&self, evidence: &mut Vec<Evidence>) -> Outcome {
        let examined = self.report.inventory.packages().count() as u64;
        if examined > 0 {
            let (by, of) = ("list of packages".to_owned(), "packages".to_owned());
            evidence.push(Evidence { by, of, examined, ..Evidence::default() });
        }
        let begin = if examined > 0 { Outcome::Passed } else { Outcome::Nothing };
        self.unseen(Kind::Vulnerability, None).into_iter().chain([begin]).min().unwrap_or(Outcome::Nothing)
    }

    /// How many things were looked through for findings of this kind, and what they are.
    fn examined(&self, kind: Kind) -> (u64, &'static str) {
        match kind {
            Kind::Vulnerability => {
                let known = self.report.knowledge.iter().filter(|known| known.advisories > 0 && !known.starter);
                (known.map(|known| known.packages).sum(), "packages")
            }
            Kind::License => (self.report.inventory.packages().count() as u64, "packages"),
            Kind::Secret => (self.report.layers.iter().map(|layer| layer.files).sum(), "files"),
            Kind::EndOfLife => (u64::from(self.report.inventory.distro.is_some()), "releases"),
            Kind::Misconfiguration => {
                (self.report.assessed.iter().map(|it| it.passed + it.failed + it.unknown).sum(), "resources")
            }
        }
    }

    /// Why nothing was looked through.
    fn why_nothing(&self, kind: Kind) -> Outcome {
        let packages = self.report.inventory.packages().count();
        if kind == Kind::Vulnerability && packages > 0 {
            return Outcome::Unseen(format!("there are no advisories to look {packages} packages up in"));
        }
        Outcome::Nothing
    }

    /// The scanner that is missing, if one is.
    fn not_looked(&self, kinds: &[Kind]) -> Option<Outcome> {
        let missing = kinds.iter().find(|kind| !self.terms.looked_for.contains(kind))?;
        let (what, scanner) = match missing {
            Kind::Vulnerability => ("vulnerabilities", "vuln"),
            Kind::EndOfLife => ("ends of releases", "vuln"),
            Kind::Secret => ("secrets", "secret"),
            Kind::Misconfiguration => ("settings", "misconfig"),
            Kind::License => ("licences", "license"),
        };
        Some(Outcome::NotLooked(format!("{what} were not looked for (--scanners {scanner})")))
    }

    /// What of this kind could not be seen; of settings, in these languages.
    fn unseen(&self, kind: Kind, languages: Option<&BTreeSet<&str>>) -> Option<Outcome> {
        let mut gaps = self.gaps.iter().filter(|it| {
            it.kinds.is_none_or(|kinds| kinds.contains(&kind))
                && it.language.is_none_or(|language| languages.is_none_or(|languages| languages.contains(language)))
        });
        let first = gaps.next()?.gap;
        let path = first.place.path.to_text();
        let path = if path.is_empty() { String::new() } else { format!("{path}: ") };
        let more = match gaps.count() {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        Some(Outcome::Unseen(format!("could not be seen: {path}{}{more}", first.detail)))
    }
}

/// The kinds of findings that a gap may hide; none for all of them.
fn concerns(gap: &Gap, catalog: &Catalog<'_>) -> Option<&'static [Kind]> {
    match &*gap.by.0 {
        SETTINGS | "charts" | "configuration" => Some(&[Kind::Misconfiguration]),
        "secrets" => Some(&[Kind::Secret]),
        "licenses" | "license-text" | "license-of-package" | "license-header" => Some(&[Kind::License]),
        "advisories" => Some(&[Kind::Vulnerability, Kind::EndOfLife]),
        by if catalog.is_reader(by) => Some(&[Kind::Vulnerability, Kind::EndOfLife, Kind::License]),
        _ => None,
    }
}

/// Where a setting is: `deploy.yaml:12 default/Deployment/web: spec.hostPID`.
fn place(found: &Misconfiguration) -> String {
    let path = found.place.path.to_text();
    let place = match found.lines.0 {
        _ if path.is_empty() => "configuration of the image".to_owned(),
        0 => path.into_owned(),
        line => format!("{path}:{line}"),
    };
    let attribute = if found.attribute.is_empty() { String::new() } else { format!(": {}", found.attribute) };
    format!("{place} {}{attribute}", found.resource)
}
