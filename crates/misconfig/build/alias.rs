//! Reads the tables of what other tools call our rules: `rules/aliases/<tool>.tsv`, a line for each of their ids, and behind a
//! tabulator the rules of ours that ask the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// In Rust `ALIASES`: of each rule that has some, its other names, sorted.
pub fn read(folder: &Path, known: &BTreeSet<&str>) -> Result<String, Vec<String>> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>())
        .map_err(|error| vec![format!("{}: {error}", folder.display())])?;
    files.sort();
    let (mut of_rules, mut errors): (BTreeMap<String, BTreeSet<String>>, _) = (BTreeMap::new(), Vec::new());
    for file in files {
        let text = fs::read_to_string(&file).unwrap_or_default();
        let mut seen = BTreeSet::new();
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.starts_with('#')) {
            let mut wrong = |what: &str| errors.push(format!("{}: line {number}: {what}", file.display()));
            let Some((foreign, rules)) = line.split_once('\t') else {
                wrong("an id, a tabulator and rules were expected");
                continue;
            };
            if !seen.insert(foreign) {
                wrong("this id is there twice");
            }
            for rule in rules.split(' ') {
                if !known.contains(rule) {
                    wrong(&format!("there is no rule {rule:?}"));
                }
                of_rules.entry(rule.to_owned()).or_default().extend(names(foreign));
            }
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut out = format!("static ALIASES: [(&str, &[&str]); {}] = [\n", of_rules.len());
    for (rule, names) in of_rules {
        let names: Vec<_> = names.into_iter().collect();
        let _ = writeln!(out, "({rule:?}, &{names:?}),");
    }
    Ok(out + "];\n")
}

/// An id, and the forms that Trivy had before and after: `AVD-KSV-0017` is also `KSV-0017` and `KSV017`.
fn names(foreign: &str) -> Vec<String> {
    let mut names = vec![foreign.to_owned()];
    if let Some((provider, number)) = foreign.strip_prefix("AVD-").and_then(|rest| rest.split_once('-')) {
        names.push(format!("{provider}-{number}"));
        if let (Some(short), "DS" | "KSV" | "KCV") = (number.strip_prefix('0'), provider) {
            names.push(format!("{provider}{short}"));
        }
    }
    names
}
