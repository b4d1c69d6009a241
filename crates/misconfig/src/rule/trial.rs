//! Tries rules on their own examples.

use crate::judge::{Judgement, judge_by};
use crate::rule::Rule;
use crate::{Reading, reader};

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
    let Judgement { failures, unknown, passed } = judge_by(&reading.resources, &[rule]);
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
