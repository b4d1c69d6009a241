//! Trivy's JSON (`trivy --format json`, schema version 2; the fields are those of its Go types `types.Report` and
//! `types.Result`).
//!
//! With `--list-all-pkgs` it lists all packages, and only then is it known what it did not see. Findings that Trivy itself set aside
//! (`ExperimentalModifiedFindings`) stay set aside.

use std::collections::{BTreeMap, HashMap};
use std::io;

use model::{
    ExposedSecret, FixState, LayerIndex, LicenseClass, Misconfiguration, Opinion, Place, Secret, Severity, Spot,
    Vulnerability,
};
use serde::Deserialize;

use super::draft::{Draft, lowest_fix, package, severity, source, time};
use super::values::{List, Number, Text, object};
use super::{Saved, Tool, parse};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Document {
    created_at: Text,
    artifact_name: Text,
    artifact_type: Text,
    #[serde(deserialize_with = "object")]
    metadata: Metadata,
    results: List<Target>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    #[serde(rename = "OS", deserialize_with = "object")]
    os: System,
    #[serde(rename = "ImageID")]
    image_id: Text,
    #[serde(rename = "DiffIDs")]
    diff_ids: List<Text>,
    #[serde(rename = "ImageConfig", deserialize_with = "object")]
    config: Config,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct System {
    family: Text,
    name: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Config {
    architecture: Text,
    os: Text,
    created: Text,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Target {
    target: Text,
    r#type: Text,
    packages: List<Listed>,
    vulnerabilities: List<Row>,
    misconfigurations: List<Setting>,
    secrets: List<Found>,
    licenses: List<License>,
    experimental_modified_findings: List<Modified>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Identifier {
    #[serde(rename = "PURL")]
    purl: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Layer {
    #[serde(rename = "DiffID")]
    diff_id: Text,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    #[serde(rename = "ID")]
    id: Text,
    name: Text,
    #[serde(deserialize_with = "object")]
    identifier: Identifier,
    version: Text,
    release: Text,
    epoch: Number,
    arch: Text,
    src_name: Text,
    src_version: Text,
    src_release: Text,
    src_epoch: Number,
    licenses: List<Text>,
    #[serde(deserialize_with = "object")]
    layer: Layer,
    file_path: Text,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Row {
    #[serde(rename = "VulnerabilityID")]
    id: Text,
    #[serde(rename = "VendorIDs")]
    vendor_ids: List<Text>,
    #[serde(rename = "PkgID")]
    pkg_id: Text,
    pkg_name: Text,
    pkg_path: Text,
    #[serde(deserialize_with = "object")]
    pkg_identifier: Identifier,
    installed_version: Text,
    fixed_version: Text,
    status: Text,
    #[serde(deserialize_with = "object")]
    layer: Layer,
    severity_source: Text,
    #[serde(rename = "PrimaryURL")]
    url: Text,
    title: Text,
    description: Text,
    severity: Text,
    #[serde(rename = "CweIDs")]
    weaknesses: List<Text>,
    #[serde(deserialize_with = "object")]
    vendor_severity: BTreeMap<String, Number>,
    #[serde(rename = "CVSS", deserialize_with = "object")]
    cvss: BTreeMap<String, Cvss>,
    references: List<Text>,
    published_date: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Cvss {
    #[serde(rename = "V40Vector")]
    v4: Text,
    #[serde(rename = "V40Score")]
    v4_score: Number,
    #[serde(rename = "V3Vector")]
    v3: Text,
    #[serde(rename = "V3Score")]
    v3_score: Number,
    #[serde(rename = "V2Vector")]
    v2: Text,
    #[serde(rename = "V2Score")]
    v2_score: Number,
}

impl Cvss {
    fn best(self) -> (Option<String>, Option<f64>) {
        let all = [(self.v3, self.v3_score), (self.v4, self.v4_score), (self.v2, self.v2_score)];
        let told = all.into_iter().find(|(vector, score)| !vector.is_empty() || score.0.is_some());
        told.map(|(vector, score)| (vector.some(), score.0)).unwrap_or_default()
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Setting {
    r#type: Text,
    #[serde(rename = "ID")]
    id: Text,
    title: Text,
    description: Text,
    message: Text,
    resolution: Text,
    severity: Text,
    #[serde(rename = "PrimaryURL")]
    url: Text,
    references: List<Text>,
    status: Text,
    #[serde(deserialize_with = "object")]
    cause_metadata: Cause,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Cause {
    resource: Text,
    start_line: Number,
    end_line: Number,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Found {
    #[serde(rename = "RuleID")]
    rule: Text,
    category: Text,
    severity: Text,
    title: Text,
    start_line: Number,
    r#match: Text,
    #[serde(deserialize_with = "object")]
    layer: Layer,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct License {
    name: Text,
    category: Text,
    pkg_name: Text,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Modified {
    r#type: Text,
    status: Text,
    statement: Text,
    source: Text,
    #[serde(deserialize_with = "object")]
    finding: Row,
}

pub(super) fn read(json: &[u8]) -> io::Result<Saved> {
    let document: Document = parse(json)?;
    let mut draft = Draft::new(Tool("Trivy".into()));
    draft.generated_at = time(&document.created_at);
    let Metadata { os, image_id, diff_ids, config } = document.metadata;
    draft.distro(&os.family, &os.name);
    let image = &mut draft.report.image;
    image.origin.reference = document.artifact_name.0;
    image.origin.id = image_id.parse().ok();
    image.origin.transport = match &*document.artifact_type {
        "filesystem" | "repository" => "fs".into(),
        "cyclonedx" | "spdx" => "sbom".into(),
        _ => "trivy".into(),
    };
    image.config.created = config.created.some();
    (image.config.os, image.config.architecture) = (config.os.0, config.architecture.0);
    let layers: Vec<String> = diff_ids.texts();
    image.layers = layers
        .iter()
        .map(|diff_id| model::Layer { diff_id: diff_id.parse().ok(), ..model::Layer::default() })
        .collect();
    draft.report.layers = vec![model::LayerSummary::default(); layers.len()];
    let layer = |layer: &Layer| {
        let position = layers.iter().position(|diff_id| **diff_id == *layer.diff_id)?;
        u32::try_from(position).ok().map(LayerIndex)
    };
    for target in document.results {
        read_target(&mut draft, target, &layer);
    }
    Ok(draft.finish())
}

fn read_target(draft: &mut Draft, target: Target, layer: &dyn Fn(&Layer) -> Option<LayerIndex>) {
    let kind = &*target.r#type;
    // The target of libraries is a file, or a heading such as `Node.js`; that of a distribution is the image.
    let path_of = |own: &Text| match &**own {
        "" if target.target.contains(['/', '.']) && !target.target.contains(' ') && &*target.target != "Node.js" => {
            target.target.0.clone()
        }
        own => own.to_owned(),
    };
    let mut known: HashMap<String, usize> = HashMap::new();
    draft.lists_packages |= !target.packages.0.is_empty();
    for listed in target.packages {
        let version = version(listed.epoch, &listed.version, &listed.release);
        let Some((mut of, _)) = package(&listed.identifier.purl, kind, &listed.name, &version) else {
            draft.lost(format!("a package of the kind {kind:?}"));
            continue;
        };
        source(&mut of, &listed.src_name, &self::version(listed.src_epoch, &listed.src_version, &listed.src_release));
        of.arch = listed.arch.some().or(of.arch);
        of.licenses = listed.licenses.texts();
        let path = if of.kind.is_os() { String::new() } else { path_of(&listed.file_path) };
        let item = draft.package(of, &path, layer(&listed.layer));
        known.insert(listed.id.0, item);
    }
    let rows = target.vulnerabilities.into_iter().map(|row| (row, None));
    let modified = target.experimental_modified_findings.into_iter().filter_map(|modified| {
        let Modified { r#type, status, statement, source, finding } = modified;
        let said = [&*status.replace('_', " "), &statement, &source].map(str::to_owned);
        let why = said.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ");
        (&*r#type == "vulnerability").then(|| (finding, Some(format!("Trivy set it aside: {why}"))))
    });
    for (row, suppressed) in rows.chain(modified).collect::<Vec<_>>() {
        let path = path_of(&row.pkg_path);
        let item = if let Some(&item) = known.get(&*row.pkg_id).filter(|_| !row.pkg_id.is_empty()) {
            item
        } else {
            let found = package(&row.pkg_identifier.purl, kind, &row.pkg_name, &row.installed_version);
            let Some((mut of, _)) = found else {
                draft.lost(format!("a vulnerability of a package of the kind {kind:?}"));
                continue;
            };
            // Purls lack what an epoch of zero would say; the version beside them is whole.
            of.version.clone_from(&row.installed_version.0);
            let path = if of.kind.is_os() { String::new() } else { path };
            draft.package(of, &path, layer(&row.layer))
        };
        read_row(draft, item, row, suppressed);
    }
    for setting in target.misconfigurations {
        if matches!(&*setting.status, "PASS" | "EXCEPTION") {
            continue;
        }
        let mut references: Vec<String> = [setting.url.0].into_iter().chain(setting.references.texts()).collect();
        references.retain(|link| !link.is_empty());
        references.dedup();
        let language = kind_of_setting(&setting.r#type, kind);
        draft.setting(Misconfiguration {
            place: Place { layer: None, path: (&*target.target.0).into() },
            rule: setting.id.0.into(),
            title: setting.title.0.into(),
            severity: severity(&setting.severity),
            language: language.into(),
            resource: setting.cause_metadata.resource.0,
            lines: (setting.cause_metadata.start_line.line(), setting.cause_metadata.end_line.line()),
            found: setting.message.some(),
            why: setting.description.0.into(),
            fix: setting.resolution.0.into(),
            references: references.into_iter().map(Into::into).collect(),
            ..Misconfiguration::default()
        });
    }
    for found in target.secrets {
        let path = target.target.trim_start_matches('/');
        let line = found.start_line.line();
        let fingerprint = super::gitleaks::fingerprint(&[&found.rule, path, &line.to_string()]);
        draft.secret(ExposedSecret {
            // Trivy writes stars in the place of the secret already.
            secret: Secret {
                kind: found.rule.0,
                spot: Spot::File { line, column: 1 },
                redacted: found.r#match.0,
                fingerprint,
                ..Secret::default()
            },
            place: Place { layer: layer(&found.layer), path: path.into() },
            name: found.title.0,
            provider: found.category.0,
            severity: severity(&found.severity),
            revocable: true,
            ..ExposedSecret::default()
        });
    }
    for license in target.licenses {
        let is_known = LicenseClass::ALL.iter().any(|class| class.word() == &*license.category);
        let of = if license.pkg_name.is_empty() { "a file" } else { "a package" };
        draft.lost(format!("what it says of the licence {} of {of}", if is_known { &*license.name } else { "" }));
    }
}

/// The language that Trivy calls by the type of the finding, `Dockerfile Security Check`, or of the target.
fn kind_of_setting(own: &str, target: &str) -> String {
    let word = if target.is_empty() { own.split(' ').next().unwrap_or_default() } else { target };
    word.to_ascii_lowercase()
}

fn read_row(draft: &mut Draft, item: usize, row: Row, suppressed: Option<String>) {
    let rated_by = row.severity_source.0.clone();
    let number = |number: Number| match number.line() {
        1 => Severity::Low,
        2 => Severity::Medium,
        3 => Severity::High,
        4.. => Severity::Critical,
        0 => Severity::Unknown,
    };
    let mut cvss: BTreeMap<String, (Option<String>, Option<f64>)> =
        row.cvss.into_iter().map(|(publisher, cvss)| (publisher, cvss.best())).collect();
    let mut opinions: Vec<Opinion> = Vec::new();
    let (own, own_score) = cvss.get(&rated_by).or_else(|| cvss.get("nvd")).cloned().unwrap_or_default();
    for (publisher, severity) in row.vendor_severity {
        let (vector, score) = cvss.remove(&publisher).unwrap_or_default();
        opinions.push(Opinion { publisher, severity: number(severity), vector, score });
    }
    for (publisher, (vector, score)) in cvss {
        opinions.push(Opinion {
            publisher,
            severity: score.map_or(Severity::Unknown, Severity::from_score),
            vector,
            score,
        });
    }
    let fixed = lowest_fix(row.fixed_version.split(',').map(str::to_owned), &row.installed_version);
    let state = match &*row.status {
        _ if fixed.is_some() => FixState::Fixed,
        "will_not_fix" => FixState::WillNotFix,
        "fix_deferred" => FixState::Deferred,
        "end_of_life" => FixState::EndOfLife,
        "under_investigation" => FixState::UnderInvestigation,
        _ => FixState::NotFixed,
    };
    let mut references = row.references.texts();
    if let Some(url) = row.url.some() {
        references.retain(|link| *link != url);
        references.insert(0, url);
    }
    let mut weaknesses = row.weaknesses.texts();
    weaknesses.sort();
    let summary = if row.title.is_empty() { row.description.0 } else { row.title.0 };
    draft.vulnerability(
        [row.id.0].into_iter().chain(row.vendor_ids.texts()),
        Vulnerability {
            item,
            severity: severity(&row.severity),
            severity_source: rated_by,
            cvss: own,
            score: own_score,
            fixed,
            state,
            summary,
            published: Some(time(&row.published_date)).filter(|time| !time.is_empty()),
            references,
            opinions,
            weaknesses,
            suppressed,
            ..Vulnerability::default()
        },
    );
}

/// `1:2.3-4` of its three parts.
fn version(epoch: Number, version: &str, release: &str) -> String {
    let epoch = epoch.0.filter(|epoch| *epoch > 0.0).map(|epoch| format!("{epoch:.0}:")).unwrap_or_default();
    let release = if release.is_empty() { String::new() } else { format!("-{release}") };
    format!("{epoch}{version}{release}")
}
