//! The comparison as Markdown, for the comment on a pull request: the sums, then what is new, and folded what is gone or changed.

use std::fmt::Write as _;
use std::io::{self, Write};

use model::Report;

use super::findings::Change;
use super::packages::Fate;
use super::table::heading;
use super::{Comparison, Status};
use crate::Context;
use crate::issue::{Kind, capital};
use crate::markdown::{code, escaped};
use crate::text::{count, thousands};
use crate::view::Tally;

/// Bytes after which rows are left out: a comment takes 65,536 characters.
const LONGEST: usize = 56_000;

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let comparison = Comparison::of(reports)?;
    let mut text = String::new();
    let new = comparison.tally(Status::New);
    let verdict = if new.total() == 0 {
        "Nothing new".to_owned()
    } else {
        format!("{} new", count(new.total(), "finding is", "findings are"))
    };
    let _ = writeln!(text, "## {verdict}\n");
    let name = |report: &Report| code(&report.image.origin.reference);
    let _ = writeln!(text, "From {} to {}\n", name(comparison.old), name(comparison.new));
    text.push_str("| | Findings |\n|:---|:---|\n");
    for status in Status::ALL {
        let _ = writeln!(text, "| {} | {} |", heading(status), tally_words(&comparison.tally(status)));
    }
    let packages = &comparison.packages;
    let [added, removed, changed] =
        [Fate::Added, Fate::Removed, Fate::Changed].map(|fate| thousands(packages.count(fate)));
    let _ = writeln!(text, "\nPackages: {added} added, {removed} removed, {changed} changed.\n");
    if !comparison.left_out.is_empty() {
        let _ = writeln!(text, "**Not compared**: {}\n", escaped(&left_out(&comparison)));
    }
    let mut left = 0;
    for status in [Status::New, Status::Fixed, Status::Changed] {
        left += list(&mut text, &comparison, status, context);
    }
    if left > 0 {
        let _ = writeln!(text, "{} found no room here.\n", capital(&count(left, "more finding", "more findings")));
    }
    out.write_all(text.as_bytes())
}

/// A table of findings, open where they are new and folded else. How many found no room.
fn list(text: &mut String, comparison: &Comparison<'_>, status: Status, context: &Context<'_>) -> u64 {
    let shown: Vec<_> = comparison.with(status).filter(|change| context.filter.shows(change.severity())).collect();
    let mut rows = String::new();
    let mut listed = 0;
    for change in &shown {
        let row = row(change);
        if text.len() + rows.len() + row.len() > LONGEST {
            break;
        }
        rows.push_str(&row);
        listed += 1;
    }
    let head = "| Severity | What | Why |\n|:---|:---|:---|\n";
    if listed > 0 && status == Status::New {
        let _ = write!(text, "### {}\n\n{head}{rows}\n", heading(status));
    } else if listed > 0 {
        let title = format!("{} ({})", heading(status), thousands(shown.len() as u64));
        let _ = write!(text, "<details><summary>{title}</summary>\n\n{head}{rows}\n</details>\n\n");
    }
    shown.len() as u64 - listed
}

fn row(change: &Change<'_>) -> String {
    let Some(issue) = change.issue() else { return String::new() };
    let told = change.differences.iter().cloned().chain([change.why()]).collect::<Vec<_>>().join("; ");
    format!("| {} | {} | {} |\n", capital(issue.severity.word()), escaped(&issue.title()), escaped(&told))
}

/// `12: 1 critical, 11 high`.
pub(super) fn tally_words(tally: &Tally) -> String {
    match tally.total() {
        0 => "none".into(),
        total => format!("{}: {}", thousands(total), tally.words()),
    }
}

/// What could not be compared, in a sentence.
pub(super) fn left_out(comparison: &Comparison<'_>) -> String {
    let names: Vec<String> = comparison.left_out.iter().map(|kind| kind.heading().to_lowercase()).collect();
    let why = if comparison.left_out.contains(&Kind::Vulnerability) {
        "there is no advisory data for one side, or one side cannot have them"
    } else {
        "a bill of materials cannot have them"
    };
    format!("{} are not compared: {why}", names.join(", "))
}
