//! VEX documents that are attached to the example image in a registry on the loopback: found in every way that clients attach
//! them, never trusted by themselves, and no reason for a scan to fail.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use model::Digest;
use net::testing::{Answer, Depot};
use serde_json::{Value, json};

/// The manifest of the example image, as `examples/shop.oci/index.json` names it.
const DIGEST: &str = "sha256:80f516a7e73f034c44e688710abc3bc3b8e2f34520915d1ff7735267f1be7476";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const OPENVEX: &str = "application/vnd.openvex+json";
const ENVELOPE: &str = "application/vnd.dsse.envelope.v1+json";

fn examples(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name)
}

fn digest(bytes: &[u8]) -> String {
    Digest::sha256(bytes).to_string()
}

/// A registry that has the example image.
struct Shop(Depot);

impl Shop {
    fn open() -> Self {
        let depot = Depot::start(digest);
        for blob in fs::read_dir(examples("shop.oci/blobs/sha256")).unwrap() {
            let content = fs::read(blob.unwrap().path()).unwrap();
            let name = digest(&content);
            if name == DIGEST {
                for name in ["1", DIGEST] {
                    depot.put_manifest(name, MANIFEST, content.clone());
                }
            }
            depot.set_blob(&name, Some(content));
        }
        Self(depot)
    }

    fn scan(&self, more: &[&str]) -> (Output, Value) {
        let name = format!("registry:{}/team/shop:1", self.0.server.host);
        let advisories = examples("advisories");
        let scan = ["image", &name, "--advisories", advisories.to_str().unwrap(), "--no-cache", "-f", "json"];
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        let output = command.args(scan).args(more).env_clear().stdin(Stdio::null()).output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output, report["artifacts"][0].clone())
    }

    /// Puts an artifact there with these layers (type, content, annotations), and returns its descriptor in a list.
    fn attach(&self, kind: &str, layers: &[(&str, String, Value)]) -> Value {
        let manifest = self.manifest(layers);
        let name = digest(&manifest);
        self.0.put_manifest(&name, MANIFEST, manifest.clone());
        json!({"mediaType": MANIFEST, "digest": name, "size": manifest.len(), "artifactType": kind})
    }

    fn manifest(&self, layers: &[(&str, String, Value)]) -> Vec<u8> {
        let descriptor = |(kind, content, annotations): &(&str, String, Value)| {
            let name = digest(content.as_bytes());
            self.0.set_blob(&name, Some(content.clone().into_bytes()));
            json!({"mediaType": kind, "digest": name, "size": content.len(), "annotations": annotations})
        };
        let layers: Vec<Value> = layers.iter().map(descriptor).collect();
        let config = json!({"mediaType": "application/vnd.oci.empty.v1+json", "digest": digest(b"{}"), "size": 2});
        json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers}).to_string().into_bytes()
    }

    /// Attaches an OpenVEX document as the registry's own list of referrers has it, and returns the digest of the document.
    fn attach_openvex(&self) -> String {
        let descriptor = self.attach(OPENVEX, &[(OPENVEX, openvex(), json!({}))]);
        self.0.refer(DIGEST, list(&[descriptor]));
        digest(openvex().as_bytes())
    }
}

fn list(manifests: &[Value]) -> String {
    json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}).to_string()
}

fn openvex() -> String {
    json!({"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.com/vex/shop-1", "author": "Acme",
        "timestamp": "2024-01-01T00:00:00Z", "version": 1, "statements": [{
            "vulnerability": {"name": "GHSA-jfh8-c2jp-5v3q"}, "status": "not_affected",
            "justification": "vulnerable_code_not_in_execute_path",
            "products": [{"@id": format!("pkg:oci/shop@{DIGEST}"),
                "subcomponents": [{"@id": "pkg:maven/org.apache.logging.log4j/log4j-core"}]}]}]})
    .to_string()
}

/// An attestation of this predicate about the image, in an envelope (DSSE v1, in-toto Statement v1).
fn envelope(kind: &str, predicate: &str) -> String {
    let subject = json!([{"name": "shop", "digest": {"sha256": DIGEST.trim_start_matches("sha256:")}}]);
    let predicate: Value = serde_json::from_str(predicate).unwrap();
    let statement = json!({"_type": "https://in-toto.io/Statement/v1", "subject": subject, "predicateType": kind,
        "predicate": predicate});
    json!({"payloadType": "application/vnd.in-toto+json", "payload": BASE64_STANDARD.encode(statement.to_string()),
        "signatures": [{"sig": "AA=="}]})
    .to_string()
}

/// The reasons of what is set aside.
fn set_aside(report: &Value) -> Vec<String> {
    let rows = report["vulnerabilities"].as_array().unwrap().iter();
    rows.filter_map(|row| Some(row["suppressed"].as_str()?.to_owned())).collect()
}

/// The one statement is found, counts only with trust, and then sets the finding aside.
fn check_found(shop: &Shop) {
    let (output, report) = shop.scan(&["--vex", "oci"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(!told.contains("warning"), "{told}");
    assert_eq!(set_aside(&report), Vec::<String>::new());
    let (_, report) = shop.scan(&["--vex", "oci", "--vex-trust"]);
    let reasons = set_aside(&report);
    assert!(reasons.len() == 1 && reasons[0].contains("Acme"), "{reasons:?}");
}

#[test]
fn a_document_that_refers_to_the_image_is_found() {
    let shop = Shop::open();
    shop.attach_openvex();
    check_found(&shop);
}

// The tag is the one of the distribution-spec, "Referrers Tag Schema".
#[test]
fn a_registry_without_referrers_has_them_under_a_tag() {
    let shop = Shop::open();
    let descriptor = shop.attach(OPENVEX, &[(OPENVEX, openvex(), json!({}))]);
    shop.0.put_manifest(&DIGEST.replace(':', "-"), INDEX, list(&[descriptor]));
    check_found(&shop);
}

// cosign: one manifest under a tag, with an envelope for each attestation.
#[test]
fn attestations_under_the_tag_of_cosign_are_found_and_others_left_alone() {
    let shop = Shop::open();
    let slsa = envelope("https://slsa.dev/provenance/v1", "{}");
    let manifest = shop.manifest(&[
        (ENVELOPE, slsa.clone(), json!({"predicateType": "https://slsa.dev/provenance/v1"})),
        (
            ENVELOPE,
            envelope("https://openvex.dev/ns/v0.2.0", &openvex()),
            json!({"predicateType": "https://openvex.dev/ns"}),
        ),
    ]);
    shop.0.put_manifest(&format!("{}.att", DIGEST.replace(':', "-")), MANIFEST, manifest);
    check_found(&shop);
    assert!(!shop.0.server.paths().iter().any(|path| path.contains(&digest(slsa.as_bytes()))));
}

// What Sigstore's clients attach as of 2025: a bundle whose predicate is named in an annotation.
#[test]
fn a_bundle_of_sigstore_is_found_and_what_is_no_vex_is_not_fetched() {
    let shop = Shop::open();
    let kind = "application/vnd.dev.sigstore.bundle.v0.3+json";
    let bundle = |envelope: String| format!(r#"{{"mediaType":"{kind}","dsseEnvelope":{envelope}}}"#);
    let said = |mut descriptor: Value, predicate: &str| {
        descriptor["annotations"] = json!({"dev.sigstore.bundle.predicateType": predicate});
        descriptor
    };
    let vex = bundle(envelope("https://openvex.dev/ns/v0.2.0", &openvex()));
    let vex = said(shop.attach(kind, &[(kind, vex, json!({}))]), "https://openvex.dev/ns/v0.2.0");
    let slsa = bundle(envelope("https://slsa.dev/provenance/v1", "{}"));
    let slsa = said(shop.attach(kind, &[(kind, slsa, json!({}))]), "https://slsa.dev/provenance/v1");
    let signature = shop.attach("application/vnd.cncf.notary.signature", &[]);
    shop.0.refer(DIGEST, list(&[slsa.clone(), signature.clone(), vex]));
    check_found(&shop);
    let asked = shop.0.server.paths();
    for left in [slsa, signature] {
        assert!(!asked.iter().any(|path| path.contains(left["digest"].as_str().unwrap())), "{asked:?}");
    }
}

#[test]
fn nothing_is_asked_for_unless_the_user_wants_it() {
    let shop = Shop::open();
    shop.attach_openvex();
    assert_eq!(shop.scan(&[]).0.status.code(), Some(0));
    assert!(!shop.0.server.paths().iter().any(|path| path.contains("referrers")));
    let (output, _) = shop.scan(&["--vex", "oci", "--offline"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--offline forbids to ask a registry"));
}

/// An answer in place of the first whose method and path have such a part, and what is said then.
fn faults(document: &str) -> Vec<(String, Answer, &'static str)> {
    let (list, blob) = ("GET /v2/team/shop/referrers".to_owned(), format!("GET /v2/team/shop/blobs/{document}"));
    vec![
        (list.clone(), Answer::new(429, "").with("Retry-After", "3600"), "at most 60 s are waited"),
        (list.clone(), Answer::new(403, "{}"), "refuses team/shop"),
        (list.clone(), Answer::new(200, "<!DOCTYPE html><title>Log in</title>"), "expected value"),
        (list.clone(), Answer::new(200, vec![b' '; 5_000_000]), "larger than the 4194304 bytes"),
        (list, Answer::new(200, openvex()), "referrers of"),
        (blob.clone(), Answer::new(404, "{}"), "has no layer"),
        (blob.clone(), Answer::new(200, "<html>"), "the manifest says"),
        (blob.clone(), Answer::new(200, openvex().replace("Acme", "Evil")), "damaged or exchanged"),
        (blob, Answer { length: Some(9), ..Answer::new(200, openvex()) }, "the manifest says"),
    ]
}

#[test]
fn whatever_the_registry_does_wrong_is_told_and_sets_nothing_aside() {
    let shop = Shop::open();
    let document = shop.attach_openvex();
    for (part, answer, said) in faults(&document) {
        shop.0.fail(&part, answer);
        let (output, report) = shop.scan(&["--vex", "oci", "--vex-trust"]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{said}: {told}");
        assert!(told.contains("left out of VEX") && told.contains(said), "{said:?} is not in: {told}");
        assert_eq!(set_aside(&report), Vec::<String>::new(), "{said}");
        shop.0.mend();
    }
    let image = examples("shop.oci");
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let advisories = examples("advisories");
    let scan =
        ["image", "--input", image.to_str().unwrap(), "--advisories", advisories.to_str().unwrap(), "--no-cache"];
    let output = command.args(scan).args(["--vex", "oci"]).env_clear().stdin(Stdio::null()).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && told.contains("only an image that comes from a registry"), "{told}");
}
