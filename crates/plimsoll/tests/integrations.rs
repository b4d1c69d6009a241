//! What lies in `integrations/`, ready to copy: taken by each system's schema or linter where one can be had, sound by our own rules,
//! pinned, and with no flag that the program does not have.
//!
//! Schemas come from the Python package `check-jsonschema`, CloudFormation's linter is `cfn-lint` (in the Python that `PLIMSOLL_PYTHON` names
//! or `python3` is). What is missing is said. For Jenkins, Tekton and CodeBuild's buildspec no linter is in a registry that could be asked here.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "what was not checked is said")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../integrations").canonicalize().unwrap()
}

fn plimsoll(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(arguments)
        .current_dir(folder())
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn files() -> Vec<PathBuf> {
    let mut all = Vec::new();
    let mut folders = vec![folder()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { all.push(path) }
        }
    }
    all.sort();
    all
}

/// Runs a module of Python; none where there is no such module.
fn python(module: &str, arguments: &[&str]) -> Option<Output> {
    let python = std::env::var("PLIMSOLL_PYTHON").unwrap_or_else(|_| "python3".into());
    let run = |arguments: &[&str]| {
        let mut command = Command::new(&python);
        command.args(["-m", module]).args(arguments).current_dir(folder()).stdin(Stdio::null()).output()
    };
    match run(&["--version"]) {
        Ok(output) if output.status.success() => Some(run(arguments).unwrap()),
        _ => {
            eprintln!("skipped: {module} {arguments:?}, because {python} has no module {module}");
            None
        }
    }
}

fn check(schema: &str, file: &str, more: &[&str]) {
    let schema = format!("vendor.{schema}");
    let arguments = [&["--builtin-schema", &schema][..], more, &[file]].concat();
    let Some(output) = python("check_jsonschema", &arguments) else { return };
    assert!(output.status.success(), "{file}: {}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn schemas_take_every_file() {
    check("github-actions", "github/action.yml", &[]);
    check("github-workflows", "github/workflow.yml", &[]);
    check("gitlab-ci", "gitlab/plimsoll.gitlab-ci.yml", &["--data-transform", "gitlab-ci"]);
    // The patterns of this schema are those of another dialect.
    let azure = ["--data-transform", "azure-pipelines", "--regex-variant", "python"];
    check("azure-pipelines", "azure/azure-pipelines.yml", &azure);
    check("azure-pipelines", "azure/plimsoll-steps.yml", &azure);
    check("bitbucket-pipelines", "bitbucket/bitbucket-pipelines.yml", &[]);
    check("circle-ci", "circleci/orb.yml", &[]);
    check("drone-ci", "drone/.drone.yml", &[]);
}

#[test]
fn cloudformation_is_linted() {
    let Some(output) = python("cfnlint", &["aws/pipeline.yaml"]) else { return };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn shells_take_the_scripts() {
    for path in files().into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "sh")) {
        let Ok(output) = Command::new("sh").arg("-n").arg(&path).output() else {
            eprintln!("skipped: {}, because there is no sh", path.display());
            continue;
        };
        assert!(output.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn our_own_rules_have_nothing_to_object_to() {
    let output = plimsoll(&["config", "--no-config", "-f", "json", "."]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = document["artifacts"][0]["misconfigurations"].as_array().unwrap();
    let counted = found.iter().filter(|it| it["suppressed"].is_null());
    let lines: Vec<String> = counted
        .map(|it| format!("{}: {} {}:{} {}", it["severity"], it["rule"], it["path"], it["lines"]["first"], it["title"]))
        .collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

#[test]
fn everything_is_pinned_or_named_by_whoever_copies_it() {
    let output = plimsoll(&["pin", "--offline", "-f", "json", "."]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let uses = document["uses"].as_array().unwrap();
    assert!(uses.len() >= 8, "{uses:?}");
    for found in uses {
        let is_variable = found["why"].as_str().is_some_and(|why| why.contains("variable"));
        // An image of the build service's own has no digest that could be written.
        assert!(found["state"] == "pinned" || is_variable, "{found}");
    }
}

#[test]
fn no_flag_is_made_up() {
    let mut seen = BTreeSet::new();
    for path in files() {
        // Instructions for people use other flags, of other tools.
        if path.extension().is_some_and(|ending| ending == "md") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap().replace("\\\n", " ");
        for line in text.lines() {
            let Some((_, call)) = line.split_once("plimsoll ") else { continue };
            let command = call.split(' ').next().unwrap();
            if !["image", "config", "pin"].contains(&command) {
                continue;
            }
            let help = plimsoll(&[command, "--help"]);
            let help = String::from_utf8(help.stdout).unwrap();
            for word in call.split([' ', '=', '"', ')']).filter(|word| word.starts_with("--")) {
                assert!(help.contains(word), "{}: {command} has no {word}", path.display());
                seen.insert(word.to_owned());
            }
            for output in call.match_indices("-o ").map(|(at, _)| &call[at + 3..]) {
                let format = output.trim_start_matches(['"', '\'']).split(['=', ':', ' ']).next().unwrap();
                let is_known = format == "template" || report::SCAN.iter().any(|known| known.name == format);
                assert!(is_known, "{}: there is no format {format}", path.display());
                seen.insert(format!("-o {format}"));
            }
        }
    }
    assert!(seen.contains("--fail-on") && seen.contains("-o junit"), "{seen:?}");
}

#[test]
fn the_counts_are_those_of_the_report() {
    let example = |name: &str| folder().join("../examples").join(name).to_str().unwrap().to_owned();
    let (image, advisories) = (example("shop.oci"), example("advisories"));
    let scan = ["image", "--no-config", "--no-cache", "--offline", "--input", &image, "--advisories", &advisories];
    let counts = plimsoll(&[&scan[..], &["-o", "template=counts.j2"]].concat());
    let counts = String::from_utf8(counts.stdout).unwrap();
    let json = plimsoll(&[&scan[..], &["-f", "json"]].concat());
    let document: Value = serde_json::from_slice(&json.stdout).unwrap();
    let summary = &document["artifacts"][0]["summary"];
    let total = &summary["vulnerabilities"]["total"];
    assert!(counts.contains(&format!("\nPLIMSOLL_TOTAL={total}\n")), "{counts}");
    assert!(counts.starts_with("PLIMSOLL_CRITICAL=") && counts.lines().count() == 6, "{counts}");
}
