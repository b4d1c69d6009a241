//! The user's rules from end to end: plimsoll.yaml, gates, ignores and baselines on the example image, down to the exit code.
//!
//! What the image has was read off its package lists and `examples/advisories`: eight vulnerabilities, of which four are critical
//! (log4j-core, Django, PyYAML, lodash) and two high (openssl and zlib of Debian 11, in the base), all with a fix; that of
//! log4j-core is exploited.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn example(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name).to_str().unwrap().to_owned()
}

/// A working directory.
struct Folder(tempfile::TempDir);

impl Folder {
    /// With a project's settings.
    fn with(settings: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("plimsoll.yaml", settings);
        folder
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null());
        // 2024-05-06T07:08:09Z, by `date -u -d @1714979289 +%FT%TZ`.
        command.env_clear().env("SOURCE_DATE_EPOCH", "1714979289").envs(variables.iter().copied());
        Run(command.output().unwrap())
    }

    /// Scans the example.
    fn scan(&self, arguments: &[&str]) -> Run {
        let (image, advisories) = (example("shop.oci"), example("advisories"));
        let all = ["image", "--input", &image, "--advisories", &advisories, "--no-cache"];
        self.run(&[&all, arguments].concat(), &[])
    }
}

struct Run(Output);

impl Run {
    fn stdout(&self) -> &str {
        std::str::from_utf8(&self.0.stdout).unwrap()
    }

    fn stderr(&self) -> &str {
        std::str::from_utf8(&self.0.stderr).unwrap()
    }

    /// Expected: the exit code, and what is said on standard error.
    fn check(&self, code: i32, said: &[&str]) {
        assert_eq!(self.0.status.code(), Some(code), "{}", self.stderr());
        for text in said {
            assert!(self.stderr().contains(text), "{text:?} is not in {}", self.stderr());
        }
    }

    /// What does not count: `id: reason`.
    fn set_aside(&self) -> Vec<String> {
        let report: Value = serde_json::from_str(self.stdout()).unwrap();
        let rows = report["artifacts"][0]["vulnerabilities"].as_array().unwrap().clone();
        let told =
            rows.iter().filter_map(|row| Some(format!("{}: {}", row["id"].as_str()?, row["suppressed"].as_str()?)));
        told.collect()
    }
}

#[test]
fn what_is_nearest_counts() {
    let folder = Folder::with("format: json\n");
    folder.write("config/plimsoll/plimsoll.yaml", "format: table\nfail-on: critical\n");
    folder.write("inner/deep/a", "");
    let (image, advisories, config) = (example("shop.oci"), example("advisories"), folder.path("config"));
    let scan = |arguments: &[&str], variables: &[(&str, &str)]| {
        let all = ["image", "--input", &image, "--advisories", &advisories, "--no-cache"];
        folder.run(&[&all, arguments].concat(), &[&[("XDG_CONFIG_HOME", &*config)], variables].concat())
    };
    let is_json = |run: &Run| run.stdout().starts_with('{');
    // The project says json, the user says what is critical.
    let run = scan(&[], &[]);
    run.check(1, &["critical or worse (--fail-on critical): 4: CVE-2021-44228 in "]);
    assert!(is_json(&run));
    assert!(!is_json(&scan(&[], &[("PLIMSOLL_FORMAT", "table")])));
    assert!(is_json(&scan(&["-f", "json"], &[("PLIMSOLL_FORMAT", "table")])));
    scan(&["--no-config"], &[]).check(0, &[]);
    // From inside the project its file is found as well.
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(["config-file", "explain", "--set"]).current_dir(folder.path("inner/deep")).env_clear();
    let told = Run(command.output().unwrap());
    assert!(told.stdout().contains("format: json  # "), "{}", told.stdout());
    // But not from beyond the root of its repository.
    fs::create_dir(folder.path("inner/.git")).unwrap();
    let told = Run(command.output().unwrap());
    assert!(!told.stdout().contains("format"), "{}", told.stdout());
}

#[test]
fn mistakes_are_told_with_file_and_line() {
    let check = |settings: &str, said: &str| {
        let run = Folder::with(settings).scan(&[]);
        run.check(2, &[said]);
        assert_eq!(run.stdout(), "");
    };
    check("\nseverty: high\n", "plimsoll.yaml, line 2: there is no \"severty\" here; did you mean \"severity\"?");
    check("severity: hihg\n", "plimsoll.yaml, line 1: invalid value 'hihg' for '--severity");
    check("db-max-age: [1d, 2d]\n", "plimsoll.yaml, line 1: the argument '--db-max-age <AGE>' cannot be used multiple");
    check("all: maybe\n", "plimsoll.yaml, line 1: \"all\" is true or false");
    check("config: other.yaml\n", "plimsoll.yaml, line 1: there is no \"config\" here");
    check("gates:\n  a:\n    new: true\n", "the gate a asks for what is new, but not since when");
    check("a: [\n", "plimsoll.yaml, ");
    let folder = Folder::with("");
    folder.scan(&["--config", "missing.yaml"]).check(2, &["cannot read the settings in missing.yaml"]);
    folder.scan(&["--ignorefile", "missing"]).check(2, &["cannot read the ignores in missing"]);
    folder.scan(&["--baseline", "missing"]).check(2, &["cannot read the baseline missing"]);
    folder.write("old.json", "{}");
    folder.scan(&["--baseline", "old.json"]).check(2, &["cannot read the baseline old.json", "--format json"]);
    folder.write(".snyk", "ignore:\n  A-1: x\n");
    folder.scan(&[]).check(2, &[".snyk, line 2: a list was expected"]);
}

#[test]
fn a_file_that_was_only_found_may_not_write_or_trust() {
    for setting in [
        "output: [json=/tmp/x.json]",
        "cache-dir: /tmp/x",
        "db-source: 'shards:https://stranger.example'",
        "vex-trust: true",
        "offline: false",
        "max-nesting: 9",
        "overrides: [{image: nothing, output: [json=/tmp/x.json]}]",
    ] {
        let folder = Folder::with(setting);
        folder.scan(&[]).check(2, &["plimsoll.yaml, line 1: a file that nobody named may not set"]);
    }
    Folder::with("offline: true\n").scan(&[]).check(0, &[]);
    let folder = Folder::with("output: [json=report.json]\n");
    folder.scan(&["--config", "plimsoll.yaml"]).check(0, &[]);
    assert!(fs::read_to_string(folder.path("report.json")).unwrap().contains("CVE-2021-44228"));
}

#[test]
fn a_gate_fails_when_all_of_its_conditions_are_met() {
    let check = |conditions: &str, code: i32, said: &str| {
        Folder::with(&format!("gates:\n  it: {{{conditions}}}\n")).scan(&[]).check(code, &[said]);
    };
    check("kev: true", 1, "failed: gate it (kev: true): 1: CVE-2021-44228 in ");
    check("severity: critical, fixed: true", 1, "failed: gate it (severity: critical, fixed: true): 4: ");
    check(
        "severity: high, layer: base",
        1,
        "): 2: CVE-2022-0778 in libssl1.1 1.1.1k-1 (high); CVE-2018-25032 in zlib1g ",
    );
    check("severity: critical, layer: base", 0, "");
    check("fixed: false", 0, "");
    check("score: 9.8", 1, "): 3: ");
    check("kind: vulnerability, allowed: 7", 1, "): 8, where 7 may be: ");
    check("kind: vulnerability, allowed: 8", 0, "");
    check("end-of-life: true", 0, "");
    check("package: 'pkg:npm/*'", 1, "): 2: ");
    check("coverage: complete", 0, "");
    check("epss: 0.1", 0, "warning: gate it (epss: 0.1) asks how likely exploits are");
    // 2022-04-01 is 766 days before the day of the report, and the youngest.
    check("age: 766d, id: CVE-2018-25032", 1, "): 1: ");
    check("age: 767d, id: CVE-2018-25032", 0, "");
}

#[test]
fn every_exit_code_has_its_reason() {
    let folder = Folder::with("gates:\n  seen:\n    coverage: complete\n  exploited:\n    kev: true\n");
    let small = ["--max-file-bytes", "10"];
    folder.scan(&["--no-config"]).check(0, &[]);
    folder.scan(&[]).check(1, &["failed: gate exploited"]);
    folder.scan(&["--severity", "awful"]).check(2, &["critical"]);
    folder.run(&["image", "--input", "missing.tar"], &[]).check(3, &["missing.tar"]);
    // With no file read nothing is found, and the gaps say so.
    folder.scan(&small).check(4, &["failed: gate seen (coverage: complete): could not be seen: "]);
    let image = example("shop.oci");
    let blind = ["image", "--input", &image, "--offline", "--no-cache", "--no-config"];
    folder.run(&blind, &[]).check(5, &["there are no advisories"]);
}

#[test]
fn what_is_ignored_does_not_count_and_says_why() {
    let folder = Folder::with(
        "format: json\ngates:\n  exploited:\n    kev: true\nignores:\n  - id: GHSA-jfh8-c2jp-5v3q\n    package: \
         pkg:maven/org.apache.logging.log4j/*\n    reason: look-ups are off\n    owner: ann\n    ticket: OPS-12\n    until: \
         2024-05-06\n  - id: CVE-2021-35042\n    reason: over\n    until: 2024-05-05\n  - id: CVE-1999-0001\n    reason: nobody has \
         it\n  - secret: any\n    reason: not looked for\n",
    );
    let run = folder.scan(&[]);
    run.check(
        0,
        &[
            "warning: the ignore of CVE-2021-35042 ended, and counts no longer (until 2024-05-05; plimsoll.yaml, line 12)",
            "warning: the ignore of CVE-1999-0001 is of no use: nothing here is what it ignores (plimsoll.yaml, line 15)",
        ],
    );
    assert_eq!(run.stderr().lines().count(), 2, "{}", run.stderr());
    let expected = "CVE-2021-44228: ignored: look-ups are off (ann, OPS-12, until 2024-05-06; plimsoll.yaml, line 6)";
    assert_eq!(run.set_aside(), [expected]);
    let quiet = folder.scan(&["-q"]);
    assert_eq!(quiet.stderr(), "");
    let explained = folder.run(
        &[
            "explain",
            "CVE-2021-44228",
            "--input",
            &example("shop.oci"),
            "--advisories",
            &example("advisories"),
            "--no-cache",
        ],
        &[],
    );
    assert!(explained.stdout().contains("is found, but does not count"), "{}", explained.stdout());
    assert!(explained.stdout().contains("look-ups are off"), "{}", explained.stdout());
}

#[test]
fn the_ignores_of_other_tools_count_where_they_lie() {
    let folder = Folder::with("format: json\n");
    folder.write(".trivyignore", "CVE-2021-44228\n");
    folder
        .write(".grype.yaml", "ignore:\n  - vulnerability: CVE-2022-0778\n    namespace: 'debian:distro:debian:11'\n");
    folder.write("other/osv-scanner.toml", "[[IgnoredVulns]]\nid = \"PYSEC-2021-142\"\nreason = \"safe loader\"\n");
    let found = folder.scan(&[]);
    found.check(0, &["warning: left out of the ignores: .grype.yaml, line 2: \"namespace\" is a condition"]);
    assert_eq!(found.set_aside(), ["CVE-2021-44228: ignored: without a reason (.trivyignore, line 1)"]);
    let named = folder.scan(&["--ignorefile", "other/osv-scanner.toml"]);
    assert_eq!(named.set_aside(), ["CVE-2020-14343: ignored: safe loader (other/osv-scanner.toml, line 1)"]);
    assert_eq!(folder.scan(&["--no-config", "-f", "json"]).set_aside(), [""; 0]);
    // Relative to the file that says so.
    folder.write("other/plimsoll.yaml", "format: json\nignorefile: osv-scanner.toml\n");
    assert_eq!(folder.scan(&["--config", "other/plimsoll.yaml"]).set_aside().len(), 1);
}

#[test]
#[cfg(unix)]
fn a_link_that_only_lies_there_is_not_followed() {
    let folder = Folder::with("format: json\n");
    folder.write("other/list", "CVE-2021-44228\n");
    std::os::unix::fs::symlink("other/list", folder.path(".trivyignore")).unwrap();
    let run = folder.scan(&[]);
    run.check(0, &["warning: .trivyignore is a link and not read"]);
    assert_eq!(run.set_aside(), [""; 0]);
    assert_eq!(folder.scan(&["--ignorefile", ".trivyignore"]).set_aside().len(), 1);
}

#[test]
fn settings_of_every_shape_reach_the_scan() {
    let folder = Folder::with(
        "format: json\nscanners: [vuln, license]\nseverity: [critical, low]\nignored-licenses:\n  - MIT\nno-cache: true\n\
         show-suppressed: true\nlicense-confidence-level: 0.8\n",
    );
    folder.write("node_modules/a/package.json", r#"{"name":"a","version":"1.0.0","license":"MIT"}"#);
    let run = folder.run(&["fs", ".", "--advisories", &example("advisories")], &[]);
    run.check(0, &[]);
    let report: Value = serde_json::from_str(run.stdout()).unwrap();
    let licenses = &report["artifacts"][0]["licenses"];
    assert_eq!(licenses[0]["suppressed"], "the licence is to be ignored (--ignored-licenses)", "{licenses}");
    // A low one is shown, a high one is not.
    let shown = folder.scan(&[]);
    let report: Value = serde_json::from_str(shown.stdout()).unwrap();
    let rows = report["artifacts"][0]["vulnerabilities"].as_array().unwrap().clone();
    assert_eq!(rows.iter().map(|row| row["severity"].clone()).collect::<Vec<_>>(), ["critical"; 4]);
}

#[test]
fn a_baseline_lets_pass_what_was_there_before() {
    let folder = Folder::with("gates:\n  nothing-new:\n    new: true\n    severity: low\n");
    folder.scan(&["--no-config", "-o", "json=base.json"]).check(0, &[]);
    folder.scan(&["--baseline", "base.json"]).check(0, &[]);
    let text = fs::read_to_string(folder.path("base.json")).unwrap();
    let mut report: Value = serde_json::from_str(&text).unwrap();
    let rows = report["artifacts"][0]["vulnerabilities"].as_array_mut().unwrap();
    rows.retain(|row| row["id"] != "CVE-2022-0778");
    folder.write("base.json", &report.to_string());
    let said = "failed: gate nothing-new (new: true, severity: low): 1: CVE-2022-0778 in libssl1.1 1.1.1k-1 (high)";
    folder.scan(&["--baseline", "base.json"]).check(1, &[said]);
}

#[test]
fn ignores_with_a_justification_become_statements() {
    let folder = Folder::with(
        "ignores:\n  - id: CVE-2021-44228\n    package: pkg:maven/org.apache.logging.log4j/log4j-core\n    reason: look-ups are \
         off\n    justification: vulnerable_code_cannot_be_controlled_by_adversary\n  - id: CVE-2022-0778\n    layer: base\n    \
         reason: x\n    justification: component_not_present\n  - id: CVE-2020-14343\n    reason: no label\n",
    );
    let product = "pkg:oci/shop@sha256:80f516a7e73f034c44e688710abc3bc3b8e2f34520915d1ff7735267f1be7476";
    let made = folder.run(&["vex", "from-ignores", product, "--author", "Acme", "--file", "shop.json"], &[]);
    made.check(0, &["left out: the ignore of CVE-2022-0778 and 1 more: it holds only in some places"]);
    let listed = folder.run(&["vex", "list", "shop.json"], &[]);
    assert!(listed.stdout().ends_with("1 statements, 0 parts left out\n"), "{}", listed.stdout());
    let set_aside = folder.scan(&["--no-config", "--vex", "shop.json", "-f", "json"]).set_aside();
    assert_eq!(set_aside.len(), 1);
    assert!(set_aside[0].starts_with(
        "CVE-2021-44228: not affected, says Acme: vulnerable_code_cannot_be_controlled_by_adversary, look-ups are off"
    ));
    let none = Folder::with("").run(&["vex", "from-ignores", product, "--author", "Acme"], &[]);
    none.check(2, &["no ignore says a justification"]);
}

#[test]
fn views_with_fewer_formats_pass_over_that_of_a_scan() {
    let folder = Folder::with("format: cyclonedx\n");
    let (image, advisories) = (example("shop.oci"), example("advisories"));
    folder.run(&["layers", "--input", &image, "--no-cache"], &[]).check(0, &[]);
    let explain = ["explain", "CVE-2021-44228", "--input", &image, "--advisories", &advisories, "--no-cache"];
    folder.run(&explain, &[]).check(0, &[]);
}

#[test]
fn a_file_to_begin_with_is_written_once() {
    let folder = Folder(tempfile::tempdir().unwrap());
    folder.run(&["config-file", "init"], &[]).check(0, &[]);
    folder.run(&["config-file", "init"], &[]).check(2, &["cannot write plimsoll.yaml"]);
    folder.scan(&[]).check(0, &[]);
    let explained = folder.run(&["config-file", "explain"], &[("PLIMSOLL_FAIL_ON", "high")]);
    for line in ["fail-on: high  # PLIMSOLL_FAIL_ON", "scanners: vuln  # default", "least first: plimsoll.yaml"] {
        assert!(explained.stdout().contains(line.trim_start_matches("least first: ")), "{}", explained.stdout());
    }
}

/// The blocks of a page: the word behind the fence, and the text.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let parts: Vec<&str> = page.split("\n```").collect();
    parts.iter().skip(1).step_by(2).filter_map(|block| block.split_once('\n')).collect()
}

/// A block of YAML is a plimsoll.yaml; the block of text behind it is what a scan with it says on standard error, the one of
/// console what a command writes.
#[test]
fn the_examples_of_the_page_are_true() {
    let page = include_str!("../../../docs/policy.md");
    let blocks = blocks(page);
    let mut told = 0;
    for (index, (word, settings)) in blocks.iter().enumerate().filter(|(_, (word, _))| *word == "yaml") {
        let folder = Folder::with(settings);
        folder.run(&["config-file", "explain"], &[]).check(0, &[]);
        if let Some((kind, expected)) = blocks.get(index + 1).filter(|(kind, _)| matches!(*kind, "text" | "console")) {
            let run = match expected.strip_prefix("$ plimsoll ") {
                Some(command) => {
                    let line = command.lines().next().unwrap();
                    folder.run(&line.split(' ').collect::<Vec<_>>(), &[])
                }
                None => folder.scan(&["--scanners", "vuln"]),
            };
            for line in expected.lines().filter(|line| !line.starts_with("$ ")) {
                let said = if *kind == "text" { run.stderr() } else { run.stdout() };
                assert!(said.contains(line), "{line:?} is not in {said}");
            }
            told += 1;
        }
        assert_eq!(*word, "yaml");
    }
    assert!(told >= 4, "{told} examples are followed by what they say");
}
