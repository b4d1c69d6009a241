//! JSON in the shape of Trivy's (schema version 2), for what reads Trivy's: plug-ins, dashboards, importers.
//!
//! What only we know has no place in it. Numbers of severities, classes of results and names of types are Trivy's.

use std::collections::BTreeMap;
use std::io::{self, Write};

use model::{Digest, FixState, LayerIndex, Package, PackageKind, Report, Severity};
use serde_json::{Map, Value, json};

use crate::issue::{Found, Issue, issues};
use crate::json::print;
use crate::subject::Subject;
use crate::{Context, one_line};

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let report = crate::sbom::only(reports, "Trivy's report")?;
    let all = issues(report, &context.filter);
    let issues: Vec<&Issue<'_>> = all.iter().filter(|issue| issue.suppressed.is_none()).collect();
    let is_image = !report.image.config.os.is_empty() || !report.image.origin.transport.ends_with("fs");
    let document = json!({
        "SchemaVersion": 2,
        "CreatedAt": context.generated_at,
        "ArtifactName": report.image.origin.reference,
        "ArtifactType": if is_image { "container_image" } else { "filesystem" },
        "Metadata": metadata(report),
        "Results": results(report, &issues),
    });
    print::print(&document, out)
}

fn metadata(report: &Report) -> Value {
    let image = &report.image;
    let mut metadata = Map::new();
    if let Some(distro) = &report.inventory.distro {
        let ended = report.findings.iter().filter_map(model::Finding::end_of_life).any(|end| end.passed);
        let mut os = json!({ "Family": distro.id, "Name": distro.version });
        if ended {
            os["EOSL"] = json!(true);
        }
        metadata.insert("OS".into(), os);
    }
    if let Some(id) = &image.origin.id {
        metadata.insert("ImageID".into(), json!(id));
    }
    let diff_ids: Vec<&Digest> = image.layers.iter().filter_map(|layer| layer.diff_id.as_ref()).collect();
    if !diff_ids.is_empty() {
        metadata.insert("DiffIDs".into(), json!(diff_ids));
    }
    let subject = Subject::of(report);
    if let Some(tag) = subject.tag {
        metadata.insert("RepoTags".into(), json!([format!("{}:{tag}", subject.name)]));
    }
    if let Some(manifest) = image.origin.manifest.as_ref().filter(|_| !subject.name.is_empty()) {
        metadata.insert("RepoDigests".into(), json!([format!("{}@{manifest}", subject.name)]));
    }
    metadata.insert(
        "ImageConfig".into(),
        json!({
            "architecture": image.config.architecture,
            "created": image.config.created,
            "os": image.config.os,
            "rootfs": { "type": "layers", "diff_ids": diff_ids },
            "config": {},
        }),
    );
    Value::Object(metadata)
}

/// One result for the distribution, one for each other file or kind of libraries, one for each file with secrets, and those
/// about licences.
fn results(report: &Report, issues: &[&Issue<'_>]) -> Vec<Value> {
    // By class, type and target, in Trivy's order of classes.
    let mut results: BTreeMap<(u8, String, String), Map<String, Value>> = BTreeMap::new();
    for issue in issues {
        let place = match issue.what {
            Found::Vulnerability(_) => of_package(report, issue),
            Found::Secret(_) => Some((5, String::new(), secret_target(issue))),
            Found::License(_) => match issue.package() {
                Some(package) if package.kind.is_os() => Some((6, String::new(), "OS Packages".to_owned())),
                Some(_) => of_package(report, issue).map(|(_, _, target)| (6, String::new(), target)),
                None => Some((7, String::new(), "Loose File License(s)".to_owned())),
            },
            Found::Misconfiguration(found) => Some((3, config_type(&found.language).to_owned(), config_target(issue))),
            // That is in the metadata.
            Found::EndOfLife(_) => None,
        };
        let Some((class, kind, target)) = place else { continue };
        let name = match class {
            0 => "os-pkgs",
            1 => "lang-pkgs",
            3 => "config",
            5 => "secret",
            6 => "license",
            _ => "license-file",
        };
        let list = match class {
            0 | 1 => "Vulnerabilities",
            3 => "Misconfigurations",
            5 => "Secrets",
            _ => "Licenses",
        };
        let result = results.entry((class, kind.clone(), target.clone())).or_insert_with(|| {
            let mut result = Map::from_iter([("Target".to_owned(), json!(target)), ("Class".to_owned(), json!(name))]);
            if !kind.is_empty() {
                result.insert("Type".into(), json!(kind));
            }
            result
        });
        let rows = result.entry(list).or_insert_with(|| json!([]));
        if let Some(rows) = rows.as_array_mut() {
            rows.extend(row(issue));
        }
    }
    results.into_values().map(Value::Object).collect()
}

fn row(issue: &Issue<'_>) -> Option<Value> {
    match issue.what {
        Found::Vulnerability(found) => {
            let package = issue.package()?;
            let mut row = json!({
                "VulnerabilityID": found.id,
                "VendorIDs": found.aliases,
                "PkgID": package_id(package),
                "PkgName": package.name,
                "PkgIdentifier": { "PURL": issue.purl(), "UID": &issue.fingerprint[..16] },
                "InstalledVersion": package.version,
                "Status": status(found.state),
                "Layer": layer(issue.report, issue.layer()),
                "SeveritySource": found.severity_source,
                "PrimaryURL": issue.links().next().unwrap_or_default(),
                "Title": one_line(&found.summary),
                "Description": found.summary,
                "Severity": severity(issue.severity),
                "CweIDs": found.weaknesses,
                "VendorSeverity": vendor_severity(issue),
                "References": found.references,
            });
            if let Some(fixed) = &found.fixed {
                row["FixedVersion"] = json!(fixed);
            }
            if let Some(published) = &found.published {
                row["PublishedDate"] = json!(published);
            }
            if !package.kind.is_os() {
                row["PkgPath"] = json!(issue.path());
            }
            let cvss = cvss(issue);
            if !cvss.is_empty() {
                row["CVSS"] = Value::Object(cvss);
            }
            Some(row)
        }
        Found::Secret(found) => {
            let (line, _) = issue.line().unwrap_or((1, 1));
            Some(json!({
                "RuleID": found.secret.kind,
                "Category": found.provider,
                "Severity": severity(issue.severity),
                "Title": found.name,
                "StartLine": line,
                "EndLine": line,
                "Code": { "Lines": null },
                "Match": found.secret.redacted,
                "Layer": layer(issue.report, issue.layer()),
            }))
        }
        Found::Misconfiguration(found) => Some(json!({
            "Type": config_type(&found.language),
            "ID": found.rule,
            "AVDID": found.rule,
            "Title": found.title,
            "Description": found.why,
            "Message": issue.message(),
            "Resolution": found.fix,
            "Severity": severity(issue.severity),
            "PrimaryURL": issue.links().next().unwrap_or_default(),
            "References": found.references,
            "Status": "FAIL",
            "Layer": layer(issue.report, issue.layer()),
            "CauseMetadata": {
                "Resource": found.resource,
                "Provider": "Generic",
                "Service": "general",
                "StartLine": found.lines.0,
                "EndLine": found.lines.1,
                "Code": { "Lines": null },
            },
        })),
        Found::License(found) => {
            let package = issue.package().map_or("", |package| &package.name);
            let confidence = found.confidence.map_or(1.0, |percent| f64::from(percent) / 100.0);
            Some(json!({
                "Severity": severity(issue.severity),
                "Category": found.class.word(),
                "PkgName": package,
                "FilePath": if package.is_empty() { issue.path() } else { String::new() },
                "Name": found.licenses.join(", "),
                "Text": "",
                "Confidence": confidence,
                "Link": "",
            }))
        }
        Found::EndOfLife(_) => None,
    }
}

/// The file of a setting; the image where it is in none.
fn config_target(issue: &Issue<'_>) -> String {
    let path = issue.path();
    if path.is_empty() { issue.report.image.origin.reference.clone() } else { path }
}

/// Trivy's word for a language of configuration.
fn config_type(language: &str) -> &str {
    match language {
        "arm" => "azure-arm",
        "image" => "dockerfile",
        other => other,
    }
}

/// The result that a package's vulnerabilities belong to: its class, Trivy's type and target.
fn of_package(report: &Report, issue: &Issue<'_>) -> Option<(u8, String, String)> {
    let package = issue.package()?;
    if package.kind.is_os() {
        let (family, version) =
            report.inventory.distro.as_ref().map_or(("", ""), |distro| (&distro.id, &distro.version));
        let target = format!("{} ({family} {version})", report.image.origin.reference);
        return Some((0, family.to_owned(), target));
    }
    let path = issue.path();
    let name = path.rsplit('/').next().unwrap_or_default();
    // Installed libraries of one kind are one result; a lockfile or a program is one by its path.
    let (kind, target) = match (package.kind, name) {
        (PackageKind::Npm, "package.json") => ("node-pkg", Some("Node.js")),
        (PackageKind::Npm, "yarn.lock") => ("yarn", None),
        (PackageKind::Npm, "pnpm-lock.yaml") => ("pnpm", None),
        (PackageKind::Npm, _) => ("npm", None),
        (PackageKind::Pypi, "METADATA" | "PKG-INFO") => ("python-pkg", Some("Python")),
        (PackageKind::Pypi, "poetry.lock") => ("poetry", None),
        (PackageKind::Pypi, "Pipfile.lock") => ("pipenv", None),
        (PackageKind::Pypi, "uv.lock") => ("uv", None),
        (PackageKind::Pypi, _) => ("pip", None),
        (PackageKind::Maven, "pom.xml") => ("pom", None),
        (PackageKind::Maven, "gradle.lockfile") => ("gradle", None),
        (PackageKind::Maven, _) => ("jar", Some("Java")),
        (PackageKind::Golang, "go.mod") => ("gomod", None),
        (PackageKind::Golang, _) => ("gobinary", None),
        (PackageKind::Cargo, "Cargo.lock") => ("cargo", None),
        (PackageKind::Cargo, _) => ("rustbinary", None),
        (PackageKind::Gem, "Gemfile.lock") => ("bundler", None),
        (PackageKind::Gem, _) => ("gemspec", Some("Ruby")),
        (PackageKind::Composer, "composer.lock") => ("composer", None),
        (PackageKind::Composer, _) => ("composer-vendor", None),
        (PackageKind::Nuget, name) if name.ends_with(".deps.json") => ("dotnet-core", None),
        (PackageKind::Nuget, _) => ("nuget", None),
        (PackageKind::Bitnami, _) => ("bitnami", None),
        (PackageKind::Conda, _) => ("conda-pkg", Some("Conda")),
        (kind, _) => (kind.purl_type(), None),
    };
    Some((1, kind.to_owned(), target.map_or(path.clone(), str::to_owned)))
}

fn secret_target(issue: &Issue<'_>) -> String {
    if issue.file().is_some() { format!("/{}", issue.path()) } else { issue.report.image.origin.reference.clone() }
}

/// `curl@7.74.0-1.3+deb11u11`.
fn package_id(package: &Package) -> String {
    format!("{}@{}", package.name, package.version)
}

fn layer(report: &Report, layer: Option<LayerIndex>) -> Value {
    let layer = layer.and_then(|layer| report.image.layers.get(layer.0 as usize));
    let mut value = Map::new();
    if let Some(layer) = layer {
        for (key, digest) in [("Digest", layer.blob.as_ref()), ("DiffID", layer.diff_id.as_ref())] {
            if let Some(digest) = digest {
                value.insert(key.into(), json!(digest));
            }
        }
    }
    Value::Object(value)
}

fn vendor_severity(issue: &Issue<'_>) -> Value {
    let opinions = issue.vulnerability().map_or(&[][..], |found| &found.opinions);
    let number = |severity: Severity| match severity {
        Severity::Critical => 4,
        Severity::High => 3,
        Severity::Medium => 2,
        Severity::Low | Severity::Negligible => 1,
        Severity::Unknown => 0,
    };
    let pairs = opinions.iter().map(|opinion| (opinion.publisher.clone(), json!(number(opinion.severity))));
    Value::Object(pairs.collect())
}

fn cvss(issue: &Issue<'_>) -> Map<String, Value> {
    let opinions = issue.vulnerability().map_or(&[][..], |found| &found.opinions);
    let mut scores = Map::new();
    for opinion in opinions {
        let (Some(vector), Some(score)) = (&opinion.vector, opinion.score) else { continue };
        let version = match vector.get(..7) {
            Some("CVSS:4.") => "V40",
            Some("CVSS:3.") => "V3",
            _ => "V2",
        };
        let (key, name) = (format!("{version}Vector"), format!("{version}Score"));
        scores.insert(opinion.publisher.clone(), json!({ key: vector, name: score }));
    }
    scores
}

fn status(state: FixState) -> &'static str {
    match state {
        FixState::Fixed => "fixed",
        FixState::NotFixed => "affected",
        FixState::WillNotFix => "will_not_fix",
        FixState::Deferred => "fix_deferred",
        FixState::EndOfLife => "end_of_life",
        FixState::UnderInvestigation => "under_investigation",
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "CRITICAL",
        Severity::High => "HIGH",
        Severity::Medium => "MEDIUM",
        Severity::Low | Severity::Negligible => "LOW",
        Severity::Unknown => "UNKNOWN",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::samples::{context, format, leaky, licensed, render};

    #[test]
    fn results_are_arranged_as_trivy_does() {
        let document: Value = serde_json::from_str(&render(format("trivy-json"), &leaky(), &context(80))).unwrap();
        assert_eq!(document["SchemaVersion"], 2);
        assert_eq!(document["Metadata"]["OS"], json!({ "Family": "debian", "Name": "11.9", "EOSL": true }));
        let results = document["Results"].as_array().unwrap();
        let heads: Vec<[&str; 2]> = results
            .iter()
            .map(|result| [result["Target"].as_str().unwrap(), result["Class"].as_str().unwrap()])
            .collect();
        assert_eq!(
            heads,
            [
                ["shop.tar (debian 11.9)", "os-pkgs"],
                ["usr/local/bin/tool", "lang-pkgs"],
                ["Node.js", "lang-pkgs"],
                ["/app/.env", "secret"],
                ["shop.tar", "secret"],
            ]
        );
        let row = &results[1]["Vulnerabilities"][0];
        assert_eq!((&row["VulnerabilityID"], &row["Severity"]), (&json!("CVE-2023-24538"), &json!("CRITICAL")));
        assert_eq!((&row["InstalledVersion"], &row["FixedVersion"]), (&json!("1.20.1"), &json!("1.20.3")));
        assert_eq!(results[3]["Secrets"][0]["StartLine"], 3);
    }

    #[test]
    fn licences_are_of_packages_or_loose_files() {
        let document: Value = serde_json::from_str(&render(format("trivy-json"), &licensed(), &context(80))).unwrap();
        let find = |class: &str| {
            document["Results"].as_array().unwrap().iter().find(|result| result["Class"] == class).unwrap().clone()
        };
        assert_eq!(find("license")["Licenses"].as_array().unwrap().len(), 3);
        let file = &find("license-file")["Licenses"][0];
        assert_eq!((&file["FilePath"], &file["Confidence"]), (&json!("srv/COPYING"), &json!(0.97)));
    }
}
