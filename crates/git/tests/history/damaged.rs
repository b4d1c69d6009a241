//! Damaged and hostile repositories: what is left is read, the rest is a gap.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use git::Layout;
use model::Budget;

use super::support::{Read, Repository};

/// The file that holds an object by itself.
fn file_of(it: &Repository, id: &str) -> PathBuf {
    it.path(&format!(".git/objects/{}/{}", &id[..2], &id[2..]))
}

fn only_file(it: &Repository, folder: &str, extension: &str) -> PathBuf {
    let mut paths = fs::read_dir(it.path(folder)).unwrap().map(|entry| entry.unwrap().path());
    paths.find(|path| path.extension().is_some_and(|found| found == extension)).unwrap()
}

fn rewrite(path: &PathBuf, content: &[u8]) {
    // Objects are read-only.
    let _ = fs::remove_file(path);
    fs::write(path, content).unwrap();
}

#[test]
fn a_shallow_clone_says_what_it_lacks() {
    let Some(mut it) = Repository::new() else { return };
    it.commit(&["a=1"]);
    let second = it.commit(&["a=2"]);
    it.git_with(&[
        "clone",
        "--quiet",
        "--bare",
        "--depth=1",
        &format!("file://{}", it.root().display()),
        "shallow.git",
    ]);
    let read = Read::of(&it.path("shallow.git"), &Budget::default());
    assert_eq!(read.versions, [format!("{} a=2*", &second[..7])]);
    read.check_gap(&format!("unavailable : commit {second}: the repository is shallow"));
}

#[test]
fn what_is_missing_is_a_gap_and_the_rest_is_read() {
    let Some(mut it) = Repository::new() else { return };
    let first = it.commit(&["a=1"]);
    let second = it.commit(&["a=2", "b=3"]);
    let blob = it.git("rev-parse HEAD:a");
    fs::remove_file(file_of(&it, &blob)).unwrap();
    let read = it.read();
    assert_eq!(read.versions, [format!("{} a=1", &first[..7]), format!("{} b=3*", &second[..7])]);
    read.check_gap(&format!("unavailable a: object {blob}: it is missing"));

    fs::remove_file(file_of(&it, &first)).unwrap();
    let read = it.read();
    assert_eq!(read.versions, [format!("{} b=3*", &second[..7])]);
    read.check_gap(&format!("unavailable : object {first} (and 1 more): it is missing"));
}

#[test]
fn damaged_objects_are_gaps() {
    let Some(mut it) = Repository::new() else { return };
    it.commit(&["a=1"]);
    let blob = it.git("rev-parse HEAD:a");
    let good = fs::read(file_of(&it, &blob)).unwrap();
    for bad in [b"".as_slice(), b"no zlib", &good[..good.len() / 2]] {
        rewrite(&file_of(&it, &blob), bad);
        let read = it.read();
        assert_eq!(read.versions, Vec::<String>::new());
        read.check_gap(&format!("corrupt a: object {blob}: it is damaged"));
    }
    // A tree where a file should be.
    let tree = it.git("rev-parse HEAD^{tree}");
    rewrite(&file_of(&it, &blob), &fs::read(file_of(&it, &tree)).unwrap());
    it.read().check_gap(&format!("corrupt a: object {blob}: it is damaged"));
}

#[test]
fn whatever_is_done_to_a_pack_something_is_told() {
    let Some(mut it) = Repository::new() else { return };
    let text = (0..200).map(|line| format!("line {line} of a file\n")).collect::<Vec<_>>().concat();
    it.commit(&[&format!("a={text}")]);
    it.commit(&[&format!("a={}", text.replace("line 7 ", "line x "))]);
    it.git("gc --quiet --aggressive --prune=now");
    let sound = it.read();
    assert_eq!((sound.versions.len(), sound.gaps.len()), (2, 0));
    for extension in ["pack", "idx"] {
        let path = only_file(&it, ".git/objects/pack", extension);
        let good = fs::read(&path).unwrap();
        for step in 0..60 {
            let at = step * good.len() / 60;
            let mut bad = good.clone();
            bad[at] ^= 0x55;
            for bad in [&*bad, &good[..at]] {
                rewrite(&path, bad);
                let read = it.read();
                // Some bytes are only looked at when a whole pack is verified.
                assert!(read.versions.len() == 2 || !read.gaps.is_empty(), "{extension} at {at}: {read:?}");
            }
        }
        rewrite(&path, &good);
    }
    assert_eq!(it.read(), sound);
}

#[test]
fn borrowed_objects_are_not_looked_for_elsewhere() {
    let Some(mut it) = Repository::new() else { return };
    it.commit(&["a=1"]);
    it.git("clone --quiet --bare --shared . borrower.git");
    let read = Read::of(&it.path("borrower.git"), &Budget::default());
    assert_eq!(read.versions, Vec::<String>::new());
    assert!(read.gaps[0].starts_with("unavailable : object "), "{:?}", read.gaps);
    assert!(read.gaps[1].contains("borrows objects from another one"), "{:?}", read.gaps);
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_not_followed() {
    use std::os::unix::fs::symlink;
    let Some(mut it) = Repository::new() else { return };
    let first = it.commit(&["a=1"]);
    symlink(it.path(".git/refs"), it.path(".git/refs/heads/loop")).unwrap();
    it.read().check_gap("unavailable : refs/heads/loop: it is no regular file");
    fs::remove_file(it.path(".git/refs/heads/loop")).unwrap();

    // A link in the tree is a name, not a file.
    symlink("/etc/passwd", it.path("link")).unwrap();
    it.commit(&[]);
    it.read().check(&[(&first, "a=1*")]);

    it.git("gc --quiet --prune=now");
    let pack = only_file(&it, ".git/objects/pack", "pack");
    fs::rename(&pack, it.path("elsewhere")).unwrap();
    symlink(it.path("elsewhere"), &pack).unwrap();
    let read = it.read();
    assert!(read.versions.is_empty() && read.gaps.iter().any(|gap| gap.contains("no regular file")), "{read:?}");
}

#[test]
fn other_repositories_and_files_kept_elsewhere_are_gaps() {
    let Some(mut it) = Repository::new() else { return };
    it.commit(&["a=1"]);
    let commit = it.git("rev-parse HEAD");
    it.git(&format!("update-index --add --cacheinfo 160000,{commit},lib/inner"));
    it.git("commit --quiet --message submodule");
    it.read().check_gap("foreign lib/inner: submodule lib/inner: it is a repository of its own");

    let Some(mut it) = Repository::new() else { return };
    it.commit(&["a=version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"]);
    it.read().check_gap("foreign a: a in history: Git LFS keeps its content");
}

#[test]
fn limits_are_kept() {
    let Some(mut it) = Repository::new() else { return };
    let first = it.commit(&["a=1", &format!("b={}", "x".repeat(100))]);
    let small = Budget { file_bytes: 99, ..Budget::default() };
    // Commits and trees are larger than that as well.
    let read = Read::of(it.root(), &small);
    assert!(read.versions.is_empty() && read.gaps[0].starts_with("limit-hit : object "), "{read:?}");

    let budget = Budget { file_bytes: 1000, ..Budget::default() };
    it.commit(&[&format!("b={}", "x".repeat(1001))]);
    for packed in [false, true] {
        if packed {
            it.git("gc --quiet --prune=now");
        }
        let read = Read::of(it.root(), &budget);
        assert_eq!(read.versions[0], format!("{} a=1*", &first[..7]));
        read.check_gap("limit-hit b: object ");
    }

    let late = Budget { deadline: Some(Instant::now()), ..Budget::default() };
    assert!(Read::of(it.root(), &late).gaps.iter().any(|gap| gap.starts_with("timed-out")));
    let few = Budget { entries: 1, ..Budget::default() };
    assert!(Read::of(it.root(), &few).gaps.iter().any(|gap| gap.starts_with("limit-hit")));
    let short = Budget { path_bytes: 200, ..Budget::default() };
    it.commit(&[&format!("{}=new", "x".repeat(201))]);
    assert!(Read::of(it.root(), &short).gaps.iter().any(|gap| gap.contains("the path is longer")));
}

#[test]
fn what_is_not_read_yet_is_said() {
    let Some(it) = Repository::new() else { return };
    it.git("init --quiet --object-format=sha256 sha256");
    it.write("sha256/a", "1");
    it.git("-C sha256 add a");
    it.git("-C sha256 commit --quiet --message x");
    Read::of(&it.path("sha256"), &Budget::default()).check_gap("unsupported : refs/heads/");

    let Some(mut it) = Repository::new() else { return };
    it.commit(&["a=1"]);
    fs::create_dir(it.path(".git/reftable")).unwrap();
    it.read().check_gap("unsupported : reftable");
}

#[test]
fn nonsense_is_no_repository_or_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Layout::of(folder.path()), None);
    for nonsense in ["", "gitdir:", "gitdir: \0", "gitdir: .", "x"] {
        fs::write(folder.path().join(".git"), nonsense).unwrap();
        assert_eq!(Layout::of(folder.path()), None, "{nonsense:?}");
    }
    let Some(mut it) = Repository::new() else { return };
    let first = it.commit(&["a=1"]);
    fs::write(it.path(".git/refs/heads/odd"), "no id\n").unwrap();
    fs::write(it.path(".git/packed-refs"), "# pack-refs\n^\nx\n").unwrap();
    let read = it.read();
    assert_eq!(read.versions, [format!("{} a=1*", &first[..7])]);
    read.check_gap("unavailable : packed-refs: a line is no reference (and 1 more): its history is not seen");
}
