//! The files to look at: those that are named, and those below folders that are named; of each folder its files first, by their names.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use misconfig::detect;
use model::ImagePath;

use crate::exit::Exit;
use crate::failure::Failure;

/// Bytes of a file that somebody wrote by hand.
const LARGEST: u64 = 4 << 20;
/// Files of a tree.
const MOST: usize = 1_000_000;

/// Every file, and whether it was named itself.
pub(super) fn of(paths: &[PathBuf]) -> Result<Vec<(PathBuf, bool)>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        let failed =
            |error: io::Error| Failure::new(Exit::ScanFailed, error).when(format!("cannot read {}", path.display()));
        if fs::metadata(path).map_err(failed)?.is_dir() {
            below(path, &mut files).map_err(failed)?;
        } else {
            files.push((path.clone(), true));
        }
    }
    Ok(files)
}

/// Links are not followed: what they lead to is elsewhere, or is met by itself.
fn below(folder: &Path, files: &mut Vec<(PathBuf, bool)>) -> io::Result<()> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<_> = fs::read_dir(&folder)?.collect::<Result<_, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        let mut inner = Vec::new();
        for entry in entries {
            let kind = entry.file_type()?;
            let path = entry.path();
            if kind.is_dir() {
                // What others brought along is theirs to pin.
                if detect::is_candidate(&name(&path.join("x"))) {
                    inner.push(path);
                }
            } else if kind.is_file() {
                files.push((path, false));
            }
            if files.len() > MOST {
                return Err(io::Error::other(format!("there are more than {MOST} files")));
            }
        }
        folders.extend(inner.into_iter().rev());
    }
    Ok(())
}

/// A path as the readers of configuration take it.
pub(super) fn name(path: &Path) -> ImagePath {
    ImagePath::new(path.as_os_str().as_encoded_bytes())
}

/// The text of a file; none where it is none, or larger than such files are.
pub(super) fn content(path: &Path) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    Ok(if bytes.len() as u64 > LARGEST { None } else { String::from_utf8(bytes).ok() })
}
