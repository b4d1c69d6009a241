//! What to do next, in plain words: the few changes that remove the most.

use std::io::{self, Write};

use model::{FixState, LayerClass, LayerIndex, PackageKind, Report, Severity, Vulnerability};
use versions::Scheme;

use crate::table::packages::instruction;
use crate::text::{PLAIN, count, entry, fit, thousands};
use crate::view::{Group, View, layer_number};
use crate::{Context, clean, one_line};

/// Steps to propose: more would be a list and not advice.
const STEPS: usize = 5;
/// Columns of an instruction inside a sentence.
const INSTRUCTION: usize = 48;

pub(super) fn write(report: &Report, view: &View<'_>, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let steps = steps(report, view, context);
    let mut label = "Next";
    for (number, step) in (1..).zip(&steps) {
        let marker = if steps.len() == 1 { String::new() } else { format!("{number}. ") };
        entry(out, context, label, &marker, PLAIN, &step.text)?;
        label = "";
    }
    Ok(())
}

/// One thing to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Step {
    /// What, cleaned.
    pub text: String,
    /// How bad the worst is that it removes, where it removes something.
    pub severity: Option<Severity>,
    /// Why, cleaned; empty where the step says it all.
    pub why: String,
}

/// The steps, the first one first.
pub(crate) fn steps(report: &Report, view: &View<'_>, context: &Context<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    if context.wants.vulnerabilities && !view.judged {
        let step = "Fetch the advisory data: plimsoll db update. Where there is no network, name a folder of it: --advisories DIR.";
        steps.push(Step { text: step.to_owned(), ..Step::default() });
    }
    for end in view.ends_of_life.iter().filter(|end| end.passed) {
        let step = format!("Build on a release that is still supported, instead of {}.", one_line(&end.release));
        let why = format!("It gets no security updates since {}: new holes in it stay open.", one_line(&end.date));
        steps.push(Step { text: step, why, severity: None });
    }
    let known = steps.len();
    let mut changes = changes(report, view);
    changes.sort_by_key(|change| std::cmp::Reverse(change.weight));
    let changes =
        changes.into_iter().map(|change| Step { severity: change.worst(), text: change.text, why: change.why });
    steps.extend(changes.take(STEPS.saturating_sub(known)));
    if let Some(step) = leave_out(view).filter(|_| steps.len() < STEPS) {
        steps.push(Step { text: step, ..Step::default() });
    }
    steps
}

struct Change {
    /// Fixable vulnerabilities by severity, worst first: what the change is worth.
    weight: [u64; 6],
    text: String,
    /// The worst of what it fixes.
    why: String,
}

impl Change {
    fn worst(&self) -> Option<Severity> {
        let counts = Severity::WORST_FIRST.into_iter().zip(self.weight);
        counts.into_iter().find(|(_, count)| *count > 0).map(|(severity, _)| severity)
    }
}

/// One change for the base image, one for each layer that installs distribution packages, one for each library.
fn changes(report: &Report, view: &View<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    let fixable = |group: &&Group<'_>| group.fixable() > 0;
    let base: Vec<&Group<'_>> =
        view.groups.iter().filter(|group| group.class == LayerClass::Base).filter(fixable).collect();
    if !base.is_empty() {
        let text = format!(
            "Rebuild on the newest version of the base image (docker build --pull): {} in it {} a fix.",
            total(&base),
            if sum(&base) == 1 { "has" } else { "have" },
        );
        changes.push(Change { weight: weight(&base), why: why(&base), text });
    }
    let own = || view.groups.iter().filter(|group| group.class != LayerClass::Base).filter(fixable);
    let mut layers: Vec<LayerIndex> =
        own().filter(|group| group.kind.is_os()).filter_map(|group| group.spots.first()?.layer).collect();
    layers.sort_unstable();
    layers.dedup();
    for layer in layers {
        let groups: Vec<&Group<'_>> = own()
            .filter(|group| group.kind.is_os())
            .filter(|group| group.spots.first().is_some_and(|spot| spot.layer == Some(layer)))
            .collect();
        let holes = total(&groups);
        let text = if report.layers.len() == 1 {
            format!("Install the distribution's updates: they fix {holes}.")
        } else {
            let instruction = instruction(report, layer)
                .map(|instruction| format!(" ({})", fit(&instruction, INSTRUCTION)))
                .unwrap_or_default();
            format!("Build layer {}{instruction} again without the cache: updates fix {holes}.", layer_number(layer))
        };
        changes.push(Change { weight: weight(&groups), why: why(&groups), text });
    }
    for group in own().filter(|group| !group.kind.is_os()) {
        changes.push(Change { weight: weight(&[group]), why: why(&[group]), text: upgrade(group) });
    }
    changes
}

fn upgrade(group: &Group<'_>) -> String {
    let target = highest(group.kind, group.rows.iter().filter_map(|row| row.vulnerability.fixed.as_deref()));
    let path = group.spots.first().and_then(|spot| spot.path).map(|path| clean(&path.to_text()).into_owned());
    let place = match (path, group.spots.len()) {
        (None, _) => "the image".into(),
        (Some(path), 1) => path,
        (Some(path), places) => format!("{path} and {}", count(places as u64 - 1, "other place", "other places")),
    };
    let holes = total(&[group]);
    let version = clean(group.version);
    match (group.kind, group.name, target) {
        (PackageKind::Golang, "stdlib", Some(target)) => {
            format!("Build {place} again with Go {} instead of {version}: fixes {holes}.", clean(target))
        }
        (_, name, Some(target)) => {
            format!("Upgrade {} {version} to {} in {place}: fixes {holes}.", clean(name), clean(target))
        }
        (_, name, None) => {
            format!("Upgrade {} {version} in {place} to the highest version shown for it: fixes {holes}.", clean(name))
        }
    }
}

/// The highest of some versions, which has every fix. None where one of them has no place in their order.
fn highest<'a>(kind: PackageKind, versions: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scheme = match kind {
        PackageKind::Cargo | PackageKind::Npm | PackageKind::Hex | PackageKind::Swift => Scheme::Semver,
        PackageKind::Julia | PackageKind::Pub => Scheme::SemverBuild,
        PackageKind::Composer => Scheme::Composer,
        PackageKind::Cran | PackageKind::Bioconductor => Scheme::Cran,
        PackageKind::Gem => Scheme::Gem,
        PackageKind::Golang => Scheme::Go,
        PackageKind::Hackage => Scheme::Pvp,
        PackageKind::Nuget => Scheme::NuGet,
        PackageKind::Opam => Scheme::Opam,
        PackageKind::Maven => Scheme::Maven,
        PackageKind::Pypi => Scheme::Pep440,
        _ => Scheme::Generic,
    };
    let mut highest = None;
    for version in versions {
        let higher = match highest {
            None => scheme.is_valid(version),
            Some(known) => scheme.compare(known, version).ok()?.is_lt(),
        };
        if higher {
            highest = Some(version);
        } else if highest.is_none() {
            return None;
        }
    }
    highest
}

/// The package with the most vulnerabilities that nobody has fixed.
fn leave_out(view: &View<'_>) -> Option<String> {
    let unfixed = |group: &Group<'_>| group.rows.len() as u64 - group.fixable();
    let worst = view.groups.iter().max_by_key(|group| (unfixed(group), std::cmp::Reverse(group.name)))?;
    let name = match worst.packages.first() {
        Some(only) if worst.packages.len() == 1 => clean(only),
        _ => clean(worst.name),
    };
    (unfixed(worst) > 0).then(|| {
        format!(
            "No fix exists yet for {} in {name}: leave it out if the image works without it.",
            thousands(unfixed(worst))
        )
    })
}

fn sum(groups: &[&Group<'_>]) -> u64 {
    fixable_ids(groups).total()
}

fn total(groups: &[&Group<'_>]) -> String {
    count(sum(groups), "vulnerability", "vulnerabilities")
}

fn weight(groups: &[&Group<'_>]) -> [u64; 6] {
    Severity::WORST_FIRST.map(|severity| fixable_ids(groups).get(severity))
}

/// The worst vulnerability with a fix, one that is exploited before all others.
fn why(groups: &[&Group<'_>]) -> String {
    let rows = groups.iter().flat_map(|group| &group.rows).map(|row| row.vulnerability);
    let fixable = rows.filter(|found| found.state == FixState::Fixed);
    let rank = |found: &&Vulnerability| (found.exploited.is_some(), found.severity, found.priority.max(0.0).to_bits());
    // Of equals, the first one in the list.
    let Some(worst) = fixable.rev().max_by_key(rank) else { return String::new() };
    let exploited = if worst.exploited.is_some() { "Being exploited: " } else { "" };
    let (id, summary) = (one_line(&worst.id), one_line(&worst.summary));
    if summary.is_empty() { format!("{exploited}{id}") } else { format!("{exploited}{id}: {summary}") }
}

/// The vulnerabilities with a fix, each counted once.
fn fixable_ids(groups: &[&Group<'_>]) -> crate::view::Tally {
    crate::view::tally(
        groups
            .iter()
            .flat_map(|group| &group.rows)
            .map(|row| row.vulnerability)
            .filter(|vulnerability| vulnerability.state == FixState::Fixed),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_fix_has_them_all() {
        let check = |kind, versions: &[&str], expected| {
            assert_eq!(highest(kind, versions.iter().copied()), expected, "{versions:?}");
        };
        check(PackageKind::Npm, &["4.17.5", "4.17.21", "4.17.11"], Some("4.17.21"));
        check(PackageKind::Golang, &["1.9.1", "1.20.3"], Some("1.20.3"));
        check(PackageKind::Npm, &["1.0.0", "whatever"], None);
        check(PackageKind::Npm, &["whatever", "1.0.0"], None);
        check(PackageKind::Npm, &[], None);
    }
}
