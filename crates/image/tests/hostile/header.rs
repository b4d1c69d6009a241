//! Tar headers (POSIX.1-2017, pax; GNU tar manual, "Basic Tar Format" and "Storing Sparse Files"). Where two readers could
//! see two archives, what counts is what container runtimes see: they all read with Go's archive/tar (see `peer`).

use model::{Budget, GapKind};

use crate::build::{Header, Seen, Tar, UNIT, read, read_with, record};

/// A header of 12 base-256 digits: the first bit is the mark.
fn base256(bytes: [u8; 8]) -> Header {
    Header::new(b'0', "a").field(124, &[[0x80, 0, 0, 0].as_slice(), &bytes].concat())
}

/// Reads whatever size a file claims to have.
fn read_all(tar: &[u8]) -> Seen {
    read_with(tar, None, &Budget { file_bytes: u64::MAX, ..Budget::default() })
}

/// What is seen of an entry `a`, behind a first file.
fn behind_a_file(entry: Header, content: &[u8]) -> Seen {
    let tar = Tar::new().file("first", "seen").entry(entry, content).file("last", "").end();
    let seen = read_all(&tar);
    assert_eq!((&*seen.entries[0], &*seen.contents["first"]), ("file first 4", &b"seen"[..]));
    seen
}

#[test]
fn a_size_of_more_than_there_is_is_a_tar_that_ends_too_early() {
    for header in [
        Header::new(b'0', "a").size(5000),
        Header::new(b'0', "a").field(124, b"777777777777"),
        base256([0, 0, 0x10, 0, 0, 0, 0, 0]),
        base256([0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    ] {
        behind_a_file(header, b"12345").check_gap(
            "",
            GapKind::Corrupt,
            &["ends in the middle of the entry at byte 1024"],
        );
    }
}

#[test]
fn a_size_of_less_than_there_is_makes_content_a_header() {
    let seen = behind_a_file(Header::new(b'0', "a").size(5), &[b'x'; 1000]);
    seen.check_gap("", GapKind::Corrupt, &["header at byte 2048", "checksum", "build the image again"]);
    assert_eq!(seen.contents["a"], b"xxxxx");
}

#[test]
fn sizes_that_are_none_are_refused() {
    let octal = |size: &[u8]| Header::new(b'0', "a").field(124, &[0; 12]).field(124, size);
    for header in [
        octal(b"-0000000001\0"),
        octal(b"0x10\0"),
        octal(b"99999999999\0"),
        octal(b"junk"),
        octal(&[0xff; 12]),
        base256([0x80, 0, 0, 0, 0, 0, 0, 0]),
        base256([0xff; 8]),
    ] {
        behind_a_file(header, b"12345").check_gap("", GapKind::Corrupt, &["byte 1024", "its size is no number"]);
    }
}

#[test]
fn a_wrong_checksum_ends_the_layer() {
    let mut raw = Header::new(b'0', "a").sealed();
    raw[0] = b'b';
    let seen = read(&Tar::new().file("first", "").raw(raw).file("last", "").end());
    seen.check_entries(&["file first 0"]);
    seen.check_gap("", GapKind::Corrupt, &["byte 512", "its checksum is wrong", "what follows it cannot be seen"]);
    raw[148..156].copy_from_slice(b"octal???");
    read(&raw).check_gap("", GapKind::Corrupt, &["byte 0", "its checksum is no number"]);
}

#[test]
fn a_lone_unit_of_zeros_hides_nothing() {
    let seen = read(&Tar::new().file("a", "").raw([0; UNIT]).file("b", "hidden?").end());
    seen.check_gap("", GapKind::Corrupt, &["byte 512", "lone unit of zeros"]);
}

fn check_name(name: &[u8], shown: &str) {
    let seen = read(&Tar::new().file(name, "content").file("last", "").end());
    seen.check_no_gap();
    seen.check_entries(&[&format!("file {shown} 7"), "file last 0"]);
}

#[test]
fn names_stay_below_the_root() {
    check_name(b"../../etc/passwd", "etc/passwd");
    check_name(b"/etc/passwd", "etc/passwd");
    check_name(b"//etc//passwd", "etc/passwd");
    check_name(b"a/../../../etc/./passwd", "etc/passwd");
    check_name(b"etc/passwd/", "etc/passwd");
    check_name(b"c:\\windows", "c:\\windows");
}

#[test]
fn names_are_bytes_and_shown_without_tricks() {
    check_name(b"a\0b", "a");
    check_name(b"a\nfile b 7", "a\\u{a}file b 7");
    check_name(b"a\x1b[2Jb\r", "a\\u{1b}[2Jb\\u{d}");
    check_name(b"caf\xe9", "caf\u{fffd}");
    check_name("a\u{202e}b".as_bytes(), "a\\u{202e}b");
}

#[test]
fn only_a_folder_can_be_the_root() {
    for name in ["", ".", "/", "./", "..", "a/.."] {
        read(&Tar::new().bare(b'5', name).end()).check_entries(&["directory "]);
        for flag in [b'0', b'2', b'6'] {
            let seen = read(&Tar::new().bare(flag, name).file("last", "").end());
            seen.check_entries(&["file last 0"]);
            seen.check_gap("", GapKind::Corrupt, &["entry at byte 0", "has no name"]);
        }
    }
}

#[test]
fn a_path_longer_than_linux_can_open_is_left_out_and_told() {
    let long = "d/".repeat(2500);
    let name = format!("{long}\0");
    let by_gnu = Tar::new().extended(b'L', &name).file("short", "content");
    let by_pax = Tar::new().pax(&[("path", &long)]).file("short", "content");
    for tar in [by_gnu, by_pax] {
        let at = tar.clone().unended().len() - 1024;
        let seen = read(&tar.file("last", "").end());
        seen.check_entries(&["file last 0"]);
        let [(path, GapKind::LimitHit, detail)] = &*seen.gaps else { panic!("{:?}", seen.gaps) };
        assert!(long.starts_with(path) && path.len() < 200, "{path}");
        assert!(detail.contains(&format!("byte {at} ")) && detail.contains("4096 bytes"), "{detail}");
    }
    // A target of that length is one of a link, or it is nothing.
    for (flag, entries) in [(b'2', &["file last 0"][..]), (b'0', &["file a 0", "file last 0"])] {
        let seen = read(&Tar::new().extended(b'K', &name).bare(flag, "a").file("last", "").end());
        seen.check_entries(entries);
        assert_eq!(seen.gaps.len(), 2 - entries.len());
    }
}

#[test]
fn long_names_below_the_limit_are_read_in_both_ways() {
    let long = format!("{}end", "folder/".repeat(500));
    for tar in [Tar::new().extended(b'L', format!("{long}\0")), Tar::new().pax(&[("path", &long)])] {
        let seen = read(&tar.file("short", "content").end());
        seen.check_no_gap();
        seen.check_entries(&[&format!("file {long} 7")]);
    }
}

#[test]
fn records_that_lie_about_their_length_end_the_layer() {
    for records in [
        &b"99 path=b\n"[..],
        b"7 path=b\n",
        b"0 path=b\n",
        b"-9 path=b\n",
        b"path=b\n",
        b"9 path=b",
        b"6 path\n",
        b"99999999999999999999 path=b\n",
        b"11 path=b\0\n\n",
        b"\0\0\0\0\0\0\0\0",
        b"20 size=-1\n",
        b"11 size=1x\n",
        b"27 size=9223372036854775808\n",
    ] {
        let seen = read(&Tar::new().file("first", "").extended(b'x', records).file("a", "content").end());
        seen.check_entries(&["file first 0"]);
        seen.check_gap("", GapKind::Corrupt, &["header at byte 512 is not valid"]);
    }
}

#[test]
fn a_huge_size_in_a_record_is_a_tar_that_ends_too_early() {
    for size in ["9223372036854775807", "10000000000000"] {
        let seen = read_all(&Tar::new().pax(&[("size", size)]).file("a", "content").end());
        seen.check_gap("", GapKind::Corrupt, &["ends in the middle of the entry at byte 1024"]);
    }
}

#[test]
fn an_extended_header_longer_than_runtimes_take_ends_the_layer() {
    for flag in [b'x', b'g', b'L', b'K'] {
        let seen = read(&Tar::new().extended(flag, vec![b'a'; (1 << 20) + 1]).file("a", "").end());
        seen.check_entries(&[]);
        seen.check_gap("", GapKind::Corrupt, &["byte 0", "longer than a megabyte"]);
    }
}

#[test]
fn an_extended_header_may_have_nothing_behind_it() {
    let tar = Tar::new().file("first", "").pax(&[("path", "b")]).extended(b'L', "c\0");
    for stored in [tar.clone().end(), tar.clone().unended()] {
        let seen = read(&stored);
        seen.check_no_gap();
        seen.check_entries(&["file first 0"]);
    }
    let stored = tar.unended();
    read(&stored[..stored.len() - 1]).check_gap("", GapKind::Corrupt, &["entry at byte 1536"]);
}

#[test]
fn ten_thousand_extended_headers_cost_their_bytes_and_no_more() {
    let mut tar = Tar::new();
    for number in 0..10_000 {
        tar = match number % 3 {
            0 => tar.pax(&[("path", &format!("pax {number}"))]),
            1 => tar.extended(b'K', "target"),
            _ => tar.extended(b'x', b""),
        };
    }
    let seen = read(&tar.pax(&[("path", "last")]).file("a", "").end());
    seen.check_no_gap();
    seen.check_entries(&["file last 0"]);
}

/// The entries behind some extended headers, in the order in which a file `a` of 7 bytes and a link `l` follow them.
fn check_overrides(headers: Tar, expected: [&str; 2]) {
    let file = read(&headers.clone().file("a", "content").file("next", "").end());
    let link = read(&headers.link(b'2', "l", "t").file("next", "").end());
    for (seen, expected) in [(file, expected[0]), (link, expected[1])] {
        seen.check_no_gap();
        seen.check_entries(&[expected, "file next 0"]);
    }
}

#[test]
fn of_two_names_the_one_that_runtimes_take_counts() {
    let tar = Tar::new;
    check_overrides(tar().pax(&[("path", "b"), ("path", "c")]), ["file c 7", "symlink c -> t"]);
    check_overrides(tar().pax(&[("path", "b"), ("path", "")]), ["file a 7", "symlink l -> t"]);
    check_overrides(tar().pax(&[("path", "b")]).pax(&[("linkpath", "u")]), ["file a 7", "symlink l -> u"]);
    check_overrides(tar().pax(&[("path", "b")]).extended(b'L', "c\0"), ["file c 7", "symlink c -> t"]);
    check_overrides(tar().extended(b'L', "c\0").pax(&[("path", "b")]), ["file c 7", "symlink c -> t"]);
    check_overrides(tar().extended(b'L', "\0c").extended(b'K', "u\0v"), ["file a 7", "symlink l -> u"]);
}

#[test]
fn a_global_header_changes_nothing_but_ends_what_stood_before() {
    let global = |tar: Tar| tar.extended(b'g', record("path", "evil"));
    check_overrides(global(Tar::new()), ["file a 7", "symlink l -> t"]);
    check_overrides(global(Tar::new().pax(&[("path", "b")])), ["file a 7", "symlink l -> t"]);
    check_overrides(global(Tar::new()).pax(&[("path", "b")]), ["file b 7", "symlink b -> t"]);
}

#[test]
fn a_header_of_solaris_is_an_entry_like_any_unknown_one() {
    let seen = read(&Tar::new().extended(b'X', record("path", "b")).file("a", "content").end());
    seen.check_entries(&["other extended", "file a 7"]);
}

#[test]
fn a_size_in_a_record_counts_where_there_is_content() {
    // The size of the header is 0; who believes it takes the content for headers.
    let hidden = Tar::new().file("hidden", "").unended();
    for (flag, shown) in [(b'0', "file a 512"), (b'7', "file a 512"), (b'Z', "other a")] {
        let seen = read(&Tar::new().pax(&[("size", "512")]).bare(flag, "a").raw(&hidden).file("last", "").end());
        seen.check_entries(&[shown, "file last 0"]);
    }
    for (flag, shown) in [(b'1', "hard link a => "), (b'2', "symlink a -> "), (b'5', "directory a"), (b'6', "other a")]
    {
        for tar in [
            Tar::new().pax(&[("size", "512")]).bare(flag, "a"),
            Tar::new().entry(Header::new(flag, "a").size(512), b""),
        ] {
            read(&tar.raw(&hidden).file("last", "").end()).check_entries(&[shown, "file hidden 0", "file last 0"]);
        }
    }
}

#[test]
fn a_slash_makes_a_folder_of_a_file_only_in_archives_older_than_the_flag() {
    let hidden = Tar::new().file("hidden", "").unended();
    let tar = |flag| Tar::new().entry(Header::new(flag, "a/").size(512), &hidden).file("last", "").end();
    read(&tar(b'0')).check_entries(&["file a 512", "file last 0"]);
    read(&tar(0)).check_entries(&["directory a", "file hidden 0", "file last 0"]);
    let by_pax = Tar::new().pax(&[("path", "b/")]).entry(Header::new(0, "a").size(512), &hidden).end();
    read(&by_pax).check_entries(&["directory b", "file hidden 0"]);
}

#[test]
fn a_prefix_is_read_where_runtimes_read_one() {
    let header = |magic: &[u8]| Header::new(b'0', "name").field(257, magic).field(345, b"some/prefix");
    let check = |header, expected: &str| read(&Tar::new().entry(header, b"").end()).check_entries(&[expected]);
    check(header(b"ustar\x0000"), "file some/prefix/name 0");
    check(header(b"\0\0\0\0\0\0\0\0"), "file name 0");
    // GNU keeps times there. What is no time is a prefix again, as Go's writer made it before version 1.8.
    check(header(b"ustar  \0"), "file some/prefix/name 0");
    check(header(b"ustar  \0").field(345, b"14000000000\0"), "file name 0");
    check(header(b"ustar  \0").field(345, b"caf\xe9"), "file name 0");
    // Schilling's prefix is 131 bytes long, and times follow.
    let star = header(b"ustar\x0000").field(345, &[b'p'; 131]).field(476, b"14000000000 ").field(508, b"tar\0");
    check(star, &format!("file {}/name 0", "p".repeat(131)));
}

/// A sparse file is shown with its true name and size, its content is a gap, and what follows it is seen.
fn check_sparse(tar: Tar) {
    let seen = read(&tar.file("last", "seen").end());
    seen.check_entries(&["file true/name 1000", "file last 4"]);
    seen.check_gap("true/name", GapKind::Unsupported, &["sparse file", "build the image again without"]);
    assert_eq!(seen.contents["last"], b"seen");
}

#[test]
fn sparse_files_of_every_form_are_gaps() {
    let name = ("GNU.sparse.name", "true/name");
    let v0 = [
        ("GNU.sparse.size", "1000"),
        ("GNU.sparse.numblocks", "1"),
        ("GNU.sparse.offset", "0"),
        ("GNU.sparse.numbytes", "4"),
    ];
    check_sparse(Tar::new().pax(&v0).file("true/name", "data"));
    let v01 = [("GNU.sparse.size", "1000"), ("GNU.sparse.numblocks", "1"), name, ("GNU.sparse.map", "0,4")];
    check_sparse(Tar::new().pax(&v01).file("GNUSparseFile.1/name", "data"));
    let v1 = [("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), name, ("GNU.sparse.realsize", "1000")];
    let map = [&b"1\n0\n4\n"[..], &[0; UNIT - 6], b"data"].concat();
    check_sparse(Tar::new().pax(&v1).file("GNUSparseFile.1/name", map));
    // GNU's own: the true size, and a map that goes on in two further units.
    let old =
        Header::new(b'S', "true/name").field(257, b"ustar  \0").size(4).field(483, b"00000001750\0").field(482, &[1]);
    let (mut more, end) = ([0; UNIT], [0; UNIT]);
    more[504] = 1;
    check_sparse(Tar::new().raw(old.sealed()).raw(more).raw(end).raw("data").raw([0; UNIT - 4]));
}

#[test]
fn a_map_of_a_sparse_file_may_break_off() {
    let old = Header::new(b'S', "a").field(257, b"ustar  \0").field(482, &[1]);
    read(&old.sealed()).check_gap("", GapKind::Corrupt, &["entry at byte 0"]);
}

#[test]
fn stray_records_of_sparse_files_hide_no_file() {
    for records in [
        &[("GNU.sparse.name", "harmless")][..],
        &[("GNU.sparse.major", "2"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "harmless")],
        &[("GNU.sparse.numblocks", "1"), ("GNU.sparse.size", "0")],
        &[("GNU.sparse.map", "")],
    ] {
        let seen = read(&Tar::new().pax(records).file("evil", "content").end());
        seen.check_no_gap();
        assert_eq!(seen.contents["evil"], b"content");
    }
}
