//! Helm charts: rendered as `helm template` does it, with the values that they bring (Helm 3, "Chart Template Guide",
//! "Subcharts and Global Values", "Charts": dependencies with conditions, tags, aliases and imported values).
//!
//! From the bytes on: [`chart`] puts the files of a folder with a `Chart.yaml` together, [`dependency`] says which charts in it
//! take part, [`values`] lays their values over each other, [`object`] has what templates see besides, and [`manifest`] makes
//! objects of what was rendered, whose lines lead back to those of the templates.
//!
//! - The release is called `release-name`, is installed for the first time, in the namespace `default`; the cluster is what
//!   Helm assumes where there is none.
//! - A value that the chart asks for with `required` and does not have is unknown, and so is what is random or in a file that
//!   was not kept ([`crate::ANALYZER`]). Rules over it are not judged.
//! - Templates are rendered one by one: one that cannot be is a gap, and the others are judged. Helm would render none.
//! - Charts in archives are not opened.

mod chart;
mod dependency;
mod manifest;
mod object;

mod values;

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::Resource;
use crate::origin::SourceMap;
use crate::parallel;
use crate::template::datum::Datum;
use crate::template::machine::{Failure, Machine};
use crate::template::yaml::{self, Numbers};

pub use self::chart::{is_chart, is_part};

use self::chart::Chart;

/// A file of the tree that is looked at.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Its path from the top of the tree, with slashes.
    pub path: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
}

/// What the command line of Helm would say.
#[derive(Clone, Debug, Default)]
pub struct Options<'a> {
    /// Files of values (`-f`), which apply to every chart; of two the later one counts.
    pub values: Vec<&'a [u8]>,
    /// What time it is; unknown unless it is said, so that a report depends on nothing but the files.
    pub now: Option<Timestamp>,
}

/// What a tree of files comes to.
#[derive(Debug, Default)]
pub struct Rendering {
    /// What was rendered.
    pub manifests: Vec<Manifest>,
    /// What could not be found out, in the order of files and lines.
    pub gaps: Vec<Gap>,
    /// Files that belong to charts, and mean nothing by themselves.
    pub claimed: BTreeSet<usize>,
}

/// The objects of one rendered template.
#[derive(Debug)]
pub struct Manifest {
    /// The file of the template.
    pub file: usize,
    /// Its objects; their lines are those of what was rendered.
    pub resources: Vec<Resource>,
    /// Where those lines come from.
    pub lines: SourceMap,
}

/// Something that could not be found out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The file, by its number.
    pub file: usize,
    /// The line; zero for the file as a whole.
    pub line: u32,
    /// Why.
    pub reason: String,
    /// What kind of obstacle it is.
    pub kind: Obstacle,
}

/// Why something is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// The files break the rules.
    Broken,
    /// It would cost too much.
    Limit,
    /// It is known only when the chart is installed.
    Unknown,
    /// It is not read.
    Unread,
}

/// What one chart may cost, and all charts of a tree together.
const STEPS: usize = 10_000_000;
const ALL_STEPS: usize = 200_000_000;

/// Renders every chart in a tree of files.
pub fn render(files: &[File<'_>], options: &Options<'_>) -> Rendering {
    let folders = chart::folders(files);
    let mut rendering = Rendering { claimed: folders.claimed.clone(), ..Rendering::default() };
    let roots = folders.roots();
    let steps = STEPS.min(ALL_STEPS / roots.len().max(1));
    let rendered = parallel::each(&roots, |root| {
        let mut gaps = Vec::new();
        let manifests = release(files, &folders, root, options, steps, &mut gaps);
        (manifests, gaps)
    });
    for (root, rendered) in roots.iter().zip(rendered) {
        match rendered {
            Some((manifests, gaps)) => {
                rendering.manifests.extend(manifests);
                rendering.gaps.extend(gaps);
            }
            None => rendering.gaps.push(Gap {
                file: folders.file(root),
                line: 0,
                reason: "the chart could not be rendered".to_owned(),
                kind: Obstacle::Broken,
            }),
        }
    }
    rendering.gaps.sort();
    rendering.gaps.dedup();
    rendering
}

/// Renders one chart with all that it depends on.
fn release(
    files: &[File<'_>],
    folders: &chart::Folders,
    root: &str,
    options: &Options<'_>,
    steps: usize,
    gaps: &mut Vec<Gap>,
) -> Vec<Manifest> {
    let Some(mut chart) = Chart::read(files, folders, root, gaps) else { return Vec::new() };
    // A library is there for other charts.
    if chart.is_library() {
        return Vec::new();
    }
    for bytes in options.values.iter().rev() {
        let text = String::from_utf8_lossy(bytes);
        match yaml::decode(&text, Numbers::Whole) {
            Ok(given @ Datum::Map(_)) => chart.values = values::over(given, &chart.values),
            Ok(_) => {}
            Err((_, reason)) => gaps.push(Gap {
                file: chart.file,
                line: 0,
                reason: format!("a file of values cannot be read: {reason}"),
                kind: Obstacle::Broken,
            }),
        }
    }
    dependency::choose(&mut chart, gaps);
    dependency::import(&mut chart);
    let values = values::coalesced(&chart);
    let machine = Machine::new(steps, options.now);
    let templates = object::templates(files, &chart, &values);
    // Of a name that is defined twice the last counts: those of the outer chart, and of those the first.
    for template in &templates {
        let source = String::from_utf8_lossy(files[template.file].bytes);
        let number = u32::try_from(template.file).unwrap_or(u32::MAX);
        if let Err((line, reason)) = machine.add(&template.name, &source, number) {
            gaps.push(Gap {
                file: template.file,
                line,
                reason: format!("the template cannot be read: {reason}"),
                kind: Obstacle::Broken,
            });
        }
    }
    let mut manifests = Vec::new();
    for template in templates.iter().filter(|template| template.is_rendered && machine.has(&template.name)) {
        if let Some(entries) = template.context.entries() {
            let about = [("Name", &template.name), ("BasePath", &template.base)];
            let about = Datum::record(about.map(|(key, text)| (key, Datum::text(text.as_str()))));
            entries.borrow_mut().insert("Template".into(), about);
        }
        match machine.render(&template.name, &template.context) {
            Ok(output) => manifests.extend(manifest::read(template.file, &output, gaps)),
            Err(failure) => gaps.push(unrendered(files, template.file, &failure)),
        }
    }
    gaps.extend(machine.doubts().into_iter().map(|doubt| Gap {
        file: doubt.at.0 as usize,
        line: doubt.at.1,
        reason: doubt.reason,
        kind: Obstacle::Unknown,
    }));
    manifests
}

/// A template that could not be rendered. Where what is wrong stands in another file, that is said.
fn unrendered(files: &[File<'_>], file: usize, failure: &Failure) -> Gap {
    let kind = if failure.limit { Obstacle::Limit } else { Obstacle::Broken };
    let place = failure.at.map(|at| (at.file as usize, at.line));
    let (line, elsewhere) = match place {
        Some((other, line)) if other != file => {
            let path = files.get(other).map_or("?", |file| file.path);
            (0, format!(" ({path}, line {line})"))
        }
        Some((_, line)) => (line, String::new()),
        None => (0, String::new()),
    };
    Gap { file, line, reason: format!("the template cannot be rendered: {}{elsewhere}", failure.reason), kind }
}
