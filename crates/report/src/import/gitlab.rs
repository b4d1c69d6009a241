//! GitLab's security reports (schema 15: `container_scanning`, `dependency_scanning`, `secret_detection`, `sast`), which GitLab's own
//! analyzers write, and Docker Scout (`docker scout cves --format gitlab`). Written from the published schemas.

use std::io;

use model::{ExposedSecret, FixState, Misconfiguration, Place, Secret, Spot, Vulnerability};
use serde::Deserialize;

use super::draft::{Draft, package, severity, time};
use super::values::{List, Number, Text, object};
use super::{Saved, Tool, parse};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Document {
    #[serde(deserialize_with = "object")]
    scan: Scan,
    vulnerabilities: List<Row>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Scan {
    #[serde(deserialize_with = "object")]
    scanner: Scanner,
    r#type: Text,
    end_time: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Scanner {
    name: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Row {
    name: Text,
    message: Text,
    description: Text,
    severity: Text,
    solution: Text,
    identifiers: List<Identifier>,
    links: List<Link>,
    #[serde(deserialize_with = "object")]
    location: Location,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Identifier {
    r#type: Text,
    name: Text,
    value: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Link {
    url: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Location {
    dependency: Option<Dependency>,
    operating_system: Text,
    image: Text,
    file: Text,
    start_line: Number,
    end_line: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Dependency {
    #[serde(deserialize_with = "object")]
    package: Name,
    version: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Name {
    name: Text,
}

pub(super) fn read(json: &[u8]) -> io::Result<Saved> {
    let Document { scan, vulnerabilities } = parse(json)?;
    let name = scan.scanner.name.some().unwrap_or_else(|| "GitLab".into());
    let mut draft = Draft::new(Tool(name));
    // These times have no zone; by the schema they are of UTC.
    draft.generated_at = time(&format!("{}Z", &*scan.end_time));
    draft.wants.vulnerabilities = matches!(&*scan.r#type, "container_scanning" | "dependency_scanning");
    for row in vulnerabilities {
        let image = &mut draft.report.image.origin;
        if image.reference.is_empty() {
            image.reference.clone_from(&row.location.image.0);
        }
        let (distro, version) = row.location.operating_system.split_once([' ', ':', '-']).unwrap_or_default();
        draft.distro(distro, version);
        match row.location.dependency {
            Some(_) => read_vulnerability(&mut draft, row),
            None => read_place(&mut draft, &scan.r#type, row),
        }
    }
    Ok(draft.finish())
}

fn read_vulnerability(draft: &mut Draft, row: Row) {
    let Location { dependency, operating_system, file, .. } = row.location;
    let Dependency { package: name, version } = dependency.unwrap_or_default();
    // What a lockfile is called tells the ecosystem; the schema has no field for it.
    let by_file = match file.rsplit('/').next().unwrap_or_default() {
        "package-lock.json" | "yarn.lock" | "pnpm-lock.yaml" => "npm",
        "go.mod" | "go.sum" => "golang",
        "Gemfile.lock" => "gem",
        "composer.lock" => "composer",
        "Cargo.lock" => "cargo",
        "packages.lock.json" => "nuget",
        "pom.xml" | "gradle.lockfile" => "maven",
        "poetry.lock" | "Pipfile.lock" | "requirements.txt" | "uv.lock" => "pypi",
        _ => "",
    };
    let kind = if by_file.is_empty() { &*operating_system } else { by_file };
    let Some((of, purl)) =
        package(&name.name, kind, &name.name, &version).or_else(|| package("", "generic", &name.name, &version))
    else {
        draft.lost("a vulnerability of a package without a name");
        return;
    };
    if let Some(purl) = &purl {
        draft.distro_of(purl);
    }
    let installed = of.version.clone();
    let item = draft.package(of, &file, None);
    let is_weakness = |identifier: &&Identifier| &*identifier.r#type == "cwe";
    let mut weaknesses: Vec<String> =
        row.identifiers.0.iter().filter(is_weakness).map(|cwe| cwe.name.0.clone()).collect();
    weaknesses.sort();
    let ids: Vec<String> = row
        .identifiers
        .0
        .iter()
        .filter(|identifier| !is_weakness(identifier))
        .map(|it| if it.value.is_empty() { it.name.0.clone() } else { it.value.0.clone() })
        .collect();
    let fixed = upgrade(&row.solution, &installed);
    draft.vulnerability(
        ids,
        Vulnerability {
            item,
            severity: severity(&row.severity),
            state: if fixed.is_some() { FixState::Fixed } else { FixState::NotFixed },
            fixed,
            summary: [row.description, row.message, row.name].into_iter().find_map(Text::some).unwrap_or_default(),
            references: row.links.into_iter().filter_map(|link| link.url.some()).collect(),
            weaknesses,
            ..Vulnerability::default()
        },
    );
}

/// The version in `Upgrade libssl to 3.0.15-1`, or `… from 3.0.14-1 to 3.0.15-1`.
fn upgrade(solution: &str, installed: &str) -> Option<String> {
    let (before, version) = solution.rsplit_once(" to ")?;
    let version = version.trim_start_matches("version ").split_whitespace().next()?.trim_end_matches('.');
    let is_version = version.contains(|digit: char| digit.is_ascii_digit()) && version != installed;
    (is_version && before.to_ascii_lowercase().contains("up")).then(|| version.to_owned())
}

fn read_place(draft: &mut Draft, kind: &str, row: Row) {
    let Location { file, start_line, end_line, .. } = row.location;
    let place = Place { layer: None, path: (&*file.0).into() };
    let rule = row.identifiers.0.first().map(|it| it.value.0.clone()).unwrap_or_default();
    let title = [row.name, row.message].into_iter().find_map(Text::some).unwrap_or_default();
    let first = start_line.line();
    if kind == "secret_detection" {
        let fingerprint = super::gitleaks::fingerprint(&[&rule, &file, &first.to_string()]);
        draft.secret(ExposedSecret {
            secret: Secret {
                kind: rule,
                spot: Spot::File { line: first, column: 1 },
                fingerprint,
                ..Secret::default()
            },
            place,
            name: title,
            severity: severity(&row.severity),
            opens: row.description.0,
            rotate: row.solution.0,
            ..ExposedSecret::default()
        });
        return;
    }
    draft.setting(Misconfiguration {
        place,
        rule: rule.into(),
        title: title.into(),
        severity: severity(&row.severity),
        language: if kind == "sast" { "code".into() } else { kind.to_owned().into() },
        lines: (first, end_line.line().max(first)),
        why: row.description.0.into(),
        fix: row.solution.0.into(),
        references: row.links.into_iter().filter_map(|link| link.url.some().map(Into::into)).collect(),
        ..Misconfiguration::default()
    });
}
