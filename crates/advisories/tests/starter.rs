//! The starter set: by itself, against CISA's catalogue, and against the records of other databases in a copy of OSV.dev's
//! export beside the repository. What needs the copy is skipped, loudly, where there is none.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod mirror;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use advisories::{Advisory, Affected, Ecosystem, Event, Rating, STARTER_DAY, Signal, Word, starter, starter_signals};
use cvss::Cvss;
use serde_json::Value;
use versions::Scheme;

use mirror::mirror;

/// Every ecosystem of the set.
const ECOSYSTEMS: &[&str] = &[
    "Bitnami",
    "CRAN",
    "GitHub Actions",
    "Go",
    "Julia",
    "Maven",
    "NuGet",
    "Packagist",
    "PyPI",
    "RubyGems",
    "SwiftURL",
    "crates.io",
    "npm",
];

/// Records of others that answer differently, and why the set does not follow them.
const DISSENT: &[(&str, &str)] = &[
    ("DRUPAL-CORE-2018-002", "knows nothing of Drupal 7, which is no package of its"),
    ("DRUPAL-CORE-2018-004", "knows nothing of Drupal 7, which is no package of its"),
    ("DRUPAL-CORE-2020-012", "knows nothing of Drupal 7, which is no package of its"),
    ("GHSA-7rjr-3q55-vv33", "leaves out that 2.3.1 is the fix for Java 6, of which Log4j's own page tells"),
    ("GHSA-pjfr-qf3p-3q25", "7.0.79 is the last affected version on Tomcat's own page, 7.0.81 the first with the fix"),
    ("x_FOP-drupal-core-CVE-2019-6340", "SA-CORE-2019-003 says that the core of Drupal 7 needs no update"),
    ("x_FOP-drupal-drupal-CVE-2019-6340", "SA-CORE-2019-003 says that the core of Drupal 7 needs no update"),
    ("x_NSWG-ECO-495", "has all its branches in one range, so that the first fix ends them all"),
    ("x_VICTIMS-CVE-2017-5638", "counts test releases before 2.5, which S2-045 does not"),
    ("x_VICTIMS-CVE-2018-11776", "begins at 2.3, where S2-057 begins at 2.0.4"),
];

/// How versions of an ecosystem compare.
fn scheme(family: &str) -> Scheme {
    Ecosystem::named(family).unwrap().scheme
}

/// Every advisory of the set with its packages of one ecosystem.
fn advisories() -> impl Iterator<Item = (&'static str, Scheme, Advisory)> {
    let of = |family: &'static str| starter(family).map(move |advisory| (family, scheme(family), advisory));
    ECOSYSTEMS.iter().copied().flat_map(of)
}

/// The version of an event; none for the one before all others.
fn version(event: &Event) -> Option<&str> {
    match event {
        Event::Introduced(version) if version == "0" => None,
        Event::Introduced(version) | Event::Fixed(version) | Event::LastAffected(version) | Event::Limit(version) => {
            Some(version)
        }
    }
}

/// Whether a version is affected, in the words of the OSV schema ("Evaluation"), slowly.
fn is_affected(scheme: Scheme, affected: &Affected, asked: &str) -> bool {
    let compare = |a: &str, b: &str| scheme.compare(a, b).unwrap();
    let listed = affected.versions.iter().any(|version| compare(version, asked) == Ordering::Equal);
    listed
        || affected.ranges.iter().any(|timeline| {
            let mut timeline: Vec<&Event> = timeline.iter().collect();
            timeline.sort_by(|a, b| match (version(a), version(b)) {
                (Some(a), Some(b)) => compare(a, b),
                (a, b) => a.is_some().cmp(&b.is_some()),
            });
            timeline.iter().fold(false, |affected, event| {
                let later = version(event).map_or(Ordering::Greater, |version| compare(asked, version));
                match event {
                    Event::Introduced(_) if later.is_ge() => true,
                    Event::Fixed(_) if later.is_ge() => false,
                    Event::LastAffected(_) if later.is_gt() => false,
                    _ => affected,
                }
            })
        })
}

/// What it says, for comparison with what is expected.
fn text(advisory: &Advisory) -> String {
    let packages = advisory.affected.iter().map(|affected| {
        let ranges: Vec<String> = affected.ranges.iter().map(|range| format!("{range:?}")).collect();
        format!("; {} {}: {}", affected.ecosystem, affected.name, ranges.join(" "))
    });
    let head = format!("{} by {}, also {}", advisory.id, advisory.publisher, advisory.aliases.join(" "));
    head + &packages.collect::<String>()
}

// From "Apache Log4j Security Vulnerabilities": fixed in 2.15.0 for Java 8, 2.12.2 for Java 7 and 2.3.1 for Java 6.
#[test]
fn log4shell_is_known_with_its_versions() {
    let found = starter("Maven").find(|advisory| advisory.id == "CVE-2021-44228").unwrap();
    assert_eq!(
        text(&found),
        "CVE-2021-44228 by plimsoll, also GHSA-jfh8-c2jp-5v3q; Maven org.apache.logging.log4j:log4j-core: \
         [Introduced(\"0\"), Fixed(\"2.3.1\")] [Introduced(\"2.4\"), Fixed(\"2.12.2\")] \
         [Introduced(\"2.13.0\"), Fixed(\"2.15.0\")]"
    );
    let signal = starter_signals().find(|signal| signal.id == "CVE-2021-44228").unwrap();
    // From CISA's catalogue.
    let expected = Word::Exploited { added: "2021-12-10".into(), due: None, ransomware: true, action: String::new() };
    assert_eq!(signal, Signal { id: "CVE-2021-44228".into(), word: expected });
}

// From the advisory of the package: these four releases held the malware, and no other.
#[test]
fn single_versions_are_single_versions() {
    let found = starter("npm").find(|advisory| advisory.id == "CVE-2025-54313").unwrap();
    let asked = ["8.10.0", "8.10.1", "8.10.2", "9.1.0", "9.1.1", "10.1.5", "10.1.6", "10.1.7", "10.1.8"];
    let bad: Vec<&str> =
        asked.into_iter().filter(|version| is_affected(Scheme::Semver, &found.affected[0], version)).collect();
    assert_eq!(bad, ["8.10.1", "9.1.1", "10.1.6", "10.1.7"]);
}

#[test]
fn an_ecosystem_has_its_own_packages_and_every_entry_is_of_one() {
    assert_eq!(starter("Debian").count(), 0);
    let mut ids = BTreeSet::new();
    for (family, _, advisory) in advisories() {
        assert!(advisory.affected.iter().all(|affected| affected.ecosystem == family), "{}", text(&advisory));
        ids.insert(advisory.id);
    }
    let signals: BTreeSet<String> = starter_signals().map(|signal| signal.id).collect();
    assert_eq!(ids, signals);
}

#[test]
fn versions_are_versions_and_ranges_go_forward() {
    for (_, scheme, advisory) in advisories() {
        for affected in &advisory.affected {
            let all = affected.ranges.iter().flatten().filter_map(version);
            for version in all.chain(affected.versions.iter().map(|version| &**version)) {
                assert!(scheme.parse(version).is_ok(), "{} {}: {version}", advisory.id, affected.name);
            }
            let bounds: Vec<&str> = affected.ranges.iter().flatten().filter_map(version).collect();
            for pair in bounds.windows(2) {
                let forward = scheme.compare(pair[0], pair[1]).is_ok_and(Ordering::is_lt);
                assert!(forward, "{} {}: {} before {}", advisory.id, affected.name, pair[0], pair[1]);
            }
        }
    }
}

#[test]
fn every_severity_scores() {
    for (_, _, advisory) in advisories() {
        let [Rating::Vector(vector)] = &advisory.ratings[..] else { panic!("{}", advisory.id) };
        let score = vector.parse::<Cvss>().unwrap().score();
        assert!(score > 0.0 && score <= 10.0, "{} {vector}", advisory.id);
    }
}

#[test]
fn the_catalogue_says_the_same() {
    let Some(mirror) = mirror() else { return };
    let file = File::open(mirror.join("kev/known_exploited_vulnerabilities.json")).unwrap();
    let catalogue: Value = serde_json::from_reader(file).unwrap();
    let catalogue: BTreeMap<&str, &Value> = catalogue["vulnerabilities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["cveID"].as_str().unwrap(), entry))
        .collect();
    for signal in starter_signals() {
        let Word::Exploited { added, ransomware, .. } = signal.word else { panic!("{}", signal.id) };
        match catalogue.get(&*signal.id) {
            Some(entry) => {
                assert_eq!(added, entry["dateAdded"].as_str().unwrap(), "{}", signal.id);
                if added.as_str() <= STARTER_DAY {
                    assert_eq!(ransomware, entry["knownRansomwareCampaignUse"] == "Known", "{}", signal.id);
                }
            }
            None => assert!(added.as_str() > STARTER_DAY, "{} is not in the catalogue", signal.id),
        }
    }
}

/// What a record says about one package of an ecosystem, whatever it is called there; none when it is about others.
fn said(record: &Value, family: &str, name: &str) -> Option<Affected> {
    let mut said = Affected::default();
    let mut found = false;
    for affected in record["affected"].as_array()? {
        let ecosystem = affected["package"]["ecosystem"].as_str().unwrap_or_default();
        if ecosystem.split(':').next() != Some(family) || affected["package"]["name"] != name {
            continue;
        }
        found = true;
        let strings = |value: &Value| -> Vec<String> {
            value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        said.versions.extend(strings(&affected["versions"]));
        for range in affected["ranges"].as_array().into_iter().flatten().filter(|range| range["type"] != "GIT") {
            let event = |event: &Value| {
                let (kind, version) = event.as_object().unwrap().iter().next().unwrap();
                let version = version.as_str().unwrap().to_owned();
                match &**kind {
                    "introduced" => Event::Introduced(version),
                    "fixed" => Event::Fixed(version),
                    "last_affected" => Event::LastAffected(version),
                    _ => Event::Limit(version),
                }
            };
            said.ranges.push(range["events"].as_array().unwrap().iter().map(event).collect());
        }
    }
    found.then_some(said)
}

/// All records of one ecosystem that name one of these ids.
fn records(mirror: &Path, family: &str, ids: &BTreeSet<String>) -> Vec<(BTreeSet<String>, Value)> {
    let Ok(file) = File::open(mirror.join(family).join("all.zip")) else { return Vec::new() };
    let mut archive = zip::ZipArchive::new(file).unwrap();
    let mut records = Vec::new();
    for index in 0..archive.len() {
        let mut bytes = Vec::new();
        archive.by_index(index).unwrap().read_to_end(&mut bytes).unwrap();
        let record: Value = serde_json::from_slice(&bytes).unwrap();
        let named = ["aliases", "upstream", "related"].iter().filter_map(|key| record[*key].as_array()).flatten();
        let named = named.chain([&record["id"]]).filter_map(Value::as_str).map(str::to_owned);
        let named: BTreeSet<String> = named.filter(|id| ids.contains(id)).collect();
        if !named.is_empty() && record["withdrawn"].is_null() {
            records.push((named, record));
        }
    }
    records
}

// The versions asked are those where an answer may change, and those that a record lists.
#[test]
fn other_databases_answer_the_same() {
    let Some(mirror) = mirror() else { return };
    let ids: BTreeSet<String> = starter_signals().map(|signal| signal.id).collect();
    let (mut compared, mut wrong, mut dissenting) = (0, Vec::new(), BTreeSet::new());
    for family in ECOSYSTEMS {
        let scheme = scheme(family);
        let records = records(&mirror, family, &ids);
        for advisory in starter(family) {
            for ours in &advisory.affected {
                for (_, record) in records.iter().filter(|(named, _)| named.contains(&advisory.id)) {
                    let Some(theirs) = said(record, family, &ours.name) else { continue };
                    let id = record["id"].as_str().unwrap();
                    compared += 1;
                    let bounds = theirs.ranges.iter().chain(&ours.ranges).flatten().filter_map(version);
                    let asked: BTreeSet<&str> =
                        bounds.chain(theirs.versions.iter().map(|version| &**version)).collect();
                    for version in asked {
                        let (we, they) = (is_affected(scheme, ours, version), is_affected(scheme, &theirs, version));
                        if we == they {
                            continue;
                        }
                        dissenting.insert(id.to_owned());
                        if !DISSENT.iter().any(|(dissent, _)| *dissent == id) {
                            wrong.push(format!("{} {family} {} {version}: {we}, {id}: {they}", advisory.id, ours.name));
                        }
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let expected: BTreeSet<String> = DISSENT.iter().map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(dissenting, expected, "a record that dissents no more needs no excuse");
    eprintln!("{compared} entries of other databases compared");
    assert!(compared > 100);
}
