//! The files of a feed on disk: which there are, and their bytes unpacked.

use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::Deref;
use std::path::{Path, PathBuf};

use memmap2::Mmap;

use super::Feed;

/// Bytes of one file, unpacked. The largest, about every CVE or every update of a distribution, have some 500 MB.
const MAX_BYTES: u64 = 2 << 30;
/// Files in a folder: a repository of all of GitHub's advisories has 300,000.
const MAX_FILES: usize = 2_000_000;
/// Folders inside folders.
const MAX_DEPTH: usize = 12;

/// A file of a feed.
pub(crate) struct Source {
    /// Its path below the folder that was named, with `/` and without the ending of its packing.
    pub name: String,
    path: PathBuf,
    packing: Packing,
}

#[derive(Clone, Copy)]
enum Packing {
    None,
    Gzip,
    Bzip2,
    Zstd,
}

/// The bytes of a file.
pub(crate) enum Content {
    Mapped(Mmap),
    Owned(Vec<u8>),
}

impl Deref for Content {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Owned(bytes) => bytes,
        }
    }
}

/// The files that a feed wants: the one that was named, or those in a folder, sorted.
pub(crate) fn files(feed: &Feed, path: &Path) -> io::Result<Vec<Source>> {
    if fs::metadata(path)?.is_file() {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (name, packing) = unpacked(&name);
        return Ok(vec![Source { name: name.to_owned(), path: path.into(), packing }]);
    }
    let mut sources = Vec::new();
    walk(feed, path, "", 0, &mut sources)?;
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(sources)
}

fn walk(feed: &Feed, folder: &Path, prefix: &str, depth: usize, sources: &mut Vec<Source>) -> io::Result<()> {
    for file in fs::read_dir(folder)? {
        let file = file?;
        // A name that is no text is no publisher's.
        let Ok(name) = file.file_name().into_string() else { continue };
        let kind = file.file_type()?;
        if kind.is_dir() && depth < MAX_DEPTH && !name.starts_with('.') {
            walk(feed, &file.path(), &format!("{prefix}{name}/"), depth + 1, sources)?;
        } else if kind.is_file() {
            let (plain, packing) = unpacked(&name);
            if (feed.wants)(plain) {
                sources.push(Source { name: format!("{prefix}{plain}"), path: file.path(), packing });
            }
        }
        if sources.len() > MAX_FILES {
            return Err(io::Error::other(format!("there are more than {MAX_FILES} files")));
        }
    }
    Ok(())
}

fn unpacked(name: &str) -> (&str, Packing) {
    for (ending, packing) in [(".gz", Packing::Gzip), (".bz2", Packing::Bzip2), (".zst", Packing::Zstd)] {
        if let Some(plain) = name.strip_suffix(ending) {
            return (plain, packing);
        }
    }
    (name, Packing::None)
}

impl Source {
    /// All of the file.
    pub(crate) fn open(&self) -> io::Result<Content> {
        let file = File::open(&self.path)?;
        let bytes = match self.packing {
            Packing::None if file.metadata()?.len() == 0 => Vec::new(),
            Packing::None => {
                #[expect(
                    unsafe_code,
                    reason = "a file that is written while it is mapped is undefined behaviour: feeds \
                    are files that were fetched before"
                )]
                let map = unsafe { Mmap::map(&file) }?;
                return Ok(Content::Mapped(map));
            }
            Packing::Gzip => whole(flate2::read::MultiGzDecoder::new(file))?,
            Packing::Bzip2 => whole(bzip2::read::MultiBzDecoder::new(file))?,
            Packing::Zstd => whole(zstd::Decoder::new(file)?)?,
        };
        Ok(Content::Owned(bytes))
    }
}

fn whole(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::other(format!("it unpacks to more than {MAX_BYTES} bytes")));
    }
    Ok(bytes)
}
