//! What a kustomization does to all resources: namespace, names, labels, annotations, images, replicas.

use super::edit::{at_mut, get_mut, items_mut, mapping, set, text, written};
use super::reference::{Renamed, follow};
use super::select::Object;
use crate::{Node, Span, Value, kubernetes};

/// Kinds that are in no namespace.
const OF_THE_CLUSTER: &[&str] = &[
    "APIService",
    "CSIDriver",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "RuntimeClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
];

/// Kinds that keep their names whatever prefix there is.
const WITH_OWN_NAMES: &[&str] = &["APIService", "CustomResourceDefinition", "Namespace"];

/// Where selectors of labels are.
const SELECTORS: &[(&[&str], &[&str])] = &[
    (&["Service", "ReplicationController"], &["spec", "selector"]),
    (&["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"], &["spec", "selector", "matchLabels"]),
];

/// Does all of it, in the order of Kustomize.
pub fn all(kustomization: &Node, objects: &mut [Object]) {
    if let Some(namespace) = kustomization.get("namespace") {
        self::namespace(namespace, objects);
    }
    names(kustomization, objects);
    let pairs = |list: &Node| list.entries().iter().map(|(k, v)| (k.clone(), v.clone())).collect::<Vec<_>>();
    if let Some(labels) = kustomization.get("commonLabels") {
        self::labels(&pairs(labels), true, true, objects);
    }
    for entry in kustomization.get("labels").map_or(&[][..], Node::items) {
        let is = |key: &str| entry.get(key).is_some_and(|it| it.value == Value::Bool(true));
        if let Some(labels) = entry.get("pairs") {
            let selectors = is("includeSelectors");
            self::labels(&pairs(labels), selectors, selectors || is("includeTemplates"), objects);
        }
    }
    if let Some(annotations) = kustomization.get("commonAnnotations") {
        for object in &mut *objects {
            put(&mut object.node, &["metadata", "annotations"], &pairs(annotations));
            in_pod(object, "annotations", &pairs(annotations));
        }
    }
    for entry in kustomization.get("replicas").map_or(&[][..], Node::items) {
        if let (Some(name), Some(count)) = (text(entry, "name"), entry.get("count")) {
            let scaled = ["Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"];
            for object in objects.iter_mut().filter(|it| it.is_called(name) && scaled.contains(&it.kind())) {
                if let Some(spec) = get_mut(&mut object.node, "spec") {
                    set(spec, "replicas", count.clone());
                }
            }
        }
    }
    for entry in kustomization.get("images").map_or(&[][..], Node::items) {
        for object in &mut *objects {
            images(&mut object.node, entry);
        }
    }
}

fn namespace(namespace: &Node, objects: &mut [Object]) {
    let moved = |kind: &str| !OF_THE_CLUSTER.contains(&kind);
    for object in objects {
        let before = (object.name().to_owned(), object.namespace().to_owned());
        if object.kind() == "Namespace" {
            if let Some(meta) = get_mut(&mut object.node, "metadata") {
                set(meta, "name", namespace.clone());
            }
        } else if moved(object.kind()) {
            let span = object.node.span;
            if let Some(meta) = mapping(&mut object.node, &["metadata"], Span::line(span.first)) {
                set(meta, "namespace", namespace.clone());
            }
        }
        object.earlier.push(before);
        // Service accounts of a binding are in the same namespace, where it named the default one.
        let subjects = get_mut(&mut object.node, "subjects");
        for subject in subjects.map(items_mut).unwrap_or_default() {
            if text(subject, "kind") == Some("ServiceAccount") {
                set(subject, "namespace", namespace.clone());
            }
        }
    }
}

fn names(kustomization: &Node, objects: &mut [Object]) {
    let part = |key: &str| kustomization.get(key).and_then(written).unwrap_or_default();
    let (prefix, suffix) = (part("namePrefix"), part("nameSuffix"));
    if prefix.is_empty() && suffix.is_empty() {
        return;
    }
    let mut renamed: Renamed = Vec::new();
    for object in &mut *objects {
        if WITH_OWN_NAMES.contains(&object.kind()) {
            continue;
        }
        let (before, namespace) = (object.name().to_owned(), object.namespace().to_owned());
        let after = format!("{prefix}{before}{suffix}");
        renamed.push((object.kind().to_owned(), before.clone(), after.clone()));
        if let Some(Node { value: Value::Text(name), .. }) = at_mut(&mut object.node, &["metadata", "name"]) {
            *name = after;
        }
        object.earlier.push((before, namespace));
    }
    follow(objects, &renamed);
}

fn labels(pairs: &[(String, Node)], in_selectors: bool, in_templates: bool, objects: &mut [Object]) {
    for object in objects {
        put(&mut object.node, &["metadata", "labels"], pairs);
        if in_templates {
            in_pod(object, "labels", pairs);
        }
        if in_selectors {
            let own = SELECTORS.iter().find(|(kinds, _)| kinds.contains(&object.kind()));
            if let Some((_, keys)) = own.filter(|(_, keys)| object.node.at(keys).is_some()) {
                put(&mut object.node, keys, pairs);
            }
            if object.kind() == "NetworkPolicy" && object.node.at(&["spec", "podSelector"]).is_some() {
                put(&mut object.node, &["spec", "podSelector", "matchLabels"], pairs);
            }
        }
    }
}

/// Puts labels or annotations to the pods that a resource makes.
fn in_pod(object: &mut Object, what: &str, pairs: &[(String, Node)]) {
    let Some(keys) = kubernetes::pod_keys(object.kind()).filter(|keys| !keys.is_empty()) else { return };
    if let Some(pod) = at_mut(&mut object.node, keys) {
        put(pod, &["metadata", what], pairs);
    }
}

fn put(node: &mut Node, keys: &[&str], pairs: &[(String, Node)]) {
    let Some((_, first)) = pairs.first() else { return };
    if let Some(mapping) = mapping(node, keys, first.span) {
        for (key, value) in pairs {
            let text = written(value).map_or_else(|| value.value.clone(), Value::Text);
            set(mapping, key, text.at(value.span));
        }
    }
}

/// Images of containers, wherever they are, under another name, tag or digest.
fn images(node: &mut Node, entry: &Node) {
    let Value::Map(entries) = &mut node.value else { return };
    for (key, value) in entries {
        if matches!(&**key, "containers" | "initContainers") {
            for container in items_mut(value) {
                if let Some(image) = get_mut(container, "image")
                    && let Some(new) = image.text().and_then(|image| renamed_image(image, entry))
                {
                    *image = Value::Text(new).at(entry.span);
                }
            }
        } else {
            images(value, entry);
        }
    }
}

fn renamed_image(image: &str, entry: &Node) -> Option<String> {
    let whole = image.split_once('@').map_or(image, |(before, _)| before);
    let after_slash = whole.rfind('/').map_or(0, |at| at + 1);
    let colon = whole[after_slash..].find(':').map(|at| after_slash + at);
    let name = colon.map_or(whole, |at| &whole[..at]);
    if text(entry, "name") != Some(name) {
        return None;
    }
    let new = text(entry, "newName").unwrap_or(name);
    let version = match (entry.get("digest").and_then(written), entry.get("newTag").and_then(written)) {
        (Some(digest), Some(tag)) => format!(":{tag}@{digest}"),
        (Some(digest), None) => format!("@{digest}"),
        (None, Some(tag)) => format!(":{tag}"),
        (None, None) => image[name.len()..].to_owned(),
    };
    Some(format!("{new}{version}"))
}
