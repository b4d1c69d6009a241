//! Who judges which packages: the distribution its own, each language its own, and for some nobody.

use std::collections::BTreeMap;

use model::{Distro, Gap, GapKind, Inventory, Item, Package};

use super::gap;
use crate::ecosystems::{self, Ecosystem, Unjudged};
use crate::vendors;

/// Names that a gap spells out; the rest are counted.
const NAMES_IN_GAP: usize = 5;

/// The packages of one ecosystem, with their index in the inventory.
pub(crate) struct Docket<'a> {
    pub ecosystem: Ecosystem,
    pub packages: Vec<(usize, &'a Item, &'a Package)>,
}

/// The distribution. A package from Ubuntu's extended channel shows that the channel is on.
pub(crate) fn distro(inventory: &Inventory) -> Option<Distro> {
    let mut distro = inventory.distro.clone()?;
    let extended = |package: &Package| package.version.contains("+esm") || package.version.contains("~esm");
    distro.extended_support |= distro.id == "ubuntu" && inventory.packages().any(|(_, _, package)| extended(package));
    Some(distro)
}

/// The ecosystems whose advisories an inventory needs.
pub fn ecosystems(inventory: &Inventory) -> Vec<Ecosystem> {
    let distro = distro(inventory);
    let (of_distro, of_languages) = sort(inventory, distro.as_ref(), &mut Vec::new());
    of_distro.into_iter().chain(of_languages).map(|docket| docket.ecosystem).collect()
}

/// Sorts an inventory's packages by who judges them; what nobody judges is a gap.
pub(crate) fn sort<'a>(
    inventory: &'a Inventory,
    distro: Option<&Distro>,
    gaps: &mut Vec<Gap>,
) -> (Option<Docket<'a>>, Vec<Docket<'a>>) {
    let mut of_distro = Vec::new();
    let mut of_languages: BTreeMap<&str, Docket> = BTreeMap::new();
    let mut of_nobody = Vec::new();
    for (index, item, package) in inventory.packages() {
        if package.kind.is_os() {
            // A public key in the package database is no software.
            if package.name != "gpg-pubkey" {
                of_distro.push((index, item, package));
            }
        } else if let Some(ecosystem) = ecosystems::language(package.kind) {
            let docket = of_languages.entry(ecosystem.family);
            docket.or_insert(Docket { ecosystem, packages: Vec::new() }).packages.push((index, item, package));
        } else {
            of_nobody.push(&*package.name);
        }
    }
    if !of_nobody.is_empty() {
        let detail = format!("{} are of a kind that nobody publishes advisories about", list(of_nobody.into_iter()));
        gaps.push(gap(GapKind::NoAdvisories, detail));
    }
    let docket = docket_of_distro(distro, of_distro, gaps);
    (docket, of_languages.into_values().collect())
}

fn docket_of_distro<'a>(
    distro: Option<&Distro>,
    packages: Vec<(usize, &'a Item, &'a Package)>,
    gaps: &mut Vec<Gap>,
) -> Option<Docket<'a>> {
    if packages.is_empty() {
        return None;
    }
    let count = packages.len();
    let Some(distro) = distro else {
        let detail = format!("no file says which distribution this is, so its {count} packages cannot be judged");
        gaps.push(gap(GapKind::UnknownDistro, detail));
        return None;
    };
    let (kind, ecosystem) = match ecosystems::distribution(distro) {
        Ok(known) => known,
        Err(why) => {
            let name = name(distro);
            gaps.push(match why {
                Unjudged::NotCovered => gap(
                    GapKind::NoAdvisories,
                    format!(
                        "{name} publishes no advisories that can be read here, so its {count} packages are not judged"
                    ),
                ),
                Unjudged::NoRelease => gap(
                    GapKind::UnknownDistro,
                    format!("no file says which release of {name} this is, so its {count} packages cannot be judged"),
                ),
            });
            return None;
        }
    };
    let (own, foreign): (Vec<_>, Vec<_>) = packages.into_iter().partition(|(_, _, package)| package.kind == kind);
    if !foreign.is_empty() {
        let detail = format!(
            "{} are in another package format than that of {}, so nothing judges them",
            list(foreign.iter().map(|(_, _, package)| &*package.name)),
            name(distro),
        );
        gaps.push(gap(GapKind::UnknownDistro, detail));
    }
    let (own, third): (Vec<_>, Vec<_>) =
        own.into_iter().partition(|(_, _, package)| vendors::third_party(package).is_none());
    if !third.is_empty() {
        let names = third.iter().map(|(_, _, package)| &*package.name);
        let detail =
            format!("{} come from others than {}, whose advisories do not speak of them", list(names), name(distro));
        gaps.push(gap(GapKind::NoAdvisories, detail));
    }
    (!own.is_empty()).then_some(Docket { ecosystem, packages: own })
}

/// The distribution's name for people.
fn name(distro: &Distro) -> &str {
    if distro.name.is_empty() { &distro.id } else { &distro.name }
}

/// `3 packages (a, b, c)`.
fn list<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let count = names.len();
    let shown: Vec<&str> = names.take(NAMES_IN_GAP).collect();
    let more = if count > shown.len() { ", ..." } else { "" };
    format!("{count} packages ({}{more})", shown.join(", "))
}
