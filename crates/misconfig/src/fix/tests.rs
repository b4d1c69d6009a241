//! That what rules say mends makes their bad examples pass and leaves the rest of a file as it was. Expected texts were written by
//! hand.

use std::fmt::Write as _;

use model::{AnalyzerId, Place};

use super::*;
use crate::judge::judge_by;
use crate::reader;
use crate::rule::all;

include!(concat!(env!("OUT_DIR"), "/examples.rs"));

/// A text with all that one rule asks for, as often as it fails.
fn mended(rule: &'static Rule<'static>, text: &str) -> Result<String, String> {
    let read = reader(rule.target).unwrap();
    let resources = read(text.as_bytes(), 0).resources;
    let mut after = text.to_owned();
    let mut done = BTreeSet::new();
    for failure in judge_by(&resources, &[rule]).failures {
        if done.insert((failure.resource, failure.object.clone())) {
            after = change(&failure, &resources, &after).map_err(str::to_owned)?;
        }
    }
    Ok(after)
}

#[test]
fn bad_examples_pass_when_they_are_mended() {
    let (mut wrong, mut count) = (String::new(), 0);
    for (rule, (bad, _)) in all().zip(EXAMPLES).filter(|(rule, _)| !rule.change.is_empty()) {
        count += 1;
        for (number, text) in (1..).zip(*bad) {
            let Ok(after) = mended(rule, text).inspect_err(|why| {
                let _ = writeln!(wrong, "{} bad example {number}: {why}", rule.id);
            }) else {
                continue;
            };
            let reading = reader(rule.target).unwrap()(after.as_bytes(), 0);
            let judged = judge_by(&reading.resources, &[rule]);
            // A rule about ADD does not apply to what is COPY now.
            let is_renamed = rule.change.iter().any(|change| matches!(change, Change::Rename(_)));
            let passes = is_renamed || judged.tallies.values().any(|it| it.passed > 0);
            if !reading.gaps.is_empty() || !judged.failures.is_empty() || !passes {
                let _ = writeln!(wrong, "{} bad example {number} still fails:\n{after}", rule.id);
            }
            if mended(rule, &after).as_deref() != Ok(&after) {
                let _ = writeln!(wrong, "{} bad example {number} is changed twice", rule.id);
            }
            // Lines are changed or added, and none goes away.
            if after.lines().count() < text.lines().count() {
                let _ = writeln!(wrong, "{} bad example {number} loses lines:\n{after}", rule.id);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(count >= 20, "{count} rules say how they are mended");
}

/// Mends files by some rules.
fn check(path: &str, rules: &[&str], before: &str, expected: &str) {
    let language = crate::detect::language(&path.into(), before.as_bytes()).unwrap().name().to_owned();
    let what = What::Configuration(Configuration { language, content: before.into() });
    let fact = Fact { what, place: Place { layer: None, path: path.into() }, by: AnalyzerId::new("test") };
    let inventory = Inventory { items: vec![Item { fact, removed: None, owner: None }], ..Inventory::default() };
    let (mended, left) = fix(&inventory, |rule, _, _| rules.contains(&rule));
    let after = mended.first().map_or(before, |file| &*file.after);
    assert_eq!(after, expected, "{left:?}");
}

const CONTAINER: [&str; 5] =
    ["PLM-K8S-POD-001", "PLM-K8S-POD-002", "PLM-K8S-POD-003", "PLM-K8S-POD-004", "PLM-K8S-POD-018"];

#[test]
fn manifests_keep_their_comments_and_their_way() {
    check(
        "web.yaml",
        &CONTAINER,
        "# The shop.\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      \
         containers:\n      # In front.\n      - name: web # here\n        image: example.com/web:1.0 # pinned\n        \
         securityContext:\n          privileged: true  # why?\n      - image: example.com/log:1.0\n        name: log\n\n      \
         # At the end.\n      restartPolicy: Always\n",
        "# The shop.\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      \
         containers:\n      # In front.\n      - name: web # here\n        image: example.com/web:1.0 # pinned\n        \
         securityContext:\n          privileged: false  # why?\n          allowPrivilegeEscalation: false\n          \
         runAsNonRoot: true\n          capabilities:\n            drop: [ALL]\n          seccompProfile:\n            type: \
         RuntimeDefault\n      - image: example.com/log:1.0\n        name: log\n        securityContext:\n          \
         allowPrivilegeEscalation: false\n          runAsNonRoot: true\n          capabilities:\n            drop: [ALL]\n          \
         seccompProfile:\n            type: RuntimeDefault\n\n      # At the end.\n      restartPolicy: Always\n",
    );
}

#[test]
fn braces_lists_nothing_and_several_documents() {
    let head = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n";
    let escalation = |before: &str, after: &str| {
        check("a.yaml", &["PLM-K8S-POD-002"], &format!("{head}{before}"), &format!("{head}{after}"));
    };
    escalation("  - {name: a}", "  - {name: a, securityContext: {allowPrivilegeEscalation: false}}");
    escalation(
        "  - {name: a, securityContext: {}}\n",
        "  - {name: a, securityContext: {allowPrivilegeEscalation: false}}\n",
    );
    escalation(
        "  - name: a\n    securityContext:\n  - name: b\n    securityContext: {runAsUser: 7}\n",
        "  - name: a\n    securityContext:\n      allowPrivilegeEscalation: false\n  - name: b\n    securityContext: \
         {runAsUser: 7, allowPrivilegeEscalation: false}\n",
    );
    // Another document, and a text of several lines at the end of a container.
    escalation(
        "  - name: a\n    command:\n    - sh\n    - |\n      x\n\n---\n# next\nx: 1\n",
        "  - name: a\n    command:\n    - sh\n    - |\n      x\n    securityContext:\n      allowPrivilegeEscalation: false\n\n---\n# \
         next\nx: 1\n",
    );
    // What an anchor stands for may be used elsewhere.
    escalation("  - &a {name: a}\n", "  - &a {name: a}\n");
    check(
        "a.yaml",
        &["PLM-K8S-POD-004"],
        &format!(
            "{head}  - name: a\n    securityContext:\n      capabilities:\n        drop:\n        - NET_RAW # no\n"
        ),
        &format!(
            "{head}  - name: a\n    securityContext:\n      capabilities:\n        drop:\n        - NET_RAW # no\n        - ALL\n"
        ),
    );
    check(
        "a.json",
        &["PLM-K8S-POD-002"],
        "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"spec\": {\"containers\": [\n  {\n    \"name\": \"a\"\n  }\n]}}\n",
        "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"spec\": {\"containers\": [\n  {\n    \"name\": \"a\",\n    \"securityContext\": \
         {\"allowPrivilegeEscalation\": false}\n  }\n]}}\n",
    );
}

#[test]
fn blocks_of_terraform() {
    let encrypted = |before: &str, after: &str| check("main.tf", &["PLM-AWS-RDS-001"], before, after);
    encrypted(
        "# db\nresource \"aws_db_instance\" \"a\" {\n  engine            = \"postgres\" # new\n  storage_encrypted = false\n}\n",
        "# db\nresource \"aws_db_instance\" \"a\" {\n  engine            = \"postgres\" # new\n  storage_encrypted = true\n}\n",
    );
    encrypted(
        "resource \"aws_db_instance\" \"a\" {\n  allocated_storage_x = 7 # x\n  # end\n}\nresource \"aws_kms_key\" \"b\" {}\n",
        "resource \"aws_db_instance\" \"a\" {\n  allocated_storage_x = 7 # x\n  storage_encrypted   = true\n  # end\n}\nresource \
         \"aws_kms_key\" \"b\" {}\n",
    );
    encrypted(
        "resource \"aws_db_instance\" \"a\" {\n  engine = \"postgres\"\n}\n",
        "resource \"aws_db_instance\" \"a\" {\n  engine = \"postgres\"\n\n  storage_encrypted = true\n}\n",
    );
    encrypted(
        "resource \"aws_db_instance\" \"a\" {}\n",
        "resource \"aws_db_instance\" \"a\" {\n  storage_encrypted = true\n}\n",
    );
    // What a variable says is for whoever sets it.
    let computed = "variable \"e\" {\n  default = false\n}\nresource \"aws_db_instance\" \"a\" {\n  storage_encrypted = var.e\n}\n";
    encrypted(computed, computed);
}

#[test]
fn instructions_of_dockerfiles() {
    let rules = ["PLM-DOCKER-IMAGE-001", "PLM-DOCKER-IMAGE-008", "PLM-DOCKER-RUN-005", "PLM-DOCKER-RUN-006"];
    check(
        "Dockerfile",
        &rules,
        "# syntax=docker/dockerfile:1\nFROM debian:12\n# Sources.\nADD . /srv\nRUN apt-get update && apt-get install -y \\\n    # a \
         tool\n    curl; echo done\nENTRYPOINT [\"/srv/run\"]\n",
        "# syntax=docker/dockerfile:1\nFROM debian:12\n# Sources.\nCOPY . /srv\nRUN apt-get update && apt-get install \
         --no-install-recommends -y \\\n    # a tool\n    curl; echo done \\\n    && rm -rf /var/lib/apt/lists/*\nUSER \
         65532:65532\nENTRYPOINT [\"/srv/run\"]\n",
    );
    // A command in the form of a list is left alone.
    let list = "FROM debian:12\nRUN [\"apt-get\", \"install\", \"-y\", \"curl\"]\nUSER 7\n";
    check("Dockerfile", &rules, list, list);
}

#[test]
fn what_is_set_aside_or_not_wanted_stays() {
    let text = "FROM debian:12\nADD a /srv\nUSER 7\n";
    check("Dockerfile", &[], text, text);
    let found = Misconfiguration {
        rule: "PLM-A-B-001".into(),
        lines: (2, 3),
        place: Place { layer: None, path: "a".into() },
        suppressed: Some("agreed".into()),
        ..Misconfiguration::default()
    };
    assert!(is_aside(&found, "PLM-A-B-001", "a", 2));
    assert!(!is_aside(&found, "PLM-A-B-001", "a", 3));
    assert!(!is_aside(&Misconfiguration { suppressed: None, ..found }, "PLM-A-B-001", "a", 2));
}

#[test]
fn changes_are_only_asked_of_languages_that_are_written() {
    let written = [Target::Kubernetes, Target::Terraform, Target::Dockerfile];
    assert!(all().filter(|rule| !rule.change.is_empty()).all(|rule| written.contains(&rule.target)));
}
