//! Exceptions in files of several languages. What each form covers is from the documentation of its tool.

use model::{AnalyzerId, Configuration, Detector, Fact, ImageConfig, Inventory, Item, Place, What};

use crate::{Judge, detect};

/// What becomes of the findings of one rule: `path:line` and why it does not count, or what is said of an exception that is over.
fn judged(files: &[(&str, &str)], rule: &str) -> Vec<String> {
    let item = |(path, content): &(&str, &str)| {
        let language = detect::language(&(*path).into(), content.as_bytes()).unwrap().name().into();
        let what = What::Configuration(Configuration { language, content: content.as_bytes().to_vec() });
        let place = Place { layer: None, path: (*path).into() };
        Item { fact: Fact { what, place, by: AnalyzerId::new("configuration") }, removed: None, owner: None }
    };
    let inventory = Inventory { items: files.iter().map(item).collect(), ..Inventory::default() };
    let judge = Judge::on("2026-06-15T12:00:00Z".parse().unwrap());
    let (mut findings, mut gaps) = (Vec::new(), Vec::new());
    judge.detect(&ImageConfig::default(), &inventory, &mut findings, &mut gaps);
    let found = findings.iter().filter_map(|finding| finding.misconfiguration()).filter(|found| found.rule == rule);
    let shown = found.map(|found| {
        let lapsed = found.why.find("The exception").map(|at| &found.why[at..]);
        let said = found.suppressed.as_deref().or(lapsed).unwrap_or("counts");
        format!("{}:{} {said}", found.place.path.to_text(), found.lines.0)
    });
    shown.collect()
}

fn check(path: &str, content: &str, rule: &str, expected: &[&str]) {
    assert_eq!(judged(&[(path, content)], rule), expected, "{content}");
}

/// A bucket whose access list is public, with lines before it and on the line of the list.
fn bucket(before: &str, behind: &str) -> String {
    format!(
        "{before}resource \"aws_s3_bucket_acl\" \"a\" {{\n  bucket = \"a\"\n  acl    = \"public-read\"{behind}\n}}\n"
    )
}

const LIST: &str = "PLM-AWS-S3-006";

#[test]
fn own_comments_cover_a_line_or_what_begins_on_the_next() {
    check("a.tf", &bucket("", ""), LIST, &["a.tf:3 counts"]);
    let why = "ignored: the web site (plimsoll:ignore; a.tf, line 1)";
    check("a.tf", &bucket("# plimsoll:ignore PLM-AWS-S3-006 the web site\n", ""), LIST, &[&format!("a.tf:4 {why}")]);
    check(
        "a.tf",
        &bucket("// plimsoll:ignore PLM-X-Y-001, PLM-AWS-S3-* the web site\n\n# else\n", ""),
        LIST,
        &[&format!("a.tf:6 {why}")],
    );
    check("a.tf", &bucket("# plimsoll:ignore PLM-AWS-S3-007 the web site\n", ""), LIST, &["a.tf:4 counts"]);
    check(
        "a.tf",
        &bucket("", " # plimsoll:ignore ckv_aws_20 the web site until=2026-06-15"),
        LIST,
        &["a.tf:3 ignored: the web site (plimsoll:ignore until 2026-06-16; a.tf, line 3)"],
    );
    // It is another resource's.
    check("a.tf", &bucket("# plimsoll:ignore PLM-AWS-S3-006 why\nlocals {\n}\n", ""), LIST, &["a.tf:6 counts"]);
}

#[test]
fn what_is_over_or_says_no_reason_does_not_count() {
    check(
        "a.tf",
        &bucket("# plimsoll:ignore PLM-AWS-S3-006 a trial until=2026-06-14\n", ""),
        LIST,
        &["a.tf:4 The exception on line 1 (plimsoll:ignore) ended before 2026-06-15, and counts no longer."],
    );
    check(
        "a.tf",
        &bucket("", " #trivy:ignore:AVD-AWS-0092:exp:2026-06-15"),
        LIST,
        &["a.tf:3 The exception on line 3 (trivy:ignore) ended before 2026-06-15, and counts no longer."],
    );
    check(
        "a.tf",
        &bucket("# plimsoll:ignore PLM-AWS-S3-006\n", ""),
        LIST,
        &[
            "a.tf:4 The exception on line 1 (plimsoll:ignore) does not count: it says no reason, for whoever reads it next year.",
        ],
    );
    check(
        "a.tf",
        &bucket("# plimsoll:ignore PLM-AWS-S3-006 why until=soon\n", ""),
        LIST,
        &["a.tf:4 The exception on line 1 (plimsoll:ignore) does not count: \"soon\" is no date such as 2026-12-31."],
    );
}

#[test]
fn comments_of_trivy_and_tfsec() {
    let ignored = "ignored: without a reason";
    for comment in [
        "#trivy:ignore:AVD-AWS-0092",
        "# trivy:ignore:aws-0092",
        "//tfsec:ignore:aws-s3-no-public-access-with-acl",
        "#trivy:ignore:*",
    ] {
        let seen = judged(&[("a.tf", &bucket(&format!("{comment}\n"), ""))], LIST);
        assert!(seen[0].contains(ignored), "{comment}: {seen:?}");
    }
    let two = judged(&[("a.tf", &bucket("#trivy:ignore:AVD-AWS-0001 #trivy:ignore:AVD-AWS-0092\n", ""))], LIST);
    assert!(two[0].contains(ignored), "{two:?}");
    let elsewhere = judged(&[("a.tf", &bucket("#trivy:ignore:AVD-AWS-0092:ws:production\n", ""))], LIST);
    assert!(elsewhere[0].ends_with("does not count: it is for another workspace."), "{elsewhere:?}");
    // At the call of a module it is for all that the module makes.
    let called = [
        ("main.tf", "#trivy:ignore:AVD-AWS-0092 the web site\nmodule \"site\" {\n  source = \"./site\"\n}\n"),
        ("site/main.tf", &bucket("", "")),
    ];
    assert_eq!(judged(&called, LIST), ["site/main.tf:3 ignored: the web site (trivy:ignore; main.tf, line 1)"]);
}

const PRIVILEGED: &str = "PLM-K8S-POD-001";

fn pod(annotations: &str, before: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n{annotations}spec:\n  containers:\n  - name: a\n    image: example.com/a:1\n{before}    securityContext:\n      privileged: true\n"
    )
}

#[test]
fn comments_in_manifests_cover_what_is_further_to_the_right() {
    let comment = pod("", "    # trivy:ignore:KSV017 a driver\n");
    check("a.yaml", &comment, PRIVILEGED, &["a.yaml:11 ignored: a driver (trivy:ignore; a.yaml, line 9)"]);
    let first = format!("# trivy:ignore:AVD-KSV-0017 a driver\n{}", pod("", ""));
    check("a.yaml", &first, PRIVILEGED, &["a.yaml:11 ignored: a driver (trivy:ignore; a.yaml, line 1)"]);
    check("a.yaml", &pod("", "    # trivy:ignore:KSV017\n    tty: true\n"), PRIVILEGED, &["a.yaml:12 counts"]);
}

#[test]
fn annotations_of_checkov_and_kube_linter() {
    let with = |annotation: &str| pod(&format!("  annotations:\n    {annotation}\n"), "");
    check(
        "a.yaml",
        &with("checkov.io/skip1: CKV_K8S_16=a driver"),
        PRIVILEGED,
        &["a.yaml:12 ignored: a driver (checkov.io/skip; a.yaml)"],
    );
    check(
        "a.yaml",
        &with("ignore-check.kube-linter.io/privileged-container: a driver"),
        PRIVILEGED,
        &["a.yaml:12 ignored: a driver (kube-linter; a.yaml)"],
    );
    check(
        "a.yaml",
        &with("kube-linter.io/ignore-all: a driver"),
        PRIVILEGED,
        &["a.yaml:12 ignored: a driver (kube-linter; a.yaml)"],
    );
    check("a.yaml", &with("checkov.io/skip1: CKV_K8S_20=else"), PRIVILEGED, &["a.yaml:12 counts"]);
}

#[test]
fn comments_of_checkov_stand_in_the_resource() {
    let why = "ignored: the web site (checkov:skip; a.tf, line 3)";
    check("a.tf", &bucket("", " #checkov:skip=CKV_AWS_20:the web site"), LIST, &[&format!("a.tf:3 {why}")]);
    check(
        "a.tf",
        &bucket("", " # checkov:skip=CKV_AWS_99,CKV_AWS_20: the web site"),
        LIST,
        &[&format!("a.tf:3 {why}")],
    );
    check("a.tf", &bucket("#checkov:skip=CKV_AWS_20:outside\n", ""), LIST, &["a.tf:4 counts"]);
    let stack = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  B:\n    Type: AWS::S3::Bucket\n    Metadata:\n      checkov:\n        skip:\n        - {id: CKV_AWS_20, comment: the web site}\n    Properties: {AccessControl: PublicRead}\n";
    let seen = judged(&[("stack.yaml", stack)], LIST);
    assert_eq!(seen, ["stack.yaml:9 ignored: the web site (checkov:skip; stack.yaml)"]);
}

#[test]
fn comments_of_hadolint_cover_the_next_instruction_or_the_file() {
    const SUDO: &str = "PLM-DOCKER-RUN-001";
    let twice =
        "FROM debian:12\n# hadolint ignore=DL3008,DL3004\nRUN sudo make \\\n && sudo make install\nRUN sudo true\n";
    let why = "ignored: without a reason (hadolint ignore; Dockerfile, line 2)";
    let seen = judged(&[("Dockerfile", twice)], SUDO);
    assert!(seen.iter().any(|line| *line == format!("Dockerfile:3 {why}")), "{seen:?}");
    assert!(seen.iter().any(|line| line == "Dockerfile:5 counts"), "{seen:?}");
    let all = "# hadolint global ignore=DL3004\nFROM debian:12\nRUN sudo make\nRUN sudo true\n";
    let seen = judged(&[("Dockerfile", all)], SUDO);
    assert!(seen.len() == 2 && seen.iter().all(|line| line.contains("line 1)")), "{seen:?}");
    // Checkov's counts for the whole file.
    let checkov = "FROM debian:12\nRUN sudo make\n#checkov:skip=CKV2_DOCKER_1:it is its own\n";
    assert_eq!(
        judged(&[("Dockerfile", checkov)], SUDO),
        ["Dockerfile:2 ignored: it is its own (checkov:skip; Dockerfile, line 3)"]
    );
}

#[test]
fn comments_of_kics() {
    let line = bucket("", "").replace("  acl", "  # kics-scan ignore-line\n  acl");
    check("a.tf", &line, LIST, &["a.tf:4 ignored: without a reason (kics-scan; a.tf, line 3)"]);
    let other = bucket("", "").replace("  bucket", "  # kics-scan ignore-line\n  bucket");
    check("a.tf", &other, LIST, &["a.tf:4 counts"]);
    let block = bucket("# kics-scan ignore-block: the web site\n", "");
    check("a.tf", &block, LIST, &["a.tf:4 ignored: the web site (kics-scan; a.tf, line 1)"]);
    check(
        "a.tf",
        &bucket("# kics-scan ignore\n\n", ""),
        LIST,
        &["a.tf:5 ignored: without a reason (kics-scan; a.tf, line 1)"],
    );
    check(
        "a.tf",
        &bucket("# kics-scan disable=CKV_AWS_20\n\n", ""),
        LIST,
        &["a.tf:5 ignored: without a reason (kics-scan; a.tf, line 1)"],
    );
    // It has to stand first.
    check("a.tf", &format!("{}# kics-scan ignore\n", bucket("", "")), LIST, &["a.tf:3 counts"]);
}

#[test]
fn every_alias_leads_to_one_of_our_rules() {
    assert!(crate::rule::aliases("PLM-K8S-POD-001").contains(&"KSV017"));
    let ids: std::collections::BTreeSet<_> = crate::rule::all().map(|rule| rule.id).collect();
    let named = ids.iter().filter(|id| !crate::rule::aliases(id).is_empty()).count();
    assert!(named > 300, "{named}");
}
