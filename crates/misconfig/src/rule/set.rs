//! What only all rules together show: ids that are there twice, words that one target has and others share.

use std::collections::{BTreeMap, BTreeSet};

use super::read::Entry;

/// Gives every entry its words, and says what does not fit together.
pub fn complete(entries: &mut [Entry<'_>]) -> Vec<String> {
    let mut errors = Vec::new();
    let mut words = BTreeMap::new();
    let mut targets = BTreeSet::new();
    for entry in &*entries {
        let rule = &entry.rule;
        if !targets.insert((rule.id, rule.target)) {
            errors.push(format!("{}: two rules for {} have this id", rule.id, rule.target.name()));
        }
        let own = (
            rule.title,
            rule.why,
            rule.severity,
            rule.fix,
            rule.references.clone(),
            rule.cwe.clone(),
            rule.controls.clone(),
        );
        if entry.own_words && words.insert(rule.id, own).is_some() {
            errors.push(format!("{}: the words of this rule are there twice", rule.id));
        }
    }
    for Entry { rule, own_words, .. } in entries {
        if *own_words {
            continue;
        }
        let Some((title, why, severity, fix, references, cwe, controls)) = words.get(rule.id) else {
            errors.push(format!("{}: no rule of this id has a title", rule.id));
            continue;
        };
        (rule.title, rule.why, rule.severity, rule.fix) = (title, why, severity, fix);
        rule.references.extend(references);
        rule.cwe.extend(cwe);
        rule.controls.extend(controls);
    }
    errors
}
