//! Files on their way into a folder: they wait below it, so that renaming suffices, and move in when all of them are right.
//!
//! Whenever this is interrupted, each file of the folder is the old or the new one, whole. The list comes after the shards
//! that it names, and shards that it no longer names go last: what is interrupted leaves more data than needed, never less,
//! and the next import completes it.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::BundleError;
use crate::library::manifest::{MANIFEST, Manifest};
use crate::library::signature::SIGNATURE;
use crate::library::{EXTENSION, tables};

/// The folder in which files wait.
const WAITING: &str = ".importing";

/// Is told before each change of the folder, and may refuse it. Tests look around then.
pub(super) type Watch<'a> = &'a mut dyn FnMut() -> io::Result<()>;

/// The waiting files. What does not move in goes away with this.
pub(super) struct Staging<'a> {
    folder: PathBuf,
    root: PathBuf,
    shards: Vec<String>,
    watch: Watch<'a>,
    /// Given back by the system when the process dies. None where a folder cannot be locked.
    _lock: Option<File>,
}

impl<'a> Staging<'a> {
    /// Below `folder`, which is made if need be.
    pub(super) fn new(folder: &Path, watch: Watch<'a>) -> Result<Self, BundleError> {
        fs::create_dir_all(folder).map_err(BundleError::io(folder))?;
        // The folder itself is locked, so that no file has to be left for the next one.
        let lock = File::open(folder).ok();
        if let Some(Err(TryLockError::WouldBlock)) = lock.as_ref().map(File::try_lock) {
            return Err(BundleError::Busy(folder.display().to_string()));
        }
        let root = folder.join(WAITING);
        // What an import left behind when it was ended.
        let _ = fs::remove_dir_all(&root);
        fs::create_dir(&root).map_err(BundleError::io(folder))?;
        Ok(Self { folder: folder.to_owned(), root, shards: Vec::new(), watch, _lock: lock })
    }

    /// Where a file waits.
    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.root.join(file)
    }

    /// Begins a shard's file.
    pub(super) fn begin(&mut self, file: &str) -> Result<Waiting, BundleError> {
        let path = self.path(file);
        let file = File::create_new(&path).map_err(BundleError::io(&path))?;
        Ok(Waiting { file, path })
    }

    /// The shard in that file is whole and right.
    pub(super) fn keep(&mut self, file: &str) {
        self.shards.push(file.to_owned());
    }

    /// Moves everything in, and returns the files of shards that are gone.
    pub(super) fn publish(
        mut self,
        list: &[u8],
        manifest: &Manifest,
        signature: Option<&[u8]>,
    ) -> Result<Vec<String>, BundleError> {
        for (name, content) in [(MANIFEST, Some(list)), (SIGNATURE, signature)] {
            if let Some(content) = content {
                let mut waiting = self.begin(name)?;
                waiting.write(content)?;
                waiting.end()?;
            }
        }
        for file in std::mem::take(&mut self.shards) {
            self.enter(&file)?;
        }
        if signature.is_some() {
            self.enter(SIGNATURE)?;
        } else {
            self.leave(SIGNATURE)?;
        }
        self.enter(MANIFEST)?;
        let gone = self.gone(manifest).map_err(BundleError::io(&self.folder))?;
        for file in &gone {
            self.leave(file)?;
        }
        // Where that cannot be done, the system writes the names when it likes.
        let _ = File::open(&self.folder).and_then(|folder| folder.sync_all());
        Ok(gone)
    }

    fn enter(&mut self, file: &str) -> Result<(), BundleError> {
        let place = self.folder.join(file);
        let moved = (self.watch)().and_then(|()| fs::rename(self.root.join(file), &place));
        moved.map_err(BundleError::io(&place))
    }

    fn leave(&mut self, file: &str) -> Result<(), BundleError> {
        let place = self.folder.join(file);
        match (self.watch)().and_then(|()| fs::remove_file(&place)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(BundleError::io(&place)(error)),
            _ => Ok(()),
        }
    }

    /// Files of shards and tables that the list does not name.
    fn gone(&self, manifest: &Manifest) -> io::Result<Vec<String>> {
        let mut gone = Vec::new();
        for file in fs::read_dir(&self.folder)? {
            let Ok(name) = file?.file_name().into_string() else { continue };
            let ends_so = |ending: &str| Path::new(&name).extension().is_some_and(|extension| extension == ending);
            let is_listed = manifest.shards.iter().any(|listed| listed.file == name)
                || manifest.tables.iter().any(|table| table.file() == name);
            if (ends_so(EXTENSION) || ends_so(tables::EXTENSION)) && !is_listed {
                gone.push(name);
            }
        }
        gone.sort();
        Ok(gone)
    }
}

impl Drop for Staging<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// A file that is being written.
pub(super) struct Waiting {
    file: File,
    path: PathBuf,
}

impl Waiting {
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), BundleError> {
        self.file.write_all(bytes).map_err(BundleError::io(&self.path))
    }

    pub(super) fn end(self) -> Result<(), BundleError> {
        // Else a machine that loses power might keep the new name without the bytes.
        self.file.sync_data().map_err(BundleError::io(&self.path))
    }
}
