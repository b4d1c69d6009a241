//! Tries rules on their own examples.

use std::path::Path;

use super::read::{self, Entry};
use super::set;
use crate::judge::{Judgement, judge_by};
use crate::rule::Rule;
use crate::{Reading, Target, reader};

/// What became of a file of rules.
#[derive(Debug, Default)]
pub struct Tried {
    /// How many rules it has.
    pub rules: usize,
    /// What is wrong with them, each with its line.
    pub mistakes: Vec<String>,
    /// What the rules find in their bad examples, in one line each.
    pub findings: Vec<String>,
}

/// Tries the rules of a file that lies in a folder `<target>/<service>`.
pub fn file(path: &Path, text: &str) -> Tried {
    let folder = |path: Option<&Path>| Some(path?.file_name()?.to_str()?.to_owned());
    let service = folder(path.parent()).unwrap_or_default();
    let target = folder(path.parent().and_then(Path::parent)).unwrap_or_default();
    let wrong = |mistake: String| Tried { mistakes: vec![mistake], ..Tried::default() };
    let Some(target) = Target::from_name(&target) else {
        return wrong("it lies in no folder <target>/<service>".to_owned());
    };
    let document = match rules::parse(text) {
        Ok(document) => document,
        Err(error) => return wrong(error),
    };
    let mut entries = match read::entries(&document, target, &service) {
        Ok(entries) => entries,
        Err(error) => return wrong(error),
    };
    // Words that another file has are no mistake here; the build sees all files.
    let mut mistakes = set::complete(&mut entries);
    mistakes.retain(|error| !error.ends_with("has a title"));
    for Entry { line, rule, bad, good, .. } in &entries {
        let found = self::mistakes(rule, bad, good);
        mistakes.extend(found.into_iter().map(|mistake| format!("line {line}: {} {mistake}", rule.id)));
    }
    let findings = entries.iter().flat_map(findings).collect();
    Tried { rules: entries.len(), mistakes, findings }
}

fn findings(entry: &Entry<'_>) -> Vec<String> {
    let Some(read) = reader(entry.rule.target) else { return Vec::new() };
    let mut lines = Vec::new();
    for bad in &entry.bad {
        let reading = read(bad.as_bytes(), 0);
        for failure in judge_by(&reading.resources, &[&entry.rule]).failures {
            let (cause, resource) = (failure.cause, &reading.resources[failure.resource].address);
            let (id, line, path) = (entry.rule.id, cause.span.first, cause.path);
            let found = cause.found.as_deref().unwrap_or("not set");
            lines.push(format!("{id} {resource} line {line}: {path} is {found}; expected {}", cause.expected));
        }
    }
    lines
}

/// What is wrong with a rule or its examples: nothing, where in each bad example a resource fails, and in each good one the
/// rule applies and all pass.
pub fn mistakes(rule: &Rule<'_>, bad: &[&str], good: &[&str]) -> Vec<String> {
    let Some(read) = reader(rule.target) else {
        return vec![format!("there is no reader of {} yet", rule.target.name())];
    };
    let mut mistakes = Vec::new();
    let examples = bad.iter().map(|text| (true, text)).chain(good.iter().map(|text| (false, text)));
    for (index, (is_bad, text)) in examples.enumerate() {
        let (word, number) = if is_bad { ("bad", index + 1) } else { ("good", index + 1 - bad.len()) };
        if let Some(mistake) = mistake(rule, is_bad, &read(text.as_bytes(), 0)) {
            mistakes.push(format!("{word} example {number} {mistake}"));
        }
    }
    mistakes
}

fn mistake(rule: &Rule<'_>, is_bad: bool, reading: &Reading) -> Option<String> {
    if let Some(gap) = reading.gaps.first() {
        return Some(format!("cannot be read: {}", gap.what));
    }
    let Judgement { failures, unknown, tallies, .. } = judge_by(&reading.resources, &[rule]);
    let passed: u64 = tallies.values().map(|tally| tally.passed).sum();
    if let Some(unknown) = unknown.first() {
        return Some(format!("depends on an unknown value: {}", unknown.cause.path));
    }
    match (is_bad, failures.first()) {
        (true, None) if passed == 0 => {
            let kinds: Vec<_> = reading.resources.iter().map(|resource| &*resource.kind).collect();
            Some(format!("has no resource that the rule applies to; there are {}", kinds.join(", ")))
        }
        (true, None) => Some("passes".to_owned()),
        (false, Some(failure)) => {
            let (cause, resource) = (&failure.cause, &reading.resources[failure.resource].address);
            let found = cause.found.as_deref().unwrap_or("nothing");
            let (path, line) = (&cause.path, cause.span.first);
            Some(format!("fails: {resource} line {line}: {path} is {found}, expected {}", cause.expected))
        }
        (false, None) if passed == 0 => Some("passes only because the rule does not apply".to_owned()),
        _ => None,
    }
}
