//! The secrets in the table: what each is, where it lies, what it opens and what to do.

use std::io::{self, Write};

use model::{Committed, ExposedSecret, Finding, ImagePath, Report, Spot, Still, Verified};

use crate::table::packages::instruction;
use crate::text::{BOLD, DIM, Line, PLAIN, columns, count, severity_style, wrap};
use crate::view::layer_number;
use crate::{Context, clean, one_line};

/// More are folded, unless everything is asked for.
const ROWS: usize = 20;
/// The column at which the sentences begin, below the name.
const INDENT: usize = 12;

pub(super) fn write(report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let filter = &context.filter;
    let (mut all, aside): (Vec<&ExposedSecret>, Vec<_>) =
        exposed(report).filter(|secret| filter.shows(secret.severity)).partition(|secret| secret.suppressed.is_none());
    if all.is_empty() && aside.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    let mut heading = Line::new(context);
    heading.add(BOLD, "Secrets").add(PLAIN, &format!(": {}", all.len()));
    if !aside.is_empty() {
        let hint = if filter.suppressed { "" } else { " (--show-suppressed lists them)" };
        heading.add(DIM, &format!(", and {} that do not count{hint}", aside.len()));
    }
    heading.write(out)?;
    if filter.suppressed {
        all.extend(aside);
    }
    let shown = if context.filter.everything || all.len() <= ROWS + 1 { all.len() } else { ROWS };
    for secret in &all[..shown] {
        entry(report, secret, context, out)?;
    }
    if shown < all.len() {
        let more = count((all.len() - shown) as u64, "more secret", "more secrets");
        Line::new(context).space(2).add(DIM, &format!("… and {more} (--all lists them)")).write(out)?;
    }
    Ok(())
}

fn entry(report: &Report, exposed: &ExposedSecret, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let severity = exposed.severity.word();
    let mut line = Line::new(context);
    line.space(2).add(severity_style(exposed.severity), severity).space(INDENT.saturating_sub(2 + columns(severity)));
    let text = context.texts.and_then(|texts| texts.get(&exposed.secret.fingerprint));
    let shown = text.map_or_else(|| clean(&exposed.secret.redacted), |text| one_line(text));
    line.add(BOLD, &exposed.name).add(PLAIN, &format!(" {shown}")).write(out)?;
    let mut place = vec![spot(exposed)];
    if let Some(layer) = exposed.place.layer.filter(|_| report.layers.len() > 1) {
        place.push(format!("layer {}", layer_number(layer)));
        place.extend(instruction(report, layer));
    }
    let removed = exposed.removed.map(layer_number);
    place.extend(removed.map(|layer| format!("removed in layer {layer}, but still in the image")));
    place.extend(exposed.secret.committed.as_deref().map(|it| committed(it, &exposed.place.path)));
    place.extend(age(exposed));
    place.extend(exposed.verified.map(|verified| verdict(verified).to_owned()));
    let forever = if exposed.revocable { "" } else { " Nobody can withdraw it." };
    let aside = exposed.suppressed.as_deref().map(|reason| (DIM, format!("not counted: {}", one_line(reason))));
    let told = [(DIM, place.join(" · ")), (PLAIN, format!("{} {}{forever}", exposed.opens, exposed.rotate))];
    for (style, text) in told.into_iter().chain(aside) {
        for row in wrap(&text, context.width.saturating_sub(INDENT).max(40)) {
            Line::new(context).space(INDENT).add(style, &row).write(out)?;
        }
    }
    Ok(())
}

/// Which commit brought it, and what became of it.
fn committed(committed: &Committed, seen_at: &ImagePath) -> String {
    let id: String = committed.commit.chars().take(12).collect();
    let day = committed.date.as_deref().and_then(|date| date.split('T').next());
    let mut text = format!(
        "committed {}by {} in {id}",
        day.map(|day| format!("{day} ")).unwrap_or_default(),
        one_line(&committed.author)
    );
    if committed.path != *seen_at {
        text.push_str(" as ");
        text.push_str(&clean(&committed.path.to_text()));
    }
    text += match committed.still {
        Still::InTree => "",
        Still::AtHead => ", not in the working tree, but still in the commit that is checked out",
        Still::InHistory => ", not in the files any more, but still in the history",
    };
    text
}

/// How long it has been there, if that is too long.
fn age(exposed: &ExposedSecret) -> Option<String> {
    let days = exposed.age.filter(|_| exposed.is_overdue())?;
    Some(format!("not replaced for {days} days, and should be after {}", exposed.days))
}

/// What its provider says of it.
fn verdict(verified: Verified) -> &'static str {
    match verified {
        Verified::Live => "LIVE: its provider accepts it",
        Verified::Revoked => "its provider does not accept it any more",
        Verified::Unknown => "whether it is live could not be found out",
    }
}

/// Where it stands, for a person.
fn spot(exposed: &ExposedSecret) -> String {
    match &exposed.secret.spot {
        Spot::File { line, column } => format!("{}:{line}:{column}", clean(&exposed.place.path.to_text())),
        Spot::Environment(name) => format!("environment variable {} of the image", one_line(name)),
        Spot::Label(name) => format!("label {} of the image", one_line(name)),
        Spot::History(step) => format!("step {} of the build", step + 1),
        Spot::Command => "command of the image".to_owned(),
    }
}

/// The secrets of a report.
pub(crate) fn exposed(report: &Report) -> impl Iterator<Item = &ExposedSecret> {
    report.findings.iter().filter_map(Finding::secret)
}
