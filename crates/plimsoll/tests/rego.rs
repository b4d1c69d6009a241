//! Policies in Rego from end to end, where the program was built with them; and what it says where it was not.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn example(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name).to_str().unwrap().to_owned()
}

/// A folder with the policy of `docs/policy.md` and its tests.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let page = include_str!("../../../docs/policy.md");
    let policy = page.split("```rego\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let test = "package plimsoll\n\ntest_no_findings if count(deny) == 0 with input as {\"artifacts\": []}\n\ntest_wrong if \
                count(deny) == 1 with input as {\"artifacts\": []}\n";
    fs::create_dir(folder.path().join("policy")).unwrap();
    fs::write(folder.path().join("policy/exploited.rego"), policy).unwrap();
    fs::write(folder.path().join("policy/exploited_test.rego"), test).unwrap();
    folder
}

fn plimsoll(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let output: Output = command.args(arguments).current_dir(folder).env_clear().stdin(Stdio::null()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn scan(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let (image, advisories) = (example("shop.oci"), example("advisories"));
    let all = ["image", "--input", &image, "--advisories", &advisories, "--no-cache", "--rego", "policy"];
    let (code, _, stderr) = plimsoll(folder, &[&all, arguments].concat());
    (code, stderr)
}

#[test]
#[cfg(feature = "rego")]
fn what_is_denied_fails_and_what_is_warned_of_is_told() {
    let folder = folder();
    // What is hidden from people is not from policies.
    let (code, stderr) = scan(folder.path(), &["--severity", "medium"]);
    assert_eq!(code, Some(1), "{stderr}");
    assert_eq!(stderr, "failed: policy: CVE-2021-44228 is being exploited\n");
    let ignores = "ignores:\n  - id: CVE-2021-44228\n    reason: look-ups are off\n";
    fs::write(folder.path().join("plimsoll.yaml"), ignores).unwrap();
    let (code, stderr) = scan(folder.path(), &[]);
    assert_eq!(code, Some(0), "{stderr}");
    fs::write(folder.path().join("policy/more.rego"), "package plimsoll\nwarn contains \"look\"\n").unwrap();
    assert!(scan(folder.path(), &[]).1.contains("warning: policy: look\n"));
}

#[test]
#[cfg(feature = "rego")]
fn mistakes_are_told_before_the_scan() {
    let folder = folder();
    fs::write(folder.path().join("policy/bad.rego"), "package plimsoll\n\ndeny contains if\n").unwrap();
    let (code, stderr) = scan(folder.path(), &[]);
    assert_eq!(code, Some(2), "{stderr}");
    assert!(stderr.starts_with("error: policy/bad.rego:3:"), "{stderr}");
    fs::write(folder.path().join("policy/bad.rego"), "package plimsoll\n\ndeny contains 1\n").unwrap();
    let (code, stderr) = scan(folder.path(), &[]);
    assert_eq!(code, Some(3), "{stderr}");
    assert!(stderr.contains("deny has 1, which is no message"), "{stderr}");
    let (code, _, stderr) = plimsoll(folder.path(), &["rootfs", ".", "--rego", "missing"]);
    assert_eq!(code, Some(2), "{stderr}");
}

#[test]
#[cfg(feature = "rego")]
fn policies_have_tests() {
    let folder = folder();
    let (code, stdout, stderr) = plimsoll(folder.path(), &["policy", "test", "policy"]);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stdout.starts_with("passed: plimsoll.test_no_findings\nFAILED: plimsoll.test_wrong: "), "{stdout}");
    assert!(stdout.ends_with("2 tests, 1 of which failed\n"), "{stdout}");
    assert_eq!(plimsoll(folder.path(), &["policy", "test", "policy/exploited.rego"]).0, Some(2));
}

#[test]
#[cfg(not(feature = "rego"))]
fn a_program_without_rego_says_so() {
    let folder = folder();
    let (code, stderr) = scan(folder.path(), &[]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("built without Rego") && stderr.contains("--features rego"), "{stderr}");
    assert_eq!(plimsoll(folder.path(), &["policy", "test", "policy"]).0, Some(2));
}
