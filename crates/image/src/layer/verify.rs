//! Hashing and counting of a layer's stored bytes while they are read for another purpose.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use model::{Digest, Hasher};

/// A reader that hashes all that passes.
pub(crate) struct Verified<R> {
    inner: R,
    hasher: Hasher,
    read: Arc<AtomicU64>,
}

impl<R: Read> Verified<R> {
    /// Hashes as `expected` was hashed. `read` tells others how far it got.
    pub(crate) fn new(inner: R, expected: Option<&Digest>, read: Arc<AtomicU64>) -> Self {
        Self { inner, hasher: Hasher::like(expected), read }
    }

    /// Reads what the decoder left over, so that the digest covers every stored byte, and returns it.
    pub(crate) fn finish(mut self) -> io::Result<Digest> {
        let mut rest = vec![0; 64 << 10];
        while self.read(&mut rest)? > 0 {}
        Ok(self.hasher.finish())
    }
}

impl<R: Read> Read for Verified<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.inner.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(read) => {
                    self.hasher.update(&buffer[..read]);
                    self.read.fetch_add(read as u64, Ordering::Relaxed);
                    return Ok(read);
                }
            }
        }
    }
}
