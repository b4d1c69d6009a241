//! Frameworks in the table: what became of their controls, those that fail first.

use std::io::{self, Write};

use anstyle::Style;
use model::{Compliance, Control, ControlStatus, Evidence, Report};

use crate::text::{BOLD, DIM, GOOD, Line, PLAIN, WARNING, columns, count, thousands, wrap};
use crate::{Context, one_line};

/// Controls of a framework that could not be assessed, unless everything is asked for.
const NOT_ASSESSED: usize = 5;
/// Findings of a control.
const FINDINGS: usize = 3;
/// The column at which the number of a control begins.
const NUMBER: usize = 16;

pub(super) fn write(report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    for compliance in &report.compliance {
        framework(compliance, context, out)?;
    }
    Ok(())
}

fn framework(compliance: &Compliance, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let title = format!("{} {}", one_line(&compliance.title), one_line(&compliance.version));
    writeln!(out)?;
    Line::new(context).add(BOLD, &title).add(PLAIN, &format!(": {}", tally(compliance))).write(out)?;
    let width = compliance.controls.iter().map(|it| columns(&one_line(&it.id))).max().unwrap_or_default();
    for status in ControlStatus::ALL {
        let controls: Vec<_> = compliance.controls.iter().filter(|it| it.status == status).collect();
        let folds = status == ControlStatus::NotAssessed && !context.filter.everything;
        let shown = if folds && controls.len() > NOT_ASSESSED + 1 { NOT_ASSESSED } else { controls.len() };
        for it in &controls[..shown] {
            control(it, width, context, out)?;
        }
        if shown < controls.len() {
            let left = (controls.len() - shown) as u64;
            let text = format!("… and {} not assessed (--all lists them)", count(left, "more is", "more are"));
            Line::new(context).space(NUMBER).add(DIM, &text).write(out)?;
        }
    }
    Ok(())
}

/// `2 failed, 14 passed, 101 not assessed`.
pub(crate) fn tally(compliance: &Compliance) -> String {
    let counts = ControlStatus::ALL.map(|status| (compliance.count(status), words(status)));
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    counts.map(|(count, word)| format!("{} {word}", thousands(count as u64))).collect::<Vec<_>>().join(", ")
}

/// The status for people.
pub(crate) fn words(status: ControlStatus) -> &'static str {
    if status == ControlStatus::NotAssessed { "not assessed" } else { status.word() }
}

fn style(status: ControlStatus) -> Style {
    match status {
        ControlStatus::Failed => WARNING,
        ControlStatus::Accepted => PLAIN,
        ControlStatus::NotAssessed => DIM,
        ControlStatus::Passed => GOOD,
    }
}

fn control(control: &Control, width: usize, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let status = words(control.status);
    let mut line = Line::new(context);
    line.space(2).add(style(control.status), status).space(NUMBER.saturating_sub(2 + columns(status)));
    line.cell(PLAIN, &one_line(&control.id), width).space(2).add(PLAIN, &one_line(&control.title)).write(out)?;
    let indent = NUMBER + width + 2;
    let mut said = |text: &str| -> io::Result<()> {
        for row in wrap(text, context.width.saturating_sub(indent).max(40)) {
            Line::new(context).space(indent).add(DIM, &row).write(out)?;
        }
        Ok(())
    };
    match control.status {
        ControlStatus::Failed | ControlStatus::Accepted => {
            for evidence in control.evidence.iter().filter(|it| it.failed > 0 || it.accepted > 0) {
                said(&failed(evidence))?;
            }
        }
        ControlStatus::NotAssessed => {
            said(&one_line(
                control.manual.as_deref().filter(|_| control.evidence.is_empty()).unwrap_or(&control.reason),
            ))?;
        }
        // What stands beside a control that passes is still to be done.
        ControlStatus::Passed => {
            let sum: u64 = control.evidence.iter().map(|it| it.examined).sum();
            let rules = count(control.evidence.len() as u64, "check", "checks");
            let manual = control.manual.as_deref().map(|text| format!(" By hand: {text}")).unwrap_or_default();
            said(&one_line(&format!("{rules} of {} things.{manual}", thousands(sum))))?;
        }
    }
    Ok(())
}

/// `PLM-K8S-POD-001: 2 of 5 resources: web.yaml:12 default/Deployment/web`.
pub(crate) fn failed(evidence: &Evidence) -> String {
    let Evidence { by, of, examined, failed, accepted, findings, .. } = evidence;
    let accepted = if *accepted > 0 { format!(", {} set aside", thousands(*accepted)) } else { String::new() };
    let counts = match &**of {
        "resources" => format!("{} of {} {of}", thousands(*failed), thousands(*examined)),
        of => format!("{} in {} {of}", count(*failed, "finding", "findings"), thousands(*examined)),
    };
    let shown = &findings[..findings.len().min(FINDINGS)];
    let shown = if shown.is_empty() { String::new() } else { format!(": {}", shown.join("; ")) };
    let more = if findings.len() > FINDINGS { " …" } else { "" };
    one_line(&format!("{by}: {counts}{accepted}{shown}{more}")).into_owned()
}
