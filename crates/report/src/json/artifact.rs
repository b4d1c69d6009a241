//! One scanned artifact in JSON.
//!
//! What depends on the way to the image (stored blobs, their sizes and digests, the manifest) is in `origin` alone.

use std::collections::BTreeMap;

use model::{
    Digest, EndOfLife, Executable, Finding, FixState, Gap, Image, Item, Knowledge, LayerIndex, LayerSummary,
    LicenseFinding, LicenseForm, Opinion, Presence, Removed, Report, VexRemark, What,
};
use serde::Serialize;

use super::compliance::ComplianceJson;
use super::misconfig::MisconfigurationJson;
use super::secret::SecretJson;
use crate::Context;
use crate::sightings::{self, Affected, Seen};
use crate::table::misconfig::settings;
use crate::table::secrets::exposed;
use crate::view::{Tally, View, class_word, is_judged, layer_number};

#[derive(Serialize)]
pub(crate) struct Artifact<'a> {
    origin: OriginJson<'a>,
    image: ImageJson<'a>,
    summary: SummaryJson<'a>,
    coverage: CoverageJson<'a>,
    knowledge: Vec<KnowledgeJson<'a>>,
    layers: Vec<LayerJson<'a>>,
    end_of_life: Vec<EndOfLifeJson<'a>>,
    vulnerabilities: Vec<VulnerabilityJson<'a>>,
    licenses: Vec<LicenseJson<'a>>,
    vex: Vec<RemarkJson<'a>>,
    packages: Vec<PackageJson<'a>>,
    unidentified: Vec<ProgramJson<'a>>,
    secrets: Vec<SecretJson<'a>>,
    misconfigurations: Vec<MisconfigurationJson<'a>>,
    compliance: Vec<ComplianceJson<'a>>,
}

impl<'a> Artifact<'a> {
    pub(crate) fn new(report: &'a Report, context: &Context<'_>) -> Self {
        Self {
            origin: OriginJson::new(report),
            image: ImageJson::new(report),
            summary: SummaryJson::new(report, &View::new(report, context), context),
            coverage: CoverageJson::new(report),
            knowledge: report.knowledge.iter().map(KnowledgeJson::new).collect(),
            layers: (0..)
                .zip(&report.image.layers)
                .map(|(index, _)| LayerJson::new(report, LayerIndex(index)))
                .collect(),
            end_of_life: report
                .findings
                .iter()
                .filter_map(|finding| finding.end_of_life().map(EndOfLifeJson::new))
                .collect(),
            vulnerabilities: sightings::vulnerabilities(report)
                .into_iter()
                .filter(|affected| context.filter.shows(affected.vulnerability.severity))
                .map(|affected| VulnerabilityJson::new(report, &affected))
                .collect(),
            licenses: report
                .findings
                .iter()
                .filter_map(Finding::license)
                .filter(|found| context.filter.shows(found.class.severity()))
                .filter_map(|found| LicenseJson::new(report, found))
                .collect(),
            vex: report.remarks.iter().map(RemarkJson::new).collect(),
            packages: sightings::packages(report).iter().map(|seen| PackageJson::new(report, seen)).collect(),
            unidentified: report.inventory.unidentified().map(ProgramJson::new).collect(),
            secrets: exposed(report)
                .filter(|secret| context.filter.shows(secret.severity))
                .map(SecretJson::new)
                .collect(),
            misconfigurations: settings(report)
                .filter(|found| context.filter.shows(found.severity))
                .map(MisconfigurationJson::new)
                .collect(),
            compliance: report.compliance.iter().map(ComplianceJson::new).collect(),
        }
    }
}

/// The way to the image.
#[derive(Serialize)]
pub(crate) struct OriginJson<'a> {
    transport: &'a str,
    reference: &'a str,
    manifest_digest: Option<&'a Digest>,
    image_id: Option<&'a Digest>,
    blobs: Vec<BlobJson<'a>>,
}

/// How this way stores a layer.
#[derive(Serialize)]
struct BlobJson<'a> {
    claimed_digest: Option<&'a Digest>,
    computed_digest: Option<&'a Digest>,
    size: Option<u64>,
    media_type: Option<&'a str>,
}

impl<'a> OriginJson<'a> {
    pub(crate) fn new(report: &'a Report) -> Self {
        let origin = &report.image.origin;
        let blobs = report.image.layers.iter().enumerate().map(|(index, layer)| BlobJson {
            claimed_digest: layer.blob.as_ref(),
            computed_digest: report.layers.get(index).and_then(|summary| summary.digest.as_ref()),
            size: layer.size,
            media_type: text(&layer.media_type),
        });
        Self {
            transport: &origin.transport,
            reference: &origin.reference,
            manifest_digest: origin.manifest.as_ref(),
            image_id: origin.id.as_ref(),
            blobs: blobs.collect(),
        }
    }
}

/// What the image says of itself. Values of variables stay out: they hold passwords too often.
#[derive(Serialize)]
pub(crate) struct ImageJson<'a> {
    os: Option<&'a str>,
    architecture: Option<&'a str>,
    variant: Option<&'a str>,
    created: Option<&'a str>,
    distro: Option<DistroJson<'a>>,
    user: &'a str,
    entrypoint: &'a [String],
    cmd: &'a [String],
    working_dir: &'a str,
    exposed_ports: &'a [String],
    volumes: &'a [String],
    variables: Vec<&'a str>,
    labels: &'a BTreeMap<String, String>,
    history: Vec<StepJson<'a>>,
}

#[derive(Serialize)]
struct DistroJson<'a> {
    id: &'a str,
    version: Option<&'a str>,
    codename: Option<&'a str>,
    name: Option<&'a str>,
    like: &'a [String],
    cpe: Option<&'a str>,
    extended_support: bool,
}

#[derive(Serialize)]
struct StepJson<'a> {
    instruction: &'a str,
    created: Option<&'a str>,
    layer: Option<u64>,
}

impl<'a> ImageJson<'a> {
    pub(crate) fn new(report: &'a Report) -> Self {
        let config = &report.image.config;
        Self {
            os: text(&config.os),
            architecture: text(&config.architecture),
            variant: config.variant.as_deref(),
            created: config.created.as_deref(),
            distro: report.inventory.distro.as_ref().map(|distro| DistroJson {
                id: &distro.id,
                version: text(&distro.version),
                codename: text(&distro.codename),
                name: text(&distro.name),
                like: &distro.like,
                cpe: text(&distro.cpe),
                extended_support: distro.extended_support,
            }),
            user: &config.user,
            entrypoint: &config.entrypoint,
            cmd: &config.cmd,
            working_dir: &config.working_dir,
            exposed_ports: &config.exposed_ports,
            volumes: &config.volumes,
            variables: config.env.iter().map(|pair| pair.split_once('=').map_or(&**pair, |(name, _)| name)).collect(),
            labels: &config.labels,
            history: config
                .history
                .iter()
                .map(|step| StepJson {
                    instruction: &step.instruction,
                    created: step.created.as_deref(),
                    layer: step.layer.map(layer_number),
                })
                .collect(),
        }
    }
}

/// How many of each severity, always all six.
#[derive(Serialize)]
pub(crate) struct TallyJson {
    total: u64,
    critical: u64,
    high: u64,
    medium: u64,
    low: u64,
    negligible: u64,
    unknown: u64,
}

impl TallyJson {
    pub(crate) fn new(tally: &Tally) -> Self {
        use model::Severity as S;
        Self {
            total: tally.total(),
            critical: tally.get(S::Critical),
            high: tally.get(S::High),
            medium: tally.get(S::Medium),
            low: tally.get(S::Low),
            negligible: tally.get(S::Negligible),
            unknown: tally.get(S::Unknown),
        }
    }
}

#[derive(Serialize)]
struct SummaryJson<'a> {
    judged: bool,
    vulnerabilities: TallyJson,
    fixable: u64,
    suppressed: u64,
    hidden: TallyJson,
    by_class: BTreeMap<&'static str, TallyJson>,
    rated_by: Vec<RaterJson<'a>>,
    licenses: Option<LicenseTallyJson>,
    packages: u64,
    vulnerable_packages: u64,
}

/// How many findings of each class of licences count.
#[derive(Serialize)]
struct LicenseTallyJson {
    forbidden: u64,
    restricted: u64,
    reciprocal: u64,
    notice: u64,
    permissive: u64,
    unencumbered: u64,
    unknown: u64,
    suppressed: u64,
    /// Packages that tell no licence.
    untold: u64,
}

impl LicenseTallyJson {
    fn new(report: &Report) -> Self {
        use model::LicenseClass as C;
        let tally = crate::view::LicenseTally::of(report);
        Self {
            forbidden: tally.get(C::Forbidden),
            restricted: tally.get(C::Restricted),
            reciprocal: tally.get(C::Reciprocal),
            notice: tally.get(C::Notice),
            permissive: tally.get(C::Permissive),
            unencumbered: tally.get(C::Unencumbered),
            unknown: tally.get(C::Unknown),
            suppressed: tally.suppressed,
            untold: tally.untold,
        }
    }
}

#[derive(Serialize)]
struct RaterJson<'a> {
    name: Option<&'a str>,
    vulnerabilities: u64,
}

impl<'a> SummaryJson<'a> {
    fn new(report: &'a Report, view: &View<'a>, context: &Context<'_>) -> Self {
        Self {
            judged: view.judged,
            vulnerabilities: TallyJson::new(&view.all),
            fixable: view.fixable,
            suppressed: view.suppressed,
            hidden: TallyJson::new(&view.hidden),
            by_class: view.classes.iter().map(|(class, tally)| (class_word(*class), TallyJson::new(tally))).collect(),
            rated_by: view
                .raters
                .iter()
                .map(|&(name, vulnerabilities)| RaterJson { name: text(name), vulnerabilities })
                .collect(),
            licenses: context.wants.licenses.then(|| LicenseTallyJson::new(report)),
            packages: sightings::live(report).count() as u64,
            vulnerable_packages: view.packages,
        }
    }
}

/// What could not be seen.
#[derive(Serialize)]
pub(crate) struct CoverageJson<'a> {
    complete: bool,
    judged: bool,
    gaps: Vec<GapJson<'a>>,
}

#[derive(Serialize)]
struct GapJson<'a> {
    kind: &'static str,
    by: &'a str,
    layer: Option<u64>,
    path: Option<String>,
    detail: &'a str,
}

impl<'a> CoverageJson<'a> {
    pub(crate) fn new(report: &'a Report) -> Self {
        let gap = |gap: &'a Gap| GapJson {
            kind: gap.kind.name(),
            by: &gap.by.0,
            layer: gap.place.layer.map(layer_number),
            path: (!gap.place.path.as_bytes().is_empty()).then(|| gap.place.path.to_text().into_owned()),
            detail: &gap.detail,
        };
        let gaps: Vec<_> = report.inventory.gaps.iter().map(gap).collect();
        Self { complete: gaps.is_empty(), judged: is_judged(report), gaps }
    }
}

#[derive(Serialize)]
struct KnowledgeJson<'a> {
    ecosystem: &'a str,
    advisories: u64,
    newest: Option<&'a str>,
    packages: u64,
    starter: bool,
    checked: Option<&'a str>,
}

impl<'a> KnowledgeJson<'a> {
    fn new(known: &'a Knowledge) -> Self {
        Self {
            ecosystem: &known.ecosystem,
            advisories: known.advisories,
            newest: known.newest.as_deref(),
            packages: known.packages,
            starter: known.starter,
            checked: known.checked.as_deref(),
        }
    }
}

/// A layer, named by the digest of its uncompressed content, which is the same on every way to the image.
#[derive(Serialize)]
pub(crate) struct LayerJson<'a> {
    number: u64,
    diff_id: Option<&'a Digest>,
    class: &'static str,
    instruction: Option<&'a str>,
    created: Option<&'a str>,
    size: u64,
    files: u64,
    wasted: u64,
    removed_later_count: u64,
    removed_later: Vec<RemovedJson>,
}

#[derive(Serialize)]
struct RemovedJson {
    path: String,
    size: u64,
    by_layer: u64,
    replaced: bool,
}

impl<'a> LayerJson<'a> {
    pub(crate) fn new(report: &'a Report, index: LayerIndex) -> Self {
        let position = index.0 as usize;
        let summary: Option<&LayerSummary> = report.layers.get(position);
        let removed = |removed: &Removed| RemovedJson {
            path: removed.path.to_text().into_owned(),
            size: removed.bytes,
            by_layer: layer_number(removed.by),
            replaced: removed.replaced,
        };
        let image: &Image = &report.image;
        let step = image.config.history.iter().find(|step| step.layer == Some(index));
        Self {
            number: layer_number(index),
            diff_id: image.layers.get(position).and_then(|layer| layer.diff_id.as_ref()),
            class: class_word(summary.map(|summary| summary.class).unwrap_or_default()),
            instruction: image.instruction(index),
            created: step.and_then(|step| step.created.as_deref()),
            size: summary.map_or(0, |summary| summary.bytes),
            files: summary.map_or(0, |summary| summary.files),
            wasted: summary.map_or(0, |summary| summary.wasted_bytes),
            removed_later_count: summary.map_or(0, |summary| summary.removed_later_count),
            removed_later: summary
                .map(|summary| summary.removed_later.iter().map(removed).collect())
                .unwrap_or_default(),
        }
    }
}

#[derive(Serialize)]
struct EndOfLifeJson<'a> {
    release: &'a str,
    date: &'a str,
    extended: Option<&'a str>,
    passed: bool,
    suppressed: Option<&'a str>,
}

impl<'a> EndOfLifeJson<'a> {
    fn new(end: &'a EndOfLife) -> Self {
        Self {
            release: &end.release,
            date: &end.date,
            extended: end.extended.as_deref(),
            passed: end.passed,
            suppressed: end.suppressed.as_deref(),
        }
    }
}

/// A vulnerability of one package. It repeats what names the package, so that one can be read alone.
#[derive(Serialize)]
struct VulnerabilityJson<'a> {
    id: &'a str,
    aliases: &'a [String],
    severity: &'static str,
    severity_source: Option<&'a str>,
    cvss: Option<&'a str>,
    score: Option<f64>,
    state: &'static str,
    fixed: Option<&'a str>,
    purl: String,
    package: &'a str,
    version: &'a str,
    layer: Option<u64>,
    class: &'static str,
    path: String,
    removed_by: Option<u64>,
    also: Vec<PlaceJson>,
    summary: &'a str,
    published: Option<&'a str>,
    references: &'a [String],
    evidence: &'a str,
    opinions: Vec<OpinionJson<'a>>,
    weaknesses: &'a [String],
    disputed: bool,
    exploited: Option<ExploitedJson<'a>>,
    forecast: Option<ForecastJson<'a>>,
    priority: f64,
    suppressed: Option<&'a str>,
    vex: Option<WordJson<'a>>,
}

#[derive(Serialize)]
struct OpinionJson<'a> {
    publisher: &'a str,
    severity: &'static str,
    cvss: Option<&'a str>,
    score: Option<f64>,
}

#[derive(Serialize)]
struct ExploitedJson<'a> {
    added: &'a str,
    due: Option<&'a str>,
    ransomware: bool,
}

#[derive(Serialize)]
struct ForecastJson<'a> {
    probability: f32,
    percentile: f32,
    day: &'a str,
}

impl<'a> OpinionJson<'a> {
    fn new(opinion: &'a Opinion) -> Self {
        Self {
            publisher: &opinion.publisher,
            severity: opinion.severity.word(),
            cvss: opinion.vector.as_deref(),
            score: opinion.score,
        }
    }
}

impl<'a> VulnerabilityJson<'a> {
    fn new(report: &'a Report, affected: &Affected<'a>) -> Self {
        let Affected { vulnerability, remark, item, package, ref also } = *affected;
        Self {
            id: &vulnerability.id,
            aliases: &vulnerability.aliases,
            severity: vulnerability.severity.word(),
            severity_source: text(&vulnerability.severity_source),
            cvss: vulnerability.cvss.as_deref(),
            score: vulnerability.score,
            state: match vulnerability.state {
                FixState::Fixed => "fixed",
                FixState::NotFixed => "not-fixed",
                FixState::WillNotFix => "will-not-fix",
                FixState::Deferred => "deferred",
                FixState::EndOfLife => "end-of-life",
                FixState::UnderInvestigation => "under-investigation",
            },
            fixed: vulnerability.fixed.as_deref(),
            purl: package.purl(report.inventory.distro.as_ref()),
            package: &package.name,
            version: &package.version,
            layer: item.fact.place.layer.map(layer_number),
            class: class_word(crate::view::class(report, item.fact.place.layer)),
            path: item.fact.place.path.to_text().into_owned(),
            removed_by: item.removed.map(layer_number),
            also: also.iter().map(|item| PlaceJson::new(report, item)).collect(),
            summary: &vulnerability.summary,
            published: vulnerability.published.as_deref(),
            references: &vulnerability.references,
            evidence: &vulnerability.evidence,
            opinions: vulnerability.opinions.iter().map(OpinionJson::new).collect(),
            weaknesses: &vulnerability.weaknesses,
            disputed: vulnerability.disputed,
            exploited: vulnerability.exploited.as_ref().map(|exploited| ExploitedJson {
                added: &exploited.added,
                due: exploited.due.as_deref(),
                ransomware: exploited.ransomware,
            }),
            forecast: vulnerability.forecast.as_ref().map(|forecast| ForecastJson {
                probability: forecast.probability,
                percentile: forecast.percentile,
                day: &forecast.day,
            }),
            priority: vulnerability.priority,
            suppressed: vulnerability.suppressed.as_deref(),
            vex: remark.map(WordJson::new),
        }
    }
}

/// Another place where the package is.
#[derive(Serialize)]
struct PlaceJson {
    layer: Option<u64>,
    class: &'static str,
    path: String,
    removed_by: Option<u64>,
}

impl PlaceJson {
    fn new(report: &Report, item: &Item) -> Self {
        Self {
            layer: item.fact.place.layer.map(layer_number),
            class: class_word(crate::view::class(report, item.fact.place.layer)),
            path: item.fact.place.path.to_text().into_owned(),
            removed_by: item.removed.map(layer_number),
        }
    }
}

/// The licences of one class of one package or file.
#[derive(Serialize)]
struct LicenseJson<'a> {
    category: &'static str,
    severity: &'static str,
    licenses: &'a [String],
    declared: &'a [String],
    confidence: Option<u8>,
    form: Option<&'static str>,
    purl: Option<String>,
    package: Option<&'a str>,
    version: Option<&'a str>,
    layer: Option<u64>,
    class: &'static str,
    path: String,
    summary: &'a str,
    suppressed: Option<&'a str>,
}

impl<'a> LicenseJson<'a> {
    fn new(report: &'a Report, found: &'a LicenseFinding) -> Option<Self> {
        let item = report.inventory.items.get(found.item)?;
        let package = item.package();
        Some(Self {
            category: found.class.word(),
            severity: found.class.severity().word(),
            licenses: &found.licenses,
            declared: &found.declared,
            confidence: found.confidence,
            form: match &item.fact.what {
                What::LicenseText(text) => Some(match text.form {
                    LicenseForm::Text => "text",
                    LicenseForm::Header => "header",
                }),
                _ => None,
            },
            purl: package.map(|package| package.purl(report.inventory.distro.as_ref())),
            package: package.map(|package| &*package.name),
            version: package.map(|package| &*package.version),
            layer: item.fact.place.layer.map(layer_number),
            class: class_word(crate::view::class(report, item.fact.place.layer)),
            path: item.fact.place.path.to_text().into_owned(),
            summary: &found.summary,
            suppressed: found.suppressed.as_deref(),
        })
    }
}

/// What somebody says.
#[derive(Serialize)]
struct WordJson<'a> {
    status: &'static str,
    justification: Option<&'a str>,
    detail: Option<&'a str>,
    author: &'a str,
    timestamp: Option<&'a str>,
    document: Option<&'a str>,
    place: &'a str,
    trusted: bool,
}

impl<'a> WordJson<'a> {
    fn new(remark: &'a VexRemark) -> Self {
        Self {
            status: remark.status.word(),
            justification: remark.justification.as_deref(),
            detail: remark.detail.as_deref(),
            author: &remark.author,
            timestamp: remark.timestamp.as_deref(),
            document: text(&remark.document),
            place: &remark.place,
            trusted: remark.trusted,
        }
    }
}

/// What somebody says, about what, and what became of it.
#[derive(Serialize)]
struct RemarkJson<'a> {
    ids: &'a [String],
    products: &'a [String],
    #[serde(flatten)]
    word: WordJson<'a>,
    vulnerabilities: u64,
    unapplied: Option<&'a str>,
}

impl<'a> RemarkJson<'a> {
    fn new(remark: &'a VexRemark) -> Self {
        Self {
            ids: &remark.ids,
            products: &remark.products,
            word: WordJson::new(remark),
            vulnerabilities: remark.findings.len() as u64,
            unapplied: remark.unapplied.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct PackageJson<'a> {
    purl: String,
    kind: &'static str,
    name: &'a str,
    version: &'a str,
    arch: Option<&'a str>,
    source: Option<SourceJson<'a>>,
    module: Option<&'a str>,
    vendor: Option<&'a str>,
    licenses: &'a [String],
    #[serde(flatten)]
    sighting: SightingJson<'a>,
    also: Vec<SightingJson<'a>>,
}

#[derive(Serialize)]
struct SourceJson<'a> {
    name: &'a str,
    version: &'a str,
}

impl<'a> PackageJson<'a> {
    fn new(report: &'a Report, seen: &Seen<'a>) -> Self {
        let package = seen.package;
        Self {
            purl: package.purl(report.inventory.distro.as_ref()),
            kind: package.kind.purl_type(),
            name: &package.name,
            version: &package.version,
            arch: package.arch.as_deref(),
            source: package.source.as_ref().map(|source| SourceJson { name: &source.name, version: &source.version }),
            module: package.module.as_deref(),
            vendor: package.vendor.as_deref(),
            licenses: seen.licenses(),
            sighting: SightingJson::new(seen.item),
            also: seen.also.iter().map(|item| SightingJson::new(item)).collect(),
        }
    }
}

/// What says that a package is there.
#[derive(Serialize)]
struct SightingJson<'a> {
    presence: &'static str,
    layer: Option<u64>,
    path: String,
    removed_by: Option<u64>,
    owner: Option<&'a str>,
    found_by: &'a str,
}

impl<'a> SightingJson<'a> {
    fn new(item: &'a Item) -> Self {
        Self {
            presence: match item.package().map_or(Presence::Installed, |package| package.presence) {
                Presence::Installed => "installed",
                Presence::Declared => "declared",
                Presence::DeclaredOptional => "declared-optional",
                Presence::DeclaredForDevelopment => "declared-for-development",
            },
            layer: item.fact.place.layer.map(layer_number),
            path: item.fact.place.path.to_text().into_owned(),
            removed_by: item.removed.map(layer_number),
            owner: item.owner.as_deref(),
            found_by: &item.fact.by.0,
        }
    }
}

/// A program that no package owns and nothing names.
#[derive(Serialize)]
struct ProgramJson<'a> {
    path: String,
    layer: Option<u64>,
    format: &'static str,
    digest: Option<&'a Digest>,
    build_id: Option<&'a str>,
    found_by: &'a str,
}

impl<'a> ProgramJson<'a> {
    fn new((item, program): (&'a Item, &'a Executable)) -> Self {
        Self {
            path: item.fact.place.path.to_text().into_owned(),
            layer: item.fact.place.layer.map(layer_number),
            format: program.format.name(),
            digest: program.sha256.as_ref(),
            build_id: program.build_id.as_deref(),
            found_by: &item.fact.by.0,
        }
    }
}

/// Nothing instead of an empty text.
fn text(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}
