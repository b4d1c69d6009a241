//! Gates: what must not be. A gate fails when more findings than it allows meet all of its conditions; what is set aside does
//! not count.
//!
//! What is not known never lets a finding pass that a gate is about, with one exception that is told: a vulnerability without a
//! forecast is not more likely to be exploited than anything.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use model::{ControlStatus, ExposedSecret, Finding, FixState, Report, Severity, Verified, Vulnerability};
use rules::{Node, Wrong};

use crate::baseline::Baseline;
use crate::scope::{self, Scope, each, no};
use crate::subject::{Kind, Subject};

/// Findings that a verdict names.
const NAMED: usize = 3;

/// The keys of a gate in a file, besides those of its scope.
const KEYS: [&str; 13] = [
    "severity",
    "fixed",
    "kev",
    "epss",
    "score",
    "priority",
    "age",
    "verified",
    "new",
    "coverage",
    "compliance",
    "end-of-life",
    "allowed",
];

/// One gate.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    /// What people call it.
    pub name: String,
    /// Its conditions as they are written, for a sentence.
    pub words: String,
    /// Where to look.
    pub scope: Scope,
    /// This bad or worse.
    pub severity: Option<Severity>,
    /// Whether there is a fix.
    pub fixed: Option<bool>,
    /// Whether it is known to be exploited.
    pub kev: Option<bool>,
    /// At least this likely to be exploited soon, from 0 to 1.
    pub epss: Option<f64>,
    /// At least this CVSS score.
    pub score: Option<f64>,
    /// At least this priority.
    pub priority: Option<f64>,
    /// Published at least this long ago.
    pub age: Option<Duration>,
    /// What a secret's provider said of it, any of these.
    pub verified: Vec<Verified>,
    /// Not in the baseline.
    pub new: bool,
    /// Everything has to be seen. Such a gate has no other condition.
    pub coverage: bool,
    /// No control of the frameworks that were asked for may fail. Such a gate has no other condition, either.
    pub compliance: bool,
    /// How many findings are let pass.
    pub allowed: u64,
}

/// What gates need to know besides the reports.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// The time of the reports.
    pub now: Timestamp,
    /// What was there before, where that is known.
    pub baseline: Option<&'a Baseline>,
}

/// A gate that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// In plain words: which gate, by how many findings, the first few of them.
    pub sentence: String,
    /// It failed because not everything could be seen.
    pub incomplete: bool,
}

impl Gate {
    /// `--fail-on`: this bad or worse, whatever it is.
    pub fn fail_on(severity: Severity) -> Self {
        let name = format!("--fail-on {}", severity.word());
        let words = format!("{} or worse", severity.word());
        Self { name, words, severity: Some(severity), ..Self::default() }
    }

    /// `--fail-on compliance`: any control that fails.
    pub fn on_compliance() -> Self {
        let words = "a control that fails".to_owned();
        Self { name: "--fail-on compliance".to_owned(), words, compliance: true, ..Self::default() }
    }

    /// Reads the conditions of a gate.
    pub fn read(name: &str, node: &Node) -> Result<Self, Wrong> {
        let known: Vec<&str> = scope::KEYS.into_iter().chain(KEYS).collect();
        let fields = node.fields(&known)?;
        let mut gate = Self {
            name: name.to_owned(),
            words: words(node)?,
            scope: Scope::read(&fields)?,
            fixed: fields.flag("fixed")?,
            kev: fields.flag("kev")?,
            ..Self::default()
        };
        each(&fields, "severity", |text| {
            let known = Severity::WORST_FIRST.map(Severity::word);
            gate.severity = Some(Severity::from_word(text).ok_or_else(|| no("severity", text, known))?);
            Ok(())
        })?;
        each(&fields, "epss", |text| number(text, 1.0).map(|part| gate.epss = Some(part)))?;
        each(&fields, "score", |text| number(text, 10.0).map(|score| gate.score = Some(score)))?;
        each(&fields, "priority", |text| number(text, 100.0).map(|priority| gate.priority = Some(priority)))?;
        each(&fields, "age", |text| days(text).map(|age| gate.age = Some(age)))?;
        each(&fields, "verified", |text| {
            let verified = Verified::ALL.into_iter().find(|verified| verified.word() == text);
            gate.verified.push(verified.ok_or_else(|| no("answer", text, Verified::ALL.map(Verified::word)))?);
            Ok(())
        })?;
        each(&fields, "allowed", |text| {
            gate.allowed = text.parse().map_err(|_| format!("{text:?} is no number of findings"))?;
            Ok(())
        })?;
        each(&fields, "coverage", |text| match text {
            "complete" => {
                gate.coverage = true;
                Ok(())
            }
            _ => Err(format!("coverage can only be asked to be complete, and not {text:?}")),
        })?;
        each(&fields, "compliance", |text| match text {
            "passed" => {
                gate.compliance = true;
                Ok(())
            }
            _ => Err(format!("compliance can only be asked to be passed, and not {text:?}")),
        })?;
        if let Some(new) = fields.get("new") {
            gate.new = only_true(new)?;
        }
        if let Some(end) = fields.get("end-of-life") {
            only_true(end)?;
            gate.scope.kinds.push(Kind::EndOfLife);
        }
        let entries = node.map()?.len();
        if entries == 0 {
            return Err(node.wrong("a gate without a condition would fail for everything"));
        }
        if (gate.coverage || gate.compliance) && entries > 1 {
            let word = if gate.coverage { "coverage" } else { "compliance" };
            return Err(node.wrong(&format!("{word} stands alone: make another gate of the other conditions")));
        }
        if !Kind::ALL.into_iter().any(|kind| gate.may_stop(kind)) {
            return Err(node.wrong("no finding can meet all of these conditions"));
        }
        Ok(gate)
    }

    /// Whether a finding of this kind can meet all conditions.
    fn may_stop(&self, kind: Kind) -> bool {
        self.scope.may_mean(kind)
            && (!self.asks_vulnerability() || kind == Kind::Vulnerability)
            && (self.verified.is_empty() || kind == Kind::Secret)
            && (self.severity.is_none() || kind != Kind::EndOfLife)
    }

    /// The failure, if it fails for these reports.
    pub fn judge(&self, reports: &[Report], terms: Terms<'_>) -> Option<Failure> {
        if self.coverage {
            let gaps: usize = reports.iter().map(|report| report.inventory.gaps.len()).sum();
            let sentence = format!("{}: could not be seen: {gaps}", self.title());
            return (gaps > 0).then_some(Failure { sentence, incomplete: true });
        }
        if self.compliance {
            return self.judge_compliance(reports);
        }
        // The same package in several places and platforms is one thing to do.
        let mut names = BTreeSet::new();
        let mut first = Vec::new();
        for report in reports {
            for finding in &report.findings {
                let subject = Subject { report, finding };
                if self.stops(&subject, terms) {
                    let name = subject.name();
                    if names.insert(name.clone()) && first.len() < NAMED {
                        first.push(name);
                    }
                }
            }
        }
        self.failure(names.len() as u64, &first)
    }

    /// Controls that fail, of all frameworks.
    fn judge_compliance(&self, reports: &[Report]) -> Option<Failure> {
        let mut names = BTreeSet::new();
        for compliance in reports.iter().flat_map(|report| &report.compliance) {
            let failed = compliance.controls.iter().filter(|control| control.status == ControlStatus::Failed);
            names.extend(failed.map(|control| format!("{} {} ({})", compliance.framework, control.id, control.title)));
        }
        let first: Vec<_> = names.iter().take(NAMED).cloned().collect();
        self.failure(names.len() as u64, &first)
    }

    /// The sentence about so many things, of which these are the first.
    fn failure(&self, count: u64, first: &[String]) -> Option<Failure> {
        if count <= self.allowed {
            return None;
        }
        let mut sentence = format!("{}: {count}", self.title());
        if self.allowed > 0 {
            sentence = format!("{sentence}, where {} may be", self.allowed);
        }
        sentence = format!("{sentence}: {}", first.join("; "));
        if count > NAMED as u64 {
            sentence = format!("{sentence}; and {} more", count - NAMED as u64);
        }
        Some(Failure { sentence, incomplete: false })
    }

    /// `gate exploited (kev: true)`, `high or worse (--fail-on high)`.
    fn title(&self) -> String {
        if self.name.starts_with("--") {
            format!("{} ({})", self.words, self.name)
        } else {
            format!("gate {} ({})", self.name, self.words)
        }
    }

    /// Whether a finding meets all conditions, and counts.
    pub fn stops(&self, subject: &Subject<'_>, terms: Terms<'_>) -> bool {
        subject.finding.suppressed().is_none() && self.means(subject, terms)
    }

    /// Whether a finding meets all conditions, be it set aside or not.
    pub(crate) fn means(&self, subject: &Subject<'_>, terms: Terms<'_>) -> bool {
        let finding = subject.finding;
        // The end of a release has no severity and is stopped only by those that ask for it.
        let is_asked_for = match finding {
            Finding::EndOfLife(end) => end.passed && self.scope.kinds.contains(&Kind::EndOfLife),
            _ => true,
        };
        is_asked_for
            && self.severity.is_none_or(|limit| subject.severity().is_some_and(|severity| severity >= limit))
            && (!self.asks_vulnerability()
                || finding.vulnerability().is_some_and(|found| self.stops_vulnerability(found, terms.now)))
            && (self.verified.is_empty() || finding.secret().is_some_and(|found| self.stops_secret(found)))
            && (!self.new || !terms.baseline.is_some_and(|baseline| baseline.has(subject)))
            && self.scope.means(subject, &self.scope.ids_of(subject))
    }

    /// Whether its provider said of a secret what is asked for. Where nobody asked, nothing was said.
    fn stops_secret(&self, found: &ExposedSecret) -> bool {
        found.verified.is_some_and(|verified| self.verified.contains(&verified))
    }

    /// Whether there are conditions that only vulnerabilities can meet.
    fn asks_vulnerability(&self) -> bool {
        self.fixed.is_some()
            || self.kev.is_some()
            || self.epss.is_some()
            || self.score.is_some()
            || self.priority.is_some()
            || self.age.is_some()
    }

    fn stops_vulnerability(&self, found: &Vulnerability, now: Timestamp) -> bool {
        let likely = found.forecast.as_ref().map(|forecast| f64::from(forecast.probability));
        self.fixed.is_none_or(|fixed| fixed == (found.state == FixState::Fixed))
            && self.kev.is_none_or(|kev| kev == found.exploited.is_some())
            && self.epss.is_none_or(|least| likely.is_some_and(|likely| likely >= least))
            && self.score.is_none_or(|least| score(found) >= least)
            && self.priority.is_none_or(|least| found.priority >= least)
            && self.age.is_none_or(|least| age(found, now).is_none_or(|age| age >= least))
    }

    /// What keeps the gate from telling, for a person: data that it asks for and that no finding has.
    pub fn doubt(&self, reports: &[Report]) -> Option<String> {
        if !self.verified.is_empty() {
            let mut found = reports.iter().flat_map(|report| &report.findings).filter_map(Finding::secret).peekable();
            let untold = found.peek().is_some() && found.all(|found| found.verified.is_none());
            return untold.then(|| {
                format!("{} asks what providers say of secrets, but they were not asked (--verify)", self.title())
            });
        }
        self.epss?;
        let mut found = reports.iter().flat_map(|report| &report.findings).filter_map(Finding::vulnerability);
        let asked = found.clone().next().is_some();
        (asked && found.all(|found| found.forecast.is_none())).then(|| {
            format!("{} asks how likely exploits are, but no vulnerability here has a forecast (EPSS)", self.title())
        })
    }
}

/// The score that counts; where nobody gave one, the worst that its severity can have, and for one that nobody rated any.
fn score(found: &Vulnerability) -> f64 {
    found.score.unwrap_or(match found.severity {
        Severity::Unknown | Severity::Critical => 10.0,
        Severity::High => 8.9,
        Severity::Medium => 6.9,
        Severity::Low => 3.9,
        Severity::Negligible => 0.0,
    })
}

/// How long ago it was published, where that is known.
fn age(found: &Vulnerability, now: Timestamp) -> Option<Duration> {
    let published: Timestamp = found.published.as_deref()?.parse().ok()?;
    Some(now.duration_since(published).try_into().unwrap_or_default())
}

/// The conditions as they are written: `severity: high, fixed: true`.
fn words(node: &Node) -> Result<String, Wrong> {
    let mut words = Vec::new();
    for (key, value) in node.map()? {
        words.push(format!("{key}: {}", value.texts()?.join(" or ")));
    }
    Ok(words.join(", "))
}

fn only_true(node: &Node) -> Result<bool, Wrong> {
    if node.text()? == "true" { Ok(true) } else { Err(node.wrong("true was expected; leave it out otherwise")) }
}

fn number(text: &str, most: f64) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (0.0..=most).contains(number));
    number.ok_or_else(|| format!("{text:?} is no number from 0 to {most}"))
}

/// `30d`, `2w`, `12h`.
fn days(text: &str) -> Result<Duration, String> {
    const UNITS: [(char, u64); 3] = [('h', 3_600), ('d', 86_400), ('w', 604_800)];
    let read = UNITS.iter().find_map(|(unit, seconds)| {
        let number: u64 = text.strip_suffix(*unit)?.parse().ok()?;
        number.checked_mul(*seconds).map(Duration::from_secs)
    });
    read.ok_or_else(|| format!("{text:?} is no length of time: write 30d, 2w or 12h"))
}

#[cfg(test)]
mod tests;
