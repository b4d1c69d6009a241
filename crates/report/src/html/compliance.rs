//! Frameworks on the page: a table for each, of all its controls.

use std::fmt::Write as _;

use model::{Compliance, Control, ControlStatus, Report};

use crate::markdown::html;
use crate::table::compliance::{failed, tally, words};
use crate::text::thousands;

pub(super) fn write(page: &mut String, report: &Report) {
    for compliance in &report.compliance {
        framework(page, compliance);
    }
}

fn framework(page: &mut String, compliance: &Compliance) {
    let _ = write!(
        page,
        "<section class=\"compliance\">\n<h2>{} {}</h2>\n<p>{}</p>\n<table>\n<thead><tr><th scope=\"col\">Status</th>\
         <th scope=\"col\">Control</th><th scope=\"col\">What it asks for</th><th scope=\"col\">Why</th></tr></thead>\n<tbody>\n",
        html(&compliance.title),
        html(&compliance.version),
        tally(compliance),
    );
    for control in &compliance.controls {
        let _ = writeln!(
            page,
            "<tr><td data-label=\"Status\"><span class=\"badge {}\">{}</span></td><td data-label=\"Control\">{}</td>\
             <td data-label=\"What\">{}</td><td data-label=\"Why\">{}</td></tr>",
            tone(control.status),
            words(control.status),
            html(&control.id),
            html(&control.title),
            why(control),
        );
    }
    page.push_str("</tbody>\n</table>\n</section>\n");
}

fn tone(status: ControlStatus) -> &'static str {
    match status {
        ControlStatus::Failed => "high",
        ControlStatus::Accepted => "medium",
        ControlStatus::NotAssessed => "unknown",
        ControlStatus::Passed => "good",
    }
}

/// What it was assessed by, or why it was not.
fn why(control: &Control) -> String {
    let mut lines = Vec::new();
    if !control.reason.is_empty() {
        lines.push(html(&control.reason));
    }
    for evidence in &control.evidence {
        let text = if evidence.failed > 0 || evidence.accepted > 0 {
            failed(evidence)
        } else {
            let unknown = match evidence.unknown {
                0 => String::new(),
                unknown => format!(", {} of them not known", thousands(unknown)),
            };
            format!("{}: {} {}{unknown}", evidence.by, thousands(evidence.examined), evidence.of)
        };
        lines.push(html(&text));
    }
    if let Some(manual) = &control.manual {
        lines.push(format!("<span class=\"dim\">By hand: {}</span>", html(manual)));
    }
    lines.join("<br>")
}
