use std::path::Path;

use model::{Digest, Note, Report, What};
use serde_json::{Value, json};

use super::*;
use crate::json::tests::check as check_schema;
use crate::samples::{context, hostile, image, leaky, licensed, misconfigured, render, unidentified};

fn every() -> Vec<Report> {
    let mut programs = image();
    programs.inventory.items.push(unidentified("opt/tool", Some(Digest::sha256(b"tool"))));
    vec![image(), leaky(), licensed(), misconfigured(), hostile(), programs, Report::default()]
}

fn observed(report: &Report) -> Observed {
    Observed::of(report, vec![Sought::Packages, Sought::Settings])
}

fn text(observed: &Observed) -> String {
    let mut out = Vec::new();
    write(std::slice::from_ref(observed), "1.2.3", "2026-11-24T04:00:00Z", &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn again(observed: &Observed) -> Observed {
    Metadata::read(text(observed).as_bytes()).unwrap().artifacts.remove(0)
}

#[test]
fn what_was_seen_comes_back() {
    for report in every() {
        let (before, after) = (observed(&report), again(&observed(&report)));
        assert_eq!(text(&after), text(&before));
        // Reports say no more of it, so they come out the same; those of rules are carried and not judged again.
        let [one, other] = [before, after].map(|seen| Report {
            image: seen.image,
            layers: seen.layers,
            inventory: seen.inventory,
            ..Report::default()
        });
        for name in ["json", "cyclonedx", "spdx-json"] {
            let render = |report| render(crate::samples::format(name), report, &context(80));
            assert_eq!(render(&one), render(&other), "{name}");
        }
    }
}

#[test]
fn everything_that_a_secret_says_of_itself_is_carried() {
    let notes = vec![
        Note::Inside("base64".into()),
        Note::Checked(true),
        Note::Key { algorithm: "RSA".into(), bits: Some(2048), encrypted: false },
        Note::Damaged,
        Note::Made(1),
        Note::Until(2),
        Note::Certificate(3),
        Note::Issuer("a".into()),
        Note::Unsigned,
        Note::Beside("b".into()),
    ];
    let mut seen = observed(&leaky());
    let secrets = seen.inventory.items.iter_mut().filter_map(|item| match &mut item.fact.what {
        What::Secret(secret) => Some(secret),
        _ => None,
    });
    for secret in secrets {
        secret.notes.clone_from(&notes);
    }
    assert_eq!(again(&seen).inventory.items.last(), seen.inventory.items.last());
}

#[test]
fn it_follows_the_published_schema() {
    for report in every() {
        check_schema("metadata-1.0.json", &text(&observed(&report)));
    }
}

#[test]
#[should_panic(expected = "surprise")]
fn the_schema_knows_every_field() {
    let mut document: Value = serde_json::from_str(&text(&observed(&image()))).unwrap();
    document["artifacts"][0]["packages"][0]["surprise"] = json!("x");
    check_schema("metadata-1.0.json", &document.to_string());
}

#[test]
fn the_page_in_docs_tells_every_field() {
    let read = |path: &str| std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let (page, schema) = (read("../../docs/metadata.md"), read("../../schema/metadata-1.0.json"));
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let mut objects = vec![&schema];
    objects.extend(schema["$defs"].as_object().unwrap().values());
    for field in objects.iter().filter_map(|object| object["properties"].as_object()).flat_map(|it| it.keys()) {
        assert!(page.contains(&format!("`{field}`")), "{field}");
    }
}

#[test]
fn what_a_file_holds_and_what_a_variable_says_stays_out() {
    let mut report = leaky();
    report.image.config.env = vec!["A=hunter2".into()];
    let file = model::Configuration { language: "compose".into(), content: b"password: hunter2".to_vec() };
    let mut item = report.inventory.items[0].clone();
    item.fact.what = What::Configuration(file);
    report.inventory.items.push(item);
    let text = text(&observed(&report));
    assert!(text.contains("\"A\""));
    assert!(text.contains("compose") && !text.contains("hunter2"), "{text}");
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let check = |change: fn(&mut Value), said: &str| {
        let mut document: Value = serde_json::from_str(&text(&observed(&misconfigured()))).unwrap();
        change(&mut document);
        let error = Metadata::read(document.to_string().as_bytes()).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    };
    let layers = image().layers.len();
    check(|it| it["schema"] = json!("plimsoll-report"), "it is no metadata of Plimsoll");
    check(|it| it["schema_version"] = json!("2.0"), "this program reads 1.0");
    check(|it| it["artifacts"][0]["packages"][2]["kind"] = json!("zip"), "artifacts[0].packages[2].kind: there are no");
    let nowhere = format!("artifacts[0].packages[1].at.layer: layer 99 of {layers} does not exist");
    check(|it| it["artifacts"][0]["packages"][1]["at"]["layer"] = json!(99), &nowhere);
    check(|it| it["artifacts"][0]["image"]["history"][0]["layer"] = json!(0), "image.history[0].layer: layer 0 of");
    check(|it| it["artifacts"][0]["settings"][0]["layer"] = json!(77), "settings[0].layer: layer 77 of");
    check(|it| it["artifacts"][0]["settings"][0]["rule"] = json!(1), "settings[0].rule: invalid type");
    let error = |text: &str| Metadata::read(text.as_bytes()).unwrap_err().to_string();
    assert!(error("{\"schema\": 1}").contains("line 1 column"));
    assert!(error(&"[".repeat(10_000)).contains("line 1"));
}
