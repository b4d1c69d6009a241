//! The program under test, and the reports it writes.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The program, about to run, with nothing of this machine's settings but where Docker listens. It neither finds nor
/// leaves a cache unless one is named.
pub fn program(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let path = env::var_os("PLIMSOLL_BIN").unwrap_or_else(|| env!("CARGO_BIN_EXE_plimsoll").into());
    let mut command = Command::new(path);
    command.args(arguments).env_clear().env("SOURCE_DATE_EPOCH", "1700000000").stdin(Stdio::null());
    command.envs(env::var_os("DOCKER_HOST").map(|host| ("DOCKER_HOST", host)));
    command
}

/// How a run ended.
pub struct Ran {
    /// The exit code; none where a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// Runs it to its end.
pub fn run(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The advisories beside the repository, where there are any.
pub fn advisories() -> Option<PathBuf> {
    Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/osv-mirror")).filter(|folder| folder.is_dir())
}

/// Runs it for a JSON report, judged by the advisories if there are any. Whether there were any on this distribution
/// is all that the exit code may say.
pub fn report(command: &mut Command) -> Report {
    match advisories() {
        Some(folder) => command.arg("--advisories").arg(folder),
        None => command.args(["--scanners", "package"]),
    };
    let ran = run(command.args(["--format", "json"]));
    assert!(matches!(ran.code, Some(0 | 5)), "{command:?} ended with {:?}: {}", ran.code, ran.err);
    Report { code: ran.code, value: serde_json::from_str(&ran.out).unwrap(), text: ran.out }
}

/// A report in JSON on one artifact.
pub struct Report {
    code: Option<i32>,
    text: String,
    value: Value,
}

impl Report {
    /// The artifact.
    pub fn artifact(&self) -> &Value {
        &self.value["artifacts"][0]
    }

    /// One of the artifact's lists.
    pub fn list(&self, name: &str) -> &[Value] {
        self.artifact()[name].as_array().unwrap()
    }

    /// Packages in the final filesystem.
    pub fn live(&self) -> impl Iterator<Item = &Value> {
        self.list("packages").iter().filter(|package| package["removed_by"].is_null())
    }

    /// What could not be seen of the image. What the advisories could not decide is another matter.
    pub fn unseen(&self) -> Vec<&Value> {
        let gaps = self.artifact()["coverage"]["gaps"].as_array().unwrap();
        gaps.iter().filter(|gap| gap["by"] != "advisories").collect()
    }

    /// The text without the one object that says how the image was reached.
    fn without_origin(&self) -> String {
        let start = self.text.find("      \"origin\": {\n").unwrap();
        let end = start + self.text[start..].find("\n      },\n").unwrap();
        assert!(self.text[start..end].contains("\"transport\"") && !self.text[start..end].contains("\"image\""));
        format!("{}{}", &self.text[..start], &self.text[end..])
    }

    /// Holds another report on the same image against this one, byte for byte, but for the way to the image.
    pub fn check_same(&self, other: &Self, way: &str) {
        let (ours, theirs) = (self.without_origin(), other.without_origin());
        let differing: Vec<_> = ours.lines().zip(theirs.lines()).filter(|(one, other)| one != other).take(10).collect();
        assert!(
            ours == theirs,
            "{way}: lengths {} and {}; first differences: {differing:#?}",
            ours.len(),
            theirs.len()
        );
        assert_eq!(self.code, other.code, "{way}");
    }

    /// Holds another report on the same image, had in the same way, against this one.
    pub fn check_equal(&self, other: &Self, when: &str) {
        self.check_same(other, when);
        assert!(self.text == other.text, "{when}: {} and {}", self.artifact()["origin"], other.artifact()["origin"]);
    }
}
