//! Well-formed entries that mean no good (OCI image-spec, "Image Layer Filesystem Changeset").

use model::GapKind;

use crate::build::{Header, Tar, read};

#[test]
fn links_out_of_the_root_are_shown_and_lead_nowhere_outside() {
    let tar = Tar::new()
        .link(b'2', "absolute", "/etc/shadow")
        .link(b'2', "relative", "../../../../etc/shadow")
        .link(b'2', "strange", "a\x1b]0;title\x07")
        .link(b'1', "hard", "../../etc/passwd")
        .link(b'1', "hard absolute", "/etc/passwd")
        .link(b'1', "itself", "itself")
        .link(b'1', "of nothing", "")
        .file("absolute/passwd", "written through a link");
    let seen = read(&tar.end());
    seen.check_no_gap();
    // What a symbolic link points to is kept as it is: who resolves it does so within the image.
    seen.check_entries(&[
        "symlink absolute -> /etc/shadow",
        "symlink relative -> ../../../../etc/shadow",
        "symlink strange -> a\x1b]0;title\x07",
        "hard link hard => etc/passwd",
        "hard link hard absolute => etc/passwd",
        "hard link itself => itself",
        "hard link of nothing => ",
        "file absolute/passwd 22",
    ]);
}

#[test]
fn devices_and_pipes_have_no_content() {
    let tar = Tar::new()
        .entry(Header::new(b'3', "dev/null").field(329, b"0000001\0").field(337, b"0000003\0"), b"")
        .entry(Header::new(b'4', "dev/sda").size(1 << 33), b"")
        .bare(b'6', "pipe")
        .file("last", "");
    let seen = read(&tar.end());
    seen.check_no_gap();
    seen.check_entries(&["other dev/null", "other dev/sda", "other pipe", "file last 0"]);
}

#[test]
fn duplicates_are_all_shown_in_their_order() {
    let tar = Tar::new().file("a", "first").bare(b'5', "a").link(b'2', "a", "b").file("a", "second");
    let seen = read(&tar.end());
    seen.check_entries(&["file a 5", "directory a", "symlink a -> b", "file a 6"]);
    assert_eq!(seen.contents["a"], b"second");
}

#[test]
fn whiteouts_remove_what_they_name() {
    let tar = Tar::new()
        .file("etc/.wh.passwd", "")
        .file(".wh.top", "with content")
        .bare(b'5', "usr/.wh.folder")
        .file("var/.wh..wh..opq", "")
        .file(".wh..wh..opq", "")
        .file("a/.wh..hidden", "")
        .file(".wh.a/b", "");
    let seen = read(&tar.end());
    seen.check_no_gap();
    seen.check_entries(&[
        "whiteout etc/passwd",
        "whiteout top",
        "whiteout usr/folder",
        "opaque var",
        "opaque ",
        "whiteout a/.hidden",
        "file .wh.a/b 0",
    ]);
    assert!(seen.contents.is_empty() || seen.contents.keys().eq([".wh.a/b"]));
}

#[test]
fn bookkeeping_of_aufs_is_no_entry() {
    let seen = read(&Tar::new().bare(b'5', ".wh..wh.plnk").file("a/.wh..wh.aufs", "").file("last", "").end());
    seen.check_no_gap();
    seen.check_entries(&["file last 0"]);
}

#[test]
fn whiteouts_of_nothing_remove_nothing() {
    for name in ["a/b/.wh.", "a/b/.wh..", "a/b/.wh..."] {
        let seen = read(&Tar::new().file(name, "").file("last", "").end());
        seen.check_entries(&["file last 0"]);
        seen.check_gap(name, GapKind::Corrupt, &["whiteout at byte 0", "build the image again"]);
    }
}
