//! The narrow part of tar (POSIX.1-1988, "ustar") that bundles are made of: regular files in one folder, with no owner
//! and no time. A header is right if it is the one that would be written for its name and size, and wrong otherwise: there
//! is nothing in it that could mean two things.

use std::io::{self, ErrorKind, Read, Write};

const BLOCK: usize = 512;
/// Characters of a name.
pub(super) const MAX_NAME: usize = 100;
/// Bytes of a file: eleven octal digits.
const MAX_SIZE: u64 = (1 << 33) - 1;

/// The header of a file. None where name or size do not fit.
fn header(name: &str, size: u64) -> Option<[u8; BLOCK]> {
    if name.is_empty() || name.len() > MAX_NAME || size > MAX_SIZE {
        return None;
    }
    let mut header = [0; BLOCK];
    let mut put = |at: usize, text: &[u8]| header[at..at + text.len()].copy_from_slice(text);
    put(0, name.as_bytes());
    put(100, b"0000644\x000000000\x000000000\0");
    put(124, format!("{size:011o}\x0000000000000\0").as_bytes());
    // The checksum is taken with spaces in its own place.
    put(148, b"        0");
    put(257, b"ustar\x0000");
    put(329, b"0000000\x000000000\0");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Some(header)
}

fn padding(size: u64) -> usize {
    // Less than a block.
    usize::try_from(size.wrapping_neg() % BLOCK as u64).unwrap_or_default()
}

/// Writes an archive.
pub(super) struct Writer<W>(W);

impl<W: Write> Writer<W> {
    pub(super) fn new(out: W) -> Self {
        Self(out)
    }

    /// Begins a file: as many bytes have to follow, by [`Self::write`].
    pub(super) fn begin(&mut self, name: &str, size: u64) -> io::Result<()> {
        let header = header(name, size).ok_or_else(|| io::Error::other("a file's name or size fits no archive"))?;
        self.0.write_all(&header)
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    /// Ends a file of that size.
    pub(super) fn end(&mut self, size: u64) -> io::Result<()> {
        self.0.write_all(&[0; BLOCK][..padding(size)])
    }

    /// Ends the archive.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.0.write_all(&[0; 2 * BLOCK])?;
        Ok(self.0)
    }
}

/// Reads an archive, file by file.
pub(super) struct Reader<R> {
    source: R,
    /// Bytes of the current file that were not read.
    left: u64,
    padding: usize,
}

impl<R: Read> Reader<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, left: 0, padding: 0 }
    }

    pub(super) fn into_inner(self) -> R {
        self.source
    }

    /// The next file's name and size; none at the end of the archive. The one before must have been read.
    pub(super) fn next(&mut self) -> io::Result<Option<(String, u64)>> {
        if self.left > 0 {
            return Err(wrong("a file is longer than it should be"));
        }
        let mut block = [0; BLOCK];
        self.source.read_exact(&mut block[..self.padding])?;
        if block.iter().any(|byte| *byte != 0) {
            return Err(wrong("there is something between two files"));
        }
        self.padding = 0;
        self.source.read_exact(&mut block)?;
        if block == [0; BLOCK] {
            self.source.read_exact(&mut block)?;
            if block != [0; BLOCK] || self.source.read(&mut [0])? != 0 {
                return Err(wrong("something follows the end of the archive"));
            }
            return Ok(None);
        }
        let text = |range: std::ops::Range<usize>| {
            let bytes = block[range].split(|byte| *byte == 0).next().unwrap_or_default();
            std::str::from_utf8(bytes).ok()
        };
        let read = || {
            let (name, size) = (text(0..MAX_NAME)?, u64::from_str_radix(text(124..136)?, 8).ok()?);
            (header(name, size)? == block).then(|| (name.to_owned(), size))
        };
        let (name, size) = read().ok_or_else(|| wrong("a file in it is not one that plimsoll db export writes"))?;
        (self.left, self.padding) = (size, padding(size));
        Ok(Some((name, size)))
    }
}

impl<R: Read> Read for Reader<R> {
    /// Reads the current file.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.source.read(&mut buffer[..most])?;
        if read == 0 && most > 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.left -= read as u64;
        Ok(read)
    }
}

fn wrong(what: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = Writer::new(Vec::new());
        for (name, content) in files {
            writer.begin(name, content.len() as u64).unwrap();
            writer.write(content).unwrap();
            writer.end(content.len() as u64).unwrap();
        }
        writer.finish().unwrap()
    }

    fn files(archive: &[u8]) -> io::Result<Vec<(String, Vec<u8>)>> {
        let mut reader = Reader::new(archive);
        let mut files = Vec::new();
        while let Some((name, _)) = reader.next()? {
            let mut content = Vec::new();
            reader.read_to_end(&mut content)?;
            files.push((name, content));
        }
        Ok(files)
    }

    #[test]
    fn what_is_written_is_read() {
        let long = [7; 1000];
        let packed = archive(&[("a", b""), ("b.shard", &long), ("c", &[1; 512])]);
        let expected = [("a", vec![]), ("b.shard", long.to_vec()), ("c", vec![1; 512])];
        assert_eq!(files(&packed).unwrap(), expected.map(|(name, content)| (name.to_owned(), content)));
        assert!(header(&"x".repeat(101), 0).is_none());
        assert!(header("x", 1 << 33).is_none());
    }

    #[test]
    fn every_cut_and_every_flipped_bit_of_a_header_is_noticed() {
        let packed = archive(&[("a", b"content")]);
        for length in 0..packed.len() {
            assert!(files(&packed[..length]).is_err(), "{length}");
        }
        for at in (0..512).chain(519..packed.len()) {
            let mut packed = packed.clone();
            packed[at] ^= 1;
            assert!(files(&packed).is_err(), "{at}");
        }
        assert!(files(&[&packed[..], b"x"].concat()).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, name in ".{0,120}", size: u64) {
            let _ = files(&bytes);
            if let Some(header) = header(&name, size) {
                let _ = files(&[&header, &bytes[..]].concat());
            }
        }
    }
}
