//! A package's header as the databases store it: an index of tags over a store of values (RPM, `docs/manual/hregions.md`
//! and `docs/manual/format_header.md`), without the magic number that it has inside a package file.
//!
//! All numbers are big-endian. First two counts: index entries, and bytes of the store. Then the entries of 16 bytes
//! each: tag, type, offset into the store, number of values. Then the store.
//!
//! The first entry usually is the *immutable region*: it says which entries were in the package file and are signed.
//! RPM adds its own behind them when it installs the package, and these replace entries of the same tag inside the
//! region. The region needs no reading for that: its entries are in the same index, so the last of a tag counts.

use crate::os::bytes::{Broken, Order};

/// The tags that are read here, by RPM's names (`include/rpm/rpmtag.h`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag(pub(super) u32);

impl Tag {
    pub(super) const NAME: Self = Self(1000);
    pub(super) const VERSION: Self = Self(1001);
    pub(super) const RELEASE: Self = Self(1002);
    pub(super) const EPOCH: Self = Self(1003);
    pub(super) const VENDOR: Self = Self(1011);
    pub(super) const LICENSE: Self = Self(1014);
    pub(super) const ARCH: Self = Self(1022);
    pub(super) const PROVIDENAME: Self = Self(1047);
    pub(super) const REQUIRENAME: Self = Self(1049);
    pub(super) const OLDFILENAMES: Self = Self(1027);
    pub(super) const FILESTATES: Self = Self(1029);
    pub(super) const FILEMODES: Self = Self(1030);
    pub(super) const SOURCERPM: Self = Self(1044);
    pub(super) const DIRINDEXES: Self = Self(1116);
    pub(super) const BASENAMES: Self = Self(1117);
    pub(super) const DIRNAMES: Self = Self(1118);
    pub(super) const MODULARITYLABEL: Self = Self(5096);
}

/// The types of values that are read here.
mod kind {
    pub(super) const CHAR: u32 = 1;
    pub(super) const INT8: u32 = 2;
    pub(super) const INT16: u32 = 3;
    pub(super) const INT32: u32 = 4;
    pub(super) const STRING: u32 = 6;
    pub(super) const BIN: u32 = 7;
    pub(super) const STRING_ARRAY: u32 = 8;
    /// One text per language of the header's table of languages, the first in the C locale.
    pub(super) const I18NSTRING: u32 = 9;
}

const ENTRY: usize = 16;

/// A header whose index lies within its bytes. Values are checked when they are asked for.
#[derive(Clone, Copy)]
pub(super) struct Header<'a> {
    index: &'a [[u8; ENTRY]],
    store: &'a [u8],
}

impl<'a> Header<'a> {
    pub(super) fn parse(blob: &'a [u8]) -> Result<Self, Broken> {
        let counts = Order::Big.u32(blob, 0).zip(Order::Big.u32(blob, 4));
        let (entries, store) =
            counts.ok_or(Broken::corrupt("a package header is shorter than its first two numbers"))?;
        let split = |rest: &'a [u8]| {
            let (index, rest) = rest.split_at_checked(entries.checked_mul(ENTRY)?)?;
            Some(Self { index: index.as_chunks().0, store: rest.get(..store)? })
        };
        blob.get(8..).and_then(split).ok_or(Broken::corrupt("a package header ends before its index or its values do"))
    }

    /// How many bytes its values have.
    pub(super) fn size(&self) -> usize {
        self.store.len()
    }

    /// The text of a tag, or its first text where it has several.
    pub(super) fn text(&self, tag: Tag) -> Result<Option<&'a [u8]>, Broken> {
        let Some(mut texts) = self.texts(tag)? else { return Ok(None) };
        texts.next().transpose()
    }

    /// All texts of a tag.
    pub(super) fn texts(&self, tag: Tag) -> Result<Option<Texts<'a>>, Broken> {
        let Some(entry) = self.find(tag) else { return Ok(None) };
        let left = match entry.kind {
            kind::STRING => 1,
            kind::STRING_ARRAY | kind::I18NSTRING => entry.count,
            _ => return Err(WRONG_TYPE),
        };
        let rest = self.store.get(entry.offset..).ok_or(OUTSIDE)?;
        // Each text has at least the zero byte at its end.
        if left > rest.len() {
            return Err(OUTSIDE);
        }
        Ok(Some(Texts { rest, left }))
    }

    /// The number of a tag, or its first number.
    pub(super) fn number(&self, tag: Tag) -> Result<Option<u32>, Broken> {
        Ok(self.numbers(tag)?.and_then(|numbers| numbers.first()).map(|number| u32::from_be_bytes(*number)))
    }

    /// The 32-bit numbers of a tag.
    pub(super) fn numbers(&self, tag: Tag) -> Result<Option<&'a [[u8; 4]]>, Broken> {
        Ok(self.values(tag, &[kind::INT32], 4)?.map(|bytes| bytes.as_chunks().0))
    }

    /// The 16-bit numbers of a tag.
    pub(super) fn shorts(&self, tag: Tag) -> Result<Option<&'a [[u8; 2]]>, Broken> {
        Ok(self.values(tag, &[kind::INT16], 2)?.map(|bytes| bytes.as_chunks().0))
    }

    /// The bytes of a tag.
    pub(super) fn bytes(&self, tag: Tag) -> Result<Option<&'a [u8]>, Broken> {
        self.values(tag, &[kind::CHAR, kind::INT8, kind::BIN], 1)
    }

    fn values(&self, tag: Tag, kinds: &[u32], size: usize) -> Result<Option<&'a [u8]>, Broken> {
        let Some(entry) = self.find(tag) else { return Ok(None) };
        if !kinds.contains(&entry.kind) {
            return Err(WRONG_TYPE);
        }
        let bytes = entry.count.checked_mul(size).and_then(|bytes| self.store.get(entry.offset..)?.get(..bytes));
        bytes.map(Some).ok_or(OUTSIDE)
    }

    /// The last entry of a tag: see the top of this file.
    fn find(&self, tag: Tag) -> Option<Entry> {
        let tag = tag.0.to_be_bytes();
        let entry = self.index.iter().rfind(|entry| entry.starts_with(&tag))?;
        Some(Entry {
            kind: u32::from_be_bytes(*entry[4..].first_chunk()?),
            offset: Order::Big.u32(entry, 8)?,
            count: Order::Big.u32(entry, 12)?,
        })
    }
}

const WRONG_TYPE: Broken = Broken::corrupt("a value of a package header has the wrong type");
const OUTSIDE: Broken = Broken::corrupt("a value of a package header lies outside of it");

struct Entry {
    kind: u32,
    offset: usize,
    count: usize,
}

/// Texts one after another, each ended by a zero byte. Ends after the first that is not.
pub(super) struct Texts<'a> {
    rest: &'a [u8],
    left: usize,
}

impl<'a> Iterator for Texts<'a> {
    type Item = Result<&'a [u8], Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let Some((text, rest)) = memchr::memchr(0, self.rest).and_then(|end| self.rest.split_at_checked(end)) else {
            self.left = 0;
            return Some(Err(OUTSIDE));
        };
        self.rest = &rest[1..];
        Some(Ok(text))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.left))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A value as the store holds it: type, number of values, bytes.
    pub(in super::super) type Value = (u32, u32, Vec<u8>);

    pub(in super::super) fn text(text: &str) -> Value {
        (kind::STRING, 1, [text.as_bytes(), b"\0"].concat())
    }

    pub(in super::super) fn texts(texts: &[&str]) -> Value {
        let bytes = texts.iter().flat_map(|text| [text.as_bytes(), b"\0"].concat()).collect();
        (kind::STRING_ARRAY, u32::try_from(texts.len()).unwrap(), bytes)
    }

    pub(in super::super) fn numbers(numbers: &[u32]) -> Value {
        let bytes = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
        (kind::INT32, u32::try_from(numbers.len()).unwrap(), bytes)
    }

    pub(in super::super) fn shorts(numbers: &[u16]) -> Value {
        let bytes = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
        (kind::INT16, u32::try_from(numbers.len()).unwrap(), bytes)
    }

    pub(in super::super) fn chars(bytes: &[u8]) -> Value {
        (kind::CHAR, u32::try_from(bytes.len()).unwrap(), bytes.into())
    }

    /// A header with these tags, laid out as the manual says (alignment left out: RPM writes it, no reader needs it).
    pub(in super::super) fn blob(tags: &[(Tag, Value)]) -> Vec<u8> {
        let (mut index, mut store) = (Vec::new(), Vec::new());
        for (tag, (kind, count, bytes)) in tags {
            for number in [tag.0, *kind, u32::try_from(store.len()).unwrap(), *count] {
                index.extend(number.to_be_bytes());
            }
            store.extend(bytes);
        }
        let counts = [tags.len(), store.len()].map(|count| u32::try_from(count).unwrap().to_be_bytes());
        [counts.concat(), index, store].concat()
    }

    #[test]
    fn values_are_read_by_tag_and_type() {
        let blob = blob(&[
            (Tag::NAME, text("bash")),
            (Tag::EPOCH, numbers(&[7])),
            (Tag::VENDOR, (kind::I18NSTRING, 2, b"Ship\0Schiff\0".into())),
            (Tag::FILEMODES, shorts(&[0o100_644, 0o040_755])),
            (Tag::FILESTATES, chars(&[0, 2])),
        ]);
        let header = Header::parse(&blob).unwrap();
        assert_eq!(header.text(Tag::NAME), Ok(Some(&b"bash"[..])));
        assert_eq!(header.text(Tag::VENDOR), Ok(Some(&b"Ship"[..])));
        assert_eq!(header.text(Tag::LICENSE), Ok(None));
        assert_eq!(header.number(Tag::EPOCH), Ok(Some(7)));
        assert_eq!(header.shorts(Tag::FILEMODES), Ok(Some(&[[0x81, 0xa4], [0x41, 0xed]][..])));
        assert_eq!(header.bytes(Tag::FILESTATES), Ok(Some(&[0, 2][..])));
        assert_eq!(header.number(Tag::NAME), Err(WRONG_TYPE));
        assert_eq!(header.text(Tag::EPOCH), Err(WRONG_TYPE));
    }

    #[test]
    fn what_was_added_at_installation_replaces_what_the_package_said() {
        let blob = blob(&[(Tag::NAME, text("in-region")), (Tag::NAME, text("added"))]);
        assert_eq!(Header::parse(&blob).unwrap().text(Tag::NAME), Ok(Some(&b"added"[..])));
    }

    #[test]
    fn values_outside_of_the_store_are_refused() {
        let lies = [
            (kind::STRING, 1, vec![b'a'; 9]),
            (kind::STRING_ARRAY, u32::MAX, b"a\0".to_vec()),
            (kind::STRING_ARRAY, 3, b"a\0b".to_vec()),
        ];
        for lie in lies {
            let blob = blob(&[(Tag::NAME, lie)]);
            let texts = Header::parse(&blob).unwrap().texts(Tag::NAME);
            let read: Result<Vec<_>, _> = texts.and_then(|texts| texts.unwrap().collect());
            assert_eq!(read, Err(OUTSIDE));
        }
        let blob = blob(&[(Tag::EPOCH, (kind::INT32, u32::MAX, vec![0; 8]))]);
        assert_eq!(Header::parse(&blob).unwrap().number(Tag::EPOCH), Err(OUTSIDE));
    }

    #[test]
    fn a_header_that_ends_early_is_refused() {
        let blob = blob(&[(Tag::NAME, text("bash")), (Tag::EPOCH, numbers(&[7]))]);
        assert!(Header::parse(&blob).is_ok());
        for end in 0..blob.len() {
            assert!(Header::parse(&blob[..end]).is_err(), "{end}");
        }
        assert!(Header::parse(&[0xff; 64]).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            entries in 0u32..4,
            bytes in proptest::collection::vec(prop_oneof![Just(0u8), Just(3), Just(6), Just(8), Just(0xe8), any::<u8>()], 0..128),
        ) {
            let blob = [&entries.to_be_bytes()[..], &16u32.to_be_bytes(), &bytes].concat();
            if let Ok(header) = Header::parse(&blob) {
                for tag in [Tag::NAME, Tag(0), Tag(0x0303_0303)] {
                    let _ = (header.number(tag), header.shorts(tag), header.bytes(tag));
                    if let Ok(Some(texts)) = header.texts(tag) {
                        prop_assert!(texts.count() <= header.size() + 1);
                    }
                }
            }
        }
    }
}
