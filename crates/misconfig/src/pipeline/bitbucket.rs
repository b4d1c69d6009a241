//! Bitbucket Pipelines (configuration reference): the steps of all pipelines, those in stages and in parallel included.

use super::each;
use crate::Node;
use crate::judge::Scope;

/// How deep steps lie in stages and parallel groups.
const DEEPEST: usize = 8;

/// Calls `see` with each `step`, around which lies the file.
pub fn views(file: &Scope<'_>, see: &mut dyn FnMut(&str, &Scope<'_>)) {
    let Some(pipelines) = file.node.get("pipelines") else { return };
    let trail = file.trail.key("pipelines", None);
    for (name, pipeline) in pipelines.entries() {
        let trail = trail.key(name, None);
        // `default` is a list; `branches`, `tags`, `custom` and `pull-requests` have a list for each pattern.
        list(&Scope { node: pipeline, trail: &trail, around: Some(file) }, file, 0, see);
        for (pattern, inside) in pipeline.entries() {
            let trail = trail.key(pattern, None);
            list(&Scope { node: inside, trail: &trail, around: Some(file) }, file, 0, see);
        }
    }
}

fn list(items: &Scope<'_>, file: &Scope<'_>, depth: usize, see: &mut dyn FnMut(&str, &Scope<'_>)) {
    if depth > DEEPEST {
        return;
    }
    for (index, item) in items.node.items().iter().enumerate() {
        let trail = items.trail.index(index);
        let inside = |key: &str, see: &mut dyn FnMut(&Scope<'_>)| {
            if let Some(node) = item.get(key) {
                let trail = trail.key(key, None);
                see(&Scope { node, trail: &trail, around: Some(file) });
            }
        };
        inside("step", &mut |step| see("step", step));
        for group in ["parallel", "stage"] {
            inside(group, &mut |group| {
                list(group, file, depth + 1, see);
                if let Some(node) = group.node.get("steps").filter(|steps| !Node::items(steps).is_empty()) {
                    let trail = group.trail.key("steps", None);
                    list(&Scope { node, trail: &trail, around: Some(file) }, file, depth + 1, see);
                }
            });
        }
    }
}

/// Calls `see` with each `definition` of a service.
pub fn services(file: &Scope<'_>, see: &mut dyn FnMut(&str, &Scope<'_>)) {
    each(file, "definitions", &mut |definitions| {
        let Some(services) = definitions.node.get("services") else { return };
        let trail = definitions.trail.key("services", None);
        for (name, node) in services.entries() {
            let trail = trail.key(name, Some(services));
            see("service", &Scope { node, trail: &trail, around: Some(file) });
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::{bitbucket, tests::check};

    #[test]
    fn steps_are_found_wherever_they_stand() {
        let text = "definitions: {services: {db: {image: a}}}\npipelines:\n  default:\n  - step: {script: [x]}\n  - parallel:\n    - step: {script: [y]}\n  branches:\n    main:\n    - stage: {steps: [{step: {script: [z]}}]}\n";
        check(
            &bitbucket(text.as_bytes(), 0),
            &[
                "pipeline",
                "step pipelines.default[0].step",
                "step pipelines.default[1].parallel[0].step",
                "step pipelines.branches.main[0].stage.steps[0].step",
                "service definitions.services.db",
            ],
        );
    }
}
