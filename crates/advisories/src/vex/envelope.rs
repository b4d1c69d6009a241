//! What documents travel in: DSSE envelopes (Dead Simple Signing Envelope, v1), which have a payload in base64 and
//! signatures; Sigstore's bundles, which have such an envelope; in-toto statements (v1 and v0.1), which say of which subjects
//! their predicate speaks.
//!
//! Signatures are not checked here. Whether a document is trusted depends on who named it, and not on what it is wrapped in.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Document, Reading, cyclonedx, openvex};

/// The payload that an envelope has here.
const STATEMENT: &str = "application/vnd.in-toto+json";

#[derive(Deserialize)]
struct Bundle<'a> {
    #[serde(rename = "dsseEnvelope", borrow)]
    envelope: &'a RawValue,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "payloadType", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    payload: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Statement<'a> {
    #[serde(rename = "predicateType", default, borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    predicate: &'a RawValue,
}

/// Whether predicates of this type may be VEX documents: `https://openvex.dev/ns/v0.2.0`, `https://cyclonedx.org/bom`.
pub fn is_vex(predicate_type: &str) -> bool {
    predicate_type.contains("openvex") || predicate_type.contains("cyclonedx")
}

/// The statement in a bundle's envelope.
pub(super) fn of_bundle(text: &str) -> Result<String, String> {
    let bundle: Bundle = serde_json::from_str(text).map_err(|error| error.to_string())?;
    payload(bundle.envelope.get())
}

/// The statement in an envelope.
pub(super) fn payload(text: &str) -> Result<String, String> {
    let envelope: Envelope = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if envelope.kind != STATEMENT {
        return Err(format!("it is an envelope with something else ({:?}) than an in-toto statement", envelope.kind));
    }
    // Both alphabets are allowed (DSSE, "Protocol").
    let payload = STANDARD.decode(&*envelope.payload).or_else(|_| URL_SAFE.decode(&*envelope.payload));
    let payload = payload.map_err(|error| format!("the payload of its envelope is not base64: {error}"))?;
    String::from_utf8(payload).map_err(|_| "the payload of its envelope is not UTF-8".into())
}

/// Reads the document that a statement has as its predicate.
pub(super) fn predicate(text: &str, document: Document) -> Result<Reading, serde_json::Error> {
    let statement: Statement = serde_json::from_str(text)?;
    if !is_vex(&statement.kind) {
        let why = format!("it is an attestation of something else ({:?})", statement.kind);
        return Err(serde::de::Error::custom(why));
    }
    if statement.kind.contains("cyclonedx") {
        return cyclonedx::read(statement.predicate.get(), document);
    }
    openvex::attested(text, document)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vex::read;
    use crate::vex::tests::lines;

    const OPENVEX: &str = r#"{"statements":[{"vulnerability":{"name":"CVE-2024-0001"},"status":"fixed",
        "products":[{"@id":"pkg:npm/a"}]}]}"#;

    fn statement(kind: &str, predicate: &str) -> String {
        format!(
            r#"{{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"{kind}","predicate":{predicate}}}"#
        )
    }

    fn envelope(kind: &str, payload: &str) -> String {
        format!(r#"{{"payloadType":"{kind}","payload":"{payload}","signatures":[{{"sig":"AA=="}}]}}"#)
    }

    #[test]
    fn documents_are_taken_out_of_what_they_are_wrapped_in() {
        let inner = statement("https://openvex.dev/ns/v0.2.0", OPENVEX);
        let plain = envelope(STATEMENT, &STANDARD.encode(&inner));
        let bundle =
            format!(r#"{{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","dsseEnvelope":{plain}}}"#);
        let expected = lines(OPENVEX);
        assert_eq!(expected, ["statements[0]: CVE-2024-0001 fixed - | -: pkg:npm/a"]);
        // A text whose encoding differs between the alphabets: `printf '???>>>' | base64` is Pz8/Pj4+.
        let marked = statement("https://openvex.dev/ns/v0.2.0", &OPENVEX.replace("]}]}", "]}],\"author\":\"???>>>\"}"));
        let safe = envelope(STATEMENT, &URL_SAFE.encode(&marked));
        assert!(safe.contains('-') || safe.contains('_'), "{safe}");
        for text in [inner, plain, bundle, safe] {
            assert_eq!(lines(&text), expected, "{text}");
        }
    }

    // CycloneDX as the predicate of an attestation (in-toto attestation framework, "CycloneDX predicate").
    #[test]
    fn cyclonedx_is_attested_too() {
        let document = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","vulnerabilities":[{"id":"CVE-2024-0001",
            "analysis":{"state":"resolved"},"affects":[{"ref":"pkg:npm/a@1"}]}]}"#;
        let attested = statement("https://cyclonedx.org/bom", document);
        assert!(!lines(document).is_empty());
        assert_eq!(lines(&attested), lines(document));
    }

    #[test]
    fn what_is_in_no_order_is_refused() {
        let nested = envelope(STATEMENT, &STANDARD.encode(envelope(STATEMENT, "e30=")));
        for (text, why) in [
            (envelope("text/plain", "e30="), "something else (\"text/plain\")"),
            (envelope(STATEMENT, "*"), "not base64"),
            (envelope(STATEMENT, "/w=="), "not UTF-8"),
            (envelope(STATEMENT, ""), "not JSON"),
            (envelope(STATEMENT, "e30="), "neither"),
            (nested, "an envelope in an envelope"),
            (r#"{"payload":7,"payloadType":"a"}"#.into(), "invalid type"),
            (r#"{"dsseEnvelope":7}"#.into(), "invalid type"),
            (statement("https://slsa.dev/provenance/v1", "{}"), "something else (\"https://slsa.dev/provenance/v1\")"),
            (statement("https://openvex.dev/ns", "7"), "no VEX document"),
        ] {
            let error = read(text.as_bytes(), "a.json", true).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
