//! The build refuses a table that breaks its rules, and says where.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../build/end_of_life.rs"]
mod end_of_life;
#[path = "../build/inert.rs"]
mod inert;
#[path = "../build/starter.rs"]
mod starter;
#[path = "../build/table.rs"]
mod table;

use std::fs;

use table::Table;

/// What is packed from a table of that text, or the complaint from the line on.
fn packed(pack: fn(&Table) -> Result<String, String>, text: &str) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.tsv");
    fs::write(&path, text).unwrap();
    pack(&Table::read(path).unwrap()).map_err(|error| error.split_once("table.tsv:").unwrap().1.to_owned())
}

const ENTRY: &str = "CVE-2021-44228\t2021-12-10\transomware\tCVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H\t\
                     GHSA-jfh8-c2jp-5v3q\tIt runs code.";
const PACKAGE: &str = "\tMaven\torg:core\t<2.3.1, >=2.4 <=2.12, =2.13, >=3-rc1 <3.1\tGHSA-jfh8-c2jp-5v3q";

fn starter_table(entry: &str, package: &str) -> String {
    format!("# A comment.\nas of\t2025-08-25\n\n{entry}\n{package}\n")
}

#[test]
fn a_right_starter_table_is_packed() {
    let rust = packed(starter::pack, &starter_table(ENTRY, PACKAGE)).unwrap();
    assert_eq!(
        rust,
        "Starter { day: \"2025-08-25\", entries: &[\n\
         Entry { id: \"CVE-2021-44228\", listed: \"2021-12-10\", ransomware: true, \
         vector: \"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H\", aliases: &[\"GHSA-jfh8-c2jp-5v3q\"], \
         summary: \"It runs code.\", packages: &[\n    \
         Entrant { ecosystem: \"Maven\", name: \"org:core\", ranges: &[\
         &[Event::Introduced(\"0\"), Event::Fixed(\"2.3.1\")], \
         &[Event::Introduced(\"2.4\"), Event::LastAffected(\"2.12\")], \
         &[Event::Introduced(\"3-rc1\"), Event::Fixed(\"3.1\")], ], versions: &[\"2.13\"], \
         source: \"GHSA-jfh8-c2jp-5v3q\" },\n] },\n] }\n"
    );
}

#[test]
fn a_wrong_starter_table_is_refused_with_the_line() {
    // A part of the entry or of the package, what takes its place, and the complaint.
    let cases = [
        ("as of", "until", "2: the first line is"),
        ("2025-08-25", "2025-13-25", "2: expected a date"),
        ("2025-08-25", "2021-12-09", "4: the catalogue was not gone through"),
        ("CVE-2021-44228", "GHSA-1", "4: expected an id"),
        ("2021-12-10", "10.12.2021", "4: listed must be a date"),
        ("\transomware", "\tyes", "4: ransomware or -"),
        ("\transomware", "\t", "4: every column must be there"),
        ("\transomware", "", "4: expected 6 columns"),
        ("CVSS:3.1/", "CVSS:9.9/", "4: expected the vector"),
        ("/A:H", "", "4: expected the vector"),
        ("GHSA-jfh8-c2jp-5v3q\tIt", "log4shell\tIt", "4: aliases are"),
        ("It runs code.", "It runs code", "4: the summary is a sentence"),
        (PACKAGE, "", "4: no package below it"),
        ("\tMaven", "\tmaven", "5: not an ecosystem"),
        ("<2.3.1, ", "2.3.1, ", "5: expected a range"),
        (">=2.4 ", ">2.4 ", "5: a range begins with >="),
        (">=2.4 <=2.12", ">=2.4 2.12", "5: a range ends with"),
        ("=2.13", "=v2.13", "5: expected a version"),
        ("=2.13", "=", "5: expected a version"),
        ("<2.3.1", "<2.3.1 <2.4", "5: a range begins with >="),
        (PACKAGE, &format!("{PACKAGE}\n{PACKAGE}"), "6: the package is there twice"),
        (PACKAGE, &format!("{PACKAGE}\n{ENTRY}\n{PACKAGE}"), "6: ids stand in the order"),
    ];
    let right = starter_table(ENTRY, PACKAGE);
    for (part, other, complaint) in cases {
        let error = packed(starter::pack, &right.replacen(part, other, 1)).expect_err(complaint);
        assert!(error.starts_with(complaint), "expected {complaint}, got {error}");
    }
}

#[test]
fn a_wrong_end_of_life_table_is_refused_with_the_line() {
    let right = "debian\t12\tDebian 12\t2026-07-11\t2028-06-30\tDebian\n";
    assert!(packed(end_of_life::pack, right).is_ok());
    let cases = [
        ("debian\t12", "Debian\t12", "1: ids are lower case"),
        ("2026-07-11", "soon", "1: ends must be a date"),
        ("2028-06-30", "2026-07-11", "1: extended must be a date"),
        ("\tDebian\n", "\n", "1: expected 6 columns"),
    ];
    for (part, other, complaint) in cases {
        let error = packed(end_of_life::pack, &right.replacen(part, other, 1)).expect_err(complaint);
        assert!(error.starts_with(complaint), "expected {complaint}, got {error}");
    }
    assert_eq!(packed(end_of_life::pack, &right.repeat(2)), Err("2: debian 12 is there twice".into()));
}

#[test]
fn a_wrong_table_of_packages_without_code_is_refused_with_the_line() {
    let right = "deb\tlinux-headers-*\theader files\n";
    assert!(packed(inert::pack, right).is_ok());
    let cases = [
        ("deb", "npm", "1: package managers are"),
        ("linux-headers-*", "*", "1: a name has one *"),
        ("linux-headers-*", "*-d", "1: a name has one *"),
        ("linux-headers-*", "linux-*-*", "1: a name has one *"),
        ("\theader files", "", "1: expected 3 columns"),
    ];
    for (part, other, complaint) in cases {
        let error = packed(inert::pack, &right.replacen(part, other, 1)).expect_err(complaint);
        assert!(error.starts_with(complaint), "expected {complaint}, got {error}");
    }
}
