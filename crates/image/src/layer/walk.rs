//! The walk: one pass over a layer's tar, in which a visitor sees every entry and the content of those it wants.

use model::{Budget, GapKind, ImagePath, Key, Meta};

use super::decode::Fault;
use super::feed::{Ended, Feed};
use super::tar::{self, Header, Kind, Overrides, UNIT};

/// A layer's entry, after the tricks of the archive format are undone.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Where it is; for a whiteout, what it removes; for an opaque marker, the directory.
    pub path: &'a ImagePath,
    /// What it is.
    pub kind: EntryKind<'a>,
    /// Size and mode.
    pub meta: Meta,
}

/// What an entry is (OCI image-spec, "Image Layer Filesystem Changeset").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind<'a> {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link to this, unresolved.
    Symlink(&'a [u8]),
    /// Another name of a file.
    HardLink(&'a ImagePath),
    /// Removes what lower layers have at the path.
    Whiteout,
    /// Removes what lower layers have below the path.
    Opaque,
    /// A device, a pipe or the like.
    Other,
}

/// How much of a file a visitor wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// Nothing.
    None,
    /// Its first [`Key::HEAD_BYTES`], to decide.
    Head,
    /// All.
    Whole,
}

/// Who looks at a layer.
pub trait Visitor {
    /// Meets an entry. Content is only offered of files.
    fn enter(&mut self, entry: &Entry<'_>) -> Interest;

    /// Sees the first bytes of a file of which it wanted the head. Says whether it wants the whole.
    fn head(&mut self, entry: &Entry<'_>, head: &[u8]) -> bool;

    /// Sees all of a file.
    fn content(&mut self, entry: &Entry<'_>, content: &[u8]);

    /// Learns that something could not be seen; an empty path means the layer.
    fn gap(&mut self, path: &ImagePath, kind: GapKind, detail: String);
}

/// What the tar turned out to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Walked {
    /// Entries.
    pub entries: u64,
    /// Regular files among them.
    pub files: u64,
}

/// Longest pax header or long name. Honest ones are a few kilobytes, with extended attributes.
const EXTENSION_BYTES: u64 = 1 << 20;

/// Walks the tar in `feed` to its end. An error means that the rest cannot be made sense of.
pub(crate) fn walk(
    feed: &mut Feed<'_>,
    budget: &Budget,
    visitor: &mut dyn Visitor,
    walked: &mut Walked,
) -> Result<(), Fault> {
    let mut overrides = Overrides::default();
    let mut raw = [0; UNIT];
    loop {
        let at = feed.offset();
        match feed.take(&mut raw) {
            UNIT => {}
            // Two zero units should end an archive, but builders exist that leave them out.
            0 => return Ok(()),
            _ => return Err(cut_off(at)),
        }
        if raw.iter().all(|&byte| byte == 0) {
            return end(feed, &mut raw, at);
        }
        let header = Header::parse(&raw).map_err(|why| corrupt(at, why))?;
        if matches!(header.kind, Kind::Pax | Kind::GlobalPax | Kind::LongName | Kind::LongLink) {
            extension(feed, &header, &mut overrides, at)?;
            continue;
        }
        walked.entries += 1;
        if walked.entries > budget.entries {
            return Err(Fault::new(
                GapKind::LimitHit,
                format!(
                    "the layer has more than {} entries (stopped at byte {at} of the tar); raise --max-entries if you trust the image",
                    budget.entries
                ),
            ));
        }
        let overrides = std::mem::take(&mut overrides);
        let link = overrides.link.unwrap_or_else(|| header.link().to_vec());
        let path = overrides.path.unwrap_or_else(|| header.path());
        let content = if header.kind == Kind::File || header.kind == Kind::Sparse || header.size > 0 {
            overrides.size.unwrap_or(header.size)
        } else {
            0
        };
        let mut meta = Meta { size: content, mode: header.mode };
        let mut sparse = overrides.sparse;
        if header.kind == Kind::Sparse {
            let (size, mut more) = header.sparse();
            sparse = true;
            meta.size = size;
            while more {
                let mut unit = [0; UNIT];
                if feed.take(&mut unit) < UNIT {
                    return Err(cut_off(at));
                }
                more = tar::sparse_map_goes_on(&unit);
            }
        }
        let padded = content.checked_next_multiple_of(UNIT as u64).ok_or_else(|| corrupt(at, "its size is absurd"))?;
        if path.len() > budget.path_bytes || link.len() > budget.path_bytes {
            let shown = ImagePath::new(&path[..path.len().min(200)]);
            visitor.gap(
                &shown,
                GapKind::LimitHit,
                format!("a path is longer than {} bytes; the entry is left out", budget.path_bytes),
            );
            feed.skip(padded).map_err(|Ended| cut_off(at))?;
            continue;
        }
        let path = ImagePath::new(&path);
        let target = ImagePath::new(&link);
        let kind = match header.kind {
            Kind::File | Kind::Sparse => EntryKind::File,
            Kind::Directory => EntryKind::Directory,
            Kind::Symlink => EntryKind::Symlink(&link),
            Kind::HardLink => EntryKind::HardLink(&target),
            _ => EntryKind::Other,
        };
        let Some((path, kind)) = whiteout(path, kind) else {
            feed.skip(padded).map_err(|Ended| cut_off(at))?;
            continue;
        };
        walked.files += u64::from(kind == EntryKind::File);
        let entry = Entry { path: &path, kind, meta };
        let mut interest = visitor.enter(&entry);
        if kind != EntryKind::File {
            interest = Interest::None;
        }
        if interest == Interest::Head && !sparse {
            let wanted = usize::try_from(content).map_or(Key::HEAD_BYTES, |size| size.min(Key::HEAD_BYTES));
            interest = if visitor.head(&entry, feed.peek(wanted)) { Interest::Whole } else { Interest::None };
        }
        if interest == Interest::None {
            feed.skip(padded).map_err(|Ended| cut_off(at))?;
            continue;
        }
        if sparse {
            visitor.gap(&path, GapKind::Unsupported, "the file is stored as a sparse file, which is not read".into());
        } else if content > budget.file_bytes {
            let detail = format!(
                "the file has {content} bytes, more than the {} that one file may have; raise --max-file-bytes to see it",
                budget.file_bytes
            );
            visitor.gap(&path, GapKind::LimitHit, detail);
        } else {
            let count = usize::try_from(content).map_err(|_| corrupt(at, "its size is absurd"))?;
            feed.lend(count, |content| visitor.content(&entry, content)).map_err(|Ended| cut_off(at))?;
            feed.skip(padded - content).map_err(|Ended| cut_off(at))?;
            continue;
        }
        feed.skip(padded).map_err(|Ended| cut_off(at))?;
    }
}

/// Two zero units end an archive; a lone one means that something has been cut out or put in.
fn end(feed: &mut Feed<'_>, raw: &mut [u8; UNIT], at: u64) -> Result<(), Fault> {
    match feed.take(raw) {
        0 => Ok(()),
        UNIT if raw.iter().all(|&byte| byte == 0) => Ok(()),
        UNIT => Err(corrupt(at, "a lone unit of zeros stands between entries")),
        _ => Err(cut_off(at)),
    }
}

/// A header that speaks of the next one.
fn extension(feed: &mut Feed<'_>, header: &Header<'_>, overrides: &mut Overrides, at: u64) -> Result<(), Fault> {
    let size = header.size;
    if size > EXTENSION_BYTES {
        return Err(corrupt(at, "an extended header is longer than a megabyte"));
    }
    let kind = header.kind;
    let read = feed.lend(usize::try_from(size).unwrap_or(0), |content| match kind {
        Kind::Pax => overrides.read(content),
        Kind::LongName => {
            overrides.path = Some(tar::until_nul(content).to_vec());
            Ok(())
        }
        Kind::LongLink => {
            overrides.link = Some(tar::until_nul(content).to_vec());
            Ok(())
        }
        // Global headers carry comments in practice (git's commit id); container runtimes ignore them.
        _ => Ok(()),
    });
    read.map_err(|Ended| cut_off(at))?.map_err(|why| corrupt(at, why))?;
    feed.skip(size.next_multiple_of(UNIT as u64) - size).map_err(|Ended| cut_off(at))
}

/// Whiteouts are files with a marked name. Other marked names are AUFS's own bookkeeping and mean nothing.
fn whiteout(path: ImagePath, kind: EntryKind<'_>) -> Option<(ImagePath, EntryKind<'_>)> {
    let Some(marked) = path.name().strip_prefix(b".wh.") else {
        return Some((path, kind));
    };
    if marked == b".wh..opq" {
        return Some((ImagePath::new(path.parent()), EntryKind::Opaque));
    }
    if marked.starts_with(b".wh.") || marked.is_empty() {
        return None;
    }
    Some((ImagePath::new(&[path.parent(), b"/", marked].concat()), EntryKind::Whiteout))
}

fn corrupt(at: u64, why: &str) -> Fault {
    Fault::new(
        GapKind::Corrupt,
        format!(
            "the tar header at byte {at} is not valid: {why}; what follows it cannot be seen; build the image again"
        ),
    )
}

fn cut_off(at: u64) -> Fault {
    Fault::new(
        GapKind::Corrupt,
        format!("the tar ends in the middle of the entry at byte {at}; fetch or build the image again"),
    )
}
