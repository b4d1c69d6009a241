//! Tar headers: ustar and pax (POSIX.1-2017, pax, "ustar Interchange Format" and "pax Header Block"), GNU long names
//! and sparse files (GNU tar manual, "Basic Tar Format"). Only what a filesystem needs; nothing here allocates more
//! than the header is long.

/// Bytes of a header, and the unit that content is padded to.
pub(crate) const UNIT: usize = 512;

/// The kinds of entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    HardLink,
    Symlink,
    Directory,
    /// Devices, pipes and what has no content that we know.
    Other,
    Sparse,
    Pax,
    GlobalPax,
    LongName,
    LongLink,
}

/// One header, as it stands.
#[derive(Debug)]
pub(crate) struct Header<'a> {
    raw: &'a [u8; UNIT],
    pub(crate) kind: Kind,
    pub(crate) size: u64,
    pub(crate) mode: u32,
}

impl<'a> Header<'a> {
    /// Reads a header. The error says what is wrong with it.
    pub(crate) fn parse(raw: &'a [u8; UNIT]) -> Result<Self, &'static str> {
        let stated = number(&raw[148..156]).ok_or("its checksum is no number")?;
        if !checksums(raw).contains(&stated) {
            return Err("its checksum is wrong");
        }
        let kind = match raw[156] {
            b'0' | 0 | b'7' if name(raw).ends_with(b"/") => Kind::Directory,
            b'0' | 0 | b'7' => Kind::File,
            b'1' => Kind::HardLink,
            b'2' => Kind::Symlink,
            b'5' => Kind::Directory,
            b'S' => Kind::Sparse,
            b'x' | b'X' => Kind::Pax,
            b'g' => Kind::GlobalPax,
            b'L' => Kind::LongName,
            b'K' => Kind::LongLink,
            _ => Kind::Other,
        };
        // Links, directories and devices have no content, whatever their size field says: so do container runtimes
        // read them, and who reads otherwise can be shown another archive.
        let has_content = !matches!(raw[156], b'1'..=b'6') && kind != Kind::Directory;
        let size = if has_content { number(&raw[124..136]).ok_or("its size is no number")? } else { 0 };
        let mode = number(&raw[100..108]).unwrap_or(0) & 0o7777;
        Ok(Self { raw, kind, size, mode: u32::try_from(mode).unwrap_or(0) })
    }

    /// The path, from both fields that may hold it.
    pub(crate) fn path(&self) -> Vec<u8> {
        let name = name(self.raw);
        // GNU's own format keeps times where ustar keeps the prefix.
        let prefix = if &self.raw[257..263] == b"ustar\0" { until_nul(&self.raw[345..500]) } else { b"" };
        if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() }
    }

    /// Where a link points.
    pub(crate) fn link(&self) -> &'a [u8] {
        until_nul(&self.raw[157..257])
    }

    /// For GNU's sparse files: the size of the whole file, and whether more of its map follows in units of its own.
    pub(crate) fn sparse(&self) -> (u64, bool) {
        (number(&self.raw[483..495]).unwrap_or(0), self.raw[482] != 0)
    }
}

/// Whether a further unit of a sparse map follows this one.
pub(crate) fn sparse_map_goes_on(unit: &[u8; UNIT]) -> bool {
    unit[504] != 0
}

/// What a pax header overrides for the next entry. Sizes and paths of sparse files included (GNU tar manual, "Storing
/// Sparse Files", PAX formats 0.0 to 1.0).
#[derive(Debug, Default)]
pub(crate) struct Overrides {
    pub(crate) path: Option<Vec<u8>>,
    pub(crate) link: Option<Vec<u8>>,
    pub(crate) size: Option<u64>,
    pub(crate) sparse: bool,
}

impl Overrides {
    /// Adds the records of one pax header: `length key=value\n`, each.
    pub(crate) fn read(&mut self, mut records: &[u8]) -> Result<(), &'static str> {
        while !records.is_empty() {
            let space = memchr::memchr(b' ', records.get(..21).unwrap_or(records)).ok_or("a record has no length")?;
            let length = decimal(&records[..space]).ok_or("a record's length is no number")?;
            let length = usize::try_from(length).map_err(|_| "a record's length is absurd")?;
            let record = records.get(space + 1..length).ok_or("a record is longer than its header")?;
            records = &records[length..];
            let record = record.strip_suffix(b"\n").ok_or("a record has no end")?;
            let equals = memchr::memchr(b'=', record).ok_or("a record has no value")?;
            let (key, value) = (&record[..equals], &record[equals + 1..]);
            match key {
                b"path" | b"GNU.sparse.name" => {
                    // The name of a sparse file wins over the made-up one of the header.
                    if key != b"path" || !self.sparse || self.path.is_none() {
                        self.path = Some(value.to_vec());
                    }
                    self.sparse |= key != b"path";
                }
                b"linkpath" => self.link = Some(value.to_vec()),
                b"size" => self.size = Some(decimal(value).ok_or("a size is no number")?),
                b"GNU.sparse.major" | b"GNU.sparse.map" | b"GNU.sparse.numblocks" => self.sparse = true,
                _ => {}
            }
        }
        Ok(())
    }
}

fn name(raw: &[u8; UNIT]) -> &[u8] {
    until_nul(&raw[..100])
}

/// A long name's content ends at its first NUL.
pub(crate) fn until_nul(field: &[u8]) -> &[u8] {
    &field[..memchr::memchr(0, field).unwrap_or(field.len())]
}

/// A numeric field: octal digits between spaces and NULs, or GNU's base 256. None when it is neither or negative.
fn number(field: &[u8]) -> Option<u64> {
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
    std::str::from_utf8(digits).ok().filter(|text| !text.starts_with('+'))?.parse().ok()
}

/// The sum of all bytes with the checksum field as spaces: as the standard says, and as old Sun tars computed it.
fn checksums(raw: &[u8; UNIT]) -> [u64; 2] {
    let field = &raw[148..156];
    let total: u64 = raw.iter().map(|&byte| u64::from(byte)).sum();
    let unsigned = total - field.iter().map(|&byte| u64::from(byte)).sum::<u64>() + 8 * u64::from(b' ');
    let high =
        raw.iter().enumerate().filter(|(index, byte)| **byte >= 0x80 && !(148..156).contains(index)).count() as u64;
    [unsigned, unsigned.wrapping_sub(high * 256)]
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
        assert_eq!(number(b"12x45"), None);
    }

    // The example record of POSIX, pax, "pax Header Block".
    #[test]
    fn pax_records_count_themselves() {
        let mut overrides = Overrides::default();
        overrides.read(b"11 path=ab\n12 size=123\n19 linkpath=target\n").unwrap();
        assert_eq!(
            (overrides.path.as_deref(), overrides.size, overrides.link.as_deref()),
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
            assert!(Overrides::default().read(bad).is_err(), "{:?}", String::from_utf8_lossy(bad));
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(raw in proptest::collection::vec(any::<u8>(), UNIT), records in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut unit = [0; UNIT];
            unit.copy_from_slice(&raw);
            if let Ok(header) = Header::parse(&unit) {
                header.path();
                header.sparse();
            }
            let _ = Overrides::default().read(&records);
        }
    }
}
