//! The buffers in which a layer's bytes travel from the decoder to the walk, and back for the next ones.

use std::io::{self, Read};
use std::ops::Deref;

/// How many bytes a block holds. Fits a core's second-level cache together with its successor.
pub(crate) const BLOCK_BYTES: usize = 256 << 10;

/// Decoded bytes.
pub(crate) struct Block {
    bytes: Box<[u8]>,
    end: usize,
}

impl Block {
    pub(crate) fn new() -> Self {
        Self { bytes: vec![0; BLOCK_BYTES].into_boxed_slice(), end: 0 }
    }

    /// A block without room, to begin with.
    pub(crate) fn empty() -> Self {
        Self { bytes: Box::default(), end: 0 }
    }

    /// The bytes of two blocks in a larger one, which does not go back into circulation.
    pub(crate) fn joined(first: &[u8], second: &[u8]) -> Self {
        let bytes = [first, second].concat().into_boxed_slice();
        Self { end: bytes.len(), bytes }
    }

    /// Whether anything can be put in.
    pub(crate) fn has_room(&self) -> bool {
        self.bytes.len() == BLOCK_BYTES
    }

    /// Replaces the content with the next bytes of `reader`: a full block, or what is left. False at the end.
    pub(crate) fn fill(&mut self, reader: &mut dyn Read) -> io::Result<bool> {
        self.end = 0;
        while self.end < self.bytes.len() {
            match reader.read(&mut self.bytes[self.end..]) {
                Ok(0) => break,
                Ok(read) => self.end += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // What came before the fault is still good: it goes out first, the fault comes again at the next call.
                Err(_) if self.end > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(self.end > 0)
    }
}

impl Deref for Block {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.end]
    }
}
