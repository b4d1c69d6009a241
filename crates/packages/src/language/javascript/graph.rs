//! What a lockfile resolves, as a graph: packages, who needs whom, and what the project asks for by name.
//!
//! Most lockfiles do not say of each package whether only development needs it. It follows from the ways that lead to
//! it: what production reaches is needed, what it reaches only over optional steps is optional, and the rest of what
//! can be reached is for development.

use std::collections::BTreeMap;

use model::{Facts, PackageKind, Presence, Relation, Requirement};

use crate::listing::Listing;

/// The packages of one lockfile. Members of the workspace may be nodes too; without a version they are not listed.
#[derive(Default)]
pub(super) struct Graph {
    nodes: Vec<Node>,
    knows_the_project: bool,
}

/// One package at one place.
pub(super) struct Node {
    kind: PackageKind,
    name: String,
    version: String,
    /// Other nodes, and whether it can do without them.
    needs: Vec<(usize, bool)>,
    asked: Option<Presence>,
    /// What the file itself says, which counts more than what follows from the ways to it.
    told: Option<Presence>,
}

impl Graph {
    /// A package; the number is its name from now on.
    pub(super) fn add(&mut self, kind: PackageKind, name: &str, version: &str) -> usize {
        let (name, version) = (name.to_owned(), version.to_owned());
        self.nodes.push(Node { kind, name, version, needs: Vec::new(), asked: None, told: None });
        self.nodes.len() - 1
    }

    /// The file says so itself.
    pub(super) fn told(&mut self, node: usize, presence: Presence) {
        self.nodes[node].told = Some(presence);
    }

    /// The file has the project's own list, even if nothing is on it.
    pub(super) fn knows_the_project(&mut self) {
        self.knows_the_project = true;
    }

    /// The project asks for it.
    pub(super) fn ask(&mut self, node: usize, presence: Presence) {
        self.knows_the_project = true;
        let asked = &mut self.nodes[node].asked;
        *asked = Some(asked.map_or(presence, |before| before.min(presence)));
    }

    /// One needs the other.
    pub(super) fn need(&mut self, node: usize, needed: usize, optional: bool) {
        self.nodes[node].needs.push((needed, optional));
    }

    /// Writes down every package that has a name and a version.
    pub(super) fn tell(self, facts: &mut Facts) {
        let reached = self.reach();
        let mut listings: BTreeMap<PackageKind, Listing> = BTreeMap::new();
        for (node, reached) in self.nodes.iter().zip(reached) {
            let presence = node.told.or(reached).unwrap_or(Presence::Declared);
            let listing = listings.entry(node.kind).or_insert_with(|| Listing::new(node.kind));
            let Some(package) = listing.add(&node.name, &node.version, presence) else { continue };
            let relation = match node.asked {
                Some(_) => Relation::Direct,
                None if self.knows_the_project => Relation::Transitive,
                None => Relation::Unknown,
            };
            package.relation = package.relation.min(relation);
            package.requires.extend(node.needs.iter().filter_map(|&(needed, _)| {
                let needed = &self.nodes[needed];
                (needed.kind == node.kind)
                    .then(|| Requirement { name: needed.name.clone(), version: Some(needed.version.clone()) })
            }));
        }
        for listing in listings.into_values() {
            listing.tell(facts);
        }
    }

    /// For each node the strongest presence among the ways that lead to it.
    fn reach(&self) -> Vec<Option<Presence>> {
        const ORDER: [Presence; 3] = [Presence::Declared, Presence::DeclaredOptional, Presence::DeclaredForDevelopment];
        let mut reached = vec![None; self.nodes.len()];
        let mut optional = Vec::new();
        for presence in ORDER {
            let asked = self.nodes.iter().enumerate().filter(|(_, node)| node.asked == Some(presence));
            let mut waiting: Vec<usize> = asked.map(|(index, _)| index).collect();
            if presence == Presence::DeclaredOptional {
                waiting.append(&mut optional);
            }
            while let Some(index) = waiting.pop() {
                if reached[index].is_some() {
                    continue;
                }
                reached[index] = Some(presence);
                for &(needed, can_do_without) in &self.nodes[index].needs {
                    if can_do_without && presence == Presence::Declared {
                        optional.push(needed);
                    } else {
                        waiting.push(needed);
                    }
                }
            }
        }
        reached
    }
}
