//! `docker scan`: this program under the name `docker-scan`, as Docker's command line calls its plugins (docker/cli, "CLI Plugins" and
//! "Hooks"), with the flags that the retired `docker scan` had.
//!
//! Docker asks `docker-scan docker-cli-plugin-metadata` who it is, and then runs `docker-scan [ITS OWN FLAGS] scan ARGUMENTS`. After a build
//! it may run `docker-scan docker-cli-plugin-hooks` for a hint, where the user's configuration says so.
//!
//! Flags that `plimsoll image` has go on to it. Of the old ones, some say the same in other words, and some have nothing to do here.

use std::ffi::OsString;
use std::path::Path;

use clap::CommandFactory;
use serde::Deserialize;
use serde_json::json;

use crate::args::Cli;

/// The name under which Docker finds it.
pub const NAME: &str = "docker-scan";
/// The command that it adds.
const VERB: &str = "scan";
/// How bad something may be, by the words that the old flag had, the worst last.
const LEVELS: [&str; 4] = ["low", "medium", "high", "critical"];

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// This is to be run, after these notes were told.
    Run(Vec<OsString>, Vec<String>),
    /// This is to be printed.
    Answer(String),
    /// It makes no sense; why, and what to do.
    Wrong(String, &'static str),
}

/// What the arguments of the process ask for, be it under this name or another.
pub fn asked(arguments: Vec<OsString>) -> Asked {
    let name = arguments.first().map(Path::new).and_then(Path::file_stem);
    if name.is_none_or(|name| name != NAME) {
        return Asked::Run(arguments, Vec::new());
    }
    let texts: Vec<String> = arguments.into_iter().skip(1).map(|text| text.to_string_lossy().into_owned()).collect();
    match texts.first().map(String::as_str) {
        Some("docker-cli-plugin-metadata") => return Asked::Answer(metadata()),
        Some("docker-cli-plugin-hooks") => return Asked::Answer(hint(texts.get(1).map_or("", String::as_str))),
        _ => {}
    }
    // Docker's own flags stand before the command, and were heeded by Docker.
    let at = texts.iter().position(|text| text == VERB).map_or(0, |at| at + 1);
    translated(&texts[at..])
}

fn metadata() -> String {
    let metadata = json!({
        "SchemaVersion": "0.1.0",
        "Vendor": "Plimsoll",
        "Version": env!("CARGO_PKG_VERSION"),
        "ShortDescription": "Say what is inside an image, and what is wrong with it",
    });
    metadata.to_string()
}

/// What Docker tells a hook.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Hook {
    root_cmd: String,
    command_error: String,
}

/// The hint after a build that went well; nothing else is worth one.
fn hint(told: &str) -> String {
    let hook: Hook = serde_json::from_str(told).unwrap_or_default();
    let is_build = hook.root_cmd.split(' ').next_back() == Some("build");
    let text = if is_build && hook.command_error.is_empty() {
        "See what is wrong with the image: docker scan NAME"
    } else {
        ""
    };
    json!({ "Type": 0, "Template": text }).to_string()
}

/// The flags of the old `docker scan` in our words.
fn translated(texts: &[String]) -> Asked {
    let mut rest: Vec<OsString> = Vec::new();
    let mut notes = Vec::new();
    let mut level: Option<String> = None;
    let mut has_gate = false;
    let mut texts = texts.iter();
    while let Some(text) = texts.next() {
        let (flag, value) = match text.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => (flag, Some(value.to_owned())),
            _ => (text.as_str(), None),
        };
        match flag {
            "--version" => return Asked::Run(vec!["plimsoll".into(), "version".into()], Vec::new()),
            "--accept-license" | "--group-issues" => {}
            "--reject-license" | "--login" => {
                notes.push(format!("{flag} has nothing to do: nobody has to be asked, and nothing is sent anywhere"));
            }
            "--token" => {
                let _ = value.or_else(|| texts.next().cloned());
                notes.push("--token has nothing to do: nothing is sent anywhere".to_owned());
            }
            "--dependency-tree" => {
                notes.push("there is no tree; the table names the layer and the file of each package".to_owned());
            }
            "-f" | "--file" => {
                let file = value.or_else(|| texts.next().cloned()).unwrap_or_default();
                notes.push(format!(
                    "the image itself tells the instruction of each layer; for the file, run plimsoll config {file}"
                ));
            }
            "--json" => rest.extend(["--format".into(), "json".into()]),
            "--exclude-base" if !is_known("exclude-base") => {
                return Asked::Wrong(
                    "--exclude-base is not there yet".into(),
                    "let a gate of plimsoll.yaml look at layer: app only; the table tells base and application apart",
                );
            }
            "--severity" => level = value.or_else(|| texts.next().cloned()),
            _ => {
                has_gate |= matches!(flag, "--fail-on");
                rest.push(text.into());
            }
        }
    }
    let mut arguments: Vec<OsString> = vec!["plimsoll".into(), "image".into()];
    if let Some(level) = level {
        // Ours lists severities, and the old one meant one of them and all above.
        let listed = match LEVELS.iter().position(|known| *known == level) {
            Some(at) => LEVELS[at..].join(","),
            None => level.clone(),
        };
        arguments.extend(["--severity".into(), listed.into()]);
        if !has_gate && LEVELS.contains(&&*level) {
            arguments.extend(["--fail-on".into(), level.into()]);
            has_gate = true;
        }
    }
    // It failed for whatever it found.
    let is_help = rest.iter().any(|text| text == "--help" || text == "-h");
    if !has_gate && !is_help {
        arguments.extend(["--fail-on".into(), "unknown".into()]);
    }
    arguments.extend(rest);
    Asked::Run(arguments, notes)
}

/// Whether `plimsoll image` has a flag.
fn is_known(flag: &str) -> bool {
    let command = Cli::command();
    let image = command.find_subcommand("image");
    image.is_some_and(|image| image.get_arguments().any(|argument| argument.get_long() == Some(flag)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(arguments: &[&str]) -> Asked {
        let first = ["/home/me/.docker/cli-plugins/docker-scan"];
        asked(first.iter().chain(arguments).map(OsString::from).collect())
    }

    fn check(arguments: &str, expected: &str) {
        match run(&arguments.split(' ').collect::<Vec<_>>()) {
            Asked::Run(arguments, _) => {
                let words: Vec<_> = arguments.iter().map(|word| word.to_string_lossy()).collect();
                assert_eq!(words.join(" "), expected);
            }
            other => panic!("{arguments}: {other:?}"),
        }
    }

    #[test]
    fn old_flags_become_ours() {
        check("scan app:1", "plimsoll image --fail-on unknown app:1");
        check("--config /x --context y scan app", "plimsoll image --fail-on unknown app");
        check("scan --severity medium app", "plimsoll image --severity medium,high,critical --fail-on medium app");
        check(
            "scan --severity=high --json app",
            "plimsoll image --severity high,critical --fail-on high --format json app",
        );
        check("scan -f Dockerfile --accept-license --group-issues app", "plimsoll image --fail-on unknown app");
        check("scan --fail-on critical -o sarif=a.sarif app", "plimsoll image --fail-on critical -o sarif=a.sarif app");
        check("scan --token abc app", "plimsoll image --fail-on unknown app");
        check("scan --version", "plimsoll version");
        check("scan --help", "plimsoll image --help");
    }

    #[test]
    fn what_does_nothing_is_said() {
        let Asked::Run(_, notes) = run(&["scan", "--login", "--dependency-tree", "--file=Dockerfile", "app"]) else {
            panic!("it runs")
        };
        assert_eq!(notes.len(), 3);
        assert!(notes[2].ends_with("plimsoll config Dockerfile"));
    }

    #[test]
    fn docker_is_told_who_it_is() {
        let Asked::Answer(text) = run(&["docker-cli-plugin-metadata"]) else { panic!("an answer") };
        let metadata: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(metadata["SchemaVersion"], "0.1.0");
        assert!(metadata["Vendor"].as_str().is_some_and(|vendor| !vendor.is_empty()));
    }

    #[test]
    fn a_build_that_went_well_is_followed_by_a_hint() {
        let template = |told: &str| {
            let Asked::Answer(text) = run(&["docker-cli-plugin-hooks", told]) else { panic!("an answer") };
            let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
            answer["Template"].as_str().unwrap().to_owned()
        };
        assert!(template(r#"{"RootCmd":"build","Flags":{"tag":""}}"#).contains("docker scan"));
        assert!(template(r#"{"RootCmd":"buildx build"}"#).contains("docker scan"));
        assert_eq!(template(r#"{"RootCmd":"build","CommandError":"exit status 1"}"#), "");
        assert_eq!(template("nonsense"), "");
    }

    #[test]
    fn under_its_own_name_nothing_changes() {
        let arguments: Vec<OsString> = ["plimsoll", "docker-cli-plugin-metadata"].map(Into::into).into();
        assert_eq!(asked(arguments.clone()), Asked::Run(arguments, Vec::new()));
    }
}
