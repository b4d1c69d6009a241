//! Settings in the table: for each rule what it asks for and why, and where that is not so.

use std::io::{self, Write};

use model::{Finding, Misconfiguration, Report};

use crate::text::{BOLD, DIM, Line, PLAIN, columns, count, severity_style, wrap};
use crate::view::{Tally, layer_number};
use crate::{Context, clean, one_line};

/// Rules to list, unless everything is asked for.
const RULES: usize = 25;
/// Places of a rule.
const PLACES: usize = 5;
/// Lines of a place.
const LINES: usize = 3;
/// The column at which everything below a title begins.
const INDENT: usize = 12;

pub(super) fn write(report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let shown = |found: &&Misconfiguration| {
        context.filter.shows(found.severity) && (found.suppressed.is_none() || context.filter.suppressed)
    };
    let all: Vec<&Misconfiguration> = settings(report).filter(shown).collect();
    if all.is_empty() {
        return Ok(());
    }
    let mut rules: Vec<(&str, Vec<&Misconfiguration>)> = Vec::new();
    for found in &all {
        match rules.iter_mut().find(|(rule, _)| *rule == found.rule) {
            Some((_, places)) => places.push(found),
            None => rules.push((&found.rule, vec![found])),
        }
    }
    writeln!(out)?;
    let tally = Tally::of(all.iter().map(|found| found.severity));
    Line::new(context).add(BOLD, "Settings").add(PLAIN, &format!(": {}", tally.words())).write(out)?;
    let most = limit(rules.len(), RULES, context);
    for (_, places) in &rules[..most] {
        rule(report, places, context, out)?;
    }
    more(rules.len() - most, "more rule", "more rules", 2, context, out)
}

fn rule(report: &Report, places: &[&Misconfiguration], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let [first, ..] = places else { return Ok(()) };
    let severity = first.severity.word();
    let mut line = Line::new(context);
    line.space(2).add(severity_style(first.severity), severity).space(INDENT.saturating_sub(2 + columns(severity)));
    line.add(BOLD, &one_line(&first.title)).add(DIM, &format!(" · {}", one_line(&first.rule))).write(out)?;
    let most = limit(places.len(), PLACES, context);
    for found in &places[..most] {
        place(report, found, context, out)?;
    }
    more(places.len() - most, "more place", "more places", INDENT, context, out)?;
    wrapped(PLAIN, &format!("{} {}", one_line(&first.why), one_line(&first.fix)), context, out)
}

fn place(report: &Report, found: &Misconfiguration, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let path = found.place.path.to_text();
    let mut parts = vec![match found.lines.0 {
        _ if path.is_empty() => "configuration of the image".to_owned(),
        0 => clean(&path).into_owned(),
        line => format!("{}:{line}", clean(&path)),
    }];
    if let Some(layer) = found.place.layer.filter(|_| report.layers.len() > 1 && !path.is_empty()) {
        parts.push(format!("layer {}", layer_number(layer)));
    }
    parts.push(one_line(&found.resource).into_owned());
    let subject = if found.attribute.is_empty() { "it".into() } else { one_line(&found.attribute) };
    let is = found.found.as_deref().map_or("not set".into(), one_line);
    parts.push(format!("{subject} is {is}, expected {}", one_line(&found.expected)));
    parts.extend(found.suppressed.as_ref().map(|why| format!("set aside: {}", one_line(why))));
    wrapped(DIM, &parts.join(" · "), context, out)?;
    for (number, text) in (found.lines.0..).zip(found.excerpt.iter().take(LINES)) {
        Line::new(context).space(INDENT).add(DIM, &format!("{number:>5} │ {}", clean(text))).write(out)?;
    }
    Ok(())
}

fn wrapped(style: anstyle::Style, text: &str, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    for row in wrap(text, context.width.saturating_sub(INDENT).max(40)) {
        Line::new(context).space(INDENT).add(style, &row).write(out)?;
    }
    Ok(())
}

fn limit(all: usize, most: usize, context: &Context<'_>) -> usize {
    if context.filter.everything || all <= most + 1 { all } else { most }
}

fn more(
    left: usize,
    one: &str,
    several: &str,
    indent: usize,
    context: &Context<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    if left == 0 {
        return Ok(());
    }
    let text = format!("… and {} (--all lists them)", count(left as u64, one, several));
    Line::new(context).space(indent).add(DIM, &text).write(out)
}

/// The settings of a report that rules do not agree with.
pub(crate) fn settings(report: &Report) -> impl Iterator<Item = &Misconfiguration> {
    report.findings.iter().filter_map(Finding::misconfiguration)
}
