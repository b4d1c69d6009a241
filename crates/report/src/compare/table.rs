//! A comparison for a terminal: the counts first, then the disagreements, those of one cause together.

use std::io::{self, Write};

use super::{Comparison, Disagreement};
use crate::text::{BOLD, DIM, GOOD, Line, PLAIN, WARNING, count, labelled, severity_style, thousands};
use crate::{Context, clean, one_line};

/// Disagreements of one cause that are listed without being asked for more.
const MOST: usize = 20;

/// Writes it.
pub fn write(comparison: &Comparison, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let tools = comparison.tools.each_ref().map(|tool| one_line(tool).into_owned());
    for (label, (tool, findings)) in ["First", "Second"].into_iter().zip(tools.iter().zip(comparison.findings)) {
        labelled(out, context, label, PLAIN, &format!("{tool}, {}", count(findings, "finding", "findings")))?;
    }
    let other = match comparison.by_other_name {
        0 => String::new(),
        number => format!(", {} of them by another name", thousands(number)),
    };
    labelled(out, context, "Agreed", GOOD, &format!("{}{other}", thousands(comparison.agreed)))?;
    let differ = comparison.disagreements.len() as u64;
    let style = if differ == 0 { GOOD } else { WARNING };
    labelled(out, context, "Differ", style, &thousands(differ))?;
    for (cause, number) in comparison.causes() {
        writeln!(out)?;
        Line::new(context).add(BOLD, cause.heading()).add(DIM, &format!(" ({})", thousands(number))).write(out)?;
        let rows: Vec<&Disagreement> = comparison.disagreements.iter().filter(|it| it.cause == cause).collect();
        let shown = if context.filter.everything { rows.len() } else { MOST };
        for row in rows.iter().take(shown) {
            let who = row.only.map_or("both", |side| &tools[side]);
            Line::new(context)
                .space(2)
                .cell(severity_style(row.severity), row.severity.word(), 10)
                .cell(PLAIN, &clean(&row.id), 22)
                .space(1)
                .add(PLAIN, &one_line(&row.subject))
                .write(out)?;
            Line::new(context)
                .space(4)
                .add(DIM, &format!("{who}{} ", if row.only.is_some() { " only;" } else { ";" }))
                .add(PLAIN, &one_line(&row.detail))
                .write(out)?;
        }
        let left = rows.len().saturating_sub(shown) as u64;
        if left > 0 {
            Line::new(context).space(2).add(DIM, &format!("… and {} more (--all)", thousands(left))).write(out)?;
        }
    }
    Ok(())
}
