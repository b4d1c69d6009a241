//! Exceptions that stand in the files themselves: comments and annotations by which people say that a setting is meant so, in
//! our own form and in those of other tools. What they cover stays in the report and does not count.
//!
//! An exception holds as far as its tool says: for the line or the block that follows, for the resource around it, or for the
//! file. One that is over, or that says no reason where one is asked for, counts no longer, and the finding tells so.

mod annotation;
mod comment;
mod extent;

use std::collections::HashMap;

use jiff::Timestamp;

use self::comment::{Exception, Reach};
use self::extent::Extents;
use crate::judge::Failure;
use crate::{Resource, Span, Target, rule};

/// What exceptions make of a finding.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// There is none.
    Stands,
    /// It does not count, for this reason.
    Suppressed(String),
    /// It counts, though it did not once: what is wrong with the exception.
    Lapsed(String),
}

/// The exceptions of files that are judged together.
pub(crate) struct Exceptions<'r> {
    resources: &'r [Resource],
    /// Calls of modules, by their addresses.
    calls: HashMap<&'r str, usize>,
    today: Option<Timestamp>,
    known: HashMap<usize, File<'r>>,
}

/// What is known of one file.
struct File<'r> {
    exceptions: Vec<Exception>,
    extents: Extents<'r>,
}

impl<'r> Exceptions<'r> {
    /// Those for these resources; without a day none is over.
    pub fn new(resources: &'r [Resource], today: Option<Timestamp>) -> Self {
        let calls =
            resources.iter().enumerate().filter(|(_, it)| it.target == Target::Terraform && it.kind == "module");
        let calls = calls.map(|(index, resource)| (&*resource.address, index)).collect();
        Self { resources, calls, today, known: HashMap::new() }
    }

    /// What they make of a failure. Lines of texts that are no files lead to those of files by `origin`; `content` has the bytes
    /// of a file and its name.
    pub fn of(
        &mut self,
        failure: &Failure<'static>,
        origin: impl Fn(usize, Span) -> (usize, Span),
        content: impl Fn(usize) -> (&'r [u8], String),
    ) -> Outcome {
        let names = names(failure.rule.id);
        let resource = &self.resources[failure.resource];
        let (_, path) = content(origin(resource.file, resource.body.span).0);
        let mut met: Vec<(String, Exception)> =
            annotation::of(resource).into_iter().map(|found| (path.clone(), found)).collect();
        // A comment at the call of a module is meant for all that the module makes.
        let mut places = vec![(failure.resource, failure.cause.span)];
        for (at, _) in resource.address.match_indices('.') {
            if let Some(call) = self.calls.get(&resource.address[..at]) {
                places.push((*call, self.resources[*call].body.span));
            }
        }
        for (index, span) in places {
            let resource = &self.resources[index];
            let (file, whole) = origin(resource.file, resource.body.span);
            let (_, span) = origin(resource.file, span);
            let (bytes, path) = content(file);
            let file = self.known.entry(file).or_insert_with(|| {
                let text = std::str::from_utf8(bytes).unwrap_or_default();
                File { exceptions: comment::all(text), extents: Extents::new(text, resource.target) }
            });
            let covering = file.exceptions.iter().filter(|it| covers(it, &file.extents, resource.target, whole, span));
            met.extend(covering.map(|found| (path.clone(), found.clone())));
        }
        met.retain(|(_, exception)| exception.names(&names));
        let mut lapsed = Outcome::Stands;
        for (path, exception) in met {
            match exception.wrong(self.today) {
                None => return Outcome::Suppressed(exception.told(&path)),
                Some(why) => lapsed = Outcome::Lapsed(why),
            }
        }
        lapsed
    }
}

/// All names of a rule: its id, and what others call it.
fn names(id: &'static str) -> Vec<&'static str> {
    [id].into_iter().chain(rule::aliases(id).iter().copied()).collect()
}

/// Whether an exception covers lines of a resource, which takes `whole`.
fn covers(exception: &Exception, extents: &Extents<'_>, target: Target, whole: Span, span: Span) -> bool {
    match exception.reach {
        Reach::File => true,
        Reach::Resource => {
            whole.first <= exception.line && exception.line <= whole.last || target == Target::Dockerfile
        }
        Reach::Line => extents.after(exception) == span.first,
        Reach::Block => {
            let first = extents.after(exception);
            let is_within = span.first >= first && span.last <= extents.end(first);
            span.first > 0 && (first == whole.first || is_within)
        }
    }
}

#[cfg(test)]
mod tests;
