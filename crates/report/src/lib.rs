//! Report to bytes: one file per output format.
//!
//! A format is a function from reports to bytes and one row of a table below. Rendering is the very end: nothing here
//! judges, reads a file, asks the clock or looks at the terminal; what it needs to know comes in the [`Context`].
//!
//! Two ways to the same image give the same output but for the one place that names the way: the `Source` line of a
//! table, the `origin` object of JSON. Every text that comes from an image or an advisory goes through [`clean`] before
//! it meets a terminal.

mod address;
mod asff;
mod azure;
mod checkstyle;
mod clean;
pub mod compare;
mod csv;
mod diff;
mod first;
mod gitlab;
mod harbor;
mod html;
pub mod import;
mod issue;
mod jenkins;
mod json;
mod junit;
mod layers;
mod markdown;
pub mod metadata;
mod ocsf;
mod openvex;
mod sarif;
mod sbom;
mod sightings;
mod subject;
mod table;
mod template;
mod text;
mod trivy;
mod view;
mod xml;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod readers;
#[cfg(test)]
mod samples;

use std::collections::BTreeMap;
use std::io::{self, Write};

use model::{Report, Severity};

pub use clean::{clean, one_line};
pub use json::read::Saved;
pub use template::Template;

/// The version of the JSON that we write, as in `schema/report-1.0.json` and `schema/layers-1.0.json`. The first number
/// rises when a field goes away or changes its meaning, the second when one is added.
pub const SCHEMA_VERSION: &str = "1.0";

/// What a format needs to know besides the reports.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// Columns to fill.
    pub width: usize,
    /// Whether to colour.
    pub color: bool,
    /// The version of the tool.
    pub version: &'a str,
    /// When the report was made (RFC 3339). The only time in it that is not the image's or the advisories' own.
    pub generated_at: &'a str,
    /// What was asked for.
    pub wants: Wants,
    /// What to show.
    pub filter: Filter,
    /// Texts of secrets by their fingerprints, for whoever asked to see them. Only the table shows them.
    pub texts: Option<&'a BTreeMap<String, String>>,
    /// The run of a workflow that asks for the report, where one does.
    pub run: Run<'a>,
}

/// What was looked for: where nothing of a kind is listed, that is an answer or none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each answers for itself, and no two exclude each other")]
pub struct Wants {
    /// Whether vulnerabilities were.
    pub vulnerabilities: bool,
    /// Whether secrets were.
    pub secrets: bool,
    /// Whether settings were judged.
    pub settings: bool,
    /// Whether licences were.
    pub licenses: bool,
}

/// The run of a workflow, in GitHub's words, and where it runs; empty where none is going on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Run<'a> {
    /// The commit that it is about (`GITHUB_SHA`).
    pub commit: &'a str,
    /// The branch or tag (`GITHUB_REF`).
    pub reference: &'a str,
    /// The name of the workflow (`GITHUB_WORKFLOW`).
    pub workflow: &'a str,
    /// The name of its job (`GITHUB_JOB`).
    pub job: &'a str,
    /// The number of the run (`GITHUB_RUN_ID`).
    pub id: &'a str,
    /// The account of AWS that it runs in (`AWS_ACCOUNT_ID`).
    pub account: &'a str,
    /// And the region (`AWS_REGION`).
    pub region: &'a str,
}

/// What of a report to show. Never changes what is counted or what a gate sees.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Severities to list; empty means all.
    pub severities: Vec<Severity>,
    /// List everything, where a table would else fold long lists.
    pub everything: bool,
    /// List vulnerabilities that do not count as well.
    pub suppressed: bool,
}

impl Filter {
    fn shows(&self, severity: Severity) -> bool {
        self.severities.is_empty() || self.severities.contains(&severity)
    }
}

/// One way to write reports: one for each platform of an image.
#[derive(Clone, Copy)]
pub struct Format {
    /// What the user calls it.
    pub name: &'static str,
    /// What it is for, for a help text.
    pub about: &'static str,
    /// Whether people read it, so that width and colour matter.
    pub for_people: bool,
    /// Writes it.
    pub write: fn(&[Report], &Context<'_>, &mut dyn Write) -> io::Result<()>,
}

/// The formats of a scan's report. The first one is what people get who do not ask.
pub const SCAN: &[Format] = &[
    Format { name: "table", about: "for reading on a terminal", for_people: true, write: table::write },
    Format { name: "json", about: "all that is known, for programs", for_people: false, write: json::write },
    Format {
        name: "cyclonedx",
        about: "a bill of materials with its vulnerabilities, CycloneDX 1.6",
        for_people: false,
        write: sbom::cyclonedx::write,
    },
    Format {
        name: "cyclonedx@1.4",
        about: "the same by an older version",
        for_people: false,
        write: sbom::cyclonedx::write_1_4,
    },
    Format {
        name: "cyclonedx@1.5",
        about: "the same by an older version",
        for_people: false,
        write: sbom::cyclonedx::write_1_5,
    },
    Format {
        name: "cyclonedx@1.7",
        about: "the same by a newer version",
        for_people: false,
        write: sbom::cyclonedx::write_1_7,
    },
    Format {
        name: "cyclonedx-xml",
        about: "the same as XML, CycloneDX 1.6",
        for_people: false,
        write: sbom::cyclonedx::xml::write,
    },
    Format {
        name: "spdx-json",
        about: "a bill of materials, SPDX 2.3",
        for_people: false,
        write: sbom::spdx::write_json,
    },
    Format { name: "spdx", about: "the same as tag-value", for_people: false, write: sbom::spdx::write_tags },
    Format {
        name: "spdx-3",
        about: "the same by the newer standard, SPDX 3.0.1",
        for_people: false,
        write: sbom::spdx3::write,
    },
    Format {
        name: "syft-json",
        about: "a bill of materials as Syft writes it, for Grype",
        for_people: false,
        write: sbom::syft::write,
    },
    Format {
        name: "github",
        about: "a snapshot of dependencies, for GitHub's dependency graph",
        for_people: false,
        write: sbom::github::write,
    },
    program("sarif", "SARIF 2.1.0, for GitHub code scanning and many others", sarif::write),
    program("gitlab-container", "GitLab's container scanning report", gitlab::container::write),
    program("gitlab-dependency", "GitLab's dependency scanning report: libraries only", gitlab::dependency::write),
    program("gitlab-secrets", "GitLab's secret detection report", gitlab::secret::write),
    program("gitlab-quality", "GitLab's Code Quality report", gitlab::quality::write),
    program("junit", "JUnit's XML, for AWS CodeBuild and most other build services", junit::write),
    program("checkstyle", "Checkstyle's XML", checkstyle::write),
    program("csv", "a table for spreadsheets", csv::write),
    program("markdown", "for the comment on a pull request or the summary of a job", markdown::write),
    program("html", "one page with everything, to be opened in a browser", html::write),
    program("azure", "logging commands of Azure Pipelines", azure::write),
    program("asff", "AWS Security Finding Format, for Security Hub", asff::write),
    program("ocsf", "events of the Open Cybersecurity Schema Framework 1.5, for data lakes", ocsf::write),
    program(
        "cyclonedx-vex",
        "what is known of each vulnerability here, CycloneDX 1.6 VEX",
        sbom::cyclonedx::vex::write,
    ),
    program("openvex", "the same as OpenVEX 0.2", openvex::write),
    program("harbor", "Harbor's report of vulnerabilities", harbor::write),
    program("trivy-json", "JSON in the shape of Trivy's", trivy::write),
    program("jenkins", "the native format of Jenkins' Warnings Next Generation", jenkins::write),
];

/// A format of a fixed shape.
const fn program(
    name: &'static str,
    about: &'static str,
    write: fn(&[Report], &Context<'_>, &mut dyn Write) -> io::Result<()>,
) -> Format {
    Format { name, about, for_people: false, write }
}

/// The formats of the view that explains an image's layers.
pub const LAYERS: &[Format] = &[
    Format { name: "table", about: "for reading on a terminal", for_people: true, write: layers::table::write },
    Format { name: "json", about: "the same for programs", for_people: false, write: layers::json::write },
];

/// The formats of what changed from one report to another: they take two, the old one and the new one.
pub const DIFF: &[Format] = &[
    Format { name: "table", about: "for reading on a terminal", for_people: true, write: diff::table::write },
    Format { name: "json", about: "the same for programs", for_people: false, write: diff::json::write },
    program("markdown", "for the comment on a pull request", diff::markdown::write),
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_page_in_docs_has_a_row_for_every_format() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/outputs.md");
        let page = std::fs::read_to_string(path).unwrap();
        let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
        for format in SCAN {
            // `cyclonedx@1.4` stands beside its newer sister.
            let name = format!("`{}`", format.name.replace("cyclonedx@1.", "@1."));
            assert!(
                rows.iter().any(|row| row.contains(&name) || row.contains(&format!("`{}`", format.name))),
                "{}",
                format.name
            );
        }
    }

    #[test]
    fn formats_have_names_of_their_own() {
        let mut names: Vec<&str> = SCAN.iter().map(|format| format.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), SCAN.len());
        assert!(SCAN.iter().all(|format| !format.about.is_empty()));
    }
}
