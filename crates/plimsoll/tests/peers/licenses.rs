//! The licences of Debian's packages, as their own copyright files declare them.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{images, program, report, tool};

/// A machine-readable copyright file as a few lines can read one: the licences of the header and of paragraphs on files,
/// each once, and those that have a paragraph of their own.
fn declared(text: &str) -> Option<(Vec<&str>, Vec<&str>)> {
    let (mut stated, mut defined): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    if !text.starts_with("Format:") {
        return None;
    }
    for paragraph in text.split("\n\n") {
        let Some(license) = paragraph.lines().find_map(|line| line.strip_prefix("License:")) else { continue };
        let license = license.trim();
        if !paragraph.contains("Format:") && !paragraph.lines().any(|line| line.starts_with("Files:")) {
            defined.push(license);
        } else if !license.is_empty() && !stated.iter().any(|stated| stated.eq_ignore_ascii_case(license)) {
            stated.push(license);
        }
    }
    Some((stated, defined))
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
    for image in images() {
        let bundle = tempfile::tempdir().unwrap();
        let from = format!("{}:latest", image.layout.display());
        let to = bundle.path().join("bundle");
        umoci.ask(["unpack".as_ref(), "--rootless".as_ref(), "--image".as_ref(), from.as_ref(), to.as_os_str()]);
        let documentation = to.join("rootfs/usr/share/doc");
        let report = report(program(["image", "--no-cache", "--input"]).arg(&image.layout));
        let of_package = |package: &Value| documentation.join(package["name"].as_str().unwrap()).join("copyright");
        let debian = report.live().filter(|package| package["kind"] == "deb");
        let machine_readable = debian.filter(|package| check(package, &of_package(package))).count();
        assert!(machine_readable > 40, "{}: {machine_readable} files are machine-readable", image.name);
    }
}
