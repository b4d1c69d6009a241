//! Judges resources by rules: every rule of a resource's kind, with the other resources of the same tree in reach.

mod compare;
mod evaluate;
mod related;
mod scope;
mod verdict;
mod view;
mod words;
mod world;

pub use evaluate::Cause;
pub(crate) use scope::{Scope, Trail};
pub(crate) use words::cut;

use std::collections::{BTreeMap, HashMap};
use std::num::NonZero;
use std::ops::Range;
use std::thread;

use evaluate::{Causes, Evaluator};
use verdict::Verdict;
use world::World;

use crate::rule::{self, Rule};
use crate::{Resource, Target, kubernetes, pipeline};

/// What became of one rule for one resource, where it did not pass.
#[derive(Clone, Debug)]
pub struct Failure<'r> {
    /// The rule.
    pub rule: &'r Rule<'r>,
    /// The resource: an index into those that were judged.
    pub resource: usize,
    /// Where the rule looked: the way from the resource.
    pub object: String,
    /// Where, and what was found.
    pub cause: Cause,
}

/// What became of all rules.
#[derive(Debug, Default)]
pub struct Judgement<'r> {
    /// What fails, in the order of the resources; a rule once for each place.
    pub failures: Vec<Failure<'r>>,
    /// What could not be judged, because it depends on an unknown value.
    pub unknown: Vec<Failure<'r>>,
    /// Resources of which more was wrong than is listed.
    pub cut: Vec<usize>,
    /// How often each rule was asked, by its id and target, and what came of it.
    pub tallies: BTreeMap<(&'r str, Target), Tally>,
}

/// What came of a rule, in resources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// To how many it applies and they pass.
    pub passed: u64,
    /// How many fail.
    pub failed: u64,
    /// Of how many it cannot be told.
    pub unknown: u64,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.unknown += other.unknown;
    }
}

/// The judgement of some resources. It counts by the address of a rule, which is looked up faster than its id.
#[derive(Default)]
struct Part<'r> {
    judgement: Judgement<'r>,
    tallies: HashMap<usize, (&'r Rule<'r>, Tally)>,
}

impl Judgement<'_> {
    fn listed(&self) -> usize {
        self.failures.len() + self.unknown.len()
    }
}

/// Judges resources by our own rules.
pub fn judge(resources: &[Resource]) -> Judgement<'static> {
    by(resources, |target, kind| rule::of_kind(target, kind).collect())
}

/// Judges resources by these rules alone.
pub fn judge_by<'r>(resources: &[Resource], rules: &[&'r Rule<'r>]) -> Judgement<'r> {
    let fits = |rule: &Rule<'_>, target, kind: &str| rule.target == target && rule.kinds.contains(&kind);
    by(resources, |target, kind| rules.iter().copied().filter(|rule| fits(rule, target, kind)).collect())
}

/// Fewer resources are judged before a thread is started.
const FEW: usize = 64;

fn by<'r>(resources: &[Resource], rules: impl Fn(Target, &str) -> Vec<&'r Rule<'r>> + Sync) -> Judgement<'r> {
    let world = World::new(resources);
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let share = resources.len().div_ceil(threads).max(FEW);
    let parts: Vec<_> = (0..resources.len()).step_by(share).map(|at| at..(at + share).min(resources.len())).collect();
    let mut judged: Vec<Part<'r>> = Vec::new();
    thread::scope(|scope| {
        let (world, rules) = (&world, &rules);
        let (first, others) = parts.split_first().map_or((0..0, &[][..]), |(first, others)| (first.clone(), others));
        let others: Vec<_> = others.iter().cloned().map(|part| scope.spawn(move || some(world, part, rules))).collect();
        judged.push(some(world, first, rules));
        judged.extend(others.into_iter().filter_map(|thread| thread.join().ok()));
    });
    let mut whole = Judgement::default();
    for Part { judgement, tallies } in judged {
        whole.failures.extend(judgement.failures);
        whole.unknown.extend(judgement.unknown);
        whole.cut.extend(judgement.cut);
        // Sums do not depend on the order.
        let tallies: Vec<_> = tallies.into_values().collect();
        for (rule, tally) in tallies {
            whole.tallies.entry((rule.id, rule.target)).or_default().add(tally);
        }
    }
    whole
}

/// Judges some of the resources.
fn some<'r>(world: &World<'_>, part: Range<usize>, rules: &impl Fn(Target, &str) -> Vec<&'r Rule<'r>>) -> Part<'r> {
    let mut judged = Part::default();
    for index in part {
        let (resource, begun) = (&world.resources[index], judged.judgement.listed());
        let evaluator = Evaluator { world, resource: index };
        let object = Scope { node: &resource.body, trail: &Trail::START, around: None };
        let mut see = |kind: &str, scope: &Scope<'_>| {
            for rule in rules(resource.target, kind) {
                one(&evaluator, rule, scope, begun, &mut judged);
            }
        };
        see(&resource.kind, &object);
        see(rule::EVERY_KIND, &object);
        match resource.target {
            Target::Kubernetes => kubernetes::views(resource, &object, &mut see),
            _ => pipeline::views(resource, &object, &mut see),
        }
    }
    judged
}

/// More findings of one resource than anybody reads: whoever makes them means to fill the memory.
const MOST_FAILURES: usize = 1000;

/// Judges one resource by one rule; `begun` is how many findings there were before the resource.
fn one<'r>(evaluator: &Evaluator<'_>, rule: &'r Rule<'r>, scope: &Scope<'_>, begun: usize, part: &mut Part<'r>) {
    let applies = match &rule.applies {
        Some(condition) => evaluator.condition(condition, scope, &mut Causes::quiet()),
        None => Verdict::Holds,
    };
    if applies == Verdict::Fails {
        return;
    }
    let verdict = evaluator.condition(&rule.passes, scope, &mut Causes::quiet());
    let unknown = verdict == Verdict::Unknown || applies == Verdict::Unknown;
    let Part { judgement, tallies } = part;
    let (_, tally) = tallies.entry(std::ptr::from_ref(rule).addr()).or_insert((rule, Tally::default()));
    if verdict == Verdict::Holds {
        tally.passed += u64::from(applies == Verdict::Holds);
        return;
    }
    let counted = if unknown { &mut tally.unknown } else { &mut tally.failed };
    *counted += 1;
    if judgement.listed() - begun >= MOST_FAILURES {
        if judgement.cut.last() != Some(&evaluator.resource) {
            judgement.cut.push(evaluator.resource);
        }
        return;
    }
    // Only now is it worth the while to find out why.
    let mut causes = Causes::told(&evaluator.world.resources[evaluator.resource].kind);
    match (applies, &rule.applies) {
        (Verdict::Unknown, Some(condition)) => evaluator.condition(condition, scope, &mut causes),
        _ => evaluator.condition(&rule.passes, scope, &mut causes),
    };
    let mut causes = causes.of(unknown);
    if causes.is_empty() {
        let (path, span) = (scope.trail.written(), scope.node.span);
        causes.push(Cause { path, span, found: None, expected: words::condition(&rule.passes), unknown });
    }
    causes.dedup_by(|a, b| a.path == b.path && a.span == b.span);
    let list = if unknown { &mut judgement.unknown } else { &mut judgement.failures };
    let (resource, object) = (evaluator.resource, scope.trail.written());
    list.extend(causes.into_iter().map(|cause| Failure { rule, resource, object: object.clone(), cause }));
}
