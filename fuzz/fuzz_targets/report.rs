//! Texts of images and advisories on a terminal: nothing in them may move the cursor, forge a line or command a build.
//! The sections of the input go wherever a report has text.

#![no_main]

use std::borrow::Cow;

use harness::{sections, seeds};
use libfuzzer_sys::fuzz_target;
use model::{
    AnalyzerId, Digest, Distro, EndOfLife, Exploited, Fact, Finding, FixState, Forecast, Gap, GapKind, History, Image,
    ImageConfig, Inventory, Item, Knowledge, Layer, LayerClass, LayerIndex, LayerSummary, Opinion, Origin, Package,
    PackageKind, Place, Removed, Report, Severity, SourcePackage, Vulnerability, What,
};
use report::{Context, Filter, Run, Wants};

const SEEDS: [&str; 2] =
    ["a\n---\n1.0\n---\n\x1b[2J\u{202e}##[x]\n---\n::error::b\n---\nRUN apt-get install a && rm -rf /x", ""];

fuzz_target!(init: seeds::plant(SEEDS), |data: &[u8]| {
    let texts = sections::sections(data).map(String::from_utf8_lossy);
    for text in &texts {
        let (clean, line) = (report::clean(text), report::one_line(text));
        for shown in [&clean, &line] {
            assert!(!shown.contains(char::is_control), "{shown:?}");
            assert_eq!(report::clean(shown), **shown);
        }
    }
    let report = [sheet(&texts)];
    for (width, color) in [(1, false), (80, true), (400, false)] {
        let filter = Filter { everything: color, suppressed: color, ..Filter::default() };
        let (version, generated_at) = ("1.2.3", "2026-01-01T00:00:00Z");
        let context = Context { width, color, version, generated_at, wants: Wants { vulnerabilities: true, secrets: true, settings: true, licenses: true }, filter, texts: None, run: Run::default() };
        for format in report::SCAN.iter().chain(report::LAYERS) {
            let mut out = Vec::new();
            (format.write)(&report, &context, &mut out).expect("memory takes everything");
            let out = String::from_utf8(out).expect("reports are UTF-8");
            if format.for_people {
                check_terminal(&out, color);
            } else if out.starts_with(['{', '[']) {
                serde_json::from_str::<serde_json::Value>(&out).expect("reports are JSON");
            }
        }
    }
});

/// Lines and, where asked for, colours.
fn check_terminal(out: &str, color: bool) {
    let mut rest = out;
    while let Some(at) = rest.find(|character: char| character.is_control() && character != '\n') {
        let sequence = &rest[at..];
        let end = sequence.find('m').filter(|_| color && sequence.starts_with("\x1b["));
        let end = end.filter(|end| sequence[2..*end].bytes().all(|byte| byte.is_ascii_digit() || byte == b';'));
        let Some(end) = end else { panic!("{sequence:?}") };
        rest = &sequence[end..];
    }
    assert!(!out.lines().any(|line| line.trim_start().starts_with("::")), "{out}");
}

/// A report of one of everything.
fn sheet([name, version, text, other, instruction]: &[Cow<'_, str>; 5]) -> Report {
    let (layer, path) = (Some(LayerIndex(0)), model::ImagePath::new(text.as_bytes()));
    let mut package = Package::new(PackageKind::Deb, &**name, &**version);
    package.source = Some(SourcePackage { name: other.to_string(), version: version.to_string() });
    package.licenses = vec![text.to_string()];
    let place = Place { layer, path: path.clone() };
    let item = Item {
        fact: Fact { what: What::Package(package), place: place.clone(), by: AnalyzerId::new("fuzz") },
        removed: None,
        owner: None,
    };
    let found = |severity, suppressed: Option<&str>| {
        Finding::Vulnerability(Box::new(Vulnerability {
            item: 0,
            id: name.to_string(),
            aliases: vec![other.to_string()],
            severity,
            severity_source: other.to_string(),
            cvss: Some(text.to_string()),
            score: Some(9.8),
            fixed: Some(version.to_string()),
            state: FixState::Fixed,
            summary: text.to_string(),
            published: Some(other.to_string()),
            references: vec![text.to_string()],
            evidence: other.to_string(),
            opinions: vec![Opinion {
                publisher: name.to_string(),
                severity,
                vector: Some(text.to_string()),
                score: Some(9.8),
            }],
            weaknesses: vec![text.to_string()],
            disputed: true,
            exploited: Some(Exploited { added: text.to_string(), due: Some(other.to_string()), ransomware: true }),
            forecast: Some(Forecast { probability: 0.5, percentile: 0.9, day: text.to_string() }),
            priority: 50.0,
            suppressed: suppressed.map(Into::into),
        }))
    };
    let end = EndOfLife {
        release: name.to_string(),
        date: other.to_string(),
        extended: Some(text.to_string()),
        passed: true,
        suppressed: None,
    };
    let step =
        |instruction: &str, layer| History { instruction: instruction.into(), created: Some(other.to_string()), layer };
    Report {
        image: Image {
            origin: Origin { transport: "registry".into(), reference: text.to_string(), ..Origin::default() },
            config: ImageConfig {
                os: other.to_string(),
                architecture: name.to_string(),
                created: Some(text.to_string()),
                user: text.to_string(),
                env: vec![text.to_string()],
                cmd: vec![other.to_string()],
                exposed_ports: vec![text.to_string()],
                history: vec![step(instruction, layer), step(text, None)],
                ..ImageConfig::default()
            },
            layers: vec![Layer { media_type: text.to_string(), ..Layer::default() }],
        },
        layers: vec![LayerSummary {
            class: LayerClass::App,
            digest: Some(Digest::sha256(text.as_bytes())),
            bytes: text.len() as u64,
            files: 1,
            wasted_bytes: u64::MAX / 2,
            removed_later: vec![Removed { path: path.clone(), bytes: 1, by: LayerIndex(0), replaced: false }],
            removed_later_count: 1,
        }],
        inventory: Inventory {
            distro: Some(Distro {
                id: name.to_string(),
                version: version.to_string(),
                name: text.to_string(),
                ..Distro::default()
            }),
            items: vec![item],
            gaps: vec![Gap { place, by: AnalyzerId::new("fuzz"), kind: GapKind::Corrupt, detail: text.to_string() }],
        },
        findings: vec![found(Severity::Critical, None), found(Severity::Low, Some(text)), Finding::EndOfLife(end)],
        remarks: Vec::new(),
        knowledge: vec![Knowledge {
            ecosystem: name.to_string(),
            advisories: 1,
            newest: Some(other.to_string()),
            packages: 1,
            starter: false,
            checked: Some(other.to_string()),
        }],
        assessed: Vec::new(),
        compliance: Vec::new(),
    }
}
