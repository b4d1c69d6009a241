//! Advisory data from servers that fail in every way that servers do, on the example image: what is there stays in use,
//! the report says how old it is, and nothing is asked that need not be.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime};

use net::testing::{Fault, Share};
use serde_json::Value;
use zip::write::SimpleFileOptions;

/// All faults, each as often as a client that is patient would have to meet it.
const FAULTS: [Fault; 8] = [
    Fault::TooMany(0),
    Fault::Status(500),
    Fault::Status(503),
    Fault::Half,
    Fault::Short(10),
    Fault::Html,
    Fault::Loop,
    Fault::Reset,
];

/// The ecosystems of the example image, with how many vulnerabilities it has by the example advisories.
const EXAMPLES: [&str; 4] = ["Debian", "Maven", "PyPI", "npm"];

struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

fn run(arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let Output { status, stdout, stderr } = command.args(arguments).env_clear().stdin(Stdio::null()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: status.code(), out: text(stdout), err: text(stderr) }
}

fn examples(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name)
}

/// The example advisories as OSV.dev exports them.
fn bucket() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    export(root.path(), "first");
    root
}

/// Exports them, in archives that differ by the comment.
fn export(root: &Path, comment: &str) {
    for ecosystem in EXAMPLES {
        fs::create_dir_all(root.join(ecosystem)).unwrap();
        let mut archive = zip::ZipWriter::new(File::create(root.join(ecosystem).join("all.zip")).unwrap());
        archive.set_comment(comment).unwrap();
        let mut files: Vec<_> =
            fs::read_dir(examples("advisories").join(ecosystem)).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        for file in files {
            let name = file.file_name().unwrap().to_str().unwrap();
            archive
                .start_file(name, SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored))
                .unwrap();
            archive.write_all(&fs::read(file).unwrap()).unwrap();
        }
        archive.finish().unwrap();
    }
    fs::write(root.join("ecosystems.txt"), format!("{}\n[EMPTY]\nGIT\n", EXAMPLES.join("\n"))).unwrap();
}

/// A user's folder for advisory data.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn folder(&self) -> &str {
        self.0.path().to_str().unwrap()
    }

    fn update(&self, sources: &[&str], more: &[&str]) -> Run {
        let mut arguments = vec!["db", "update", "--db-dir", self.folder()];
        arguments.extend(sources.iter().flat_map(|source| ["--db-source", source]));
        arguments.extend(more);
        run(&arguments)
    }

    fn scan(&self, sources: &[&str], more: &[&str]) -> Run {
        let image = examples("shop.oci");
        let mut arguments = vec!["image", "--input", image.to_str().unwrap(), "--no-cache", "--db-dir", self.folder()];
        arguments.extend(sources.iter().flat_map(|source| ["--db-source", source]));
        arguments.extend(more);
        run(&arguments)
    }

    /// Makes it look as if the data had been fetched so long ago.
    fn age(&self, age: Duration) {
        let path = self.0.path().join("downloads/fetched.json");
        let mut ledger: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let then = SystemTime::now().checked_sub(age).unwrap().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        for record in ledger["files"].as_object_mut().unwrap().values_mut() {
            record["checked"] = then.as_secs().into();
        }
        fs::write(&path, ledger.to_string()).unwrap();
    }
}

fn osv(share: &Share) -> String {
    format!("osv:{}", share.base())
}

/// The findings of a report, as JSON.
fn findings(run: &Run) -> Value {
    let report: Value = serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}", run.err));
    report["artifacts"][0]["vulnerabilities"].clone()
}

/// By the advisories themselves.
fn expected() -> Value {
    let (image, advisories) = (examples("shop.oci"), examples("advisories"));
    let arguments =
        ["image", "--input", image.to_str().unwrap(), "--advisories", advisories.to_str().unwrap(), "-f", "json"];
    let findings = findings(&run(&arguments));
    assert!(findings.as_array().unwrap().len() > 5);
    findings
}

#[test]
fn a_scan_fetches_what_the_image_needs_and_no_more() {
    let bucket = bucket();
    fs::create_dir(bucket.path().join("RubyGems")).unwrap();
    fs::copy(bucket.path().join("npm/all.zip"), bucket.path().join("RubyGems/all.zip")).unwrap();
    let (share, home) = (Share::start(bucket.path()), Home::new());
    let scan = home.scan(&[&osv(&share)], &["-f", "json"]);
    assert_eq!(scan.code, Some(0), "{}", scan.err);
    assert_eq!(findings(&scan), expected());
    let asked = share.paths();
    for ecosystem in EXAMPLES {
        let path = format!("GET /{ecosystem}/all.zip");
        assert_eq!(asked.iter().filter(|asked| **asked == path).count(), 1, "{asked:?}");
    }
    assert!(!asked.iter().any(|path| path.contains("RubyGems") || path.contains("ecosystems")), "{asked:?}");
    // A second scan asks for nothing, and neither does one that must not.
    assert_eq!(findings(&home.scan(&[&osv(&share)], &["-f", "json"])), expected());
    home.age(Duration::from_hours(72));
    assert_eq!(findings(&home.scan(&[&osv(&share)], &["-f", "json", "--offline"])), expected());
    assert_eq!(findings(&home.scan(&[&osv(&share)], &["-f", "json", "--no-db-update"])), expected());
    assert_eq!(share.paths(), asked);
}

#[test]
fn everything_is_fetched_and_then_only_what_changed() {
    let bucket = bucket();
    let (share, home) = (Share::start(bucket.path()), Home::new());
    let update = home.update(&[&osv(&share)], &[]);
    assert_eq!(update.code, Some(0), "{}", update.err);
    for ecosystem in EXAMPLES {
        assert!(update.out.contains(&format!("{ecosystem}/all.zip: new")), "{}", update.out);
    }
    let again = home.update(&[&osv(&share)], &["--ecosystem", "npm,Debian:11"]);
    assert!(
        again.out.contains("npm/all.zip: up to date") && again.out.contains("Debian/all.zip: up to date"),
        "{}",
        again.out
    );
    let none = home.update(&[&osv(&share)], &["--ecosystem", "Atlantis"]);
    assert_eq!(none.code, Some(5));
    assert!(none.err.contains("no source has advisories about Atlantis"), "{}", none.err);
    let status = run(&["db", "status", "--db-dir", home.folder()]);
    assert!(status.out.contains("Debian:11") && status.out.contains("npm"), "{}", status.out);
    assert_eq!(run(&["db", "verify", "--db-dir", home.folder()]).code, Some(0));
}

#[test]
fn every_fault_is_said_and_costs_nothing_that_is_there() {
    let bucket = bucket();
    let expected = expected();
    for fault in FAULTS {
        let (share, home) = (Share::start(bucket.path()), Home::new());
        let source = osv(&share);
        share.fail(fault, 10_000);
        // Nothing is there, nothing comes: the report says so, and so does the exit code.
        let update = home.update(&[&source], &["--ecosystem", "npm"]);
        assert_eq!(update.code, Some(5), "{fault:?} {}", update.err);
        assert!(update.err.contains("cannot fetch the advisories of npm"), "{fault:?} {}", update.err);
        let scan = home.scan(&[&source], &["-f", "json"]);
        assert_eq!(scan.code, Some(5), "{fault:?} {}", scan.err);
        assert!(scan.out.contains("the advisories of npm cannot be fetched"), "{fault:?}");
        // The server recovers, and fails again: what it gave stays in use.
        share.mend();
        let scan = home.scan(&[&source], &["-f", "json"]);
        assert_eq!((scan.code, findings(&scan)), (Some(0), expected.clone()), "{fault:?} {}", scan.err);
        home.age(Duration::from_hours(72));
        export(bucket.path(), &format!("{fault:?}"));
        share.fail(fault, 10_000);
        let scan = home.scan(&[&source], &["-f", "json"]);
        assert_eq!((scan.code, findings(&scan)), (Some(0), expected.clone()), "{fault:?} {}", scan.err);
        assert!(scan.err.contains("npm/all.zip: used as it was 3 days ago"), "{fault:?} {}", scan.err);
        // Another source helps.
        let other = Share::start(bucket.path());
        let update = home.update(&[&source, &osv(&other)], &["--ecosystem", "npm"]);
        assert_eq!(update.code, Some(0), "{fault:?} {}", update.err);
        assert!(!update.out.contains("used as it was"), "{fault:?} {}", update.out);
    }
}

#[test]
fn what_cannot_be_made_of_a_good_archive_is_a_failure() {
    let bucket = bucket();
    let (share, home) = (Share::start(bucket.path()), Home::new());
    // Nothing can be renamed to this.
    fs::create_dir_all(home.0.path().join("npm.shard/full")).unwrap();
    let update = home.update(&[&osv(&share)], &["--ecosystem", "npm"]);
    assert_eq!(update.code, Some(5), "{}", update.out);
    assert!(update.err.contains("cannot fetch the advisories of npm"), "{}", update.err);
}

#[test]
fn a_slow_server_is_waited_for() {
    let bucket = bucket();
    let (share, home) = (Share::start(bucket.path()), Home::new());
    share.fail(Fault::Drip(Duration::from_millis(1)), 10_000);
    let scan = home.scan(&[&osv(&share)], &["-f", "json"]);
    assert_eq!((scan.code, findings(&scan)), (Some(0), expected()), "{}", scan.err);
}

#[test]
fn with_all_servers_dead_the_age_is_stated() {
    let bucket = bucket();
    let home = Home::new();
    assert_eq!(home.update(&[&osv(&Share::start(bucket.path()))], &[]).code, Some(0));
    // A port that nobody listens at any more.
    let dead = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let source = format!("osv:http://{dead}");
    home.age(Duration::from_hours(72));
    let scan = home.scan(&[&source], &[]);
    assert_eq!(scan.code, Some(0), "{}", scan.err);
    assert!(scan.out.contains("checked 3 days ago"), "{}", scan.out);
    assert_eq!(home.scan(&[&source], &["--db-max-age", "4d"]).code, Some(0));
    let old = home.scan(&[&source], &["--db-max-age", "2d"]);
    assert_eq!(old.code, Some(5));
    assert!(old.err.contains("are 72 hours old (--db-max-age)"), "{}", old.err);
}

#[test]
fn shards_of_a_server_are_fetched_as_they_are() {
    let bucket = bucket();
    let made = tempfile::tempdir().unwrap();
    let (from, to) = (bucket.path().to_str().unwrap(), made.path().to_str().unwrap());
    assert_eq!(run(&["db", "build", "--from", from, "--db-dir", to]).code, Some(0));
    let (share, home) = (Share::start(made.path()), Home::new());
    let source = format!("shards:{}", share.base());
    let scan = home.scan(&[&source], &["-f", "json"]);
    assert_eq!((scan.code, findings(&scan)), (Some(0), expected()), "{}", scan.err);
    // A folder is as good as a server.
    let other = Home::new();
    let scan = other.scan(&[&format!("shards:{to}")], &["-f", "json"]);
    assert_eq!((scan.code, findings(&scan)), (Some(0), expected()), "{}", scan.err);
    // A shard that is not the one that the list names is refused.
    let shard = made.path().join("npm.shard");
    let mut bytes = fs::read(&shard).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&shard, bytes).unwrap();
    let third = Home::new();
    let update = third.update(&[&source], &["--ecosystem", "npm"]);
    assert_eq!(update.code, Some(5), "{}", update.out);
    assert!(!third.0.path().join("npm.shard").exists());
}

#[test]
fn the_data_can_be_looked_into() {
    let bucket = bucket();
    let kev = bucket.path().join("kev");
    fs::create_dir(&kev).unwrap();
    let catalogue = r#"{"title":"t","catalogVersion":"1","dateReleased":"2021-12-10T00:00:00Z","count":1,"vulnerabilities":[
        {"cveID":"CVE-2021-44228","vendorProject":"v","product":"p","vulnerabilityName":"n","dateAdded":"2021-12-10",
        "shortDescription":"d","requiredAction":"Act.","dueDate":"2021-12-24","knownRansomwareCampaignUse":"Known",
        "notes":"","cwes":["CWE-20"]}]}"#;
    fs::write(kev.join("known_exploited_vulnerabilities.json"), catalogue).unwrap();
    let (old, new) = (Home::new(), Home::new());
    let from = bucket.path().to_str().unwrap();
    let build = |home: &Home| run(&["db", "build", "--from", from, "--db-dir", home.folder()]);
    assert_eq!(build(&old).code, Some(0));
    let search = |arguments: &[&str]| run(&[&["db", "search", "--db-dir", old.folder()], arguments].concat()).out;
    let by_alias = search(&["CVE-2021-44228"]);
    assert!(
        by_alias.contains("exploited: listed by CISA on 2021-12-10") && by_alias.contains("in ransomware"),
        "{by_alias}"
    );
    assert!(by_alias.contains("GHSA-jfh8-c2jp-5v3q") && by_alias.contains("Maven org.apache.logging.log4j:log4j-core"));
    assert!(search(&["lodash"]).contains("GHSA-jf85-cpcp-j695"));
    assert!(search(&["lodash", "--at", "4.17.4"]).contains("GHSA-jf85-cpcp-j695"));
    assert!(search(&["lodash", "--at", "4.17.21"]).contains("Nothing is known about lodash."));
    assert!(search(&["lodash", "--ecosystem", "PyPI"]).contains("Nothing is known about lodash."));
    // One record goes, and one is said differently.
    fs::remove_file(bucket.path().join("Maven/all.zip")).unwrap();
    let record = fs::read_to_string(examples("advisories/npm/GHSA-jf85-cpcp-j695.json")).unwrap();
    fs::remove_file(bucket.path().join("npm/all.zip")).unwrap();
    fs::write(bucket.path().join("npm/GHSA-jf85-cpcp-j695.json"), record.replace("4.17.12", "4.17.13")).unwrap();
    assert_eq!(build(&new).code, Some(0));
    let diff = run(&["db", "diff", old.folder(), new.folder()]).out;
    assert!(diff.contains("Maven: 0 new, 0 changed, 1 gone") && diff.contains("- GHSA-jfh8-c2jp-5v3q"), "{diff}");
    assert!(diff.contains("npm: 0 new, 1 changed, 1 gone") && diff.contains("~ GHSA-jf85-cpcp-j695"), "{diff}");
    assert_eq!(run(&["db", "diff", new.folder(), new.folder()]).out, "There is no difference.\n");
}

#[test]
fn without_any_data_the_report_says_so_first() {
    let home = Home::new();
    let scan = home.scan(&[], &["--offline"]);
    assert_eq!(scan.code, Some(5), "{}", scan.err);
    let first = scan.out.lines().next().unwrap();
    assert!(
        first.starts_with("Warning") && first.contains("no advisory data but what the program brings along"),
        "{first}"
    );
    // What it brings along knows the most famous of all.
    assert!(scan.out.contains("CVE-2021-44228"), "{}", scan.out);
}
