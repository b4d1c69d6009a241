//! A Dockerfile as policies in Rego know it: Conftest shows the list of its commands, Trivy the same by stages, both with the
//! fields of BuildKit's parser.

use serde_json::{Value, json};

use super::line::{self, Instruction};

/// The commands in a list, and by stages.
pub(crate) fn documents(text: &str) -> (Value, Value) {
    let (_, instructions) = line::instructions(text.strip_prefix('\u{FEFF}').unwrap_or(text));
    let mut stages: Vec<(String, Vec<Value>)> = Vec::new();
    let mut list = Vec::new();
    for instruction in &instructions {
        let joined = instruction.joined();
        if instruction.name == "FROM" {
            stages.push((joined.trim().to_owned(), Vec::new()));
        }
        let command = command(instruction, &joined, stages.len().saturating_sub(1));
        list.push(command.clone());
        if let Some((_, commands)) = stages.last_mut() {
            commands.push(command);
        }
    }
    let stages: Vec<_> =
        stages.into_iter().map(|(name, commands)| json!({"Name": name, "Commands": commands})).collect();
    (Value::Array(list), json!({ "Stages": stages }))
}

fn command(instruction: &Instruction, joined: &str, stage: usize) -> Value {
    let (mut flags, mut rest) = (Vec::new(), joined.trim());
    while rest.starts_with("--") {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        flags.push(rest[..end].to_owned());
        rest = rest[end..].trim_start();
    }
    let listed = serde_json::from_str::<Vec<String>>(rest).ok();
    let is_list = listed.is_some();
    let value = listed.unwrap_or_else(|| match &*instruction.name {
        // A line of shell is one value.
        "RUN" | "CMD" | "ENTRYPOINT" | "SHELL" | "MAINTAINER" | "ONBUILD" => vec![rest.to_owned()],
        "ENV" | "LABEL" => pairs(rest),
        _ => rest.split_whitespace().map(str::to_owned).collect(),
    });
    json!({
        "Cmd": instruction.name.to_ascii_lowercase(),
        "SubCmd": "",
        "Flags": flags,
        "Value": value,
        "Original": format!("{} {}", instruction.name, joined.trim()),
        "JSON": is_list,
        "Stage": stage,
        "StartLine": instruction.span.first,
        "EndLine": instruction.span.last,
    })
}

/// Names and values in turn.
fn pairs(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.first().is_some_and(|word| !word.contains('=')) {
        let (name, value) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        return vec![name.to_owned(), value.trim().to_owned()];
    }
    let both = words.iter().flat_map(|word| {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        [name.to_owned(), value.trim_matches('"').to_owned()]
    });
    both.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_have_the_fields_of_buildkit() {
        let text = "FROM --platform=linux/amd64 debian:12 AS base\nRUN apt-get update \\\n && true\nCMD [\"a\", \"b\"]\nENV A=1 B=2\nFROM base\nUSER app\n";
        let (list, stages) = documents(text);
        assert_eq!(list[0]["Flags"], json!(["--platform=linux/amd64"]));
        assert_eq!(list[0]["Value"], json!(["debian:12", "AS", "base"]));
        assert_eq!(
            (&list[1]["Cmd"], &list[1]["StartLine"], &list[1]["EndLine"]),
            (&json!("run"), &json!(2), &json!(3))
        );
        assert_eq!((&list[2]["Value"], &list[2]["JSON"]), (&json!(["a", "b"]), &json!(true)));
        assert_eq!(list[3]["Value"], json!(["A", "1", "B", "2"]));
        assert_eq!(stages["Stages"][1]["Commands"][1]["Value"], json!(["app"]));
        assert_eq!(stages["Stages"][1]["Commands"][1]["Stage"], json!(1));
    }
}
