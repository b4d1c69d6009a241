//! Where an evaluation stands: the value that paths begin at, the way to it, and what lies around it.

use crate::Node;
use crate::rule::Step;
use crate::secret::Sight;

/// The value that the paths of a condition begin at.
#[derive(Clone, Copy)]
pub struct Scope<'s> {
    /// The value.
    pub node: &'s Node,
    /// The way to it from its resource.
    pub trail: &'s Trail<'s>,
    /// What `^` leads to.
    pub around: Option<&'s Self>,
}

impl<'s> Scope<'s> {
    /// The scope so many further out; the outermost, where there are not as many.
    pub fn climb(&'s self, up: u8) -> &'s Self {
        (0..up).fold(self, |scope, _| scope.around.unwrap_or(scope))
    }
}

/// The way from a resource to a value, from its end. It lives on the stack: only what is reported is written out.
#[derive(Clone, Copy)]
pub struct Trail<'t> {
    before: Option<&'t Self>,
    crumb: Crumb<'t>,
    /// The mapping that the key is one of.
    holder: Option<&'t Node>,
}

#[derive(Clone, Copy)]
enum Crumb<'t> {
    Start,
    Key(&'t str),
    Index(usize),
}

impl<'t> Trail<'t> {
    /// Where a resource begins.
    pub const START: Trail<'static> = Trail { before: None, crumb: Crumb::Start, holder: None };

    /// A step to the value of a key.
    pub fn key(&'t self, key: &'t str, holder: Option<&'t Node>) -> Self {
        Self { before: Some(self), crumb: Crumb::Key(key), holder }
    }

    /// A step to the entry of a list.
    pub fn index(&'t self, index: usize) -> Self {
        Self { before: Some(self), crumb: Crumb::Index(index), holder: None }
    }

    fn steps(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |trail| trail.before)
    }

    /// As it is written in a path.
    pub fn written(&self) -> String {
        let mut steps: Vec<_> = self.steps().collect();
        steps.reverse();
        let mut out = String::new();
        for step in steps {
            match step.crumb {
                Crumb::Start => {}
                Crumb::Key(key) if key.contains(['.', '[']) => out.extend(["[\"", key, "\"]"]),
                Crumb::Key(key) if out.is_empty() => out.push_str(key),
                Crumb::Key(key) => out.extend([".", key]),
                Crumb::Index(index) => out.extend(["[", &index.to_string(), "]"]),
            }
        }
        out
    }

    /// How values there are seen, where the resource begins so.
    pub(crate) fn sight(&self, resource: Sight) -> Sight {
        let steps: Vec<_> = self.steps().collect();
        steps.iter().rev().fold(resource, |sight, step| match step.crumb {
            Crumb::Key(key) => sight.enter(step.holder, key),
            Crumb::Start | Crumb::Index(_) => sight,
        })
    }

    /// The last key on the way.
    pub(crate) fn last_key(&self) -> &str {
        self.steps()
            .find_map(|step| if let Crumb::Key(key) = step.crumb { Some(key) } else { None })
            .unwrap_or_default()
    }
}

/// What a path leads to.
#[derive(Clone, Copy)]
pub enum Place<'n> {
    /// A value.
    Found(&'n Node),
    /// Nothing; the value is where the next step would have begun.
    Missing(&'n Node),
}

/// Calls `see` with everything that the steps lead to.
pub fn follow<'n>(node: &'n Node, trail: &Trail<'_>, steps: &[Step<'_>], see: &mut dyn FnMut(Place<'n>, &Trail<'_>)) {
    use crate::Value::{List, Map, Null, Reference, Unknown};
    let Some((step, rest)) = steps.split_first() else {
        return see(if node.value == Null { Place::Missing(node) } else { Place::Found(node) }, trail);
    };
    match (step, &node.value) {
        // What is unknown has everything in it, and nobody knows what.
        (_, Unknown | Reference(_)) => see(Place::Found(node), trail),
        (Step::Key(key), Map(_)) => match node.get(key) {
            Some(value) => follow(value, &trail.key(key, Some(node)), rest, see),
            None => missing(node, trail, steps, see),
        },
        (Step::Every, Map(entries)) if !entries.is_empty() => {
            for (key, value) in entries {
                follow(value, &trail.key(key, Some(node)), rest, see);
            }
        }
        (Step::Index(at), List(items)) => match items.get(*at as usize) {
            Some(item) => follow(item, &trail.index(*at as usize), rest, see),
            None => missing(node, trail, steps, see),
        },
        (Step::Key(_) | Step::Every, List(items)) if !items.is_empty() => {
            // A key is asked of every entry.
            let rest = if *step == Step::Every { rest } else { steps };
            for (index, item) in items.iter().enumerate() {
                follow(item, &trail.index(index), rest, see);
            }
        }
        _ => missing(node, trail, steps, see),
    }
}

fn missing<'n>(near: &'n Node, trail: &Trail<'_>, steps: &[Step<'_>], see: &mut dyn FnMut(Place<'n>, &Trail<'_>)) {
    match steps.split_first() {
        None => see(Place::Missing(near), trail),
        Some((Step::Key(key), rest)) => missing(near, &trail.key(key, None), rest, see),
        Some((Step::Index(at), rest)) => missing(near, &trail.index(*at as usize), rest, see),
        Some((Step::Every, rest)) => missing(near, trail, rest, see),
    }
}
