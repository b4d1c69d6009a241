//! The walk: one pass over a layer's tar, in which a visitor sees every entry and the content of those it wants.

use model::{Budget, GapKind, ImagePath, Key, Meta};

use super::decode::Fault;
use super::feed::{Ended, Feed};
use archive::tar::header::{self, EXTENSION_BYTES, Header, Kind, Member, Overrides, UNIT};

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
    /// So many of its first bytes, or all if there are fewer. It does not matter how large the file is.
    First(u64),
    /// All. A file that is larger than the budget allows is a gap.
    Whole,
}

/// Who looks at a layer.
pub trait Visitor {
    /// Meets an entry. Content is only offered of files.
    fn enter(&mut self, entry: &Entry<'_>) -> Interest;

    /// Sees the first bytes of a file of which it wanted the head. Says how much it wants now.
    fn head(&mut self, entry: &Entry<'_>, head: &[u8]) -> Interest;

    /// Sees a file, as much of it as it wanted.
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
        if header.is_extension() {
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
        let Member { kind, path, link, stored, size, sparse } = header.member(std::mem::take(&mut overrides));
        let mut map_goes_on = header.sparse_map_goes_on();
        while map_goes_on {
            let mut unit = [0; UNIT];
            if feed.take(&mut unit) < UNIT {
                return Err(cut_off(at));
            }
            map_goes_on = header::sparse_map_goes_on(&unit);
        }
        let padded = stored.checked_next_multiple_of(UNIT as u64).ok_or_else(|| corrupt(at, "its size is absurd"))?;
        let is_link = matches!(kind, Kind::Symlink | Kind::HardLink);
        if path.len() > budget.path_bytes || is_link && link.len() > budget.path_bytes {
            let what = if path.len() > budget.path_bytes { "the path" } else { "the target of the link" };
            let shown = ImagePath::new(&path[..path.len().min(200)]);
            let detail = format!(
                "{what} at byte {at} of the tar is longer than {} bytes, more than Linux can open; the entry is left out: give it a shorter one and build the image again",
                budget.path_bytes
            );
            visitor.gap(&shown, GapKind::LimitHit, detail);
            feed.skip(padded).map_err(|Ended| cut_off(at))?;
            continue;
        }
        let path = ImagePath::new(&path);
        let target = ImagePath::new(&link);
        let kind = match kind {
            Kind::File | Kind::Sparse => EntryKind::File,
            Kind::Directory => EntryKind::Directory,
            Kind::Symlink => EntryKind::Symlink(&link),
            Kind::HardLink => EntryKind::HardLink(&target),
            _ => EntryKind::Other,
        };
        if path.as_bytes().is_empty() && kind != EntryKind::Directory {
            let detail = format!(
                "the entry at byte {at} of the tar has no name, and would take the place of the root; it is left out: build the image again"
            );
            visitor.gap(&path, GapKind::Corrupt, detail);
            feed.skip(padded).map_err(|Ended| cut_off(at))?;
            continue;
        }
        let (path, kind) = match whiteout(path, kind) {
            Marked::Entry(path, kind) => (path, kind),
            Marked::Bookkeeping => {
                feed.skip(padded).map_err(|Ended| cut_off(at))?;
                continue;
            }
            Marked::Nothing(path) => {
                let detail = format!(
                    "the whiteout at byte {at} of the tar names no file, so runtimes disagree on what it removes; nothing is taken for removed: build the image again"
                );
                visitor.gap(&path, GapKind::Corrupt, detail);
                feed.skip(padded).map_err(|Ended| cut_off(at))?;
                continue;
            }
        };
        walked.files += u64::from(kind == EntryKind::File);
        let entry = Entry { path: &path, kind, meta: Meta { size, mode: header.mode } };
        let mut interest = visitor.enter(&entry);
        if kind != EntryKind::File {
            interest = Interest::None;
        }
        if interest == Interest::Head && !sparse {
            let wanted = usize::try_from(size).map_or(Key::HEAD_BYTES, |size| size.min(Key::HEAD_BYTES));
            interest = visitor.head(&entry, feed.peek(wanted));
        }
        let wanted = match interest {
            Interest::None => 0,
            Interest::Head | Interest::Whole => size,
            Interest::First(bytes) => size.min(bytes),
        };
        if interest == Interest::None {
            feed.skip(padded).map_err(|Ended| cut_off(at))?;
            continue;
        }
        if sparse {
            let detail = "the file is stored as a sparse file, which is not read; build the image again without such files (tar without --sparse)";
            visitor.gap(&path, GapKind::Unsupported, detail.into());
        } else if wanted > budget.file_bytes {
            visitor.gap(&path, GapKind::LimitHit, too_large(size, budget));
        } else {
            let count = usize::try_from(wanted).map_err(|_| corrupt(at, "its size is absurd"))?;
            feed.lend(count, |content| visitor.content(&entry, content)).map_err(|Ended| cut_off(at))?;
            feed.skip(padded - wanted).map_err(|Ended| cut_off(at))?;
            continue;
        }
        feed.skip(padded).map_err(|Ended| cut_off(at))?;
    }
}

/// What a gap says of a file that is wanted and larger than one may be.
pub fn too_large(size: u64, budget: &Budget) -> String {
    let most = budget.file_bytes;
    format!("the file has {size} bytes, more than the {most} that one file may have; raise --max-file-bytes to see it")
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
    let read = feed.lend(usize::try_from(size).unwrap_or(0), |content| overrides.add(header.kind, content));
    read.map_err(|Ended| cut_off(at))?.map_err(|why| corrupt(at, why))?;
    feed.skip(size.next_multiple_of(UNIT as u64) - size).map_err(|Ended| cut_off(at))
}

/// What the name of an entry makes of it.
enum Marked<'a> {
    Entry(ImagePath, EntryKind<'a>),
    /// AUFS's own files, which mean nothing to others.
    Bookkeeping,
    /// A whiteout of nothing, or of the folder that it lies in, or of the one above.
    Nothing(ImagePath),
}

/// Whiteouts are files with a marked name.
fn whiteout(path: ImagePath, kind: EntryKind<'_>) -> Marked<'_> {
    match path.name().strip_prefix(b".wh.") {
        None => Marked::Entry(path, kind),
        Some(b".wh..opq") => Marked::Entry(ImagePath::new(path.parent()), EntryKind::Opaque),
        Some(b"" | b"." | b"..") => Marked::Nothing(path),
        Some(marked) if marked.starts_with(b".wh.") => Marked::Bookkeeping,
        Some(marked) => Marked::Entry(ImagePath::new(&[path.parent(), b"/", marked].concat()), EntryKind::Whiteout),
    }
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
