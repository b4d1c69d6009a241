//! Advisory data in a registry: what is pushed is pulled, or fetched by a scan, and what the registry does wrong changes
//! nothing that is there.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use model::Digest;
use net::testing::{Answer, Depot};
use serde_json::Value;

struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

fn run(arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let Output { status, stdout, stderr } = command.args(arguments).env_clear().stdin(Stdio::null()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: status.code(), out: text(stdout), err: text(stderr) }
}

/// Runs it, and it has to succeed.
fn done(arguments: &[&str]) -> String {
    let run = run(arguments);
    assert_eq!(run.code, Some(0), "{arguments:?}: {}", run.err);
    run.out
}

fn examples(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name)
}

/// A registry, and a desk on which data is made for it and pulled from it.
struct Setting {
    depot: Depot,
    desk: tempfile::TempDir,
}

impl Setting {
    fn new() -> Self {
        let depot = Depot::start(|bytes| Digest::sha256(bytes).to_string());
        Self { depot, desk: tempfile::tempdir().unwrap() }
    }

    /// One into which the example advisories were pushed.
    fn pushed() -> Self {
        let this = Self::new();
        let built = this.built("built", &[]);
        done(&["db", "push", &this.name(), "--db-dir", &built]);
        this
    }

    fn path(&self, name: &str) -> String {
        self.desk.path().join(name).to_str().unwrap().to_owned()
    }

    fn name(&self) -> String {
        format!("{}/team/advisories:today", self.depot.server.host)
    }

    fn built(&self, name: &str, more: &[&str]) -> String {
        let (from, folder) = (examples("advisories"), self.path(name));
        done(&[&["db", "build", "--from", from.to_str().unwrap(), "--db-dir", &folder], more].concat());
        folder
    }

    /// A folder with other data than what is pushed here.
    fn older(&self) -> String {
        let (from, folder) = (self.desk.path().join("older-advisories"), self.path("older"));
        let record = r#"{"id": "RUSTSEC-2024-0001", "modified": "2024-01-01T00:00:00Z", "affected": [{"package":
            {"ecosystem": "crates.io", "name": "a"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}"#;
        fs::create_dir_all(from.join("crates.io")).unwrap();
        fs::write(from.join("crates.io/RUSTSEC-2024-0001.json"), record).unwrap();
        done(&["db", "build", "--from", from.to_str().unwrap(), "--db-dir", &folder]);
        assert!(!files(&folder).is_empty());
        folder
    }

    fn pull(&self, folder: &str, more: &[&str]) -> Run {
        run(&[&["db", "pull", &self.name(), "--db-dir", folder], more].concat())
    }

    fn manifest(&self) -> Value {
        serde_json::from_slice(&self.depot.manifest("today")).unwrap()
    }

    /// The digest of a file's layer.
    fn layer(&self, title: &str) -> String {
        let manifest = self.manifest();
        let layers = manifest["layers"].as_array().unwrap();
        let layer =
            layers.iter().find(|layer| layer["annotations"]["org.opencontainers.image.title"] == title).unwrap();
        layer["digest"].as_str().unwrap().to_owned()
    }

    /// Method and path of what was asked since `before` requests, without what is asked of every registry.
    fn asked(&self, before: usize) -> Vec<String> {
        self.depot.server.paths().split_off(before).into_iter().filter(|path| path != "GET /v2/").collect()
    }
}

/// The shards, their list and its signature, with their bytes.
fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let file = |path: PathBuf| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap());
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> =
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).map(file).collect();
    files.retain(|(name, _)| !name.starts_with("fetched."));
    files.sort();
    files
}

fn findings(arguments: &[&str]) -> Value {
    let image = examples("shop.oci");
    let scan = ["image", "--input", image.to_str().unwrap(), "--no-cache", "-o", "json"];
    let report: Value = serde_json::from_str(&done(&[&scan, arguments].concat())).unwrap();
    let findings = report["artifacts"][0]["vulnerabilities"].clone();
    assert!(findings.as_array().is_some_and(|findings| !findings.is_empty()), "there is something to compare");
    findings
}

// The form is that of the OCI image-spec 1.1, "Guidelines for Artifact Usage"; the digest and the size of the empty
// configuration are those that it gives for `{}`.
#[test]
fn what_is_pushed_is_an_artifact_with_a_layer_for_each_file() {
    let setting = Setting::pushed();
    let manifest = setting.manifest();
    assert_eq!(manifest["schemaVersion"], 2);
    assert_eq!(manifest["mediaType"], "application/vnd.oci.image.manifest.v1+json");
    assert_eq!(manifest["artifactType"], "application/vnd.plimsoll.advisories.v1");
    let config = &manifest["config"];
    assert_eq!(config["mediaType"], "application/vnd.oci.empty.v1+json");
    assert_eq!(config["digest"], "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    assert_eq!(config["size"], 2);
    assert_eq!(manifest["annotations"]["vnd.plimsoll.advisories.format"], "1");
    let created = manifest["annotations"]["org.opencontainers.image.created"].as_str().unwrap();
    assert!(created.len() == 20 && created.ends_with('Z'), "{created}");
    let built = files(&setting.path("built"));
    assert_eq!(manifest["layers"].as_array().unwrap().len(), built.len());
    for (name, bytes) in built {
        assert_eq!(setting.depot.blob(&setting.layer(&name)), bytes, "{name}");
    }
}

#[test]
fn what_is_pulled_is_what_was_pushed_and_nothing_goes_twice() {
    let setting = Setting::pushed();
    let (built, pulled) = (setting.path("built"), setting.path("pulled"));
    let run = setting.pull(&pulled, &[]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.out.contains("shards imported") && run.out.contains("note: it is not signed"), "{}", run.out);
    assert_eq!(files(&pulled), files(&built));
    assert_eq!(findings(&["--advisories", &pulled, "--offline"]), findings(&["--advisories", &built, "--offline"]));

    // The same data again: the registry is asked whether it has the blobs, and gets the same manifest.
    let (before, manifest) = (setting.depot.server.paths().len(), setting.depot.manifest("today"));
    let out = done(&["db", "push", &setting.name(), "--db-dir", &built]);
    assert!(out.contains(": 0 files were new"), "{out}");
    assert!(out.contains(&Digest::sha256(&manifest).to_string()), "{out}");
    assert_eq!(setting.depot.manifest("today"), manifest);
    assert!(!setting.asked(before).iter().any(|asked| asked.starts_with("POST")));

    // One shard is lost: it alone is fetched.
    fs::remove_file(Path::new(&pulled).join("npm.shard")).unwrap();
    let before = setting.depot.server.paths().len();
    assert_eq!(setting.pull(&pulled, &[]).code, Some(0));
    assert_eq!(files(&pulled), files(&built));
    let blobs: Vec<String> = setting.asked(before).into_iter().filter(|asked| asked.contains("/blobs/")).collect();
    let blob = |file| format!("GET /v2/team/advisories/blobs/{}", setting.layer(file));
    // Between the two come the tables, which are small.
    assert_eq!((blobs.first(), blobs.last()), (Some(&blob("shards.json")), Some(&blob("npm.shard"))));
    assert!(!blobs.contains(&blob("PyPI.shard")), "{blobs:?}");

    // By digest it is the same, and nothing can be pushed under one.
    let name = format!("{}/team/advisories@{}", setting.depot.server.host, Digest::sha256(&manifest));
    done(&["db", "pull", &name, "--db-dir", &setting.path("by-digest")]);
    assert_eq!(files(&setting.path("by-digest")), files(&built));
    let refused = self::run(&["db", "push", &name, "--db-dir", &built]);
    assert!(refused.code == Some(2) && refused.err.contains("has a digest of its own"), "{}", refused.err);
}

#[test]
fn a_part_is_pushed_and_pulled() {
    let setting = Setting::new();
    let built = setting.built("built", &[]);
    let out = done(&["db", "push", &setting.name(), "--db-dir", &built, "--ecosystem", "npm"]);
    assert!(out.starts_with("1 of ") || out.starts_with("2 of "), "{out}");
    let pulled = setting.path("pulled");
    assert_eq!(setting.pull(&pulled, &[]).code, Some(0));
    let names: Vec<String> = files(&pulled).into_iter().map(|(name, _)| name).collect();
    assert!(names.contains(&"npm.shard".to_owned()) && !names.contains(&"PyPI.shard".to_owned()), "{names:?}");
    let none = run(&["db", "push", &setting.name(), "--db-dir", &built, "--ecosystem", "Hex"]);
    assert!(none.err.contains("there is no shard of Hex"), "{}", none.err);
}

#[test]
fn a_pinned_key_must_have_signed_it() {
    let setting = Setting::new();
    let key = setting.path("key");
    let public = done(&["db", "keygen", &key]).trim().to_owned();
    let other = done(&["db", "keygen", &setting.path("other")]).trim().to_owned();
    let (pulled, source) = (setting.path("pulled"), format!("oci:{}", setting.name()));
    let update = |key: &str| run(&["db", "update", "--db-dir", &pulled, "--db-source", &source, "--db-key", key]);

    let unsigned = setting.built("unsigned", &[]);
    done(&["db", "push", &setting.name(), "--db-dir", &unsigned]);
    for run in [setting.pull(&pulled, &["--db-key", &public]), update(&public)] {
        assert!(run.code.is_some_and(|code| code != 0) && run.err.contains("signed"), "{}", run.err);
    }
    assert!(!files(&pulled).iter().any(|(name, _)| name.contains(".shard")));

    let signed = setting.built("signed", &["--sign-key", &key]);
    done(&["db", "push", &setting.name(), "--db-dir", &signed]);
    let run = setting.pull(&pulled, &["--db-key", &other]);
    assert!(run.code != Some(0) && run.err.contains("what is here stays in use"), "{}", run.err);
    let run = setting.pull(&pulled, &["--db-key", &public]);
    assert!(run.code == Some(0) && run.out.contains("signed by the key"), "{}{}", run.out, run.err);
    assert_eq!(files(&pulled), files(&signed));
    done(&["db", "verify", "--db-dir", &pulled, "--db-key", &public]);
    assert_eq!(update(&public).code, Some(0));
    assert!(update(&other).code != Some(0));
}

/// An answer that no honest registry gives, in place of the first whose method and path have such a part, and what is said.
fn faults(setting: &Setting) -> Vec<(&'static str, Answer, &'static str)> {
    let shard = setting.depot.blob(&setting.layer("npm.shard"));
    let mut flipped = shard.clone();
    flipped[shard.len() / 2] ^= 1;
    let page = "<!DOCTYPE html><html><title>Log in</title></html>";
    let other = r#"{"artifactType":"application/vnd.cncf.helm.chart.v1","layers":[]}"#;
    let claimed = Digest::sha256(b"something else").to_string();
    vec![
        ("GET manifests/", Answer::new(404, "{}"), "has no manifest today"),
        ("GET manifests/", Answer::new(403, "{}"), "refuses team/advisories"),
        ("GET manifests/", Answer::new(429, "").with("Retry-After", "3600"), "at most 60 s are waited"),
        ("GET manifests/", Answer::new(200, page), "what comes is no manifest"),
        ("GET manifests/", Answer::new(200, vec![b' '; 5_000_000]), "larger than the 4194304 bytes"),
        ("GET manifests/", Answer::new(200, other), "something else"),
        ("GET manifests/", Answer::new(200, other).with("Docker-Content-Digest", claimed), "damaged or exchanged"),
        ("GET npm", Answer::new(404, "{}"), "has no layer"),
        ("GET npm", Answer::new(200, page), "the manifest says"),
        ("GET npm", Answer::new(200, flipped), "damaged or exchanged"),
        ("GET npm", Answer { length: Some(10), ..Answer::new(200, shard.clone()) }, "the manifest says"),
        ("GET list", Answer::new(200, vec![b' '; 10]), "the manifest says"),
    ]
}

#[test]
fn older_data_is_pulled_only_when_told_to() {
    let setting = Setting::pushed();
    let folder = setting.older();
    let list = Path::new(&folder).join("shards.json");
    let mut later: Value = serde_json::from_slice(&fs::read(&list).unwrap()).unwrap();
    assert!(later["made"].is_string(), "{later}");
    later["made"] = "2999-01-01T00:00:00Z".into();
    fs::write(&list, later.to_string()).unwrap();
    let before = files(&folder);
    let run = setting.pull(&folder, &[]);
    assert!(run.code.is_some_and(|code| code != 0) && run.err.contains("--allow-older"), "{}", run.err);
    assert_eq!(files(&folder), before);
    assert_eq!(setting.pull(&folder, &["--allow-older"]).code, Some(0));
    assert_eq!(files(&folder), files(&setting.path("built")));
}

#[test]
fn whatever_the_registry_does_wrong_is_said_and_changes_nothing() {
    let setting = Setting::pushed();
    let old = setting.older();
    let before = files(&old);
    let parts = |what: &str| match what {
        "GET npm" => setting.layer("npm.shard"),
        "GET list" => setting.layer("shards.json"),
        _ => "GET /v2/team/advisories/manifests/".to_owned(),
    };
    for (what, answer, said) in faults(&setting) {
        setting.depot.fail(&parts(what), answer);
        let run = setting.pull(&old, &[]);
        assert!(run.code.is_some_and(|code| code != 0), "{said}: {}", run.out);
        assert!(run.err.contains(said), "{said:?} is not in: {}", run.err);
        assert_eq!(files(&old), before, "{said}");
        setting.depot.mend();
    }
    // A body that breaks off is taken up again.
    let shard = setting.depot.blob(&setting.layer("npm.shard"));
    setting.depot.fail(&parts("GET npm"), Answer { cut: Some(shard.len() / 2), ..Answer::new(200, shard) });
    assert_eq!(setting.pull(&old, &[]).code, Some(0));
    assert_eq!(files(&old), files(&setting.path("built")));
}

#[test]
fn a_scan_fetches_what_it_needs_and_asks_only_whether_it_is_still_so() {
    let setting = Setting::pushed();
    let (built, home, source) = (setting.path("built"), setting.path("home"), format!("oci:{}", setting.name()));
    let expected = findings(&["--advisories", &built, "--offline"]);
    let before = setting.depot.server.paths().len();
    assert_eq!(findings(&["--db-dir", &home, "--db-source", &source]), expected);
    let asked = setting.asked(before);
    assert_eq!(asked.iter().filter(|asked| asked.contains("/manifests/")).count(), 1, "{asked:?}");
    let fetched: Vec<String> = files(&home).into_iter().map(|(name, _)| name).collect();
    assert!(fetched.contains(&"npm.shard".to_owned()), "{fetched:?}");
    // An update later asks for the digest, and for nothing else.
    let before = setting.depot.server.paths().len();
    let out = done(&["db", "update", "--db-dir", &home, "--db-source", &source, "--ecosystem", "npm"]);
    assert!(out.contains("shards.json: up to date"), "{out}");
    assert_eq!(setting.asked(before), ["HEAD /v2/team/advisories/manifests/today"]);
    // Everything comes where everything is wanted.
    done(&["db", "update", "--db-dir", &home, "--db-source", &source]);
    assert_eq!(files(&home), files(&built));
}

#[test]
fn sources_are_asked_in_turn() {
    let (dead, alive) = (Setting::new(), Setting::pushed());
    let home = alive.path("home");
    let sources = format!("oci:{},oci:{}", dead.name(), alive.name());
    done(&["db", "update", "--db-dir", &home, "--db-source", &sources]);
    assert_eq!(files(&home), files(&alive.path("built")));
    // What is there stays in use when nobody answers.
    let before = files(&home);
    let gone = format!("oci:{}", dead.name());
    let update = run(&["db", "update", "--db-dir", &home, "--db-source", &gone]);
    assert!(update.out.contains("used as it was") && update.out.contains("has no manifest today"), "{}", update.out);
    assert_eq!(files(&home), before);
}
