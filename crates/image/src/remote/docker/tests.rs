//! The daemons' client against a socket that answers as they do.

use std::path::PathBuf;

use super::*;
use crate::remote::Environment;
use crate::remote::testing::{Answer, Asked, Server};

/// A daemon at the place where it usually listens.
struct Fake {
    folder: tempfile::TempDir,
    server: Server,
}

impl Fake {
    fn start(socket: &str, answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path: PathBuf = folder.path().join(socket);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let server = Server::start_unix(&path, answer);
        Self { folder, server }
    }

    fn open(&self, daemon: Daemon, name: &str, choice: &str) -> Result<Vec<Opened>, SourceError> {
        let environment = Environment::new([("HOME", "/nowhere")], self.folder.path());
        let choice = choice.parse().unwrap();
        open(&Connections::new(environment), daemon, name, &choice, true, &Budget::default())
    }
}

fn docker(version: &'static str) -> Fake {
    Fake::start("var/run/docker.sock", move |asked| {
        let path = asked.path.split('?').next().unwrap();
        match path {
            "/images/app:1/json" if asked.path.contains("s390x") => Answer::new(404, r#"{"message":"No such image"}"#),
            "/images/app:1/json" => Answer::new(200, r#"{"Id":"sha256:0","Os":"linux","Architecture":"amd64"}"#),
            "/images/app:1/get" => Answer::new(200, vec![0; 1024]),
            "/images/broken/json" => Answer::new(500, r#"{"message":"disk\u001b[31m full"}"#),
            _ => Answer::new(404, r#"{"message":"No such image"}"#),
        }
        .with("Api-Version", version)
    })
}

fn check_error(result: Result<Vec<Opened>, SourceError>, expected: &str) {
    let error = result.err().expect("should fail").to_string();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn an_image_is_inspected_and_then_saved() {
    let daemon = docker("1.41");
    let opened = daemon.open(Daemon::Docker, "app:1", "linux/amd64").unwrap();
    assert!(matches!(opened.as_slice(), [Opened::Flowing(_)]));
    assert_eq!(daemon.server.paths(), ["GET /images/app:1/json", "GET /images/app:1/get"]);
}

#[test]
fn newer_daemons_are_asked_for_one_platform() {
    let daemon = docker("1.49");
    assert!(daemon.open(Daemon::Docker, "app:1", "linux/arm64/v8").is_ok());
    let platform =
        "platform=%7B%22architecture%22%3A%22arm64%22%2C%22os%22%3A%22linux%22%2C%22variant%22%3A%22v8%22%7D";
    assert_eq!(
        daemon.server.paths(),
        [
            "GET /images/app:1/json".to_owned(),
            format!("GET /images/app:1/json?{platform}"),
            format!("GET /images/app:1/get?{platform}")
        ]
    );
    check_error(daemon.open(Daemon::Docker, "app:1", "linux/s390x"), "has no image app:1");
    check_error(docker("1.41").open(Daemon::Docker, "app:1", "linux/s390x"), "for linux/amd64, not for linux/s390x");
}

#[test]
fn what_a_daemon_says_is_told_cleanly() {
    let daemon = docker("1.41");
    check_error(daemon.open(Daemon::Docker, "none", "all"), "docker.sock has no image none");
    check_error(
        daemon.open(Daemon::Docker, "broken", "all"),
        "500 Internal Server Error when asked for broken: disk[31m full",
    );
    check_error(daemon.open(Daemon::Podman, "app:1", "all"), "Podman does not listen at");
}

#[test]
fn a_name_cannot_lead_to_another_question() {
    let daemon = docker("1.41");
    for name in ["../containers/x", "a/../b", "a?b", "a b", "", "a//b", "a%2f", "a\nb"] {
        check_error(daemon.open(Daemon::Docker, name, "all"), "is no name of an image");
    }
    assert!(daemon.server.paths().is_empty());
}

#[test]
fn podman_is_asked_by_its_own_interface() {
    let daemon = Fake::start("run/podman/podman.sock", |asked| match asked.path.as_str() {
        "/v4.0.0/libpod/images/app/json" => Answer::new(200, r#"{"Os":"linux","Architecture":"amd64"}"#),
        "/v4.0.0/libpod/images/app/get?format=docker-archive" => Answer::new(200, vec![0; 1024]),
        _ => Answer::new(404, r#"{"cause":"no such image"}"#),
    });
    assert!(daemon.open(Daemon::Podman, "app", "linux/amd64").is_ok());
    check_error(daemon.open(Daemon::Podman, "other", "all"), "Podman at");
}

#[test]
fn an_absent_daemon_and_a_forbidden_one_are_told_apart() {
    let environment = |host: &str| Environment::new([("DOCKER_HOST", host)], "/nowhere");
    let ask = |host: &str, offline| {
        let connections = Connections::new(environment(host));
        open(&connections, Daemon::Docker, "app", &PlatformChoice::Host, offline, &Budget::default())
    };
    check_error(ask("unix:///nowhere/docker.sock", false), "/nowhere/docker.sock does not answer");
    check_error(ask("tcp://127.0.0.1:1", true), "--offline forbids");
    check_error(ask("tcp://127.0.0.1:1", false), "127.0.0.1:1 ($DOCKER_HOST) does not answer");
}

#[test]
fn a_daemon_may_listen_on_tcp() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/images/app/json" => Answer::new(200, r#"{"Os":"linux","Architecture":"amd64"}"#),
        _ => Answer::new(200, "saved"),
    });
    let environment = Environment::new([("DOCKER_HOST", format!("tcp://{}", server.host))], "/nowhere");
    let opened =
        open(&Connections::new(environment), Daemon::Docker, "app", &PlatformChoice::Host, false, &Budget::default());
    assert!(opened.is_ok());
    assert_eq!(server.paths(), ["GET /images/app/json", "GET /images/app/get"]);
}
