//! Inventories in short, and what is said of them.

use model::{Distro, Fact, FixState, Item, LayerIndex, Package, PackageKind, Place, SourcePackage, What};

use super::*;
use crate::feeds::osv;
use crate::shard::{Builder, Shard};

/// A store of a few records, in OSV's form.
struct Records(Vec<String>);

impl Store for Records {
    fn supply(&self, wanted: &Wanted<'_>) -> Result<Supply, StoreError> {
        let mut builder = Builder::new("test", 1);
        for json in &self.0 {
            let advisory = osv::parse(json.as_bytes(), |ecosystem, name| {
                wanted.ecosystem.contains(ecosystem).then(|| name.into())
            });
            let advisory = advisory.unwrap().unwrap();
            if !advisory.affected.is_empty() {
                builder.add(advisory);
            }
        }
        Ok(Supply { newest: None, ..Supply::of(vec![Shard::from_bytes("test", builder.finish().0)?]) })
    }
}

/// `ID ECOSYSTEM NAME introduced..fixed MORE`: a record with one range.
fn record(id: &str, ecosystem: &str, name: &str, fixed: &str, more: &str) -> String {
    let fixed = if fixed.is_empty() { String::new() } else { format!(r#",{{"fixed":"{fixed}"}}"#) };
    format!(
        r#"{{"id":"{id}","modified":"2024-01-01T00:00:00Z","summary":"about {name}",{more}
        "affected":[{{"package":{{"ecosystem":"{ecosystem}","name":"{name}"}},
        "ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"0"}}{fixed}]}}]}}]}}"#
    )
}

fn deb(name: &str, version: &str, source: &str) -> Package {
    let source = Some(SourcePackage { name: source.into(), version: version.into() });
    Package { source, ..Package::new(PackageKind::Deb, name, version) }
}

fn item(package: Package, owner: Option<&str>) -> Item {
    let place = Place { layer: Some(LayerIndex(0)), path: "some/file".into() };
    let fact = Fact { what: What::Package(package), place, by: AnalyzerId::new("test") };
    Item { fact, removed: None, owner: owner.map(str::to_owned) }
}

fn debian(version: &str) -> Distro {
    Distro { id: "debian".into(), version: version.into(), name: "Debian".into(), ..Distro::default() }
}

fn judge(records: &[String], distro: Option<Distro>, items: Vec<Item>) -> Judgement {
    let advisories = Advisories::new(Records(records.to_vec()), "2026-01-01".parse().unwrap());
    advisories.judge(&Inventory { distro, items, gaps: Vec::new() })
}

/// Rows as `package id severity fixed`, with `(suppressed)`.
fn rows(judgement: &Judgement, items: &[Item]) -> Vec<String> {
    let text = |finding: &Finding| match finding {
        Finding::Vulnerability(row) => format!(
            "{} {} {} {}{}",
            items[row.item].package().unwrap().name,
            row.id,
            row.severity.word(),
            row.fixed.as_deref().unwrap_or("-"),
            if row.suppressed.is_some() { " (suppressed)" } else { "" },
        ),
        Finding::EndOfLife(end) => format!("end of {} {}", end.release, end.date),
        other => panic!("advisories say nothing of this: {other:?}"),
    };
    judgement.findings.iter().map(text).collect()
}

fn check(records: &[String], distro: Option<Distro>, items: &[Item], expected: &[&str], gaps: &[GapKind]) {
    let judgement = judge(records, distro, items.to_vec());
    assert_eq!(rows(&judgement, items), expected);
    let kinds: Vec<_> = judgement.gaps.iter().map(|gap| gap.kind).collect();
    assert_eq!(kinds, gaps, "{:?}", judgement.gaps);
}

#[test]
fn a_flood_of_findings_is_bounded() {
    let records: Vec<String> = (0..3).map(|id| record(&format!("GHSA-{id}"), "npm", "a", "2.0.0", "")).collect();
    let items = (0..5).map(|_| item(Package::new(PackageKind::Npm, "a", "1.0.0"), None)).collect();
    let today = "2026-01-01".parse().unwrap();
    let advisories = Advisories { most: 8, ..Advisories::new(Records(records), today) };
    let judgement = advisories.judge(&Inventory { distro: None, items, gaps: Vec::new() });
    assert_eq!(judgement.findings.len(), 6);
    assert_eq!(judgement.gaps.iter().map(|gap| gap.kind).collect::<Vec<_>>(), [GapKind::LimitHit]);
}

#[test]
fn several_databases_make_one_row_with_the_fix_that_satisfies_all() {
    let records = [
        record("PYSEC-1", "PyPI", "flask-cors", "1.1", r#""aliases":["CVE-2024-0001"],"#),
        record(
            "GHSA-1",
            "PyPI",
            "flask-cors",
            "1.2",
            r#""aliases":["CVE-2024-0001"],"database_specific":{"severity":"HIGH"},"#,
        ),
    ];
    let items = vec![item(Package::new(PackageKind::Pypi, "Flask_Cors", "1.0"), None)];
    let judgement = judge(&records, None, items.clone());
    assert_eq!(rows(&judgement, &items), ["Flask_Cors CVE-2024-0001 high 1.2"]);
    let Finding::Vulnerability(row) = &judgement.findings[0] else { panic!() };
    assert_eq!(row.aliases, ["GHSA-1", "PYSEC-1"]);
    assert_eq!(row.severity_source, "GHSA-1");
    assert_eq!(row.state, FixState::Fixed);
    assert_eq!(row.evidence, "GHSA-1: PyPI flask-cors < 1.2, this is 1.0; PYSEC-1: PyPI flask-cors < 1.1, this is 1.0");
    let known =
        Knowledge { ecosystem: "PyPI".into(), advisories: 2, newest: None, packages: 1, starter: false, checked: None };
    assert_eq!(judgement.knowledge, [known]);
}

#[test]
fn every_binary_of_a_source_has_its_rows_and_removed_ones_have_none() {
    let records = [record(
        "DSA-1-1",
        "Debian:12",
        "openssl",
        "3.0.11-1~deb12u2",
        r#""upstream":["CVE-2023-0001","CVE-2023-0002"],"#,
    )];
    let mut gone = item(deb("openssl", "3.0.9-1", "openssl"), None);
    gone.removed = Some(LayerIndex(1));
    let items = vec![
        item(deb("libssl3", "3.0.9-1", "openssl"), None),
        gone,
        item(deb("openssl", "3.0.11-1~deb12u2", "openssl"), None),
        item(deb("libssl-dev", "3.0.9-1", "openssl"), None),
    ];
    let expected = [
        "libssl3 CVE-2023-0001 unknown 3.0.11-1~deb12u2",
        "libssl3 CVE-2023-0002 unknown 3.0.11-1~deb12u2",
        "libssl-dev CVE-2023-0001 unknown 3.0.11-1~deb12u2",
        "libssl-dev CVE-2023-0002 unknown 3.0.11-1~deb12u2",
    ];
    check(&records, Some(debian("12")), &items, &expected, &[]);
}

fn owned(owner: &str) -> Vec<Item> {
    vec![
        item(deb("python3-requests", "2.28.1+dfsg-1", "requests"), None),
        item(Package { vendor: Some("x@docker.com".into()), ..deb("docker-ce", "24", "docker-ce") }, None),
        item(Package::new(PackageKind::Pypi, "requests", "2.28.1"), Some(owner)),
    ]
}

#[test]
fn the_distributions_word_counts_for_what_its_packages_brought() {
    let upstream = record("GHSA-1", "PyPI", "requests", "2.31.0", r#""aliases":["CVE-2023-0001"],"#);
    let distro = |fixed| record("DSA-1-1", "Debian:12", "requests", fixed, r#""upstream":["CVE-2023-0001"],"#);
    let other = record("DSA-2-1", "Debian:12", "other", "1", "");
    let reason = |records: &[String], owner| {
        let found = judge(records, Some(debian("12")), owned(owner)).findings;
        let row = found.into_iter().rev().find_map(|finding| match finding {
            Finding::Vulnerability(row) => Some(row),
            _ => None,
        });
        row.unwrap().suppressed.unwrap_or_default()
    };
    let mine = "python3-requests";
    // It lists the vulnerability, and the package has it: one finding, not two.
    let affected = reason(&[distro("2.28.1+dfsg-1+deb12u1"), upstream.clone()], mine);
    assert_eq!(affected, "counted for python3-requests, the package of Debian:12 that brought the file");
    // It lists it, and this build has the fix.
    let fixed = reason(&[distro("2.28.1+dfsg-1"), upstream.clone()], mine);
    assert!(fixed.ends_with("by its advisories this version has the fix"), "{fixed}");
    let unlisted = reason(&[other.clone(), upstream.clone()], mine);
    assert!(unlisted.ends_with("its advisories do not list this for it"), "{unlisted}");
    // It has no advisories at all, or the package is not its own.
    assert_eq!(reason(std::slice::from_ref(&upstream), mine), "");
    assert_eq!(reason(&[other.clone(), upstream.clone()], "docker-ce"), "");
    assert_eq!(reason(&[other, upstream], "not-there"), "");
}

#[test]
fn a_distribution_that_has_ended_is_not_believed_in_what_it_leaves_out() {
    let records = [
        record("GHSA-1", "PyPI", "requests", "2.31.0", r#""aliases":["CVE-2023-0001"],"#),
        record("GHSA-2", "PyPI", "requests", "2.32.0", r#""aliases":["CVE-2025-0001"],"#),
        record("DLA-1-1", "Debian:10", "requests", "2.28.1+dfsg-1", r#""upstream":["CVE-2023-0001"],"#),
    ];
    let expected = [
        "requests CVE-2023-0001 unknown 2.31.0 (suppressed)",
        "requests CVE-2025-0001 unknown 2.32.0",
        "end of Debian 10 (buster) 2022-09-10",
    ];
    check(&records, Some(debian("10")), &owned("python3-requests"), &expected, &[GapKind::NoAdvisories]);
}

#[test]
fn what_cannot_be_judged_is_a_gap() {
    let npm = record("GHSA-1", "npm", "lodash", "4.17.21", "");
    let lodash = |version| item(Package::new(PackageKind::Npm, "lodash", version), None);
    check(std::slice::from_ref(&npm), None, &[lodash("latest")], &[], &[GapKind::Unsupported]);
    check(std::slice::from_ref(&npm), None, &[lodash("")], &[], &[GapKind::Unsupported]);
    // Nothing is filed about this one, whatever its version means.
    check(&[npm], None, &[item(Package::new(PackageKind::Npm, "left-pad", "latest"), None)], &[], &[]);
    check(&[], None, &[lodash("4.17.20")], &[], &[GapKind::NoAdvisories]);
    let bash = [item(deb("bash", "5.2", "bash"), None)];
    check(&[], None, &bash, &[], &[GapKind::UnknownDistro]);
    check(&[], Some(debian("12")), &bash, &[], &[GapKind::NoAdvisories]);
    check(&[], Some(debian("")), &bash, &[], &[GapKind::UnknownDistro]);
    let kali = Distro { id: "kali".into(), version: "2024.1".into(), ..Distro::default() };
    check(&[], Some(kali), &bash, &[], &[GapKind::NoAdvisories]);
    let known = record("DSA-1-1", "Debian:12", "bash", "5.1", "");
    let mixed = [item(Package::new(PackageKind::Rpm, "bash", "5.2"), None), bash[0].clone()];
    check(&[known], Some(debian("12")), &mixed, &[], &[GapKind::UnknownDistro]);
    check(&[], None, &[], &[], &[]);
    let key = item(Package::new(PackageKind::Rpm, "gpg-pubkey", "1-2"), None);
    check(&[], None, &[key], &[], &[]);
}

#[test]
fn an_esm_package_shows_that_esm_is_on() {
    let ubuntu = || Some(Distro { id: "ubuntu".into(), version: "18.04".into(), ..Distro::default() });
    let records = [
        record("UBUNTU-CVE-2024-0001", "Ubuntu:18.04:LTS", "bash", "", r#""upstream":["CVE-2024-0001"],"#),
        record("USN-1-1", "Ubuntu:Pro:18.04:LTS", "wget", "1.0+esm2", r#""upstream":["CVE-2024-0002"],"#),
    ];
    let items = |wget| vec![item(deb("bash", "5.0", "bash"), None), item(deb("wget", wget, "wget"), None)];
    let end = "end of Ubuntu 18.04 LTS 2023-05-31";
    let bash = "bash CVE-2024-0001 unknown -";
    // What only Pro fixes is there without Pro as well.
    let wget = "wget CVE-2024-0002 unknown 1.0+esm2";
    check(&records, ubuntu(), &items("1.0"), &[bash, wget, end], &[]);
    check(&records, ubuntu(), &items("1.0+esm2"), &[bash], &[]);
}

#[test]
fn the_trait_gives_what_the_judgement_has() {
    let records = Records(vec![record("GHSA-1", "npm", "lodash", "4.17.21", "")]);
    let advisories = Advisories::new(records, "2026-01-01".parse().unwrap());
    let items = vec![item(Package::new(PackageKind::Npm, "lodash", "4.17.20"), None)];
    let (mut findings, mut gaps) = (Vec::new(), Vec::new());
    advisories.detect(&ImageConfig::default(), &Inventory { items, ..Inventory::default() }, &mut findings, &mut gaps);
    assert_eq!((findings.len(), gaps.len()), (1, 0));
    assert_eq!(Detector::id(&advisories).0, "advisories");
}

/// A store of a table, and of no advisories.
struct Tabled(&'static str);

impl Store for Tabled {
    fn supply(&self, _: &Wanted<'_>) -> Result<Supply, StoreError> {
        Ok(Supply::default())
    }

    fn table(&self, name: &str) -> std::io::Result<Option<String>> {
        Ok((name == "end-of-life").then(|| self.0.to_owned()))
    }
}

#[test]
fn a_newer_table_decides_when_a_release_ends() {
    let check = |table: &'static str, version: &str, expected: Option<&str>, gaps: usize| {
        let advisories = Advisories::new(Tabled(table), "2026-01-01".parse().unwrap());
        let inventory = Inventory { distro: Some(debian(version)), items: Vec::new(), gaps: Vec::new() };
        let judgement = advisories.judge(&inventory);
        let ends: Vec<&str> = judgement.findings.iter().map(|finding| &*finding.end_of_life().unwrap().date).collect();
        assert_eq!(ends, Vec::from_iter(expected), "Debian {version} by {table:?}");
        assert_eq!(judgement.gaps.len(), gaps, "{:?}", judgement.gaps);
    };
    let newer =
        "# Ends, as of 2999-01-01.\ndebian\t11\tDebian 11\tnever\t-\tX\ndebian\t99\tDebian 99\t2025-12-31\t-\tX\n";
    check(newer, "11", None, 0);
    check(newer, "99", Some("2025-12-31"), 0);
    // By the program's own table, which is newer than the first of these, and whole, unlike the others.
    let own = Some("2024-08-14");
    check("# Ends, as of 2000-01-01.\ndebian\t11\tDebian 11\tnever\t-\tX\n", "11", own, 0);
    check("# Ends, as of 2999-01-01.\ndebian\t11\tDebian 11\tnever\n", "11", own, 1);
    check("", "11", own, 1);
}
