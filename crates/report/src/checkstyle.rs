//! Checkstyle's XML (version 4.3 of its report), which Jenkins, Reviewdog, Bitbucket and many editors read.

use std::collections::BTreeMap;
use std::io::{self, Write};

use model::{Report, Severity};

use crate::issue::{Issue, issues};
use crate::xml::Xml;
use crate::{Context, one_line};

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let all: Vec<Issue<'_>> = reports.iter().flat_map(|report| issues(report, &context.filter)).collect();
    let mut files: BTreeMap<String, Vec<&Issue<'_>>> = BTreeMap::new();
    for issue in &all {
        // What is in no file is the image's own.
        let path = if issue.file().is_some() { issue.path() } else { issue.report.image.origin.reference.clone() };
        files.entry(one_line(&path).into_owned()).or_default().push(issue);
    }
    Xml::new(out)?.element("checkstyle", &[("version", "4.3")], |xml| {
        for (path, issues) in &files {
            xml.element("file", &[("name", path)], |xml| issues.iter().try_for_each(|issue| error(xml, issue)))?;
        }
        Ok(())
    })
}

fn error(xml: &mut Xml<'_>, issue: &Issue<'_>) -> io::Result<()> {
    let (line, column) = issue.line().unwrap_or((1, 1));
    let message = format!("{} {}", issue.message(), issue.advice());
    let source = format!("plimsoll.{}.{}", issue.kind().word(), one_line(&issue.rule()));
    let attributes = [
        ("line", &*line.to_string()),
        ("column", &*column.to_string()),
        ("severity", severity(issue.severity)),
        ("message", &*message),
        ("source", &*source),
    ];
    xml.empty("error", &attributes)
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium | Severity::Unknown => "warning",
        Severity::Low | Severity::Negligible => "info",
    }
}

#[cfg(test)]
mod tests {
    use crate::samples::{context, format, leaky, render};

    #[test]
    fn files_hold_their_issues() {
        let xml = render(format("checkstyle"), &leaky(), &context(80));
        let expected = r#"  <file name="app/.env">
    <error line="3" column="7" severity="error" message="Acme token acme_… (40 characters) lies open in app/.env:3:7. Layer 4 removes the file, but it is still in the image. Opens every door of the factory. Ask the porter for another one." source="plimsoll.secret.acme-token"/>
  </file>
"#;
        assert!(xml.contains(expected), "{xml}");
        assert_eq!(xml.matches("<error ").count(), 25);
    }
}
