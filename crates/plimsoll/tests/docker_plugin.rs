//! `docker scan`, through Docker's own command line where there is one, and by the contract of its plugins.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn example(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name).to_str().unwrap().to_owned()
}

/// A user's folder, with the plugin in it.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        let this = Self(tempfile::tempdir().unwrap());
        let output = this.run(Path::new(env!("CARGO_BIN_EXE_plimsoll")), &["install", "docker-plugin"]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        this
    }

    fn plugin(&self) -> PathBuf {
        self.0.path().join(".docker/cli-plugins/docker-scan")
    }

    fn run(&self, program: &Path, arguments: &[&str]) -> Output {
        Command::new(program)
            .args(arguments)
            .current_dir(self.0.path())
            .env_clear()
            .env("HOME", self.0.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }
}

#[test]
fn the_plugin_answers_as_docker_expects_it() {
    let home = Home::new();
    let output = home.run(&home.plugin(), &["docker-cli-plugin-metadata"]);
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&metadata["SchemaVersion"], &metadata["Vendor"]), (&"0.1.0".into(), &"Plimsoll".into()));
    let (image, advisories) = (example("shop.oci"), example("advisories"));
    let scan = ["scan", "--input", &image, "--offline", "--no-cache", "--advisories", &advisories, "--json", "--login"];
    let output = home.run(&home.plugin(), &scan);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &report["schema"]), (Some(1), &"plimsoll-report".into()));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--login has nothing to do"));
}

#[test]
fn docker_itself_runs_it() {
    let found = Command::new("docker").arg("--version").stdin(Stdio::null()).output();
    if !found.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: docker scan through Docker's command line, because there is no program docker");
        return;
    }
    let home = Home::new();
    let help = home.run(Path::new("docker"), &["--help"]);
    let help = String::from_utf8(help.stdout).unwrap();
    let line = help.lines().find(|line| line.trim_start().starts_with("scan*")).unwrap_or_default();
    assert!(line.contains("what is wrong with it"), "{help}");
    let (image, advisories) = (example("shop.oci"), example("advisories"));
    let scan =
        ["scan", "--severity", "high", "--input", &image, "--offline", "--no-cache", "--advisories", &advisories];
    let output = home.run(Path::new("docker"), &scan);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("lodash"), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "there is something to fail for");
}

#[test]
fn another_program_is_not_replaced_unasked() {
    let home = Home::new();
    let program = Path::new(env!("CARGO_BIN_EXE_plimsoll"));
    assert_eq!(home.run(program, &["install", "docker-plugin"]).status.code(), Some(0), "once more is no matter");
    fs::remove_file(home.plugin()).unwrap();
    fs::write(home.plugin(), "another").unwrap();
    assert_eq!(home.run(program, &["install", "docker-plugin"]).status.code(), Some(2));
    assert_eq!(fs::read_to_string(home.plugin()).unwrap(), "another");
    assert_eq!(home.run(program, &["install", "docker-plugin", "--force", "--hint"]).status.code(), Some(0));
    let config: Value = serde_json::from_slice(&fs::read(home.0.path().join(".docker/config.json")).unwrap()).unwrap();
    assert_eq!(config["plugins"]["scan"]["hooks"], "build,buildx build");
}

#[test]
fn the_program_is_verified_by_a_signed_list() {
    let home = Home::new();
    let program = Path::new(env!("CARGO_BIN_EXE_plimsoll"));
    // A folder of advisory data is what is signed otherwise; here the signature is made by its key over another list.
    let folder = home.0.path();
    let key = advisories::signature::SecretKey::generate().unwrap();
    let digest = model::Digest::sha256(&fs::read(program).unwrap()).hex();
    let list = format!("{digest}  plimsoll\n");
    fs::write(folder.join("SHA256SUMS"), &list).unwrap();
    fs::write(folder.join("SHA256SUMS.sig"), key.sign(list.as_bytes())).unwrap();
    let public = key.public().to_string();
    let verify = || home.run(program, &["self", "verify", "SHA256SUMS", "--key", &public]);
    let output = verify();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    // Another list under the same signature, and a list that is signed but names another program.
    fs::write(folder.join("SHA256SUMS"), format!("{digest}  plimsoll-2\n")).unwrap();
    assert_eq!(verify().status.code(), Some(1));
    let other = format!("{}  plimsoll\n", "0".repeat(64));
    fs::write(folder.join("SHA256SUMS"), &other).unwrap();
    fs::write(folder.join("SHA256SUMS.sig"), key.sign(other.as_bytes())).unwrap();
    let output = verify();
    assert!(String::from_utf8(output.stderr).unwrap().contains(&digest) && output.status.code() == Some(1));
}
