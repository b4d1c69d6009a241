//! That a bill of materials is its image again: what is written in any standard and read back has the same packages,
//! edges, layers, places and gaps.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use model::{
    AnalyzerId, Confidence, Digest, Distro, Executable, ExecutableFormat, Fact, Gap, GapKind, Inventory, Item, Layer,
    LayerClass, LayerIndex, LayerSummary, Package, PackageKind, Place, Presence, Relation, Report, Requirement,
    SourcePackage, What,
};
use report::{Context, Filter, Run, Wants};

/// The formats that can carry everything.
const FORMATS: &[&str] = &[
    "cyclonedx",
    "cyclonedx@1.4",
    "cyclonedx@1.5",
    "cyclonedx@1.7",
    "cyclonedx-xml",
    "spdx-json",
    "spdx",
    "spdx-3",
    "syft-json",
];

fn item(package: Package, layer: u32, path: &str, by: &'static str) -> Item {
    Item {
        fact: Fact {
            what: What::Package(package),
            place: Place { layer: Some(LayerIndex(layer)), path: path.into() },
            by: AnalyzerId::new(by),
        },
        removed: None,
        owner: None,
    }
}

fn needs(name: &str, version: &str) -> Requirement {
    Requirement { name: name.into(), version: Some(version.into()) }
}

/// One package of each sort that has something of its own.
fn items() -> Vec<Item> {
    let status = "var/lib/dpkg/status";
    let curl = Package {
        arch: Some("amd64".into()),
        vendor: Some("Somebody <somebody@example.com>".into()),
        licenses: vec!["curl".into()],
        requires: vec![needs("libcurl4", "7.74.0-1.3+deb11u11")],
        cpes: vec![
            "cpe:2.3:a:haxx:curl:7.74.0:*:*:*:*:*:*:*".into(),
            "cpe:2.3:a:curl:curl:7.74.0:*:*:*:*:*:*:*".into(),
        ],
        ..Package::new(PackageKind::Deb, "curl", "7.74.0-1.3+deb11u11")
    };
    let libcurl = Package {
        arch: Some("amd64".into()),
        source: Some(SourcePackage { name: "curl".into(), version: "7.74.0-1.3+deb11u11".into() }),
        licenses: vec!["GPL-2+ or so".into(), "MIT".into(), "MIT OR Apache-2.0".into()],
        ..Package::new(PackageKind::Deb, "libcurl4", "7.74.0-1.3+deb11u11")
    };
    let vim = Package {
        arch: Some("amd64".into()),
        source: Some(SourcePackage { name: "vim".into(), version: "2:8.2-1".into() }),
        ..Package::new(PackageKind::Deb, "xxd", "2:8.2-1+b1")
    };
    let core = Package {
        licenses: vec!["MIT".into()],
        relation: Relation::Direct,
        requires: vec![needs("rxjs", "7.8.1"), needs("zone.js", "0.14.0")],
        ..Package::new(PackageKind::Npm, "@angular/core", "15.2.10")
    };
    let rxjs = Package {
        presence: Presence::DeclaredOptional,
        relation: Relation::Transitive,
        vendor: Some("ReactiveX & <friends>".into()),
        ..Package::new(PackageKind::Npm, "rxjs", "7.8.1")
    };
    let zone =
        Package { presence: Presence::DeclaredForDevelopment, ..Package::new(PackageKind::Npm, "zone.js", "0.14.0") };
    let log4j = Package {
        presence: Presence::Declared,
        licenses: vec!["Apache-2.0 WITH LLVM-exception".into()],
        ..Package::new(PackageKind::Maven, "org.apache.logging.log4j:log4j-core", "2.14.1")
    };
    let go = Package::new(PackageKind::Golang, "github.com/Masterminds/sprig", "v2.22.0");
    let redis = Package {
        confidence: Confidence::Medium,
        cpes: vec!["cpe:2.3:a:redislabs:redis:7.0.14:*:*:*:*:*:*:*".into()],
        ..Package::new(PackageKind::Generic, "redis", "7.0.14")
    };
    let mut owned = item(zone.clone(), 3, "usr/share/nodejs/zone.js/package.json", "npm");
    owned.owner = Some("node-zone".into());
    let mut items = vec![
        item(curl, 0, status, "dpkg"),
        item(libcurl, 0, status, "dpkg"),
        item(vim, 1, status, "dpkg"),
        item(core, 2, "app/package-lock.json", "package-lock"),
        item(rxjs.clone(), 2, "app/package-lock.json", "package-lock"),
        item(Package { presence: Presence::Installed, ..rxjs }, 2, "app/node_modules/rxjs/package.json", "npm"),
        item(zone, 2, "app/package-lock.json", "package-lock"),
        owned,
        item(log4j, 3, "app/a.jar!/b \"c\" <d>.jar", "jar"),
        item(go, 3, "usr/bin/helm", "go-binary"),
        item(redis, 3, "usr/bin/redis-server", "program"),
    ];
    let program = |path: &str, sha256, build_id: Option<&str>| {
        let program = Executable { format: ExecutableFormat::Elf, sha256, build_id: build_id.map(str::to_owned) };
        let place = Place { layer: Some(LayerIndex(3)), path: path.into() };
        let fact = Fact { what: What::Executable(program), place, by: AnalyzerId::new("program-file") };
        Item { fact, removed: None, owner: None }
    };
    items.push(program("opt/tool", Some(Digest::sha256(b"tool")), Some("ab01")));
    items.push(program("usr/bin/\"other\" <tool>", None, None));
    items.sort();
    items
}

fn report() -> Report {
    let mut report = Report::default();
    report.image.origin.reference = "shop:1".into();
    report.image.config.os = "linux".into();
    report.image.config.architecture = "amd64".into();
    for (number, class) in
        [LayerClass::Base, LayerClass::Middle, LayerClass::App, LayerClass::App].into_iter().enumerate()
    {
        let diff_id = Some(Digest::sha256(&[u8::try_from(number).unwrap()]));
        report.image.layers.push(Layer { diff_id, ..Layer::default() });
        report.layers.push(LayerSummary { class, ..LayerSummary::default() });
    }
    report.inventory = Inventory {
        distro: Some(Distro {
            id: "debian".into(),
            version: "11".into(),
            codename: "bullseye".into(),
            name: "Debian GNU/Linux 11 (bullseye)".into(),
            ..Distro::default()
        }),
        items: items(),
        gaps: vec![Gap {
            place: Place { layer: Some(LayerIndex(3)), path: "app/legacy.jar".into() },
            by: AnalyzerId::new("jar"),
            kind: GapKind::Corrupt,
            detail: "the archive ends at byte 812".into(),
        }],
    };
    report
}

fn written(format: &str, report: &Report) -> Vec<u8> {
    let context = Context {
        width: 80,
        color: false,
        version: "1.2.3",
        generated_at: "2026-11-24T04:00:00Z",
        wants: Wants { vulnerabilities: true, ..Wants::default() },
        texts: None,
        filter: Filter::default(),
        run: Run::default(),
    };
    let format = report::SCAN.iter().find(|known| known.name == format).unwrap();
    let mut out = Vec::new();
    (format.write)(std::slice::from_ref(report), &context, &mut out).unwrap();
    out
}

#[test]
fn what_is_written_is_read_back() {
    let report = report();
    for format in FORMATS {
        let bill = packages::sbom::read(&written(format, &report)).unwrap();
        for (item, expected) in bill.inventory.items.iter().zip(&report.inventory.items) {
            assert_eq!(item, expected, "{format}");
        }
        assert_eq!(bill.inventory, report.inventory, "{format}");
        assert_eq!(bill.image.layers, report.image.layers, "{format}");
        assert_eq!(bill.layers, report.layers, "{format}");
        assert_eq!(bill.image.config, report.image.config, "{format}");
    }
}

#[test]
fn a_bill_says_the_same_each_time() {
    for format in FORMATS {
        assert_eq!(written(format, &report()), written(format, &report()), "{format}");
    }
}
