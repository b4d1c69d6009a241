//! Debian's packages, as the image's own dpkg lists them: every one, with its version, its source and its architecture.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Engine, images, program, report};

const FORMAT: &str = "${db:Status-Status} ${Package} ${Version} ${source:Package} ${source:Version} ${Architecture}\\n";

/// A package as dpkg-query would print it. Without a source of its own it was built from one of the same name and version.
fn line(package: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let source = if package["source"].is_null() { package } else { &package["source"] };
    let words =
        [&package["name"], &package["version"], &source["name"], &source["version"], &package["arch"]].map(text);
    words.join(" ")
}

#[test]
fn debian_packages_are_those_of_dpkg() {
    let Some(engine) = Engine::find() else { return };
    for image in images() {
        engine.load(&image);
        let listed = engine.inside(&image, "dpkg-query", &["-W", "-f", FORMAT]);
        // Packages whose configuration alone was left behind are not installed.
        let theirs: BTreeSet<String> =
            listed.lines().filter_map(|line| line.strip_prefix("installed ")).map(str::to_owned).collect();
        assert!(theirs.len() > 50, "{}: {listed}", image.name);
        let report = report(program(["image", "--no-cache", "--input"]).arg(&image.layout));
        let ours: Vec<String> = report.live().filter(|package| package["kind"] == "deb").map(line).collect();
        assert_eq!(ours.iter().cloned().collect::<BTreeSet<_>>(), theirs, "{}", image.name);
        assert_eq!(ours.len(), theirs.len(), "{}: a package is listed twice", image.name);
    }
}
