//! The part of the table about licences: for each class what it means, and for each licence who is under it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use model::{Finding, LayerIndex, LicenseClass, LicenseFinding, Report};

use crate::text::{BOLD, DIM, Line, PLAIN, columns, count, entry, severity_style, thousands};
use crate::view::layer_number;
use crate::{Context, clean, one_line};

/// Licences of a class to list, unless everything is asked for.
const LICENSES: usize = 12;
/// Names behind a licence.
const NAMES: usize = 4;
/// Columns of a licence.
const WIDEST: usize = 40;

/// Who is under one licence.
#[derive(Default)]
struct Users<'a> {
    packages: BTreeSet<&'a str>,
    files: BTreeSet<String>,
    layers: BTreeSet<LayerIndex>,
}

pub(super) fn write(report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut classes: BTreeMap<(LicenseClass, bool), BTreeMap<&str, Users<'_>>> = BTreeMap::new();
    for found in report.findings.iter().filter_map(Finding::license) {
        let is_shown = context.filter.shows(found.class.severity());
        let aside = found.suppressed.is_some();
        if is_shown && (!aside || context.filter.suppressed) {
            add(report, found, classes.entry((found.class, aside)).or_default());
        }
    }
    for ((class, aside), licenses) in classes {
        writeln!(out)?;
        heading(class, aside, context, out)?;
        let mut rows: Vec<(&str, Users<'_>)> = licenses.into_iter().collect();
        rows.sort_by_key(|(license, users)| (std::cmp::Reverse(users.packages.len() + users.files.len()), *license));
        let fits = context.filter.everything || rows.len() <= LICENSES + 1;
        let shown = if fits { rows.len() } else { LICENSES };
        let widest = rows[..shown].iter().map(|(license, _)| columns(&clean(license))).max().unwrap_or(0).min(WIDEST);
        for (license, users) in &rows[..shown] {
            let mut line = Line::new(context);
            line.space(2).cell(PLAIN, &clean(license), widest).space(2).add(PLAIN, &told(users));
            if report.layers.len() > 1 {
                line.add(DIM, &layers(users));
            }
            line.write(out)?;
        }
        if shown < rows.len() {
            let text = format!("… and {} more licences (--all lists them)", thousands((rows.len() - shown) as u64));
            Line::new(context).space(2).add(DIM, &text).write(out)?;
        }
    }
    Ok(())
}

fn add<'a>(report: &'a Report, found: &'a LicenseFinding, licenses: &mut BTreeMap<&'a str, Users<'a>>) {
    let Some(item) = report.inventory.items.get(found.item) else { return };
    for license in &found.licenses {
        let users = licenses.entry(license).or_default();
        match item.package() {
            Some(package) => drop(users.packages.insert(&*package.name)),
            None => drop(users.files.insert(item.fact.place.path.to_text().into_owned())),
        }
        users.layers.extend(item.fact.place.layer);
    }
}

/// `Restricted licences (high)`, and what that means.
fn heading(class: LicenseClass, aside: bool, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let aside = if aside { ", not counted" } else { "" };
    let severity = class.severity();
    let mut word = class.word().to_owned();
    word[..1].make_ascii_uppercase();
    Line::new(context)
        .add(BOLD, &format!("{word} licences"))
        .add(PLAIN, " (")
        .add(severity_style(severity), severity.word())
        .add(PLAIN, &format!("{aside})"))
        .write(out)?;
    let (why, remedy) = licenses::meaning(class);
    entry(out, context, "", "", DIM, &format!("{why}. {remedy}"))
}

/// `3 packages: a, b, c`.
fn told(users: &Users<'_>) -> String {
    let files: Vec<&str> = users.files.iter().map(String::as_str).collect();
    let packages: Vec<&str> = users.packages.iter().copied().collect();
    let part = |names: &[&str], one, many| {
        if names.is_empty() {
            return None;
        }
        let mut named: Vec<_> = names.iter().take(NAMES).map(|name| one_line(name).into_owned()).collect();
        if names.len() > NAMES {
            named.push("…".into());
        }
        Some(format!("{}: {}", count(names.len() as u64, one, many), named.join(", ")))
    };
    let parts = [part(&packages, "package", "packages"), part(&files, "file", "files")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn layers(users: &Users<'_>) -> String {
    match (users.layers.first(), users.layers.last()) {
        (Some(first), Some(last)) if first == last => format!(" · layer {}", layer_number(*first)),
        (Some(first), Some(last)) => format!(" · layers {} to {}", layer_number(*first), layer_number(*last)),
        _ => String::new(),
    }
}
