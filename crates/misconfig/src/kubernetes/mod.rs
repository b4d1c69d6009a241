//! Kubernetes objects (Kubernetes API conventions): manifests in YAML and JSON, lists of objects, and the pods that objects
//! of many kinds make.

mod read;

pub use read::read;

use crate::judge::{Scope, Trail};
use crate::{Node, Resource};

/// Where the pod is that an object of a kind is or makes.
const PODS: &[(&str, &[&str])] = &[
    ("Pod", &[]),
    ("PodTemplate", &["template"]),
    ("Deployment", &["spec", "template"]),
    ("StatefulSet", &["spec", "template"]),
    ("DaemonSet", &["spec", "template"]),
    ("ReplicaSet", &["spec", "template"]),
    ("ReplicationController", &["spec", "template"]),
    ("Job", &["spec", "template"]),
    ("CronJob", &["spec", "jobTemplate", "spec", "template"]),
    // Kinds of others that embed the same template.
    ("Rollout", &["spec", "template"]),
    ("DeploymentConfig", &["spec", "template"]),
    ("CloneSet", &["spec", "template"]),
];

/// The lists of containers of a pod.
const CONTAINERS: &[&str] = &["containers", "initContainers", "ephemeralContainers"];

/// Where the pod is that an object of a kind is or makes.
pub(crate) fn pod_keys(kind: &str) -> Option<&'static [&'static str]> {
    PODS.iter().find(|(known, _)| *known == kind).map(|(_, keys)| *keys)
}

/// The pod of an object, and the keys that lead to it.
pub fn pod(resource: &Resource) -> Option<(&Node, &'static [&'static str])> {
    let keys = pod_keys(&resource.kind)?;
    Some((resource.body.at(keys)?, keys))
}

/// Calls `see` with what rules know an object as besides itself: a `pod`, around which lies the object, and each
/// `container`, around which lies the pod.
pub fn views(resource: &Resource, object: &Scope<'_>, see: &mut dyn FnMut(&str, &Scope<'_>)) {
    let Some((pod, keys)) = pod(resource) else { return };
    down(keys, object.trail, &mut |trail| {
        let pod = Scope { node: pod, trail, around: Some(object) };
        see("pod", &pod);
        let spec = trail.key("spec", None);
        for list in CONTAINERS {
            let containers = pod.node.at(&["spec", list]).map(Node::items).unwrap_or_default();
            let list = spec.key(list, None);
            for (index, container) in containers.iter().enumerate() {
                see("container", &Scope { node: container, trail: &list.index(index), around: Some(&pod) });
            }
        }
    });
}

fn down(keys: &[&str], trail: &Trail<'_>, then: &mut dyn FnMut(&Trail<'_>)) {
    match keys.split_first() {
        None => then(trail),
        Some((key, rest)) => down(rest, &trail.key(key, None), then),
    }
}
