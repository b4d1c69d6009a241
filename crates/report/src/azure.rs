//! Logging commands of Azure Pipelines: every issue as an error or a warning of the job that prints them.
//!
//! In a command, `;` ends a property, `]` ends them all and a line break ends the message; each is written as `%` and its
//! number, and `%` itself as `%AZP25` (azure-pipelines-agent, "commandescaping").

use std::io::{self, Write};

use model::{Report, Severity};

use crate::issue::{Issue, issues};
use crate::{Context, one_line};

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    for report in reports {
        for issue in issues(report, &context.filter).iter().filter(|issue| issue.suppressed.is_none()) {
            command(issue, out)?;
        }
    }
    Ok(())
}

fn command(issue: &Issue<'_>, out: &mut dyn Write) -> io::Result<()> {
    let kind = match issue.severity {
        Severity::Critical | Severity::High => "error",
        _ => "warning",
    };
    write!(out, "##vso[task.logissue type={kind};")?;
    if issue.file().is_some() {
        write!(out, "sourcepath={};", escaped(&issue.path()))?;
    }
    if let Some((line, column)) = issue.line() {
        write!(out, "linenumber={line};columnnumber={column};")?;
    }
    let message = format!("{} {}", issue.message(), issue.advice());
    writeln!(out, "code={};]{}", escaped(&issue.rule()), escaped(&message))
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in one_line(text).chars() {
        match character {
            '%' => out.push_str("%AZP25"),
            ';' => out.push_str("%3B"),
            ']' => out.push_str("%5D"),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{context, format, leaky, render};

    #[test]
    fn every_issue_is_a_command() {
        let text = render(format("azure"), &leaky(), &context(80));
        assert_eq!(text.lines().count(), 25);
        assert!(text.lines().all(|line| line.starts_with("##vso[task.logissue type=")), "{text}");
        let secret = "##vso[task.logissue type=error;sourcepath=app/.env;linenumber=3;columnnumber=7;code=acme-token;]Acme token ";
        assert!(text.contains(secret), "{text}");
    }

    #[test]
    fn nothing_ends_a_command_early() {
        assert_eq!(escaped("a;b]c%d\r\n##vso[x]"), "a%3Bb%5Dc%AZP25d #\\u{23}vso[x%5D");
    }
}
