//! What the Markdown looks like, and how long it may become.

use model::Finding;

use crate::samples::{context, format, image, leaky, render};
use crate::{Context, Report, Wants};

#[test]
fn counts_come_first_then_what_to_fix_then_details() {
    let text = render(format("markdown"), &leaky(), &context(80));
    let places: Vec<usize> = [
        "## 1 critical and 2 high of 21 vulnerabilities · 2 secrets lie open",
        "| | Critical | High | Medium | Low | Negligible | Unknown |",
        "| **Vulnerabilities** | 1 | 2 | 4 | 1 | 0 | 13 |",
        "| **Secrets** | 2 | 0 | 0 | 0 | 0 | 0 |",
        "### What to fix first",
        "1. Acme token in app/.env:3:7: Ask the porter",
        "2. Acme token in the environment variable ACME\\_TOKEN of the image: Ask the porter",
        "<details><summary>Vulnerabilities (22)</summary>",
        "| Critical | [CVE-2023-24538](https://advisories.example/CVE-2023-24538) | `stdlib` | `1.20.1` | `1.20.3` | Backticks",
        "<details><summary>Secrets (2)</summary>",
        "**Incomplete**: 1 thing could not be seen",
    ]
    .iter()
    .map(|part| text.find(part).unwrap_or_else(|| panic!("{part}\n{text}")))
    .collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn an_empty_report_says_that_nothing_was_found() {
    let text = render(format("markdown"), &Report::default(), &context(80));
    assert!(text.starts_with("## No known vulnerabilities\n"), "{text}");
    let context = Context { wants: Wants::default(), ..context(80) };
    assert!(render(format("markdown"), &Report::default(), &context).starts_with("## Nothing found\n"));
}

#[test]
fn it_fits_into_a_comment_and_tells_what_did_not() {
    let mut report = image();
    let Finding::Vulnerability(row) = report.findings[0].clone() else { unreachable!() };
    for number in 0..3000 {
        let mut row = row.clone();
        row.id = format!("CVE-1-{number}");
        report.findings.push(Finding::Vulnerability(row));
    }
    let text = render(format("markdown"), &report, &context(80));
    assert!(text.len() < 65_536, "{}", text.len());
    assert!(text.contains("more, for which there is no room here"), "{}", &text[text.len() - 800..]);
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
}
