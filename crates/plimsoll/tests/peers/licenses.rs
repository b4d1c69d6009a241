//! The licences of Debian's packages, as their own copyright files declare them.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{image, program, report, tool};

/// A machine-readable copyright file as a few lines can read one: the licences of the header and of paragraphs on files,
/// each once, and those that have a paragraph of their own.
fn declared(text: &str) -> Option<(Vec<&str>, Vec<&str>)> {
    let (mut stated, mut defined): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    if !text.starts_with("Format:") {
        return None;
    }
    for paragraph in text.split("\n\n") {
        let Some(license) = value(paragraph, "license:") else { continue };
        if value(paragraph, "format:").is_none() && value(paragraph, "files:").is_none() {
            defined.push(license);
        } else if !license.is_empty() && !stated.iter().any(|stated| stated.eq_ignore_ascii_case(license)) {
            stated.push(license);
        }
    }
    Some((stated, defined))
}

/// What the paragraph's first line says that begins with this name, in any case.
fn value<'a>(paragraph: &'a str, name: &str) -> Option<&'a str> {
    let start = |line: &&str| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    paragraph.lines().find(start).map(|line| line[name.len()..].trim())
}

/// Whether the file is machine-readable, and then it must declare the package's licences.
fn check(package: &Value, copyright: &Path) -> bool {
    // The system follows the links between folders of documentation.
    let text = fs::read(copyright).unwrap();
    let text = String::from_utf8_lossy(&text);
    let Some((stated, defined)) = declared(&text) else { return false };
    let ours: Vec<&str> = package["licenses"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let at = copyright.display();
    assert!(ours.starts_with(&stated), "{at}: {ours:?} are not {stated:?}");
    let more = &ours[stated.len()..];
    assert!(more.iter().all(|license| defined.contains(license)), "{at}: {more:?} are not declared");
    for name in defined {
        let is_named = ours.iter().any(|license| license.to_lowercase().contains(&name.to_lowercase()));
        assert!(is_named, "{at}: {name} is not among {ours:?}");
    }
    true
}

#[test]
fn debian_licences_are_those_of_the_copyright_files() {
    let Some(umoci) = tool("umoci") else { return };
    for image in ["debian11", "debian12"].into_iter().filter_map(image) {
        let bundle = tempfile::tempdir().unwrap();
        let from = format!("{}:latest", image.layout.display());
        let to = bundle.path().join("bundle");
        umoci.ask(["unpack".as_ref(), "--rootless".as_ref(), "--image".as_ref(), from.as_ref(), to.as_os_str()]);
        let documentation = to.join("rootfs/usr/share/doc");
        let report = report(program(["image", "--no-cache", "--input"]).arg(&image.layout));
        let of_package = |package: &Value| documentation.join(package["name"].as_str().unwrap()).join("copyright");
        // What lies in apt's cache is packed: its documentation is not in the filesystem.
        let debian = report.live().filter(|package| package["kind"] == "deb" && package["found_by"] == "dpkg");
        let machine_readable = debian.filter(|package| check(package, &of_package(package))).count();
        assert!(machine_readable > 40, "{}: {machine_readable} files are machine-readable", image.name);
    }
}
