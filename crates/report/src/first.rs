//! What to fix first: secrets that lie open, then the few changes that remove the most.

use model::Report;

use crate::issue::{Found, Issue};
use crate::table::next::{self, Step};
use crate::view::View;
use crate::{Context, one_line};

/// Secrets that are named; the others are listed further down.
const SECRETS: usize = 3;

/// The steps, the first one first.
pub(crate) fn steps(report: &Report, issues: &[Issue<'_>], context: &Context<'_>) -> Vec<Step> {
    let secrets: Vec<&Issue<'_>> =
        issues.iter().filter(|issue| matches!(issue.what, Found::Secret(_)) && issue.suppressed.is_none()).collect();
    let mut steps: Vec<Step> = secrets
        .iter()
        .take(SECRETS)
        .map(|issue| Step {
            text: format!("{}: {} Then keep it out of the image.", issue.title(), issue.advice()),
            severity: Some(issue.severity),
            why: if let Found::Secret(found) = issue.what {
                one_line(&found.opens).into_owned()
            } else {
                String::new()
            },
        })
        .collect();
    if secrets.len() > SECRETS {
        let more = secrets.len() - SECRETS;
        let others = if more == 1 { "other secret".to_owned() } else { format!("{more} other secrets") };
        steps.push(Step { text: format!("Change the {others} listed below."), ..Step::default() });
    }
    let view = View::new(report, context);
    steps.extend(next::steps(report, &view, context));
    steps
}

#[cfg(test)]
mod tests {
    use model::Severity;

    use super::*;
    use crate::issue::issues;
    use crate::samples::{context, leaky};

    #[test]
    fn secrets_come_before_upgrades() {
        let report = leaky();
        let context = context(80);
        let steps = steps(&report, &issues(&report, &context.filter), &context);
        let expected = [
            "Acme token in app/.env:3:7: Ask the porter for another one. Then keep it out of the image.",
            "Acme token in the environment variable ACME_TOKEN of the image: Ask the porter for another one. Then keep it out of \
             the image.",
            "Build on a release that is still supported, instead of Debian 11.",
            "Build usr/local/bin/tool again with Go 1.20.3 instead of 1.20.1: fixes 1 vulnerability.",
        ];
        assert_eq!(steps.iter().take(4).map(|step| &*step.text).collect::<Vec<_>>(), expected);
        assert_eq!(steps[3].severity, Some(Severity::Critical));
        assert_eq!(steps[0].why, "Opens every door of the factory.");
        assert_eq!(steps[3].why, "CVE-2023-24538: Backticks not treated as string delimiters in html/template");
    }
}
