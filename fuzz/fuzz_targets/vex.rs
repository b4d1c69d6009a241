//! A VEX document in any format: read, laid onto findings about packages of every ecosystem, and added to.

#![no_main]

use advisories::vex::{self, Draft};
use harness::{inventories, seeds};
use libfuzzer_sys::fuzz_target;
use model::{Digest, Finding, FixState, Report, Severity, VexStatus, Vulnerability};

const SEEDS: [&[u8]; 3] = [
    include_bytes!("../seeds/vex-openvex.json"),
    include_bytes!("../seeds/vex-csaf.json"),
    include_bytes!("../seeds/vex-cyclonedx.json"),
];

/// The id of every finding.
const ID: &str = "CVE-2024-0001";

fuzz_target!(init: seeds::plant(SEEDS), |document: &[u8]| {
    let Ok(reading) = vex::read(document, "a.json", true) else { return };
    for inventory in inventories::every_kind("1.0.0") {
        let mut report = Report { inventory, ..Report::default() };
        report.image.origin.transport = "registry".into();
        report.image.origin.reference = "a/a:1".into();
        report.image.origin.manifest = Some(Digest::sha256(b"manifest"));
        report.findings = (0..report.inventory.items.len()).map(finding).collect();
        vex::apply(&reading.statements, &mut report);
        assert_eq!(report.remarks.len(), reading.statements.len());
        for remark in &report.remarks {
            assert_eq!(remark.findings.is_empty(), remark.unapplied.is_some(), "{remark:?}");
            assert!(remark.unapplied.as_ref().is_none_or(|why| !why.is_empty()), "{remark:?}");
        }
        for (index, finding) in report.findings.iter().enumerate() {
            let Finding::Vulnerability(known) = finding else { continue };
            let deciders: Vec<_> = report.remarks.iter().filter(|remark| remark.findings.contains(&index)).collect();
            assert!(deciders.len() <= 1, "{deciders:?}");
            assert_eq!(known.suppressed.is_some(), deciders.iter().any(|remark| remark.status.suppresses()));
        }
    }
    add(document, &reading);
});

/// What is there stays what it says when something is added.
fn add(document: &[u8], before: &vex::Reading) {
    let Ok(text) = std::str::from_utf8(document) else { return };
    let products = ["pkg:npm/a".to_owned()];
    let draft = Draft {
        id: "CVE-2024-0002",
        aliases: &[],
        products: &products,
        subcomponents: &[],
        status: VexStatus::Fixed,
        justification: None,
        impact: None,
        action: None,
        author: None,
        time: jiff::Timestamp::UNIX_EPOCH,
        tooling: "fuzz",
    };
    let Ok(added) = draft.added_to(text) else { return };
    let Ok(after) = vex::read(added.as_bytes(), "a.json", true) else { panic!("it could be read before") };
    assert_eq!(after.statements.len(), before.statements.len() + 1);
    for (before, after) in before.statements.iter().zip(&after.statements) {
        assert_eq!((&before.ids, &before.products, before.status), (&after.ids, &after.products, after.status));
    }
}

fn finding(item: usize) -> Finding {
    Finding::Vulnerability(Box::new(Vulnerability {
        item,
        id: ID.into(),
        aliases: Vec::new(),
        severity: Severity::High,
        severity_source: String::new(),
        cvss: None,
        score: None,
        fixed: None,
        state: FixState::NotFixed,
        summary: String::new(),
        published: None,
        references: Vec::new(),
        evidence: String::new(),
        opinions: Vec::new(),
        weaknesses: Vec::new(),
        disputed: false,
        exploited: None,
        forecast: None,
        priority: 0.0,
        suppressed: None,
    }))
}
