//! `CircleCI` (configuration reference): jobs and commands, and the steps in both.

use super::each;
use crate::Node;
use crate::judge::Scope;

/// How deep steps lie in `when` and `unless`.
const DEEPEST: usize = 8;

/// Calls `see` with each `job`, around which lies the configuration, each `executor`, and each `step` of a job or a command.
pub fn views(config: &Scope<'_>, see: &mut dyn FnMut(&str, &Scope<'_>)) {
    for (holder, kind) in [("jobs", Some("job")), ("commands", None), ("executors", Some("executor"))] {
        let Some(named) = config.node.get(holder) else { continue };
        let trail = config.trail.key(holder, None);
        for (name, node) in named.entries() {
            let trail = trail.key(name, Some(named));
            let one = Scope { node, trail: &trail, around: Some(config) };
            if let Some(kind) = kind {
                see(kind, &one);
            }
            steps(&one, &one, 0, see);
        }
    }
}

fn steps(holder: &Scope<'_>, job: &Scope<'_>, depth: usize, see: &mut dyn FnMut(&str, &Scope<'_>)) {
    if depth > DEEPEST {
        return;
    }
    each(holder, "steps", &mut |step| {
        see("step", &Scope { around: Some(job), ..*step });
        for condition in ["when", "unless"] {
            if let Some(node) = step.node.get(condition).filter(|node| Node::get(node, "steps").is_some()) {
                let trail = step.trail.key(condition, None);
                steps(&Scope { node, trail: &trail, around: Some(job) }, job, depth + 1, see);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::{circle, tests::check};

    #[test]
    fn jobs_and_commands_have_steps() {
        let text = "version: 2.1\ncommands: {c: {steps: [{run: x}]}}\njobs:\n  a:\n    docker: [{image: b}]\n    steps: [checkout, {when: {condition: true, steps: [{run: y}]}}]\nexecutors: {e: {machine: true}}\n";
        check(
            &circle(text.as_bytes(), 0),
            &[
                "pipeline",
                "job jobs.a",
                "step jobs.a.steps[0]",
                "step jobs.a.steps[1]",
                "step jobs.a.steps[1].when.steps[0]",
                "step commands.c.steps[0]",
                "executor executors.e",
            ],
        );
    }
}
