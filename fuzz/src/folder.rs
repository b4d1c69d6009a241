//! A folder for parsers that read files. Each input overwrites the files of the one before.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A folder of this process. It stays behind when the engine ends the process, so it is always the same one.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let name = std::env::current_exe().ok().and_then(|program| Some(program.file_name()?.to_owned()));
        let folder = std::env::temp_dir().join("plimsoll-fuzz").join(name.unwrap_or_default());
        fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("cannot make {}: {error}", folder.display()));
        folder
    })
}

/// Writes a file in the folder, and says where it is.
pub fn write(name: &str, content: &[u8]) -> PathBuf {
    let path = folder().join(name);
    let write = || {
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        // Not emptied first: some filesystems take that for a replacement, and wait for the disk.
        let mut file = File::options().create(true).write(true).truncate(false).open(&path)?;
        file.write_all(content)?;
        file.set_len(content.len() as u64)
    };
    write().unwrap_or_else(|error: io::Error| panic!("cannot write {}: {error}", path.display()));
    path
}
