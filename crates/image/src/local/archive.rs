//! Tar archives as containers of images: an index of their members, and members as files of their own.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use model::{Budget, ImagePath};

use super::{Form, open_file, read_document};
use crate::layer::tar::{Header, Kind, Overrides, UNIT, until_nul};
use crate::{BlobIdentity, SourceError};

/// More members than any image archive has.
const MEMBERS: usize = 100_000;

/// An uncompressed tar whose members can be opened one by one.
#[derive(Clone)]
pub(super) struct Archive {
    file: Arc<File>,
    shown: String,
    members: Arc<HashMap<ImagePath, Member>>,
}

#[derive(Clone)]
enum Member {
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
        let (start, size) =
            self.locate(path).ok_or_else(|| SourceError::malformed(&self.shown, format!("it has no member {path}")))?;
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
                Member::Part { start, size } => return Some((*start, *size)),
                Member::Link(target) => path = target,
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

fn index(file: &mut File, shown: &str) -> Result<HashMap<ImagePath, Member>, SourceError> {
    let failed = |source| SourceError::Io { path: shown.to_owned(), source };
    let length = file.metadata().map_err(failed)?.len();
    let mut members = HashMap::new();
    let mut overrides = Overrides::default();
    let mut at = 0;
    let mut raw = [0; UNIT];
    while at + UNIT as u64 <= length {
        file.seek(SeekFrom::Start(at)).map_err(failed)?;
        file.read_exact(&mut raw).map_err(failed)?;
        if raw.iter().all(|&byte| byte == 0) {
            break;
        }
        let header = Header::parse(&raw).map_err(|why| {
            let hint = match raw {
                [0x1f, 0x8b, ..] if at == 0 => "; it is compressed with gzip: unpack it with gunzip first",
                [0x28, 0xb5, 0x2f, 0xfd, ..] if at == 0 => "; it is compressed with zstd: unpack it with unzstd first",
                _ => "",
            };
            SourceError::malformed(shown, format!("the tar header at byte {at} is not valid: {why}{hint}"))
        })?;
        let start = at + UNIT as u64;
        let size = overrides.size.unwrap_or(header.size);
        let end = size.checked_next_multiple_of(UNIT as u64).and_then(|padded| start.checked_add(padded));
        at = end.ok_or_else(|| SourceError::malformed(shown, format!("the member at byte {at} has an absurd size")))?;
        match header.kind {
            Kind::Pax | Kind::LongName | Kind::LongLink => {
                let content = read_document(file.take(size), 1 << 20, shown)?;
                match header.kind {
                    Kind::Pax => overrides.read(&content).map_err(|why| SourceError::malformed(shown, why))?,
                    Kind::LongName => overrides.path = Some(until_nul(&content).to_vec()),
                    _ => overrides.link = Some(until_nul(&content).to_vec()),
                }
                continue;
            }
            Kind::GlobalPax => continue,
            _ => {}
        }
        let overrides = std::mem::take(&mut overrides);
        let path = ImagePath::new(&overrides.path.unwrap_or_else(|| header.path()));
        let link = overrides.link.unwrap_or_else(|| header.link().to_vec());
        let member = match header.kind {
            Kind::File if start + size > length => {
                let why = format!(
                    "the member {path} at byte {start} should have {size} bytes, but the file ends before; fetch or save the image again"
                );
                return Err(SourceError::malformed(shown, why));
            }
            Kind::File => Member::Part { start, size },
            Kind::HardLink => Member::Link(ImagePath::new(&link)),
            Kind::Symlink => Member::Link(ImagePath::new(&[path.parent(), b"/", &link].concat())),
            _ => continue,
        };
        if members.len() >= MEMBERS {
            return Err(SourceError::malformed(
                shown,
                format!("it has more than {MEMBERS} members, so it is no image archive"),
            ));
        }
        members.insert(path, member);
    }
    Ok(members)
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
