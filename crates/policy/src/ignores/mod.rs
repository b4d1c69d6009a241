//! Ignores: findings that somebody has looked at and set aside, with the reason, the owner and the day on which to look again.
//!
//! An ignored finding stays in the report and does not count. What an ignore says has to hold as a whole; one that nothing
//! here can judge as a whole is left out and told, since half of it would set aside more than was meant.

mod checkov;
mod grype;
mod osv_scanner;
pub(crate) mod plimsoll;
mod snyk;
mod trivy;
mod trivy_yaml;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use jiff::Timestamp;
use model::{Report, VexStatus};

use crate::scope::{PackagePattern, Scope, ids};
use crate::subject::{Kind, Subject};
use crate::until::Until;

/// Bytes of a file of ignores that are read; more is none.
pub const MOST_BYTES: u64 = 1 << 20;

/// One reason to set findings aside.
#[derive(Clone, Debug, Default)]
pub struct Ignore {
    /// Which findings.
    pub scope: Scope,
    /// Why.
    pub reason: Option<String>,
    /// Who decided it.
    pub owner: Option<String>,
    /// Where it is discussed.
    pub ticket: Option<String>,
    /// How long.
    pub until: Option<Until>,
    /// Why the product is not affected, in a word of VEX.
    pub justification: Option<String>,
    /// The file.
    pub file: String,
    /// The line in it.
    pub line: usize,
}

/// What a file says.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// What it ignores.
    pub ignores: Vec<Ignore>,
    /// What is left out, each with the line and the reason.
    pub refusals: Vec<String>,
}

/// A tool's own form of ignores.
#[derive(Clone, Copy)]
pub struct Form {
    /// The names of its files.
    pub names: &'static [&'static str],
    /// Reads one.
    read: fn(&str) -> Result<Reading, String>,
}

/// The forms that are read. A file of another name is told by what is in it.
pub const FORMS: &[Form] = &[
    Form { names: &[".trivyignore.yaml", ".trivyignore.yml"], read: trivy_yaml::read },
    Form { names: &[".trivyignore"], read: trivy::read },
    Form { names: &[".grype.yaml", ".grype.yml", "grype.yaml"], read: grype::read },
    Form { names: &["osv-scanner.toml"], read: osv_scanner::read },
    Form { names: &[".snyk"], read: snyk::read },
    Form { names: &[".checkov.yaml", ".checkov.yml"], read: checkov::read },
    Form { names: &["plimsoll.yaml"], read: plimsoll::read },
];

/// Reads a file; the name is how it is called in reports. An error begins with the line.
pub fn read(name: &str, text: &str) -> Result<Reading, String> {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let form = FORMS.iter().find(|form| form.names.contains(&base));
    let read = form.map_or_else(|| told_by_content(base, text), |form| form.read);
    let mut reading = read(text)?;
    for ignore in &mut reading.ignores {
        name.clone_into(&mut ignore.file);
    }
    Ok(reading)
}

/// The form of a file with a name of its own.
fn told_by_content(base: &str, text: &str) -> fn(&str) -> Result<Reading, String> {
    let has = |key: &str| text.lines().any(|line| line.trim_end().strip_prefix(key).is_some_and(str::is_empty));
    let extension = base.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "toml" => osv_scanner::read,
        "yaml" | "yml" if has("ignores:") => plimsoll::read,
        "yaml" | "yml" if has("ignore:") => grype::read,
        "yaml" | "yml" if has("skip-check:") || has("skip-path:") => checkov::read,
        "yaml" | "yml" => trivy_yaml::read,
        _ if has("ignore:") => snyk::read,
        _ => trivy::read,
    }
}

/// What became of the ignores, over several reports.
#[derive(Clone, Debug, Default)]
pub struct Ignores {
    all: Vec<Ignore>,
    /// How many findings each set aside.
    used: Vec<u64>,
    /// Whether there was an image that each could be about.
    concerned: Vec<bool>,
    by_id: HashMap<String, Vec<usize>>,
    without_id: Vec<usize>,
    now: Timestamp,
}

impl Ignores {
    /// The ignores that hold at this time.
    pub fn new(ignores: Vec<Ignore>, now: Timestamp) -> Self {
        let mut by_id: HashMap<String, Vec<usize>> = HashMap::new();
        let mut without_id = Vec::new();
        for (index, ignore) in ignores.iter().enumerate().filter(|(_, ignore)| !ignore.is_over(now)) {
            if ignore.scope.ids.is_empty() {
                without_id.push(index);
            }
            for id in &ignore.scope.ids {
                by_id.entry(id.clone()).or_default().push(index);
            }
        }
        let (used, concerned) = (vec![0; ignores.len()], vec![false; ignores.len()]);
        Self { all: ignores, used, concerned, by_id, without_id, now }
    }

    /// Sets aside what is ignored in a report. Of several ignores the first one gives the reason.
    pub fn apply(&mut self, report: &mut Report) {
        if self.all.is_empty() {
            return;
        }
        for (concerned, ignore) in self.concerned.iter_mut().zip(&self.all) {
            *concerned |= ignore.scope.covers_image(report);
        }
        let mut decided = Vec::new();
        for (index, finding) in report.findings.iter().enumerate() {
            let subject = Subject { report, finding };
            let ids = ids(&subject);
            let mut candidates: Vec<usize> =
                ids.iter().filter_map(|id| self.by_id.get(id)).flatten().copied().collect();
            candidates.extend(&self.without_id);
            candidates.sort_unstable();
            candidates.dedup();
            candidates.retain(|&candidate| self.all[candidate].scope.means(&subject, &ids));
            for &candidate in &candidates {
                self.used[candidate] += 1;
            }
            decided.extend(candidates.first().map(|&first| (index, first)));
        }
        for (finding, ignore) in decided {
            report.findings[finding].set_aside(|| self.all[ignore].suppression());
        }
    }

    /// Those that are over, and would set something aside no longer.
    pub fn expired(&self) -> impl Iterator<Item = &Ignore> {
        self.all.iter().filter(|ignore| ignore.is_over(self.now))
    }

    /// Those that hold, are about an image that was looked at and kinds of findings that were looked for, and set nothing
    /// aside.
    pub fn unused<'a>(&'a self, looked_for: &'a [Kind]) -> impl Iterator<Item = &'a Ignore> {
        let each = self.all.iter().zip(&self.used).zip(&self.concerned);
        each.filter(move |((ignore, used), concerned)| {
            let looked_for = looked_for.iter().any(|&kind| ignore.scope.may_mean(kind));
            **used == 0 && **concerned && looked_for && !ignore.is_over(self.now)
        })
        .map(|((ignore, _), _)| ignore)
    }
}

impl Ignore {
    /// Whether it holds no longer.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.until.as_ref().is_some_and(|until| until.is_over(now))
    }

    /// What it ignores, in short: its ids, or else the first condition that it has.
    pub fn name(&self) -> String {
        let scope = &self.scope;
        let texts = [&scope.ids, &scope.licenses].into_iter().flatten().cloned();
        let globs = [&scope.rules, &scope.resources, &scope.secrets, &scope.paths, &scope.images, &scope.layers]
            .into_iter()
            .flatten();
        let packages = scope.packages.iter().map(ToString::to_string);
        let mut names = texts.chain(packages).chain(globs.map(ToString::to_string));
        let first = names.next().unwrap_or_else(|| "everything of a kind".into());
        match names.count() {
            0 => first,
            more => format!("{first} and {more} more"),
        }
    }

    /// What it says about which packages, as package URLs, where it can be said in a VEX statement: of vulnerabilities by
    /// their ids, in a product as a whole or in packages of it. Else what cannot.
    pub fn vex_parts(&self) -> Result<Vec<&str>, &'static str> {
        let scope = &self.scope;
        if scope.ids.is_empty() || !scope.may_mean(Kind::Vulnerability) {
            return Err("it names no vulnerability");
        }
        let elsewhere =
            [&scope.paths, &scope.images, &scope.layers, &scope.resources].into_iter().any(|globs| !globs.is_empty());
        if elsewhere
            || !scope.versions.is_empty()
            || !scope.package_kinds.is_empty()
            || !scope.states.is_empty()
            || scope.removed.is_some()
        {
            return Err("it holds only in some places, which a statement cannot say");
        }
        let parts: Option<Vec<&str>> = scope.packages.iter().map(PackagePattern::purl).collect();
        parts.ok_or("it has a pattern of packages; a statement needs package URLs such as pkg:npm/lodash")
    }

    /// Where it is written: `plimsoll.yaml, line 12`.
    pub fn place(&self) -> String {
        format!("{}, line {}", self.file, self.line)
    }

    /// Why a finding does not count: `ignored: only in tests (ann, OPS-12, until 2026-12-31; plimsoll.yaml, line 12)`.
    fn suppression(&self) -> String {
        let reason = self.reason.as_deref().unwrap_or("without a reason");
        let until = self.until.as_ref().map(|until| format!("until {}", until.text));
        let known: Vec<&str> =
            [&self.owner, &self.ticket, &until].into_iter().filter_map(|text| text.as_deref()).collect();
        let known = if known.is_empty() { String::new() } else { format!("{}; ", known.join(", ")) };
        format!("ignored: {reason} ({known}{})", self.place())
    }
}

/// The label, if it is one of OpenVEX's.
pub(crate) fn justification(text: &str) -> Result<String, String> {
    if VexStatus::JUSTIFICATIONS.contains(&text) {
        Ok(text.to_owned())
    } else {
        Err(crate::scope::no("justification", text, VexStatus::JUSTIFICATIONS))
    }
}
