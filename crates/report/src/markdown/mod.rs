//! Markdown (GitHub's and GitLab's flavours of CommonMark) for the comment on a pull request or the summary of a job: the counts
//! first, what to fix first, and then the details, folded.
//!
//! A comment takes 65,536 characters, so the details end where it would be full, and say so.

mod escape;

pub(crate) use escape::{code, escaped, html};

use std::fmt::Write as _;
use std::io::{self, Write};

use model::{LicenseClass, Report, Severity};

use crate::first::steps;
use crate::issue::{Issue, Kind, capital, issues};
use crate::subject::platform;
use crate::text::{count, thousands};
use crate::view::{LicenseTally, Tally, View, has_unjudged};
use crate::{Context, one_line};

/// Bytes of all reports together; the rest of a comment is left for its frame.
const LONGEST: usize = 60_000;
/// Bytes that the lines below the details may take.
const TAIL: usize = 4_000;
/// Things that could not be seen which are named.
const GAPS: usize = 10;

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let room = LONGEST / reports.len().max(1);
    for (index, report) in reports.iter().enumerate() {
        if index > 0 {
            writeln!(out, "\n---\n")?;
        }
        out.write_all(one(report, context, room).as_bytes())?;
    }
    Ok(())
}

fn one(report: &Report, context: &Context<'_>, room: usize) -> String {
    let issues = issues(report, &context.filter);
    let view = View::new(report, context);
    let mut text = String::new();
    let platform = platform(report);
    let platform = if platform.is_empty() { String::new() } else { format!(" ({})", escaped(&platform)) };
    let _ = writeln!(text, "## {}\n", verdict(report, &view, &issues, context));
    let _ = writeln!(text, "{}{platform}\n", code(&report.image.origin.reference));
    counts(&mut text, report, &view, &issues, context);
    let steps = steps(report, &issues, context);
    if !steps.is_empty() {
        text.push_str("### What to fix first\n\n");
        for (number, step) in (1..).zip(&steps) {
            let why = if step.why.is_empty() { String::new() } else { format!("<br>{}", escaped(&step.why)) };
            let _ = writeln!(text, "{number}. {}{why}", escaped(&step.text));
        }
        text.push('\n');
    }
    let mut left_out = 0;
    for kind in Kind::ALL {
        let issues: Vec<&Issue<'_>> = issues.iter().filter(|issue| issue.kind() == kind).collect();
        left_out += details(&mut text, kind, &issues, room.saturating_sub(TAIL));
    }
    if left_out > 0 {
        let _ = writeln!(
            text,
            "… and {} more, for which there is no room here; the JSON report has them all.\n",
            thousands(left_out)
        );
    }
    coverage(&mut text, report);
    let newest = report.knowledge.iter().filter_map(|known| known.newest.as_deref()).max();
    let newest = newest.map(|time| format!(" · advisories up to {}", escaped(&day(time)))).unwrap_or_default();
    let _ =
        writeln!(text, "<sub>plimsoll {} · {}{newest}</sub>", escaped(context.version), escaped(context.generated_at));
    text
}

/// `1 critical and 2 high vulnerabilities, 2 secrets`: the sentence that a reader takes away.
pub(crate) fn verdict(report: &Report, view: &View<'_>, issues: &[Issue<'_>], context: &Context<'_>) -> String {
    let mut parts = Vec::new();
    let all = view.all;
    let severe: Vec<String> = [Severity::Critical, Severity::High]
        .into_iter()
        .filter(|&severity| all.get(severity) > 0)
        .map(|severity| format!("{} {}", thousands(all.get(severity)), severity.word()))
        .collect();
    let severe_total = all.get(Severity::Critical) + all.get(Severity::High);
    match (all.total(), severe.is_empty()) {
        (0, _) if !context.wants_vulnerabilities => {}
        (0, _) if !view.judged => {
            parts.push("Vulnerabilities were not looked for: there is no advisory data".to_owned());
        }
        (0, _) if has_unjudged(report) => parts.push("No known vulnerabilities in what could be judged".to_owned()),
        (0, _) => parts.push("No known vulnerabilities".to_owned()),
        (total, true) => {
            parts.push(format!("{}, none of them severe", count(total, "vulnerability", "vulnerabilities")));
        }
        (total, false) if severe_total == total => {
            let many = if total == 1 { "vulnerability" } else { "vulnerabilities" };
            parts.push(format!("{} {many}", severe.join(" and ")));
        }
        (total, false) => {
            parts.push(format!("{} of {}", severe.join(" and "), count(total, "vulnerability", "vulnerabilities")));
        }
    }
    let secrets =
        issues.iter().filter(|issue| issue.kind() == Kind::Secret && issue.suppressed.is_none()).count() as u64;
    if secrets > 0 {
        parts.push(format!("{} open", count(secrets, "secret lies", "secrets lie")));
    }
    if parts.is_empty() {
        parts.push(if issues.is_empty() {
            "Nothing found".into()
        } else {
            count(issues.len() as u64, "issue", "issues")
        });
    }
    parts.join(" · ")
}

/// A table of how many there are of each kind and severity. Vulnerabilities are counted once wherever they are.
fn counts(text: &mut String, report: &Report, view: &View<'_>, issues: &[Issue<'_>], context: &Context<'_>) {
    let tally = |kind: Kind| {
        let counted = issues.iter().filter(|issue| issue.kind() == kind && issue.suppressed.is_none());
        Tally::of(counted.map(|issue| issue.severity))
    };
    text.push_str(
        "| | Critical | High | Medium | Low | Negligible | Unknown |\n|:---|---:|---:|---:|---:|---:|---:|\n",
    );
    for kind in Kind::ALL {
        let tally = if kind == Kind::Vulnerability { view.all } else { tally(kind) };
        if tally.total() == 0 && !(kind == Kind::Vulnerability && context.wants_vulnerabilities) {
            continue;
        }
        let _ = write!(text, "| **{}** |", kind.heading());
        for severity in Severity::WORST_FIRST {
            let _ = write!(text, " {} |", thousands(tally.get(severity)));
        }
        text.push('\n');
    }
    text.push('\n');
    let mut notes = Vec::new();
    if view.fixable > 0 {
        let have = if view.fixable == 1 { "has" } else { "have" };
        notes.push(format!("{} {have} a fix", count(view.fixable, "vulnerability", "vulnerabilities")));
    }
    if view.suppressed > 0 {
        notes.push(format!("{} not counted", count(view.suppressed, "vulnerability is", "vulnerabilities are")));
    }
    if view.hidden.total() > 0 {
        notes.push(format!("not listed here: {}", view.hidden.words()));
    }
    if context.wants_licenses {
        let licenses = LicenseTally::of(report);
        let forbidden = licenses.get(LicenseClass::Forbidden);
        if forbidden > 0 {
            notes.push(count(forbidden, "forbidden licence", "forbidden licences"));
        }
    }
    if !notes.is_empty() {
        let _ = writeln!(text, "{}.\n", capital(&notes.join(" · ")));
    }
}

/// A folded table of the issues of one kind. How many found no room.
fn details(text: &mut String, kind: Kind, issues: &[&Issue<'_>], room: usize) -> u64 {
    if issues.is_empty() {
        return 0;
    }
    let mut rows = String::new();
    let mut shown = 0;
    for issue in issues {
        let row = row(issue);
        if text.len() + rows.len() + row.len() > room {
            break;
        }
        rows.push_str(&row);
        shown += 1;
    }
    if shown > 0 {
        let heading = format!("{} ({})", kind.heading(), thousands(issues.len() as u64));
        let _ = write!(text, "<details><summary>{heading}</summary>\n\n{}{rows}\n</details>\n\n", head(kind));
    }
    (issues.len() - shown) as u64
}

fn head(kind: Kind) -> &'static str {
    match kind {
        Kind::Vulnerability => {
            "| Severity | Id | Package | Version | Fixed in | What | Where |\n|:---|:---|:---|:---|:---|:---|:---|\n"
        }
        Kind::Secret | Kind::Misconfiguration | Kind::EndOfLife | Kind::License => {
            "| Severity | What | What to do |\n|:---|:---|:---|\n"
        }
    }
}

fn row(issue: &Issue<'_>) -> String {
    let severity = capital(issue.severity.word());
    let aside = issue.suppressed.map(|why| format!(" (not counted: {})", escaped(&one_line(why)))).unwrap_or_default();
    let Some(found) = issue.vulnerability() else {
        let place = issue.layer_words();
        let place = if place.is_empty() { place } else { format!(" ({})", escaped(&place)) };
        return format!("| {severity} | {}{place}{aside} | {} |\n", escaped(&issue.title()), escaped(&issue.advice()));
    };
    let rule = issue.rule();
    let id = match issue.links().next() {
        Some(link) => format!("[{}]({link})", escaped(&rule)),
        None => escaped(&rule),
    };
    let exploited = if found.exploited.is_some() { " **exploited**" } else { "" };
    let (name, version) = issue.package().map_or(("", ""), |package| (&package.name, &package.version));
    let fixed = issue.fixed().map_or_else(|| "no fix".to_owned(), code);
    format!(
        "| {severity} | {id}{exploited} | {} | {} | {fixed} | {}{aside} | {} |\n",
        code(name),
        code(version),
        escaped(&issue.rule_title()),
        escaped(&issue.whereabouts()),
    )
}

fn coverage(text: &mut String, report: &Report) {
    let gaps = &report.inventory.gaps;
    if gaps.is_empty() {
        return;
    }
    let things = count(gaps.len() as u64, "thing", "things");
    let _ = write!(text, "**Incomplete**: {things} could not be seen, so there may be more than is listed here.\n\n");
    let _ = write!(text, "<details><summary>What could not be seen</summary>\n\n");
    for gap in gaps.iter().take(GAPS) {
        let path = gap.place.path.to_text();
        let path = if path.is_empty() { String::new() } else { format!("{}: ", code(&path)) };
        let _ = writeln!(text, "- {path}{} ({})", limited(&escaped(&gap.detail)), gap.kind.name());
    }
    if gaps.len() > GAPS {
        let _ = writeln!(text, "- and {} more", thousands((gaps.len() - GAPS) as u64));
    }
    text.push_str("\n</details>\n\n");
}

/// No detail may take the room of all others.
fn limited(text: &str) -> String {
    text.chars().take(300).collect::<String>().trim_end_matches('\\').to_owned()
}

/// The day of a time.
fn day(time: &str) -> String {
    time.split('T').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
