//! The end of the table: how many, where, how sure, on what knowledge, and what to do next.

use std::fmt::Write as _;
use std::io::{self, Write};

use jiff::Timestamp;
use model::{LayerClass, Report, Severity, Verified};

use crate::table::secrets::exposed;
use crate::table::{head, misconfig, next};
use crate::text::{GOOD, PLAIN, WARNING, count, entry, labelled, severity_style, thousands};
use crate::view::{LicenseTally, Tally, View, has_unjudged, is_judged, layer_number};
use crate::{Context, clean, one_line};

/// Gaps to list, unless everything is asked for.
const GAPS: usize = 5;
/// Advisories older than this many days are worth a warning.
const STALE_DAYS: i64 = 14;

pub(super) fn write(report: &Report, view: &View<'_>, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    found(report, view, context, out)?;
    next::write(report, view, context, out)?;
    unidentified(report, context, out)?;
    coverage(report, context, out)?;
    knowledge(report, context, out)?;
    head::tool(context, out)
}

fn found(report: &Report, view: &View<'_>, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (style, sentence) = if !context.wants.vulnerabilities {
        (PLAIN, format!("{} only: vulnerabilities were not asked for", looked_for(context)))
    } else if !view.judged {
        (WARNING, "vulnerabilities were not looked for: there is no advisory data".to_owned())
    } else if view.all.total() > 0 {
        let worst = view.all.worst_first().next().map_or(Severity::Unknown, |(severity, _)| severity);
        let sentence = format!(
            "{} in {}: {} · {} a fix",
            count(view.all.total(), "vulnerability", "vulnerabilities"),
            count(view.packages, "package", "packages"),
            view.all.words(),
            if view.fixable == 1 { "1 has".to_owned() } else { format!("{} have", thousands(view.fixable)) },
        );
        (severity_style(worst), sentence)
    } else if has_unjudged(report) {
        (WARNING, "no known vulnerabilities in what could be judged; the rest is unknown".to_owned())
    } else {
        (GOOD, "no known vulnerabilities".to_owned())
    };
    labelled(out, context, "Found", style, &sentence)?;
    if view.classes.len() > 1 {
        let parts: Vec<String> = view
            .classes
            .iter()
            .map(|(class, tally)| {
                let part = match class {
                    LayerClass::Base => "base image",
                    LayerClass::Middle => "middle layers",
                    LayerClass::App => "application",
                };
                format!("{part} {}", thousands(tally.total()))
            })
            .collect();
        labelled(out, context, "Where", PLAIN, &parts.join(" · "))?;
    }
    if !view.raters.is_empty() {
        let parts: Vec<String> = view
            .raters
            .iter()
            .map(|(rater, count)| {
                let rater = if rater.is_empty() { "nobody".into() } else { clean(rater) };
                format!("{rater} {}", thousands(*count))
            })
            .collect();
        labelled(out, context, "Rated by", PLAIN, &parts.join(" · "))?;
    }
    if context.wants.secrets {
        secrets(report, context, out)?;
    }
    if context.wants.settings {
        settings(report, context, out)?;
    }
    if context.wants.licenses {
        licenses(report, context, out)?;
    }
    if view.hidden.total() > 0 {
        let sentence = format!("{}, as --severity asks", view.hidden.words());
        labelled(out, context, "Hidden", PLAIN, &sentence)?;
    }
    if view.suppressed > 0 {
        let sentence = format!(
            "{} not counted{}",
            count(view.suppressed, "vulnerability is", "vulnerabilities are"),
            if context.filter.suppressed { "" } else { " (--show-suppressed says why)" },
        );
        labelled(out, context, "Set aside", PLAIN, &sentence)?;
    }
    if !report.remarks.is_empty() {
        let unapplied = report.remarks.iter().filter(|remark| remark.unapplied.is_some()).count() as u64;
        let mut sentence = count(report.remarks.len() as u64, "VEX statement", "VEX statements");
        match unapplied {
            0 => sentence.push_str(", all of which apply"),
            some => {
                let _ = write!(
                    sentence,
                    ", {} of which {} not apply",
                    thousands(some),
                    if some == 1 { "does" } else { "do" }
                );
                sentence.push_str(" (-v says why)");
            }
        }
        labelled(out, context, "Remarks", PLAIN, &sentence)?;
    }
    Ok(())
}

/// Programs that nothing names, so that nothing can be looked up for them.
pub(crate) fn unidentified(report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let count_all = report.inventory.unidentified().count() as u64;
    if count_all == 0 {
        return Ok(());
    }
    let sentence = format!(
        "{} no package and no name{}",
        count(count_all, "program has", "programs have"),
        if context.filter.everything { "" } else { " (--all lists them)" },
    );
    labelled(out, context, "Unnamed", PLAIN, &sentence)?;
    if !context.filter.everything {
        return Ok(());
    }
    for (item, program) in report.inventory.unidentified() {
        let mut sentence = clean(&item.fact.place.path.to_text()).to_string();
        if let Some(layer) = item.fact.place.layer.filter(|_| report.layers.len() > 1) {
            let _ = write!(sentence, ", layer {}", layer_number(layer));
        }
        if let Some(digest) = &program.sha256 {
            let _ = write!(sentence, ", {digest}");
        }
        entry(out, context, "", "- ", PLAIN, &sentence)?;
    }
    Ok(())
}

/// What was looked for besides vulnerabilities, in words.
fn looked_for(context: &Context<'_>) -> String {
    let wants = context.wants;
    let asked = [(wants.secrets, "secrets"), (wants.settings, "settings"), (wants.licenses, "licences")];
    let words: Vec<&str> = asked.into_iter().filter(|(asked, _)| *asked).map(|(_, word)| word).collect();
    match &*words {
        [] => "packages".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// How many secrets lie open, and how many of them their providers accept, where they were asked.
fn secrets(report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let counted = || exposed(report).filter(|it| it.suppressed.is_none());
    let tally = Tally::of(counted().map(|it| it.severity));
    let live = counted().filter(|it| it.verified == Some(Verified::Live)).count() as u64;
    let aside = exposed(report).filter(|it| it.suppressed.is_some()).count() as u64;
    let mut sentence = if tally.total() == 0 { "none found".to_owned() } else { tally.words() };
    if live > 0 {
        let _ = write!(sentence, " · {} live", thousands(live));
    }
    if aside > 0 {
        let _ = write!(sentence, " · {} set aside", thousands(aside));
    }
    let style = tally.worst_first().next().map_or(PLAIN, |(severity, _)| severity_style(severity));
    labelled(out, context, "Secrets", style, &sentence)
}

/// How many settings are not as they should be, among how many files.
fn settings(report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let tally = Tally::of(misconfig::settings(report).filter(|it| it.suppressed.is_none()).map(|it| it.severity));
    let files = count(report.inventory.configuration().count() as u64, "file", "files");
    let aside = misconfig::settings(report).filter(|found| found.suppressed.is_some()).count() as u64;
    let words = if tally.total() == 0 { "nothing to object to".to_owned() } else { tally.words() };
    let aside = if aside == 0 { String::new() } else { format!(" · {} set aside", thousands(aside)) };
    labelled(out, context, "Settings", PLAIN, &format!("{words} in {files} of configuration{aside}"))
}

/// How many licences ask for what, and of how many packages nothing is known.
fn licenses(report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let tally = LicenseTally::of(report);
    let mut parts = vec![tally.words()];
    if tally.suppressed > 0 {
        parts.push(format!("{} ignored", thousands(tally.suppressed)));
    }
    if tally.untold > 0 {
        let tell = if tally.untold == 1 { "package tells" } else { "packages tell" };
        parts.push(format!("{} {tell} no licence", thousands(tally.untold)));
    }
    parts.retain(|part| !part.is_empty());
    let sentence = if parts.is_empty() { "none found".to_owned() } else { parts.join(" · ") };
    labelled(out, context, "Licences", PLAIN, &sentence)
}

/// What could not be seen. "No finding" and "cannot tell" must not look alike.
pub(crate) fn coverage(report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let gaps = &report.inventory.gaps;
    if gaps.is_empty() {
        let sentence = if is_judged(report) {
            "complete: everything inside could be read and judged"
        } else {
            "everything inside could be read"
        };
        return labelled(out, context, "Coverage", PLAIN, sentence);
    }
    let sentence = format!(
        "INCOMPLETE: {} not be seen, so there may be more than is listed here",
        count(gaps.len() as u64, "thing could", "things could"),
    );
    labelled(out, context, "Coverage", WARNING, &sentence)?;
    let shown = if context.filter.everything || gaps.len() <= GAPS + 1 { gaps.len() } else { GAPS };
    for gap in &gaps[..shown] {
        let mut sentence = gap.kind.name().to_owned();
        if let Some(layer) = gap.place.layer.filter(|_| report.layers.len() > 1) {
            let _ = write!(sentence, ", layer {}", layer_number(layer));
        }
        if !gap.place.path.as_bytes().is_empty() {
            let _ = write!(sentence, ", {}", clean(&gap.place.path.to_text()));
        }
        let _ = write!(sentence, ": {}", one_line(&gap.detail));
        entry(out, context, "", "- ", PLAIN, &sentence)?;
    }
    if shown < gaps.len() {
        let sentence =
            format!("and {} more: --all or --format json lists them", thousands((gaps.len() - shown) as u64));
        entry(out, context, "", "- ", PLAIN, &sentence)?;
    }
    Ok(())
}

/// What the judgement was based on, and how old that is.
fn knowledge(report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    if report.knowledge.is_empty() {
        return Ok(());
    }
    let parts: Vec<String> = report
        .knowledge
        .iter()
        .map(|known| {
            let newest = known.newest.as_ref().map(|newest| format!("newest {}", head::date(newest)));
            let checked = known.checked.as_ref().and_then(|checked| days_between(checked, context.generated_at));
            let checked = checked.map(|days| match days {
                0 => "checked today".to_owned(),
                1 => "checked a day ago".to_owned(),
                days => format!("checked {days} days ago"),
            });
            let notes: Vec<String> = newest.into_iter().chain(checked).collect();
            let newest = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
            format!("{} {}{newest}", one_line(&known.ecosystem), count(known.advisories, "advisory", "advisories"))
        })
        .collect();
    labelled(out, context, "Data", PLAIN, &parts.join(" · "))?;
    let newest = report.knowledge.iter().filter_map(|known| known.newest.as_deref()).max();
    let age = newest.and_then(|newest| days_between(newest, context.generated_at));
    if let Some(age) = age.filter(|&age| age > STALE_DAYS) {
        let sentence = format!("the advisory data is {age} days old: newer holes are not in it");
        labelled(out, context, "Warning", WARNING, &sentence)?;
    }
    Ok(())
}

/// Whole days from one time to another; none where either is no time.
fn days_between(from: &str, to: &str) -> Option<i64> {
    let seconds = to.parse::<Timestamp>().ok()?.as_second() - from.parse::<Timestamp>().ok()?.as_second();
    Some(seconds / 86_400)
}
