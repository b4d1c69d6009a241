//! The seal at the end of a bundle: a digest of all bytes before it, so that a bundle that was cut off or changed anywhere
//! is known as one whatever the bytes mean. It lies in a skippable frame of zstd's (RFC 8878, section 3.1.2), which other
//! tools pass over.

use std::io::{self, BufRead, ErrorKind, Read, Write};

/// The magic number of a skippable frame, and the length of what is in it.
const HEAD: [u8; 8] = [0x50, 0x2a, 0x4d, 0x18, 32, 0, 0, 0];
/// Bytes of a seal.
const SEAL: usize = HEAD.len() + 32;
const BUFFER: usize = 128 << 10;

/// Writes bytes and remembers their digest.
pub(super) struct Sealing<W> {
    out: W,
    hasher: blake3::Hasher,
}

impl<W: Write> Sealing<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, hasher: blake3::Hasher::new() }
    }

    /// Writes the seal.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.out.write_all(&HEAD)?;
        self.out.write_all(self.hasher.finalize().as_bytes())?;
        self.out.flush()
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Reads all bytes but the seal.
pub(super) struct Sealed<R> {
    source: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// The source has no more.
    over: bool,
    hasher: blake3::Hasher,
}

impl<R: Read> Sealed<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, buffer: vec![0; BUFFER], start: 0, end: 0, over: false, hasher: blake3::Hasher::new() }
    }

    /// Whether nothing but the right seal is left.
    pub(super) fn is_whole(&mut self) -> io::Result<bool> {
        if !self.fill_buf()?.is_empty() {
            return Ok(false);
        }
        let digest = self.hasher.finalize();
        Ok(self.buffer[self.start..self.end] == [&HEAD[..], digest.as_bytes()].concat())
    }
}

impl<R: Read> BufRead for Sealed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        // What may be the seal is held back.
        while !self.over && self.end - self.start <= SEAL {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.over = true,
                Ok(read) => self.end += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let lent = (self.end - self.start).saturating_sub(SEAL);
        Ok(&self.buffer[self.start..self.start + lent])
    }

    fn consume(&mut self, bytes: usize) {
        self.hasher.update(&self.buffer[self.start..self.start + bytes]);
        self.start += bytes;
    }
}

impl<R: Read> Read for Sealed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut lent = self.fill_buf()?;
        let read = lent.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A source that gives as many bytes at a time as it likes.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = self.1.min(buffer.len());
            self.0.read(&mut buffer[..most])
        }
    }

    fn seal(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut sealing = Sealing::new(&mut out);
        sealing.write_all(bytes).unwrap();
        sealing.finish().unwrap();
        out
    }

    fn open(bytes: &[u8], step: usize) -> (Vec<u8>, bool) {
        let mut sealed = Sealed::new(Slow(bytes, step));
        let mut content = Vec::new();
        sealed.read_to_end(&mut content).unwrap();
        (content, sealed.is_whole().unwrap())
    }

    #[test]
    fn what_was_sealed_is_read_and_every_change_is_noticed() {
        for (length, step) in [(0, 1), (1, 7), (39, 40), (40, 41), (300_000, 1 << 20), (300_000, 997)] {
            let content: Vec<u8> = (0..=250).cycle().take(length).collect();
            assert_eq!(open(&seal(&content), step), (content, true));
        }
        let sealed = seal(b"content");
        for length in 0..sealed.len() {
            assert!(!open(&sealed[..length], 100).1, "{length}");
        }
        for bit in 0..sealed.len() * 8 {
            let mut sealed = sealed.clone();
            sealed[bit / 8] ^= 1 << (bit % 8);
            assert!(!open(&sealed, 100).1, "{bit}");
        }
        assert!(!open(&[&sealed[..], &sealed].concat(), 100).1);
    }
}
