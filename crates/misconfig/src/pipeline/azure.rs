//! Azure Pipelines (YAML schema): jobs and steps, whether stages are written out or left out.

use super::each;
use crate::Node;
use crate::judge::Scope;

/// Calls `see` with each `job` (around which lies the pipeline) and each `step` (around which lies its job, or the pipeline where
/// no job is written out).
pub fn views(pipeline: &Scope<'_>, see: &mut dyn FnMut(&str, &Scope<'_>)) {
    each(pipeline, "stages", &mut |stage| jobs(stage, pipeline, see));
    jobs(pipeline, pipeline, see);
    steps(pipeline, see);
}

fn jobs(holder: &Scope<'_>, pipeline: &Scope<'_>, see: &mut dyn FnMut(&str, &Scope<'_>)) {
    each(holder, "jobs", &mut |job| {
        let job = Scope { around: Some(pipeline), ..*job };
        see("job", &job);
        steps(&job, see);
        // A deployment has its steps below its strategy: `strategy.runOnce.deploy.steps`.
        let strategy = job.node.get("strategy").map(Node::entries).unwrap_or_default();
        let trail = job.trail.key("strategy", None);
        for (name, kind) in strategy {
            let trail = trail.key(name, None);
            for (phase, inside) in kind.entries() {
                let trail = trail.key(phase, None);
                let phase = Scope { node: inside, trail: &trail, around: Some(&job) };
                each(&phase, "steps", &mut |step| see("step", &Scope { around: Some(&job), ..*step }));
            }
        }
    });
}

fn steps(holder: &Scope<'_>, see: &mut dyn FnMut(&str, &Scope<'_>)) {
    each(holder, "steps", &mut |step| see("step", step));
}

#[cfg(test)]
mod tests {
    use super::super::{azure, tests::check};

    #[test]
    fn steps_are_found_wherever_they_stand() {
        let text = "stages:\n- stage: a\n  jobs:\n  - job: b\n    steps: [{script: x}]\n  - deployment: c\n    strategy: {runOnce: {deploy: {steps: [{script: y}]}}}\n";
        check(
            &azure(text.as_bytes(), 0),
            &[
                "pipeline",
                "job stages[0].jobs[0]",
                "step stages[0].jobs[0].steps[0]",
                "job stages[0].jobs[1]",
                "step stages[0].jobs[1].strategy.runOnce.deploy.steps[0]",
            ],
        );
        check(&azure(b"steps: [{script: x}]\n", 0), &["pipeline", "step steps[0]"]);
    }
}
