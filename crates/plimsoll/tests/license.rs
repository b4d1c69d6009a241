//! `--scanners license`: what licences ask for, from a folder to the exit code.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// A project with a package for each way in which one tells its licence.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, content: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    write("node_modules/choice/package.json", r#"{"name":"choice","version":"1.0.0","license":"(MIT OR GPL-2.0)"}"#);
    write("node_modules/strict/package.json", r#"{"name":"strict","version":"1.0.0","license":"GPLv3+"}"#);
    write("node_modules/odd/package.json", r#"{"name":"odd","version":"1.0.0","license":"SEE LICENSE IN EULA.txt"}"#);
    write("node_modules/silent/package.json", r#"{"name":"silent","version":"1.0.0"}"#);
    write("src/a.c", "/* SPDX-License-Identifier: MPL-2.0 */\nint a;\n");
    folder
}

fn scan(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(["fs", "--scanners", "license", "--no-cache", "--offline"]).args(arguments).arg(folder);
    command.env_clear().output().unwrap()
}

/// Expected: the exit code, and `category name-or-path licences` for each finding.
fn check(arguments: &[&str], code: i32, expected: &[&str]) {
    let folder = project();
    let output = scan(folder.path(), &[&["-f", "json"], arguments].concat());
    assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = report["artifacts"][0]["licenses"].as_array().unwrap().iter().map(|found| {
        let name = found["package"].as_str().or(found["path"].as_str()).unwrap();
        let licenses: Vec<&str> = found["licenses"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        format!("{} {name} {}", found["category"].as_str().unwrap(), licenses.join("; "))
    });
    assert_eq!(found.collect::<Vec<_>>(), expected, "{arguments:?}");
}

const STRICT: &str = "restricted strict GPL-3.0-or-later";
const CHOICE: &str = "notice choice MIT OR GPL-2.0-only";
const ODD: &str = "unknown odd LicenseRef-SEE-LICENSE-IN-EULA.txt";

#[test]
fn packages_are_judged_by_what_they_declare() {
    check(&[], 0, &[STRICT, CHOICE, ODD]);
    check(&["--fail-on", "high"], 1, &[STRICT, CHOICE, ODD]);
    check(&["--fail-on", "critical"], 0, &[STRICT, CHOICE, ODD]);
    check(&["--severity", "low"], 0, &[CHOICE]);
}

#[test]
fn heads_of_files_are_read_when_all_is_asked_for() {
    check(&["--license-full"], 0, &[STRICT, "reciprocal src/a.c MPL-2.0", CHOICE, ODD]);
}

#[test]
fn lists_of_the_user_count_first() {
    let ours = "forbidden choice MIT OR GPL-2.0-only";
    check(&["--license-forbidden", "MIT,GPL-2.0", "--fail-on", "critical"], 1, &[ours, STRICT, ODD]);
    check(&["--license-notice", "GPL-3.0", "--fail-on", "high"], 0, &[CHOICE, "notice strict GPL-3.0-or-later", ODD]);
    check(&["--ignored-licenses", "GPL-3.0", "--fail-on", "high"], 0, &[STRICT, CHOICE, ODD]);
    let odd = "permissive odd LicenseRef-SEE-LICENSE-IN-EULA.txt";
    check(&["--license-permissive", "SEE LICENSE IN EULA.txt"], 0, &[STRICT, CHOICE, odd]);
}

#[test]
fn who_tells_nothing_is_counted() {
    let folder = project();
    let output = scan(folder.path(), &[]);
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.contains("1 restricted, 1 notice, 1 unknown · 1 package tells no licence"), "{table}");
    assert!(table.contains("licences only: vulnerabilities were not asked for"), "{table}");
}
