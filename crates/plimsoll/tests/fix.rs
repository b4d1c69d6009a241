//! `plimsoll fix config`: a diff that `patch` would take, files that are written, and what stays as it is. What is expected was
//! written by hand.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const DOCKERFILE: &str = "FROM debian:12\n# Sources.\nADD app.py /srv/\nUSER 7:7\n";
const MENDED: &str = "FROM debian:12\n# Sources.\nCOPY app.py /srv/\nUSER 7:7\n";

fn fix(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(["fix", "config"]).args(arguments).current_dir(folder).env_clear().output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_diff_is_shown_and_nothing_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Dockerfile");
    fs::write(&path, DOCKERFILE).unwrap();
    let shown = fix(folder.path(), &["."]);
    assert_eq!(shown.status.code(), Some(0), "{}", text(&shown.stderr));
    assert_eq!(
        text(&shown.stdout),
        "--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1,4 +1,4 @@\n FROM debian:12\n # Sources.\n-ADD app.py /srv/\n+COPY app.py /srv/\n \
         USER 7:7\n"
    );
    assert_eq!(text(&shown.stderr), "1 places in 1 files can be mended, for 1 rules\n");
    assert_eq!(fs::read_to_string(&path).unwrap(), DOCKERFILE);
    // By its own name, too.
    assert_eq!(text(&fix(folder.path(), &["Dockerfile"]).stdout), text(&shown.stdout));
}

#[test]
fn files_are_written_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/Dockerfile");
    fs::create_dir(folder.path().join("a")).unwrap();
    fs::write(&path, DOCKERFILE).unwrap();
    let said = fix(folder.path(), &[".", "--write"]);
    assert_eq!((text(&said.stdout), fs::read_to_string(&path).unwrap()), (String::new(), MENDED.to_owned()));
    let again = fix(folder.path(), &[".", "--write"]);
    assert_eq!(text(&again.stderr), "0 places in 0 files mended, for 0 rules\n");
    assert_eq!(fs::read_to_string(&path).unwrap(), MENDED);
}

#[test]
fn only_what_is_wanted_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Dockerfile"), DOCKERFILE).unwrap();
    assert!(fix(folder.path(), &[".", "--rule", "PLM-K8S-*"]).stdout.is_empty());
    assert!(!fix(folder.path(), &[".", "--rule", "PLM-DOCKER-IMAGE-008"]).stdout.is_empty());
    assert_eq!(fix(folder.path(), &[".", "--rule", "*"]).status.code(), Some(2));
    fs::write(folder.path().join("plimsoll.yaml"), "ignores:\n  - {id: PLM-DOCKER-IMAGE-008, reason: agreed}\n")
        .unwrap();
    assert!(fix(folder.path(), &[".", "--ignorefile", "plimsoll.yaml"]).stdout.is_empty(), "it was set aside");
}

#[test]
fn the_weak_example_is_mended_as_far_as_its_rules_say() {
    let weak = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/weak");
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(weak).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    fix(folder.path(), &[".", "--write"]);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let has = |name: &str, part: &str| assert!(read(name).contains(part), "{part} in {}", read(name));
    has("web.yaml", "# A deployment that is set up as badly as it can be");
    has(
        "web.yaml",
        "            privileged: false\n            runAsUser: 0\n            allowPrivilegeEscalation: false\n",
    );
    has("web.yaml", "      automountServiceAccountToken: false\n");
    has("main.tf", "  storage_encrypted          = true\n");
    has("Dockerfile", "COPY . /srv\n");
    has(
        "Dockerfile",
        "apt-get install --no-install-recommends -y openssh-server curl \\\n    && rm -rf /var/lib/apt/lists/*\n",
    );
    has("Dockerfile", "RUN chmod u+s /usr/bin/curl\nUSER 65532:65532\nEXPOSE 22\n");
}
