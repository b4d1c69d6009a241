//! The whole judgement against facts that were checked with other tools, on a copy of OSV.dev's export beside the
//! repository. Skipped, loudly, where there is none.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod mirror;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use advisories::feeds::Reason;
use advisories::{Advisories, Bucket, Input, Judgement, Recipe, build};
use model::{AnalyzerId, Distro, Fact, Finding, GapKind, Inventory, Item, Package, PackageKind, Place, What};

use mirror::mirror;

fn judge(mirror: &Path, inventory: &Inventory) -> Judgement {
    let bucket = Bucket::open(mirror).unwrap();
    Advisories::new(bucket, "2026-11-24".parse().unwrap()).judge(inventory)
}

/// The distribution and the kind of package that an ecosystem stands for.
fn understood(ecosystem: &str) -> (Option<Distro>, PackageKind) {
    let (family, release) = ecosystem.split_once(':').unwrap_or((ecosystem, ""));
    if let Some(kind) = PackageKind::ALL.iter().find(|kind| kind.ecosystem() == Some(family)) {
        return (None, *kind);
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
        _ => panic!("nothing reads packages of {ecosystem}"),
    };
    let version = release.trim_start_matches('v').trim_end_matches(":LTS").to_owned();
    (Some(Distro { id: id.into(), version, ..Distro::default() }), kind)
}

/// Which advisories matched each (ecosystem, package, version), all asked in as few inventories as there are releases.
fn matched(mirror: &Path, questions: &[(String, String, String)]) -> HashMap<(String, String, String), Vec<String>> {
    let mut by_ecosystem: BTreeMap<&str, Vec<&(String, String, String)>> = BTreeMap::new();
    for question in questions {
        by_ecosystem.entry(&question.0).or_default().push(question);
    }
    let mut answers = HashMap::new();
    for (ecosystem, questions) in by_ecosystem {
        let (distro, kind) = understood(ecosystem);
        let items = questions.iter().map(|(_, name, version)| {
            let what = What::Package(Package::new(kind, name.clone(), version.clone()));
            let fact = Fact { what, place: Place::default(), by: AnalyzerId::new("test") };
            Item { fact, removed: None, owner: None }
        });
        let judgement = judge(mirror, &Inventory { distro, items: items.collect(), gaps: Vec::new() });
        for gap in &judgement.gaps {
            // The copy has nothing for new releases, and a few records have versions that are none.
            assert!(matches!(gap.kind, GapKind::NoAdvisories | GapKind::Unsupported), "{}", gap.detail);
        }
        for (index, question) in questions.iter().enumerate() {
            let ids = judgement.findings.iter().filter_map(|finding| match finding {
                Finding::Vulnerability(row) if row.item == index => Some(&row.evidence),
                _ => None,
            });
            let ids = ids.flat_map(|evidence| evidence.split("; ")).filter_map(|part| part.split(": ").next());
            answers.insert((*question).clone(), ids.map(str::to_owned).collect());
        }
    }
    answers
}

#[test]
fn facts() {
    let Some(mirror) = mirror() else { return };
    let table = fs::read_to_string(mirror.join("_extras/ground-truth/facts.tsv")).unwrap();
    let rows: Vec<Vec<&str>> =
        table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect()).collect();
    let key = |row: &[&str]| (row[0].to_owned(), row[1].to_owned(), row[2].to_owned());
    let answers = matched(&mirror, &rows.iter().map(|row| key(row)).collect::<Vec<_>>());
    let mut wrong = Vec::new();
    for row in &rows {
        let ids = &answers[&key(row)];
        let list = |column: &str| column.split(' ').filter(|id| *id != "-").map(str::to_owned).collect::<Vec<_>>();
        let missing: Vec<_> = list(row[3]).into_iter().filter(|id| !ids.contains(id)).collect();
        let excess: Vec<_> = list(row[4]).into_iter().filter(|id| ids.contains(id)).collect();
        if !(missing.is_empty() && excess.is_empty()) {
            wrong
                .push(format!("{} {} {}: missing {missing:?}, excess {excess:?} ({})", row[0], row[1], row[2], row[5]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} facts do not hold:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
    assert_eq!(rows.len(), 116, "this is not the list of facts that was counted");
}

#[test]
fn answers_of_osv_dev() {
    #[derive(serde::Deserialize)]
    struct Answer {
        ecosystem: String,
        name: String,
        version: String,
        #[serde(rename = "osv_dev_ids_present_in_mirror")]
        ids: Vec<String>,
    }
    let Some(mirror) = mirror() else { return };
    let lines = fs::read_to_string(mirror.join("_extras/ground-truth/osv-api-answers.jsonl")).unwrap();
    let expected: Vec<Answer> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let key = |answer: &Answer| (answer.ecosystem.clone(), answer.name.clone(), answer.version.clone());
    let answers = matched(&mirror, &expected.iter().map(key).collect::<Vec<_>>());
    let mut wrong = Vec::new();
    for answer in &expected {
        let ids = &answers[&key(answer)];
        let missing: Vec<_> = answer.ids.iter().filter(|id| !ids.contains(id)).collect();
        if !missing.is_empty() {
            wrong.push(format!("{} {} {}: missing {missing:?}", answer.ecosystem, answer.name, answer.version));
        }
    }
    assert!(wrong.is_empty(), "{} of {} answers are not ours:\n{}", wrong.len(), expected.len(), wrong.join("\n"));
    assert_eq!(expected.len(), 50, "this is not the list of answers that was counted");
}

/// Every record of every ecosystem that packages are of: none is refused.
#[test]
fn every_record_is_read() {
    let Some(mirror) = mirror() else { return };
    let names =
        ["Debian:11", "Ubuntu:22.04:LTS", "Alpine:v3.11", "Wolfi", "Alpaquita:23", "AlmaLinux:9", "Rocky Linux:8"];
    let names = names.into_iter().chain(["Azure Linux:3", "PyPI", "npm", "Go", "Maven", "crates.io"]);
    let names =
        names.chain(["RubyGems", "Packagist", "NuGet", "SwiftURL", "CRAN", "Hackage", "Bitnami", "Julia", "opam"]);
    for ecosystem in names {
        let (distro, kind) = understood(ecosystem);
        let what = What::Package(Package::new(kind, "no-such-package", "1.0.0"));
        let fact = Fact { what, place: Place::default(), by: AnalyzerId::new("test") };
        let items = vec![Item { fact, removed: None, owner: None }];
        let judgement = judge(&mirror, &Inventory { distro, items, gaps: Vec::new() });
        assert_eq!(judgement.gaps, [], "{ecosystem}");
        assert_eq!(judgement.knowledge.len(), 1);
        let knowledge = &judgement.knowledge[0];
        assert!(knowledge.advisories > 0 && knowledge.newest.is_some() && knowledge.packages == 1, "{knowledge:?}");
        eprintln!("{} {} {:?}", knowledge.ecosystem, knowledge.advisories, knowledge.newest);
    }
}

/// Records that publishers really served and that break the schema are left out, counted and located.
#[test]
fn what_breaks_the_schema_is_skipped_with_its_reason() {
    let Some(mirror) = mirror() else { return };
    let folder = tempfile::tempdir().unwrap();
    let inputs = vec![Input::Feed("osv", mirror.join("_extras/invalid-upstream"))];
    let recipe = Recipe { inputs, ecosystems: Vec::new(), threads: 1, level: 1, keep: false, made: None };
    let built = build(&recipe, folder.path(), &|_| {}).unwrap();
    assert_eq!((built.manifest.shards.len(), built.sources.len()), (0, 7));
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    for source in &built.sources {
        for (reason, refused) in &source.tally.refused {
            assert_eq!(*reason, Reason::Broken, "{}", refused.example);
            let fault = refused.example.split(": ").nth(1).unwrap().split(" at line").next().unwrap();
            *reasons.entry(fault.to_owned()).or_default() += refused.count;
        }
    }
    let expected =
        [("a commit that is none", 4), ("a reference that is no URL", 2), ("a severity that is no CVSS vector", 1)];
    assert_eq!(reasons, expected.map(|(fault, count)| (fault.to_owned(), count)).into());
}
