//! A report's findings arranged for people: one group per package that somebody can upgrade, and what to count.
//!
//! A distribution builds many packages from one source, and the same library is often found in many places; each would
//! repeat the same vulnerabilities. A group therefore holds all packages of one source and one version, wherever they
//! are in one part of the image, and lists each vulnerability once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::{
    EndOfLife, Finding, FixState, GapKind, ImagePath, LayerClass, LayerIndex, LicenseClass, PackageKind, Report,
    Severity, VexRemark, Vulnerability,
};

use crate::Context;

/// Vulnerabilities per severity, each id counted once at its worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally([u64; 6]);

impl Tally {
    pub(crate) fn of(severities: impl IntoIterator<Item = Severity>) -> Self {
        let mut tally = Self::default();
        for severity in severities {
            tally.0[severity as usize] += 1;
        }
        tally
    }

    pub(crate) fn get(&self, severity: Severity) -> u64 {
        self.0[severity as usize]
    }

    pub(crate) fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The severities that occur, worst first.
    pub(crate) fn worst_first(&self) -> impl Iterator<Item = (Severity, u64)> + '_ {
        Severity::WORST_FIRST.into_iter().map(|severity| (severity, self.get(severity))).filter(|&(_, count)| count > 0)
    }

    /// `1 critical, 3 high`.
    pub(crate) fn words(&self) -> String {
        let words: Vec<String> = self
            .worst_first()
            .map(|(severity, count)| format!("{} {}", crate::text::thousands(count), severity.word()))
            .collect();
        words.join(", ")
    }
}

/// How many findings about licences count, by class.
#[derive(Clone, Debug, Default)]
pub(crate) struct LicenseTally {
    by_class: BTreeMap<LicenseClass, u64>,
    /// Findings that do not count.
    pub(crate) suppressed: u64,
    /// Packages that nowhere tell a licence: nothing is known of them, which is not the same as nothing found.
    pub(crate) untold: u64,
}

impl LicenseTally {
    pub(crate) fn of(report: &Report) -> Self {
        let mut tally = Self::default();
        for found in report.findings.iter().filter_map(Finding::license) {
            if found.suppressed.is_some() {
                tally.suppressed += 1;
            } else {
                *tally.by_class.entry(found.class).or_default() += 1;
            }
        }
        // A lockfile names what an installed package tells more about.
        let mut tells: BTreeMap<(PackageKind, &str, &str), bool> = BTreeMap::new();
        for (_, _, package) in report.inventory.packages() {
            let told = tells.entry((package.kind, &package.name, &package.version)).or_default();
            *told |= package.licenses.iter().any(|license| !license.trim().is_empty());
        }
        tally.untold = tells.values().filter(|told| !**told).count() as u64;
        tally
    }

    pub(crate) fn get(&self, class: LicenseClass) -> u64 {
        self.by_class.get(&class).copied().unwrap_or_default()
    }

    /// `3 restricted, 12 notice`.
    pub(crate) fn words(&self) -> String {
        let words =
            self.by_class.iter().map(|(class, count)| format!("{} {}", crate::text::thousands(*count), class.word()));
        words.collect::<Vec<_>>().join(", ")
    }
}

/// A place where a group's packages are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot<'a> {
    pub(crate) layer: Option<LayerIndex>,
    /// The file, where it is not just the distribution's package database.
    pub(crate) path: Option<&'a ImagePath>,
    pub(crate) removed: Option<LayerIndex>,
}

/// A vulnerability of a group.
#[derive(Clone, Debug)]
pub(crate) struct Row<'a> {
    pub(crate) vulnerability: &'a Vulnerability,
    /// What somebody says about it who knows the product.
    pub(crate) remark: Option<&'a VexRemark>,
    /// The packages of the group that have it, by name.
    pub(crate) packages: BTreeSet<&'a str>,
}

/// Packages of one source and one version in one part of the image.
#[derive(Clone, Debug)]
pub(crate) struct Group<'a> {
    pub(crate) class: LayerClass,
    pub(crate) kind: PackageKind,
    /// The source package's name, or the package's own where it is not built from another.
    pub(crate) name: &'a str,
    pub(crate) version: &'a str,
    pub(crate) packages: BTreeSet<&'a str>,
    pub(crate) spots: BTreeSet<Spot<'a>>,
    /// Worst first.
    pub(crate) rows: Vec<Row<'a>>,
}

impl Group<'_> {
    pub(crate) fn tally(&self) -> Tally {
        Tally::of(self.rows.iter().map(|row| row.vulnerability.severity))
    }

    /// How many of its vulnerabilities have a fix.
    pub(crate) fn fixable(&self) -> u64 {
        self.rows.iter().filter(|row| row.vulnerability.state == FixState::Fixed).count() as u64
    }
}

/// One vulnerability wherever it is.
#[derive(Clone, Copy, Debug)]
struct Known {
    severity: Severity,
    /// Whether there is a fix in every place.
    fixed: bool,
}

/// What a report says, arranged.
pub(crate) struct View<'a> {
    /// Groups with what the filter shows: by part of the image, then worst first.
    pub(crate) groups: Vec<Group<'a>>,
    /// All vulnerabilities that count, whatever the filter shows.
    pub(crate) all: Tally,
    /// Those of them with a fix wherever they are.
    pub(crate) fixable: u64,
    /// Packages that have any.
    pub(crate) packages: u64,
    /// The same by part of the image; parts without any are left out.
    pub(crate) classes: Vec<(LayerClass, Tally)>,
    /// Vulnerabilities that the filter hides.
    pub(crate) hidden: Tally,
    /// Vulnerabilities that do not count.
    pub(crate) suppressed: u64,
    /// Who rated how many vulnerabilities, most first; last nobody, whose name is empty.
    pub(crate) raters: Vec<(&'a str, u64)>,
    pub(crate) ends_of_life: Vec<&'a EndOfLife>,
    /// Whether vulnerabilities were looked for.
    pub(crate) judged: bool,
}

impl<'a> View<'a> {
    pub(crate) fn new(report: &'a Report, context: &Context<'_>) -> Self {
        let filter = &context.filter;
        let mut known = Ids::default();
        let mut classes: BTreeMap<LayerClass, Ids<'a>> = BTreeMap::new();
        let mut hidden = Ids::default();
        let mut suppressed = BTreeSet::new();
        let mut raters: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut affected = BTreeSet::new();
        let mut groups: BTreeMap<_, Group<'a>> = BTreeMap::new();

        for (vulnerability, remark) in remarked(report) {
            let Some(item) = report.inventory.items.get(vulnerability.item) else { continue };
            let Some(package) = item.package() else { continue };
            let layer = item.fact.place.layer;
            let class = class(report, layer);
            if vulnerability.suppressed.is_some() {
                suppressed.insert(&*vulnerability.id);
                if !filter.suppressed {
                    continue;
                }
            } else {
                known.add(vulnerability);
                classes.entry(class).or_default().add(vulnerability);
                raters.entry(rater(&vulnerability.severity_source)).or_default().insert(&vulnerability.id);
                affected.insert((package.kind, &*package.name, &*package.version));
            }
            if !filter.shows(vulnerability.severity) {
                hidden.add(vulnerability);
                continue;
            }
            let source = package.source.as_ref().filter(|_| package.kind.is_os());
            let name = source.map_or(&*package.name, |source| &source.name);
            let version = source.map_or(&*package.version, |source| &source.version);
            let group = groups.entry((class, package.kind, name, version)).or_insert_with(|| Group {
                class,
                kind: package.kind,
                name,
                version: &package.version,
                packages: BTreeSet::new(),
                spots: BTreeSet::new(),
                rows: Vec::new(),
            });
            if group.version != package.version {
                group.version = version;
            }
            group.packages.insert(&package.name);
            group.spots.insert(Spot {
                layer,
                path: (!package.kind.is_os()).then_some(&item.fact.place.path),
                removed: item.removed,
            });
            group.rows.push(Row { vulnerability, remark, packages: BTreeSet::from([&*package.name]) });
        }

        let mut groups: Vec<Group<'a>> = groups.into_values().collect();
        for group in &mut groups {
            merge(&mut group.rows);
        }
        groups.sort_by_cached_key(|group| {
            let tally = group.tally();
            let counts = Severity::WORST_FIRST.map(|severity| std::cmp::Reverse(tally.get(severity)));
            (group.class, counts, group.name, group.kind, group.version)
        });
        let mut raters: Vec<(&str, u64)> = raters.into_iter().map(|(rater, ids)| (rater, ids.len() as u64)).collect();
        raters.sort_by_key(|&(rater, count)| (rater.is_empty(), std::cmp::Reverse(count), rater));
        Self {
            groups,
            all: known.tally(),
            fixable: known.0.values().filter(|known| known.fixed).count() as u64,
            packages: affected.len() as u64,
            classes: classes.into_iter().map(|(class, ids)| (class, ids.tally())).collect(),
            hidden: hidden.tally(),
            suppressed: suppressed.len() as u64,
            raters,
            ends_of_life: report
                .findings
                .iter()
                .filter_map(Finding::end_of_life)
                .filter(|end| end.suppressed.is_none() || filter.suppressed)
                .collect(),
            judged: is_judged(report),
        }
    }
}

/// Each id once, at its worst.
#[derive(Default)]
struct Ids<'a>(BTreeMap<&'a str, Known>);

impl<'a> Ids<'a> {
    fn add(&mut self, vulnerability: &'a Vulnerability) {
        let fixed = vulnerability.state == FixState::Fixed;
        let known = self.0.entry(&vulnerability.id).or_insert(Known { severity: vulnerability.severity, fixed });
        known.severity = known.severity.max(vulnerability.severity);
        known.fixed &= fixed;
    }

    fn tally(&self) -> Tally {
        Tally::of(self.0.values().map(|known| known.severity))
    }
}

/// Joins rows that say the same of several packages, and puts the worst first.
fn merge(rows: &mut Vec<Row<'_>>) {
    fn key<'a>(row: &Row<'a>) -> impl Ord + use<'a> {
        let vulnerability = row.vulnerability;
        (
            std::cmp::Reverse(vulnerability.severity),
            // The bits of positive numbers are in the order of the numbers.
            std::cmp::Reverse(vulnerability.score.map_or(0, f64::to_bits)),
            &*vulnerability.id,
            vulnerability.fixed.as_deref(),
            vulnerability.suppressed.is_some(),
            row.remark.map(|remark| remark.status),
        )
    }
    rows.sort_by(|a, b| key(a).cmp(&key(b)));
    rows.dedup_by(|next, kept| {
        let same = key(next) == key(kept);
        if same {
            kept.packages.append(&mut next.packages);
        }
        same
    });
}

/// The vulnerabilities of a report, those that do not count included.
pub(crate) fn vulnerabilities(report: &Report) -> impl Iterator<Item = &Vulnerability> {
    report.findings.iter().filter_map(Finding::vulnerability)
}

/// The same, each with the remark that decides about it.
pub(crate) fn remarked(report: &Report) -> impl Iterator<Item = (&Vulnerability, Option<&VexRemark>)> {
    let mut by_finding: HashMap<usize, &VexRemark> = HashMap::new();
    for remark in &report.remarks {
        by_finding.extend(remark.findings.iter().map(|&finding| (finding, remark)));
    }
    let findings = report.findings.iter().enumerate();
    findings.filter_map(move |(index, finding)| Some((finding.vulnerability()?, by_finding.get(&index).copied())))
}

/// Each vulnerability that counts once, at its worst severity, per severity.
pub(crate) fn tally<'a>(vulnerabilities: impl Iterator<Item = &'a Vulnerability>) -> Tally {
    let mut ids = Ids::default();
    for vulnerability in vulnerabilities.filter(|vulnerability| vulnerability.suppressed.is_none()) {
        ids.add(vulnerability);
    }
    ids.tally()
}

/// The layer that introduced the package of a vulnerability.
pub(crate) fn layer_of(report: &Report, vulnerability: &Vulnerability) -> Option<LayerIndex> {
    report.inventory.items.get(vulnerability.item)?.fact.place.layer
}

/// Which part of the image a layer belongs to.
pub(crate) fn class(report: &Report, layer: Option<LayerIndex>) -> LayerClass {
    layer.and_then(|layer| report.layers.get(layer.0 as usize)).map(|layer| layer.class).unwrap_or_default()
}

/// Whether there was anything to judge with. Without packages there is nothing to judge, which is an answer too.
pub(crate) fn is_judged(report: &Report) -> bool {
    report.knowledge.iter().any(|known| known.advisories > 0) || report.inventory.packages().next().is_none()
}

/// Who gave a rating, from the id of the advisory it was taken from: `GHSA` of `GHSA-xxxx-xxxx-xxxx`.
pub(crate) fn rater(advisory: &str) -> &str {
    advisory.split('-').next().unwrap_or_default()
}

/// Whether some packages could not be judged, so that few findings may mean little.
pub(crate) fn has_unjudged(report: &Report) -> bool {
    report.inventory.gaps.iter().any(|gap| matches!(gap.kind, GapKind::NoAdvisories | GapKind::UnknownDistro))
}

/// The word for a part of an image.
pub(crate) fn class_word(class: LayerClass) -> &'static str {
    match class {
        LayerClass::Base => "base",
        LayerClass::Middle => "middle",
        LayerClass::App => "app",
    }
}

/// What people call a layer: they count from one.
pub(crate) fn layer_number(layer: LayerIndex) -> u64 {
    u64::from(layer.0) + 1
}
