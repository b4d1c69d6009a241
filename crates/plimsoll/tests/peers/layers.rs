//! What each layer brings and what later ones take away, on the image `python`, whose build is known: a base, a folder of
//! Python packages, a folder `/app` with `credentials`, and the command that deletes that file again.

use serde_json::Value;

use crate::support::{Report, image, images, program, report, run};

/// Some of the packages that pip was told to install.
const PINNED: [(&str, &str); 6] = [
    ("django", "3.2.0"),
    ("jinja2", "2.10"),
    ("requests", "2.19.0"),
    ("numpy", "1.26.4"),
    ("scikit-learn", "1.3.2"),
    ("botocore", "1.29.0"),
];

fn instruction<'a>(report: &'a Report, number: &Value) -> &'a str {
    let layer = report.list("layers").iter().find(|layer| layer["number"] == *number).unwrap();
    layer["instruction"].as_str().unwrap()
}

#[test]
fn every_package_has_a_layer_and_the_instruction_that_made_it() {
    let Some(image) = image("python") else { return };
    let report = report(program(["image", "--no-cache", "--input"]).arg(&image.layout));
    for package in report.list("packages") {
        assert!(!instruction(&report, &package["layer"]).is_empty(), "{package}");
        if package["kind"] == "deb" {
            assert_eq!(package["layer"], 1, "{package}");
        }
    }
    for (name, version) in PINNED {
        let is_it = |package: &&Value| {
            package["kind"] == "pypi" && package["name"].as_str().unwrap().eq_ignore_ascii_case(name)
        };
        let found: Vec<&Value> = report.live().filter(is_it).collect();
        assert_eq!(found.len(), 1, "{name}: {found:?}");
        // Trailing zeros say nothing in a Python version (PEP 440), and some packages leave them out.
        let same = |text: &str| text.trim_end_matches(".0").to_owned();
        assert_eq!(same(found[0]["version"].as_str().unwrap()), same(version), "{name}");
        assert!(instruction(&report, &found[0]["layer"]).contains("/usr/lib/python3/dist-packages"), "{name}");
    }
}

#[test]
fn a_deleted_file_is_shown_in_the_layer_that_still_has_it() {
    let Some(image) = image("python") else { return };
    let report = report(program(["layers", "--no-cache", "--input"]).arg(&image.layout));
    let removals: Vec<(&Value, &Value)> = report
        .list("layers")
        .iter()
        .flat_map(|layer| layer["removed_later"].as_array().unwrap().iter().map(move |removed| (layer, removed)))
        .filter(|(_, removed)| removed["path"] == "app/credentials")
        .collect();
    let [(layer, removed)] = removals[..] else { panic!("{removals:?}") };
    assert!(instruction(&report, &layer["number"]).contains("/app"));
    assert!(instruction(&report, &removed["by_layer"]).contains("rm /app/credentials"));
    assert!(removed["by_layer"].as_u64() > layer["number"].as_u64());
    assert_eq!(removed["replaced"], false);
    // `wc -c` of what the build prints into it.
    assert_eq!(removed["size"], 103);
}

#[test]
fn tables_have_no_control_characters() {
    for image in images() {
        for command in ["layers", "image"] {
            let ran =
                run(program([command, "--no-cache", "--scanners", "package", "--all", "--input"]).arg(&image.layout));
            assert_eq!(ran.code, Some(0), "{}", ran.err);
            assert!(ran.out.lines().count() > 3, "{}", ran.out);
            let acting: Vec<char> = ran.out.chars().filter(|c| c.is_control() && *c != '\n').collect();
            assert!(acting.is_empty(), "{command} {}: {acting:?}", image.name);
        }
    }
}
