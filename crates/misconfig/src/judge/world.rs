//! All resources that are judged together, and how they are found by kind.

use std::collections::HashMap;

use crate::{Resource, Target};

/// The resources of one tree.
pub struct World<'w> {
    /// All of them.
    pub resources: &'w [Resource],
    by_kind: HashMap<Target, HashMap<&'w str, Vec<usize>>>,
}

impl<'w> World<'w> {
    /// Sorts resources by their kinds.
    pub fn new(resources: &'w [Resource]) -> Self {
        let mut by_kind: HashMap<_, HashMap<_, Vec<_>>> = HashMap::new();
        for (index, resource) in resources.iter().enumerate() {
            by_kind.entry(resource.target).or_default().entry(&*resource.kind).or_default().push(index);
        }
        Self { resources, by_kind }
    }

    /// The resources of a kind, as indices.
    pub fn of_kind(&self, target: Target, kind: &str) -> &[usize] {
        self.by_kind.get(&target).and_then(|kinds| kinds.get(kind)).map(Vec::as_slice).unwrap_or_default()
    }
}
