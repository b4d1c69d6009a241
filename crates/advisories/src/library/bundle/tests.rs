//! Bundles say what they were made of; what is damaged, forged or interrupted changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use proptest::prelude::*;
use tempfile::TempDir;

use super::seal::Sealing;
use super::*;
use crate::advisory::{Advisory, Affected, Event};
use crate::library::manifest::{Listed, Manifest};
use crate::library::signature::{SIGNATURE, SecretKey, Signed, Trust};
use crate::library::{SIGNALS, Table, file_name};
use crate::shard::{Builder, Shard};
use crate::signal::{self, Signal, Word};

type Files = BTreeMap<String, Vec<u8>>;

/// A shard that says of each of these packages that it is vulnerable.
fn shard(name: &str, packages: &[&str]) -> Vec<u8> {
    let mut builder = Builder::new(name, 1);
    for package in packages {
        builder.add(Advisory {
            id: format!("CVE-2024-{package}"),
            summary: format!("a fault of {package}"),
            modified: "2024-05-01T00:00:00Z".into(),
            affected: vec![Affected {
                ecosystem: name.into(),
                name: (*package).into(),
                ranges: vec![vec![Event::Introduced("0".into()), Event::Fixed("1.2".into())]],
                ..Affected::default()
            }],
            ..Advisory::default()
        });
    }
    builder.finish().0
}

fn signals(day: &str) -> Vec<u8> {
    let word = Word::Forecast { probability: 0.5, percentile: 0.9, day: day.into() };
    signal::write(SIGNALS, vec![Signal { id: "CVE-2024-0001".into(), word }])
}

fn listed(name: &str, bytes: &[u8]) -> Listed {
    let about = Shard::from_bytes(name, bytes.to_vec()).unwrap().about().clone();
    Listed { file: file_name(name), bytes: bytes.len() as u64, blake3: digest(bytes), about }
}

/// The files of a folder that has these shards.
fn files(shards: &[(&str, Vec<u8>)]) -> Files {
    let list = Manifest::new(shards.iter().map(|(name, bytes)| listed(name, bytes)).collect());
    let mut files: Files = shards.iter().map(|(name, bytes)| (file_name(name), bytes.clone())).collect();
    files.insert(MANIFEST.into(), list.to_json());
    files
}

fn old() -> Files {
    files(&[
        ("Debian:12", shard("Debian:12", &["a", "b", "c"])),
        ("npm", shard("npm", &["x"])),
        ("PyPI", shard("PyPI", &["p"])),
        (SIGNALS, signals("2024-05-01")),
    ])
}

/// `Debian:12` and the signals changed, `npm` is gone, `Go` is new, `PyPI` is the same.
fn new() -> Files {
    files(&[
        ("Debian:12", shard("Debian:12", &["a", "b", "c", "d"])),
        ("Go", shard("Go", &["g"])),
        ("PyPI", shard("PyPI", &["p"])),
        (SIGNALS, signals("2024-05-02")),
    ])
}

/// A folder with these files.
fn folder(files: &Files) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// The files that a folder has, and nothing may wait below it.
fn found(folder: &Path) -> Files {
    let mut files = Files::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        assert!(path.is_file(), "{} was left behind", path.display());
        files.insert(path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap());
    }
    files
}

fn exported(files: &Files, ecosystems: &[&str]) -> Vec<u8> {
    let mut out = Vec::new();
    let ecosystems: Vec<String> = ecosystems.iter().map(|name| (*name).to_owned()).collect();
    export(folder(files).path(), &ecosystems, &mut out).unwrap();
    out
}

fn delta_of(old: &Files, new: &Files) -> Vec<u8> {
    let mut out = Vec::new();
    delta(folder(old).path(), folder(new).path(), &mut out).unwrap();
    out
}

fn read(bundle: &[u8], folder: &Path) -> Result<Imported, BundleError> {
    import(&mut { bundle }, folder, &Trust::default())
}

/// The bundle is refused with this complaint, and the folder stays as it was.
fn refused(bundle: &[u8], complaint: &str) {
    let folder = folder(&old());
    let error = read(bundle, folder.path()).unwrap_err().to_string();
    assert!(error.contains(complaint), "{error:?} does not say {complaint:?}");
    assert_eq!(found(folder.path()), old(), "{complaint}");
}

/// A sealed, compressed archive of any files.
fn forged(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Writer::new(Vec::new());
    for (name, content) in files {
        archive.begin(name, content.len() as u64).unwrap();
        archive.write(content).unwrap();
        archive.end(content.len() as u64).unwrap();
    }
    sealed(&archive.finish().unwrap())
}

fn sealed(archive: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut sealing = Sealing::new(&mut out);
    sealing.write_all(&zstd::encode_all(archive, 1).unwrap()).unwrap();
    sealing.finish().unwrap();
    out
}

/// A bundle with this list and these shards, whose head says the truth about them.
fn of_list(list: &Manifest, shards: &[(&str, &[u8])]) -> Vec<u8> {
    let list = list.to_json();
    let mut files: Vec<(&str, &[u8])> = vec![(MANIFEST, &list)];
    files.extend(shards);
    let members = files.iter().map(|(name, content)| Member::of(name, content)).collect();
    let head = Head { format: FORMAT, base: None, members }.to_json();
    files.insert(0, (HEAD, &head));
    forged(&files)
}

#[test]
fn what_is_exported_is_imported() {
    let bundle = exported(&new(), &[]);
    assert_eq!(bundle, exported(&new(), &[]), "the same data has to give the same bytes");
    let empty = tempfile::tempdir().unwrap();
    let place = empty.path().join("below/db");
    let imported = read(&bundle, &place).unwrap();
    assert_eq!(found(&place), new());
    assert_eq!((imported.shards, imported.listed, imported.delta), (4, 4, false));
    assert_eq!(imported.signed, Signed::Not);
    // What the list does not name goes.
    let folder = folder(&old());
    let imported = read(&bundle, folder.path()).unwrap();
    assert_eq!(found(folder.path()), new());
    assert_eq!(imported.gone, ["npm.shard"]);
    assert_eq!(imported.before.as_deref(), Some("2024-05-01T00:00:00Z"));
}

/// The files, with a list that was made on that day.
fn made(day: i64, mut files: Files) -> Files {
    let list = Manifest::parse(&files[MANIFEST]).unwrap();
    let time = Timestamp::from_second(day * 86_400).unwrap();
    files.insert(MANIFEST.into(), list.made_at(time).to_json());
    files
}

#[test]
fn older_data_replaces_newer_only_when_told_to() {
    let (monday, tuesday) = (made(20_780, old()), made(20_781, new()));
    let told = "it is of 2026-11-23T00:00:00Z, and that in use is of 2026-11-24T00:00:00Z";
    // A signature does not help: what is replayed was signed once.
    let key = SecretKey::generate().unwrap();
    let mut signed = monday.clone();
    signed.insert(SIGNATURE.into(), key.sign(&monday[MANIFEST]).into_bytes());
    let trust = Trust::new([key.public()]);
    for bundle in [exported(&signed, &[]), delta_of(&tuesday, &signed)] {
        let folder = folder(&tuesday);
        let error = import(&mut &*bundle, folder.path(), &trust).unwrap_err();
        assert!(matches!(&error, BundleError::Older(_)) && error.to_string().contains(told), "{error}");
        assert_eq!(found(folder.path()), tuesday);
        import_of_any_age(&mut &*bundle, folder.path(), &trust).unwrap();
        assert_eq!(found(folder.path()), signed);
    }
    // The same again, and newer, are as good as ever.
    let folder = folder(&monday);
    for files in [&monday, &monday, &tuesday, &tuesday] {
        read(&exported(files, &[]), folder.path()).unwrap();
        assert_eq!(found(folder.path()), *files);
    }
}

/// The files, with a table of that kind that the list names.
fn tabled(mut files: Files, kind: &str, content: &str) -> Files {
    let mut list = Manifest::parse(&files[MANIFEST]).unwrap();
    let table = Table::new(kind, kind, content.as_bytes());
    files.insert(table.file(), content.into());
    list.tables = vec![table];
    files.insert(MANIFEST.into(), list.to_json());
    files
}

const ENDS: &str = "# When releases end, as of 2999-01-01.\ndebian\t99\tDebian 99\t2998-01-01\t-\tDebian\n";

#[test]
fn tables_go_with_the_list() {
    let with = tabled(new(), "end-of-life", ENDS);
    // Kinds of tomorrow are carried, whatever is in them.
    let unknown = tabled(new(), "licences", "\0");
    for (bundle, expected) in [
        (exported(&with, &[]), &with),
        (exported(&unknown, &[]), &unknown),
        (delta_of(&old(), &with), &with),
        (delta_of(&old(), &unknown), &unknown),
    ] {
        let folder = folder(&old());
        read(&bundle, folder.path()).unwrap();
        assert_eq!(found(folder.path()), *expected);
    }
    // What is the same need not be in a delta, and what the list no longer names goes.
    let folder = folder(&with);
    read(&delta_of(&with, &with), folder.path()).unwrap();
    assert_eq!(found(folder.path()), with);
    read(&exported(&unknown, &[]), folder.path()).unwrap();
    assert_eq!(found(folder.path()), unknown);
}

#[test]
fn tables_that_are_not_what_the_list_says_are_refused() {
    let (wrong, other) = (ENDS.replace("2998-01-01", "soon"), ENDS.replace("2998-01-01", "late"));
    let mut list = Manifest::parse(&new()[MANIFEST]).unwrap();
    list.tables = vec![Table::new("end-of-life", "end-of-life", wrong.as_bytes())];
    refused(
        &of_list(&list, &[("end-of-life.table", wrong.as_bytes())]),
        "end-of-life.table: line 2: ends must be a date",
    );
    refused(
        &of_list(&list, &[("end-of-life.table", other.as_bytes())]),
        "end-of-life.table: it does not have the size",
    );
    list.tables[0].name = "../end-of-life".into();
    refused(&of_list(&list, &[]), "a table cannot be called");
    refused(
        &of_list(&Manifest::new(Vec::new()), &[("end-of-life.table", ENDS.as_bytes())]),
        "is no file that the list",
    );
    // And are not passed on.
    let mut files = tabled(new(), "end-of-life", ENDS);
    files.insert("end-of-life.table".into(), wrong.into_bytes());
    let error = export(folder(&files).path(), &[], &mut Vec::new()).unwrap_err().to_string();
    assert!(error.contains("end-of-life.table: it does not have the size"), "{error}");
}

#[test]
fn some_ecosystems_can_be_carried() {
    let bundle = exported(&new(), &["Debian", "Go"]);
    let place = tempfile::tempdir().unwrap();
    assert_eq!(read(&bundle, place.path()).unwrap().shards, 3);
    let mut expected = new();
    expected.remove("PyPI.shard").unwrap();
    assert_eq!(found(place.path()), expected);
    // A folder keeps what it has of the others.
    let folder = folder(&old());
    read(&exported(&new(), &["Go"]), folder.path()).unwrap();
    let names: Vec<String> = found(folder.path()).into_keys().collect();
    assert_eq!(names, ["Debian+12.shard", "Go.shard", "PyPI.shard", "shards.json", "signals.shard"]);
    assert_eq!(found(folder.path())["Debian+12.shard"], old()["Debian+12.shard"]);
}

#[test]
fn data_that_is_not_what_its_list_says_is_not_passed_on() {
    let check = |change: &dyn Fn(&mut Files), ecosystem: &[&str], complaint: &str| {
        let mut files = new();
        change(&mut files);
        let ecosystems: Vec<String> = ecosystem.iter().map(|name| (*name).to_owned()).collect();
        let error = export(folder(&files).path(), &ecosystems, &mut Vec::new()).unwrap_err().to_string();
        assert!(error.contains(complaint), "{error:?} does not say {complaint:?}");
    };
    check(&|files| _ = files.remove(MANIFEST), &[], "it has no list of shards");
    check(&|files| _ = files.insert(MANIFEST.into(), b"{}".into()), &[], "the list of shards cannot be used");
    check(&|files| _ = files.insert("Go.shard".into(), shard("Go", &["h"])), &[], "Go.shard is not the one");
    check(&|files| files.get_mut("Go.shard").unwrap().truncate(100), &[], "cannot be read");
    check(&|_| {}, &["Haskell"], "there is no shard of Haskell");
}

#[test]
fn a_bundle_that_was_cut_off_anywhere_is_refused() {
    for (whole, base) in [(exported(&new(), &[]), old()), (delta_of(&old(), &new()), old())] {
        let folder = folder(&base);
        for length in (0..whole.len()).step_by(5).chain(whole.len() - 50..whole.len()) {
            assert!(read(&whole[..length], folder.path()).is_err(), "{length} of {}", whole.len());
        }
        assert_eq!(found(folder.path()), base);
        read(&whole, folder.path()).unwrap();
        assert_eq!(found(folder.path()), new());
        assert!(read(&[&whole[..], b"\0"].concat(), folder.path()).is_err());
    }
}

#[test]
fn a_bundle_with_a_flipped_bit_is_refused() {
    for whole in [exported(&new(), &[]), delta_of(&old(), &new())] {
        let folder = folder(&old());
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << (at % 8);
            assert!(read(&damaged, folder.path()).is_err(), "byte {at} of {}", whole.len());
        }
        assert_eq!(found(folder.path()), old());
    }
}

#[test]
fn whatever_interrupts_an_import_leaves_data_in_use() {
    for bundle in [exported(&new(), &[]), delta_of(&old(), &new())] {
        for step in 0.. {
            let folder = folder(&old());
            let killed = tempfile::tempdir().unwrap();
            let mut steps = 0;
            let mut watch = || {
                steps += 1;
                if steps <= step {
                    return Ok(());
                }
                // What a process leaves that is ended here.
                copy(folder.path(), killed.path());
                Err(io::ErrorKind::StorageFull.into())
            };
            let outcome = import::watched(&mut &bundle[..], folder.path(), &Trust::default(), false, &mut watch);
            if outcome.is_ok() {
                assert!(step > 4, "nothing was interrupted");
                break;
            }
            usable(&found(folder.path()), step);
            for left in [folder.path(), killed.path()] {
                read(&bundle, left).unwrap();
                assert_eq!(found(left), new(), "after step {step}");
            }
        }
    }
}

/// Each file is the old or the new one, and before the first step all of them are the old ones.
fn usable(files: &Files, step: usize) {
    let (old, new) = (old(), new());
    if step == 0 {
        assert_eq!(*files, old);
    }
    for (name, bytes) in files {
        assert!([old.get(name), new.get(name)].contains(&Some(bytes)), "{name} after step {step}");
    }
    // The list never names what is not there.
    let list = Manifest::parse(&files[MANIFEST]).unwrap();
    assert!(list.shards.iter().all(|listed| files.contains_key(&listed.file)), "after step {step}");
}

fn copy(from: &Path, to: &Path) {
    for file in fs::read_dir(from).unwrap() {
        let path = file.unwrap().path();
        let place = to.join(path.file_name().unwrap());
        if path.is_dir() {
            fs::create_dir(&place).unwrap();
            copy(&path, &place);
        } else {
            fs::copy(&path, &place).unwrap();
        }
    }
}

#[test]
fn two_imports_into_one_folder_do_not_mix() {
    let folder = folder(&old());
    let mut busy = false;
    let bundle = exported(&new(), &[]);
    let mut watch = || {
        busy |= matches!(read(&bundle, folder.path()), Err(BundleError::Busy(_)));
        Ok(())
    };
    import::watched(&mut &bundle[..], folder.path(), &Trust::default(), false, &mut watch).unwrap();
    assert!(busy);
    assert_eq!(found(folder.path()), new());
}

#[test]
fn signatures_go_with_the_list() {
    let key = SecretKey::generate().unwrap();
    let stranger = SecretKey::generate().unwrap();
    let pinned = Trust::new([key.public()]);
    let sign = |mut files: Files, key: &SecretKey| {
        let line = key.sign(&files[MANIFEST]);
        files.insert(SIGNATURE.into(), line.into_bytes());
        files
    };
    let signed = sign(new(), &key);
    let check = |bundle: &[u8], trust: &Trust, expected: Result<Signed, &str>| {
        let folder = folder(&sign(old(), &key));
        let outcome = import(&mut { bundle }, folder.path(), trust);
        match expected {
            Ok(signed) => assert_eq!(outcome.unwrap().signed, signed),
            Err(complaint) => {
                let error = outcome.unwrap_err().to_string();
                assert!(error.contains(complaint), "{error:?} does not say {complaint:?}");
                assert_eq!(found(folder.path()), sign(old(), &key));
            }
        }
        found(folder.path())
    };
    let by_us = exported(&signed, &[]);
    assert_eq!(check(&by_us, &pinned, Ok(Signed::By(key.public().id()))), signed);
    assert_eq!(check(&by_us, &Trust::default(), Ok(Signed::Unchecked(vec![key.public().id()]))), signed);
    let by_them = exported(&sign(new(), &stranger), &[]);
    check(&by_them, &pinned, Err(&format!("it is signed by the key {}, and must", stranger.public().id())));
    // The signature of other data does not go on standing beside the list.
    let unsigned = exported(&new(), &[]);
    assert_eq!(check(&unsigned, &Trust::default(), Ok(Signed::Not)), new());
    check(&unsigned, &pinned, Err("it is not signed"));
    let mut mixed = new();
    mixed.insert(SIGNATURE.into(), sign(old(), &key)[SIGNATURE].clone());
    check(&exported(&mixed, &[]), &pinned, Err("does not fit"));
    check(&delta_of(&old(), &new()), &pinned, Err("it is not signed"));
    let expected = Ok(Signed::By(key.public().id()));
    assert_eq!(check(&delta_of(&sign(old(), &key), &signed), &pinned, expected), signed);
}

#[test]
fn what_is_no_bundle_is_refused() {
    refused(b"", "it is cut off");
    refused(
        b"<html><body>Please log in</body></html> and a lot of words so that more than a seal is there",
        "cannot be read",
    );
    refused(&sealed(b"no archive"), "it is cut off");
    refused(&sealed(&[b'x'; 2048]), "not one that plimsoll db export writes");
    refused(&forged(&[]), "it has no bundle.json");
    refused(&forged(&[("shards.json", b"{}")]), "it has no bundle.json");
    refused(&forged(&[(HEAD, b"{")]), "its head cannot be used");
    refused(&forged(&[(HEAD, br#"{"format": 3, "members": []}"#)]), "it has format 3 and this program reads 1 to 2");
    refused(&forged(&[(HEAD, br#"{"format": 1, "members": []}"#)]), "it has no shards.json");
    refused(&forged(&[(HEAD, &vec![b' '; (4 << 20) + 1])]), "bundle.json is too large");
    let twice = [exported(&new(), &[]), exported(&new(), &[])].concat();
    refused(&twice, "its seal does not fit");
}

#[test]
fn files_that_the_list_does_not_name_are_refused() {
    let go = shard("Go", &["g"]);
    let list = Manifest::new(vec![listed("Go", &go)]);
    for name in ["../../evil.shard", "/etc/cron.d/evil", "PyPI.shard", "bundle.json", "Go.shard.zst", "\u{1b}[2J"] {
        let complaint = format!("{} is no file that the list of shards names there", name.escape_debug());
        refused(&of_list(&list, &[(name, &go)]), &complaint);
    }
    refused(&of_list(&list, &[("Go.shard", &go), ("Go.shard", &go)]), "Go.shard is no file");
    let mut elsewhere = list.clone();
    elsewhere.shards[0].file = "../evil.shard".into();
    refused(&of_list(&elsewhere, &[("../evil.shard", &go)]), "../evil.shard is not the file of Go");
    let mut twice = list.clone();
    twice.shards.push(twice.shards[0].clone());
    refused(&of_list(&twice, &[("Go.shard", &go)]), "not in the order of their names");

    // A file that the head does not name, and one that it does and that is not there.
    let json = list.to_json();
    let head = |members| Head { format: FORMAT, base: None, members }.to_json();
    let only_list = head(vec![Member::of(MANIFEST, &json)]);
    let with_shard = head(vec![Member::of(MANIFEST, &json), Member::of("Go.shard", &go)]);
    refused(&forged(&[(HEAD, &only_list), (MANIFEST, &json), ("Go.shard", &go)]), "that its head does not name");
    refused(&forged(&[(HEAD, &with_shard), (MANIFEST, &json)]), "Go.shard does not come where its head says");
    refused(&forged(&[(HEAD, &with_shard), (MANIFEST, b"{}"), ("Go.shard", &go)]), "shards.json does not have");
}

#[test]
fn shards_that_are_not_what_the_list_says_are_refused() {
    let (go, other) = (shard("Go", &["g"]), shard("Go", &["h"]));
    assert_eq!(go.len(), other.len());
    let list = Manifest::new(vec![listed("Go", &go)]);
    refused(&of_list(&list, &[("Go.shard", &other)]), "Go.shard is not what the list of shards says");
    // The head repeats what the list says, and the file is another.
    let json = list.to_json();
    let members = vec![Member::of(MANIFEST, &json), Member::of("Go.shard", &go)];
    let head = Head { format: FORMAT, base: None, members }.to_json();
    let with = |shard: &[u8]| forged(&[(HEAD, &head), (MANIFEST, &json), ("Go.shard", shard)]);
    refused(&with(&other), "Go.shard does not have the size and the digest");
    refused(&with(&[&go[..], b"x"].concat()), "Go.shard does not come where its head says");
    refused(&with(&go[1..]), "Go.shard does not come where its head says");

    // The digests fit, and what is in the file does not.
    let check = |bytes: &[u8], change: &dyn Fn(&mut Listed), complaint: &str| {
        let mut list = list.clone();
        (list.shards[0].bytes, list.shards[0].blake3) = (bytes.len() as u64, digest(bytes));
        change(&mut list.shards[0]);
        refused(&of_list(&list, &[("Go.shard", bytes)]), complaint);
    };
    check(b"no shard", &|_| {}, "Go.shard: it is no shard");
    check(&shard("npm", &["g"]), &|_| {}, "Go.shard: it is about something else");
    check(
        &go,
        &|listed| listed.about.newest = Some("2099-01-01T00:00:00Z".into()),
        "Go.shard: it is about something else",
    );
    check(&go, &|listed| listed.bytes = 2 << 30, "Go.shard is too large");
    // Entries begin behind the table, what the shard is about, its names and its words; the last bytes are a directory.
    let mut damaged = go.clone();
    let texts = go.windows(4).rposition(|bytes| bytes == 0xFD2F_B528u32.to_le_bytes()).unwrap();
    damaged[texts + 8] ^= 1;
    check(&damaged, &|_| {}, "does not have its checksum");
}

#[test]
fn a_delta_brings_the_old_data_to_the_new() {
    let bundle = delta_of(&old(), &new());
    assert_eq!(bundle, delta_of(&old(), &new()));
    let place = folder(&old());
    let imported = read(&bundle, place.path()).unwrap();
    assert_eq!(found(place.path()), new());
    // Debian:12 and the signals changed, Go is new.
    assert_eq!((imported.shards, imported.listed, imported.delta), (3, 4, true));
    assert_eq!((&imported.gone[..], &imported.absent[..]), (&["npm.shard".to_owned()][..], &[][..]));
    // Once more does no harm.
    let again = read(&bundle, place.path()).unwrap();
    assert_eq!((again.shards, found(place.path())), (1, new()));

    // Where some shards were never fetched they are not made of nothing.
    let mut some = old();
    some.remove("Debian+12.shard").unwrap();
    let place = folder(&some);
    assert_eq!(read(&bundle, place.path()).unwrap().absent, ["Debian+12.shard"]);
    let mut expected = new();
    expected.remove("Debian+12.shard").unwrap();
    assert_eq!(found(place.path()), expected);
}

#[test]
fn a_delta_onto_other_data_is_refused_and_says_what_it_needs() {
    let bundle = delta_of(&old(), &new());
    let check = |files: &Files, complaints: &[&str]| {
        let place = folder(files);
        let error = read(&bundle, place.path()).unwrap_err().to_string();
        for complaint in complaints {
            assert!(error.contains(complaint), "{error:?} does not say {complaint:?}");
        }
        assert_eq!(found(place.path()), *files);
    };
    let (needed, other) = (digest(&old()[MANIFEST]), files(&[("Go", shard("Go", &["z"]))]));
    check(&other, &["the data of 2024-05-01", &needed, &digest(&other[MANIFEST])]);
    check(&Files::new(), &[&needed, "has no shards.json"]);
    // The list is the right one, and a shard is not the one that it names.
    let mut mixed = old();
    mixed.insert("Debian+12.shard".into(), shard("Debian:12", &["q"]));
    check(&mixed, &["a Debian+12.shard with the BLAKE3 digest", &digest(&old()["Debian+12.shard"])]);
    let mut damaged = old();
    damaged.insert("Debian+12.shard".into(), b"PLIMSHRD".into());
    check(&damaged, &["Debian+12.shard cannot be read"]);
}

#[test]
fn patches_that_do_not_make_the_listed_shard_are_refused() {
    let (old, new) = (old(), new());
    let (from, to) = (&old["Debian+12.shard"], &new["Debian+12.shard"]);
    let list = Manifest::new(vec![listed("Debian:12", to)]).to_json();
    let check = |patch: &[u8], complaint: &str| {
        let name = "Debian+12.shard.zst";
        let member = Member { from: Some(digest(from)), ..Member::of(name, patch) };
        let base = Base { blake3: digest(&old[MANIFEST]), newest: None };
        let head = Head { format: FORMAT, base: Some(base), members: vec![Member::of(MANIFEST, &list), member] };
        refused(&forged(&[(HEAD, &head.to_json()), (MANIFEST, &list), (name, patch)]), complaint);
    };
    check(b"", "it is cut off");
    check(b"no frame", "it cannot be read");
    check(&zstd::encode_all(&from[..], 1).unwrap(), "Debian+12.shard does not have the size");
    let right = zstd::encode_all(&to[..], 1).unwrap();
    check(&right[..right.len() - 1], "it is cut off");
    check(&[&right[..], b"x"].concat(), "something follows");
    // A thousand times what is listed: it asks for more memory than both shards have.
    check(&zstd::encode_all(&vec![0; to.len() * 1000][..], 1).unwrap(), "too much memory");
    check(&zstd::encode_all(&vec![0; to.len() + 1][..], 1).unwrap(), "Debian+12.shard does not have the size");
    check(&vec![0; to.len() + (1 << 20) + 1], "Debian+12.shard.zst is too large");
}

#[test]
fn patches_belong_into_deltas() {
    let (old, new) = (old(), new());
    let list = Manifest::new(vec![listed("Debian:12", &new["Debian+12.shard"])]).to_json();
    let patch = zstd::encode_all(&new["Debian+12.shard"][..], 1).unwrap();
    let member = Member { from: Some(digest(&old["Debian+12.shard"])), ..Member::of("Debian+12.shard.zst", &patch) };
    let head = Head { format: FORMAT, base: None, members: vec![Member::of(MANIFEST, &list), member] };
    let bundle = forged(&[(HEAD, &head.to_json()), (MANIFEST, &list), ("Debian+12.shard.zst", &patch)]);
    refused(&bundle, "Debian+12.shard.zst is no file that the list of shards names there");
}

#[test]
fn a_place_that_is_no_folder_is_said_to_be_none() {
    let folder = folder(&old());
    let error = read(&exported(&new(), &[]), &folder.path().join(MANIFEST)).unwrap_err();
    assert!(matches!(error, BundleError::Io { .. }), "{error}");
    assert_eq!(found(folder.path()), old());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_make_an_import_panic(
        bytes: Vec<u8>,
        cut in 0usize..5000,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        kind in 0..5,
    ) {
        let folder = folder(&old());
        let damaged = |mut bytes: Vec<u8>| {
            for (at, byte) in &damage {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            bytes
        };
        // Behind the seal, so that the damage is met and not just the seal.
        let inner = |bundle: Vec<u8>| zstd::decode_all(&bundle[..bundle.len() - 40]).unwrap();
        let bundle = match kind {
            0 => bytes,
            1 => sealed(&bytes),
            2 => forged(&[(HEAD, &bytes)]),
            3 => sealed(&damaged(inner(exported(&new(), &[])))),
            _ => sealed(&damaged(inner(delta_of(&old(), &new())))),
        };
        if read(&bundle[..cut.min(bundle.len())], folder.path()).is_err() {
            prop_assert_eq!(found(folder.path()), old());
        }
        let _ = read(&bundle, folder.path());
    }

    #[test]
    fn any_change_has_a_delta(before in "[a-f]{0,6}", after in "[a-f]{0,6}") {
        let of = |packages: &str| {
            let packages: Vec<String> = packages.chars().map(String::from).collect();
            let packages: Vec<&str> = packages.iter().map(String::as_str).collect();
            made(20_780, files(&[("Go", shard("Go", &packages))]))
        };
        let place = folder(&of(&before));
        read(&delta_of(&of(&before), &of(&after)), place.path()).unwrap();
        prop_assert_eq!(found(place.path()), of(&after));
    }
}
