//! Checks the rules in `rules/` and packs them: one blob of their binary forms, and a table that says which rules a kind of
//! resource has and where they begin, so that starting up parses nothing and a rule that nobody needs is never unpacked.
//! A file that breaks a rule of the format ends the build, with its name and line.

use std::path::{Path, PathBuf};
use std::{env, fs, process};

mod alias;
mod pack;
mod pattern;

#[path = "../src/rule/change.rs"]
mod change;
#[path = "../src/rule/condition.rs"]
mod condition;
#[path = "../src/rule/kind.rs"]
mod kind;
#[path = "../src/rule/path.rs"]
mod path;
#[allow(dead_code, reason = "the build names files, not lines")]
#[path = "../src/rule/read.rs"]
mod read;
#[path = "../src/rule/set.rs"]
mod set;
#[path = "../src/target.rs"]
mod target;

use target::Target;

fn main() {
    for input in ["build", "rules", "src/rule", "src/target.rs"] {
        println!("cargo::rerun-if-changed={input}");
    }
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    if let Err(errors) = run(&here.join("rules"), &out) {
        // All at once: whoever writes rules mends several files between two builds.
        for error in &errors {
            println!("cargo::error={error}");
        }
        process::exit(1);
    }
}

fn run(folder: &Path, out: &Path) -> Result<(), Vec<String>> {
    let text = |error: std::io::Error| vec![error.to_string()];
    let mut files = Vec::new();
    for target in folders(folder).map_err(text)? {
        for service in folders(&target).map_err(text)? {
            files.extend(
                listed(&service)
                    .map_err(text)?
                    .into_iter()
                    .filter(|path| path.extension().is_some_and(|it| it == "yaml")),
            );
        }
    }
    let mut errors = Vec::new();
    let mut documents = Vec::new();
    for file in &files {
        let read = fs::read_to_string(file).map_err(|error| error.to_string());
        match read.and_then(|content| rules::parse(&content)) {
            Ok(document) => documents.push((file, document)),
            Err(error) => errors.push(format!("{}: {error}", file.display())),
        }
    }
    let mut entries = Vec::new();
    for (file, document) in &documents {
        let name =
            |path: Option<&'_ Path>| path.and_then(Path::file_name).and_then(|name| name.to_str().map(str::to_owned));
        let service = name(file.parent()).unwrap_or_default();
        let target = name(file.parent().and_then(Path::parent)).unwrap_or_default();
        let Some(target) = Target::from_name(&target) else {
            errors.push(format!("{}: {target:?} is no target", file.display()));
            continue;
        };
        // The names of folders live as long as the documents, which live until the end.
        match read::entries(document, target, service.leak()) {
            Ok(read) => entries.extend(read),
            Err(error) => errors.push(format!("{}: {error}", file.display())),
        }
    }
    errors.extend(set::complete(&mut entries));
    let known = entries.iter().map(|entry| entry.rule.id).collect();
    let aliases = alias::read(&folder.join("aliases"), &known).unwrap_or_else(|wrong| {
        errors.extend(wrong);
        String::new()
    });
    if !errors.is_empty() {
        return Err(errors);
    }
    entries.sort_by_key(|entry| (entry.rule.id, entry.rule.target));
    let (blob, table) = pack::rules(&entries).map_err(|error| vec![error])?;
    fs::write(out.join("rules.bin"), blob).map_err(text)?;
    fs::write(out.join("rules.rs"), table).map_err(text)?;
    fs::write(out.join("aliases.rs"), aliases).map_err(text)?;
    fs::write(out.join("examples.rs"), pack::examples(&entries)).map_err(text)
}

fn listed(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths: Vec<_> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    Ok(paths)
}

fn folders(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    Ok(listed(folder)?.into_iter().filter(|path| path.is_dir()).collect())
}
