//! The comparison as people read it: the sums, then what is new, gone and changed, each with its reason.

use std::io::{self, Write};

use model::Report;

use super::findings::Change;
use super::packages::{Fate, Packages};
use super::{Comparison, Status};
use crate::text::{BOLD, DIM, GOOD, Line, PLAIN, WARNING, count, labelled, severity_style, thousands};
use crate::{Context, clean, one_line};

/// Findings and packages to list of each sort, unless everything is asked for.
const LISTED: usize = 20;
/// Columns of a severity.
const SEVERITY: usize = 10;

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let comparison = Comparison::of(reports)?;
    side("Old", comparison.old, context, out)?;
    side("New", comparison.new, context, out)?;
    writeln!(out)?;
    labelled(out, context, "Packages", PLAIN, &packages_words(&comparison.packages))?;
    for status in Status::ALL {
        let tally = comparison.tally(status);
        let style = match status {
            Status::New if tally.total() > 0 => WARNING,
            Status::Fixed if tally.total() > 0 => GOOD,
            _ => PLAIN,
        };
        labelled(out, context, heading(status), style, &super::markdown::tally_words(&tally))?;
    }
    if !comparison.left_out.is_empty() {
        labelled(out, context, "Notice", WARNING, &super::markdown::left_out(&comparison))?;
    }
    for status in [Status::New, Status::Fixed, Status::Changed] {
        findings(&comparison, status, context, out)?;
    }
    for fate in [Fate::Added, Fate::Removed, Fate::Changed] {
        packages(&comparison.packages, fate, context, out)?;
    }
    writeln!(out)?;
    crate::table::coverage(comparison.new, context, out)?;
    crate::table::head::tool(context, out)
}

fn side(label: &str, report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let origin = &report.image.origin;
    Line::new(context)
        .cell(BOLD, label, 10)
        .space(2)
        .add(BOLD, &one_line(&origin.reference))
        .add(PLAIN, &format!(" ({})", clean(&origin.transport)))
        .write(out)
}

fn packages_words(packages: &Packages<'_>) -> String {
    let [added, removed, changed, same] =
        [Fate::Added, Fate::Removed, Fate::Changed, Fate::Same].map(|fate| thousands(packages.count(fate)));
    format!("{added} added, {removed} removed, {changed} changed, {same} the same")
}

pub(super) fn heading(status: Status) -> &'static str {
    match status {
        Status::New => "New",
        Status::Fixed => "Fixed",
        Status::Changed => "Changed",
        Status::Same => "Same",
    }
}

fn findings(comparison: &Comparison<'_>, status: Status, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let shown: Vec<_> = comparison.with(status).filter(|change| context.filter.shows(change.severity())).collect();
    if shown.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    Line::new(context).add(BOLD, heading(status)).write(out)?;
    let most = if context.filter.everything { shown.len() } else { LISTED.min(shown.len()) };
    for change in &shown[..most] {
        finding(change, context, out)?;
    }
    more(shown.len() - most, context, out)
}

fn finding(change: &Change<'_>, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Some(issue) = change.issue() else { return Ok(()) };
    let why = one_line(&change.why()).into_owned();
    let told = if change.differences.is_empty() {
        why
    } else {
        format!("{}; {why}", one_line(&change.differences.join(", ")))
    };
    Line::new(context)
        .space(2)
        .cell(severity_style(issue.severity), issue.severity.word(), SEVERITY)
        .space(2)
        .add(PLAIN, &issue.title())
        .write(out)?;
    Line::new(context).space(SEVERITY + 4).add(DIM, &told).write(out)
}

fn packages(packages: &Packages<'_>, fate: Fate, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let all: Vec<_> = packages.with(fate).collect();
    if all.is_empty() {
        return Ok(());
    }
    let heading = match fate {
        Fate::Added => "Packages added",
        Fate::Removed => "Packages removed",
        Fate::Changed | Fate::Same => "Packages changed",
    };
    writeln!(out)?;
    Line::new(context)
        .add(BOLD, heading)
        .add(PLAIN, &format!(": {}", count(all.len() as u64, "package", "packages")))
        .write(out)?;
    let most = if context.filter.everything { all.len() } else { LISTED.min(all.len()) };
    for ((kind, name), versions) in &all[..most] {
        Line::new(context)
            .space(2)
            .cell(DIM, kind.purl_type(), SEVERITY)
            .space(2)
            .add(PLAIN, &one_line(name))
            .add(DIM, &format!("  {}", one_line(&versions.words())))
            .write(out)?;
    }
    more(all.len() - most, context, out)
}

fn more(left: usize, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    if left == 0 {
        return Ok(());
    }
    Line::new(context).space(2).add(DIM, &format!("… and {} more (--all)", thousands(left as u64))).write(out)
}
