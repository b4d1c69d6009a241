//! A bound on the bytes of files that are held in memory at once, over all threads.

use std::sync::{Condvar, Mutex, PoisonError};

/// Memory to borrow from. A thread holds one loan at a time, so waiting for room cannot deadlock.
pub struct Room {
    free: Mutex<u64>,
    whole: u64,
    returned: Condvar,
}

impl Room {
    /// Room for `bytes`.
    pub fn new(bytes: u64) -> Self {
        Self { free: Mutex::new(bytes), whole: bytes, returned: Condvar::new() }
    }

    /// Waits until there is room for `bytes`. A loan larger than the whole room gets all of it.
    pub(crate) fn borrow(&self, bytes: u64) -> Loan<'_> {
        let bytes = bytes.min(self.whole);
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free < bytes {
            free = self.returned.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= bytes;
        Loan { room: self, bytes }
    }
}

/// Borrowed memory, given back when dropped.
pub(crate) struct Loan<'a> {
    room: &'a Room,
    bytes: u64,
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        *self.room.free.lock().unwrap_or_else(PoisonError::into_inner) += self.bytes;
        self.room.returned.notify_all();
    }
}
