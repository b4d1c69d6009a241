//! Exceptions for secrets from end to end: what is allowed stays in the report and fails no gate, and exceptions that allow
//! nothing are said.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// Not written in one piece, so that no scanner finds it here.
fn token(end: char) -> String {
    ["gh", "p_", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R"].concat() + &end.to_string()
}

/// Scans a folder with these files. Returns the exit code, the lines of standard error, and of every secret its path and why it
/// does not count.
fn scan(command: &str, files: &[(&str, &str)], arguments: &[&str]) -> (i32, String, Vec<(String, String)>) {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let arguments: Vec<String> =
        arguments.iter().map(|text| text.strip_prefix('@').map_or_else(|| (*text).to_owned(), path)).collect();
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args([command, folder.path().to_str().unwrap(), "--scanners", "secret", "--offline", "--no-cache"])
        .args(["-f", "json", "--fail-on", "low"])
        .args(arguments)
        .env_clear()
        .env("SOURCE_DATE_EPOCH", "1714979289")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    let report = serde_json::from_slice::<Value>(&output.stdout).unwrap_or_default();
    let rows = report["artifacts"][0]["secrets"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = rows.iter().map(|row| (text(&row["place"]["path"]), text(&row["suppressed"]))).collect();
    (output.status.code().unwrap(), errors, rows)
}

fn pair(path: &str, reason: &str) -> (String, String) {
    (path.to_owned(), reason.to_owned())
}

#[test]
fn what_is_allowed_is_shown_and_fails_no_gate() {
    let (first, second) = (format!("A={}\n", token('1')), format!("B={} # gitleaks:allow\n", token('2')));
    let files = [("src/a.env", &*first), ("src/b.env", &*second), (".gitleaksignore", "src/a.env:github-pat:1\n")];
    let (code, errors, rows) = scan("fs", &files, &[]);
    let expected = [
        pair("src/a.env", "allowed by .gitleaksignore, line 1"),
        pair("src/b.env", "allowed by the comment gitleaks:allow"),
    ];
    assert_eq!((code, &*rows), (0, &expected[..]), "{errors}");
    // What lies in a root file system has no say about it.
    let (code, _, rows) = scan("rootfs", &files, &[]);
    assert_eq!((code, &*rows[0].1), (1, ""));
}

#[test]
fn exceptions_that_allow_nothing_are_said() {
    let secret = format!("A={}\n", token('3'));
    let file = "allow-rules:\n  - path: ^other/\n    description: never\n  - path: ^src/\n    description: for tests\n";
    let files = [("src/a.env", &*secret), ("mine/exceptions.yaml", file)];
    let (code, errors, rows) = scan("fs", &files, &["--secret-allow", "@mine/exceptions.yaml"]);
    assert_eq!(
        (code, &*rows),
        (0, &[pair("src/a.env", "allowed by exceptions.yaml, line 4: for tests")][..]),
        "{errors}"
    );
    assert!(errors.contains("warning: the exception in exceptions.yaml, line 2 allowed nothing"), "{errors}");
}

#[test]
fn rules_of_ones_own_find_secrets() {
    let rules = "[[rules]]\nid = 'acme'\ndescription = 'Acme key'\nregex = '''acme-[a-z0-9]{8}'''\n";
    let files = [("src/a.txt", "key: acme-a1b2c3d4\n"), (".gitleaks.toml", rules)];
    let (code, errors, rows) = scan("fs", &files, &[]);
    assert_eq!((code, &*rows), (1, &[pair("src/a.txt", "")][..]), "{errors}");
}

#[test]
fn mistakes_end_the_scan_with_file_and_line() {
    let files = [("a.toml", "[[rules]]\nid = 'acme'\nregex = '('\n")];
    let (code, errors, _) = scan("fs", &files, &["--secret-allow", "@a.toml"]);
    assert_eq!(code, 2, "{errors}");
    assert!(errors.contains("a.toml: line 1, rule acme: \"(\" is no regular expression"), "{errors}");
    let absent = Path::new("absent").to_str().unwrap();
    assert_eq!(scan("fs", &[], &["--secret-allow", absent]).0, 2);
}
