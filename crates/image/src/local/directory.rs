//! A folder as an image of one layer: an unpacked root filesystem, or a project.

use std::collections::BinaryHeap;
use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::vec;

use model::{Budget, GapKind, Image, ImagePath, Key, Layer, Meta, Origin};

use super::handle::{Handle, Kind, Status, bytes};
use crate::layer::{Entry, EntryKind, Interest, LayerRead, Room, Visitor, too_large};
use crate::{Opened, SourceError, Tree};

/// How many folders are held open at once, each within the one before: systems allow a few hundred, and trees can be
/// deeper.
const HELD: usize = 64;

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
    let top = Handle::open(root).and_then(|handle| {
        let status = handle.status(OsStr::new("."))?;
        walk.device = Some(status.device);
        Ok(walk.folder(handle, ImagePath::default(), &status))
    });
    match top {
        Ok(top) => walk.run(top),
        Err(error) => walk.unavailable(&ImagePath::default(), &error),
    }
    walk.read
}

struct Walk<'a> {
    budget: &'a Budget,
    room: &'a Room,
    visitor: &'a mut dyn Visitor,
    read: LayerRead,
    device: Option<u64>,
}

/// A folder on the way from the root to where the walk is.
struct Folder {
    /// None while folders much further in are read.
    handle: Option<Handle>,
    /// Device and inode, by which it is known again.
    identity: (u64, u64),
    path: ImagePath,
    names: vec::IntoIter<OsString>,
}

impl Walk<'_> {
    fn run(&mut self, top: Folder) {
        let mut way = vec![top];
        while let Some(folder) = way.last_mut() {
            let (Some(handle), Some(name)) = (&folder.handle, folder.names.next()) else {
                self.leave(&mut way);
                continue;
            };
            let path = ImagePath::new(&[folder.path.as_bytes(), b"/", bytes(&name)].concat());
            if !self.spend(&path) {
                return;
            }
            match self.entry(handle, &name, &path) {
                Ok(None) => {}
                Ok(Some(inner)) => {
                    way.push(inner);
                    if let Some(far) = way.len().checked_sub(HELD + 1) {
                        way[far].handle = None;
                    }
                }
                Err(error) => self.unavailable(&path, &error),
            }
        }
    }

    /// Goes back to the folder above, which may have to be opened again.
    fn leave(&mut self, way: &mut Vec<Folder>) {
        let left = way.pop().and_then(|folder| folder.handle);
        let (Some(left), Some(above)) = (left, way.last_mut()) else { return };
        if above.handle.is_some() {
            return;
        }
        let again = left.folder(OsStr::new("..")).and_then(|handle| {
            let status = handle.status(OsStr::new("."))?;
            if (status.device, status.node) == above.identity {
                Ok(handle)
            } else {
                Err(io::Error::other("it was moved while it was read; look again when nothing changes it"))
            }
        });
        match again {
            Ok(handle) => above.handle = Some(handle),
            // The way back is lost, and with it what is left in all folders that would have to be opened again.
            Err(error) => {
                for lost in way.extract_if(.., |folder| folder.handle.is_none()) {
                    if lost.names.len() > 0 {
                        self.unavailable(&lost.path, &error);
                    }
                }
            }
        }
    }

    /// A folder with the names of all that is in it.
    fn folder(&mut self, handle: Handle, path: ImagePath, status: &Status) -> Folder {
        // No more than may still come, and one by which too many are noticed: the first in their order.
        let left = self.budget.entries.saturating_sub(self.read.walked.entries);
        let mut names = BinaryHeap::new();
        let told = handle.names(&mut |name| {
            names.push(name);
            if names.len() as u64 > left.saturating_add(1) {
                names.pop();
            }
        });
        if let Err(error) = told {
            self.unavailable(&path, &error);
        }
        let names = names.into_sorted_vec();
        Folder { handle: Some(handle), identity: (status.device, status.node), path, names: names.into_iter() }
    }

    /// Shows something in the folder `within`. If it is a folder, what is in it comes next.
    fn entry(&mut self, within: &Handle, name: &OsStr, path: &ImagePath) -> io::Result<Option<Folder>> {
        if path.as_bytes().len() > self.budget.path_bytes {
            let limit = self.budget.path_bytes;
            let detail = format!("the path is longer than {limit} bytes, more than Linux can open; it is left out");
            self.visitor.gap(&ImagePath::new(&path.as_bytes()[..200]), GapKind::LimitHit, detail);
            return Ok(None);
        }
        let status = within.status(name)?;
        let mut show = |kind, mode| self.visitor.enter(&Entry { path, kind, meta: Meta { size: 0, mode } });
        match status.kind {
            Kind::Folder if self.device != Some(status.device) && is_kernel_window(path) => Ok(None),
            Kind::Folder => {
                show(EntryKind::Directory, status.mode);
                let inner = within.folder(name)?;
                Ok(Some(self.folder(inner, path.clone(), &status)))
            }
            Kind::Link => {
                show(EntryKind::Symlink(&within.link(name)?), 0);
                Ok(None)
            }
            Kind::Other => {
                show(EntryKind::Other, 0);
                Ok(None)
            }
            Kind::File => self.file(within, name, path, &status).map(|()| None),
        }
    }

    fn file(&mut self, within: &Handle, name: &OsStr, path: &ImagePath, status: &Status) -> io::Result<()> {
        let size = status.size;
        let entry = Entry { path, kind: EntryKind::File, meta: Meta { size, mode: status.mode } };
        self.read.walked.files += 1;
        self.read.bytes += size;
        let mut interest = self.visitor.enter(&entry);
        if interest == Interest::None {
            return Ok(());
        }
        let mut file = within.file(name)?;
        let mut content = Vec::new();
        if interest == Interest::Head {
            (&mut file).take(size.min(Key::HEAD_BYTES as u64)).read_to_end(&mut content)?;
            interest = self.visitor.head(&entry, &content);
        }
        let wanted = match interest {
            Interest::None => return Ok(()),
            Interest::Head | Interest::Whole => size,
            Interest::First(bytes) => size.min(bytes),
        };
        if wanted > self.budget.file_bytes {
            self.visitor.gap(path, GapKind::LimitHit, too_large(size, self.budget));
            return Ok(());
        }
        let _loan = self.room.borrow(wanted);
        // The file may have grown since; it is read as long as it was said to be.
        let left = wanted.saturating_sub(content.len() as u64);
        file.take(left).read_to_end(&mut content)?;
        content.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
        self.visitor.content(&entry, &content);
        if (content.len() as u64) < wanted {
            return Err(io::Error::other("it became shorter while it was read; look again when nothing changes it"));
        }
        Ok(())
    }

    /// Counts an entry. False when there have been enough, or the time is up.
    fn spend(&mut self, path: &ImagePath) -> bool {
        if self.budget.expired() {
            self.visitor.gap(path, GapKind::TimedOut, "the time was up here; raise --timeout".into());
            return false;
        }
        if self.read.walked.entries >= self.budget.entries {
            let detail = format!(
                "there are more than {} files and folders; raise --max-entries if you trust the tree",
                self.budget.entries
            );
            self.visitor.gap(path, GapKind::LimitHit, detail);
            return false;
        }
        self.read.walked.entries += 1;
        true
    }

    fn unavailable(&mut self, path: &ImagePath, error: &io::Error) {
        let remedy = match error.kind() {
            ErrorKind::PermissionDenied => "; look as a user who may read it",
            ErrorKind::NotFound => "; look again when nothing changes it",
            _ => "",
        };
        self.visitor.gap(path, GapKind::Unavailable, format!("it cannot be read: {error}{remedy}"));
    }
}

/// A running system's /proc and its like are windows into the kernel and not part of the filesystem, if they are of
/// another device.
fn is_kernel_window(path: &ImagePath) -> bool {
    matches!(path.as_bytes(), b"proc" | b"sys" | b"dev")
}
