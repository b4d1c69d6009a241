//! That the page is one file that asks nobody for anything, and what comes first in it.

use crate::samples::{compliant, context, format, hostile, image, leaky, render};
use crate::{Context, Report, Wants};

fn page(report: &Report) -> String {
    render(format("html"), report, &context(80))
}

#[test]
fn what_to_fix_comes_before_everything_else() {
    let page = page(&leaky());
    let places: Vec<usize> = [
        "<p class=\"image\">shop.tar</p>",
        "<h1>1 critical and 2 high of 21 vulnerabilities · 2 secrets lie open</h1>",
        "<h2>What to fix first</h2>",
        "Acme token in app/.env:3:7",
        "<span class=\"badge critical\">critical</span> <span>Build usr/local/bin/tool again with Go 1.20.3",
        "<h2>At a glance</h2>",
        "aria-label=\"Vulnerabilities: 1 critical, 2 high, 4 medium, 1 low, 13 unknown\"",
        "aria-label=\"Base image: 1 high, 3 medium, 1 low, 13 unknown\"",
        "aria-label=\"Vulnerabilities: 4 have a fix, 17 have none yet\"",
        "<h2>Everything that was found</h2>",
        "<b>CVE-2023-24538</b>",
        "<h2>Layers</h2>",
        "<h2>What this is based on</h2>",
    ]
    .iter()
    .map(|part| page.find(part).unwrap_or_else(|| panic!("{part}")))
    .collect();
    assert!(places.is_sorted(), "{places:?}");
    assert_eq!(page.matches("<tr data-severity=").count(), 25);
}

#[test]
fn it_asks_nobody_for_anything() {
    for report in [leaky(), hostile()] {
        let page = page(&report);
        assert!(page.contains("default-src 'none'"));
        for forbidden in ["src=", "<link", "@import", "url(", "<iframe", "javascript:", "http-equiv=\"refresh\""] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
        assert_eq!(page.matches("<script").count(), 1);
        assert_eq!(page.matches("<style").count(), 1);
    }
}

#[test]
fn the_policy_has_the_hash_of_the_script() {
    // By `printf '' | openssl dgst -sha256 -binary | base64`.
    assert_eq!(super::hash(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

#[test]
fn parts_of_a_bar_leave_no_seam_and_do_not_run_over() {
    let page = page(&image());
    let bar = page.split("<svg").nth(1).unwrap().split("</svg>").next().unwrap();
    // 1, 2, 4, 1 and 13 of 21, of a thousand.
    let widths: Vec<&str> = bar.split(" width=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(widths, ["47", "95", "191", "47", "620"]);
}

#[test]
fn every_platform_has_its_part() {
    let mut out = Vec::new();
    (format("html").write)(&[image(), leaky()], &context(80), &mut out).unwrap();
    let page = String::from_utf8(out).unwrap();
    assert_eq!(page.matches("<article id=").count(), 2);
    assert!(page.contains("<a href=\"#report-1\">"));
}

#[test]
fn nothing_found_is_said() {
    let context = Context { wants: Wants { vulnerabilities: true, ..Wants::default() }, ..context(80) };
    let page = render(format("html"), &Report::default(), &context);
    assert!(page.contains("<h1>No known vulnerabilities</h1>") && page.contains("header class=\"good\""), "{page}");
}

#[test]
fn every_control_of_a_framework_is_on_the_page() {
    let page = page(&compliant());
    let part = page.split("<section class=\"compliance\">").nth(1).unwrap().split("</section>").next().unwrap();
    assert!(part.contains("<h2>Our own rules 3</h2>\n<p>1 failed, 1 accepted, 1 not assessed, 1 passed</p>"), "{part}");
    for (tone, word, id) in [
        ("good", "passed", "1.1"),
        ("unknown", "not assessed", "1.2"),
        ("high", "failed", "1.10"),
        ("medium", "accepted", "2"),
    ] {
        let row = format!("<span class=\"badge {tone}\">{word}</span></td><td data-label=\"Control\">{id}</td>");
        assert!(part.contains(&row), "{row}");
    }
    assert!(part.contains("By hand: Look at it."));
}
