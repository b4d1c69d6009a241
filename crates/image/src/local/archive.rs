//! Tar archives as containers of images: an index of their members, and members as files of their own.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use model::{Budget, ImagePath};

use super::{Form, open_file, read_document};
use crate::{BlobIdentity, SourceError};
use archive::tar::header::{EXTENSION_BYTES, Header, Kind, Member, Overrides, UNIT};

/// More members than any image archive has.
pub(super) const MEMBERS: usize = 100_000;

/// More bytes than the names of all of them have.
pub(super) const NAMES_BYTES: usize = 16 << 20;

/// An uncompressed tar whose members can be opened one by one.
#[derive(Clone)]
pub(super) struct Archive {
    file: Arc<File>,
    shown: String,
    members: Arc<HashMap<ImagePath, Place>>,
}

#[derive(Clone)]
enum Place {
    Part { start: u64, size: u64 },
    Link(ImagePath),
}

impl Archive {
    /// Reads the headers of the archive at `path`, and nothing of the members.
    pub(super) fn open(path: &Path) -> Result<Self, SourceError> {
        let mut file = open_file(path)?;
        let shown = path.display().to_string();
        let members = index(&mut file, &shown)?;
        Ok(Self { file: Arc::new(file), shown, members: Arc::new(members) })
    }

    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// A member's bytes. Links, which `docker save` writes for layers that occur twice, are followed.
    pub(super) fn member(&self, path: &ImagePath) -> Result<Part, SourceError> {
        let missing = || SourceError::NotFound(format!("{} lacks {path}; fetch or save the image again", self.shown));
        let (start, size) = self.locate(path).ok_or_else(missing)?;
        Ok(Part { file: Arc::clone(&self.file), at: start, left: size })
    }

    pub(super) fn has(&self, path: &ImagePath) -> bool {
        self.locate(path).is_some()
    }

    pub(super) fn document(&self, path: &ImagePath, budget: &Budget) -> Result<Vec<u8>, SourceError> {
        read_document(self.member(path)?, budget.document_bytes, &format!("{}, {path}", self.shown))
    }

    pub(super) fn identity(&self, path: &ImagePath) -> Option<BlobIdentity> {
        let (start, size) = self.locate(path)?;
        Some(file_identity(&self.file.metadata().ok()?, start, size))
    }

    fn locate(&self, path: &ImagePath) -> Option<(u64, u64)> {
        let mut path = path;
        for _ in 0..8 {
            match self.members.get(path)? {
                Place::Part { start, size } => return Some((*start, *size)),
                Place::Link(target) => path = target,
            }
        }
        None
    }
}

/// What the archive at `path` is, by the first of its members that tells.
pub(super) fn sniff(path: &Path) -> Result<Form, SourceError> {
    let archive = Archive::open(path)?;
    if archive.has(&"manifest.json".into()) {
        Ok(Form::DockerArchive)
    } else if archive.has(&"index.json".into()) {
        Ok(Form::OciArchive)
    } else {
        Err(SourceError::Unsupported(format!(
            "{} is a tar, but neither of docker save (manifest.json) nor an OCI archive (index.json); for an exported filesystem, unpack it and use `plimsoll rootfs DIR`",
            path.display()
        )))
    }
}

fn index(file: &mut File, shown: &str) -> Result<HashMap<ImagePath, Place>, SourceError> {
    let failed = |source| SourceError::Io { path: shown.to_owned(), source };
    let malformed = |why: String| SourceError::malformed(shown, why);
    let length = file.metadata().map_err(failed)?.len();
    let mut members = HashMap::new();
    let mut names = 0;
    let mut overrides = Overrides::default();
    let mut next: u64 = 0;
    let mut raw = [0; UNIT];
    while next < length {
        let at = next;
        raw.fill(0);
        file.seek(SeekFrom::Start(at)).map_err(failed)?;
        let there = usize::try_from(length - at).map_or(UNIT, |left| left.min(UNIT));
        file.read_exact(&mut raw[..there]).map_err(failed)?;
        if raw.iter().all(|&byte| byte == 0) {
            break;
        }
        let header = Header::parse(&raw).map_err(|why| {
            let hint = match raw {
                [0x1f, 0x8b, ..] if at == 0 => "it is compressed with gzip: unpack it with gunzip first",
                [0x28, 0xb5, 0x2f, 0xfd, ..] if at == 0 => "it is compressed with zstd: unpack it with unzstd first",
                _ => "fetch or save the image again",
            };
            malformed(format!("the tar header at byte {at} is not valid: {why}; {hint}"))
        })?;
        let start = at + UNIT as u64;
        let after = |size: u64| start.saturating_add(size.next_multiple_of(UNIT as u64));
        if header.is_extension() {
            next = after(header.size);
            let content = extension(file, &header, at, shown)?;
            let invalid = |why| malformed(format!("the extended header at byte {at} is not valid: {why}"));
            overrides.add(header.kind, &content).map_err(invalid)?;
            continue;
        }
        let Member { kind, path, link, stored: size, sparse, .. } = header.member(std::mem::take(&mut overrides));
        let path = ImagePath::new(&path);
        next = after(size);
        if sparse {
            let why = format!("the member {path} at byte {at} is stored as a sparse file; save the image again");
            return Err(malformed(why));
        }
        if start.saturating_add(size) > length {
            let why = format!(
                "the member {path} at byte {at} should have {size} bytes, but the file ends before; fetch or save the image again"
            );
            return Err(malformed(why));
        }
        let place = match kind {
            Kind::File => Place::Part { start, size },
            Kind::HardLink => Place::Link(ImagePath::new(&link)),
            Kind::Symlink => Place::Link(ImagePath::new(&[path.parent(), b"/", &link].concat())),
            _ => continue,
        };
        names += path.as_bytes().len() + link.len();
        if members.len() >= MEMBERS || names > NAMES_BYTES {
            return Err(malformed(too_many_members()));
        }
        members.insert(path, place);
    }
    Ok(members)
}

/// Why an archive with more members, or longer names, than images need is not read.
pub(super) fn too_many_members() -> String {
    format!("it has more than {MEMBERS} members, or {NAMES_BYTES} bytes of their names, so it is no image archive")
}

/// The content of the extended header at byte `at`.
pub(super) fn extension(
    reader: &mut dyn Read,
    header: &Header<'_>,
    at: u64,
    shown: &str,
) -> Result<Vec<u8>, SourceError> {
    let malformed = |why: String| Err(SourceError::malformed(shown, why));
    if header.size > EXTENSION_BYTES {
        return malformed(format!("the extended header at byte {at} is longer than {EXTENSION_BYTES} bytes"));
    }
    let content = read_document(reader.take(header.size), EXTENSION_BYTES, shown)?;
    if (content.len() as u64) < header.size {
        return malformed(format!(
            "it ends in the middle of the extended header at byte {at}; fetch or save the image again"
        ));
    }
    Ok(content)
}

/// A part of a file, read without disturbing other readers of the same file.
pub(super) struct Part {
    file: Arc<File>,
    at: u64,
    left: u64,
}

impl Read for Part {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let read = read_at(&self.file, &mut buffer[..count], self.at)?;
        self.at += read as u64;
        self.left -= read as u64;
        Ok(read)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}

/// Identity of a part of a file: valid until somebody writes to it.
#[cfg(unix)]
pub(super) fn file_identity(meta: &Metadata, start: u64, size: u64) -> BlobIdentity {
    use std::os::unix::fs::MetadataExt;
    let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
    BlobIdentity::File {
        node: (meta.dev(), meta.ino()),
        size: meta.len(),
        modified: nanoseconds(meta.mtime(), meta.mtime_nsec()),
        changed: nanoseconds(meta.ctime(), meta.ctime_nsec()),
        part: (start, size),
    }
}
