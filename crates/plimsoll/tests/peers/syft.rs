//! Every package that Syft finds in an image and we do not, and the other way round, belongs to a class that
//! `docs/comparing-with-syft.md` explains. Whatever belongs to none is a fault of ours until somebody has looked at it.
//!
//! `PLIMSOLL_SYFT` names the program; Debian has no package of it, so a run without is no failure.

use std::collections::BTreeMap;
use std::env;
use std::process::Command;

use serde_json::Value;

use crate::support::{images, program, report};

/// Kind, name and version, with the row that says so.
type Packages<'a> = BTreeMap<(String, String, String), &'a Value>;

/// What Syft lists. Its names are ours but for the groups of Java, which only its package URL has.
fn theirs(bill: &Value) -> Packages<'_> {
    let rows = bill["artifacts"].as_array().unwrap().iter();
    rows.map(|row| {
        let text = |field: &str| row[field].as_str().unwrap();
        let url = text("purl").trim_start_matches("pkg:");
        let (kind, rest) = url.split_once('/').unwrap_or((text("type"), ""));
        let name = match kind {
            "maven" => rest.split('@').next().unwrap().replace('/', ":"),
            "pypi" => text("name").to_lowercase().replace(['_', '.'], "-"),
            _ => text("name").to_owned(),
        };
        let version = text("version").trim_start_matches("go").replace("UNKNOWN", "");
        ((kind.to_owned(), name, version), row)
    })
    .collect()
}

/// Whether there is the same archive of Java under another group, or under none.
fn has_another_group(packages: &Packages<'_>, (kind, name, version): &(String, String, String)) -> bool {
    let artifact = |name: &str| name.rsplit(':').next().unwrap().to_owned();
    let same =
        |key: &&(String, String, String)| key.0 == "maven" && key.2 == *version && artifact(&key.1) == artifact(name);
    kind == "maven" && packages.keys().any(|key| same(&key))
}

/// The class of a package that only Syft lists.
fn only_theirs(key: &(String, String, String), row: &Value, ours: &Packages<'_>) -> Option<&'static str> {
    let is_npm = key.0 == "npm";
    let at = |place: &str| {
        let mut locations = row["locations"].as_array().unwrap().iter();
        locations.all(|location| location["path"].as_str().unwrap().contains(place))
    };
    if is_npm && key.2.is_empty() {
        Some("no version")
    } else if is_npm && row["metadata"]["private"] == true {
        Some("private")
    } else if is_npm && at("/test/") {
        Some("sample for a module's tests")
    } else if is_npm && !at("/node_modules/") && at("/package.json") {
        Some("the project itself")
    } else {
        has_another_group(ours, key).then_some("another group")
    }
}

/// The class of a package that only we list.
fn only_ours(key: &(String, String, String), row: &Value, theirs: &Packages<'_>) -> Option<&'static str> {
    match row["found_by"].as_str().unwrap() {
        "npm-lock" if row["presence"] == "declared-optional" => Some("optional in a lockfile"),
        "rust-binary" => Some("compiled into a program of Rust"),
        "program" => Some("program or library by its own text"),
        _ => has_another_group(theirs, key).then_some("another group"),
    }
}

#[test]
fn every_difference_from_syft_has_its_reason() {
    let Some(syft) = env::var_os("PLIMSOLL_SYFT") else {
        eprintln!("skipped: the comparison with Syft, because PLIMSOLL_SYFT names no program");
        return;
    };
    for image in images() {
        let from = format!("oci-dir:{}", image.layout.display());
        let output = Command::new(&syft).args(["scan", "-q", &from, "-o", "json"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let bill: Value = serde_json::from_slice(&output.stdout).unwrap();
        let report = report(program(["image", "--no-cache", "--input"]).arg(&image.layout));
        let theirs = theirs(&bill);
        let text = |row: &Value, field: &str| row[field].as_str().unwrap().to_owned();
        let key = |row: &Value| (text(row, "kind"), text(row, "name"), text(row, "version").replace("UNKNOWN", ""));
        let ours: Packages<'_> = report.live().map(|row| (key(row), row)).collect();
        let mut classes: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let mut unexplained = Vec::new();
        for (key, row) in theirs.iter().filter(|(key, _)| !ours.contains_key(*key)) {
            match only_theirs(key, row, &ours) {
                Some(class) => *classes.entry(("only Syft", class)).or_default() += 1,
                None => unexplained.push(("only Syft", key)),
            }
        }
        for (key, row) in ours.iter().filter(|(key, _)| !theirs.contains_key(*key)) {
            match only_ours(key, row, &theirs) {
                Some(class) => *classes.entry(("only we", class)).or_default() += 1,
                None => unexplained.push(("only we", key)),
            }
        }
        eprintln!("{}: Syft lists {}, we {}: {classes:?}", image.name, theirs.len(), ours.len());
        assert!(unexplained.is_empty(), "{}: {unexplained:#?}", image.name);
    }
}
