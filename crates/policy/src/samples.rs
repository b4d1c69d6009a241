//! A report with a finding of every kind, for tests. What is expected of it was worked out by hand.

use jiff::Timestamp;
use model::{
    AnalyzerId, Digest, Distro, EndOfLife, Exploited, ExposedSecret, Fact, Finding, FixState, Forecast, Image, Item,
    Layer, LayerClass, LayerIndex, LayerSummary, LicenseClass, LicenseFinding, Misconfiguration, Origin, Package,
    PackageKind, Place, Report, Secret, Severity, SourcePackage, Spot, Vulnerability, What,
};

use crate::subject::Subject;

/// The time at which the report is judged.
pub(crate) fn now() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

/// How tests call a finding.
pub(crate) fn label(finding: &Finding) -> &'static str {
    match finding {
        Finding::Vulnerability(found) => match found.item {
            0 => "openssl",
            1 => "libc6",
            _ => "lodash",
        },
        Finding::Secret(found) if found.place.path.as_bytes().is_empty() => "variable",
        Finding::Secret(_) => "secret",
        Finding::Misconfiguration(_) => "setting",
        Finding::License(_) => "license",
        Finding::EndOfLife(_) => "end-of-life",
    }
}

/// The labels of the findings that meet a condition, in the order of the report.
pub(crate) fn labels(report: &Report, mut condition: impl FnMut(&Subject<'_>) -> bool) -> String {
    let met = report.findings.iter().filter(|finding| condition(&Subject { report, finding }));
    met.map(label).collect::<Vec<_>>().join(" ")
}

/// `ghcr.io/acme/shop:1.2`: a base with `openssl` and `libc6` of Debian 12, an application with `lodash` and a secret
/// in a file that was removed again, and another one in a variable.
pub(crate) fn report() -> Report {
    let layer = |digit: &str| Layer {
        diff_id: format!("sha256:{}", digit.repeat(64)).parse::<Digest>().ok(),
        ..Layer::default()
    };
    let class = |class| LayerSummary { class, ..LayerSummary::default() };
    let distro = Distro { id: "debian".into(), version: "12".into(), ..Distro::default() };
    let mut report = Report {
        image: Image {
            origin: Origin { reference: "ghcr.io/acme/shop:1.2".into(), ..Origin::default() },
            layers: vec![layer("a"), layer("b"), layer("c")],
            ..Image::default()
        },
        layers: vec![class(LayerClass::Base), class(LayerClass::Middle), class(LayerClass::App)],
        ..Report::default()
    };
    report.inventory.distro = Some(distro);
    let glibc = SourcePackage { name: "glibc".into(), version: "2.36-9".into() };
    report.inventory.items = vec![
        item(Package::new(PackageKind::Deb, "openssl", "3.0.11-1"), 0, "var/lib/dpkg/status"),
        item(
            Package { source: Some(glibc), ..Package::new(PackageKind::Deb, "libc6", "2.36-9") },
            0,
            "var/lib/dpkg/status",
        ),
        item(Package::new(PackageKind::Npm, "lodash", "4.17.4"), 2, "app/node_modules/lodash/package.json"),
    ];
    let row = |found| Finding::Vulnerability(Box::new(found));
    report.findings = vec![
        row(Vulnerability {
            item: 0,
            id: "CVE-2024-0001".into(),
            aliases: vec!["DSA-1000-1".into(), "GHSA-aaaa-bbbb-cccc".into()],
            severity: Severity::Critical,
            score: Some(9.8),
            state: FixState::Fixed,
            published: Some("2024-01-01T00:00:00Z".into()),
            exploited: Some(Exploited { added: "2024-02-01".into(), due: None, ransomware: false }),
            forecast: Some(Forecast { probability: 0.9, percentile: 0.99, day: "2025-12-31".into() }),
            priority: 99.0,
            ..Vulnerability::default()
        }),
        row(Vulnerability {
            item: 1,
            id: "CVE-2025-0002".into(),
            severity: Severity::High,
            score: Some(7.5),
            state: FixState::NotFixed,
            published: Some("2025-12-22T00:00:00Z".into()),
            forecast: Some(Forecast { probability: 0.01, percentile: 0.5, day: "2025-12-31".into() }),
            priority: 40.0,
            ..Vulnerability::default()
        }),
        row(Vulnerability {
            item: 2,
            id: "GHSA-dddd-eeee-ffff".into(),
            severity: Severity::Medium,
            state: FixState::Fixed,
            priority: 20.0,
            ..Vulnerability::default()
        }),
        secret(Place { layer: Some(LayerIndex(2)), path: path("app/.env") }, Spot::File { line: 1, column: 1 }, "f00d"),
        secret(Place::default(), Spot::Environment("TOKEN".into()), "beef"),
        Finding::Misconfiguration(Box::new(Misconfiguration {
            place: Place { layer: Some(LayerIndex(2)), path: path("app/deploy.yaml") },
            rule: "PLM-K8S-POD-001".into(),
            severity: Severity::Low,
            resource: "default/Pod/shop".into(),
            aliases: vec!["AVD-KSV-0017".into()],
            ..Misconfiguration::default()
        })),
        Finding::License(Box::new(LicenseFinding {
            item: 2,
            class: LicenseClass::Restricted,
            licenses: vec!["GPL-3.0-only".into(), "LGPL-2.1-only".into()],
            ..LicenseFinding::default()
        })),
        Finding::EndOfLife(EndOfLife {
            release: "Debian 12".into(),
            date: "2025-06-30".into(),
            extended: None,
            passed: true,
            suppressed: None,
        }),
    ];
    report
}

fn path(text: &str) -> model::ImagePath {
    model::ImagePath::new(text.as_bytes())
}

fn item(package: Package, layer: u32, file: &str) -> Item {
    let place = Place { layer: Some(LayerIndex(layer)), path: path(file) };
    Item { fact: Fact { what: What::Package(package), place, by: AnalyzerId::new("test") }, removed: None, owner: None }
}

fn secret(place: Place, spot: Spot, fingerprint: &str) -> Finding {
    let (kind, redacted, fingerprint) = ("acme-token".into(), "acme… (20)".into(), fingerprint.into());
    let secret = Secret { kind, spot, redacted, fingerprint, ..Secret::default() };
    Finding::Secret(Box::new(ExposedSecret {
        secret,
        removed: place.layer,
        place,
        name: "Acme token".into(),
        provider: "Acme".into(),
        severity: Severity::High,
        ..ExposedSecret::default()
    }))
}
