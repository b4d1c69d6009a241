//! Whether an advisory affects a package (OSV schema 1.7, section "Evaluation").
//!
//! Versions are compared by the scheme of their ecosystem. Where a timeline names one that is none there, or the package
//! has such a one, the whole timeline is compared by the generic order instead, and the answer says so.

use std::cmp::Ordering;
use std::fmt::{self, Write};

use versions::{Invalid, Scheme, Version};

use crate::advisory::{Affected, Event, Status};
use crate::builds;
use crate::ecosystems::{Ecosystem, Scope};
use crate::shard::{Entry, Shard, ShardError};

/// Candidates for "the version with the fix" that are tried, lowest first.
const MAX_FIXES: usize = 16;

/// What a person reads of a range without bounds.
const ALL: &str = "all versions";

/// What an advisory is asked about.
#[derive(Clone, Copy)]
pub(crate) struct Question<'a> {
    pub scopes: &'a [Scope],
    pub version: Asked<'a>,
    /// RPM's modularity label, `name:stream:version:context`.
    pub module: Option<&'a str>,
}

/// A version, read once for many comparisons.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    scheme: Scheme,
    text: &'a str,
    exact: Result<Version<'a>, Invalid<'a>>,
}

impl<'a> Asked<'a> {
    /// A version of that scheme, or a text that should be one.
    pub fn new(scheme: Scheme, text: &'a str) -> Self {
        Self { scheme, text, exact: scheme.parse(text) }
    }

    /// By which it is compared.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// As it was written.
    pub fn text(&self) -> &'a str {
        self.text
    }
}

/// What an advisory answers.
#[derive(Debug)]
pub(crate) enum Answer<'a> {
    /// The version has the vulnerability.
    Affected(Match<'a>),
    /// It does not, or the advisory does not speak of the package.
    Unaffected {
        /// The place in the list of the scope that decided; none where the advisory does not speak of the package.
        rank: Option<usize>,
    },
    /// The version cannot be compared.
    Unclear(Invalid<'a>),
}

/// Why a version is affected.
#[derive(Clone, Debug)]
pub(crate) struct Match<'a> {
    /// The entry that says so.
    pub entry: Entry<'a>,
    /// The affected versions around the one that was asked about.
    pub within: Within<'a>,
    /// The lowest version named as a fix that is higher and that the advisory no longer affects.
    pub fixed: Option<&'a str>,
    /// The place in the list of the scope that decided.
    pub rank: usize,
}

/// Affected versions around one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Within<'a> {
    /// For a person: `>= 1.0, < 1.2`.
    pub versions: String,
    /// Why this is as far as can be told only, if it is.
    pub loosely: Option<Doubt<'a>>,
}

/// Why an answer is not sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doubt<'a> {
    /// This is no version of the scheme, so the generic order decided.
    Invalid(Invalid<'a>),
    /// This Go pseudo-version names a commit before which there is no release, and is compared with releases: it comes
    /// before all of them, as govulncheck has it. That is so for dependencies, whose versions Go chooses; whoever built
    /// the program itself may have had a copy of the repository without its tags.
    Untagged(&'a str),
}

impl fmt::Display for Doubt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Invalid(invalid) => invalid.fmt(f),
            Self::Untagged(version) => {
                write!(f, "{version:?} names a commit and no release, so it counts as earlier than every release")
            }
        }
    }
}

/// Asks an advisory, of which these are all entries about the package.
pub(crate) fn ask<'a>(entries: &[Entry<'a>], question: &Question<'a>) -> Answer<'a> {
    let Some(rank) = deciding(entries, question) else { return Answer::Unaffected { rank: None } };
    let about = || entries.iter().filter(|entry| speaks(entry, &question.scopes[rank], question));
    let mut unclear = None;
    for entry in about() {
        match contains(entry, &question.version) {
            Ok(Some(within)) => {
                let fixed = fix(&about(), question.version);
                return Answer::Affected(Match { entry: *entry, within, fixed, rank });
            }
            Ok(None) => {}
            Err(invalid) => unclear = Some(invalid),
        }
    }
    unclear.map_or(Answer::Unaffected { rank: Some(rank) }, Answer::Unclear)
}

/// The place in the list of the scope whose entries decide: the first that has any.
pub(crate) fn deciding(entries: &[Entry<'_>], question: &Question<'_>) -> Option<usize> {
    question.scopes.iter().position(|scope| entries.iter().any(|entry| speaks(entry, scope, question)))
}

/// Whether an entry is one of a scope's, and about builds such as the one that is asked about.
fn speaks(entry: &Entry<'_>, scope: &Scope, question: &Question<'_>) -> bool {
    let Question { version, module, .. } = question;
    scope.contains(entry.ecosystem) && builds::speaks_of(entry, version.scheme, version.text, *module)
}

/// How a version was compared along a timeline.
pub(crate) struct Steps<'a> {
    /// By which order.
    pub scheme: Scheme,
    /// With what, and how it stands to that. Empty where it cannot be compared, and where there is nothing to compare with.
    pub taken: Vec<(Event<&'a str>, Ordering)>,
    /// What is no version, if the generic order had to be used because of it.
    pub odd: Option<Invalid<'a>>,
}

/// All the comparisons that decide whether a version is in a timeline, for those who want to see them.
pub(crate) fn steps<'a>(timeline: &(impl Iterator<Item = Event<&'a str>> + Clone), asked: &Asked<'a>) -> Steps<'a> {
    let all = |version: &Version<'_>| {
        let events = timeline.clone().filter_map(|event| Some((event, event.version()?)));
        events.map(|(event, other)| Ok((event, compare(version, other)?))).collect::<Result<Vec<_>, Invalid<'a>>>()
    };
    let odd = match asked.exact.as_ref().map(&all) {
        Ok(Ok(taken)) => return Steps { scheme: asked.scheme, taken, odd: None },
        Ok(Err(odd)) => odd,
        Err(odd) => *odd,
    };
    let loosely = Scheme::Generic.parse(asked.text).and_then(|loose| all(&loose));
    Steps { scheme: Scheme::Generic, taken: loosely.unwrap_or_default(), odd: Some(odd) }
}

/// An advisory that affects a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affecting {
    /// The advisory's number in its shard.
    pub record: u32,
    /// The affected versions around it, for a person: `>= 1.0, < 1.2`.
    pub versions: String,
    /// The lowest version with the fix.
    pub fixed: Option<String>,
    /// Why the answer is as far as can be told only, if it is.
    pub loosely: Option<String>,
}

/// The advisories of a shard that affect a package of an ecosystem in this version, whatever else is known of it.
pub fn affecting(
    shard: &Shard,
    ecosystem: &Ecosystem,
    name: &str,
    version: &str,
) -> Result<Vec<Affecting>, ShardError> {
    let version = Asked::new(ecosystem.scheme, version);
    let question = Question { scopes: &ecosystem.scopes, version, module: None };
    let entries = shard.entries(&ecosystem.normalize(name))?;
    let answers = entries.chunk_by(|a, b| a.record == b.record).filter_map(|entries| match ask(entries, &question) {
        Answer::Affected(Match { entry, within, fixed, .. }) if entry.status != Status::NotAffected => {
            Some(Affecting {
                record: entry.record,
                versions: within.versions,
                fixed: fixed.map(str::to_owned),
                loosely: within.loosely.map(|odd| odd.to_string()),
            })
        }
        Answer::Affected(_) | Answer::Unaffected { .. } | Answer::Unclear(_) => None,
    });
    Ok(answers.collect())
}

/// Whether a version is in one of the entry's ranges, by the scheme alone.
pub(crate) fn in_ranges(entry: &Affected, scheme: Scheme, version: &str) -> bool {
    let Ok(version) = scheme.parse(version) else { return false };
    let timelines = entry.ranges.iter();
    timelines.into_iter().any(|timeline| matches!(interval(timeline.iter().map(Event::as_str), &version), Ok(Some(_))))
}

/// The affected versions around the one that is asked about, if it is one of them.
fn contains<'a>(entry: &Entry<'a>, asked: &Asked<'a>) -> Result<Option<Within<'a>>, Invalid<'a>> {
    let mut unclear = None;
    let mut ranges = false;
    for timeline in entry.timelines() {
        ranges = true;
        match reach(timeline, asked) {
            Ok(None) => {}
            Ok(found) => return Ok(found),
            Err(invalid) => unclear = Some(invalid),
        }
    }
    let exactly = |listed: &str| Ok(Some(Within { versions: format!("= {listed}"), loosely: None }));
    if let Some(listed) = entry.versions().find(|listed| *listed == asked.text) {
        return exactly(listed);
    }
    // Where there are ranges they say the same in short. Where there are none, `1.0.0` must find `1.0`; what the list
    // has that is no version is not this one.
    if !ranges
        && let Ok(version) = &asked.exact
        && let Some(listed) = entry.versions().find(|listed| compare(version, listed).is_ok_and(Ordering::is_eq))
    {
        return exactly(listed);
    }
    unclear.map_or(Ok(None), Err)
}

/// The part of a timeline that the version is in, by the scheme or else by the generic order.
fn reach<'a>(
    timeline: impl Iterator<Item = Event<&'a str>> + Clone,
    asked: &Asked<'a>,
) -> Result<Option<Within<'a>>, Invalid<'a>> {
    let odd = match &asked.exact {
        Ok(version) => match interval(timeline.clone(), version) {
            Ok(found) => {
                let loosely = found.as_ref().and_then(|_| untagged(timeline, asked)).map(Doubt::Untagged);
                return Ok(found.map(|versions| Within { versions, loosely }));
            }
            Err(odd) => odd,
        },
        Err(odd) => *odd,
    };
    if is_everything(timeline.clone()) {
        return Ok(Some(Within { versions: ALL.into(), loosely: None }));
    }
    // A number at the beginning of a commit's name says nothing.
    let loose = Scheme::Generic.parse(asked.text).ok().filter(|_| !is_commit(asked.text)).ok_or(odd)?;
    let found = interval(timeline, &loose)?;
    Ok(found.map(|versions| Within { versions, loosely: Some(Doubt::Invalid(odd)) }))
}

/// Whether a timeline has every version, even one that cannot be compared.
fn is_everything<'a>(mut timeline: impl Iterator<Item = Event<&'a str>>) -> bool {
    timeline.next() == Some(Event::Introduced("0")) && timeline.next().is_none()
}

/// Whether it is the whole digest that names a commit of Git, by SHA-1 or SHA-256.
fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The version, if it is a Go pseudo-version without a release before it and the timeline has releases (Go Modules
/// Reference, "Pseudo-versions": `v0.0.0-yyyymmddhhmmss-abcdefabcdef`).
fn untagged<'a>(mut timeline: impl Iterator<Item = Event<&'a str>>, asked: &Asked<'a>) -> Option<&'a str> {
    let is_untagged = |version: &str| {
        let time = version.strip_prefix("0.0.0-").and_then(|rest| rest.split_once('-')).map(|(time, _)| time);
        time.is_some_and(|time| time.len() == 14 && time.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let is_release = |event: Event<&str>| event.version().is_some_and(|version| !is_untagged(version));
    (asked.scheme == Scheme::Go && is_untagged(asked.text) && timeline.any(is_release)).then_some(asked.text)
}

fn compare<'a>(version: &Version<'_>, other: &'a str) -> Result<Ordering, Invalid<'a>> {
    let parsed = version.scheme().parse(other)?;
    if version.scheme() == Scheme::Rpm
        && let Some(order) = builds::compare_rebuild(version.as_str(), other)
    {
        return Ok(order);
    }
    // Of one scheme, so there is an order.
    Ok(version.compare(&parsed).unwrap_or(Ordering::Less))
}

/// The part of a timeline that `version` is in, if that part is an affected one. The events decide by the order of
/// their versions: the last one that `version` has reached.
fn interval<'a>(
    timeline: impl Iterator<Item = Event<&'a str>>,
    version: &Version<'_>,
) -> Result<Option<String>, Invalid<'a>> {
    let scheme = version.scheme();
    let mut reached: Option<Event<&str>> = None;
    let mut next: Option<Event<&str>> = None;
    let (mut limited, mut below_limit) = (false, false);
    for event in timeline {
        let has_reached = match event {
            Event::Introduced(start) => start == "0" || compare(version, start)?.is_ge(),
            Event::Fixed(fix) => compare(version, fix)?.is_ge(),
            Event::LastAffected(last) => compare(version, last)?.is_gt(),
            Event::Limit(limit) => {
                limited = true;
                below_limit |= limit == "*" || compare(version, limit)?.is_lt();
                continue;
            }
        };
        if has_reached {
            if reached.is_none_or(|best| later(scheme, event, best)) {
                reached = Some(event);
            }
        } else if next.is_none_or(|best| later(scheme, best, event)) {
            next = Some(event);
        }
    }
    let Some(Event::Introduced(start)) = reached else { return Ok(None) };
    if limited && !below_limit {
        return Ok(None);
    }
    let mut text = match start {
        "0" => String::new(),
        start => format!(">= {start}"),
    };
    let end = match next {
        Some(Event::Fixed(fix)) => Some(("<", fix)),
        Some(Event::LastAffected(last)) => Some(("<=", last)),
        _ => None,
    };
    if let Some((sign, version)) = end {
        let comma = if text.is_empty() { "" } else { ", " };
        let _ = write!(text, "{comma}{sign} {version}");
    }
    Ok(Some(if text.is_empty() { ALL.into() } else { text }))
}

/// Whether `a` comes after `b` on a timeline. The first version of all comes first. At one version the list's order
/// counts, which is `a` after `b` here, except that what ends above a version ends after what begins at it.
fn later<'a>(scheme: Scheme, a: Event<&'a str>, b: Event<&'a str>) -> bool {
    let place = |event: Event<&'a str>| match event {
        Event::Introduced(version) => (version, version == "0", false),
        Event::Fixed(version) | Event::Limit(version) => (version, false, false),
        Event::LastAffected(version) => (version, false, true),
    };
    let ((a, a_first, a_above), (b, b_first, b_above)) = (place(a), place(b));
    match (a_first, b_first) {
        (true, _) => false,
        (false, true) => true,
        (false, false) => match scheme.compare(a, b) {
            Ok(Ordering::Equal) => a_above >= b_above,
            Ok(order) => order.is_gt(),
            // Both have been compared before, so both can be.
            Err(_) => false,
        },
    }
}

/// The lowest fix above the version that is asked about at which no entry contains the package any more: the fix of an
/// older branch may lie inside a newer one's affected range.
fn fix<'a, 'e>(entries: &(impl Iterator<Item = &'e Entry<'a>> + Clone), asked: Asked<'a>) -> Option<&'a str>
where
    'a: 'e,
{
    let order = |a: &str, b: &str| {
        let exact = asked.scheme.compare(a, b).ok();
        exact.or_else(|| Scheme::Generic.compare(a, b).ok())
    };
    let events = entries.clone().flat_map(|entry| entry.timelines().flatten());
    let mut candidates: Vec<&'a str> = events
        .filter_map(|event| match event {
            Event::Fixed(version) if order(version, asked.text).is_some_and(Ordering::is_gt) => Some(version),
            _ => None,
        })
        .collect();
    // The first one nearly always is the answer, so nothing is sorted.
    for _ in 0..MAX_FIXES {
        let lowest = candidates
            .iter()
            .enumerate()
            .reduce(|a, b| if order(b.1, a.1).is_some_and(Ordering::is_lt) { b } else { a })?
            .0;
        let candidate = candidates.swap_remove(lowest);
        let then = Asked::new(asked.scheme, candidate);
        if entries.clone().all(|entry| matches!(contains(entry, &then), Ok(None))) {
            return Some(candidate);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advisory::Advisory;
    use crate::shard::testing;

    /// `0 <1.2 2.0 <=2.5 limit:3`: introduced, fixed, last affected, limit.
    fn timeline(text: &str) -> Vec<Event> {
        let event = |word: &str| match word {
            _ if word.starts_with("<=") => Event::LastAffected(word[2..].into()),
            _ if word.starts_with('<') => Event::Fixed(word[1..].into()),
            _ if word.starts_with("limit:") => Event::Limit(word[6..].into()),
            _ => Event::Introduced(word.into()),
        };
        text.split_whitespace().map(event).collect()
    }

    fn advisory(ranges: &[&str], versions: &[&str]) -> Advisory {
        let affected = Affected {
            ecosystem: "npm".into(),
            name: "a".into(),
            versions: versions.iter().map(|version| (*version).into()).collect(),
            ranges: ranges.iter().map(|range| timeline(range)).collect(),
            ..Affected::default()
        };
        Advisory { affected: vec![affected], ..Advisory::default() }
    }

    fn answer(advisory: &Advisory, scheme: Scheme, version: &str, module: Option<&str>) -> String {
        let scopes = [Scope::Under("npm".into())];
        let shard = testing::shard(std::slice::from_ref(advisory));
        let question = Question { scopes: &scopes, version: Asked::new(scheme, version), module };
        match ask(&shard.entries("a").unwrap(), &question) {
            Answer::Affected(Match { within, fixed, .. }) => {
                let sign = if within.loosely.is_some() { "~" } else { "" };
                format!("{sign}{} | {}", within.versions, fixed.unwrap_or("-"))
            }
            Answer::Unaffected { .. } => "no".into(),
            Answer::Unclear(invalid) => format!("unclear {}", invalid.text),
        }
    }

    fn check(ranges: &[&str], version: &str, expected: &str) {
        assert_eq!(answer(&advisory(ranges, &[]), Scheme::Semver, version, None), expected, "{version} in {ranges:?}");
    }

    // The examples of the schema's section on evaluation, and what its pseudocode gives for the rest.
    #[test]
    fn a_version_is_affected_between_what_introduced_and_what_fixed() {
        check(&["0"], "1.0.0", "all versions | -");
        check(&["0 <1.0.2"], "1.0.1", "< 1.0.2 | 1.0.2");
        check(&["0 <1.0.2"], "1.0.2", "no");
        check(&["1.0.0 <1.0.2 3.0.0 <3.2.5"], "0.9.0", "no");
        check(&["1.0.0 <1.0.2 3.0.0 <3.2.5"], "1.0.0", ">= 1.0.0, < 1.0.2 | 1.0.2");
        check(&["1.0.0 <1.0.2 3.0.0 <3.2.5"], "2.0.0", "no");
        check(&["1.0.0 <1.0.2 3.0.0 <3.2.5"], "3.2.4", ">= 3.0.0, < 3.2.5 | 3.2.5");
        check(&["0 <=2.1.214"], "2.1.214", "<= 2.1.214 | -");
        check(&["0 <=2.1.214"], "2.1.215", "no");
        check(&["2.0.0"], "2.0.0", ">= 2.0.0 | -");
    }

    #[test]
    fn the_order_in_the_list_does_not_matter() {
        check(&["<3.2.5 3.0.0 <1.0.2 1.0.0"], "1.0.1", ">= 1.0.0, < 1.0.2 | 1.0.2");
        check(&["<3.2.5 3.0.0 <1.0.2 1.0.0"], "2.0.0", "no");
        check(&["<=1.0.0 0"], "1.0.0", "<= 1.0.0 | -");
    }

    #[test]
    fn several_events_at_one_version() {
        // Never affected, as some databases write it.
        check(&["0 <0"], "0.0.1", "no");
        check(&["<0 0"], "0.0.1", "no");
        // Exactly one version, in either order.
        check(&["1.0.0 <=1.0.0"], "1.0.0", ">= 1.0.0, <= 1.0.0 | -");
        check(&["<=1.0.0 1.0.0"], "1.0.1", "no");
        // Fixed and broken again by the same version.
        check(&["0 <1.2.0 1.2.0 <1.5.0"], "1.3.0", ">= 1.2.0, < 1.5.0 | 1.5.0");
    }

    #[test]
    fn limits_end_what_is_spoken_of() {
        check(&["1.0.0 limit:2.0.0"], "1.5.0", ">= 1.0.0 | -");
        check(&["1.0.0 limit:2.0.0"], "2.0.0", "no");
        check(&["1.0.0 limit:2.0.0 limit:*"], "2.0.0", ">= 1.0.0 | -");
    }

    #[test]
    fn the_fix_is_the_lowest_one_that_is_not_affected_itself() {
        check(&["0 <1.2.6", "0 <0.2.4"], "0.1.0", "< 1.2.6 | 1.2.6");
        check(&["0 <0.2.4 1.0.0 <1.2.6"], "0.1.0", "< 0.2.4 | 0.2.4");
        check(&["0 <1.0.0", "0"], "0.1.0", "< 1.0.0 | -");
        // A fix below the version found is one of another branch.
        check(&["0 <1.0.0 2.0.0"], "2.1.0", ">= 2.0.0 | -");
    }

    #[test]
    fn listed_versions_count_beside_ranges() {
        let listed = advisory(&["2.0.0 <2.1.0"], &["1.0.0-beta.3"]);
        assert_eq!(answer(&listed, Scheme::Semver, "1.0.0-beta.3", None), "= 1.0.0-beta.3 | 2.1.0");
        assert_eq!(answer(&listed, Scheme::Semver, "1.0.0", None), "no");
        let both = advisory(&["1.0.0 <1.1.0"], &["1.0.0"]);
        assert_eq!(answer(&both, Scheme::Semver, "1.0.0", None), ">= 1.0.0, < 1.1.0 | 1.1.0");
        let list = advisory(&[], &["1.0", "1.1"]);
        assert_eq!(answer(&list, Scheme::Pep440, "1.0.0", None), "= 1.0 | -");
        assert_eq!(answer(&list, Scheme::Pep440, "1.2", None), "no");
    }

    #[test]
    fn what_is_no_version_is_compared_by_the_generic_order() {
        // Real ones: a Go module's, and one of Alpine's with a dash too many.
        check(&["0 <1.0.0.0.5"], "1.0.0", "~< 1.0.0.0.5 | 1.0.0.0.5");
        check(&["0 <1.0.0"], "0.9.0.0.1", "~< 1.0.0 | 1.0.0");
        check(&["0 <1.0.0"], "1.0.0.0.1", "no");
        // What is none there either cannot be decided.
        check(&["0 <1.0.0"], "latest", "unclear latest");
        check(&["0 <1.0.0"], "", "unclear ");
        // Another range may decide.
        check(&["0 <soon", "0 <2.0.0"], "1.0.0", "< 2.0.0 | -");
    }

    #[test]
    fn the_first_scope_with_an_entry_decides() {
        let entry = |ecosystem: &str, range| Affected {
            ecosystem: ecosystem.into(),
            name: "a".into(),
            ranges: vec![timeline(range)],
            ..Affected::default()
        };
        let advisory = Advisory {
            affected: vec![entry("Ubuntu:18.04:LTS", "0"), entry("Ubuntu:Pro:18.04:LTS", "0 <1.0+esm1")],
            ..Advisory::default()
        };
        let scopes = [Scope::Is("Ubuntu:Pro:18.04:LTS".into()), Scope::Is("Ubuntu:18.04:LTS".into())];
        let shard = testing::shard(&[advisory]);
        let entries = shard.entries("a").unwrap();
        let version = Asked::new(Scheme::Deb, "1.0+esm2");
        let question = Question { scopes: &scopes, version, module: None };
        assert!(matches!(ask(&entries, &question), Answer::Unaffected { .. }));
        let plain = Question { scopes: &scopes[1..], ..question };
        assert!(matches!(ask(&entries, &plain), Answer::Affected(_)));
        let elsewhere = Question { scopes: &[Scope::Is("Ubuntu:20.04:LTS".into())], ..question };
        assert!(matches!(ask(&entries, &elsewhere), Answer::Unaffected { .. }));
    }

    #[test]
    fn module_streams_are_kept_apart() {
        let mut fixed = advisory(&["0 <16.20.2-2.module_el8.8.0+3615"], &[]);
        fixed.affected[0].modules = vec!["nodejs:16".into()];
        let check = |version: &str, module, affected: bool| {
            assert_eq!(answer(&fixed, Scheme::Rpm, version, module) != "no", affected, "{version} {module:?}");
        };
        check("16.14.0-5.module_el8.5.0+2618", Some("nodejs:16:8050020220302:c5368500"), true);
        check("14.18.2-2.module_el8.5.0+2618", Some("nodejs:14:8050020220302:c5368500"), false);
        check("14.18.2-2.module_el8.5.0+2618", Some("nodejs:161:8050020220302:c5368500"), false);
        check("14.18.2-2.el8", None, false);
        // The label is lost but the release tells that there was one: better one too many.
        check("16.14.0-5.module_el8.5.0+2618", None, true);
        let plain = advisory(&["0 <16.20.2-2.el8"], &[]);
        let module = Some("nodejs:16:8050020220302:c5368500");
        assert_eq!(answer(&plain, Scheme::Rpm, "16.14.0-5.module_el8.5.0+2618", module), "no");
    }
}
