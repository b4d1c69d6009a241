//! The container: sections, lists and blocks of bytes, with a checksum for each part that is read at once.
//!
//! All numbers are little-endian. A file is
//! - the magic `PLIMSHRD`, the format's version (u32) and the number of sections (u32);
//! - the table: for each section its checksum (u32), four bytes of zero, its offset and its length (u64 each);
//! - the checksum (u32) of all that;
//! - the sections.
//!
//! A **list** is a count (u32), as many ends (u32, relative to the first byte after them), and the bytes. A section of
//! **blocks** has no checksum of its own: each block has one, in a directory (a section) of offset (u64), length (u32)
//! and checksum (u32). So opening checks what every look-up needs, and a block is checked when it is first touched.
//! Checksums are CRC-32 (ISO-HDLC), against bits that flip; what stands against people is the signed manifest.

use std::fs::File;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use flate2::Crc;
use memmap2::Mmap;

use super::ShardError;

const MAGIC: &[u8; 8] = b"PLIMSHRD";
/// Raised whenever a reader of today would misread a file of tomorrow.
pub(super) const VERSION: u32 = 2;
const HEADER: usize = 16;
const ROW: usize = 24;

/// What a section holds; its place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// What the shard is about, as JSON.
    About,
    /// Names of packages, sorted by bytes: a list.
    Names,
    /// Texts that repeat: a list.
    Words,
    /// For each 64 names a block: a list of runs.
    Entries,
    EntriesDirectory,
    /// For each 64 records a block: a list of heads.
    Records,
    RecordsDirectory,
    /// Compressed blocks of what a report says.
    Briefs,
    BriefsDirectory,
    /// Compressed blocks of what is read by who wants to know all.
    Details,
    DetailsDirectory,
}

const SECTIONS: usize = 11;

impl Section {
    /// Sections of blocks are checked block by block.
    fn is_blocks(index: usize) -> bool {
        Blocks::ALL.iter().any(|blocks| blocks.sections().0 as usize == index)
    }
}

/// A section of blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blocks {
    Entries,
    Records,
    Briefs,
    Details,
}

impl Blocks {
    const ALL: [Self; 4] = [Self::Entries, Self::Records, Self::Briefs, Self::Details];

    fn sections(self) -> (Section, Section) {
        match self {
            Self::Entries => (Section::Entries, Section::EntriesDirectory),
            Self::Records => (Section::Records, Section::RecordsDirectory),
            Self::Briefs => (Section::Briefs, Section::BriefsDirectory),
            Self::Details => (Section::Details, Section::DetailsDirectory),
        }
    }
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// Gathers the parts of a file.
#[derive(Default)]
pub(super) struct Writer {
    sections: [Vec<u8>; SECTIONS],
}

impl Writer {
    pub(super) fn section(&mut self, section: Section, bytes: Vec<u8>) {
        self.sections[section as usize] = bytes;
    }

    pub(super) fn block(&mut self, blocks: Blocks, bytes: &[u8]) {
        let (data, directory) = blocks.sections();
        let offset = self.sections[data as usize].len() as u64;
        self.sections[data as usize].extend_from_slice(bytes);
        let directory = &mut self.sections[directory as usize];
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(&length(bytes.len()).to_le_bytes());
        directory.extend_from_slice(&checksum(bytes).to_le_bytes());
    }

    /// How many blocks there are.
    pub(super) fn blocks(&self, blocks: Blocks) -> usize {
        self.sections[blocks.sections().1 as usize].len() / 16
    }

    pub(super) fn finish(self) -> Vec<u8> {
        let mut offset = HEADER + SECTIONS * ROW + 4;
        let mut out = Vec::with_capacity(offset + self.sections.iter().map(Vec::len).sum::<usize>());
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&length(SECTIONS).to_le_bytes());
        for (index, section) in self.sections.iter().enumerate() {
            let sum = if Section::is_blocks(index) { 0 } else { checksum(section) };
            out.extend_from_slice(&sum.to_le_bytes());
            out.extend_from_slice(&[0; 4]);
            out.extend_from_slice(&(offset as u64).to_le_bytes());
            out.extend_from_slice(&(section.len() as u64).to_le_bytes());
            offset += section.len();
        }
        out.extend_from_slice(&checksum(&out).to_le_bytes());
        for section in self.sections {
            out.extend_from_slice(&section);
        }
        out
    }
}

/// Makes every checksum right again, as far as the table leads to what it is of.
#[cfg(fuzzing)]
pub(super) fn seal(bytes: &mut [u8]) -> Option<()> {
    let long =
        |bytes: &[u8], at: usize| usize::try_from(u64::from_le_bytes(bytes.get(at..)?.get(..8)?.try_into().ok()?)).ok();
    let put = |bytes: &mut [u8], at: usize, start: usize, length: usize| {
        let sum = checksum(bytes.get(start..start.checked_add(length)?)?);
        bytes.get_mut(at..at + 4)?.copy_from_slice(&sum.to_le_bytes());
        Some(())
    };
    let row = |index: usize| HEADER + index * ROW;
    for blocks in Blocks::ALL {
        let (data, directory) = blocks.sections();
        let (data, directory) = (long(bytes, row(data as usize) + 8)?, row(directory as usize));
        let (start, length) = (long(bytes, directory + 8)?, long(bytes, directory + 16)?);
        for index in 0..bytes.len().saturating_sub(start).min(length) / 16 {
            let at = start + index * 16;
            let (offset, length) = (long(bytes, at)?, long(bytes, at + 8)? & 0xffff_ffff);
            put(bytes, at + 12, data.saturating_add(offset), length);
        }
    }
    for index in 0..SECTIONS {
        let (start, length) = (long(bytes, row(index) + 8)?, long(bytes, row(index) + 16)?);
        put(bytes, row(index), start, length);
    }
    put(bytes, row(SECTIONS), 0, row(SECTIONS))
}

/// What the format can count; the builder bounds its parts far below.
fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// A list of byte strings as one.
pub(super) fn list<T: AsRef<[u8]>>(items: impl ExactSizeIterator<Item = T> + Clone) -> Vec<u8> {
    let mut out = length(items.len()).to_le_bytes().to_vec();
    let mut end = 0;
    for item in items.clone() {
        end += item.as_ref().len();
        out.extend_from_slice(&length(end).to_le_bytes());
    }
    for item in items {
        out.extend_from_slice(item.as_ref());
    }
    out
}

/// A list, read in place.
#[derive(Clone, Copy, Debug)]
pub(super) struct List<'a> {
    ends: &'a [u8],
    bytes: &'a [u8],
}

impl<'a> List<'a> {
    pub(super) const EMPTY: Self = Self { ends: &[], bytes: &[] };

    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        let (count, rest) = bytes.split_first_chunk()?;
        let count = u32::from_le_bytes(*count) as usize;
        let (ends, bytes) = rest.split_at_checked(count.checked_mul(4)?)?;
        Some(Self { ends, bytes })
    }

    /// Whether its items lie one behind the other. Those of other lists may lie over each other, so that reading all
    /// takes forever.
    pub(super) fn is_sound(&self) -> bool {
        let ends = (0..self.len()).map(|index| self.end(index));
        ends.is_sorted() && self.len().checked_sub(1).is_none_or(|last| self.end(last) <= Some(self.bytes.len()))
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len() / 4
    }

    fn end(&self, index: usize) -> Option<usize> {
        let at = index.checked_mul(4)?;
        let bytes = self.ends.get(at..at + 4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?) as usize)
    }

    pub(super) fn get(&self, index: usize) -> Option<&'a [u8]> {
        let start = if index == 0 { 0 } else { self.end(index - 1)? };
        self.bytes.get(start..self.end(index)?)
    }

    pub(super) fn text(&self, index: usize) -> Option<&'a str> {
        std::str::from_utf8(self.get(index)?).ok()
    }

    /// Where the item is, in a sorted list.
    pub(super) fn find(&self, wanted: &[u8]) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(middle)?.cmp(wanted) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}

/// The bytes of a file, wherever they are.
pub(super) enum Bytes {
    Mapped(Mmap),
    Owned(Vec<u8>),
}

impl Bytes {
    /// Maps a file.
    pub(super) fn map(path: &Path) -> std::io::Result<Self> {
        let file = File::open(path)?;
        // An empty file cannot be mapped.
        if file.metadata()?.len() == 0 {
            return Ok(Self::Owned(Vec::new()));
        }
        #[expect(
            unsafe_code,
            reason = "a file that is written while it is mapped is undefined behaviour: ours are \
            written under another name, renamed when they are whole, and never written again"
        )]
        let map = unsafe { Mmap::map(&file) }?;
        Ok(Self::Mapped(map))
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Owned(bytes) => bytes,
        }
    }
}

const UNTOUCHED: u8 = 0;
const GOOD: u8 = 1;

/// An open file: what every look-up needs has been checked, blocks are checked when they are first touched.
pub(super) struct Container {
    bytes: Arc<Bytes>,
    sections: [(usize, usize); SECTIONS],
    touched: [Vec<AtomicU8>; Blocks::ALL.len()],
    /// Which file, for errors.
    name: String,
}

impl Container {
    pub(super) fn open(name: String, bytes: Bytes) -> Result<Self, ShardError> {
        let sections = table(&bytes).map_err(|detail| ShardError { shard: name.clone(), detail })?;
        let mut container = Self { bytes: Arc::new(bytes), sections, touched: Default::default(), name };
        for blocks in Blocks::ALL {
            let count = container.section(blocks.sections().1).len() / 16;
            container.touched[blocks as usize].resize_with(count, || AtomicU8::new(UNTOUCHED));
            // Blocks that lie over each other would be read as often as they are named.
            let rows = (0..count).map(|index| container.row(blocks, index));
            let ends =
                rows.flat_map(|row| row.map_or([0; 2], |(start, length, _)| [start, start.saturating_add(length)]));
            if !ends.is_sorted() {
                return Err(container.broken(format!("blocks of {:?} lie over each other", blocks.sections().0)));
            }
        }
        Ok(container)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn broken(&self, detail: impl Into<String>) -> ShardError {
        ShardError { shard: self.name.clone(), detail: detail.into() }
    }

    /// A section; its bounds have been checked.
    pub(super) fn section(&self, section: Section) -> &[u8] {
        let (start, end) = self.sections[section as usize];
        self.bytes.get(start..end).unwrap_or_default()
    }

    pub(super) fn list(&self, section: Section) -> Result<List<'_>, ShardError> {
        List::new(self.section(section)).ok_or_else(|| self.broken("a list is longer than its section"))
    }

    pub(super) fn count(&self, blocks: Blocks) -> usize {
        self.touched[blocks as usize].len()
    }

    /// Offset, length and checksum of a block, as the directory has them.
    fn row(&self, blocks: Blocks, index: usize) -> Option<(usize, usize, u32)> {
        let row = self.section(blocks.sections().1).get(index * 16..index * 16 + 16)?;
        let offset = usize::try_from(u64::from_le_bytes(row[..8].try_into().ok()?)).ok()?;
        let length = u32::from_le_bytes(row[8..12].try_into().ok()?) as usize;
        Some((offset, length, u32::from_le_bytes(row[12..].try_into().ok()?)))
    }

    /// A block, checked.
    pub(super) fn block(&self, blocks: Blocks, index: usize) -> Result<&[u8], ShardError> {
        let (data, _) = blocks.sections();
        let find = || {
            let (offset, length, sum) = self.row(blocks, index)?;
            Some((self.section(data).get(offset..offset.checked_add(length)?)?, sum))
        };
        let (bytes, sum) = find().ok_or_else(|| self.broken("a block lies outside of its section"))?;
        if let Some(touched) = self.touched[blocks as usize].get(index)
            && touched.load(Ordering::Relaxed) != GOOD
        {
            if checksum(bytes) != sum {
                return Err(self.broken(format!("block {index} of {data:?} does not have its checksum")));
            }
            touched.store(GOOD, Ordering::Relaxed);
        }
        Ok(bytes)
    }
}

/// Reads the table and checks it and the sections that have a checksum.
fn table(bytes: &[u8]) -> Result<[(usize, usize); SECTIONS], String> {
    let number = |at: usize| {
        bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes).ok_or("it is cut off")
    };
    let long = |at: usize| {
        let bytes = bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes);
        bytes.and_then(|number| usize::try_from(number).ok()).ok_or("it is cut off")
    };
    if bytes.get(..8) != Some(MAGIC) {
        return Err("it is no shard".into());
    }
    let version = number(8)?;
    if version != VERSION {
        return Err(format!("it has format {version} and this program reads {VERSION}: fetch or build it again"));
    }
    let end = HEADER + SECTIONS * ROW;
    if number(12)? as usize != SECTIONS || bytes.len() < end + 4 || checksum(&bytes[..end]) != number(end)? {
        return Err("its table does not have its checksum".into());
    }
    let mut sections = [(0, 0); SECTIONS];
    for (index, section) in sections.iter_mut().enumerate() {
        let row = HEADER + index * ROW;
        let (sum, start, length) = (number(row)?, long(row + 8)?, long(row + 16)?);
        let end = start.checked_add(length).filter(|end| *end <= bytes.len()).ok_or("it is cut off")?;
        if !Section::is_blocks(index) && checksum(&bytes[start..end]) != sum {
            return Err(format!("section {index} does not have its checksum"));
        }
        *section = (start, end);
    }
    Ok(sections)
}
