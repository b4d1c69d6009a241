//! Grype's JSON (`grype -o json`; the fields are those of its Go types `models.Document` and `models.Match`).
//!
//! Its report lists matches and not packages. What Grype set aside (`ignoredMatches`) stays set aside, with the rule that says so.

use std::io;

use model::{FixState, Opinion, Severity, Vulnerability};
use serde::Deserialize;
use serde_json::Value;

use super::draft::{Draft, lowest_fix, package, severity, source, time};
use super::values::{List, Number, Text, object};
use super::{Saved, Tool, parse};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Document {
    matches: List<Match>,
    #[serde(rename = "ignoredMatches")]
    ignored: List<Match>,
    #[serde(deserialize_with = "object")]
    source: Source,
    #[serde(deserialize_with = "object")]
    distro: Distro,
    #[serde(deserialize_with = "object")]
    descriptor: Descriptor,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Descriptor {
    timestamp: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Source {
    r#type: Text,
    target: Value,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Distro {
    name: Text,
    version: Text,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Match {
    #[serde(deserialize_with = "object")]
    vulnerability: Row,
    related_vulnerabilities: List<Row>,
    match_details: List<Detail>,
    #[serde(deserialize_with = "object")]
    artifact: Artifact,
    applied_ignore_rules: List<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Row {
    id: Text,
    data_source: Text,
    namespace: Text,
    severity: Text,
    urls: List<Text>,
    description: Text,
    cvss: List<Cvss>,
    epss: List<Epss>,
    known_exploited: List<Exploited>,
    #[serde(deserialize_with = "object")]
    fix: Fix,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Cvss {
    source: Text,
    vector: Text,
    #[serde(deserialize_with = "object")]
    metrics: Metrics,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Metrics {
    base_score: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Epss {
    epss: Number,
    percentile: Number,
    date: Text,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Exploited {
    date_added: Text,
    due_date: Text,
    known_ransomware_campaign_use: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Fix {
    versions: List<Text>,
    state: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Detail {
    found: Value,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Artifact {
    name: Text,
    version: Text,
    r#type: Text,
    locations: List<Location>,
    licenses: List<Text>,
    purl: Text,
    upstreams: List<Upstream>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Location {
    path: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Upstream {
    name: Text,
    version: Text,
}

pub(super) fn read(json: &[u8]) -> io::Result<Saved> {
    let document: Document = parse(json)?;
    let mut draft = Draft::new(Tool("Grype".into()));
    draft.generated_at = time(&document.descriptor.timestamp);
    draft.wants.vulnerabilities = true;
    draft.distro(&document.distro.name, &document.distro.version);
    describe(&mut draft, &document.source);
    let ignored = document.ignored.into_iter().map(|found| {
        let why = format!("Grype set it aside: {}", rule(&found.applied_ignore_rules.0));
        (found, Some(why))
    });
    for (found, suppressed) in document.matches.into_iter().map(|found| (found, None)).chain(ignored) {
        read_match(&mut draft, found, suppressed);
    }
    Ok(draft.finish())
}

/// What it is about: `userInput` of an image, a path else.
fn describe(draft: &mut Draft, source: &Source) {
    let image = &mut draft.report.image;
    let text = |name: &str| source.target.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(path) = source.target.as_str() {
        (image.origin.reference, image.origin.transport) = (path.to_owned(), "fs".to_owned());
        return;
    }
    image.origin.reference = text("userInput");
    image.origin.manifest = text("manifestDigest").parse().ok();
    image.origin.id = text("imageID").parse().ok();
    (image.config.os, image.config.architecture) = (text("os"), text("architecture"));
}

/// The first rule that Grype names, as it stands in `.grype.yaml`.
fn rule(rules: &[Value]) -> String {
    let first = rules.first().and_then(Value::as_object);
    let words = first.into_iter().flatten().filter_map(|(name, value)| {
        let value = value.as_str().filter(|value| !value.is_empty())?;
        Some(format!("{name} {value}"))
    });
    let words: Vec<String> = words.take(4).collect();
    if words.is_empty() { "by a rule".into() } else { words.join(", ") }
}

fn read_match(draft: &mut Draft, found: Match, suppressed: Option<String>) {
    let Match { vulnerability: row, related_vulnerabilities, match_details, artifact, .. } = found;
    let Some((mut of, purl)) = package(&artifact.purl, &artifact.r#type, &artifact.name, &artifact.version) else {
        draft.lost(format!("a vulnerability of a package of the kind {:?}", &*artifact.r#type));
        return;
    };
    if let Some(purl) = &purl {
        draft.distro_of(purl);
    }
    if of.kind.is_os() {
        // Syft writes the epoch also where it is zero.
        artifact.version.strip_prefix("0:").unwrap_or(&artifact.version).clone_into(&mut of.version);
    }
    if let Some(upstream) = artifact.upstreams.0.first() {
        source(&mut of, &upstream.name, &upstream.version);
    }
    of.licenses = artifact.licenses.texts();
    let path = artifact.locations.0.first().map_or("", |location| &location.path).trim_start_matches('/').to_owned();
    let version = of.version.clone();
    let item = draft.package(of, &path, None);
    let ids: Vec<String> = std::iter::once(&row.id)
        .chain(related_vulnerabilities.0.iter().map(|row| &row.id))
        .map(|id| id.0.clone())
        .collect();
    // A distribution's record has the severity, and the ones behind it have the vectors.
    let mut opinions = Vec::new();
    for (row, source) in std::iter::once((&row, "")).chain(related_vulnerabilities.0.iter().map(|row| (row, "nvd"))) {
        for cvss in &row.cvss.0 {
            let score = cvss.metrics.base_score.0;
            let publisher = [&*cvss.source, source].into_iter().find(|name| !name.is_empty()).unwrap_or("github");
            opinions.push(Opinion {
                publisher: publisher.to_ascii_lowercase(),
                severity: score.map_or(Severity::Unknown, Severity::from_score),
                vector: cvss.vector.clone().some(),
                score,
            });
        }
    }
    let own = row.cvss.0.first();
    let constraint = match_details.0.iter().find_map(|detail| {
        ["versionConstraint"].iter().find_map(|name| detail.found.get(name)).and_then(Value::as_str)
    });
    let fixed = lowest_fix(row.fix.versions.texts(), &version);
    let state = match &*row.fix.state {
        _ if fixed.is_some() => FixState::Fixed,
        "wont-fix" => FixState::WillNotFix,
        _ => FixState::NotFixed,
    };
    let mut references: Vec<String> = row.data_source.some().into_iter().chain(row.urls.texts()).collect();
    references.dedup();
    let summary = [&row.description].into_iter().chain(related_vulnerabilities.0.iter().map(|row| &row.description));
    let summary = summary.map(|text| &**text).find(|text| !text.is_empty()).unwrap_or_default().to_owned();
    let exploited = row.known_exploited.0.into_iter().next().map(|exploited| model::Exploited {
        added: exploited.date_added.0,
        due: exploited.due_date.some(),
        ransomware: exploited.known_ransomware_campaign_use.eq_ignore_ascii_case("known"),
    });
    #[expect(clippy::cast_possible_truncation, reason = "four digits are told")]
    let forecast = row.epss.0.into_iter().next().and_then(|epss| {
        let probability = epss.epss.0? as f32;
        Some(model::Forecast {
            probability,
            percentile: epss.percentile.0.unwrap_or_default() as f32,
            day: epss.date.0,
        })
    });
    draft.vulnerability(
        ids,
        Vulnerability {
            item,
            severity: severity(&row.severity),
            cvss: own.and_then(|cvss| cvss.vector.clone().some()),
            score: own.and_then(|cvss| cvss.metrics.base_score.0),
            fixed,
            state,
            summary,
            references,
            evidence: match constraint {
                Some(range) => format!("{} {range}, this is {version}", &*row.namespace),
                None => row.namespace.0,
            },
            opinions,
            exploited,
            forecast,
            suppressed,
            ..Vulnerability::default()
        },
    );
}
