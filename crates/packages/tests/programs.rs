//! Programs without a package manager against pieces of real ones, whose versions another project's tests have written
//! down.
//!
//! The pieces are not part of this repository; without them the test says that it was skipped. They hold no more than
//! what stands around the version, so this shows that a version is found, not that nothing else is taken for one.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own files has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use model::{Budget, Facts, File, ImagePath, Meta, What};
use serde_json::Value;

/// A case, the packages that we find there, and why they are others than its origin lists.
const DEVIATIONS: &[(&str, &[&str], &str)] = &[(
    "grafana_12.3.2-security-01_linux-amd64",
    &["grafana@12.3.2+security-01"],
    "a build with a fault mended, of which advisories speak by its whole version",
)];

#[test]
fn versions_are_found_as_the_origin_says() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fixtures = here.ancestors().map(|above| above.join("shared/fixtures/binary-classifiers"));
    let Some(fixtures) = fixtures.into_iter().find(|folder| folder.is_dir()) else {
        eprintln!("skipped: there is no folder of fixtures beside the repository");
        return;
    };
    let mut wrong = Vec::new();
    let mut cases: Vec<_> = fs::read_dir(fixtures).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    for case in &cases {
        let name = case.file_name().unwrap().to_str().unwrap();
        let document: Value = serde_json::from_slice(&fs::read(case.join("expected.json")).unwrap()).unwrap();
        let text = |package: &Value, key: &str| package[key].as_str().unwrap().to_owned();
        let listed: BTreeSet<String> = document["expected"]
            .as_array()
            .unwrap()
            .iter()
            .map(|package| text(package, "name") + "@" + &text(package, "version"))
            .collect();
        let deviation = DEVIATIONS.iter().find(|(deviating, ..)| *deviating == name);
        let expected = deviation.map_or(listed.clone(), |(_, ours, _)| ours.iter().map(|&it| it.to_owned()).collect());
        assert!(deviation.is_none() || expected != listed, "{name} is no deviation");
        let mut found = BTreeSet::new();
        read_below(&case.join("root"), &case.join("root"), &mut found);
        if found != expected {
            wrong.push(format!("{name}: found {found:?}, expected {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(cases.len() > 200, "only {} cases", cases.len());
}

/// Adds what is found in the files below `folder`: `name@version`.
fn read_below(root: &Path, folder: &Path, found: &mut BTreeSet<String>) {
    let budget = Budget::default();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            read_below(root, &path, found);
            continue;
        }
        let content = fs::read(&path).unwrap();
        let path = ImagePath::new(path.strip_prefix(root).unwrap().to_str().unwrap().as_bytes());
        let meta = Meta { size: content.len() as u64, mode: 0o755 };
        let file = File { path: &path, meta, content: &content, budget: &budget };
        for analyzer in packages::program::ANALYZERS {
            if analyzer.wants(&path, Some((&meta, &content))) {
                let mut facts = Facts::new(analyzer.id(), path.clone(), &budget);
                (analyzer.analyze)(&file, &mut facts).unwrap();
                found.extend(facts.into_parts().0.into_iter().filter_map(|fact| match fact.what {
                    What::Package(package) => Some(package.name + "@" + &package.version),
                    _ => None,
                }));
            }
        }
    }
}
