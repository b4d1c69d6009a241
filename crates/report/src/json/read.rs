//! The report for programs, read again: what `plimsoll` wrote into JSON becomes reports, to be written in other formats.
//!
//! All that the JSON says comes back, so that writing it again gives the same document; what it leaves out (values of variables, who
//! needs whom) stays out. A document by a newer minor version is read, and what is unknown in it is left out.

use std::collections::{BTreeMap, HashMap};
use std::io;

use model::{
    AnalyzerId, Committed, Digest, Distro, EndOfLife, Executable, ExecutableFormat, Exploited, ExposedSecret, Fact,
    Finding, FixState, Forecast, Gap, GapKind, History, Image, ImageConfig, ImagePath, Inventory, Item, Knowledge,
    Layer, LayerClass, LayerIndex, LayerSummary, LicenseClass, LicenseFinding, LicenseForm, LicenseText,
    Misconfiguration, Opinion, Origin, Package, PackageKind, Place, Presence, Removed, Report, Secret, Severity,
    SourcePackage, Spot, Still, Verified, VexRemark, VexStatus, Vulnerability, What,
};
use serde::Deserialize;

use super::compliance::read::ComplianceJson;
use crate::{SCHEMA_VERSION, Wants};

/// Reports that were saved.
#[derive(Debug)]
pub struct Saved {
    /// A report for each platform.
    pub reports: Vec<Report>,
    /// When they were made.
    pub generated_at: String,
    /// What was looked for.
    pub wants: Wants,
    /// Who made them: `Plimsoll`, `Trivy`.
    pub tool: String,
    /// Whether they list all packages, and not only those that something is wrong with.
    pub lists_packages: bool,
}

impl Saved {
    /// Reads the document.
    pub fn read(json: &[u8]) -> io::Result<Self> {
        let wrong = |text: String| io::Error::new(io::ErrorKind::InvalidData, text);
        let file: File = serde_json::from_slice(json).map_err(|error| wrong(error.to_string()))?;
        if file.schema != "plimsoll-report" {
            return Err(wrong(format!("it is no report of Plimsoll, but says that it is {:?}", file.schema)));
        }
        let major = |version: &str| version.split('.').next().map(str::to_owned);
        if major(&file.schema_version) != major(SCHEMA_VERSION) {
            return Err(wrong(format!(
                "it is of version {:?}; this program reads {SCHEMA_VERSION}",
                file.schema_version
            )));
        }
        let licenses = file.artifacts.iter().any(|artifact| artifact.summary.licenses.is_some());
        let is_judged = |artifact: &Artifact| !artifact.knowledge.is_empty() || !artifact.vulnerabilities.is_empty();
        let vulnerabilities = file.artifacts.iter().any(is_judged);
        // A report that looked for secrets or settings and found none says no more than one that did not.
        let settings = file.artifacts.iter().any(|artifact| !artifact.misconfigurations.is_empty());
        let secrets = file.artifacts.iter().any(|artifact| !artifact.secrets.is_empty());
        let reports = file.artifacts.into_iter().map(Artifact::report).collect();
        let wants = Wants { vulnerabilities, secrets, settings, licenses };
        Ok(Self {
            reports,
            generated_at: file.generated_at,
            wants,
            tool: crate::import::OURS.into(),
            lists_packages: true,
        })
    }
}

#[derive(Deserialize)]
struct File {
    schema: String,
    schema_version: String,
    generated_at: String,
    artifacts: Vec<Artifact>,
}

#[derive(Deserialize)]
struct Artifact {
    origin: OriginJson,
    image: ImageJson,
    summary: SummaryJson,
    coverage: CoverageJson,
    knowledge: Vec<KnowledgeJson>,
    layers: Vec<LayerJson>,
    end_of_life: Vec<EndOfLife>,
    vulnerabilities: Vec<VulnerabilityJson>,
    licenses: Vec<LicenseJson>,
    vex: Vec<RemarkJson>,
    packages: Vec<PackageJson>,
    unidentified: Vec<ProgramJson>,
    secrets: Vec<SecretJson>,
    // Earlier versions judged no settings.
    #[serde(default)]
    misconfigurations: Vec<MisconfigurationJson>,
    // Nor did they know frameworks.
    #[serde(default)]
    compliance: Vec<ComplianceJson>,
}

#[derive(Deserialize)]
struct OriginJson {
    transport: String,
    reference: String,
    manifest_digest: Option<Digest>,
    image_id: Option<Digest>,
    blobs: Vec<BlobJson>,
}

#[derive(Deserialize)]
struct BlobJson {
    claimed_digest: Option<Digest>,
    computed_digest: Option<Digest>,
    size: Option<u64>,
    media_type: Option<String>,
}

#[derive(Deserialize)]
struct ImageJson {
    os: Option<String>,
    architecture: Option<String>,
    variant: Option<String>,
    created: Option<String>,
    distro: Option<DistroJson>,
    user: String,
    entrypoint: Vec<String>,
    cmd: Vec<String>,
    working_dir: String,
    exposed_ports: Vec<String>,
    volumes: Vec<String>,
    variables: Vec<String>,
    labels: BTreeMap<String, String>,
    history: Vec<StepJson>,
}

#[derive(Deserialize)]
struct DistroJson {
    id: String,
    version: Option<String>,
    codename: Option<String>,
    name: Option<String>,
    like: Vec<String>,
    cpe: Option<String>,
    extended_support: bool,
}

#[derive(Deserialize)]
struct StepJson {
    instruction: String,
    created: Option<String>,
    layer: Option<u64>,
}

#[derive(Deserialize)]
struct SummaryJson {
    licenses: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct CoverageJson {
    gaps: Vec<GapJson>,
}

#[derive(Deserialize)]
struct GapJson {
    kind: GapKind,
    by: String,
    layer: Option<u64>,
    path: Option<String>,
    detail: String,
}

#[derive(Deserialize)]
struct KnowledgeJson {
    ecosystem: String,
    advisories: u64,
    newest: Option<String>,
    packages: u64,
    starter: bool,
    checked: Option<String>,
}

#[derive(Deserialize)]
struct LayerJson {
    diff_id: Option<Digest>,
    class: LayerClass,
    size: u64,
    files: u64,
    wasted: u64,
    removed_later_count: u64,
    removed_later: Vec<RemovedJson>,
}

#[derive(Deserialize)]
struct RemovedJson {
    path: String,
    size: u64,
    by_layer: u64,
    replaced: bool,
}

#[derive(Deserialize)]
struct VulnerabilityJson {
    id: String,
    aliases: Vec<String>,
    severity: Severity,
    severity_source: Option<String>,
    cvss: Option<String>,
    score: Option<f64>,
    state: FixState,
    fixed: Option<String>,
    purl: String,
    #[serde(flatten)]
    place: PlaceJson,
    also: Vec<PlaceJson>,
    summary: String,
    published: Option<String>,
    references: Vec<String>,
    evidence: String,
    opinions: Vec<OpinionJson>,
    weaknesses: Vec<String>,
    disputed: bool,
    exploited: Option<Exploited>,
    forecast: Option<Forecast>,
    priority: f64,
    suppressed: Option<String>,
    vex: Option<WordJson>,
}

#[derive(Deserialize)]
struct OpinionJson {
    publisher: String,
    severity: Severity,
    cvss: Option<String>,
    score: Option<f64>,
}

/// Which sighting of a package is meant.
#[derive(Clone, Deserialize, PartialEq, Eq, Hash)]
struct PlaceJson {
    layer: Option<u64>,
    path: String,
    removed_by: Option<u64>,
}

#[derive(Deserialize)]
struct LicenseJson {
    category: LicenseClass,
    licenses: Vec<String>,
    declared: Vec<String>,
    confidence: Option<u8>,
    form: Option<String>,
    purl: Option<String>,
    layer: Option<u64>,
    path: String,
    summary: String,
    suppressed: Option<String>,
}

#[derive(Deserialize)]
struct WordJson {
    status: VexStatus,
    justification: Option<String>,
    detail: Option<String>,
    author: String,
    timestamp: Option<String>,
    document: Option<String>,
    place: String,
    trusted: bool,
}

#[derive(Deserialize)]
struct RemarkJson {
    ids: Vec<String>,
    products: Vec<String>,
    #[serde(flatten)]
    word: WordJson,
    unapplied: Option<String>,
}

#[derive(Deserialize)]
struct PackageJson {
    purl: String,
    kind: String,
    name: String,
    version: String,
    arch: Option<String>,
    source: Option<SourcePackage>,
    module: Option<String>,
    vendor: Option<String>,
    licenses: Vec<String>,
    #[serde(flatten)]
    sighting: SightingJson,
    also: Vec<SightingJson>,
}

#[derive(Deserialize)]
struct SightingJson {
    presence: Presence,
    #[serde(flatten)]
    place: PlaceJson,
    owner: Option<String>,
    found_by: String,
}

#[derive(Deserialize)]
struct ProgramJson {
    path: String,
    layer: Option<u64>,
    format: String,
    digest: Option<Digest>,
    build_id: Option<String>,
    found_by: String,
}

#[derive(Deserialize)]
struct SecretJson {
    kind: String,
    name: String,
    provider: String,
    severity: Severity,
    redacted: String,
    fingerprint: String,
    place: SpotJson,
    layer: Option<u64>,
    removed_in: Option<u64>,
    committed: Option<CommittedJson>,
    opens: String,
    rotate: String,
    #[serde(default = "is_revocable")]
    revocable: bool,
    #[serde(default)]
    rotate_after_days: u16,
    #[serde(default)]
    since: Option<String>,
    #[serde(default)]
    age_days: Option<u32>,
    suppressed: Option<String>,
    #[serde(default)]
    verified: Option<Verified>,
}

/// What most secrets are, where a report of an older version does not say it.
const fn is_revocable() -> bool {
    true
}

#[derive(Deserialize)]
struct CommittedJson {
    commit: String,
    author: String,
    date: Option<String>,
    path: String,
    still: Still,
}

impl CommittedJson {
    fn committed(self) -> Committed {
        let path = ImagePath::from(&*self.path);
        Committed { commit: self.commit, author: self.author, date: self.date, path, still: self.still }
    }
}

#[derive(Deserialize)]
pub(crate) struct MisconfigurationJson {
    rule: String,
    title: String,
    severity: Severity,
    language: String,
    path: Option<String>,
    layer: Option<u64>,
    lines: Option<LinesJson>,
    excerpt: Vec<String>,
    resource: String,
    attribute: String,
    found: Option<String>,
    expected: String,
    why: String,
    fix: String,
    code: String,
    references: Vec<String>,
    weaknesses: Vec<String>,
    /// Reports of older versions have none.
    #[serde(default)]
    aliases: Vec<String>,
    controls: Vec<String>,
    suppressed: Option<String>,
}

#[derive(Deserialize)]
struct LinesJson {
    first: u32,
    last: u32,
}

#[derive(Deserialize)]
#[serde(tag = "in", rename_all = "snake_case")]
enum SpotJson {
    File { path: String, line: u32, column: u32 },
    Environment { name: String },
    Label { name: String },
    History { step: u32 },
    Command,
}

/// The layer that people call by this number.
fn layer(number: Option<u64>) -> Option<LayerIndex> {
    number.and_then(|number| u32::try_from(number.checked_sub(1)?).ok()).map(LayerIndex)
}

fn place(number: Option<u64>, path: &str) -> Place {
    Place { layer: layer(number), path: ImagePath::from(path) }
}

fn by(name: String) -> AnalyzerId {
    AnalyzerId(name.into())
}

impl Artifact {
    fn report(self) -> Report {
        let gap = |gap: GapJson| Gap {
            place: place(gap.layer, gap.path.as_deref().unwrap_or_default()),
            by: by(gap.by),
            kind: gap.kind,
            detail: gap.detail,
        };
        let mut inventory = Inventory {
            distro: self.image.distro.as_ref().map(DistroJson::distro),
            items: Vec::new(),
            gaps: self.coverage.gaps.into_iter().map(gap).collect(),
        };
        let computed: Vec<Option<Digest>> = self.origin.blobs.iter().map(|blob| blob.computed_digest).collect();
        let image = image(self.origin, self.image, &self.layers);
        let mut places = HashMap::new();
        for package in self.packages {
            package.items(&mut inventory.items, &mut places);
        }
        inventory.items.extend(self.unidentified.into_iter().filter_map(ProgramJson::item));
        let mut remarks: Vec<VexRemark> = self.vex.into_iter().map(RemarkJson::remark).collect();
        let mut findings = Vec::new();
        for vulnerability in self.vulnerabilities {
            vulnerability.findings(&places, &mut findings, &mut remarks);
        }
        findings.extend(self.end_of_life.into_iter().map(Finding::EndOfLife));
        findings.extend(self.secrets.into_iter().map(SecretJson::finding));
        findings.extend(self.misconfigurations.into_iter().map(MisconfigurationJson::finding));
        for license in self.licenses {
            findings.extend(license.finding(&mut inventory.items, &places));
        }
        let known = |known: KnowledgeJson| Knowledge {
            ecosystem: known.ecosystem,
            advisories: known.advisories,
            newest: known.newest,
            packages: known.packages,
            starter: known.starter,
            checked: known.checked,
        };
        Report {
            image,
            layers: self.layers.into_iter().zip(computed).map(|(layer, digest)| layer.summary(digest)).collect(),
            inventory,
            findings,
            knowledge: self.knowledge.into_iter().map(known).collect(),
            remarks,
            // How often rules were asked is in the report only as far as controls ask for it.
            assessed: Vec::new(),
            compliance: self.compliance.into_iter().map(ComplianceJson::compliance).collect(),
        }
    }
}

fn image(origin: OriginJson, image: ImageJson, layers: &[LayerJson]) -> Image {
    let mut blobs = origin.blobs.into_iter();
    let stored = layers.iter().map(|layer| {
        let blob = blobs.next();
        Layer {
            diff_id: layer.diff_id,
            blob: blob.as_ref().and_then(|blob| blob.claimed_digest),
            size: blob.as_ref().and_then(|blob| blob.size),
            media_type: blob.and_then(|blob| blob.media_type).unwrap_or_default(),
        }
    });
    let step =
        |step: StepJson| History { instruction: step.instruction, created: step.created, layer: layer(step.layer) };
    Image {
        layers: stored.collect(),
        origin: Origin {
            transport: origin.transport,
            reference: origin.reference,
            manifest: origin.manifest_digest,
            id: origin.image_id,
        },
        config: ImageConfig {
            os: image.os.unwrap_or_default(),
            architecture: image.architecture.unwrap_or_default(),
            variant: image.variant,
            created: image.created,
            user: image.user,
            env: image.variables,
            entrypoint: image.entrypoint,
            cmd: image.cmd,
            working_dir: image.working_dir,
            exposed_ports: image.exposed_ports,
            volumes: image.volumes,
            labels: image.labels,
            history: image.history.into_iter().map(step).collect(),
        },
    }
}

impl DistroJson {
    fn distro(&self) -> Distro {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Distro {
            id: self.id.clone(),
            version: text(&self.version),
            codename: text(&self.codename),
            name: text(&self.name),
            like: self.like.clone(),
            cpe: text(&self.cpe),
            extended_support: self.extended_support,
            ..Distro::default()
        }
    }
}

impl LayerJson {
    fn summary(self, digest: Option<Digest>) -> LayerSummary {
        let removed = |removed: RemovedJson| {
            let by = layer(Some(removed.by_layer))?;
            Some(Removed { path: ImagePath::from(&*removed.path), bytes: removed.size, by, replaced: removed.replaced })
        };
        LayerSummary {
            class: self.class,
            digest,
            bytes: self.size,
            files: self.files,
            wasted_bytes: self.wasted,
            removed_later: self.removed_later.into_iter().filter_map(removed).collect(),
            removed_later_count: self.removed_later_count,
        }
    }
}

/// Where in the inventory each sighting of a package is.
type Places = HashMap<(String, PlaceJson), usize>;

impl PackageJson {
    fn items(self, items: &mut Vec<Item>, places: &mut Places) {
        let kind = PackageKind::of_purl_type(&self.kind).unwrap_or(PackageKind::Generic);
        let package = Package {
            arch: self.arch,
            source: self.source,
            module: self.module,
            vendor: self.vendor,
            licenses: self.licenses,
            ..Package::new(kind, self.name, self.version)
        };
        for sighting in std::iter::once(self.sighting).chain(self.also) {
            let SightingJson { presence, place: at, owner, found_by } = sighting;
            let what = What::Package(Package { presence, ..package.clone() });
            let fact = Fact { what, place: place(at.layer, &at.path), by: by(found_by) };
            let removed = layer(at.removed_by);
            places.entry((self.purl.clone(), at)).or_insert(items.len());
            items.push(Item { fact, removed, owner });
        }
    }
}

impl ProgramJson {
    fn item(self) -> Option<Item> {
        let format = *ExecutableFormat::ALL.iter().find(|format| format.name() == self.format)?;
        let what = What::Executable(Executable { format, sha256: self.digest, build_id: self.build_id });
        let fact = Fact { what, place: place(self.layer, &self.path), by: by(self.found_by) };
        Some(Item { fact, removed: None, owner: None })
    }
}

impl VulnerabilityJson {
    fn findings(self, places: &Places, findings: &mut Vec<Finding>, remarks: &mut [VexRemark]) {
        let opinion = |opinion: OpinionJson| Opinion {
            publisher: opinion.publisher,
            severity: opinion.severity,
            vector: opinion.cvss,
            score: opinion.score,
        };
        let found = Vulnerability {
            item: 0,
            id: self.id,
            aliases: self.aliases,
            severity: self.severity,
            severity_source: self.severity_source.unwrap_or_default(),
            cvss: self.cvss,
            score: self.score,
            fixed: self.fixed,
            state: self.state,
            summary: self.summary,
            published: self.published,
            references: self.references,
            evidence: self.evidence,
            opinions: self.opinions.into_iter().map(opinion).collect(),
            weaknesses: self.weaknesses,
            disputed: self.disputed,
            exploited: self.exploited,
            forecast: self.forecast,
            priority: self.priority,
            suppressed: self.suppressed,
        };
        let is_meant = |remark: &VexRemark, word: &WordJson| {
            (remark.status, &remark.place, &remark.author) == (word.status, &word.place, &word.author)
        };
        let mut remark = self
            .vex
            .and_then(|word| remarks.iter_mut().find(|remark| remark.unapplied.is_none() && is_meant(remark, &word)));
        for at in std::iter::once(self.place).chain(self.also) {
            // One of no package that is listed is about nothing.
            let Some(&item) = places.get(&(self.purl.clone(), at)) else { continue };
            if let Some(remark) = &mut remark {
                remark.findings.push(findings.len());
            }
            findings.push(Finding::Vulnerability(Box::new(Vulnerability { item, ..found.clone() })));
        }
    }
}

impl RemarkJson {
    fn remark(self) -> VexRemark {
        VexRemark {
            ids: self.ids,
            products: self.products,
            status: self.word.status,
            justification: self.word.justification,
            detail: self.word.detail,
            author: self.word.author,
            timestamp: self.word.timestamp,
            document: self.word.document.unwrap_or_default(),
            place: self.word.place,
            trusted: self.word.trusted,
            findings: Vec::new(),
            unapplied: self.unapplied,
        }
    }
}

impl SecretJson {
    fn finding(self) -> Finding {
        let (spot, path) = match self.place {
            SpotJson::File { path, line, column } => (Spot::File { line, column }, path),
            SpotJson::Environment { name } => (Spot::Environment(name), String::new()),
            SpotJson::Label { name } => (Spot::Label(name), String::new()),
            SpotJson::History { step } => (Spot::History(step.saturating_sub(1)), String::new()),
            SpotJson::Command => (Spot::Command, String::new()),
        };
        Finding::Secret(Box::new(ExposedSecret {
            // What the text said of itself is in the sentences already.
            secret: Secret {
                kind: self.kind,
                spot,
                redacted: self.redacted,
                fingerprint: self.fingerprint,
                notes: Vec::new(),
                committed: self.committed.map(|it| Box::new(it.committed())),
                allowed: None,
            },
            place: place(self.layer, &path),
            removed: layer(self.removed_in),
            name: self.name,
            provider: self.provider,
            severity: self.severity,
            opens: self.opens,
            rotate: self.rotate,
            revocable: self.revocable,
            days: self.rotate_after_days,
            since: self.since,
            age: self.age_days,
            suppressed: self.suppressed,
            verified: self.verified,
        }))
    }
}

impl MisconfigurationJson {
    fn finding(self) -> Finding {
        Finding::Misconfiguration(Box::new(self.setting()))
    }

    pub(crate) fn setting(self) -> Misconfiguration {
        Misconfiguration {
            place: place(self.layer, &self.path.unwrap_or_default()),
            rule: self.rule.into(),
            title: self.title.into(),
            severity: self.severity,
            language: self.language.into(),
            resource: self.resource,
            attribute: self.attribute,
            lines: self.lines.map_or((0, 0), |lines| (lines.first, lines.last)),
            excerpt: self.excerpt,
            found: self.found,
            expected: self.expected,
            why: self.why.into(),
            fix: self.fix.into(),
            code: self.code.into(),
            references: self.references.into_iter().map(Into::into).collect(),
            weaknesses: self.weaknesses,
            aliases: self.aliases.into_iter().map(Into::into).collect(),
            controls: self.controls.into_iter().map(Into::into).collect(),
            suppressed: self.suppressed,
        }
    }
}

impl LicenseJson {
    fn finding(self, items: &mut Vec<Item>, places: &Places) -> Option<Finding> {
        let item = if let Some(purl) = &self.purl {
            // Only what is still there is asked for its licence.
            let at = PlaceJson { layer: self.layer, path: self.path.clone(), removed_by: None };
            *places.get(&(purl.clone(), at))?
        } else {
            // A file is there for each of its licences.
            let form = if self.form.as_deref() == Some("header") { LicenseForm::Header } else { LicenseForm::Text };
            let license = self.licenses.first().cloned().unwrap_or_default();
            let what =
                What::LicenseText(LicenseText { license, confidence: self.confidence.unwrap_or_default(), form });
            let by = AnalyzerId::new("license-text");
            items.push(Item {
                fact: Fact { what, place: place(self.layer, &self.path), by },
                removed: None,
                owner: None,
            });
            items.len() - 1
        };
        Some(Finding::License(Box::new(LicenseFinding {
            item,
            class: self.category,
            licenses: self.licenses,
            declared: self.declared,
            confidence: self.confidence,
            summary: self.summary,
            suppressed: self.suppressed,
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{compliant, context, format, hostile, image, leaky, licensed, remarked, render, unidentified};
    use crate::{Context, Filter};

    fn with_licenses() -> Context<'static> {
        let filter = Filter { suppressed: true, ..Filter::default() };
        Context { filter, wants: Wants { licenses: true, ..context(80).wants }, ..context(80) }
    }

    fn again(report: &Report) -> Report {
        let json = render(format("json"), report, &with_licenses());
        Saved::read(json.as_bytes()).unwrap().reports.remove(0)
    }

    #[test]
    fn what_was_read_is_written_the_same() {
        let mut programs = image();
        programs.inventory.items.push(unidentified("opt/tool", Some(Digest::sha256(b"tool"))));
        for report in [image(), leaky(), remarked(), licensed(), compliant(), programs, Report::default()] {
            let again = again(&report);
            // Bills name what the JSON leaves out, such as who needs whom.
            for name in
                ["json", "table", "sarif", "markdown", "csv", "trivy-json", "openvex", "gitlab-container", "asff"]
            {
                let [one, other] = [&report, &again].map(|report| render(format(name), report, &with_licenses()));
                assert_eq!(one, other, "{name}");
            }
        }
    }

    #[test]
    fn a_hostile_report_stays_one() {
        let report = again(&hostile());
        let text = render(format("table"), &report, &with_licenses());
        assert!(!text.chars().any(|character| character != '\n' && crate::clean::is_invisible(character)));
    }

    #[test]
    fn what_is_no_report_is_told_where() {
        let error = |json: &str| Saved::read(json.as_bytes()).unwrap_err().to_string();
        assert!(error("{").contains("line 1"));
        assert!(error("{\"schema\": 1}").contains("line 1 column"));
        let other = render(format("json"), &image(), &context(80));
        assert!(error(&other.replace("plimsoll-report", "plimsoll-layers")).contains("no report of Plimsoll"));
        assert!(error(&other.replacen("\"1.0\"", "\"2.0\"", 1)).contains("this program reads 1.0"));
        assert!(Saved::read(other.replacen("\"1.0\"", "\"1.9\"", 1).as_bytes()).is_ok());
    }

    #[test]
    fn the_time_and_what_was_looked_for_come_back() {
        let json = render(format("json"), &image(), &context(80));
        let document = Saved::read(json.as_bytes()).unwrap();
        assert_eq!(document.generated_at, "2026-11-24T04:00:00Z");
        assert!(document.wants.vulnerabilities && !document.wants.licenses);
    }
}
