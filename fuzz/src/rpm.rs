//! RPM's databases in their three forms, with one package each, as the readers in `crates/packages/src/os/rpm` describe
//! them.

/// Tags of a header (RPM, `include/rpm/rpmtag.h`), types of values, and values.
const VALUES: &[(u32, u32, u32, &[u8])] = &[
    (1000, 6, 1, b"bash\0"),
    (1001, 6, 1, b"5.2\0"),
    (1002, 6, 1, b"1.el9\0"),
    (1003, 4, 1, &[0, 0, 0, 1]),
    (1011, 6, 1, LONG),
    (1014, 6, 1, b"MIT\0"),
    (1022, 6, 1, b"x86_64\0"),
    (1030, 3, 1, &[0x81, 0xed]),
    (1044, 6, 1, b"bash-5.2-1.el9.src.rpm\0"),
    (1116, 4, 1, &[0; 4]),
    (1117, 8, 1, b"bash\0"),
    (1118, 8, 1, b"/usr/bin/\0"),
    (5096, 6, 1, b"bash:5:1:0\0"),
];

/// Makes the header too long for a leaf of SQLite's smallest pages.
const LONG: &[u8] = &{
    let mut text = [b'v'; 240];
    text[239] = 0;
    text
};

/// A header: counts, index, store.
pub fn header() -> Vec<u8> {
    let (mut index, mut store) = (Vec::new(), Vec::new());
    for (tag, kind, count, value) in VALUES {
        index.extend(
            [*tag, *kind, u32::try_from(store.len()).unwrap_or_default(), *count].map(u32::to_be_bytes).concat(),
        );
        store.extend_from_slice(value);
    }
    [&be(VALUES.len())[..], &be(store.len()), &index, &store].concat()
}

fn be(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes()
}

fn le(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes()
}

fn two(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// Puts bytes into a page.
fn put(page: &mut [u8], at: usize, bytes: &[u8]) {
    page[at..][..bytes.len()].copy_from_slice(bytes);
}

/// SQLite: the schema's page, and a leaf whose row goes on in an overflow page where the header is long.
pub fn sqlite() -> Vec<u8> {
    const PAGE: usize = 512;
    // Numbers up to 2^14 as two bytes.
    let varint = |number: usize| (two(number >> 7) << 8 | two(number & 0x7f) | 0x8000).to_be_bytes();
    let leaf = |page: &mut [u8], start: usize, cell: &[u8]| {
        put(page, start, &[13, 0, 0, 0, 1]);
        put(page, start + 8, &two(PAGE - cell.len()).to_be_bytes());
        put(page, PAGE - cell.len(), cell);
    };
    let mut file = vec![0; 3 * PAGE];
    let schema = [&[6, 23, 29, 29, 1, 15][..], b"table", b"Packages", b"Packages", &[2], b"x"].concat();
    leaf(&mut file[..PAGE], 100, &[&varint(schema.len())[..], &[1], &schema].concat());
    put(&mut file, 0, b"SQLite format 3\0");
    put(&mut file, 16, &two(PAGE).to_be_bytes());
    put(&mut file, 18, &[2, 2]);
    put(&mut file, 59, &[1]);
    let header = header();
    let row = [&[4, 0][..], &varint(12 + 2 * header.len()), &header].concat();
    // Of a row of more than 477 bytes, a leaf of 512 holds what does not fill a whole overflow page (section 1.6).
    let filled = 39 + (row.len() - 39) % 508;
    let local = if filled <= 477 { filled } else { 39 };
    leaf(&mut file[PAGE..2 * PAGE], 0, &[&varint(row.len())[..], &[1], &row[..local], &be(3)].concat());
    put(&mut file, 2 * PAGE + 4, &row[local..]);
    file
}

/// Berkeley DB: the first page, and a bucket with the counter and the package.
pub fn bdb() -> Vec<u8> {
    const PAGE: usize = 1024;
    let mut file = vec![0; 2 * PAGE];
    put(&mut file, 12, &[le(0x0006_1561), le(9), le(PAGE)].concat());
    put(&mut file, 25, &[8]);
    put(&mut file, 32, &le(1));
    let value = [&[1][..], &header()].concat();
    let items: [&[u8]; 4] = [&[1, 0, 0, 0, 0], &[1, 2, 0, 0, 0], &[1, 1, 0, 0, 0], &value];
    let page = &mut file[PAGE..];
    put(page, 20, &two(items.len()).to_le_bytes());
    page[25] = 13;
    let mut end = PAGE;
    for (index, item) in items.into_iter().enumerate() {
        end -= item.len();
        put(page, end, item);
        put(page, 26 + index * 2, &two(end).to_le_bytes());
    }
    file
}

/// ndb: a page of slots, and the package's blob.
pub fn ndb() -> Vec<u8> {
    const PAGE: usize = 4096;
    let header = header();
    let blocks = (16 + header.len() + 12).div_ceil(16);
    let mut file = [&b"RpmP"[..], &le(0), &le(1), &le(1), &le(2), &[0; 12]].concat();
    file.extend([&b"Slot"[..], &le(1), &le(PAGE / 16), &le(blocks)].concat());
    while file.len() < PAGE {
        file.extend([&b"Slot"[..], &[0; 12]].concat());
    }
    let mut body = [&b"BlbS"[..], &le(1), &le(0), &le(header.len()), &header].concat();
    body.resize(blocks * 16 - 12, 0);
    // A wrong checksum is told, and read on.
    file.extend([&body[..], &[0; 4], &le(header.len()), b"BlbE"].concat());
    file
}
