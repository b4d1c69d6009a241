//! Mends configuration where a rule says how: edits of the text by the place of each value, so that comments and the way in which
//! a file is written stay. What was mended is judged again, and what would not pass is left as it was.

mod dockerfile;
mod hcl;
#[cfg(test)]
mod tests;
mod yaml;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use model::{Configuration, Fact, Inventory, Item, Misconfiguration, What};

use crate::detector;
use crate::judge::{Failure, Judgement, judge};
use crate::rule::{Change, Path, Rule};
use crate::{Resource, Target};

/// A file, before and after.
#[derive(Debug)]
pub struct Mended {
    /// Its path.
    pub path: String,
    /// As it was.
    pub before: String,
    /// As it is mended.
    pub after: String,
    /// What was mended.
    pub fixes: Vec<Fix>,
}

/// A change that was made, or that could not be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fix {
    /// The rule.
    pub rule: &'static str,
    /// The resource.
    pub address: String,
    /// The line on which it was found.
    pub line: u32,
}

/// What could not be mended, though its rule says how.
#[derive(Debug)]
pub struct Left {
    /// The file.
    pub path: String,
    /// What.
    pub fix: Fix,
    /// Why not.
    pub why: &'static str,
}

/// Whether a scalar is a number or a truth value, which no language puts into quotes.
fn is_bare(text: &str) -> bool {
    matches!(text, "true" | "false") || !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Where a change has to be made.
struct Site<'s> {
    /// The resource's number in its file.
    ordinal: usize,
    /// The first line of the resource.
    line: u32,
    /// The way from the resource to where the rule looks.
    object: &'s str,
}

/// What does not pass after it was mended: a rule in a file, by its number.
type Refused = BTreeSet<(usize, &'static str)>;

/// Mends all files of an inventory, as far as it is `wanted`: for a rule, a path and a line.
pub fn fix(inventory: &Inventory, wanted: impl Fn(&str, &str, u32) -> bool) -> (Vec<Mended>, Vec<Left>) {
    let files = detector::files(inventory);
    let resources = detector::resources(&files);
    let judgement = judge(&resources);
    let before = Count::of(&resources, &judgement);
    let mut refused = Refused::new();
    // Each round refuses something that it had done, so there are no more rounds than rules that failed.
    loop {
        let (mended, left) = apply(&files, &resources, &judgement, &wanted, &refused);
        let failed = what_fails(&files, &before, &mended);
        if failed.is_empty() {
            return (mended.into_values().filter(|file| file.after != file.before).collect(), left);
        }
        refused.extend(failed);
    }
}

/// Makes every change that is wanted and not refused.
fn apply(
    files: &[(&Item, &Configuration)],
    resources: &[Resource],
    judgement: &Judgement<'static>,
    wanted: impl Fn(&str, &str, u32) -> bool,
    refused: &Refused,
) -> (BTreeMap<usize, Mended>, Vec<Left>) {
    let (mut mended, mut left): (BTreeMap<usize, Mended>, Vec<Left>) = (BTreeMap::new(), Vec::new());
    let mut done = BTreeSet::new();
    let mut failures: Vec<_> = judgement.failures.iter().filter(|failure| !failure.rule.change.is_empty()).collect();
    // From the end of each file to its beginning, so that what is added moves nothing that is still to be changed.
    failures.sort_by_key(|failure| Reverse(resources[failure.resource].body.span.first));
    for failure in failures {
        let resource = &resources[failure.resource];
        let Some((item, file)) = files.get(resource.file) else { continue };
        let path = item.fact.place.path.to_text();
        let line = failure.cause.span.first;
        if !wanted(failure.rule.id, &path, line) || !done.insert((failure.rule.id, failure.resource, &failure.object)) {
            continue;
        }
        let fix = Fix { rule: failure.rule.id, address: resource.address.clone(), line };
        let Ok(before) = std::str::from_utf8(&file.content) else { continue };
        let entry = mended.entry(resource.file).or_insert_with(|| Mended {
            path: path.to_string(),
            before: before.to_owned(),
            after: before.to_owned(),
            fixes: Vec::new(),
        });
        let changed = if refused.contains(&(resource.file, failure.rule.id)) {
            Err("the change would not have mended it")
        } else {
            change(failure, resources, &entry.after)
        };
        match changed {
            Ok(after) => {
                entry.after = after;
                entry.fixes.push(fix);
            }
            Err(why) => left.push(Left { path: path.into_owned(), fix, why }),
        }
    }
    mended.retain(|_, file| !file.fixes.is_empty());
    for file in mended.values_mut() {
        file.fixes.sort_by_key(|fix| fix.line);
    }
    left.sort_by(|a, b| (&a.path, &a.fix).cmp(&(&b.path, &b.fix)));
    (mended, left)
}

/// How much there is in each file, and how often each rule fails there.
#[derive(Default)]
struct Count {
    resources: BTreeMap<usize, usize>,
    failures: BTreeMap<(usize, &'static str), BTreeSet<(usize, String)>>,
}

impl Count {
    fn of(resources: &[Resource], judgement: &Judgement<'static>) -> Self {
        let mut count = Self::default();
        for resource in resources {
            *count.resources.entry(resource.file).or_default() += 1;
        }
        for failure in &judgement.failures {
            let places = count.failures.entry((resources[failure.resource].file, failure.rule.id)).or_default();
            places.insert((failure.resource, failure.object.clone()));
        }
        count
    }

    fn resources(&self, file: usize) -> usize {
        self.resources.get(&file).copied().unwrap_or_default()
    }

    fn failures(&self, file: usize, rule: &'static str) -> usize {
        self.failures.get(&(file, rule)).map_or(0, BTreeSet::len)
    }
}

/// Judges again what was mended: the rules that still fail, all of a file in which something cannot be read any more.
fn what_fails(files: &[(&Item, &Configuration)], before: &Count, mended: &BTreeMap<usize, Mended>) -> Refused {
    let changed = files.iter().enumerate().map(|(index, (item, file))| {
        let content = mended.get(&index).map_or_else(|| file.content.clone(), |it| it.after.clone().into_bytes());
        let what = What::Configuration(Configuration { language: file.language.clone(), content });
        Item { fact: Fact { what, ..item.fact.clone() }, ..(*item).clone() }
    });
    let again = Inventory { items: changed.collect(), ..Inventory::default() };
    let resources = detector::resources(&detector::files(&again));
    let after = Count::of(&resources, &judge(&resources));
    let mut failed = Refused::new();
    for (index, file) in mended {
        let is_whole = after.resources(*index) >= before.resources(*index);
        for fix in &file.fixes {
            let fixed = file.fixes.iter().filter(|other| other.rule == fix.rule).count();
            let passes = after.failures(*index, fix.rule) + fixed <= before.failures(*index, fix.rule);
            if !is_whole || !passes {
                failed.insert((*index, fix.rule));
            }
        }
    }
    failed
}

/// The text with the changes that a failed rule asks for.
fn change(failure: &Failure<'_>, resources: &[Resource], text: &str) -> Result<String, &'static str> {
    let resource = &resources[failure.resource];
    let ordinal = resources[..failure.resource].iter().filter(|other| other.file == resource.file).count();
    let site = Site { ordinal, line: resource.body.span.first, object: &failure.object };
    changed(failure.rule, resource.target, &site, text)
}

fn changed(rule: &Rule<'_>, target: Target, site: &Site<'_>, text: &str) -> Result<String, &'static str> {
    let mut text = text.to_owned();
    for change in &rule.change {
        text = match (target, change) {
            (Target::Kubernetes, Change::Set(keys, to)) => {
                let object = Path::parse(site.object).map_err(|_| "the place of the attribute cannot be told")?;
                yaml::set(&text, site.ordinal, &object.steps, keys, to)?
            }
            (Target::Terraform, Change::Set(keys, to)) => hcl::set(&text, site.line, keys, to)?,
            (Target::Dockerfile, change) => dockerfile::change(&text, site.line, change)?,
            _ => return Err("nothing writes this language"),
        };
    }
    Ok(text)
}

/// The findings that somebody set aside are not mended: whether a finding is one.
pub fn is_aside(found: &Misconfiguration, rule: &str, path: &str, line: u32) -> bool {
    found.suppressed.is_some() && found.rule == rule && found.lines.0 == line && found.place.path.to_text() == path
}
