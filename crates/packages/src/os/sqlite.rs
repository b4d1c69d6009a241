//! SQLite databases: the rows of tables, read from the pages of the file (SQLite, "Database File Format",
//! <https://www.sqlite.org/fileformat2.html>).
//!
//! A table is a tree of pages: interior pages name pages below them, leaves hold rows, and a row too long for its leaf
//! goes on in a chain of overflow pages. All numbers are big-endian. Pages are counted from one. Every page is read at most
//! once, so a file costs time in proportion to its size, whatever it claims; each table is therefore read once. Tables
//! `WITHOUT ROWID` are trees of another kind and are not read.
//!
//! A database in WAL mode may have a log beside it with pages that are newer than its own. This reader sees the file
//! alone; see [`opened`].

use model::{Facts, File, Unreadable};

use super::bytes::{Broken, Order, Seen};

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

/// Who is told of what could not be read.
pub(super) trait Troubles {
    /// A part of the file, at `offset`.
    fn broken(&mut self, broken: Broken, offset: usize);
}

/// Counts what could not be read, so that a million parts are one gap.
#[derive(Default)]
pub(super) struct Losses {
    first: Option<(Broken, usize)>,
    others: usize,
}

impl Troubles for Losses {
    fn broken(&mut self, broken: Broken, offset: usize) {
        match self.first {
            None => self.first = Some((broken, offset)),
            Some(_) => self.others += 1,
        }
    }
}

impl Losses {
    /// Writes the gaps, if there are any.
    pub(super) fn report(&self, facts: &mut Facts) {
        let Some((broken, offset)) = self.first else { return };
        facts.gap(broken.at(offset));
        if self.others > 0 {
            facts.gap(Unreadable::corrupt(format!("{} more parts of the database could not be read", self.others)));
        }
    }
}

/// Opens a database that is read for itself; none while it is empty. Its log (`-wal`), which no analyzer can see together
/// with it, is a gap. A clean end empties or removes the log, so in an image that was built in peace there is nothing to miss.
pub(super) fn opened<'a>(file: &File<'a>) -> Result<Option<Database<'a>>, Unreadable> {
    if file.content.is_empty() {
        return Ok(None);
    }
    if file.path.name().ends_with(b"-wal") {
        return Err(Unreadable::unsupported(
            "the database beside this write-ahead log has not been merged with it: what was installed last may be missing",
        ));
    }
    Database::open(file.content).map(Some)
}

/// Where a table is, and the names of its columns.
pub(super) struct Table {
    root: usize,
    columns: Vec<String>,
    /// The column that is the row's key, whose value is not among the others.
    key: Option<usize>,
}

impl Table {
    /// `root` and `sql` as the schema has them.
    fn new(root: usize, sql: &[u8]) -> Self {
        let (columns, key) = columns(&String::from_utf8_lossy(sql));
        Self { root, columns, key }
    }
}

/// A row as it was read: its key, its record, and where it begins in the file.
#[derive(Clone, Copy)]
pub(super) struct Row<'r> {
    key: i64,
    record: &'r [u8],
    pub(super) offset: usize,
}

/// An open database.
pub(super) struct Database<'a> {
    content: &'a [u8],
    page_size: usize,
    /// Bytes of a page that are SQLite's, without those that are reserved for extensions at its end.
    usable: usize,
    seen: Seen,
}

impl<'a> Database<'a> {
    /// Section 1.3, "The Database Header".
    pub(super) fn open(content: &'a [u8]) -> Result<Self, Unreadable> {
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
            return Err(Unreadable::unsupported("an SQLite database in UTF-16"));
        }
        Ok(Self { content, page_size, usable, seen: Seen::new(content.len() / page_size) })
    }

    /// The tables of these names, whatever their case. Can be asked once.
    pub(super) fn tables<const COUNT: usize>(
        &mut self,
        names: [&str; COUNT],
        troubles: &mut impl Troubles,
    ) -> [Option<Table>; COUNT] {
        let mut tables = [const { None }; COUNT];
        self.rows(1, troubles, |row, _| {
            // sqlite_schema(type, name, tbl_name, rootpage, sql)
            let [kind, name, root, sql] = row.columns([0, 1, 3, 4])?;
            let (Value::Text(b"table"), Value::Text(name), Value::Number(root)) = (kind, name, root) else {
                return Ok(());
            };
            let wanted = names.iter().position(|wanted| name.eq_ignore_ascii_case(wanted.as_bytes()));
            if let Some(position) = wanted
                && tables[position].is_none()
                && let Ok(root) = usize::try_from(root)
            {
                let sql = if let Value::Text(sql) = sql { sql } else { b"" };
                tables[position] = Some(Table::new(root, sql));
            }
            Ok(())
        });
        tables
    }

    /// Calls `each` with the values of these columns of every row; a column that the table does not have is
    /// [`Value::Other`].
    pub(super) fn select<const COUNT: usize, T: Troubles>(
        &mut self,
        table: &Table,
        columns: [&str; COUNT],
        troubles: &mut T,
        mut each: impl FnMut([Value<'_>; COUNT]),
    ) {
        let find = |name: &str| table.columns.iter().position(|column| column.eq_ignore_ascii_case(name));
        let positions = columns.map(|name| find(name).unwrap_or(usize::MAX));
        self.rows(table.root, troubles, |row, _: &mut T| {
            let mut values = row.columns(positions)?;
            for (value, position) in values.iter_mut().zip(positions) {
                if table.key == Some(position) {
                    *value = Value::Number(row.key);
                }
            }
            each(values);
            Ok(())
        });
    }

    /// [`Self::rows`] of a table.
    pub(super) fn rows_of<T: Troubles>(
        &mut self,
        table: &Table,
        troubles: &mut T,
        each: impl FnMut(Row<'_>, &mut T) -> Result<(), Broken>,
    ) {
        self.rows(table.root, troubles, each);
    }

    fn offset(&self, page: usize) -> Option<usize> {
        page.checked_sub(1)?.checked_mul(self.page_size)
    }

    fn page(&self, page: usize) -> Result<&'a [u8], Broken> {
        let bytes = self.offset(page).and_then(|start| self.content.get(start..)?.get(..self.page_size));
        bytes.map(|bytes| &bytes[..self.usable]).ok_or(NO_PAGE)
    }

    /// Calls `each` with all rows of the table whose tree starts at the page `root`. What cannot be read is told, and
    /// the rest is read on.
    fn rows<T: Troubles>(
        &mut self,
        root: usize,
        troubles: &mut T,
        mut each: impl FnMut(Row<'_>, &mut T) -> Result<(), Broken>,
    ) {
        let mut overflow = Vec::new();
        for leaf in self.leaves(root, troubles) {
            let start = self.offset(leaf).unwrap_or_default();
            let Ok(page) = self.page(leaf) else { continue };
            // Rows do not overlap, so all of them together are not larger than their page.
            let mut left = page.len();
            for pointer in pointers(leaf, page, LEAF_HEADER) {
                let row = self.row(page, pointer, &mut left, &mut overflow);
                let row = row.map(|(key, record)| Row { key, record, offset: start + pointer });
                if let Err(broken) = row.and_then(|row| each(row, troubles)) {
                    troubles.broken(broken, start + pointer);
                }
            }
        }
    }

    /// The leaves of a table's tree, in the order of its keys (section 1.6, "B-tree Pages").
    fn leaves(&mut self, root: usize, troubles: &mut impl Troubles) -> Vec<usize> {
        let mut leaves = Vec::new();
        let mut ahead = Vec::new();
        self.visit(root, &mut ahead, troubles);
        while let Some(number) = ahead.pop() {
            let below = ahead.len();
            match self.children(number, &mut ahead, troubles) {
                Ok(true) => leaves.push(number),
                // They are taken from the end.
                Ok(false) => ahead[below..].reverse(),
                Err(broken) => troubles.broken(broken, self.offset(number).unwrap_or(self.content.len())),
            }
        }
        leaves
    }

    /// Whether the page is a leaf. If not, adds the pages below it, in order.
    fn children(
        &mut self,
        number: usize,
        ahead: &mut Vec<usize>,
        troubles: &mut impl Troubles,
    ) -> Result<bool, Broken> {
        let page = self.page(number)?;
        let header = if number == 1 { FILE_HEADER } else { 0 };
        match page[header] {
            LEAF => Ok(true),
            INTERIOR => {
                for pointer in pointers(number, page, INTERIOR_HEADER).chain([header + 8]) {
                    self.visit(Order::Big.u32(page, pointer).unwrap_or_default(), ahead, troubles);
                }
                Ok(false)
            }
            _ => Err(Broken::corrupt("an SQLite page is not of the kind that tables are made of")),
        }
    }

    /// Adds a page to those that are to be read, unless it already was: so there are never more than the file has.
    fn visit(&mut self, number: usize, ahead: &mut Vec<usize>, troubles: &mut impl Troubles) {
        if self.seen.first_time(number) {
            ahead.push(number);
        } else {
            troubles.broken(NO_PAGE, self.offset(number).unwrap_or(self.content.len()).min(self.content.len()));
        }
    }

    /// The key and the record of the row at `pointer` of a leaf, put together in `overflow` where it goes on elsewhere.
    fn row<'s>(
        &mut self,
        page: &'a [u8],
        pointer: usize,
        left: &mut usize,
        overflow: &'s mut Vec<u8>,
    ) -> Result<(i64, &'s [u8]), Broken>
    where
        'a: 's,
    {
        let cell = page.get(pointer..).ok_or(CUT_OFF)?;
        let (size, rest) = varint(cell).ok_or(CUT_OFF)?;
        let (key, rest) = varint(rest).ok_or(CUT_OFF)?;
        let key = key.cast_signed();
        let size = usize::try_from(size).map_err(|_| CUT_OFF)?;
        if size > self.content.len() {
            return Err(Broken::corrupt("an SQLite row claims to be larger than the file"));
        }
        let local = self.local(size);
        *left = left.checked_sub(local.max(1)).ok_or(Broken::corrupt("the rows of an SQLite page overlap"))?;
        let (record, rest) = rest.split_at_checked(local).ok_or(CUT_OFF)?;
        if local == size {
            return Ok((key, record));
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
        Ok((key, overflow))
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

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Number(i64),
    Text(&'a [u8]),
    Blob(&'a [u8]),
    /// NULL, or a floating-point number.
    Other,
}

impl<'a> Value<'a> {
    /// The text, if it is one in UTF-8; empty otherwise.
    pub(super) fn text(self) -> &'a str {
        if let Self::Text(text) = self { std::str::from_utf8(text).unwrap_or_default() } else { "" }
    }

    /// The number, if it is one.
    pub(super) fn number(self) -> Option<i64> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }
}

impl<'r> Row<'r> {
    /// The columns at these positions of a record (section 2.1, "Record Format"): types of all columns, then their
    /// values. Columns that were added to the table after the row are not in its record.
    pub(super) fn columns<const COUNT: usize>(self, wanted: [usize; COUNT]) -> Result<[Value<'r>; COUNT], Broken> {
        let read = || {
            let mut found = [Value::Other; COUNT];
            let (size, _) = varint(self.record)?;
            let (types, mut values) = self.record.split_at_checked(usize::try_from(size).ok()?)?;
            let (_, mut types) = varint(types)?;
            for position in 0.. {
                if types.is_empty() {
                    break;
                }
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
                values = rest;
                if !wanted.contains(&position) {
                    continue;
                }
                let value = match kind {
                    0 | 7 => Value::Other,
                    8 => Value::Number(0),
                    9 => Value::Number(1),
                    1..=6 => Value::Number(integer(value)),
                    _ if kind % 2 == 0 => Value::Blob(value),
                    _ => Value::Text(value),
                };
                for (found, _) in found.iter_mut().zip(wanted).filter(|(_, wanted)| *wanted == position) {
                    *found = value;
                }
            }
            Some(found)
        };
        read().ok_or(BAD_RECORD)
    }
}

/// A number in two's complement, of up to eight bytes.
fn integer(bytes: &[u8]) -> i64 {
    let sign = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
    bytes.iter().fold(sign, |number, byte| number << 8 | i64::from(*byte))
}

/// The names of the columns that a `CREATE TABLE` declares, and which of them is the key of its rows (SQLite, "ROWIDs and
/// the INTEGER PRIMARY KEY").
fn columns(sql: &str) -> (Vec<String>, Option<usize>) {
    // Comments stay in the schema as they were written.
    let sql: Vec<&str> = sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    let sql = sql.join(" ");
    let (_, body) = sql.split_once('(').unwrap_or_default();
    let (mut depth, mut quoted) = (0_usize, false);
    let mut ended = false;
    let parts = body.split(|character| {
        match character {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => match depth.checked_sub(1) {
                Some(outer) => depth = outer,
                None => ended = true,
            },
            _ => {}
        }
        !quoted && depth == 0 && character == ',' || ended && character == ')'
    });
    let (mut names, mut key) = (Vec::new(), None);
    for part in parts {
        let mut words = part.split_whitespace();
        let Some(name) = words.next().and_then(|word| word.split('(').next()) else { continue };
        if ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"].iter().any(|word| word.eq_ignore_ascii_case(name)) {
            break;
        }
        let is = |word: Option<&str>, wanted: &str| word.is_some_and(|word| word.eq_ignore_ascii_case(wanted));
        if is(words.next(), "INTEGER") && is(words.next(), "PRIMARY") && key.is_none() {
            key = Some(names.len());
        }
        names.push(name.trim_matches(['"', '`', '[', ']', '\'']).to_owned());
    }
    (names, key)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A value to write.
    #[derive(Clone, Copy)]
    pub(in crate::os) enum Cell<'a> {
        /// NULL, as is written where the column is the key.
        Null,
        Number(u8),
        Text(&'a str),
    }

    /// A database of these tables, one page each: what creates the table, and rows whose keys are counted from one.
    pub(in crate::os) fn database(tables: &[(&str, &[&[Cell<'_>]])]) -> Vec<u8> {
        const PAGE: usize = 4096;
        let page = |start: usize, records: &[Vec<u8>]| {
            let mut page = vec![0; PAGE];
            page[start] = LEAF;
            page[start + 3..][..2].copy_from_slice(&u16::try_from(records.len()).unwrap().to_be_bytes());
            let mut end = PAGE;
            for (index, record) in records.iter().enumerate() {
                let cell = [&two(record.len())[..], &two(index + 1), record].concat();
                end -= cell.len();
                page[end..][..cell.len()].copy_from_slice(&cell);
                let pointer = u16::try_from(end).unwrap().to_be_bytes();
                page[start + LEAF_HEADER + index * 2..][..2].copy_from_slice(&pointer);
            }
            assert!(start + LEAF_HEADER + records.len() * 2 <= end, "the rows of a test fit into a page");
            page
        };
        let schema = |(index, (sql, _)): (usize, &(&str, _))| {
            let name = sql.split(' ').nth(2).unwrap();
            let root = Cell::Number(u8::try_from(index + 2).unwrap());
            record(&[Cell::Text("table"), Cell::Text(name), Cell::Text(name), root, Cell::Text(sql)])
        };
        let mut first = page(FILE_HEADER, &tables.iter().enumerate().map(schema).collect::<Vec<_>>());
        first[..16].copy_from_slice(MAGIC);
        first[16..18].copy_from_slice(&u16::try_from(PAGE).unwrap().to_be_bytes());
        first[18..20].fill(1);
        first[59] = 1;
        let others = tables.iter().map(|(_, rows)| page(0, &rows.iter().map(|row| record(row)).collect::<Vec<_>>()));
        [first].into_iter().chain(others).collect::<Vec<_>>().concat()
    }

    fn record(cells: &[Cell<'_>]) -> Vec<u8> {
        let mut record = two(2 + cells.len() * 2).to_vec();
        for cell in cells {
            record.extend(match cell {
                Cell::Null => two(0),
                Cell::Number(_) => two(1),
                Cell::Text(text) => two(13 + text.len() * 2),
            });
        }
        for cell in cells {
            match cell {
                Cell::Null => {}
                Cell::Number(number) => record.push(*number),
                Cell::Text(text) => record.extend_from_slice(text.as_bytes()),
            }
        }
        record
    }

    /// A number below 2^14 as a varint of two bytes.
    fn two(number: usize) -> [u8; 2] {
        assert!(number < 1 << 14);
        [0x80 | u8::try_from(number >> 7).unwrap(), u8::try_from(number & 0x7f).unwrap()]
    }

    fn select(content: &[u8], table: &str, columns: [&str; 3]) -> (Vec<String>, usize) {
        let mut losses = Losses::default();
        let mut rows = Vec::new();
        let mut database = Database::open(content).unwrap();
        if let [Some(table)] = database.tables([table], &mut losses) {
            database.select(&table, columns, &mut losses, |values| rows.push(format!("{values:?}")));
        }
        (rows, losses.others + usize::from(losses.first.is_some()))
    }

    #[test]
    fn columns_are_found_by_their_names() {
        let sql =
            "CREATE TABLE t (a text, -- first, of all\n id integer primary key, [b] int DEFAULT ',)', UNIQUE(a, b))";
        assert_eq!(columns(sql), (vec!["a".into(), "id".into(), "b".into()], Some(1)));
        let content = database(&[
            ("CREATE TABLE other (x)", &[]),
            (sql, &[&[Cell::Text("p"), Cell::Null, Cell::Number(7)], &[Cell::Text("q")]]),
        ]);
        let (rows, losses) = select(&content, "T", ["b", "id", "absent"]);
        assert_eq!(rows, ["[Number(7), Number(1), Other]", "[Other, Number(2), Other]"]);
        assert_eq!(losses, 0);
    }

    #[test]
    fn a_tree_of_another_kind_is_a_loss() {
        let mut content = database(&[("CREATE TABLE t (a)", &[&[Cell::Number(1)]])]);
        content[4096] = 10;
        assert_eq!(select(&content, "t", ["a", "b", "c"]), (vec![], 1));
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
        fn no_record_makes_it_panic(record in proptest::collection::vec(any::<u8>(), 0..40), wanted in 0usize..6) {
            let _ = Row { key: 0, record: &record, offset: 0 }.columns([wanted, wanted + 1]);
        }

        #[test]
        fn no_statement_makes_it_panic(sql in "(CREATE TABLE t )?[(]?[a-z,'() \\n-]{0,60}") {
            columns(&sql);
        }
    }
}
