//! A folder as a remote: a mirror on a disk, or what was carried across an air gap.

use std::fs::File;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::SystemTime;

use super::remote::{Answer, Remote, Tag, Trouble};

/// A folder whose files lie as a server would serve them.
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder at `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }
}

impl Remote for Folder {
    fn get(&self, path: &str, known: Option<&Tag>) -> Result<Answer, Trouble> {
        let place = self.root.join(path);
        let failed = |error: std::io::Error| Trouble::lasting(format!("cannot read {}: {error}", place.display()));
        let metadata = match place.metadata() {
            Ok(metadata) => metadata,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                // A disk that is not mounted has no files; that says nothing of them.
                if self.root.is_dir() {
                    return Ok(Answer::Missing);
                }
                return Err(Trouble::passing(format!("there is no folder {}", self.root.display())));
            }
            Err(error) => return Err(failed(error)),
        };
        // Whoever opens a pipe waits for somebody to write to it.
        if !metadata.is_file() {
            return Err(Trouble::lasting(format!("{} is no file", place.display())));
        }
        let since = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).ok();
        let modified = metadata.modified().ok().and_then(since).map(|since| since.as_nanos());
        let etag = modified.map(|modified| format!("{modified}-{}", metadata.len()));
        let tag = Tag { etag, modified: None };
        if known.is_some_and(|known| !known.is_empty() && *known == tag) {
            return Ok(Answer::Same);
        }
        let body = Box::new(File::open(&place).map_err(failed)?);
        Ok(Answer::New { body, tag, length: Some(metadata.len()) })
    }
}
