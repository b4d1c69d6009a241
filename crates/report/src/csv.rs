//! A table for spreadsheets (CSV, RFC 4180): a line for each issue, the worst first.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, which may run programs or send data away
//! (OWASP, "CSV Injection"). Such cells get an apostrophe in front, which spreadsheets do not show; the same after a semicolon,
//! at which some of them divide cells.

use std::io::{self, Write};

use model::{FixState, Report};

use crate::issue::{Issue, issues};
use crate::subject::platform;
use crate::view::{class, class_word, layer_number};
use crate::{Context, one_line};

const HEAD: &[&str] = &[
    "image",
    "platform",
    "kind",
    "severity",
    "priority",
    "id",
    "aliases",
    "package",
    "version",
    "fixed",
    "fix_state",
    "purl",
    "path",
    "line",
    "layer",
    "part",
    "removed_in",
    "title",
    "advice",
    "score",
    "cvss",
    "epss",
    "exploited_since",
    "published",
    "link",
    "suppressed",
    "fingerprint",
];

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{}\r\n", HEAD.join(","))?;
    for report in reports {
        for issue in issues(report, &context.filter) {
            let cells: Vec<String> = row(&issue).iter().map(|text| cell(text)).collect();
            write!(out, "{}\r\n", cells.join(","))?;
        }
    }
    Ok(())
}

fn row(issue: &Issue<'_>) -> Vec<String> {
    let found = issue.vulnerability();
    let package = issue.package();
    let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    vec![
        issue.report.image.origin.reference.clone(),
        platform(issue.report),
        issue.kind().word().into(),
        issue.severity.word().into(),
        found.map(|found| format!("{:.1}", found.priority)).unwrap_or_default(),
        issue.rule().into_owned(),
        found.map(|found| found.aliases.join(" ")).unwrap_or_default(),
        package.map_or_else(|| issue.subject().into_owned(), |package| package.name.clone()),
        text(package.map(|package| &*package.version)),
        text(issue.fixed()),
        text(found.map(|found| fix_state(found.state))),
        issue.purl().unwrap_or_default(),
        issue.path(),
        number(issue.line().map(|(line, _)| line.into())),
        number(issue.layer().map(layer_number)),
        text(issue.layer().map(|layer| class_word(class(issue.report, Some(layer))))),
        number(issue.removed().map(layer_number)),
        issue.title(),
        issue.advice(),
        issue.score().map(|score| format!("{score:.1}")).unwrap_or_default(),
        text(found.and_then(|found| found.cvss.as_deref())),
        found.and_then(|found| found.forecast.as_ref()).map(|is| format!("{:.5}", is.probability)).unwrap_or_default(),
        text(found.and_then(|found| found.exploited.as_ref()).map(|is| &*is.added)),
        text(found.and_then(|found| found.published.as_deref())),
        issue.links().next().unwrap_or_default(),
        text(issue.suppressed),
        issue.fingerprint.clone(),
    ]
}

pub(crate) fn fix_state(state: FixState) -> &'static str {
    match state {
        FixState::Fixed => "fixed",
        FixState::NotFixed => "not-fixed",
        FixState::WillNotFix => "will-not-fix",
        FixState::Deferred => "deferred",
        FixState::EndOfLife => "end-of-life",
        FixState::UnderInvestigation => "under-investigation",
    }
}

/// A cell that is shown and not obeyed.
pub(crate) fn cell(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut begins = true;
    for character in one_line(text).chars() {
        // The wide forms are taken for the same by spreadsheets in Japanese and Chinese.
        if begins && matches!(character, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠') {
            shown.push('\'');
        }
        begins = character == ';' || (begins && matches!(character, ' ' | '"' | '\''));
        shown.push(character);
    }
    if shown.contains([',', '"', ';', '\'']) { format!("\"{}\"", shown.replace('"', "\"\"")) } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{context, format, leaky, render};

    fn check(text: &str, expected: &str) {
        assert_eq!(cell(text), expected, "{text:?}");
    }

    #[test]
    fn formulas_are_text() {
        check("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\"");
        check("@angular/core", "\"'@angular/core\"");
        check(" +1", "\"'+1\"");
        check("-1", "\"'-1\"");
        check("＝1", "\"'＝1\"");
        check("a;=1", "\"a;'=1\"");
        check("\"=1", "\"\"\"'=1\"");
        check("a\t=1", "a =1");
        check("1.1.1n-0+deb11u5", "1.1.1n-0+deb11u5");
    }

    #[test]
    fn cells_are_quoted_as_they_need_it() {
        check("a,b", "\"a,b\"");
        check("say \"a\"", "\"say \"\"a\"\"\"");
        check("a\r\nb\u{1b}", "a b\\u{1b}");
    }

    #[test]
    fn a_line_for_each_issue() {
        let text = render(format("csv"), &leaky(), &context(80));
        let lines: Vec<&str> = text.split_terminator("\r\n").collect();
        assert_eq!(lines.len(), 1 + 25);
        assert!(lines[0].starts_with("image,platform,kind,severity,priority,id,aliases,package,version,fixed,"));
        let expected = "shop.tar,linux/amd64,vulnerability,critical,0.0,CVE-2023-24538,GHSA-v4m2-x4rp-hv22,stdlib,1.20.1,1.20.3,\
             fixed,pkg:golang/stdlib@1.20.1,usr/local/bin/tool,,5,app,,CVE-2023-24538: stdlib: ";
        assert!(lines.iter().any(|line| line.starts_with(expected)), "{text}");
        assert!(text.contains(",secret,critical,,acme-token,,"), "{text}");
    }
}
