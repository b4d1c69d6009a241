//! The same package in several places: a lockfile asks for it, a folder holds it, the archive that it came in lies beside.
//! Lists for people and programs tell it once, with everything that says so.

use std::collections::HashMap;

use model::{Item, Package, PackageKind, Report, VexRemark, Vulnerability};

use crate::view::remarked;

/// What makes two sightings one package: the same release, and both there or both removed.
type Identity<'a> = (PackageKind, &'a str, &'a str, Option<&'a str>, bool);

fn identity<'a>(item: &Item, package: &'a Package) -> Identity<'a> {
    (package.kind, &package.name, &package.version, package.arch.as_deref(), item.removed.is_some())
}

/// A package, and everything that says it is there.
pub(crate) struct Seen<'a> {
    /// The sighting that says most: what is installed before what is asked for, a record before a guess, a lower layer
    /// before a higher one.
    pub(crate) item: &'a Item,
    pub(crate) package: &'a Package,
    /// The other sightings, in the same order.
    pub(crate) also: Vec<&'a Item>,
}

impl<'a> Seen<'a> {
    /// The licences, as the first sighting that knows any declares them.
    pub(crate) fn licenses(&self) -> &'a [String] {
        let others = self.also.iter().filter_map(|item| item.package());
        std::iter::once(self.package)
            .chain(others)
            .map(|package| &*package.licenses)
            .find(|it| !it.is_empty())
            .unwrap_or(&[])
    }
}

/// The packages of all layers, each once, in the order of the inventory.
pub(crate) fn packages(report: &Report) -> Vec<Seen<'_>> {
    let mut by_identity: HashMap<Identity<'_>, usize> = HashMap::new();
    let mut groups: Vec<Vec<(&Item, &Package)>> = Vec::new();
    for item in &report.inventory.items {
        let Some(package) = item.package() else { continue };
        let group = *by_identity.entry(identity(item, package)).or_insert(groups.len());
        if group == groups.len() {
            groups.push(Vec::new());
        }
        groups[group].push((item, package));
    }
    let seen = groups.into_iter().filter_map(|mut group| {
        group.sort_by_key(|(item, package)| {
            (package.presence, package.confidence, item.fact.place.layer, &item.fact.place.path)
        });
        let mut sightings = group.into_iter();
        let (item, package) = sightings.next()?;
        Some(Seen { item, package, also: sightings.map(|(item, _)| item).collect() })
    });
    seen.collect()
}

/// The packages of the final filesystem, each once.
pub(crate) fn live(report: &Report) -> impl Iterator<Item = &Package> {
    packages(report).into_iter().filter(|seen| seen.item.removed.is_none()).map(|seen| seen.package)
}

/// A vulnerability of one package, and where else the package is with the same said of it.
pub(crate) struct Affected<'a> {
    pub(crate) vulnerability: &'a Vulnerability,
    /// What somebody says about it who knows the product.
    pub(crate) remark: Option<&'a VexRemark>,
    pub(crate) item: &'a Item,
    pub(crate) package: &'a Package,
    pub(crate) also: Vec<&'a Item>,
}

/// The vulnerabilities that a report lists, those that do not count included, in its order.
pub(crate) fn vulnerabilities(report: &Report) -> Vec<Affected<'_>> {
    let mut known: HashMap<_, usize> = HashMap::new();
    let mut all: Vec<Affected<'_>> = Vec::new();
    for (vulnerability, remark) in remarked(report) {
        let Some(item) = report.inventory.items.get(vulnerability.item) else { continue };
        let Some(package) = item.package() else { continue };
        // The distribution's word counts for the file that its package brought, and not for the same library elsewhere.
        let said = (vulnerability.suppressed.as_deref(), vulnerability.state, vulnerability.fixed.as_deref());
        let key = (&*vulnerability.id, identity(item, package), said, remark.map(std::ptr::from_ref));
        let position = *known.entry(key).or_insert(all.len());
        match all.get_mut(position) {
            Some(affected) => affected.also.push(item),
            None => all.push(Affected { vulnerability, remark, item, package, also: Vec::new() }),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use model::{AnalyzerId, Confidence, Fact, LayerIndex, Place, Presence, What};

    use super::*;

    /// `path +layer [presence] [confidence] [removed]`, all of one package.
    fn report(sightings: &[(&str, u32, Presence, Confidence, bool)]) -> Report {
        let item = |&(path, layer, presence, confidence, removed): &(&str, u32, Presence, Confidence, bool)| {
            let package = Package::new(PackageKind::Npm, "ws", "7.4.5");
            let what = What::Package(Package { presence, confidence, ..package });
            let place = Place { layer: Some(LayerIndex(layer)), path: path.into() };
            let fact = Fact { what, place, by: AnalyzerId::new("test") };
            Item { fact, removed: removed.then_some(LayerIndex(9)), owner: None }
        };
        let mut report = Report::default();
        report.inventory.items = sightings.iter().map(item).collect();
        report
    }

    fn paths(report: &Report) -> Vec<String> {
        let path = |item: &Item| item.fact.place.path.to_text().into_owned();
        let line = |seen: Seen<'_>| std::iter::once(seen.item).chain(seen.also).map(path).collect::<Vec<_>>().join(" ");
        packages(report).into_iter().map(line).collect()
    }

    #[test]
    fn what_says_most_comes_first_and_what_was_removed_is_another() {
        use Confidence::{High, Low};
        use Presence::{Declared, Installed};
        let report = report(&[
            ("lock", 0, Declared, High, false),
            ("guess", 0, Installed, Low, false),
            ("upper", 2, Installed, High, false),
            ("lower", 1, Installed, High, false),
            ("gone", 0, Installed, High, true),
        ]);
        assert_eq!(paths(&report), ["lower upper guess lock", "gone"]);
        assert_eq!(live(&report).count(), 1);
    }
}
