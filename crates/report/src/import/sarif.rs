//! SARIF 2.1.0 (OASIS) of any tool: what it says of packages becomes vulnerabilities, what is tagged as a secret secrets, and
//! everything else, be it about configuration or code, settings in a file and line.
//!
//! SARIF has no field for a package. These are read: `purls` in the properties of a rule, which Docker Scout (`docker scout cves
//! --format sarif`) and Grype write, with Scout's `fixed_version` and `affected_version`; a package URL in `logicalLocations`,
//! `package` and `version` in the properties of a result, which are ours; the lines `Package:` and `Installed Version:` in Trivy's
//! messages. How bad a result is says `security-severity` of its rule (as GitHub reads it), else its level. Snyk Code writes SARIF as well.

use std::collections::BTreeMap;
use std::io;

use model::{ExposedSecret, FixState, Misconfiguration, Package, Place, Purl, Secret, Severity, Spot, Vulnerability};
use serde::Deserialize;
use serde_json::Value;

use super::draft::{Draft, lowest_fix, package, severity};
use super::values::{List, Number, Text, object};
use super::{Saved, Tool, parse, wrong};

/// Packages of one rule; no image has so many that one vulnerability is in.
const MOST_PACKAGES: usize = 1000;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Document {
    version: Text,
    runs: List<Run>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Run {
    #[serde(deserialize_with = "object")]
    tool: Driven,
    results: List<Row>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Driven {
    #[serde(deserialize_with = "object")]
    driver: Driver,
    extensions: List<Driver>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Driver {
    name: Text,
    rules: List<Rule>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Rule {
    id: Text,
    name: Text,
    #[serde(deserialize_with = "object")]
    short_description: Message,
    #[serde(deserialize_with = "object")]
    full_description: Message,
    #[serde(deserialize_with = "object")]
    help: Message,
    help_uri: Text,
    #[serde(deserialize_with = "object")]
    default_configuration: Configuration,
    #[serde(deserialize_with = "object")]
    properties: BTreeMap<String, Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Configuration {
    level: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Message {
    text: Text,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Row {
    rule_id: Text,
    rule_index: Option<i64>,
    #[serde(deserialize_with = "object")]
    rule: Reference,
    kind: Text,
    level: Text,
    #[serde(deserialize_with = "object")]
    message: Message,
    locations: List<Location>,
    suppressions: List<Suppression>,
    #[serde(deserialize_with = "object")]
    properties: BTreeMap<String, Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reference {
    id: Text,
    index: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Location {
    #[serde(deserialize_with = "object")]
    physical_location: Physical,
    logical_locations: List<Logical>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Physical {
    #[serde(deserialize_with = "object")]
    artifact_location: Artifact,
    #[serde(deserialize_with = "object")]
    region: Region,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Artifact {
    uri: Text,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Region {
    start_line: Number,
    start_column: Number,
    end_line: Number,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Logical {
    fully_qualified_name: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Suppression {
    status: Text,
    justification: Text,
}

pub(super) fn read(json: &[u8]) -> io::Result<Saved> {
    let document: Document = parse(json)?;
    if !document.version.starts_with("2.") {
        return Err(wrong(format!("it is SARIF {:?}; 2.1.0 is read", &*document.version)));
    }
    let name = document.runs.0.first().and_then(|run| run.tool.driver.name.clone().some());
    let name = match name.as_deref() {
        Some("docker scout") => "Docker Scout",
        Some("SnykCode") => "Snyk Code",
        Some(name) => name,
        None => "SARIF",
    };
    let mut draft = Draft::new(Tool(name.to_owned()));
    for run in document.runs {
        // A tool that knows packages looked for vulnerabilities also where it found none.
        let known = ["trivy", "grype", "docker scout", "snyk container", "snyk open source", "osv-scanner"];
        draft.wants.vulnerabilities |= known.contains(&&*run.tool.driver.name.to_ascii_lowercase());
        let rules: Vec<&Rule> = run
            .tool
            .driver
            .rules
            .0
            .iter()
            .chain(run.tool.extensions.0.iter().flat_map(|driver| &driver.rules.0))
            .collect();
        let by_id: BTreeMap<&str, &Rule> = rules.iter().rev().map(|rule| (&*rule.id, *rule)).collect();
        let empty = Rule::default();
        for row in run.results {
            // Other kinds are no findings: `pass`, `notApplicable`, `informational`.
            if !matches!(&*row.kind, "" | "fail" | "review" | "open") {
                continue;
            }
            let id = if row.rule_id.is_empty() { &row.rule.id } else { &row.rule_id };
            let index = row.rule_index.or(row.rule.index).and_then(|index| usize::try_from(index).ok());
            let rule = by_id.get(&**id).copied().or_else(|| rules.get(index?).copied()).unwrap_or(&empty);
            read_result(&mut draft, rule, &row);
        }
    }
    Ok(draft.finish())
}

fn property<'a>(properties: &'a BTreeMap<String, Value>, name: &str) -> Option<&'a str> {
    properties.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn read_result(draft: &mut Draft, rule: &Rule, row: &Row) {
    let id = [&row.rule_id, &rule.id, &row.rule.id].into_iter().find(|id| !id.is_empty()).map_or("", |id| id);
    let rated = rated(rule, row);
    let first = row.locations.0.first();
    let path = first.map_or_else(String::new, |location| path(&location.physical_location.artifact_location.uri));
    let region = first.map(|location| &location.physical_location.region);
    let lines = region.map_or((0, 0), |region| {
        let first = region.start_line.line();
        (first, region.end_line.line().max(first))
    });
    let suppressed = row.suppressions.0.iter().find(|it| !matches!(&*it.status, "rejected" | "underReview"));
    let suppressed = suppressed.map(|suppression| {
        let why = &*suppression.justification;
        if why.is_empty() { "the report set it aside".to_owned() } else { why.to_owned() }
    });
    let tags: Vec<&str> = ["tags", "categories"]
        .iter()
        .filter_map(|name| rule.properties.get(*name)?.as_array())
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let packages = packages(rule, row);
    if !packages.is_empty() {
        for (of, purl) in packages {
            if let Some(purl) = &purl {
                draft.distro_of(purl);
            }
            read_vulnerability(draft, of, (id, rated), (rule, row), &path, suppressed.clone());
        }
        return;
    }
    let place = Place { layer: None, path: (&*path).into() };
    let title = [&rule.short_description.text, &rule.name, &row.message.text]
        .into_iter()
        .find(|text| !text.is_empty())
        .map_or("", |text| text)
        .to_owned();
    let is_secret = tags.iter().any(|tag| tag.eq_ignore_ascii_case("secret") || tag.eq_ignore_ascii_case("secrets"))
        || property(&row.properties, "kind") == Some("secret");
    if is_secret {
        let fingerprint = super::gitleaks::fingerprint(&[id, &path, &lines.0.to_string()]);
        let column = region.map_or(1, |region| region.start_column.line().max(1));
        draft.secret(ExposedSecret {
            secret: Secret {
                kind: id.to_owned(),
                spot: Spot::File { line: lines.0, column },
                fingerprint,
                ..Secret::default()
            },
            place,
            name: title,
            severity: rated,
            opens: rule.full_description.text.0.clone(),
            suppressed,
            ..ExposedSecret::default()
        });
        return;
    }
    let mut weaknesses: Vec<String> = tags
        .iter()
        .filter_map(|tag| {
            let at = tag.to_ascii_uppercase().find("CWE-")?;
            let number: String = tag.get(at + 4..)?.chars().take_while(char::is_ascii_digit).collect();
            (!number.is_empty()).then(|| format!("CWE-{}", number.trim_start_matches('0')))
        })
        .collect();
    weaknesses.sort();
    weaknesses.dedup();
    draft.setting(Misconfiguration {
        place,
        rule: id.to_owned().into(),
        title: title.into(),
        severity: rated,
        language: "code".into(),
        lines,
        found: row.message.text.clone().some(),
        why: rule.full_description.text.0.clone().into(),
        references: rule.help_uri.clone().some().into_iter().map(Into::into).collect(),
        weaknesses,
        suppressed,
        ..Misconfiguration::default()
    });
}

/// How bad: in words where the tool has a word, by the number that GitHub reads, by the level.
fn rated(rule: &Rule, row: &Row) -> Severity {
    let word = |properties| ["severity", "cvssV3_severity"].iter().find_map(|name| property(properties, name));
    if let Some(word) = word(&row.properties).or_else(|| word(&rule.properties))
        && Severity::from_word(word).is_some()
    {
        return severity(word);
    }
    let score = rule.properties.get("security-severity");
    let score = score.and_then(|score| score.as_f64().or_else(|| score.as_str()?.parse().ok()));
    if let Some(score) = score {
        return Severity::from_score(score);
    }
    match [&row.level, &rule.default_configuration.level].into_iter().find(|level| !level.is_empty()).map(|it| &**it) {
        Some("error") => Severity::High,
        Some("note" | "none") => Severity::Low,
        // What a level that nobody gave means by the standard is a warning.
        _ => Severity::Medium,
    }
}

/// The packages that a result is about; none where it is about none.
fn packages(rule: &Rule, row: &Row) -> Vec<(Package, Option<Purl>)> {
    let logical = row.locations.0.iter().flat_map(|location| &location.logical_locations.0);
    let logical: Vec<&str> =
        logical.map(|it| &*it.fully_qualified_name).filter(|name| name.starts_with("pkg:")).collect();
    let version = property(&row.properties, "version").unwrap_or_default();
    if !logical.is_empty() {
        let name = property(&row.properties, "package").unwrap_or_default();
        return logical.into_iter().filter_map(|purl| package(purl, "", name, version)).collect();
    }
    if let Some(purls) = rule.properties.get("purls").and_then(Value::as_array) {
        let all =
            purls.iter().take(MOST_PACKAGES).filter_map(Value::as_str).filter_map(|purl| package(purl, "", "", ""));
        // A rule of Grype's names every package that has the vulnerability, and a result speaks of one.
        let all: Vec<_> = all.collect();
        let text = &row.message.text;
        let one = all.iter().find(|(of, _)| text.contains(&*of.name) && text.contains(&*of.version));
        return match one {
            Some(one) if all.len() > 1 => vec![one.clone()],
            _ => all,
        };
    }
    let line = |label: &str| {
        let line = row.message.text.lines().find_map(|line| line.trim().strip_prefix(label))?;
        Some(line.trim().to_owned()).filter(|text| !text.is_empty())
    };
    let (Some(name), Some(version)) = (line("Package:"), line("Installed Version:")) else { return Vec::new() };
    // Trivy's SARIF does not tell the kind of a package.
    package("", "generic", &name, &version).into_iter().collect()
}

fn read_vulnerability(
    draft: &mut Draft,
    of: Package,
    (id, rated): (&str, Severity),
    (rule, row): (&Rule, &Row),
    path: &str,
    suppressed: Option<String>,
) {
    let installed = of.version.clone();
    // A rule of Grype's is `CVE-2024-1-openssl`.
    let id = id.strip_suffix(&format!("-{}", of.name)).unwrap_or(id).to_owned();
    let path = if of.kind.is_os() { "" } else { path };
    let item = draft.package(of, path, None);
    let by_line = || {
        let line = row.message.text.lines().find_map(|line| {
            let (label, version) = line.split_once(':')?;
            label.trim().eq_ignore_ascii_case("fixed version").then(|| version.trim().to_owned())
        });
        line.filter(|version| !version.is_empty())
    };
    let fixed = property(&rule.properties, "fixed_version").or_else(|| property(&row.properties, "fixedVersion"));
    let fixed = fixed.map(str::to_owned).or_else(by_line).filter(|fixed| !fixed.starts_with("not fixed"));
    let fixed =
        lowest_fix(fixed.into_iter().flat_map(|all| all.split(',').map(str::to_owned).collect::<Vec<_>>()), &installed);
    let vector = property(&rule.properties, "cvssV3").filter(|vector| vector.starts_with("CVSS:"));
    let score = rule.properties.get("security-severity");
    let score = score.and_then(|score| score.as_f64().or_else(|| score.as_str()?.parse().ok()));
    let summary = [&rule.short_description.text, &rule.full_description.text, &rule.help.text, &row.message.text];
    let evidence = match property(&rule.properties, "affected_version") {
        Some(range) => format!("{range}, this is {installed}"),
        None => String::new(),
    };
    draft.vulnerability(
        [id],
        Vulnerability {
            item,
            severity: rated,
            cvss: vector.map(str::to_owned),
            score,
            state: if fixed.is_some() { FixState::Fixed } else { FixState::NotFixed },
            fixed,
            summary: summary.into_iter().find(|text| !text.is_empty()).map(|text| text.0.clone()).unwrap_or_default(),
            references: rule.help_uri.clone().some().into_iter().collect(),
            evidence,
            suppressed,
            ..Vulnerability::default()
        },
    );
}

/// The path that an address names, without its scheme and with its signs decoded.
fn path(uri: &str) -> String {
    let path = uri.strip_prefix("file://").unwrap_or(uri);
    let bytes = path.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while let Some(&byte) = bytes.get(index) {
        let digit = |offset: usize| bytes.get(index + offset).and_then(|byte| char::from(*byte).to_digit(16));
        if let (b'%', Some(high), Some(low)) = (byte, digit(1), digit(2)) {
            decoded.push(u8::try_from(high * 16 + low).unwrap_or_default());
            index += 3;
        } else {
            decoded.push(byte);
            index += 1;
        }
    }
    String::from_utf8_lossy(&decoded).trim_start_matches("./").to_owned()
}
