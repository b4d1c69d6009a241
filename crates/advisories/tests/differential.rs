//! Shards against a slow and obvious reading of the raw records, on a copy of OSV.dev's export beside the repository.
//! Skipped, loudly, where there is none.
//!
//! The reference is the pseudocode of the OSV schema's section "Evaluation" over JSON values, with what our documentation
//! adds to it and nothing of our code but the order of two versions, which other tests check against package managers.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod mirror;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use advisories::feeds::Reason;
use advisories::{Ecosystem, Input, Library, Recipe, Shard, affecting, build};
use serde_json::Value;
use versions::Scheme;

use mirror::mirror;

/// Pairs of package and version that are asked.
const PAIRS: usize = 20_000;

/// What is affected of a package, with the record's id.
type Entries = Vec<(String, Value)>;

/// Every `affected` entry of every record that counts, by ecosystem and name as shards write it.
fn raw(mirror: &Path) -> BTreeMap<(String, String), Entries> {
    let mut newest: HashMap<String, Value> = HashMap::new();
    for folder in fs::read_dir(mirror).unwrap() {
        let Ok(file) = File::open(folder.unwrap().path().join("all.zip")) else { continue };
        let mut archive = zip::ZipArchive::new(file).unwrap();
        for index in 0..archive.len() {
            let mut json = String::new();
            archive.by_index(index).unwrap().read_to_string(&mut json).unwrap();
            let record: Value = serde_json::from_str(&json).unwrap();
            newest.insert(record["id"].as_str().unwrap().to_owned(), record);
        }
    }
    let mut entries: BTreeMap<(String, String), Entries> = BTreeMap::new();
    let newest: BTreeMap<_, _> = newest.into_iter().collect();
    for (id, record) in newest {
        if !record["withdrawn"].is_null() || is_mere_update(&record) {
            continue;
        }
        for affected in record["affected"].as_array().into_iter().flatten() {
            let Some(ecosystem) = affected["package"]["ecosystem"].as_str() else { continue };
            let name = affected["package"]["name"].as_str().unwrap();
            let Some(known) = Ecosystem::named(ecosystem) else { continue };
            let key = (ecosystem.to_owned(), known.normalize(name).into_owned());
            entries.entry(key).or_default().push((id.clone(), affected.clone()));
        }
    }
    entries
}

/// Updates of AlmaLinux that fix no vulnerability.
fn is_mere_update(record: &Value) -> bool {
    let id = record["id"].as_str().unwrap();
    let cves = |key: &str| record[key].as_array().is_some_and(|list| !list.is_empty());
    (id.starts_with("ALBA") || id.starts_with("ALEA")) && !cves("upstream") && !cves("related")
}

/// The timelines of an entry: pairs of a kind and a version.
fn timelines(affected: &Value) -> Vec<Vec<(String, String)>> {
    let read = |ranges: &Value| -> Vec<Vec<(String, String)>> {
        let ranges = ranges.as_array().into_iter().flatten().filter(|range| range["type"] != "GIT");
        let events = |range: &Value| {
            let events = range["events"].as_array().into_iter().flatten();
            let pairs = events.flat_map(|event| event.as_object().unwrap().iter());
            pairs
                .map(|(kind, version)| (kind.clone(), version.as_str().unwrap().to_owned()))
                .filter(|(_, version)| !version.starts_with('<'))
                .collect()
        };
        ranges.map(events).collect()
    };
    let plain = read(&affected["ranges"]);
    let custom = &affected["ecosystem_specific"]["custom_ranges"];
    let all = plain.iter().flatten().all(|(kind, version)| kind == "introduced" && version == "0");
    if custom.is_array() && all { read(custom) } else { plain }
}

/// Whether an entry says that the version is affected.
fn affects(affected: &Value, scheme: Scheme, version: &str) -> bool {
    let listed = || affected["versions"].as_array().into_iter().flatten().filter_map(Value::as_str);
    if listed().any(|listed| listed == version) {
        return true;
    }
    let timelines = timelines(affected);
    if timelines.iter().any(|timeline| is_within(timeline, scheme, version)) {
        return true;
    }
    // "Where there are no ranges, 1.0.0 must find 1.0."
    timelines.iter().all(|timeline| unreadable(timeline, scheme))
        && listed().any(|listed| scheme.compare(listed, version) == Ok(Ordering::Equal))
}

/// Versions in the form in which they are compared: no scheme has any with spaces.
fn tidy(version: &str, scheme: Scheme) -> String {
    if scheme.is_valid(version) { version.to_owned() } else { version.replace(' ', "") }
}

fn unreadable(timeline: &[(String, String)], scheme: Scheme) -> bool {
    let mut versions = timeline.iter().map(|(_, version)| tidy(version, scheme));
    versions.any(|version| version != "*" && !scheme.is_valid(&version) && !Scheme::Generic.is_valid(&version))
}

fn is_within(timeline: &[(String, String)], scheme: Scheme, version: &str) -> bool {
    if unreadable(timeline, scheme) {
        return false;
    }
    let timeline: Vec<(&str, String)> =
        timeline.iter().map(|(kind, version)| (&**kind, tidy(version, scheme))).collect();
    let fits = |scheme: Scheme, kind: &str, at: &str| {
        (kind == "introduced" && at == "0") || (kind == "limit" && at == "*") || scheme.is_valid(at)
    };
    // One that is none of the scheme makes the generic order decide about the whole timeline.
    let all = scheme.is_valid(version) && timeline.iter().all(|(kind, at)| fits(scheme, kind, at));
    let scheme = if all { scheme } else { Scheme::Generic };
    if !scheme.is_valid(version) || !timeline.iter().all(|(kind, at)| fits(scheme, kind, at)) {
        return false;
    }
    let order = |a: &str, b: &str| scheme.compare(a, b).unwrap();
    let limits: Vec<&String> = timeline.iter().filter(|(kind, _)| *kind == "limit").map(|(_, at)| at).collect();
    if !limits.is_empty() && !limits.iter().any(|limit| *limit == "*" || order(version, limit).is_lt()) {
        return false;
    }
    let mut sorted: Vec<&(&str, String)> = timeline.iter().filter(|(kind, _)| *kind != "limit").collect();
    sorted.sort_by(|a, b| {
        let first = |event: &(&str, String)| event.0 == "introduced" && event.1 == "0";
        match (first(a), first(b)) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            // What ends above a version ends after what begins at it.
            (false, false) => order(&a.1, &b.1).then((a.0 == "last_affected").cmp(&(b.0 == "last_affected"))),
        }
    });
    let mut vulnerable = false;
    for (kind, at) in sorted {
        match *kind {
            "introduced" if at == "0" || order(version, at).is_ge() => vulnerable = true,
            "fixed" if order(version, at).is_ge() => vulnerable = false,
            "last_affected" if order(version, at).is_gt() => vulnerable = false,
            _ => {}
        }
    }
    vulnerable
}

/// Numbers that look random and are the same each time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap()
    }
}

/// A version at a boundary or beside one, or one that is listed.
fn version(entries: &Entries, dice: &mut Dice) -> String {
    let affected = &entries[dice.below(entries.len())].1;
    let listed = affected["versions"].as_array().map_or(&[][..], Vec::as_slice);
    let events: Vec<String> = timelines(affected).into_iter().flatten().map(|(_, version)| version).collect();
    let version = if !listed.is_empty() && (events.is_empty() || dice.below(3) == 0) {
        listed[dice.below(listed.len())].as_str().unwrap().to_owned()
    } else if events.is_empty() {
        "1.0".to_owned()
    } else {
        events[dice.below(events.len())].clone()
    };
    match dice.below(8) {
        0 => format!("{version}.1"),
        1 => format!("{version}-0"),
        2 => format!("{version}-rc1"),
        3 => format!("{version}~1"),
        4 => version.rsplit_once(['.', '-']).map_or(version.clone(), |(start, _)| start.to_owned()),
        _ => version,
    }
}

#[test]
fn shards_answer_as_the_records_do() {
    let Some(mirror) = mirror() else { return };
    let folder = tempfile::tempdir().unwrap();
    let recipe = Recipe {
        inputs: vec![Input::Bucket(mirror.clone())],
        ecosystems: Vec::new(),
        threads: 2,
        level: 1,
        keep: false,
        made: None,
    };
    let built = build(&recipe, folder.path(), &|_| {}).unwrap();
    assert!(built.sources.iter().all(|source| source.broken.is_none()));
    // All of them follow the schema.
    assert!(built.sources.iter().all(|source| !source.tally.refused.contains_key(&Reason::Broken)));
    let library = Library::open(folder.path()).unwrap();
    let raw = raw(&mirror);
    let mut by_family: BTreeMap<&str, Vec<&(String, String)>> = BTreeMap::new();
    for key in raw.keys() {
        by_family.entry(key.0.split(':').next().unwrap()).or_default().push(key);
    }
    let families: Vec<_> = by_family.into_iter().collect();
    let mut dice = Dice(2026);
    let mut shards: HashMap<String, Option<Shard>> = HashMap::new();
    let (mut affected, mut wrong) = (0, Vec::new());
    let mut asked: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..PAIRS {
        let (family, keys) = &families[dice.below(families.len())];
        let key = keys[dice.below(keys.len())];
        let entries = &raw[key];
        let version = version(entries, &mut dice);
        let ecosystem = Ecosystem::named(&key.0).unwrap();
        let shard =
            shards.entry(key.0.clone()).or_insert_with(|| library.shard(&advisories::shard(&key.0).unwrap()).unwrap());
        let said: BTreeSet<String> = match shard {
            None => BTreeSet::new(),
            Some(shard) => {
                let affecting = affecting(shard, &ecosystem, &key.1, &version).unwrap();
                affecting.iter().map(|found| shard.head(found.record).unwrap().id).collect()
            }
        };
        // Entries of modules say nothing about packages that are of none.
        let modular = |text: &str| text.contains(".module");
        let same_kind = |entry: &Value| {
            let mut ends = timelines(entry).into_iter().flatten().filter(|(kind, _)| kind != "introduced");
            ecosystem.scheme != Scheme::Rpm || ends.any(|(_, at)| modular(&at)) == modular(&version)
        };
        let meant: BTreeSet<String> = entries
            .iter()
            .filter(|(_, entry)| same_kind(entry) && affects(entry, ecosystem.scheme, &version))
            .map(|(id, _)| id.clone())
            .collect();
        affected += usize::from(!meant.is_empty());
        *asked.entry(family).or_default() += 1;
        if said != meant {
            let (less, more): (Vec<_>, Vec<_>) = (meant.difference(&said).collect(), said.difference(&meant).collect());
            wrong.push(format!("{} {} {version}: shards lack {less:?} and have {more:?} more", key.0, key.1));
        }
    }
    eprintln!("{PAIRS} pairs in {} ecosystems, {affected} of them affected", asked.len());
    assert!(wrong.is_empty(), "{} answers differ:\n{}", wrong.len(), wrong[..wrong.len().min(30)].join("\n"));
    assert!(asked.len() >= 25, "{asked:?}");
    assert!(affected > PAIRS / 4 && affected < PAIRS * 3 / 4, "{affected}");
}
