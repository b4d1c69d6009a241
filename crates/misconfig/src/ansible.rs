//! Ansible's playbooks and lists of tasks ("Playbook Keywords", "Module index").
//!
//! A play is a resource of the kind `play`. Each task is one whose kind is its module, without the collection in front
//! (`ansible.builtin.apt` is `apt`, `amazon.aws.s3_bucket` is `s3_bucket`) and without `aws_` in front, which old names of the same
//! modules had; the body has the module's arguments, the free text of a command in `_raw`, and the task's own keywords (`become`,
//! `no_log`, `ignore_errors` …) in `task`. Blocks are put apart into their tasks. A value that is nothing but an expression is the
//! variable of the play that it names, or unknown; in a longer text expressions stay as they are written.

use crate::value::last_of_each;
use crate::{Node, Reading, Resource, Span, Target, Value, yaml};

/// Tasks of one file.
const MOST: usize = 10_000;
/// How deep blocks lie in each other.
const DEEPEST: usize = 16;

/// Keywords of tasks and blocks, which are no modules.
const KEYWORDS: &[&str] = &[
    "any_errors_fatal",
    "args",
    "async",
    "become",
    "become_exe",
    "become_flags",
    "become_method",
    "become_user",
    "changed_when",
    "check_mode",
    "collections",
    "connection",
    "debugger",
    "delay",
    "delegate_facts",
    "delegate_to",
    "diff",
    "environment",
    "failed_when",
    "ignore_errors",
    "ignore_unreachable",
    "listen",
    "loop",
    "loop_control",
    "module_defaults",
    "name",
    "no_log",
    "notify",
    "poll",
    "port",
    "register",
    "remote_user",
    "retries",
    "run_once",
    "tags",
    "throttle",
    "timeout",
    "until",
    "vars",
    "when",
];

/// Lists of tasks of a play.
const LISTS: &[&str] = &["pre_tasks", "tasks", "post_tasks", "handlers"];

/// Whether a list looks like a playbook: one of plays.
pub fn is_playbook(content: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(content, word).is_some();
    has(b"hosts:") && LISTS.iter().chain(&["roles", "vars_files"]).any(|list| has(format!("\n  {list}:").as_bytes()))
}

/// Reads a playbook, or a list of tasks.
pub fn read(content: &[u8], file: usize) -> Reading {
    let mut reading = Reading::default();
    let Some(text) = reading.text(content) else { return reading };
    let documents = yaml::documents(text);
    for document in &documents.read {
        for item in document.items() {
            if item.get("hosts").is_some() {
                let name = item.get("name").and_then(Node::text).unwrap_or("play").to_owned();
                let entries = item.entries().iter().filter(|(key, _)| !LISTS.contains(&&**key)).cloned().collect();
                push(&mut reading, "play", name, Value::Map(entries).at(item.span), file);
                let vars = item.get("vars");
                for list in LISTS {
                    for inside in item.get(list).map(Node::items).unwrap_or_default() {
                        task(inside, vars, file, 0, &mut reading);
                    }
                }
            } else {
                task(item, None, file, 0, &mut reading);
            }
        }
    }
    if reading.resources.len() >= MOST {
        let what = format!("of more tasks the first {MOST} are judged");
        reading.gaps.push(yaml::Wrong { what, limit: true });
    }
    reading.gap(documents.wrong);
    reading
}

fn push(reading: &mut Reading, kind: &str, address: String, body: Node, file: usize) {
    if reading.resources.len() < MOST {
        let kind = kind.to_owned();
        reading.resources.push(Resource { target: Target::Ansible, kind, address, file, body });
    }
}

fn task(written: &Node, vars: Option<&Node>, file: usize, depth: usize, reading: &mut Reading) {
    let inside: Vec<&Node> = ["block", "rescue", "always"].iter().filter_map(|key| written.get(key)).collect();
    if !inside.is_empty() {
        if depth < DEEPEST {
            let items = inside.iter().flat_map(|list| list.items());
            items.for_each(|item| task(item, vars, file, depth + 1, reading));
        }
        return;
    }
    let is_module = |key: &str| !KEYWORDS.contains(&key) && !key.starts_with("with_");
    let Some((name, arguments)) = written.entries().iter().find(|(key, _)| is_module(key)) else { return };
    // `action: apt name=x`, `local_action: {module: apt, name: x}`.
    let (name, arguments) = match (&**name, arguments.text()) {
        ("action" | "local_action", Some(text)) => {
            let (module, rest) = text.split_once(' ').unwrap_or((text, ""));
            (module.to_owned(), Value::text(rest).at(arguments.span))
        }
        ("action" | "local_action", None) => {
            let module = arguments.get("module").and_then(Node::text).unwrap_or_default();
            (module.to_owned(), arguments.clone())
        }
        (name, _) => (name.to_owned(), arguments.clone()),
    };
    let kind = name.rsplit('.').next().unwrap_or(&name);
    let kind = kind.strip_prefix("aws_").unwrap_or(kind).to_owned();
    let mut entries = match &arguments.value {
        Value::Map(entries) => entries.clone(),
        Value::Text(text) => free(text, arguments.span),
        _ => Vec::new(),
    };
    entries.extend(written.get("args").map(Node::entries).unwrap_or_default().iter().cloned());
    for (_, value) in &mut entries {
        resolve(value, vars);
    }
    let keywords = written.entries().iter().filter(|(key, _)| !is_module(key) && key != "args").cloned().collect();
    entries.push(("task".to_owned(), Value::Map(keywords).at(written.span)));
    let address = written.get("name").and_then(Node::text).unwrap_or(&kind).to_owned();
    let mut body = Value::Map(last_of_each(entries)).at(written.span);
    body.span = written.span;
    push(reading, &kind, address, body, file);
}

/// `name=value` pairs, and what else there is as one text.
fn free(text: &str, span: Span) -> Vec<(String, Node)> {
    let mut entries = vec![("_raw".to_owned(), Value::text(text.trim()).at(span))];
    for word in text.split_whitespace() {
        let Some((key, value)) = word.split_once('=') else { continue };
        if !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
            let value = value.trim_matches(['"', '\'']);
            entries.push((key.to_owned(), Value::text(value).at(span)));
        }
    }
    entries
}

/// Puts the variables of the play in, and what is not known as unknown.
fn resolve(node: &mut Node, vars: Option<&Node>) {
    match &mut node.value {
        Value::Text(text) => {
            let trimmed = text.trim();
            let inner = trimmed.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
            if let Some(inner) = inner.filter(|inner| !inner.contains("{{")) {
                let known = vars.and_then(|vars| vars.get(inner.trim()));
                let known = known.filter(|known| !known.text().is_some_and(|text| text.contains("{{")));
                node.value = known.map_or(Value::Unknown, |known| known.value.clone());
            } else if text.starts_with("yes") || text.starts_with("no") {
                // Modules take these words of YAML 1.1 for true and false.
                match &**text {
                    "yes" => node.value = Value::Bool(true),
                    "no" => node.value = Value::Bool(false),
                    _ => {}
                }
            }
        }
        Value::List(items) => items.iter_mut().for_each(|item| resolve(item, vars)),
        Value::Map(entries) => entries.iter_mut().for_each(|(_, value)| resolve(value, vars)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAYBOOK: &str = "---
- name: web
  hosts: all
  become: true
  vars: {mode: '0777', url: '{{ other }}'}
  tasks:
    - name: install
      ansible.builtin.apt: {name: nginx, allow_unauthenticated: yes}
    - block:
        - shell: curl x | sh
          args: {chdir: /tmp}
        - community.aws.aws_s3: {bucket: a, permission: '{{ mode }}', src: '{{ url }}', dest: 'a/{{ b }}'}
      rescue:
        - local_action: command true
  handlers:
    - action: service name=nginx state=restarted
";

    fn check(index: usize, kind: &str, key: &str, expected: &Value) {
        let reading = read(PLAYBOOK.as_bytes(), 0);
        assert!(reading.gaps.is_empty());
        let resource = &reading.resources[index];
        assert_eq!(resource.kind, kind);
        assert_eq!(resource.body.get(key).map(|node| &node.value), Some(expected), "{key} of {:?}", resource.body);
    }

    #[test]
    fn tasks_are_resources_of_their_modules() {
        check(0, "play", "become", &Value::Bool(true));
        check(1, "apt", "allow_unauthenticated", &Value::Bool(true));
        check(2, "shell", "_raw", &Value::text("curl x | sh"));
        check(2, "shell", "chdir", &Value::text("/tmp"));
        check(3, "s3", "permission", &Value::text("0777"));
        check(3, "s3", "src", &Value::Unknown);
        check(3, "s3", "dest", &Value::text("a/{{ b }}"));
        check(4, "command", "_raw", &Value::text("true"));
        check(5, "service", "state", &Value::text("restarted"));
    }

    #[test]
    fn playbooks_are_told_from_other_lists() {
        assert!(is_playbook(PLAYBOOK.as_bytes()));
        assert!(!is_playbook(b"- a: 1\n  hosts: 2\n"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        for text in
            ["", "- 1", "- {}", "- block: [{block: [1]}]", "- hosts: x\n  tasks: 1", "- action: ''", "- shell: '='"]
        {
            read(text.as_bytes(), 0);
        }
        let many = read("- shell: x\n".repeat(MOST + 10).as_bytes(), 0);
        assert!(many.resources.len() == MOST && many.gaps[0].limit);
    }
}
