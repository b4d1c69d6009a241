//! `rpmdb.sqlite`: RPM keeps each header as `blob` of the table `Packages(hnum INTEGER PRIMARY KEY, blob BLOB)`.
//!
//! The database is in WAL mode; a log that still holds something is told by an analyzer of its own.

use model::Unreadable;

use super::sink::Sink;
use crate::os::bytes::Broken;
use crate::os::sqlite::{Database, Troubles, Value};

pub(super) use crate::os::sqlite::is;

impl Troubles for Sink<'_> {
    fn broken(&mut self, broken: Broken, offset: usize) {
        self.broken(broken, offset);
    }
}

pub(super) fn read(content: &[u8], sink: &mut Sink<'_>) -> Result<(), Unreadable> {
    let mut database = Database::open(content)?;
    let [table] = database.tables(["Packages"], sink);
    let table = table.ok_or_else(|| Unreadable::unsupported("an SQLite database without RPM's table Packages"))?;
    database.rows_of(&table, sink, |row, sink| match row.columns([1])? {
        [Value::Blob(header)] => {
            sink.header(header, row.offset);
            Ok(())
        }
        _ => Err(Broken::corrupt("a row of the table Packages holds no header")),
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::sink::tests::{self, package_blob};
    use super::*;
    use proptest::prelude::*;

    const MAGIC: &[u8] = b"SQLite format 3\0";
    const FILE_HEADER: usize = 100;
    const INTERIOR: u8 = 5;
    const LEAF: u8 = 13;
    const INTERIOR_HEADER: usize = 12;
    const LEAF_HEADER: usize = 8;
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
