//! Every format against small real files whose content another project's tests have written down.
//!
//! The files are not part of this repository; without them the tests say that they were skipped. A format is added
//! with a line in [`FORMATS`], a case that we answer otherwise on purpose with one in [`DEVIATIONS`].

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own files has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use model::{Budget, Distro, Facts, File, ImagePath, Meta, Package, What};
use serde_json::Value;

/// Folders of cases, or single cases, below the fixtures.
const FORMATS: &[&str] = &[
    "alpm",
    "apk",
    "apple-app",
    "bitnami",
    "dpkg",
    "homebrew",
    "nix",
    "opkg",
    "os-release",
    "portage",
    "rpm/mariner-manifest",
    "snap",
];

/// Cases that are compared otherwise, each with the reason.
const DEVIATIONS: &[(&str, Compare, &str)] = &[
    ("bitnami/spdx-json", Compare::Contains, "what Bitnami built in is listed besides"),
    ("dpkg/not-a-dpkg-db", Compare::Contains, "the file is no database of dpkg, but vcpkg's list of what it installed"),
    ("dpkg/source-version", Compare::Contains, "the list names one of the packages of the file"),
    ("homebrew/install", Compare::Within, "a recipe of a tap can be installed and is not"),
];

#[derive(Clone, Copy, PartialEq)]
enum Compare {
    /// The same packages, in any order.
    Equals,
    /// All of the listed packages, and others.
    Contains,
    /// Some of the listed packages, and no others.
    Within,
}

#[test]
fn fixtures_are_read_as_their_origins_say() {
    let Some(fixtures) = fixtures() else {
        eprintln!("skipped: there is no folder of fixtures beside the repository");
        return;
    };
    let mut wrong = Vec::new();
    let mut compared = 0;
    for format in FORMATS {
        let cases = cases(&fixtures.join(format));
        assert!(!cases.is_empty(), "{format}: no cases");
        for case in cases {
            let name = case.strip_prefix(&fixtures).unwrap().to_str().unwrap().to_owned();
            match check(&name, &case) {
                Ok(()) => compared += 1,
                Err(difference) => wrong.push(format!("{name}: {difference}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases differ:\n{}", wrong.len(), compared + wrong.len(), wrong.join("\n"));
    eprintln!("{compared} cases agree");
}

fn fixtures() -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().map(|above| above.join("shared/fixtures")).find(|folder| folder.is_dir())
}

/// The cases in a folder, or the folder itself when it is one.
fn cases(folder: &Path) -> Vec<PathBuf> {
    if folder.join("expected.json").is_file() {
        return vec![folder.to_owned()];
    }
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<_> = entries.filter(|case| case.join("expected.json").is_file()).collect();
    cases.sort();
    cases
}

fn check(name: &str, case: &Path) -> Result<(), String> {
    let document: Value = serde_json::from_slice(&fs::read(case.join("expected.json")).unwrap()).unwrap();
    let expected = &document["expected"];
    match document["kind"].as_str().unwrap_or("packages") {
        "packages" => check_packages(name, &case.join("root"), expected.as_array()),
        "distribution" => check_distro(&case.join("root"), &expected[0]),
        "key-values" => check_variables(&case.join("root"), expected),
        other => Err(format!("nobody compares the kind {other}")),
    }
}

/// Only what the origin asserts is compared: name and version, and the source where it is named.
fn check_packages(name: &str, root: &Path, expected: Option<&Vec<Value>>) -> Result<(), String> {
    let found: Vec<Package> = facts(root).into_iter().filter_map(package).collect();
    // No list is asserted: it is enough that reading came to an end.
    let Some(expected) = expected else { return Ok(()) };
    let compare =
        DEVIATIONS.iter().find(|(case, ..)| *case == name).map_or(Compare::Equals, |(_, compare, _)| *compare);
    let mut left: Vec<&Package> = found.iter().collect();
    let mut missing = Vec::new();
    for package in expected {
        match left.iter().position(|found| agrees(found, package)) {
            Some(index) => drop(left.swap_remove(index)),
            None => missing.push(package.to_string()),
        }
    }
    let unexpected: Vec<_> = left.iter().map(|package| format!("{} {}", package.name, package.version)).collect();
    let agrees = match compare {
        Compare::Equals => missing.is_empty() && unexpected.is_empty(),
        Compare::Contains => missing.is_empty(),
        Compare::Within => missing.len() < expected.len() && unexpected.is_empty(),
    };
    if agrees {
        return Ok(());
    }
    Err(format!("missing {missing:?}, unexpected {unexpected:?}"))
}

fn package(what: What) -> Option<Package> {
    match what {
        What::Package(package) => Some(package),
        _ => None,
    }
}

fn agrees(found: &Package, expected: &Value) -> bool {
    let source =
        |field: fn(&model::SourcePackage) -> &String| found.source.as_ref().map(|source| field(source).as_str());
    [
        ("name", Some(found.name.as_str())),
        ("version", Some(found.version.as_str())),
        ("source", source(|source| &source.name)),
        ("source_version", source(|source| &source.version)),
    ]
    .into_iter()
    .all(|(key, value)| expected[key].as_str().is_none_or(|expected| value == Some(expected)))
}

fn check_distro(root: &Path, expected: &Value) -> Result<(), String> {
    let hints: Vec<Distro> = distros(root);
    let distro = Distro::merge(&hints).ok_or("no distribution")?;
    let wanted = ["name", "version", "cpe"].map(|key| expected[key].as_str().unwrap_or_default());
    let got = [&*distro.id, &*distro.version, &*distro.cpe];
    if got == wanted { Ok(()) } else { Err(format!("found {got:?}, expected {wanted:?}")) }
}

fn distros(root: &Path) -> Vec<Distro> {
    let distro = |what| match what {
        What::Distro(distro) => Some(distro),
        _ => None,
    };
    facts(root).into_iter().filter_map(distro).collect()
}

fn check_variables(root: &Path, expected: &Value) -> Result<(), String> {
    let content = fs::read(root.join("etc/os-release")).unwrap();
    let found: BTreeMap<String, String> = packages::os::os_release::variables(&content)
        .map(|(key, value)| (key.to_owned(), String::from_utf8_lossy(&value).into_owned()))
        .collect();
    let expected: BTreeMap<String, String> = serde_json::from_value(expected.clone()).unwrap();
    if found == expected { Ok(()) } else { Err(format!("found {found:?}, expected {expected:?}")) }
}

/// What all analyzers say of the files of a folder. Files that cannot be read add nothing.
fn facts(root: &Path) -> Vec<What> {
    let budget = Budget::default();
    let mut said = Vec::new();
    for (path, content, meta) in files(root) {
        for analyzer in packages::analyzers().filter(|analyzer| analyzer.wants(&path, Some((&meta, &content)))) {
            let mut facts = Facts::new(analyzer.id(), path.clone(), &budget);
            let file = File { path: &path, meta, content: &content, budget: &budget };
            if let Err(why) = (analyzer.analyze)(&file, &mut facts) {
                facts.gap(why);
            }
            said.extend(facts.into_parts().0.into_iter().map(|fact| fact.what));
        }
    }
    said
}

/// All regular files, in the order of their paths.
fn files(root: &Path) -> Vec<(ImagePath, Vec<u8>, Meta)> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let kind = fs::symlink_metadata(&path).unwrap();
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                let content = fs::read(&path).unwrap();
                let meta = Meta { size: kind.len(), mode: mode(&kind) };
                files.push((
                    ImagePath::new(path.strip_prefix(root).unwrap().to_str().unwrap().as_bytes()),
                    content,
                    meta,
                ));
            }
        }
    }
    files.sort_by(|left, right| left.0.cmp(&right.0));
    files
}

#[cfg(unix)]
fn mode(meta: &fs::Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&meta.permissions()) & 0o7777
}

#[cfg(not(unix))]
fn mode(_: &fs::Metadata) -> u32 {
    0o644
}
