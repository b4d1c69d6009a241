use model::{Finding, Report, Severity};
use serde_json::Value;

use crate::json::tests::check as check_schema;
use crate::samples::{context, hostile, image, leaky, licensed, misconfigured};
use crate::{Context, DIFF, Filter};

fn render(name: &str, old: &Report, new: &Report) -> String {
    let format = DIFF.iter().find(|format| format.name == name).unwrap();
    let context = Context { filter: Filter { everything: true, ..Filter::default() }, ..context(120) };
    let mut out = Vec::new();
    (format.write)(&[old.clone(), new.clone()], &context, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn document(old: &Report, new: &Report) -> Value {
    serde_json::from_str(&render("json", old, new)).unwrap()
}

/// What is not the same: `status id cause`, and what is different.
fn told(old: &Report, new: &Report) -> Vec<String> {
    let document = document(old, new);
    let findings = document["findings"].as_array().unwrap().iter().filter(|it| it["status"] != "same");
    let word = |it: &Value| it.as_str().unwrap_or_default().to_owned();
    let line = |it: &Value| {
        let differences: Vec<String> = it["differences"].as_array().unwrap().iter().map(word).collect();
        let line =
            format!("{} {} {} {}", word(&it["status"]), word(&it["id"]), word(&it["cause"]), differences.join(", "));
        line.trim_end().to_owned()
    };
    findings.map(line).collect()
}

/// The sample without what the filter of packages names.
fn without(mut report: Report, name: &str) -> Report {
    let is_gone = |report: &Report, item: usize| {
        report.inventory.items[item].package().is_some_and(|package| package.name == name)
    };
    let kept: Vec<Finding> = report
        .findings
        .iter()
        .filter(|finding| !finding.vulnerability().is_some_and(|found| is_gone(&report, found.item)))
        .cloned()
        .collect();
    report.findings = kept;
    // Findings point at items by number, so the item stays and is another.
    for item in &mut report.inventory.items {
        if item.package().is_some_and(|package| package.name == name) {
            item.removed = item.fact.place.layer;
        }
    }
    report
}

fn upgraded(mut report: Report, name: &str, version: &str) -> Report {
    for item in &mut report.inventory.items {
        if let model::What::Package(package) = &mut item.fact.what
            && package.name == name
        {
            package.version = version.into();
        }
    }
    report
}

fn each(report: &mut Report, id: &str, change: impl Fn(&mut model::Vulnerability)) {
    for finding in &mut report.findings {
        if let Finding::Vulnerability(found) = finding
            && found.id == id
        {
            change(found);
        }
    }
}

#[test]
fn the_same_is_the_same() {
    for report in [image(), leaky(), licensed(), misconfigured(), hostile()] {
        assert_eq!(told(&report, &report), Vec::<String>::new());
    }
    let document = document(&image(), &image());
    assert_eq!(document["packages"]["same"], 7, "lodash is there twice");
    assert_eq!(document["summary"]["same"]["critical"], 1);
}

#[test]
fn the_package_is_told_as_the_cause() {
    let gone = without(image(), "stdlib");
    assert_eq!(told(&image(), &gone), ["fixed CVE-2023-24538 package-removed"]);
    assert_eq!(told(&gone, &image()), ["new CVE-2023-24538 package-added"]);
    let mut fixed = upgraded(image(), "stdlib", "1.20.3");
    fixed.findings.retain(|finding| finding.vulnerability().is_none_or(|found| found.id != "CVE-2023-24538"));
    assert_eq!(told(&image(), &fixed), ["fixed CVE-2023-24538 package-changed"]);
    let changed = upgraded(image(), "stdlib", "1.20.2");
    assert_eq!(told(&image(), &changed), ["changed CVE-2023-24538 package-changed version 1.20.1 → 1.20.2"]);
    let document = document(&image(), &changed);
    let packages = &document["packages"]["changed"];
    assert_eq!((&packages[0]["name"], &packages[0]["new"][0]), (&"stdlib".into(), &"1.20.2".into()));
    assert_eq!(packages.as_array().unwrap().len(), 1);
}

#[test]
fn where_the_package_is_the_same_the_advisory_is_the_cause() {
    let mut quiet = image();
    quiet.findings.retain(|finding| finding.vulnerability().is_none_or(|found| found.id != "CVE-2023-24538"));
    assert_eq!(told(&quiet, &image()), ["new CVE-2023-24538 advisory"]);
    assert_eq!(told(&image(), &quiet), ["fixed CVE-2023-24538 advisory"]);
    let mut rated = image();
    each(&mut rated, "CVE-2023-24538", |found| found.severity = Severity::High);
    assert_eq!(told(&image(), &rated), ["changed CVE-2023-24538 advisory severity critical → high"]);
    // Under another of its ids it is the same.
    let mut renamed = image();
    each(&mut renamed, "CVE-2023-24538", |found| std::mem::swap(&mut found.id, &mut found.aliases[0]));
    assert_eq!(told(&image(), &renamed), Vec::<String>::new());
}

#[test]
fn what_is_set_aside_is_gone_and_says_so() {
    let mut aside = image();
    each(&mut aside, "CVE-2023-24538", |found| found.suppressed = Some("we do not parse templates".into()));
    assert_eq!(told(&image(), &aside), ["fixed CVE-2023-24538 set-aside"]);
    assert_eq!(told(&aside, &image()), ["new CVE-2023-24538 set-aside"]);
    assert!(render("table", &image(), &aside).contains("it is set aside: we do not parse templates"));
}

#[test]
fn secrets_and_settings_are_content() {
    let words = told(&image(), &leaky());
    assert!(words.iter().all(|line| line == "new acme-token content") && !words.is_empty(), "{words:?}");
    let words = told(&misconfigured(), &image());
    assert!(words.iter().all(|line| line.starts_with("fixed ") && line.ends_with(" content")), "{words:?}");
}

#[test]
fn what_a_side_cannot_have_is_not_compared() {
    let mut bill = image();
    bill.image.origin.transport = "sbom".into();
    assert_eq!(told(&bill, &leaky()), Vec::<String>::new());
    assert!(render("table", &bill, &leaky()).contains("secrets, settings are not compared: a bill of materials"));
    let mut blind = image();
    blind.knowledge.clear();
    blind.findings.clear();
    assert_eq!(told(&image(), &blind), ["fixed end-of-life content"], "holes are not fixed by not looking");
    assert!(render("markdown", &image(), &blind).contains("**Not compared**: vulnerabilities are not compared"));
}

#[test]
fn it_follows_the_published_schema() {
    for report in [image(), leaky(), licensed(), misconfigured(), hostile(), Report::default()] {
        check_schema("diff-1.0.json", &render("json", &report, &image()));
        check_schema("diff-1.0.json", &render("json", &image(), &report));
    }
}

#[test]
fn a_hostile_report_does_nothing() {
    for name in ["table", "markdown", "json"] {
        let text = render(name, &image(), &hostile());
        assert!(!text.chars().any(|it| it != '\n' && crate::clean::is_invisible(it)), "{name}");
        let begins = |line: &str| line.trim_start().starts_with("::") || line.starts_with("##vso");
        assert!(!text.lines().any(begins), "{name}: {text}");
    }
    assert!(!render("markdown", &image(), &hostile()).contains("<script"));
}

#[test]
fn no_other_number_of_reports_is_compared() {
    assert!((DIFF[0].write)(&[image()], &context(80), &mut Vec::new()).is_err());
}
