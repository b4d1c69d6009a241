//! Exceptions among the metadata of a resource: annotations of Kubernetes objects (Checkov: `checkov.io/skip1: CKV_K8S_16=why`;
//! kube-linter: `ignore-check.kube-linter.io/NAME: why`, `kube-linter.io/ignore-all: why`), and Checkov's list under
//! `Metadata` in CloudFormation.

use super::comment::{Exception, Reach};
use crate::{Node, Resource, Target, kubernetes};

/// The exceptions that a resource bears.
pub(super) fn of(resource: &Resource) -> Vec<Exception> {
    match resource.target {
        Target::Kubernetes => {
            let own = annotations(&resource.body);
            let of_pod = kubernetes::pod(resource).map(|(pod, _)| annotations(pod)).unwrap_or_default();
            own.iter().chain(of_pod).filter_map(|(key, value)| annotation(key, value.text()?)).collect()
        }
        Target::CloudFormation => {
            let skipped = resource.body.at(&["Metadata", "checkov", "skip"]).map(Node::items).unwrap_or_default();
            let text = |node: &Node, key: &str| node.get(key).and_then(Node::text).unwrap_or_default().to_owned();
            skipped.iter().map(|it| exception("checkov:skip", text(it, "id"), text(it, "comment"))).collect()
        }
        _ => Vec::new(),
    }
}

fn annotations(object: &Node) -> &[(String, Node)] {
    object.at(&["metadata", "annotations"]).map(Node::entries).unwrap_or_default()
}

fn annotation(key: &str, value: &str) -> Option<Exception> {
    if key.starts_with("checkov.io/skip") {
        let (id, why) = value.split_once('=').unwrap_or((value, ""));
        return Some(exception("checkov.io/skip", id.trim().to_owned(), why.trim().to_owned()));
    }
    if let Some(name) = key.strip_prefix("ignore-check.kube-linter.io/") {
        return Some(exception("kube-linter", name.to_owned(), value.to_owned()));
    }
    (key == "kube-linter.io/ignore-all").then(|| exception("kube-linter", "*".to_owned(), value.to_owned()))
}

fn exception(form: &'static str, id: String, reason: String) -> Exception {
    Exception { form, line: 0, alone: false, reach: Reach::Resource, ids: vec![id], reason, until: None, refused: None }
}
