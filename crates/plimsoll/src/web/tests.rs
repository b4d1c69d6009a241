//! Copies of files on servers that fail in every way we know of, and in processes that die: the engine of
//! `advisories::fresh` over HTTP.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::SystemTime;

use advisories::fresh::{Ledger, Outcome, Terms, Wanted, update, zip};
use net::testing::{self, Asked, Fault, Share};

use super::*;

const PATH: &str = "Azure Linux/all.zip";

/// A served folder with one archive, and a folder for copies.
struct Setting {
    mirror: tempfile::TempDir,
    share: Share,
    copies: tempfile::TempDir,
}

impl Setting {
    fn new() -> Self {
        let mirror = tempfile::tempdir().unwrap();
        fs::create_dir(mirror.path().join("Azure Linux")).unwrap();
        fs::write(mirror.path().join(PATH), archive("first")).unwrap();
        let share = Share::start(mirror.path());
        Self { mirror, share, copies: tempfile::tempdir().unwrap() }
    }

    /// One whose copy is of the first archive, and whose mirror has another.
    fn with_copy() -> Self {
        let this = Self::new();
        check(&this.bring(&[&this.share.base()]), "updated");
        this.publish("second");
        this
    }

    fn publish(&self, text: &str) {
        fs::write(self.mirror.path().join(PATH), archive(text)).unwrap();
    }

    fn bring(&self, addresses: &[&str]) -> String {
        bring(self.copies.path(), addresses, SystemTime::now(), Duration::ZERO)
    }

    fn copy(&self) -> Option<Vec<u8>> {
        fs::read(self.copies.path().join(PATH)).ok()
    }
}

/// What a mirror would serve: a ZIP archive with one stored file, by hand (APPNOTE.TXT, section 4.3) as far as a check
/// for its end goes.
fn archive(text: &str) -> Vec<u8> {
    let end = [&b"PK\x05\x06"[..], &[0; 18]].concat();
    [b"PK\x03\x04", text.repeat(50).as_bytes(), &end].concat()
}

/// Impatient, so that tests are quick.
fn access() -> Access {
    let patience =
        Patience { first: Duration::from_millis(1), longest: Duration::from_secs(2), ..Access::default().patience };
    Access { patience, longest: Duration::from_secs(20), ..Access::default() }
}

fn machine() -> Arc<Http> {
    let nothing: [(&str, &str); 0] = [];
    connections(Environment::new(nothing, "/nowhere"))
}

fn web(address: &str, access: Access) -> Result<Web, String> {
    Web::new(machine(), address, access)
}

/// What becomes of the archive, in words.
fn bring(copies: &Path, addresses: &[&str], now: SystemTime, max_age: Duration) -> String {
    bring_with(copies, addresses, now, max_age, &access())
}

fn bring_with(copies: &Path, addresses: &[&str], now: SystemTime, max_age: Duration, access: &Access) -> String {
    let sources: Vec<_> = addresses.iter().map(|address| web(address, access.clone()).unwrap().source()).collect();
    let wanted = Wanted { check: Some(Box::new(zip)), ..Wanted::new(PATH) };
    let terms = Terms { now, max_age, parallel: 4, patience: Duration::from_mins(1), watch: None };
    let update = update(copies, &sources, &[wanted], &terms);
    assert_eq!(update.notes, Vec::<String>::new());
    match &update.files[0].1 {
        Outcome::Kept { .. } => "kept".into(),
        Outcome::Updated => "updated".into(),
        Outcome::Unchanged => "unchanged".into(),
        Outcome::Stale { why, .. } => format!("stale: {why}"),
        Outcome::Missing => "missing".into(),
        Outcome::Failed { why } => format!("failed: {why}"),
    }
}

fn check(found: &str, expected: &str) {
    assert!(found.contains(expected), "{found:?} does not say {expected:?}");
}

/// A fault that does not end: without a copy, with one, and before a second source.
fn check_fault(fault: Fault, requests: usize, why: &str) {
    check_fault_with(fault, requests, why, &access());
}

fn check_fault_with(fault: Fault, requests: usize, why: &str, access: &Access) {
    let now = SystemTime::now();
    let none = Setting::new();
    none.share.fail(fault, 100);
    let failed = bring_with(none.copies.path(), &[&none.share.base()], now, Duration::ZERO, access);
    check(&failed, &format!("failed: {}: ", none.share.base()));
    check(&failed, why);
    assert_eq!(none.copy(), None);
    assert_eq!(none.share.paths().len(), requests, "{fault:?}");

    let some = Setting::with_copy();
    some.share.fail(fault, 100);
    let stale = bring_with(some.copies.path(), &[&some.share.base()], now, Duration::ZERO, access);
    check(&stale, &format!("stale: {}: ", some.share.base()));
    check(&stale, why);
    assert_eq!(some.copy(), Some(archive("first")));

    let other = Setting::new();
    other.publish("elsewhere");
    let bases = [some.share.base(), other.share.base()];
    let found = bring_with(some.copies.path(), &bases.each_ref().map(|base| &**base), now, Duration::ZERO, access);
    check(&found, "updated");
    assert_eq!(some.copy(), Some(archive("elsewhere")));
}

#[test]
fn refusals() {
    check_fault(Fault::TooMany(0), 2, "it answered 429 Too Many Requests; gave up after 2 attempts");
    check_fault(Fault::TooMany(3600), 1, "429 Too Many Requests; it asks to wait 3600 s, and at most 2 s are waited");
    check_fault(Fault::Status(500), 2, "it answered 500 Internal Server Error; gave up after 2 attempts");
    check_fault(Fault::Status(503), 2, "it answered 503 Service Unavailable");
    check_fault(Fault::Status(403), 1, "it answered 403 Forbidden");
    check_fault(Fault::Status(401), 1, "it answered 401 Unauthorized; it wants a credential");
    check_fault(Fault::Status(206), 1, "it answered 206 Partial Content");
}

#[test]
fn broken_bodies() {
    // Asked for once more by the engine.
    check_fault(Fault::Half, 2, "it broke off after 1");
    check_fault(Fault::Short(1), 1, "it is a ZIP archive without an end; it was cut");
    check_fault(Fault::Html, 1, "it is a page for people; some network in between may want a login");
}

#[test]
fn broken_connections() {
    check_fault(Fault::Reset, 2, "broke off");
    // Nine, since eight redirects are followed.
    check_fault(Fault::Loop, 9, "leads on and on");
}

#[test]
fn a_drip() {
    let access = Access { longest: Duration::from_secs(1), ..access() };
    check_fault_with(Fault::Drip(Duration::from_millis(50)), 1, "no more came in time", &access);
}

#[test]
fn what_passes_is_waited_for() {
    for fault in [Fault::TooMany(0), Fault::Status(502), Fault::Half, Fault::Reset] {
        let setting = Setting::with_copy();
        setting.share.fail(fault, 1);
        check(&setting.bring(&[&setting.share.base()]), "updated");
        assert_eq!(setting.copy(), Some(archive("second")));
        assert_eq!(setting.share.paths().len(), 3, "{fault:?}");
    }
}

#[test]
fn nobody_listens() {
    let address = format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    let setting = Setting::new();
    check(&setting.bring(&[&address]), "failed: http://127.0.0.1:");
    check(&setting.bring(&[&address, &setting.share.base()]), "updated");
    check(&setting.bring(&[&address]), "stale: http://127.0.0.1:");
}

#[test]
fn the_whole_time_is_up() {
    let setting = Setting::with_copy();
    let patience = Patience { deadline: Some(Instant::now()), ..access().patience };
    let access = Access { patience, ..access() };
    let found = bring_with(setting.copies.path(), &[&setting.share.base()], SystemTime::now(), Duration::ZERO, &access);
    check(&found, "stale: ");
    check(&found, TIME_IS_UP);
    assert_eq!(setting.share.paths().len(), 1, "only the copy was fetched");
}

#[test]
fn what_is_the_same_is_not_sent_again() {
    let setting = Setting::new();
    // With and without a slash at the end, it is one source.
    check(&setting.bring(&[&format!("{}/", setting.share.base())]), "updated");
    check(&setting.bring(&[&setting.share.base()]), "unchanged");
    let asked = setting.share.asked();
    let tag = asked[1].header("if-none-match").unwrap();
    let record = &Ledger::read(setting.copies.path()).files[PATH];
    assert_eq!((asked[0].header("if-none-match"), record.tag.etag.as_deref()), (None, Some(tag)));
    assert_eq!(asked[1].header("if-modified-since"), record.tag.modified.as_deref());
    assert_eq!(setting.share.paths(), ["GET /Azure%20Linux/all.zip"; 2]);
    assert_eq!(asked[0].header("user-agent"), Some(concat!("plimsoll/", env!("CARGO_PKG_VERSION"))));

    setting.publish("second");
    check(&setting.bring(&[&setting.share.base()]), "updated");
    assert_eq!(setting.copy(), Some(archive("second")));
    fs::remove_file(setting.mirror.path().join(PATH)).unwrap();
    check(&setting.bring(&[&setting.share.base()]), "stale: no source has it any more");
}

#[test]
fn a_date_alone_is_condition_enough() {
    let dated = |asked: &Asked| {
        let date = "Fri, 31 Dec 1999 23:59:59 GMT";
        let status = if asked.header("if-modified-since") == Some(date) { 304 } else { 200 };
        let body = if status == 200 { archive("old") } else { Vec::new() };
        testing::Answer::new(status, body).with("Last-Modified", date)
    };
    let (server, copies) = (testing::Server::start(dated), tempfile::tempdir().unwrap());
    let base = format!("http://{}/below", server.host);
    for expected in ["updated", "unchanged"] {
        check(&bring(copies.path(), &[&base], SystemTime::now(), Duration::ZERO), expected);
    }
    assert_eq!(server.paths(), ["GET /below/Azure%20Linux/all.zip"; 2]);
}

#[test]
fn names_are_encoded_part_by_part() {
    let server = testing::Server::start(|_| testing::Answer::new(404, ""));
    let web = web(&format!("http://{}", server.host), access()).unwrap();
    for path in ["[EMPTY]/all.zip", "Debian:12.shard", "a?b#c%d", "ä/~x_y-z.json"] {
        assert!(matches!(web.get(path, None), Ok(Answer::Missing)));
    }
    // RFC 3986, section 2: ä is C3 A4 in UTF-8.
    let expected = ["/%5BEMPTY%5D/all.zip", "/Debian%3A12.shard", "/a%3Fb%23c%25d", "/%C3%A4/~x_y-z.json"];
    assert_eq!(server.paths(), expected.map(|path| format!("GET {path}")));
}

#[test]
fn what_is_packed_is_refused() {
    let server = testing::Server::start(|_| testing::Answer::new(200, "packed").with("Content-Encoding", "gzip"));
    let web = web(&format!("http://{}", server.host), access()).unwrap();
    check(&web.get("a", None).err().unwrap().to_string(), "it packs what it was asked to send as it is");
}

#[test]
fn credentials_go_to_their_server_and_into_no_message() {
    let stranger = testing::Server::start(|_| testing::Answer::new(401, ""));
    let elsewhere = format!("http://{}/elsewhere", stranger.host);
    let server = testing::Server::start(move |asked| match &*asked.path {
        "/moved" => testing::Answer::new(302, "").with("Location", &*elsewhere),
        _ => testing::Answer::new(403, "hidden"),
    });
    let told = |address: &str, token: Option<&str>| {
        let source = web(address, Access { token: token.map(str::to_owned), ..access() }).unwrap().source();
        let words = ["own", "moved"].map(|path| source.remote.get(path, None).err().unwrap().to_string());
        assert_eq!(source.name, format!("http://{}", server.host));
        assert!(!words.concat().contains("hidden"), "{words:?}");
        check(&words[0], "it does not take the credential");
    };
    told(&format!("http://me:hid%64en@{}", server.host), Some("unused"));
    told(&format!("http://{}/", server.host), Some("hidden-token"));
    let seen = |server: &testing::Server| {
        server.asked().iter().map(|asked| asked.header("authorization").map(str::to_owned)).collect::<Vec<_>>()
    };
    // `printf me:hidden | base64`
    let (user, token) = ("Basic bWU6aGlkZGVu", "Bearer hidden-token");
    assert_eq!(seen(&server), [user, user, token, token].map(|header| Some(header.to_owned())));
    assert_eq!(seen(&stranger), [None, None]);
}

#[test]
fn addresses_that_cannot_be_right() {
    for (address, why) in [
        ("mirror.example/osv", "write https://HOST/PATH"),
        ("ftp://mirror.example/osv", "neither https nor http"),
        ("https://", "write https://HOST/PATH"),
        ("https://mirror.example/a b", "write https://HOST/PATH"),
        ("https://mirror.example/osv?sig=1", "it must end with its path"),
        ("http://me:hidden@mirror.example/osv", "over https only"),
        ("https://me:hidden\n@mirror.example", ""),
        ("https://me:hid/hidden@mirror.example/osv", "write %2F for a slash in a password"),
        ("me:hidden@mirror.example", "write https://HOST/PATH"),
    ] {
        let Err(message) = web(address, access()) else {
            // Encoded, any character may be in a password.
            assert_eq!(why, "", "{address}");
            continue;
        };
        check(&message, why);
        assert!(!message.contains("hidden") && !message.contains('\n'), "{message}");
    }
    let token = Access { token: Some("hidden".into()), ..access() };
    check(&web("http://mirror.example", token.clone()).err().unwrap(), "over https only");
    assert!(web("https://mirror.example", token).is_ok());
    let broken = Access { token: Some("hidden\n".into()), ..access() };
    let message = web("https://mirror.example", broken).err().unwrap();
    assert!(message.contains("no header may have") && !message.contains("hidden"), "{message}");
}

/// Tells the test below that it is a process of its own, and what to do.
const CHILD: &str = "PLIMSOLL_TEST_COPIES";

/// The body of another process; by itself it does nothing.
#[test]
fn another_process() {
    let Ok(task) = std::env::var(CHILD) else { return };
    let (base, copies) = task.split_once(' ').unwrap();
    let outcome = bring(Path::new(copies), &[base], SystemTime::now(), Duration::from_hours(1));
    // Beside what the test harness writes.
    writeln!(std::io::stderr(), "outcome: {outcome}").unwrap();
}

fn start(setting: &Setting) -> Child {
    let task = format!("{} {}", setting.share.base(), setting.copies.path().display());
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["web::tests::another_process", "--exact", "--nocapture"]).env(CHILD, task);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn two_processes_fetch_a_file_once() {
    let setting = Setting::new();
    setting.share.fail(Fault::Drip(Duration::from_millis(3)), 1);
    let outcomes = [start(&setting), start(&setting)].map(|child| {
        let output = child.wait_with_output().unwrap();
        let words = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{words}");
        words.split_once("outcome: ").unwrap().1.trim_end().to_owned()
    });
    let mut sorted = outcomes.clone();
    sorted.sort();
    assert_eq!(sorted, ["kept", "updated"]);
    assert_eq!(setting.share.paths().len(), 1);
    assert_eq!(setting.copy(), Some(archive("first")));
}

#[test]
fn a_process_that_is_killed_leaves_the_old_copy_in_use() {
    let setting = Setting::with_copy();
    // Old enough to be asked for.
    let ledger = setting.copies.path().join("fetched.json");
    let checked = format!("\"checked\": {}", Ledger::read(setting.copies.path()).files[PATH].checked);
    fs::write(&ledger, fs::read_to_string(&ledger).unwrap().replace(&checked, "\"checked\": 1")).unwrap();
    setting.share.fail(Fault::Drip(Duration::from_millis(100)), 1);
    let mut child = start(&setting);
    let folder = setting.copies.path().join("Azure Linux");
    let drafts = || {
        let entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap());
        entries.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "new")).collect::<Vec<_>>()
    };
    while !drafts().iter().any(|draft| draft.metadata().unwrap().len() > 0) {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it wrote");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(setting.copy(), Some(archive("first")));
    assert_eq!(drafts().len(), 1);

    check(&setting.bring(&[&setting.share.base()]), "updated");
    assert_eq!(setting.copy(), Some(archive("second")));
    // Nobody can tell a young one from one that is being written.
    assert_eq!(drafts().len(), 1);
    let later = SystemTime::now() + Duration::from_hours(48);
    check(&bring(setting.copies.path(), &[&setting.share.base()], later, Duration::ZERO), "unchanged");
    assert_eq!(drafts().len(), 0);
}
