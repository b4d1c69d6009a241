//! Whether an advisory affects a package (OSV schema 1.7, section "Evaluation").

use std::cmp::Ordering;
use std::fmt::Write;

use versions::{Invalid, Scheme, Version};

use crate::advisory::{Advisory, Affected, Event};
use crate::ecosystems::Scope;

/// Candidates for "the version with the fix" that are tried, lowest first.
const MAX_FIXES: usize = 16;

/// What an advisory is asked about.
#[derive(Clone, Copy)]
pub(crate) struct Question<'a> {
    pub scopes: &'a [Scope],
    pub scheme: Scheme,
    /// The package's name in its ecosystem's normal form.
    pub name: &'a str,
    pub version: &'a str,
    /// RPM's modularity label, `name:stream:version:context`.
    pub module: Option<&'a str>,
}

/// What an advisory answers.
#[derive(Debug, PartialEq)]
pub(crate) enum Answer<'a> {
    /// The version has the vulnerability.
    Affected(Match<'a>),
    /// It does not, or the advisory does not speak of the package.
    Unaffected,
    /// A version cannot be compared.
    Unclear(Invalid<'a>),
}

/// Why a version is affected.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Match<'a> {
    /// The entry that says so.
    pub affected: &'a Affected,
    /// The versions that it says are affected, around the one that was asked about: `>= 1.0, < 1.2`.
    pub versions: String,
    /// The lowest version named as a fix that is higher and that the advisory no longer affects.
    pub fixed: Option<&'a str>,
}

/// Asks an advisory.
pub(crate) fn ask<'a>(advisory: &'a Advisory, question: &Question<'a>) -> Answer<'a> {
    let entries = entries(advisory, question);
    let mut unclear = None;
    for entry in &entries {
        match contains(entry, question, question.version) {
            Ok(Some(versions)) => {
                let fixed = fix(&entries, question);
                return Answer::Affected(Match { affected: entry, versions, fixed });
            }
            Ok(None) => {}
            Err(invalid) => unclear = Some(invalid),
        }
    }
    unclear.map_or(Answer::Unaffected, Answer::Unclear)
}

/// The entries that speak of the package: those of the first scope that has any.
fn entries<'a>(advisory: &'a Advisory, question: &Question) -> Vec<&'a Affected> {
    let of = |scope: &Scope| {
        let about = |entry: &&Affected| entry.name == question.name && scope.contains(&entry.ecosystem);
        let entries: Vec<_> = advisory.affected.iter().filter(about).collect();
        (!entries.is_empty()).then_some(entries)
    };
    let mut entries = question.scopes.iter().find_map(of).unwrap_or_default();
    if question.scheme == Scheme::Rpm {
        entries.retain(|entry| same_module(entry, question));
    }
    entries
}

/// Module streams are builds of their own beside the distribution's default: an update of one says nothing about
/// another or about the package outside modules. Their releases have `.module` in them.
fn same_module(entry: &Affected, question: &Question) -> bool {
    let modular = |version: &str| version.contains(".module");
    let fixes_module = entry
        .ranges
        .iter()
        .flatten()
        .any(|event| matches!(event, Event::Fixed(version) | Event::LastAffected(version) if modular(version)));
    if (fixes_module || !entry.modules.is_empty()) != (question.module.is_some() || modular(question.version)) {
        return false;
    }
    match question.module {
        Some(label) if !entry.modules.is_empty() => entry
            .modules
            .iter()
            .any(|stream| label.strip_prefix(&**stream).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))),
        _ => true,
    }
}

/// The affected versions around `version`, if it is one of them.
fn contains<'a>(entry: &'a Affected, question: &Question, version: &'a str) -> Result<Option<String>, Invalid<'a>> {
    let mut unclear = None;
    match question.scheme.parse(version) {
        Ok(parsed) => {
            for timeline in &entry.ranges {
                match interval(timeline, &parsed) {
                    Ok(None) => {}
                    Ok(found) => return Ok(found),
                    Err(invalid) => unclear = Some(invalid),
                }
            }
            // Where there are ranges they say the same in short. Where there are none, `1.0.0` must find `1.0`; what the
            // list has that is no version is not this one.
            let same = |listed: &&String| compare(&parsed, listed).is_ok_and(Ordering::is_eq);
            if entry.ranges.is_empty()
                && let Some(listed) = entry.versions.iter().find(same)
            {
                return Ok(Some(format!("= {listed}")));
            }
        }
        Err(invalid) => unclear = Some(invalid),
    }
    if entry.versions.iter().any(|listed| listed == version) {
        return Ok(Some(format!("= {version}")));
    }
    unclear.map_or(Ok(None), Err)
}

fn compare<'a>(version: &Version<'_>, other: &'a str) -> Result<Ordering, Invalid<'a>> {
    let other = version.scheme().parse(other)?;
    // Of one scheme, so there is an order.
    Ok(version.compare(&other).unwrap_or(Ordering::Less))
}

/// The part of a timeline that `version` is in, if that part is an affected one. The events decide by the order of
/// their versions: the last one that `version` has reached.
fn interval<'a>(timeline: &'a [Event], version: &Version<'_>) -> Result<Option<String>, Invalid<'a>> {
    let scheme = version.scheme();
    let mut reached: Option<&Event> = None;
    let mut next: Option<&Event> = None;
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
    let mut text = match &**start {
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
    Ok(Some(if text.is_empty() { "all versions".into() } else { text }))
}

/// Whether `a` comes after `b` on a timeline. The first version of all comes first. At one version the list's order
/// counts, which is `a` after `b` here, except that what ends above a version ends after what begins at it.
fn later<'a>(scheme: Scheme, a: &'a Event, b: &'a Event) -> bool {
    let place = |event: &'a Event| match event {
        Event::Introduced(version) => (&**version, version == "0", false),
        Event::Fixed(version) | Event::Limit(version) => (&**version, false, false),
        Event::LastAffected(version) => (&**version, false, true),
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
fn fix<'a>(entries: &[&'a Affected], question: &Question<'a>) -> Option<&'a str> {
    let scheme = question.scheme;
    let mut candidates: Vec<&'a str> = entries
        .iter()
        .flat_map(|entry| entry.ranges.iter().flatten())
        .filter_map(|event| match event {
            Event::Fixed(version) if scheme.compare(version, question.version).is_ok_and(Ordering::is_gt) => {
                Some(&**version)
            }
            _ => None,
        })
        .collect();
    // The first one nearly always is the answer, so nothing is sorted.
    for _ in 0..MAX_FIXES {
        let lowest = candidates
            .iter()
            .enumerate()
            .reduce(|a, b| if scheme.compare(b.1, a.1).is_ok_and(Ordering::is_lt) { b } else { a })?
            .0;
        let candidate = candidates.swap_remove(lowest);
        if entries.iter().all(|entry| matches!(contains(entry, question, candidate), Ok(None))) {
            return Some(candidate);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

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
        match ask(advisory, &Question { scopes: &scopes, scheme, name: "a", version, module }) {
            Answer::Affected(matched) => format!("{} | {}", matched.versions, matched.fixed.unwrap_or("-")),
            Answer::Unaffected => "no".into(),
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
    fn what_cannot_be_compared_is_not_decided() {
        check(&["0 <1.0.0"], "latest", "unclear latest");
        check(&["0 <soon"], "1.0.0", "unclear soon");
        // Another range may decide, though not what the fix is.
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
        let question = Question { scopes: &scopes, scheme: Scheme::Deb, name: "a", version: "1.0+esm2", module: None };
        assert_eq!(ask(&advisory, &question), Answer::Unaffected);
        let plain = Question { scopes: &scopes[1..], ..question };
        assert!(matches!(ask(&advisory, &plain), Answer::Affected(_)));
        let absent = Question { name: "b", ..question };
        assert_eq!(ask(&advisory, &absent), Answer::Unaffected);
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
