//! Checks the kinds of secrets in `rules/` and packs them into tables that are ready when the program starts: nothing of
//! them is parsed at run time. A file that breaks a rule of the format ends the build, with its name and line.

use std::path::{Path, PathBuf};
use std::{env, fs, process};

#[allow(dead_code, reason = "the build reads shapes and does not match them")]
#[path = "../src/rule/alphabet.rs"]
mod alphabet;
#[path = "../src/rule/notation.rs"]
mod notation;
mod pack;
#[path = "../src/rule/read.rs"]
mod read;
#[path = "../src/rule/request.rs"]
mod request;
mod scoring;
#[allow(dead_code, reason = "the build reads shapes and does not match them")]
#[path = "../src/rule/shape.rs"]
mod shape;

fn main() {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=scoring");
    println!("cargo::rerun-if-changed=src/rule");
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    if let Err(errors) = run(&here, &out) {
        // All at once: whoever writes rules mends several files between two builds.
        for error in &errors {
            println!("cargo::error={error}");
        }
        process::exit(1);
    }
}

fn run(here: &Path, out: &Path) -> Result<(), Vec<String>> {
    let text = |error: std::io::Error| vec![error.to_string()];
    let mut paths: Vec<_> = fs::read_dir(here.join("rules"))
        .map_err(text)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(text)?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    let (mut providers, mut errors) = (Vec::new(), Vec::new());
    for path in &paths {
        match read(path, read::provider) {
            Ok(provider) => providers.push(provider),
            Err(error) => errors.push(error),
        }
    }
    errors.extend(pack::check(&providers));
    let scoring = here.join("scoring/assignments.yaml");
    let tables = read(&scoring, scoring::tables).map_err(|error| errors.push(error)).unwrap_or_default();
    if !errors.is_empty() {
        return Err(errors);
    }
    fs::write(out.join("kinds.rs"), pack::kinds(&providers)).map_err(text)?;
    fs::write(out.join("scoring.rs"), tables).map_err(text)?;
    fs::write(out.join("examples.rs"), pack::examples(&providers)).map_err(text)
}

/// Reads one file of data.
fn read<T>(path: &Path, take: fn(&rules::Node) -> Result<T, String>) -> Result<T, String> {
    let read = fs::read_to_string(path).map_err(|error| error.to_string());
    let document = read.and_then(|content| rules::parse(&content));
    document.and_then(|document| take(&document)).map_err(|error| format!("{}: {error}", path.display()))
}
