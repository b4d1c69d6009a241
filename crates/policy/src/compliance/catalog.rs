//! The rules about settings that there are, by their ids and by the controls that they name.

use std::collections::{BTreeMap, BTreeSet};

use super::framework::{Control, Pattern};

/// A rule about settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule<'a> {
    /// Its id. Rules of several languages share it where they ask for the same.
    pub id: &'a str,
    /// The language of the resources.
    pub language: &'a str,
    /// The controls that it names: `cis-docker:4.1`.
    pub controls: &'a [&'a str],
}

/// The rules about settings that there are, and who reads packages.
#[derive(Debug, Default)]
pub struct Catalog<'a> {
    rules: Vec<Rule<'a>>,
    by_control: BTreeMap<&'a str, Vec<usize>>,
    languages: BTreeSet<&'a str>,
    readers: BTreeSet<&'a str>,
}

impl<'a> Catalog<'a> {
    /// Of these rules. `readers` are the names of those who read packages: what they could not see is no gap in settings.
    pub fn new(rules: impl IntoIterator<Item = Rule<'a>>, readers: impl IntoIterator<Item = &'a str>) -> Self {
        let mut rules: Vec<_> = rules.into_iter().collect();
        rules.sort_unstable();
        let mut by_control: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, rule) in rules.iter().enumerate() {
            for control in rule.controls {
                by_control.entry(control).or_default().push(index);
            }
        }
        let languages = rules.iter().map(|rule| rule.language).collect();
        Self { rules, by_control, languages, readers: readers.into_iter().collect() }
    }

    /// The rules that a pattern means.
    pub fn matching(&self, pattern: &Pattern) -> &[Rule<'a>] {
        let begin = self.rules.partition_point(|rule| rule.id < pattern.text());
        let count = self.rules[begin..].iter().take_while(|rule| pattern.matches(rule.id)).count();
        &self.rules[begin..begin + count]
    }

    /// The rules that name a control: `cis-docker:4.1`.
    pub fn naming(&self, control: &str) -> impl Iterator<Item = Rule<'a>> {
        self.by_control.get(control).into_iter().flatten().map(|index| self.rules[*index])
    }

    /// The rules by which a control is assessed, each once for each language.
    pub fn of_control(&self, framework: &str, control: &Control) -> BTreeSet<Rule<'a>> {
        let own = format!("{framework}:{}", control.id);
        let names = std::iter::once(&own).chain(&control.like);
        let naming = names.flat_map(|name| self.naming(name));
        let listed = control.rules.iter().flat_map(|pattern| self.matching(pattern)).copied();
        naming.chain(listed).collect()
    }

    /// Whether a rule is about resources in this language.
    pub(super) fn is_language(&self, name: &str) -> bool {
        self.languages.contains(name)
    }

    /// Whether this is somebody who reads packages.
    pub(super) fn is_reader(&self, name: &str) -> bool {
        self.readers.contains(name)
    }
}
