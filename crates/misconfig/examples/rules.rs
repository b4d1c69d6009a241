//! Tries files of rules on their own examples, without building them in: `rules PATH…`, each a file or a folder below
//! `rules/<target>/<service>/`. With `--show` it also says what is found in each bad example.
#![expect(clippy::print_stdout, reason = "a program of its own")]

use std::path::{Path, PathBuf};
use std::{env, fs, process};

use misconfig::rule::trial;

fn main() {
    let (flags, paths): (Vec<_>, Vec<_>) = env::args().skip(1).partition(|argument| argument == "--show");
    let mut files = Vec::new();
    for path in &paths {
        listed(Path::new(path), &mut files);
    }
    files.sort();
    let (mut rules, mut mistakes) = (0, 0);
    for file in &files {
        let tried = trial::file(file, &fs::read_to_string(file).unwrap_or_default());
        rules += tried.rules;
        mistakes += tried.mistakes.len();
        for mistake in tried.mistakes {
            println!("{}: {mistake}", file.display());
        }
        if !flags.is_empty() {
            tried.findings.iter().for_each(|line| println!("{line}"));
        }
    }
    println!("{rules} rules in {} files, {mistakes} mistakes", files.len());
    process::exit(i32::from(mistakes > 0));
}

fn listed(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let inside = fs::read_dir(path).into_iter().flatten().flatten();
        inside.for_each(|entry| listed(&entry.path(), files));
    } else if path.extension().is_some_and(|extension| extension == "yaml") {
        files.push(path.to_owned());
    }
}
