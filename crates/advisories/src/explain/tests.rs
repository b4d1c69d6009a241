//! One hand-made image for each reason.

use super::*;
use model::{
    AnalyzerId, Distro, Fact, History, Image, ImageConfig, Layer, PackageKind, Place, Severity, SourcePackage, What,
};

use crate::Library;
use crate::shard::Builder;
use crate::store::{Supply, Wanted};
use crate::{Affected, ShardError, Word};

/// A store of a few records, each with the shard that a library would keep it in.
struct Records(Vec<Advisory>);

impl Records {
    fn shards(&self, belongs: impl Fn(&str) -> bool) -> Result<Vec<Shard>, ShardError> {
        let mut builder = Builder::new("test", 1);
        for advisory in &self.0 {
            let affected: Vec<_> =
                advisory.affected.iter().filter(|entry| belongs(&entry.ecosystem)).cloned().collect();
            if !affected.is_empty() {
                builder.add(Advisory { affected, ..advisory.clone() });
            }
        }
        Ok(vec![Shard::from_bytes("test", builder.finish().0)?])
    }
}

impl Store for Records {
    fn supply(&self, wanted: &Wanted<'_>) -> Result<Supply, StoreError> {
        Ok(Supply::of(self.shards(|ecosystem| wanted.ecosystem.contains(ecosystem))?))
    }

    fn naming(&self, ecosystem: &Ecosystem, _: &[String]) -> Result<Vec<Shard>, StoreError> {
        Ok(self.shards(|other| other.starts_with(ecosystem.family))?)
    }

    fn words(&self, id: &str) -> Result<Vec<Word>, ShardError> {
        let exploited =
            Word::Exploited { added: "2022-01-01".into(), due: None, ransomware: true, action: String::new() };
        Ok(if id == "CVE-2022-0001" { vec![exploited] } else { Vec::new() })
    }
}

/// `ECOSYSTEM NAME FIXED`: affected from the beginning.
fn entry(ecosystem: &str, name: &str, fixed: &str) -> Affected {
    let range = vec![Event::Introduced("0".into()), Event::Fixed(fixed.into())];
    Affected { ecosystem: ecosystem.into(), name: name.into(), ranges: vec![range], ..Affected::default() }
}

fn advisory(id: &str, upstream: &[&str], affected: Vec<Affected>) -> Advisory {
    Advisory {
        id: id.into(),
        upstream: upstream.iter().map(|id| (*id).to_owned()).collect(),
        summary: "an example".into(),
        modified: "2024-01-01T00:00:00Z".into(),
        ratings: vec![Rating::Word(Severity::High)],
        affected,
        ..Advisory::default()
    }
}

fn deb(name: &str, version: &str, source: &str) -> Item {
    let source = Some(SourcePackage { name: source.into(), version: version.into() });
    item(Package { source, ..Package::new(PackageKind::Deb, name, version) })
}

fn item(package: Package) -> Item {
    let place = Place { layer: Some(LayerIndex(0)), path: "var/lib/dpkg/status".into() };
    let fact = Fact { what: What::Package(package), place, by: AnalyzerId::new("dpkg") };
    Item { fact, removed: None, owner: None }
}

fn explain(records: Vec<Advisory>, items: Vec<Item>, id: &str, package: Option<&str>) -> Explanation {
    let debian = Distro { id: "debian".into(), version: "12".into(), ..Distro::default() };
    of(records, debian, items, id, package)
}

fn of(records: Vec<Advisory>, distro: Distro, items: Vec<Item>, id: &str, package: Option<&str>) -> Explanation {
    let advisories = Advisories::new(Records(records), "2026-01-01".parse().unwrap());
    let inventory = Inventory { distro: Some(distro), items, gaps: Vec::new() };
    let step = History { instruction: "RUN apt-get".into(), layer: Some(LayerIndex(0)), ..History::default() };
    let config = ImageConfig { os: "linux".into(), history: vec![step], ..ImageConfig::default() };
    let image = Image { config, layers: vec![Layer::default()], ..Image::default() };
    let judgement = advisories.judge_image(&image.config, &inventory);
    let report =
        Report { image, inventory, findings: judgement.findings, knowledge: judgement.knowledge, ..Report::default() };
    advisories.explain(&report, id, package).unwrap()
}

fn openssl() -> Vec<Advisory> {
    let affected = vec![entry("Debian:12", "openssl", "3.0.9-2"), entry("Debian:11", "openssl", "1.1.1n-1")];
    vec![advisory("DSA-1-1", &["CVE-2022-0001"], affected)]
}

/// The reasons, each as `kind: text`.
fn why(explanation: &Explanation) -> Vec<String> {
    assert_eq!(explanation.outcome, Outcome::NotReported);
    explanation.reasons.iter().map(|reason| format!("{:?}: {}", reason.kind, reason.text)).collect()
}

fn check(records: Vec<Advisory>, items: Vec<Item>, expected: &str) {
    assert_eq!(why(&explain(records, items, "CVE-2022-0001", None)), [expected]);
}

#[test]
fn what_is_reported_has_its_comparison_its_rating_and_its_points() {
    let items = || vec![deb("libssl3", "3.0.9-1", "openssl"), deb("openssl", "3.0.9-1", "openssl")];
    for id in ["CVE-2022-0001", "cve-2022-0001", "DSA-1-1"] {
        let explanation = explain(openssl(), items(), id, None);
        assert_eq!((explanation.outcome, explanation.reasons.len()), (Outcome::Reported, 0), "{id}");
        let [subject] = &*explanation.subjects else { panic!("{id}") };
        assert_eq!(subject.packages.len(), 2);
        let first = &subject.packages[0];
        assert_eq!((first.layer, first.instruction.as_deref()), (Some(1), Some("RUN apt-get")));
        let [trace] = &*subject.traces else { panic!("{id}") };
        assert_eq!((trace.verdict, &*trace.elsewhere), (Verdict::Affected, &["Debian:11".to_owned()][..]));
        assert_eq!(trace.entries[0].ranges[0].comparisons[0].text, "3.0.9-1 < 3.0.9-2");
        assert_eq!(trace.fixed.as_deref(), Some("3.0.9-2"));
        let derived = &subject.findings[0];
        // The second rule of `severity`: the distribution's word on one vulnerability.
        assert_eq!((derived.opinions[0].rule, &*derived.opinions[0].source), (2, "DSA-1-1"));
        let sum: f64 = derived.terms.iter().map(|term| term.points).sum();
        assert!((sum - derived.priority).abs() < 0.01 && sum > 60.0, "{sum} {}", derived.priority);
        assert!(explanation.exploited.as_ref().unwrap().ransomware);
    }
}

#[test]
fn aliases_lead_to_advisories_that_do_not_name_the_id() {
    let alias =
        Advisory { aliases: vec!["CVE-2022-0001".into()], ..advisory("GHSA-1", &[], vec![entry("npm", "a", "2.0.0")]) };
    let items = vec![deb("openssl", "3.0.9-1", "openssl"), item(Package::new(PackageKind::Npm, "a", "1.0.0"))];
    let explanation = explain([openssl(), vec![alias]].concat(), items, "GHSA-1", None);
    assert_eq!(explanation.ids, ["GHSA-1", "CVE-2022-0001", "DSA-1-1"]);
    assert_eq!(explanation.subjects.len(), 2);
}

#[test]
fn an_advisory_about_several_is_asked_about_alone() {
    let both = advisory("DSA-2-1", &["CVE-2022-0001", "CVE-2022-0002"], vec![entry("Debian:12", "bash", "6")]);
    let explanation = explain([openssl(), vec![both]].concat(), vec![deb("bash", "5", "bash")], "DSA-2-1", None);
    let found: Vec<_> = explanation.subjects[0].findings.iter().map(|derived| &*derived.id).collect();
    assert_eq!(found, ["CVE-2022-0001", "CVE-2022-0002"]);
    assert_eq!(explanation.advisories.len(), 1);
}

#[test]
fn a_version_with_the_fix_is_out_of_range() {
    check(
        openssl(),
        vec![deb("libssl3", "3.0.9-2", "openssl")],
        "NotInRange: libssl3 3.0.9-2: by DSA-1-1 version 3.0.9-2 is not affected (3.0.9-2 = 3.0.9-2: it has the fix)",
    );
}

#[test]
fn another_release_does_not_count() {
    let other = vec![advisory("DSA-1-1", &["CVE-2022-0001"], vec![entry("Debian:11", "openssl", "9")])];
    check(
        [other, vec![advisory("DSA-9-1", &[], vec![entry("Debian:12", "x", "1")])]].concat(),
        vec![deb("libssl3", "3.0.9-2", "openssl")],
        "OtherRelease: libssl3 3.0.9-2: DSA-1-1 is about other releases: Debian:11",
    );
}

#[test]
fn a_removed_package_and_one_of_somebody_else_are_not_judged() {
    let gone = Item { removed: Some(LayerIndex(2)), ..deb("openssl", "3.0.9-1", "openssl") };
    let here = deb("bash", "5", "bash");
    check(
        openssl(),
        vec![gone, here.clone()],
        "Removed: openssl 3.0.9-1: layer 3 removes it, so a container never sees it",
    );
    let mut foreign = deb("openssl", "3.0.9-1", "openssl");
    if let What::Package(package) = &mut foreign.fact.what {
        package.vendor = Some("Docker <support@docker.com>".into());
    }
    check(
        openssl(),
        vec![here, foreign],
        "ThirdParty: openssl 3.0.9-1: Docker made it, and the distribution's advisories do not speak of others' packages",
    );
}

#[test]
fn a_name_that_is_not_there_and_an_id_that_is_not_there() {
    let npm = || item(Package::new(PackageKind::Npm, "openssl", "1.0.0"));
    let with = advisory("GHSA-1", &[], vec![entry("npm", "a", "2.0.0")]);
    let explanation =
        explain([openssl(), vec![with]].concat(), vec![deb("bash", "5", "bash"), npm()], "CVE-2022-0001", None);
    assert_eq!(
        why(&explanation),
        [
            "NoPackage: the image has none of the packages that the advisories speak of: openssl (Debian:11), openssl (Debian:12)"
        ]
    );
    // One of another ecosystem has the name.
    assert_eq!((&*explanation.namesakes[0].kind, explanation.namesakes.len()), ("npm", 1));
    check(
        vec![advisory("DSA-9-1", &[], vec![entry("Debian:12", "x", "1")])],
        vec![deb("bash", "5", "bash")],
        "UnknownId: no advisory about what the image has gives this id; advisories that were withdrawn are not in the \
         data (Debian:12: 1 advisory, the newest of 2024-01-01)",
    );
    let explanation = explain(openssl(), vec![deb("bash", "5", "bash")], "CVE-2022-0001", Some("zsh"));
    assert_eq!(why(&explanation), ["NoPackage: there is no package zsh in the image"]);
    let explanation = explain(openssl(), vec![deb("bash", "5", "bash")], "CVE-2022-0001", Some("bash"));
    assert!(why(&explanation)[0].starts_with("NoPackage: the advisories do not speak of bash, only of openssl"));
}

#[test]
fn an_ecosystem_without_data_is_said() {
    let reasons = why(&explain(Vec::new(), vec![deb("bash", "5", "bash")], "CVE-2022-0001", None));
    assert_eq!(
        reasons[0],
        "NoData: there is no advisory about Debian:12 in the data, so its 1 packages are not judged"
    );
}

#[test]
fn the_publishers_word_that_a_version_is_not_affected_counts() {
    let not = Affected { status: Status::NotAffected, ..entry("Debian:12", "openssl", "9") };
    check(
        vec![advisory("DSA-1-1", &["CVE-2022-0001"], vec![not])],
        vec![deb("libssl3", "3.0.9-1", "openssl")],
        "NotAffected: libssl3 3.0.9-1: DSA-1-1 says that version 3.0.9-1 is not affected",
    );
}

#[test]
fn what_is_no_version_is_said() {
    let records = vec![advisory("GHSA-1", &["CVE-2022-0001"], vec![entry("npm", "a", "2.0.0")])];
    let items = |version: &str| vec![item(Package::new(PackageKind::Npm, "a", version))];
    let reasons = why(&explain(records.clone(), items("latest"), "CVE-2022-0001", None));
    assert!(reasons[0].starts_with("Unclear: a latest: GHSA-1 cannot be decided: "), "{reasons:?}");
    // Three parts are a version there and four are not.
    let explanation = explain(records, items("1.9.0.1"), "CVE-2022-0001", None);
    let trace = &explanation.subjects[0].traces[0];
    assert_eq!(
        (trace.verdict, trace.entries[0].ranges[0].order),
        (Verdict::Affected, versions::Scheme::Generic.name())
    );
    assert!(trace.doubt.is_some() && trace.entries[0].ranges[0].odd.is_some());
}

#[test]
fn another_module_stream_does_not_count() {
    let stream =
        Affected { modules: vec!["nodejs:16".into()], ..entry("AlmaLinux:8", "nodejs", "16.20.2-2.module_el8.8.0") };
    let package = Package {
        module: Some("nodejs:14:8050:c5368500".into()),
        ..Package::new(PackageKind::Rpm, "nodejs", "14.18.2-2.module_el8.5.0")
    };
    let alma = Distro { id: "almalinux".into(), version: "8.9".into(), ..Distro::default() };
    let records = vec![advisory("ALSA-1", &["CVE-2022-0001"], vec![stream])];
    assert_eq!(
        why(&of(records, alma, vec![item(package)], "CVE-2022-0001", None)),
        [
            "OtherModule: nodejs 14.18.2-2.module_el8.5.0: ALSA-1 is about another module stream or another kind of build"
        ]
    );
}

#[test]
fn what_the_distribution_vouches_for_is_set_aside() {
    let upstream = Advisory {
        aliases: vec!["CVE-2022-0001".into()],
        ..advisory("GHSA-1", &[], vec![entry("PyPI", "requests", "2.31.0")])
    };
    let fixed = advisory("DSA-1-1", &["CVE-2022-0001"], vec![entry("Debian:12", "requests", "2.28.1-1")]);
    let python =
        Item { owner: Some("python3-requests".into()), ..item(Package::new(PackageKind::Pypi, "requests", "2.28.1")) };
    let items = vec![deb("python3-requests", "2.28.1-1", "requests"), python];
    let explanation = explain(vec![upstream, fixed], items, "CVE-2022-0001", None);
    assert_eq!(explanation.outcome, Outcome::SetAside);
    let kinds: Vec<Why> = explanation.reasons.iter().map(|reason| reason.kind).collect();
    assert_eq!(kinds, [Why::NotInRange, Why::SetAside]);
    assert!(explanation.reasons[1].text.contains("by its advisories this version has the fix"));
}

/// A library tells other releases of the family apart by the names of its files.
#[test]
fn a_library_has_the_other_releases() {
    let folder = tempfile::tempdir().unwrap();
    for (name, record) in [("Debian:11", "Debian:11"), ("Debian:12", "Debian:12"), ("npm", "npm")] {
        let mut builder = Builder::new(name, 1);
        builder.add(advisory("X-1", &[], vec![entry(record, "a", "1")]));
        std::fs::write(folder.path().join(crate::file_name(name)), builder.finish().0).unwrap();
    }
    let library = Library::open(folder.path()).unwrap();
    let debian = Ecosystem::named("Debian:12").unwrap();
    let names: Vec<String> =
        library.naming(&debian, &[]).unwrap().iter().map(|shard| shard.about().shard.clone()).collect();
    assert_eq!(names, ["Debian:11", "Debian:12"]);
}
