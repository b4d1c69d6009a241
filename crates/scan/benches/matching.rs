//! What it costs to look packages up in shards: opening them, matching, and making rows of what matched. Nothing is kept
//! from one run to the next but what the system keeps of files.
//!
//! `PLIMSOLL_FROM` names a folder as OSV.dev exports it, `PLIMSOLL_IMAGE` an image (`NAME.oci`) whose packages are looked
//! up. The other question is about packages that are drawn from the shards themselves, of every ecosystem.
//!
//! `cargo bench -p plimsoll-scan --bench matching`

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement may panic, and says what it measured")]

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use advisories::{Advisories, Event, Input, Library, Recipe, Shard, build};
use model::{AnalyzerId, Distro, Fact, Finding, Inventory, Item, Package, PackageKind, Place, What};

const RUNS: usize = 21;
const PACKAGES: usize = 10_000;

fn main() {
    let Some(from) = env::var_os("PLIMSOLL_FROM").map(PathBuf::from) else {
        println!("PLIMSOLL_FROM names no folder of advisories; nothing is measured");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let recipe = Recipe {
        inputs: vec![Input::Bucket(from)],
        ecosystems: Vec::new(),
        threads: 2,
        level: 12,
        keep: false,
        made: None,
    };
    build(&recipe, folder.path(), &|_| {}).unwrap();
    if let Some(image) = env::var_os("PLIMSOLL_IMAGE") {
        measure("the image", &[packages_of(Path::new(&image))], folder.path());
    }
    measure("drawn from all ecosystems", &drawn(folder.path()), folder.path());
}

/// Says the median of some runs.
fn measure(what: &str, inventories: &[Inventory], shards: &Path) {
    let packages: usize = inventories.iter().map(|inventory| inventory.packages().count()).sum();
    let mut times = Vec::new();
    let mut rows = 0;
    for _ in 0..RUNS {
        let started = Instant::now();
        let detector = Advisories::new(Library::open(shards).unwrap(), "2026-11-24".parse().unwrap());
        rows = 0;
        for inventory in inventories {
            let findings = detector.judge(inventory).findings;
            rows += findings.iter().filter(|finding| matches!(finding, Finding::Vulnerability(_))).count();
        }
        times.push(started.elapsed());
    }
    times.sort();
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    println!(
        "{what}: {packages} packages, {rows} rows, median {:.1} ms, from {:.1} to {:.1} ms",
        milliseconds(times[RUNS / 2]),
        milliseconds(times[0]),
        milliseconds(times[RUNS - 1])
    );
}

fn packages_of(image: &Path) -> Inventory {
    let opened = image::local::open(image, None, &image::PlatformChoice::default(), &model::Budget::default()).unwrap();
    let options = scan::Options {
        analyzers: packages::analyzers().collect(),
        archives: scan::Archives::default(),
        history: Vec::new(),
        budget: model::Budget::default(),
        cache: None,
        jobs: 2,
        progress: None,
    };
    scan::scan(opened.into_iter().next().unwrap(), &[], &options).unwrap().inventory
}

/// Packages of the shards, spread over all of them. One in ten is in the version that an advisory calls the first with a
/// fix, the others in the highest such version: not many images are kept worse.
fn drawn(shards: &Path) -> Vec<Inventory> {
    let shards = Library::open(shards).unwrap().shards().unwrap();
    let mut candidates: Vec<(Option<Distro>, PackageKind, Vec<Package>)> = Vec::new();
    for shard in &shards {
        let Some((distro, kind)) = reader(&shard.about().shard) else { continue };
        let package = |(index, name)| {
            let version = version(shard, name, index % 10 == 0)?;
            Some(Package::new(kind, name, version))
        };
        candidates.push((distro, kind, shard.names().enumerate().filter_map(package).collect()));
    }
    // As many of each as there are, but no more than its share.
    let mut inventories: BTreeMap<Option<Distro>, Vec<Item>> = BTreeMap::new();
    let mut left = PACKAGES;
    candidates.sort_by_key(|(_, _, packages)| packages.len());
    let mut shards = candidates.len();
    for (distro, _, mut packages) in candidates {
        let share = (left / shards).min(packages.len());
        let step = packages.len() / share.max(1);
        packages = packages.into_iter().step_by(step.max(1)).take(share).collect();
        (left, shards) = (left - packages.len(), shards - 1);
        let item = |package| {
            let fact = Fact { what: What::Package(package), place: Place::default(), by: AnalyzerId::new("bench") };
            Item { fact, removed: None, owner: None }
        };
        inventories.entry(distro).or_default().extend(packages.into_iter().map(item));
    }
    let inventory = |(distro, items)| Inventory { distro, items, gaps: Vec::new() };
    inventories.into_iter().map(inventory).collect()
}

/// The highest version that is called the first with a fix, or any.
fn version<'a>(shard: &'a Shard, name: &str, any: bool) -> Option<&'a str> {
    let scheme = advisories::Ecosystem::named(&shard.about().shard)?.scheme;
    let events: Vec<_> = shard.entries(name).unwrap().iter().flat_map(|entry| entry.timelines().flatten()).collect();
    let fixed = events.into_iter().filter_map(|event| match event {
        Event::Fixed(version) => Some(version),
        _ => None,
    });
    let mut fixed = fixed.filter(|version| scheme.is_valid(version));
    let later = |a, b| if scheme.compare(a, b).is_ok_and(std::cmp::Ordering::is_lt) { b } else { a };
    if any { fixed.next() } else { fixed.reduce(later) }
}

/// The distribution and the kind of package that a shard is about.
fn reader(shard: &str) -> Option<(Option<Distro>, PackageKind)> {
    let (family, release) = shard.split_once(':').unwrap_or((shard, ""));
    if let Some(kind) = PackageKind::ALL.iter().find(|kind| kind.ecosystem() == Some(family)) {
        return Some((None, *kind));
    }
    let (id, kind) = match family {
        "Debian" => ("debian", PackageKind::Deb),
        "Ubuntu" => ("ubuntu", PackageKind::Deb),
        "Alpine" => ("alpine", PackageKind::Apk),
        "Wolfi" => ("wolfi", PackageKind::Apk),
        "Alpaquita" => ("alpaquita", PackageKind::Apk),
        "AlmaLinux" => ("almalinux", PackageKind::Rpm),
        "Rocky Linux" => ("rocky", PackageKind::Rpm),
        "Azure Linux" => ("azurelinux", PackageKind::Rpm),
        _ => return None,
    };
    let version = release.trim_start_matches('v').to_owned();
    Some((Some(Distro { id: id.into(), version, ..Distro::default() }), kind))
}
