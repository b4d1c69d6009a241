//! `gl-container-scanning-report.json`: the vulnerabilities of an image's packages, for `artifacts:reports:container_scanning`.

use std::io::{self, Write};

use model::Report;
use serde_json::{Value, json};

use super::image;
use crate::Context;
use crate::issue::{Issue, Kind};

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    super::write(reports, context, out, "container_scanning", Kind::Vulnerability, location)
}

fn location(issue: &Issue<'_>) -> Option<Value> {
    let package = issue.package()?;
    let system = match &issue.report.inventory.distro {
        Some(distro) if !distro.id.is_empty() => format!("{} {}", distro.id, distro.version).trim_end().to_owned(),
        _ => "unknown".to_owned(),
    };
    Some(json!({
        "dependency": { "package": { "name": package.name }, "version": package.version },
        "operating_system": system,
        "image": image(issue.report),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::samples::{context, format, image, render};

    #[test]
    fn a_vulnerability_has_its_package_system_and_image() {
        let mut report = image();
        (report.image.origin.transport, report.image.origin.reference) =
            ("registry".into(), "ghcr.io/a/shop:1@sha256:ab".into());
        let document: Value = serde_json::from_str(&render(format("gitlab-container"), &report, &context(80))).unwrap();
        let found = document["vulnerabilities"].as_array().unwrap();
        assert_eq!(found.len(), 22, "23 issues that count, one of which is the end of Debian 11");
        let hole = found.iter().find(|found| found["identifiers"][0]["value"] == "CVE-2023-5363").unwrap();
        assert_eq!(
            hole["location"],
            json!({
                "dependency": { "package": { "name": "libssl1.1" }, "version": "1.1.1n-0+deb11u5" },
                "operating_system": "debian 11.9",
                "image": "ghcr.io/a/shop:1",
            })
        );
        assert_eq!(hole["severity"], "High");
        assert_eq!(hole["solution"], "Upgrade libssl1.1 to 1.1.1w-0+deb11u1 or later.");
        assert_eq!(document["scan"]["start_time"], "2026-11-24T04:00:00");
    }
}
