//! Archives in memory, from bytes to the files that are in them: zip, tar, ar and cpio, packed with gzip, Zstandard, xz or
//! bzip2, told by their first bytes and never by their names.
//!
//! Invariant: knows neither images nor packages. Every byte is taken for hostile: sizes are claims, nothing is written,
//! links are not followed, and all that is looked at is paid out of [`Costs`].

mod ar;
mod compression;
mod costs;
mod cpio;
mod name;
pub mod rpm;
mod stream;
pub mod tar;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
pub mod zip;

use std::io::{self, Read};
use std::ops::ControlFlow;

use model::{ImagePath, Key, Meta, Unreadable};

use compression::Compression;
pub use costs::Costs;
use costs::Metered;
pub use name::{Family, family};

/// A regular file in an archive.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Its path from the archive's root, cleaned.
    pub path: &'a ImagePath,
    /// What the archive claims of it.
    pub meta: Meta,
}

/// How much of an entry a visitor wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// Nothing.
    None,
    /// Its first [`Key::HEAD_BYTES`], to decide.
    Head,
    /// All.
    Whole,
}

/// Who looks at an archive.
pub trait Visitor {
    /// Meets an entry.
    fn enter(&mut self, entry: &Entry<'_>) -> Interest;

    /// Sees the first bytes of an entry of which it wanted the head. Says whether it wants the whole.
    fn head(&mut self, _entry: &Entry<'_>, _head: &[u8]) -> bool {
        false
    }

    /// Sees all of an entry. What it opens in turn is paid out of the same costs. Says whether it wants to see more.
    fn content(&mut self, entry: &Entry<'_>, content: &[u8], costs: &Costs<'_>) -> ControlFlow<()>;

    /// Learns that an entry could not be read.
    fn gap(&mut self, path: &ImagePath, why: Unreadable);
}

/// Shows the entries of the archive in `content` to `visitor`, in the archive's order. A file that is merely compressed is
/// an archive of one entry, called `inner`. An error means that the rest cannot be made sense of.
pub fn open(content: &[u8], inner: &[u8], costs: &Costs<'_>, visitor: &mut dyn Visitor) -> Result<(), Unreadable> {
    if ar::is(content) {
        return ar::walk(content, costs, visitor);
    }
    if rpm::is(content) {
        let parts = rpm::parts(content).ok_or_else(|| Unreadable::corrupt("the RPM package is damaged"))?;
        return unpack(parts.payload, b"payload", costs, visitor);
    }
    // The last file of a tar may be a ZIP archive, whose end is then near the end of both.
    let begins_as_another = Compression::sniff(content).is_some() || tar::is(content) || cpio::is(content);
    if !begins_as_another && let Some(archive) = zip::Archive::open(content) {
        return zip::walk(&archive, costs, visitor);
    }
    unpack(content, inner, costs, visitor)
}

/// The first entry that `wanted` accepts, of at most `most` bytes. Nothing behind it is unpacked. What is merely compressed
/// has one entry, `content`.
pub fn find(
    content: &[u8],
    most: u64,
    costs: &Costs<'_>,
    wanted: impl Fn(&ImagePath) -> bool,
) -> Result<Option<(ImagePath, Vec<u8>)>, Unreadable> {
    struct Finder<W> {
        wanted: W,
        most: u64,
        found: Result<Option<(ImagePath, Vec<u8>)>, Unreadable>,
    }
    impl<W: Fn(&ImagePath) -> bool> Visitor for Finder<W> {
        fn enter(&mut self, entry: &Entry<'_>) -> Interest {
            if !matches!(self.found, Ok(None)) || !(self.wanted)(entry.path) {
                return Interest::None;
            }
            if entry.meta.size > self.most {
                self.found = Err(Unreadable::limit(format!(
                    "{} has {} bytes, more than the {} that are read of such files",
                    entry.path, entry.meta.size, self.most
                )));
                return Interest::None;
            }
            Interest::Whole
        }

        fn content(&mut self, entry: &Entry<'_>, content: &[u8], _: &Costs<'_>) -> ControlFlow<()> {
            if content.len() as u64 > self.most {
                self.found = Err(Unreadable::limit(format!("{} is larger than it claims to be", entry.path)));
            } else {
                self.found = Ok(Some((entry.path.clone(), content.to_vec())));
            }
            ControlFlow::Break(())
        }

        fn gap(&mut self, _: &ImagePath, why: Unreadable) {
            self.found = Err(why);
        }
    }
    let mut finder = Finder { wanted, most, found: Ok(None) };
    let outcome = open(content, b"content", costs, &mut finder);
    match finder.found {
        Ok(None) => outcome.map(|()| None),
        found => found,
    }
}

/// What a stream of bytes turns out to be.
fn unpack(content: &[u8], inner: &[u8], costs: &Costs<'_>, visitor: &mut dyn Visitor) -> Result<(), Unreadable> {
    let compression = Compression::sniff(content);
    let decoder: io::Result<Box<dyn Read + '_>> = match compression {
        Some(compression) => compression.decoder(content, costs.room()),
        None => Ok(Box::new(content)),
    };
    let decoder = decoder.map_err(|error| costs.why(&error))?;
    let mut unpacked = Metered::new(decoder, content.len(), costs);
    let mut head = Vec::new();
    let sniffed = unpacked.by_ref().take(tar::header::UNIT as u64).read_to_end(&mut head);
    sniffed.map_err(|error| costs.why(&error))?;
    let (is_tar, is_cpio) = (tar::is(&head), cpio::is(&head));
    let is_empty_tar = !head.is_empty() && head.iter().all(|&byte| byte == 0);
    let mut reader = io::Cursor::new(head).chain(unpacked);
    if is_tar {
        tar::walk(&mut reader, costs, visitor)
    } else if is_cpio {
        cpio::walk(&mut reader, costs, visitor)
    } else if compression.is_some() {
        single(&mut reader, inner, costs, visitor)
    } else if is_empty_tar {
        Ok(())
    } else {
        Err(Unreadable::unsupported("not an archive of a kind that is read, or a damaged one"))
    }
}

/// A file that is only compressed. How large it is shows at its end.
fn single(reader: &mut dyn Read, inner: &[u8], costs: &Costs<'_>, visitor: &mut dyn Visitor) -> Result<(), Unreadable> {
    let path = ImagePath::new(inner);
    let entry = Entry { path: &path, meta: Meta { size: 0, mode: 0o644 } };
    let mut interest = enter(&entry, visitor);
    let mut content = Vec::new();
    let mut take = |most: u64, content: &mut Vec<u8>| {
        Read::take(&mut *reader, most).read_to_end(content).map_err(|error| costs.why(&error))
    };
    if interest == Interest::Head {
        take(Key::HEAD_BYTES as u64, &mut content)?;
        interest = if visitor.head(&entry, &content) { Interest::Whole } else { Interest::None };
    }
    if interest == Interest::Whole {
        let room = costs.room();
        take(room.saturating_sub(content.len() as u64).saturating_add(1), &mut content)?;
        if content.len() as u64 > room {
            visitor.gap(&path, stream::too_large(content.len() as u64, costs));
            return Ok(());
        }
        let entry = Entry { path: &path, meta: Meta { size: content.len() as u64, ..entry.meta } };
        let _ = costs.hold(content.len(), || visitor.content(&entry, &content, costs));
    }
    Ok(())
}

/// Asks about an entry, unless its name (`/`, `..`) leads to no file.
fn enter(entry: &Entry<'_>, visitor: &mut dyn Visitor) -> Interest {
    if entry.path.as_bytes().is_empty() { Interest::None } else { visitor.enter(entry) }
}

/// Lends an entry that lies in memory as it is.
fn lend(entry: &Entry<'_>, content: &[u8], costs: &Costs<'_>, visitor: &mut dyn Visitor) -> ControlFlow<()> {
    let wanted = match enter(entry, visitor) {
        Interest::None => false,
        Interest::Head => visitor.head(entry, &content[..content.len().min(Key::HEAD_BYTES)]),
        Interest::Whole => true,
    };
    if wanted { visitor.content(entry, content, costs) } else { ControlFlow::Continue(()) }
}
