//! Where a repository is: in `.git`, where a file `.git` says, or the folder itself (gitrepository-layout(5)).

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The folders of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// What belongs to this working tree: `HEAD`.
    pub git: PathBuf,
    /// What all working trees share: objects and references. The same folder, unless this is a second working tree.
    pub common: PathBuf,
    /// Whether the folder asked about is a working tree, and not the repository itself.
    pub tree: bool,
}

/// A file that names a folder is short.
const NAME_BYTES: u64 = 64 << 10;

impl Layout {
    /// The repository in `folder`, if there is one. Folders above are not asked.
    pub fn of(folder: &Path) -> Option<Self> {
        let inner = folder.join(".git");
        let (git, tree) = if inner.is_dir() {
            (inner, true)
        } else if let Ok(text) = read_regular(&inner, NAME_BYTES) {
            // A second working tree, or a submodule.
            (folder.join(path(text.strip_prefix(b"gitdir:")?)?), true)
        } else {
            (folder.to_owned(), false)
        };
        let common = match read_regular(&git.join("commondir"), NAME_BYTES) {
            Ok(text) => git.join(path(&text)?),
            Err(_) => git.clone(),
        };
        // What git itself asks for (setup.c, is_git_directory).
        let is_one = is_regular(&git.join("HEAD")) && common.join("objects").is_dir() && common.join("refs").is_dir();
        is_one.then_some(Self { git, common, tree })
    }
}

/// A path as git writes it into a file of its own.
pub(crate) fn path(text: &[u8]) -> Option<PathBuf> {
    let text = text.trim_ascii();
    (!text.is_empty() && !text.contains(&0)).then(|| to_path(text))
}

#[cfg(unix)]
fn to_path(text: &[u8]) -> PathBuf {
    <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(text).into()
}

#[cfg(not(unix))]
fn to_path(text: &[u8]) -> PathBuf {
    String::from_utf8_lossy(text).into_owned().into()
}

/// Whether there is a regular file: no link, which could lead anywhere, and no pipe, which would keep us for ever.
pub(crate) fn is_regular(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file())
}

/// Opens a regular file.
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    File::open(path)
}

/// Reads a regular file of no more than `most` bytes.
pub(crate) fn read_regular(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_regular(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {most} bytes")));
    }
    Ok(bytes)
}
