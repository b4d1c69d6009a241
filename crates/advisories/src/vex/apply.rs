//! Statements laid onto the findings of a report.
//!
//! A statement is about a finding when any of its ids is any of the finding's, and any of its products covers the
//! package (`fit`). Of several, the latest decides, and of several at the same time the one that was read last. Only a
//! trusted statement suppresses, and no other can take its place. What became of each is kept with the report.

use std::collections::{BTreeMap, HashMap};

use model::{Finding, Report, VexRemark, Vulnerability};

use super::fit::{Apart, Subject};
use super::{Component, Statement};

/// Products of a statement that a remark spells out.
const PRODUCTS_IN_REMARK: usize = 5;
/// Packages that a reason names.
const PACKAGES_IN_REASON: usize = 3;
/// Characters of a detail that a reason for a suppression repeats.
const DETAIL_IN_REASON: usize = 300;

/// Lays the statements onto the findings, in the order in which they were read.
pub fn apply(statements: &[Statement], report: &mut Report) {
    let claims: Vec<Claim> = {
        let subject = Subject::new(report);
        let by_id = by_id(report);
        statements.iter().map(|statement| Claim::new(statement, &subject, &by_id, report)).collect()
    };
    let deciders = deciders(statements, &claims);
    let mut findings: Vec<Vec<usize>> = vec![Vec::new(); statements.len()];
    for (&finding, &decider) in &deciders {
        findings[decider].push(finding);
    }
    let mut remarks = Vec::with_capacity(statements.len());
    for ((statement, claim), mut findings) in statements.iter().zip(claims).zip(findings) {
        findings.sort_unstable();
        let suppresses = statement.status.suppresses();
        // Of what is not trusted, words of warning are passed on, and the others wait for trust.
        let waits = suppresses && !statement.document.trusted;
        let unapplied = if findings.is_empty() || waits {
            Some(claim.why_not(statement, statements, &deciders, findings.len()))
        } else {
            None
        };
        if waits {
            findings.clear();
        }
        if suppresses {
            let reason = reason(statement);
            for &finding in &findings {
                if let Some(Finding::Vulnerability(vulnerability)) = report.findings.get_mut(finding) {
                    vulnerability.suppressed.get_or_insert_with(|| reason.clone());
                }
            }
        }
        remarks.push(remark(statement, findings, unapplied));
    }
    report.remarks.extend(remarks);
}

/// The findings that a statement is about.
struct Claim {
    findings: Vec<usize>,
    /// Why there are none.
    none: String,
}

impl Claim {
    fn new(statement: &Statement, subject: &Subject, by_id: &HashMap<String, Vec<usize>>, report: &Report) -> Self {
        let ids = statement.ids.iter().map(|id| id.to_ascii_uppercase());
        let mut candidates: Vec<usize> = ids.filter_map(|id| by_id.get(&id)).flatten().copied().collect();
        candidates.sort_unstable();
        candidates.dedup();
        if candidates.is_empty() {
            return Self { findings: Vec::new(), none: format!("nothing here is known to have {}", statement.ids[0]) };
        }
        let mut findings = Vec::new();
        let mut nearest: Option<(Apart, &Component, usize)> = None;
        'products: for product in &statement.products {
            let whole = subject.whole(&product.whole);
            for &candidate in &candidates {
                let Some(vulnerability) = vulnerability(report, candidate) else { continue };
                match subject.covers(product, whole, vulnerability.item) {
                    Ok(()) => findings.push(candidate),
                    Err(apart @ (Apart::TooMany, _)) => {
                        nearest = Some((apart.0, apart.1, candidate));
                        break 'products;
                    }
                    Err((apart, component)) if nearest.is_none_or(|(known, _, _)| known < apart) => {
                        nearest = Some((apart, component, candidate));
                    }
                    Err(_) => {}
                }
            }
        }
        findings.sort_unstable();
        findings.dedup();
        let none = match nearest {
            Some((apart, component, nearest)) if findings.is_empty() => {
                let found = found_in(report, nearest, &candidates);
                format!("{} is in {found}, and not in {component}: {}", statement.ids[0], apart.because())
            }
            _ => String::new(),
        };
        Self { findings, none }
    }

    /// Why the statement decides about nothing.
    fn why_not(
        self,
        statement: &Statement,
        statements: &[Statement],
        deciders: &BTreeMap<usize, usize>,
        would: usize,
    ) -> String {
        if !statement.document.trusted && statement.status.suppresses() && would > 0 {
            let findings = if would == 1 { "1 finding".to_owned() } else { format!("{would} findings") };
            return format!("it would set {findings} aside, but nobody has checked who made it");
        }
        let decider = self.findings.first().and_then(|finding| deciders.get(finding)).map(|&index| &statements[index]);
        match decider {
            None => self.none,
            Some(other) => {
                let how = if other.document.trusted && !statement.document.trusted { "trusted" } else { "later" };
                format!("another statement, which is {how}, says {}: {}", other.status.word(), place(other))
            }
        }
    }
}

/// Which statement decides about which finding.
fn deciders(statements: &[Statement], claims: &[Claim]) -> BTreeMap<usize, usize> {
    let mut deciders: BTreeMap<usize, usize> = BTreeMap::new();
    let rank = |index: usize| (statements[index].document.trusted, statements[index].timestamp);
    for (index, claim) in claims.iter().enumerate() {
        for &finding in &claim.findings {
            let decider = deciders.entry(finding).or_insert(index);
            if rank(index) >= rank(*decider) {
                *decider = index;
            }
        }
    }
    deciders
}

/// Findings by each of their ids, in upper case.
fn by_id(report: &Report) -> HashMap<String, Vec<usize>> {
    let mut by_id: HashMap<String, Vec<usize>> = HashMap::new();
    for index in 0..report.findings.len() {
        let Some(vulnerability) = vulnerability(report, index) else { continue };
        for id in vulnerability.aliases.iter().chain([&vulnerability.id]) {
            by_id.entry(id.to_ascii_uppercase()).or_default().push(index);
        }
    }
    by_id
}

fn vulnerability(report: &Report, index: usize) -> Option<&Vulnerability> {
    report.findings.get(index)?.vulnerability()
}

/// `libc6 2.36-9 and 3 more`, the nearest first.
fn found_in(report: &Report, nearest: usize, candidates: &[usize]) -> String {
    let others = candidates.iter().copied().filter(|&candidate| candidate != nearest);
    let mut names: Vec<String> = Vec::new();
    let mut more = 0_usize;
    for candidate in [nearest].into_iter().chain(others) {
        let item = vulnerability(report, candidate).and_then(|found| report.inventory.items.get(found.item));
        let Some(package) = item.and_then(model::Item::package) else { continue };
        let name = format!("{} {}", package.name, package.version);
        if names.contains(&name) {
            continue;
        }
        if names.len() < PACKAGES_IN_REASON {
            names.push(name);
        } else {
            more += 1;
        }
    }
    let names = names.join(", ");
    if more > 0 { format!("{names} and {more} more") } else { names }
}

/// Why a finding is not counted: `not affected, says Example: vulnerable_code_not_present (https://example.com/vex-1)`.
fn reason(statement: &Statement) -> String {
    let what = if statement.status == model::VexStatus::Fixed { "fixed" } else { "not affected" };
    let detail = statement.detail.as_deref().map(|detail| match detail.char_indices().nth(DETAIL_IN_REASON) {
        None => detail.to_owned(),
        Some((end, _)) => format!("{} …", &detail[..end]),
    });
    let why: Vec<&str> = statement.justification.as_deref().into_iter().chain(detail.as_deref()).collect();
    let why = if why.is_empty() { String::new() } else { format!(": {}", why.join(", ")) };
    let document = &statement.document;
    let source = if document.id.is_empty() { &document.origin } else { &document.id };
    format!("{what}, says {}{why} ({source}, {})", document.author, statement.place)
}

fn place(statement: &Statement) -> String {
    format!("{}, {}", statement.document.origin, statement.place)
}

fn remark(statement: &Statement, findings: Vec<usize>, unapplied: Option<String>) -> VexRemark {
    VexRemark {
        ids: statement.ids.clone(),
        products: statement.products.iter().take(PRODUCTS_IN_REMARK).map(ToString::to_string).collect(),
        status: statement.status,
        justification: statement.justification.clone(),
        detail: statement.detail.clone(),
        author: statement.document.author.clone(),
        timestamp: statement.timestamp.map(|time| time.to_string()),
        document: statement.document.id.clone(),
        place: place(statement),
        trusted: statement.document.trusted,
        findings,
        unapplied,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::{AnalyzerId, Digest, Distro, Fact, Item, Package, PackageKind, Place, Severity, SourcePackage, What};

    use super::*;
    use crate::vex::{Document, read};

    /// An image on Debian 12 by the name `ghcr.io/acme/shop:1.2`, with these packages: `KIND NAME VERSION PATH ID,ALIAS`.
    /// An OS package is built from `src-NAME`.
    fn image(rows: &[(PackageKind, &str, &str, &str, &str)]) -> Report {
        let mut report = Report::default();
        report.image.origin.transport = "registry".into();
        report.image.origin.reference = "ghcr.io/acme/shop:1.2".into();
        report.image.origin.manifest = Some(Digest::sha256(b"manifest"));
        report.inventory.distro = Some(Distro {
            id: "debian".into(),
            version: "12".into(),
            cpe: "cpe:/o:debian:debian_linux:12".into(),
            ..Distro::default()
        });
        for (item, &(kind, name, version, path, ids)) in rows.iter().enumerate() {
            let mut package = Package::new(kind, name, version);
            if kind.is_os() {
                package.source = Some(SourcePackage { name: format!("src-{name}"), version: version.into() });
            }
            let place = Place { layer: None, path: path.into() };
            let fact = Fact { what: What::Package(package), place, by: AnalyzerId::new("test") };
            let owner = path.strip_prefix("owned/").map(|_| "libc6".to_owned());
            report.inventory.items.push(Item { fact, removed: None, owner });
            let mut ids = ids.split(',').filter(|id| !id.is_empty()).map(str::to_owned);
            let Some(id) = ids.next() else { continue };
            let (aliases, severity) = (ids.collect(), Severity::High);
            let row = Vulnerability { item, id, aliases, severity, ..Vulnerability::default() };
            report.findings.push(Finding::Vulnerability(Box::new(row)));
        }
        report
    }

    /// Statements as `ID STATUS TIME PRODUCT[>PART]`, the time `-` where there is none.
    fn statements(origin: &str, trusted: bool, lines: &[&str]) -> Vec<Statement> {
        let statement = |line: &&str| {
            let words: Vec<&str> = line.split(' ').collect();
            let [id, status, time, product] = *words else { panic!("{line}") };
            let time = if time == "-" { String::new() } else { format!(r#""timestamp":"{time}T00:00:00Z","#) };
            let (product, parts) = match product.split_once('>') {
                Some((product, part)) => (product, format!(r#","subcomponents":["{part}"]"#)),
                None => (product, String::new()),
            };
            format!(
                r#"{{"vulnerability":"{id}","status":"{status}",{time}"impact_statement":"because",
                "products":[{{"@id":"{product}"{parts}}}]}}"#
            )
        };
        let all: Vec<String> = lines.iter().map(statement).collect();
        let document = format!(r#"{{"@id":"urn:{origin}","author":"Acme","statements":[{}]}}"#, all.join(","));
        let reading = read(document.as_bytes(), origin, trusted).unwrap();
        assert_eq!(reading.refusals, []);
        reading.statements
    }

    /// What became of the report: the ids that no longer count, and for each statement `ok` with its findings or why not.
    fn outcome(report: &mut Report, statements: &[Statement]) -> (String, Vec<String>) {
        apply(statements, report);
        let set_aside = report.findings.iter().filter_map(|finding| match finding {
            Finding::Vulnerability(found) if found.suppressed.is_some() => {
                Some(format!("{}@{}", found.id, report.inventory.items[found.item].package()?.name))
            }
            _ => None,
        });
        let set_aside = set_aside.collect::<Vec<_>>().join(" ");
        let remark = |remark: &VexRemark| match &remark.unapplied {
            Some(why) => why.clone(),
            None => format!("ok {:?}", remark.findings),
        };
        (set_aside, report.remarks.iter().map(remark).collect())
    }

    fn check(report: &mut Report, lines: &[&str], set_aside: &str, outcomes: &[&str]) {
        let seen = outcome(report, &statements("a.json", true, lines));
        let outcomes = outcomes.iter().map(|text| (*text).to_owned()).collect();
        assert_eq!(seen, (set_aside.to_owned(), outcomes), "{lines:?}");
    }

    fn shop() -> Report {
        use PackageKind::{Deb, Maven, Npm};
        image(&[
            (Deb, "libc6", "2.36", "var/lib/dpkg/status", "CVE-2024-1,DSA-1"),
            (Deb, "libssl3", "3.0", "var/lib/dpkg/status", "CVE-2024-2"),
            (Npm, "lodash", "4.17.4", "app/package-lock.json", "CVE-2024-3,GHSA-aaaa-bbbb-cccc"),
            (Npm, "lodash", "4.17.21", "app/package-lock.json", "CVE-2024-3"),
            (Maven, "org.acme:app", "1.0", "opt/app.jar", ""),
            (Maven, "org.acme:lib", "2.0", "opt/app.jar!/lib/lib.jar", "CVE-2024-4"),
            (Maven, "org.acme:lib", "2.0", "opt/other.jar!/lib/lib.jar", "CVE-2024-4"),
        ])
    }

    #[test]
    fn a_statement_covers_what_it_names_and_no_more() {
        let check = |line: &str, set_aside: &str, outcome: &str| check(&mut shop(), &[line], set_aside, &[outcome]);
        check("CVE-2024-3 not_affected - pkg:npm/lodash", "CVE-2024-3@lodash CVE-2024-3@lodash", "ok [2, 3]");
        check("CVE-2024-3 fixed - pkg:npm/lodash@4.17.21", "CVE-2024-3@lodash", "ok [3]");
        check("GHSA-aaaa-bbbb-cccc not_affected - pkg:npm/lodash", "CVE-2024-3@lodash", "ok [2]");
        check("ghsa-aaaa-bbbb-cccc not_affected - pkg:npm/lodash", "CVE-2024-3@lodash", "ok [2]");
        check("CVE-2024-3 affected - pkg:npm/lodash", "", "ok [2, 3]");
        check("CVE-2024-3 under_investigation - pkg:npm/lodash@4.17.4", "", "ok [2]");
        check("CVE-2024-1 not_affected - pkg:oci/shop", "CVE-2024-1@libc6", "ok [0]");
        check("CVE-2024-1 not_affected - pkg:oci/shop>pkg:deb/debian/libc6", "CVE-2024-1@libc6", "ok [0]");
        check("CVE-2024-1 not_affected - pkg:deb/debian/src-libc6?arch=source", "CVE-2024-1@libc6", "ok [0]");
        check("CVE-2024-1 not_affected - cpe:/o:debian:debian_linux:12>libc6", "CVE-2024-1@libc6", "ok [0]");
        check("CVE-2024-1 not_affected - cpe:/o:debian:debian_linux:12", "CVE-2024-1@libc6", "ok [0]");
        check(
            "CVE-2024-4 not_affected - pkg:maven/org.acme/app>pkg:maven/org.acme/lib",
            "CVE-2024-4@org.acme:lib",
            "ok [4]",
        );
    }

    #[test]
    fn a_statement_that_does_not_apply_says_why() {
        let check = |line: &str, outcome: &str| check(&mut shop(), &[line], "", &[outcome]);
        check("CVE-2020-9 not_affected - pkg:oci/shop", "nothing here is known to have CVE-2020-9");
        check(
            "CVE-2024-3 not_affected - pkg:npm/lodash@4.17.5",
            "CVE-2024-3 is in lodash 4.17.4, lodash 4.17.21, and not in pkg:npm/lodash@4.17.5: it is about 4.17.5",
        );
        check(
            "CVE-2024-3 not_affected - pkg:npm/lodash-es",
            "CVE-2024-3 is in lodash 4.17.4, lodash 4.17.21, and not in pkg:npm/lodash-es: it is something else",
        );
        check(
            "CVE-2024-1 not_affected - pkg:deb/debian/src-libc6",
            "CVE-2024-1 is in libc6 2.36, and not in pkg:deb/debian/src-libc6: it was built from it, which a statement \
             means only with ?arch=source",
        );
        check(
            "CVE-2024-1 not_affected - pkg:oci/shop?tag=1.3",
            "CVE-2024-1 is in libc6 2.36, and not in pkg:oci/shop?tag=1.3: it is about 1.3",
        );
        check(
            "CVE-2024-1 not_affected - pkg:oci/shop>pkg:deb/debian/libc6@2.35",
            "CVE-2024-1 is in libc6 2.36, and not in pkg:deb/debian/libc6@2.35: it is about 2.35",
        );
        check(
            "CVE-2024-1 not_affected - pkg:oci/other>pkg:deb/debian/libc6",
            "CVE-2024-1 is in libc6 2.36, and not in pkg:oci/other: it is something else",
        );
        // A distribution's word is about its own packages.
        check(
            "CVE-2024-3 not_affected - cpe:/o:debian:debian_linux:12",
            "CVE-2024-3 is in lodash 4.17.4, lodash 4.17.21, and not in cpe:/o:debian:debian_linux:12: it is something else",
        );
    }

    #[test]
    fn what_an_executable_holds_and_what_a_package_brought_is_inside_it() {
        use PackageKind::{Deb, Golang};
        let mut report = image(&[
            (Golang, "acme.com/tool", "v1.0.0", "bin/tool", ""),
            (Golang, "stdlib", "1.20.1", "bin/tool", "CVE-2024-5"),
            (Golang, "stdlib", "1.20.1", "bin/other", "CVE-2024-5"),
            (Deb, "libc6", "2.36", "var/lib/dpkg/status", ""),
            (PackageKind::Pypi, "thing", "1", "owned/thing", "CVE-2024-6"),
        ]);
        check(
            &mut report,
            &[
                "CVE-2024-5 not_affected - pkg:golang/acme.com/tool@v1.0.0>pkg:golang/stdlib",
                "CVE-2024-6 not_affected - pkg:deb/debian/libc6>pkg:pypi/thing",
            ],
            "CVE-2024-5@stdlib CVE-2024-6@thing",
            &["ok [0]", "ok [2]"],
        );
    }

    #[test]
    fn the_latest_statement_decides() {
        let one = "CVE-2024-1 not_affected 2024-01-01 pkg:oci/shop";
        let two = "CVE-2024-1 affected 2024-01-02 pkg:deb/debian/libc6";
        let later = "another statement, which is later, says affected: a.json, statements[1]";
        check(&mut shop(), &[one, two], "", &[later, "ok [0]"]);
        let earlier = "another statement, which is later, says affected: a.json, statements[0]";
        check(&mut shop(), &[two, one], "", &["ok [0]", earlier]);
        // At the same time, or at none, the one that was read last; a time is later than none.
        let untimed = "CVE-2024-1 fixed - pkg:oci/shop";
        let same = "CVE-2024-1 affected 2024-01-01 pkg:oci/shop";
        let later = "another statement, which is later, says affected: a.json, statements[1]";
        check(&mut shop(), &[one, same], "", &[later, "ok [0]"]);
        check(&mut shop(), &[same, untimed], "", &["ok [0]", earlier]);
        check(
            &mut shop(),
            &[untimed, untimed],
            "CVE-2024-1@libc6",
            &["another statement, which is later, says fixed: a.json, statements[1]", "ok [0]"],
        );
    }

    #[test]
    fn only_what_is_trusted_suppresses() {
        let mut report = shop();
        let mut both = statements("mine.json", true, &["CVE-2024-1 affected 2024-01-01 pkg:oci/shop"]);
        both.extend(statements(
            "theirs.json",
            false,
            &[
                "CVE-2024-1 not_affected 2025-01-01 pkg:oci/shop",
                "CVE-2024-2 not_affected 2025-01-01 pkg:oci/shop",
                "CVE-2024-3 under_investigation 2025-01-01 pkg:oci/shop",
            ],
        ));
        let (set_aside, outcomes) = outcome(&mut report, &both);
        assert_eq!(set_aside, "");
        assert_eq!(
            outcomes,
            [
                "ok [0]",
                "another statement, which is trusted, says affected: mine.json, statements[0]",
                "it would set 1 finding aside, but nobody has checked who made it",
                "ok [2, 3]",
            ]
        );
    }

    #[test]
    fn the_reason_names_author_justification_and_document() {
        let mut report = shop();
        let mut statements = statements("a.json", true, &["CVE-2024-1 not_affected - pkg:oci/shop"]);
        statements[0].justification = Some("component_not_present".into());
        apply(&statements, &mut report);
        let reason = |report: &Report| vulnerability(report, 0).unwrap().suppressed.clone().unwrap();
        assert_eq!(
            reason(&report),
            "not affected, says Acme: component_not_present, because (urn:a.json, statements[0])"
        );
        // What was set aside before stays so for its own reason.
        let mut report = shop();
        if let Finding::Vulnerability(found) = &mut report.findings[0] {
            found.suppressed = Some("the distribution says so".into());
        }
        statements[0].document = Arc::new(Document { author: "B".into(), trusted: true, ..Document::default() });
        apply(&statements, &mut report);
        assert_eq!(reason(&report), "the distribution says so");
    }
}
