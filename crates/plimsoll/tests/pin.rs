//! `plimsoll pin` against a registry and a git server on this machine: what is listed, written, written again, and noticed to have
//! moved.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use model::Digest;
use net::testing::{Answer, Depot, Server};
use serde_json::Value;

const MANIFEST: &str = "application/vnd.oci.image.index.v1+json";

struct Desk {
    folder: tempfile::TempDir,
    depot: Depot,
    git: Server,
}

impl Desk {
    fn new() -> Self {
        let depot = Depot::start(|bytes| Digest::sha256(bytes).to_string());
        let packet = |line: &str| format!("{:04x}{line}", line.len() + 4);
        let commits = ["1".repeat(40), "2".repeat(40)];
        let text = [
            packet("# service=git-upload-pack\n"),
            "0000".to_owned(),
            packet(&format!("{} HEAD\0multi_ack\n", commits[0])),
            packet(&format!("{} refs/tags/v4\n", commits[0])),
            packet(&format!("{} refs/tags/v4^{{}}\n", commits[1])),
            "0000".to_owned(),
        ]
        .concat();
        let git = Server::start(move |asked| match &*asked.path {
            path if path.starts_with("/actions/checkout/info/refs") => Answer::new(200, text.clone()),
            _ => Answer::new(404, "no such repository"),
        });
        let this = Self { folder: tempfile::tempdir().unwrap(), depot, git };
        this.tag("1", "first");
        this
    }

    /// Lets a tag point to a manifest. Returns its digest.
    fn tag(&self, tag: &str, content: &str) -> String {
        self.depot.put_manifest(tag, MANIFEST, content);
        Digest::sha256(content.as_bytes()).to_string()
    }

    fn image(&self) -> String {
        format!("{}/team/app", self.depot.server.host)
    }

    fn put(&self, name: &str, content: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn get(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .arg("pin")
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PLIMSOLL_ACTIONS_SERVER", format!("http://{}", self.git.host))
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }
}

fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

#[test]
fn files_are_pinned_once_and_a_moved_tag_is_noticed() {
    let desk = Desk::new();
    let image = desk.image();
    let first = desk.tag("1", "first");
    desk.put("Dockerfile", &format!("FROM {image}:1 AS build\nFROM build\n"));
    desk.put("deploy/pod.yaml", &format!("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: {image}:1\n"));
    desk.put(".github/workflows/ci.yml", "jobs:\n  a:\n    steps:\n    - uses: actions/checkout@v4\n");
    desk.put("node_modules/x/Dockerfile", "FROM someone.else/x:1\n");
    let check = desk.run(&["--check", "."]);
    assert_eq!(check.status.code(), Some(1), "{check:?}");
    assert!(out(&check).contains("3 named, 0 pinned, 3 mutable"), "{}", out(&check));

    let write = desk.run(&["--write", "."]);
    assert_eq!(write.status.code(), Some(0), "{write:?}");
    assert!(out(&write).ends_with("3 named, 0 pinned, 3 written\n"), "{}", out(&write));
    assert_eq!(desk.get("Dockerfile"), format!("FROM {image}:1@{first} AS build\nFROM build\n"));
    assert!(desk.get("deploy/pod.yaml").ends_with(&format!("- image: {image}@{first} # 1\n")));
    // The commit, and not the object of the tag that was annotated.
    let commit = "2".repeat(40);
    assert!(desk.get(".github/workflows/ci.yml").ends_with(&format!("- uses: actions/checkout@{commit} # v4\n")));

    let files = ["Dockerfile", "deploy/pod.yaml", ".github/workflows/ci.yml"];
    let before = files.map(|name| desk.get(name));
    assert_eq!(out(&desk.run(&["--write", "."])), "3 named, 3 pinned\n");
    assert_eq!(files.map(|name| desk.get(name)), before, "a second time changes nothing");
    assert_eq!(desk.run(&["--check", "."]).status.code(), Some(0));

    let second = desk.tag("1", "second");
    let moved = desk.run(&["--check", "--format", "json", "."]);
    assert_eq!(moved.status.code(), Some(1));
    let document: Value = serde_json::from_slice(&moved.stdout).unwrap();
    let uses = document["uses"].as_array().unwrap();
    let states: Vec<_> = uses.iter().map(|it| [it["kind"].as_str().unwrap(), it["state"].as_str().unwrap()]).collect();
    assert_eq!(states, [["image", "moved"], ["action", "pinned"], ["image", "moved"]]);
    assert_eq!(uses[0]["digest"], second);
    // Pinned is pinned: only who asks for it gets the new one.
    desk.run(&["--write", "."]);
    assert_eq!(files.map(|name| desk.get(name)), before);
    desk.run(&["--write", "--renew", "."]);
    assert!(
        desk.get("Dockerfile").contains(&second) && desk.get("deploy/pod.yaml").ends_with(&format!("@{second} # 1\n"))
    );
}

#[test]
fn offline_asks_nobody() {
    let desk = Desk::new();
    desk.put("compose.yaml", &format!("services:\n  a:\n    image: {}:1\n  b:\n    image: ${{B}}\n", desk.image()));
    let output = desk.run(&["--offline", "compose.yaml"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        out(&output).contains("mutable  compose.yaml:3") && out(&output).contains("a variable decides"),
        "{}",
        out(&output)
    );
    assert!(desk.depot.server.asked().is_empty() && desk.git.asked().is_empty());
    assert_eq!(desk.run(&["--offline", "--write", "."]).status.code(), Some(2), "nothing could be written");
}

#[test]
fn what_is_not_there_is_told_and_left_as_it_is() {
    let desk = Desk::new();
    let content = format!("FROM {}:2\n", desk.image());
    desk.put("Dockerfile", &content);
    desk.put(".github/workflows/a.yml", "jobs:\n  a:\n    steps:\n    - uses: nobody/nothing@v1\n");
    let output = desk.run(&["--write", "."]);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(
        out(&output).contains("nobody/nothing is not there") && out(&output).contains("2 unknown"),
        "{}",
        out(&output)
    );
    assert_eq!(desk.get("Dockerfile"), content);
}

#[test]
fn a_file_of_no_kind_that_is_known_is_refused() {
    let desk = Desk::new();
    desk.put("notes.txt", "image: node:20\n");
    let output = desk.run(&["notes.txt"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(Path::new(&desk.folder.path().join("notes.txt")).exists());
    assert_eq!(out(&desk.run(&["."])), "0 named, 0 pinned\n");
}
