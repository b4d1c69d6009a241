//! Files of CI systems: each is one resource, `workflow`, `action` or `pipeline`, with the document as its body, and rules
//! also know its jobs and steps by themselves.
//!
//! | language | kinds |
//! |---|---|
//! | GitHub Actions (workflow syntax; metadata syntax of actions) | `workflow`, `job` (`^` is the workflow), `step` (`^` is the job); `action`, and its steps as `step` |
//! | GitLab CI (keyword reference) | `pipeline`, `job` (`^` is the pipeline), with what it takes from `extends` and `default` |
//! | Azure Pipelines (YAML schema) | `pipeline`, `job` (`^` is the pipeline), `step` (`^` is the job) |
//! | Bitbucket Pipelines (configuration reference) | `pipeline`, `step` and `service` (`^` is the pipeline) |
//! | `CircleCI` (configuration reference) | `pipeline`, `job` and `executor` (`^` is the pipeline), `step` (`^` is the job) |
//!
//! Workflows of GitHub have what starts them also in one form: `triggers`, a mapping from events to their filters. Pipelines
//! of GitLab have what they include in one form: `includes`, a list of mappings.

mod azure;
mod bitbucket;
mod circle;

use crate::judge::{Scope, Trail};
use crate::{Node, Reading, Resource, Target, Value, yaml};

/// Reads workflows and actions of GitHub.
pub fn github(content: &[u8], file: usize) -> Reading {
    let is_action = |document: &Node| document.get("runs").is_some() && document.get("jobs").is_none();
    let kind = |document: &Node| if is_action(document) { "action" } else { "workflow" };
    let mut reading = read(content, file, Target::GithubActions, kind);
    for resource in &mut reading.resources {
        let triggers = resource.body.get("on").map(triggers);
        if let Value::Map(entries) = &mut resource.body.value {
            entries.extend(triggers.map(|node| ("triggers".to_owned(), node)));
        }
    }
    reading
}

/// Events: one, a list of them, or a mapping to what is asked of each.
fn triggers(on: &Node) -> Node {
    let named = on.text().into_iter().chain(on.items().iter().filter_map(Node::text));
    let named = named.map(|event| (event.to_owned(), Value::Map(Vec::new()).at(on.span)));
    let written = on.entries().iter().map(|(event, filter)| {
        // An event of which nothing is asked is there all the same.
        let value = if filter.value == Value::Null { Value::Map(Vec::new()) } else { filter.value.clone() };
        (event.clone(), value.at(filter.span))
    });
    Value::Map(named.chain(written).collect()).at(on.span)
}

/// Reads pipelines of GitLab, and gives its jobs what they take from elsewhere in the file.
pub fn gitlab(content: &[u8], file: usize) -> Reading {
    let mut reading = read(content, file, Target::GitlabCi, |_| "pipeline");
    for resource in &mut reading.resources {
        inherit(&mut resource.body);
        let includes = resource.body.get("include").map(includes);
        if let Value::Map(entries) = &mut resource.body.value {
            entries.extend(includes.map(|node| ("includes".to_owned(), node)));
        }
    }
    reading
}

/// What is included: one or a list; a text is an address or a file.
fn includes(written: &Node) -> Node {
    let one = |node: &Node| match node.text() {
        Some(text) => {
            let key = if text.contains("://") { "remote" } else { "local" };
            Value::map([(key, node.clone())]).at(node.span)
        }
        None => node.clone(),
    };
    let items = match &written.value {
        Value::List(items) => items.iter().map(one).collect(),
        _ => vec![one(written)],
    };
    Value::List(items).at(written.span)
}

/// Reads pipelines of Azure.
pub fn azure(content: &[u8], file: usize) -> Reading {
    read(content, file, Target::AzurePipelines, |_| "pipeline")
}

/// Reads pipelines of Bitbucket.
pub fn bitbucket(content: &[u8], file: usize) -> Reading {
    read(content, file, Target::BitbucketPipelines, |_| "pipeline")
}

/// Reads pipelines of `CircleCI`.
pub fn circle(content: &[u8], file: usize) -> Reading {
    read(content, file, Target::CircleCi, |_| "pipeline")
}

fn read(content: &[u8], file: usize, target: Target, kind: impl Fn(&Node) -> &'static str) -> Reading {
    let mut reading = Reading::default();
    let Some(text) = reading.text(content) else { return reading };
    let documents = yaml::documents(text);
    for body in documents.read {
        if matches!(body.value, Value::Map(_)) {
            let kind = kind(&body).to_owned();
            let address = body.get("name").and_then(Node::text).unwrap_or(&kind).to_owned();
            reading.resources.push(Resource { target, kind, address, file, body });
        }
    }
    reading.gap(documents.wrong);
    reading
}

/// What is no job in a pipeline of GitLab.
const KEYWORDS: &[&str] = &[
    "after_script",
    "before_script",
    "cache",
    "default",
    "image",
    "include",
    "pages",
    "services",
    "spec",
    "stages",
    "types",
    "variables",
    "workflow",
];

fn is_job(name: &str, body: &Node) -> bool {
    (name == "pages" || !KEYWORDS.contains(&name)) && matches!(body.value, Value::Map(_))
}

/// How far `extends` leads (GitLab allows eleven levels).
const DEEPEST: usize = 11;

/// Values that all jobs take from others: more than people repeat.
const MOST_INHERITED: usize = 200_000;

/// Gives every job what it extends, and what is said for all jobs.
fn inherit(pipeline: &mut Node) {
    const SHARED: &[&str] = &["image", "services", "before_script", "after_script", "cache"];
    let original = pipeline.clone();
    let shared = original.entries().iter().filter(|(key, _)| SHARED.contains(&&**key));
    let shared: Vec<_> = shared.cloned().collect();
    let mut room = MOST_INHERITED;
    let Value::Map(entries) = &mut pipeline.value else { return };
    for (name, body) in entries {
        if !is_job(name, body) {
            continue;
        }
        let mut base = body.clone();
        for _ in 0..DEEPEST {
            let Some(extended) = base.get("extends") else { break };
            let names: Vec<&str> =
                extended.text().into_iter().chain(extended.items().iter().filter_map(Node::text)).collect();
            // The last one named counts most.
            let Some(next) = names.last().and_then(|name| original.get(name)) else { break };
            body.complete(next.entries(), &mut room);
            base = next.clone();
        }
        body.complete(original.get("default").map(Node::entries).unwrap_or_default(), &mut room);
        body.complete(&shared, &mut room);
    }
}

/// Calls `see` with the jobs and steps of a pipeline.
pub fn views(resource: &Resource, whole: &Scope<'_>, see: &mut dyn FnMut(&str, &Scope<'_>)) {
    match (resource.target, &*resource.kind) {
        (Target::GithubActions, "workflow") => {
            let Some(jobs) = resource.body.get("jobs") else { return };
            let trail = Trail::START;
            let trail = trail.key("jobs", None);
            for (name, job) in jobs.entries() {
                let trail = trail.key(name, Some(jobs));
                let job = Scope { node: job, trail: &trail, around: Some(whole) };
                see("job", &job);
                steps(&job, see);
            }
        }
        (Target::GithubActions, "action") => {
            let Some(runs) = resource.body.get("runs") else { return };
            let trail = Trail::START;
            let trail = trail.key("runs", None);
            steps(&Scope { node: runs, trail: &trail, around: Some(whole) }, see);
        }
        (Target::GitlabCi, _) => {
            for (name, job) in resource.body.entries().iter().filter(|(name, body)| is_job(name, body)) {
                // A hidden job is what others are made of.
                if !name.starts_with('.') {
                    let trail = Trail::START;
                    let trail = trail.key(name, Some(&resource.body));
                    see("job", &Scope { node: job, trail: &trail, around: Some(whole) });
                }
            }
        }
        (Target::AzurePipelines, _) => azure::views(whole, see),
        (Target::BitbucketPipelines, _) => {
            bitbucket::views(whole, see);
            bitbucket::services(whole, see);
        }
        (Target::CircleCi, _) => circle::views(whole, see),
        _ => {}
    }
}

/// Calls `see` with what stands below a key: each entry of a list, or else the value itself.
fn each(holder: &Scope<'_>, key: &str, see: &mut dyn FnMut(&Scope<'_>)) {
    let Some(node) = holder.node.get(key) else { return };
    let trail = holder.trail.key(key, Some(holder.node));
    match &node.value {
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                see(&Scope { node: item, trail: &trail.index(index), around: Some(holder) });
            }
        }
        _ => see(&Scope { node, trail: &trail, around: Some(holder) }),
    }
}

fn steps(job: &Scope<'_>, see: &mut dyn FnMut(&str, &Scope<'_>)) {
    let steps = job.node.get("steps").map(Node::items).unwrap_or_default();
    let trail = job.trail.key("steps", None);
    for (index, step) in steps.iter().enumerate() {
        see("step", &Scope { node: step, trail: &trail.index(index), around: Some(job) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn check(reading: &Reading, expected: &[&str]) {
        let mut seen = Vec::new();
        for resource in &reading.resources {
            seen.push(resource.kind.clone());
            let whole = Scope { node: &resource.body, trail: &Trail::START, around: None };
            views(resource, &whole, &mut |kind, scope| seen.push(format!("{kind} {}", scope.trail.written())));
        }
        assert_eq!(seen, expected);
    }

    #[test]
    fn workflows_have_jobs_and_steps() {
        let text = "on: push\njobs:\n  a:\n    steps:\n    - run: x\n    - uses: y@v1\n  b: {uses: z}\n";
        let expected = ["workflow", "job jobs.a", "step jobs.a.steps[0]", "step jobs.a.steps[1]", "job jobs.b"];
        check(&github(text.as_bytes(), 0), &expected);
        check(&github(b"runs: {using: composite, steps: [{run: x}]}", 0), &["action", "step runs.steps[0]"]);
    }

    #[test]
    fn events_and_includes_have_one_form() {
        for text in ["on: push\njobs: {}\n", "on: [push]\njobs: {}\n", "on:\n  push:\njobs: {}\n"] {
            let reading = github(text.as_bytes(), 0);
            assert!(reading.resources[0].body.at(&["triggers", "push"]).is_some(), "{text}");
        }
        let reading = gitlab(b"include: ['https://ci.example/a.yml', b.yml, {project: c}]\n", 0);
        let includes = reading.resources[0].body.get("includes").unwrap().items();
        assert!(["remote", "local", "project"].iter().zip(includes).all(|(key, entry)| entry.get(key).is_some()));
    }

    #[test]
    fn jobs_of_gitlab_take_from_others() {
        let text = "image: a\nstages: [x]\n.base: {tags: [t], script: [b]}\none: {extends: .base, script: [c]}\ntwo: {image: d, script: [e]}\n";
        let reading = gitlab(text.as_bytes(), 0);
        check(&reading, &["pipeline", "job one", "job two"]);
        let body = &reading.resources[0].body;
        assert_eq!(body.at(&["one", "image"]).unwrap().text(), Some("a"));
        assert_eq!(body.at(&["one", "tags"]).unwrap().items().len(), 1);
        assert_eq!(body.at(&["one", "script"]).unwrap().items()[0].text(), Some("c"));
        assert_eq!(body.at(&["two", "image"]).unwrap().text(), Some("d"));
    }
}
