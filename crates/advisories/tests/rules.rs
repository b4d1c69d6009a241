//! The rules by which advisories and packages find each other, one test for each, named after the rule. The records are
//! those of real advisories, cut down to what the rule is about; what is expected follows from what their publishers say.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write;
use std::fs;

use advisories::{
    Advisories, Advisory, Affected, Bucket, Builder, Event, Shard, Status, Store, StoreError, Supply, Wanted,
};
use model::{
    AnalyzerId, Distro, Fact, Finding, FixState, Inventory, Item, Package, PackageKind, Place, SourcePackage, What,
};

/// A list in JSON.
fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(","))
}

/// An event: `1.0` introduced, `<1.2` fixed, `<=1.2` last affected, `limit:2` limit.
fn event(word: &str) -> String {
    let (key, version) = match word {
        _ if word.starts_with("<=") => ("last_affected", &word[2..]),
        _ if word.starts_with('<') => ("fixed", &word[1..]),
        _ if word.starts_with("limit:") => ("limit", &word[6..]),
        _ => ("introduced", word),
    };
    format!(r#"{{"{key}":"{version}"}}"#)
}

/// An entry: `ECOSYSTEM | NAME | EVENTS; EVENTS =LISTED`, perhaps with `| KEY=VALUE` behind it: `rpmmod` of the package
/// URL, `status` of Wolfi. Events behind `git` are commits.
fn entry(line: &str) -> String {
    let fields: Vec<&str> = line.split('|').map(str::trim).collect();
    let (ecosystem, name, versions) = (fields[0], fields[1], fields[2]);
    let listed = versions.split_whitespace().filter_map(|word| word.strip_prefix('='));
    let listed = list(listed.map(|version| format!(r#""{version}""#)));
    let ranges = versions.split(';').filter_map(|range| {
        let words: Vec<&str> = range.split_whitespace().filter(|word| !word.starts_with('=')).collect();
        let (kind, words) =
            if words.first() == Some(&"git") { ("GIT", &words[1..]) } else { ("ECOSYSTEM", &words[..]) };
        let events = list(words.iter().map(|word| event(word)));
        (!words.is_empty()).then(|| format!(r#"{{"type":"{kind}","events":{events}}}"#))
    });
    let ranges = list(ranges);
    let key = |key: &str| fields.get(3).and_then(|field| field.strip_prefix(key)).unwrap_or_default();
    let purl = match key("rpmmod=") {
        "" => String::new(),
        module => format!(r#","purl":"pkg:rpm/redhat/{name}?rpmmod={module}""#),
    };
    let status = key("status=");
    format!(
        r#"{{"package":{{"ecosystem":"{ecosystem}","name":"{name}"{purl}}},"ranges":{ranges},"versions":{listed},
        "ecosystem_specific":{{"status":"{status}"}}}}"#
    )
}

/// Records of OSV, written as `ID alias:ID upstream:ID withdrawn` with entries on the indented lines below.
fn bucket(folder: &std::path::Path, records: &str) -> Bucket {
    let mut blocks: Vec<Vec<&str>> = Vec::new();
    for line in records.lines().filter(|line| !line.trim().is_empty()) {
        match blocks.last_mut() {
            Some(block) if line.contains('|') => block.push(line),
            _ => blocks.push(vec![line]),
        }
    }
    for block in blocks {
        let mut words = block[0].split_whitespace();
        let id = words.next().unwrap();
        let words: Vec<&str> = words.collect();
        let ids = |key| list(words.iter().filter_map(|word| word.strip_prefix(key)).map(|id| format!(r#""{id}""#)));
        let withdrawn = if words.contains(&"withdrawn") { r#""withdrawn":"2024-08-21T16:25:56Z","# } else { "" };
        let json = format!(
            r#"{{"id":"{id}","modified":"2024-01-01T00:00:00Z",{withdrawn}"aliases":{},"upstream":{},"affected":{}}}"#,
            ids("alias:"),
            ids("upstream:"),
            list(block[1..].iter().map(|line| entry(line)))
        );
        for line in &block[1..] {
            let family = folder.join(line.trim().split([':', '|']).next().unwrap().trim());
            fs::create_dir_all(&family).unwrap();
            fs::write(family.join(format!("{id}.json")), &json).unwrap();
        }
    }
    Bucket::open(folder).unwrap()
}

/// `ID VERSION`, and perhaps `extended` or more of the name.
fn distro(text: &str) -> Option<Distro> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [id, version, ref more @ ..] = words[..] else { return None };
    let extended_support = more.contains(&"extended");
    Some(Distro { id: id.into(), version: version.into(), name: text.into(), extended_support, ..Distro::default() })
}

/// `KIND NAME VERSION`, and perhaps `source:NAME:VERSION`, `module:LABEL`, `vendor:NAME`, `owner:PACKAGE`. A version of
/// `-` is none.
fn item(line: &str) -> Item {
    let words: Vec<&str> = line.split_whitespace().collect();
    let kind = PackageKind::ALL.iter().find(|kind| kind.purl_type() == words[0]).unwrap();
    let key = |key: &str| words[3..].iter().find_map(|word| word.strip_prefix(key)).map(str::to_owned);
    let source = key("source:").map(|source| {
        let (name, version) = source.split_once(':').unwrap();
        SourcePackage { name: name.into(), version: version.into() }
    });
    let package = Package {
        source,
        module: key("module:"),
        vendor: key("vendor:").map(|vendor| vendor.replace('_', " ")),
        ..Package::new(*kind, words[1], words[2].trim_matches('-'))
    };
    let fact = Fact { what: What::Package(package), place: Place::default(), by: AnalyzerId::new("test") };
    Item { fact, removed: None, owner: key("owner:") }
}

fn word(state: FixState) -> &'static str {
    match state {
        FixState::Fixed => "fixed",
        FixState::NotFixed => "not-fixed",
        FixState::WillNotFix => "will-not-fix",
        FixState::Deferred => "deferred",
        FixState::EndOfLife => "end-of-life",
        FixState::UnderInvestigation => "under-investigation",
    }
}

/// Judges packages; one line each for what is found and what cannot be told.
fn judged(store: impl Store, distribution: &str, packages: &str) -> String {
    let items: Vec<Item> = packages.lines().filter(|line| !line.trim().is_empty()).map(item).collect();
    let inventory = Inventory { distro: distro(distribution), items, gaps: Vec::new() };
    let judgement = Advisories::new(store, "2022-06-01".parse().unwrap()).judge(&inventory);
    let mut text = String::new();
    for finding in &judgement.findings {
        let Finding::Vulnerability(row) = finding else { continue };
        let package = inventory.items[row.item].package().unwrap();
        let _ = write!(text, "{} {} {} {}", package.name, package.version, row.id, word(row.state));
        let _ = write!(text, "{}", row.fixed.as_ref().map(|fixed| format!(" {fixed}")).unwrap_or_default());
        let _ = write!(text, "{}", if row.evidence.contains("as far as can be told") { " (not sure)" } else { "" });
        let _ = writeln!(text, "{}", row.suppressed.as_ref().map(|why| format!(" ({why})")).unwrap_or_default());
    }
    for gap in &judgement.gaps {
        let _ = writeln!(text, "gap: {}", gap.detail);
    }
    text
}

/// What is found of packages by records. A line of what is expected ends in `…` where more may follow.
fn check(records: &str, distribution: &str, packages: &str, expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    compare(&judged(bucket(folder.path(), records), distribution, packages), expected);
}

fn compare(found: &str, expected: &str) {
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let fits = |(found, expected): (&str, &&str)| match expected.strip_suffix('…') {
        Some(start) => found.starts_with(start),
        None => found == *expected,
    };
    let all = found.lines().count() == expected.len() && found.lines().zip(&expected).all(fits);
    assert!(all, "found:\n{found}\nexpected:\n{}", expected.join("\n"));
}

/// Advisories that say more than OSV's form has room for.
struct Said(Vec<Advisory>);

impl Store for Said {
    fn supply(&self, _: &Wanted<'_>) -> Result<Supply, StoreError> {
        let mut builder = Builder::new("test", 1);
        self.0.iter().for_each(|advisory| builder.add(advisory.clone()));
        Ok(Supply::of(vec![Shard::from_bytes("test", builder.finish().0)?]))
    }
}

/// An advisory of a distribution about all versions of a package, or those below a fix.
fn said(id: &str, upstream: &[&str], ecosystem: &str, name: &str, fixed: &str, status: Status) -> Advisory {
    let mut range = vec![Event::Introduced("0".to_owned())];
    range.extend((!fixed.is_empty()).then(|| Event::Fixed(fixed.to_owned())));
    let (ecosystem, name) = (ecosystem.to_owned(), name.to_owned());
    let affected = vec![Affected { ecosystem, name, ranges: vec![range], status, ..Affected::default() }];
    let upstream = upstream.iter().map(|id| (*id).to_owned()).collect();
    Advisory { id: id.to_owned(), upstream, affected, ..Advisory::default() }
}

// Names.

#[test]
fn a_binary_package_is_judged_by_its_source_package() {
    check(
        "DSA-5343-1 upstream:CVE-2023-0286
           Debian:11 | openssl | 0 <1.1.1n-0+deb11u4",
        "debian 11",
        "deb libssl1.1 1.1.1n-0+deb11u3 source:openssl:1.1.1n-0+deb11u3
         deb openssl 1.1.1n-0+deb11u4
         deb libssl-dev 1.1.1n-0+deb11u4+b1 source:openssl:1.1.1n-0+deb11u4",
        "libssl1.1 1.1.1n-0+deb11u3 CVE-2023-0286 fixed 1.1.1n-0+deb11u4",
    );
    // A rebuild alone (binNMU) raises the binary's version, not the source's.
    check(
        "DSA-5343-1 upstream:CVE-2023-0286
           Debian:11 | openssl | 0 <1.1.1n-0+deb11u4",
        "debian 11",
        "deb libssl1.1 9+b1 source:openssl:1.1.1n-0+deb11u3",
        "libssl1.1 9+b1 CVE-2023-0286 fixed 1.1.1n-0+deb11u4",
    );
}

#[test]
fn a_subpackage_is_judged_by_its_own_name_and_by_its_origin() {
    // Wolfi lists origins, and what is split off them where only that is affected.
    check(
        "CGA-3mrr-589r-46qj upstream:CVE-2024-5535
           Wolfi | openssl | 0 <3.3.1-r3",
        "wolfi 20230201",
        "apk libcrypto3 3.3.1-r2 source:openssl:3.3.1-r2
         apk openssl 3.3.1-r3",
        "libcrypto3 3.3.1-r2 CVE-2024-5535 fixed 3.3.1-r3",
    );
}

#[test]
fn alpine_files_by_origin_and_by_repository() {
    let records = "
        ALPINE-CVE-2016-2105 upstream:CVE-2016-2105
          Alpine:v3.3 | openssl | 0 <1.0.2h-r0
        ALPINE-COMMUNITY-CVE-2016-2105 upstream:CVE-2016-2105
          Alpine:v3.3 | nodejs | 0 <4.4.4-r0";
    let packages = "
        apk libcrypto1.0 1.0.2g-r0 source:openssl:1.0.2g-r0
        apk nodejs 4.4.3-r0
        apk openssl 1.0.2h-r0";
    let expected = "
        libcrypto1.0 1.0.2g-r0 CVE-2016-2105 fixed 1.0.2h-r0
        nodejs 4.4.3-r0 CVE-2016-2105 fixed 4.4.4-r0";
    check(records, "alpine 3.3.0", packages, expected);
    // Another branch has versions and fixes of its own.
    check(
        &format!("{records}\nALPINE-CVE-2020-0001 upstream:CVE-2020-0001\n Alpine:v3.4 | musl | 0 <1-r0"),
        "alpine 3.4.0",
        packages,
        "",
    );
}

// Debian and Ubuntu.

#[test]
fn a_backport_is_older_than_what_it_was_made_from() {
    check(
        "DSA-5343-1 upstream:CVE-2023-0286
           Debian:11 | openssl | 0 <1.1.1n-0+deb11u4",
        "debian 11",
        "deb openssl 1.1.1n-0+deb11u4~bpo10+1
         deb openssl 3.0.8-1~bpo11+1",
        "openssl 1.1.1n-0+deb11u4~bpo10+1 CVE-2023-0286 fixed 1.1.1n-0+deb11u4",
    );
}

#[test]
fn what_debian_leaves_open_says_why() {
    // The tracker: ignored in bookworm, postponed, and no longer supported.
    let advisories = vec![
        said("DEBIAN-CVE-2023-45853", &["CVE-2023-45853"], "Debian:12", "zlib", "", Status::WillNotFix),
        said("DEBIAN-CVE-2023-31484", &["CVE-2023-31484"], "Debian:12", "perl", "", Status::Deferred),
        said("DEBIAN-CVE-2011-3374", &["CVE-2011-3374"], "Debian:12", "apt", "", Status::Affected),
        said("DEBIAN-CVE-2024-0519", &["CVE-2024-0519"], "Debian:12", "chromium", "", Status::EndOfLife),
    ];
    let packages = "
        deb zlib1g 1:1.2.13.dfsg-1 source:zlib:1:1.2.13.dfsg-1
        deb perl-base 5.36.0-7 source:perl:5.36.0-7
        deb libapt-pkg6.0 2.6.1 source:apt:2.6.1
        deb chromium 119.0-1";
    compare(
        &judged(Said(advisories), "debian 12", packages),
        "zlib1g 1:1.2.13.dfsg-1 CVE-2023-45853 will-not-fix
         perl-base 5.36.0-7 CVE-2023-31484 deferred
         libapt-pkg6.0 2.6.1 CVE-2011-3374 not-fixed
         chromium 119.0-1 CVE-2024-0519 end-of-life",
    );
}

#[test]
fn ubuntu_pro_decides_where_it_is_on_and_is_shown_where_it_is_not() {
    let record = "
        UBUNTU-CVE-2014-9913 upstream:CVE-2014-9913
          Ubuntu:Pro:16.04:LTS | unzip | 0 <6.0-20ubuntu1.1+esm1
          Ubuntu:16.04:LTS | unzip | 0 <6.0-20ubuntu1.1
        UBUNTU-CVE-2022-24823 upstream:CVE-2022-24823
          Ubuntu:Pro:16.04:LTS | netty | 0 <1:4.0.34-1ubuntu0.1~esm2";
    let packages = "
        deb unzip 6.0-20ubuntu1.1
        deb libnetty-java 1:4.0.34-1 source:netty:1:4.0.34-1";
    let netty = "libnetty-java 1:4.0.34-1 CVE-2022-24823 fixed 1:4.0.34-1ubuntu0.1~esm2";
    check(record, "ubuntu 16.04", packages, netty);
    let unzip = "unzip 6.0-20ubuntu1.1 CVE-2014-9913 fixed 6.0-20ubuntu1.1+esm1";
    check(record, "ubuntu 16.04 extended", packages, &format!("{unzip}\n{netty}"));
}

#[test]
fn ubuntus_certified_builds_have_advisories_of_their_own() {
    let record = "
        UBUNTU-CVE-2023-0286 upstream:CVE-2023-0286
          Ubuntu:20.04:LTS | openssl | 0 <1.1.1f-1ubuntu2.17
          Ubuntu:Pro:FIPS-updates:20.04:LTS | openssl | 0 <1.1.1f-1ubuntu2.fips.17
        UBUNTU-CVE-2023-0215 upstream:CVE-2023-0215
          Ubuntu:Pro:FIPS-updates:20.04:LTS | openssl | 0 <1.1.1f-1ubuntu2.fips.17";
    let plain = "openssl 1.1.1f-1ubuntu2.16 CVE-2023-0286 fixed 1.1.1f-1ubuntu2.17";
    check(record, "ubuntu 20.04", "deb openssl 1.1.1f-1ubuntu2.16", plain);
    check(
        record,
        "ubuntu 20.04",
        "deb openssl 1.1.1f-1ubuntu2.fips.16\n deb openssl 1.1.1f-1ubuntu2.fips.17",
        "openssl 1.1.1f-1ubuntu2.fips.16 CVE-2023-0215 fixed 1.1.1f-1ubuntu2.fips.17
         openssl 1.1.1f-1ubuntu2.fips.16 CVE-2023-0286 fixed 1.1.1f-1ubuntu2.fips.17",
    );
}

// RPM.

#[test]
fn a_missing_epoch_is_zero() {
    // rpm-version(7). A list that lost the epoch is therefore taken for one without.
    check(
        "ALSA-2025:10873 upstream:CVE-2025-30749
           AlmaLinux:10 | java-21-openjdk | 0 <1:21.0.8.0.9-1.el10.alma.1
         RLSA-2023:3220 upstream:CVE-2023-32205
           Rocky Linux:8 | firefox | 0 <0:102.11.0-2.el8_7",
        "almalinux 10.0",
        "rpm java-21-openjdk 1:21.0.8.0.9-1.el10.alma.1
         rpm java-21-openjdk 21.0.8.0.9-1.el10.alma.1",
        "java-21-openjdk 21.0.8.0.9-1.el10.alma.1 CVE-2025-30749 fixed 1:21.0.8.0.9-1.el10.alma.1",
    );
}

#[test]
fn a_fix_of_one_module_stream_is_none_of_another() {
    // The title names the stream in AlmaLinux's records, the package URL in Red Hat's.
    let records = "
        RHSA-2024:6220 upstream:CVE-2024-6345
          Red Hat:enterprise_linux:8::appstream | python39-setuptools | 0 <0:50.3.2-6.module+el8.10.0 | rpmmod=python39:3.9";
    check(
        records,
        "rhel 8.10",
        "rpm python39-setuptools 50.3.2-5.module+el8.10.0 module:python39:3.9:8100020240826:d47b87a4
         rpm python39-setuptools 50.3.2-5.module+el8.10.0 module:python39-devel:3.9:8100020240826:d47b87a4
         rpm python39-setuptools 50.3.2-5.el8",
        "python39-setuptools 50.3.2-5.module+el8.10.0 CVE-2024-6345 fixed 0:50.3.2-6.module+el8.10.0",
    );
}

#[test]
fn an_extended_stream_has_fixes_of_its_own() {
    let records = "
        RHSA-2024:3346 upstream:CVE-2023-45288
          Red Hat:enterprise_linux:8::appstream | git-lfs | 0 <0:3.4.1-2.el8_10
        RHSA-2024:4546 upstream:CVE-2023-45288
          Red Hat:rhel_aus:8.6::appstream | git-lfs | 0 <0:2.13.3-3.el8_6.1
          Red Hat:rhel_e4s:8.6::appstream | git-lfs | 0 <0:2.13.3-3.el8_6.1";
    let packages = "rpm git-lfs 2.13.3-3.el8_6.1";
    // On the main stream that build is too old; on the stream of 8.6 it is the fix.
    check(records, "rhel 8.10", packages, "git-lfs 2.13.3-3.el8_6.1 CVE-2023-45288 fixed 0:3.4.1-2.el8_10");
    check(records, "rhel 8.6 extended", packages, "");
    check(
        records,
        "rhel 8.6 extended",
        "rpm git-lfs 2.13.3-2.el8",
        "git-lfs 2.13.3-2.el8 CVE-2023-45288 fixed 0:2.13.3-3.el8_6.1",
    );
    check(records, "rhel 8.4 extended", packages, "git-lfs 2.13.3-3.el8_6.1 CVE-2023-45288 fixed 0:3.4.1-2.el8_10");
}

#[test]
fn centos_linux_is_judged_as_a_rebuild_of_red_hats() {
    check(
        "RHSA-2022:1045 upstream:CVE-2022-22720
           Red Hat:enterprise_linux:7::server | httpd | 0 <0:2.4.6-97.el7_9.5",
        "centos 7",
        "rpm httpd 2.4.6-97.el7.centos.4
         rpm httpd 2.4.6-97.el7.centos.5",
        "httpd 2.4.6-97.el7.centos.4 CVE-2022-22720 fixed 0:2.4.6-97.el7_9.5",
    );
}

#[test]
fn centos_stream_is_not_what_red_hats_advisories_speak_of() {
    check(
        "RHSA-2024:4546 upstream:CVE-2023-45288
           Red Hat:enterprise_linux:9 | git-lfs | 0 <0:3.4.1-2.el9",
        "centos 9 Stream",
        "rpm git-lfs 3.2.0-1.el9",
        "gap: centos 9 Stream publishes no advisories that can be read here…",
    );
}

#[test]
fn rebuilds_have_advisories_of_their_own() {
    let records = "
        RLSA-2021:3891 upstream:CVE-2021-35550
          Rocky Linux:8 | java-11-openjdk | 0 <1:11.0.13.0.8-1.el8_4
        RHSA-2021:3891 upstream:CVE-2021-35550
          Red Hat:enterprise_linux:8::appstream | java-11-openjdk | 0 <1:99-1.el8
        ALSA-2021:3891 upstream:CVE-2021-35550
          AlmaLinux:8 | java-11-openjdk | 0 <1:98-1.el8";
    // Rocky names source packages here and binary ones there.
    check(
        records,
        "rocky 8.4",
        "rpm java-11-openjdk-headless 1:11.0.12.0.7-0.el8_4 source:java-11-openjdk:1:11.0.12.0.7-0.el8_4
         rpm java-11-openjdk 1:11.0.13.0.8-1.el8_4",
        "java-11-openjdk-headless 1:11.0.12.0.7-0.el8_4 CVE-2021-35550 fixed 1:11.0.13.0.8-1.el8_4",
    );
    let alma = "java-11-openjdk 1:97-1.el8 CVE-2021-35550 fixed 1:98-1.el8";
    check(records, "almalinux 8.4", "rpm java-11-openjdk 1:97-1.el8", alma);
}

#[test]
fn oracles_ksplice_and_certified_builds_are_none_of_its_plain_ones() {
    let records = "
        ELSA-2017-1481 upstream:CVE-2017-1000366
          Oracle Linux:7 | glibc | 0 <0:2.17-157.el7_3.4
        ELSA-2017-3582 upstream:CVE-2017-1000366
          Oracle Linux:7:ksplice | glibc | 0 <2:2.17-157.ksplice1.el7_3.4
        ELSA-2021-4451 upstream:CVE-2021-20231
          Oracle Linux:7 | gnutls | 0 <0:3.6.16-4.el8
        ELSA-2022-9221 upstream:CVE-2021-20231
          Oracle Linux:7 | gnutls | 0 <10:3.6.16-4.0.1.el8_fips";
    check(
        records,
        "ol 7.9",
        "rpm glibc 2.17-157.el7_3.3
         rpm glibc 2.17-157.el7_3.4
         rpm glibc 2:2.17-157.ksplice1.el7_3.2
         rpm glibc 2:2.17-157.ksplice1.el7_3.4
         rpm gnutls 3.6.16-4.el8
         rpm gnutls 10:3.6.16-3.el8_fips
         rpm gnutls 10:3.6.16-4.0.1.el8_fips",
        "glibc 2.17-157.el7_3.3 CVE-2017-1000366 fixed 0:2.17-157.el7_3.4
         glibc 2:2.17-157.ksplice1.el7_3.2 CVE-2017-1000366 fixed 2:2.17-157.ksplice1.el7_3.4
         gnutls 10:3.6.16-3.el8_fips CVE-2021-20231 fixed 10:3.6.16-4.0.1.el8_fips",
    );
}

#[test]
fn amazons_topics_speak_of_the_version_that_they_are_named_after() {
    // "Dirty Pipe" came with Linux 5.8: the core's kernel 4.14 never had it, the topic's kernel 5.10 did.
    let records = "
        ALAS2KERNEL-5.10-2022-011 upstream:CVE-2022-0847
          Amazon Linux:2:kernel-5.10 | kernel | 0 <5.10.102-99.473.amzn2
        ALAS2DOCKER-2024-036 upstream:CVE-2024-21626
          Amazon Linux:2:docker | runc | 0 <1.1.11-1.amzn2";
    check(
        records,
        "amzn 2",
        "rpm kernel 4.14.268-205.500.amzn2
         rpm kernel 5.10.96-90.460.amzn2
         rpm runc 1.1.7-4.amzn2",
        "kernel 5.10.96-90.460.amzn2 CVE-2022-0847 fixed 5.10.102-99.473.amzn2
         runc 1.1.7-4.amzn2 CVE-2024-21626 fixed 1.1.11-1.amzn2",
    );
    check(records, "amzn 2023", "rpm runc 1.1.7-4.amzn2023", "gap: there is not one advisory about Amazon Linux:2023…");
}

#[test]
fn suse_files_by_the_product_that_a_module_belongs_to() {
    let records = "
        SUSE-SU-2023:0311-1 upstream:CVE-2023-0286
          SUSE:Linux Enterprise Module for Basesystem 15 SP4 | openssl-1_1 | 0 <1.1.1l-150400.7.22.1
          SUSE:Linux Enterprise Module for Basesystem 15 SP5 | openssl-1_1 | 0 <9";
    check(
        records,
        "sles 15.4",
        "rpm libopenssl1_1 1.1.1l-150400.7.19.1 source:openssl-1_1:1.1.1l-150400.7.19.1
         rpm libopenssl1_1 1.1.1l-150400.7.22.1 source:openssl-1_1:1.1.1l-150400.7.22.1",
        "libopenssl1_1 1.1.1l-150400.7.19.1 CVE-2023-0286 fixed 1.1.1l-150400.7.22.1",
    );
}

#[test]
fn others_packages_are_not_the_distributions() {
    check(
        "RHSA-2022:1045 upstream:CVE-2022-22720
           Red Hat:enterprise_linux:8 | nginx | 0 <1:1.20-1.el8",
        "rhel 8.6",
        "rpm nginx 1.10-1.el8 vendor:Fedora_Project",
        "gap: 1 packages (nginx) come from others than rhel 8.6…",
    );
}

// What is shown and not counted.

#[test]
fn packages_without_code_are_shown_and_not_counted() {
    check(
        "DSA-5324-1 upstream:CVE-2022-2873
           Debian:11 | linux | 0 <5.10.162-1",
        "debian 11",
        "deb linux-libc-dev 5.10.158-2 source:linux:5.10.158-2
         deb linux-doc-5.10 5.10.158-2 source:linux:5.10.158-2
         deb linux-image-5.10.0-20-amd64 5.10.158-2 source:linux:5.10.158-2",
        "linux-libc-dev 5.10.158-2 CVE-2022-2873 fixed 5.10.162-1 (it holds only header files of the kernel, …
         linux-doc-5.10 5.10.158-2 CVE-2022-2873 fixed 5.10.162-1 (it holds only documentation, …
         linux-image-5.10.0-20-amd64 5.10.158-2 CVE-2022-2873 fixed 5.10.162-1",
    );
}

#[test]
fn the_distributions_word_counts_for_files_of_its_packages() {
    check(
        "DEBIAN-CVE-2023-43804 upstream:CVE-2023-43804
           Debian:12 | python-urllib3 | 0 <1.26.12-1+deb12u1
         GHSA-v845-jxx5-vc9f alias:CVE-2023-43804
           PyPI | urllib3 | 0 <1.26.17",
        "debian 12",
        "deb python3-urllib3 1.26.12-1+deb12u1 source:python-urllib3:1.26.12-1+deb12u1
         pypi urllib3 1.26.12 owner:python3-urllib3
         pypi urllib3 1.26.12",
        "urllib3 1.26.12 CVE-2023-43804 fixed 1.26.17 (python3-urllib3 of Debian:12 brought the file, and by its …
         urllib3 1.26.12 CVE-2023-43804 fixed 1.26.17",
    );
}

#[test]
fn a_publishers_not_affected_outweighs_its_other_advisories() {
    // Alpine's list has CVE-2023-4807, which only Windows had, under version 0.
    let advisories = |status| {
        vec![
            said(
                "ALPINE-1",
                &["CVE-2023-4807", "CVE-2023-5678"],
                "Alpine:v3.18",
                "openssl",
                "3.1.4-r1",
                Status::Affected,
            ),
            said("ALPINE-CVE-2023-4807", &["CVE-2023-4807"], "Alpine:v3.18", "openssl", "", status),
        ]
    };
    let package = "apk openssl 3.1.2-r0";
    let other = "openssl 3.1.2-r0 CVE-2023-5678 fixed 3.1.4-r1";
    let found = judged(Said(advisories(Status::NotAffected)), "alpine 3.18.0", package);
    let denied = "openssl 3.1.2-r0 CVE-2023-4807 fixed 3.1.4-r1 (by ALPINE-CVE-2023-4807 of the same publisher …";
    compare(&found, &format!("{denied}\n{other}"));
    let found = judged(Said(advisories(Status::WillNotFix)), "alpine 3.18.0", package);
    compare(&found, &format!("openssl 3.1.2-r0 CVE-2023-4807 fixed 3.1.4-r1\n{other}"));
    // Another publisher's word is its own.
    let mut others = advisories(Status::NotAffected);
    others[1].publisher = "somebody".into();
    let found = judged(Said(others), "alpine 3.18.0", package);
    compare(&found, &format!("openssl 3.1.2-r0 CVE-2023-4807 fixed 3.1.4-r1\n{other}"));
}

#[test]
fn wolfi_says_what_becomes_of_what_is_not_fixed() {
    check(
        "CGA-1 upstream:CVE-2024-0001
           Wolfi | zlib | 0 | status=fix-not-planned
         CGA-2 upstream:CVE-2024-0002
           Wolfi | zlib | 0 | status=pending-upstream-fix",
        "wolfi 20230201",
        "apk zlib 1.3-r0",
        "zlib 1.3-r0 CVE-2024-0001 will-not-fix
         zlib 1.3-r0 CVE-2024-0002 deferred",
    );
}

// Go.

const GO: &str = "
    GO-2022-0969 alias:CVE-2022-27664
      Go | stdlib | 0 <1.18.6 1.19.0-0 <1.19.1
      Go | golang.org/x/net | 0 <0.0.0-20220906165146-f3363e06e74c
    GO-2023-1571 alias:CVE-2022-41723
      Go | golang.org/x/net | 0 <0.7.0
    GO-2022-0390 alias:CVE-2022-24769
      Go | github.com/docker/docker | 0 <20.10.14+incompatible
    GO-2022-0307 alias:CVE-2022-24450
      Go | github.com/nats-io/nats-server | 0
      Go | github.com/nats-io/nats-server/v2 | 2.0.0 <2.7.2
    GO-2022-0411 alias:CVE-2021-4238
      Go | github.com/Masterminds/goutils | 0 <1.1.1";

#[test]
fn a_go_pseudo_version_is_compared_as_govulncheck_does() {
    // By the time of its commit with others; below every release, which the row says it is not sure of.
    check(
        GO,
        "",
        "golang golang.org/x/net v0.0.0-20220826154423-83b083e8dc8b
         golang golang.org/x/net v0.0.0-20220906165146-f3363e06e74c
         golang golang.org/x/net v0.7.1-0.20230301000000-abcdefabcdef",
        "golang.org/x/net v0.0.0-20220826154423-83b083e8dc8b CVE-2022-27664 fixed 0.0.0-20220906165146-f3363e06e74c
         golang.org/x/net v0.0.0-20220826154423-83b083e8dc8b CVE-2022-41723 fixed 0.7.0 (not sure)
         golang.org/x/net v0.0.0-20220906165146-f3363e06e74c CVE-2022-41723 fixed 0.7.0 (not sure)",
    );
}

#[test]
fn a_go_module_without_a_version_is_a_gap() {
    check(
        GO,
        "",
        "golang golang.org/x/net (devel)
         golang github.com/docker/docker -
         golang example.com/own (devel)",
        "gap: 2 Go advisories about golang.org/x/net cannot be decided, such as GO-2022-0969: not a Go module version…
         gap: github.com/docker/docker has no version, so 1 Go advisories cannot be decided",
    );
}

#[test]
fn go_names_majors_and_its_own_library() {
    check(
        GO,
        "",
        "golang stdlib go1.19rc1
         golang stdlib 1.19.1
         golang github.com/docker/docker v20.10.13+incompatible
         golang github.com/docker/docker v20.10.14
         golang github.com/nats-io/nats-server/v2 v2.7.1
         golang github.com/nats-io/nats-server v1.4.1
         golang github.com/masterminds/goutils v1.1.0",
        "stdlib go1.19rc1 CVE-2022-27664 fixed 1.19.1
         github.com/docker/docker v20.10.13+incompatible CVE-2022-24769 fixed 20.10.14+incompatible
         github.com/nats-io/nats-server/v2 v2.7.1 CVE-2022-24450 fixed 2.7.2
         github.com/nats-io/nats-server v1.4.1 CVE-2022-24450 not-fixed
         github.com/masterminds/goutils v1.1.0 CVE-2021-4238 fixed 1.1.1",
    );
}

// Other languages.

#[test]
fn npm_packages_are_known_by_their_own_name() {
    // The readers of lockfiles and modules look through aliases; a scope is part of the name.
    check(
        "GHSA-p8p7-x288-28g6 alias:CVE-2023-28155
           npm | request | 0 <=2.88.2
           npm | @cypress/request | 0 <=2.88.11",
        "",
        "npm request 2.88.2
         npm @cypress/request 2.88.12
         npm @other/request 1.0.0",
        "request 2.88.2 CVE-2023-28155 not-fixed",
    );
}

#[test]
fn maven_qualifiers_are_ordered_as_maven_does() {
    check(
        "GHSA-36p3-wjmg-h94x alias:CVE-2022-22965
           Maven | org.springframework:spring-beans | 0 <5.2.20.RELEASE
           Maven | org.springframework:spring-beans | 5.3.0 <5.3.18
         GHSA-269q-hmxg-m83q alias:CVE-2022-24823
           Maven | io.netty:netty-codec-http | 0 <4.1.77.Final
         GHSA-7g45-4rm6-3mm3 alias:CVE-2023-2976
           Maven | com.google.guava:guava | 1.0 <32.0.0-android",
        "",
        "maven org.springframework:spring-beans 5.2.19.RELEASE
         maven org.springframework:spring-beans 5.2.20.RELEASE
         maven io.netty:netty-codec-http 4.1.76.Final-redhat-00001
         maven io.netty:netty-codec-http 4.1.77.Final-redhat-00001
         maven com.google.guava:guava 31.1-jre
         maven com.google.guava:guava 32.0.0-jre",
        "org.springframework:spring-beans 5.2.19.RELEASE CVE-2022-22965 fixed 5.2.20.RELEASE
         io.netty:netty-codec-http 4.1.76.Final-redhat-00001 CVE-2022-24823 fixed 4.1.77.Final
         com.google.guava:guava 31.1-jre CVE-2023-2976 fixed 32.0.0-android",
    );
}

#[test]
fn python_has_one_name_for_many_spellings_and_local_post_and_development_versions() {
    check(
        "PYSEC-2025-191 alias:CVE-2025-2953
           PyPI | torch | 0 <=2.6.0+cu124
         PYSEC-2012-1 alias:CVE-2012-3458
           PyPI | beaker | 0 <1.6.5.post1
         PYSEC-2024-71 alias:CVE-2024-6221
           PyPI | flask-cors | 0 <4.0.2",
        "",
        "pypi torch 2.6.0+cpu
         pypi torch 2.6.0+cu126
         pypi Beaker 1.6.5
         pypi Beaker 1.6.5.post1
         pypi Beaker 1.6.5.post1.dev1
         pypi Flask_Cors 4.0.1",
        "torch 2.6.0+cpu CVE-2025-2953 not-fixed
         Beaker 1.6.5 CVE-2012-3458 fixed 1.6.5.post1
         Beaker 1.6.5.post1.dev1 CVE-2012-3458 fixed 1.6.5.post1
         Flask_Cors 4.0.1 CVE-2024-6221 fixed 4.0.2",
    );
}

#[test]
fn a_gem_for_one_platform_has_the_version_of_all() {
    check(
        "GHSA-2qc6-mcvw-92cw
           RubyGems | nokogiri | 0 <1.13.9",
        "",
        "gem nokogiri 1.13.8-x86_64-linux
         gem nokogiri 1.13.9-x86_64-linux
         gem nokogiri 1.13.9-java
         gem nokogiri 1.13.9-rc1",
        "nokogiri 1.13.8-x86_64-linux GHSA-2qc6-mcvw-92cw fixed 1.13.9
         nokogiri 1.13.9-rc1 GHSA-2qc6-mcvw-92cw fixed 1.13.9",
    );
}

#[test]
fn nuget_has_four_numbers_prereleases_and_no_capitals() {
    check(
        "GHSA-5crp-9r3c-p9vr
           NuGet | Newtonsoft.Json | 0 <13.0.1",
        "",
        "nuget newtonsoft.json 13.0.1-beta2
         nuget Newtonsoft.Json 13.0.1.0",
        "newtonsoft.json 13.0.1-beta2 GHSA-5crp-9r3c-p9vr fixed 13.0.1",
    );
}

#[test]
fn composer_leaves_out_the_v_and_has_branches_without_a_place() {
    check(
        "x_FOP-symfony-symfony-CVE-2022-24894 alias:CVE-2022-24894
           Packagist | symfony/symfony | 2.0.0 <4.4.50; 5.0.0 <5.4.20",
        "",
        "composer symfony/symfony v4.4.49
         composer Symfony/Symfony v4.4.50
         composer symfony/symfony dev-master
         composer symfony/symfony 5.4.x-dev",
        "symfony/symfony v4.4.49 CVE-2022-24894 fixed 4.4.50
         gap: 1 Packagist advisories about symfony/symfony cannot be decided…",
    );
}

#[test]
fn crates_leave_builds_out() {
    check(
        "RUSTSEC-2021-0098 alias:CVE-2021-3712
           crates.io | openssl-src | 0.0.0-0 <111.16.0",
        "",
        "cargo openssl-src 111.15.0+1.1.1k
         cargo openssl-src 111.16.0+1.1.1l",
        "openssl-src 111.15.0+1.1.1k CVE-2021-3712 fixed 111.16.0",
    );
}

#[test]
fn the_smaller_registries_are_judged_as_the_large_ones() {
    check(
        "GHSA-7fj7-39wj-c64f alias:CVE-2022-3215
           SwiftURL | github.com/apple/swift-nio | 2.41.0 <2.42.0
         RSEC-2023-1 upstream:CVE-2018-20450
           CRAN | readxl | 0.1.0 <1.3.0
         HSEC-2023-0001 alias:CVE-2022-3433
           Hackage | aeson | 0.4.0.0 <2.0.1.0
         GHSA-p8f7-22gq-m7j9 alias:CVE-2022-42975
           Hex | phoenix | 0 <1.6.14
         GHSA-4rgh-jx4f-qfcq alias:CVE-2020-35669
           Pub | http | 0 <0.13.3
         CVE-2022-0778
           ConanCenter | openssl | 0 <3.0.2",
        "",
        "swift https://github.com/Apple/swift-nio.git 2.41.2
         cran readxl 1.2.0
         hackage aeson 2.0.0.0
         hackage aeson 2.0.1.0
         hex phoenix 1.6.13
         pub http 0.13.2
         conan openssl 3.0.1",
        "https://github.com/Apple/swift-nio.git 2.41.2 CVE-2022-3215 fixed 2.42.0
         readxl 1.2.0 CVE-2018-20450 fixed 1.3.0
         aeson 2.0.0.0 CVE-2022-3433 fixed 2.0.1.0
         phoenix 1.6.13 CVE-2022-42975 fixed 1.6.14
         http 0.13.2 CVE-2020-35669 fixed 0.13.3
         openssl 3.0.1 CVE-2022-0778 fixed 3.0.2",
    );
}

#[test]
fn an_action_is_its_repository_and_a_moving_tag_its_newest_release() {
    check(
        "GHSA-cxww-7g56-2vh6 alias:CVE-2024-42471
           GitHub Actions | actions/download-artifact | 4.0.0 <4.1.3
         GHSA-mrrh-fwg8-r2c3 alias:CVE-2025-30066
           GitHub Actions | tj-actions/changed-files | 0 <46.0.1
         GHSA-vqf5-2xx6-9wfm alias:CVE-2025-24362
           GitHub Actions | github/codeql-action | 3.26.11 <3.28.3",
        "",
        "githubactions actions/download-artifact v4
         githubactions actions/download-artifact v4.1.2
         githubactions tj-actions/changed-files v45
         githubactions github/codeql-action/analyze v3.28.0
         githubactions tj-actions/changed-files 0e58ed8671d6b60d0890c21b07f8835ace038e67",
        "actions/download-artifact v4.1.2 CVE-2024-42471 fixed 4.1.3
         tj-actions/changed-files v45 CVE-2025-30066 fixed 46.0.1
         github/codeql-action/analyze v3.28.0 CVE-2025-24362 fixed 3.28.3
         gap: 1 GitHub Actions advisories about tj-actions/changed-files cannot be decided…",
    );
}

// What a record may say.

#[test]
fn ranges_lists_and_limits_are_read_as_the_schema_says() {
    check(
        "GHSA-65f5-mfpf-vfhj alias:CVE-2022-44571
           RubyGems | rack | 2.0.0 <2.0.9.2; 2.1.0 <2.1.4.2; 2.2.0 <2.2.6.1
         x_VICTIMS-CVE-2017-5638 alias:CVE-2017-5638
           Maven | org.apache.struts:struts2-core | 2.5 <2.5.10.1 =2.5-BETA3
         RSEC-2023-1 upstream:CVE-2018-20450
           CRAN | readxl | =1.1.0 =1.2.0
         GHSA-limit
           npm | limited | 1.0.0 limit:2.0.0
         GHSA-never
           npm | never | 0 <0",
        "",
        "gem rack 2.1.4.1
         gem rack 2.1.4.2
         maven org.apache.struts:struts2-core 2.5-BETA3
         maven org.apache.struts:struts2-core 2.5-BETA2
         cran readxl 1.2.0
         cran readxl 1.3.0
         npm limited 1.9.0
         npm limited 2.0.0
         npm never 1.0.0",
        "rack 2.1.4.1 CVE-2022-44571 fixed 2.1.4.2
         org.apache.struts:struts2-core 2.5-BETA3 CVE-2017-5638 fixed 2.5.10.1
         readxl 1.2.0 CVE-2018-20450 not-fixed
         limited 1.9.0 GHSA-limit not-fixed",
    );
}

#[test]
fn withdrawn_records_and_ranges_of_commits_affect_no_version() {
    check(
        "GO-2022-0617 alias:CVE-2020-8562 withdrawn
           Go | k8s.io/kubernetes | 0
         GO-git
           Go | k8s.io/kubernetes | git 0 <6dcb09b5b57875f334f61aebed695e2e4193db5e
         GO-2022-0390 alias:CVE-2022-24769
           Go | github.com/docker/docker | 0 <20.10.14+incompatible",
        "",
        "golang k8s.io/kubernetes v1.20.0",
        "",
    );
}

#[test]
fn what_has_every_version_has_one_that_cannot_be_compared() {
    // A package that was made to do harm does it in any version.
    check(
        "MAL-2022-1
           npm | harmful | 0",
        "",
        "npm harmful -\n npm harmful latest",
        "harmful  MAL-2022-1 not-fixed
         harmful latest MAL-2022-1 not-fixed",
    );
}

#[test]
fn what_is_no_version_is_compared_loosely_and_marked() {
    check(
        "GHSA-35jh-r3h4-6jhm alias:CVE-2021-23337
           npm | lodash | 0 <4.17.21",
        "",
        "npm lodash 4.17.20.1
         npm lodash 4.17.21.1",
        "lodash 4.17.20.1 CVE-2021-23337 fixed 4.17.21 (not sure)",
    );
}
