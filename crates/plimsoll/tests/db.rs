//! `plimsoll db` on advisory data that travels: what is built here and imported elsewhere gives the same findings.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

struct Run {
    code: Option<i32>,
    out: Vec<u8>,
    err: String,
}

impl Run {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.out).unwrap()
    }
}

fn run(arguments: &[&str]) -> Run {
    fed(arguments, &[], &[])
}

/// Runs the program with these bytes on standard input, and with nothing of this machine's settings.
fn fed(arguments: &[&str], input: &[u8], variables: &[(&str, &str)]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(arguments).env_clear().envs(variables.iter().copied());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that refuses does not read on.
    let _ = child.stdin.take().unwrap().write_all(input);
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    Run { code: status.code(), out: stdout, err: String::from_utf8(stderr).unwrap() }
}

/// Runs it, and it has to succeed.
fn done(arguments: &[&str]) -> String {
    let run = run(arguments);
    assert_eq!(run.code, Some(0), "{arguments:?}: {}", run.err);
    run.text().to_owned()
}

/// Runs it, and it has to fail with such a complaint.
fn refused(arguments: &[&str], complaints: &[&str]) {
    let run = run(arguments);
    assert!(run.code.is_some_and(|code| code != 0), "{arguments:?}: {}", run.text());
    for complaint in complaints {
        assert!(run.err.contains(complaint), "{arguments:?} does not say {complaint:?}: {}", run.err);
    }
}

fn examples(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name)
}

/// A folder in which data is built, exported and imported.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    /// Builds the example advisories, and returns the folder.
    fn built(&self, name: &str, more: &[&str]) -> String {
        let (from, folder) = (examples("advisories"), self.path(name));
        done(&[&["db", "build", "--from", from.to_str().unwrap(), "--db-dir", &folder], more].concat());
        folder
    }

    /// Builds them with one record less, and with another.
    fn built_later(&self, name: &str, more: &[&str]) -> String {
        let from = self.0.path().join("later-advisories");
        for ecosystem in fs::read_dir(examples("advisories")).unwrap().map(Result::unwrap) {
            let place = from.join(ecosystem.file_name());
            fs::create_dir_all(&place).unwrap();
            for record in fs::read_dir(ecosystem.path()).unwrap().map(Result::unwrap) {
                fs::copy(record.path(), place.join(record.file_name())).unwrap();
            }
        }
        fs::remove_file(from.join("Debian/DSA-5111-1.json")).unwrap();
        let record = r#"{"id": "RUSTSEC-2024-0001", "modified": "2024-01-01T00:00:00Z", "affected": [{"package":
            {"ecosystem": "crates.io", "name": "a"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}"#;
        fs::create_dir_all(from.join("crates.io")).unwrap();
        fs::write(from.join("crates.io/RUSTSEC-2024-0001.json"), record).unwrap();
        let folder = self.path(name);
        done(&[&["db", "build", "--from", from.to_str().unwrap(), "--db-dir", &folder], more].concat());
        folder
    }
}

/// The findings in the example image by the data in a folder.
fn findings(folder: &str) -> Value {
    let image = examples("shop.oci");
    let image = image.to_str().unwrap();
    let report = done(&["image", "--input", image, "--advisories", folder, "--no-cache", "--offline", "-o", "json"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    let findings = report["artifacts"][0]["vulnerabilities"].clone();
    assert!(findings.as_array().is_some_and(|findings| !findings.is_empty()), "there is something to compare");
    findings
}

/// The files in a folder with their bytes.
fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let file = |path: PathBuf| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap());
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| file(entry.unwrap().path())).collect();
    files.sort();
    files
}

#[test]
fn data_that_was_exported_and_imported_gives_the_same_findings() {
    let desk = Desk::new();
    let (folder, bundle, copy) = (desk.built("built", &[]), desk.path("plimsoll-db.tar.zst"), desk.path("copy"));
    let said = done(&["db", "export", &bundle, "--db-dir", &folder]);
    assert!(said.contains("not signed"), "{said}");
    let said = done(&["db", "import", &bundle, "--db-dir", &copy]);
    assert!(said.contains("note: it is not signed"), "{said}");
    assert_eq!(files(&copy), files(&folder));
    assert_eq!(findings(&copy), findings(&folder));
    assert!(done(&["db", "verify", "--db-dir", &copy]).contains(" 0 bad"));

    let piped = run(&["db", "export", "-", "--db-dir", &folder]);
    assert_eq!(piped.out, fs::read(&bundle).unwrap());
    let second = desk.path("second");
    let read = fed(&["db", "import", "-", "--db-dir", &second], &piped.out, &[]);
    assert_eq!(read.code, Some(0), "{}", read.err);
    assert_eq!(files(&second), files(&folder));
}

#[test]
fn bundles_are_tar_archives_to_others() {
    let desk = Desk::new();
    let (folder, bundle) = (desk.built("built", &[]), desk.path("plimsoll-db.tar.zst"));
    done(&["db", "export", &bundle, "--db-dir", &folder]);
    let place = desk.path("unpacked");
    fs::create_dir(&place).unwrap();
    match Command::new("tar").args(["--zstd", "-xf", &bundle, "-C", &place]).output() {
        Ok(output) if output.status.success() => {
            let mut unpacked = files(&place);
            unpacked.retain(|(name, _)| name != "bundle.json");
            assert_eq!(unpacked, files(&folder));
        }
        _ => eprintln!("skipped: unpacking with tar, because there is none that knows zstd"),
    }
}

#[test]
fn a_part_of_the_data_can_be_carried() {
    let desk = Desk::new();
    let (folder, bundle, copy) = (desk.built("built", &[]), desk.path("some.tar.zst"), desk.path("copy"));
    done(&["db", "export", &bundle, "--ecosystem", "npm,PyPI", "--db-dir", &folder]);
    done(&["db", "import", &bundle, "--db-dir", &copy]);
    let names: Vec<String> = files(&copy).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["PyPI.shard", "end-of-life.table", "npm.shard", "shards.json"]);
    refused(&["db", "export", &bundle, "--ecosystem", "Haskell", "--db-dir", &folder], &["no shard of Haskell"]);
}

#[test]
fn a_pinned_key_decides_what_is_taken() {
    let desk = Desk::new();
    let (secret, other) = (desk.path("key"), desk.path("other"));
    let key = done(&["db", "keygen", &secret]).trim().to_owned();
    let stranger = done(&["db", "keygen", &other]).trim().to_owned();
    assert!(key.starts_with("plimsoll-ed25519:"), "{key}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&secret).unwrap().permissions().mode() & 0o777, 0o600);
    }
    refused(&["db", "keygen", &secret], &["cannot write a key", "never overwritten"]);

    let folder = desk.built("built", &["--sign-key", &secret]);
    let (bundle, copy) = (desk.path("signed.tar.zst"), desk.path("copy"));
    done(&["db", "export", &bundle, "--db-dir", &folder]);
    refused(
        &["db", "import", &bundle, "--db-dir", &copy, "--db-key", &stranger],
        &["it is signed by the key ", "--db-key"],
    );
    assert!(!Path::new(&copy).exists());
    done(&["db", "import", &bundle, "--db-dir", &copy, "--db-key", &stranger, "--db-key", &key]);
    assert_eq!(files(&copy), files(&folder));
    done(&["db", "verify", "--db-dir", &copy, "--db-key", &key]);
    refused(&["db", "verify", "--db-dir", &copy, "--db-key", &stranger], &["it is signed by the key "]);
    let pinned = fed(&["db", "import", &bundle, "--db-dir", &copy], &[], &[("PLIMSOLL_DB_KEY", &stranger)]);
    assert_eq!(pinned.code, Some(3), "{}", pinned.err);

    let unsigned = desk.path("unsigned.tar.zst");
    done(&["db", "export", &unsigned, "--db-dir", &desk.built("plain", &[])]);
    refused(&["db", "import", &unsigned, "--db-dir", &copy, "--db-key", &key], &["it is not signed, and must be"]);
    assert_eq!(files(&copy), files(&folder));
    // Building anew takes the signature of what was there before away.
    assert!(!files(&desk.built("built", &[])).iter().any(|(name, _)| name == "shards.json.sig"));
    let none = desk.path("none");
    refused(&["db", "build", "--from", &folder, "--db-dir", &copy, "--sign-key", &none], &["db keygen FILE"]);
    refused(&["db", "import", &bundle, "--db-key", "secret"], &["is no public key"]);
}

#[test]
fn a_delta_makes_the_newer_data_of_the_older() {
    let desk = Desk::new();
    let (old, new, delta) = (desk.built("old", &[]), desk.built_later("new", &[]), desk.path("delta.tar.zst"));
    done(&["db", "delta", &old, &new, &delta]);
    let copy = desk.path("copy");
    done(&["db", "export", &desk.path("whole"), "--db-dir", &old]);
    done(&["db", "import", &desk.path("whole"), "--db-dir", &copy]);
    done(&["db", "import", &delta, "--db-dir", &copy]);
    assert_eq!(files(&copy), files(&new));
    assert_eq!(findings(&copy), findings(&new));
    assert_ne!(findings(&copy), findings(&old));
    let empty = desk.path("empty");
    refused(&["db", "import", &delta, "--db-dir", &empty], &["BLAKE3", "has no shards.json", "import a whole bundle"]);
}

#[test]
fn what_cannot_be_read_or_written_is_said_and_changes_nothing() {
    let desk = Desk::new();
    let (folder, bundle) = (desk.built("built", &[]), desk.path("plimsoll-db.tar.zst"));
    done(&["db", "export", &bundle, "--db-dir", &folder]);
    let before = files(&folder);
    let mut bytes = fs::read(&bundle).unwrap();
    bytes.truncate(bytes.len() / 2);
    fs::write(desk.path("half"), &bytes).unwrap();
    refused(&["db", "import", &desk.path("half"), "--db-dir", &folder], &["it is cut off", "stays in use"]);
    refused(&["db", "import", &desk.path("nothing"), "--db-dir", &folder], &["cannot import"]);
    assert_eq!(files(&folder), before);
    refused(&["db", "import", &bundle, "--db-dir", &bundle], &["cannot import", "stays in use"]);
    refused(&["db", "export", &desk.path("no/such/folder/x"), "--db-dir", &folder], &["cannot write"]);
    refused(&["db", "export", &desk.path("x"), "--db-dir", &desk.path("none")], &["no advisory data"]);
    assert!(!Path::new(&desk.path("x")).exists());
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_to_is_said_to_be_one() {
    use std::os::unix::fs::PermissionsExt;

    let desk = Desk::new();
    let (folder, bundle, copy) = (desk.built("built", &[]), desk.path("plimsoll-db.tar.zst"), desk.path("copy"));
    done(&["db", "export", &bundle, "--db-dir", &folder]);
    fs::create_dir(&copy).unwrap();
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(Path::new(&copy).join("x"), "").is_ok() {
        eprintln!("skipped: importing into a folder without permission, because this user needs none");
        return;
    }
    refused(&["db", "import", &bundle, "--db-dir", &copy], &["Permission denied", "--db-dir"]);
}

#[test]
fn what_is_fetched_must_be_signed_by_a_pinned_key() {
    let desk = Desk::new();
    let (key, stranger) = (done(&["db", "keygen", &desk.path("key")]), done(&["db", "keygen", &desk.path("other")]));
    let (key, stranger) = (key.trim(), stranger.trim());
    let folder = desk.built("built", &["--sign-key", &desk.path("key")]);
    let (source, copy) = (format!("shards:{folder}"), desk.path("copy"));
    refused(
        &["db", "update", "--db-source", &source, "--db-dir", &copy, "--db-key", stranger],
        &["it is signed by the key "],
    );
    assert!(!files(&copy).iter().any(|(name, _)| name.contains(".shard") || name == "shards.json"));
    done(&["db", "update", "--db-source", &source, "--db-dir", &copy, "--db-key", key]);
    assert_eq!(findings(&copy), findings(&folder));
    done(&["db", "verify", "--db-dir", &copy, "--db-key", key]);
    let records = format!("osv:{}", examples("advisories").display());
    refused(&["db", "update", "--db-source", &records, "--db-dir", &copy, "--db-key", key], &["are not signed"]);
}

#[test]
fn older_data_does_not_replace_newer_by_accident() {
    let desk = Desk::new();
    let (from, key) = (examples("advisories").display().to_string(), desk.path("key"));
    let public = done(&["db", "keygen", &key]);
    let public = public.trim();
    // `date -u -d @1795000000`: 2026-11-18 11:06:40; the other is a day later.
    let built = |name: &str, epoch: &str| {
        let folder = desk.path(name);
        let arguments = ["db", "build", "--from", &from, "--db-dir", &folder, "--sign-key", &key];
        let run = fed(&arguments, b"", &[("SOURCE_DATE_EPOCH", epoch)]);
        assert_eq!(run.code, Some(0), "{}", run.err);
        folder
    };
    let (monday, tuesday) = (built("monday", "1795000000"), built("tuesday", "1795086400"));
    let bundle = desk.path("monday.tar.zst");
    done(&["db", "export", &bundle, "--db-dir", &monday]);
    let both = ["2026-11-18T11:06:40Z", "2026-11-19T11:06:40Z"];
    // A replayed bundle, signed as it should be.
    let import = ["db", "import", &bundle, "--db-dir", &tuesday, "--db-key", public];
    let before = files(&tuesday);
    refused(&import, &[both[0], both[1], "--allow-older"]);
    assert_eq!(files(&tuesday), before);
    // A server that was set back: what is here stays in use, with its own signature.
    let (copy, sources) = (desk.path("copy"), [format!("shards:{tuesday}"), format!("shards:{monday}")]);
    let update = |source: &str| done(&["db", "update", "--db-source", source, "--db-dir", &copy, "--db-key", public]);
    update(&sources[0]);
    let said = update(&sources[1]);
    assert!(both.iter().all(|time| said.contains(time)), "{said}");
    done(&["db", "verify", "--db-dir", &copy, "--db-key", public]);
    assert_eq!(
        fs::read(Path::new(&copy).join("shards.json")).ok(),
        fs::read(Path::new(&tuesday).join("shards.json")).ok()
    );
    // Whoever says so gets it back.
    done(&[&import[..], &["--allow-older"]].concat());
    assert_eq!(files(&tuesday), files(&monday));
}
