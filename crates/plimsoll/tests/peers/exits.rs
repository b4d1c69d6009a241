//! Exit codes, where the input is real. Their list is in `--help`.

use std::fs;

use crate::support::{advisories, image, program, run, skip};

fn check(arguments: &[&str], code: i32, complaint: &str) {
    let ran = run(program(["image", "--no-cache"]).args(arguments));
    assert_eq!(ran.code, Some(code), "{arguments:?}: {}", ran.err);
    assert!(ran.err.contains(complaint), "{arguments:?}: {}", ran.err);
}

#[test]
fn codes_say_how_the_scan_of_a_real_image_ended() {
    let Some(image) = image("debian12") else { return };
    let input = image.layout.to_str().unwrap();
    let of_image = |more: &[&str], code, complaint: &str| {
        check(&[&["--input", input], more].concat(), code, complaint);
    };
    of_image(&["--scanners", "package"], 0, "");
    of_image(&["--scanners", "package", "--fail-on-incomplete"], 0, "");
    of_image(&["no-such-tag", "--scanners", "package"], 3, "no-such-tag");
    of_image(&["--scanners", "package", "--max-layer-bytes", "1MB", "--fail-on-incomplete"], 4, "--fail-on-incomplete");
    of_image(&["--scanners", "package", "--max-layer-bytes", "1MB"], 0, "");
    of_image(&[], 5, "no advisories");
    let empty = tempfile::tempdir().unwrap();
    of_image(&["--advisories", empty.path().to_str().unwrap()], 5, "advisories");
    of_image(&["--advisories", "/no/such/folder"], 5, "/no/such/folder");
}

#[test]
fn a_gate_fails_on_what_is_bad_enough() {
    let Some(image) = image("python") else { return };
    let Some(folder) = advisories() else {
        return skip("there is no ../shared/osv-mirror beside the repository");
    };
    let arguments = ["--input", image.layout.to_str().unwrap(), "--advisories", folder.to_str().unwrap()];
    let gate = |severity| [&arguments[..], &["--fail-on", severity]].concat();
    check(&arguments, 0, "");
    // Django 3.2.0, among others: CVE-2021-35042 is critical (9.8, says NVD).
    check(&gate("critical"), 1, "--fail-on critical");
    check(&gate("low"), 1, "--fail-on low");
}

#[test]
fn what_is_no_image_says_so() {
    check(&["--input", "/no/such/file.tar"], 3, "/no/such/file.tar");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("words.tar");
    fs::write(&file, "these are words, and no archive\n").unwrap();
    check(&["--input", file.to_str().unwrap()], 3, "words.tar");
    check(&["Not/A//Name", "--image-src", "registry"], 2, "Not/A//Name");
}
