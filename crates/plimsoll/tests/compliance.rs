//! `--compliance` from files and images to the status of controls and the exit code. That no control is reported as passed which
//! nothing assessed is held against what the same report says elsewhere; what single controls become was worked out by hand
//! from the files in `examples/weak`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn plimsoll(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(arguments).current_dir(folder.path()).env_clear().output().unwrap()
}

fn json(arguments: &[&str]) -> Value {
    let ran = plimsoll(arguments);
    serde_json::from_slice(&ran.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&ran.stderr)))
}

/// The names of all frameworks, as one value of the flag.
fn all() -> String {
    let listed = json(&["compliance", "list", "--format", "json"]);
    let names: Vec<_> = listed.as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert!(names.len() >= 13, "{names:?}");
    names.join(",")
}

/// The controls of a report as `framework:id` and status.
fn statuses(report: &Value) -> BTreeMap<String, String> {
    let frameworks = report["artifacts"][0]["compliance"].as_array().unwrap().iter();
    let controls = frameworks.flat_map(|framework| {
        let name = framework["framework"].as_str().unwrap();
        let controls = framework["controls"].as_array().unwrap().iter();
        controls
            .map(move |it| (format!("{name}:{}", it["id"].as_str().unwrap()), it["status"].as_str().unwrap().into()))
    });
    controls.collect()
}

/// Every control that passed was assessed, and by nothing that failed. Returns how many passed.
fn check_passes(report: &Value) -> usize {
    let artifact = &report["artifacts"][0];
    let wrong: Vec<&str> =
        artifact["misconfigurations"].as_array().unwrap().iter().map(|found| found["rule"].as_str().unwrap()).collect();
    let mut passed = 0;
    for framework in artifact["compliance"].as_array().unwrap() {
        let name = framework["framework"].as_str().unwrap();
        let shown = json(&["compliance", "show", name, "--format", "json"]);
        for (control, known) in
            framework["controls"].as_array().unwrap().iter().zip(shown["controls"].as_array().unwrap())
        {
            assert_eq!(control["id"], known["id"]);
            let evidence = control["evidence"].as_array().unwrap();
            let is_assessed = evidence.iter().any(|it| it["examined"].as_u64().unwrap() > 0);
            let words = format!("{name}:{} {control}", control["id"].as_str().unwrap());
            if control["status"] != "passed" {
                assert_eq!(control["status"] == "not-assessed", !control["reason"].is_null(), "{words}");
                continue;
            }
            passed += 1;
            assert!(is_assessed, "nobody assessed {words}");
            for it in evidence {
                assert!(it["failed"] == 0 && it["unknown"] == 0, "{words}");
                let by = it["by"].as_str().unwrap();
                assert!(!wrong.contains(&by), "{by} failed, and {words} passed");
                if by.starts_with("PLM-") {
                    assert!(known["rules"].as_array().unwrap().iter().any(|rule| rule == by), "{by}: {words}");
                }
            }
        }
    }
    passed
}

fn weak() -> String {
    root().join("examples/weak").to_str().unwrap().to_owned()
}

#[test]
fn weak_configuration_fails_and_nothing_passes_unseen() {
    let report = json(&["config", &weak(), "--compliance", &all(), "-f", "json"]);
    let statuses = statuses(&report);
    for (control, expected) in [
        // Privileged, with the process namespace, the network and the root folder of the node.
        ("pss-baseline:privileged", "failed"),
        ("pss-baseline:host-namespaces", "failed"),
        ("pss-baseline:host-path-volumes", "failed"),
        ("pss-restricted:running-as-non-root", "failed"),
        ("cis-kubernetes:5.2.2", "failed"),
        ("cis-kubernetes:5.1.3", "failed"),
        ("nsa-cisa:1.2", "failed"),
        ("mitre-attack:T1611", "failed"),
        // No Windows container, no sysctl, no port of the node is there; but the rule about ports applies to every container.
        ("pss-baseline:host-ports", "passed"),
        // There is no control plane here.
        ("cis-kubernetes:1.2.16", "not-assessed"),
        ("cis-kubernetes:1.1.1", "not-assessed"),
        ("cis-aws:2.1.4", "failed"),
        ("cis-aws:2.3.1", "failed"),
        ("cis-aws:2.3.3", "failed"),
        ("cis-aws:5.2", "failed"),
        ("cis-aws:1.16", "failed"),
        ("cis-aws:3.6", "passed"),
        ("cis-aws:3.1", "not-assessed"),
        ("cis-aws:1.1", "not-assessed"),
        ("cis-gcp:6.5", "failed"),
        ("cis-gcp:3.6", "not-assessed"),
        ("cis-docker:4.1", "failed"),
        ("cis-docker:4.6", "passed"),
        ("cis-docker:4.7", "failed"),
        ("cis-docker:4.9", "failed"),
        ("cis-docker:2.1", "not-assessed"),
        // Nobody looked for vulnerabilities.
        ("cis-docker:4.4", "not-assessed"),
        ("nist-800-53:AC-6", "failed"),
        ("nist-800-53:SC-28", "failed"),
        ("nist-800-53:RA-5", "not-assessed"),
        ("nist-800-190:3.3.1", "failed"),
        ("nist-800-190:3.1.3", "not-assessed"),
        ("pci-dss:7.2.2", "failed"),
        ("pci-dss:6.3.3", "not-assessed"),
        ("iso-27001:A.8.2", "failed"),
        ("iso-27001:A.8.8", "not-assessed"),
        ("soc-2:CC6.6", "failed"),
        ("soc-2:CC7.4", "not-assessed"),
    ] {
        assert_eq!(statuses.get(control).map(String::as_str), Some(expected), "{control}");
    }
    assert!(check_passes(&report) > 0);
}

#[test]
fn the_example_image_is_held_against_every_framework() {
    let input = root().join("examples/shop.oci");
    let advisories = root().join("examples/advisories");
    let (input, advisories) = (input.to_str().unwrap(), advisories.to_str().unwrap());
    let scan = |scanners: &str| {
        let arguments = ["image", "--input", input, "--advisories", advisories, "--offline", "--no-cache"];
        json(&[&arguments[..], &["--scanners", scanners, "--compliance", &all(), "-f", "json"]].concat())
    };
    let report = scan("vuln,secret,misconfig");
    let seen = statuses(&report);
    // Four critical vulnerabilities, of which one is exploited.
    for control in ["cis-docker:4.4", "nist-800-53:RA-5", "nist-800-190:4.1.1", "pci-dss:11.3.1", "iso-27001:A.8.8"] {
        assert_eq!(seen[control], "failed", "{control}");
    }
    check_passes(&report);
    let report = scan("secret");
    assert_eq!(statuses(&report)["nist-800-53:RA-5"], "not-assessed");
    check_passes(&report);
}

#[test]
fn images_of_the_corpus_pass_nothing_unseen() {
    let Some(corpus) = env::var_os("PLIMSOLL_CORPUS").map(PathBuf::from) else {
        eprintln!("skipped: the images of the corpus, because PLIMSOLL_CORPUS names no folder");
        return;
    };
    // The smallest ones; the others differ in what is installed.
    for name in ["debian12.oci", "go.oci"] {
        let image = corpus.join(name);
        if !image.is_dir() {
            eprintln!("skipped: {name}, because it is not in {}", corpus.display());
            continue;
        }
        let arguments =
            ["image", "--input", image.to_str().unwrap(), "--scanners", "vuln,secret,misconfig", "--offline"];
        let report = json(&[&arguments[..], &["--no-cache", "--compliance", &all(), "-f", "json"]].concat());
        // The image runs as root; there are no advisories but those that the program brings along.
        let seen = statuses(&report);
        assert_eq!((&*seen["cis-docker:4.1"], &*seen["nist-800-53:SI-2"]), ("failed", "not-assessed"));
        check_passes(&report);
    }
}

#[test]
fn frameworks_of_ones_own_and_gates() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("own.yaml");
    let framework = |rule: &str| {
        let text =
            format!("id: own\ntitle: Ours\nversion: '1'\ncontrols:\n  - {{id: '1', title: One, rules: [{rule}]}}\n");
        fs::write(&own, text).unwrap();
    };
    let (own, weak) = (own.to_str().unwrap(), weak());
    let run = |rest: &[&str]| plimsoll(&[&["config", &weak, "--compliance", own][..], rest].concat());
    framework("PLM-AWS-KMS-001");
    assert_eq!(run(&["--fail-on", "compliance"]).status.code(), Some(0));
    framework("PLM-K8S-POD-001");
    let failed = run(&["--fail-on", "compliance"]);
    assert_eq!(failed.status.code(), Some(1));
    let said = String::from_utf8(failed.stderr).unwrap();
    assert!(said.contains("failed: a control that fails (--fail-on compliance): 1: own 1 (One)"), "{said}");
    let table = String::from_utf8(failed.stdout).unwrap();
    assert!(
        table.contains("Ours 1: 1 failed") && table.contains("PLM-K8S-POD-001: 1 of 1 resources: web.yaml:"),
        "{table}"
    );
    let page = String::from_utf8(run(&["-f", "html"]).stdout).unwrap();
    assert!(page.contains("<h2>Ours 1</h2>"));
    framework("PLM-K8S-POD-999");
    let wrong = run(&[]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8(wrong.stderr).unwrap().contains("control 1: no rule is called PLM-K8S-POD-999"));
    assert_eq!(plimsoll(&["config", &weak, "--compliance", "cis-doker"]).status.code(), Some(2));
}

#[test]
fn what_is_set_aside_is_accepted_and_not_passed() {
    let folder = tempfile::tempdir().unwrap();
    let ignores = folder.path().join("plimsoll.yaml");
    fs::write(&ignores, "ignores:\n  - {id: PLM-K8S-POD-001, reason: it is a driver}\n").unwrap();
    let arguments = ["config", &weak(), "--compliance", "pss-baseline", "-f", "json", "--ignorefile"];
    let report = json(&[&arguments[..], &[ignores.to_str().unwrap()]].concat());
    assert_eq!(statuses(&report)["pss-baseline:privileged"], "accepted");
    check_passes(&report);
}

#[test]
fn a_saved_report_keeps_its_controls() {
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("report.json");
    let output = format!("json={}", saved.display());
    let direct = plimsoll(&["config", &weak(), "--compliance", "cis-aws", "-o", &output, "-f", "html"]);
    let again = plimsoll(&["convert", saved.to_str().unwrap(), "-f", "html"]);
    let part = |output: &Output| {
        let page = String::from_utf8(output.stdout.clone()).unwrap();
        let part = page
            .split("<section class=\"compliance\">")
            .nth(1)
            .map(|part| part.split("</section>").next().unwrap().to_owned());
        part.unwrap()
    };
    assert_eq!(part(&direct), part(&again));
}

#[test]
fn the_example_in_docs_is_a_framework() {
    let page = include_str!("../../../docs/compliance.md");
    let example = page.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ours.yaml");
    fs::write(&path, example).unwrap();
    let shown = json(&["compliance", "show", path.to_str().unwrap(), "--format", "json"]);
    let controls = shown["controls"].as_array().unwrap();
    assert_eq!(controls.len(), 4);
    let rules = controls[0]["rules"].as_array().unwrap();
    assert!(rules.len() > 2 && rules.iter().any(|rule| rule == "PLM-AWS-S3-009"), "{rules:?}");
}
