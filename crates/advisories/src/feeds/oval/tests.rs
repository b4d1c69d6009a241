//! Files in each publisher's form, and what they become. Expected values were made by hand.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::feeds::lines::{self, transcript};

/// A file's tables: every test that its criteria need. `p NAME OPERATION VERSION` is a test of a package, with `-` for no
/// version; `f` is a test of a file. The criteria name them by their number.
fn tables(tests: &[&str]) -> String {
    let (mut list, mut objects, mut states) = (String::new(), String::new(), String::new());
    for (number, test) in tests.iter().enumerate() {
        let mut words = test.splitn(3, ' ');
        let (kind, name, check) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap_or("-"));
        let of_deb = kind == "d";
        let kind = match kind {
            "p" => "red-def:rpminfo",
            "d" => "linux-def:dpkginfo",
            _ => "red-def:rpmverifyfile",
        };
        let state = if check == "-" { String::new() } else { format!(r#"<red-def:state state_ref="s{number}"/>"#) };
        let _ = write!(
            list,
            r#"<{kind}_test check="at least one" id="t{number}"><red-def:object object_ref="o{number}"/>{state}</{kind}_test>"#
        );
        if of_deb {
            let _ = write!(
                objects,
                r#"<{kind}_object id="o{number}"><linux-def:name var_ref="v{number}" var_check="at least one"/></{kind}_object>"#
            );
        } else {
            let _ =
                write!(objects, r#"<{kind}_object id="o{number}"><red-def:name>{name}</red-def:name></{kind}_object>"#);
        }
        if let Some((operation, version)) = check.rsplit_once(' ') {
            let _ = write!(
                states,
                r#"<{kind}_state id="s{number}"><red-def:arch operation="pattern match">x86_64|noarch</red-def:arch>
                <red-def:evr datatype="evr_string" operation="{operation}">{version}</red-def:evr></{kind}_state>"#
            );
        }
    }
    let variables: String = tests
        .iter()
        .enumerate()
        .filter_map(|(number, test)| {
            let names = test.strip_prefix("d ")?.split(' ').next()?;
            let values: Vec<_> = names.split(',').map(|name| format!("<value>{name}</value>")).collect();
            let values = values.concat();
            Some(format!(r#"<constant_variable id="v{number}" datatype="string">{values}</constant_variable>"#))
        })
        .collect();
    format!(
        "<tests>{list}</tests><objects>{objects}</objects><states>{states}</states><variables>{variables}</variables>"
    )
}

fn file(definitions: &str, tables: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
        <oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5" xmlns:red-def="r" xmlns:linux-def="l">
        <generator><oval:schema_version>5.10</oval:schema_version></generator>
        <definitions>{definitions}</definitions>{tables}</oval_definitions>"#
    )
}

fn criterion(test: usize, comment: &str) -> String {
    format!(r#"<criterion comment="{comment}" test_ref="t{test}"/>"#)
}

fn check(feed: &Feed, path: &str, text: &str, expected: &str) {
    lines::check(feed, path, text.as_bytes(), expected);
}

const MODULAR: &str = r#"<definition class="patch" id="oval:com.redhat.rhsa:def:20230001" version="635"><metadata>
    <title>RHSA-2023:0001: nodejs:16 security &amp; bug fix update (Important)</title>
    <affected family="unix"><platform>Red Hat Enterprise Linux 8</platform></affected>
    <reference ref_id="RHSA-2023:0001" ref_url="https://access.redhat.com/errata/RHSA-2023:0001" source="RHSA"/>
    <reference ref_id="CVE-2022-0001" ref_url="https://access.redhat.com/security/cve/CVE-2022-0001" source="CVE"/>
    <description>Node.js is a platform.</description>
    <advisory from="secalert@redhat.com"><severity>Important</severity><rights>All.</rights>
    <issued date="2023-01-02"/><updated date="2023-01-03"/>
    <cve cvss3="8.1/CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H" cwe="CWE-400-&gt;CWE-1333" impact="important"
      public="20221101">CVE-2022-0001</cve>
    <cve cvss2="5.0/AV:N/AC:L/Au:N/C:P/I:N/A:N" impact="moderate" public="20221102">CVE-2022-0002</cve>
    <affected_cpe_list><cpe>cpe:/a:redhat:enterprise_linux:8</cpe><cpe>cpe:/a:redhat:enterprise_linux:8::appstream</cpe>
    </affected_cpe_list></advisory></metadata>
    <criteria operator="OR"><criterion comment="Red Hat Enterprise Linux must be installed" test_ref="t0"/>
    <criteria operator="AND"><criterion comment="Red Hat Enterprise Linux 8 is installed" test_ref="t0"/>
    <criterion comment="Module nodejs:16 is enabled" test_ref="t0"/>
    <criteria operator="OR">
    <criteria operator="AND"><criterion comment="nodejs is earlier than 1:16.18.1-3.module+el8.7.0+17465+1a1abd74" test_ref="t1"/>
    <criterion comment="nodejs is signed with Red Hat redhatrelease2 key" test_ref="t2"/></criteria>
    <criteria operator="AND"><criterion comment="npm is earlier than 0:8.19.2-1.module+el8.7.0+17465+1a1abd74" test_ref="t3"/>
    <criterion comment="npm is signed with Red Hat redhatrelease2 key" test_ref="t2"/></criteria>
    </criteria></criteria></criteria></definition>"#;

const MODULAR_TESTS: &[&str] = &[
    "f redhat-release",
    "p nodejs less than 1:16.18.1-3.module+el8.7.0+17465+1a1abd74",
    "p nodejs",
    "p npm less than 0:8.19.2-1.module+el8.7.0+17465+1a1abd74",
];

const MODULAR_READ: &str = "
        RHSA-2023:0001 ^CVE-2022-0001,CVE-2022-0002 high CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H AV:N/AC:L/Au:N/C:P/I:N/A:N
          Red Hat:enterprise_linux:8::appstream nodejs [nodejs:16] >=0 <1:16.18.1-3.module+el8.7.0+17465+1a1abd74
          Red Hat:enterprise_linux:8::appstream npm [nodejs:16] >=0 <8.19.2-1.module+el8.7.0+17465+1a1abd74";

#[test]
fn an_update_of_red_hat_is_for_its_module_and_content_set() {
    check(&RED_HAT, "rhel-8.oval.xml", &file(MODULAR, &tables(MODULAR_TESTS)), MODULAR_READ);
}

#[test]
fn what_people_want_to_read_is_kept() {
    let text = file(MODULAR, &tables(MODULAR_TESTS));
    let read = lines::read(&RED_HAT, "rhel-8.oval.xml", text.as_bytes()).unwrap();
    let advisory = &read.advisories[0];
    assert_eq!(advisory.publisher, "redhat");
    assert_eq!(advisory.summary, "RHSA-2023:0001: nodejs:16 security & bug fix update (Important)");
    assert_eq!(advisory.details, "Node.js is a platform.");
    assert_eq!(advisory.published.as_deref(), Some("2023-01-02T00:00:00Z"));
    assert_eq!(advisory.modified, "2023-01-03T00:00:00Z");
    assert_eq!(advisory.weaknesses, ["CWE-400", "CWE-1333"]);
    let pages =
        ["https://access.redhat.com/errata/RHSA-2023:0001", "https://access.redhat.com/security/cve/CVE-2022-0001"];
    assert_eq!(advisory.references, pages);
}

#[test]
fn sections_may_come_in_any_order() {
    let text = file(MODULAR, &tables(MODULAR_TESTS));
    let (before, rest) = text.split_once("<definitions>").unwrap();
    let (definitions, rest) = rest.split_once("</definitions>").unwrap();
    let (tables, after) = rest.rsplit_once("</variables>").unwrap();
    let turned = format!("{before}{tables}</variables><definitions>{definitions}</definitions>{after}");
    check(&RED_HAT, "rhel-8.oval.xml", &turned, MODULAR_READ);
}

/// A definition of Red Hat's about a CVE without an update.
fn unpatched(id: &str, resolutions: &str, criteria: &str) -> String {
    format!(
        r#"<definition class="vulnerability" id="oval:com.redhat.{id}" version="638"><metadata>
        <title>CVE-2023-0001 a: overflow (moderate)</title>
        <reference ref_id="CVE-2023-0001" ref_url="https://access.redhat.com/security/cve/CVE-2023-0001" source="CVE"/>
        <advisory from="secalert@redhat.com"><severity>Moderate</severity><updated date="2023-02-01"/>
        <cve impact="moderate" public="20230101">CVE-2023-0001</cve><affected>{resolutions}</affected>
        <affected_cpe_list><cpe>cpe:/o:redhat:enterprise_linux:8</cpe></affected_cpe_list></advisory></metadata>
        <criteria operator="OR">{criteria}</criteria></definition>"#
    )
}

#[test]
fn what_red_hat_will_do_is_said_of_each_component() {
    let states = ["Will not fix", "Out of support scope", "Fix deferred", "Affected", "Under investigation"];
    let resolutions: Vec<_> = states
        .iter()
        .enumerate()
        .map(|(index, state)| format!(r#"<resolution state="{state}"><component>p{index}</component></resolution>"#))
        .collect();
    let resolutions =
        resolutions.concat() + r#"<resolution state="Will not fix"><component>ruby:2.5/ruby</component></resolution>"#;
    let mut criteria: String = (0..5).map(|index| criterion(index, &format!("p{index} is installed"))).collect();
    let ruby = |stream: &str| {
        let module = criterion(6, &format!("Module ruby:{stream} is enabled"));
        format!(r#"<criteria operator="AND">{module}{}</criteria>"#, criterion(5, "ruby is installed"))
    };
    criteria += &(ruby("2.5") + &ruby("3.1"));
    let unaffected = criterion(7, "q is installed");
    let definitions =
        unpatched("cve:def:20230001", &resolutions, &criteria) + &unpatched("unaffected:def:20230001", "", &unaffected);
    let tests = ["p p0", "p p1", "p p2", "p p3", "p p4", "p ruby", "f modules", "p q"];
    check(
        &RED_HAT,
        "rhel-8-including-unpatched.oval.xml",
        &file(&definitions, &tables(&tests)),
        "
        CVE-2023-0001 ^CVE-2023-0001 medium
          Red Hat:enterprise_linux:8 p0 >=0 WillNotFix
          Red Hat:enterprise_linux:8 p1 >=0 EndOfLife
          Red Hat:enterprise_linux:8 p2 >=0 Deferred
          Red Hat:enterprise_linux:8 p3 >=0
          Red Hat:enterprise_linux:8 p4 >=0 UnderInvestigation
          Red Hat:enterprise_linux:8 ruby [ruby:2.5] >=0 WillNotFix
          Red Hat:enterprise_linux:8 ruby [ruby:3.1] >=0
          Red Hat:enterprise_linux:8 q >=0 NotAffected",
    );
}

/// A definition of Oracle's.
fn elsa(id: &str, cves: &str, criteria: &str) -> String {
    format!(
        r#"<definition class="patch" id="oval:com.oracle.elsa:def:20240001" version="501"><metadata>
        <title>{id}:  openssl security update (MODERATE)</title>
        <affected family="unix"><platform>Oracle Linux 9</platform></affected>
        <reference source="elsa" ref_id="{id}" ref_url="https://linux.oracle.com/errata/{id}.html"/>
        <advisory><severity>MODERATE</severity><issued date="2024-01-15"/>{cves}</advisory></metadata>{criteria}</definition>"#
    )
}

#[test]
fn oracles_special_builds_are_no_plain_builds() {
    let block = |test: usize, version: &str, mark: &str| {
        let earlier = criterion(test, &format!("openssl is earlier than {version}"));
        let signed = criterion(0, "openssl is signed with the Oracle Linux 9 key");
        let mark = if mark.is_empty() { String::new() } else { criterion(5, mark) };
        format!(r#"<criteria operator="AND">{earlier}{signed}{mark}</criteria>"#)
    };
    let builds = [
        block(1, "1:3.0.7-24.0.1.el9", ""),
        // The same for another architecture.
        block(1, "1:3.0.7-24.0.1.el9", ""),
        block(2, "2:3.0.7-24.0.1.ksplice1.el9", ""),
        block(3, "10:3.0.7-24.0.1.el9_fips", ""),
        block(4, "2:3.0.7-25.el9", "openssl is ksplice-based"),
    ];
    let criteria = format!(
        r#"<criteria operator="AND">{}<criteria operator="OR">{}</criteria></criteria>"#,
        criterion(0, "Oracle Linux 9 is installed"),
        builds.concat()
    );
    let cve = r#"<cve href="https://linux.oracle.com/cve/CVE-2023-0001.html">CVE-2023-0001</cve>"#;
    let tests = tables(&[
        "p oraclelinux-release",
        "p openssl less than 1:3.0.7-24.0.1.el9",
        "p openssl less than 2:3.0.7-24.0.1.ksplice1.el9",
        "p openssl less than 10:3.0.7-24.0.1.el9_fips",
        "p openssl less than 2:3.0.7-25.el9",
        "f ksplice",
    ]);
    let definitions = elsa("ELSA-2024-0001", cve, &criteria) + &elsa("ELBA-2024-0002", "", &criteria);
    check(
        &ORACLE,
        "com.oracle.elsa-all.xml",
        &file(&definitions, &tests),
        "
        ELSA-2024-0001 ^CVE-2023-0001 medium
          Oracle Linux:9 openssl >=0 <1:3.0.7-24.0.1.el9
          Oracle Linux:9:ksplice openssl >=0 <2:3.0.7-24.0.1.ksplice1.el9
          Oracle Linux:9:fips openssl >=0 <10:3.0.7-24.0.1.el9_fips
          Oracle Linux:9:ksplice openssl >=0 <2:3.0.7-25.el9
        refused MereUpdate oval:com.oracle.elsa:def:20240001",
    );
}

#[test]
fn oracles_releases_side_by_side_are_each_meant() {
    let either = [criterion(0, "Oracle Linux 8 is installed"), criterion(0, "Oracle Linux 9 is installed")].concat();
    let criteria = format!(
        r#"<criteria><criteria operator="OR">{either}</criteria>{}</criteria>"#,
        criterion(1, "a is earlier than 0:1.0-1")
    );
    let text =
        file(&elsa("ELSA-2024-0003", "", &criteria), &tables(&["p oraclelinux-release", "p a less than 0:1.0-1"]));
    let found = transcript(&ORACLE, "com.oracle.elsa-all.xml", text.as_bytes());
    let entries: Vec<_> = found.lines().filter(|line| line.starts_with("  Oracle")).collect();
    assert_eq!(entries, ["  Oracle Linux:8 a >=0 <1.0-1", "  Oracle Linux:9 a >=0 <1.0-1"]);
}

#[test]
fn ubuntus_comments_name_source_packages_and_pockets() {
    let criteria = [
        r#"<extend_definition definition_ref="oval:com.ubuntu.jammy:def:100" comment="Ubuntu 22.04 LTS (jammy) is installed."/>"#
            .to_owned(),
        criterion(0, "curl package in jammy was vulnerable but has been fixed (note: &apos;7.81.0-1ubuntu1.10&apos;)."),
        criterion(1, "zlib source package in esm-apps/jammy, is affected and has been fixed (note: '1.2~esm1')."),
        criterion(2, "vim package in jammy is affected and needs fixing."),
        criterion(2, "nano package in jammy is affected, but a decision has been made to defer addressing it (note: '2023-01-01')."),
        criterion(2, "joe package in jammy, is related to the CVE in some way and a decision has been made to ignore it (note: 'end of standard support')."),
        format!(
            r#"<criteria operator="AND">{}{}</criteria>"#,
            criterion(3, "Is kernel 'linux' running?"),
            criterion(3, "'linux' kernel in jammy was vulnerable but has been fixed (note: '5.15.0-1.1').")
        ),
        criterion(2, "ed package in moon/jammy is affected and needs fixing."),
        r#"<criterion negate="true" comment="pico package in jammy is affected and needs fixing." test_ref="t2"/>"#.to_owned(),
    ];
    let definition = format!(
        r#"<definition class="inventory" id="oval:com.ubuntu.jammy:def:100" version="1"><metadata><title>Check</title>
        </metadata><criteria><criterion test_ref="t3" comment="The host is part of the unix family."/></criteria></definition>
        <definition class="vulnerability" id="oval:com.ubuntu.jammy:def:20230001" version="1"><metadata>
        <title>CVE-2023-0001 on Ubuntu 22.04 LTS (jammy) - low</title><description>It breaks.</description>
        <affected family="unix"><platform>Ubuntu 22.04 LTS</platform></affected>
        <reference source="CVE" ref_id="CVE-2023-0001" ref_url="https://www.cve.org/CVERecord?id=CVE-2023-0001"/>
        <advisory><severity>Low</severity><public_date>2023-01-05 12:00:00 UTC</public_date>
        <cve href="https://ubuntu.com/security/CVE-2023-0001" priority="low">CVE-2023-0001</cve></advisory></metadata>
        <criteria>{}</criteria></definition>"#,
        criteria.concat()
    );
    let tests =
        tables(&["d curl,libcurl4 less than 7.81.0-1ubuntu1.10", "d zlib1g less than 1.2~esm1", "d vim", "f uname"]);
    check(
        &UBUNTU,
        "com.ubuntu.jammy.cve.oval.xml",
        &file(&definition, &tests),
        "
        UBUNTU-CVE-2023-0001 ^CVE-2023-0001 low
          Ubuntu:22.04:LTS curl >=0 <7.81.0-1ubuntu1.10
          Ubuntu:Pro:22.04:LTS zlib >=0 <1.2~esm1
          Ubuntu:22.04:LTS vim >=0
          Ubuntu:22.04:LTS nano >=0 Deferred
          Ubuntu:22.04:LTS joe >=0 EndOfLife
          Ubuntu:22.04:LTS linux >=0 <5.15.0-1.1",
    );
}

#[test]
fn ubuntus_notices_name_binary_packages() {
    let definition = |platform: &str, test: usize| {
        format!(
            r#"<definition class="patch" id="oval:com.ubuntu.bionic:def:{test}" version="1"><metadata>
            <title>USN-5000-1 -- curl vulnerabilities</title>
            <affected family="unix"><platform>{platform}</platform></affected>
            <reference source="USN" ref_id="USN-5000-1" ref_url="https://ubuntu.com/security/notices/USN-5000-1"/>
            <reference source="CVE" ref_id="CVE-2023-0001" ref_url="https://ubuntu.com/security/CVE-2023-0001"/>
            <reference source="CVE" ref_id="CVE-2023-0002" ref_url="https://ubuntu.com/security/CVE-2023-0002"/>
            <advisory><severity>Medium</severity><issued date="2023-05-01"/></advisory></metadata>
            <criteria>{}</criteria></definition>"#,
            criterion(test, "(none)")
        )
    };
    let definitions =
        definition("Ubuntu 18.04 LTS", 0) + &definition("Ubuntu 17.10", 1) + &definition("Ubuntu Core", 1);
    let tests = tables(&["d curl,libcurl4 less than 0:7.58.0-2ubuntu3.24+esm1", "d curl less than 7.58"]);
    let found = transcript(&UBUNTU, "com.ubuntu.bionic.usn.oval.xml", file(&definitions, &tests).as_bytes());
    let lines: Vec<_> = found
        .lines()
        .filter(|line| line.contains("Ubuntu:") || line.starts_with("USN") || line.starts_with("refused"))
        .collect();
    assert_eq!(
        lines,
        [
            "USN-5000-1 ^CVE-2023-0001,CVE-2023-0002 medium",
            "  Ubuntu:Pro:18.04:LTS curl >=0 <7.58.0-2ubuntu3.24+esm1",
            "  Ubuntu:Pro:18.04:LTS libcurl4 >=0 <7.58.0-2ubuntu3.24+esm1",
            "USN-5000-1 ^CVE-2023-0001,CVE-2023-0002 medium",
            "  Ubuntu:17.10 curl >=0 <7.58",
            "refused UnknownEcosystem oval:com.ubuntu.bionic:def:1: it names no release",
        ]
    );
}

/// A definition of Microsoft's.
fn azl(number: &str, patchable: &str, test: usize) -> String {
    format!(
        r#"<definition class="vulnerability" id="oval:com.microsoft.azurelinux:def:{number}" version="1"><metadata>
        <title>CVE-2024-0001 affecting package groff for versions less than 1.22.3-5</title>
        <affected family="unix"><platform>Azure Linux</platform></affected>
        <reference ref_id="CVE-2024-0001" ref_url="https://nvd.nist.gov/vuln/detail/CVE-2024-0001" source="CVE"/>
        <patchable>{patchable}</patchable><advisory_date>2024-03-01T13:27:54Z</advisory_date>
        <advisory_id>{number}-1</advisory_id><severity>Critical</severity><description>An update is there.</description>
        </metadata><criteria operator="AND">{}</criteria></definition>"#,
        criterion(test, "Package groff is earlier than 1.22.3-5, affected by CVE-2024-0001")
    )
}

#[test]
fn microsofts_definitions_are_one_for_each_package() {
    let tests = tables(&["p groff less than 0:1.22.3-5.cm2", "p groff less than or equal 0:1.22.3-4.cm2"]);
    let definitions = azl("100", "true", 0) + &azl("101", "false", 1) + &azl("102", "Not Applicable", 0);
    let head = "^CVE-2024-0001 critical";
    let expected = |release: &str| {
        format!(
            "
        AZL-100 {head}
          Azure Linux:{release} groff >=0 <1.22.3-5.cm2
        AZL-101 {head}
          Azure Linux:{release} groff >=0 <=1.22.3-4.cm2
        AZL-102 {head}
          Azure Linux:{release} groff >=0 <1.22.3-5.cm2 NotAffected"
        )
    };
    check(&AZURE, "some/azurelinux-3.0-oval.xml", &file(&definitions, &tests), &expected("3"));
    check(&AZURE, "cbl-mariner-2.0-oval.xml", &file(&definitions, &tests), &expected("2"));
    // The dist tag, where the file was renamed.
    check(&AZURE, "oval.xml", &file(&definitions, &tests), &expected("2"));
}

#[test]
fn suses_packages_belong_to_products() {
    let products = [
        criterion(0, "SUSE Linux Enterprise Module for Basesystem 15 SP4 is installed"),
        criterion(0, "SUSE Linux Enterprise Server 15 SP4-LTSS is installed"),
    ];
    let packages = [
        criterion(1, "curl-7.79.1-150400.5.6.1 is installed"),
        criterion(2, "wget is affected"),
        criterion(3, "nano is not affected"),
        criterion(4, "kernel-default is the running kernel"),
    ];
    let definition = format!(
        r#"<definition class="vulnerability" id="oval:org.opensuse.security:def:20220001" version="1"><metadata>
        <title>CVE-2022-0001</title><affected family="unix"><platform>SUSE Linux Enterprise Server 15 SP4</platform></affected>
        <reference source="CVE" ref_id="Mitre CVE-2022-0001" ref_url="https://cve.mitre.org/CVE-2022-0001"/>
        <reference source="SUSE CVE" ref_id="SUSE CVE-2022-0001" ref_url="https://www.suse.com/security/cve/CVE-2022-0001"/>
        <advisory from="security@suse.de"><severity>Important</severity>
        <cve impact="important" cvss3="7.5/CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H">CVE-2022-0001 at SUSE</cve>
        <cve impact="high" cvss3="9.8/CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H">CVE-2022-0001 at NVD</cve>
        </advisory></metadata>
        <criteria operator="OR"><criteria operator="AND"><criteria operator="OR">{}</criteria>
        <criteria operator="OR">{}</criteria></criteria>
        <criteria operator="AND">{}{}</criteria></criteria></definition>"#,
        products.concat(),
        packages.concat(),
        criterion(0, "openSUSE Leap 15.4 is installed"),
        criterion(1, "curl-7.79.1-150400.5.6.1 is installed"),
    );
    let tests = tables(&[
        "p sle-release",
        "p curl less than 0:7.79.1-150400.5.6.1",
        "p wget greater than 0:0-0",
        "p nano equals 0:0-0",
        "p kernel-default equals 5.14",
    ]);
    check(
        &SUSE,
        "suse.linux.enterprise.server.15.xml",
        &file(&definition, &tests),
        "
        CVE-2022-0001 ^CVE-2022-0001 high CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H
          SUSE:Linux Enterprise Module for Basesystem 15 SP4 curl >=0 <7.79.1-150400.5.6.1
          SUSE:Linux Enterprise Server 15 SP4-LTSS curl >=0 <7.79.1-150400.5.6.1
          SUSE:Linux Enterprise Module for Basesystem 15 SP4 wget >=0
          SUSE:Linux Enterprise Server 15 SP4-LTSS wget >=0
          SUSE:Linux Enterprise Module for Basesystem 15 SP4 nano >=0 NotAffected
          SUSE:Linux Enterprise Server 15 SP4-LTSS nano >=0 NotAffected
          openSUSE:Leap 15.4 curl >=0 <7.79.1-150400.5.6.1",
    );
}

#[test]
fn wrong_records_are_refused_one_by_one() {
    let good = elsa("ELSA-2024-0009", "", &format!("<criteria>{}</criteria>", criterion(0, "a is earlier than 1-1")));
    let tests = tables(&["p a less than 1-1", "p b less than 1:", "p c greater than 1-1", "p d less than 0:0-0"]);
    let refusal = |wrong: &str| {
        let text = file(&format!("{wrong}{good}"), &tests);
        let found = transcript(&ORACLE, "com.oracle.elsa-all.xml", text.as_bytes());
        assert!(found.contains("\n  Oracle Linux:9 a >=0 <1-1\n"), "{found}");
        found.lines().find(|line| line.starts_with("refused")).unwrap_or("kept").to_owned()
    };
    let of = |criteria: &str| refusal(&elsa("ELSA-2024-0001", "", &format!("<criteria>{criteria}</criteria>")));
    let refused = |reason: &str, detail: &str| format!("refused {reason} oval:com.oracle.elsa:def:20240001{detail}");
    assert_eq!(of(""), refused("NoPackage", ""));
    assert_eq!(of(&criterion(0, "a is earlier than 1-1")), "kept");
    assert_eq!(of(&criterion(1, "b is earlier than 1:")), refused("Broken", ": \"1:\" is no version"));
    assert_eq!(of(&criterion(3, "d is earlier than 0")), refused("NoPackage", ""));
    assert_eq!(of(&[criterion(0, "a is earlier than 1-1"), criterion(3, "d is earlier than 0")].concat()), "kept");
    assert_eq!(
        of(&criterion(2, "c is earlier than 1-1")),
        refused("Broken", ": \"c is earlier than 1-1\" says no upper end of what is affected")
    );
    let nameless = elsa("", "", "").replace(r#" id="oval:com.oracle.elsa:def:20240001""#, "");
    assert_eq!(refusal(&nameless), "refused Broken a definition without an id: it names no advisory");
    assert_eq!(refusal(&elsa("", "", "")), refused("Broken", ": it names no advisory"));
    let many = criterion(0, "a is earlier than 1-1").repeat(MAX_CRITERIA + 1);
    assert_eq!(of(&many), refused("TooLarge", ": more than 100000 criteria"));

    let dangling = file(&azl("1", "true", 7), &tests);
    let found = transcript(&AZURE, "azurelinux-3.0-oval.xml", dangling.as_bytes());
    assert_eq!(found, "refused Broken oval:com.microsoft.azurelinux:def:1: test `t7` is not in the file\n");
    let dangling = file(&unpatched("cve:def:1", "", &criterion(7, "a is installed")), &tests);
    let found = transcript(&RED_HAT, "rhel-8.oval.xml", dangling.as_bytes());
    assert_eq!(found, "refused Broken oval:com.redhat.cve:def:1: test `t7` is not in the file\n");
}

#[test]
fn wrong_files_are_broken() {
    const NO_OVAL: &str = "broken: it has no OVAL definitions\n";
    let broken = |text: &str| transcript(&ORACLE, "com.oracle.elsa-all.xml", text.as_bytes());
    assert_eq!(broken(""), "broken: it has no elements\n");
    assert_eq!(broken("<html/>"), NO_OVAL);
    assert_eq!(broken("{\"a\":1}"), "broken: it has no elements\n");
    let whole = file(MODULAR, "");
    for end in [whole.len() / 3, whole.len() / 2, whole.len() - 4] {
        assert!(broken(&whole[..end]).contains("broken: "), "cut at {end}");
    }
    assert!(transcript(&ORACLE, "a.xml", b"\xff\xfe<").starts_with("broken: it is not UTF-8"));
}

#[test]
fn files_are_known_by_their_names() {
    let wanted = |name: &str| {
        let feeds = [AZURE, ORACLE, RED_HAT, SUSE, UBUNTU];
        feeds.iter().filter(|feed| (feed.wants)(name)).map(|feed| feed.name).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(wanted("azurelinux-3.0-oval.xml"), "azure-oval");
    assert_eq!(wanted("cbl-mariner-2.0-oval.xml"), "azure-oval");
    assert_eq!(wanted("com.oracle.elsa-2024.xml"), "oracle-oval");
    assert_eq!(wanted("rhel-9-including-unpatched.oval.xml"), "redhat-oval");
    assert_eq!(wanted("opensuse.leap.15.4.xml"), "suse-oval");
    assert_eq!(wanted("com.ubuntu.jammy.cve.oval.xml"), "ubuntu-oval");
    assert_eq!(wanted("index.html"), "");
}

#[test]
fn bombs_stay_small() {
    let run = |feed: &Feed, text: &str| transcript(feed, "com.oracle.elsa-all.xml", text.as_bytes());
    let deep = file(&"<criteria>".repeat(100_000), "");
    assert_eq!(run(&ORACLE, &deep), "broken: more elements are in one another than any honest document has\n");
    // Nothing is expanded that the document declares itself.
    let laughs = format!(
        r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>{}"#,
        file("<definition class=\"patch\" id=\"x\"><metadata><title>ELSA-1: &b;</title></metadata></definition>", "")
            .split_once("?>")
            .unwrap()
            .1
    );
    assert_eq!(run(&ORACLE, &laughs), "refused NoPackage x\n");
    // Many tests that nothing needs, and one definition with as many references.
    let tests: Vec<_> = (0..200_000).map(|id| format!(r#"<t id="{id}"/>"#)).collect();
    assert_eq!(run(&ORACLE, &file("", &format!("<tests>{}</tests>", tests.concat()))), "");
    let references = r#"<reference source="CVE" ref_id="CVE-2024-0001"/>"#.repeat(200_000);
    let text = file(&format!(r#"<definition class="patch" id="x"><metadata>{references}</metadata></definition>"#), "");
    assert_eq!(run(&ORACLE, &text), "refused Broken x: it names no advisory\n");
    // Ten thousand packages in each of a thousand products.
    let products: String =
        (0..1_000).map(|number| criterion(0, &format!("SUSE Linux Enterprise Server {number} is installed"))).collect();
    let packages = criterion(1, "curl is affected").repeat(10_000);
    let text = file(
        &format!(
            r#"<definition class="vulnerability" id="x"><metadata><reference source="CVE" ref_id="CVE-2024-0001"/></metadata>
            <criteria><criteria operator="OR">{products}</criteria><criteria operator="OR">{packages}</criteria></criteria>
            </definition>"#
        ),
        &tables(&["p sles-release", "p curl greater than 0:0-0"]),
    );
    assert_eq!(run(&SUSE, &text), "refused TooLarge x: says more than 200000 things\n");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for feed in [&AZURE, &ORACLE, &RED_HAT, &SUSE, &UBUNTU] {
            let _ = transcript(feed, "azurelinux-3.0-oval.xml", &bytes);
        }
    }

    #[test]
    fn no_words_make_it_panic(comment in "[ -~\u{e0}-\u{ff}]{0,80}|[a-z' ]{0,9} package in [a-z/]{0,9}[ ,].{0,40}", version in ".{0,20}") {
        let quoted = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        let (comment, version) = (quoted(&comment), quoted(&version));
        let criteria = format!("<criteria>{}</criteria>", criterion(0, &comment) + &criterion(1, &comment));
        let text = file(&elsa(&comment, &version, &criteria), &tables(&[&format!("p a less than {version}"), "d b"]));
        for feed in [&AZURE, &ORACLE, &RED_HAT, &SUSE, &UBUNTU] {
            let _ = transcript(feed, "azurelinux-3.0-oval.xml", text.as_bytes());
        }
    }
}
