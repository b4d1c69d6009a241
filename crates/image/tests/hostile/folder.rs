//! Folders that are read as if they were images. They may be the root of a container that still runs, and change.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::time::Instant;

use image::layer::{Entry, Interest, Room};
use image::local::read_tree;
use model::{Budget, GapKind};
use rustix::fs::{CWD, FileType, Mode, OFlags, mkdirat, mknodat, open, openat};
use tempfile::TempDir;

use crate::build::{Recorder, Seen};

/// Reads a folder whose every file is wanted; at each entry, something may happen to the folder.
fn read_while(root: &Path, budget: &Budget, mut at_entry: impl FnMut(&str)) -> Seen {
    let mut at_entry = |entry: &Entry<'_>| at_entry(&entry.path.to_text());
    let mut recorder = Recorder { seen: Seen::default(), interest: Interest::Whole, at_entry: &mut at_entry };
    let read = read_tree(root, budget, &Room::new(budget.memory_bytes), &mut recorder);
    Seen { read, ..recorder.seen }
}

fn read(root: &Path) -> Seen {
    read_while(root, &Budget::default(), |_| {})
}

fn pipe(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::RWXU, 0).unwrap();
}

#[test]
fn pipes_and_sockets_are_shown_and_not_waited_for() {
    let root = tempfile::tempdir().unwrap();
    pipe(&root.path().join("pipe"));
    let _listener = UnixListener::bind(root.path().join("socket")).unwrap();
    fs::write(root.path().join("zz"), "last").unwrap();
    let seen = read(root.path());
    seen.check_no_gap();
    seen.check_entries(&["other pipe", "other socket", "file zz 4"]);
}

#[test]
fn links_are_shown_and_never_followed() {
    let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(outside.path().join("secret"), "secret").unwrap();
    let link = |name: &str, target: &str| symlink(target, root.path().join(name)).unwrap();
    link("file", outside.path().join("secret").to_str().unwrap());
    link("folder", outside.path().to_str().unwrap());
    link("loop", ".");
    link("self", "self");
    link("up", "../../../../etc");
    let seen = read(root.path());
    seen.check_no_gap();
    let outside = outside.path().display();
    seen.check_entries(&[
        &format!("symlink file -> {outside}/secret"),
        &format!("symlink folder -> {outside}"),
        "symlink loop -> .",
        "symlink self -> self",
        "symlink up -> ../../../../etc",
    ]);
    assert!(seen.contents.is_empty());
}

#[test]
fn names_are_bytes_and_shown_without_tricks() {
    let root = tempfile::tempdir().unwrap();
    for name in [&b"caf\xe9"[..], b"a\nfile b 1", b"\x1b[2J"] {
        fs::write(root.path().join(OsStr::from_bytes(name)), "").unwrap();
    }
    let seen = read(root.path());
    seen.check_no_gap();
    seen.check_entries(&["file \\u{1b}[2J 0", "file a\\u{a}file b 1 0", "file caf\u{fffd} 0"]);
}

/// Folders, each in the one before, which no single path could name.
struct Nested(TempDir);

impl Nested {
    fn new(depth: usize) -> Self {
        let root = tempfile::tempdir().unwrap();
        let mut folder = open(root.path(), OFlags::DIRECTORY, Mode::empty()).unwrap();
        for _ in 0..depth {
            mkdirat(&folder, "d", Mode::RWXU).unwrap();
            folder = openat(&folder, "d", OFlags::DIRECTORY, Mode::empty()).unwrap();
        }
        openat(&folder, "bottom", OFlags::CREATE | OFlags::WRONLY, Mode::RWXU).unwrap();
        Self(root)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

/// The folder within takes the place of the outer one, until few are left: the standard library would hold all open.
impl Drop for Nested {
    fn drop(&mut self) {
        let (outer, inner) = (self.path().join("d"), self.path().join("inner"));
        while fs::rename(outer.join("d"), &inner).is_ok() {
            fs::remove_dir_all(&outer).unwrap();
            fs::rename(&inner, &outer).unwrap();
        }
    }
}

#[test]
fn folders_may_be_deeper_than_files_can_be_held_open() {
    let root = Nested::new(1100);
    fs::write(root.path().join("d/d/last"), "seen").unwrap();
    fs::write(root.path().join("last"), "seen").unwrap();
    let seen = read(root.path());
    seen.check_no_gap();
    assert_eq!(seen.entries.len(), 1103);
    assert_eq!(seen.entries[1100], format!("file {}bottom 0", "d/".repeat(1100)));
    assert_eq!(&seen.entries[1101..], ["file d/d/last 4", "file last 4"]);
}

#[test]
fn folders_deeper_than_paths_can_be_long_are_left_out_and_told() {
    let root = Nested::new(3000);
    fs::write(root.path().join("last"), "seen").unwrap();
    let seen = read(root.path());
    // 2,048 names of one byte, with slashes between them, are 4,095 bytes.
    assert_eq!(seen.entries.len(), 2049);
    assert_eq!(seen.contents["last"], b"seen");
    let [(path, GapKind::LimitHit, detail)] = &*seen.gaps else { panic!("{:?}", seen.gaps) };
    assert!(path.starts_with("d/d/") && detail.contains("longer than 4096 bytes"), "{detail}");
}

#[test]
fn files_that_change_while_they_are_read_are_gaps() {
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret");
    fs::write(&secret, "secret").unwrap();
    type Change<'a> = &'a dyn Fn(&Path);
    let changes: [(Change<'_>, &str); 4] = [
        (&|path| fs::remove_file(path).unwrap(), "look again when nothing changes it"),
        (&|path| fs::write(path, "sho").unwrap(), "it became shorter"),
        (
            &|path| {
                fs::remove_file(path).unwrap();
                symlink(&secret, path).unwrap();
            },
            "cannot be read",
        ),
        (
            &|path| {
                fs::remove_file(path).unwrap();
                pipe(path);
            },
            "no longer a regular file",
        ),
    ];
    for (change, detail) in changes {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("a");
        fs::write(&file, "content").unwrap();
        fs::write(root.path().join("b"), "other").unwrap();
        let seen = read_while(root.path(), &Budget::default(), |path| {
            if path == "a" {
                change(&file);
            }
        });
        seen.check_entries(&["file a 7", "file b 5"]);
        seen.check_gap("a", GapKind::Unavailable, &[detail]);
        assert_eq!(seen.contents["b"], b"other");
        assert!(seen.contents.get("a").is_none_or(|content| content == b"sho"));
    }
}

#[test]
fn a_file_that_grows_is_read_as_long_as_it_was() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("a");
    fs::write(&file, "content").unwrap();
    let seen = read_while(root.path(), &Budget::default(), |_| fs::write(&file, "content and more").unwrap());
    seen.check_no_gap();
    assert_eq!(seen.contents["a"], b"content");
}

#[test]
fn a_folder_exchanged_for_a_link_leads_nowhere() {
    let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::create_dir(outside.path().join("b")).unwrap();
    fs::write(outside.path().join("b/secret"), "secret").unwrap();
    // The folder itself as soon as it is shown, or the one above while the walk is further in.
    for (moment, gaps) in [("a", 1), ("a/b", 0)] {
        let root = root.path().join(moment.replace('/', "-"));
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::write(root.join("a/b/mine"), "").unwrap();
        let seen = read_while(&root, &Budget::default(), |path| {
            if path == moment {
                fs::rename(root.join("a"), root.join("moved")).unwrap();
                symlink(outside.path(), root.join("a")).unwrap();
            }
        });
        assert_eq!(seen.gaps.len(), gaps, "{:?}", seen.gaps);
        assert!(!seen.entries.iter().any(|entry| entry.contains("secret")), "{:?}", seen.entries);
        assert_eq!(seen.entries.contains(&"file a/b/mine 0".to_owned()), gaps == 0);
    }
}

#[test]
fn a_folder_moved_away_while_the_walk_is_far_within_is_told() {
    let root = Nested::new(100);
    fs::write(root.path().join("d/last"), "").unwrap();
    let deep = root.path().join("d/".repeat(20));
    let seen = read_while(root.path(), &Budget::default(), |path| {
        if path.ends_with("bottom") {
            fs::rename(&deep, root.path().join("moved")).unwrap();
        }
    });
    // The way back is found no further than to what was moved, and only one folder above had more to show.
    assert_eq!(seen.entries.len(), 101);
    seen.check_gap("d", GapKind::Unavailable, &["it was moved while it was read", "look again"]);
}

#[test]
fn what_may_not_be_read_is_a_gap() {
    let root = tempfile::tempdir().unwrap();
    let (file, folder) = (root.path().join("file"), root.path().join("folder"));
    fs::write(&file, "content").unwrap();
    fs::create_dir(&folder).unwrap();
    for path in [&file, &folder] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o0)).unwrap();
    }
    if fs::read(&file).is_ok() {
        eprintln!("skipped: unreadable files, because root may read everything");
        return;
    }
    let seen = read(root.path());
    seen.check_entries(&["file file 7", "directory folder"]);
    let gaps: Vec<&str> = seen.gaps.iter().map(|(path, ..)| &**path).collect();
    assert_eq!(gaps, ["file", "folder"]);
    assert!(
        seen.gaps.iter().all(|(_, kind, detail)| *kind == GapKind::Unavailable && detail.contains("a user who may"))
    );
}

#[test]
fn a_root_that_is_not_there_is_a_gap() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("file"), "").unwrap();
    for name in ["missing", "file"] {
        read(&root.path().join(name)).check_gap("", GapKind::Unavailable, &["cannot be read"]);
    }
    assert!(image::local::directory(&root.path().join("missing"), "rootfs").is_err());
    assert!(image::local::directory(&root.path().join("file"), "rootfs").is_err());
}

#[test]
fn budgets_end_the_walk_or_leave_out_a_file() {
    let root = tempfile::tempdir().unwrap();
    for name in 0..20 {
        fs::create_dir(root.path().join(format!("{name:02}"))).unwrap();
        fs::write(root.path().join(format!("{name:02}/file")), "content").unwrap();
    }
    let seen = read_while(root.path(), &Budget { entries: 5, ..Budget::default() }, |_| {});
    assert_eq!((seen.entries.len(), seen.read.walked.entries), (5, 5));
    seen.check_gap("02/file", GapKind::LimitHit, &["more than 5 files and folders", "--max-entries"]);
    let seen = read_while(root.path(), &Budget { file_bytes: 6, ..Budget::default() }, |_| {});
    assert_eq!((seen.entries.len(), seen.contents.len(), seen.gaps.len()), (40, 0, 20));
    let mut recorder = Recorder { seen: Seen::default(), interest: Interest::First(3), at_entry: &mut |_| {} };
    let budget = Budget { file_bytes: 6, ..Budget::default() };
    read_tree(root.path(), &budget, &Room::new(100), &mut recorder);
    recorder.seen.check_no_gap();
    assert!(recorder.seen.contents.len() == 20 && recorder.seen.contents.values().all(|content| content == b"con"));
    let late = Budget { deadline: Some(Instant::now()), ..Budget::default() };
    let seen = read_while(root.path(), &late, |_| {});
    seen.check_entries(&[]);
    seen.check_gap("00", GapKind::TimedOut, &["--timeout"]);
}
