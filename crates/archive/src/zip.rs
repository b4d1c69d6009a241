//! ZIP archives in memory (PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5): the central directory, entry by entry, and single
//! entries inflated up to a limit.
//!
//! Only the central directory counts, as it does for the programs that run from archives; what lies between entries does
//! not exist for them. Nothing is allocated but what an entry unfolds to. A reader of our own, because the archives
//! here have thousands of entries of which a few are wanted, and libraries copy the name of each.

use std::borrow::Cow;
use std::io::Read;
use std::ops::ControlFlow;

use memchr::memmem;
use model::{GapKind, ImagePath, Key, Meta, Unreadable};

use crate::{Costs, Interest, Visitor};

pub(crate) const END: &[u8; 4] = b"PK\x05\x06";
pub(crate) const END_64: &[u8; 4] = b"PK\x06\x06";
pub(crate) const END_64_LOCATOR: &[u8; 4] = b"PK\x06\x07";
pub(crate) const DIRECTORY_ENTRY: &[u8; 4] = b"PK\x01\x02";
pub(crate) const LOCAL_ENTRY: &[u8; 4] = b"PK\x03\x04";

/// The system that writes modes into its archives.
const UNIX: u8 = 3;

/// An archive.
#[derive(Clone, Copy)]
pub struct Archive<'a> {
    content: &'a [u8],
    directory: &'a [u8],
    /// What to add to offsets: bytes put in front of the archive after it was written, such as a script that starts it.
    shift: usize,
}

/// One entry of the central directory. Its claims about sizes are only claims.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    /// The path, as the archive writes it.
    pub name: &'a [u8],
    /// `st_mode` and its type, where a Unix wrote the archive.
    mode: u32,
    flags: u16,
    method: u16,
    stored: u64,
    size: u64,
    offset: u64,
}

impl<'a> Archive<'a> {
    /// Finds the central directory; none where nothing at the end of the bytes says that they are an archive.
    pub fn open(content: &'a [u8]) -> Option<Self> {
        // The last record, behind which there is only a comment.
        const RECORD: usize = 22;
        const LONGEST_COMMENT: usize = 0xffff;
        let start = content.len().saturating_sub(RECORD + LONGEST_COMMENT);
        memmem::rfind_iter(&content[start..], END).find_map(|at| Self::from_end(content, start + at))
    }

    fn from_end(content: &'a [u8], end: usize) -> Option<Self> {
        let record = content.get(end..end + 22)?;
        let (mut size, mut offset) = (u64::from(u32_at(record, 12)?), u64::from(u32_at(record, 16)?));
        let mut behind = end;
        let saturated = u16_at(record, 10)? == u16::MAX || [size, offset].contains(&u64::from(u32::MAX));
        if let Some((at, record)) = saturated.then(|| end_64(content, end)).flatten() {
            (size, offset) = (u64_at(record, 40)?, u64_at(record, 48)?);
            behind = at;
        }
        let size = usize::try_from(size).ok()?;
        let offset = usize::try_from(offset).ok()?;
        // Nothing lies between the directory and its end, so its size says where it begins even if the offset is off.
        let start = behind.checked_sub(size)?;
        let directory = &content[start..behind];
        if size == 0 || directory.starts_with(DIRECTORY_ENTRY) {
            return Some(Self { content, directory, shift: start.checked_sub(offset)? });
        }
        let directory = content.get(offset..offset.checked_add(size)?)?;
        directory.starts_with(DIRECTORY_ENTRY).then_some(Self { content, directory, shift: 0 })
    }

    /// The entries, up to the first that is damaged, which is the last item.
    pub fn entries(&self) -> Entries<'a> {
        Entries { rest: self.directory, total: self.directory.len() }
    }

    /// The entry's content; an error if it is longer than `most` bytes. All bytes that were looked at are taken from
    /// `left`, whatever comes of it: many entries may share the same few, and unfold to much, or to nothing.
    pub fn read(&self, entry: &Entry<'a>, most: usize, left: &mut usize) -> Result<Cow<'a, [u8]>, Unreadable> {
        let content = self.read_beginning(entry, most.saturating_add(1), left)?;
        if content.len() > most {
            return Err(Unreadable::limit(format!("unfolds to more than the {most} bytes that are allowed here")));
        }
        Ok(content)
    }

    /// The entry's content, or the first `most` bytes of it; otherwise as [`Self::read`].
    pub fn read_beginning(
        &self,
        entry: &Entry<'a>,
        most: usize,
        left: &mut usize,
    ) -> Result<Cow<'a, [u8]>, Unreadable> {
        let data = self.data(entry)?;
        let most = most.min(*left);
        let (content, whole) = match entry.method {
            0 => (Cow::Borrowed(&data[..data.len().min(most)]), Ok(())),
            8 => {
                // Deflate never grows data more than this, so a larger claim is a lie, and not worth memory.
                let likely = usize::try_from(entry.size).unwrap_or(usize::MAX).min(data.len().saturating_mul(1032));
                let mut content = Vec::with_capacity(likely.min(most));
                let outcome =
                    flate2::bufread::DeflateDecoder::new(data).take(most as u64).read_to_end(&mut content).map(drop);
                (Cow::Owned(content), outcome)
            }
            method => return Err(Unreadable::unsupported(format!("compressed with method {method}"))),
        };
        *left -= content.len();
        whole.map(|()| content).map_err(|_| Unreadable::corrupt("the compressed data are damaged"))
    }

    /// The bytes of the entry as the archive holds them.
    fn data(&self, entry: &Entry<'a>) -> Result<&'a [u8], Unreadable> {
        if entry.flags & 1 != 0 {
            return Err(Unreadable { kind: GapKind::Encrypted, detail: "the entry is encrypted".into() });
        }
        let find = || {
            let start = usize::try_from(entry.offset).ok()?.checked_add(self.shift)?;
            let local = self.content.get(start..)?.strip_prefix(LOCAL_ENTRY)?;
            let names = usize::from(u16_at(local, 22)?) + usize::from(u16_at(local, 24)?);
            local.get(26 + names..)?.get(..usize::try_from(entry.stored).ok()?)
        };
        find().ok_or_else(|| Unreadable::corrupt("the entry is not where the directory says"))
    }
}

/// Shows every regular file of an archive. Links are passed over: nothing is ever read from where they lead.
pub(crate) fn walk(archive: &Archive<'_>, costs: &Costs<'_>, visitor: &mut dyn Visitor) -> Result<(), Unreadable> {
    const TYPE: u32 = 0o170_000;
    const REGULAR: u32 = 0o100_000;
    for entry in archive.entries() {
        let entry = entry?;
        costs.spend(Costs::ENTRY)?;
        let is_regular = matches!(entry.mode & TYPE, 0 | REGULAR) && !entry.name.ends_with(b"/");
        let path = ImagePath::new(entry.name);
        if !is_regular {
            continue;
        }
        let met = crate::Entry { path: &path, meta: Meta { size: entry.size, mode: entry.mode & 0o7777 } };
        let mut interest = crate::enter(&met, visitor);
        if interest == Interest::Head {
            interest = match costs.counted(|left| archive.read_beginning(&entry, Key::HEAD_BYTES, left))? {
                Ok(head) if visitor.head(&met, &head) => Interest::Whole,
                // What is damaged is told where it is wanted.
                _ => Interest::None,
            };
        }
        if interest != Interest::Whole {
            continue;
        }
        let most = usize::try_from(costs.room()).unwrap_or(usize::MAX);
        match costs.counted(|left| archive.read(&entry, most, left))? {
            Ok(content) => {
                let held = if matches!(content, Cow::Owned(_)) { content.len() } else { 0 };
                if costs.hold(held, || visitor.content(&met, &content, costs)) == ControlFlow::Break(()) {
                    return Ok(());
                }
            }
            Err(why) => visitor.gap(&path, why),
        }
    }
    Ok(())
}

/// The record that large archives have in front of the last one, and where it begins.
fn end_64(content: &[u8], end: usize) -> Option<(usize, &[u8])> {
    const RECORD: usize = 56;
    const LOCATOR: usize = 20;
    let locator = end.checked_sub(LOCATOR)?;
    let claimed = u64_at(content[locator..].strip_prefix(END_64_LOCATOR)?, 4)?;
    // Right before the locator, unless it has grown; the claimed place is wrong where something was put in front.
    [locator.checked_sub(RECORD)?, usize::try_from(claimed).ok()?].into_iter().find_map(|at| {
        let record = content.get(at..locator)?;
        (record.starts_with(END_64) && record.len() >= RECORD).then_some((at, record))
    })
}

/// Walks the central directory.
pub struct Entries<'a> {
    rest: &'a [u8],
    total: usize,
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<Entry<'a>, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        // A digital signature may follow the last entry; it is no longer in use.
        if self.rest.is_empty() || self.rest.starts_with(b"PK\x05\x05") {
            return None;
        }
        let at = self.total - self.rest.len();
        if let Some((entry, rest)) = entry(self.rest) {
            self.rest = rest;
            return Some(Ok(entry));
        }
        self.rest = &[];
        Some(Err(Unreadable::corrupt(format!("the directory of the archive breaks off at its byte {at}"))))
    }
}

/// The first entry of a directory, and what follows it.
fn entry(directory: &[u8]) -> Option<(Entry<'_>, &[u8])> {
    let header = directory.strip_prefix(DIRECTORY_ENTRY)?.first_chunk::<42>()?;
    let length = |at: usize| u16_at(header, at).map(usize::from);
    let (name, rest) = directory[46..].split_at_checked(length(24)?)?;
    let (mut extra, rest) = rest.split_at_checked(length(26)?)?;
    let (_, rest) = rest.split_at_checked(length(28)?)?;
    let mut entry = Entry {
        name,
        mode: if header[1] == UNIX { u32_at(header, 34)? >> 16 } else { 0 },
        flags: u16_at(header, 4)?,
        method: u16_at(header, 6)?,
        stored: u32_at(header, 16)?.into(),
        size: u32_at(header, 20)?.into(),
        offset: u32_at(header, 38)?.into(),
    };
    // Values that do not fit stand in the field with number 1, in this order.
    let large =
        [&mut entry.size, &mut entry.stored, &mut entry.offset].map(|value| (*value == u64::from(u32::MAX), value));
    if large.iter().any(|(saturated, _)| *saturated) {
        while let (Some(kind), Some(length)) = (u16_at(extra, 0), u16_at(extra, 2)) {
            let (field, rest) = extra[4..].split_at_checked(length.into())?;
            if kind == 1 {
                let (values, _) = field.as_chunks::<8>();
                for ((_, value), large) in large.into_iter().filter(|(saturated, _)| *saturated).zip(values) {
                    *value = u64::from_le_bytes(*large);
                }
                break;
            }
            extra = rest;
        }
    }
    Some((entry, rest))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::testing::Writer;

    fn honest() -> Writer {
        Writer::default().store("a", b"stored").deflate("b/c", &[b'x'; 1000])
    }

    /// Names, and sizes of contents or the gap.
    fn list(content: &[u8]) -> Vec<String> {
        let Some(archive) = Archive::open(content) else { return vec!["no archive".into()] };
        archive
            .entries()
            .map(|entry| match entry {
                Ok(entry) => {
                    let size = archive.read(&entry, 10_000, &mut 20_000).map_or_else(
                        |unreadable| unreadable.kind.name().to_owned(),
                        |content| content.len().to_string(),
                    );
                    format!("{} {size}", String::from_utf8_lossy(entry.name))
                }
                Err(unreadable) => unreadable.kind.name().into(),
            })
            .collect()
    }

    fn check(content: &[u8], expected: &[&str]) {
        assert_eq!(list(content), expected);
    }

    #[test]
    fn entries_are_found_and_unfolded() {
        check(&honest().finish(), &["a 6", "b/c 1000"]);
        check(&Writer::default().finish(), &[]);
        check(&Writer::large().store("a", b"stored").deflate("b", b"x").finish(), &["a 6", "b 1"]);
    }

    #[test]
    fn scripts_in_front_and_comments_behind_are_no_obstacle() {
        let archive = honest().finish();
        check(&[b"#!/bin/sh\nexec java -jar $0\n", &*archive].concat(), &["a 6", "b/c 1000"]);
        let large = Writer::large().store("a", b"stored").finish();
        check(&[b"#!/bin/sh\n", &*large].concat(), &["a 6"]);
        check(&[&*archive, b"a comment that PK\x05\x06 nobody announced"].concat(), &["a 6", "b/c 1000"]);
    }

    #[test]
    fn what_cannot_be_read_is_told_apart() {
        let writer = honest().add("locked", 1, 0, 1, b"x").add("new", 0, 93, 1, b"x").add("bad", 0, 8, 1, b"\xff\xff");
        check(&writer.finish(), &["a 6", "b/c 1000", "locked encrypted", "new unsupported", "bad corrupt"]);
    }

    #[test]
    fn claims_about_sizes_are_not_believed() {
        let deflated = {
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(&vec![0; 5_000_000]).unwrap();
            encoder.finish().unwrap()
        };
        let small = Writer::default().add("bomb", 0, 8, 1, &deflated).finish();
        check(&small, &["bomb limit-hit"]);
        let large = Writer::default().add("modest", 0, 8, u32::MAX - 1, &[3, 0]).finish();
        check(&large, &["modest 0"]);
    }

    #[test]
    fn damaged_directories_keep_what_comes_before() {
        let mut archive = honest().finish();
        let second = memmem::rfind(&archive, DIRECTORY_ENTRY).unwrap();
        archive[second] = b'X';
        check(&archive, &["a 6", "corrupt"]);
        let mut archive = honest().finish();
        archive[0] = b'X';
        check(&archive, &["a corrupt", "b/c 1000"]);
        let whole = honest().finish();
        check(&whole[..whole.len() - 1], &["no archive"]);
        check(b"", &["no archive"]);
        check(b"PK\x05\x06", &["no archive"]);
    }
}
