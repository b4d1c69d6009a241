//! All resources that are judged together, and how they are found: by kind, and by what links one to another.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::compare::scalar;
use super::evaluate::single;
use crate::rule::Path;
use crate::{Node, Resource, Target, Value};

/// Comparisons of one resource with another, over all rules. Whoever has more has made them on purpose.
const MOST_COMPARISONS: usize = 20_000_000;

/// The resources of one tree.
pub struct World<'w> {
    /// All of them.
    pub resources: &'w [Resource],
    by_kind: HashMap<Target, HashMap<&'w str, Vec<usize>>>,
    by_address: HashMap<&'w str, Vec<usize>>,
    links: Mutex<HashMap<(usize, Target, String), Arc<Links>>>,
    left: AtomicUsize,
}

/// The resources of a kind by what one of their attributes says.
#[derive(Default)]
struct Links {
    /// By its value.
    valued: HashMap<String, Vec<usize>>,
    /// By the text of the reference that it is.
    references: HashMap<String, Vec<usize>>,
    /// By the address that the reference leads to.
    referring: HashMap<String, Vec<usize>>,
    /// Those that have none.
    missing: Vec<usize>,
    /// Those of which it is not known, or that have several.
    others: Vec<usize>,
}

impl<'w> World<'w> {
    /// Sorts resources by their kinds and addresses.
    pub fn new(resources: &'w [Resource]) -> Self {
        let mut by_kind: HashMap<_, HashMap<_, Vec<_>>> = HashMap::new();
        let mut by_address: HashMap<_, Vec<_>> = HashMap::new();
        for (index, resource) in resources.iter().enumerate() {
            by_kind.entry(resource.target).or_default().entry(&*resource.kind).or_default().push(index);
            by_address.entry(&*resource.address).or_default().push(index);
        }
        Self { resources, by_kind, by_address, links: Mutex::default(), left: AtomicUsize::new(MOST_COMPARISONS) }
    }

    /// The resources of a kind, as indices.
    pub fn of_kind(&self, target: Target, kind: &str) -> &[usize] {
        self.by_kind.get(&target).and_then(|kinds| kinds.get(kind)).map(Vec::as_slice).unwrap_or_default()
    }

    /// The resources of a kind whose attribute at `path` may agree with ours, which is `our` of the resource at `address`.
    /// All that do are among them.
    pub fn linked(&self, target: Target, kind: &str, path: &Path<'_>, our: Option<&Node>, address: &str) -> Vec<usize> {
        let links = self.links(target, kind, path);
        let of = |map: &HashMap<String, Vec<usize>>, key: &str| map.get(key).cloned().unwrap_or_default();
        let mut found = match our.map(|node| &node.value) {
            None => links.missing.clone(),
            Some(Value::Reference(text)) if !text.contains("${") => {
                let named = self.by_address.get(referred(text)).cloned().unwrap_or_default();
                let named = named.into_iter().filter(|index| self.resources[*index].kind == kind);
                named.chain(of(&links.references, text)).collect()
            }
            Some(Value::Unknown | Value::Reference(_)) => return self.of_kind(target, kind).to_vec(),
            _ => our.and_then(scalar).map(|text| of(&links.valued, &text)).unwrap_or_default(),
        };
        found.extend(of(&links.referring, address));
        found.extend(&links.others);
        found.sort_unstable();
        found.dedup();
        found
    }

    fn links(&self, target: Target, kind: &str, path: &Path<'_>) -> Arc<Links> {
        // A path lives as long as its rule, so where it is says which it is.
        let key = (std::ptr::from_ref(path).addr(), target, kind.to_owned());
        let mut known = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(key).or_insert_with(|| Arc::new(self.make_links(target, kind, path))))
    }

    fn make_links(&self, target: Target, kind: &str, path: &Path<'_>) -> Links {
        let mut links = Links::default();
        for &index in self.of_kind(target, kind) {
            let body = &self.resources[index].body;
            let mut add = |map: fn(&mut Links) -> &mut HashMap<String, Vec<usize>>, key: &str| {
                map(&mut links).entry(key.to_owned()).or_default().push(index);
            };
            match single(body, &path.steps).map(|node| (&node.value, scalar(node))) {
                Some((Value::Reference(text), _)) if !text.contains("${") => {
                    add(|links| &mut links.references, text);
                    add(|links| &mut links.referring, referred(text));
                }
                Some((_, Some(text))) => add(|links| &mut links.valued, &text),
                Some(_) => links.others.push(index),
                None if has_one(body, path) => links.others.push(index),
                None => links.missing.push(index),
            }
        }
        links
    }

    /// Takes one comparison from what is left; false where there is none.
    pub fn may_compare(&self) -> bool {
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }
}

/// Whether there is anything at a path, though not one value.
fn has_one(body: &Node, path: &Path<'_>) -> bool {
    let mut found = false;
    super::scope::follow(body, &super::Trail::START, &path.steps, &mut |place, _| {
        found |= matches!(place, super::scope::Place::Found(_));
    });
    found
}

/// The resource that a reference to one of its attributes leads to: its address ends where the attribute begins.
fn referred(text: &str) -> &str {
    // Keys of instances have dots in quotes.
    let (mut end, mut quoted) = (text.len(), false);
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '.' if !quoted => end = at,
            _ => {}
        }
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_lead_to_resources() {
        assert_eq!(referred("aws_s3_bucket.logs.id"), "aws_s3_bucket.logs");
        assert_eq!(referred("module.a[\"x.y\"].aws_s3_bucket.logs[0].arn"), "module.a[\"x.y\"].aws_s3_bucket.logs[0]");
    }
}
