//! Images on this machine's disk, and archives that flow past.

mod archive;
mod directory;
mod docker_archive;
mod handle;
mod index;
mod oci_archive;
mod oci_dir;
mod single;
mod stream;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use model::Budget;

use crate::{Opened, PlatformChoice, SourceError};

pub use directory::{directory, read_tree};
pub use docker_archive::docker_archive;
pub use oci_archive::oci_archive;
pub use oci_dir::oci_dir;
pub use single::{read_single, single, stream};
pub use stream::archive_stream;

/// The forms in which an image lies on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A folder with `oci-layout` and `index.json`.
    OciDir,
    /// The same as a tar.
    OciArchive,
    /// What `docker save` writes.
    DockerArchive,
    /// Any other folder: a root filesystem.
    Directory,
}

/// Tells the form of what lies at `path` by looking into it.
pub fn sniff(path: &Path) -> Result<Form, SourceError> {
    let meta = std::fs::metadata(path).map_err(|error| SourceError::io(path, error))?;
    if meta.is_dir() {
        let layout =
            path.join("oci-layout").is_file() || path.join("index.json").is_file() && path.join("blobs").is_dir();
        return Ok(if layout { Form::OciDir } else { Form::Directory });
    }
    if !meta.is_file() {
        return Err(SourceError::Usage(format!(
            "{} is a pipe or a device; an archive that flows is read from standard input (--input -)",
            path.display()
        )));
    }
    archive::sniff(path)
}

/// Opens whatever image lies at `path`; `selector` is a tag or a digest where a form holds several images.
pub fn open(
    path: &Path,
    selector: Option<&str>,
    choice: &PlatformChoice,
    budget: &Budget,
) -> Result<Vec<Opened>, SourceError> {
    match sniff(path)? {
        Form::OciDir => oci_dir(path, selector, choice, budget),
        Form::OciArchive => oci_archive(path, selector, choice, budget),
        Form::DockerArchive => docker_archive(path, selector, choice, budget),
        Form::Directory => Ok(vec![directory(path, "rootfs")?]),
    }
}

/// Reads a document whole, if it is not larger than a document may be.
fn read_document(reader: impl Read, limit: u64, what: &str) -> Result<Vec<u8>, SourceError> {
    let mut bytes = Vec::new();
    reader
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|source| SourceError::Io { path: what.to_owned(), source })?;
    if bytes.len() as u64 > limit {
        return Err(SourceError::malformed(what, too_large(limit)));
    }
    Ok(bytes)
}

fn too_large(limit: u64) -> String {
    format!("it is larger than the {limit} bytes that a document may have, as no honest one is; build the image again")
}

/// Opens a regular file, and nothing else: a pipe to which nobody writes would keep us for ever.
fn open_file(path: &Path) -> Result<File, SourceError> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    let file = options.open(path).map_err(|error| SourceError::io(path, error))?;
    if !file.metadata().map_err(|error| SourceError::io(path, error))?.is_file() {
        return Err(SourceError::malformed(path.display().to_string(), "it is no regular file; save the image again"));
    }
    Ok(file)
}
