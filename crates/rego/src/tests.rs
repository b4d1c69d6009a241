//! Policies by reports. What each says follows from the language's reference.

use super::*;

const REPORT: &str = r#"{"schema":"plimsoll-report","artifacts":[{"image":{"user":""},
    "vulnerabilities":[{"id":"CVE-1","severity":"high"},{"id":"CVE-2","severity":"low"}]}]}"#;

fn policies(text: &str) -> Result<Policies, String> {
    Policies::read(&[Module { name: "a.rego", text }])
}

/// Expected: the messages of `deny` and of `warn`.
fn check(text: &str, denied: &[&str], warned: &[&str]) {
    let said = policies(text).unwrap().judge(REPORT).unwrap();
    assert_eq!((said.denied, said.warned), (owned(denied), owned(warned)), "{text}");
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

#[test]
fn messages_are_sets_of_texts_or_of_objects() {
    check(
        "package plimsoll\ndeny contains msg if {\n  some found in input.artifacts[_].vulnerabilities\n  found.severity == \
         \"high\"\n  msg := sprintf(\"%s is high\", [found.id])\n}\nwarn contains \"runs as root\" if \
         input.artifacts[_].image.user == \"\"\n",
        &["CVE-1 is high"],
        &["runs as root"],
    );
    check(
        "package plimsoll.team\ndeny contains {\"msg\": \"b\", \"id\": 1}\ndeny contains {\"msg\": \"a\"}\n",
        &["a", "b"],
        &[],
    );
    check("package plimsoll\nwarn contains \"x\" if input.nothing\n", &[], &[]);
}

#[test]
fn other_packages_are_not_asked() {
    check("package main\ndeny contains \"x\"\n", &[], &[]);
    check("package plimsolls\ndeny contains \"x\"\n", &[], &[]);
    assert!(!policies("package main\ndeny contains \"x\"\n").unwrap().has_any());
}

#[test]
fn modules_see_each_other() {
    let modules = [
        Module { name: "a.rego", text: "package lib\nbad := {\"CVE-2\"}\n" },
        Module {
            name: "b.rego",
            text: "package plimsoll\nimport data.lib\ndeny contains found.id if {\n  some found in \
                   input.artifacts[_].vulnerabilities\n  found.id in lib.bad\n}\n",
        },
    ];
    assert_eq!(Policies::read(&modules).unwrap().judge(REPORT).unwrap().denied, ["CVE-2"]);
}

#[test]
fn mistakes_are_told_with_file_and_line() {
    let error = policies("package plimsoll\ndeny contains if\n").err().unwrap();
    assert!(error.starts_with("a.rego:2:"), "{error}");
    let judge = |text: &str| policies(text).unwrap().judge(REPORT).unwrap_err();
    assert!(judge("package plimsoll\ndeny := \"x\"\n").contains("deny has to be a set"));
    assert!(judge("package plimsoll\ndeny contains 1\n").contains("deny has 1, which is no message"));
    assert!(judge("package plimsoll\ndeny contains {\"a\": 1}\n").contains("without a msg"));
}

// It would take hours.
#[test]
fn time_is_bounded() {
    let text = "package plimsoll\ndeny contains \"x\" if {\n  some a in numbers.range(1, 3000)\n  some b in numbers.range(1, \
                3000)\n  some c in numbers.range(1, 3000)\n  a + b + c < 0\n}\n";
    let mut policies = Policies::within(&[Module { name: "a.rego", text }], Duration::from_millis(50)).unwrap();
    assert!(policies.judge(REPORT).is_err());
}

#[test]
fn tests_pass_when_they_are_true() {
    let text = "package plimsoll\ndeny contains \"old\" if input.old\ntest_old if {\n  deny with input as {\"old\": true}\n  \
                count(deny) == 1 with input as {\"old\": true}\n}\ntest_wrong if count(deny) == 7 with input as {}\ntest_flag := \
                false\n";
    let outcomes = policies(text).unwrap().test();
    let shown: Vec<(&str, bool)> = outcomes.iter().map(|test| (&*test.name, test.failed.is_none())).collect();
    assert_eq!(shown, [("plimsoll.test_flag", false), ("plimsoll.test_old", true), ("plimsoll.test_wrong", false)]);
}
