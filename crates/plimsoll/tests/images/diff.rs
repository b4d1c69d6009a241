//! `plimsoll diff` between images, bills, saved reports and metadata, and the gate for what is new.
//!
//! By `examples/advisories`, Debian's openssl has CVE-2022-0778 before 1.1.1k-1+deb11u2, and zlib CVE-2018-25032 before
//! 1:1.2.11.dfsg-2+deb11u1; both are high.

use serde_json::Value;

use crate::support::{Folder, Image, Layer, debian};

/// Before: a hole in zlib. After: zlib is mended, openssl came with a hole, bash went.
fn images(folder: &Folder) {
    let image = |packages: &[_]| Image::new(vec![Layer("ADD rootfs.tar /", debian("11", packages))]);
    let old =
        image(&[("zlib1g", "1:1.2.11.dfsg-2", "zlib"), ("bash", "5.1-2", "bash"), ("tzdata", "2021a-1", "tzdata")]);
    let new = image(&[
        ("zlib1g", "1:1.2.11.dfsg-2+deb11u1", "zlib"),
        ("libssl1.1", "1.1.1k-1", "openssl"),
        ("tzdata", "2021a-1", "tzdata"),
    ]);
    old.write(&folder.path("old"), "1");
    new.write(&folder.path("new"), "2");
}

const SCAN: &str = "--advisories ADVISORIES --no-cache";

/// `status id cause` of each finding.
fn told(document: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let line = |it: &Value| format!("{} {} {}", text(&it["status"]), text(&it["id"]), text(&it["cause"]));
    document["findings"].as_array().unwrap().iter().map(line).collect()
}

const EXPECTED: [&str; 3] =
    ["new CVE-2022-0778 package-added", "fixed CVE-2018-25032 package-changed", "same end-of-life -"];

#[test]
fn every_form_of_an_artifact_can_be_compared_with_every_other() {
    let folder = Folder::new();
    images(&folder);
    for side in ["old", "new"] {
        folder.done(&format!(
            "image --input {side} {SCAN} -o json={side}.json -o cyclonedx={side}.cdx.json -o spdx={side}.spdx \
             --metadata-out {side}.zst"
        ));
    }
    let forms = ["", ".json", ".cdx.json", ".spdx", ".zst"];
    for old in forms {
        for new in forms {
            let document = folder.json(&format!("diff old{old} new{new} {SCAN} -f json"));
            assert_eq!(told(&document), EXPECTED, "old{old} new{new}");
            let names = |list: &str| -> Vec<&str> {
                document["packages"][list].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect()
            };
            assert_eq!(
                (names("added"), names("removed"), names("changed")),
                (vec!["libssl1.1"], vec!["bash"], vec!["zlib1g"])
            );
            assert_eq!(document["packages"]["same"], 1);
        }
    }
}

#[test]
fn gates_fail_for_what_is_new() {
    let folder = Folder::new();
    images(&folder);
    let check = |arguments: &str, code: i32, said: &str| {
        let run = folder.run(&format!("diff {arguments} {SCAN}"));
        assert_eq!(run.code, Some(code), "{arguments}: {}", run.err);
        assert!(run.err.contains(said), "{}", run.err);
    };
    check("old new", 0, "");
    check("old new --fail-on new", 1, "failed: new (--fail-on new): 1: CVE-2022-0778 in libssl1.1 1.1.1k-1 (high)");
    check("old new --fail-on new:high", 1, "new, high or worse (--fail-on new:high): 1");
    check("old new --fail-on new:critical", 0, "");
    check("old old --fail-on new", 0, "");
    check("old old --fail-on high", 1, "high or worse (--fail-on high): 1: CVE-2018-25032");
    check("old new --fail-on newest", 2, "new:SEVERITY");
    check("old nowhere.json --image-src docker", 2, "");
}

#[test]
fn people_read_what_is_new_and_why() {
    let folder = Folder::new();
    images(&folder);
    let table = folder.done(&format!("diff old new {SCAN}"));
    for line in [
        "Packages    1 added, 1 removed, 1 changed, 1 the same",
        "New         1: 1 high",
        "Fixed       1: 1 high",
        "the package is new",
        "the package changed, 1:1.2.11.dfsg-2 → 1:1.2.11.dfsg-2+deb11u1",
    ] {
        assert!(table.contains(line), "{line:?} is not in {table}");
    }
    let markdown = folder.done(&format!("diff old new {SCAN} -f markdown"));
    assert!(markdown.starts_with("## 1 finding is new\n"), "{markdown}");
    assert!(folder.done(&format!("diff old old {SCAN} -f markdown")).starts_with("## Nothing new\n"));
}
