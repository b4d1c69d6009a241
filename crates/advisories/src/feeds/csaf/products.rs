//! The products of a document by their ids.

use std::collections::HashMap;

use super::document::{Branch, Document, Product};
use crate::feeds::text::Text;

/// How long a chain of "part of a part of" may be. Packages of modules of content sets make two.
const MAX_CHAIN: usize = 8;
/// Products that the groups of one question may have, each counted as often as it is named.
const MAX_MEMBERS: usize = 1_000_000;

/// Looks products up.
pub(crate) struct Products<'d> {
    by_id: HashMap<&'d str, &'d Product<'d>>,
    /// What a product is, and of what.
    relations: HashMap<&'d str, (&'d str, &'d str)>,
    groups: HashMap<&'d str, &'d [Text<'d>]>,
}

/// A product that is a part of another.
pub(crate) struct Chain<'d> {
    /// The parts, the innermost first: a package, its module.
    pub parts: Vec<&'d Product<'d>>,
    /// What they are parts of.
    pub whole: &'d Product<'d>,
}

impl<'d> Products<'d> {
    /// The products of a document.
    pub fn of(document: &'d Document<'d>) -> Self {
        let tree = &document.product_tree;
        let mut products = HashMap::new();
        // As deep as the parser lets them nest.
        let mut branches: Vec<&'d Branch<'d>> = tree.branches.iter().collect();
        while let Some(branch) = branches.pop() {
            products.extend(branch.product.iter().map(|product| (&*product.id, product)));
            branches.extend(&branch.branches);
        }
        products.extend(tree.full_product_names.iter().map(|product| (&*product.id, product)));
        let mut relations = HashMap::new();
        for relation in &tree.relationships {
            let id = &*relation.full_product_name.id;
            products.insert(id, &relation.full_product_name);
            relations.insert(id, (&*relation.product_reference, &*relation.relates_to_product_reference));
        }
        let groups = tree.product_groups.iter().map(|group| (&*group.group_id, &*group.product_ids)).collect();
        Self { by_id: products, relations, groups }
    }

    /// A product.
    pub fn get(&self, id: &str) -> Option<&'d Product<'d>> {
        self.by_id.get(id).copied()
    }

    /// What a product is a part of. None if the tree does not have it, or lacks one that it is made of.
    pub fn chain(&self, id: &str) -> Option<Chain<'d>> {
        let mut parts = Vec::new();
        let mut whole = self.get(id)?;
        while let Some((part, of)) = self.relations.get(&*whole.id) {
            if parts.len() >= MAX_CHAIN {
                return None;
            }
            // The part may be one of a part itself, of which the first says what it is.
            parts.push(self.get(part)?);
            whole = self.get(of)?;
        }
        Some(Chain { parts, whole })
    }

    /// Product ids and those of groups. None if there are more than any honest document has.
    pub fn members<'i>(
        &self,
        ids: &'i [Text<'i>],
        groups: &'i [Text<'i>],
        count: &mut usize,
    ) -> Option<impl Iterator<Item = &'i str>>
    where
        'd: 'i,
    {
        let groups: Vec<&'i [Text<'i>]> =
            groups.iter().filter_map(|group| self.groups.get(&**group).copied()).collect();
        *count += ids.len() + groups.iter().map(|members| members.len()).sum::<usize>();
        (*count <= MAX_MEMBERS).then(|| ids.iter().chain(groups.into_iter().flatten()).map(|id| &**id))
    }
}
