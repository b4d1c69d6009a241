//! The program as its callers see it: exit codes, what goes to which stream, help, completions, the manual.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::process::{Command, Output, Stdio};

/// Runs the program with nothing of this machine's settings.
fn plimsoll(arguments: &[&str]) -> Output {
    with(arguments, &[])
}

fn with(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(arguments)
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn check(arguments: &[&str], code: i32, complaint: &str) {
    let output = plimsoll(arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
    assert!(stderr(&output).contains(complaint), "{arguments:?}: {}", stderr(&output));
    assert_eq!(stdout(&output), "", "{arguments:?}");
}

#[test]
fn nonsense_is_a_usage_error_and_says_what_would_be_right() {
    check(&["scuttle"], 2, "unrecognized subcommand");
    check(&["image"], 2, "REF");
    check(&["image", "a", "--format", "xml"], 2, "table, json");
    check(&["image", "a", "-o", "report.json"], 2, "-o json=report.json");
    check(&["image", "a", "--severity", "awful"], 2, "critical, high");
    check(&["image", "a", "--fail-on", "9"], 2, "critical, high");
    check(&["image", "a", "--timeout", "soon"], 2, "10m");
    check(&["image", "a", "--jobs", "0"], 2, "1 to 1024");
    check(&["image", "a", "--password-stdin"], 2, "--username");
    check(&["rootfs"], 2, "DIR");
}

#[test]
fn a_bad_variable_is_a_usage_error_too() {
    let output = with(&["image", "a"], &[("PLIMSOLL_FORMAT", "xml")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("table, json"));
}

#[test]
fn help_is_for_standard_output() {
    for arguments in [["--help"].as_slice(), &["image", "--help"], &["layers", "-h"], &["rootfs", "--help"]] {
        let output = plimsoll(arguments);
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).contains("Usage: plimsoll"));
        assert_eq!(stderr(&output), "");
    }
    assert!(stdout(&plimsoll(&["--help"])).contains("4  not everything could be seen"));
}

#[test]
fn the_version_is_the_crates() {
    let expected = format!("plimsoll {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(stdout(&plimsoll(&["--version"])), expected);
    assert!(stdout(&plimsoll(&["version"])).starts_with(&expected));
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = plimsoll(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).contains("rootfs"), "{shell}");
    }
    assert_eq!(plimsoll(&["completions", "tcsh"]).status.code(), Some(2));
}

#[test]
fn the_manual_is_a_manual() {
    let output = plimsoll(&["man"]);
    assert!(stdout(&output).contains(".TH plimsoll 1"));
    let folder = tempfile::tempdir().unwrap();
    let output = plimsoll(&["man", "--dir", folder.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(folder.path().join("plimsoll-image.1").is_file());
    let output = plimsoll(&["man", "--dir", "/no/such/folder"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("try: "));
}
