//! Who wants to know how far a scan has got.

use std::io::{self, Read};
use std::sync::Arc;

/// Told from several threads at once.
pub trait Progress: Send + Sync {
    /// The scan is about to read this many stored bytes, as far as the image says.
    fn expect(&self, bytes: u64);

    /// So many more stored bytes were read.
    fn read(&self, bytes: u64);

    /// A layer is done; `cached` when nothing had to be read.
    fn layer_done(&self, cached: bool);
}

/// Counts what passes.
pub(crate) struct Counted<R> {
    pub(crate) inner: R,
    pub(crate) progress: Option<Arc<dyn Progress>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if let Some(progress) = &self.progress {
            progress.read(read as u64);
        }
        Ok(read)
    }
}
