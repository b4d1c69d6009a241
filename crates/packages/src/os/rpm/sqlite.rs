//! `rpmdb.sqlite`: the rows of one table, read from the pages of the file (SQLite, "Database File Format",
//! <https://www.sqlite.org/fileformat2.html>).
//!
//! RPM keeps each header as `blob` of the table `Packages(hnum INTEGER PRIMARY KEY, blob BLOB)`. A table is a tree of
//! pages: interior pages name pages below them, leaves hold rows, and a row too long for its leaf goes on in a chain of
//! overflow pages. All numbers are big-endian. Pages are counted from one.
//!
//! A database in WAL mode, as RPM's is, may have a log beside it with pages that are newer than its own. This reader
//! sees the file alone; a log that still holds something is told by an analyzer of its own.

use model::Unreadable;

use super::bytes::{Broken, Order, Seen};
use super::sink::Sink;

const MAGIC: &[u8] = b"SQLite format 3\0";
/// Bytes of the file's header, in front of the first page's own.
const FILE_HEADER: usize = 100;
const INTERIOR: u8 = 5;
const LEAF: u8 = 13;
/// Bytes of the headers of both kinds of pages.
const INTERIOR_HEADER: usize = 12;
const LEAF_HEADER: usize = 8;

const CUT_OFF: Broken = Broken::corrupt("an SQLite page ends in the middle of something");
const NO_PAGE: Broken =
    Broken::corrupt("an SQLite page is needed that is not in the file, or that is already a part of something else");
const BAD_RECORD: Broken = Broken::corrupt("an SQLite row does not follow the format of records");

pub(super) fn is(content: &[u8]) -> bool {
    content.starts_with(MAGIC)
}

pub(super) fn read(content: &[u8], sink: &mut Sink<'_>) -> Result<(), Unreadable> {
    let mut database = Database::open(content)?;
    let mut root = None;
    database.rows(1, sink, |row, _, _| {
        // sqlite_schema(type, name, tbl_name, rootpage, sql)
        if let (Value::Text(b"table"), Value::Text(name), Value::Number(page)) =
            (column(row, 0)?, column(row, 1)?, column(row, 3)?)
            && name.eq_ignore_ascii_case(b"Packages")
        {
            root = root.or(usize::try_from(page).ok());
        }
        Ok(())
    });
    let root = root.ok_or_else(|| Unreadable::unsupported("an SQLite database without RPM's table Packages"))?;
    database.rows(root, sink, |row, offset, sink| match column(row, 1)? {
        Value::Blob(header) => {
            sink.header(header, offset);
            Ok(())
        }
        _ => Err(Broken::corrupt("a row of the table Packages holds no header")),
    });
    Ok(())
}

struct Database<'a> {
    content: &'a [u8],
    page_size: usize,
    /// Bytes of a page that are SQLite's, without those that are reserved for extensions at its end.
    usable: usize,
    seen: Seen,
}

impl<'a> Database<'a> {
    /// Section 1.3, "The Database Header".
    fn open(content: &'a [u8]) -> Result<Self, Unreadable> {
        let header: &[u8; FILE_HEADER] =
            content.first_chunk().ok_or_else(|| Unreadable::corrupt("an SQLite database ends within its header"))?;
        let page_size = match u16::from_be_bytes([header[16], header[17]]) {
            // The one size that two bytes cannot hold.
            1 => 65536,
            size => usize::from(size),
        };
        let usable = page_size.saturating_sub(usize::from(header[20]));
        if !page_size.is_power_of_two() || page_size < 512 || usable < 480 {
            return Err(Unreadable::corrupt(format!("an SQLite database with pages of {page_size} bytes")));
        }
        let (version, encoding) = (header[19], header[59]);
        if version > 2 {
            return Err(Unreadable::unsupported(format!("an SQLite database of the file format version {version}")));
        }
        // None (of an empty database) or UTF-8.
        if encoding > 1 {
            return Err(Unreadable::unsupported("an SQLite database in UTF-16: RPM writes UTF-8"));
        }
        Ok(Self { content, page_size, usable, seen: Seen::new(content.len() / page_size) })
    }

    fn offset(&self, page: usize) -> Option<usize> {
        page.checked_sub(1)?.checked_mul(self.page_size)
    }

    fn page(&self, page: usize) -> Result<&'a [u8], Broken> {
        let bytes = self.offset(page).and_then(|start| self.content.get(start..)?.get(..self.page_size));
        bytes.map(|bytes| &bytes[..self.usable]).ok_or(NO_PAGE)
    }

    /// Calls `each` with all rows of the table whose tree starts at the page `root`: with the row's record and its
    /// offset in the file. What cannot be read is told to the sink, and the rest is read on.
    fn rows(
        &mut self,
        root: usize,
        sink: &mut Sink<'_>,
        mut each: impl FnMut(&[u8], usize, &mut Sink<'_>) -> Result<(), Broken>,
    ) {
        let mut overflow = Vec::new();
        for leaf in self.leaves(root, sink) {
            let start = self.offset(leaf).unwrap_or_default();
            let Ok(page) = self.page(leaf) else { continue };
            // Rows do not overlap, so all of them together are not larger than their page.
            let mut left = page.len();
            for pointer in pointers(leaf, page, LEAF_HEADER) {
                let row = self.row(page, pointer, &mut left, &mut overflow);
                if let Err(broken) = row.and_then(|row| each(row, start + pointer, sink)) {
                    sink.broken(broken, start + pointer);
                }
            }
        }
    }

    /// The leaves of a table's tree, in the order of its keys (section 1.6, "B-tree Pages").
    fn leaves(&mut self, root: usize, sink: &mut Sink<'_>) -> Vec<usize> {
        let mut leaves = Vec::new();
        let mut ahead = Vec::new();
        self.visit(root, &mut ahead, sink);
        while let Some(number) = ahead.pop() {
            let below = ahead.len();
            match self.children(number, &mut ahead, sink) {
                Ok(true) => leaves.push(number),
                // They are taken from the end.
                Ok(false) => ahead[below..].reverse(),
                Err(broken) => sink.broken(broken, self.offset(number).unwrap_or(self.content.len())),
            }
        }
        leaves
    }

    /// Whether the page is a leaf. If not, adds the pages below it, in order.
    fn children(&mut self, number: usize, ahead: &mut Vec<usize>, sink: &mut Sink<'_>) -> Result<bool, Broken> {
        let page = self.page(number)?;
        let header = if number == 1 { FILE_HEADER } else { 0 };
        match page[header] {
            LEAF => Ok(true),
            INTERIOR => {
                for pointer in pointers(number, page, INTERIOR_HEADER).chain([header + 8]) {
                    self.visit(Order::Big.u32(page, pointer).unwrap_or_default(), ahead, sink);
                }
                Ok(false)
            }
            _ => Err(Broken::corrupt("an SQLite page is not of the kind that tables are made of")),
        }
    }

    /// Adds a page to those that are to be read, unless it already was: so there are never more than the file has.
    fn visit(&mut self, number: usize, ahead: &mut Vec<usize>, sink: &mut Sink<'_>) {
        if self.seen.first_time(number) {
            ahead.push(number);
        } else {
            sink.broken(NO_PAGE, self.offset(number).unwrap_or(self.content.len()).min(self.content.len()));
        }
    }

    /// The record of the row at `pointer` of a leaf, put together in `overflow` where it goes on elsewhere.
    fn row<'s>(
        &mut self,
        page: &'a [u8],
        pointer: usize,
        left: &mut usize,
        overflow: &'s mut Vec<u8>,
    ) -> Result<&'s [u8], Broken>
    where
        'a: 's,
    {
        let cell = page.get(pointer..).ok_or(CUT_OFF)?;
        let (size, rest) = varint(cell).ok_or(CUT_OFF)?;
        let (_key, rest) = varint(rest).ok_or(CUT_OFF)?;
        let size = usize::try_from(size).map_err(|_| CUT_OFF)?;
        if size > self.content.len() {
            return Err(Broken::corrupt("an SQLite row claims to be larger than the file"));
        }
        let local = self.local(size);
        *left = left.checked_sub(local.max(1)).ok_or(Broken::corrupt("the rows of an SQLite page overlap"))?;
        let (record, rest) = rest.split_at_checked(local).ok_or(CUT_OFF)?;
        if local == size {
            return Ok(record);
        }
        overflow.clear();
        overflow.extend_from_slice(record);
        let mut next = Order::Big.u32(rest, 0).ok_or(CUT_OFF)?;
        while overflow.len() < size {
            let page = self.page(next)?;
            if !self.seen.first_time(next) {
                return Err(NO_PAGE);
            }
            next = Order::Big.u32(page, 0).ok_or(CUT_OFF)?;
            let wanted = size - overflow.len();
            overflow.extend_from_slice(&page[4..][..wanted.min(self.usable - 4)]);
        }
        Ok(overflow)
    }

    /// How many bytes of a record are in its leaf; the rest is in overflow pages (section 1.6, the rules for X, M and K).
    fn local(&self, size: usize) -> usize {
        let most = self.usable - 35;
        let least = (self.usable - 12) * 32 / 255 - 23;
        if size <= most {
            return size;
        }
        let filled = least + (size - least) % (self.usable - 4);
        if filled <= most { filled } else { least }
    }
}

/// Where on its page each cell is: the numbers behind the page's header, as many as it says and as fit.
fn pointers(number: usize, page: &[u8], header: usize) -> impl Iterator<Item = usize> {
    let start = if number == 1 { FILE_HEADER } else { 0 };
    let cells = Order::Big.u16(page, start + 3).unwrap_or_default();
    let (pointers, _) = page.get(start + header..).unwrap_or_default().as_chunks();
    pointers.iter().take(cells).map(|pointer| usize::from(u16::from_be_bytes(*pointer)))
}

/// A number of one to nine bytes: seven bits of each, and all eight of the ninth.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0;
    for (position, &byte) in bytes.iter().enumerate().take(9) {
        if position == 8 {
            return Some((number << 8 | u64::from(byte), &bytes[9..]));
        }
        number = number << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some((number, &bytes[position + 1..]));
        }
    }
    None
}

enum Value<'a> {
    Number(i64),
    Text(&'a [u8]),
    Blob(&'a [u8]),
    /// NULL, or a floating-point number.
    Other,
}

/// A column of a record (section 2.1, "Record Format"): types of all columns, then their values.
fn column(record: &[u8], wanted: usize) -> Result<Value<'_>, Broken> {
    let read = || {
        let (size, _) = varint(record)?;
        let (types, mut values) = record.split_at_checked(usize::try_from(size).ok()?)?;
        let (_, mut types) = varint(types)?;
        for position in 0.. {
            let (kind, rest) = varint(types)?;
            types = rest;
            let length = match kind {
                0 | 8 | 9 => 0,
                1..=4 => kind,
                5 => 6,
                6 | 7 => 8,
                10 | 11 => return None,
                _ => (kind - 12) / 2,
            };
            let (value, rest) = values.split_at_checked(usize::try_from(length).ok()?)?;
            if position == wanted {
                return Some(match kind {
                    0 | 7 => Value::Other,
                    8 => Value::Number(0),
                    9 => Value::Number(1),
                    1..=6 => Value::Number(integer(value)),
                    _ if kind % 2 == 0 => Value::Blob(value),
                    _ => Value::Text(value),
                });
            }
            values = rest;
        }
        None
    };
    read().ok_or(BAD_RECORD)
}

/// A number in two's complement, of up to eight bytes.
fn integer(bytes: &[u8]) -> i64 {
    let sign = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
    bytes.iter().fold(sign, |number, byte| number << 8 | i64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::super::sink::tests::{self, package_blob};
    use super::*;
    use proptest::prelude::*;

    const PAGE: usize = 512;

    fn be(number: usize) -> [u8; 4] {
        u32::try_from(number).unwrap().to_be_bytes()
    }

    /// A number below 2^14 as a varint of two bytes.
    fn two(number: usize) -> [u8; 2] {
        assert!(number < 1 << 14);
        [0x80 | u8::try_from(number >> 7).unwrap(), u8::try_from(number & 0x7f).unwrap()]
    }

    /// A record: types (each in two bytes), then values.
    fn record(columns: &[(usize, &[u8])]) -> Vec<u8> {
        let mut record = vec![u8::try_from(1 + columns.len() * 2).unwrap()];
        record.extend(columns.iter().flat_map(|(kind, _)| two(*kind)));
        record.extend(columns.iter().flat_map(|(_, value)| *value));
        record
    }

    fn text(text: &str) -> (usize, &[u8]) {
        (13 + text.len() * 2, text.as_bytes())
    }

    /// A page of this kind with these cells; `start` bytes in front are left free for the file's header.
    fn page(kind: u8, start: usize, last: usize, cells: &[Vec<u8>]) -> Vec<u8> {
        let mut page = vec![0; PAGE];
        page[start] = kind;
        page[start + 3..][..2].copy_from_slice(&u16::try_from(cells.len()).unwrap().to_be_bytes());
        let header = if kind == INTERIOR { INTERIOR_HEADER } else { LEAF_HEADER };
        if kind == INTERIOR {
            page[start + 8..][..4].copy_from_slice(&be(last));
        }
        let mut end = PAGE;
        for (index, cell) in cells.iter().enumerate() {
            end -= cell.len();
            page[end..][..cell.len()].copy_from_slice(cell);
            page[start + header + index * 2..][..2].copy_from_slice(&u16::try_from(end).unwrap().to_be_bytes());
        }
        page
    }

    /// A database of these headers: page 1 the schema, page 2 the root of the table, then a leaf for each header, with
    /// as many overflow pages behind it as it needs.
    fn database(table: &str, headers: &[Vec<u8>]) -> Vec<u8> {
        let schema = record(&[text("table"), text(table), text(table), (1, &[2]), text("CREATE TABLE")]);
        let mut first = page(LEAF, FILE_HEADER, 0, &[[&two(schema.len())[..], &[1], &schema].concat()]);
        first[..16].copy_from_slice(MAGIC);
        first[16..18].copy_from_slice(&u16::try_from(PAGE).unwrap().to_be_bytes());
        first[18..20].fill(2);
        first[59] = 1;

        let (mut pages, mut leaves) = (Vec::new(), Vec::new());
        for (key, header) in headers.iter().enumerate() {
            let row = record(&[(0, &[]), (12 + header.len() * 2, header)]);
            // Section 1.6, calculated for pages of 512 bytes: X = 477, M = 39.
            let local = match row.len() {
                size if size <= 477 => size,
                size if 39 + (size - 39) % 508 <= 477 => 39 + (size - 39) % 508,
                _ => 39,
            };
            let number = 3 + pages.len();
            leaves.push(number);
            let mut cell = [&two(row.len())[..], &[u8::try_from(key).unwrap()], &row[..local]].concat();
            let chain: Vec<_> = row[local..].chunks(PAGE - 4).collect();
            if !chain.is_empty() {
                cell.extend(be(number + 1));
            }
            pages.push(page(LEAF, 0, 0, &[cell]));
            for (index, part) in chain.iter().enumerate() {
                let next = if index + 1 == chain.len() { 0 } else { number + 2 + index };
                let mut page = [&be(next)[..], part].concat();
                page.resize(PAGE, 0);
                pages.push(page);
            }
        }
        let (last, others) = leaves.split_last().unwrap();
        let others: Vec<_> = others.iter().map(|leaf| [&be(*leaf)[..], &[9]].concat()).collect();
        [vec![first, page(INTERIOR, 0, *last, &others)], pages].concat().concat()
    }

    /// Three packages, the second of them in overflow pages 5 and 6.
    fn sample() -> Vec<u8> {
        database("Packages", &["one".into(), "t".repeat(600), "three".into()].map(|name: String| package_blob(&name)))
    }

    fn check(content: &[u8], expected: &[&str], gaps: usize) {
        let (names, found) = tests::read(content, read);
        let names: Vec<_> = names.iter().map(|name| if name.len() == 600 { "two" } else { name }).collect();
        assert_eq!(names, expected);
        assert_eq!(found.len(), gaps, "{found:?}");
    }

    #[test]
    fn rows_are_read_in_order_and_across_overflow_pages() {
        let content = sample();
        assert_eq!(content.len() / PAGE, 7, "schema, root, leaf, leaf, two overflow pages, leaf");
        check(&content, &["one", "two", "three"], 0);
    }

    #[test]
    fn the_table_has_to_be_there_and_its_case_does_not_matter() {
        check(&database("Name", &[package_blob("one")]), &[], 1);
        check(&database("packages", &[package_blob("one")]), &["one"], 0);
    }

    #[test]
    fn a_broken_page_costs_only_its_rows() {
        let mut content = sample();
        content[2 * PAGE] = 0x77;
        check(&content, &["two", "three"], 1);
        let mut content = sample();
        // The link from the first overflow page to the second now names the first.
        content[4 * PAGE..][..4].copy_from_slice(&be(5));
        check(&content, &["one", "three"], 1);
    }

    #[test]
    fn trees_that_go_in_circles_end() {
        let mut content = sample();
        // The last page below the root is the root.
        content[PAGE + 8..][..4].copy_from_slice(&be(2));
        check(&content, &["one", "two"], 1);
        content[PAGE + 8..][..4].copy_from_slice(&be(3));
        check(&content, &["one", "two"], 1);
        content[PAGE + 8..][..4].copy_from_slice(&[0xff; 4]);
        check(&content, &["one", "two"], 1);
    }

    #[test]
    fn cells_that_are_listed_many_times_are_read_as_often_as_the_page_has_room() {
        let mut content = sample();
        let leaf = &mut content[2 * PAGE..3 * PAGE];
        let pointer: [u8; 2] = *leaf[LEAF_HEADER..].first_chunk().unwrap();
        leaf[3..5].copy_from_slice(&[0, 100]);
        leaf[LEAF_HEADER..][..200].as_chunks_mut().0.fill(pointer);
        let (names, gaps) = tests::read(&content, read);
        assert!(names.len() < 7 && !gaps.is_empty(), "{names:?}");
    }

    #[test]
    fn headers_that_no_sqlite_writes_are_refused() {
        for (at, byte) in [(16, 3), (16, 0), (19, 3), (59, 2), (20, 255)] {
            let mut content = sample();
            content[at] = byte;
            check(&content, &[], 1);
        }
        check(MAGIC, &[], 1);
    }

    #[test]
    fn wherever_it_is_cut_there_is_a_gap() {
        let content = sample();
        for end in MAGIC.len()..content.len() {
            let (names, gaps) = tests::read(&content[..end], read);
            assert!(names.len() < 3 && !gaps.is_empty(), "{end}");
        }
    }

    // Section 1.6: "the high-order bit of the ninth byte is a bit of the number".
    #[test]
    fn varints_have_up_to_nine_bytes() {
        let check = |bytes: &[u8], expected| assert_eq!(varint(bytes).map(|(number, _)| number), expected, "{bytes:?}");
        check(&[0x7f], Some(127));
        check(&[0x81, 0x00], Some(128));
        check(&[0xff; 9], Some(u64::MAX));
        check(&[0xff; 8], None);
        check(&[], None);
        assert_eq!([integer(&[]), integer(&[0x80]), integer(&[0xff, 0xfe]), integer(&[1, 0])], [0, -128, -2, 256]);
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

        #[test]
        fn no_record_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40), wanted in 0usize..6) {
            let _ = column(&bytes, wanted);
        }
    }
}
