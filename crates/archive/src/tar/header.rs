//! Tar headers: ustar and pax (POSIX.1-2017, pax, "ustar Interchange Format" and "pax Header Block"), GNU long names
//! and sparse files (GNU tar manual, "Basic Tar Format"). Only what a filesystem needs; nothing here allocates more
//! than the header is long.

/// Bytes of a header, and the unit that content is padded to.
pub const UNIT: usize = 512;

/// Bytes that an extended header, or a long name, may have. Honest ones are a few kilobytes, with extended attributes;
/// container runtimes refuse more than this.
pub const EXTENSION_BYTES: u64 = 1 << 20;

/// The kinds of entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// Another name of a file.
    HardLink,
    /// A symbolic link.
    Symlink,
    /// A folder.
    Directory,
    /// Devices, pipes and what has no content that we know.
    Other,
    /// A file of which only parts are stored, as GNU's tar writes it.
    Sparse,
    /// Speaks of the next entry, in records.
    Pax,
    /// Speaks of all that follow.
    GlobalPax,
    /// The next entry's path.
    LongName,
    /// Where the next entry leads.
    LongLink,
}

/// One header, as it stands.
#[derive(Debug)]
pub struct Header<'a> {
    raw: &'a [u8; UNIT],
    /// What it begins.
    pub kind: Kind,
    /// Bytes that follow it, as it claims.
    pub size: u64,
    /// Permission bits.
    pub mode: u32,
}

/// What a header and the extended headers before it say together of an entry.
#[derive(Debug, PartialEq, Eq)]
pub struct Member {
    /// What it is.
    pub kind: Kind,
    /// Its path, as it is written.
    pub path: Vec<u8>,
    /// Where it leads, if it is a link.
    pub link: Vec<u8>,
    /// Bytes that follow the header.
    pub stored: u64,
    /// Bytes of the file, which are more than those stored if it is sparse.
    pub size: u64,
    /// Whether only parts of the file are stored.
    pub sparse: bool,
}

impl<'a> Header<'a> {
    /// Reads a header. The error says what is wrong with it.
    pub fn parse(raw: &'a [u8; UNIT]) -> Result<Self, &'static str> {
        let stated = number(&raw[148..156]).ok_or("its checksum is no number")?;
        if !is_checksum(stated, raw) {
            return Err("its checksum is wrong");
        }
        let kind = match raw[156] {
            b'0' | 0 | b'7' => Kind::File,
            b'1' => Kind::HardLink,
            b'2' => Kind::Symlink,
            b'5' => Kind::Directory,
            b'S' => Kind::Sparse,
            b'x' => Kind::Pax,
            b'g' => Kind::GlobalPax,
            b'L' => Kind::LongName,
            b'K' => Kind::LongLink,
            _ => Kind::Other,
        };
        let mut header = Self { raw, kind, size: 0, mode: 0 };
        if header.has_content() {
            header.size = number(&raw[124..136]).ok_or("its size is no number")?;
        }
        let mode = number(&raw[100..108]).unwrap_or(0) & 0o7777;
        header.mode = u32::try_from(mode).unwrap_or(0);
        Ok(header)
    }

    /// Whether it speaks of the entry after it, and is none itself.
    pub fn is_extension(&self) -> bool {
        matches!(self.kind, Kind::Pax | Kind::GlobalPax | Kind::LongName | Kind::LongLink)
    }

    /// The entry that the header describes after the extended headers in `overrides`. Where they contradict each other
    /// the winner is that of container runtimes (Go's archive/tar): who reads otherwise can be shown another archive.
    pub fn member(&self, overrides: Overrides) -> Member {
        let Overrides { pax, long_name, long_link } = overrides;
        let sparse = self.kind == Kind::Sparse || pax.is_sparse();
        let sparse_name = pax.sparse_name.filter(|_| sparse);
        let path = sparse_name.or(long_name).or(pax.path).unwrap_or_else(|| self.path());
        let link = long_link.or(pax.link).unwrap_or_else(|| self.link().to_vec());
        // Before there was a flag for directories, a slash told them.
        let is_old_directory = self.raw[156] == 0 && path.ends_with(b"/");
        let kind = if is_old_directory { Kind::Directory } else { self.kind };
        let stored = if self.has_content() && !is_old_directory { pax.size.unwrap_or(self.size) } else { 0 };
        let size = match pax.sparse_size {
            _ if self.kind == Kind::Sparse => number(&self.raw[483..495]).unwrap_or(0),
            Some(size) if sparse => size,
            _ => stored,
        };
        Member { kind, path, link, stored, size, sparse }
    }

    /// Links, directories and devices have none, whatever their size field says.
    fn has_content(&self) -> bool {
        !matches!(self.raw[156], b'1'..=b'6')
    }

    /// The path, from both fields that may hold it.
    fn path(&self) -> Vec<u8> {
        let name = until_nul(&self.raw[..100]);
        let prefix = self.prefix();
        if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() }
    }

    /// What ustar puts before the name. Schilling's tar keeps times behind a shorter one, and GNU's keeps times in its
    /// place; but where these are no times, runtimes take them for a prefix again.
    fn prefix(&self) -> &'a [u8] {
        let (raw, field) = (self.raw, &self.raw[345..500]);
        let is_time = |field: &[u8]| field[0] == 0 || number(field).is_some();
        match &raw[257..265] {
            [b'u', b's', b't', b'a', b'r', 0, ..] if raw[508..].starts_with(b"tar\0") => until_nul(&raw[345..476]),
            [b'u', b's', b't', b'a', b'r', 0, ..] => until_nul(field),
            b"ustar  \0" if !is_time(&field[..12]) || !is_time(&field[12..24]) => {
                Some(until_nul(field)).filter(|prefix| prefix.is_ascii()).unwrap_or_default()
            }
            _ => b"",
        }
    }

    /// Where a link points.
    fn link(&self) -> &'a [u8] {
        until_nul(&self.raw[157..257])
    }

    /// For GNU's sparse files: whether more of the map follows in units of its own.
    pub fn sparse_map_goes_on(&self) -> bool {
        self.kind == Kind::Sparse && self.raw[482] != 0
    }
}

/// Whether a further unit of a sparse map follows this one.
pub fn sparse_map_goes_on(unit: &[u8; UNIT]) -> bool {
    unit[504] != 0
}

/// What extended headers say of the next entry.
#[derive(Debug, Default)]
pub struct Overrides {
    pax: Pax,
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
}

impl Overrides {
    /// Adds the content of one extended header.
    pub fn add(&mut self, kind: Kind, content: &[u8]) -> Result<(), &'static str> {
        let text = || Some(until_nul(content).to_vec()).filter(|text| !text.is_empty());
        match kind {
            Kind::LongName => self.long_name = text(),
            Kind::LongLink => self.long_link = text(),
            // A second one replaces the first, as a whole.
            Kind::Pax => self.pax = Pax::read(content)?,
            // Global ones carry comments in practice (git's commit id). Runtimes take them for an entry, and ignore it.
            _ => *self = Self::default(),
        }
        Ok(())
    }
}

/// What a pax header says. Sizes and paths of sparse files included (GNU tar manual, "Storing Sparse Files", PAX formats
/// 0.0 to 1.0).
#[derive(Debug, Default)]
struct Pax {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    sparse_name: Option<Vec<u8>>,
    sparse_size: Option<u64>,
    sparse_version: [Vec<u8>; 2],
    sparse_map: bool,
}

impl Pax {
    /// Reads its records: `length key=value\n`, each. The last of several with one key counts, and an empty value is as
    /// good as none.
    fn read(mut records: &[u8]) -> Result<Self, &'static str> {
        let mut pax = Self::default();
        while !records.is_empty() {
            let space = memchr::memchr(b' ', records.get(..21).unwrap_or(records)).ok_or("a record has no length")?;
            let length = decimal(&records[..space]).ok_or("a record's length is no number")?;
            let length = usize::try_from(length).map_err(|_| "a record's length is absurd")?;
            let record = records.get(space + 1..length).ok_or("a record is longer than its header")?;
            records = &records[length..];
            let record = record.strip_suffix(b"\n").ok_or("a record has no end")?;
            let equals = memchr::memchr(b'=', record).ok_or("a record has no value")?;
            let (key, value) = (&record[..equals], &record[equals + 1..]);
            let text = || {
                let has_nul = memchr::memchr(0, value).is_some();
                if has_nul { Err("a path holds a NUL") } else { Ok((!value.is_empty()).then(|| value.to_vec())) }
            };
            let size = || {
                let size = (!value.is_empty()).then(|| decimal(value).ok_or("a size is no number"));
                size.transpose()
            };
            match key {
                b"path" => pax.path = text()?,
                b"linkpath" => pax.link = text()?,
                b"size" => pax.size = size()?,
                b"GNU.sparse.name" => pax.sparse_name = text()?,
                b"GNU.sparse.size" | b"GNU.sparse.realsize" => pax.sparse_size = size()?,
                b"GNU.sparse.major" => pax.sparse_version[0] = value.to_vec(),
                b"GNU.sparse.minor" => pax.sparse_version[1] = value.to_vec(),
                b"GNU.sparse.map" | b"GNU.sparse.offset" | b"GNU.sparse.numbytes" => pax.sparse_map = !value.is_empty(),
                _ => {}
            }
        }
        Ok(pax)
    }

    /// Whether it describes a sparse file in a version that exists. Stray records must not hide a file as one.
    fn is_sparse(&self) -> bool {
        match self.sparse_version.each_ref().map(Vec::as_slice) {
            [b"0", b"0" | b"1"] | [b"1", b"0"] => true,
            [b"", b""] => self.sparse_map,
            _ => false,
        }
    }
}

/// A long name's content ends at its first NUL.
fn until_nul(field: &[u8]) -> &[u8] {
    &field[..memchr::memchr(0, field).unwrap_or(field.len())]
}

/// A numeric field: octal digits between spaces and NULs, or GNU's base 256. None when it is neither, negative, or more
/// than a file can be long (63 bits).
fn number(field: &[u8]) -> Option<u64> {
    any_number(field).filter(|&number| i64::try_from(number).is_ok())
}

fn any_number(field: &[u8]) -> Option<u64> {
    if let [first @ 0x80..=0xff, rest @ ..] = field {
        if *first != 0x80 {
            return None;
        }
        let (high, low) = rest.split_at(rest.len().saturating_sub(8));
        return high
            .iter()
            .all(|&byte| byte == 0)
            .then(|| low.iter().fold(0, |value, &byte| value << 8 | u64::from(byte)));
    }
    let is_padding = |byte: &u8| matches!(byte, b' ' | 0);
    let start = field.iter().position(|byte| !is_padding(byte)).unwrap_or(field.len());
    let digits = &field[start..];
    let end = digits.iter().position(is_padding).unwrap_or(digits.len());
    digits[..end].iter().try_fold(0_u64, |value, &digit| match digit {
        b'0'..=b'7' => value.checked_mul(8)?.checked_add(u64::from(digit - b'0')),
        _ => None,
    })
}

fn decimal(digits: &[u8]) -> Option<u64> {
    let number: i64 = std::str::from_utf8(digits).ok().filter(|text| !text.starts_with('+'))?.parse().ok()?;
    u64::try_from(number).ok()
}

/// Whether this is the sum of all bytes with the checksum field as spaces: as the standard says, or as old Sun tars
/// computed it, with signed bytes.
fn is_checksum(stated: u64, raw: &[u8; UNIT]) -> bool {
    let mut blank = *raw;
    blank[148..156].fill(b' ');
    let (mut sum, mut negative) = (0, 0);
    for &byte in &blank {
        sum += u64::from(byte);
        negative += u64::from(byte >> 7);
    }
    stated == sum || stated == sum.wrapping_sub(256 * negative)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_octal_or_base_256() {
        assert_eq!(number(b"0000644\0"), Some(0o644));
        assert_eq!(number(b"   644 \0"), Some(0o644));
        assert_eq!(number(b"\0\0\0\0"), Some(0));
        assert_eq!(number(&[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]), Some(256));
        assert_eq!(number(&[0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]), None, "more than 64 bits");
        assert_eq!(number(&[0xff; 12]), None, "negative");
        assert_eq!(number(&[0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0]), None, "more than 63 bits");
        assert_eq!(number(b"12x45"), None);
    }

    // The example record of POSIX, pax, "pax Header Block".
    #[test]
    fn pax_records_count_themselves() {
        let pax = Pax::read(b"11 path=ab\n12 size=123\n19 linkpath=target\n").unwrap();
        assert_eq!(
            (pax.path.as_deref(), pax.size, pax.link.as_deref()),
            (Some(&b"ab"[..]), Some(123), Some(&b"target"[..]))
        );
        for bad in [
            &b"x path=a\n"[..],
            b"99 path=a\n",
            b"9 path=a",
            b"0 path=a\n",
            b"3 a\n",
            b"99999999999999999999999 a=b\n",
            b"9 size=+1\n",
        ] {
            assert!(Pax::read(bad).is_err(), "{:?}", String::from_utf8_lossy(bad));
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(raw in proptest::collection::vec(any::<u8>(), UNIT), records in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut unit = [0; UNIT];
            unit.copy_from_slice(&raw);
            if let Ok(header) = Header::parse(&unit) {
                let mut overrides = Overrides::default();
                let _ = overrides.add(Kind::Pax, &records);
                let _ = overrides.add(Kind::LongName, &records);
                header.member(overrides);
            }
        }
    }
}
