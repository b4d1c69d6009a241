//! `gl-secret-detection-report.json`: the secrets, for `artifacts:reports:secret_detection`. Their texts are nowhere in it.

use std::io::{self, Write};

use model::Report;
use serde_json::{Value, json};

use crate::Context;
use crate::issue::{Issue, Kind};

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    super::write(reports, context, out, "secret_detection", Kind::Secret, location)
}

/// What is in no file is in the image's configuration.
#[expect(clippy::unnecessary_wraps, reason = "other reports leave out issues that have no place for them")]
fn location(issue: &Issue<'_>) -> Option<Value> {
    let (line, _) = issue.line().unwrap_or((1, 1));
    let file = if issue.file().is_some() { issue.path() } else { super::image(issue.report) };
    // The schema wants a commit. There is none in an image, and GitLab's own scanner writes this where there is none.
    let commit = json!({ "sha": "0000000" });
    Some(json!({ "file": file, "start_line": line, "end_line": line, "commit": commit }))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::samples::{context, format, leaky, render};

    #[test]
    fn secrets_have_their_file_and_line() {
        let document: Value = serde_json::from_str(&render(format("gitlab-secrets"), &leaky(), &context(80))).unwrap();
        let found = document["vulnerabilities"].as_array().unwrap();
        let places: Vec<(&str, u64)> = found
            .iter()
            .map(|found| {
                (found["location"]["file"].as_str().unwrap(), found["location"]["start_line"].as_u64().unwrap())
            })
            .collect();
        assert_eq!(places, [("app/.env", 3), ("shop.tar", 1)]);
        assert_eq!(found[0]["identifiers"][0]["value"], "acme-token");
        assert_eq!(document["scan"]["type"], "secret_detection");
    }
}
