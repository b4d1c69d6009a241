//! Credential helpers: programs named `docker-credential-NAME` that keep credentials in a key ring, or fetch them from a
//! cloud (docker-credential-helpers, the `get` verb).

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::{Environment, Secret};

/// Clouds may take seconds; a key ring that asks a person who is not there takes for ever.
const PATIENCE: Duration = Duration::from_secs(30);

/// No honest answer comes near.
const LARGEST: u64 = 1 << 20;

/// What helpers print when they know nothing, in every one of them the same words.
const UNKNOWN: &str = "credentials not found in native keychain";

/// Asks the helper `name` for the credential of `server`. `None` is its honest no.
pub(super) fn get(name: &str, server: &str, environment: &Environment) -> Result<Option<Secret>, String> {
    get_within(name, server, environment, PATIENCE)
}

fn get_within(
    name: &str,
    server: &str,
    environment: &Environment,
    patience: Duration,
) -> Result<Option<Secret>, String> {
    let program = find(name, environment)?;
    let helper = format!("docker-credential-{name}");
    let mut child = Command::new(program)
        .arg("get")
        .env_clear()
        .envs(environment.variables())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot start {helper}: {error}"))?;
    let answer = converse(&mut child, server, patience);
    // Whatever came of it, the child must not outlive the question.
    let _ = child.kill();
    let status = child.wait().map_err(|error| format!("{helper}: {error}"))?;
    let Some(answer) = answer else {
        return Err(format!("{helper} gave no answer within {} s", patience.as_secs()));
    };
    if let Ok(found) = serde_json::from_slice::<Answer>(&answer) {
        return Ok(found.secret());
    }
    let text = String::from_utf8_lossy(&answer);
    if text.contains(UNKNOWN) {
        return Ok(None);
    }
    Err(format!("{helper} failed for {server} ({status})"))
}

/// Writes the question and reads the answer; `None` when it does not come in time. A thread reads, since a pipe knows
/// no time limit; it ends when the child does.
fn converse(child: &mut Child, server: &str, patience: Duration) -> Option<Vec<u8>> {
    let deadline = Instant::now() + patience;
    let (mut question, answer) = (child.stdin.take()?, child.stdout.take()?);
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = answer.take(LARGEST).read_to_end(&mut bytes);
        let _ = sender.send(read.map(|_| bytes));
    });
    // A helper that does not read its input is no error: it may answer all the same.
    let _ = question.write_all(server.as_bytes());
    drop(question);
    let bytes = receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok()?.ok()?;
    // It closed its output; let it end by itself, so that its status tells the truth.
    while Instant::now() < deadline && matches!(child.try_wait(), Ok(None)) {
        std::thread::sleep(Duration::from_millis(1));
    }
    Some(bytes)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    username: String,
    secret: String,
}

impl Answer {
    fn secret(self) -> Option<Secret> {
        if self.secret.is_empty() {
            None
        } else if self.username == "<token>" {
            Some(Secret::Identity(self.secret))
        } else {
            Some(Secret::Password { user: self.username, password: self.secret })
        }
    }
}

/// The helper's program on the search path. Its name comes from a file: it must not lead elsewhere.
fn find(name: &str, environment: &Environment) -> Result<PathBuf, String> {
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b)) {
        return Err(format!("{name:?} is no name of a credential helper"));
    }
    let program = format!("docker-credential-{name}{}", std::env::consts::EXE_SUFFIX);
    let path = environment.get("PATH").unwrap_or_default();
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(&program))
        .find(|candidate| candidate.is_file())
        .ok_or_else(|| format!("{program} is not on the search path"))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    /// Puts a helper of that shell script on the search path of an environment. Another process writes it: a test that
    /// starts a program just then would inherit a file open for writing here, and such a file cannot be executed.
    fn environment(script: &str) -> (tempfile::TempDir, Environment) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("docker-credential-test");
        let written = Command::new("sh")
            .args(["-c", r#"printf '#!/bin/sh\n%s\n' "$1" >"$2" && chmod 755 "$2""#, "sh", script])
            .arg(&path)
            .status();
        assert!(written.unwrap().success());
        let search = format!("{}:/usr/bin:/bin", folder.path().display());
        (folder, Environment::new([("PATH", search.as_str()), ("KEYRING", "open")], "/"))
    }

    fn check(script: &str, expected: Result<Option<Secret>, &str>) {
        let (_folder, environment) = environment(script);
        let seen = get_within("test", "x.io", &environment, Duration::from_millis(500));
        match (seen, expected) {
            (Ok(seen), Ok(expected)) => assert!(seen == expected, "{script}"),
            (Err(seen), Err(expected)) => assert!(seen.contains(expected), "{script}: {seen}"),
            (Ok(_), Err(expected)) => panic!("{script}: found, but expected {expected}"),
            (Err(seen), Ok(_)) => panic!("{script}: {seen}"),
        }
    }

    #[test]
    fn answers_are_read() {
        // Echoes the verb, the server and a variable, to show that they arrive.
        let echo =
            r#"read server; echo "{\"ServerURL\":\"$server\",\"Username\":\"$1 $KEYRING\",\"Secret\":\"$server\"}""#;
        check(echo, Ok(Some(Secret::Password { user: "get open".into(), password: "x.io".into() })));
        check(r#"echo '{"Username":"<token>","Secret":"t"}'"#, Ok(Some(Secret::Identity("t".into()))));
    }

    #[test]
    fn no_is_an_answer_too() {
        check(&format!("echo '{UNKNOWN}'; exit 1"), Ok(None));
        check(r#"echo '{"Username":"","Secret":""}'"#, Ok(None));
    }

    #[test]
    fn failures_do_not_hang_and_do_not_tell_secrets() {
        check("echo oops hidden; exit 3", Err("docker-credential-test failed for x.io (exit status: 3)"));
        check("exec sleep 60", Err("no answer within"));
        check("exec yes", Err("docker-credential-test failed"));
    }

    #[test]
    fn a_name_cannot_lead_elsewhere() {
        let (_folder, environment) = environment("");
        for name in ["../test", "", "a b", "missing"] {
            assert!(get(name, "x.io", &environment).is_err(), "{name}");
        }
    }
}
