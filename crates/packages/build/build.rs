//! Checks the rules in `rules/programs` and packs them into tables that are ready when the program starts: nothing of them
//! is parsed at run time. A file that breaks a rule of the format ends the build, with its name. Gathers the pages of all
//! formats.

use std::path::{Path, PathBuf};
use std::{env, fs, process};

mod pages;
mod pattern;
mod rule;

fn main() {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=rules/programs");
    println!("cargo::rerun-if-changed=src");
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let gathered = pages::pack(&here.join("src"))
        .and_then(|pages| fs::write(out.join("pages.rs"), pages).map_err(|error| error.to_string()));
    if let Err(error) = gathered.and_then(|()| pack(&here.join("rules/programs"), &out)) {
        println!("cargo::error={error}");
        process::exit(1);
    }
}

fn pack(folder: &Path, out: &Path) -> Result<(), String> {
    let text = |error: std::io::Error| error.to_string();
    let mut paths: Vec<_> = fs::read_dir(folder)
        .map_err(text)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(text)?;
    paths.sort();
    let mut rules = Vec::new();
    for path in paths {
        let content = fs::read_to_string(&path).map_err(text)?;
        let read = rules::parse(&content).and_then(|document| rule::read_all(&document));
        rules.extend(read.map_err(|error| format!("{}: {error}", path.display()))?);
    }
    let packed = rule::pack(rules)?;
    fs::write(out.join("programs.rs"), packed.rules).map_err(text)?;
    fs::write(out.join("program_files.rs"), packed.files).map_err(text)?;
    fs::write(out.join("program_names.rs"), packed.names).map_err(text)?;
    fs::write(out.join("program_examples.rs"), packed.examples).map_err(text)
}
