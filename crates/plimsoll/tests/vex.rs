//! VEX from end to end: documents that set findings of the example image aside, and the commands that write and check
//! them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The manifest of the example image, as `examples/shop.oci/index.json` names it.
const DIGEST: &str = "sha256:80f516a7e73f034c44e688710abc3bc3b8e2f34520915d1ff7735267f1be7476";

fn plimsoll(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    // 2024-05-06T07:08:09Z, by `date -u -d @1714979289 +%FT%TZ`.
    command.args(arguments).env_clear().env("SOURCE_DATE_EPOCH", "1714979289").stdin(Stdio::null()).output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn examples(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name).to_str().unwrap().to_owned()
}

/// Scans the example with these further arguments. The report is that of the image.
fn scan(arguments: &[&str]) -> (Output, Value) {
    let (image, advisories) = (examples("shop.oci"), examples("advisories"));
    let mut all = vec!["image", "--input", &image, "--advisories", &advisories, "--no-cache", "-f", "json"];
    all.extend(arguments);
    let output = plimsoll(&all);
    let report = serde_json::from_str::<Value>(stdout(&output)).unwrap_or_default()["artifacts"][0].clone();
    (output, report)
}

/// The ids of what does not count, with the reason.
fn set_aside(report: &Value) -> Vec<(String, String)> {
    let rows = report["vulnerabilities"].as_array().unwrap().iter();
    rows.filter_map(|row| Some((row["id"].as_str()?.to_owned(), row["suppressed"].as_str()?.to_owned()))).collect()
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = PathBuf::from(self.path(name));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        self.path(name)
    }
}

#[test]
fn one_finding_is_set_aside_and_the_report_says_why() {
    let folder = Folder::new();
    let file = folder.write(
        "shop.openvex.json",
        &format!(
            r#"{{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.com/vex/shop-1", "author": "Acme",
            "timestamp": "2024-01-01T00:00:00Z", "version": 1, "statements": [
            {{"vulnerability": {{"name": "GHSA-jfh8-c2jp-5v3q"}}, "status": "not_affected",
              "justification": "vulnerable_code_not_in_execute_path",
              "products": [{{"@id": "pkg:oci/shop@{DIGEST}",
                "subcomponents": [{{"@id": "pkg:maven/org.apache.logging.log4j/log4j-core"}}]}}]}},
            {{"vulnerability": {{"name": "CVE-2019-10744"}}, "status": "under_investigation",
              "products": [{{"@id": "pkg:npm/lodash"}}]}},
            {{"vulnerability": {{"name": "CVE-2020-14343"}}, "status": "fixed",
              "products": [{{"@id": "pkg:pypi/pyyaml@5.4"}}]}},
            {{"vulnerability": {{"name": "CVE-1999-0001"}}, "status": "fixed", "products": [{{"@id": "pkg:oci/shop"}}]}},
            {{"vulnerability": {{"name": "CVE-2020-28493"}}, "status": "not_affected",
              "products": [{{"@id": "pkg:pypi/jinja2"}}]}}]}}"#
        ),
    );
    let (output, report) = scan(&["--vex", &file, "-v"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(
        set_aside(&report),
        [(
            "CVE-2021-44228".to_owned(),
            "not affected, says Acme: vulnerable_code_not_in_execute_path (https://example.com/vex/shop-1, statements[0])"
                .to_owned()
        )]
    );
    // Eight vulnerabilities are found without the document.
    assert_eq!(
        (&report["summary"]["vulnerabilities"]["total"], &report["summary"]["suppressed"]),
        (&7.into(), &1.into())
    );
    let lodash =
        report["vulnerabilities"].as_array().unwrap().iter().find(|row| row["id"] == "CVE-2019-10744").unwrap();
    assert_eq!(lodash["vex"]["status"], "under_investigation");
    let unapplied: Vec<&str> =
        report["vex"].as_array().unwrap().iter().filter_map(|remark| remark["unapplied"].as_str()).collect();
    let expected = [
        "CVE-2020-14343 is in pyyaml 5.3, and not in pkg:pypi/pyyaml@5.4: it is about 5.4",
        "nothing here is known to have CVE-1999-0001",
    ];
    assert_eq!(unapplied, expected);
    for why in expected {
        assert!(stderr(&output).contains(why), "{}", stderr(&output));
    }
    // The last statement says not why, which it has to.
    assert!(stderr(&output).contains("statements[4]: not_affected needs a justification"), "{}", stderr(&output));
}

#[test]
fn a_gate_does_not_count_what_is_set_aside() {
    let folder = Folder::new();
    let file = folder.path("vex.json");
    let critical = ["CVE-2021-44228", "CVE-2019-10744", "CVE-2021-35042", "CVE-2020-14343"];
    for (number, id) in critical.into_iter().enumerate() {
        let (output, _) = scan(&["--fail-on", "critical"]);
        assert_eq!(output.status.code(), Some(1));
        let product = format!("pkg:oci/shop@{DIGEST}");
        let mut add = vec!["vex", "add", id, &product, "--status", "not_affected", "--file", &file];
        add.extend(["--justification", "component_not_present", "--author", "Acme"]);
        let output = plimsoll(&add);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let document: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        assert_eq!(document["version"], number + 1);
    }
    let (output, report) = scan(&["--fail-on", "critical", "--vex", &file]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(set_aside(&report).len(), critical.len());
    let listed = plimsoll(&["vex", "list", &file]);
    assert!(stdout(&listed).starts_with(&format!(
        "CVE-2021-44228 not_affected component_not_present pkg:oci/shop@{DIGEST} (Acme, 2024-05-06T07:08:09Z, "
    )));
    assert!(stdout(&listed).ends_with("4 statements, 0 parts left out\n"));
    assert_eq!(fs::read_dir(folder.0.path()).unwrap().count(), 1, "nothing but the file is left");
}

#[test]
fn a_repository_has_to_be_trusted_to_set_anything_aside() {
    let folder = Folder::new();
    folder.write("hub/vex-repository.json", r#"{"name": "Hub", "versions": [{"spec_version": "0.1"}]}"#);
    let entry =
        |id: &str, location: &str| format!(r#"{{"id": "{id}", "location": "{location}", "format": "openvex"}}"#);
    let entries = [
        entry("pkg:npm/lodash", "pkg/npm/lodash/vex.json"),
        entry("pkg:npm/minimist", "../outside.json"),
        entry("pkg:npm/elsewhere", "gone.json"),
        entry("lodash", "gone.json"),
    ];
    folder.write("hub/index.json", &format!(r#"{{"packages": [{}]}}"#, entries.join(",")));
    let document = |id: &str, name: &str| {
        format!(
            r#"{{"author": "Hub", "statements": [{{"vulnerability": "{id}", "status": "fixed", "products": ["pkg:npm/{name}"]}}]}}"#
        )
    };
    folder.write("hub/pkg/npm/lodash/vex.json", &document("CVE-2019-10744", "lodash"));
    folder.write("outside.json", &document("CVE-2020-7598", "minimist"));
    let hub = folder.path("hub");
    let (output, report) = scan(&["--vex", &hub]);
    assert_eq!(set_aside(&report), []);
    assert_eq!(report["vex"][0]["unapplied"], "it would set 1 finding aside, but nobody has checked who made it");
    assert!(stderr(&output).contains("outside of the repository"), "{}", stderr(&output));
    assert!(stderr(&output).contains("packages[3]: not a package URL"), "{}", stderr(&output));
    let (_, report) = scan(&["--vex", &hub, "--vex-trust"]);
    let ids: Vec<String> = set_aside(&report).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["CVE-2019-10744"]);
    // A folder that is no repository is the user's own.
    fs::remove_file(folder.path("hub/index.json")).unwrap();
    fs::remove_file(folder.path("hub/vex-repository.json")).unwrap();
    let (_, report) = scan(&["--vex", &hub]);
    assert_eq!(set_aside(&report).len(), 1);
}

#[test]
fn what_cannot_be_used_is_refused_before_the_scan() {
    let folder = Folder::new();
    let broken = folder.write("broken.json", "{\"statements\": [");
    let partly = folder.write(
        "partly.json",
        r#"{"statements": [{"vulnerability": "CVE-1", "status": "odd\u001b[2J", "products": ["pkg:npm/a"]}]}"#,
    );
    let (output, _) = scan(&["--vex", &broken]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("broken.json is no VEX document"), "{}", stderr(&output));
    let (output, _) = scan(&["--vex", &folder.path("absent.json")]);
    assert_eq!(output.status.code(), Some(2));
    let output = plimsoll(&["vex", "check", &partly]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("statements[0]: there is no status"), "{}", stdout(&output));
    assert!(!stdout(&output).contains('\u{1b}'));
    let add = |more: &[&str]| {
        let mut all = vec!["vex", "add", "CVE-2024-1", "--file", &broken, "--author", "Acme"];
        all.extend(more);
        plimsoll(&all)
    };
    for (more, complaint) in [
        (&["pkg:npm/a", "--status", "fixed"][..], "cannot add to"),
        (&["pkg:npm/a", "--status", "harmless"], "not_affected, affected, fixed"),
        (&["pkg:npm/a", "--status", "not-affected"], "justification"),
        (&["lodash", "--status", "fixed"], "not a package URL"),
        (&["--status", "fixed"], "PURL"),
    ] {
        let output = add(more);
        assert_eq!(output.status.code(), Some(2), "{more:?}");
        assert!(stderr(&output).contains(complaint), "{more:?}: {}", stderr(&output));
    }
    assert_eq!(fs::read_to_string(&broken).unwrap(), "{\"statements\": [");
}
