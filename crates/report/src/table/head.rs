//! The first lines of every table: what was scanned. Only the `Source` line depends on the way to the image.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use model::{EndOfLife, Report};

use crate::text::{BOLD, DIM, Line, PLAIN, WARNING, count, labelled};
use crate::{Context, clean, one_line, sightings};

pub(crate) fn write(
    report: &Report,
    ends_of_life: &[&EndOfLife],
    context: &Context<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    if report.knowledge.iter().any(|known| known.starter) {
        let sentence = "there is no advisory data but what the program brings along, which knows a hundred and some \
             exploited vulnerabilities and no others; plimsoll db update fetches the rest";
        labelled(out, context, "Warning", WARNING, sentence)?;
    }
    let origin = &report.image.origin;
    let mut line = Line::new(context);
    line.cell(BOLD, "Source", 10).space(2).add(BOLD, &one_line(&origin.reference));
    line.add(PLAIN, &format!(" ({}", clean(&origin.transport)));
    if let Some(manifest) = &origin.manifest {
        line.add(PLAIN, &format!(", {}:{}", manifest.algorithm(), manifest.short()));
    }
    line.add(PLAIN, ")").write(out)?;
    labelled(out, context, "Image", PLAIN, &image(report))?;
    for end in ends_of_life {
        let (style, label) = if end.passed { (WARNING, "Warning") } else { (PLAIN, "Notice") };
        labelled(out, context, label, style, &end_of_life(end))?;
    }
    Ok(())
}

/// What was found inside, in one sentence.
fn image(report: &Report) -> String {
    let config = &report.image.config;
    let mut parts = Vec::new();
    let platform: Vec<&str> = [&*config.os, &*config.architecture, config.variant.as_deref().unwrap_or_default()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    if !platform.is_empty() {
        parts.push(one_line(&platform.join("/")).into_owned());
    }
    parts.push(match &report.inventory.distro {
        None => "no known distribution".into(),
        Some(distro) if !distro.name.is_empty() => {
            let name = one_line(&distro.name);
            // `Debian GNU/Linux 12 (bookworm)` hides which point release it is.
            if distro.version.is_empty() || name.contains(&*distro.version) {
                name.into_owned()
            } else {
                format!("{name}, {}", one_line(&distro.version))
            }
        }
        Some(distro) => one_line(&format!("{} {}", distro.id, distro.version)).into_owned(),
    });
    if let Some(created) = &config.created {
        parts.push(format!("built {}", date(created)));
    }
    parts.push(count(report.image.layers.len() as u64, "layer", "layers"));
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    for package in sightings::live(report) {
        *kinds.entry(package.kind.purl_type()).or_default() += 1;
    }
    let mut kinds: Vec<(&str, u64)> = kinds.into_iter().collect();
    kinds.sort_by_key(|&(kind, count)| (std::cmp::Reverse(count), kind));
    let packages = count(kinds.iter().map(|(_, count)| count).sum(), "package", "packages");
    let words: Vec<String> =
        kinds.iter().map(|(kind, count)| format!("{} {kind}", crate::text::thousands(*count))).collect();
    parts.push(if words.is_empty() { packages } else { format!("{packages} ({})", words.join(", ")) });
    parts.join(" · ")
}

/// The day of a time; the whole text where it is none.
pub(crate) fn date(time: &str) -> String {
    one_line(time.split_once('T').map_or(time, |(day, _)| day)).into_owned()
}

fn end_of_life(end: &EndOfLife) -> String {
    let release = one_line(&end.release);
    let day = one_line(&end.date);
    let mut sentence = if end.passed {
        format!("{release} gets no security updates since {day}: new holes in it stay open.")
    } else {
        format!("{release} gets security updates until {day} only.")
    };
    if let Some(extended) = &end.extended {
        let _ = write!(sentence, " Extended support ends {}.", one_line(extended));
    }
    sentence
}

/// The last line of every table.
pub(crate) fn tool(context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let sentence = format!("plimsoll {} at {}", context.version, context.generated_at);
    labelled(out, context, "Report", DIM, &sentence)
}
