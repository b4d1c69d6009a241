//! Input that is small and becomes much. What is large here is made while it is read.

use std::io::{Cursor, Read};
use std::time::{Duration, Instant};

use image::Blob;
use image::layer::{self, Entry, Interest, Room, Visitor};
use model::{Budget, GapKind, ImagePath};

use crate::build::{Header, Repeated, Tar, UNIT, gzip, noise, read_with, record_with, zstd};

/// Folders, one after the other, made on the fly.
fn folders(count: u64) -> impl Read + Send {
    let some = Tar::new().bare(b'5', "folder").unended().repeat(128);
    Repeated::new(some).take(count.saturating_mul(UNIT as u64))
}

/// Counts entries and keeps gaps, and writes down nothing else.
#[derive(Default)]
struct Counter(u64, Vec<GapKind>);

impl Visitor for Counter {
    fn enter(&mut self, _: &Entry<'_>) -> Interest {
        self.0 += 1;
        Interest::None
    }

    fn head(&mut self, _: &Entry<'_>, _: &[u8]) -> Interest {
        Interest::None
    }

    fn content(&mut self, _: &Entry<'_>, _: &[u8]) {}

    fn gap(&mut self, _: &ImagePath, kind: GapKind, _: String) {
        self.1.push(kind);
    }
}

fn count(stored: impl Read + Send, budget: &Budget) -> (u64, Vec<GapKind>) {
    let mut counter = Counter::default();
    let blob = Blob { reader: Box::new(stored), expected: None };
    layer::read(blob, budget, &Room::new(budget.memory_bytes), &mut counter);
    (counter.0, counter.1)
}

#[test]
fn a_million_entries_are_read() {
    assert_eq!(count(folders(1_000_000), &Budget::default()), (1_000_000, vec![]));
}

#[test]
fn entries_beyond_the_budget_are_not() {
    let budget = Budget { entries: 1000, ..Budget::default() };
    assert_eq!(count(folders(1000), &budget), (1000, vec![]));
    assert_eq!(count(folders(u64::MAX), &budget), (1000, vec![GapKind::LimitHit]));
    let seen = read_with(folders(1001), None, &budget);
    seen.check_gap("", GapKind::LimitHit, &["more than 1000 entries", "byte 512000 of the tar", "--max-entries"]);
    assert_eq!(seen.read.digest, None);
}

/// A tar whose one file has `members` times 16 MiB of zeros, as gzip members.
fn zeros(members: u64) -> impl Read + Send {
    let header = Header::new(b'0', "zeros").size(members << 24).sealed();
    let member = gzip(&vec![0; 1 << 24]);
    let length = member.len() as u64 * members;
    Cursor::new(gzip(&header)).chain(Repeated::new(member).take(length)).chain(Cursor::new(gzip(&[0; 1024])))
}

#[test]
fn ten_gigabytes_of_zeros_are_stopped_early() {
    let seen = record_with(Interest::None, |visitor| {
        let blob = Blob { reader: Box::new(zeros(640)), expected: None };
        layer::read(blob, &Budget::default(), &Room::new(1 << 20), visitor)
    });
    seen.check_entries(&["file zeros 10737418240"]);
    seen.check_gap("", GapKind::LimitHit, &["more than 200 times", "stored byte", "--max-ratio"]);
    // One block of 256 KiB may be on its way when the limit is noticed.
    assert!(seen.read.bytes <= Budget::RATIO_FREE_BYTES + (256 << 10), "{}", seen.read.bytes);
}

#[test]
fn zeros_below_the_free_size_may_have_any_ratio() {
    let seen = read_with(zeros(5), None, &Budget::default());
    seen.check_no_gap();
    assert_eq!(seen.contents["zeros"].len(), 5 << 24);
}

#[test]
fn a_layer_ends_where_its_budget_ends() {
    let budget = Budget { layer_bytes: 1 << 20, ..Budget::default() };
    let tar = Tar::new().file("a", "first").file("b", noise(2 << 20)).end();
    for stored in [tar.clone(), gzip(&tar), zstd(&tar)] {
        let seen = read_with(&*stored, None, &budget);
        seen.check_gap("", GapKind::LimitHit, &["more than 1048576 bytes", "stored byte", "--max-layer-bytes"]);
        assert_eq!(seen.contents.keys().collect::<Vec<_>>(), ["a"]);
        assert!(seen.read.bytes <= 1 << 20);
    }
}

#[test]
fn a_file_beyond_its_budget_is_passed_over() {
    let budget = Budget { file_bytes: 1000, ..Budget::default() };
    let tar = Tar::new().file("allowed", [b'x'; 1000]).file("large", [b'x'; 1001]).file("last", "seen").end();
    let seen = read_with(&*tar, None, &budget);
    seen.check_gap("large", GapKind::LimitHit, &["1001 bytes", "the 1000", "--max-file-bytes"]);
    assert_eq!(seen.contents.keys().collect::<Vec<_>>(), ["allowed", "last"]);
    assert!(seen.read.digest.is_some(), "the layer is understood, all but one file");
}

#[test]
fn the_first_bytes_of_a_file_are_lent_whatever_its_size() {
    let budget = Budget { file_bytes: 1000, ..Budget::default() };
    let large = [[b'x'; 600].as_slice(), &noise(3 << 20)].concat();
    let tar = Tar::new().file("large", &large).file("small", "seen").file("empty", "").end();
    let blob = Blob { reader: Box::new(&*tar), expected: None };
    let seen = record_with(Interest::First(700), |visitor| layer::read(blob, &budget, &Room::new(1000), visitor));
    seen.check_no_gap();
    assert_eq!(seen.contents["large"], large[..700]);
    assert_eq!((&*seen.contents["small"], &*seen.contents["empty"]), (&b"seen"[..], &b""[..]));
    assert!(seen.read.digest.is_some(), "the rest was passed over");
}

#[test]
fn a_file_larger_than_all_memory_waits_for_all_of_it_and_passes() {
    let budget = Budget { memory_bytes: 1000, ..Budget::default() };
    let tar = Tar::new().file("a", noise(1 << 20)).file("b", noise(1 << 20)).end();
    read_with(&*tar, None, &budget).check_no_gap();
}

fn late() -> Budget {
    Budget { deadline: Some(Instant::now().checked_sub(Duration::from_secs(1)).unwrap()), ..Budget::default() }
}

#[test]
fn nothing_begins_when_the_time_is_up() {
    for stored in [&b""[..], &Tar::new().file("a", "").end(), &gzip(b"")] {
        let seen = read_with(stored, None, &late());
        seen.check_entries(&[]);
        seen.check_gap("", GapKind::TimedOut, &["stored byte 0", "--timeout"]);
    }
}

#[test]
fn bytes_that_never_become_a_block_end_with_the_time() {
    // Empty members and skippable frames for ever: nothing is unpacked, so no other limit is met.
    let empty = [gzip(b""), b"\x5a\x2a\x4d\x18\0\0\0\0".to_vec()];
    for bytes in empty {
        let soon = Instant::now() + Duration::from_millis(50);
        let budget = Budget { deadline: Some(soon), ..Budget::default() };
        read_with(Repeated::new(bytes), None, &budget).check_gap("", GapKind::TimedOut, &["--timeout"]);
    }
}
