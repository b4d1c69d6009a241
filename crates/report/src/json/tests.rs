//! That JSON follows its published schema, keeps every value, and is the same on every way to an image.

use std::path::Path;

use model::{Digest, Report};
use serde_json::{Value, json};

use crate::samples::{HOSTILE, committed, compliant, context, hostile, image, leaky, licensed, remarked, render};
use crate::{Context, LAYERS, SCAN, Wants};

/// A published schema, made strict: a field that it does not describe is an error here, though not for readers.
fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema").join(name);
    let mut schema = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    close(&mut schema);
    schema
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            // The layer view adds fields to the report's layer, so that one stays open: its own required fields are
            // checked by the report's schema elsewhere.
            let layer = fields.get("required").is_some_and(|required| required.to_string().contains("\"diff_id\""));
            if fields.get("properties").is_some_and(Value::is_object) && fields.contains_key("required") && !layer {
                fields.insert("unevaluatedProperties".into(), json!(false));
            }
            fields.values_mut().for_each(close);
        }
        Value::Array(values) => values.iter_mut().for_each(close),
        _ => {}
    }
}

/// The document follows the published schema of that file, and has no field that is not described there.
pub(crate) fn check(name: &str, document: &str) {
    let registry = jsonschema::Registry::new()
        .add("urn:plimsoll:schema:report:1.0", schema("report-1.0.json"))
        .unwrap()
        .prepare()
        .unwrap();
    let validator = jsonschema::options().with_registry(&registry).build(&schema(name)).unwrap();
    let document: Value = serde_json::from_str(document).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn reports_follow_the_published_schema() {
    for report in [image(), leaky(), committed(), remarked(), licensed(), compliant(), hostile(), Report::default()] {
        check("report-1.0.json", &render(&SCAN[1], &report, &context(80)));
        let with_licenses = Context { wants: Wants { licenses: true, ..context(80).wants }, ..context(80) };
        check("report-1.0.json", &render(&SCAN[1], &report, &with_licenses));
        check("layers-1.0.json", &render(&LAYERS[1], &report, &context(80)));
    }
}

#[test]
fn licences_are_counted_apart_from_vulnerabilities() {
    let render = |licenses| -> Value {
        let context = Context { wants: Wants { licenses, ..context(80).wants }, ..context(80) };
        serde_json::from_str(&render(&SCAN[1], &licensed(), &context)).unwrap()
    };
    let artifact = &render(true)["artifacts"][0];
    let tally = &artifact["summary"]["licenses"];
    assert_eq!((&tally["restricted"], &tally["notice"], &tally["suppressed"]), (&json!(2), &json!(1), &json!(1)));
    assert_eq!(tally["untold"], 7, "of eight that declare none, two are the same");
    let file = artifact["licenses"].as_array().unwrap().iter().find(|found| found["package"].is_null()).unwrap();
    assert_eq!((&file["path"], &file["form"], &file["layer"]), (&json!("srv/COPYING"), &json!("text"), &json!(5)));
    assert_eq!(render(false)["artifacts"][0]["summary"]["licenses"], Value::Null);
}

#[test]
#[should_panic(expected = "surprise")]
fn the_schema_knows_every_field() {
    let mut document: Value = serde_json::from_str(&render(&SCAN[1], &image(), &context(80))).unwrap();
    document["artifacts"][0]["vulnerabilities"][0]["surprise"] = json!(1);
    check("report-1.0.json", &document.to_string());
}

/// The same image, had from a registry instead of an archive.
fn elsewhere() -> Report {
    let mut report = image();
    let origin = &mut report.image.origin;
    (origin.transport, origin.reference) = ("registry".into(), "shop:1".into());
    (origin.manifest, origin.id) = (Some(Digest::sha256(b"manifest")), None);
    for (layer, summary) in report.image.layers.iter_mut().zip(&mut report.layers) {
        (layer.blob, layer.size, layer.media_type) = (None, None, String::new());
        summary.digest = Some(Digest::sha256(b"other"));
    }
    report
}

#[test]
fn two_ways_to_an_image_differ_in_the_origin_only() {
    for format in [&SCAN[1], &LAYERS[1]] {
        let [one, other] = [image(), elsewhere()].map(|report| {
            let mut document: Value = serde_json::from_str(&render(format, &report, &context(80))).unwrap();
            let origin = document["artifacts"][0]["origin"].take();
            (document.to_string(), origin)
        });
        assert_eq!(one.0, other.0);
        assert_ne!(one.1, other.1);
    }
    for format in [&SCAN[0], &LAYERS[0]] {
        let [one, other] = [image(), elsewhere()].map(|report| render(format, &report, &context(80)));
        let lines = one.lines().zip(other.lines());
        let differing: Vec<_> = lines.filter(|(one, other)| one != other).collect();
        assert_eq!(differing.len(), 1, "{differing:?}");
        assert!(differing[0].0.starts_with("Source "));
    }
}

#[test]
fn hostile_text_keeps_its_value_and_cannot_act() {
    let text = render(&SCAN[1], &hostile(), &context(80));
    assert!(text.chars().all(|character| character == '\n' || !crate::clean::is_invisible(character)));
    assert!(!text.contains("##"));
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["artifacts"][0]["packages"][0]["name"], HOSTILE);
}

#[test]
fn values_of_variables_stay_out() {
    let text = render(&SCAN[1], &image(), &context(80));
    assert!(text.contains("\"TOKEN\""));
    assert!(!text.contains("hunter2"));
}

#[test]
fn what_counts_is_counted_once() {
    // By hand from the sample: CVE-2023-24538 critical; CVE-2023-5363 and CVE-2021-23337 high, each in two packages;
    // CVE-2024-2398 and three of the kernel medium; CVE-2024-0727 low; thirteen of the kernel that nobody rates. Fixes:
    // the critical one, both high ones and curl's. CVE-2020-1 does not count.
    let document: Value = serde_json::from_str(&render(&SCAN[1], &image(), &context(80))).unwrap();
    let summary = &document["artifacts"][0]["summary"];
    assert_eq!(
        summary["vulnerabilities"],
        json!({"total": 21, "critical": 1, "high": 2, "medium": 4, "low": 1, "negligible": 0, "unknown": 13})
    );
    assert_eq!(summary["fixable"], 4);
    assert_eq!(summary["suppressed"], 1);
    assert_eq!(summary["by_class"]["base"]["total"], 18);
    assert_eq!(summary["by_class"]["middle"]["total"], 1);
    assert_eq!(summary["by_class"]["app"]["total"], 2);
    assert_eq!(summary["vulnerable_packages"], 6);
    // One package of the two of CVE-2021-23337 is the other in another place.
    let vulnerabilities = document["artifacts"][0]["vulnerabilities"].as_array().unwrap();
    assert_eq!(vulnerabilities.len(), 7 + 16);
    let twice = vulnerabilities.iter().find(|row| row["id"] == "CVE-2021-23337").unwrap();
    assert_eq!(twice["also"].as_array().unwrap().len(), 1);
}

#[test]
fn statements_and_what_became_of_them_are_there() {
    let document: Value = serde_json::from_str(&render(&SCAN[1], &remarked(), &context(80))).unwrap();
    let artifact = &document["artifacts"][0];
    let word = |id: &str| {
        let rows = artifact["vulnerabilities"].as_array().unwrap();
        rows.iter().find(|row| row["id"] == id).unwrap()["vex"].clone()
    };
    assert_eq!(word("CVE-2024-2398")["status"], "under_investigation");
    assert_eq!(word("CVE-2023-24538")["justification"], "vulnerable_code_not_present");
    assert_eq!(word("CVE-2023-5363"), Value::Null);
    let outcomes: Vec<Value> = artifact["vex"]
        .as_array()
        .unwrap()
        .iter()
        .map(|remark| json!([remark["ids"][0], remark["vulnerabilities"], remark["unapplied"]]))
        .collect();
    assert_eq!(
        outcomes,
        [
            json!(["CVE-2024-2398", 1, null]),
            json!(["CVE-2023-24538", 1, null]),
            json!(["CVE-1999-0001", 0, "nothing here is known to have CVE-1999-0001"]),
        ]
    );
    assert_eq!(artifact["summary"]["suppressed"], 2);
}
