//! Files of metadata: what a scan keeps for who judges it elsewhere, compressed where the name says so.

use std::fs;
use std::io::{self, Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use model::Report;
use report::metadata::{self, Metadata, Observed, Sought};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{replace, unwritten};

/// Bytes of metadata that are read, unpacked; one more tells that there are more.
const LARGEST: u64 = (256 << 20) + 1;

/// What a file in the format of Zstandard begins with (RFC 8878, section 3.1.1).
const ZSTANDARD: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// A file that gets what is seen.
pub struct File {
    path: PathBuf,
    sought: Vec<Sought>,
    seen: Mutex<Vec<Observed>>,
}

impl File {
    /// The file of that name, whose folder has to exist; nothing is written before the end.
    pub fn new(path: &Path, sought: Vec<Sought>) -> Result<Self, Failure> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if folder.is_some_and(|folder| !folder.is_dir()) || path.is_dir() {
            return Err(Failure::usage(format!("cannot write metadata to {}", path.display()))
                .remedy("name a file in a folder that exists"));
        }
        Ok(Self { path: path.to_owned(), sought, seen: Mutex::default() })
    }

    /// Keeps what was seen, out of a report on which no policy has been laid.
    pub fn keep(&self, report: &Report) {
        let seen = Observed::of(report, self.sought.clone());
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
    }

    /// Writes all that was seen.
    pub fn write(&self, time: Timestamp) -> Result<(), Failure> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let json = |out: &mut dyn Write| metadata::write(&seen, env!("CARGO_PKG_VERSION"), &time.to_string(), out);
        let written = replace(&self.path, |out| {
            if self.path.extension().is_none_or(|extension| extension != "zst") {
                return json(out);
            }
            let mut packed = zstd::Encoder::new(out, zstd::DEFAULT_COMPRESSION_LEVEL)?;
            json(&mut packed)?;
            packed.finish().map(|_| ())
        });
        written.map_err(|error| unwritten(&error, &self.path.display().to_string()))
    }
}

/// Reads metadata from a file, or from standard input.
pub fn read(path: &Path) -> Result<Metadata, Failure> {
    let content =
        if path == Path::new("-") { unpacked(io::stdin().lock()) } else { fs::File::open(path).and_then(unpacked) };
    content.and_then(|json| Metadata::read(&json)).map_err(|error| {
        Failure::new(Exit::ScanFailed, error)
            .when(format!("cannot read the metadata {}", path.display()))
            .remedy("name a file that plimsoll image wrote with --metadata-out")
    })
}

/// Whether a file with this beginning is compressed.
pub fn is_packed(head: &[u8]) -> bool {
    head.starts_with(&ZSTANDARD)
}

fn unpacked(mut file: impl Read) -> io::Result<Vec<u8>> {
    let mut head = [0; ZSTANDARD.len()];
    let mut read = 0;
    while read < head.len() {
        match file.read(&mut head[read..])? {
            0 => break,
            more => read += more,
        }
    }
    let whole = Cursor::new(head[..read].to_vec()).chain(file);
    if is_packed(&head) { all(zstd::Decoder::new(whole)?) } else { all(whole) }
}

fn all(file: impl Read) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    file.take(LARGEST).read_to_end(&mut content)?;
    if content.len() as u64 == LARGEST {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it unpacks to more than 256 MiB"));
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_unpacks_to_too_much_is_refused() {
        let bomb = zstd::encode_all(io::repeat(b' ').take(LARGEST + 1), 1).unwrap();
        assert!(bomb.len() < 1 << 20);
        assert_eq!(unpacked(&*bomb).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert!(unpacked(&bomb[..100]).is_err(), "cut off");
        assert_eq!(unpacked(&b"{}"[..]).unwrap(), b"{}");
    }
}
