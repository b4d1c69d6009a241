//! The engine over remotes that say what a test wants them to say.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::time::{Duration, SystemTime};

use super::claim::Claim;
use super::ledger::seconds;
use super::*;

/// A remote that answers by a function, and remembers with which tag it was asked for what.
struct Scripted<F> {
    answer: F,
    asked: Log,
}

type Log = Arc<Mutex<Vec<(String, Option<Tag>)>>>;

impl<F: Fn(&str, Option<&Tag>) -> Result<Answer, Trouble> + Send + Sync> Remote for Scripted<F> {
    fn get(&self, path: &str, known: Option<&Tag>) -> Result<Answer, Trouble> {
        self.asked.lock().unwrap().push((path.to_owned(), known.cloned()));
        (self.answer)(path, known)
    }
}

fn source(
    name: &str,
    answer: impl Fn(&str, Option<&Tag>) -> Result<Answer, Trouble> + Send + Sync + 'static,
) -> (Source, Log) {
    let asked = Log::default();
    let remote = Box::new(Scripted { answer, asked: Arc::clone(&asked) });
    (Source { name: name.into(), remote }, asked)
}

fn paths(log: &Log) -> Vec<String> {
    log.lock().unwrap().iter().map(|(path, _)| path.clone()).collect()
}

fn tag(text: &str) -> Tag {
    Tag { etag: Some(text.into()), modified: None }
}

fn whole(bytes: &[u8], etag: &str) -> Answer {
    let (length, body) = (Some(bytes.len() as u64), Box::new(io::Cursor::new(bytes.to_vec())));
    Answer::New { body, tag: tag(etag), length }
}

/// A body that breaks off after some bytes.
fn broken(bytes: &[u8], whole: u64) -> Answer {
    broken_by(bytes, whole, io::ErrorKind::ConnectionReset)
}

fn broken_by(bytes: &[u8], whole: u64, kind: io::ErrorKind) -> Answer {
    struct Break(io::ErrorKind);
    impl Read for Break {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
    }
    let body = Box::new(io::Cursor::new(bytes.to_vec()).chain(Break(kind)));
    Answer::New { body, tag: tag("broken"), length: Some(whole) }
}

/// A folder of copies at a time of the test's choice.
struct Copies {
    folder: tempfile::TempDir,
    now: SystemTime,
    max_age: Duration,
}

const HOUR: Duration = Duration::from_hours(1);

impl Copies {
    /// Empty, and asking for everything each time.
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), now: SystemTime::now(), max_age: Duration::ZERO }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.at(path)).unwrap()
    }

    fn terms(&self) -> Terms<'_> {
        Terms { now: self.now, max_age: self.max_age, parallel: 4, patience: Duration::from_mins(1), watch: None }
    }

    fn update(&self, sources: &[Source], wanted: &[Wanted]) -> Update {
        update(self.folder.path(), sources, wanted, &self.terms())
    }

    /// What became of one file, in words.
    fn bring(&self, sources: &[Source], wanted: Wanted) -> String {
        let update = self.update(sources, &[wanted]);
        assert_eq!(update.notes, Vec::<String>::new());
        let [(_, outcome)] = &update.files[..] else { panic!("{update:?}") };
        words(outcome)
    }

    /// Whatever lies in the folder besides copies.
    fn others(&self, folder: &str) -> Vec<String> {
        let names =
            fs::read_dir(self.at(folder)).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name.contains(".new") || name.contains(".claim")).collect();
        names.sort();
        names
    }
}

fn words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Kept { age } => format!("kept after {} s", age.as_secs()),
        Outcome::Updated => "updated".into(),
        Outcome::Unchanged => "unchanged".into(),
        Outcome::Stale { age, why } => format!("stale after {} s: {why}", age.as_secs()),
        Outcome::Missing => "missing".into(),
        Outcome::Failed { why } => format!("failed: {why}"),
    }
}

fn check(found: &str, expected: &str) {
    assert!(found.starts_with(expected), "{found:?} is not {expected:?}");
}

fn file() -> Wanted {
    Wanted::new("npm/all.zip")
}

#[test]
fn a_folder_is_copied_once_and_then_only_what_changes() {
    let mirror = tempfile::tempdir().unwrap();
    fs::create_dir(mirror.path().join("Azure Linux")).unwrap();
    let original = mirror.path().join("Azure Linux/all.zip");
    fs::write(&original, "one").unwrap();
    let sources = [Source { name: "mirror".into(), remote: Box::new(Folder::new(mirror.path())) }];
    let wanted = || Wanted::new("Azure Linux/all.zip");
    let mut copies = Copies::new();
    check(&copies.bring(&sources, wanted()), "updated");
    assert_eq!(copies.read("Azure Linux/all.zip"), b"one");
    check(&copies.bring(&sources, wanted()), "unchanged");

    copies.now += HOUR;
    copies.max_age = 2 * HOUR;
    fs::write(&original, "another").unwrap();
    check(&copies.bring(&sources, wanted()), "kept after 36");
    copies.now += HOUR;
    check(&copies.bring(&sources, wanted()), "updated");
    assert_eq!(copies.read("Azure Linux/all.zip"), b"another");
    let record = &Ledger::read(copies.folder.path()).files["Azure Linux/all.zip"];
    assert_eq!((record.source.as_str(), record.length, record.fetched), ("mirror", 7, seconds(copies.now)));
    assert_eq!(record.blake3, blake3::hash(b"another").to_string());
    assert_eq!(copies.others("Azure Linux"), Vec::<String>::new());

    check(&copies.bring(&sources, Wanted::new("Hex/all.zip")), "missing");
    fs::remove_file(&original).unwrap();
    copies.now += 3 * HOUR;
    check(&copies.bring(&sources, wanted()), "stale after 10800 s: no source has it any more");
    drop(mirror);
    check(&copies.bring(&sources, wanted()), "stale after 10800 s: mirror: there is no folder");
}

#[test]
fn a_tag_is_for_the_source_that_gave_it() {
    let copies = Copies::new();
    let answer = |_: &str, known: Option<&Tag>| Ok(known.map_or_else(|| whole(b"bytes", "v1"), |_| Answer::Same));
    let (first, asked) = source("first", answer);
    check(&copies.bring(&[first], file()), "updated");
    let (first, again) = source("first", answer);
    check(&copies.bring(&[first], file()), "unchanged");
    // Another one is not told; it sends the same bytes, and nothing is rewritten.
    let (second, other) = source("second", answer);
    check(&copies.bring(&[second], file()), "unchanged");
    let seen = [asked, again, other].map(|log| log.lock().unwrap()[0].1.clone());
    assert_eq!(seen, [None, Some(tag("v1")), None]);
    let record = &Ledger::read(copies.folder.path()).files["npm/all.zip"];
    assert_eq!(record.source, "second");

    let (liar, _) = source("liar", |_, _| Ok(Answer::Same));
    check(&copies.bring(&[liar], file()), "stale after 0 s: liar: it knows our copy, and we have none");
}

#[test]
fn a_body_that_breaks_off_anywhere_leaves_the_old_copy_in_use() {
    let copies = Copies::new();
    let (good, _) = source("good", |_, _| Ok(whole(b"old bytes", "v1")));
    check(&copies.bring(&[good], file()), "updated");
    let new = b"new bytes, more of them";
    for at in 0..=new.len() {
        let (bad, asked) = source("bad", move |_, _| Ok(broken(&new[..at], new.len() as u64)));
        let expected = format!("stale after 0 s: bad: it broke off after {at} bytes: connection reset");
        check(&copies.bring(&[bad], file()), &expected);
        assert_eq!(paths(&asked).len(), 2, "it is asked for once more");
        // One that ends early without a word.
        let short = move |_: &str, _: Option<&Tag>| {
            Ok(Answer::New { body: Box::new(&new[..at]), tag: Tag::default(), length: Some(new.len() as u64 + 1) })
        };
        let (short, _) = source("short", short);
        let expected = format!("stale after 0 s: short: it has {at} bytes, and the source said 24");
        check(&copies.bring(&[short], file()), &expected);
        assert_eq!(copies.read("npm/all.zip"), b"old bytes");
        assert_eq!(copies.others("npm"), Vec::<String>::new());
    }
    // Nobody waits twice.
    let (slow, asked) = source("slow", |_, _| Ok(broken_by(b"new", 4, io::ErrorKind::TimedOut)));
    check(&copies.bring(&[slow], file()), "stale after 0 s: slow: it broke off after 3 bytes: timed out");
    assert_eq!(paths(&asked).len(), 1);
    let tries = AtomicUsize::new(0);
    let (recovering, _) = source("recovering", move |_, _| match tries.fetch_add(1, Ordering::Relaxed) {
        0 => Ok(broken(&new[..5], new.len() as u64)),
        _ => Ok(whole(new, "v2")),
    });
    check(&copies.bring(&[recovering], file()), "updated");
    assert_eq!(copies.read("npm/all.zip"), new);
}

/// What one source gives wrong: alone without a copy, alone with one, and before a source that is right.
fn check_wrong(
    wanted: impl Fn() -> Wanted,
    answer: impl Fn(&str, Option<&Tag>) -> Result<Answer, Trouble> + Copy + Send + Sync + 'static,
    why: &str,
) {
    let copies = Copies::new();
    check(&copies.bring(&[source("bad", answer).0], wanted()), &format!("failed: bad: {why}"));
    assert!(!copies.at("npm/all.zip").exists());
    let good = || source("good", |_, _| Ok(whole(b"good", "v1"))).0;
    check(&copies.bring(&[source("bad", answer).0, good()], wanted()), "updated");
    assert_eq!(copies.read("npm/all.zip"), b"good");
    if wanted().checksum.is_some() {
        // That was all there is to want.
        return;
    }
    check(&copies.bring(&[source("bad", answer).0, good()], wanted()), "unchanged");
    check(&copies.bring(&[source("bad", answer).0], wanted()), &format!("stale after 0 s: bad: {why}"));
    assert_eq!(copies.read("npm/all.zip"), b"good");
    assert_eq!(copies.others("npm"), Vec::<String>::new());
}

#[test]
fn the_next_source_is_asked_when_one_is_wrong() {
    let no_check = || file();
    check_wrong(no_check, |_, _| Err(Trouble::passing("429 from it")), "429 from it");
    check_wrong(no_check, |_, _| Err(Trouble::lasting("403 from it")), "403 from it");
    check_wrong(no_check, |_, _| Ok(whole(b"\n<!DOCTYPE HTML><p>Log in", "x")), "it is a page for people");
    let small = || Wanted { most: 4, ..file() };
    check_wrong(small, |_, _| Ok(whole(b"large", "x")), "it is larger than the 4 bytes");
    let unsaid =
        |_: &str, _: Option<&Tag>| Ok(Answer::New { body: Box::new(io::repeat(0)), tag: Tag::default(), length: None });
    check_wrong(small, unsaid, "it is larger than the 4 bytes");
    let starts = |path: &Path| {
        let good = fs::read(path).unwrap().starts_with(b"good");
        good.then_some(()).ok_or_else(|| "it does not look good".to_owned())
    };
    let checked = move || Wanted { check: Some(Box::new(starts)), ..file() };
    check_wrong(checked, |_, _| Ok(whole(b"bad", "x")), "it does not look good");
    // `printf good | sha256sum`
    let sum = "sha256:770e607624d689265ca6c44884d0807d9b054d23c473c106c72be9de08b7376c";
    let summed = move || Wanted { checksum: Some(sum.parse().unwrap()), ..file() };
    check_wrong(summed, |_, _| Ok(whole(b"bad", "x")), "its checksum is sha256:");
}

#[test]
fn a_copy_with_the_right_checksum_is_current_at_any_age() {
    let mut copies = Copies::new();
    let (good, _) = source("good", |_, _| Ok(whole(b"good", "v1")));
    let wanted = || Wanted { checksum: Some(Checksum::Blake3(blake3::hash(b"good"))), ..file() };
    check(&copies.bring(&[good], wanted()), "updated");
    copies.now += 1000 * HOUR;
    let (other, asked) = source("other", |_, _| Ok(whole(b"newer", "v2")));
    check(&copies.bring(&[other], wanted()), "kept after 3600000 s");
    assert!(paths(&asked).is_empty());
    // Another checksum: whatever the source thinks of our tag, other bytes are wanted.
    let (good, asked) = source("good", |_, _| Ok(whole(b"newer", "v2")));
    let newer = Wanted { checksum: Some(Checksum::Blake3(blake3::hash(b"newer"))), ..file() };
    check(&copies.bring(&[good], newer), "updated");
    assert_eq!(asked.lock().unwrap()[0].1, None);
}

#[test]
fn a_damaged_ledger_is_none() {
    let copies = Copies::new();
    let (good, _) = source("good", |_, _| Ok(whole(b"good", "v1")));
    check(&copies.bring(&[good], file()), "updated");
    let ledger = fs::read(copies.at("fetched.json")).unwrap();
    let sound = Ledger::read(copies.folder.path());
    for end in 0..ledger.len() {
        fs::write(copies.at("fetched.json"), &ledger[..end]).unwrap();
        assert_eq!(Ledger::read(copies.folder.path()), Ledger::default(), "cut at {end}");
    }
    let (good, asked) = source("good", |_, _| Ok(whole(b"good", "v1")));
    check(&copies.bring(&[good], file()), "unchanged");
    assert_eq!(asked.lock().unwrap()[0].1, None);
    assert_eq!(Ledger::read(copies.folder.path()).files.keys().collect::<Vec<_>>(), ["npm/all.zip"]);
    assert_eq!(sound.files["npm/all.zip"].length, 4);

    fs::write(copies.at("fetched.json"), "[]").unwrap();
    let (dead, _) = source("dead", |_, _| Err(Trouble::passing("no answer")));
    check(&copies.bring(&[dead], file()), "stale after 0 s: dead: no answer");
}

#[test]
fn a_damaged_copy_is_fetched_again_and_never_called_unchanged() {
    let copies = Copies::new();
    let answer = |_: &str, known: Option<&Tag>| Ok(known.map_or_else(|| whole(b"good", "v1"), |_| Answer::Same));
    check(&copies.bring(&[source("good", answer).0], file()), "updated");
    fs::write(copies.at("npm/all.zip"), "gooe").unwrap();
    check(&copies.bring(&[source("good", answer).0], file()), "updated");
    assert_eq!(copies.read("npm/all.zip"), b"good");
    // Nobody answers, and what is there passes no check.
    fs::write(copies.at("npm/all.zip"), "gooe").unwrap();
    let checked = Wanted { check: Some(Box::new(zip)), ..file() };
    let (dead, _) = source("dead", |_, _| Err(Trouble::passing("no answer")));
    check(&copies.bring(&[dead], checked), "failed: dead: no answer");
}

#[test]
fn a_clock_that_was_wrong_keeps_nothing_for_ever() {
    let mut copies = Copies::new();
    copies.max_age = HOUR;
    copies.now += 1000 * HOUR;
    check(&copies.bring(&[source("good", |_, _| Ok(whole(b"good", "v1"))).0], file()), "updated");
    copies.now -= 1000 * HOUR;
    check(&copies.bring(&[source("good", |_, _| Ok(whole(b"newer", "v2"))).0], file()), "updated");
    check(&copies.bring(&[source("good", |_, _| Ok(whole(b"newest", "v3"))).0], file()), "kept after 0 s");
}

#[test]
fn a_source_that_is_down_is_not_waited_for_forty_times() {
    let mut copies = Copies::new();
    copies.max_age = HOUR;
    let wanted = || (0..10).map(|number| Wanted::new(format!("{number}"))).collect::<Vec<_>>();
    let one = |copies: &Copies, sources: &[Source]| {
        let terms = Terms { parallel: 1, ..copies.terms() };
        update(copies.folder.path(), sources, &wanted(), &terms).files
    };
    let (down, asked) = source("down", |_, _| Err(Trouble::passing("no answer")));
    let files = one(&copies, &[down]);
    assert_eq!(paths(&asked), ["0", "1", "2"]);
    assert_eq!(words(&files[2].1), "failed: down: no answer");
    assert_eq!(words(&files[9].1), "failed: down: not asked any more (no answer)");

    let limited = |_: &str, _: Option<&Tag>| Err(Trouble::Passing { why: "429".into(), after: Some(HOUR) });
    let (limited, asked) = source("limited", limited);
    let (good, _) = source("good", |path, _| Ok(whole(path.as_bytes(), "v1")));
    let files = one(&copies, &[limited, good]);
    assert_eq!(paths(&asked), ["0"]);
    assert!(files.iter().all(|(_, outcome)| *outcome == Outcome::Updated), "{files:?}");

    // One that refuses single files is up all the same.
    copies.now += HOUR;
    let (picky, asked) = source("picky", |_, _| Err(Trouble::lasting("403")));
    let files = one(&copies, &[picky]);
    assert_eq!(paths(&asked).len(), 10);
    assert_eq!(words(&files[9].1), "stale after 3600 s: picky: 403");
}

#[test]
fn files_are_fetched_several_at_once_but_not_all() {
    let copies = Copies::new();
    // Lets nobody go on until four are here.
    let (gate, inside) = (Barrier::new(4), Arc::new(AtomicUsize::new(0)));
    let (most, seen) = (Arc::new(AtomicUsize::new(0)), Arc::clone(&inside));
    let (source, _) = source("good", {
        let most = Arc::clone(&most);
        move |path, _| {
            most.fetch_max(seen.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            gate.wait();
            seen.fetch_sub(1, Ordering::SeqCst);
            Ok(whole(path.as_bytes(), "v1"))
        }
    });
    let wanted: Vec<_> = (0..12).map(|number| Wanted::new(format!("{number:02}/all.zip"))).collect();
    let bytes = Mutex::new(0);
    let watch = |_: &str, seen: u64, length: Option<u64>| {
        assert_eq!(length, Some(10));
        *bytes.lock().unwrap() += seen;
    };
    let terms = Terms { watch: Some(&watch), ..copies.terms() };
    let files = update(copies.folder.path(), &[source], &wanted, &terms).files;
    assert!(files.iter().all(|(_, outcome)| *outcome == Outcome::Updated), "{files:?}");
    assert!(files.is_sorted_by_key(|(path, _)| path.clone()));
    assert_eq!((most.load(Ordering::SeqCst), inside.load(Ordering::SeqCst)), (4, 0));
    assert_eq!(*bytes.lock().unwrap(), 120);
    assert_eq!(Ledger::read(copies.folder.path()).files.len(), 12);
}

#[test]
fn what_another_process_fetches_meanwhile_is_not_fetched_again() {
    let copies = Copies::new();
    fs::create_dir(copies.at("npm")).unwrap();
    let claim = Claim::on(&copies.at("npm/all.zip"), Duration::ZERO);
    std::thread::scope(|scope| {
        let (good, asked) = source("good", |_, _| Ok(whole(b"mine", "v1")));
        let waiting = scope.spawn(|| copies.bring(&[good], file()));
        // It has read the ledger once it looks whether the folder can be written to.
        while !copies.at(ledger::LOCK).exists() {
            std::thread::yield_now();
        }
        let other = Copies::new();
        let (theirs, _) = source("good", |_, _| Ok(whole(b"theirs", "v1")));
        check(&other.bring(&[theirs], file()), "updated");
        fs::copy(other.at("npm/all.zip"), copies.at("npm/all.zip")).unwrap();
        fs::copy(other.at("fetched.json"), copies.at("fetched.json")).unwrap();
        drop(claim);
        check(&waiting.join().unwrap(), "kept after 0 s");
        assert!(paths(&asked).is_empty());
    });
    assert_eq!(copies.read("npm/all.zip"), b"theirs");
}

#[test]
fn a_lock_that_nobody_gives_back_is_not_waited_for_for_ever() {
    let copies = Copies::new();
    fs::create_dir(copies.at("npm")).unwrap();
    let _claim = Claim::on(&copies.at("npm/all.zip"), Duration::ZERO);
    let (good, _) = source("good", |_, _| Ok(whole(b"good", "v1")));
    let terms = Terms { patience: Duration::ZERO, ..copies.terms() };
    let update = update(copies.folder.path(), &[good], &[file()], &terms);
    assert_eq!(update.files[0].1, Outcome::Updated);
}

#[test]
fn what_dead_processes_left_is_removed_by_its_age() {
    let mut copies = Copies::new();
    copies.now += 25 * HOUR;
    fs::create_dir(copies.at("npm")).unwrap();
    let left = ["all.zip.0123456789abcdef.new", "all.zip.claim"];
    for name in left.into_iter().chain(["all.zip.new", "mine.txt"]) {
        fs::write(copies.at("npm").join(name), "half").unwrap();
    }
    let young = copies.at("npm/all.zip.fedcba9876543210.new");
    fs::write(&young, "half").unwrap();
    fs::File::options().write(true).open(&young).unwrap().set_modified(copies.now - HOUR).unwrap();
    check(&copies.bring(&[source("good", |_, _| Ok(whole(b"good", "v1"))).0], file()), "updated");
    assert_eq!(copies.others("npm"), ["all.zip.fedcba9876543210.new", "all.zip.new"]);
    assert!(copies.at("npm/mine.txt").exists());
}

#[test]
fn a_folder_that_cannot_be_written_to_is_used_as_it_is() {
    let copies = Copies::new();
    check(&copies.bring(&[source("good", |_, _| Ok(whole(b"good", "v1"))).0], file()), "updated");
    // As good as no right to write, and root has it too.
    fs::remove_file(copies.at(ledger::LOCK)).unwrap();
    fs::create_dir(copies.at(ledger::LOCK)).unwrap();
    let (other, asked) = source("good", |_, _| Ok(whole(b"newer", "v2")));
    let update = copies.update(&[other], &[file(), Wanted::new("other")]);
    assert!(paths(&asked).is_empty());
    let [note] = &update.notes[..] else { panic!("{update:?}") };
    assert!(note.contains("cannot be written to") && note.ends_with("what is there is used as it is"), "{note}");
    check(&words(&update.files[0].1), "stale after 0 s: ");
    check(&words(&update.files[1].1), "failed: ");
    assert_eq!(copies.read("npm/all.zip"), b"good");
}

#[test]
fn a_place_that_cannot_be_written_to_is_no_fault_of_the_source() {
    let copies = Copies::new();
    fs::create_dir_all(copies.at("npm/all.zip/full")).unwrap();
    let [(first, asked), (second, spared)] = ["first", "second"].map(|n| source(n, |_, _| Ok(whole(b"good", "v1"))));
    check(&copies.bring(&[first, second], file()), "failed: cannot replace ");
    assert_eq!((paths(&asked).len(), paths(&spared).len()), (1, 0));
    assert_eq!(copies.others("npm"), Vec::<String>::new());
}

#[test]
fn nothing_is_asked_for_a_path_that_leads_elsewhere() {
    let copies = Copies::new();
    let (good, asked) = source("good", |_, _| Ok(whole(b"good", "v1")));
    check(&copies.bring(&[good], Wanted::new("../outside")), "failed: \"../outside\" is no path");
    assert!(paths(&asked).is_empty());
}

#[test]
fn without_sources_it_is_told_what_is_there_and_nothing_is_written() {
    let copies = Copies::new();
    check(&copies.bring(&[], file()), "failed: no source is asked");
    assert_eq!(fs::read_dir(copies.folder.path()).unwrap().count(), 0);
    fs::create_dir(copies.at("npm")).unwrap();
    fs::write(copies.at("npm/all.zip"), "by hand").unwrap();
    check(&copies.bring(&[], file()), "stale after 0 s: no source is asked");
    assert_eq!(fs::read_dir(copies.folder.path()).unwrap().count(), 1);
}

#[test]
#[cfg(unix)]
fn a_pipe_in_a_mirror_is_not_waited_for() {
    let mirror = tempfile::tempdir().unwrap();
    let made = std::process::Command::new("mkfifo").arg(mirror.path().join("file")).status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!("skipped: a pipe in a mirror, because mkfifo does not work");
        return;
    }
    let sources = [Source { name: "mirror".into(), remote: Box::new(Folder::new(mirror.path())) }];
    assert!(Copies::new().bring(&sources, Wanted::new("file")).ends_with("is no file"));
}
