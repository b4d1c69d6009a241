//! Stored bytes of a layer. The compressed formats are RFC 1952 (gzip) and RFC 8878 (Zstandard).

use std::io::{self, Read};

use model::{Budget, Digest, GapKind};

use crate::build::{Seen, Tar, gzip, noise, read, read_with, zstd};

/// Two files of five bytes: 512 of header and 512 of content each, and 1,024 of zeros.
fn two_files() -> Vec<u8> {
    Tar::new().file("a", "first").file("b", "other").end()
}

fn check_whole(seen: &Seen) {
    seen.check_no_gap();
    seen.check_entries(&["file a 5", "file b 5"]);
    assert_eq!(seen.contents["b"], b"other");
    assert!(seen.read.digest.is_some());
}

fn check_corrupt(seen: &Seen, cut: usize) {
    assert!(seen.read.digest.is_none(), "cut at {cut}");
    let [(path, GapKind::Corrupt, detail)] = &*seen.gaps else { panic!("cut at {cut}: {:?}", seen.gaps) };
    assert!(path.is_empty() && detail.contains("byte ") && detail.contains("again"), "{detail}");
}

#[test]
fn a_plain_layer_may_end_only_between_entries() {
    let tar = two_files();
    for cut in 0..=tar.len() {
        let seen = read(&tar[..cut]);
        // Between entries, with or without zeros after them.
        if matches!(cut, 0 | 1024 | 2048 | 2560 | 3072) {
            seen.check_no_gap();
        } else {
            check_corrupt(&seen, cut);
        }
        let contents: Vec<&str> = seen.contents.keys().map(String::as_str).collect();
        let expected: &[&str] = match cut {
            0..517 => &[],
            517..1541 => &["a"],
            _ => &["a", "b"],
        };
        assert_eq!(contents, expected, "cut at {cut}");
    }
}

#[test]
fn a_gzip_layer_ends_nowhere_but_at_its_end() {
    let stored = gzip(&two_files());
    check_whole(&read(&stored));
    for cut in 1..stored.len() {
        check_corrupt(&read(&stored[..cut]), cut);
    }
}

#[test]
fn a_zstd_layer_ends_nowhere_but_at_its_end() {
    let stored = zstd(&two_files());
    check_whole(&read(&stored));
    for cut in 1..stored.len() {
        check_corrupt(&read(&stored[..cut]), cut);
    }
}

#[test]
fn what_came_before_the_break_is_still_seen() {
    let tar = Tar::new().file("a", "first").file("b", noise(1 << 20)).end();
    for stored in [gzip(&tar), zstd(&tar)] {
        let seen = read(&stored[..stored.len() / 2]);
        check_corrupt(&seen, stored.len() / 2);
        seen.check_entries(&["file a 5", "file b 1048576"]);
        assert_eq!(seen.contents["a"], b"first");
        assert!(!seen.contents.contains_key("b"));
    }
}

#[test]
fn no_flipped_bit_goes_unseen_where_a_digest_is_known() {
    for stored in [gzip(&two_files()), zstd(&two_files()), two_files()] {
        let expected = Some(Digest::sha256(&stored));
        for at in 0..stored.len().min(700) {
            let mut damaged = stored.clone();
            damaged[at] ^= 1 << (at % 8);
            let seen = read_with(&*damaged, expected, &Budget::default());
            assert!(!seen.gaps.is_empty(), "byte {at}");
            assert!(seen.read.digest.is_none(), "byte {at}");
            // Nor may anything panic where nothing tells.
            read(&damaged);
        }
    }
}

#[test]
fn a_lying_digest_is_told_with_both() {
    let (stored, lie) = (gzip(&two_files()), Digest::sha256(b"lie"));
    let seen = read_with(&*stored, Some(lie), &Budget::default());
    seen.check_entries(&["file a 5", "file b 5"]);
    let truth = Digest::sha256(&stored).to_string();
    seen.check_gap("", GapKind::DigestMismatch, &[&lie.to_string(), &truth, "fetch the image again"]);
}

#[test]
fn a_digest_covers_what_follows_the_end_of_the_tar() {
    let expected = Some(Digest::sha256(&two_files()));
    let longer = Tar::new().raw(two_files()).raw(b"and more").unended();
    let seen = read_with(&*longer, expected, &Budget::default());
    seen.check_gap("", GapKind::DigestMismatch, &[]);
    // A second tar after the end of the first is not unpacked by runtimes, and not shown by us.
    let seen = read(&[two_files(), Tar::new().file("c", "hidden").end()].concat());
    check_whole(&seen);
}

#[test]
fn gzip_goes_on_in_further_members() {
    let tar = two_files();
    let (first, second) = tar.split_at(700);
    check_whole(&read(&[gzip(first), gzip(second)].concat()));
    check_whole(&read(&[gzip(first), gzip(b""), gzip(b""), gzip(second)].concat()));
}

#[test]
fn garbage_behind_gzip_is_a_gap_and_hides_nothing() {
    let seen = read(&[gzip(&two_files()), b"garbage".to_vec()].concat());
    seen.check_entries(&["file a 5", "file b 5"]);
    check_corrupt(&seen, 0);
}

#[test]
fn zstd_goes_on_in_further_frames_and_skips_the_skippable() {
    let tar = two_files();
    let (first, second) = tar.split_at(700);
    // Magic number, length, and content that means nothing (RFC 8878, section 3.1.2).
    let skippable = b"\x5a\x2a\x4d\x18\x03\0\0\0any".to_vec();
    check_whole(&read(&[zstd(first), zstd(second)].concat()));
    let stored = [skippable.clone(), zstd(first), skippable.clone(), zstd(second), skippable].concat();
    check_whole(&read(&stored));
}

#[test]
fn a_zstd_window_that_only_an_attacker_wants_is_refused() {
    // A frame without a single segment whose window descriptor says exponent 31: 2^41 bytes (RFC 8878, section 3.1.1.1.2).
    let seen = read(b"\x28\xb5\x2f\xfd\x00\xf8\x01\x00\x00");
    seen.check_gap("", GapKind::LimitHit, &["stored byte", "128 MiB", "--long=27"]);
}

#[test]
fn other_compressions_are_named() {
    read(b"BZh91AY&SY").check_gap("", GapKind::Unsupported, &["bzip2", "gzip or zstd"]);
    read(b"\xfd7zXZ\0\0\x04").check_gap("", GapKind::Unsupported, &["xz", "gzip or zstd"]);
}

#[test]
fn an_empty_blob_is_an_empty_layer_and_one_byte_is_none() {
    let seen = read(b"");
    seen.check_no_gap();
    assert_eq!((seen.read.bytes, seen.read.walked.entries), (0, 0));
    for byte in [0, 0x1f, 0x28, b'a'] {
        read(&[byte]).check_gap("", GapKind::Corrupt, &["byte 0"]);
    }
    read(&gzip(b"")).check_no_gap();
    read(&zstd(b"")).check_no_gap();
}

/// Hands out one byte at a time, as a slow connection may.
struct Trickle<'a>(&'a [u8]);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(1);
        self.0.read(&mut buffer[..length])
    }
}

#[test]
fn the_compression_is_told_even_if_the_first_read_yields_one_byte() {
    for stored in [two_files(), gzip(&two_files()), zstd(&two_files())] {
        check_whole(&read_with(Trickle(&stored), Some(Digest::sha256(&stored)), &Budget::default()));
    }
}

/// Fails after some bytes.
struct Breaks<'a>(&'a [u8], io::ErrorKind);

impl Read for Breaks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(self.1.into()),
            read => Ok(read),
        }
    }
}

#[test]
fn a_connection_that_breaks_off_is_no_damaged_layer() {
    let tar = two_files();
    let seen = read_with(Breaks(&tar[..1030], io::ErrorKind::ConnectionReset), None, &Budget::default());
    seen.check_entries(&["file a 5"]);
    seen.check_gap("", GapKind::Unavailable, &["byte 1030"]);
}
