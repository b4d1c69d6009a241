//! One page of HTML that needs nothing else: what to fix first, then why, then everything, to be searched and filtered.
//!
//! It is written by hand and not by a template: the parts are few, and here the compiler checks that every name is escaped. The
//! page asks no network for anything and its policy forbids it to (CSP level 3): the only script that runs is the one whose
//! hash stands in the policy. Without scripts everything can be read; with them it can be filtered.

mod charts;
mod compliance;
mod findings;

use std::fmt::Write as _;
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Digest, LayerIndex, Report, Severity};

use crate::first::steps;
use crate::issue::{Issue, issues};
use crate::markdown::{html, verdict};
use crate::subject::platform;
use crate::text::{bytes, count, thousands};
use crate::view::{View, class_word, layer_number};
use crate::{Context, one_line};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let title = reports.first().map_or_else(String::new, |report| html(&report.image.origin.reference));
    let (style, script) = (hash(STYLE), hash(SCRIPT));
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{style}'; \
         script-src '{script}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title} – Plimsoll</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    )?;
    if reports.len() > 1 {
        writeln!(out, "<nav aria-label=\"Platforms\">")?;
        for (number, report) in reports.iter().enumerate() {
            writeln!(out, "<a href=\"#report-{number}\">{}</a>", html(&platform(report)))?;
        }
        writeln!(out, "</nav>")?;
    }
    for (number, report) in reports.iter().enumerate() {
        out.write_all(article(number, report, context).as_bytes())?;
    }
    writeln!(
        out,
        "<footer>Made by Plimsoll {} at {}.</footer>\n<script>{SCRIPT}</script>\n</body>\n</html>",
        html(context.version),
        html(context.generated_at)
    )
}

/// The hash by which a policy knows a style or a script.
fn hash(text: &str) -> String {
    let digest = Digest::sha256(text.as_bytes()).to_string();
    let hex = digest.rsplit(':').next().unwrap_or_default();
    let byte = |at: usize| hex.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let raw: Vec<u8> = (0..hex.len()).step_by(2).filter_map(byte).collect();
    format!("sha256-{}", STANDARD.encode(raw))
}

fn article(number: usize, report: &Report, context: &Context<'_>) -> String {
    let issues = issues(report, &context.filter);
    let view = View::new(report, context);
    let mut page = format!("<article id=\"report-{number}\">\n");
    header(&mut page, report, &view, &issues, context);
    first(&mut page, report, &issues, context);
    charts::write(&mut page, report, &view, &issues);
    findings::write(&mut page, number, report, &issues);
    compliance::write(&mut page, report);
    layers(&mut page, report, &issues);
    coverage(&mut page, report);
    page.push_str("</article>\n");
    page
}

fn header(page: &mut String, report: &Report, view: &View<'_>, issues: &[Issue<'_>], context: &Context<'_>) {
    let worst = issues.iter().filter(|issue| issue.suppressed.is_none()).map(|issue| issue.severity).max();
    let tone = match worst {
        Some(severity) => severity.word(),
        None if report.inventory.gaps.is_empty() && view.judged => "good",
        None => "unknown",
    };
    let _ = write!(
        page,
        "<header class=\"{tone}\">\n<p class=\"image\">{}</p>\n<h1>{}</h1>\n",
        html(&report.image.origin.reference),
        html(&verdict(report, view, issues, context)),
    );
    let mut facts = Vec::new();
    let platform = platform(report);
    if !platform.is_empty() {
        facts.push(html(&platform));
    }
    if let Some(distro) = &report.inventory.distro {
        let name =
            if distro.name.is_empty() { format!("{} {}", distro.id, distro.version) } else { distro.name.clone() };
        facts.push(html(&name));
    }
    facts.push(count(report.inventory.packages().count() as u64, "package", "packages"));
    facts.push(count(report.image.layers.len() as u64, "layer", "layers"));
    if let Some(created) = &report.image.config.created {
        facts.push(format!("built {}", html(created.split('T').next().unwrap_or_default())));
    }
    if let Some(digest) = report.image.origin.manifest.as_ref().or(report.image.origin.id.as_ref()) {
        facts.push(format!("<code>{digest}</code>"));
    }
    let _ = writeln!(page, "<p class=\"facts\">{}</p>", facts.join(" · "));
    if !report.inventory.gaps.is_empty() {
        let things = count(report.inventory.gaps.len() as u64, "thing", "things");
        let _ = writeln!(
            page,
            "<p class=\"note\"><strong>Incomplete.</strong> {things} could not be seen, so there may be more than is listed \
             here: see <em>What this is based on</em> below.</p>"
        );
    }
    page.push_str("</header>\n");
}

fn first(page: &mut String, report: &Report, issues: &[Issue<'_>], context: &Context<'_>) {
    let steps = steps(report, issues, context);
    page.push_str("<section class=\"first\">\n<h2>What to fix first</h2>\n");
    if steps.is_empty() {
        page.push_str("<p>Nothing that anybody can do something about now.</p>\n</section>\n");
        return;
    }
    page.push_str("<ol>\n");
    for step in &steps {
        let badge = step.severity.map(badge).unwrap_or_default();
        let why = if step.why.is_empty() { String::new() } else { format!("<small>{}</small>", html(&step.why)) };
        let _ = writeln!(page, "<li>{badge}<span>{}{why}</span></li>", html(&step.text));
    }
    page.push_str("</ol>\n</section>\n");
}

/// The severity as a word on its colour.
fn badge(severity: Severity) -> String {
    format!("<span class=\"badge {0}\">{0}</span> ", severity.word())
}

/// What each layer brought along.
fn layers(page: &mut String, report: &Report, issues: &[Issue<'_>]) {
    if report.layers.len() < 2 {
        return;
    }
    page.push_str(
        "<section>\n<h2>Layers</h2>\n<table class=\"layers\">\n<thead><tr><th scope=\"col\">#</th>\
         <th scope=\"col\">Part</th><th scope=\"col\">Instruction</th><th scope=\"col\">Size</th>\
         <th scope=\"col\">Findings</th></tr></thead>\n<tbody>\n",
    );
    for (index, layer) in (0..).map(LayerIndex).zip(&report.layers) {
        let found: Vec<Severity> = issues
            .iter()
            .filter(|issue| issue.layer() == Some(index) && issue.suppressed.is_none())
            .map(|issue| issue.severity)
            .collect();
        let worst = found.iter().max().map(|severity| badge(*severity)).unwrap_or_default();
        let instruction = report.image.instruction(index).map(html).unwrap_or_default();
        let _ = writeln!(
            page,
            "<tr><td data-label=\"Layer\">{}</td><td data-label=\"Part\">{}</td><td data-label=\"Instruction\">\
             <code>{instruction}</code></td><td data-label=\"Size\">{}</td><td data-label=\"Findings\">{worst}{}</td></tr>",
            layer_number(index),
            class_word(layer.class),
            bytes(layer.bytes),
            thousands(found.len() as u64),
        );
    }
    page.push_str("</tbody>\n</table>\n</section>\n");
}

/// What could not be seen, and what the judgement knew.
fn coverage(page: &mut String, report: &Report) {
    page.push_str("<section>\n<h2>What this is based on</h2>\n");
    if report.inventory.gaps.is_empty() {
        page.push_str("<p>Everything inside could be read.</p>\n");
    } else {
        page.push_str("<p>This could not be seen:</p>\n<ul class=\"gaps\">\n");
        for gap in &report.inventory.gaps {
            let path = gap.place.path.to_text();
            let path = if path.is_empty() { String::new() } else { format!("<code>{}</code>: ", html(&path)) };
            let _ =
                writeln!(page, "<li>{path}{} <span class=\"dim\">({})</span></li>", html(&gap.detail), gap.kind.name());
        }
        page.push_str("</ul>\n");
    }
    if !report.knowledge.is_empty() {
        page.push_str("<table class=\"knowledge\">\n<thead><tr><th scope=\"col\">Advisories about</th><th scope=\"col\">How many</th><th scope=\"col\">Newest</th><th scope=\"col\">Packages judged</th></tr></thead>\n<tbody>\n");
        for known in &report.knowledge {
            let newest =
                known.newest.as_deref().map(|time| one_line(time.split('T').next().unwrap_or_default()).into_owned());
            let _ = writeln!(
                page,
                "<tr><td data-label=\"About\">{}</td><td data-label=\"Advisories\">{}</td><td data-label=\"Newest\">{}</td><td data-label=\"Packages\">{}</td></tr>",
                html(&known.ecosystem),
                thousands(known.advisories),
                html(&newest.unwrap_or_default()),
                thousands(known.packages),
            );
        }
        page.push_str("</tbody>\n</table>\n");
    }
    page.push_str("</section>\n");
}

#[cfg(test)]
mod tests;
