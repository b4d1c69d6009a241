//! CycloneDX as VEX (1.6): the vulnerabilities with what is known of each, and of the components only those that they are in.
//!
//! A vulnerability that nobody has said anything about yet is `in_triage`: a reader shall not take silence for an answer.

use std::collections::BTreeSet;
use std::io::{self, Write};

use model::Report;

use super::{Analysis, Document};
use crate::json::print;
use crate::sbom::bill::Bill;
use crate::{Context, openvex};

/// Writes version 1.6.
pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let report = crate::sbom::only(reports, "CycloneDX VEX")?;
    let (bill, image) = (Bill::new(report), openvex::image(report));
    let mut document = Document::new(&bill, 6, context);
    // What is said is said of the components in this image; where nobody else can know which one that is, of the components.
    document.metadata.component = document.metadata.component.filter(|_| image.is_some());
    if let Some(component) = &mut document.metadata.component {
        component.purl = image.as_deref();
    }
    for vulnerable in &mut document.vulnerabilities {
        vulnerable.analysis.get_or_insert(Analysis { state: "in_triage", detail: "" });
    }
    let affected: BTreeSet<&str> = document
        .vulnerabilities
        .iter()
        .flat_map(|vulnerable| &vulnerable.affects)
        .map(|affects| affects.reference)
        .collect();
    document.components.retain(|part| affected.contains(part.reference));
    // Who needs whom is the bill of materials' to say.
    document.dependencies.clear();
    document.compositions.clear();
    document.name()?;
    print::print(&document, out)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::samples::{context, format, remarked, render};

    #[test]
    fn every_vulnerability_has_a_state() {
        let document: Value =
            serde_json::from_str(&render(format("cyclonedx-vex"), &remarked(), &context(80))).unwrap();
        let rows = document["vulnerabilities"].as_array().unwrap();
        let state = |id: &str| rows.iter().find(|row| row["id"] == id).unwrap()["analysis"].clone();
        assert_eq!(state("CVE-2023-24538"), json!({ "state": "not_affected", "detail": "not affected, says Acme" }));
        assert_eq!(state("CVE-2020-1")["state"], "not_affected");
        assert_eq!(state("CVE-2023-5363"), json!({ "state": "in_triage", "detail": "" }));
        let names: Vec<&str> =
            document["components"].as_array().unwrap().iter().map(|part| part["name"].as_str().unwrap()).collect();
        assert!(!names.contains(&"bash"), "which has none: {names:?}");
        assert_eq!(names.len(), 6);
    }
}
