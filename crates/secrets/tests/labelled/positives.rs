//! Secrets of every kind: their examples in files of every sort, and their bare texts as the values of settings.

use secrets::{KINDS, Needs, secrets};

use crate::EXAMPLES;
use crate::fill::{Chance, fill};

/// A text with a secret.
pub struct Positive {
    pub kind: &'static str,
    pub surroundings: &'static str,
    pub text: String,
    pub secret: String,
}

/// Files that hold an example as it is. `{}` is the example, or what else a file has.
const FILES: &[(&str, &str)] = &[
    ("an env file", "# production\nPORT=8080\nLOG_LEVEL=info\n{}\nTZ=UTC\n"),
    ("a YAML block", "kind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  settings: |\n    {}\n    debug: false\n"),
    ("a JSON text", "{\"version\": 3, \"files\": [\"a\", \"b\"],\n \"content\": \"\\n{json}\\n\"}\n"),
    ("a Python text", "import os\n\nSETTINGS = \"\"\"\n{}\n\"\"\"\n\ndef main() -> int:\n    return len(SETTINGS)\n"),
    ("a JavaScript text", "'use strict';\nconst settings = `\n{}\n`;\nmodule.exports = { settings };\n"),
    ("a Go text", "package main\n\nconst settings = `\n{}\n`\n\nfunc main() { println(len(settings)) }\n"),
    ("a Java text", "class Settings {\n  static final String TEXT = \"\"\"\n{}\n\"\"\";\n}\n"),
    ("a shell script", "#!/bin/sh\nset -eu\ncat > /etc/settings <<'END'\n{}\nEND\nexec /usr/bin/app\n"),
    ("Terraform", "resource \"local_file\" \"settings\" {\n  filename = \"x\"\n  content  = <<-END\n{}\n  END\n}\n"),
    ("a Dockerfile", "FROM alpine:3.20\nWORKDIR /srv\nCOPY <<END /srv/settings\n{}\nEND\nCMD [\"app\"]\n"),
];

/// Files in which a secret is the value of a setting. `{NAME}`, `{name}` and `{camel}` are the setting, `{}` the secret.
const SETTINGS: &[(&str, &str)] = &[
    ("a setting in an env file", "PORT=8080\n{NAME}={}\nTZ=UTC\n"),
    ("a setting in YAML", "app:\n  port: 8080\n  {name}: {}\n  debug: false\n"),
    ("a setting in JSON", "{\"port\": 8080, \"{camel}\": \"{}\", \"debug\": false}\n"),
    ("a setting in Python", "PORT = 8080\n{name} = \"{}\"\nclient = connect({name})\n"),
    ("a setting in JavaScript", "const port = 8080;\nconst {camel} = '{}';\nstart(port, {camel});\n"),
    ("a setting in Go", "const port = 8080\n\nvar {camel} = \"{}\"\n"),
    ("a setting in Java", "int port = 8080;\nprivate static final String {NAME} = \"{}\";\n"),
    ("a setting in a shell script", "#!/bin/sh\nexport {NAME}=\"{}\"\nexec app --port 8080\n"),
    ("a setting in Terraform", "variable \"port\" { default = 8080 }\nlocals {\n  {name} = \"{}\"\n}\n"),
    ("a setting in a Dockerfile", "FROM alpine:3.20\nENV {NAME}={}\nCMD [\"app\"]\n"),
];

/// The whole set.
pub fn all() -> Vec<Positive> {
    let mut all = Vec::new();
    for (index, (id, matches, _)) in EXAMPLES.iter().enumerate() {
        let mut chance = Chance::of(id);
        for (number, example) in matches.iter().enumerate() {
            let example = fill(example, &mut chance);
            let Some(secret) = text_of(id, &example) else {
                // The test of the examples says so as well; here it is one that was not found.
                all.push(Positive { kind: id, surroundings: "alone", text: example, secret: "\0".into() });
                continue;
            };
            for turn in 0..3 {
                let (surroundings, file) = FILES[(index + number * 3 + turn) % FILES.len()];
                let json = example.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
                let text = file.replace("{json}", &json).replace("{}", &example);
                // A text of several lines is written in one line there.
                let secret = if file.contains("{json}") { secret.lines().next().unwrap_or_default() } else { &secret };
                all.push(Positive { kind: id, surroundings, text, secret: secret.trim_end().to_owned() });
            }
            if number == 0 {
                all.extend(settings(index, id, &secret));
            }
        }
    }
    all
}

/// What the search takes for the secret in an example. Whether that is right is the matter of the examples' own test.
fn text_of(id: &str, example: &str) -> Option<String> {
    let found = secrets(example.as_bytes());
    found.iter().find(|found| found.kind.id == id).map(|found| example[found.span.clone()].to_owned())
}

/// A secret as the value of a setting that is called by its provider and what it is.
fn settings(index: usize, id: &'static str, secret: &str) -> Vec<Positive> {
    let kind = KINDS.iter().find(|kind| kind.id == id).unwrap();
    // What is recognized by more than its own text is no value of any setting.
    let is_value = secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.+/=".contains(&byte));
    let is_whole =
        kind.shapes.iter().any(|shape| shape.find(secret.as_bytes()).is_some_and(|found| found.end == secret.len()));
    if !is_value || !is_whole {
        return Vec::new();
    }
    let words = [kind.words.first().copied().unwrap_or("app"), kind.named.first().copied().unwrap_or_default()];
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let mut name = words.join("_");
    let speaks_of_key = ["key", "token", "secret", "password"].iter().any(|word| name.ends_with(word));
    if kind.needs != Needs::Nothing && !speaks_of_key {
        name.push_str("_api_key");
    }
    let camel: String = name
        .split('_')
        .enumerate()
        .map(|(at, word)| if at == 0 { word.to_owned() } else { word[..1].to_uppercase() + &word[1..] })
        .collect();
    (0..3)
        .map(|turn| {
            let (surroundings, file) = SETTINGS[(index + turn * 3) % SETTINGS.len()];
            let text = file
                .replace("{NAME}", &name.to_uppercase())
                .replace("{name}", &name)
                .replace("{camel}", &camel)
                .replace("{}", secret);
            Positive { kind: id, surroundings, text, secret: secret.to_owned() }
        })
        .collect()
}
