//! `Packages` of older RPMs: a Berkeley DB hash in the byte order of the machine that wrote it (Berkeley DB 5.3,
//! `dbinc/db_page.h` and "Hash access method" of the programmer's reference).
//!
//! The first page describes the database. Buckets are pages of keys and values in turn; a value too long for its page
//! is a chain of overflow pages. The key is the package's number, the value its header. Number zero is no package: its
//! value is the next number to give away. Buckets are taken as they come: which of them a key hashes to matters to
//! nobody who reads them all, and freed pages change their type.

use model::{GapKind, Unreadable};

use super::sink::Sink;
use crate::os::bytes::{Broken, Order, Seen};

/// The magic number of hashes, and where on the first page it is.
const MAGIC: usize = 0x0006_1561;
const MAGIC_OFFSET: usize = 12;
/// Those that have the same page layout, of Berkeley DB 3.1 to 6.2 and 18.1.
const VERSIONS: std::ops::RangeInclusive<usize> = 7..=10;

/// What the first page says (`DBMETA`).
const FIRST_PAGE: usize = 72;
/// Bytes of a page's header, and of the header with a checksum behind it.
const PAGE_HEADER: usize = 26;
const PAGE_HEADER_AND_CHECKSUM: usize = 32;

/// Types of pages.
const UNSORTED_BUCKET: u8 = 2;
const OVERFLOW: u8 = 7;
const BUCKET: u8 = 13;

/// Types of items: here, and in a chain of overflow pages.
const ON_PAGE: u8 = 1;
const OFF_PAGE: u8 = 3;

const CUT_OFF: Broken = Broken::corrupt("a page of the Berkeley DB ends in the middle of something");
const BAD_ITEMS: Broken = Broken::corrupt("the items of a page of the Berkeley DB overlap or lie outside of it");
const BAD_CHAIN: Broken = Broken::corrupt("a chain of overflow pages of the Berkeley DB is broken or goes in a circle");

pub(super) fn is(content: &[u8]) -> bool {
    order(content).is_some()
}

fn order(content: &[u8]) -> Option<Order> {
    [Order::Little, Order::Big].into_iter().find(|order| order.u32(content, MAGIC_OFFSET) == Some(MAGIC))
}

pub(super) fn read(content: &[u8], sink: &mut Sink<'_>) -> Result<(), Unreadable> {
    let mut database = Database::open(content)?;
    let mut overflow = Vec::new();
    for (number, page) in content.chunks(database.page_size).enumerate().skip(1) {
        let start = number * database.page_size;
        if page.len() < database.page_size {
            sink.broken(CUT_OFF, start);
        } else if matches!(page[25], UNSORTED_BUCKET | BUCKET)
            && let Err(broken) = database.bucket(page, start, &mut overflow, sink)
        {
            sink.broken(broken, start);
        }
    }
    if content.len() / database.page_size <= database.last_page {
        sink.broken(Broken::corrupt("the Berkeley DB has fewer pages than it says"), content.len());
    }
    Ok(())
}

struct Database<'a> {
    content: &'a [u8],
    order: Order,
    page_size: usize,
    page_header: usize,
    last_page: usize,
    seen: Seen,
}

impl<'a> Database<'a> {
    fn open(content: &'a [u8]) -> Result<Self, Unreadable> {
        const CHECKSUM: u8 = 1;
        let cut_off = || CUT_OFF.at(0);
        let order = order(content).ok_or_else(cut_off)?;
        let first = content.get(..FIRST_PAGE).ok_or_else(cut_off)?;
        let number = |at| order.u32(first, at).ok_or_else(cut_off);
        let (version, page_size, last_page) = (number(16)?, number(20)?, number(32)?);
        if !VERSIONS.contains(&version) {
            return Err(Unreadable::unsupported(format!("a Berkeley DB hash of version {version}")));
        }
        if !page_size.is_power_of_two() || !(512..=65536).contains(&page_size) {
            return Err(Unreadable::corrupt(format!("a Berkeley DB with pages of {page_size} bytes")));
        }
        if first[24] != 0 {
            return Err(Unreadable { kind: GapKind::Encrypted, detail: "the Berkeley DB is encrypted".into() });
        }
        let page_header = if first[26] & CHECKSUM == 0 { PAGE_HEADER } else { PAGE_HEADER_AND_CHECKSUM };
        let seen = Seen::new(content.len() / page_size);
        Ok(Self { content, order, page_size, page_header, last_page, seen })
    }

    /// Reads the keys and values of a bucket, which starts at the offset `start` of the file.
    fn bucket(
        &mut self,
        page: &'a [u8],
        start: usize,
        overflow: &mut Vec<u8>,
        sink: &mut Sink<'_>,
    ) -> Result<(), Broken> {
        let items = self.order.u16(page, 20).ok_or(CUT_OFF)?;
        // A list from the page's start says where each item begins; the items themselves fill the page from its end.
        let list = page.get(self.page_header..).and_then(|list| list.get(..items * 2)).ok_or(BAD_ITEMS)?;
        let mut end = page.len();
        let mut key: Option<&[u8]> = None;
        for index in 0..items {
            let at = self.order.u16(list, index * 2).filter(|at| *at >= self.page_header + list.len());
            let item = at.and_then(|at| page.get(at..end)).ok_or(BAD_ITEMS)?;
            end -= item.len();
            match key.take() {
                None => key = Some(item),
                Some([ON_PAGE, 0, 0, 0, 0]) => {}
                Some(_) => match self.value(item, overflow) {
                    Ok(header) => sink.header(header, start + end),
                    Err(broken) => sink.broken(broken, start + end),
                },
            }
        }
        Ok(())
    }

    /// The bytes of a value, put together in `overflow` where they are elsewhere.
    fn value<'s>(&mut self, item: &'a [u8], overflow: &'s mut Vec<u8>) -> Result<&'s [u8], Broken>
    where
        'a: 's,
    {
        let (kind, value) = item.split_first().ok_or(BAD_ITEMS)?;
        match *kind {
            ON_PAGE => return Ok(value),
            OFF_PAGE => {}
            _ => return Err(Broken::unsupported("a value of the Berkeley DB has duplicates, which RPM never writes")),
        }
        let number = |at| self.order.u32(item, at).ok_or(BAD_ITEMS);
        let (mut next, size) = (number(4)?, number(8)?);
        overflow.clear();
        while overflow.len() < size {
            let start = next.checked_mul(self.page_size).ok_or(BAD_CHAIN)?;
            let page = self.content.get(start..).and_then(|rest| rest.get(..self.page_size)).ok_or(BAD_CHAIN)?;
            if page[25] != OVERFLOW || !self.seen.first_time(next) {
                return Err(BAD_CHAIN);
            }
            next = self.order.u32(page, 16).ok_or(BAD_CHAIN)?;
            let used = self.order.u16(page, 22).and_then(|used| page.get(self.page_header..)?.get(..used));
            overflow.extend_from_slice(used.ok_or(BAD_CHAIN)?);
        }
        overflow.get(..size).ok_or(BAD_CHAIN)
    }
}

#[cfg(test)]
mod tests {
    use super::super::sink::tests::{self, package_blob};
    use super::*;
    use proptest::prelude::*;

    const PAGE: usize = 512;

    /// Writes numbers in one of the two orders.
    #[derive(Clone, Copy)]
    struct Writer(Order);

    impl Writer {
        fn u16(self, page: &mut [u8], at: usize, number: usize) {
            let number = u16::try_from(number).unwrap();
            let bytes = if self.0 == Order::Little { number.to_le_bytes() } else { number.to_be_bytes() };
            page[at..][..2].copy_from_slice(&bytes);
        }

        fn u32(self, page: &mut [u8], at: usize, number: usize) {
            let number = u32::try_from(number).unwrap();
            let bytes = if self.0 == Order::Little { number.to_le_bytes() } else { number.to_be_bytes() };
            page[at..][..4].copy_from_slice(&bytes);
        }

        /// A bucket of these items.
        fn bucket(self, kind: u8, items: &[Vec<u8>]) -> Vec<u8> {
            let mut page = vec![0; PAGE];
            page[25] = kind;
            self.u16(&mut page, 20, items.len());
            let mut end = PAGE;
            for (index, item) in items.iter().enumerate() {
                end -= item.len();
                page[end..][..item.len()].copy_from_slice(item);
                self.u16(&mut page, PAGE_HEADER + index * 2, end);
            }
            page
        }

        /// A value of this size in the chain that starts at a page.
        fn elsewhere(self, first: usize, size: usize) -> Vec<u8> {
            let mut item = vec![0; 12];
            item[0] = OFF_PAGE;
            self.u32(&mut item, 4, first);
            self.u32(&mut item, 8, size);
            item
        }

        /// A database of two packages: page 1 is a bucket with the counter, one package, and one in the overflow pages 2
        /// and 4 (from back to front); page 3 is an empty bucket.
        fn database(self) -> Vec<u8> {
            let mut first = vec![0; PAGE];
            self.u32(&mut first, MAGIC_OFFSET, MAGIC);
            self.u32(&mut first, 16, 9);
            self.u32(&mut first, 20, PAGE);
            self.u32(&mut first, 32, 4);
            first[25] = 8;

            let far = package_blob(&"t".repeat(300));
            let (here, there) = far.split_at(PAGE - PAGE_HEADER);
            let key = |number| {
                let mut key = vec![ON_PAGE; 5];
                self.u32(&mut key, 1, number);
                key
            };
            let near = [&[ON_PAGE][..], &package_blob("one")].concat();
            let items = [key(0), vec![ON_PAGE, 3, 0, 0, 0], key(1), near, key(2), self.elsewhere(4, far.len())];
            let chained = |part: &[u8], next| {
                let mut page = vec![0; PAGE];
                page[25] = OVERFLOW;
                self.u32(&mut page, 16, next);
                self.u16(&mut page, 22, part.len());
                page[PAGE_HEADER..][..part.len()].copy_from_slice(part);
                page
            };
            [first, self.bucket(BUCKET, &items), chained(there, 0), self.bucket(UNSORTED_BUCKET, &[]), chained(here, 2)]
                .concat()
        }
    }

    fn sample() -> Vec<u8> {
        Writer(Order::Little).database()
    }

    fn check(content: &[u8], expected: &[&str], gaps: usize) {
        let (names, found) = tests::read(content, read);
        let names: Vec<_> = names.iter().map(|name| if name.len() == 300 { "two" } else { name }).collect();
        assert_eq!(names, expected);
        assert_eq!(found.len(), gaps, "{found:?}");
    }

    #[test]
    fn both_byte_orders_are_read() {
        check(&Writer(Order::Little).database(), &["one", "two"], 0);
        check(&Writer(Order::Big).database(), &["one", "two"], 0);
    }

    #[test]
    fn chains_that_break_or_go_in_circles_cost_one_package() {
        for next in [4, 0, 1, 5, 0xffff_ffff] {
            let mut content = sample();
            Writer(Order::Little).u32(&mut content[4 * PAGE..], 16, next);
            check(&content, &["one"], 1);
        }
    }

    #[test]
    fn a_chain_of_empty_pages_ends() {
        let mut content = sample();
        for page in [2, 4] {
            Writer(Order::Little).u16(&mut content[page * PAGE..], 22, 0);
            Writer(Order::Little).u32(&mut content[page * PAGE..], 16, 6 - page);
        }
        check(&content, &["one"], 1);
    }

    #[test]
    fn items_that_overlap_end_their_page() {
        let mut content = sample();
        let little = Writer(Order::Little);
        let offset = Order::Little.u16(&content[PAGE..], PAGE_HEADER + 6).unwrap();
        little.u16(&mut content[PAGE..], PAGE_HEADER + 8, offset + 1);
        check(&content, &["one"], 1);
        let mut content = sample();
        little.u16(&mut content[PAGE..], 20, 0xffff);
        check(&content, &[], 1);
    }

    #[test]
    fn an_impossible_size_costs_no_memory() {
        let little = Writer(Order::Little);
        let mut content = sample();
        let at = Order::Little.u16(&content[PAGE..], PAGE_HEADER + 10).unwrap();
        little.u32(&mut content[PAGE..], at + 8, 0xffff_ffff);
        check(&content, &["one"], 1);
    }

    #[test]
    fn what_is_not_rpms_kind_of_database_is_refused() {
        // The version, the size of pages, encryption.
        for (at, byte) in [(16, 6), (21, 0), (20, 1), (24, 1)] {
            let mut content = sample();
            content[at] = byte;
            check(&content, &[], 1);
        }
    }

    #[test]
    fn wherever_it_is_cut_there_is_a_gap() {
        let content = sample();
        for end in 0..content.len() {
            let (names, gaps) = tests::read(&content[..end], read);
            assert!(names.len() < 2 && !gaps.is_empty(), "{end}");
        }
    }

    proptest! {
        #[test]
        fn no_damage_makes_it_panic(
            big in any::<bool>(),
            damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        ) {
            let mut content = Writer(if big { Order::Big } else { Order::Little }).database();
            for (index, byte) in damage {
                let at = index.index(content.len());
                content[at] = byte;
            }
            tests::read(&content, read);
        }
    }
}
