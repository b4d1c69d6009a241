//! Inventories to be judged: a package of one name in every ecosystem.

use advisories::{Date, Judgement};
use model::{AnalyzerId, Distro, Fact, Finding, Inventory, Item, Package, PackageKind, Place, SourcePackage, What};

/// The folders of their advisories.
pub const FAMILIES: &[&str] = &["Debian", "Ubuntu", "Alpine", "Red Hat", "crates.io", "Go", "Maven", "npm", "PyPI"];

/// Distributions whose ecosystems find advisories in different ways.
const DISTROS: [(&str, &str, PackageKind); 4] = [
    ("debian", "12", PackageKind::Deb),
    ("ubuntu", "24.04", PackageKind::Deb),
    ("alpine", "3.20.3", PackageKind::Apk),
    ("rhel", "9.3", PackageKind::Rpm),
];

/// One inventory per distribution, with packages of languages in the first. Every package is called `a`.
pub fn every_kind(version: &str) -> Vec<Inventory> {
    let inventory = |(index, (id, release, kind)): (usize, (&str, &str, PackageKind))| {
        let distro = Distro { id: id.into(), version: release.into(), ..Distro::default() };
        let mut items = vec![item(kind, version)];
        if index == 0 {
            items.extend(languages().map(|kind| item(kind, version)));
        }
        Inventory { distro: Some(distro), items, gaps: Vec::new() }
    };
    DISTROS.into_iter().enumerate().map(inventory).collect()
}

/// Packages of npm alone.
pub fn of_npm() -> Inventory {
    Inventory { items: vec![item(PackageKind::Npm, "1.0.0")], ..Inventory::default() }
}

fn languages() -> impl Iterator<Item = PackageKind> {
    PackageKind::ALL.iter().copied().filter(|kind| !kind.is_os())
}

fn item(kind: PackageKind, version: &str) -> Item {
    let mut package = Package::new(kind, "a", version);
    package.module = (kind == PackageKind::Rpm).then(|| "nodejs:16".into());
    package.source = kind.is_os().then(|| SourcePackage { name: "a".into(), version: version.into() });
    let place = Place { layer: None, path: "a".into() };
    Item { fact: Fact { what: What::Package(package), place, by: AnalyzerId::new("fuzz") }, removed: None, owner: None }
}

/// The day that advisories are judged on.
pub fn today() -> Date {
    "2026-01-01".parse().unwrap_or_else(|error| panic!("{error}"))
}

/// A finding is about a package that is there, and has a name.
pub fn check(judgement: &Judgement, inventory: &Inventory) {
    for finding in &judgement.findings {
        if let Finding::Vulnerability(vulnerability) = finding {
            assert!(vulnerability.item < inventory.items.len());
            assert!(vulnerability.score.is_none_or(|score| (0.0..=10.0).contains(&score)), "{:?}", vulnerability.score);
            assert!(!vulnerability.summary.contains('\n') && vulnerability.references.len() <= 100);
        }
    }
}
