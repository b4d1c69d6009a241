//! `--metadata-out` and `plimsoll judge`: the same report without the image, and nothing in between that must not leave the build.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Folder, Image, Layer, debian};

/// A token as GitHub makes them; another one for each letter.
fn token(letter: char) -> String {
    format!("{}{}b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S", "ghp_", letter)
}

const PASSWORD: &str = "correct-horse-7-battery";

/// An image with a secret in every place that can have one.
fn leaky() -> Image {
    let pod = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  hostPID: true\n  containers:\n  - name: a\n    image: a:1\n    \
         env: [{{name: DB_PASSWORD, value: {PASSWORD}}}]\n"
    );
    let mut image = Image::new(vec![
        Layer(
            "ADD rootfs.tar / # buildkit",
            debian("11", &[("libssl1.1", "1.1.1k-1", "openssl"), ("bash", "5.1-2", "bash")]),
        ),
        Layer(
            "COPY . /srv # buildkit",
            vec![("srv/.env", format!("GITHUB_TOKEN={}\n", token('a'))), ("srv/pod.yaml", pod)],
        ),
        Layer("RUN /bin/sh -c rm /srv/.env # buildkit", vec![("srv/.wh..env", String::new())]),
    ]);
    image.layers.push(Layer(
        Box::leak(format!("RUN git clone https://{}@git.example", token('c')).into_boxed_str()),
        Vec::new(),
    ));
    image.config = json!({
        "Env": ["PATH=/bin", format!("GITHUB_TOKEN={}", token('d')), format!("DB_PASSWORD={PASSWORD}")],
        "Labels": {"build.token": token('e')},
        "Cmd": ["serve", format!("--token={}", token('f'))],
    });
    image
}

const SCAN: &str = "--advisories ADVISORIES --no-cache --scanners vuln,secret,misconfig,license";

fn secrets() -> Vec<String> {
    let mut all: Vec<String> = ('a'..='f').map(token).collect();
    all.push(PASSWORD.to_owned());
    all
}

#[test]
fn the_report_is_that_of_the_image() {
    let folder = Folder::new();
    leaky().write(&folder.path("leaky.oci"), "latest");
    for (image, list, least) in [("leaky.oci", "secrets", 1), ("SHOP", "vulnerabilities", 8)] {
        for format in ["json", "table", "sarif", "cyclonedx", "markdown"] {
            let scan = format!("image --input {image} {SCAN} -f {format} --show-suppressed");
            let direct = folder.done(&format!("{scan} --metadata-out seen.json.zst"));
            assert_eq!(direct, folder.done(&scan), "metadata beside it change nothing");
            let judged = folder.done(&format!("judge seen.json.zst {SCAN} -f {format} --show-suppressed"));
            assert!(judged == direct, "{image}, {format}:\n{judged}\n---\n{direct}");
        }
        let report: Value = serde_json::from_str(&folder.done(&format!("judge seen.json.zst {SCAN} -f json"))).unwrap();
        let found = report["artifacts"][0][list].as_array().unwrap().len();
        assert!(found >= least, "{image} has only {found} {list}");
    }
}

#[test]
fn no_secret_leaves_the_build() {
    let folder = Folder::new();
    leaky().write(&folder.path("leaky.oci"), "latest");
    let report = folder.done(&format!("image --input leaky.oci {SCAN} -f json --metadata-out seen.json"));
    let metadata = folder.read("seen.json");
    for secret in secrets() {
        assert!(!metadata.contains(&secret), "{secret} is in the metadata");
        assert!(!report.contains(&secret), "{secret} is in the report");
    }
    let seen: Value = serde_json::from_str(&metadata).unwrap();
    let places: Vec<&str> = seen["artifacts"][0]["secrets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["place"]["in"].as_str().unwrap())
        .collect();
    for place in ["file", "history", "environment", "label", "command"] {
        assert!(places.contains(&place), "{place} is not in {places:?}");
    }
    assert_eq!(seen["artifacts"][0]["image"]["variables"], json!(["PATH", "GITHUB_TOKEN", "DB_PASSWORD"]));
    let rules: Vec<&str> =
        seen["artifacts"][0]["settings"].as_array().unwrap().iter().map(|it| it["rule"].as_str().unwrap()).collect();
    assert!(rules.contains(&"PLM-K8S-POD-010"), "{rules:?}");
}

#[test]
fn what_the_build_did_not_look_for_cannot_be_asked_for() {
    let folder = Folder::new();
    leaky().write(&folder.path("leaky.oci"), "latest");
    folder.done("image --input leaky.oci --scanners package --no-cache --metadata-out seen.json");
    folder.done("judge seen.json --advisories ADVISORIES");
    let run = folder.run("judge seen.json --scanners vuln,secret --advisories ADVISORIES");
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert!(run.err.contains("the build did not look for secrets"), "{}", run.err);
}

#[test]
fn gates_are_those_of_who_judges() {
    let folder = Folder::new();
    leaky().write(&folder.path("leaky.oci"), "latest");
    folder.done("image --input leaky.oci --scanners package --no-cache --metadata-out seen.json");
    let run = folder.run("judge seen.json --advisories ADVISORIES --fail-on high");
    assert_eq!(run.code, Some(1), "{}", run.err);
    assert!(run.err.contains("CVE-2022-0778"), "{}", run.err);
}

#[test]
fn a_hostile_file_is_an_error_with_its_place() {
    let folder = Folder::new();
    leaky().write(&folder.path("leaky.oci"), "latest");
    folder.done("image --input leaky.oci --scanners package --no-cache --metadata-out seen.json");
    let mut seen: Value = serde_json::from_str(&folder.read("seen.json")).unwrap();
    seen["artifacts"][0]["packages"][0]["at"]["layer"] = json!(9);
    fs::write(folder.path("wrong.json"), seen.to_string()).unwrap();
    fs::write(folder.path("cut.json"), &folder.read("seen.json")[..900]).unwrap();
    fs::write(folder.path("cut.zst"), b"\x28\xB5\x2F\xFD\x00").unwrap();
    for (file, said) in [
        ("wrong.json", "artifacts[0].packages[0].at.layer: layer 9 of 3 does not exist"),
        ("cut.json", "EOF while parsing"),
        ("cut.zst", "cannot read the metadata cut.zst"),
        ("none.json", "cannot read the metadata none.json"),
    ] {
        let run = folder.run(&format!("judge {file} --scanners package"));
        assert_eq!(run.code, Some(3), "{file}: {}", run.err);
        assert!(run.err.contains(said), "{}", run.err);
    }
    let run = folder.run("image --input leaky.oci --scanners package --metadata-out no/such/seen.json");
    assert_eq!(run.code, Some(2), "{}", run.err);
}
