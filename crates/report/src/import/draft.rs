//! A report that is being made of what another tool said.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::{
    AnalyzerId, Distro, ExposedSecret, Fact, Finding, Gap, GapKind, Item, Knowledge, LayerIndex, Misconfiguration,
    Opinion, Package, Place, Purl, Report, Severity, SourcePackage, Vulnerability, What,
};
use versions::Scheme;

use super::Tool;
use crate::json::read::Saved;
use crate::{Wants, one_line};

/// The stage that reads them, in gaps.
const IMPORT: AnalyzerId = AnalyzerId::new("import");
/// Characters of a summary.
const SUMMARY: usize = 300;

pub(super) struct Draft {
    tool: Tool,
    pub report: Report,
    pub generated_at: String,
    pub wants: Wants,
    /// Whether it lists all packages, and not only those that something is wrong with.
    pub lists_packages: bool,
    items: HashMap<(String, String, Option<LayerIndex>), usize>,
    /// What could not be taken over, and how often.
    lost: BTreeMap<String, u64>,
}

impl Draft {
    pub(super) fn new(tool: Tool) -> Self {
        Self {
            tool,
            report: Report::default(),
            generated_at: String::new(),
            wants: Wants::default(),
            lists_packages: false,
            items: HashMap::new(),
            lost: BTreeMap::new(),
        }
    }

    /// Which distribution it is, unless that is known already. Tools have words of their own for some.
    pub(super) fn distro(&mut self, id: &str, version: &str) {
        let id = id.to_ascii_lowercase();
        let id = match &*id {
            "" | "none" => return,
            "redhat" => "rhel",
            "amazon" => "amzn",
            "oracle" => "ol",
            "alma" => "almalinux",
            "suse linux enterprise server" | "suse" => "sles",
            "cbl-mariner" => "mariner",
            other => other,
        };
        self.report.inventory.distro.get_or_insert_with(|| Distro {
            id: id.to_owned(),
            version: version.to_owned(),
            name: [id, version].join(" ").trim().to_owned(),
            ..Distro::default()
        });
    }

    /// The distribution that a package URL names: `distro=debian-12`, or Scout's `os_name` and `os_version`.
    pub(super) fn distro_of(&mut self, purl: &Purl) {
        let qualifier = |name: &str| purl.qualifiers.get(name).map(String::as_str);
        if let Some((id, version)) = qualifier("distro").and_then(|distro| distro.split_once('-')) {
            self.distro(id, version);
        } else if let (Some(id), Some(version)) = (qualifier("os_name"), qualifier("os_version")) {
            self.distro(id, version);
        }
    }

    /// A package, in this file and layer: each is there once.
    pub(super) fn package(&mut self, package: Package, path: &str, layer: Option<LayerIndex>) -> usize {
        let items = &mut self.report.inventory.items;
        let key = (package.purl(None), path.to_owned(), layer);
        *self.items.entry(key).or_insert_with(|| {
            let fact = Fact { what: What::Package(package), place: Place { layer, path: path.into() }, by: IMPORT };
            items.push(Item { fact, removed: None, owner: None });
            items.len() - 1
        })
    }

    /// A vulnerability, of which the tool gives these ids. The id that people know it by becomes the first.
    pub(super) fn vulnerability(&mut self, ids: impl IntoIterator<Item = String>, found: Vulnerability) {
        let mut ids: BTreeSet<String> = ids.into_iter().map(|id| id.trim().to_owned()).collect();
        ids.remove("");
        let rank = |id: &&String| ["CVE-", "GHSA-"].iter().position(|start| id.starts_with(start)).unwrap_or(9);
        let Some(id) = ids.iter().min_by_key(rank).cloned() else {
            self.lost("a finding without an id");
            return;
        };
        ids.remove(&id);
        let tool = self.tool.word();
        let mut opinions = found.opinions;
        let own = Opinion {
            publisher: tool.clone(),
            severity: found.severity,
            vector: found.cvss.clone(),
            score: found.score,
        };
        opinions.insert(0, own);
        let evidence = if found.evidence.is_empty() { "listed".to_owned() } else { found.evidence };
        let score = found.score.or(match found.severity {
            Severity::Critical => Some(9.0),
            Severity::High => Some(7.0),
            Severity::Medium => Some(4.0),
            Severity::Low => Some(2.0),
            Severity::Negligible => Some(0.0),
            Severity::Unknown => None,
        });
        self.report.findings.push(Finding::Vulnerability(Box::new(Vulnerability {
            id,
            aliases: ids.into_iter().collect(),
            severity_source: if found.severity_source.is_empty() { tool } else { found.severity_source },
            evidence: format!("{}: {evidence}", self.tool.name()),
            summary: short(&found.summary),
            opinions,
            // What harm counts for in a scan of ours; the chance and the rest are not told.
            priority: score.map_or(10.0, |score| score * 2.0),
            ..found
        })));
        self.wants.vulnerabilities = true;
    }

    pub(super) fn secret(&mut self, secret: ExposedSecret) {
        self.report.findings.push(Finding::Secret(Box::new(secret)));
    }

    pub(super) fn setting(&mut self, setting: Misconfiguration) {
        self.wants.settings = true;
        self.report.findings.push(Finding::Misconfiguration(Box::new(setting)));
    }

    /// Counts something that has no place in a report of ours.
    pub(super) fn lost(&mut self, what: impl Into<String>) {
        *self.lost.entry(what.into()).or_default() += 1;
    }

    /// Says what the tool's reports never tell.
    pub(super) fn untold(&mut self, sentence: String) {
        let gap = Gap { place: Place::default(), by: IMPORT, kind: GapKind::Unsupported, detail: sentence };
        self.report.inventory.gaps.push(gap);
    }

    pub(super) fn finish(mut self) -> Saved {
        let name = self.tool.name().to_owned();
        let packages = self.report.inventory.packages().count() as u64;
        if self.wants.vulnerabilities {
            let ids: BTreeSet<&str> =
                self.report.findings.iter().filter_map(Finding::vulnerability).map(|found| &*found.id).collect();
            // How many it has is not told. It has those at least, and it has some.
            let advisories = (ids.len() as u64).max(1);
            let known = Knowledge { ecosystem: name.clone(), advisories, packages, ..Knowledge::default() };
            self.report.knowledge.push(known);
            if !self.lists_packages {
                self.untold(format!("{name}'s report lists no packages but those that it found something wrong with"));
            }
        }
        for (what, times) in std::mem::take(&mut self.lost) {
            self.untold(format!("left out of {name}'s report: {what} ({times}×)"));
        }
        let origin = &mut self.report.image.origin;
        if origin.transport.is_empty() {
            self.tool.word().clone_into(&mut origin.transport);
        }
        sort(&mut self.report.findings);
        Saved {
            reports: vec![self.report],
            generated_at: self.generated_at,
            wants: self.wants,
            tool: name,
            lists_packages: self.lists_packages,
        }
    }
}

/// The worst first, then by priority, as a scan does.
pub(super) fn sort(findings: &mut [Finding]) {
    #[expect(clippy::cast_possible_truncation, reason = "priorities end at a hundred")]
    let rank = |finding: &Finding| {
        let (severity, priority, name) = match finding {
            Finding::Vulnerability(found) => (found.severity, found.priority, found.id.clone()),
            Finding::Secret(found) => (found.severity, 0.0, found.secret.kind.clone()),
            Finding::Misconfiguration(found) => (found.severity, 0.0, found.rule.to_string()),
            Finding::License(found) => (found.class.severity(), 0.0, String::new()),
            Finding::EndOfLife(_) => (Severity::Unknown, 0.0, String::new()),
        };
        (std::cmp::Reverse(severity), std::cmp::Reverse((priority * 100.0).round() as i64), name)
    };
    findings.sort_by_cached_key(rank);
}

/// The package that a URL names, or else one of that kind, name and version. A URL gives the name its form: the group of a
/// Java archive, the scope of an npm package.
pub(super) fn package(purl: &str, kind: &str, name: &str, version: &str) -> Option<(Package, Option<Purl>)> {
    let parsed: Option<Purl> = purl.parse().ok();
    if let Some(purl) = parsed {
        let whole = Purl { version: purl.version.clone().or_else(|| Some(version.to_owned())), ..purl.clone() };
        if let Some(mut package) = Package::of_purl(&whole) {
            // Its type may have taken capital letters from the name.
            if package.name.eq_ignore_ascii_case(name) {
                name.clone_into(&mut package.name);
            }
            return Some((package, Some(purl)));
        }
    }
    let kind = super::kinds::kind(kind)?;
    (!name.is_empty()).then(|| (Package::new(kind, name, version), None))
}

/// The source package, unless it is the package itself.
pub(super) fn source(package: &mut Package, name: &str, version: &str) {
    let version = if version.is_empty() { package.version.clone() } else { version.to_owned() };
    if package.kind.is_os() && !name.is_empty() && (name != package.name || version != package.version) {
        package.source = Some(SourcePackage { name: name.to_owned(), version });
    }
}

/// The lowest of several versions with the fix that is above the one that is there; the first where no order is known.
pub(super) fn lowest_fix(fixes: impl IntoIterator<Item = String>, installed: &str) -> Option<String> {
    let fixes: Vec<String> = fixes.into_iter().map(|fix| fix.trim().to_owned()).filter(|fix| !fix.is_empty()).collect();
    let scheme = Scheme::Generic;
    let is_above = |fix: &&String| scheme.compare(installed, fix).is_ok_and(std::cmp::Ordering::is_lt);
    let lowest = fixes.iter().filter(is_above).reduce(|lowest, fix| {
        if scheme.compare(fix, lowest).is_ok_and(std::cmp::Ordering::is_lt) { fix } else { lowest }
    });
    lowest.or(fixes.first()).cloned()
}

/// The first sentence or line of a description.
fn short(text: &str) -> String {
    let text = text.trim();
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim_start_matches(['#', ' ']);
    let line = one_line(line);
    if line.chars().count() <= SUMMARY {
        return line.into_owned();
    }
    line.chars().take(SUMMARY - 1).chain(['…']).collect()
}

/// How bad a tool calls it; unknown where it is no word for that.
pub(super) fn severity(word: &str) -> Severity {
    match &*word.trim().to_ascii_lowercase() {
        "info" | "note" => Severity::Negligible,
        "defcon1" => Severity::Critical,
        "warning" => Severity::Medium,
        "error" => Severity::High,
        word => Severity::from_word(word).unwrap_or_default(),
    }
}

/// A time in the form that ours have; empty where it is none.
pub(super) fn time(text: &str) -> String {
    let parsed: Result<jiff::Timestamp, _> = text.parse();
    parsed.map(|time| time.to_string()).unwrap_or_default()
}
