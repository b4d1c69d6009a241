//! Which folders are charts, and what is in them (Helm, "The Chart File Structure").

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::{File, Gap, Obstacle};
use crate::template::datum::{DEEPEST, Datum, Map};
use crate::template::yaml::{self, Numbers};

/// Whether a path is that of the file that makes its folder a chart.
pub fn is_chart(path: &str) -> bool {
    name(path) == "Chart.yaml"
}

/// Whether a file may be part of a chart, by its path.
pub fn is_part(path: &str) -> bool {
    let name = name(path);
    let in_templates = path.starts_with("templates/") || path.contains("/templates/");
    let is_template = [".yaml", ".yml", ".tpl"].iter().any(|ending| name.ends_with(ending));
    matches!(name, "Chart.yaml" | "values.yaml" | "requirements.yaml") || in_templates && is_template
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// Where charts are.
pub struct Folders {
    /// By its folder, with a slash at its end, the `Chart.yaml` and all other files of a chart.
    charts: BTreeMap<String, (usize, Vec<usize>)>,
    /// Files that mean nothing by themselves.
    pub claimed: BTreeSet<usize>,
}

/// Finds charts and their files.
pub fn folders(files: &[File<'_>]) -> Folders {
    let mut charts = BTreeMap::new();
    for (index, file) in files.iter().enumerate().filter(|(_, file)| is_chart(file.path)) {
        let folder = file.path.strip_suffix("Chart.yaml").unwrap_or_default().to_owned();
        charts.insert(folder, (index, Vec::new()));
    }
    for (index, file) in files.iter().enumerate() {
        // The innermost chart has it.
        let ends = file.path.rmatch_indices('/').map(|(at, _)| at + 1).chain([0]);
        if let Some(folder) = ends.map(|end| &file.path[..end]).find(|folder| charts.contains_key(*folder))
            && let Some((_, own)) = charts.get_mut(folder)
        {
            own.push(index);
        }
    }
    let is_claimed = |(folder, (_, own)): (&String, &(usize, Vec<usize>))| {
        let length = folder.len();
        own.iter().copied().filter(|index| is_part(&files[*index].path[length..])).collect::<Vec<_>>()
    };
    let claimed = charts.iter().flat_map(is_claimed).collect();
    Folders { charts, claimed }
}

impl Folders {
    /// Charts that are no part of another.
    pub fn roots(&self) -> Vec<String> {
        let is_root = |folder: &&String| {
            let parent = folder.trim_end_matches('/').rsplit_once('/').map_or("", |(parent, _)| parent);
            let outer = if parent == "charts" { Some("") } else { parent.strip_suffix("/charts") };
            let outer = outer.map(|outer| if outer.is_empty() { String::new() } else { format!("{outer}/") });
            !outer.is_some_and(|outer| outer != **folder && self.charts.contains_key(&outer))
        };
        self.charts.keys().filter(is_root).cloned().collect()
    }

    /// The `Chart.yaml` of a chart.
    pub fn file(&self, folder: &str) -> usize {
        self.charts.get(folder).map_or(0, |(file, _)| *file)
    }

    /// The charts within a chart.
    fn inner(&self, folder: &str) -> impl Iterator<Item = &String> {
        let charts = format!("{folder}charts/");
        let folders = self.charts.range(charts.clone()..).map(|(inner, _)| inner);
        folders
            .take_while(move |inner| inner.starts_with(&charts))
            .filter(move |inner| inner[folder.len() + "charts/".len()..].matches('/').count() == 1)
    }
}

/// A chart with those in it.
pub struct Chart {
    /// What it is called, by its parent or by itself.
    pub name: String,
    /// Its `Chart.yaml`.
    pub file: usize,
    /// What that says.
    pub metadata: Datum,
    /// Its own values.
    pub values: Datum,
    /// Its templates, by their paths in it.
    pub templates: Vec<(String, usize)>,
    /// What else lies in its folder.
    pub others: Vec<(String, usize)>,
    /// What it depends on.
    pub dependencies: Vec<Datum>,
    /// Charts in it.
    pub inner: Vec<Self>,
}

/// How deep charts lie in each other.
const LEVELS: usize = 16;

impl Chart {
    /// Reads a chart; nothing where its `Chart.yaml` says none.
    pub fn read(files: &[File<'_>], folders: &Folders, folder: &str, gaps: &mut Vec<Gap>) -> Option<Self> {
        Self::read_within(files, folders, folder, LEVELS, gaps)
    }

    fn read_within(
        files: &[File<'_>],
        folders: &Folders,
        folder: &str,
        levels: usize,
        gaps: &mut Vec<Gap>,
    ) -> Option<Self> {
        let (file, own) = folders.charts.get(folder)?;
        let mut gap = |file: usize, line: u32, reason: String| {
            gaps.push(Gap { file, line, reason, kind: Obstacle::Broken });
        };
        let mut mapping = |file: usize| match yaml::decode(&yaml::lossy(files[file].bytes), Numbers::Whole) {
            Ok(Datum::Nil) => Datum::map(Map::new()),
            Ok(value @ Datum::Map(_)) => value,
            Ok(_) => {
                gap(file, 1, "a mapping was expected".to_owned());
                Datum::map(Map::new())
            }
            Err((line, reason)) => {
                gap(file, line, reason);
                Datum::map(Map::new())
            }
        };
        let metadata = mapping(*file);
        let chart_name = metadata.get("name").and_then(|name| name.as_text().map(str::to_owned));
        let Some(name) = chart_name.filter(|name| !name.is_empty() && !name.contains('/')) else {
            gap(*file, 1, "the chart has no name".to_owned());
            return None;
        };
        let mut chart = Self {
            name,
            file: *file,
            dependencies: dependencies(&metadata),
            metadata,
            values: Datum::map(Map::new()),
            templates: Vec::new(),
            others: Vec::new(),
            inner: Vec::new(),
        };
        for index in own {
            match &files[*index].path[folder.len()..] {
                "Chart.yaml" => {}
                "values.yaml" => chart.values = mapping(*index),
                "requirements.yaml" => chart.dependencies.extend(dependencies(&mapping(*index))),
                path if path.starts_with("templates/") && is_part(path) => {
                    chart.templates.push((path.to_owned(), *index));
                }
                path => chart.others.push((path.to_owned(), *index)),
            }
        }
        for inner in folders.inner(folder) {
            match levels.checked_sub(1) {
                Some(levels) => chart.inner.extend(Self::read_within(files, folders, inner, levels, gaps)),
                None => gaps.push(Gap {
                    file: folders.file(inner),
                    line: 0,
                    reason: format!("charts lie in each other deeper than {LEVELS} levels"),
                    kind: Obstacle::Limit,
                }),
            }
        }
        Some(chart)
    }

    /// Whether it only has templates for others.
    pub fn is_library(&self) -> bool {
        self.metadata.get("type").is_some_and(|kind| kind.as_text() == Some("library"))
    }

    /// The same chart once more under another name; nothing where its values are too deep.
    pub fn copy(&self, name: &str, room: &mut usize) -> Option<Self> {
        *room = room.checked_sub(1)?;
        let metadata = self.metadata.deep_copy(DEEPEST)?;
        if let Some(entries) = metadata.entries() {
            entries.borrow_mut().insert(Rc::from("name"), Datum::text(name));
        }
        Some(Self {
            name: name.to_owned(),
            file: self.file,
            metadata,
            values: self.values.deep_copy(DEEPEST)?,
            templates: self.templates.clone(),
            others: self.others.clone(),
            dependencies: self.dependencies.clone(),
            inner: self.inner.iter().map(|inner| inner.copy(&inner.name, room)).collect::<Option<_>>()?,
        })
    }
}

fn dependencies(metadata: &Datum) -> Vec<Datum> {
    metadata.get("dependencies").and_then(|list| list.items().map(<[_]>::to_vec)).unwrap_or_default()
}
