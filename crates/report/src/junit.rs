//! JUnit's XML, as Jenkins, GitLab, AWS CodeBuild, Azure Pipelines and CircleCI read it: every issue is a failed test, and a
//! scan without any is one that passed.
//!
//! There are two schemas for it that disagree (that of Jenkins' xUnit plug-in, and Windy Road's); what is written here is in
//! both of them.

use std::io::{self, Write};

use model::Report;

use crate::issue::{Issue, Kind, issues};
use crate::subject::platform;
use crate::xml::Xml;
use crate::{Context, one_line};

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut number = 0;
    Xml::new(out)?.element("testsuites", &[], |xml| {
        for report in reports {
            let issues = issues(report, &context.filter);
            let mut asked = false;
            for kind in Kind::ALL {
                let issues: Vec<&Issue<'_>> = issues.iter().filter(|issue| issue.kind() == kind).collect();
                // Only of vulnerabilities it is certain that they were looked for.
                let looked = kind == Kind::Vulnerability && context.wants_vulnerabilities;
                if issues.is_empty() && !looked {
                    continue;
                }
                asked = true;
                suite(xml, report, kind, &issues, number, context)?;
                number += 1;
            }
            if !asked {
                suite(xml, report, Kind::Vulnerability, &[], number, context)?;
                number += 1;
            }
        }
        Ok(())
    })
}

fn suite(
    xml: &mut Xml<'_>,
    report: &Report,
    kind: Kind,
    issues: &[&Issue<'_>],
    number: usize,
    context: &Context<'_>,
) -> io::Result<()> {
    let name = format!("{}: {}", kind.heading(), one_line(&report.image.origin.reference));
    let failures = issues.iter().filter(|issue| issue.suppressed.is_none()).count();
    let (failures, skipped) = (failures.to_string(), (issues.len() - failures).to_string());
    let (tests, number) = (issues.len().max(1).to_string(), number.to_string());
    // Times there have no zone.
    let time = context.generated_at.get(..19).unwrap_or_default();
    let attributes = [
        ("id", &*number),
        ("name", &*name),
        ("package", kind.word()),
        ("hostname", "localhost"),
        ("timestamp", time),
        ("tests", &*tests),
        ("failures", &*failures),
        ("errors", "0"),
        ("skipped", &*skipped),
        ("time", "0"),
    ];
    xml.element("testsuite", &attributes, |xml| {
        let platform = platform(report);
        let platform = one_line(&platform);
        let properties = [("plimsoll.version", context.version), ("image.platform", &*platform)];
        xml.element("properties", &[], |xml| {
            properties
                .iter()
                .filter(|(_, value)| !value.is_empty())
                .try_for_each(|(name, value)| xml.empty("property", &[("name", name), ("value", value)]))
        })?;
        issues.iter().try_for_each(|issue| case(xml, issue))?;
        if issues.is_empty() {
            let name = format!("no {} found", kind.heading().to_lowercase());
            xml.empty(
                "testcase",
                &[("name", &*name), ("classname", &*one_line(&report.image.origin.reference)), ("time", "0")],
            )?;
        }
        xml.empty("system-out", &[])?;
        xml.empty("system-err", &[])
    })
}

fn case(xml: &mut Xml<'_>, issue: &Issue<'_>) -> io::Result<()> {
    let rule = issue.rule();
    let name = format!("[{}] {}", issue.severity.word().to_uppercase(), one_line(&rule));
    let class = match issue.package() {
        Some(package) => format!("{}-{}", one_line(&package.name), one_line(&package.version)),
        None => one_line(&issue.subject()).into_owned(),
    };
    let class = if class.is_empty() { one_line(&issue.path()).into_owned() } else { class };
    let attributes = [("name", &*name), ("classname", &*class), ("time", "0")];
    xml.element("testcase", &attributes, |xml| {
        if let Some(why) = issue.suppressed {
            return xml.empty("skipped", &[("message", &*one_line(why))]);
        }
        let mut parts = vec![issue.message(), issue.advice(), issue.whereabouts()];
        parts.extend(issue.links().next());
        parts.retain(|part| !part.is_empty());
        let attributes = [("message", &*issue.title()), ("type", issue.severity.word())];
        xml.text("failure", &attributes, &parts.join(" "))
    })
}

#[cfg(test)]
mod tests {
    use crate::Filter;
    use crate::samples::{context, format, image, leaky, render};
    use crate::{Context, Report};

    #[test]
    fn an_issue_is_a_failed_test() {
        let xml = render(format("junit"), &leaky(), &context(80));
        for expected in [
            r#"<testsuite id="0" name="Vulnerabilities: shop.tar" package="vulnerability" hostname="localhost" timestamp="2026-11-24T04:00:00" tests="22" failures="22" errors="0" skipped="0" time="0">"#,
            r#"<testsuite id="1" name="Secrets: shop.tar" package="secret""#,
            r#"<testcase name="[CRITICAL] CVE-2023-24538" classname="stdlib-1.20.1" time="0">"#,
            r#"<failure message="Acme token in app/.env:3:7" type="critical">"#,
        ] {
            assert!(xml.contains(expected), "{expected}\n{xml}");
        }
        assert_eq!(xml.matches("<failure ").count(), 25, "22 vulnerabilities, 2 secrets, 1 release");
    }

    #[test]
    fn what_does_not_count_is_skipped_and_nothing_found_is_a_pass() {
        let filter = Filter { suppressed: true, ..Filter::default() };
        let xml = render(format("junit"), &image(), &Context { filter, ..context(80) });
        assert!(xml.contains(r#"<skipped message="curl's package brought the file"/>"#), "{xml}");
        let xml = render(format("junit"), &Report::default(), &context(80));
        assert!(xml.contains(r#"<testcase name="no vulnerabilities found" classname="" time="0"/>"#), "{xml}");
    }
}
