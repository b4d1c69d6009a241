//! A comparison in Markdown, for a ticket or the summary of a job: the counts, and a folded table for each cause.

use std::io::{self, Write};

use super::Comparison;
use crate::Context;
use crate::markdown::{code, escaped};
use crate::text::thousands;

/// Rows of one cause; a summary of a job takes a mebibyte.
const MOST: usize = 200;

/// Writes it.
pub fn write(comparison: &Comparison, _: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let tools = comparison.tools.each_ref().map(|tool| escaped(tool));
    writeln!(out, "## {} and {}\n", tools[0], tools[1])?;
    writeln!(out, "| | {} | {} |\n|---|---:|---:|", tools[0], tools[1])?;
    let [one, other] = comparison.findings.map(thousands);
    writeln!(out, "| findings | {one} | {other} |\n")?;
    let agreed = thousands(comparison.agreed);
    writeln!(out, "They agree about {agreed}, {} of them by different names.\n", thousands(comparison.by_other_name))?;
    for (cause, number) in comparison.causes() {
        writeln!(out, "<details><summary>{} ({})</summary>\n", cause.heading(), thousands(number))?;
        writeln!(out, "| severity | finding | of | reported by | |\n|---|---|---|---|---|")?;
        let rows = comparison.disagreements.iter().filter(|row| row.cause == cause);
        for row in rows.take(MOST) {
            let who = row.only.map_or("both", |side| &tools[side]);
            let (word, id, subject) = (row.severity.word(), code(&row.id), code(&row.subject));
            writeln!(out, "| {word} | {id} | {subject} | {who} | {} |", escaped(&row.detail))?;
        }
        if number > MOST as u64 {
            writeln!(out, "\n… and {} more.", thousands(number - MOST as u64))?;
        }
        writeln!(out, "\n</details>\n")?;
    }
    Ok(())
}
