//! The middle of the table: the packages with vulnerabilities, by part of the image, and one line per vulnerability.

use std::fmt::Write as _;
use std::io::{self, Write};

use model::{FixState, LayerClass, LayerIndex, Report, Severity, VexStatus};

use crate::text::{BOLD, DIM, GOOD, Line, PLAIN, WARNING, columns, count, severity_style, thousands};
use crate::view::{Group, Row, Spot, Tally, View, layer_number};
use crate::{Context, clean, one_line};

/// A package with more vulnerabilities than this is folded, unless everything is asked for.
const ROWS: usize = 12;
/// From this many columns on there is room to say who rated a vulnerability.
const WIDE: usize = 110;

pub(super) fn write(report: &Report, view: &View<'_>, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let grid = Grid::new(view, context);
    let mut class = None;
    for group in &view.groups {
        if class != Some(group.class) {
            class = Some(group.class);
            writeln!(out)?;
            heading(report, view, group.class, context, out)?;
        }
        title(report, group, context, out)?;
        let shown = if context.filter.everything { group.rows.len() } else { shown(&group.rows) };
        for row in &group.rows[..shown] {
            grid.write(group, row, context, out)?;
        }
        if shown < group.rows.len() {
            let rest = Tally::of(group.rows[shown..].iter().map(|row| row.vulnerability.severity));
            let text = format!("… and {} more: {} (--all lists them)", thousands(rest.total()), rest.words());
            Line::new(context).space(4).add(DIM, &text).write(out)?;
        }
    }
    Ok(())
}

/// How many rows of a group to list: the critical ones in any case, for the others what a person can take in. A fold of
/// one row would save nothing.
fn shown(rows: &[Row<'_>]) -> usize {
    let critical = rows.iter().take_while(|row| row.vulnerability.severity == Severity::Critical).count();
    let shown = critical.max(ROWS);
    if rows.len() <= shown + 1 { rows.len() } else { shown }
}

/// `Base image, layers 1 to 3: 14 vulnerabilities`.
fn heading(
    report: &Report,
    view: &View<'_>,
    class: LayerClass,
    context: &Context<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut text = match class {
        LayerClass::Base => "Base image".to_owned(),
        LayerClass::Middle => "Middle layers".to_owned(),
        LayerClass::App if report.layers.len() == 1 => "Packages".to_owned(),
        LayerClass::App => "Application".to_owned(),
    };
    if report.layers.len() > 1 {
        let numbers: Vec<u64> =
            (1..).zip(&report.layers).filter(|(_, layer)| layer.class == class).map(|(number, _)| number).collect();
        if let [first, .., last] = &*numbers {
            let _ = write!(text, ", layers {first} to {last}");
        } else if let [only] = &*numbers {
            let _ = write!(text, ", layer {only}");
        }
    }
    let found = view.classes.iter().find(|(known, _)| *known == class).map_or(0, |(_, tally)| tally.total());
    let found = count(found, "vulnerability", "vulnerabilities");
    Line::new(context).add(BOLD, &text).add(PLAIN, ": ").add(PLAIN, &found).write(out)
}

/// `openssl 3.0.11-1 (libssl3, openssl) · layer 1 · ADD rootfs.tar.xz /`.
fn title(report: &Report, group: &Group<'_>, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut line = Line::new(context);
    line.space(2).add(BOLD, &clean(group.name)).add(PLAIN, " ").add(PLAIN, &clean(group.version));
    let packages: Vec<_> = group.packages.iter().map(|name| clean(name)).collect();
    if packages.iter().any(|name| *name != group.name) {
        line.add(PLAIN, &format!(" ({})", shortened(&packages, 4)));
    }
    let mut spots = group.spots.iter();
    if let Some(first) = spots.next() {
        line.add(DIM, &format!(" · {}", place(report, first)));
        match spots.len() {
            0 => {}
            more => {
                line.add(DIM, &format!(" · and {}", count(more as u64, "other place", "other places")));
            }
        }
        if let Some(instruction) = first.layer.and_then(|layer| instruction(report, layer)) {
            line.add(DIM, &format!(" · {instruction}"));
        }
    }
    line.write(out)
}

fn place(report: &Report, spot: &Spot<'_>) -> String {
    let mut parts = Vec::new();
    if let Some(layer) = spot.layer.filter(|_| report.layers.len() > 1) {
        parts.push(format!("layer {}", layer_number(layer)));
    }
    if let Some(path) = spot.path {
        parts.push(clean(&path.to_text()).into_owned());
    } else if parts.is_empty() {
        parts.push("installed".into());
    }
    if let Some(layer) = spot.removed {
        parts.push(format!("removed by layer {}", layer_number(layer)));
    }
    parts.join(" · ")
}

/// The instruction that made a layer, on one line.
pub(super) fn instruction(report: &Report, layer: LayerIndex) -> Option<String> {
    report.image.instruction(layer).map(|instruction| one_line(instruction).into_owned())
}

fn shortened(names: &[std::borrow::Cow<'_, str>], room: usize) -> String {
    match names.len() {
        all if all <= room => names.join(", "),
        all => format!("{}, {} more", names[..room - 1].join(", "), all - room + 1),
    }
}

/// Columns that all vulnerabilities of a table share.
struct Grid {
    severity: usize,
    id: usize,
    fix: usize,
    rating: usize,
}

impl Grid {
    fn new(view: &View<'_>, context: &Context<'_>) -> Self {
        let wide = context.width >= WIDE;
        let widest = |width: fn(&Row<'_>) -> usize, least: usize, most: usize| {
            view.groups.iter().flat_map(|group| &group.rows).map(width).max().unwrap_or(0).clamp(least, most)
        };
        Self {
            severity: widest(|row| row.vulnerability.severity.word().len(), 6, 10),
            id: widest(|row| columns(&clean(&row.vulnerability.id)), 13, 20),
            fix: widest(|row| columns(&fix(row)), 6, if wide { 32 } else { 22 }),
            rating: if wide { widest(|row| columns(&rating(row)), 0, 14) } else { 0 },
        }
    }

    /// `CRITICAL  CVE-2023-5363  9.8 GHSA  → 3.1.4-r0  Incorrect cipher key …`.
    fn write(&self, group: &Group<'_>, row: &Row<'_>, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
        let vulnerability = row.vulnerability;
        let mut line = Line::new(context);
        line.space(4)
            .cell(severity_style(vulnerability.severity), &vulnerability.severity.word().to_uppercase(), self.severity)
            .space(2)
            .cell(PLAIN, &clean(&vulnerability.id), self.id)
            .space(2);
        if self.rating > 0 {
            line.cell(DIM, &rating(row), self.rating).space(2);
        }
        let style = if vulnerability.state == FixState::Fixed { GOOD } else { DIM };
        line.cell(style, &fix(row), self.fix).space(2);
        if let Some(reason) = &vulnerability.suppressed {
            line.add(DIM, &format!("not counted: {}", one_line(reason)));
            return line.write(out);
        }
        if line.left() >= 12 {
            if row.packages.len() < group.packages.len() {
                let packages: Vec<_> = row.packages.iter().map(|name| clean(name)).collect();
                line.add(DIM, &format!("only {}: ", shortened(&packages, 3)));
            }
            if let Some(exploited) = &vulnerability.exploited {
                line.add(WARNING, if exploited.ransomware { "exploited, for ransom: " } else { "exploited: " });
            }
            if let Some(word) = row.remark.and_then(|remark| word(remark.status)) {
                line.add(DIM, &format!("{word}: "));
            }
            line.add(PLAIN, &one_line(&vulnerability.summary));
        }
        line.write(out)
    }
}

fn fix(row: &Row<'_>) -> String {
    match (&row.vulnerability.fixed, row.vulnerability.state) {
        (Some(version), _) => format!("→ {}", clean(version)),
        (None, FixState::Fixed) => "fixed".into(),
        (None, FixState::NotFixed) => "no fix".into(),
        (None, FixState::WillNotFix) => "will not be fixed".into(),
        (None, FixState::Deferred) => "fix put off".into(),
        (None, FixState::EndOfLife) => "no longer fixed".into(),
        (None, FixState::UnderInvestigation) => "being looked into".into(),
    }
}

/// What those who know the product say of a vulnerability that counts.
fn word(status: VexStatus) -> Option<&'static str> {
    match status {
        VexStatus::Affected => Some("confirmed"),
        VexStatus::UnderInvestigation => Some("under investigation"),
        VexStatus::NotAffected | VexStatus::Fixed => None,
    }
}

/// The score and who gave it: `9.8 GHSA`.
fn rating(row: &Row<'_>) -> String {
    let source = clean(crate::view::rater(&row.vulnerability.severity_source));
    match row.vulnerability.score {
        Some(score) => format!("{score:.1} {source}").trim_end().to_owned(),
        None => source.into_owned(),
    }
}
