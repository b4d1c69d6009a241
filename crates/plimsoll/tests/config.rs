//! `plimsoll config`: from files to findings, gaps and exit codes.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {app: a}}\nspec:\n  hostPID: true\n  containers:\n  - name: a\n    image: example.com/a:1.0\n    env: [{name: DB_PASSWORD, value: hunter2}]\n";
const POLICY: &str = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec: {podSelector: {matchLabels: {app: a}}}\n";

fn config(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.arg("config").args(arguments).current_dir(folder).env_clear();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// The findings as `rule path:line`.
fn findings(output: &Output) -> Vec<String> {
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = report["artifacts"][0]["misconfigurations"].as_array().unwrap().iter();
    let shown = found.map(|it| {
        format!("{} {}:{}", it["rule"].as_str().unwrap(), it["path"].as_str().unwrap(), it["lines"]["first"])
    });
    shown.collect()
}

#[test]
fn all_files_of_a_folder_are_judged_together() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("net")).unwrap();
    fs::write(folder.path().join("pod.yaml"), POD).unwrap();
    let alone = config(folder.path(), &[".", "-f", "json"], "");
    assert_eq!(alone.status.code(), Some(0), "{}", String::from_utf8_lossy(&alone.stderr));
    let found = findings(&alone);
    assert!(found.contains(&"PLM-K8S-POD-010 pod.yaml:5".to_owned()), "{found:#?}");
    assert!(found.contains(&"PLM-K8S-NET-001 pod.yaml:1".to_owned()), "{found:#?}");
    fs::write(folder.path().join("net/policy.yaml"), POLICY).unwrap();
    let both = findings(&config(folder.path(), &[".", "-f", "json"], ""));
    assert!(!both.iter().any(|line| line.starts_with("PLM-K8S-NET-001")), "the policy chooses the pod: {both:#?}");
    assert_eq!(config(folder.path(), &[".", "--fail-on", "high"], "").status.code(), Some(1));
}

#[test]
fn standard_input_is_known_by_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let dockerfile = config(folder.path(), &["-", "-f", "json"], "FROM debian:12\nRUN sudo make\n");
    assert!(findings(&dockerfile).contains(&"PLM-DOCKER-RUN-001 -:2".to_owned()));
    assert_eq!(config(folder.path(), &["-"], "hello\n").status.code(), Some(2));
}

#[test]
fn secrets_are_in_no_report() {
    let folder = tempfile::tempdir().unwrap();
    for format in ["json", "table", "sarif"] {
        let output = config(folder.path(), &["-", "-f", format], POD);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("PLM-K8S-POD-041"), "{format}");
        assert!(!text.contains("hunter2"), "{format}: {text}");
    }
}

#[test]
fn what_cannot_be_read_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    let output = config(folder.path(), &["-", "--fail-on-incomplete"], "apiVersion: v1\nkind: Pod\nmetadata: [\n");
    assert_eq!(output.status.code(), Some(4));
}

#[test]
fn rules_can_be_listed_and_tried() {
    let folder = tempfile::tempdir().unwrap();
    let list = config(folder.path(), &["rules", "list", "--format", "json"], "");
    let rules: Vec<Value> = serde_json::from_slice(&list.stdout).unwrap();
    assert!(rules.iter().any(|rule| rule["id"] == "PLM-K8S-POD-001" && rule["severity"] == "critical"));
    let own = folder.path().join("kubernetes/own");
    fs::create_dir_all(&own).unwrap();
    let rule = |good: &str| {
        format!(
            "- id: PLM-OWN-POD-001\n  title: Pods have an owner\n  why: Nobody knows whom to call at night when it does not say so.\n  severity: low\n  kinds: Pod\n  pass: {{metadata.labels.owner: {{exists: true}}}}\n  fix: Add the label owner.\n  bad: ['{{apiVersion: v1, kind: Pod}}']\n  good: ['{{apiVersion: v1, kind: Pod, metadata: {{labels: {{{good}: a}}}}}}']\n"
        )
    };
    fs::write(own.join("a.yaml"), rule("owner")).unwrap();
    assert_eq!(config(folder.path(), &["rules", "test", "."], "").status.code(), Some(0));
    fs::write(own.join("a.yaml"), rule("other")).unwrap();
    let output = config(folder.path(), &["rules", "test", "."], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("good example 1 fails"));
}

#[test]
fn variables_of_terraform_come_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let main = "variable \"open\" {\n  type    = string\n  default = \"private\"\n}\n\nresource \"aws_s3_bucket_acl\" \"a\" {\n  \
                bucket = \"a\"\n  acl    = var.open\n}\n";
    fs::write(folder.path().join("main.tf"), main).unwrap();
    fs::write(folder.path().join("prod.tfvars"), "open = \"public-read\"\n").unwrap();
    let list = |arguments: &[&str]| {
        let arguments: Vec<&str> = [".", "-f", "json"].iter().chain(arguments).copied().collect();
        findings(&config(folder.path(), &arguments, "")).contains(&"PLM-AWS-S3-006 main.tf:8".to_owned())
    };
    assert!(!list(&[]));
    assert!(list(&["--tf-vars", "prod.tfvars"]) && list(&["--var-file", "prod.tfvars"]));
    assert!(list(&["--tf-var", "open=public-read"]) && list(&["--var", "open=public-read"]));
    // What is said with --var counts more than a file.
    assert!(!list(&["--tf-vars", "prod.tfvars", "--tf-var", "open=private"]));
    assert_eq!(config(folder.path(), &[".", "--tf-vars", "missing.tfvars"], "").status.code(), Some(2));
    assert_eq!(config(folder.path(), &[".", "--tf-var", "open"], "").status.code(), Some(2));
}

#[test]
fn exceptions_in_files_are_told_and_do_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let file = "FROM debian:12\n# hadolint ignore=DL3004\nRUN sudo make\n";
    fs::write(folder.path().join("Dockerfile"), file).unwrap();
    fs::write(folder.path().join(".checkov.yaml"), "skip-check: [CKV_DOCKER_2]\n").unwrap();
    let output = config(folder.path(), &[".", "-f", "json", "--show-suppressed"], "");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = report["artifacts"][0]["misconfigurations"].as_array().unwrap();
    let why = |rule: &str| {
        let found = found.iter().find(|it| it["rule"] == rule).unwrap();
        found["suppressed"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(why("PLM-DOCKER-RUN-001"), "ignored: without a reason (hadolint ignore; Dockerfile, line 2)");
    assert!(why("PLM-DOCKER-IMAGE-003").contains(".checkov.yaml, line 1"), "{}", why("PLM-DOCKER-IMAGE-003"));
    let sudo = found.iter().find(|it| it["rule"] == "PLM-DOCKER-RUN-001").unwrap();
    assert!(sudo["aliases"].as_array().unwrap().iter().any(|name| name == "DL3004"), "{sudo}");
}

#[test]
fn checks_of_ones_own_are_asked_where_the_program_can() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("checks")).unwrap();
    let check = "# METADATA\n# title: Images come from our registry\n# custom:\n#   id: OWN-1\n#   severity: HIGH\n#   input:\n\
                 #     selector:\n#     - type: dockerfile\npackage user.images\n\ndeny[res] {\n  command := \
                 input.Stages[_].Commands[_]\n  command.Cmd == \"from\"\n  not startswith(command.Value[0], \
                 data.registry)\n  res := result.new(\"not ours\", command)\n}\n";
    fs::write(folder.path().join("checks/images.rego"), check).unwrap();
    fs::write(folder.path().join("checks/data.yaml"), "registry: registry.example.com/\n").unwrap();
    fs::write(folder.path().join("Dockerfile"), "FROM registry.example.com/a:1\n\nFROM debian:12\n").unwrap();
    let output = config(folder.path(), &["Dockerfile", "-f", "json", "--config-check", "checks"], "");
    if !cfg!(feature = "rego") {
        eprintln!("skipped: checks in Rego, because the program was built without them");
        assert_eq!(output.status.code(), Some(2));
        return;
    }
    let found = findings(&output);
    assert!(
        found.contains(&"OWN-1 Dockerfile:3".to_owned()) && !found.contains(&"OWN-1 Dockerfile:1".to_owned()),
        "{found:?}"
    );
    fs::write(folder.path().join("checks/images.rego"), "package a\n\nallow := true\n").unwrap();
    assert_eq!(config(folder.path(), &[".", "--config-check", "checks"], "").status.code(), Some(2));
}
