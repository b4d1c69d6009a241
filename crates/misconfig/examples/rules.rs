//! Tries files of rules on their own examples, without building them in: `rules PATH…`, each a file or a folder below
//! `rules/<target>/<service>/`. With `--show` it also says what each bad example's finding is.
#![expect(clippy::print_stdout, reason = "a program of its own")]

use std::path::{Path, PathBuf};
use std::{env, fs, process};

use misconfig::rule::{read, set, trial};
use misconfig::{Target, judge, reader};

fn main() {
    let (flags, paths): (Vec<_>, Vec<_>) = env::args().skip(1).partition(|argument| argument == "--show");
    let mut files = Vec::new();
    for path in &paths {
        listed(Path::new(path), &mut files);
    }
    files.sort();
    let (mut rules, mut mistakes) = (0, 0);
    let documents: Vec<_> = files.iter().map(|file| (file, fs::read_to_string(file).unwrap_or_default())).collect();
    for (file, text) in &documents {
        for line in try_file(file, text, !flags.is_empty(), &mut rules) {
            println!("{}: {line}", file.display());
            mistakes += 1;
        }
    }
    println!("{rules} rules in {} files, {mistakes} mistakes", files.len());
    process::exit(i32::from(mistakes > 0));
}

fn try_file(file: &Path, text: &str, show: bool, rules: &mut usize) -> Vec<String> {
    let folder = |path: Option<&Path>| Some(path?.file_name()?.to_str()?.to_owned());
    let service = folder(file.parent()).unwrap_or_default();
    let target = folder(file.parent().and_then(Path::parent)).unwrap_or_default();
    let Some(target) = Target::from_name(&target) else {
        return vec!["it lies in no folder <target>/<service>".to_owned()];
    };
    let document = match rules::parse(text) {
        Ok(document) => document,
        Err(error) => return vec![error],
    };
    let mut entries = match read::entries(&document, target, &service) {
        Ok(entries) => entries,
        Err(error) => return vec![error],
    };
    // Words that another file has are no mistake here; the build sees all files.
    let mut found = set::complete(&mut entries);
    found.retain(|error| !error.ends_with("has a title"));
    *rules += entries.len();
    for entry in &entries {
        let mistakes = trial::mistakes(&entry.rule, &entry.bad, &entry.good);
        found.extend(mistakes.into_iter().map(|mistake| format!("line {}: {} {mistake}", entry.line, entry.rule.id)));
        let Some(read) = reader(target).filter(|_| show) else { continue };
        for bad in &entry.bad {
            let reading = read(bad.as_bytes(), 0);
            for failure in judge::judge_by(&reading.resources, &[&entry.rule]).failures {
                let (cause, resource) = (failure.cause, &reading.resources[failure.resource].address);
                let (id, line, path) = (entry.rule.id, cause.span.first, cause.path);
                let found = cause.found.as_deref().unwrap_or("not set");
                println!("{id} {resource} line {line}: {path} is {found}; expected {}", cause.expected);
            }
        }
    }
    found
}

fn listed(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let inside = fs::read_dir(path).into_iter().flatten().flatten();
        inside.for_each(|entry| listed(&entry.path(), files));
    } else if path.extension().is_some_and(|extension| extension == "yaml") {
        files.push(path.to_owned());
    }
}
