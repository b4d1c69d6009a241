//! Charts as inline SVG: bars whose lengths are counts, each with its numbers in words beside it.

use std::fmt::Write as _;

use model::{LayerClass, Report, Severity};

use crate::issue::{Issue, Kind};
use crate::text::thousands;
use crate::view::{Tally, View};

/// Units that a full bar is long.
const LENGTH: u64 = 1000;

pub(super) fn write(page: &mut String, report: &Report, view: &View<'_>, issues: &[Issue<'_>]) {
    if issues.is_empty() {
        return;
    }
    page.push_str("<section class=\"charts\">\n<h2>At a glance</h2>\n<div class=\"grid\">\n");
    let of_kind = |kind: Kind| {
        let counted = issues.iter().filter(|issue| issue.kind() == kind && issue.suppressed.is_none());
        Tally::of(counted.map(|issue| issue.severity))
    };
    let kinds: Vec<(&str, Tally)> = Kind::ALL
        .into_iter()
        .map(|kind| (kind.heading(), if kind == Kind::Vulnerability { view.all } else { of_kind(kind) }))
        .filter(|(_, tally)| tally.total() > 0)
        .collect();
    // There are many more licences than anything else: each bar is as long as the others, and shows shares.
    chart(page, "How bad", &kinds, true);
    let parts: Vec<(&str, Tally)> = view
        .classes
        .iter()
        .map(|(class, tally)| {
            let name = match class {
                LayerClass::Base => "Base image",
                LayerClass::Middle => "Middle layers",
                LayerClass::App => "Application",
            };
            (name, *tally)
        })
        .collect();
    if report.layers.len() > 1 {
        chart(page, "Where the vulnerabilities are", &parts, false);
    }
    fixable(page, view);
    page.push_str("</div>\n</section>\n");
}

fn chart(page: &mut String, heading: &str, bars: &[(&str, Tally)], shares: bool) {
    let longest = bars.iter().map(|(_, tally)| tally.total()).max().unwrap_or(0);
    if longest == 0 {
        return;
    }
    let _ = writeln!(page, "<figure>\n<figcaption>{heading}</figcaption>");
    for (name, tally) in bars {
        let parts: Vec<(&str, u64)> = tally.worst_first().map(|(severity, count)| (severity.word(), count)).collect();
        bar(page, name, &parts, if shares { tally.total() } else { longest });
    }
    page.push_str("</figure>\n");
}

fn fixable(page: &mut String, view: &View<'_>) {
    let (all, fixable) = (view.all.total(), view.fixable);
    if all == 0 {
        return;
    }
    page.push_str("<figure>\n<figcaption>What can be fixed today</figcaption>\n");
    let parts = [("fixable", fixable), ("unfixable", all - fixable)];
    bar(page, "Vulnerabilities", &parts, all);
    page.push_str("</figure>\n");
}

/// One bar of several parts, with its numbers below.
fn bar(page: &mut String, name: &str, parts: &[(&str, u64)], longest: u64) {
    let word = |class: &str| match class {
        "fixable" => "have a fix".to_owned(),
        "unfixable" => "have none yet".to_owned(),
        other => other.to_owned(),
    };
    let words: Vec<String> = parts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(class, count)| format!("{} {}", thousands(*count), word(class)))
        .collect();
    let label = format!("{name}: {}", words.join(", "));
    let _ = write!(
        page,
        "<div class=\"bar\"><span class=\"name\">{name}</span><svg role=\"img\" aria-label=\"{label}\" \
         viewBox=\"0 0 {LENGTH} 40\" preserveAspectRatio=\"none\">"
    );
    let mut start = 0;
    let mut counted = 0;
    for (class, count) in parts.iter().filter(|(_, count)| *count > 0) {
        counted += count;
        // Rounded from the left, so that the parts leave no seam; something is never nothing.
        let end = (counted * LENGTH / longest.max(1)).max(start + 4);
        let _ = write!(page, "<rect class=\"{class}\" x=\"{start}\" y=\"0\" width=\"{}\" height=\"40\"/>", end - start);
        start = end;
    }
    page.push_str("</svg><span class=\"legend\">");
    for (class, count) in parts.iter().filter(|(_, count)| *count > 0) {
        let _ = write!(page, "<span><i class=\"{class}\"></i>{} {}</span>", thousands(*count), word(class));
    }
    page.push_str("</span></div>\n");
}

/// The severities as the page's script and style know them.
pub(super) fn severities() -> impl Iterator<Item = &'static str> {
    Severity::WORST_FIRST.into_iter().map(Severity::word)
}
