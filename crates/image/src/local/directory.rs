//! A folder as an image of one layer: an unpacked root filesystem, or a project.

use std::fs::{File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};

use model::{Budget, GapKind, Image, ImagePath, Key, Layer, Meta, Origin};

use crate::layer::{Entry, EntryKind, Interest, LayerRead, Room, Visitor};
use crate::{Opened, SourceError, Tree};

/// How deep folders may lie. Deeper ones cannot be named in one path on Linux.
const DEPTH: usize = 2048;

/// The folder `path` as an image; `transport` is how the report calls it.
pub fn directory(path: &Path, transport: &str) -> Result<Opened, SourceError> {
    let meta = std::fs::metadata(path).map_err(|error| SourceError::io(path, error))?;
    if !meta.is_dir() {
        return Err(SourceError::Usage(format!("{} is not a folder", path.display())));
    }
    let origin = Origin { transport: transport.into(), reference: path.display().to_string(), ..Origin::default() };
    let image = Image { origin, layers: vec![Layer::default()], ..Image::default() };
    Ok(Opened::Tree(Box::new(Tree { root: path.to_owned(), image })))
}

/// Shows every entry below `root` to `visitor`, folders before what is in them, in the order of their names. Symbolic
/// links are shown and never followed.
pub fn read_tree(root: &Path, budget: &Budget, room: &Room, visitor: &mut dyn Visitor) -> LayerRead {
    let mut walk = Walk { budget, room, visitor, read: LayerRead::default(), device: None };
    walk.device = std::fs::metadata(root).ok().and_then(|meta| device(&meta));
    walk.folder(root, &ImagePath::default(), 0);
    walk.read
}

struct Walk<'a> {
    budget: &'a Budget,
    room: &'a Room,
    visitor: &'a mut dyn Visitor,
    read: LayerRead,
    device: Option<u64>,
}

impl Walk<'_> {
    /// Walks a folder. Its depth is bounded, and so is the stack.
    fn folder(&mut self, folder: &Path, path: &ImagePath, depth: usize) {
        let mut names: Vec<PathBuf> = Vec::new();
        match std::fs::read_dir(folder) {
            Err(error) => return self.unavailable(path, &error),
            Ok(entries) => {
                for entry in entries {
                    match entry {
                        Ok(entry) => names.push(entry.path()),
                        Err(error) => self.unavailable(path, &error),
                    }
                }
            }
        }
        names.sort();
        for name in names {
            let child = join(path, &name);
            let meta = match std::fs::symlink_metadata(&name) {
                Ok(meta) => meta,
                Err(error) => {
                    self.unavailable(&child, &error);
                    continue;
                }
            };
            if !self.spend(&child) {
                return;
            }
            let kind = meta.file_type();
            if kind.is_dir() {
                if self.is_kernel_window(&child, &meta) {
                    continue;
                }
                self.visitor.enter(&Entry {
                    path: &child,
                    kind: EntryKind::Directory,
                    meta: Meta { size: 0, mode: mode(&meta) },
                });
                if depth < DEPTH {
                    self.folder(&name, &child, depth + 1);
                } else {
                    self.visitor.gap(&child, GapKind::LimitHit, format!("folders lie more than {DEPTH} deep"));
                }
            } else if kind.is_symlink() {
                match std::fs::read_link(&name) {
                    Ok(target) => {
                        let entry =
                            Entry { path: &child, kind: EntryKind::Symlink(bytes(&target)), meta: Meta::default() };
                        self.visitor.enter(&entry);
                    }
                    Err(error) => self.unavailable(&child, &error),
                }
            } else if kind.is_file() {
                self.file(&name, &child, &meta);
            } else {
                self.visitor.enter(&Entry { path: &child, kind: EntryKind::Other, meta: Meta::default() });
            }
        }
    }

    fn file(&mut self, file: &Path, path: &ImagePath, meta: &Metadata) {
        let entry = Entry { path, kind: EntryKind::File, meta: Meta { size: meta.len(), mode: mode(meta) } };
        self.read.walked.files += 1;
        self.read.bytes += meta.len();
        let interest = self.visitor.enter(&entry);
        if interest == Interest::None {
            return;
        }
        match self.look(file, &entry, interest) {
            Ok(()) => {}
            Err(error) => self.unavailable(path, &error),
        }
    }

    fn look(&mut self, file: &Path, entry: &Entry<'_>, interest: Interest) -> std::io::Result<()> {
        let mut file = open(file)?;
        let mut content = Vec::new();
        if interest == Interest::Head {
            (&mut file).take(Key::HEAD_BYTES as u64).read_to_end(&mut content)?;
            if !self.visitor.head(entry, &content) {
                return Ok(());
            }
        }
        if entry.meta.size > self.budget.file_bytes {
            let detail = format!(
                "the file has {} bytes, more than the {} that one file may have; raise --max-file-bytes to see it",
                entry.meta.size, self.budget.file_bytes
            );
            self.visitor.gap(entry.path, GapKind::LimitHit, detail);
            return Ok(());
        }
        let _loan = self.room.borrow(entry.meta.size);
        // The file may have grown since; it is read as long as it was said to be.
        let left = entry.meta.size.saturating_sub(content.len() as u64);
        file.take(left).read_to_end(&mut content)?;
        self.visitor.content(entry, &content);
        Ok(())
    }

    /// Counts an entry. False when there have been enough, or the time is up.
    fn spend(&mut self, path: &ImagePath) -> bool {
        let walked = &mut self.read.walked;
        walked.entries += 1;
        if walked.entries == self.budget.entries.saturating_add(1) {
            let detail = format!(
                "there are more than {} files and folders; raise --max-entries if you trust the tree",
                self.budget.entries
            );
            self.visitor.gap(path, GapKind::LimitHit, detail);
        } else if walked.entries.is_multiple_of(256) && self.budget.expired() {
            self.visitor.gap(path, GapKind::TimedOut, "the time was up here; raise --timeout".into());
            walked.entries = self.budget.entries.saturating_add(2);
        }
        walked.entries <= self.budget.entries
    }

    /// A running system's /proc and its like are windows into the kernel and not part of the filesystem.
    fn is_kernel_window(&self, path: &ImagePath, meta: &Metadata) -> bool {
        matches!(path.as_bytes(), b"proc" | b"sys" | b"dev") && device(meta) != self.device
    }

    fn unavailable(&mut self, path: &ImagePath, error: &std::io::Error) {
        self.visitor.gap(path, GapKind::Unavailable, format!("it cannot be read: {error}"));
    }
}

fn join(folder: &ImagePath, file: &Path) -> ImagePath {
    let name = file.file_name().map(Path::new).map_or(&b""[..], bytes);
    ImagePath::new(&[folder.as_bytes(), b"/", name].concat())
}

/// Opens a file, but neither what a link points to nor a pipe that nobody writes to: the tree may change under us.
#[cfg(unix)]
fn open(file: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let file = File::options().read(true).custom_flags(flags.bits().cast_signed()).open(file)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(std::io::Error::other("it is no longer a regular file")) }
}

#[cfg(unix)]
fn bytes(path: &Path) -> &[u8] {
    std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str())
}

#[cfg(unix)]
fn mode(meta: &Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::mode(meta) & 0o7777
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have no device numbers")]
fn device(meta: &Metadata) -> Option<u64> {
    Some(std::os::unix::fs::MetadataExt::dev(meta))
}

#[cfg(not(unix))]
fn open(file: &Path) -> std::io::Result<File> {
    File::open(file)
}

#[cfg(not(unix))]
fn bytes(path: &Path) -> &[u8] {
    path.to_str().unwrap_or_default().as_bytes()
}

#[cfg(not(unix))]
fn mode(_: &Metadata) -> u32 {
    0
}

#[cfg(not(unix))]
fn device(_: &Metadata) -> Option<u64> {
    None
}
