//! Checks of configuration in Rego, as people have them for Conftest and Trivy: packages with sets `deny`, `violation` or `warn`
//! of messages, of objects with a `msg`, or of what `result.new(msg, cause)` makes, and comments `# METADATA` in front of the
//! package that say what a check is called and what it is for (OPA's documentation, "Metadata"; Trivy's, "Custom Checks").
//!
//! Every package that has such a set is asked, but for those below `lib`. Modules in the language's old version (without `if` and
//! `contains`) are read, too. Time is bounded for each evaluation, and there is no function that leaves the process.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::time::Duration;

use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, Value};
use serde_json::Value as Json;

use crate::{Module, told};

/// How long one evaluation may take.
pub const LONGEST_CHECK: Duration = Duration::from_secs(5);
/// Messages of one check about one document.
const MOST_FOUND: usize = 1_000;
/// The sets that are asked for, and whether they only warn.
const SETS: [(&str, bool); 3] = [("deny", false), ("violation", false), ("warn", true)];

/// What the comments in front of a package say of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Its id; the package where none is given.
    pub id: String,
    /// What must hold.
    pub title: String,
    /// Why.
    pub description: String,
    /// How bad it is, in a word.
    pub severity: String,
    /// What to do.
    pub fix: String,
    /// Pages to read.
    pub references: Vec<String>,
    /// Other names.
    pub aliases: Vec<String>,
    /// The kinds of documents that it is for; all, where none is given.
    pub kinds: Vec<String>,
}

/// One package that is asked.
#[derive(Clone, Debug)]
struct Package {
    path: String,
    sets: Vec<(&'static str, bool)>,
    metadata: Metadata,
}

/// Something that a check does not agree with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// What is wrong.
    pub message: String,
    /// Whether it is only a warning.
    pub warns: bool,
    /// The lines, where the check says them.
    pub lines: Option<(u32, u32)>,
}

/// A document that checks see.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// What it is, in words that selectors have: `kubernetes`, `dockerfile`, `yaml`.
    pub kinds: &'a [&'a str],
    /// For checks that name one of those kinds.
    pub chosen: &'a Json,
    /// For checks that name none, which see what Conftest shows them.
    pub plain: &'a Json,
}

/// Checks that were read.
pub struct Checks {
    engine: Engine,
    packages: Vec<Package>,
}

impl Checks {
    /// Reads modules, and documents of data that they may ask for. An error names the file and the line.
    pub fn read(modules: &[Module<'_>], data: &[Json]) -> Result<Self, String> {
        Self::within(modules, data, LONGEST_CHECK)
    }

    fn within(modules: &[Module<'_>], data: &[Json], longest: Duration) -> Result<Self, String> {
        let mut engine = Engine::new();
        let check_interval = NonZero::new(1_000).unwrap_or(NonZero::<u32>::MIN);
        engine.set_execution_timer_config(ExecutionTimerConfig { limit: longest, check_interval });
        let made = Box::new(|parameters: Vec<Value>| Ok(result(&parameters)));
        engine.add_extension("result.new".to_owned(), 2, made).map_err(|error| error.to_string())?;
        for document in data {
            engine
                .add_data_json(&document.to_string())
                .map_err(|error| format!("the data: {}", told(&error.to_string())))?;
        }
        let mut packages: Vec<Package> = Vec::new();
        for module in modules {
            let path = add(&mut engine, module)?;
            let has = |set: &str| engine.has_declared_rule_rooted_at(module.name, set).unwrap_or(false);
            let sets: Vec<_> = SETS.into_iter().filter(|(set, _)| has(set)).collect();
            let inner = path.strip_prefix("data.").unwrap_or(&path);
            if sets.is_empty() || inner == "lib" || inner.starts_with("lib.") {
                continue;
            }
            let mut metadata = metadata(module)?;
            if metadata.id.is_empty() {
                inner.clone_into(&mut metadata.id);
            }
            match packages.iter_mut().find(|package| package.path == path) {
                // Several files make one package.
                Some(package) => package
                    .sets
                    .extend(sets.iter().filter(|set| !package.sets.contains(set)).copied().collect::<Vec<_>>()),
                None => packages.push(Package { path, sets, metadata }),
            }
        }
        Ok(Self { engine, packages })
    }

    /// Whether there is one that can be asked.
    pub fn has_any(&self) -> bool {
        !self.packages.is_empty()
    }

    /// Asks all that are for a document: what each found, or why it could not say.
    pub fn ask(&mut self, document: Document<'_>) -> Vec<(Metadata, Result<Vec<Found>, String>)> {
        let mut said = Vec::new();
        for package in &self.packages {
            let kinds = &package.metadata.kinds;
            if !kinds.is_empty() && !kinds.iter().any(|kind| document.kinds.contains(&&**kind)) {
                continue;
            }
            let input = if kinds.is_empty() { document.plain } else { document.chosen };
            let found = ask(&mut self.engine, package, input);
            if found.as_ref().is_ok_and(Vec::is_empty) {
                continue;
            }
            said.push((package.metadata.clone(), found));
        }
        said
    }
}

/// Adds a module, be it in the language's present or its old version.
fn add(engine: &mut Engine, module: &Module<'_>) -> Result<String, String> {
    let take = |engine: &mut Engine| engine.add_policy(module.name.to_owned(), module.text.to_owned());
    let error = match take(engine) {
        Ok(package) => return Ok(package),
        Err(error) => told(&error.to_string()),
    };
    // What has the words of the present version is meant to be read by it, unless it imports them.
    let is_present = [" if ", " contains "].iter().any(|word| module.text.contains(word));
    if is_present && !module.text.contains("import future.keywords") {
        return Err(error);
    }
    engine.set_rego_v0(true);
    let old = take(engine);
    engine.set_rego_v0(false);
    old.map_err(|_| error)
}

fn ask(engine: &mut Engine, package: &Package, input: &Json) -> Result<Vec<Found>, String> {
    engine.set_input_json(&input.to_string()).map_err(|error| told(&error.to_string()))?;
    let mut all = BTreeSet::new();
    for (set, warns) in &package.sets {
        let value = engine.eval_rule(format!("{}.{set}", package.path)).map_err(|error| told(&error.to_string()))?;
        if value == Value::Undefined {
            continue;
        }
        let json = value.to_json_str().map_err(|error| error.to_string())?;
        let Ok(Json::Array(messages)) = serde_json::from_str(&json) else {
            return Err(format!("{set} has to be a set of messages"));
        };
        for message in messages.into_iter().take(MOST_FOUND) {
            all.insert(found(message, *warns).ok_or_else(|| format!("{set} has something that is no message"))?);
        }
    }
    Ok(all.into_iter().collect())
}

/// A message: a text, or an object with a `msg` and perhaps lines.
fn found(message: Json, warns: bool) -> Option<Found> {
    let object = match message {
        Json::String(message) => return Some(Found { message, warns, lines: None }),
        Json::Object(object) => object,
        _ => return None,
    };
    let message = object.get("msg")?.as_str()?.to_owned();
    let line = |key: &str| object.get(key).and_then(Json::as_u64).and_then(|line| u32::try_from(line).ok());
    let lines =
        line("startline").filter(|line| *line > 0).map(|first| (first, line("endline").unwrap_or(first).max(first)));
    Some(Found { message, warns, lines })
}

/// `result.new(msg, cause)`: the message, with the lines of its cause.
fn result(parameters: &[Value]) -> Value {
    let mut made = std::collections::BTreeMap::new();
    let text = |name: &str| Value::from(name);
    made.insert(text("msg"), parameters.first().cloned().unwrap_or(Value::Undefined));
    let cause = parameters.get(1).cloned().unwrap_or(Value::Undefined);
    for (key, names) in [("startline", ["startline", "StartLine"]), ("endline", ["endline", "EndLine"])] {
        let known = names.iter().map(|name| &cause[*name]).find(|value| **value != Value::Undefined);
        if let Some(line) = known {
            made.insert(text(key), line.clone());
        }
    }
    Value::from(made)
}

/// The comments `# METADATA` in front of the package: YAML behind the signs.
fn metadata(module: &Module<'_>) -> Result<Metadata, String> {
    let before = module.text.lines().take_while(|line| !line.starts_with("package "));
    let comments =
        before.skip_while(|line| line.trim() != "# METADATA").skip(1).take_while(|line| line.starts_with('#'));
    let mut text = String::new();
    for line in comments {
        text.push_str(line.trim_start_matches('#').strip_prefix(' ').unwrap_or_default());
        text.push('\n');
    }
    let wrong = |why: String| format!("{}: its METADATA: {why}", module.name);
    let Some(document) = rules::parse_any(&text).map_err(wrong)? else { return Ok(Metadata::default()) };
    let wrong = |why: String| format!("{}: its METADATA: {why}", module.name);
    let read = || -> Result<Metadata, String> {
        let fields = document.open_fields()?;
        let text = |fields: &rules::Fields<'_>, key: &str| {
            fields.optional(key).map(|text| text.unwrap_or_default().to_owned())
        };
        let mut metadata = Metadata {
            title: text(&fields, "title")?,
            description: text(&fields, "description")?,
            references: list(&fields, "related_resources"),
            ..Metadata::default()
        };
        if let Some(custom) = fields.get("custom") {
            let custom = custom.open_fields()?;
            metadata.id = text(&custom, "avd_id")?;
            let id = text(&custom, "id")?;
            if metadata.id.is_empty() {
                metadata.id = id;
            } else if !id.is_empty() {
                metadata.aliases.push(id);
            }
            metadata.aliases.extend(list(&custom, "aliases"));
            metadata.severity = text(&custom, "severity")?.to_ascii_lowercase();
            metadata.fix = text(&custom, "recommended_action")?;
            if metadata.fix.is_empty() {
                metadata.fix = text(&custom, "recommended_actions")?;
            }
            if let Some(input) = custom.get("input")
                && let Some(selectors) = input.open_fields()?.get("selector")
            {
                for selector in selectors.list()? {
                    metadata.kinds.push(selector.open_fields()?.text("type")?.to_owned());
                }
            }
        }
        Ok(metadata)
    };
    read().map_err(wrong)
}

/// The texts of a list; what is no text in it is passed over.
fn list(fields: &rules::Fields<'_>, key: &str) -> Vec<String> {
    let nodes = fields.get(key).and_then(|node| node.list().ok()).unwrap_or_default();
    nodes.iter().filter_map(|node| node.text().ok()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const POD: &str = r#"{"kind": "Pod", "spec": {"hostPID": true}, "StartLine": 3, "EndLine": 5}"#;

    /// What modules say of a pod: `id: message`, with lines, `warns`, or what went wrong.
    fn said(texts: &[&str], data: &[Json]) -> Vec<String> {
        let names: Vec<String> = (0..texts.len()).map(|at| format!("{at}.rego")).collect();
        let modules: Vec<_> = names.iter().zip(texts).map(|(name, text)| Module { name, text }).collect();
        let mut checks = Checks::within(&modules, data, Duration::from_millis(500)).unwrap();
        let (pod, plain) = (serde_json::from_str(POD).unwrap(), serde_json::json!({"kind": "Pod", "plain": true}));
        let document = Document { kinds: &["kubernetes", "yaml"], chosen: &pod, plain: &plain };
        let mut out = Vec::new();
        for (metadata, found) in checks.ask(document) {
            match found {
                Ok(found) => out.extend(found.into_iter().map(|found| {
                    let lines = found.lines.map(|(first, last)| format!(" {first}-{last}")).unwrap_or_default();
                    format!("{}: {}{lines}{}", metadata.id, found.message, if found.warns { " warns" } else { "" })
                })),
                Err(why) => out.push(format!("{} failed: {why}", metadata.id)),
            }
        }
        out
    }

    #[test]
    fn packages_of_conftest_in_both_versions_of_the_language() {
        let old = "package main\n\ndeny[msg] {\n  input.kind == \"Pod\"\n  input.plain\n  msg := \"old\"\n}\n\nviolation[{\"msg\": msg}] {\n  msg := \"an object\"\n}\n";
        assert_eq!(said(&[old], &[]), ["main: an object", "main: old"]);
        let new = "package team.pods\n\nwarn contains \"new\" if input.plain\n";
        assert_eq!(said(&[new], &[]), ["team.pods: new warns"]);
        assert!(said(&["package lib.a\ndeny contains \"x\"\n", "package other\nallow := true\n"], &[]).is_empty());
    }

    #[test]
    fn checks_of_trivy_have_metadata_selectors_and_results() {
        let check = |kind: &str| {
            format!(
                "# METADATA\n# title: Pods keep to themselves\n# description: Why.\n# related_resources:\n# - https://example.com/\n# custom:\n#   id: USR001\n#   avd_id: AVD-USR-0001\n#   severity: HIGH\n#   recommended_action: Remove it.\n#   input:\n#     selector:\n#     - type: {kind}\npackage user.pods\n\nimport data.lib.words\n\ndeny[res] {{\n  input.spec.hostPID\n  res := result.new(words.shares, input)\n}}\n"
            )
        };
        let library = "package lib.words\n\nshares := \"it shares processes\"\n";
        assert_eq!(said(&[&check("kubernetes"), library], &[]), ["AVD-USR-0001: it shares processes 3-5"]);
        assert!(said(&[&check("dockerfile"), library], &[]).is_empty());
        let text = check("kubernetes");
        let read = metadata(&Module { name: "a", text: &text }).unwrap();
        assert_eq!((&*read.title, &*read.severity, &*read.fix), ("Pods keep to themselves", "high", "Remove it."));
        assert_eq!(
            (read.aliases, read.references),
            (vec!["USR001".to_owned()], vec!["https://example.com/".to_owned()])
        );
    }

    #[test]
    fn data_may_be_asked_for() {
        let check = "package main\n\ndeny contains msg if {\n  some kind in data.forbidden.kinds\n  input.kind == kind\n  msg := kind\n}\n";
        assert_eq!(said(&[check], &[serde_json::json!({"forbidden": {"kinds": ["Pod"]}})]), ["main: Pod"]);
    }

    #[test]
    fn what_never_ends_or_is_no_message_is_told_and_the_rest_is_asked() {
        let endless = "package a\n\ndeny contains \"x\" if {\n  some a in numbers.range(1, 3000)\n  some b in numbers.range(1, 3000)\n  some c in numbers.range(1, 3000)\n  a + b + c < 0\n}\n";
        let said = said(&[endless, "package b\ndeny contains 1\n", "package c\ndeny contains \"c\"\n"], &[]);
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(said[0].starts_with("a failed: ") && said[1].starts_with("b failed: deny has something"), "{said:?}");
        assert_eq!(said[2], "c: c");
        let wrong = |text: &str| Checks::read(&[Module { name: "a.rego", text }], &[]).err().unwrap();
        assert!(wrong("package a\ndeny contains if\n").starts_with("a.rego:2:"));
        assert!(
            wrong("# METADATA\n# custom: [\npackage a\ndeny contains \"x\"\n").starts_with("a.rego: its METADATA: ")
        );
    }
}
