//! A reader that ends when the time is up, so that no endless input keeps us.

use std::io::{self, Read};

use model::Budget;

/// Passes bytes on until the deadline.
pub(crate) struct Timed<R> {
    inner: R,
    budget: Budget,
}

impl<R: Read> Timed<R> {
    pub(crate) fn new(inner: R, budget: &Budget) -> Self {
        Self { inner, budget: budget.clone() }
    }
}

impl<R: Read> Read for Timed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.budget.expired() {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "the time was up; raise --timeout"));
        }
        self.inner.read(buffer)
    }
}
