//! Joins: other resources that belong to one, and what is asked of them.

use super::compare::scalar;
use super::evaluate::{Causes, Evaluator, single};
use super::scope::{Scope, Trail};
use super::verdict::Verdict;
use super::words;
use crate::rule::{Check, Related, Selects};
use crate::{Node, Resource, Value};

/// Whether the resources that belong to this one pass the test.
pub fn passes(evaluator: &Evaluator<'_>, related: &Related<'_>, scope: &Scope<'_>, out: &mut Causes) -> Verdict {
    let ours = &evaluator.world.resources[evaluator.resource];
    let (mut found, mut perhaps) = (Vec::new(), false);
    for kind in &related.kinds {
        let linked;
        let candidates = match related.by.first() {
            Some((their_path, our_path)) => {
                let our = single(scope.climb(our_path.up).node, &our_path.steps);
                linked = evaluator.world.linked(ours.target, kind, their_path, our, &ours.address);
                &*linked
            }
            None => evaluator.world.of_kind(ours.target, kind),
        };
        for index in candidates {
            let theirs = &evaluator.world.resources[*index];
            if !evaluator.world.may_compare() {
                perhaps = true;
                break;
            }
            match belongs(related, scope, ours, theirs) {
                Verdict::Holds => found.push(theirs),
                Verdict::Unknown => perhaps = true,
                Verdict::Fails => {}
            }
        }
    }
    let mut verdict = Verdict::Holds;
    for check in &related.test.checks {
        let of_check = match check {
            Check::Exists(must) => Verdict::from(found.is_empty() != *must),
            Check::Count(test) => {
                #[expect(clippy::cast_precision_loss, reason = "no tree has 2^52 resources")]
                let count = Value::Number(found.len() as f64).at(scope.node.span);
                let checks = test.checks.iter().map(|check| super::compare::passes(check, &count));
                checks.min().unwrap_or(Verdict::Holds)
            }
            Check::Each(inner) | Check::Some(inner) | Check::None(inner) => {
                let entries = found.iter().map(|theirs| (&theirs.body, &Trail::START));
                let at = (scope.node.span, scope.trail);
                match (found.is_empty(), related.test.missing) {
                    (true, Some(passes)) => Verdict::from(passes),
                    _ => evaluator.entries(check, inner, &related.test, at, entries, scope, &mut Causes::quiet()),
                }
            }
            _ => Verdict::Holds,
        };
        // One that may belong to this resource could make the difference.
        let could = match check {
            Check::Exists(must) => of_check == Verdict::from(!must),
            Check::Some(_) => of_check == Verdict::Fails,
            Check::Each(_) | Check::None(_) => of_check == Verdict::Holds,
            _ => true,
        };
        verdict = verdict.min(if perhaps && could { Verdict::Unknown } else { of_check });
    }
    let kinds = related.kinds.join(" or ");
    out.note(verdict, scope.trail, scope.node.span, |wanted| {
        let addresses: Vec<_> = found.iter().map(|theirs| &*theirs.address).collect();
        let found = if addresses.is_empty() { format!("without {kinds}") } else { addresses.join(", ") };
        let asked = words::expected(&related.test, wanted);
        // That there is one is what "a network policy for it" says.
        (Some(found), if asked == "set" { format!("{kinds} for it") } else { format!("{kinds} for it: {asked}") })
    });
    verdict
}

/// Whether a resource belongs to ours.
fn belongs(related: &Related<'_>, scope: &Scope<'_>, ours: &Resource, theirs: &Resource) -> Verdict {
    let mut verdict = Verdict::Holds;
    for (their_path, our_path) in &related.by {
        let our = single(scope.climb(our_path.up).node, &our_path.steps);
        let their = single(&theirs.body, &their_path.steps);
        verdict = verdict.min(agree(our, their, ours, theirs));
        if verdict == Verdict::Fails {
            return verdict;
        }
    }
    let Some(selects) = &related.selects else { return verdict };
    if namespace(ours) != namespace(theirs) {
        return Verdict::Fails;
    }
    let (selector, labels) = match selects {
        Selects::Theirs(path) => (single(&theirs.body, &path.steps), scope.node),
        Selects::Ours(path) => (single(scope.climb(path.up).node, &path.steps), pod(theirs)),
    };
    verdict.min(selector.map_or(Verdict::Fails, |selector| chosen(selector, labels.at(&["metadata", "labels"]))))
}

fn namespace(object: &Resource) -> &str {
    object.body.at(&["metadata", "namespace"]).and_then(Node::text).unwrap_or("default")
}

/// What of a resource has the labels that selectors choose: of what makes pods, the pod.
fn pod(resource: &Resource) -> &Node {
    crate::kubernetes::pod(resource).map_or(&resource.body, |(pod, _)| pod)
}

/// Whether two attributes are the same, or one of them refers to the other's resource.
fn agree(our: Option<&Node>, their: Option<&Node>, ours: &Resource, theirs: &Resource) -> Verdict {
    let refers = |node: Option<&Node>, to: &Resource| match node.map(|node| &node.value) {
        Some(Value::Reference(address)) => {
            // Alone, or in a text around it: `${aws_s3_bucket.logs.arn}/*`.
            address.match_indices(&*to.address).any(|(at, found)| {
                let (before, after) = (&address[..at], &address[at + found.len()..]);
                (before.is_empty() || before.ends_with('{')) && (after.is_empty() || after.starts_with('.'))
            })
        }
        _ => false,
    };
    if refers(their, ours) || refers(our, theirs) {
        return Verdict::Holds;
    }
    match (our, their) {
        (None, None) => Verdict::Holds,
        (Some(our), Some(their)) => match (&our.value, &their.value) {
            (Value::Unknown, _) | (_, Value::Unknown) => Verdict::Unknown,
            (Value::Reference(our), Value::Reference(their)) => Verdict::from(our == their),
            // It refers to another resource, whose attribute may yet have that value; but then it would have been known.
            (Value::Reference(_), _) | (_, Value::Reference(_)) => Verdict::Fails,
            _ => Verdict::from(scalar(our).is_some() && scalar(our) == scalar(their)),
        },
        _ => Verdict::Fails,
    }
}

/// Whether a selector of labels (`matchLabels` and `matchExpressions`, or a plain mapping) chooses these labels. An empty
/// one chooses everything.
fn chosen(selector: &Node, labels: Option<&Node>) -> Verdict {
    let label = |key: &str| labels.and_then(|labels| labels.get(key));
    let same = |(key, wanted): &(String, Node)| {
        Verdict::from(label(key).is_some_and(|found| scalar(found).is_some() && scalar(found) == scalar(wanted)))
    };
    let is_plain = selector.get("matchLabels").is_none() && selector.get("matchExpressions").is_none();
    let plain = if is_plain { Some(selector) } else { selector.get("matchLabels") };
    let mut verdict = plain.map(Node::entries).unwrap_or_default().iter().map(same).min().unwrap_or(Verdict::Holds);
    for expression in selector.get("matchExpressions").map(Node::items).unwrap_or_default() {
        let part = |key: &str| expression.get(key);
        let found = part("key").and_then(Node::text).and_then(label);
        let listed = || {
            let values = part("values").map(Node::items).unwrap_or_default();
            found.is_some_and(|found| values.iter().any(|value| scalar(value) == scalar(found)))
        };
        verdict = verdict.min(match part("operator").and_then(Node::text) {
            Some("In") => Verdict::from(listed()),
            Some("NotIn") => Verdict::from(!listed()),
            Some("Exists") => Verdict::from(found.is_some()),
            Some("DoesNotExist") => Verdict::from(found.is_none()),
            _ => Verdict::Unknown,
        });
    }
    verdict
}
