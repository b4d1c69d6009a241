//! `plimsoll explain`: why a vulnerability is reported for an image, or why it is not, in words for people.
//!
//! First the answer, then what leads to it: the vulnerability, each package with what was compared, what was said that
//! could set it aside, the data.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

use advisories::{Derived, Evidence, Explanation, Outcome, Subject, Trace, Verdict};
use image::local;
use report::one_line;
use serde::Serialize;

use super::{open, scan};
use crate::args::{ExplainArgs, Form, Scanner, Talk};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{json, written};

/// Packages that are alike and told one by one.
const MOST_PACKAGES: usize = 10;

/// An explanation for one platform of an image.
#[derive(Serialize)]
struct Explained {
    image: String,
    platform: String,
    #[serde(flatten)]
    explanation: Explanation,
}

/// Scans as `plimsoll image` does, and explains.
pub fn run(args: &ExplainArgs, talk: &Talk, out: &mut dyn Write) -> Result<Exit, Failure> {
    if !args.look.scanners.contains(&Scanner::Vuln) {
        return Err(Failure::usage("vulnerabilities cannot be explained where none are looked for")
            .remedy("leave --scanners out, or name vuln"));
    }
    let common = args.common();
    let job = scan::Job::new(&common, talk, report::SCAN, true)?;
    let mut explained = Vec::new();
    let folder = args.target.reference.as_deref().filter(|_| args.target.input.is_none());
    let (job, targets) = match folder.and_then(|reference| reference.strip_prefix("dir:")) {
        Some(folder) => (job, vec![local::directory(Path::new(folder), "rootfs").map_err(open::failed)?]),
        None => job.with_image(&args.target)?,
    };
    for opened in targets {
        let report = job.scan(opened)?;
        let Some(judge) = &job.judge else { continue };
        let config = &report.image.config;
        let explanation = judge.explain(&report, &args.id, args.package.as_deref())?;
        let platform = format!("{}/{}", config.os, config.architecture);
        explained.push(Explained { image: report.image.origin.reference.clone(), platform, explanation });
    }
    if let Some(line) = &job.line {
        line.finish();
    }
    // Without any data "it is not reported" would be no answer; as for a scan, what the program brings along is none.
    let has_data = |one: &Explained| {
        let known = &one.explanation.knowledge;
        known.is_empty() || known.iter().any(|known| known.advisories > 0 && !known.starter)
    };
    let exit = if explained.iter().all(has_data) { Exit::Passed } else { Exit::NoAdvisories };
    written(match args.format {
        Form::Json => json(&explained, out),
        Form::Table => {
            let texts: Vec<String> = explained.iter().map(|one| text(one, explained.len() > 1)).collect();
            out.write_all(texts.join("\n").as_bytes())
        }
    })?;
    Ok(exit)
}

/// Lines of text. Whatever is added is cleaned.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn add(&mut self, indent: usize, text: &str) {
        let _ = writeln!(self.0, "{:indent$}{}", "", one_line(text));
    }

    /// A heading after an empty line.
    fn head(&mut self, text: &str) {
        self.0.push('\n');
        self.add(0, text);
    }
}

fn text(explained: &Explained, several: bool) -> String {
    let it = &explained.explanation;
    let mut lines = Lines::default();
    let of = if several { format!(" ({})", explained.platform) } else { String::new() };
    let answer = match it.outcome {
        Outcome::Reported => "is reported",
        Outcome::SetAside => "is found, but does not count",
        Outcome::NotReported => "is not reported",
    };
    lines.add(0, &format!("{} {answer} for {}{of}.", it.asked, explained.image));
    for reason in &it.reasons {
        lines.add(2, &format!("because {}", reason.text));
    }
    vulnerability(it, &mut lines);
    for subject in &it.subjects {
        package(subject, &mut lines);
    }
    if !it.namesakes.is_empty() {
        lines.head("Packages with such a name that the advisories do not mean");
        for other in &it.namesakes {
            let source = other.source.as_ref().map(|name| format!(", looked up as {name}")).unwrap_or_default();
            lines.add(2, &format!("{} {} ({}{source})", other.name, other.version, other.kind));
        }
    }
    lines.head("Statements about it (VEX)");
    if it.statements.is_empty() {
        lines.add(2, "none");
    }
    for remark in &it.statements {
        let status = remark.status.word();
        let justification = remark.justification.as_ref().map(|word| format!(" ({word})")).unwrap_or_default();
        lines.add(2, &format!("{} says {status}{justification}: {}", remark.author, remark.place));
        match &remark.unapplied {
            Some(why) => lines.add(4, &format!("does not apply: {why}")),
            None => lines.add(4, &format!("applies to {} findings", remark.findings.len())),
        }
    }
    if !it.gaps.is_empty() {
        lines.head("What could not be judged");
        for gap in &it.gaps {
            lines.add(2, gap);
        }
    }
    lines.head("Data");
    for known in it.data() {
        lines.add(2, &known);
    }
    if it.knowledge.is_empty() {
        lines.add(2, "none was asked");
    }
    lines.0
}

/// What the vulnerability is, whatever the image.
fn vulnerability(it: &Explanation, lines: &mut Lines) {
    lines.head("The vulnerability");
    if it.advisories.is_empty() {
        lines.add(2, "nothing is known of it here");
        return;
    }
    if it.ids.len() > 1 {
        lines.add(2, &format!("ids: {}", it.ids.join(", ")));
    }
    for told in &it.advisories {
        let summary = if told.summary.is_empty() { "(no summary)" } else { &told.summary };
        lines.add(2, &format!("{} ({}): {summary}", told.id, told.publisher));
        let others: Vec<&str> = told.about.iter().filter(|id| **id != told.id).map(String::as_str).collect();
        if !others.is_empty() {
            lines.add(4, &format!("about {}", others.join(", ")));
        }
        if !told.ratings.is_empty() {
            lines.add(4, &format!("rated {}", told.ratings.join(", ")));
        }
        for spoken in told.entries.iter().take(MOST_PACKAGES) {
            lines.add(4, &format!("{} {} {}", spoken.ecosystem, spoken.name, spoken.versions.join("; or ")));
        }
        let more = told.more + told.entries.len().saturating_sub(MOST_PACKAGES);
        if more > 0 {
            lines.add(4, &format!("and {more} more packages or releases (--format json has them)"));
        }
        if told.disputed {
            lines.add(4, "disputed: whoever makes the software says that it is none");
        }
    }
    match &it.exploited {
        Some(exploited) => {
            let due = exploited.due.as_ref().map(|due| format!(", to be fixed by {due}")).unwrap_or_default();
            let ransomware = if exploited.ransomware { ", used by extortionists" } else { "" };
            lines.add(2, &format!("exploited: CISA listed it on {}{due}{ransomware}", exploited.added));
        }
        None => lines.add(2, "exploited: nobody is known to (CISA)"),
    }
    match &it.forecast {
        Some(forecast) => lines.add(
            2,
            &format!(
                "forecast: attacked within 30 days with a chance of {:.2} %, more than {:.0} % of all (EPSS of {})",
                forecast.probability * 100.0,
                forecast.percentile * 100.0,
                forecast.day
            ),
        ),
        None => lines.add(2, "forecast: none (EPSS)"),
    }
}

fn package(subject: &Subject, lines: &mut Lines) {
    let Some(first) = subject.packages.first() else { return };
    lines.head(&format!("Package {} {} ({})", first.name, first.version, subject.ecosystem));
    for evidence in subject.packages.iter().take(MOST_PACKAGES) {
        place(evidence, first, lines);
    }
    if subject.packages.len() > MOST_PACKAGES {
        lines.add(2, &format!("and {} more like it", subject.packages.len() - MOST_PACKAGES));
    }
    if let Some(module) = &subject.module {
        lines.add(2, &format!("module stream: {module}"));
    }
    if let Some(apart) = &subject.apart {
        lines.add(2, &format!("not judged: {}", apart.text));
    }
    for trace in &subject.traces {
        advisory(trace, lines);
    }
    for derived in &subject.findings {
        finding(derived, lines);
    }
    if let Some(reason) = &subject.reason {
        lines.add(2, &format!("not reported: {}", reason.text));
    }
}

/// `found in var/lib/dpkg/status, by dpkg, layer 1: ADD file:base in /`.
fn place(evidence: &Evidence, first: &Evidence, lines: &mut Lines) {
    let name = if (&evidence.name, &evidence.version) == (&first.name, &first.version) {
        String::new()
    } else {
        format!("{} {}: ", evidence.name, evidence.version)
    };
    let layer = evidence.layer.map(|layer| format!(", layer {layer}")).unwrap_or_default();
    let instruction = evidence.instruction.as_ref().map(|made| format!(": {made}")).unwrap_or_default();
    lines.add(2, &format!("{name}found in {}, by {}{layer}{instruction}", evidence.file, evidence.analyzer));
    if let Some(source) = &evidence.source {
        lines.add(4, &format!("built from {source}"));
    }
    if let Some(owner) = &evidence.owner {
        lines.add(4, &format!("{owner} brought the file"));
    }
    match evidence.removed_by {
        Some(layer) => lines.add(4, &format!("layer {layer} removes it")),
        None => lines.add(4, "no later layer removes it"),
    }
}

fn advisory(trace: &Trace, lines: &mut Lines) {
    lines.add(2, &format!("asked {} about {} {}", trace.advisory, trace.name, trace.version));
    if let Some(scope) = &trace.scope {
        lines.add(4, &format!("counts: what it says about {scope}"));
    }
    if !trace.elsewhere.is_empty() {
        lines.add(4, &format!("does not count: what it says about other releases ({})", trace.elsewhere.join(", ")));
    }
    for entry in &trace.entries {
        let status = entry.status.map(|status| format!(", {status}")).unwrap_or_default();
        let modules = match &*entry.modules {
            [] => String::new(),
            modules => format!(", module {}", modules.join(", ")),
        };
        let ranges: Vec<&str> = entry.ranges.iter().map(|range| &*range.range).collect();
        let listed = if entry.listed > 0 { format!("; {} versions one by one", entry.listed) } else { String::new() };
        lines.add(4, &format!("{} {}{listed}{modules}{status}", entry.ecosystem, ranges.join("; or ")));
        if entry.other_module {
            lines.add(6, "does not count: another module stream, or another kind of build");
            continue;
        }
        for range in &entry.ranges {
            if let Some(odd) = &range.odd {
                lines.add(6, &format!("compared loosely, since {odd}"));
            }
            for comparison in &range.comparisons {
                lines.add(6, &format!("{}: {}", comparison.text, comparison.means));
            }
        }
    }
    let doubt = trace.doubt.as_ref().map(|doubt| format!(" (as far as can be told: {doubt})")).unwrap_or_default();
    let answer = match trace.verdict {
        Verdict::Affected => format!("affected{doubt}"),
        Verdict::NotInRange => "not affected: the version is in none of the ranges".into(),
        Verdict::NotAffected => "not affected, says the publisher".into(),
        Verdict::OtherRelease => "does not speak of this release".into(),
        Verdict::OtherModule => "does not speak of this module stream".into(),
        Verdict::Unclear => format!("cannot be decided{doubt}"),
    };
    let fix = match (&trace.fixed, trace.verdict) {
        (Some(fixed), _) => format!(", fixed in {fixed}"),
        (None, Verdict::Affected) => ", no fix is named".into(),
        _ => String::new(),
    };
    lines.add(4, &format!("answer: {answer}{fix}"));
}

fn finding(derived: &Derived, lines: &mut Lines) {
    lines.add(2, &format!("severity of {}: {}", derived.id, derived.severity.word()));
    for (index, judged) in derived.opinions.iter().enumerate() {
        let vector = match (&judged.vector, judged.score) {
            (Some(vector), Some(score)) => format!(" ({score:.1}, {vector})"),
            _ => String::new(),
        };
        let verb = if index == 0 { "counts" } else { "also said" };
        let source = if judged.source == judged.publisher { String::new() } else { format!(" in {}", judged.source) };
        let (publisher, severity, rule) = (&judged.publisher, judged.severity.word(), judged.rule);
        lines.add(4, &format!("{verb}: {publisher}{source}: {severity}{vector}; rule {rule}: {}", judged.because));
    }
    if derived.opinions.is_empty() {
        lines.add(4, "nobody says how bad it is");
    }
    lines.add(2, &format!("priority: {} of 100", derived.priority));
    for term in &derived.terms {
        lines.add(4, &format!("{:+} {}", term.points, term.reason));
    }
    match &derived.set_aside {
        Some(reason) => lines.add(2, &format!("does not count: {reason}")),
        None => lines.add(2, &format!("counts: nothing sets it aside; {}", derived.owner)),
    }
}
