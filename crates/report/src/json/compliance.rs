//! What became of frameworks, in JSON, and read again.

use model::{Compliance, Control, Evidence};
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct ComplianceJson<'a> {
    framework: &'a str,
    title: &'a str,
    version: &'a str,
    controls: Vec<ControlJson<'a>>,
}

#[derive(Serialize)]
struct ControlJson<'a> {
    id: &'a str,
    title: &'a str,
    status: &'static str,
    reason: Option<&'a str>,
    manual: Option<&'a str>,
    evidence: Vec<EvidenceJson<'a>>,
}

#[derive(Serialize)]
struct EvidenceJson<'a> {
    by: &'a str,
    of: &'a str,
    examined: u64,
    failed: u64,
    unknown: u64,
    accepted: u64,
    findings: &'a [String],
}

impl<'a> ComplianceJson<'a> {
    pub(crate) fn new(compliance: &'a Compliance) -> Self {
        Self {
            framework: &compliance.framework,
            title: &compliance.title,
            version: &compliance.version,
            controls: compliance.controls.iter().map(ControlJson::new).collect(),
        }
    }
}

impl<'a> ControlJson<'a> {
    fn new(control: &'a Control) -> Self {
        Self {
            id: &control.id,
            title: &control.title,
            status: control.status.word(),
            reason: (!control.reason.is_empty()).then_some(&control.reason),
            manual: control.manual.as_deref(),
            evidence: control.evidence.iter().map(EvidenceJson::new).collect(),
        }
    }
}

impl<'a> EvidenceJson<'a> {
    fn new(evidence: &'a Evidence) -> Self {
        Self {
            by: &evidence.by,
            of: &evidence.of,
            examined: evidence.examined,
            failed: evidence.failed,
            unknown: evidence.unknown,
            accepted: evidence.accepted,
            findings: &evidence.findings,
        }
    }
}

/// The same from a saved report.
pub(super) mod read {
    use model::{Compliance, Control, ControlStatus, Evidence};
    use serde::Deserialize;

    #[derive(Deserialize)]
    pub(in crate::json) struct ComplianceJson {
        framework: String,
        title: String,
        version: String,
        controls: Vec<ControlJson>,
    }

    #[derive(Deserialize)]
    struct ControlJson {
        id: String,
        title: String,
        status: ControlStatus,
        reason: Option<String>,
        manual: Option<String>,
        evidence: Vec<EvidenceJson>,
    }

    #[derive(Deserialize)]
    struct EvidenceJson {
        by: String,
        of: String,
        examined: u64,
        failed: u64,
        unknown: u64,
        accepted: u64,
        findings: Vec<String>,
    }

    impl ComplianceJson {
        pub(in crate::json) fn compliance(self) -> Compliance {
            let controls = self.controls.into_iter().map(ControlJson::control).collect();
            Compliance { framework: self.framework, title: self.title, version: self.version, controls }
        }
    }

    impl ControlJson {
        fn control(self) -> Control {
            let evidence = self.evidence.into_iter().map(|it| Evidence {
                by: it.by,
                of: it.of,
                examined: it.examined,
                failed: it.failed,
                unknown: it.unknown,
                accepted: it.accepted,
                findings: it.findings,
            });
            Control {
                id: self.id,
                title: self.title,
                status: self.status,
                reason: self.reason.unwrap_or_default(),
                manual: self.manual,
                evidence: evidence.collect(),
            }
        }
    }
}
