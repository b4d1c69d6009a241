//! Folders held open. A tree may change while it is read, on purpose too: so each name is looked up in the very folder
//! that it was found in, and no link is followed. Nor can a path become too long to be opened.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::Path;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Folder,
    File,
    Link,
    /// A device, a pipe, a socket.
    Other,
}

/// What is known of a name without opening it.
pub(super) struct Status {
    pub(super) kind: Kind,
    pub(super) size: u64,
    pub(super) mode: u32,
    /// The filesystem that it lies on, where systems tell.
    pub(super) device: u64,
    /// Its number there.
    pub(super) node: u64,
}

/// A folder.
pub(super) struct Handle(system::Folder);

impl Handle {
    /// The folder at `path`, which may be a link to one.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        system::open(path).map(Self)
    }

    /// A folder within, or the one above (`..`).
    pub(super) fn folder(&self, name: &OsStr) -> io::Result<Self> {
        system::folder(&self.0, name).map(Self)
    }

    /// Tells the names of all that is within, in no order.
    pub(super) fn names(&self, tell: &mut dyn FnMut(OsString)) -> io::Result<()> {
        system::names(&self.0, tell)
    }

    /// What is known of something within, or of the folder itself (`.`).
    pub(super) fn status(&self, name: &OsStr) -> io::Result<Status> {
        system::status(&self.0, name)
    }

    /// Where a symbolic link points.
    pub(super) fn link(&self, name: &OsStr) -> io::Result<Vec<u8>> {
        system::link(&self.0, name)
    }

    /// A regular file within. What has become a pipe by now is not waited for.
    pub(super) fn file(&self, name: &OsStr) -> io::Result<File> {
        let file = system::file(&self.0, name)?;
        if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("it is no longer a regular file")) }
    }
}

/// A name's bytes.
pub(super) fn bytes(name: &OsStr) -> &[u8] {
    name.as_encoded_bytes()
}

#[cfg(unix)]
mod system {
    use std::ffi::{OsStr, OsString};
    use std::fs::File;
    use std::io;
    use std::os::fd::OwnedFd;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;

    use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};

    use super::{Kind, Status};

    pub(super) type Folder = OwnedFd;

    const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

    pub(super) fn open(path: &Path) -> io::Result<Folder> {
        Ok(rustix::fs::open(path, FOLDER, Mode::empty())?)
    }

    pub(super) fn folder(within: &Folder, name: &OsStr) -> io::Result<Folder> {
        Ok(rustix::fs::openat(within, name, FOLDER | OFlags::NOFOLLOW, Mode::empty())?)
    }

    pub(super) fn names(folder: &Folder, tell: &mut dyn FnMut(OsString)) -> io::Result<()> {
        for entry in Dir::read_from(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if !matches!(name, b"." | b"..") {
                tell(OsStr::from_bytes(name).to_owned());
            }
        }
        Ok(())
    }

    #[allow(clippy::unnecessary_cast, clippy::cast_sign_loss, reason = "other systems have other types")]
    pub(super) fn status(within: &Folder, name: &OsStr) -> io::Result<Status> {
        let stat = rustix::fs::statat(within, name, AtFlags::SYMLINK_NOFOLLOW)?;
        let kind = match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => Kind::Folder,
            FileType::RegularFile => Kind::File,
            FileType::Symlink => Kind::Link,
            _ => Kind::Other,
        };
        let (size, mode) = (u64::try_from(stat.st_size).unwrap_or(0), stat.st_mode as u32 & 0o7777);
        Ok(Status { kind, size, mode, device: stat.st_dev as u64, node: stat.st_ino as u64 })
    }

    pub(super) fn link(within: &Folder, name: &OsStr) -> io::Result<Vec<u8>> {
        Ok(rustix::fs::readlinkat(within, name, Vec::new())?.into_bytes())
    }

    pub(super) fn file(within: &Folder, name: &OsStr) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(within, name, flags, Mode::empty())?.into())
    }
}

/// Elsewhere folders cannot be held, only named.
#[cfg(not(unix))]
mod system {
    use std::ffi::{OsStr, OsString};
    use std::fs::{self, File};
    use std::io;
    use std::path::{Path, PathBuf};

    use super::{Kind, Status};

    pub(super) type Folder = PathBuf;

    pub(super) fn open(path: &Path) -> io::Result<Folder> {
        Ok(path.to_owned())
    }

    pub(super) fn folder(within: &Folder, name: &OsStr) -> io::Result<Folder> {
        Ok(if name == ".." { within.parent().unwrap_or(within).to_owned() } else { within.join(name) })
    }

    pub(super) fn names(folder: &Folder, tell: &mut dyn FnMut(OsString)) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            tell(entry?.file_name());
        }
        Ok(())
    }

    pub(super) fn status(within: &Folder, name: &OsStr) -> io::Result<Status> {
        let meta = fs::symlink_metadata(within.join(name))?;
        let kind = match meta.file_type() {
            kind if kind.is_dir() => Kind::Folder,
            kind if kind.is_file() => Kind::File,
            kind if kind.is_symlink() => Kind::Link,
            _ => Kind::Other,
        };
        Ok(Status { kind, size: meta.len(), mode: 0, device: 0, node: 0 })
    }

    pub(super) fn link(within: &Folder, name: &OsStr) -> io::Result<Vec<u8>> {
        Ok(fs::read_link(within.join(name))?.into_os_string().into_encoded_bytes())
    }

    pub(super) fn file(within: &Folder, name: &OsStr) -> io::Result<File> {
        File::open(within.join(name))
    }
}
