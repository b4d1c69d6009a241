//! Evaluates the conditions of rules over the tree of a resource, and says where and why one does not hold.

use super::compare;
use super::related;
use super::scope::{Place, Scope, Trail, follow};
use super::verdict::Verdict;
use super::view;
use super::words;
use super::world::World;
use crate::rule::{Check, Condition, Step, Test};
use crate::secret::Sight;
use crate::{Node, Span, Value};

/// A place at which a condition failed, or depends on what is unknown.
#[derive(Clone, Debug)]
pub struct Cause {
    /// The attribute, from the resource.
    pub path: String,
    /// Where it stands; what it would be a part of, where it is absent.
    pub span: Span,
    /// What is there.
    pub found: Option<String>,
    /// What is asked for.
    pub expected: String,
    /// Whether it is not known what is there.
    pub unknown: bool,
}

/// What is to be told besides the verdict.
pub struct Causes {
    /// Nothing, or why the condition does not hold, or why it does.
    asked: Option<bool>,
    /// How the values of the resource are seen.
    sight: Sight,
    list: Vec<Cause>,
}

/// More causes of one rule and resource than anybody reads.
const MOST_CAUSES: usize = 100;

impl Causes {
    /// Asks for nothing but the verdict.
    pub fn quiet() -> Self {
        Self { asked: None, sight: Sight::Open, list: Vec::new() }
    }

    /// Asks why it does not hold, of a resource of this kind.
    pub fn told(kind: &str) -> Self {
        Self { asked: Some(true), sight: Sight::of_kind(kind), list: Vec::new() }
    }

    /// Those of failures, or those of unknown values.
    pub fn of(self, unknown: bool) -> Vec<Cause> {
        let mut list = self.list;
        list.retain(|cause| cause.unknown == unknown);
        list
    }

    fn is_quiet(&self) -> bool {
        self.asked.is_none()
    }

    /// Whether the verdict is what should have been.
    fn satisfies(&self, verdict: Verdict) -> bool {
        self.asked.is_some_and(|wanted| verdict == Verdict::from(wanted))
    }

    /// Notes a place whose verdict is not what should have been, with what was found and what is expected.
    pub fn note(
        &mut self,
        verdict: Verdict,
        trail: &Trail<'_>,
        span: Span,
        words: impl FnOnce(bool) -> (Option<String>, String),
    ) {
        let Some(wanted) = self.asked else { return };
        if verdict == Verdict::from(wanted) || self.list.len() >= MOST_CAUSES {
            return;
        }
        let (found, expected) = words(wanted);
        let unknown = verdict == Verdict::Unknown;
        self.list.push(Cause { path: trail.written(), span, found, expected, unknown });
    }
}

/// Evaluates conditions of one resource.
pub struct Evaluator<'w> {
    /// What related resources are looked up in.
    pub world: &'w World<'w>,
    /// The resource, by its index there.
    pub resource: usize,
}

impl Evaluator<'_> {
    /// Whether a condition holds.
    pub fn condition(&self, condition: &Condition<'_>, scope: &Scope<'_>, out: &mut Causes) -> Verdict {
        let start = out.list.len();
        let verdict = match condition {
            Condition::All(parts) => self.all(parts, scope, out),
            Condition::Any(parts) => self.any(parts, condition, scope, out),
            Condition::Not(inner) => {
                let asked = out.asked;
                out.asked = asked.map(|wanted| !wanted);
                let verdict = self.condition(inner, scope, out).not();
                out.asked = asked;
                verdict
            }
            Condition::If(applies, then) => match self.condition(applies, scope, &mut Causes::quiet()) {
                Verdict::Fails => Verdict::Holds,
                Verdict::Holds => self.condition(then, scope, out),
                // Whatever applies, it holds; or it is not known.
                Verdict::Unknown => {
                    let then = self.condition(then, scope, &mut Causes::quiet());
                    if then != Verdict::Holds {
                        self.condition(applies, scope, out);
                    }
                    then.max(Verdict::Unknown)
                }
            },
            Condition::Attribute(path, test) => {
                let begin = scope.climb(path.up);
                let mut verdict = Verdict::Holds;
                follow(begin.node, begin.trail, &path.steps, &mut |place, trail| {
                    verdict = verdict.min(self.test(test, place, trail, scope, out));
                });
                verdict
            }
            Condition::Related(related) => related::passes(self, related, scope, out),
        };
        if out.satisfies(verdict) {
            out.list.truncate(start);
        }
        verdict
    }

    fn all(&self, parts: &[Condition<'_>], scope: &Scope<'_>, out: &mut Causes) -> Verdict {
        let start = out.list.len();
        let mut verdict = Verdict::Holds;
        for part in parts {
            let before = out.list.len();
            let of_part = self.condition(part, scope, out);
            verdict = verdict.min(of_part);
            if verdict == Verdict::Fails && out.is_quiet() {
                break;
            }
            // Where it holds though it should not, the last part says most: whoever writes rules leads up to it.
            if out.asked == Some(false) && of_part == Verdict::Holds && out.list.len() > before {
                out.list.drain(start..before);
            }
        }
        verdict
    }

    fn any(&self, parts: &[Condition<'_>], whole: &Condition<'_>, scope: &Scope<'_>, out: &mut Causes) -> Verdict {
        let start = out.list.len();
        let mut verdict = Verdict::Fails;
        let mut first = None;
        for part in parts {
            verdict = verdict.max(self.condition(part, scope, out));
            if verdict == Verdict::Holds && out.is_quiet() {
                break;
            }
            first.get_or_insert(out.list.len());
        }
        if out.asked == Some(true) && verdict == Verdict::Fails {
            // The way that was thought of first is named; any would do.
            out.list.truncate(first.unwrap_or(start));
            for cause in &mut out.list[start..] {
                cause.expected = words::condition(whole);
            }
        }
        verdict
    }

    /// Whether what a path leads to passes a test.
    fn test(
        &self,
        test: &Test<'_>,
        place: Place<'_>,
        trail: &Trail<'_>,
        scope: &Scope<'_>,
        out: &mut Causes,
    ) -> Verdict {
        let viewed;
        let place = match (test.view, place) {
            (Some(view), Place::Found(node)) => {
                viewed = view::read(view, node);
                Place::Found(&viewed)
            }
            (_, place) => place,
        };
        let mut verdict = Verdict::Holds;
        for check in &test.checks {
            verdict = verdict.min(self.check(check, test, place, trail, scope, out));
            if verdict == Verdict::Fails {
                break;
            }
        }
        verdict
    }

    fn check(
        &self,
        check: &Check<'_>,
        test: &Test<'_>,
        place: Place<'_>,
        trail: &Trail<'_>,
        scope: &Scope<'_>,
        out: &mut Causes,
    ) -> Verdict {
        let node = match place {
            Place::Missing(near) => {
                let verdict = self.missing(check, test, trail, near, scope);
                tell(out, verdict, trail, near.span, None, test);
                return verdict;
            }
            Place::Found(node) => node,
        };
        let verdict = match check {
            Check::Each(inner) | Check::Some(inner) | Check::None(inner) => {
                return match &node.value {
                    Value::Unknown | Value::Reference(_) => {
                        tell(out, Verdict::Unknown, trail, node.span, Some(node), test);
                        Verdict::Unknown
                    }
                    Value::List(items) if items.is_empty() => {
                        let verdict = self.missing(check, test, trail, node, scope);
                        tell(out, verdict, trail, node.span, Some(node), test);
                        verdict
                    }
                    Value::List(items) => {
                        let trails: Vec<_> = (0..items.len()).map(|index| trail.index(index)).collect();
                        let entries = items.iter().zip(&trails);
                        self.entries(check, inner, test, (node.span, trail), entries, scope, out)
                    }
                    _ => self.entries(check, inner, test, (node.span, trail), [(node, trail)].into_iter(), scope, out),
                };
            }
            Check::Exists(must) => match node.value {
                Value::Unknown => Verdict::Unknown,
                _ => Verdict::from(*must),
            },
            Check::Contains(..) | Check::ContainsAny(_) => compare::contains(check, node),
            Check::SameAs(must, path) => {
                let other = single(scope.climb(path.up).node, &path.steps);
                let same = other.map_or(Verdict::Fails, |other| compare::same(node, other));
                if *must { same } else { same.not() }
            }
            Check::Count(inner) => {
                let count = match &node.value {
                    Value::List(items) => items.len(),
                    Value::Map(entries) => entries.len(),
                    Value::Text(text) => text.chars().count(),
                    _ => 1,
                };
                #[expect(clippy::cast_precision_loss, reason = "no list has 2^52 entries")]
                let count = Value::Number(count as f64).at(node.span);
                match node.value {
                    Value::Unknown | Value::Reference(_) => Verdict::Unknown,
                    _ => self.test(inner, Place::Found(&count), trail, scope, &mut Causes::quiet()),
                }
            }
            _ => match &node.value {
                Value::List(items) if items.is_empty() => self.missing(check, test, trail, node, scope),
                // A list lets in everybody where one of its entries does; else it is what all of them are.
                Value::List(items) if matches!(check, Check::World(true) | Check::Port(true, _)) => {
                    items.iter().map(|item| compare::passes(check, item)).max().unwrap_or(Verdict::Fails)
                }
                Value::List(items) => {
                    let mut verdict = Verdict::Holds;
                    for (index, item) in items.iter().enumerate() {
                        let of_item = compare::passes(check, item);
                        tell(out, of_item, &trail.index(index), item.span, Some(item), test);
                        verdict = verdict.min(of_item);
                    }
                    return verdict;
                }
                _ => compare::passes(check, node),
            },
        };
        tell(out, verdict, trail, node.span, Some(node), test);
        verdict
    }

    /// What becomes of a check where there is nothing.
    fn missing(
        &self,
        check: &Check<'_>,
        test: &Test<'_>,
        trail: &Trail<'_>,
        near: &Node,
        scope: &Scope<'_>,
    ) -> Verdict {
        if let Check::Exists(must) = check {
            return Verdict::from(!must);
        }
        if let Some(passes) = test.missing {
            return Verdict::from(passes);
        }
        if let Check::Count(inner) = check {
            let zero = Value::Number(0.0).at(near.span);
            return self.test(inner, Place::Found(&zero), trail, scope, &mut Causes::quiet());
        }
        Verdict::from(match check {
            Check::OneOf(must, _)
            | Check::Matches(must, _)
            | Check::StartsWith(must, _)
            | Check::EndsWith(must, _)
            | Check::Contains(must, _)
            | Check::SameAs(must, _)
            | Check::World(must)
            | Check::Port(must, _) => !must,
            Check::Each(_) | Check::None(_) => true,
            _ => false,
        })
    }

    /// Whether each, at least one, or none of the entries fulfils a condition.
    #[expect(clippy::too_many_arguments, reason = "what is asked, of what, where, and who wants to know")]
    pub fn entries<'e>(
        &self,
        check: &Check<'_>,
        inner: &Condition<'_>,
        test: &Test<'_>,
        at: (Span, &Trail<'_>),
        entries: impl Iterator<Item = (&'e Node, &'e Trail<'e>)>,
        scope: &Scope<'_>,
        out: &mut Causes,
    ) -> Verdict {
        let start = out.list.len();
        let some = matches!(check, Check::Some(_));
        let none = matches!(check, Check::None(_));
        let mut verdict = Verdict::from(!some);
        let asked = out.asked;
        if none {
            out.asked = asked.map(|wanted| !wanted);
        }
        for (node, trail) in entries {
            let of_entry = self.condition(inner, &Scope { node, trail, around: Some(scope) }, out);
            verdict = match (some, none) {
                (true, _) => verdict.max(of_entry),
                (_, true) => verdict.min(of_entry.not()),
                _ => verdict.min(of_entry),
            };
            if asked.is_none() && verdict == Verdict::from(some) {
                break;
            }
        }
        out.asked = asked;
        if some && asked == Some(true) && verdict == Verdict::Fails {
            // No entry is to blame for what none of them is.
            out.list.truncate(start);
            tell(out, verdict, at.1, at.0, None, test);
        }
        verdict
    }
}

/// Notes what a test made of a place.
fn tell(out: &mut Causes, verdict: Verdict, trail: &Trail<'_>, span: Span, node: Option<&Node>, test: &Test<'_>) {
    let sight = out.sight;
    out.note(verdict, trail, span, |wanted| {
        (node.map(|node| words::found(node, trail, sight)), words::expected(test, wanted))
    });
}

/// The value at a path of which nothing is asked, where there is exactly one.
pub fn single<'n>(node: &'n Node, steps: &[Step<'_>]) -> Option<&'n Node> {
    let (mut found, mut count) = (None, 0);
    follow(node, &Trail::START, steps, &mut |place, _| {
        count += 1;
        found = if let Place::Found(node) = place { Some(node) } else { None };
    });
    found.filter(|_| count == 1)
}
