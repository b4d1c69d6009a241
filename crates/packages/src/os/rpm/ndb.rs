//! `Packages.db`, the database of SUSE: RPM's own format "ndb" (RPM, `lib/backend/ndb/rpmpkg.c`). Little-endian.
//!
//! The file starts with pages of slots of 16 bytes; the first two slots are the file's header. A slot says which run of
//! 16-byte blocks holds the header of one package, as a blob between a head and a tail.

use model::Unreadable;

use super::sink::Sink;
use crate::os::bytes::{Broken, Order};

const MAGIC: &[u8] = b"RpmP";
const SLOT_MAGIC: &[u8] = b"Slot";
const HEAD_MAGIC: &[u8] = b"BlbS";
const TAIL_MAGIC: &[u8] = b"BlbE";
const PAGE: usize = 4096;
/// Bytes of a slot, and of a block.
const UNIT: usize = 16;
/// The slots that the file's header takes.
const HEADER_SLOTS: usize = 2;
/// Magic number, package number, time, length of the blob.
const HEAD: usize = 16;
/// Checksum, length of the blob, magic number.
const TAIL: usize = 12;

pub(super) fn is(content: &[u8]) -> bool {
    content.starts_with(MAGIC)
}

pub(super) fn read(content: &[u8], sink: &mut Sink<'_>) -> Result<(), Unreadable> {
    if Order::Little.u32(content, 4) != Some(0) {
        return Err(Unreadable::unsupported("an ndb database of a version other than 0"));
    }
    let slots = Order::Little.u32(content, 12).and_then(|pages| content.get(..pages.checked_mul(PAGE)?));
    let slots = slots.unwrap_or_else(|| {
        sink.broken(Broken::corrupt("the ndb database ends before its pages of slots do"), content.len());
        content
    });
    // Blobs do not overlap, so all of them together are not larger than the file.
    let mut left = content.len();
    for (position, slot) in slots.as_chunks::<UNIT>().0.iter().enumerate().skip(HEADER_SLOTS) {
        if let Err(broken) = read_slot(content, slot, &mut left, sink) {
            sink.broken(broken, position * UNIT);
        }
    }
    Ok(())
}

fn read_slot(content: &[u8], slot: &[u8; UNIT], left: &mut usize, sink: &mut Sink<'_>) -> Result<(), Broken> {
    const OUTSIDE: Broken = Broken::corrupt("an ndb slot points outside of the file");
    const DAMAGED: Broken = Broken::corrupt("an ndb blob is damaged: its head, its tail and its slot differ");
    if !slot.starts_with(SLOT_MAGIC) {
        return Err(Broken::corrupt("an ndb slot does not start with its magic number"));
    }
    let number = |bytes, at| Order::Little.u32(bytes, at).ok_or(OUTSIDE);
    let (package, offset, blocks) = (number(slot, 4)?, number(slot, 8)?, number(slot, 12)?);
    // A slot that is free.
    if offset == 0 {
        return Ok(());
    }
    let start = offset.checked_mul(UNIT).ok_or(OUTSIDE)?;
    let size = blocks.checked_mul(UNIT).ok_or(OUTSIDE)?;
    let run = content.get(start..).and_then(|rest| rest.get(..size)).ok_or(OUTSIDE)?;
    *left = left.checked_sub(size).ok_or(Broken::corrupt("the ndb blobs overlap"))?;

    let (body, tail) = run.split_last_chunk::<TAIL>().ok_or(DAMAGED)?;
    let length = number(body, 12)?;
    let blob = body.get(HEAD..).and_then(|rest| rest.get(..length)).ok_or(DAMAGED)?;
    if !body.starts_with(HEAD_MAGIC) || !tail.ends_with(TAIL_MAGIC) {
        return Err(DAMAGED);
    }
    // Between blob and tail there is only what fills the last block.
    if number(body, 4)? != package || number(tail, 4)? != length || body.len() - HEAD - length >= UNIT {
        return Err(DAMAGED);
    }
    // RPM itself lists packages without looking at the checksum, so a wrong one is said but hides nothing.
    if number(tail, 0)? != usize::try_from(adler2::adler32_slice(body)).map_err(|_| OUTSIDE)? {
        sink.broken(
            Broken::corrupt("an ndb blob differs from its checksum; what it says was read all the same"),
            start,
        );
    }
    sink.header(blob, start + HEAD);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::sink::tests::{self, package_blob};
    use super::*;
    use proptest::prelude::*;

    fn le(number: usize) -> [u8; 4] {
        u32::try_from(number).unwrap().to_le_bytes()
    }

    /// A database of these blobs in one page of slots, the second slot of which is free.
    fn database(blobs: &[Vec<u8>]) -> Vec<u8> {
        let mut slots = [MAGIC, &le(0), &le(1), &le(1), &le(blobs.len() + 1), &[0; 12]].concat();
        let mut area: Vec<u8> = Vec::new();
        for (index, blob) in blobs.iter().enumerate() {
            let blocks = (HEAD + blob.len() + TAIL).div_ceil(UNIT);
            slots.extend([SLOT_MAGIC, &le(index + 1), &le((PAGE + area.len()) / UNIT), &le(blocks)].concat());
            slots.extend([SLOT_MAGIC, &[0; 12]].concat());
            let mut body = [HEAD_MAGIC, &le(index + 1), &le(1_700_000_000), &le(blob.len()), blob].concat();
            body.resize(blocks * UNIT - TAIL, 0);
            let sum = adler2::adler32_slice(&body).to_le_bytes();
            area.extend([&body[..], &sum, &le(blob.len()), TAIL_MAGIC].concat());
        }
        while slots.len() < PAGE {
            slots.extend([SLOT_MAGIC, &[0; 12]].concat());
        }
        [slots, area].concat()
    }

    fn sample() -> Vec<u8> {
        database(&["one", "two", "three"].map(package_blob))
    }

    fn check(content: &[u8], expected: &[&str], gaps: usize) {
        let (names, found) = tests::read(content, read);
        assert_eq!(names, expected);
        assert_eq!(found.len(), gaps, "{found:?}");
    }

    #[test]
    fn every_used_slot_is_a_package() {
        check(&sample(), &["one", "two", "three"], 0);
        check(&database(&[]), &[], 0);
    }

    #[test]
    fn a_damaged_blob_costs_only_itself() {
        let mut content = sample();
        content[PAGE] ^= 1;
        check(&content, &["two", "three"], 1);
    }

    #[test]
    fn a_wrong_checksum_is_told_and_hides_nothing() {
        let mut content = sample();
        // The time in the first blob's head is under the checksum and nothing else.
        content[PAGE + 8] ^= 1;
        check(&content, &["one", "two", "three"], 1);
    }

    #[test]
    fn slots_cannot_share_a_blob_many_times_over() {
        let big = package_blob(&"x".repeat(20_000));
        let mut content = database(&[big]);
        let (header, rest) = content.split_at_mut(HEADER_SLOTS * UNIT);
        let (slot, rest) = rest.split_at_mut(UNIT);
        assert_eq!(header.len() + slot.len(), 48);
        rest[..PAGE - 48].as_chunks_mut::<UNIT>().0.fill(*slot.first_chunk().unwrap());
        let (names, gaps) = tests::read(&content, read);
        assert_eq!(names.len(), 1);
        assert!(!gaps.is_empty());
    }

    #[test]
    fn other_versions_and_lying_headers_are_told() {
        let mut content = sample();
        content[4] = 1;
        check(&content, &[], 1);
        let mut content = sample();
        content[12..16].copy_from_slice(&[0xff; 4]);
        let (names, gaps) = tests::read(&content, read);
        assert_eq!((names.len(), gaps.is_empty()), (3, false));
    }

    #[test]
    fn wherever_it_is_cut_there_is_a_gap() {
        let content = sample();
        for end in MAGIC.len()..content.len() {
            let (names, gaps) = tests::read(&content[..end], read);
            assert!(names.len() < 3 && !gaps.is_empty(), "{end}");
        }
    }

    proptest! {
        #[test]
        fn no_damage_makes_it_panic(damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
            let mut content = sample();
            for (index, byte) in damage {
                let at = index.index(content.len());
                content[at] = byte;
            }
            tests::read(&content, read);
        }
    }
}
