//! Which charts in a chart take part, what they are called and what they give to it (Helm, "Charts": "Chart Dependencies").

use super::chart::Chart;
use super::values;
use super::{Gap, Obstacle};
use crate::template::datum::{DEEPEST, Datum, Map};

/// Charts of one release, those with other names included.
const MOST: usize = 500;

/// Leaves those charts in a chart that take part, under the names that it gives them.
pub fn choose(root: &mut Chart, gaps: &mut Vec<Gap>) {
    let mut room = MOST;
    let tags = values::coalesced(root).get("tags");
    chosen(root, &values::coalesced(root), tags.as_ref(), &mut room, gaps);
}

fn chosen(chart: &mut Chart, given: &Datum, tags: Option<&Datum>, room: &mut usize, gaps: &mut Vec<Gap>) {
    let (file, dependencies) = (chart.file, chart.dependencies.clone());
    let present = std::mem::take(&mut chart.inner);
    let mut gap = |reason: String, kind: Obstacle| gaps.push(Gap { file, line: 0, reason, kind });
    let text = |dependency: &Datum, key: &str| dependency.get(key).and_then(|it| it.as_text().map(str::to_owned));
    let mut kept = Vec::new();
    for dependency in &dependencies {
        let Some(name) = text(dependency, "name") else { continue };
        let called = text(dependency, "alias").filter(|alias| !alias.is_empty()).unwrap_or_else(|| name.clone());
        if !is_enabled(dependency, given, tags) {
            continue;
        }
        let Some(inner) = present.iter().find(|inner| inner.name == name) else {
            let reason = format!(
                "the chart {name:?}, on which this one depends, is not in its folder charts; archives are not opened"
            );
            gap(reason, Obstacle::Unread);
            continue;
        };
        let Some(copy) = inner.copy(&called, room) else {
            let reason = format!("the chart has more than {MOST} charts in it, or values that are too deep");
            gap(reason, Obstacle::Limit);
            return;
        };
        kept.push(copy);
    }
    // What lies there and is not spoken of takes part.
    let is_named = |inner: &Chart| dependencies.iter().any(|it| text(it, "name").as_deref() == Some(&*inner.name));
    kept.extend(present.into_iter().filter(|inner| !is_named(inner)));
    chart.inner = kept;
    // Values of charts with other names are found under those.
    let given =
        values::over(given.deep_copy(DEEPEST).unwrap_or_else(|| Datum::map(Map::new())), &values::coalesced(chart));
    for inner in &mut chart.inner {
        let own = given.get(&inner.name).unwrap_or_else(|| Datum::map(Map::new()));
        chosen(inner, &own, tags, room, gaps);
    }
}

/// The first path of a condition that leads to a yes or a no decides; else one of its tags has to be on, or none be off.
fn is_enabled(dependency: &Datum, values: &Datum, tags: Option<&Datum>) -> bool {
    let on = |tag: &Datum| match tags?.get(tag.as_text()?)? {
        Datum::Bool(on) => Some(on),
        _ => None,
    };
    let of_tags: Vec<bool> = match dependency.get("tags") {
        Some(list) => list.items().unwrap_or_default().iter().filter_map(on).collect(),
        None => Vec::new(),
    };
    let by_tags = of_tags.is_empty() || of_tags.contains(&true);
    let condition = dependency.get("condition");
    let paths = condition.as_ref().and_then(Datum::as_text).unwrap_or_default().split(',').map(str::trim);
    let decided = paths.filter(|path| !path.is_empty()).find_map(|path| match values.at(path.split('.')) {
        Some(Datum::Bool(on)) => Some(on),
        _ => None,
    });
    decided.unwrap_or(by_tags)
}

/// Puts values of charts into those that import them, the innermost first. What a chart says itself counts more.
pub fn import(chart: &mut Chart) {
    chart.inner.iter_mut().for_each(import);
    let all = values::coalesced(chart);
    let imported = Datum::map(Map::new());
    let text = |from: &Datum, key: &str| from.get(key).and_then(|it| it.as_text().map(str::to_owned));
    for dependency in &chart.dependencies {
        let name = text(dependency, "alias").or_else(|| text(dependency, "name")).unwrap_or_default();
        let imports = dependency.get("import-values");
        for import in imports.as_ref().and_then(Datum::items).unwrap_or_default() {
            let (child, parent) = match import.as_text() {
                Some(name) => (format!("exports.{name}"), String::new()),
                None => (text(import, "child").unwrap_or_default(), text(import, "parent").unwrap_or_default()),
            };
            let found = all.get(&name).and_then(|values| values.at(child.split('.').filter(|step| !step.is_empty())));
            if let Some(found @ Datum::Map(_)) = found {
                let steps: Vec<_> = parent.split('.').filter(|step| !step.is_empty()).take(DEEPEST / 2).collect();
                let placed = steps.iter().rfold(found, |inner, step| Datum::record([(*step, inner)]));
                values::complete(&imported, &placed, DEEPEST);
            }
        }
    }
    values::complete(&chart.values, &imported, DEEPEST);
}
