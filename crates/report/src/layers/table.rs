//! The view of the layers as people read it: one block per layer, then what to change.

use std::fmt::Write as _;
use std::io::{self, Write};

use model::Report;

use super::{Layer, Total, advice, layers};
use crate::text::{BOLD, DIM, GOOD, Line, PLAIN, WARNING, bytes, count, entry, labelled, severity_style, thousands};
use crate::view::{View, class_word, is_judged, layer_number};
use crate::{Context, clean, one_line};

/// Files to list per layer, unless everything is asked for.
const FILES: usize = 5;

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (index, report) in reports.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let view = View::new(report, context);
        crate::table::head::write(report, &view.ends_of_life, context, out)?;
        let layers = layers(report);
        for layer in &layers {
            writeln!(out)?;
            block(report, layer, context, out)?;
        }
        writeln!(out)?;
        let total = Total::of(report);
        let share = total.share();
        let sentence = format!(
            "{} in {}, {} of it wasted ({}.{} %)",
            bytes(total.size),
            count(layers.len() as u64, "layer", "layers"),
            bytes(total.wasted),
            share / 10,
            share % 10
        );
        labelled(out, context, "Total", PLAIN, &sentence)?;
        changes(&layers, context, out)?;
        crate::table::coverage(report, context, out)?;
        crate::table::head::tool(context, out)?;
    }
    Ok(())
}

fn block(report: &Report, layer: &Layer<'_>, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut line = Line::new(context);
    line.add(BOLD, &format!("Layer {}", layer_number(layer.index)))
        .add(PLAIN, &format!(" · {}", class_word(layer.class)));
    if let Some(instruction) = layer.instruction {
        line.add(PLAIN, " · ").add(BOLD, &one_line(instruction));
    }
    line.write(out)?;

    let summary = layer.summary;
    let mut line = Line::new(context);
    line.space(4).add(PLAIN, &format!("{} · {}", bytes(summary.bytes), count(summary.files, "file", "files")));
    if let Some(diff_id) = layer.diff_id {
        line.add(DIM, &format!(" · {}:{}", diff_id.algorithm(), diff_id.short()));
    }
    line.write(out)?;

    if !layer.packages.is_empty() {
        let mut names: Vec<&str> = layer.packages.iter().map(|package| &*package.name).collect();
        names.sort_unstable();
        names.dedup();
        let names: Vec<_> = names.into_iter().take(40).map(clean).collect();
        let mut line = Line::new(context);
        line.space(4).add(PLAIN, &count(layer.packages.len() as u64, "package", "packages"));
        line.add(DIM, &format!(": {}", names.join(", "))).write(out)?;
    }
    if is_judged(report) && layer.vulnerabilities.total() > 0 {
        let mut line = Line::new(context);
        line.space(4).add(PLAIN, &count(layer.vulnerabilities.total(), "vulnerability", "vulnerabilities"));
        line.add(PLAIN, ": ");
        for (index, (severity, number)) in layer.vulnerabilities.worst_first().enumerate() {
            line.add(PLAIN, if index > 0 { ", " } else { "" });
            line.add(severity_style(severity), &format!("{} {}", thousands(number), severity.word()));
        }
        line.write(out)?;
    }
    waste(layer, context, out)
}

fn waste(layer: &Layer<'_>, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let summary = layer.summary;
    if summary.wasted_bytes == 0 && summary.removed_later_count == 0 {
        return Ok(());
    }
    let mut sentence = format!("{} wasted", bytes(summary.wasted_bytes));
    if summary.removed_later_count > 0 {
        let _ = write!(
            sentence,
            ", {} removed or replaced by later layers",
            count(summary.removed_later_count, "file is", "files are")
        );
    }
    Line::new(context).space(4).add(WARNING, &sentence).write(out)?;
    let listed = summary.removed_later.len();
    let shown = if context.filter.everything || listed <= FILES + 1 { listed } else { FILES };
    for file in &summary.removed_later[..shown] {
        let done = if file.replaced { "replaced" } else { "deleted" };
        let size = bytes(file.bytes);
        Line::new(context)
            .space(6)
            .space(9_usize.saturating_sub(size.len()))
            .add(PLAIN, &size)
            .space(2)
            .add(DIM, &format!("{done} by layer {}  ", layer_number(file.by)))
            .add(PLAIN, &clean(&file.path.to_text()))
            .write(out)?;
    }
    let more = summary.removed_later_count.saturating_sub(shown as u64);
    if more > 0 {
        Line::new(context).space(6).add(DIM, &format!("… and {} more", thousands(more))).write(out)?;
    }
    Ok(())
}

fn changes(layers: &[Layer<'_>], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let changes = advice::advice(layers);
    if changes.is_empty() {
        return labelled(out, context, "Advice", GOOD, "nothing worth a change");
    }
    let mut label = "Advice";
    for (number, change) in (1..).zip(&changes) {
        let saves = change.saves.map(|saves| format!(" Saves {}.", bytes(saves))).unwrap_or_default();
        let marker = if changes.len() == 1 { String::new() } else { format!("{number}. ") };
        entry(out, context, label, &marker, PLAIN, &format!("{}{saves}", change.text))?;
        label = "";
    }
    Ok(())
}
